"""A proposed “No”, the second look, and ideas that come back."""

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.policy import current_policy
from intake.actions.parts import require
from intake.lifecycle import State
from intake.models import Idea, ProposedNo, SecondLook
from workflow import clock, events, notifications
from workflow.lifecycle import Conflict, MoveRefused
from workflow.models import Audience


@transaction.atomic
def propose_no(idea: Idea, *, by: User, reason: str, what_would_change: str, next_step: str) -> ProposedNo:
    """Propose a “No”, which a second person has to confirm."""
    require(by, "intake.propose_no", idea)
    if idea.state != State.DECISION:
        raise Conflict(_("A “No” can be proposed while the idea waits for its decision."))
    if not (reason.strip() and what_would_change.strip() and next_step.strip()):
        raise MoveRefused(_("Write why, what would change the answer, and what the requester can do next."))
    if idea.open_no:
        raise Conflict(_("A “No” is proposed already. It waits for a second person."))
    try:
        with transaction.atomic():
            proposed = ProposedNo.objects.create(
                idea=idea, proposed_by=by, reason=reason, what_would_change=what_would_change, next_step=next_step
            )
    except IntegrityError as trouble:
        raise Conflict(_("A “No” is proposed already. It waits for a second person.")) from trouble
    idea.forget()
    event = events.record("intake.idea.propose_no", idea, by=by, note=reason, audience=Audience.DECIDERS)
    notifications.tell(event, idea)
    return proposed


@transaction.atomic
def take_back_no(idea: Idea, *, by: User) -> None:
    """Take back a proposed “No”: the proposer, or anyone who decides."""
    require(by, "intake.judge_idea", idea)
    proposed = ProposedNo.objects.select_for_update().filter(idea=idea, taken_back_at=None, confirmed_at=None).first()
    if proposed is None:
        raise Conflict(_("There is no proposed “No” any more."))
    proposed.taken_back_at = clock.now()
    proposed.save()
    idea.forget()
    events.record("intake.idea.take_back_no", idea, by=by, audience=Audience.DECIDERS)


@transaction.atomic
def ask_second_look(idea: Idea, *, by: User, reason: str) -> SecondLook:
    """Ask once for a second look at “no”, “another way” or “not yet”."""
    require(by, "intake.ask_second_look", idea)
    if idea.state not in (State.DECLINED, State.REDIRECTED, State.NOT_YET):
        raise Conflict(_("A second look can be asked for after a “no”, “another way” or “not yet”."))
    if not reason.strip():
        raise MoveRefused(_("Write what should be looked at again."))
    look, created = SecondLook.objects.get_or_create(
        idea=idea,
        defaults={"asked_by": by, "reason": reason.strip(), "due_at": clock.due_after(current_policy().decision_days)},
    )
    if not created:
        raise Conflict(_("A second look was asked for already; it can be asked for once."))
    event = events.record("intake.idea.ask_second_look", idea, by=by, note=reason)
    notifications.tell(event, idea)
    return look


def due_back(today: date) -> Any:
    return Idea.objects.filter(state=State.NOT_YET, return_on__lte=today)
