"""Changes of a measure: its sheet, the versions of its definition, who keeps it, and what people noted beside it."""

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from goals import periods
from goals.actions.plans import free_slug, require
from goals.models import Annotation, Definition, Measure, Objective
from workflow import clock, events, notifications
from workflow.editing import edit
from workflow.lifecycle import Conflict, MoveRefused

ASK_AGAIN = timedelta(days=7)


def period_of(measure: Measure, day: date) -> date:
    """The first day of the measure's period in which a day lies."""
    return periods.period_of(measure.cadence, day)


def last_whole_period(measure: Measure) -> date:
    """The period that ended last: the newest one for which a value can be expected."""
    return periods.last_whole_period(measure.cadence, clock.today())


def due_on_of(measure: Measure) -> date | None:
    """The day by which the next value should be there: the end of its period and the reporting lag.

    None for what is computed or has ended.
    """
    if measure.ended_on or hasattr(measure, "index"):
        return None
    return periods.last_day(measure.cadence, measure.wanted_on) + timedelta(days=measure.lag_days)


def keep_due(measure: Measure) -> None:
    """Bring `last_on` and `due_on` up to date after a value came or the sheet changed."""
    measure.last_on = measure.measurements.order_by("-period_on").values_list("period_on", flat=True).first()
    measure.due_on = due_on_of(measure)
    measure.reminded_on = None
    Measure.objects.filter(pk=measure.pk).update(
        last_on=measure.last_on, due_on=measure.due_on, reminded_on=measure.reminded_on
    )


@transaction.atomic
def ask_for_value(measure: Measure, *, by: User) -> bool:
    """Ask the owner for the value that is overdue; whoever was asked before is asked again with the backup."""
    locked = Measure.objects.select_for_update(of=("self",)).get(pk=measure.pk)
    today = clock.today()
    if not locked.is_overdue or (locked.reminded_on and locked.reminded_on > today - ASK_AGAIN):
        return False
    again = locked.reminded_on is not None
    Measure.objects.filter(pk=locked.pk).update(reminded_on=today)
    period_on = locked.wanted_on
    event = events.record(
        "goals.measure.ask_value", locked, by=by, data={"period": period_on.isoformat(), "again": again}
    )
    link = settings.SITE_URL + reverse("measurement-new", args=[locked.slug])
    notifications.tell(event, locked, extra={"link": link, "period": date_format(period_on, "F Y")})
    return True


def _refuse_unfit(measure: Measure) -> None:
    """A target has its date, a range its two ends, and the backup is somebody other than the owner."""
    sentences = []
    if measure.target is not None and measure.target_on is None:
        sentences.append(_("Write the date by which the target should be reached."))
    if measure.target is None and measure.target_on is not None:
        sentences.append(_("Write the target for that date, or leave the date empty."))
    if measure.backup_id is not None and measure.backup_id == measure.owner_id:
        sentences.append(_("Name somebody other than the owner as the backup, or leave it empty."))
    if measure.direction == Measure.Direction.WITHIN:
        if measure.range_low is None or measure.range_high is None:
            sentences.append(_("Write both ends of the range in which the value should stay."))
        elif measure.range_high <= measure.range_low:
            sentences.append(_("The upper end of the range is not above the lower one. Write them in this order."))
    elif measure.range_low is not None or measure.range_high is not None:
        sentences.append(_("A range belongs to “Best within a range”. Choose that direction, or empty the range."))
    if measure.tolerance < 0:
        sentences.append(_("The tolerance is a distance: write it without a minus sign."))
    if measure.is_rare and measure.cadence != Measure.Cadence.DAILY:
        sentences.append(_("Rare events are counted by day. Choose “Every day”, or do not mark them as rare."))
    if sentences:
        raise MoveRefused(*sentences)


@transaction.atomic
def add_measure(objective: Objective, *, by: User, **fields: Any) -> Measure:
    """Add a measure to an objective, with the first version of its definition."""
    require(by, "goals.change_goal", None)
    measure = Measure(slug=free_slug(Measure, fields["name"]), objective=objective, **fields)
    _refuse_unfit(measure)
    measure.save()
    keep_definition(measure, by=by, number=1)
    keep_due(measure)
    events.record("goals.measure.add", measure, by=by)
    return measure


def keep_definition(measure: Measure, *, by: User, number: int, from_on: date | None = None, because: str = "") -> None:
    told = {name: getattr(measure, name) for name in Definition.BREAKING}
    Definition.objects.create(
        measure=measure, number=number, from_on=from_on, because=because, made_by=by, made_at=clock.now(), **told
    )


@transaction.atomic
def change_measure(
    measure: Measure, *, by: User, version: int | None, reason: str = "", from_on: date | None = None, **fields: Any
) -> Any:
    """Change the sheet of a measure; what it was stays in its history.

    Another unit, direction or formula is a new version of the definition: the series breaks at `from_on`, which then
    must be given, and the reason with it.
    """
    require(by, "goals.change_measure", measure)
    wanted = Measure.objects.get(pk=measure.pk)
    for name, value in fields.items():
        setattr(wanted, name, value)
    _refuse_unfit(wanted)
    before = Measure.objects.select_for_update(of=("self",)).get(pk=measure.pk)
    breaks = any(getattr(before, name) != getattr(wanted, name) for name in Definition.BREAKING)
    if before.cadence != wanted.cadence and before.measurements.exists():
        raise MoveRefused(
            _("Its values were entered for other periods. Add a new measure for the new rhythm, and end this one.")
        )
    if breaks and version in (None, before.version):
        _refuse_unfit_break(before, from_on, reason)
    event = edit(measure, by=by, version=version, note=reason, **fields)
    if event is None:
        return None
    if breaks:
        assert from_on is not None
        number = measure.definitions.count() + 1
        keep_definition(
            measure, by=by, number=number, from_on=periods.period_of(measure.cadence, from_on), because=reason.strip()
        )
    keep_due(measure)
    return event


def _refuse_unfit_break(measure: Measure, from_on: date | None, reason: str) -> None:
    sentences = []
    if from_on is None:
        sentences.append(
            _("Unit, direction or formula change: write the day from which this counts. The series breaks there.")
        )
    if not reason.strip():
        sentences.append(_("Write why the definition changes. It stands beside the break."))
    last = measure.definitions.order_by("-number").values_list("from_on", flat=True).first()
    if from_on and last and periods.period_of(measure.cadence, from_on) <= last:
        sentences.append(_("An earlier change counts from %(day)s. Choose a later day.") % {"day": last.isoformat()})
    if sentences:
        raise MoveRefused(*sentences)


@transaction.atomic
def end_measure(measure: Measure, *, by: User, version: int | None, reason: str) -> Any:
    """Stop measuring; the values and their history stay."""
    require(by, "goals.change_measure", measure)
    if not reason.strip():
        raise MoveRefused(_("Write why this is no longer measured."))
    if measure.ended_on:
        raise Conflict(_("This measure has ended already."))
    if measure.memberships.filter(until_on=None).exists():
        raise MoveRefused(_("It is a member of an index. Take it out of the index first."))
    event = edit(measure, by=by, version=version, verb="end", note=reason.strip(), ended_on=clock.today())
    keep_due(measure)
    return event


@transaction.atomic
def annotate(measure: Measure, *, by: User, on: date, kind: str, text: str) -> Annotation:
    """Say what else changed on a day, or that somebody looked and it was steady."""
    require(by, "goals.annotate_measure", measure)
    if on > clock.today() and kind != Annotation.Kind.ANNOUNCED:
        raise MoveRefused(_("This day has not come yet. Note it when it has happened, or mark it as announced."))
    made = Annotation.objects.create(measure=measure, on=on, kind=kind, text=text.strip(), by=by)
    events.record("goals.measure.annotate", measure, by=by, note=text.strip(), data={"on": on.isoformat()})
    return made


@transaction.atomic
def take_back_annotation(annotation: Annotation, *, by: User) -> None:
    """The person who noted it takes it back; the history keeps it."""
    require(by, "goals.take_back_annotation", annotation)
    locked = Annotation.objects.select_for_update(of=("self",)).get(pk=annotation.pk)
    if locked.taken_back_at:
        raise Conflict(_("This note was taken back already."))
    locked.taken_back_at = clock.now()
    locked.save(update_fields=["taken_back_at"])
    events.record("goals.measure.take_back_annotation", annotation.measure, by=by, note=annotation.text)
