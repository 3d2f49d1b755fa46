"""Values that somebody brings in one go: read, looked at line by line, then taken over whole or dropped."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from goals.actions import indexes
from goals.actions.measures import keep_due
from goals.actions.plans import require
from goals.incoming.columns import Columns
from goals.incoming.plan import plan
from goals.incoming.rows import Coming, Part, Plan, Question, Standing
from goals.incoming.sheets import Line, Sheet
from goals.models import Measure, Measurement, MeasurementPart, Upload
from workflow import clock, events
from workflow.lifecycle import Conflict, MoveRefused

FILE_NAME = 150  # characters that are kept, so that the name of a sheet fits behind it


@transaction.atomic
def bring_values(measure: Measure, *, by: User, sheets: Sequence[Sheet], name: str = "") -> Upload:
    """Keep the lines of a table for a look, or of several sheets until one is chosen; no value is entered yet."""
    require(by, "goals.add_measurement", measure)
    if hasattr(measure, "index"):
        raise MoveRefused(_("This is an index: its values are computed from its members. Bring theirs."))
    kept = [(one.name, [[line.number, list(line.cells)] for line in one.lines], one.fault) for one in sheets]
    upload = Upload(measure=measure, by=by, name=name[:FILE_NAME], sheets=kept if len(kept) > 1 else [])
    readable = [(sheet, rows) for sheet, rows, fault in kept if not fault]
    if len(readable) == 1:
        _choose(upload, *readable[0])
    upload.save()
    return upload


def _choose(upload: Upload, sheet: str, rows: list[Any]) -> None:
    """Read this sheet; what was answered about another one is forgotten."""
    upload.rows, upload.answers = rows, {"sheet": sheet} if sheet else {}


def plan_of(upload: Upload) -> Plan:
    """What taking the upload over would do now, under the answers given so far."""
    measure = upload.measure
    questions, remarks = _about_sheets(upload)
    if not upload.rows:
        return Plan(Columns((), (), True), [], questions, remarks)
    standing = _standing(measure)
    made = plan(
        [Line(number, tuple(cells)) for number, cells in upload.rows],
        measure,
        upload.answers,
        standing,
        clock.today(),
        measure.definitions.aggregate(last=Max("from_on"))["last"],
    )
    made.questions[:0], made.remarks[:0] = questions, remarks
    return made


def _about_sheets(upload: Upload) -> tuple[list[Question], list[str]]:
    """Which of several sheets is meant, and why others cannot be chosen."""
    choices = [
        (
            name,
            ngettext("%(name)s (%(count)s line)", "%(name)s (%(count)s lines)", len(rows))
            % {"name": name, "count": len(rows)},
        )
        for name, rows, fault in upload.sheets
        if not fault
    ]
    remarks = [
        _("The sheet “%(name)s” cannot be read: %(fault)s") % {"name": name, "fault": fault}
        for name, _rows, fault in upload.sheets
        if fault
    ]
    if len(choices) < 2:
        return [], remarks
    chosen = upload.answers.get("sheet", "")
    return [Question("sheet", _("Several sheets hold something. Which one is read?"), tuple(choices), chosen)], remarks


def _standing(measure: Measure) -> dict[date, Standing]:
    parts: dict[int, list[Part]] = defaultdict(list)
    if measure.broken_down_by:
        for one in MeasurementPart.objects.filter(measurement__measure=measure).order_by("id"):
            parts[one.measurement_id].append((one.name, one.value, one.count))
    values = measure.measurements.order_by("period_on").values_list("pk", "period_on", "value")
    return {on: Standing(pk, value, tuple(parts[pk])) for pk, on, value in values}


@transaction.atomic
def answer_upload(upload: Upload, *, by: User, answers: Mapping[str, Any]) -> Upload:
    """Keep the answers to what could not be read in one way only."""
    locked = _locked(upload, by)
    sheet = answers.get("sheet") or locked.answers.get("sheet")
    if sheet != locked.answers.get("sheet"):
        _choose(locked, *next((name, rows) for name, rows, _fault in locked.sheets if name == sheet))
    else:
        locked.answers = {**locked.answers, **answers, **({"sheet": sheet} if sheet else {})}
    locked.save(update_fields=["answers", "rows"])
    return locked


@transaction.atomic
def take_over(upload: Upload, *, by: User, seen: str, answers: Mapping[str, Any], reason: str = "") -> Upload:
    """Enter every value that the plan shows as new or as a correction, in one go.

    `seen` and `answers` are those of the plan that was shown: another one is looked at again first.
    """
    locked = _locked(upload, by)
    measure = Measure.objects.select_for_update(of=("self",)).get(pk=locked.measure_id)
    list(measure.measurements.select_for_update(of=("self",)).values_list("pk", flat=True))
    locked.measure = measure
    present = plan_of(locked)
    if any(locked.answers.get(key, "") != answer for key, answer in answers.items()):
        raise MoveRefused(_("You changed an answer. Look at what the lines become now, then take them over."))
    if present.seen != seen:
        raise Conflict(_("Somebody changed values of this measure meanwhile. Look at the lines again."))
    if not present.is_answered:
        raise MoveRefused(_("Answer each question first, so that no value is guessed."))
    if not present.taken:
        raise MoveRefused(_("There is nothing to take over: no line brings a value that does not stand already."))
    if present.corrections and not reason.strip():
        raise MoveRefused(_("Write why the values are corrected."))
    _enter(measure, present.new, by)
    changes, of_parts = _correct(present.corrections)
    locked.name = locked.told
    locked.rows, locked.sheets, locked.answers = [], [], {}
    locked.applied_at, locked.taken = clock.now(), present.taken
    locked.save()
    events.record(
        "goals.measure.bring",
        measure,
        by=by,
        note=reason.strip(),
        data={
            "count": len(present.new),
            "corrected": len(present.corrections),
            "name": locked.name,
            "changes": changes,
            "parts": of_parts,
        },
    )
    keep_due(measure)
    days = [row.period_on for row in (*present.new, *present.corrections) if row.period_on]
    indexes.recalculate_with(measure, *days)
    return locked


@transaction.atomic
def drop_upload(upload: Upload, *, by: User) -> None:
    """Forget the lines; no value was entered."""
    locked = _locked(upload, by)
    locked.rows, locked.sheets, locked.answers, locked.dropped_at = [], [], {}, clock.now()
    locked.save()


def _locked(upload: Upload, by: User) -> Upload:
    locked = Upload.objects.select_for_update(of=("self",)).select_related("measure").get(pk=upload.pk)
    require(by, "goals.add_measurement", locked.measure)
    if locked.applied_at:
        raise Conflict(_("These values were taken over already."))
    if locked.dropped_at:
        raise Conflict(_("These lines were dropped. Bring the table again."))
    return locked


def _enter(measure: Measure, rows: Sequence[Coming], by: User) -> None:
    now = clock.now()
    values = []
    for row in rows:
        assert row.period_on is not None and row.value is not None
        values.append(
            Measurement(
                measure=measure,
                period_on=row.period_on,
                value=row.value,
                note=row.note[:300],
                entered_by=by,
                entered_at=now,
            )
        )
    try:
        with transaction.atomic():
            made = Measurement.objects.bulk_create(values, batch_size=500)
    except IntegrityError as twice:
        raise Conflict(_("Somebody changed values of this measure meanwhile. Look at the lines again.")) from twice
    _keep_parts([(one.pk, row.parts) for one, row in zip(made, rows, strict=True)])


def _keep_parts(parts_of: Sequence[tuple[int, Sequence[Part]]]) -> None:
    MeasurementPart.objects.bulk_create(
        [
            MeasurementPart(measurement_id=pk, name=name, value=value, count=count)
            for pk, parts in parts_of
            for name, value, count in parts
        ],
        batch_size=500,
    )


def _correct(rows: Sequence[Coming]) -> tuple[dict[str, list[Any]], dict[str, list[Any]]]:
    """Put the corrected values in place; returns what was and what is, by period, and the same of their parts.

    Parts are kept apart: a history that everybody reads does not show small counts.
    """
    changes: dict[str, list[Any]] = {}
    of_parts: dict[str, list[Any]] = {}
    values = Measurement.objects.in_bulk([row.stands.pk for row in rows if row.stands])
    for row in rows:
        assert row.stands is not None and row.period_on is not None and row.value is not None
        one = values[row.stands.pk]
        if one.value != row.value:
            changes[row.period_on.isoformat()] = [_told(one.value), _told(row.value)]
        one.value, one.version = row.value, one.version + 1
        if row.parts:
            was = {name: _part_told(value, count) for name, value, count in row.stands.parts}
            is_now = {name: _part_told(value, count) for name, value, count in row.parts}
            for name in {**was, **is_now}:
                if was.get(name) != is_now.get(name):
                    of_parts[f"{row.period_on.isoformat()}, {name}"] = [was.get(name), is_now.get(name)]
    Measurement.objects.bulk_update(values.values(), ["value", "version"], batch_size=300)
    with_parts = [(row.stands.pk, row.parts) for row in rows if row.stands and row.parts]
    MeasurementPart.objects.filter(measurement__in=[pk for pk, _parts in with_parts]).delete()
    _keep_parts(with_parts)
    return changes, of_parts


def _told(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _part_told(value: Decimal, count: int | None) -> str:
    return _told(value) if count is None else f"{_told(value)} ({count})"
