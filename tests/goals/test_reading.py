"""What a measure's values say: against their season where they have one, and as days between where they are rare."""

import math
from datetime import date, timedelta
from decimal import Decimal

import pytest

from goals import periods
from goals.happenings import Happening
from goals.models import Measure, Measurement
from goals.reading import read, readings_of
from tests.factories import MeasureFactory


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


@pytest.fixture
def fires():
    return Measure(name="Structure fires", unit="fires", direction="down", cadence="daily", is_rare=True, target=0)


def counts(*waits, first=date(2024, 1, 1), quiet=0):
    """Daily counts with one event on the first day, then one after each of these waits, then quiet days."""
    days, at = {0}, 0
    for wait in waits:
        at += wait
        days.add(at)
    return [(first + timedelta(days=one), Decimal(one in days)) for one in range(at + quiet + 1)]


STEADY = (20, 31, 12, 44, 25, 18, 37, 29, 22, 33, 15, 27)


def test_rare_events_are_read_by_the_days_between_them(fires):
    reading = read(fires, counts(*STEADY, quiet=10))

    assert [float(wait) for wait in reading.series.values] == list(STEADY)
    assert reading.starts[0] == date(2024, 1, 21)
    assert reading.state == "steady"
    assert reading.finding == (
        "Typically 24.9 days between two. The newest ones lie within the normal ups and downs. "
        "The last on Nov 9, 2024, 10 days before Nov 19, 2024."
    )
    chart = reading.chart()
    assert (chart.unit, chart.target, reading.unit) == ("days", None, "days between")
    assert "Typically 24.9 days" in reading.shown()["drawn"]
    assert "Average" not in reading.shown()["drawn"]
    assert reading.card


def test_a_long_quiet_time_is_worth_a_look_and_good_when_fewer_are_better(fires):
    after = read(fires, counts(*STEADY, 160, 4))

    assert [reading_kind(after, at) for at in after.series.flagged] == ["improvement"]
    assert "Worth a look: 160 days up to" in after.finding
    assert "it has been quiet for longer than is normal" in read(fires, counts(*STEADY, quiet=200)).finding


def reading_kind(reading, at):
    return str(reading.series.kinds[at])


def test_a_delivery_divides_the_events(fires):
    reading = read(fires, counts(*STEADY, *STEADY), [Happening(date(2024, 11, 9), "New hydrants")])

    assert [(one.start, one.stop) for one in reading.series.segments] == [(0, 11), (11, 24)]


@pytest.mark.parametrize(("waits", "said"), [((), "1 event so far."), ((5, 9), "3 events so far.")])
def test_few_events_say_how_many_and_when_the_last_was(fires, waits, said):
    reading = read(fires, counts(*waits, quiet=3))

    assert reading.finding.startswith(f"{said} What is normal can be said from 9 events on. The last on Jan ")
    assert reading.shown()


def test_counts_that_are_no_events_are_read_as_they_are(fires):
    halves = [(date(2024, 1, 1 + day), Decimal("0.5")) for day in range(20)]

    assert read(fires, halves).waits is None
    assert read(fires, counts()[:1][:0]).finding == "No value yet."


@pytest.mark.django_db
def test_cards_of_rare_events_look_back_further_than_400_days():
    fires = MeasureFactory(cadence="daily", is_rare=True, unit="fires")
    events = counts(*[60] * 12)
    Measurement.objects.bulk_create(
        Measurement(measure=fires, period_on=on, value=value, entered_by=fires.owner) for on, value in events
    )

    assert len(readings_of([fires], None)[fires.pk].known) == 12
