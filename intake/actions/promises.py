"""What an idea promises for a measure."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from intake.models import Contribution, Idea
from workflow import clock, events
from workflow.lifecycle import Conflict, MoveRefused, NotYourMove


def may_promise(idea: Idea, user: User) -> bool:
    """Those who write the case, the triager or the decider; until the decision."""
    wanted = ("intake.change_case", "intake.triage_idea", "intake.judge_idea")
    return idea.is_before_decision and any(user.has_perm(one, idea) for one in wanted)


@transaction.atomic
def promise(idea: Idea, *, by: User, measure: Any, expected: Decimal, by_on: date, why: str = "") -> Contribution:
    """Name the measure that the idea will move, by how much and until when."""
    if not (
        by.has_perm("intake.change_case", idea)
        or by.has_perm("intake.triage_idea", idea)
        or by.has_perm("intake.judge_idea", idea)
    ):
        raise NotYourMove
    if not idea.is_before_decision:
        raise Conflict(_("The promise was frozen with the decision."))
    if expected == 0:
        raise MoveRefused(_("Write the change that you expect; nothing is no promise."))
    wanted = {measure.Direction.UP: 1, measure.Direction.DOWN: -1}.get(measure.direction, 0)
    if expected * wanted < 0:
        raise MoveRefused(
            _("For this measure %(direction)s. Write the change with that sign.")
            % {"direction": measure.get_direction_display().lower()}
        )
    idea.contributions.filter(measure=measure, ended_at=None).update(ended_at=clock.now())
    made = Contribution.objects.create(idea=idea, measure=measure, expected=expected, by_on=by_on, why=why, added_by=by)
    events.record(
        "intake.idea.promise",
        idea,
        by=by,
        note=why,
        data={"measure": str(measure), "expected": str(expected), "by": by_on.isoformat()},
    )
    return made


@transaction.atomic
def end_promise(contribution: Contribution, *, by: User) -> None:
    idea = contribution.idea
    if not (by.has_perm("intake.change_case", idea) or by.has_perm("intake.triage_idea", idea)):
        raise NotYourMove
    if not idea.is_before_decision:
        raise Conflict(_("The promise was frozen with the decision."))
    contribution.ended_at = clock.now()
    contribution.save()
    events.record("intake.idea.end_promise", idea, by=by, data={"measure": str(contribution.measure)})
