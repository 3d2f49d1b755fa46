"""Periods of measures: the first day of a day, week, month, quarter or year names it."""

from collections.abc import Iterator
from datetime import date, timedelta

DAILY, WEEKLY, MONTHLY, QUARTERLY, YEARLY = "daily", "weekly", "monthly", "quarterly", "yearly"
MONTHS = {MONTHLY: 1, QUARTERLY: 3, YEARLY: 12}
A_YEAR = {DAILY: 365, WEEKLY: 52, MONTHLY: 12, QUARTERLY: 4, YEARLY: 1}


def period_of(cadence: str, day: date) -> date:
    """The first day of the period in which `day` lies; ValueError for an unknown cadence."""
    if cadence == DAILY:
        return day
    if cadence == WEEKLY:
        return day - timedelta(days=day.weekday())
    if cadence not in MONTHS:
        raise ValueError(f"Unknown cadence: {cadence!r}")
    months = MONTHS[cadence]
    return day.replace(month=day.month - (day.month - 1) % months, day=1)


def later(cadence: str, period_on: date, count: int) -> date:
    """The first day of the period `count` periods later (earlier, when negative)."""
    if cadence in (DAILY, WEEKLY):
        return period_on + timedelta(days=count * (7 if cadence == WEEKLY else 1))
    months = period_on.year * 12 + period_on.month - 1 + count * MONTHS[cadence]
    return date(months // 12, months % 12 + 1, 1)


def last_day(cadence: str, period_on: date) -> date:
    return later(cadence, period_on, 1) - timedelta(days=1)


def last_whole_period(cadence: str, today: date) -> date:
    """The period that ended last: the newest one for which a value can be expected."""
    return later(cadence, period_of(cadence, today), -1)


def between(cadence: str, first: date, last: date) -> Iterator[date]:
    """Every period from `first` to `last`, both first days of their period, both included."""
    while first <= last:
        yield first
        first = later(cadence, first, 1)


def steps(cadence: str, first: date, last: date) -> int:
    """How many periods `last` is after `first`; both are first days of their period."""
    if cadence in (DAILY, WEEKLY):
        return (last - first).days // (7 if cadence == WEEKLY else 1)
    return ((last.year - first.year) * 12 + last.month - first.month) // MONTHS[cadence]
