"""Edits that never overwrite silently: a version is checked, and the difference is kept."""

from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from workflow import events
from workflow.lifecycle import Conflict
from workflow.models import Audience


def edit(
    obj: Any,
    *,
    by: Any,
    version: int | None,
    verb: str = "edit",
    note: str = "",
    heard_by: str = Audience.VIEWERS,
    **changes: Any,
) -> Any:
    """Set `changes` on `obj` under a lock, recording what was and what is. Returns the Event, or None.

    Raises Conflict where `version` is given and somebody saved another one meanwhile.
    """
    with transaction.atomic():
        locked = type(obj)._base_manager.select_for_update(of=("self",)).get(pk=obj.pk)
        if version is not None and version != locked.version:
            raise Conflict(
                _("Somebody else saved a change while you wrote. Your text is still here: compare and save again.")
            )
        differences = {
            name: [plain(getattr(locked, name)), plain(value)]
            for name, value in changes.items()
            if getattr(locked, name) != value
        }
        if not differences:
            return None
        for name in differences:
            setattr(locked, name, changes[name])
        locked.version += 1
        locked.save()
        event = events.record(
            f"{obj._meta.label_lower}.{verb}",
            locked,
            by=by,
            note=note,
            audience=heard_by,
            data={"changes": differences},
        )
    obj.refresh_from_db()
    return event


def plain(value: Any) -> Any:
    """A value as JSON keeps it: what a person would read."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, models.Model):
        return str(value)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
