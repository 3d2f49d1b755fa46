"""The goals and measures that a person keeps, and how they go to a successor when the account is closed."""

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import duties
from accounts.duties import Duty
from accounts.models import User
from goals.models import Goal, Measure
from workflow import events
from workflow.editing import edit


def measures(user: User) -> Iterable[Measure]:
    return Measure.objects.kept_by(user)


def goals(user: User) -> Iterable[Goal]:
    return Goal.objects.filter(owner=user, is_open=True)


def duties_of(user: User) -> list[Duty]:
    """The measures kept as owner or backup, and the open goals owned."""
    kept = [
        Duty(
            (_("Owner of “%(name)s”") if one.owner_id == user.pk else _("Backup of “%(name)s”")) % {"name": one.name},
            one.get_absolute_url(),
        )
        for one in measures(user)
    ]
    return kept + [
        Duty(_("Owner of the goal “%(name)s”") % {"name": one.name}, one.get_absolute_url()) for one in goals(user)
    ]


@transaction.atomic
def hand_over(user: User, successor: User, by: User) -> None:
    """Each measure and goal gets the successor in the place of `user`; nobody is owner and backup at once."""
    note = _("%(before)s handed it over.") % {"before": user.name}
    for measure in measures(user):
        owner = successor if measure.owner_id == user.pk else measure.owner
        backup = successor if measure.backup_id == user.pk else measure.backup
        edit(measure, by=by, version=None, note=note, owner=owner, backup=None if backup == owner else backup)
    for goal in goals(user):
        goal.owner = successor
        goal.save(update_fields=["owner"])
        events.record(
            "goals.goal.edit", goal, by=by, note=note, data={"changes": {"owner": [user.name, successor.name]}}
        )


duties.register(duties_of, handover=hand_over)
