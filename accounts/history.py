"""What happened to people, roles and the policy, in words."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from workflow.models import Event

WORDS = {
    "accounts.user.invite": _("invited %(target)s."),
    "accounts.user.set_password": _("set the password of %(target)s."),
    "accounts.user.reset": _("sent %(target)s a link for a new password."),
    "accounts.user.change": _("changed the details of %(target)s."),
    "accounts.user.set": _("changed the own settings."),
    "accounts.user.be_away": _("recorded days away for %(target)s: %(from)s to %(to)s."),
    "accounts.user.be_back": _("took back the days away of %(target)s: %(from)s to %(to)s."),
    "accounts.user.deactivate": _("closed the account of %(target)s."),
    "accounts.user.reactivate": _("opened the account of %(target)s again."),
    "accounts.role.give": _("gave %(person)s the role %(role)s."),
    "accounts.role.confirm": _("confirmed the role %(role)s of %(person)s."),
    "accounts.role.substitute": _("changed the substitute of %(person)s as %(role)s."),
    "accounts.role.end": _("ended the role %(role)s of %(person)s."),
    "accounts.department.add": _("added the department %(target)s."),
    "accounts.department.change": _("changed the department %(target)s."),
    "accounts.restrictedgroup.add": _("made the group %(target)s."),
    "accounts.membership.add": _("proposed a member: %(target)s."),
    "accounts.membership.confirm": _("confirmed a member: %(target)s."),
    "accounts.membership.end": _("took out a member: %(target)s."),
    "accounts.policy.change": _("put version %(target)s of the policy into force."),
}


def told(events: Iterable[Event]) -> list[dict[str, Any]]:
    """Events as the pages tell them: when, who, what, why, and what was before."""
    events = list(events)
    targets: dict[tuple[int, int], Any] = {}
    for kind in {event.target_type for event in events}:
        keys = [event.target_id for event in events if event.target_type_id == kind.pk]
        if model := kind.model_class():
            targets |= {(kind.pk, one.pk): one for one in model._base_manager.filter(pk__in=keys)}
    return [
        {
            "at": event.at,
            "actor": event.actor,
            "text": WORDS.get(event.verb, "%(target)s")
            % {"person": "", "role": "", "from": "", "to": "", **event.data, "target": target},
            "note": event.note,
            "changes": [(name, *pair) for name, pair in event.data.get("changes", {}).items()],
        }
        for event in events
        if (target := targets.get((event.target_type_id, event.target_id)))
    ]
