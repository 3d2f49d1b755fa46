"""Changes of plans, goals and objectives: what each was stays in its history."""

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.models import User
from goals.models import Goal, Objective, Plan
from workflow import events
from workflow.editing import edit, plain
from workflow.lifecycle import Conflict, MoveRefused, NotYourMove
from workflow.models import Event


def require(by: User, permission: str, obj: Any) -> None:
    if not by.has_perm(permission, obj):
        raise NotYourMove


def free_slug(model: Any, name: str) -> str:
    """A slug that no other one has; `new` is the address of the form."""
    base = slugify(name)[:70] or model._meta.model_name
    slug, count = base, 1
    while slug == "new" or model.objects.filter(slug=slug).exists():
        count += 1
        slug = f"{base}-{count}"
    return slug


def _in_order(starts_on: date | None, ends_on: date | None) -> None:
    if starts_on and ends_on and ends_on <= starts_on:
        raise MoveRefused(_("It ends before it starts. Write an end that is after the start."))


@transaction.atomic
def add_plan(*, by: User, **fields: Any) -> Plan:
    """Add a plan; its goals are added to it one by one."""
    require(by, "goals.change_goal", None)
    _in_order(fields["starts_on"], fields["ends_on"])
    if Plan.objects.filter(name__iexact=fields["name"]).exists():
        raise MoveRefused(_("There is a plan of this name. Give this one another name."))
    plan = Plan.objects.create(**fields)
    events.record("goals.plan.add", plan, by=by)
    return plan


@transaction.atomic
def change_plan(plan: Plan, *, by: User, version: int | None, **fields: Any) -> Any:
    require(by, "goals.change_goal", None)
    _in_order(fields.get("starts_on", plan.starts_on), fields.get("ends_on", plan.ends_on))
    if Plan.objects.exclude(pk=plan.pk).filter(name__iexact=fields.get("name", "")).exists():
        raise MoveRefused(_("There is a plan of this name. Give this one another name."))
    return edit(plan, by=by, version=version, **fields)


def edits_of(goal: Goal) -> int:
    """How often the goal was changed: its version, which a form gives back."""
    return Event.objects.about(goal).filter(verb="goals.goal.edit").count()


@transaction.atomic
def add_goal(*, by: User, **fields: Any) -> Goal:
    """Add a goal below those that stand in the list."""
    require(by, "goals.change_goal", None)
    _in_order(fields.get("starts_on"), fields.get("ends_on"))
    last = Goal.objects.listed().aggregate(last=Max("position"))["last"]
    position = 0 if last is None else min(last + 1, Goal.TAKEN_OVER - 1)
    goal = Goal.objects.create(slug=free_slug(Goal, fields["name"]), position=position, **fields)
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
    _in_order(locked.starts_on, locked.ends_on)
    locked.save()
    events.record("goals.goal.edit", locked, by=by, data={"changes": changes})
    goal.refresh_from_db()


@transaction.atomic
def move_goal(goal: Goal, *, by: User, up: bool) -> None:
    """Change places with the goal above or below it in the list; at the end of the list nothing happens."""
    require(by, "goals.change_goal", None)
    listed = list(Goal.objects.listed().select_for_update(of=("self",)))
    here = listed.index(goal)
    there = here - 1 if up else here + 1
    if not 0 <= there < len(listed):
        return
    listed[here], listed[there] = listed[there], listed[here]
    for position, one in enumerate(listed):
        if one.position != position:
            Goal.objects.filter(pk=one.pk).update(position=position)
    events.record("goals.goal.move", goal, by=by, data={"from": here + 1, "to": there + 1})


@transaction.atomic
def add_objective(goal: Goal, *, by: User, name: str, ends_on: date | None = None) -> Objective:
    require(by, "goals.change_goal", None)
    objective = Objective.objects.create(goal=goal, name=name, ends_on=ends_on, position=goal.objectives.count())
    events.record("goals.goal.add_objective", goal, by=by, data={"name": name})
    return objective


@transaction.atomic
def change_objective(objective: Objective, *, by: User, version: int | None, **fields: Any) -> Any:
    """Rename an objective, date it, or move it with its measures to another goal."""
    require(by, "goals.change_goal", None)
    event = edit(objective, by=by, version=version, **fields)
    if event is not None:
        events.record("goals.goal.change_objective", objective.goal, by=by, data=event.data | {"name": objective.name})
    return event
