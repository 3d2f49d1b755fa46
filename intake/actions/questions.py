"""Questions to the requester, which pause a clock, and comments."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.policy import current_policy
from intake import rules
from intake.actions.parts import require
from intake.models import Idea, Review
from workflow import clock, conversation, events, notifications
from workflow.lifecycle import MoveRefused, NotYourMove
from workflow.models import Audience, Question


@transaction.atomic
def ask_requester(idea: Idea, *, by: User, text: str, review: Review | None = None) -> Question:
    """Ask the requester; the clock of the asker waits. The first question counts as a first answer."""
    require(by, "intake.ask_on_idea", idea)
    if not idea.is_before_decision:
        raise MoveRefused(_("This idea is answered already. Write a comment instead."))
    question = conversation.ask(
        idea, by=by, of=idea.requester, text=text, days=current_policy().question_days, pauses=review or idea
    )
    mark_first_answer(idea, by=by)
    return question


def may_answer_question(question: Question, user: User) -> bool:
    """The one who was asked, or for a question to the requester any author."""
    return question.asked_of_id == user.pk or (
        isinstance(question.target, Idea)
        and question.asked_of_id == question.target.requester_id
        and rules.is_author(user, question.target)
    )


def answer_question(question: Question, *, by: User, text: str) -> None:
    if not may_answer_question(question, by):
        raise NotYourMove
    conversation.answer(question, by=by, text=text)


def remind(question: Question, *, by: User) -> None:
    """An unanswered question reminds once and then gives the turn back to the asker."""
    with transaction.atomic():
        question = Question.objects.select_for_update(of=("self",)).get(pk=question.pk)
        if question.answered_at or question.taken_back_at or question.due_at > clock.now():
            return
        if question.reminded_at is None:
            question.reminded_at = clock.now()
            question.due_at = clock.due_after(current_policy().question_days)
            verb = "remind"
        else:
            question.taken_back_at = clock.now()
            verb = "return_turn"
        question.save()
        idea: Any = question.target
        event = events.record(
            f"intake.idea.{verb}",
            idea,
            by=by,
            data={"of": question.asked_of_id, "asked_by": question.asked_by_id},
        )
        notifications.tell(event, idea, extra={"question": question})


def open_question_of(idea: Idea) -> Question | None:
    return Question.objects.about(idea).open().select_related("asked_by", "asked_of").order_by("asked_at").first()


@transaction.atomic
def comment(idea: Idea, *, by: User, text: str, audience: str = Audience.VIEWERS) -> Any:
    """Say something; a message of IT to the requester counts as the first answer."""
    require(by, "intake.comment_on_idea", idea)
    event = conversation.comment(idea, by=by, text=text, audience=audience)
    if audience == Audience.VIEWERS and by.has_perm("intake.ask_on_idea", idea):
        mark_first_answer(idea, by=by)
    return event


def mark_first_answer(idea: Idea, *, by: User) -> None:
    """Stop the clock of the first answer: a person of IT has said something to the requester."""
    if idea.first_answered_at is None and idea.submitted_at and not rules.is_author(by, idea):
        idea.first_answered_at = clock.now()
        idea.save(update_fields=["first_answered_at"])
