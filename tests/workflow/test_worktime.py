"""Working time, held against an oracle that looks at every single minute."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from workflow.worktime import WorkCalendar, public_holidays

ALDER_SPRINGS = WorkCalendar(closed=frozenset({date(2026, 3, 11), date(2026, 12, 28)}))
ROUND_THE_CLOCK = WorkCalendar(opens=time(0), closes=time(23, 59), weekdays=frozenset(range(7)), country="")
SATURDAYS = WorkCalendar(
    opens=time(9, 30), closes=time(13), weekdays=frozenset({5}), tz="Europe/London", country="GB", subdivision="ENG"
)
CALENDARS = st.sampled_from([ALDER_SPRINGS, ROUND_THE_CLOCK, SATURDAYS])
MINUTE = timedelta(minutes=1)

# Weeks with a clock change, a leap day, holidays, a closing day, the turn of a year.
WEEKS = [
    datetime(2026, 3, 5, tzinfo=UTC),
    datetime(2026, 10, 29, tzinfo=UTC),
    datetime(2024, 2, 26, tzinfo=UTC),
    datetime(2026, 11, 24, tzinfo=UTC),
    datetime(2026, 12, 23, tzinfo=UTC),
    datetime(2027, 12, 29, tzinfo=UTC),
    datetime(2026, 5, 21, tzinfo=UTC),
]
MOMENTS = st.builds(
    lambda week, minutes: week + timedelta(minutes=minutes), st.sampled_from(WEEKS), st.integers(0, 6 * 24 * 60)
)


def is_open(calendar, moment):
    local = moment.astimezone(ZoneInfo(calendar.tz))
    holiday = local.date() in public_holidays(calendar.country, calendar.subdivision, local.year)
    workday = local.weekday() in calendar.weekdays and not holiday and local.date() not in calendar.closed
    return workday and calendar.opens <= local.time() < calendar.closes


@pytest.mark.peer("T48")
@settings(max_examples=150)
@given(calendar=CALENDARS, start=MOMENTS, minutes=st.integers(0, 5 * 24 * 60))
@example(ROUND_THE_CLOCK, datetime(2026, 3, 8, 8, tzinfo=UTC), 24 * 60)
@example(ROUND_THE_CLOCK, datetime(2026, 11, 1, 7, tzinfo=UTC), 25 * 60)
@example(ROUND_THE_CLOCK, datetime(2024, 2, 29, 8, tzinfo=UTC), 24 * 60)
def test_worked_between_equals_every_minute_counted(calendar, start, minutes):
    counted = sum(is_open(calendar, start + n * MINUTE) for n in range(minutes))

    assert calendar.worked_between(start, start + minutes * MINUTE) == counted * MINUTE


@pytest.mark.peer("T48")
@settings(max_examples=150)
@given(calendar=st.sampled_from([ALDER_SPRINGS, ROUND_THE_CLOCK]), start=MOMENTS, minutes=st.integers(1, 1500))
def test_add_worked_equals_every_minute_walked(calendar, start, minutes):
    moment, left = start, minutes
    while left:
        left -= is_open(calendar, moment)
        moment += MINUTE

    assert calendar.add_worked(start, minutes * MINUTE) == moment


@pytest.mark.peer("T48")
@settings(max_examples=200)
@given(calendar=CALENDARS, start=MOMENTS, days=st.integers(1, 30))
def test_due_after_is_the_last_open_minute_of_the_nth_working_day(calendar, start, days):
    due = calendar.due_after(start, days)

    first = start.astimezone(calendar.zone).date()
    last = due.astimezone(calendar.zone).date()
    walked = [first + timedelta(days=n) for n in range(1, (last - first).days + 1)]
    assert len([day for day in walked if calendar.is_workday(day)]) == days
    assert (is_open(calendar, due - MINUTE), is_open(calendar, due)) == (True, False)


@given(calendar=CALENDARS, start=MOMENTS, days=st.integers(-40, 40))
def test_workdays_between_undoes_add_workdays(calendar, start, days):
    assert calendar.workdays_between(start.date(), calendar.add_workdays(start.date(), days)) == days


@given(start=MOMENTS, first=st.integers(0, 900), second=st.integers(0, 900))
def test_a_pause_is_added_at_the_end_and_nothing_is_lost(start, first, second):
    stepwise = ALDER_SPRINGS.add_worked(ALDER_SPRINGS.add_worked(start, first * MINUTE), second * MINUTE)

    assert stepwise == ALDER_SPRINGS.add_worked(start, (first + second) * MINUTE)


@pytest.mark.parametrize(
    ("moved_at", "days", "due"),
    [
        ("2026-03-06T10:00-08:00", 1, "2026-03-09T17:00-07:00"),  # over the night in which clocks go forward
        ("2026-10-30T16:59-07:00", 1, "2026-11-02T17:00-08:00"),  # over the night in which they go back
        ("2026-11-25T09:00-08:00", 1, "2026-11-30T17:00-08:00"),  # Thanksgiving and the day after
        ("2026-03-10T09:00-07:00", 1, "2026-03-12T17:00-07:00"),  # the city's own closing day
        ("2026-06-01T23:30-07:00", 2, "2026-06-03T17:00-07:00"),  # late in the evening is still that day
        ("2026-06-01T09:00-07:00", 0, "2026-06-01T17:00-07:00"),
        ("2026-06-06T09:00-07:00", 0, "2026-06-08T17:00-07:00"),
    ],
)
def test_due_after(moved_at, days, due):
    assert ALDER_SPRINGS.due_after(datetime.fromisoformat(moved_at), days) == datetime.fromisoformat(due)


def test_leap_day_is_a_working_day():
    assert ALDER_SPRINGS.add_workdays(date(2024, 2, 28), 1) == date(2024, 2, 29)


def test_holidays_include_the_day_on_which_they_are_observed():
    assert [day for day in (date(2026, 7, 3), date(2026, 7, 6)) if not ALDER_SPRINGS.is_workday(day)] == [
        date(2026, 7, 3)
    ]


def test_no_country_means_no_holidays():
    assert WorkCalendar(country="").is_workday(date(2026, 12, 25))


def test_nothing_is_worked_backwards():
    noon = datetime(2026, 6, 3, 19, tzinfo=UTC)

    assert ALDER_SPRINGS.worked_between(noon, noon - timedelta(days=2)) == timedelta()
    assert ALDER_SPRINGS.add_worked(noon, timedelta()) == noon
    with pytest.raises(ValueError, match="forwards"):
        ALDER_SPRINGS.add_worked(noon, -MINUTE)


@pytest.mark.parametrize("hopeless", [{"weekdays": frozenset()}, {"opens": time(17), "closes": time(8)}])
def test_a_calendar_that_never_opens_is_refused(hopeless):
    with pytest.raises(ValueError, match="weekday"):
        WorkCalendar(**hopeless)
