"""Changes of goals: values are entered once and corrected with a reason; goals, objectives and measures are kept."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.models import User
from goals.models import Goal, Measure, Measurement, Objective
from workflow import clock, events
from workflow.editing import edit, plain
from workflow.lifecycle import Conflict, MoveRefused, NotYourMove
from workflow.models import Event


def require(by: User, permission: str, obj: Any) -> None:
    if not by.has_perm(permission, obj):
        raise NotYourMove


def period_of(measure: Measure, day: date) -> date:
    """The first day of the measure's period in which a day lies."""
    if measure.cadence == Measure.Cadence.WEEKLY:
        return day - timedelta(days=day.weekday())
    if measure.cadence == Measure.Cadence.YEARLY:
        return day.replace(month=1, day=1)
    if measure.cadence == Measure.Cadence.QUARTERLY:
        return day.replace(month=day.month - (day.month - 1) % 3, day=1)
    return day.replace(day=1)


def last_whole_period(measure: Measure) -> date:
    """The period that ended last: the newest one for which a value can be expected."""
    return period_of(measure, period_of(measure, clock.today()) - timedelta(days=1))


@transaction.atomic
def record_measurement(measure: Measure, *, by: User, period_on: date, value: Decimal, note: str = "") -> Measurement:
    """Enter the value of one period; a period has one value, which is corrected and never overwritten."""
    require(by, "goals.add_measurement", measure)
    period_on = period_of(measure, period_on)
    if period_on > clock.today():
        raise MoveRefused(_("This period has not begun yet. Enter its value when it is known."))
    try:
        with transaction.atomic():
            made = Measurement.objects.create(
                measure=measure, period_on=period_on, value=value, note=note.strip(), entered_by=by
            )
    except IntegrityError as twice:
        raise Conflict(_("This period has a value already. Correct that one, with the reason.")) from twice
    events.record(
        "goals.measure.record", measure, by=by, note=note, data={"period": period_on.isoformat(), "value": str(value)}
    )
    return made


@transaction.atomic
def correct_measurement(measurement: Measurement, *, by: User, value: Decimal, reason: str, version: int | None) -> Any:
    """Correct a value; the old one stays in the history of the measure, with the reason."""
    require(by, "goals.add_measurement", measurement.measure)
    if not reason.strip():
        raise MoveRefused(_("Write why the value is corrected."))
    before = measurement.value
    if edit(measurement, by=by, version=version, verb="correct", note=reason.strip(), value=value) is None:
        raise MoveRefused(_("This is the value that stands there. Write the corrected one."))
    return events.record(
        "goals.measure.correct",
        measurement.measure,
        by=by,
        note=reason.strip(),
        data={"period": measurement.period_on.isoformat(), "changes": {"value": [str(before), str(value)]}},
    )


def _free_slug(model: Any, name: str) -> str:
    """A slug that no other one has; `new` is the address of the form."""
    base = slugify(name)[:70] or model._meta.model_name
    slug, count = base, 1
    while slug == "new" or model.objects.filter(slug=slug).exists():
        count += 1
        slug = f"{base}-{count}"
    return slug


def edits_of(goal: Goal) -> int:
    """How often the goal was changed: its version, which a form gives back."""
    return Event.objects.about(goal).filter(verb="goals.goal.edit").count()


@transaction.atomic
def add_goal(*, by: User, **fields: Any) -> Goal:
    """Add a goal below those that stand in the list."""
    require(by, "goals.change_goal", None)
    last = Goal.objects.listed().aggregate(last=Max("position"))["last"]
    position = 0 if last is None else min(last + 1, Goal.TAKEN_OVER - 1)
    goal = Goal.objects.create(slug=_free_slug(Goal, fields["name"]), position=position, **fields)
    events.record("goals.goal.add", goal, by=by)
    return goal


@transaction.atomic
def change_goal(goal: Goal, *, by: User, version: int | None, **fields: Any) -> None:
    """Change a goal; what it was stays in its history."""
    require(by, "goals.change_goal", None)
    locked = Goal.objects.select_for_update(of=("self",)).get(pk=goal.pk)
    if version is not None and version != edits_of(locked):
        raise Conflict(
            _("Somebody else saved a change while you wrote. Your text is still here: compare and save again.")
        )
    changes = {
        name: [plain(getattr(locked, name)), plain(value)]
        for name, value in fields.items()
        if getattr(locked, name) != value
    }
    if not changes:
        return
    for name in changes:
        setattr(locked, name, fields[name])
    locked.save()
    events.record("goals.goal.edit", locked, by=by, data={"changes": changes})
    goal.refresh_from_db()


@transaction.atomic
def add_objective(goal: Goal, *, by: User, name: str) -> Objective:
    require(by, "goals.change_goal", None)
    objective = Objective.objects.create(goal=goal, name=name, position=goal.objectives.count())
    events.record("goals.goal.add_objective", goal, by=by, data={"name": name})
    return objective


def _refuse_unfit(measure: Measure) -> None:
    """A target has its date, and the backup is somebody other than the owner."""
    sentences = []
    if measure.target is not None and measure.target_on is None:
        sentences.append(_("Write the date by which the target should be reached."))
    if measure.backup_id is not None and measure.backup_id == measure.owner_id:
        sentences.append(_("Name somebody other than the owner as the backup, or leave it empty."))
    if sentences:
        raise MoveRefused(*sentences)


@transaction.atomic
def add_measure(objective: Objective, *, by: User, **fields: Any) -> Measure:
    """Add a measure to an objective."""
    require(by, "goals.change_goal", None)
    measure = Measure(slug=_free_slug(Measure, fields["name"]), objective=objective, **fields)
    _refuse_unfit(measure)
    measure.save()
    events.record("goals.measure.add", measure, by=by)
    return measure


@transaction.atomic
def change_measure(measure: Measure, *, by: User, version: int | None, reason: str = "", **fields: Any) -> Any:
    """Change what a measure is or who keeps it; what it was stays in its history."""
    require(by, "goals.change_measure", measure)
    wanted = Measure.objects.get(pk=measure.pk)
    for name, value in fields.items():
        setattr(wanted, name, value)
    _refuse_unfit(wanted)
    return edit(measure, by=by, version=version, note=reason, **fields)
