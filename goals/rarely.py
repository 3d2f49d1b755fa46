"""Rare events of a measure, read by the days between them: daily counts of nought and one say next to nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from charts.words import measured, namer
from goals.analysis import rare, xmr
from goals.analysis.aim import NO_AIM, Aim, Direction
from goals.periods import DAILY

WIDE = 1.5
LONGER = {Direction.UP: Aim(Direction.DOWN), Direction.DOWN: Aim(Direction.UP)}


@dataclass(frozen=True)
class Lines:
    """What is normal of the days between, in days: typical rather than average, and its limits."""

    mean: float
    lower: float
    upper: float


@dataclass(frozen=True, eq=False)
class Waits:
    """The days of the events in order, the last day that was looked at, and the reading of the days between.

    The reading has one point for each event but the first: the days since the one before.
    """

    days: list[date]
    until: date
    series: xmr.Reading

    def lines(self, segment: xmr.Segment) -> Lines | None:
        """The lines of one stretch; None where it has too few points."""
        if segment.limits is None:
            return None
        low, middle, high = (
            max(level, 0.0) ** rare.POWER for level in (segment.limits.lower, segment.limits.mean, segment.limits.upper)
        )
        return Lines(middle, low, high)

    @property
    def is_wide(self) -> bool:
        """Whether the upper limit lies so far above every wait that drawing it would flatten them all."""
        uppers = [lines.upper for one in self.series.segments if (lines := self.lines(one))]
        return any(upper > WIDE * float(self.series.values.max()) for upper in uppers)

    @property
    def told(self) -> str:
        """How to read this chart."""
        said = _(
            "Each dot is an event, its height the days since the one before: high dots are quiet times. "
            "A marked dot is worth a look. A look is not a verdict."
        )
        lines = self.lines(self.series.segments[-1]) or self.lines(self.series.segments[0])
        if lines and self.is_wide:
            said += " " + _("Up to %(days)s without one are normal.") % {"days": say_days(round(lines.upper))}
        return said

    @property
    def open_days(self) -> int:
        """Whole days since the last event."""
        return (self.until - self.days[-1]).days

    def finding(self, recent: Sequence[int]) -> str:
        """What is typical, and what is worth a look; `recent` are the places of the newest signals."""
        day, count = namer("daily"), len(self.days)
        last = _("The last on %(day)s, %(open)s before %(until)s.") % {
            "day": day(self.days[-1]),
            "open": say_days(self.open_days),
            "until": day(self.until),
        }
        segment = self.series.segments[-1] if self.series.segments else None
        lines = segment and (self.lines(segment) or self.lines(self.series.segments[0]))
        if not lines:
            told = ngettext(
                "%(count)s event so far. What is normal can be said from 9 events on.",
                "%(count)s events so far. What is normal can be said from 9 events on.",
                count,
            )
            return f"{told % {'count': count}} {last}"
        typical = _("Typically %(days)s between two.") % {"days": say_days(lines.mean)}
        if self.open_days > lines.upper:
            look = _("Worth a look: it has been quiet for longer than is normal.")
        elif recent:
            look = _("Worth a look: %(days)s up to %(day)s.") % {
                "days": say_days(float(self.series.values[recent[-1]])),
                "day": day(self.days[recent[-1] + 1]),
            }
        else:
            look = _("The newest ones lie within the normal ups and downs.")
        return f"{typical} {look} {last}"


def waits_of(
    cadence: str,
    aim: Aim,
    values: Iterable[tuple[date, Decimal]],
    deliveries: Iterable[date] = (),
    since: date | None = None,
) -> Waits | None:
    """The days between events from (day, number of events on it); None where these are no daily counts, or no events.

    `since`: the day from which the present definition counts. Events that should become rarer should lie further
    apart: the aim is turned.
    """
    counted = [(on, value) for on, value in values if since is None or on >= since]
    if cadence != DAILY or any(value < 0 or value != int(value) for _on, value in counted):
        return None
    days = rare.days_of((on, int(value)) for on, value in counted)
    if not days:
        return None
    cuts = {sum(day < on for day in days[1:]) for on in deliveries}
    series = rare.read_between(
        rare.days_between(days), aim=LONGER.get(aim.direction, NO_AIM) if aim.direction else NO_AIM, deliveries=cuts
    )
    return Waits(days, max(on for on, _value in counted), series)


def say_days(days: float) -> str:
    return measured(days, ngettext("day", "days", round(days)))
