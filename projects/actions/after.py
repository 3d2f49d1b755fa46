"""What comes after delivery: lessons, the look whether it is in use, outcomes, “did it help?”."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.policy import Size, current_policy
from goals.models import Measure
from intake import actions as intake_actions
from intake.lifecycle import State as IdeaState
from intake.models import Idea, Part
from projects.actions.base import require, tell
from projects.models import Cause, CheckIn, HelpAnswer, Lesson, Outcome, Project
from workflow import clock
from workflow.lifecycle import Conflict, MoveRefused, perform

PHASE_IN = timedelta(days=30)
POINTS_AFTER = 8
LONG_STOP = timedelta(days=730)
DAYS_OF_CADENCE = {"weekly": 7, "monthly": 31, "quarterly": 92, "yearly": 366}


def write_lessons(
    project: Project, *, by: User, went_well: str, went_wrong: str, causes: Iterable[dict[str, Any]] = ()
) -> None:
    """Keep the lessons and coded causes of the close; each cause is a dict of code, is_primary and evidence."""
    for kind, text in ((Lesson.Kind.WENT_WELL, went_well), (Lesson.Kind.WENT_WRONG, went_wrong)):
        Lesson.objects.create(project=project, kind=kind, text=text.strip(), written_by=by)
    causes = list(causes)
    if causes and sum(bool(cause.get("is_primary")) for cause in causes) != 1:
        raise MoveRefused(_("Mark one of the causes as the primary one."))
    if any(not str(cause.get("evidence", "")).strip() for cause in causes):
        raise MoveRefused(_("Write the evidence for each cause."))
    Cause.objects.bulk_create(Cause(project=project, **cause) for cause in causes)


def plan_after_delivery(project: Project, *, by: User) -> None:
    """Plan the “is it in use?” check-in and the day on which each promise is looked at."""
    days = timedelta(days=current_policy().checkin_days)
    calendar = clock.calendar()
    asked_of = next(iter(project.idea.people_as(Part.Kind.SPONSOR)), project.idea.requester)
    if project.idea.size == Size.SMALL or not asked_of.is_active:
        asked_of = project.idea.requester
    CheckIn.objects.create(project=project, asked_of=asked_of, due_at=calendar.due_after(clock.now() + days, 1))
    for promise in project.promises.select_related("measure__owner"):
        Outcome.objects.create(promise=promise, test_on=test_date(promise.measure, clock.today()))
        intake_actions.involve(project.idea, promise.measure.owner, Part.Kind.MEASURE_OWNER)


def test_date(measure: Measure, delivered_on: date) -> date:
    """The day on which the outcome is looked at: phase-in, then enough points, at the latest the long stop."""
    after = PHASE_IN + POINTS_AFTER * timedelta(days=DAYS_OF_CADENCE[measure.cadence])
    return delivered_on + min(after, LONG_STOP)


@transaction.atomic
def answer_check_in(check_in: CheckIn, *, by: User, answer: str, text: str = "") -> None:
    """Say whether it is in use; “partly” and “no” want a sentence."""
    require(by, "projects.answer_check_in", check_in)
    check_in = CheckIn.objects.select_for_update(of=("self",)).select_related("project__idea").get(pk=check_in.pk)
    if check_in.answered_at:
        raise Conflict(_("This check-in was answered already."))
    if answer != CheckIn.Answer.YES and not text.strip():
        raise MoveRefused(_("Write what keeps people from using it."))
    check_in.answer, check_in.text = answer, text.strip()
    check_in.answered_by, check_in.answered_at = by, clock.now()
    check_in.save()
    tell("check_in", check_in.project, by=by, note=text, answer=answer)


@transaction.atomic
def skip_check_in(check_in: CheckIn, *, by: User, reason: str) -> None:
    require(by, "projects.skip_check_in", check_in)
    if not reason.strip():
        raise MoveRefused(_("Write why the check-in is skipped."))
    check_in.skipped_because, check_in.answered_at, check_in.answered_by = reason.strip(), clock.now(), by
    check_in.save()
    tell("skip_check_in", check_in.project, by=by, note=reason)


@transaction.atomic
def record_outcome(outcome: Outcome, *, by: User, measured: Decimal, what_else_changed: str) -> None:
    """The measure's owner records what was measured and what else changed; no verdict is given here."""
    require(by, "projects.record_outcome", outcome)
    outcome = _open_outcome(outcome)
    if clock.today() < outcome.test_on:
        raise MoveRefused(
            _("It is looked at on %(day)s, the day fixed at delivery. Come back then.") % {"day": outcome.test_on}
        )
    if not what_else_changed.strip():
        raise MoveRefused(_("Write what else changed in that time, or that nothing did."))
    outcome.measured, outcome.what_else_changed = measured, what_else_changed.strip()
    outcome.recorded_by, outcome.recorded_at = by, clock.now()
    outcome.save()
    project = outcome.project
    tell(
        "record_outcome",
        project,
        by=by,
        note=what_else_changed,
        measure=str(outcome.promise.measure),
        measured=str(measured),
    )
    evaluate_when_known(project, by=by)


def _open_outcome(outcome: Outcome) -> Outcome:
    locked = (
        Outcome.objects.select_for_update(of=("self",))
        .select_related("promise__project__idea", "promise__measure")
        .get(pk=outcome.pk)
    )
    if locked.recorded_at:
        raise Conflict(_("This outcome was recorded already."))
    return locked


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


def evaluate_when_known(project: Project, *, by: User) -> None:
    """The last outcome, or without promises the answer to “did it help?”, evaluates the idea."""
    idea = Idea.objects.get(pk=project.idea_id)
    outcomes = Outcome.objects.filter(promise__project=project)
    known = (
        not outcomes.filter(recorded_at=None).exists()
        if outcomes.exists()
        else HelpAnswer.objects.filter(project=project).exists()
    )
    if known and idea.state == IdeaState.DELIVERED:
        perform(idea, "evaluate", by=User.objects.system(), on_behalf_of=None if by.is_machine else by)


# What the clock does


@transaction.atomic
def close_as_not_measurable(project: Project, *, by: User) -> None:
    """At the long stop silence is closed as “not measurable”, never as success."""
    for outcome in Outcome.objects.select_for_update(of=("self",)).filter(promise__project=project, recorded_at=None):
        outcome.not_measurable_because = _("Nobody recorded it before the last day.")
        outcome.recorded_at = clock.now()
        outcome.save()
    if not project.promises.exists() and not HelpAnswer.objects.filter(project=project).exists():
        HelpAnswer.objects.create(project=project, answer=HelpAnswer.Answer.NOT_KNOWN, answered_by=by)
    tell("not_measurable", project, by=by)
    evaluate_when_known(project, by=by)


@transaction.atomic
def ask_check_in(check_in: CheckIn, *, by: User) -> None:
    """The day of the check-in has come: ask."""
    check_in = CheckIn.objects.select_for_update(of=("self",)).select_related("project__idea").get(pk=check_in.pk)
    if check_in.asked_at or check_in.answered_at:
        return
    check_in.asked_at = clock.now()
    check_in.save()
    tell("ask_check_in", check_in.project, by=by, of=check_in.asked_of_id)


@transaction.atomic
def ask_outcome(outcome: Outcome, *, by: User) -> None:
    """The day of the test has come: ask the measure's owner."""
    outcome = _open_outcome(outcome)
    if outcome.asked_at:
        return
    outcome.asked_at = clock.now()
    outcome.save()
    tell(
        "ask_outcome", outcome.project, by=by, of=outcome.promise.measure.owner_id, measure=str(outcome.promise.measure)
    )
