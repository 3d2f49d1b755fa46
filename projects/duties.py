"""What a person has open in projects, and how it goes to a successor when the account is closed."""

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import duties
from accounts.duties import Duty
from accounts.models import User
from intake import actions as intake_actions
from intake.duties import as_duty
from intake.models import Part
from projects.actions import tell
from projects.lifecycle import State
from projects.models import CheckIn, Outcome, Project, ReadyLine
from workflow.editing import edit


def managed(user: User) -> Iterable[Project]:
    return (
        Project.objects.filter(manager=user)
        .exclude(state__in=(State.CLOSED, State.CANCELLED))
        .select_related("idea__group")
    )


def ready_lines(user: User) -> Iterable[ReadyLine]:
    return ReadyLine.objects.filter(owner=user, closed_at=None, waived_at=None).select_related("project__idea__group")


def check_ins(user: User) -> Iterable[CheckIn]:
    return CheckIn.objects.filter(asked_of=user, answered_at=None).select_related("project__idea__group")


def outcomes(user: User) -> Iterable[Outcome]:
    """The outcomes of measures that this person owned at the delivery, of which nobody said yet what else changed."""
    parts = Part.objects.filter(user=user, kind=Part.Kind.MEASURE_OWNER, ended_at=None)
    return (
        Outcome.objects.wanting_a_word()
        .filter(promise__project__idea__in=parts.values("idea"), promise__measure__owner=user)
        .select_related("promise__project__idea__group")
    )


def duties_of(user: User) -> list[Duty]:
    """What waits on this person in projects: those managed, ready lines, check-ins, outcomes of measures kept."""
    return [
        *(as_duty(_("project manager"), one.idea, one) for one in managed(user)),
        *(as_duty(one.get_kind_display(), one.project.idea, one.project) for one in ready_lines(user)),
        *(as_duty(_("check-in"), one.project.idea, one.project) for one in check_ins(user)),
        *(as_duty(_("outcome"), one.idea, one.project) for one in outcomes(user)),
    ]


@transaction.atomic
def hand_over(user: User, successor: User, by: User) -> None:
    """Give every open duty in projects to the successor; outcomes go with their measures."""
    for project in managed(user):
        intake_actions.involve(project.idea, successor, Part.Kind.PROJECT_MANAGER)
        intake_actions.release(project.idea, Part.Kind.PROJECT_MANAGER, user)
        edit(project, by=by, version=None, verb="name_manager", manager=successor)
    for line in ready_lines(user):
        line.owner = successor
        line.save(update_fields=["owner"])
        intake_actions.involve(line.project.idea, successor, Part.Kind.READY_OWNER)
        intake_actions.release(line.project.idea, Part.Kind.READY_OWNER, user)
        tell("plan_line", line.project, by=by, line=line.kind, owner=successor.pk, due_on=line.due_on.isoformat())
    for check_in in check_ins(user):
        intake_actions.require_in_group(check_in.project.idea, successor)
        check_in.asked_of = successor
        check_in.save(update_fields=["asked_of"])
        tell("ask_check_in", check_in.project, by=by, of=successor.pk)
    for part in Part.objects.filter(user=user, kind=Part.Kind.MEASURE_OWNER, ended_at=None).select_related("idea"):
        intake_actions.involve(part.idea, successor, Part.Kind.MEASURE_OWNER)
        intake_actions.release(part.idea, Part.Kind.MEASURE_OWNER, user)


duties.register(duties_of, handover=hand_over)
