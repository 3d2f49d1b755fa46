"""Who has an idea in hand, who writes along, who steps back, and whose it is."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from intake import rules
from intake.actions.parts import involve, release, require
from intake.actions.reviews import give_review, reviewer_for
from intake.models import Idea, Part
from workflow import events, notifications
from workflow.editing import edit
from workflow.lifecycle import MoveRefused, NotYourMove, perform
from workflow.models import Audience


@transaction.atomic
def assign(idea: Idea, *, by: User, to: User | None) -> Any:
    """Say who has the idea in hand; that gives no right to a move."""
    require(by, "intake.work_on_idea", idea)
    if to and rules.has_stake(to, idea):
        raise MoveRefused(_("%(person)s has a stake in this idea. Choose somebody without one.") % {"person": to})
    return put_in_hands(idea, by=by, to=to)


def put_in_hands(idea: Idea, *, by: User, to: User | None) -> Any:
    """Change who has the idea in hand, and tell that person."""
    release(idea, Part.Kind.ASSIGNEE)
    if to:
        involve(idea, to, Part.Kind.ASSIGNEE)
    event = edit(idea, by=by, version=None, verb="assign", assignee=to)
    if event:
        notifications.tell(event, idea)
    return event


@transaction.atomic
def add_co_author(idea: Idea, *, by: User, person: User) -> None:
    """Let another person write along."""
    require(by, "intake.change_idea", idea)
    involve(idea, person, Part.Kind.CO_AUTHOR)
    step_back(idea, person)
    event = events.record("intake.idea.add_co_author", idea, by=by, data={"person": person.pk, "name": person.name})
    notifications.tell(event, idea)


@transaction.atomic
def remove_co_author(idea: Idea, *, by: User, person: User) -> None:
    require(by, "intake.change_idea", idea)
    release(idea, Part.Kind.CO_AUTHOR, person)
    events.record("intake.idea.remove_co_author", idea, by=by, data={"person": person.pk, "name": person.name})


@transaction.atomic
def declare_conflict(idea: Idea, *, by: User, note: str) -> None:
    """Step back from judging an idea; the review of that person goes back to the discipline."""
    require(by, "intake.view_idea", idea)
    involve(idea, by, Part.Kind.CONFLICT)
    step_back(idea, by)
    events.record("intake.idea.declare_conflict", idea, by=by, note=note, audience=Audience.WORKERS)


def step_back(idea: Idea, person: User) -> None:
    """Somebody who has a stake now judges no more: reviews go to others, and nobody has it in hand."""
    system = User.objects.system()
    for review in idea.reviews.filter(reviewer=person, sent_at=None, ended_at=None):
        give_review(review, by=system, to=reviewer_for(idea, review.discipline, but=person))
    if idea.assignee_id == person.pk:
        put_in_hands(idea, by=system, to=None)


@transaction.atomic
def withdraw_or_pass_on(idea: Idea, *, by: User, reason: str) -> None:
    """Withdraw an idea; one that others joined passes to the next requester instead."""
    next_idea = idea.joined_ideas.select_related("requester").order_by("number").first()
    if next_idea is None:
        perform(idea, "withdraw", by=by, reason=reason, note=reason)
        return
    if by != idea.requester:
        raise NotYourMove
    release(idea, Part.Kind.REQUESTER)
    involve(idea, next_idea.requester, Part.Kind.REQUESTER)
    event = edit(
        idea,
        by=by,
        version=None,
        verb="pass_on",
        note=reason,
        requester=next_idea.requester,
        department=next_idea.department,
    )
    step_back(idea, next_idea.requester)
    notifications.tell(event, idea)
