"""What a measure's values say: against their season where they have one, and as days between where they are rare."""

import math
from datetime import date
from decimal import Decimal

import pytest

from goals import periods
from goals.models import Measure
from goals.reading import Happening, read


@pytest.fixture
def measure():
    return Measure(name="Calls", unit="calls", direction="down", cadence="monthly")


def months(values, first=date(2020, 1, 1)):
    return [(periods.later("monthly", first, at), Decimal(str(round(value, 3)))) for at, value in enumerate(values)]


def summers(years):
    return [100 + 30 * math.sin(math.pi * at / 6) + at * 7 % 5 for at in range(12 * years)]


def test_a_busy_summer_is_normal_for_a_summer(measure):
    reading = read(measure, months(summers(5)))

    assert reading.is_seasonal
    assert reading.series.flagged == []
    assert "102 calls on average" in reading.finding
    assert "It has a season" in reading.told


def test_a_winter_like_a_summer_is_worth_a_look(measure):
    values = summers(6)
    values[69] = 130  # October, which is at its lowest

    reading = read(measure, months(values), [Happening(date(2025, 1, 1), "New line")])

    assert [reading.starts[at] for at in reading.series.flagged] == [date(2025, 10, 1)]


def test_the_band_of_a_season_rises_and_falls_with_it(measure):
    chart = read(measure, months(summers(5))).chart()

    assert len(chart.band) == 60
    assert chart.band[3][1] > chart.band[9][1] + 40
    assert [(segment.low, segment.high) for segment in chart.segments] == [(None, None)]
    shown = read(measure, months(summers(5))).shown()
    assert 'class="band"' in shown["drawn"]
    assert "What is normal rises and falls with the season." in shown["drawn"]
    assert not shown["changes"]


def test_a_season_is_told_by_the_values_before_the_delivery(measure):
    calm = [100 + at * 7 % 5 for at in range(48)]

    reading = read(measure, months(calm + summers(3)), [Happening(date(2023, 12, 10), "New line")])

    assert not reading.is_seasonal


@pytest.mark.parametrize("values", [summers(2), [100 + at * 7 % 5 for at in range(60)]])
def test_without_a_season_all_months_share_their_limits(measure, values):
    reading = read(measure, months(values))

    assert not reading.is_seasonal
    assert reading.chart().band == ()
