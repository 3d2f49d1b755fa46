"""Recording what happened: one row per happening."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models

from workflow import clock
from workflow.models import Audience, Event

_origin: ContextVar[str] = ContextVar("origin", default="")


@contextmanager
def taken_from(origin: str) -> Iterator[None]:
    """Say in every event recorded meanwhile where the facts come from (an import: file and line)."""
    token = _origin.set(origin)
    try:
        yield
    finally:
        _origin.reset(token)


def record(
    verb: str,
    target: models.Model,
    *,
    by: Any,
    on_behalf_of: Any = None,
    note: str = "",
    audience: str = Audience.VIEWERS,
    data: dict[str, Any] | None = None,
) -> Event:
    """Write one Event about `target` as of now. Events are never edited."""
    hearing = target.hearing() if hasattr(target, "hearing") else {}
    return Event.objects.create(
        at=clock.now(),
        actor=by,
        on_behalf_of=on_behalf_of,
        verb=verb,
        target_type=ContentType.objects.get_for_model(target),
        target_id=target.pk,
        department_id=hearing.get("department_id"),
        note=" ".join(filter(None, [note, _origin.get()])),
        audience=audience,
        data=data or {},
    )
