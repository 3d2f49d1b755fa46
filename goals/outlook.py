"""What can be known of a promise before it is approved: whether a verdict is likely, when, and what that takes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from charts.words import changed
from goals import periods
from goals.analysis import shift
from goals.evaluation import RULES, Rule, Value
from goals.models import Definition, Measure, Measurement
from workflow import clock
from workflow.templatetags.ui import day

PERIODS = {
    periods.DAILY: lambda count: ngettext("%(count)s day", "%(count)s days", count) % {"count": count},
    periods.WEEKLY: lambda count: ngettext("%(count)s week", "%(count)s weeks", count) % {"count": count},
    periods.MONTHLY: lambda count: ngettext("%(count)s month", "%(count)s months", count) % {"count": count},
    periods.QUARTERLY: lambda count: ngettext("%(count)s quarter", "%(count)s quarters", count) % {"count": count},
    periods.YEARLY: lambda count: ngettext("%(count)s year", "%(count)s years", count) % {"count": count},
}


@dataclass(frozen=True, eq=False)
class Outlook:
    """One promise on one measure: `expected` change in its unit, delivery on `delivery_on` (None: not planned).

    `values`: the newest values that could count before the delivery, in the order of time.
    """

    measure: Measure
    rule: Rule
    expected: float
    delivery_on: date | None
    values: tuple[Value, ...]

    @cached_property
    def delivery(self) -> date:
        return max(self.delivery_on or clock.today(), clock.today())

    @property
    def can_end(self) -> bool:
        """Whether enough values can be there before the long stop."""
        return self.rule.fits(self.measure.cadence, self.measure.lag_days, self.delivery)

    @cached_property
    def before(self) -> int:
        """How many values there will be before the delivery, if from now on each period has one."""
        cadence = self.measure.cadence
        to_come = periods.steps(
            cadence,
            periods.later(cadence, periods.last_whole_period(cadence, clock.today()), 1),
            periods.period_of(cadence, self.delivery),
        )
        return min(len(self.values) + max(to_come, 0), self.rule.before)

    @cached_property
    def noise(self) -> tuple[float, float] | None:
        """Standard deviation (unit of the measure) and autocorrelation; None while nobody can say."""
        if len(self.values) < shift.LEAST:
            return None
        found = dict(self.values)
        every = periods.between(self.measure.cadence, self.values[0][0], self.values[-1][0])
        sd, rho = shift.noise_of([found.get(on) for on in every], season=self.season)
        return (sd, rho) if sd > 0 and -1 < rho < 1 else None

    @property
    def season(self) -> int:
        return periods.A_YEAR[self.measure.cadence]

    @cached_property
    def chance(self) -> float | None:
        """How likely the test finds a change of the promised size, 0..1, rounded down to 0.05; None: nobody can say."""
        if self.noise is None or self.before < shift.LEAST or not self.can_end:
            return None
        return self._chance_with(self.before)

    def _chance_with(self, before: int) -> float:
        assert self.noise is not None
        sd, rho = self.noise
        found = shift.chance_of(
            self.expected, sd=sd, rho=rho, before=before, after=self.rule.after, gap=self.rule.gap, season=self.season
        )
        return int(found * 20 + 1e-9) / 20

    @property
    def is_likely(self) -> bool:
        return self.chance is not None and self.chance >= shift.LIKELY

    @cached_property
    def wanted(self) -> int | None:
        """How many values before the delivery make a verdict likely; None: not even all that the rule counts."""
        if self.noise is None or self._chance_with(self.rule.before) < shift.LIKELY:
            return None
        sd, rho = self.noise
        return shift.likely_baseline(
            self.expected, sd=sd, rho=rho, after=self.rule.after, gap=self.rule.gap, season=self.season
        ).points

    @property
    def test_on(self) -> date | None:
        """The expected day of the test; None where no delivery is planned or the test cannot be made."""
        if self.delivery_on is None or not self.can_end:
            return None
        return self.rule.day_of(self.measure.cadence, self.measure.lag_days, self.delivery)

    def periods(self, count: int) -> str:
        return PERIODS[self.measure.cadence](count)

    @property
    def rule_told(self) -> str:
        """The rule in a sentence, as the approval freezes it."""
        return _(
            "Compared are up to %(before)s before delivery with the %(after)s that follow %(gap)s of phase-in; "
            "at the latest %(long)s months after delivery."
        ) % {
            "before": self.periods(self.rule.before),
            "after": self.periods(self.rule.after),
            "gap": self.periods(self.rule.gap),
            "long": self.rule.long_stop,
        }

    @property
    def sentence(self) -> str:
        """Whether anybody will be able to tell, and what to do so that they can."""
        promise = changed(self.expected, self.measure.unit)
        if not self.can_end:
            return _(
                "Nobody will be able to tell: 8 values after delivery take longer than %(months)s months. "
                "Count this measure more often, beginning now."
            ) % {"months": self.rule.long_stop}
        if self.noise is None:
            return _(
                "Nobody can say yet how likely a verdict is: there are %(count)s values, and 8 are needed. "
                "Begin measuring now, and bring earlier values if there are any."
            ) % {"count": len(self.values)}
        if self.is_likely:
            return _("A change of %(promise)s will be found with a chance of %(chance)d%% or more.") % {
                "promise": promise,
                "chance": round(100 * (self.chance or 0)),
            }
        if self.wanted is None:
            return _(
                "A change of %(promise)s is small beside the usual ups and downs of this measure: even with %(before)s "
                "before delivery the chance to find it is about %(chance)d %%. Look for a measure that is closer to "
                "the work."
            ) % {
                "promise": promise,
                "before": self.periods(self.rule.before),
                "chance": round(100 * self._chance_with(self.rule.before)),
            }
        return _(
            "A verdict on a change of %(promise)s becomes likely with values of %(wanted)s before delivery; "
            "there will be %(before)s. Begin measuring now, and bring earlier values if there are any."
        ) % {"promise": promise, "wanted": self.periods(self.wanted), "before": self.before}

    @property
    def day_told(self) -> str:
        return _("The test is expected on %(day)s.") % {"day": day(self.test_on)} if self.test_on else ""


def outlooks(promises: list[tuple[Measure, float, date | None]]) -> list[Outlook]:
    """The outlook of each (measure, expected change, planned delivery), with two queries for all of them."""
    values: dict[int, list[Value]] = {measure.pk: [] for measure, _expected, _on in promises}
    if not values:
        return []
    cadences = {measure.pk: measure.cadence for measure, _expected, _on in promises}
    since = min(periods.later(one, clock.today(), -RULES[one].before) for one in cadences.values())
    found = Measurement.objects.filter(measure__in=list(values), period_on__gte=since, period_on__lt=clock.today())
    defined = Definition.objects.filter(measure__in=list(values), from_on__isnull=False)
    anew = dict(defined.order_by().values_list("measure").annotate(Max("from_on")))
    for pk, on, value in found.order_by("period_on").values_list("measure_id", "period_on", "value"):
        if pk not in anew or on >= anew[pk]:
            values[pk].append((on, value))
    return [
        Outlook(measure, rule, float(expected), on, tuple(values[measure.pk][-rule.before :]))
        for measure, expected, on in promises
        for rule in [RULES[measure.cadence]]
    ]


def look_ahead(promises: Iterable[Any]) -> None:
    """Give each promise (`measure`, `expected`, `by_on`) its `outlook`, as if the delivery came on its day."""
    promises = list(promises)
    found = outlooks([(one.measure, float(one.expected), one.by_on) for one in promises])
    for one, outlook in zip(promises, found, strict=True):
        one.outlook = outlook
