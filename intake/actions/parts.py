"""The parts that people have in an idea: authors, stakes and duties."""

from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from intake import rules
from intake.models import Idea, Part
from workflow import clock
from workflow.lifecycle import MoveRefused, NotYourMove


def require(by: User, permission: str, obj: Any) -> None:
    """Raise NotYourMove where the rules do not give the permission."""
    if not by.has_perm(permission, obj):
        raise NotYourMove


def involve(idea: Idea, user: User, kind: str) -> Part:
    """Give a person a part in an idea. In a restricted one a duty goes to members of its group only."""
    if kind in rules.DUTIES and not rules.is_author(user, idea):
        require_in_group(idea, user)
    part, _created = Part.objects.get_or_create(idea=idea, user=user, kind=kind, ended_at=None)
    idea.forget()
    return part


def require_in_group(idea: Idea, user: User) -> None:
    """Raise MoveRefused where the idea is restricted to a group that the person does not belong to."""
    if idea.is_restricted and not rules.is_in_group(user, idea):
        raise MoveRefused(
            _("%(person)s is not in the group that may see this idea. Choose a member, or add the person.")
            % {"person": user}
        )


def release(idea: Idea, kind: str, user: User | None = None) -> None:
    """End a part, of one person or of everyone who has it."""
    parts = idea.parts.filter(kind=kind, ended_at=None)
    (parts.filter(user=user) if user else parts).update(ended_at=clock.now())
    idea.forget()
