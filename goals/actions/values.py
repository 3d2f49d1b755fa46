"""Values of a measure: entered once a period, corrected with a reason, never overwritten."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from goals.actions import indexes
from goals.actions.measures import keep_due, period_of
from goals.actions.plans import require
from goals.models import Measure, Measurement, MeasurementPart
from workflow import clock, events
from workflow.editing import edit
from workflow.lifecycle import Conflict, MoveRefused

Part = tuple[str, Decimal, int | None]


@transaction.atomic
def record_measurement(
    measure: Measure, *, by: User, period_on: date, value: Decimal, note: str = "", parts: Sequence[Part] = ()
) -> Measurement:
    """Enter the value of one period, with its break-down as (name, value, count or None)."""
    require(by, "goals.add_measurement", measure)
    if hasattr(measure, "index"):
        raise MoveRefused(_("This is an index: its values are computed from its members. Enter theirs."))
    period_on = period_of(measure, period_on)
    if period_on > clock.today():
        raise MoveRefused(_("This period has not begun yet. Enter its value when it is known."))
    if measure.ended_on and period_on > measure.ended_on:
        raise MoveRefused(_("This measure has ended. Values of earlier periods can still be entered."))
    _refuse_unfit_parts(measure, value, parts)
    try:
        with transaction.atomic():
            made = Measurement.objects.create(
                measure=measure, period_on=period_on, value=value, note=note.strip(), entered_by=by
            )
    except IntegrityError as twice:
        raise Conflict(_("This period has a value already. Correct that one, with the reason.")) from twice
    MeasurementPart.objects.bulk_create(
        MeasurementPart(measurement=made, name=name, value=part, count=count) for name, part, count in parts
    )
    events.record(
        "goals.measure.record", measure, by=by, note=note, data={"period": period_on.isoformat(), "value": str(value)}
    )
    keep_due(measure)
    indexes.recalculate_with(measure, period_on)
    return made


def _refuse_unfit_parts(measure: Measure, value: Decimal, parts: Sequence[Part]) -> None:
    names = [name.casefold() for name, *_rest in parts]
    sentences = []
    if len(set(names)) < len(names):
        sentences.append(_("A part stands twice in the break-down. Write each part once."))
    total = sum((part for _name, part, _count in parts), Decimal(0))
    if parts and measure.parts_add_up and total != value:
        sentences.append(
            _("The parts add up to %(total)s, the value is %(value)s. Correct the part or the value.")
            % {"total": f"{total.normalize():f}", "value": f"{value.normalize():f}"}
        )
    if sentences:
        raise MoveRefused(*sentences)


@transaction.atomic
def correct_measurement(measurement: Measurement, *, by: User, value: Decimal, reason: str, version: int | None) -> Any:
    """Correct a value; the old one stays in the history of the measure, with the reason."""
    require(by, "goals.add_measurement", measurement.measure)
    if not reason.strip():
        raise MoveRefused(_("Write why the value is corrected."))
    parts = [(one.name, one.value, one.count) for one in measurement.parts.all()]
    _refuse_unfit_parts(measurement.measure, value, parts)
    before = measurement.value
    if edit(measurement, by=by, version=version, verb="correct", note=reason.strip(), value=value) is None:
        raise MoveRefused(_("This is the value that stands there. Write the corrected one."))
    event = events.record(
        "goals.measure.correct",
        measurement.measure,
        by=by,
        note=reason.strip(),
        data={"period": measurement.period_on.isoformat(), "changes": {"value": [str(before), str(value)]}},
    )
    indexes.recalculate_with(measurement.measure, measurement.period_on)
    return event
