"""What people say on an object: comments, mentions, questions that pause a clock, following."""

import re
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.utils.translation import gettext as _

from workflow import clock, events, notifications
from workflow.lifecycle import Conflict, MoveRefused, NotYourMove
from workflow.models import Audience, Event, Follower, Question

MENTION = re.compile(r"(?<![\w.])@([A-Za-z][\w.-]{1,60})")
MOST_MENTIONED = 50


def comment(obj: Any, *, by: Any, text: str, audience: str = Audience.VIEWERS) -> Event:
    """Say something on an object, to an audience of one's own. Those mentioned and the followers hear."""
    if not text.strip():
        raise MoveRefused(_("Write your message first."))
    if audience not in obj.audiences_of(by):
        raise NotYourMove
    with transaction.atomic():
        event = events.record(f"{obj._meta.label_lower}.comment", obj, by=by, note=text.strip(), audience=audience)
        follow(obj, by)
        notifications.tell(event, obj, extra={"mentioned": {user.pk for user in mentioned(obj, event)}})
    return event


def mentioned(obj: Any, event: Event) -> list[Any]:
    """The people whom `@name` (the part of the address before the @) of a comment names, the first fifty names."""
    names = list(dict.fromkeys(name.rstrip(".").lower() for name in MENTION.findall(event.note)))[:MOST_MENTIONED]
    if not names:
        return []
    wanted = models.Q()
    for name in names:
        wanted |= models.Q(email__istartswith=f"{name}@")
    return list(get_user_model().objects.filter(wanted, is_active=True))


def ask(obj: Any, *, by: Any, of: Any, text: str, days: int, pauses: Any = None) -> Question:
    """Ask one person about `obj`; the clock of `pauses` (it has `due_at`) stands still until answered.

    `days` are working days until the answer is due.
    """
    if not text.strip():
        raise MoveRefused(_("Write your question first."))
    if not obj.may_be_seen_by(of):
        raise MoveRefused(_("This person may not see it. Choose somebody who may."))
    with transaction.atomic():
        question = Question.objects.create(
            target_type=ContentType.objects.get_for_model(obj),
            target_id=obj.pk,
            asked_by=by,
            asked_of=of,
            text=text.strip(),
            due_at=clock.due_after(days),
            clock_type=ContentType.objects.get_for_model(pauses) if pauses else None,
            clock_id=pauses.pk if pauses else None,
        )
        event = events.record(
            f"{obj._meta.label_lower}.ask", obj, by=by, note=question.text, data={"question": question.pk, "of": of.pk}
        )
        notifications.tell(event, obj, extra={"question": question})
    return question


def answer(question: Question, *, by: Any, text: str) -> Event:
    """Answer an open question and start the paused clock again, later by the working time that it stood still."""
    if not text.strip():
        raise MoveRefused(_("Write your answer first."))
    with transaction.atomic():
        locked = Question.objects.select_for_update().get(pk=question.pk)
        if locked.answered_at or locked.taken_back_at:
            raise Conflict(_("This question was answered already. Reload the page to read the answer."))
        locked.answer, locked.answered_by, locked.answered_at = text.strip(), by, clock.now()
        locked.save(update_fields=["answer", "answered_by", "answered_at"])
        _resume_clock(locked)
        obj: Any = locked.target
        event = events.record(
            f"{obj._meta.label_lower}.answer", obj, by=by, note=locked.answer, data={"question": locked.pk}
        )
        notifications.tell(event, obj, extra={"question": locked})
    question.refresh_from_db()
    return event


def _resume_clock(question: Question) -> None:
    """Move the due date by the working time in which no other question held the same clock as well."""
    kind: Any = question.clock_type and question.clock_type.model_class()
    if kind is None:
        return
    paused = kind._base_manager.select_for_update(of=("self",)).get(pk=question.clock_id)
    same_clock = Question.objects.filter(clock_type=question.clock_type, clock_id=question.clock_id).exclude(
        pk=question.pk
    )
    if paused.due_at is None or same_clock.open().exists():
        return
    started = question.asked_at
    spans = same_clock.exclude(answered_at=None).order_by("-asked_at").values_list("asked_at", "answered_at")
    for asked_at, answered_at in spans:
        started = min(started, asked_at) if answered_at and answered_at >= started else started
    calendar = clock.calendar()
    waited = calendar.worked_between(max(started, _began(paused)), clock.now())
    paused.due_at = calendar.add_worked(paused.due_at, waited)
    paused.save(update_fields=["due_at"])


def _began(paused: Any) -> datetime:
    """A clock that began after the question was asked stood still only since it began."""
    return getattr(paused, "state_since", None) or paused.created_at


def follow(obj: Any, user: Any) -> None:
    Follower.objects.get_or_create(target_type=ContentType.objects.get_for_model(obj), target_id=obj.pk, user=user)


def unfollow(obj: Any, user: Any) -> None:
    Follower.objects.about(obj).filter(user=user).delete()
