"""What every change of a project needs: the permission, and the word to its people."""

from datetime import datetime
from typing import Any

from accounts.models import User
from accounts.policy import Size, current_policy
from intake.lifecycle import Lane
from intake.models import Idea
from projects.models import Project
from workflow import clock, events, notifications
from workflow.lifecycle import NotYourMove


def require(by: User, permission: str, obj: Any) -> None:
    if not by.has_perm(permission, obj):
        raise NotYourMove


def tell(
    verb: str, project: Project, *, by: User, note: str = "", extra: dict[str, Any] | None = None, **data: Any
) -> Any:
    """Record an event of a project and tell the people of its table."""
    event = events.record(f"projects.project.{verb}", project, by=by, note=note, data=data)
    notifications.tell(event, project, extra=extra)
    return event


def next_report(idea: Idea) -> datetime | None:
    """When the next status report is due; what was taken over and what is small owes none."""
    if idea.lane == Lane.TAKEN_OVER or idea.size == Size.SMALL:
        return None
    return clock.due_after(current_policy().report_days)
