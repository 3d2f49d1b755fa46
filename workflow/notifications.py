"""The table of who is told of what, and the writing of their messages."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation

from workflow import outbox
from workflow.models import Channel, Delivery, Event, Follower

RESTRICTED = "workflow/email/restricted.txt"
EMPTY_LINES = re.compile(r"\n\s*\n")
Recipients = Callable[[Any, Any], Iterable[Any]]


@dataclass(frozen=True)
class Notice:
    """Who hears of a verb, and from which template."""

    to: tuple[Recipients, ...]
    template: str
    email: bool


_muted: ContextVar[bool] = ContextVar("muted", default=False)
_table: dict[str, list[Notice]] = defaultdict(list)


def notify(verb: str, *, to: Iterable[Recipients], template: str, email: bool = True) -> None:
    """Tell the people that each `to(obj, event)` returns; `email=False` writes the page notice only."""
    _table[verb].append(Notice(tuple(to), template, email))


def notified_verbs() -> dict[str, list[Notice]]:
    return dict(_table)


def followers(obj: Any, event: Event) -> Iterable[Any]:
    """Everyone who follows the object."""
    return [row.user for row in Follower.objects.about(obj).select_related("user")]


@contextmanager
def muted(on: bool = True) -> Iterator[None]:
    """Tell nobody (imports, the past of the demonstration)."""
    token = _muted.set(on or _muted.get())
    try:
        yield
    finally:
        _muted.reset(token)


def tell(event: Event, obj: Any, *, made: Any = None, extra: dict[str, Any] | None = None) -> list[Delivery]:
    """Write the deliveries of an event in the running transaction: once a person and channel, nobody of an own act,
    nobody who may not see the object or does not belong to the event's audience."""
    if _muted.get():
        return []
    own = {event.actor_id, event.on_behalf_of_id}
    told: set[int] = set()
    rows: list[Delivery] = []
    for notice in _table.get(event.verb, ()):
        for user in _people(notice, obj, event):
            if user.pk in told or user.pk in own or not _may_hear(user, obj, event):
                continue
            told.add(user.pk)
            rows += _messages(notice, user, obj, event, {"made": made, **(extra or {})})
    if rows:
        Delivery.objects.bulk_create(rows, ignore_conflicts=True)
        transaction.on_commit(partial(outbox.wake, event.pk))
    return rows


def hearers(verb: str, obj: Any, *, by: Any) -> list[Any]:
    """The people who would be told of `verb` if `by` did it now, without whom its data name."""
    event = Event(actor=by, verb=verb, data={})
    people = {
        user.pk: user
        for notice in _table.get(verb, ())
        for user in _people(notice, obj, event)
        if user.pk != by.pk and _may_hear(user, obj, event)
    }
    return list(people.values())


def _people(notice: Notice, obj: Any, event: Event) -> Iterable[Any]:
    for recipients in notice.to:
        yield from (user for user in recipients(obj, event) if user is not None)


def _may_hear(user: Any, obj: Any, event: Event) -> bool:
    return user.is_active and not user.is_machine and event.audience in obj.audiences_of(user)


def _messages(notice: Notice, user: Any, obj: Any, event: Event, extra: dict[str, Any]) -> list[Delivery]:
    with translation.override(user.language):
        url = obj.get_absolute_url()
        context = {
            "obj": obj,
            "event": event,
            "user": user,
            "link": settings.SITE_URL + url,
            "site_name": settings.SITE_NAME,
            **extra,
        }
        rows = [(Channel.PAGE, notice.template)]
        if notice.email and user.wants_email:
            rows.append((Channel.EMAIL, RESTRICTED if getattr(obj, "is_restricted", False) else notice.template))
        written = {template: write(template, context) for template in {template for _channel, template in rows}}
        return [
            Delivery(
                event=event, user=user, channel=channel, language=user.language, url=url, subject=subject, body=body
            )
            for channel, template in rows
            for subject, body in [written[template]]
        ]


def write(template: str, context: dict[str, Any]) -> tuple[str, str]:
    """Subject (the first line, at most 300 characters) and body of a message."""
    subject, _separator, body = written(template, context).partition("\n")
    return subject.strip()[:300], body.strip()


def written(template: str, context: dict[str, Any]) -> str:
    """The text of a template without runs of empty lines."""
    return EMPTY_LINES.sub("\n\n", render_to_string(template, context)).strip()
