"""Indexes: their members and weights, and their values, computed anew wherever a member's value changed."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from goals import periods
from goals.actions.measures import period_of
from goals.actions.plans import require
from goals.analysis.combine import Given, Rule, combine
from goals.models import Definition, Index, IndexPart, Measure, Measurement, Member
from workflow import clock, events
from workflow.editing import edit
from workflow.lifecycle import Conflict, MoveRefused

Weights = Sequence[tuple[Measure, Decimal]]
AT_ONCE = 500
SIX = Decimal("0.000001")
EIGHT = Decimal("0.00000001")


@dataclass(frozen=True)
class Figure:
    """What an index says for one period: the value or None, the weight with data in per cent, and its parts."""

    period_on: date
    value: Decimal | None
    fresh: Decimal
    parts: list[IndexPart]


@transaction.atomic
def make_index(measure: Measure, *, by: User, members: Weights, **fields: Any) -> Index:
    """Turn a measure without values into an index of other measures."""
    require(by, "goals.change_index", measure)
    if hasattr(measure, "index"):
        raise Conflict(_("This measure is an index already. Change its members."))
    if measure.measurements.exists():
        raise MoveRefused(_("This measure has values that were entered. Add a new measure for the index."))
    index = Index(measure=measure, **fields)
    _refuse_unfit(index, members)
    index.save()
    Member.objects.bulk_create(Member(index=index, measure=one, weight=weight) for one, weight in members)
    Measure.objects.filter(pk=measure.pk).update(formula=_in_words(index, members), due_on=None)
    measure.refresh_from_db()
    Definition.objects.filter(measure=measure, number=1).update(formula=measure.formula)
    events.record("goals.index.make", measure, by=by, data={"formula": measure.formula})
    recalculate(index)
    return index


@transaction.atomic
def change_index(
    index: Index, *, by: User, version: int | None, members: Weights, from_on: date, reason: str, **fields: Any
) -> None:
    """Other members, weights or rule from a day on: a new version of the definition; the series breaks there."""
    require(by, "goals.change_index", index.measure)
    if not reason.strip():
        raise MoveRefused(_("Write why the index changes. It stands beside the break."))
    locked = Index.objects.select_for_update(of=("self",)).select_related("measure").get(pk=index.pk)
    if version is not None and version != locked.version:
        raise Conflict(
            _("Somebody else saved a change while you wrote. Your text is still here: compare and save again.")
        )
    from_on = period_of(locked.measure, from_on)
    last = locked.measure.definitions.order_by("-number").values_list("from_on", flat=True).first()
    if last and from_on <= last:
        raise MoveRefused(_("An earlier change counts from %(day)s. Choose a later day.") % {"day": last.isoformat()})
    for name, value in fields.items():
        setattr(locked, name, value)
    _refuse_unfit(locked, members)
    wanted = {one.pk: weight for one, weight in members}
    present = {one.measure_id: one for one in locked.members.filter(until_on=None)}
    same = {pk for pk, one in present.items() if wanted.get(pk) == one.weight}
    formula = _in_words(locked, members)
    if len(same) == len(present) == len(wanted) and formula == locked.measure.formula:
        raise MoveRefused(_("Nothing is different. Change a member, a weight or the rule."))
    locked.version += 1
    locked.save()
    for pk, one in present.items():
        if pk not in same:
            one.until_on = from_on
            one.save(update_fields=["until_on"])
    Member.objects.bulk_create(
        Member(index=locked, measure=one, weight=weight, from_on=from_on)
        for one, weight in members
        if one.pk not in same
    )
    edit(locked.measure, by=by, version=None, verb="redefine", note=reason.strip(), formula=formula)
    told = {name: getattr(locked.measure, name) for name in Definition.BREAKING} | {"formula": formula}
    Definition.objects.create(
        measure=locked.measure,
        number=locked.measure.definitions.count() + 1,
        from_on=from_on,
        because=reason.strip(),
        made_by=by,
        made_at=clock.now(),
        **told,
    )
    recalculate(locked, since=from_on)


def _in_words(index: Index, members: Weights) -> str:
    lines = [f"{index.get_rule_display()}, {index.cap_low.normalize():f}-{index.cap_high.normalize():f}"]
    return "\n".join(lines + [f"{measure.name}: {weight.normalize():f}" for measure, weight in members])


def _refuse_unfit(index: Index, members: Weights) -> None:
    sentences = []
    pks = [one.pk for one, _weight in members]
    total = sum((weight for _one, weight in members), Decimal(0))
    if not members:
        sentences.append(_("Name at least one member."))
    if len(set(pks)) < len(pks):
        sentences.append(_("A measure stands twice among the members. Name each once."))
    if any(weight <= 0 for _one, weight in members):
        sentences.append(_("A weight is zero or less. Give each member a weight above zero, or leave it out."))
    if members and total != 100:
        sentences.append(
            _("The weights add up to %(total)s. Change them until they add up to 100.")
            % {"total": f"{total.normalize():f}"}
        )
    if index.cap_high <= index.cap_low:
        sentences.append(_("The upper cap is not above the lower one. Write them in this order."))
    around = _contained_in(index.measure, pks)
    if around:
        sentences.append(
            _("“%(name)s” would contain itself through %(through)s. Leave that member out.")
            % {"name": index.measure.name, "through": ", ".join(f"“{one}”" for one in around)}
        )
    if index.rule == Index.Rule.SUM and len({one.unit for one, _weight in members}) > 1:
        sentences.append(_("A sum needs one unit. Choose members of the same unit, or another rule."))
    elif index.rule != Index.Rule.SUM:
        for one, _weight in members:
            if one.direction != Measure.Direction.WITHIN and one.target is None and not hasattr(one, "index"):
                sentences.append(
                    _("“%(name)s” has no target, so it has no score. Give it a target, or leave it out.")
                    % {"name": one.name}
                )
    if sentences:
        raise MoveRefused(*sentences)


def _contained_in(measure: Measure, members: Sequence[int]) -> list[str]:
    """The members through which `measure` would contain itself, by name; empty when it does not."""
    found = []
    for pk in members:
        seen, wave = set[int](), {pk}
        while wave - seen:
            seen |= wave
            wave = set(
                Member.objects.filter(index__measure__in=wave, until_on=None).values_list("measure_id", flat=True)
            )
        if measure.pk in seen:
            found.append(pk)
    return list(Measure.objects.filter(pk__in=found).values_list("name", flat=True))


def recalculate_with(measure: Measure, *days: date) -> None:
    """Compute anew the periods of every index in which values of `measure` for these days count."""
    for index in Index.objects.filter(members__measure=measure).select_related("measure").distinct():
        recalculate(index, only={period_of(index.measure, day) for day in days})


@transaction.atomic
def recalculate(index: Index, *, since: date | None = None, only: Iterable[date] | None = None) -> int:
    """Compute the values of an index: all, those from a period on, or `only` some; returns how many changed.

    Members are read in one query, whatever the number of periods; unchanged values are left alone.
    """
    Index.objects.select_for_update(of=("self",)).get(pk=index.pk)
    wanted = sorted(only) if only is not None else None
    first, last = (wanted[0], wanted[-1]) if wanted else (since, None)
    figures = figures_of(index, first, last, only=set(wanted) if wanted is not None else None)
    if not figures:
        return 0
    values = index.measure.measurements.filter(period_on__range=(figures[0].period_on, figures[-1].period_on))
    kept = {one.period_on: one for one in values}
    system = User.objects.system()
    withdrawn, new, other = [], [], []
    for figure in figures:
        old = kept.get(figure.period_on)
        if figure.value is None:
            if old is not None:
                withdrawn.append(old)
        elif old is None:
            kept[figure.period_on] = Measurement(
                measure=index.measure, period_on=figure.period_on, value=figure.value, entered_by=system
            )
            new.append(kept[figure.period_on])
        elif old.value != figure.value:
            told = {"period": figure.period_on.isoformat(), "changes": {"value": [str(old.value), str(figure.value)]}}
            events.record("goals.index.recalculated", index.measure, by=system, data=told)
            old.value = figure.value
            other.append(old)
    for old in withdrawn:
        told = {"period": old.period_on.isoformat(), "value": str(old.value)}
        events.record("goals.index.withdrawn", index.measure, by=system, data=told)
    changed = [one.period_on for one in (*withdrawn, *new, *other)]
    Measurement.objects.bulk_create(new, batch_size=AT_ONCE)
    Measurement.objects.bulk_update(other, ["value"], batch_size=AT_ONCE)
    _keep_parts(figures, kept, withdrawn)
    if changed:
        newest = index.measure.measurements.order_by("-period_on").values_list("period_on", flat=True).first()
        Measure.objects.filter(pk=index.measure_id).update(last_on=newest)
        recalculate_with(index.measure, *changed)
    return len(changed)


def _keep_parts(figures: Sequence[Figure], kept: dict[date, Measurement], withdrawn: Sequence[Measurement]) -> None:
    """Each value has the parts that it was computed from; a withdrawn value goes with them."""
    parts = []
    for figure in figures:
        if figure.value is not None:
            for part in figure.parts:
                part.measurement = kept[figure.period_on]
            parts += figure.parts
    known = [kept[figure.period_on].pk for figure in figures if figure.period_on in kept]
    for start in range(0, len(known), AT_ONCE):
        IndexPart.objects.filter(measurement__in=known[start : start + AT_ONCE]).delete()
    IndexPart.objects.bulk_create(parts, batch_size=AT_ONCE)
    if withdrawn:
        Measurement.objects.filter(pk__in=[one.pk for one in withdrawn]).delete()


def figures_of(
    index: Index, first: date | None = None, last: date | None = None, *, only: set[date] | None = None
) -> list[Figure]:
    """What the index says for each period with a value of a member, from `first` to `last` (first days of periods).

    A member's value in a period is the mean of its values whose own period begins in it; none there: it is missing.
    """
    members = list(index.members.select_related("measure__index", "measure__department"))
    if only is not None and not only:
        return []
    cadence = index.measure.cadence
    inside = Q()
    if first:
        inside &= Q(period_on__gte=first)
    if last:
        inside &= Q(period_on__lte=periods.last_day(cadence, last))
    values: dict[date, dict[int, list[Decimal]]] = defaultdict(lambda: defaultdict(list))
    found = Measurement.objects.filter(inside, measure__in={one.measure_id for one in members})
    for measure_id, period_on, value in found.values_list("measure_id", "period_on", "value"):
        values[periods.period_of(cadence, period_on)][measure_id].append(value)
    return [
        _figure(index, period_on, members, values[period_on])
        for period_on in sorted(set(values) | (only or set()))
        if only is None or period_on in only
    ]


def _figure(index: Index, period_on: date, members: list[Member], values: dict[int, list[Decimal]]) -> Figure:
    present = [
        one
        for one in members
        if (one.from_on is None or one.from_on <= period_on) and (one.until_on is None or period_on < one.until_on)
    ]
    parts, given = [], []
    for one in present:
        known = values.get(one.measure_id)
        value = sum(known, Decimal(0)) / len(known) if known else None
        part = IndexPart(member=one, value=None if value is None else value.quantize(EIGHT), target=one.measure.target)
        parts.append(part)
        given.append(_given(one, part.value))
    result = combine(
        given,
        rule=Rule(index.rule),
        cap=(float(index.cap_low), float(index.cap_high)),
        least_fresh=index.least_fresh / 100,
    )
    for part, score, share in zip(parts, result.scores, result.shares, strict=True):
        part.score = None if score is None else Decimal(score).quantize(SIX)
        part.share = None if share is None else Decimal(share).quantize(SIX)
    value = None if result.value is None else Decimal(result.value).quantize(EIGHT)
    return Figure(period_on, value, Decimal(result.fresh * 100).quantize(Decimal("0.1")), parts)


def _given(member: Member, value: Decimal | None) -> Given:
    measure = member.measure
    return Given(
        value=None if value is None else float(value),
        target=None if measure.target is None else float(measure.target),
        weight=float(member.weight),
        aim=measure.aim,
        meets=None if value is None else measure.met_by(value),
        is_index=hasattr(measure, "index"),
    )
