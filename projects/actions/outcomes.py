"""Outcomes: planned at delivery, found once by the stated test, read by people beside it."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from goals import evaluation
from goals.analysis.shift import Verdict
from goals.evaluation import Rule, Window
from goals.models import Definition, Measurement
from intake import actions as intake_actions
from intake.lifecycle import State as IdeaState
from intake.models import Idea, Part
from projects.actions.base import require, tell
from projects.models import HelpAnswer, Outcome, OutcomeReading, Project, Promise
from workflow import clock
from workflow.lifecycle import Conflict, MoveRefused, perform

PLACES = Decimal("0.0001")
LONG_STOP = timedelta(days=731)


def rule_of(promise: Promise) -> Rule:
    """The rule that the approval froze."""
    return Rule(promise.points_before, promise.points_after, promise.gap_points, promise.long_stop_months)


def plan_outcomes(project: Project) -> None:
    """The delivery fixes, once, the day on which each promise is tested."""
    delivered_on = project.delivered_on or clock.today()
    for promise in project.promises.select_related("measure__owner"):
        measure, rule = promise.measure, rule_of(promise)
        long_stop_on = rule.last_day(delivered_on)
        test_on = min(rule.day_of(measure.cadence, measure.lag_days, delivered_on), long_stop_on)
        Outcome.objects.create(promise=promise, test_on=test_on, until_on=test_on, long_stop_on=long_stop_on)
        intake_actions.involve(project.idea, measure.owner, Part.Kind.MEASURE_OWNER)


def window_of(outcome: Outcome) -> Window:
    """The values that count for an outcome today."""
    promise = outcome.promise
    delivered_on = promise.project.delivered_on
    assert delivered_on is not None, "An outcome is planned at delivery."
    defined = Definition.objects.filter(measure=promise.measure_id, from_on__isnull=False)
    return evaluation.window(
        promise.measure,
        rule_of(promise),
        delivered_on,
        Measurement.objects.filter(measure=promise.measure_id).order_by("period_on").values_list("period_on", "value"),
        today=clock.today(),
        breaks=list(defined.values_list("from_on", flat=True)),  # type: ignore[arg-type]
    )


@transaction.atomic
def evaluate(outcome: Outcome, *, by: User) -> Outcome:
    """Look at an outcome: find its verdict where its day has come and there are enough values, else say until when not.

    A verdict is found once and never again. At the long stop what cannot be told is “not measurable”.
    """
    outcome = (
        Outcome.objects.select_for_update(of=("self",))
        .select_related("promise__project__idea", "promise__measure")
        .get(pk=outcome.pk)
    )
    today = clock.today()
    if not outcome.is_open or today < outcome.test_on:
        return outcome
    chosen = window_of(outcome)
    is_last_day = today >= outcome.long_stop_on
    if chosen.is_complete or (is_last_day and chosen.is_enough):
        _find(outcome, chosen)
    elif is_last_day:
        outcome.verdict, outcome.reason = Outcome.Verdict.CANNOT_TELL, Outcome.Reason.NOT_MEASURABLE
        outcome.found = {"before": len(chosen.before), "after": len(chosen.after)}
    else:
        outcome.until_on = chosen.until if chosen.until > today else outcome.long_stop_on
        outcome.save(update_fields=["until_on"])
        return outcome
    outcome.found_at = clock.now()
    outcome.save()
    project = outcome.project
    _tell("find_outcome", outcome, by=by, verdict=outcome.verdict, reason=outcome.reason)
    evaluate_when_known(project, by=by)
    return outcome


def _tell(verb: str, outcome: Outcome, *, by: User, note: str = "", **data: Any) -> None:
    """Record an event of an outcome and tell its people."""
    data |= {"outcome": outcome.pk, "measure": str(outcome.promise.measure)}
    tell(verb, outcome.project, by=by, note=note, extra={"outcome": outcome}, **data)


def _find(outcome: Outcome, chosen: Window) -> None:
    """Write what the test says. A measure that was defined anew in between weakens it to “cannot tell”."""
    result = chosen.judged()
    outcome.found = evaluation.told(result, chosen)
    outcome.verdict, outcome.reason = str(result.verdict), str(result.reason or "")
    if result.shift is not None:
        low, high = sorted((result.shift.low, result.shift.high))
        outcome.shift, outcome.shift_low, outcome.shift_high = (
            Decimal(str(one)).quantize(PLACES) for one in (result.shift.value, low, high)
        )
    if chosen.is_redefined:
        outcome.verdict, outcome.reason = Verdict.CANNOT_TELL, Outcome.Reason.REDEFINED


def evaluate_all(*, by: User, progress: Callable[[int, int], None] | None = None) -> int:
    """Look at every outcome whose day has come, each on its own; returns how many verdicts were found.

    `progress(done, of)` is called after each.
    """
    waiting = Outcome.objects.filter(found_at=None, test_on__lte=clock.today()).order_by("test_on", "pk")
    keys = list(waiting.values_list("pk", flat=True))
    found = 0
    for done, pk in enumerate(keys, start=1):
        found += not evaluate(Outcome(pk=pk), by=by).is_open
        if progress:
            progress(done, len(keys))
    return found


@transaction.atomic
def tell_what_else_changed(outcome: Outcome, *, by: User, what_else_changed: str) -> None:
    """The measure's owner says what else changed in that time; it stands beside the verdict and changes nothing."""
    require(by, "projects.tell_what_else", outcome)
    outcome = _locked(outcome)
    if outcome.told_at:
        raise Conflict(_("This was said already. Add a reading to say more."))
    if not what_else_changed.strip():
        raise MoveRefused(_("Write what else changed in that time, or that nothing did."))
    outcome.what_else_changed, outcome.told_by, outcome.told_at = what_else_changed.strip(), by, clock.now()
    outcome.save(update_fields=["what_else_changed", "told_by", "told_at"])
    tell(
        "tell_what_else",
        outcome.project,
        by=by,
        note=outcome.what_else_changed,
        outcome=outcome.pk,
        measure=str(outcome.promise.measure),
    )


@transaction.atomic
def add_reading(outcome: Outcome, *, by: User, text: str, because: str) -> OutcomeReading:
    """A named person says how they read an outcome and why; the verdict stays as it was found."""
    require(by, "projects.read_outcome", outcome)
    outcome = _locked(outcome)
    if outcome.is_open:
        raise Conflict(_("There is nothing to read yet: the test is made on its day."))
    if not text.strip() or not because.strip():
        raise MoveRefused(_("Write how you read it, and why."))
    made = OutcomeReading.objects.create(outcome=outcome, by=by, text=text.strip(), because=because.strip())
    tell(
        "read_outcome", outcome.project, by=by, note=made.text, outcome=outcome.pk, measure=str(outcome.promise.measure)
    )
    return made


def _locked(outcome: Outcome) -> Outcome:
    found: Any = Outcome.objects.select_for_update(of=("self",))
    return found.select_related("promise__project__idea", "promise__measure").get(pk=outcome.pk)


def evaluate_when_known(project: Project, *, by: User) -> None:
    """The last outcome, or without promises the answer to “did it help?”, evaluates the idea."""
    idea = Idea.objects.get(pk=project.idea_id)
    outcomes = Outcome.objects.filter(promise__project=project)
    known = (
        not outcomes.filter(found_at=None).exists()
        if outcomes.exists()
        else HelpAnswer.objects.filter(project=project).exists()
    )
    if known and idea.state == IdeaState.DELIVERED:
        perform(idea, "evaluate", by=User.objects.system(), on_behalf_of=None if by.is_machine else by)


@transaction.atomic
def close_unanswered(project: Project, *, by: User) -> None:
    """At the long stop a project without promises whose requester is silent is “not measurable”, never a success."""
    Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
    if HelpAnswer.objects.filter(project=project).exists():
        return
    HelpAnswer.objects.create(project=project, answer=HelpAnswer.Answer.NOT_KNOWN, answered_by=by)
    tell("not_measurable", project, by=by)
    evaluate_when_known(project, by=by)
