"""Working calendars: holidays, due dates, and time counted only while the office is open."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from holidays import country_holidays

ONE_DAY = timedelta(days=1)


@lru_cache(maxsize=256)
def public_holidays(country: str, subdivision: str, year: int) -> frozenset[date]:
    """Public holidays of one year, with the days on which they are observed."""
    if not country:
        return frozenset()
    return frozenset(country_holidays(country, subdiv=subdivision or None, years=year))


@dataclass(frozen=True)
class WorkCalendar:
    """When a city works: its time zone, weekdays (Monday is 0), opening hours, holidays and closing days.

    Hours are local clock time, so a day on which the clocks change is as long as the clock on the wall says it is.
    They should not begin or end within the hour that a clock change skips or repeats.
    """

    tz: str = "America/Los_Angeles"
    country: str = "US"
    subdivision: str = "CA"
    closed: frozenset[date] = frozenset()
    opens: time = time(8)
    closes: time = time(17)
    weekdays: frozenset[int] = frozenset({0, 1, 2, 3, 4})

    def __post_init__(self) -> None:
        if not self.weekdays & set(range(7)) or self.opens >= self.closes:
            raise ValueError("A working calendar needs a weekday, and has to open before it closes.")

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.tz)

    def is_workday(self, day: date) -> bool:
        return (
            day.weekday() in self.weekdays
            and day not in self.closed
            and day not in public_holidays(self.country, self.subdivision, day.year)
        )

    def add_workdays(self, day: date, n: int) -> date:
        """The Nth working day after `day`; before it where n is negative; the day itself where n is 0."""
        step = ONE_DAY if n > 0 else -ONE_DAY
        left = abs(n)
        while left:
            day += step
            left -= self.is_workday(day)
        return day

    def workdays_between(self, first: date, last: date) -> int:
        """Working days after `first` up to and including `last`, as `add_workdays` adds them; negative going back."""
        if last < first:
            return -sum(map(self.is_workday, _days(last, first - ONE_DAY)))
        return sum(map(self.is_workday, _days(first + ONE_DAY, last)))

    def due_after(self, moment: datetime, days: int) -> datetime:
        """Close of business of the Nth working day after the local day of `moment`, as an instant in UTC.

        0 days is the same day, or the next working day where that one is none.
        """
        day = moment.astimezone(self.zone).date()
        day = self.add_workdays(day, days) if days or self.is_workday(day) else self.add_workdays(day, 1)
        return self._hours(day)[1]

    def worked_between(self, start: datetime, end: datetime) -> timedelta:
        """Working time from `start` to `end`; none where the end is not after the start."""
        first, last = start.astimezone(self.zone).date(), end.astimezone(self.zone).date()
        worked = timedelta()
        for day in filter(self.is_workday, _days(first, last)):
            opens, closes = self._hours(day)
            worked += max(min(closes, end) - max(opens, start), timedelta())
        return worked

    def add_worked(self, moment: datetime, span: timedelta) -> datetime:
        """The instant (UTC) at which `span` of working time has passed since `moment`."""
        if span < timedelta():
            raise ValueError("Working time is added forwards only.")
        moment = moment.astimezone(UTC)
        day = moment.astimezone(self.zone).date()
        while span:
            if self.is_workday(day):
                opens, closes = self._hours(day)
                begin = max(opens, moment)
                free = max(closes - begin, timedelta())
                if span <= free:
                    return begin + span
                span -= free
            day += ONE_DAY
        return moment

    def _hours(self, day: date) -> tuple[datetime, datetime]:
        """Opening and closing of a day, as instants in UTC."""
        opens, closes = (
            datetime.combine(day, clock, tzinfo=self.zone).astimezone(UTC) for clock in (self.opens, self.closes)
        )
        return opens, closes


def _days(first: date, last: date) -> Iterator[date]:
    """Each day from `first` to `last`, both included."""
    return (first + timedelta(days=n) for n in range((last - first).days + 1))
