"""How an outcome is judged: which values count on each side of a delivery, on which day, and what they say."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from goals import periods
from goals.analysis import shift
from goals.models import Measure

Value = tuple[date, Decimal]


@dataclass(frozen=True)
class Rule:
    """What approval freezes. `before`, `after`: how many values count on each side, at most and exactly.

    `gap`: periods of phase-in, the one of the delivery first; they count on neither side. `long_stop`: months.
    """

    before: int = 36
    after: int = 12
    gap: int = 1
    long_stop: int = 24

    def last_day(self, delivered_on: date) -> date:
        """The day on which waiting ends, `long_stop` months after the delivery."""
        months = delivered_on.year * 12 + delivered_on.month - 1 + self.long_stop
        first = date(months // 12, months % 12 + 1, 1)
        return min(first + timedelta(days=delivered_on.day - 1), periods.last_day(periods.MONTHLY, first))

    def first_period(self, cadence: str, delivered_on: date) -> date:
        """The first period that counts after the delivery."""
        return periods.later(cadence, periods.period_of(cadence, delivered_on), self.gap)

    def day_of(self, cadence: str, lag_days: int, delivered_on: date, missing: int = 0) -> date:
        """The first day with enough values: the last period that counts is over and its value was due.

        `missing`: periods after the delivery that stayed without a value; each moves the day by one period.
        """
        last = periods.later(cadence, self.first_period(cadence, delivered_on), self.after - 1 + missing)
        return periods.last_day(cadence, last) + timedelta(days=1 + lag_days)

    def fits(self, cadence: str, lag_days: int, delivered_on: date) -> bool:
        """Whether enough values can be there before the long stop."""
        least = Rule(self.before, shift.LEAST, self.gap, self.long_stop)
        return least.day_of(cadence, lag_days, delivered_on) <= self.last_day(delivered_on)


RULES = {
    periods.DAILY: Rule(before=730, after=90, gap=30),
    periods.WEEKLY: Rule(before=104, after=26, gap=4),
    periods.MONTHLY: Rule(before=36, after=12, gap=1),
    periods.QUARTERLY: Rule(before=20, after=8, gap=1),
    periods.YEARLY: Rule(before=10, after=8, gap=1),
}


@dataclass(frozen=True, eq=False)
class Window:
    """The values that count for one delivery. `before` and `after`: (first day of the period, value), in order.

    `skipped`: periods after the delivery that are over and have no value. `breaks`: the days of other definitions.
    """

    measure: Measure
    rule: Rule
    delivered_on: date
    before: tuple[Value, ...]
    after: tuple[Value, ...]
    skipped: int
    breaks: tuple[date, ...] = ()

    @cached_property
    def starts(self) -> list[date]:
        """Every period from the first value to the last one, phase-in and gaps among them."""
        known = [on for on, _value in (*self.before, *self.after)]
        return list(periods.between(self.measure.cadence, known[0], known[-1])) if known else []

    @property
    def delivery_period(self) -> date:
        return periods.period_of(self.measure.cadence, self.delivered_on)

    @property
    def is_redefined(self) -> bool:
        """Another definition began between the delivery and the last value that counts."""
        return any(self.delivered_on < on <= self.after[-1][0] for on in self.breaks) if self.after else False

    @property
    def is_complete(self) -> bool:
        """All values that the rule wants after the delivery are there, and enough before it."""
        return len(self.after) >= self.rule.after and self.is_enough

    @property
    def is_enough(self) -> bool:
        """Enough on both sides for a verdict at all."""
        return min(len(self.before), len(self.after)) >= shift.LEAST

    @property
    def until(self) -> date:
        """The first day on which a verdict can be reached as the values stand, never after the long stop."""
        measure = self.measure
        day = self.rule.day_of(measure.cadence, measure.lag_days, self.delivered_on, self.skipped)
        return min(day, self.rule.last_day(self.delivered_on))

    def judged(self) -> shift.Outcome:
        """What the stated test says of these values; ValueError for a measure without a direction."""
        found = dict((*self.before, *self.after))
        starts = self.starts
        at = len([on for on in starts if on < self.delivery_period])
        return shift.judge(
            [found.get(on) for on in starts],
            at=at,
            gap=self.rule.gap,
            aim=self.measure.aim,
            season=periods.A_YEAR[self.measure.cadence],
        )


def window(
    measure: Measure,
    rule: Rule,
    delivered_on: date,
    values: Iterable[Value],
    *,
    today: date,
    breaks: Sequence[date] = (),
) -> Window:
    """Choose the values that count: the newest before the delivery, since the definition last changed; the first after.

    `values`: (first day of the period, value) in the order of time. `breaks`: the days from which another definition
    counts; one before the delivery cuts what came earlier off, one after it leaves the values as they are.
    """
    cadence = measure.cadence
    delivery, first = periods.period_of(cadence, delivered_on), rule.first_period(cadence, delivered_on)
    since = max((periods.period_of(cadence, on) for on in breaks if on <= delivered_on), default=date.min)
    values = [one for one in values if since <= one[0] and periods.last_day(cadence, one[0]) < today]
    before = [one for one in values if one[0] < delivery][-rule.before :]
    after = [one for one in values if one[0] >= first][: rule.after]
    due = periods.last_whole_period(cadence, today - timedelta(days=measure.lag_days))
    last = min(after[-1][0], due) if len(after) >= rule.after else due
    ended = max(periods.steps(cadence, first, last) + 1, 0)
    skipped = ended - sum(one[0] <= last for one in after)
    return Window(measure, rule, delivered_on, tuple(before), tuple(after), skipped, tuple(breaks))


def told(outcome: shift.Outcome, chosen: Window) -> dict[str, Any]:
    """Everything that the test returned with the values that it saw, to be kept as JSON."""
    return asdict(outcome) | {
        "rule": asdict(chosen.rule),
        "values": {
            side: [[on.isoformat(), str(value)] for on, value in ones]
            for side, ones in (("before", chosen.before), ("after", chosen.after))
        },
    }
