"""Process behaviour charts: limits, the four rules, frozen baselines, and what they say about a target."""

import csv
import math
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from goals.analysis.aim import Aim, Direction
from goals.analysis.xmr import Assurance, Kind, Limits, limits_of, read

UP, DOWN = Aim(Direction.UP), Aim(Direction.DOWN)
ROUTINE = [10, 12, 9, 11, 10, 12, 9, 11, 10, 12, 9, 11]
# Fractions of eighths keep the second implementation exact; few different values make ties and equal neighbours common.
numbers = st.integers(-40, 40).map(lambda n: n / 8)
series = st.lists(st.one_of(numbers, st.none()), max_size=40)


def months_of(folder, name):
    """The last published monthly value of each month."""
    with (folder / "boston-cityscore" / "cityscore_summary.csv").open(encoding="utf-8-sig") as file:
        rows = [row for row in csv.DictReader(file) if row["CTY_SCR_NAME"] == name and row["CTY_SCR_NBR_MO_01"]]
    rows.sort(key=lambda row: row["ETL_LOAD_DATE"])
    return {row["ETL_LOAD_DATE"][:7]: float(row["CTY_SCR_NBR_MO_01"]) for row in rows}


def naive(values):
    """The same rules a second time, in exact fractions: flags of each point, or None without limits."""
    known = [Fraction(v) for v in values if v is not None]
    ranges = [abs(Fraction(a) - Fraction(b)) for a, b in pairwise(values) if None not in (a, b)]
    if len(known) < 8 or 2 * len(ranges) < len(known):
        return None
    mean = sum(known) / len(known)
    amr = sum(ranges) / len(ranges)
    if amr:
        kept = [r for r in ranges if r < Fraction(3267, 1000) * amr]
        amr = sum(kept) / len(kept)
    flags = [set() for _ in values]
    limit = Fraction(266, 100) * amr
    for at, value in enumerate(values):
        if value is None:
            continue
        if abs(value - mean) > limit:
            flags[at].add(1)
        window = values[at : at + 7]
        if len(window) == 7 and None not in window:
            if all(v > mean for v in window) or all(v < mean for v in window):
                [flags[at + k].add(2) for k in range(7)]
            pairs = list(pairwise(window))
            if all(a < b for a, b in pairs) or all(a > b for a, b in pairs):
                [flags[at + k].add(3) for k in range(7)]
        three = values[at : at + 3]
        if len(three) == 3 and None not in three and (min(three) > mean or max(three) < mean):
            close = [at + k for k, v in enumerate(three) if limit * 2 / 3 < abs(v - mean) <= limit]
            if len(close) >= 2:
                [flags[k].add(4) for k in close]
    return float(mean), float(amr), flags


@pytest.mark.parametrize(
    ("name", "mean", "amr", "lower", "upper", "flagged"),
    [
        (
            "EMS RESPONSE TIME",
            6.36049,
            0.09400,
            6.11045,
            6.61053,
            {
                1: ["2016-01", "2017-03"],
                2: [f"2016-{month:02}" for month in range(1, 13)] + ["2017-01", "2017-02", "2017-03", "2017-04"],
                3: [],
                4: ["2016-02", "2016-03", "2016-10", "2016-12", "2017-02"],
            },
        ),
        (
            "311 CALL CENTER PERFORMANCE",
            0.87215,
            0.02865,
            0.79594,
            0.94836,
            {1: ["2016-02", "2017-07", "2018-01"], 2: [], 3: [], 4: ["2016-01", "2016-03", "2016-05"]},
        ),
    ],
)
def test_published_reference_is_reproduced(shared_data, name, mean, amr, lower, upper, flagged):
    values = months_of(shared_data, name)
    months = list(values)

    reading = read(values.values())

    limits = reading.segments[0].limits
    assert len(months) == 27
    assert [limits.mean, limits.amr, limits.lower, limits.upper] == pytest.approx([mean, amr, lower, upper], abs=1e-5)
    assert {rule: [months[at] for at in reading.flagged if rule in reading.rules[at]] for rule in flagged} == flagged


@given(series)
def test_two_implementations_flag_the_same_points(values):
    expected = naive(values)

    reading = read(values)

    limits = reading.segments[0].limits
    if expected is None:
        assert (limits, reading.flagged) == (None, [])
    else:
        assert (limits.mean, limits.amr) == pytest.approx(expected[:2], abs=1e-9)
        assert [set(rules) for rules in reading.rules] == expected[2]


@given(series, st.sampled_from([60, 0.1, 1 / 3, 1e-6]), st.sampled_from([0, 7, -1000]))
def test_another_unit_or_an_offset_flags_the_same_points(values, factor, offset):
    told = read(values, aim=UP)
    again = read([None if v is None else v * factor + offset * factor for v in values], aim=UP)

    assert (again.rules, again.kinds) == (told.rules, told.kinds)


@given(series)
def test_mirrored_measure_says_the_same_of_every_point(values):
    told = read(values, aim=UP)
    mirrored = read([None if v is None else -v for v in values], aim=DOWN)

    assert (mirrored.rules, mirrored.kinds) == (told.rules, told.kinds)


@given(st.lists(numbers, min_size=12, max_size=30), st.data())
def test_missing_month_is_never_a_zero(values, data):
    at = data.draw(st.integers(0, len(values) - 1))
    values[at] = None

    reading = read(values)

    known = [v for v in values if v is not None]
    assert reading.segments[0].limits.mean == pytest.approx(sum(known) / len(known))
    assert (reading.kinds[at], reading.rules[at], math.isnan(reading.values[at])) == (Kind.GAP, frozenset(), True)


def test_no_moving_range_is_taken_across_a_gap():
    reading = read([1, 3, None, 100, 103])

    assert np.array_equal(reading.moving_ranges, [np.nan, 2, np.nan, np.nan, 3], equal_nan=True)


@pytest.mark.parametrize(
    ("count", "limits", "provisional"), [(7, False, False), (8, True, True), (11, True, True), (12, True, False)]
)
def test_limits_need_enough_points(count, limits, provisional):
    segment = read(ROUTINE[:count]).segments[0]

    assert (segment.limits is not None, segment.is_provisional) == (limits, provisional)


def test_below_eight_points_no_point_is_judged():
    assert read([1, 1, 1, 1, 1, 1, 900], aim=UP).kinds == (Kind.PLAIN,) * 7


def test_scattered_values_give_no_limits():
    assert limits_of(np.array([1.0, np.nan] * 10)) is None


def test_wild_range_is_screened_out_once():
    values = np.array([10, 11, 10, 11, 10, 11, 10, 11, 30, 31, 30, 31.0])

    assert limits_of(values).amr == pytest.approx(1)
    assert limits_of(values, screen=False).amr == pytest.approx((10 + 19) / 11)


def test_unchanging_series_has_limits_and_no_signal():
    reading = read([0.1] * 12, aim=UP, target=0.1)

    assert (reading.flagged, reading.segments[0].limits.amr) == ([], 0)


def test_point_on_the_mean_breaks_a_run():
    values = [10, 12, 12, 12, 11, 12, 12, 12, 10, 10, 10, 9]  # their mean is 11

    assert [rules for rules in read(values).rules if 2 in rules] == []


def test_six_rises_are_a_trend_and_five_are_none():
    base = [5, 3, 6, 4, 5, 3, 6, 4]

    assert [at for at, rules in enumerate(read([*base, 1, 2, 3, 4, 5, 6, 7]).rules) if 3 in rules] == [*range(8, 15)]
    assert [at for at, rules in enumerate(read([*base, 1, 2, 3, 4, 5, 6, 5]).rules) if 3 in rules] == []


@pytest.mark.parametrize(
    ("aim", "high", "low"),
    [
        (UP, Kind.IMPROVEMENT, Kind.CONCERN),
        (DOWN, Kind.CONCERN, Kind.IMPROVEMENT),
        (Aim(), Kind.HIGH, Kind.LOW),
        (Aim(Direction.WITHIN, -100, 100), Kind.HIGH, Kind.LOW),
        (Aim(Direction.WITHIN, 9, 12), Kind.CONCERN, Kind.CONCERN),
        (Aim(Direction.WITHIN, 20, 60), Kind.IMPROVEMENT, Kind.CONCERN),
    ],
)
def test_signal_is_good_or_bad_by_where_the_measure_should_go(aim, high, low):
    assert read([*ROUTINE, 50], aim=aim).kinds[-1] == high
    assert read([*ROUTINE, -40], aim=aim).kinds[-1] == low
    assert read([*ROUTINE, 11], aim=aim).kinds[-1] == Kind.ROUTINE


@pytest.mark.parametrize(("sign", "kind"), [(1, Kind.IMPROVEMENT), (-1, Kind.CONCERN)])
def test_point_of_a_trend_that_lies_on_the_mean_is_judged_by_the_way_of_the_trend(sign, kind):
    reading = read([sign * v for v in [0, 0, 0, 0, -3, -2, -1, 0, 1, 2, 3, 0, 0, 0, 0]], aim=UP)

    assert (reading.segments[0].limits.mean, reading.rules[7], reading.kinds[7]) == (0, frozenset({3}), kind)


def test_point_on_the_mean_that_starts_a_trend_is_judged_by_it_too():
    reading = read([-21, 0, 0, 0, 1, 2, 3, 4, 5, 6, 0], aim=UP)

    assert (reading.rules[3], reading.kinds[3]) == (frozenset({3}), Kind.IMPROVEMENT)


def test_points_after_a_delivery_are_judged_against_the_frozen_limits():
    after = [15, 17, 14, 16, 15, 17, 14, 16]

    reading = read([*ROUTINE, *after], aim=UP, deliveries=[12])

    before, since = reading.segments
    assert before.limits == limits_of(np.array(ROUTINE, float))
    assert set(reading.mean) == {before.limits.mean}
    assert {2} <= set.intersection(*map(set, reading.rules[12:]))
    assert set(reading.kinds[12:]) == {Kind.IMPROVEMENT}
    assert (since.start, since.stop, since.judges, since.is_provisional) == (12, 20, False, True)
    assert since.limits == limits_of(np.array(after, float))


def test_second_delivery_is_judged_against_the_limits_before_the_first():
    reading = read([*ROUTINE, *ROUTINE, *ROUTINE], deliveries=[24, 12])

    assert [(segment.start, segment.judges) for segment in reading.segments] == [(0, True), (12, False), (24, False)]
    assert set(reading.upper) == {reading.segments[0].limits.upper}


def test_change_of_definition_starts_the_chart_anew():
    reading = read([*ROUTINE, *[v * 100 for v in ROUTINE]], breaks=[12])

    assert (reading.flagged, [segment.judges for segment in reading.segments]) == ([], [True, True])
    assert math.isnan(reading.moving_ranges[12])
    assert reading.mean[-1] == pytest.approx(100 * reading.mean[0])


def test_delivery_without_a_baseline_leaves_the_points_unjudged():
    reading = read([10, 12, 9, *ROUTINE], aim=UP, deliveries=[3])

    assert set(reading.kinds) == {Kind.PLAIN}
    assert [segment.limits is None for segment in reading.segments] == [True, False]


def test_break_outside_the_series_changes_nothing():
    assert len(read(ROUTINE, breaks=[0, 12, 99], deliveries=[-3]).segments) == 1


@pytest.mark.parametrize(
    ("aim", "target", "assurance"),
    [
        (UP, 40, Assurance.WILL_MISS),
        (UP, 10, Assurance.HIT_AND_MISS),
        (UP, -20, Assurance.WILL_MEET),
        (DOWN, 40, Assurance.WILL_MEET),
        (DOWN, 10, Assurance.HIT_AND_MISS),
        (DOWN, -20, Assurance.WILL_MISS),
        (Aim(Direction.WITHIN, 0, 30), None, Assurance.WILL_MEET),
        (Aim(Direction.WITHIN, 9, 30), None, Assurance.HIT_AND_MISS),
        (Aim(Direction.WITHIN, 60, 90), None, Assurance.WILL_MISS),
        (UP, None, None),
        (Aim(), 10, None),
    ],
)
def test_target_is_met_missed_or_both_by_the_limits(aim, target, assurance):
    assert read(ROUTINE, aim=aim, target=target).assurance == assurance


def test_target_is_compared_with_the_process_since_the_last_delivery():
    assert read([*ROUTINE, *[v + 60 for v in ROUTINE]], aim=UP, target=40, deliveries=[12]).assurance == "will_meet"
    assert read([*ROUTINE, 70, 71, 72], aim=UP, target=40, deliveries=[12]).assurance is None


def test_limits_follow_the_published_constants():
    limits = Limits(mean=10, amr=3, points=12)

    assert [limits.lower, limits.upper, limits.near_lower, limits.near_upper, limits.largest_range] == pytest.approx(
        [2.02, 17.98, 4.68, 15.32, 9.801]
    )


def test_empty_series_reads_as_nothing():
    reading = read([])

    assert (reading.flagged, reading.kinds, reading.assurance) == ([], (), None)


def test_infinite_value_is_refused():
    with pytest.raises(ValueError, match="finite"):
        read([1, math.inf])


@pytest.mark.parametrize(("low", "high"), [(None, 3), (3, None), (3, 2), (math.nan, 3), (1, math.inf)])
def test_range_to_stay_within_has_two_ends(low, high):
    with pytest.raises(ValueError, match="range"):
        Aim(Direction.WITHIN, low, high)
