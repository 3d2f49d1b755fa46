"""Conditions: what has to be done before a gate."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from intake.actions.parts import involve, release
from intake.models import Condition, Idea, Part, Review
from workflow import clock, events, notifications
from workflow.lifecycle import Conflict, MoveRefused, NotYourMove


def add_condition(
    idea: Idea,
    *,
    by: User,
    text: str,
    owner: User,
    due_on: date,
    gate: str,
    review: Review | None = None,
    decision: Any = None,
) -> Condition:
    """Add what has to be done before a gate, with its owner and date."""
    if not text.strip():
        raise MoveRefused(_("Write what the condition asks for."))
    condition = Condition.objects.create(
        idea=idea, review=review, decision=decision, text=text.strip(), owner=owner, due_on=due_on, gate=gate
    )
    involve(idea, owner, Part.Kind.CONDITION_OWNER)
    event = events.record(
        "intake.idea.add_condition", idea, by=by, note=condition.text, data={"owner": owner.pk, "gate": gate}
    )
    notifications.tell(event, idea, extra={"condition": condition})
    return condition


def may_meet(condition: Condition, user: User) -> bool:
    """Its owner, the reviewer who asked for it, or the decider."""
    asked_for_it = condition.review is not None and condition.review.reviewer_id == user.pk
    return condition.idea.may_be_seen_by(user) and (
        condition.owner_id == user.pk or asked_for_it or user.has_perm("intake.judge_idea", condition.idea)
    )


@transaction.atomic
def meet_condition(condition: Condition, *, by: User, note: str = "") -> Condition:
    """Say that a condition is met: its owner, the reviewer who asked for it, or the decider."""
    idea = condition.idea
    if not may_meet(condition, by):
        raise NotYourMove
    locked = Condition.objects.select_for_update(of=("self",)).get(pk=condition.pk)
    if locked.met_at:
        raise Conflict(_("This condition was met already."))
    locked.met_at, locked.met_by, locked.met_note = clock.now(), by, note
    locked.save()
    if not idea.conditions.open().filter(owner=locked.owner).exists():
        release(idea, Part.Kind.CONDITION_OWNER, locked.owner)
    event = events.record("intake.idea.meet_condition", idea, by=by, note=note, data={"condition": locked.text})
    notifications.tell(event, idea, extra={"condition": locked})
    return locked
