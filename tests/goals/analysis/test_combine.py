"""Indexes: one number from several measures by a stated rule, with what each member gives and which are missing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goals.analysis.aim import Aim, Direction
from goals.analysis.combine import Combined, Given, Rule, combine, score

UP, DOWN = Aim(Direction.UP), Aim(Direction.DOWN)
RANGE = Aim(Direction.WITHIN, 10, 20)


def member(value, target=10.0, weight=1.0, aim=UP, **more):
    return Given(value, target, weight, aim, **more)


@pytest.mark.parametrize(
    ("value", "target", "aim", "expected"),
    [
        (12, 10, UP, 1.2),
        (12, 10, DOWN, 10 / 12),
        (0, 10, UP, 0),
        (0, 10, DOWN, None),
        (1e-12, 10, DOWN, None),
        (3, 0, UP, None),
        (3, None, UP, None),
        (15, None, RANGE, 1),
        (25, None, RANGE, 0.5),
        (99, None, RANGE, 0),
        (7, None, Aim(Direction.WITHIN, 7, 7), 1),
        (8, None, Aim(Direction.WITHIN, 7, 7), 0),
    ],
)
def test_score_is_one_on_target(value, target, aim, expected):
    assert score(value, target, aim) == expected


def test_score_of_an_index_is_its_value():
    assert score(0.83, None, UP, is_index=True) == 0.83


@pytest.mark.parametrize(
    ("rule", "value", "shares"),
    [
        (Rule.MEAN, 0.9, (0.4, 0.25, 0.25)),
        (Rule.WEIGHTED_MEAN, 0.96, (0.72, 0.15, 0.09)),
        (Rule.WORST, 0.5, (None, None, None)),
        (Rule.SHARE, 1 / 3, (1 / 3, 0, 0)),
        (Rule.SUM, 24, (12, 5, 20)),
    ],
)
def test_rules_say_the_value_and_what_each_member_gives(rule, value, shares):
    members = [member(12, weight=6, meets=True), member(7.5, weight=2), member(20, weight=2, aim=DOWN)]
    if rule == Rule.MEAN:
        value, shares = (1.2 + 0.75 + 0.5) / 3, (0.4, 0.25, 0.5 / 3)
    if rule == Rule.WEIGHTED_MEAN:
        value, shares = 0.6 * 1.2 + 0.2 * 0.75 + 0.2 * 0.5, (0.72, 0.15, 0.1)
    if rule == Rule.SUM:
        value, shares = 39.5, (12, 7.5, 20)

    made = combine(members, rule=rule)

    assert made.value == pytest.approx(value)
    assert [share if share is None else pytest.approx(share) for share in made.shares] == list(shares)
    assert made.fresh == 1


def test_scores_are_capped_so_that_one_member_cannot_carry_the_rest():
    members = [member(1000), member(1)]

    assert combine(members, rule=Rule.MEAN).value == pytest.approx((2 + 0.1) / 2)
    assert combine(members, rule=Rule.MEAN, cap=(0.5, 1.5)).scores == (1.5, 0.5)
    assert combine(members, rule=Rule.CITYSCORE).value == pytest.approx((100 + 0.1) / 2)


def test_nothing_left_is_the_best_that_a_falling_measure_can_reach():
    assert combine([member(0, aim=DOWN)], rule=Rule.MEAN).scores == (2.0,)
    assert combine([member(0, aim=DOWN)], rule=Rule.CITYSCORE).value is None
    assert combine([member(0, None, aim=DOWN)], rule=Rule.MEAN).value is None


def test_missing_members_are_left_out_and_named_while_the_weight_is_fresh_enough():
    members = [member(10, weight=7), member(None, weight=3)]

    made = combine(members, rule=Rule.WEIGHTED_MEAN)

    assert made == Combined(value=1.0, fresh=0.7, scores=(1.0, None), shares=(1.0, None))


@pytest.mark.parametrize("rule", list(Rule))
def test_index_without_enough_fresh_weight_has_no_value(rule):
    made = combine([member(10, weight=6.9), member(None, weight=3.1)], rule=rule)

    assert (made.value, made.fresh, made.shares) == (None, pytest.approx(0.69), (None, None))


def test_sum_needs_every_member():
    assert combine([member(10, weight=9), member(None)], rule=Rule.SUM).value is None


def test_index_of_nothing_has_no_value():
    assert combine([], rule=Rule.MEAN) == Combined(None, 0.0, (), ())


weights = st.floats(0.1, 9)
values = st.floats(-50, 50)


@given(st.lists(st.tuples(values, weights), min_size=1, max_size=6), st.sampled_from([0.01, 60.0]))
def test_another_unit_of_value_and_target_changes_no_index(rows, factor):
    for rule in (Rule.MEAN, Rule.WEIGHTED_MEAN, Rule.WORST):
        told = combine([member(value, 10, weight) for value, weight in rows], rule=rule)
        again = combine([member(value * factor, 10 * factor, weight) for value, weight in rows], rule=rule)

        assert again.value == pytest.approx(told.value, abs=1e-9)
        assert 0 <= told.value <= 2
