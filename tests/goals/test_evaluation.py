"""Which values count for an outcome, and on which day: rules that hold for every cadence and every history."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goals import evaluation, periods
from goals.evaluation import RULES, Rule
from goals.models import Measure

DAYS = st.dates(date(2018, 1, 1), date(2024, 12, 31))


def measure_of(cadence, direction="down", lag_days=10):
    return Measure(cadence=cadence, direction=direction, lag_days=lag_days, unit="minutes")


@pytest.mark.parametrize(
    ("cadence", "delivered_on", "first", "day"),
    [
        ("monthly", date(2026, 2, 2), date(2026, 3, 1), date(2027, 3, 11)),
        ("monthly", date(2026, 2, 1), date(2026, 3, 1), date(2027, 3, 11)),
        ("monthly", date(2026, 1, 31), date(2026, 2, 1), date(2027, 2, 11)),
        ("weekly", date(2026, 2, 4), date(2026, 3, 2), date(2026, 9, 10)),
        ("daily", date(2026, 2, 2), date(2026, 3, 4), date(2026, 6, 12)),
        ("quarterly", date(2026, 2, 2), date(2026, 4, 1), date(2028, 4, 11)),
    ],
)
def test_the_day_is_the_end_of_the_last_period_and_its_lag(cadence, delivered_on, first, day):
    rule = RULES[cadence]
    assert rule.first_period(cadence, delivered_on) == first
    assert rule.day_of(cadence, 10, delivered_on) == day


def test_a_cadence_that_is_too_slow_for_the_long_stop_is_known_beforehand():
    told = {cadence: rule.fits(cadence, 10, date(2026, 2, 2)) for cadence, rule in RULES.items()}
    assert told == {"daily": True, "weekly": True, "monthly": True, "quarterly": False, "yearly": False}


@pytest.mark.parametrize(
    ("delivered_on", "last"), [(date(2024, 2, 29), date(2026, 2, 28)), (date(2026, 8, 31), date(2028, 8, 31))]
)
def test_the_long_stop_is_a_day_of_the_calendar(delivered_on, last):
    assert Rule().last_day(delivered_on) == last


@given(
    delivered_on=DAYS,
    back=st.integers(0, 60),
    ahead=st.integers(0, 30),
    missing=st.sets(st.integers(-60, 30), max_size=20),
    later=st.integers(0, 900),
)
def test_the_window_holds_what_the_rule_says_and_nothing_else(delivered_on, back, ahead, missing, later):
    measure, rule = measure_of("monthly"), RULES["monthly"]
    delivery = periods.period_of("monthly", delivered_on)
    today = delivered_on + timedelta(days=later)
    places = [at for at in range(-back, ahead + 1) if at not in missing]
    values = [(periods.later("monthly", delivery, at), Decimal(at)) for at in places]

    chosen = evaluation.window(measure, rule, delivered_on, values, today=today)

    assert all(on < delivery for on, _value in chosen.before)
    assert all(on > delivery for on, _value in chosen.after)
    assert len(chosen.before) <= rule.before
    assert len(chosen.after) <= rule.after
    # Nothing counts before its period is over, and a period without a value stays a gap.
    assert all(periods.last_day("monthly", on) < today for on, _value in (*chosen.before, *chosen.after))
    assert {on for on, _value in (*chosen.before, *chosen.after)} <= {on for on, _value in values}
    assert chosen.until <= rule.last_day(delivered_on)
    # A verdict needs every value that the rule wants, so it cannot come before the day that the delivery fixed.
    if chosen.is_complete:
        assert today > periods.last_day("monthly", periods.later("monthly", delivery, rule.after))


@given(delivered_on=DAYS, extra=st.integers(1, 20))
def test_values_that_come_later_never_change_what_counts(delivered_on, extra):
    measure, rule = measure_of("monthly"), RULES["monthly"]
    delivery = periods.period_of("monthly", delivered_on)
    values = [(periods.later("monthly", delivery, at), Decimal(at % 7)) for at in range(-36, 13 + extra)]
    day = rule.day_of("monthly", 10, delivered_on)

    on_its_day = evaluation.window(measure, rule, delivered_on, values, today=day)
    much_later = evaluation.window(measure, rule, delivered_on, values, today=day + timedelta(days=31 * extra))

    assert (on_its_day.before, on_its_day.after) == (much_later.before, much_later.after)


@given(noise=st.lists(st.integers(-20, 20), min_size=49, max_size=49), scale=st.sampled_from([60, 1000, 25]))
def test_another_unit_or_an_offset_never_changes_the_word(noise, scale):
    delivered_on = date(2024, 3, 12)
    delivery = date(2024, 3, 1)
    places = [*range(-36, 0), *range(1, 13)]
    values = [
        (periods.later("monthly", delivery, at), Decimal(180 - 30 * (at > 0)) + noise[number])
        for number, at in enumerate(places)
    ]

    def word(ones):
        chosen = evaluation.window(
            measure_of("monthly"), RULES["monthly"], delivered_on, ones, today=date(2025, 6, 1)
        ).judged()
        return chosen.verdict, chosen.reason

    same = word(values)
    assert word([(on, value * scale) for on, value in values]) == same
    assert word([(on, value + 4096) for on, value in values]) == same


def test_a_season_of_the_year_is_not_taken_for_a_change():
    """A wave of the year that is as large as the promise: with two years of months it is told apart."""
    wave = [0, 2, 4, 6, 7, 8, 8, 7, 5, 3, 1, 0]
    delivery = date(2024, 10, 1)
    small = [3, -8, 5, 1, -6, 9, -2, -4, 7, -1, 2, -5, 6]
    values = [
        (on, Decimal(100 + wave[on.month - 1]) + Decimal(small[at % 13]) / 10)
        for at, on in ((at, periods.later("monthly", delivery, at)) for at in [*range(-36, 0), *range(1, 13)])
    ]
    chosen = evaluation.window(
        measure_of("monthly"), RULES["monthly"], delivery, values, today=date(2026, 1, 1)
    ).judged()
    assert chosen.waves == 2
    assert chosen.verdict == "no_change"
