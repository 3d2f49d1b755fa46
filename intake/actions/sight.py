"""Who sees an idea: restricting it, and opening it again."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from intake import rules
from intake.actions.parts import require
from intake.models import FirstSight, Idea
from workflow import clock, events, notifications
from workflow.editing import edit
from workflow.lifecycle import Conflict, MoveRefused
from workflow.models import Event


@transaction.atomic
def restrict(idea: Idea, *, by: User, group: Any, reason: str = "") -> None:
    """Restrict an idea to a group at any time; duties of people outside the group end."""
    require(by, "intake.restrict_idea", idea)
    edit(idea, by=by, version=None, verb="restrict", note=reason, audience=FirstSight.RESTRICTED, group=group)
    members = set(group.memberships.in_force().values_list("user_id", flat=True))
    outside = idea.parts.filter(kind__in=rules.DUTIES, ended_at=None).exclude(user_id__in=members)
    idea.reviews.filter(reviewer__in=outside.values("user"), sent_at=None).update(reviewer=None)
    outside.update(ended_at=clock.now())
    if idea.assignee_id and idea.assignee_id not in members:
        edit(idea, by=by, version=None, verb="assign", assignee=None)
    idea.forget()


def widen(idea: Idea, *, by: User, audience: str, agreed_by: User) -> Any:
    """Open a restricted idea: the requester and a decider agree, one as `by` and the other as `agreed_by`."""
    require(by, "intake.widen_idea", idea)
    require(agreed_by, "intake.widen_idea", idea)
    if by == agreed_by or idea.requester_id not in (by.pk, agreed_by.pk):
        raise MoveRefused(_("The requester and a decider have to agree before more people may see it."))
    return edit(idea, by=by, version=None, verb="widen", audience=audience, group=None)


def wish_to_widen(idea: Idea) -> Any:
    """The event that asks for more people to see it, while nobody has agreed and nothing else changed who sees it."""
    verbs = [f"intake.idea.{name}" for name in ("ask_to_widen", "widen", "restrict")]
    last = Event.objects.about(idea).filter(verb__in=verbs).select_related("actor").order_by("-id").first()
    return last if last and last.verb == "intake.idea.ask_to_widen" else None


@transaction.atomic
def ask_to_widen(idea: Idea, *, by: User, audience: str) -> Any:
    """Ask the other side, requester or decider, to agree; where it has asked for the same already, agree."""
    require(by, "intake.widen_idea", idea)
    if not idea.is_restricted:
        raise Conflict(_("This idea is not restricted any more."))
    wish = wish_to_widen(idea)
    if wish and wish.actor_id != by.pk and wish.data.get("audience") == audience:
        return widen(idea, by=by, audience=audience, agreed_by=wish.actor)
    event = events.record("intake.idea.ask_to_widen", idea, by=by, data={"audience": audience})
    notifications.tell(event, idea)
    return event
