"""The work of a project: getting ready, milestones, money, holds, the question to cancel."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from intake import actions as intake_actions
from intake.models import Part
from projects.actions.base import require, tell
from projects.models import BudgetLine, Hold, Milestone, Project, ReadyLine
from workflow import clock, notifications
from workflow.editing import edit
from workflow.lifecycle import Conflict, MoveRefused
from workflow.templatetags.ui import day, money


@transaction.atomic
def plan_line(line: ReadyLine, *, by: User, owner: User, due_on: date, note: str = "") -> None:
    """Say whose move a getting-ready line is, and until when."""
    require(by, "projects.lead_project", line.project)
    line.owner, line.due_on, line.note = owner, due_on, note
    line.save()
    intake_actions.involve(line.project.idea, owner, Part.Kind.READY_OWNER)
    tell("plan_line", line.project, by=by, note=note, line=line.kind, owner=owner.pk, due_on=due_on.isoformat())


@transaction.atomic
def close_line(line: ReadyLine, *, by: User, note: str = "") -> None:
    """A getting-ready line is done."""
    require(by, "projects.close_line", line)
    line = ReadyLine.objects.select_for_update(of=("self",)).select_related("project__idea").get(pk=line.pk)
    if not line.is_open:
        raise Conflict(_("This line was closed already."))
    line.closed_at = clock.now()
    line.note = note or line.note
    line.save()
    tell("close_line", line.project, by=by, note=note, line=line.kind)


@transaction.atomic
def waive_line(line: ReadyLine, *, by: User, reason: str) -> None:
    """A getting-ready line is not needed, with the reason."""
    require(by, "projects.lead_project", line.project)
    if not reason.strip():
        raise MoveRefused(_("Write why this is not needed."))
    line = ReadyLine.objects.select_for_update(of=("self",)).select_related("project__idea").get(pk=line.pk)
    if not line.is_open:
        raise Conflict(_("This line was closed already."))
    line.waived_at, line.waived_because = clock.now(), reason.strip()
    line.save()
    tell("waive_line", line.project, by=by, note=reason, line=line.kind)


# Plan and money


@transaction.atomic
def add_milestone(project: Project, *, by: User, name: str, due_on: date) -> Milestone:
    require(by, "projects.lead_project", project)
    milestone = Milestone.objects.create(project=project, name=name, due_on=due_on, baseline_on=due_on)
    tell("add_milestone", project, by=by, name=name, due_on=due_on.isoformat())
    return milestone


@transaction.atomic
def change_milestone(
    milestone: Milestone,
    *,
    by: User,
    name: str,
    due_on: date,
    done_on: date | None,
    reason: str = "",
    version: int | None = None,
) -> None:
    """Move or finish a milestone; a later date wants a reason. `version`: the one that was read."""
    project = milestone.project
    require(by, "projects.lead_project", project)
    milestone = Milestone.objects.select_for_update().get(pk=milestone.pk)
    if version not in (None, milestone.version):
        raise Conflict(
            _("Somebody changed this milestone meanwhile: %(name)s, planned for %(day)s. Save again to change it.")
            % {"name": milestone.name, "day": day(milestone.due_on)}
        )
    if due_on > milestone.due_on and not reason.strip():
        raise MoveRefused(_("Write why the date moves."))
    if done_on and done_on > clock.today():
        raise MoveRefused(_("Enter the day on which it was done; it cannot be in the future."))
    was, was_done = milestone.due_on, milestone.done_on
    milestone.name, milestone.due_on, milestone.done_on = name, due_on, done_on
    milestone.version += 1
    milestone.save()
    tell(
        "change_milestone",
        project,
        by=by,
        note=reason,
        name=name,
        changes={
            "due_on": [was.isoformat(), due_on.isoformat()],
            "done_on": [one and one.isoformat() for one in (was_done, done_on)],
        },
    )


@transaction.atomic
def plan_end(project: Project, *, by: User, planned_end_on: date, reason: str) -> None:
    """Plan another delivery day; everyone who asked hears of it with the reason."""
    require(by, "projects.lead_project", project)
    if not reason.strip():
        raise MoveRefused(_("Write why the date moves."))
    if planned_end_on < (project.started_on or clock.today()):
        raise MoveRefused(_("Choose a day after the start of the work."))
    event = edit(project, by=by, version=None, verb="plan_end", note=reason, planned_end_on=planned_end_on)
    if event:
        notifications.tell(event, project)


@transaction.atomic
def set_budget(
    project: Project,
    *,
    by: User,
    name: str,
    fiscal_year: int,
    planned: int,
    spent: int,
    kind: str = BudgetLine.Kind.ONE_TIME,
    version: int | None = None,
) -> BudgetLine:
    """Write what one purpose in one fiscal year is planned and spent (whole dollars); a change keeps the difference.

    `version`: the one that was read.
    """
    require(by, "projects.lead_project", project)
    line, created = BudgetLine.objects.select_for_update().get_or_create(
        project=project, name=name, fiscal_year=fiscal_year, defaults={"planned": planned, "spent": spent, "kind": kind}
    )
    if not created and version not in (None, line.version):
        raise Conflict(
            _("Somebody changed this money meanwhile: %(planned)s planned, %(spent)s spent. Save again to change it.")
            % {"planned": money(line.planned), "spent": money(line.spent)}
        )
    before = (None, None) if created else (line.planned, line.spent)
    if not created:
        line.planned, line.spent, line.kind = planned, spent, kind
        line.version += 1
        line.save()
    tell(
        "set_budget",
        project,
        by=by,
        name=name,
        year=fiscal_year,
        changes={"planned": [before[0], planned], "spent": [before[1], spent]},
    )
    return line


@transaction.atomic
def hold(project: Project, *, by: User, reason: str, until_on: date) -> Hold:
    require(by, "projects.lead_project", project)
    if not project.is_running:
        raise Conflict(_("Only a running project can be put on hold."))
    if not reason.strip() or until_on <= clock.today():
        raise MoveRefused(_("Write why it rests, and until which coming day."))
    if project.current_hold:
        raise Conflict(_("This project is on hold already."))
    made = Hold.objects.create(project=project, reason=reason.strip(), held_by=by, until_on=until_on)
    tell("hold", project, by=by, note=reason, until=until_on.isoformat())
    project.refresh_from_db()
    return made


@transaction.atomic
def resume(project: Project, *, by: User) -> None:
    require(by, "projects.lead_project", project)
    held = Hold.objects.select_for_update().filter(project=project, ended_at=None).first()
    if held is None:
        raise Conflict(_("This project is not on hold."))
    held.ended_at = clock.now()
    held.save()
    tell("resume", project, by=by)
    project.refresh_from_db()


@transaction.atomic
def ask_to_cancel(project: Project, *, by: User, reason: str) -> None:
    """The project manager asks the idea's decider to cancel, with the reason."""
    require(by, "projects.lead_project", project)
    if not project.is_running:
        raise Conflict(_("Only a running project can be cancelled."))
    if not reason.strip():
        raise MoveRefused(_("Write why the project should be cancelled."))
    project.cancel_reason, project.cancel_asked_by = reason.strip(), by
    project.save(update_fields=["cancel_reason", "cancel_asked_by"])
    tell("ask_to_cancel", project, by=by, note=reason)
