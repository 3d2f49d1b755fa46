"""What an index is made of: its members in the newest period, who signed it, and how it was made before."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from django.db.models import Max, Prefetch
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from charts.parts import Part, parts_both
from charts.words import Cadence, namer
from goals import actions
from goals.actions.indexes import Figure
from goals.models import Agreement, Definition, Index, IndexPart, Measure, Position, Remark, SignOff

ADDS_UP = (Index.Rule.WEIGHTED_MEAN, Index.Rule.MEAN, Index.Rule.CITYSCORE)


@dataclass(frozen=True)
class Composition:
    """The parts of an index in the newest period with any data, in the order of their weight."""

    index: Index
    figure: Figure

    @property
    def parts(self) -> list[IndexPart]:
        return self.figure.parts

    @property
    def period(self) -> str:
        return _named(self.index.measure, self.figure.period_on)

    @property
    def weight(self) -> Any:
        return sum(one.member.weight for one in self.parts)

    @property
    def missing(self) -> list[str]:
        return [one.member.measure.name for one in self.parts if one.value is None]

    @cached_property
    def chart(self) -> SafeString:
        """The parts as bars, where the index is a mean: there they add up to it."""
        if self.index.rule not in ADDS_UP or self.figure.value is None:
            return SafeString()
        even = self.index.rule != Index.Rule.WEIGHTED_MEAN
        weights = [1.0 if even else float(one.member.weight) for one in self.parts]
        whole = sum(weight for weight, one in zip(weights, self.parts, strict=True) if one.share is not None)
        rows = [
            Part(
                one.member.measure.name,
                None if one.share is None else max(float(one.share), 0.0),
                weight / whole,
                "" if one.share is not None else self.why_missing(one),
            )
            for weight, one in zip(weights, self.parts, strict=True)
        ]
        finding = _("What each member adds to the index in %(period)s, beside what it would add on target.")
        return parts_both(rows, finding % {"period": self.period})

    def why_missing(self, part: IndexPart) -> str:
        last = part.member.measure.last_on
        if part.value is not None:
            return _("no score")
        if last is None:
            return _("no value yet")
        return _("last value of %(period)s") % {"period": _named(part.member.measure, last)}


def _named(measure: Measure, on: Any) -> str:
    return namer(cast(Cadence, measure.cadence))(on)


def composition_of(index: Index) -> Composition | None:
    """What the newest period with any data of a member says; None before any."""
    newest = Measure.objects.filter(memberships__index=index).aggregate(last=Max("last_on"))["last"]
    if newest is None:
        return None
    period_on = actions.period_of(index.measure, newest)
    figures = actions.figures_of(index, period_on, period_on)
    if not figures:
        return None
    made = Composition(index, figures[-1])
    for part in made.parts:
        part.why_missing = "" if part.share is not None else made.why_missing(part)  # type: ignore[attr-defined]
    return made


def signatures_of(agreement: Agreement) -> list[dict[str, Any]]:
    """One row a department: its position, and what it signed of the present version."""
    signed = {(one.department_id, one.part): one for one in agreement.sign_offs.all() if one.number == agreement.number}
    return [
        {
            "position": position,
            "own": signed.get((position.department_id, SignOff.Part.OWN)),
            "joint": signed.get((position.department_id, SignOff.Part.JOINT)),
        }
        for position in agreement.positions.all()
    ]


def index_page(measure: Measure) -> dict[str, Any]:
    """What the page of a measure shows of it as an index: members, signatures, dissent and its history; {} for others.

    Seven queries, whatever the number of members, departments and versions.
    """
    if not hasattr(measure, "index"):
        return {}
    agreement = (
        Agreement.objects.filter(index=measure)
        .prefetch_related(
            Prefetch("positions", Position.objects.select_related("department", "speaker")),
            "sign_offs",
            Prefetch("remarks", Remark.objects.filter(settled_at=None).select_related("department", "by")),
        )
        .first()
    )
    versions: Sequence[Definition] = list(measure.definitions.select_related("made_by").order_by("-number"))
    return {
        "composition": composition_of(measure.index),
        "agreement": agreement,
        "rows": signatures_of(agreement) if agreement else [],
        "dissents": [one for one in agreement.remarks.all() if one.kind == Remark.Kind.DISSENT] if agreement else [],
        "versions": versions,
    }
