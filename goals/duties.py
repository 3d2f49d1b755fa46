"""What a person keeps in goals, and how it goes to a successor when the account is closed."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import duties
from accounts.duties import Duty
from accounts.models import User
from goals.models import Action, Agreement, DataElement, DataRequest, Goal, Measure, Meeting, Position
from workflow import events
from workflow.editing import edit


def measures(user: User) -> Iterable[Measure]:
    return Measure.objects.filter(Q(owner=user) | Q(backup=user) | Q(steward=user))


def goals(user: User) -> Iterable[Goal]:
    return Goal.objects.filter(owner=user, is_open=True)


def agreements(user: User) -> Iterable[Agreement]:
    return Agreement.objects.filter(Q(kept_by=user) | Q(backup=user))


def positions(user: User) -> Iterable[Position]:
    return Position.objects.filter(speaker=user).select_related("agreement", "department")


def elements(user: User) -> QuerySet[DataElement]:
    return DataElement.objects.filter(owner=user)


def requests(user: User) -> Iterable[DataRequest]:
    return DataRequest.objects.waiting().filter(asked_by=user).select_related("element")


def meetings(user: User) -> Iterable[Meeting]:
    return Meeting.objects.open().filter(kept_by=user)


def meeting_actions(user: User) -> Iterable[Action]:
    return Action.objects.still_open().filter(owner=user).select_related("meeting")


def duties_of(user: User) -> list[Duty]:
    """Each thing kept once: measures, goals, agreements, positions, data, requests, meetings and their actions."""
    return [
        *(Duty(_role_in(one, user) % {"name": one.name}, one.get_absolute_url()) for one in measures(user)),
        *(Duty(_("Owner of the goal “%(name)s”") % {"name": one.name}, one.get_absolute_url()) for one in goals(user)),
        *(
            Duty(
                (_("Keeper of the question “%(name)s”") if one.kept_by_id == user.pk else _backup())
                % {"name": one.name},
                one.get_absolute_url(),
            )
            for one in agreements(user)
        ),
        *(
            Duty(
                _("Speaks for %(department)s on “%(name)s”")
                % {"department": one.department, "name": one.agreement.name},
                one.agreement.get_absolute_url(),
            )
            for one in positions(user)
        ),
        *(
            Duty(_("Owner of the data “%(name)s”") % {"name": one.name}, _page_of(one))
            for one in elements(user).prefetch_related("agreements")
        ),
        *(
            Duty(_("Asked to use the data “%(name)s”") % {"name": one.element.name}, one.get_absolute_url())
            for one in requests(user)
        ),
        *(
            Duty(_("Keeper of the meeting “%(name)s”") % {"name": one.name}, one.get_absolute_url())
            for one in meetings(user)
        ),
        *(
            Duty(_("An action of a meeting: %(text)s") % {"text": one.text}, one.meeting.get_absolute_url())
            for one in meeting_actions(user)
        ),
    ]


def _role_in(measure: Measure, user: User) -> str:
    if measure.owner_id == user.pk:
        return _("Owner of “%(name)s”")
    return _backup() if measure.backup_id == user.pk else _("Data steward of “%(name)s”")


def _backup() -> str:
    return _("Backup of “%(name)s”")


def _page_of(element: DataElement) -> str:
    agreement = next(iter(element.agreements.all()), None)
    return agreement.get_absolute_url() if agreement else reverse("agreements")


@transaction.atomic
def hand_over(user: User, successor: User, by: User) -> None:
    """The successor takes the place of `user` everywhere; nobody is keeper and backup of one thing at once."""
    note = _("%(before)s handed it over.") % {"before": user.name}

    def next_one(person: User | None) -> User | None:
        return successor if person == user else person

    def give(thing: Measure | Agreement | Position | DataElement | Meeting | Action, **changes: Any) -> None:
        edit(thing, by=by, version=None, note=note, **changes)

    for measure in measures(user):
        owner, backup = next_one(measure.owner), next_one(measure.backup)
        steward = next_one(measure.steward)
        give(measure, owner=owner, backup=None if backup == owner else backup, steward=steward)
    for agreement in agreements(user):
        keeper, backup = next_one(agreement.kept_by), next_one(agreement.backup)
        give(agreement, kept_by=keeper, backup=None if backup == keeper else backup)
    for position in positions(user):
        give(position, speaker=successor)
    for element in elements(user):
        give(element, owner=successor)
    for meeting in meetings(user):
        give(meeting, kept_by=successor)
        meeting.people.add(successor)
    for action in meeting_actions(user):
        give(action, owner=successor)
    for asked in requests(user):
        DataRequest.objects.filter(pk=asked.pk).update(asked_by=successor)
        _tell("goals.datarequest.hand_over", asked, "asked_by", user, successor, by, note)
    for goal in goals(user):
        goal.owner = successor
        goal.save(update_fields=["owner"])
        _tell("goals.goal.edit", goal, "owner", user, successor, by, note)


def _tell(verb: str, thing: Goal | DataRequest, name: str, user: User, successor: User, by: User, note: str) -> None:
    events.record(verb, thing, by=by, note=note, data={"changes": {name: [user.name, successor.name]}})


duties.register(duties_of, handover=hand_over)
