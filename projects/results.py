"""How outcomes read: the verdict in words, what speaks beside it, and its charts."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from charts import behaviour, picture
from charts.interval import Effect, bounds, effect, effect_row
from charts.words import changed, measured, month_year, places_of
from goals.happenings import Happening
from goals.models import Annotation, Measurement
from goals.reading import MeasureReading, read
from intake.models import Contribution
from projects.models import Outcome, Project, Promise
from workflow.templatetags.ui import day, day_short

TONES: dict[str, str] = {Outcome.Verdict.BETTER: "good", Outcome.Verdict.WORSE: "bad"}
ICONS = {
    Outcome.Verdict.BETTER: "trending-up",
    Outcome.Verdict.WORSE: "trending-down",
    Outcome.Verdict.NO_CHANGE: "minus",
    Outcome.Verdict.CANNOT_TELL: "circle-help",
    "": "hourglass",
}


@dataclass(eq=False)
class Result:
    """What became of one promise, as it is said and drawn. Before the delivery there is no outcome yet."""

    promise: Promise
    outcome: Outcome | None

    @property
    def unit(self) -> str:
        return self.promise.measure.unit

    @property
    def tone(self) -> str:
        """ "good", "bad" or "flat": the look of the verdict."""
        return TONES.get(self.outcome.verdict, "flat") if self.outcome else "flat"

    @property
    def icon(self) -> str:
        return ICONS[self.outcome.verdict] if self.outcome else ICONS[""]

    @property
    def is_found(self) -> bool:
        return self.outcome is not None and not self.outcome.is_open

    @property
    def since(self) -> str:
        """The month of the delivery."""
        delivered_on = self.promise.project.delivered_on
        return month_year(delivered_on) if delivered_on else ""

    @property
    def label(self) -> str:
        """The verdict in a few words: "Better since Feb 2026"."""
        if self.outcome is None:
            return _("Not delivered yet")
        if self.outcome.is_open:
            return _("Cannot tell yet, until %(day)s") % {"day": day(self.outcome.until_on)}
        return {
            Outcome.Verdict.BETTER: _("Better since %(month)s"),
            Outcome.Verdict.WORSE: _("Worse since %(month)s"),
            Outcome.Verdict.NO_CHANGE: _("No detectable change"),
            Outcome.Verdict.CANNOT_TELL: str(self.outcome.get_reason_display())
            if self.outcome.reason == Outcome.Reason.NOT_MEASURABLE
            else _("Cannot tell"),
        }[Outcome.Verdict(self.outcome.verdict)] % {"month": self.since}

    @property
    def sentence(self) -> str:
        """The verdict with its numbers; never a cause."""
        if self.outcome is None or self.outcome.is_open:
            return f"{self.label}."
        if self.outcome.reason == Outcome.Reason.NOT_MEASURABLE:
            return _(
                "Not measurable: too few values by the last day. There were %(before)s before and %(after)s after "
                "delivery; at least 8 are needed on each side."
            ) % {"before": self.outcome.found.get("before", 0), "after": self.outcome.found.get("after", 0)}
        if self.outcome.verdict == Outcome.Verdict.CANNOT_TELL:
            return f"{self.label}: {self.why}."
        return f"{self.label}: {self.numbers}."

    @property
    def why(self) -> str:
        """Why nobody can tell, or what weakens the verdict."""
        assert self.outcome is not None
        return {
            Outcome.Reason.ALREADY_MOVING: _("it was already moving before the delivery"),
            Outcome.Reason.REDEFINED: _("the measure was defined anew in between"),
            Outcome.Reason.NOT_MEASURABLE: _("too few values"),
            Outcome.Reason.WITHIN_RANGE: _("it moved, and is as far from its range as before"),
            "": "",
        }[self.outcome.reason]

    @cached_property
    def effect(self) -> Effect:
        one = self.outcome
        known = one is not None and one.shift is not None
        return Effect(
            value=_float(one.shift) if one and known else None,
            low=_float(one.shift_low) if one and known else None,
            high=_float(one.shift_high) if one and known else None,
            promised=float(self.promise.expected),
            unit=self.unit,
            tone=self.tone if self.tone in ("good", "bad") else "",  # type: ignore[arg-type]
        )

    @property
    def numbers(self) -> str:
        """ "−7.0 days on average, 95% range −7.7 to −6.3, promised −6.0"."""
        one = self.effect
        if one.value is None or one.low is None or one.high is None:
            return ""
        places = places_of(*one.numbers)
        return _("%(shift)s on average, 95%% range %(low)s to %(high)s, promised %(promised)s") % {
            "shift": changed(one.value, one.unit, places),
            "low": changed(one.low, "", places),
            "high": changed(one.high, "", places),
            "promised": changed(float(self.promise.expected), "", places),
        }

    @property
    def measured(self) -> str:
        return "" if self.effect.value is None else changed(self.effect.value, self.unit)

    @property
    def promised(self) -> str:
        return changed(float(self.promise.expected), self.unit)

    @property
    def interval(self) -> SafeString:
        return effect(self.effect)

    @property
    def url(self) -> str:
        """The page of the outcome; before the delivery that of the project."""
        project = self.promise.project
        return (
            reverse("outcome", args=[project.number, self.outcome.pk]) if self.outcome else project.get_absolute_url()
        )

    # What was tested

    @cached_property
    def before(self) -> list[tuple[date, float]]:
        return self._values("before")

    @cached_property
    def after(self) -> list[tuple[date, float]]:
        return self._values("after")

    def _values(self, side: str) -> list[tuple[date, float]]:
        kept = self.outcome.found.get("values", {}) if self.outcome else {}
        return [(date.fromisoformat(on), float(value)) for on, value in kept.get(side, ())]

    @property
    def asked(self) -> str:
        """The question of the test, in words."""
        promise = self.promise
        better = {
            "up": _("Is the average after delivery higher than before?"),
            "down": _("Is the average after delivery lower than before?"),
            "within": _("Is the average after delivery nearer to its range than before?"),
        }[promise.measure.direction]
        if not self.before:
            return better
        return f"{better} " + _("Compared are %(after)s values after with %(before)s before.") % {
            "after": len(self.after),
            "before": len(self.before),
        }

    def average(self, values: list[tuple[date, float]]) -> str:
        return measured(sum(value for _on, value in values) / len(values), self.unit) if values else ""

    @property
    def average_before(self) -> str:
        return self.average(self.before)

    @property
    def average_after(self) -> str:
        return self.average(self.after)

    # Charts

    @cached_property
    def chart(self) -> behaviour.Chart | None:
        """The values of the test with what was normal before; None where nothing was tested."""
        delivered_on = self.promise.project.delivered_on
        if not self.before or delivered_on is None:
            return None
        return self._reading(delivered_on).chart(finding=self.sentence)

    def _reading(self, delivered_on: date) -> MeasureReading:
        values = [(on, Decimal(str(value))) for on, value in (*self.before, *self.after)]
        flag = Happening(delivered_on, f"{self.promise.project.label} · {day_short(delivered_on)}")
        return read(self.promise.measure, values, [flag])

    @property
    def card(self) -> SafeString:
        """The same chart in the size of a card."""
        delivered_on = self.promise.project.delivered_on
        return self._reading(delivered_on).card if self.before and delivered_on else SafeString()

    @property
    def drawn(self) -> SafeString:
        return behaviour.draw_both(self.chart) if self.chart else SafeString()

    @property
    def png(self) -> bytes | None:
        """The chart for a mail."""
        return picture.picture(behaviour.draw(self.chart)) if self.chart else None


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def result_of(promise: Promise) -> Result:
    return Result(promise, getattr(promise, "outcome", None))


def tell_results(contributions: list[Contribution]) -> None:
    """Give each contribution the `result` of its newest promise, in one query for all of them."""
    promises = Promise.objects.filter(contribution__in=contributions).select_related("measure", "project", "outcome")
    found = {one.contribution_id: result_of(one) for one in promises.order_by("project__number")}
    for one in contributions:
        one.result = found.get(one.pk)  # type: ignore[attr-defined]


def with_rows(results: Iterable[Result]) -> list[tuple[Result, SafeString]]:
    """Each result with its interval on the scale of all of them, for a table of one measure."""
    results = list(results)
    if not results:
        return []
    scale = bounds([one.effect for one in results])
    return [(one, effect_row(one.effect, scale)) for one in results]


# Beside the verdict


def evidence(result: Result, others: Iterable[Project], notes: Iterable[Annotation]) -> list[str]:
    """What else is known and never makes a verdict: slopes, signals, other deliveries, what people noted, corrections.

    `others`: other projects with this measure that the reader may see. `notes`: what people wrote beside the measure.
    """
    return list(_evidence(result, others, notes)) if result.is_found and result.before else []


def _evidence(result: Result, others: Iterable[Project], notes: Iterable[Annotation]) -> Iterator[str]:
    outcome = result.outcome
    assert outcome is not None
    found, first, last = outcome.found, result.before[0][0], result.after[-1][0]
    per = _per_period(result.promise.measure.cadence)
    if found.get("was_moving") and found.get("moving"):
        slope = found["moving"]["estimates"]["time"]["value"]
        yield _("Before the delivery it was already moving: %(slope)s %(per)s.") % {
            "slope": changed(slope, result.unit),
            "per": per,
        }
    bend = (found.get("course") or {}).get("estimates", {}).get("since")
    if bend and (bend["low"] > 0 or bend["high"] < 0):
        yield _("Its slope changed at the delivery as well: by %(slope)s %(per)s.") % {
            "slope": changed(bend["value"], result.unit),
            "per": per,
        }
    if signals := len(found.get("signals", ())):
        yield ngettext(
            "%(count)s value after delivery is worth a look against what was normal before.",
            "%(count)s values after delivery are worth a look against what was normal before.",
            signals,
        ) % {"count": signals}
    for one in others:
        if one.delivered_on and first <= one.delivered_on <= last:
            yield _("Another project was delivered in this time: %(title)s, %(day)s.") % {
                "title": one.title,
                "day": day_short(one.delivered_on),
            }
    for note in notes:
        if first <= note.on <= last:
            yield f"{note.get_kind_display()}, {day_short(note.on)}: {note.text}"
    changed_since = _corrected(result)
    if changed_since:
        yield ngettext(
            "%(count)s of these values was corrected since. The verdict stays as it was found.",
            "%(count)s of these values were corrected since. The verdict stays as it was found.",
            changed_since,
        ) % {"count": changed_since}


def _corrected(result: Result) -> int:
    tested = dict((*result.before, *result.after))
    now = dict(
        Measurement.objects.filter(measure=result.promise.measure_id, period_on__in=list(tested)).values_list(
            "period_on", "value"
        )
    )
    return sum(on not in now or float(now[on]) != value for on, value in tested.items())


def _per_period(cadence: str) -> str:
    said: dict[str, Any] = {
        "daily": _("a day"),
        "weekly": _("a week"),
        "monthly": _("a month"),
        "quarterly": _("a quarter"),
        "yearly": _("a year"),
    }
    return str(said[cadence])
