"""What time it is, and which working calendar counts: one place, so that a day can be replayed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime

from django.utils import timezone

from workflow.worktime import WorkCalendar

_moment: ContextVar[datetime | None] = ContextVar("moment", default=None)
_provider: Callable[[], WorkCalendar] = WorkCalendar


def now() -> datetime:
    """The present moment, or the one that `at()` set."""
    return _moment.get() or timezone.now()


def today() -> date:
    """The present day in the city's time zone."""
    return now().astimezone(calendar().zone).date()


@contextmanager
def at(moment: datetime | None) -> Iterator[None]:
    """Act as if it were `moment` (imports, the demonstration, `run_due --at`); None changes nothing."""
    token = _moment.set(moment or _moment.get())
    try:
        yield
    finally:
        _moment.reset(token)


def use_calendar(provider: Callable[[], WorkCalendar]) -> None:
    """Name the function that returns the city's working calendar."""
    global _provider
    _provider = provider


def calendar() -> WorkCalendar:
    """The city's working calendar."""
    return _provider()


def due_after(days: int) -> datetime:
    """Close of business of the Nth working day after today."""
    return calendar().due_after(now(), days)
