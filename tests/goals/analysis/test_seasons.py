"""Measures with a season, and rare events: judged by what is usual for that month, and by the days between."""

from datetime import date

import numpy as np
import pytest

from goals.analysis.aim import Aim, Direction
from goals.analysis.rare import days_between, days_of, read_between
from goals.analysis.seasons import has_season, read_season
from goals.analysis.xmr import Kind, read

UP, DOWN = Aim(Direction.UP), Aim(Direction.DOWN)
SWING = 40 + 20 * np.cos(2 * np.pi * np.arange(48) / 12)


def wobbly(n=48, seed=1):
    return SWING[:n] + np.random.default_rng(seed).standard_normal(n)


def outside(reading):
    return [at for at in reading.flagged if 1 in reading.rules[at]]


def test_season_alone_is_no_signal():
    values = wobbly()

    assert len(outside(read(values))) > 10
    assert outside(read_season(values, aim=UP)) == []


def test_month_out_of_its_season_is_one_although_the_year_has_seen_higher():
    values = wobbly()
    values[42] += 8  # in the low month, far below the high ones

    told = read_season(values, aim=UP, deliveries=[36])

    assert (outside(told), told.kinds[42]) == ([42], Kind.IMPROVEMENT)
    assert told.values[42] > told.upper[42] > told.mean[42]
    assert told.values[42] < SWING.max()


def test_lines_follow_the_season_in_the_unit_of_the_measure():
    values = wobbly()
    told = read_season(values)

    assert told.values.tolist() == values.tolist()
    assert told.mean[:12] == pytest.approx([values[month::12].mean() for month in range(12)])
    values[30] -= 30
    told = read_season(values)
    beyond = (told.values > told.upper) | (told.values < told.lower)
    assert (np.flatnonzero(beyond).tolist(), bool(beyond[30])) == (outside(told), True)


def test_points_after_a_delivery_are_judged_against_the_season_before_it():
    values = wobbly() + 8.0 * (np.arange(48) >= 36)

    told = read_season(values, aim=DOWN, deliveries=[36])

    assert set(range(36, 48)) <= set(told.flagged)
    assert {told.kinds[at] for at in range(36, 48)} == {Kind.CONCERN}
    assert told.mean[36] == pytest.approx(values[0:36:12].mean())


@pytest.mark.parametrize("later", [0, 24])
def test_routine_points_seldom_signal_in_and_after_the_baseline(later):
    rng = np.random.default_rng(4)
    flagged = []
    for _ in range(200):
        told = read_season(np.tile(SWING[:24], 2) + rng.standard_normal(48), deliveries=[24])
        flagged += [1 in told.rules[at] for at in range(later, later + 24)]

    assert np.mean(flagged) < 0.06


def test_missing_month_stays_a_gap_and_a_month_seen_once_cannot_deviate():
    values = [*wobbly(37)]
    values[5] = None
    values[0] = values[12] = values[24] = None

    told = read_season(values)

    assert (told.kinds[5], told.kinds[36], told.kinds[17]) == (Kind.GAP, Kind.GAP, Kind.ROUTINE)
    assert np.isnan(told.mean[0])
    assert told.values[36] == values[36]


def test_less_than_two_years_have_no_season():
    values = [*wobbly(24)]

    assert read_season(values) is not None
    assert read_season([*values[:23], None]) is None
    assert read_season(values, deliveries=[20]) is None


def test_season_has_two_periods_at_least():
    with pytest.raises(ValueError, match="two periods"):
        read_season([1] * 30, season=1)


def test_days_between_events_in_any_order():
    days = [date(2024, 3, 1), date(2024, 2, 28), date(2024, 3, 1), date(2024, 1, 28)]

    assert days_between(days) == [31, 2, 0]
    assert (days_between([]), days_between(days[:1])) == ([], [])


def test_counts_of_days_become_events():
    counts = [(date(2024, 1, 5), 2), (date(2024, 1, 1), 1), (date(2024, 1, 3), 0)]

    assert days_of(counts) == [date(2024, 1, 1), date(2024, 1, 5), date(2024, 1, 5)]


@pytest.mark.parametrize("count", [-1, 1.5])
def test_count_of_events_is_whole(count):
    with pytest.raises(ValueError, match="whole number"):
        days_of([(date(2024, 1, 1), count)])


def test_waiting_times_are_charted_on_the_scale_of_nelson():
    days = [30, 12, 45, 3, 60, 22, 15, 41, 9, 33, 27, 18]
    powers = np.array(days) ** (1 / 3.6)
    amr = np.abs(np.diff(powers)).mean()

    told = read_between(days, aim=UP)

    assert told.upper[0] == pytest.approx((powers.mean() + 2.66 * amr) ** 3.6)
    assert told.mean[0] == pytest.approx(powers.mean() ** 3.6)
    assert (told.values.tolist(), told.flagged) == (days, [])


def test_long_quiet_is_an_improvement_and_a_bound_below_nought_is_nought():
    days = [30, 2, 45, 1, 60, 3, 15, 1, 9, 40, 2, 18, 9000]

    told = read_between(days, aim=UP)

    assert (outside(told), told.kinds[-1], told.lower[0]) == ([12], Kind.IMPROVEMENT, 0)


def test_skewed_waits_seldom_signal():
    rng = np.random.default_rng(2)
    charts = [read_between(rng.exponential(30, 40)) for _ in range(100)]

    assert np.mean([len(outside(chart)) / 40 for chart in charts]) < 0.01


def test_waiting_time_is_not_negative():
    with pytest.raises(ValueError, match="negative"):
        read_between([3, -1])


def waves(years, season=12, size=5.0, trend=0.0):
    return [20 + size * np.sin(2 * np.pi * at / season) + trend * at + (at * 7 % 5) / 5 for at in range(years * season)]


@pytest.mark.parametrize("season", [4, 12])
def test_a_season_of_three_years_is_told(season):
    assert has_season(waves(5, season), season)
    assert not has_season(waves(2, season), season)


def test_a_season_is_told_in_a_series_that_rises_and_with_gaps():
    series = waves(6, trend=0.4)
    series[7] = series[20] = None

    assert has_season(series)


@pytest.mark.parametrize("series", [[], [5.0] * 60, list(range(60)), [None] * 60])
def test_without_ups_and_downs_there_is_no_season(series):
    assert not has_season(series)


def test_chance_is_seldom_taken_for_a_season():
    draw = np.random.default_rng(7)

    assert sum(has_season(draw.normal(size=60)) for _ in range(300)) <= 9
