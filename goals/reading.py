"""What a measure's values say: limits, signals and the target in sentences, and the chart that shows them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast

from django.db.models import OuterRef, Q, Subquery
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from charts import behaviour
from charts.spark import Band, card_spark
from charts.words import Cadence, measured, month_year, namer
from goals import periods, rarely
from goals.analysis import seasons, xmr
from goals.happenings import Happening, redefined, told_of
from goals.models import Measure, Measurement
from workflow import clock
from workflow.templatetags.ui import day_short

RECENT = 12
ON_A_CARD = 24
MOST_PERIODS = 400
MOST_QUIET = 4_000  # periods of rare events, most of which have none
MOST_ROWS = 400
SEASONS = {periods.MONTHLY: 12, periods.QUARTERLY: 4}
KINDS: dict[xmr.Kind, behaviour.Kind] = {
    xmr.Kind.GAP: "routine",
    xmr.Kind.PLAIN: "plain",
    xmr.Kind.ROUTINE: "routine",
    xmr.Kind.IMPROVEMENT: "good",
    xmr.Kind.CONCERN: "bad",
    xmr.Kind.HIGH: "high",
    xmr.Kind.LOW: "low",
}
STATES = {
    "none": (lazy("No value yet"), "circle"),
    "few": (lazy("Too few values to say"), "hourglass"),
    "steady": (lazy("Steady"), "activity"),
    "good": (lazy("Worth a look"), "eye"),
    "bad": (lazy("Worth a look"), "eye"),
}


@dataclass(frozen=True, eq=False)
class MeasureReading:
    """A measure with its values read by the four rules; periods without a value are gaps.

    `starts` are the first days of the periods; `series` the reading of the same length, in the measure's unit. Of rare
    events they are the days of the events, and the days since the one before.
    """

    measure: Measure
    starts: list[date]
    series: xmr.Reading
    happenings: tuple[Happening, ...]
    remarks: tuple[behaviour.Remark, ...]
    is_seasonal: bool = False
    waits: rarely.Waits | None = None

    @property
    def cadence(self) -> Cadence:
        return cast(Cadence, self.measure.cadence)

    @cached_property
    def known(self) -> list[int]:
        """The positions that have a value."""
        return [at for at, value in enumerate(self.series.values) if value == value]

    @property
    def latest(self) -> tuple[date, float] | None:
        """The period of the newest value, and the value."""
        return (self.starts[self.known[-1]], float(self.series.values[self.known[-1]])) if self.known else None

    @property
    def say_latest(self) -> str:
        return self.say(self.latest[1]) if self.latest else ""

    @property
    def latest_period(self) -> str:
        return namer(self.cadence)(self.latest[0]) if self.latest else ""

    @cached_property
    def current(self) -> xmr.Segment:
        """The stretch in which the newest points lie."""
        return self.series.segments[-1]

    @cached_property
    def recent_signals(self) -> list[int]:
        last = set(self.known[-RECENT:])
        return [at for at in self.series.flagged if at in last]

    @property
    def state(self) -> str:
        """One of STATES; a signal is good or bad by its side, never by its cause."""
        if not self.known:
            return "none"
        if self.series.segments[0].limits is None and self.current.limits is None:
            return "few"
        kinds = [self.series.kinds[at] for at in self.recent_signals]
        if not kinds:
            return "steady"
        return "good" if kinds[-1] == xmr.Kind.IMPROVEMENT else "bad"

    @property
    def state_label(self) -> str:
        return str(STATES[self.state][0])

    @property
    def state_icon(self) -> str:
        return STATES[self.state][1]

    def say(self, value: float) -> str:
        return rarely.say_days(value) if self.waits else measured(value, self.measure.unit)

    @property
    def unit(self) -> str:
        """What the chart shows."""
        return _("days between") if self.waits else self.measure.unit

    def _lines(self, segment: xmr.Segment) -> xmr.Limits | rarely.Lines | None:
        return self.waits.lines(segment) if self.waits else segment.limits

    @property
    def finding(self) -> str:
        """What the values say, in one or two sentences; never why."""
        if self.waits:
            return self.waits.finding(self.recent_signals)
        if not self.known:
            return _("No value yet.")
        count = len(self.known)
        name = namer(self.cadence)
        if self.state == "few":
            average = float(sum(self.series.values[at] for at in self.known)) / count
            return ngettext(
                "%(count)s value so far: %(average)s. What is normal can be said from 8 values on.",
                "%(count)s values so far, %(average)s on average. What is normal can be said from 8 values on.",
                count,
            ) % {"count": count, "average": self.say(average)}
        limits = self.current.limits
        where = self._where()
        if not self.recent_signals:
            inside = len(self.known[-RECENT:])
            return f"{where} " + ngettext(
                "The last value lies within the normal ups and downs.",
                "The last %(count)s values lie within the normal ups and downs.",
                inside,
            ) % {"count": inside}
        last = self.recent_signals[-1]
        told = _("Worth a look: %(period)s, %(value)s.") % {
            "period": name(self.starts[last]),
            "value": self.say(float(self.series.values[last])),
        }
        return f"{where} {told}" if limits else told

    def _where(self) -> str:
        limits = self.current.limits or self.series.segments[0].limits
        assert limits is not None
        average = self.say(limits.mean)
        if self.current.limits is None or len(self.series.segments) == 1:
            return _("%(average)s on average.") % {"average": average}
        before = next((one.limits for one in reversed(self.series.segments[:-1]) if one.limits), None)
        since = month_year(self.starts[self.current.start])
        if before is None:
            return _("Since %(since)s: %(average)s on average.") % {"since": since, "average": average}
        return _("Since %(since)s: %(average)s on average. Before: %(before)s.") % {
            "since": since,
            "average": average,
            "before": self.say(before.mean),
        }

    @property
    def target_finding(self) -> str:
        """The target in a sentence: met as the work goes now, missed, or met by chance."""
        if self.series.assurance is None:
            return ""
        return {
            xmr.Assurance.WILL_MEET: _("The target will be met as the work goes now."),
            xmr.Assurance.WILL_MISS: _(
                "The target lies outside what is normal: it needs a change in how we work, not a good month."
            ),
            xmr.Assurance.HIT_AND_MISS: _("The target is hit and missed by chance: it is in reach, not routine."),
        }[self.series.assurance]

    @property
    def missing(self) -> str:
        """The sentence about a value that should be there and is not; "" where none is missing."""
        if not self.measure.is_overdue:
            return ""
        return _("The value of %(period)s was due on %(day)s and is not there yet.") % {
            "period": namer(self.cadence)(self.measure.wanted_on),
            "day": day_short(self.measure.due_on),
        }

    @property
    def normal(self) -> str:
        """The limits of the newest stretch in words, or of the one before where it has none yet."""
        limits = self._lines(self.current) or self._lines(self.series.segments[0])
        if limits is None:
            return ""
        lower, upper = limits.lower, limits.upper
        if self.is_seasonal:
            lower, upper = float(self.series.lower[-1]), float(self.series.upper[-1])
        low = max(lower, 0.0) if self._never_negative else lower
        return f"{measured(low, '')}–{measured(upper, '')}"

    @property
    def _never_negative(self) -> bool:
        return bool(self.known) and float(min(self.series.values[at] for at in self.known)) >= 0

    @property
    def is_provisional(self) -> bool:
        return self.current.is_provisional

    @property
    def distance_covered(self) -> int | None:
        """How much of the way from the baseline to the target is covered, in whole per cent of it, 0 to 100."""
        measure, limits = self.measure, self.current.limits or self.series.segments[0].limits
        if (
            self.waits
            or measure.baseline is None
            or measure.target is None
            or measure.baseline == measure.target
            or limits is None
        ):
            return None
        way = float(measure.target - measure.baseline)
        return round(min(max((limits.mean - float(measure.baseline)) / way, 0.0), 1.0) * 100)

    def chart(self, title: str = "", finding: str = "") -> behaviour.Chart:
        measure = self.measure
        within = None
        if measure.direction == Measure.Direction.WITHIN and not self.waits:
            assert measure.range_low is not None and measure.range_high is not None
            within = (float(measure.range_low), float(measure.range_high))
        return behaviour.Chart(
            points=[
                behaviour.Dot(
                    on,
                    None if value != value else float(value),
                    KINDS[kind],
                    tuple(sorted(rules)),
                )
                for on, value, kind, rules in zip(
                    self.starts, self.series.values, self.series.kinds, self.series.rules, strict=True
                )
            ],
            title=title or measure.name,
            finding=finding or self.finding,
            unit=_("days") if self.waits else measure.unit,
            cadence=self.cadence,
            segments=self._drawn_segments(),
            band=self._drawn_band() if self.is_seasonal else (),
            are_events=self.waits is not None,
            target=None if measure.target is None or within or self.waits else float(measure.target),
            target_by=measure.target_on,
            within=within,
            marks=[
                behaviour.Mark(one.on, one.label, "delivery" if one.is_delivery else "definition")
                for one in self.happenings
            ],
            remarks=self.remarks,
        )

    def _drawn_band(self) -> list[tuple[float, float] | None]:
        """What is normal in each period of a measure with a season; none where its season is not known."""
        least = 0.0 if self._never_negative else float("-inf")
        return [
            None if lower != lower else (max(float(lower), least), float(upper))
            for lower, upper in zip(self.series.lower, self.series.upper, strict=True)
        ]

    def _drawn_segments(self) -> list[behaviour.Segment]:
        drawn = []
        for place, one in enumerate(self.series.segments):
            lines = self._lines(one)
            if lines is None:
                continue
            low = max(lines.lower, 0.0) if self._never_negative else lines.lower
            has_band = not self.is_seasonal and not (self.waits and self.waits.is_wide)
            frozen = one.judges and any(not later.judges for later in self.series.segments[place + 1 : place + 2])
            drawn.append(
                behaviour.Segment(
                    first_on=self.starts[one.start],
                    last_on=self.starts[one.stop - 1],
                    mean=lines.mean,
                    low=low if has_band else None,
                    high=lines.upper if has_band else None,
                    provisional=one.is_provisional,
                    words=_("Typically %(days)s") % {"days": self.say(lines.mean)} if self.waits else "",
                    until=self.starts[-1] if frozen and has_band else None,
                )
            )
        return drawn

    def shown(self, finding: str = "") -> dict[str, Any]:
        """Everything that the page part of a chart needs."""
        chart = self.chart(finding=finding)
        newest = replace(chart, points=chart.points[-MOST_ROWS:])
        return {
            "drawn": behaviour.draw_both(chart),
            "legend": [(behaviour.key(kind), text) for kind, text in behaviour.legend(chart)],
            "rows": behaviour.numbers(newest),
            "is_cut": len(newest.points) < len(chart.points),
            "remarks": behaviour.remarks(chart),
            "changes": self.changes,
            "told": self.told,
        }

    @property
    def card(self) -> SafeString:
        """The newest values in the size of a card, with what is normal for them."""
        first = max(len(self.starts) - ON_A_CARD, 0)
        mark = next((one.start for one in reversed(self.series.segments) if not one.judges), first)
        return card_spark(
            [None if value != value else float(value) for value in self.series.values[first:]],
            self.finding,
            None if self.measure.target is None or self.waits else float(self.measure.target),
            mark - first if mark > first else None,
            [
                Band(
                    max(one.start, first) - first,
                    one.stop - 1 - first,
                    lines.mean,
                    max(lines.lower, 0.0) if self._never_negative else lines.lower,
                    lines.upper,
                    one.is_provisional,
                )
                for one in self.series.segments
                if one.stop > first and not self.is_seasonal and (lines := self._lines(one))
            ],
            [KINDS[kind] for kind in self.series.kinds[first:]],
        )

    @property
    def told(self) -> str:
        """How to read this chart, for somebody who sees one for the first time."""
        if self.state in ("none", "few"):
            return _("Dots only so far: with fewer than 8 values nobody can say what is normal.")
        if self.waits:
            return self.waits.told
        said = _(
            "Dots inside the band are normal ups and downs: do not explain them one by one. "
            "A marked dot is worth a look. A look is not a verdict."
        )
        if self.is_seasonal:
            said += " " + _("It has a season: each period is read against the same one of other years.")
        if self.is_provisional:
            said += " " + _("The newest band is provisional.")
        return f"{said} {self.target_finding}".strip()

    @property
    def changes(self) -> SafeString:
        """The chart of moving ranges, where there are limits."""
        limits = self.current.limits or self.series.segments[0].limits
        if limits is None or self.is_seasonal or self.waits:
            return SafeString()
        return behaviour.moving_ranges_both(self.chart(), limits.amr, limits.largest_range)


def read(
    measure: Measure,
    values: Iterable[tuple[date, Decimal]],
    happenings: Sequence[Happening] = (),
    annotations: Iterable[Any] = (),
) -> MeasureReading:
    """Read (first day of the period, value) pairs of a measure, in the order of time; what is not there is a gap.

    A delivery divides the series from the first whole period after it; a change of definition from its own period.
    A measure with a season, told by its values before the first delivery, is read against its season; one of rare
    events by the days between them.
    """
    found = dict(values)
    starts = list(periods.between(measure.cadence, min(found), max(found))) if found else []
    happenings = tuple(sorted(happenings, key=lambda one: one.on))
    remarks = tuple(behaviour.Remark(one.on, one.text) for one in annotations)
    if measure.is_rare:
        cuts_on = [one.on for one in happenings if one.is_delivery]
        since = max((one.on for one in happenings if not one.is_delivery), default=None)
        if waits := rarely.waits_of(measure.cadence, measure.aim, found.items(), cuts_on, since):
            return MeasureReading(measure, waits.days[1:], waits.series, happenings, remarks, waits=waits)
    places: dict[bool, list[int]] = {True: [], False: []}
    for one in happenings:
        if not starts:
            break
        first = periods.period_of(measure.cadence, one.on)
        if one.is_delivery and first < one.on:
            first = periods.later(measure.cadence, first, 1)
        at = periods.steps(measure.cadence, starts[0], first)
        if 0 < at < len(starts):
            places[one.is_delivery].append(at)
    known = [found.get(on) for on in starts]
    target = None if measure.target is None else float(measure.target)
    breaks, cuts = sorted(set(places[False])), sorted(set(places[True]))
    seasonal, length = None, SEASONS.get(measure.cadence)
    if length and not breaks and seasons.has_season(known[: cuts[0] if cuts else None], length):
        seasonal = seasons.read_season(known, season=length, aim=measure.aim, target=target, deliveries=cuts)
    series = seasonal or xmr.read(known, aim=measure.aim, target=target, breaks=breaks, deliveries=cuts)
    return MeasureReading(measure, starts, series, happenings, remarks, is_seasonal=seasonal is not None)


def readings_of(measures: Sequence[Measure], user: Any, known_at: datetime | None = None) -> dict[int, MeasureReading]:
    """Read many measures by their newest periods, in a few queries whatever their number; keys are theirs.

    Divided by what the user sees; without one by what everyone sees. What came after `known_at` is left out.
    """
    present_values = Measurement.objects.filter(entered_at__lte=known_at) if known_at else Measurement.objects.all()
    newest = present_values.filter(measure=OuterRef("pk")).order_by("-period_on").values("period_on")[:1]
    known = Measure.objects.filter(pk__in=[one.pk for one in measures]).annotate(newest_on=Subquery(newest))
    oldest = defaultdict[date, set[int]](set)
    happenings = told_of(measures, user)
    for pk, cadence, is_rare, on, number, from_on in known.order_by("definitions__number").values_list(
        "pk", "cadence", "is_rare", "newest_on", "definitions__number", "definitions__from_on"
    ):
        if on:
            oldest[periods.later(cadence, on, 1 - (MOST_QUIET if is_rare else MOST_PERIODS))].add(pk)
        if from_on:
            happenings[pk].append(redefined(number, from_on))
    inside = Q(pk__in=[])
    for first, pks in oldest.items():
        inside |= Q(measure__in=pks, period_on__gte=first)
    values = defaultdict[int, list[tuple[date, Decimal]]](list)
    for pk, on, value in present_values.filter(inside).order_by().values_list("measure_id", "period_on", "value"):
        values[pk].append((on, value))
    until = known_at.astimezone(clock.calendar().zone).date() if known_at else date.max
    return {
        one.pk: read(one, values[one.pk], [happening for happening in happenings[one.pk] if happening.on <= until])
        for one in measures
    }
