"""The looks after delivery: is it in use, questions of somebody's own, and “did it help?”."""

from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.policy import Size, current_policy
from intake.models import Part
from projects.actions.base import require, tell
from projects.actions.outcomes import evaluate_when_known
from projects.models import CheckIn, HelpAnswer, Project
from workflow import clock
from workflow.lifecycle import Conflict, MoveRefused

ASK_AGAIN = timedelta(days=7)


def plan_check_in(project: Project) -> None:
    """Plan the question “is it in use?”, for the department that asked for it."""
    asked_of = next(iter(project.idea.people_as(Part.Kind.SPONSOR)), project.idea.requester)
    if project.idea.size == Size.SMALL or not asked_of.is_active:
        asked_of = project.idea.requester
    due_at = clock.calendar().due_after(clock.now() + timedelta(days=current_policy().checkin_days), 1)
    CheckIn.objects.create(project=project, asked_of=asked_of, due_at=due_at)


@transaction.atomic
def add_check_in(project: Project, *, by: User, asked_of: User, question: str, due_on: date) -> CheckIn:
    """Ask one more question after delivery, of somebody who may see the project, for a coming day."""
    require(by, "projects.add_check_in", project)
    if project.delivered_on is None:
        raise Conflict(_("This can be asked once the project is delivered."))
    if not question.strip():
        raise MoveRefused(_("Write the question."))
    if due_on < clock.today():
        raise MoveRefused(_("Choose today or a coming day."))
    if not asked_of.is_active or not project.may_be_seen_by(asked_of):
        raise MoveRefused(_("%(person)s may not see this project. Ask somebody else.") % {"person": asked_of})
    made = CheckIn.objects.create(
        project=project,
        asked_of=asked_of,
        asked_by=by,
        question=question.strip(),
        due_at=datetime.combine(due_on, time(), tzinfo=clock.calendar().zone),
    )
    tell("plan_check_in", project, by=by, note=made.question, of=asked_of.pk, due_on=due_on.isoformat())
    return made


@transaction.atomic
def answer_check_in(check_in: CheckIn, *, by: User, answer: str, text: str = "") -> None:
    """Say whether it is in use; “partly” and “no” want a sentence."""
    require(by, "projects.answer_check_in", check_in)
    check_in = CheckIn.objects.select_for_update(of=("self",)).select_related("project__idea").get(pk=check_in.pk)
    if check_in.answered_at:
        raise Conflict(_("This check-in was answered already."))
    if answer != CheckIn.Answer.YES and not text.strip():
        raise MoveRefused(_("Write in a sentence what is missing."))
    check_in.answer, check_in.text = answer, text.strip()
    check_in.answered_by, check_in.answered_at = by, clock.now()
    check_in.save()
    tell("check_in", check_in.project, by=by, note=text, answer=answer, question=check_in.question)


@transaction.atomic
def skip_check_in(check_in: CheckIn, *, by: User, reason: str) -> None:
    require(by, "projects.skip_check_in", check_in)
    check_in = CheckIn.objects.select_for_update(of=("self",)).select_related("project__idea").get(pk=check_in.pk)
    if check_in.answered_at:
        raise Conflict(_("This check-in was answered already."))
    if not reason.strip():
        raise MoveRefused(_("Write why the check-in is skipped."))
    check_in.skipped_because, check_in.answered_at, check_in.answered_by = reason.strip(), clock.now(), by
    check_in.save()
    tell("skip_check_in", check_in.project, by=by, note=reason)


@transaction.atomic
def ask_check_in(check_in: CheckIn, *, by: User) -> None:
    """The day of the check-in has come: ask; a week later, once more."""
    check_in = CheckIn.objects.select_for_update(of=("self",)).select_related("project__idea").get(pk=check_in.pk)
    again = check_in.asked_at is not None
    if check_in.answered_at or (again and check_in.reminded_at):
        return
    if again:
        check_in.reminded_at = clock.now()
    else:
        check_in.asked_at = clock.now()
    check_in.save()
    tell("ask_check_in", check_in.project, by=by, of=check_in.asked_of_id, question=check_in.question)


@transaction.atomic
def say_whether_it_helped(project: Project, *, by: User, answer: str, text: str = "") -> HelpAnswer:
    """“Did it help?” where no measure was promised."""
    require(by, "projects.say_whether_it_helped", project)
    Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
    if project.delivered_on is None:
        raise Conflict(_("This can be answered once the project is delivered."))
    if HelpAnswer.objects.filter(project=project).exists():
        raise Conflict(_("This was answered already. Thank you."))
    made = HelpAnswer.objects.create(project=project, answer=answer, text=text.strip(), answered_by=by)
    tell("did_it_help", project, by=by, note=text, answer=answer)
    evaluate_when_known(project, by=by)
    return made
