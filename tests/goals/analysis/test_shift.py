"""The outcome test: the right word at the promised rates, nothing from too little, and the same in every unit."""

import json
import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goals.analysis import calibration
from goals.analysis.aim import Aim, Direction
from goals.analysis.calibration import critical
from goals.analysis.regression import ar1, fit
from goals.analysis.shift import (
    Likely,
    Reason,
    Verdict,
    chance_of,
    decide,
    design_of,
    fits_of,
    hurdles,
    judge,
    likely_baseline,
    noise_of,
    waves_in,
)

UP, DOWN = Aim(Direction.UP), Aim(Direction.DOWN)
MIRRORED = {"better": "worse", "worse": "better", "no_change": "no_change", "cannot_tell": "cannot_tell"}
numbers = st.lists(st.one_of(st.integers(-40, 40), st.none()), min_size=20, max_size=44)


def noise(rng, n, rho=0.0, count=1):
    link, variance = (one[0] for one in ar1(np.arange(float(n)), np.array([rho])))
    series = rng.standard_normal((n, count)) * np.sqrt(variance)[:, None]
    for k in range(1, n):
        series[k] += link[k] * series[k - 1]
    return series


def stepped(before=24, after=12, size=4.0, seed=1):
    return noise(np.random.default_rng(seed), before + after)[:, 0] + size * (np.arange(before + after) >= before)


@pytest.mark.parametrize(
    ("aim", "size", "verdict"),
    [
        (UP, 4, Verdict.BETTER),
        (UP, -4, Verdict.WORSE),
        (DOWN, -4, Verdict.BETTER),
        (DOWN, 4, Verdict.WORSE),
        (UP, 0, Verdict.NO_CHANGE),
        (Aim(Direction.WITHIN, 3, 5), 4, Verdict.BETTER),
        (Aim(Direction.WITHIN, -1, 1), 4, Verdict.WORSE),
    ],
)
def test_shift_is_better_or_worse_by_where_the_measure_should_go(aim, size, verdict):
    outcome = judge(stepped(size=size), at=24, aim=aim)

    assert (outcome.verdict, outcome.reason) == (verdict, None)
    assert outcome.shift.low <= size <= outcome.shift.high


def test_shift_inside_the_range_is_no_change_and_says_so():
    outcome = judge(stepped(), at=24, aim=Aim(Direction.WITHIN, -10, 10))

    assert (outcome.verdict, outcome.reason) == (Verdict.NO_CHANGE, Reason.WITHIN_RANGE)


@pytest.mark.parametrize(
    ("before", "after", "gap", "verdict"),
    [(7, 20, 0, "cannot_tell"), (20, 7, 0, "cannot_tell"), (8, 8, 0, "better"), (20, 10, 3, "cannot_tell")],
)
def test_eight_values_on_each_side_of_the_gap_are_needed(before, after, gap, verdict):
    outcome = judge(stepped(before, after, size=12), at=before, aim=UP, gap=gap)

    assert outcome.verdict == verdict
    if verdict == "cannot_tell":
        assert (outcome.reason, outcome.shift, outcome.signals) == (Reason.TOO_FEW, None, ())


def test_missing_months_do_not_count_as_values():
    values = [*stepped(12, 12, size=12)]
    values[3:8] = [None] * 5

    outcome = judge(values, at=12, aim=UP)

    assert (outcome.verdict, outcome.before, outcome.after) == (Verdict.CANNOT_TELL, 7, 12)


def test_values_of_the_phase_in_gap_change_nothing():
    values = stepped(24, 15)
    wild = values.copy()
    wild[24:27] = [900, -900, np.nan]

    told, again = (judge(v, at=24, aim=UP, gap=3) for v in (values, wild))

    assert (told.verdict, told.model, told.course, told.after) == (again.verdict, again.model, again.course, 12)


def test_steady_climb_from_before_is_no_success_of_the_delivery():
    values = noise(np.random.default_rng(4), 54)[:, 0] + 0.1 * np.arange(54)

    outcome = judge(values, at=36, aim=UP)

    assert (outcome.verdict, outcome.reason, outcome.was_moving) == (
        Verdict.CANNOT_TELL,
        Reason.ALREADY_MOVING,
        True,
    )
    assert outcome.moving.estimates["time"].value == pytest.approx(0.1, abs=0.03)
    assert outcome.shift.low > 0


def test_shift_that_holds_beside_the_trend_from_before_is_believed():
    values = noise(np.random.default_rng(3), 54)[:, 0] + 0.1 * np.arange(54) + 5.0 * (np.arange(54) >= 36)

    outcome = judge(values, at=36, aim=UP)

    assert (outcome.verdict, outcome.was_moving) == (Verdict.BETTER, True)
    assert outcome.beside_trend.estimates["shift"].value == pytest.approx(5, abs=1)


def test_baseline_that_moved_the_other_way_does_not_stand_in_the_way():
    values = noise(np.random.default_rng(3), 54)[:, 0] - 0.1 * np.arange(54) + 9.0 * (np.arange(54) >= 36)

    outcome = judge(values, at=36, aim=UP)

    assert (outcome.verdict, outcome.was_moving) == (Verdict.BETTER, False)


def test_seasonal_swing_is_no_shift():
    swing = 5 * np.cos(2 * np.pi * np.arange(32) / 12)
    values = noise(np.random.default_rng(5), 32)[:, 0] * 0.3 + swing

    told = judge(values, at=24, aim=DOWN, season=12)

    assert (told.verdict, told.waves, sorted(told.model.estimates)) == (
        Verdict.NO_CHANGE,
        1,
        ["level", "season_1", "season_2", "shift"],
    )


@pytest.mark.parametrize(
    ("count", "season", "waves"),
    [(23, 12, 0), (24, 12, 1), (47, 12, 1), (48, 12, 2), (240, 12, 2), (99, None, 0), (9, 1, 0)],
)
def test_a_wave_needs_two_years(count, season, waves):
    assert waves_in(count, season) == waves


def test_quarters_and_weeks_have_seasons_too():
    quarters = judge(stepped(20, 12), at=20, aim=UP, season=4)
    weeks = judge(stepped(120, 100), at=120, aim=UP, season=52)

    assert (quarters.waves, len(quarters.model.estimates), weeks.waves) == (2, 5, 2)
    assert (quarters.verdict, weeks.verdict) == (Verdict.BETTER, Verdict.BETTER)
    assert weeks.model.critical == pytest.approx(critical("shift", before=120 * 12 / 52, after=100 * 12 / 52, waves=2))


def test_evidence_stands_beside_the_verdict():
    outcome = judge(stepped(), at=24, aim=UP, gap=2)

    since = outcome.course.estimates["since"]
    assert since.low < 0 < since.high
    assert outcome.signals == tuple(range(26, 36))


def test_interval_says_the_same_as_the_verdict():
    rng = np.random.default_rng(7)
    for size in np.linspace(0, 3, 25):
        outcome = judge(noise(rng, 30, 0.3)[:, 0] + size * (np.arange(30) >= 18), at=18, aim=UP)
        away_from_zero = outcome.shift.low > 0 or outcome.shift.high < 0
        assert away_from_zero == (outcome.verdict != "no_change")


@pytest.mark.parametrize("values", [[5.0] * 30, [0.1] * 30])
def test_measure_that_never_moves_has_no_change(values):
    outcome = judge(values, at=15, aim=UP)

    assert (outcome.verdict, outcome.shift.value, outcome.shift.error) == (Verdict.NO_CHANGE, pytest.approx(0), 0)


def test_step_without_any_noise_is_seen():
    assert judge([5.0] * 15 + [7.0] * 15, at=15, aim=UP).verdict == Verdict.BETTER


@settings(max_examples=60)
@given(numbers, st.sampled_from([60, 0.1, 1 / 7]), st.sampled_from([0, 12, -300]))
def test_another_unit_or_an_offset_never_changes_the_verdict(values, factor, offset):
    told = judge(values, at=10, aim=UP, season=12)
    again = judge([None if v is None else (v + offset) * factor for v in values], at=10, aim=UP, season=12)

    assert (again.verdict, again.reason, again.signals) == (told.verdict, told.reason, told.signals)


@settings(max_examples=60)
@given(numbers)
def test_mirrored_measure_mirrors_the_verdict(values):
    told = judge(values, at=10, aim=UP)

    turned = judge(values, at=10, aim=DOWN)
    mirrored = judge([None if v is None else -v for v in values], at=10, aim=DOWN)

    assert turned.verdict == MIRRORED[told.verdict]
    assert (mirrored.verdict, mirrored.reason) == (told.verdict, told.reason)


@settings(max_examples=40)
@given(st.lists(st.integers(50, 90), min_size=30, max_size=30), st.integers(0, 29))
def test_missing_month_never_becomes_zero(values, at):
    values[at] = None

    outcome = judge(values, at=15, aim=UP)

    assert (outcome.before, outcome.after) == ((14, 15) if at < 15 else (15, 14))
    assert outcome.mean_before >= 50
    assert outcome.mean_before + outcome.shift.value > 40


def test_verdict_needs_a_direction_a_real_gap_and_finite_values():
    with pytest.raises(ValueError, match="should go"):
        judge([1] * 20, at=10, aim=Aim())
    with pytest.raises(ValueError, match="negative"):
        judge([1] * 20, at=10, aim=UP, gap=-1)
    with pytest.raises(ValueError, match="finite"):
        judge([math.inf] * 20, at=10, aim=UP)


@pytest.mark.parametrize(("before", "after"), [(30, 15), (10, 9), (50, 30), (8, 40)])
@pytest.mark.parametrize("rho", [0.0, 0.5])
def test_no_change_is_rarely_called_one_at_lengths_between_the_tabulated_ones(before, after, rho):
    times = np.arange(float(before + after))
    series = noise(np.random.default_rng([before, after]), before + after, rho, 1500)

    sign, _stopped = decide(fits_of(times, before, series, season=12), hurdles(before, after, 12))

    assert np.mean(sign != 0) <= 0.085


def test_line_between_tabulated_lengths_lies_above_the_curve():
    points = json.loads(calibration.FILE.read_text())["points"]
    assert critical("shift", before=5, after=5) == critical("shift", before=8, after=8)
    assert critical("shift", before=900, after=900) == critical("shift", before=120, after=120)
    for a, b in pairwise(points):
        middle = critical("moving", before=(a + b) / 2)
        assert middle == pytest.approx((critical("moving", before=a) + critical("moving", before=b)) / 2)


def test_figures_on_file_keep_what_was_promised():
    layouts = json.loads(calibration.FILE.with_name("operating.json").read_text())["layouts"]
    long = layouts["36+18, gap 0, season in the model"]
    short = layouts["18+18, gap 0, season in the model"]

    def right(table):
        return [row["better"] for row in table["shift of 2 sd"].values()]

    def said(table):
        return [row["better"] + row["worse"] for row in table["no change"].values()]

    for table in (long, short):
        assert (np.mean(said(table)) <= 6.5, max(said(table)) <= 9) == (True, True)
    assert (min(right(long)[:3]) >= 92, right(long)[3] >= 85, min(right(short)) >= 80) == (True, True, True)
    credited = [max(row["better"] for row in long[f"trend {slope} sd"].values()) for slope in ("0.10", "0.05")]
    assert (credited[0] <= 10, credited[1] <= 15) == (True, True)


@pytest.mark.parametrize("rho", [0.0, 0.3, 0.6])
@pytest.mark.parametrize(("size", "before", "after"), [(1.5, 24, 18), (2.0, 18, 12), (1.0, 36, 24)])
def test_stated_chance_is_near_the_simulated_one(rho, size, before, after):
    times = np.arange(float(before + after))
    series = noise(np.random.default_rng([before, 3]), before + after, rho, 1000) + size * (times >= before)[:, None]
    sign, _stopped = decide(fits_of(times, before, series, season=12), hurdles(before, after, 12))

    stated = chance_of(size, sd=1, rho=rho, before=before, after=after, season=12)

    found = np.mean(sign > 0)
    assert found - 0.12 <= stated <= found + 0.05, "A stated chance may be cautious, and must not boast."


def test_baseline_is_long_enough_for_the_promise():
    small, large = (likely_baseline(size, sd=1.0, rho=0.3, after=18, season=12) for size in (1.5, 3.0))

    assert (large.points, small.points > large.points) == (8, True)
    assert small.chance >= 0.8
    assert chance_of(1.5, sd=1, rho=0.3, before=small.points - 1, after=18, season=12) < 0.8


def test_promise_below_the_noise_is_told_as_out_of_reach():
    never = likely_baseline(-0.1, sd=1.0, rho=0.5, after=12)

    assert (never.points, never.chance < 0.2, never.chance * 20 % 1) == (None, True, 0)


def test_chance_is_rounded_down():
    assert likely_baseline(30, sd=1.0, rho=0.0, after=18) == Likely(8, 1.0)
    assert likely_baseline(2, sd=1.0, rho=0.0, after=18).chance <= chance_of(
        2, sd=1.0, rho=0.0, before=likely_baseline(2, sd=1.0, rho=0.0, after=18).points, after=18
    )


@pytest.mark.parametrize(("sd", "rho"), [(0, 0), (-1, 0), (math.nan, 0), (1, 1), (1, -1)])
def test_chance_needs_a_spread_and_an_autocorrelation(sd, rho):
    with pytest.raises(ValueError, match="standard deviation"):
        chance_of(1, sd=sd, rho=rho, before=20, after=12)


def test_few_values_after_the_delivery_make_no_verdict_likely():
    with pytest.raises(ValueError, match="At least 8"):
        likely_baseline(1, sd=1, rho=0, after=7)


def test_noise_of_a_baseline_is_its_spread_and_memory():
    values = [*(10 + 3 * noise(np.random.default_rng(2), 100, 0.5)[:, 0]), None]

    sd, rho = noise_of(values)

    assert (sd, rho) == (pytest.approx(3, abs=0.6), pytest.approx(0.5, abs=0.15))
    with pytest.raises(ValueError, match="At least 8"):
        noise_of([1, 2, 3])


def test_four_parameters_start_the_new_slope_at_the_first_point_after():
    times = np.arange(6.0)
    design = design_of(times, 3, season=None, waves=0, columns=["time", "shift", "since"])

    assert design.tolist() == [[1, 0, 0, 0], [1, 1, 0, 0], [1, 2, 0, 0], [1, 3, 1, 0], [1, 4, 1, 1], [1, 5, 1, 2]]
    made = fit(times, design, (design @ [7, 2, 30, -5])[:, None])
    assert made.beta[0] == pytest.approx([7, 2, 30, -5])
