"""Review meetings: planned with an agenda that proposes itself, written down, closed, and followed up."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Department, User
from goals import agenda
from goals.actions.plans import require
from goals.models import Action, AgendaItem, Goal, Meeting
from goals.reading import readings_of
from workflow import clock, events, notifications
from workflow.editing import edit
from workflow.lifecycle import Conflict, MoveRefused, NotYourMove

WORTH = ("yes", "partly", "no")


def tell(verb: str, meeting: Meeting, *, by: User, note: str = "", **data: Any) -> None:
    notifications.tell(events.record(f"goals.meeting.{verb}", meeting, by=by, note=note, data=data), meeting)


def _open(meeting: Meeting) -> Meeting:
    """The meeting, locked; what is closed stays as its minutes say, and what is cancelled as it was planned."""
    locked = Meeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
    if locked.cancelled_at:
        raise Conflict(_("This meeting is cancelled. Take it up at the next one."))
    if locked.closed_at:
        raise Conflict(_("This meeting is closed and its minutes are sent. Take it up at the next one."))
    return locked


@transaction.atomic
def plan_meeting(
    *,
    by: User,
    name: str,
    held_at: datetime,
    kept_by: User,
    goal: Goal | None = None,
    department: Department | None = None,
    place: str = "",
    people: Sequence[User] = (),
) -> Meeting:
    """Plan a review of a goal's or a department's measures; its agenda proposes itself.

    Leadership and administrators plan; whoever kept the newest meeting about the same plans the next one.
    Nobody named: the owners of the measures and of the goal are invited.
    """
    if goal is None and department is None:
        raise MoveRefused(_("Choose the goal or the department that the meeting is about."))
    if held_at <= clock.now():
        raise MoveRefused(_("Write a day and an hour to come."))
    meeting = Meeting(name=name, goal=goal, department=department, held_at=held_at, kept_by=kept_by, place=place)
    newest = Meeting.objects.about_the_same(meeting).first()
    keeps_on = newest is not None and by.has_perm("goals.keep_meeting", newest)
    if not (keeps_on or by.has_perm("goals.plan_meeting")):
        raise NotYourMove
    meeting.save()
    meeting.people.set({*(people or _concerned(meeting)), kept_by})
    look_again(meeting, by=by)
    tell("plan", meeting, by=by)
    return meeting


def _concerned(meeting: Meeting) -> list[User]:
    owners = {one.owner for one in agenda.measures_of(meeting)}
    if meeting.goal and meeting.goal.owner:
        owners.add(meeting.goal.owner)
    return [one for one in owners if one.is_active]


@transaction.atomic
def change_meeting(
    meeting: Meeting, *, by: User, version: int | None, people: Sequence[User] | None = None, **fields: Any
) -> None:
    """Change when, where or who; those invited later are told, and everyone when it moves."""
    require(by, "goals.keep_meeting", meeting)
    _open(meeting)
    if "held_at" in fields and fields["held_at"] != meeting.held_at and fields["held_at"] <= clock.now():
        raise MoveRefused(_("Write a day and an hour to come."))
    before = set(meeting.people.all())
    wanted = before if people is None else {*people, fields.get("kept_by", meeting.kept_by)}
    event = edit(meeting, by=by, version=version, **fields)
    if wanted != before:
        meeting.people.set(wanted)
    if event and {"held_at", "place"} & set(event.data["changes"]):
        tell("move", meeting, by=by)
    elif new := wanted - before:
        tell("invite", meeting, by=by, of=sorted(one.pk for one in new))


@transaction.atomic
def cancel_meeting(meeting: Meeting, *, by: User, version: int | None, reason: str) -> None:
    """Call off a meeting that was not held; it stays in the list, and what was agreed goes to the next one."""
    require(by, "goals.keep_meeting", meeting)
    locked = _open(meeting)
    if locked.was_held and (locked.worth_it or locked.actions.exists() or locked.items.exclude(said="").exists()):
        raise MoveRefused(_("This meeting was held: something was said or agreed. Close it and send the minutes."))
    if not reason.strip():
        raise MoveRefused(_("Write why it is cancelled. Those who were invited read it."))
    changes: dict[str, Any] = {"cancelled_at": clock.now(), "cancelled_by": by, "cancelled_because": reason.strip()}
    event = edit(meeting, by=by, version=version, verb="cancel", note=reason.strip(), **changes)
    notifications.tell(event, meeting)


@transaction.atomic
def look_again(meeting: Meeting, *, by: User) -> int:
    """Put on the agenda what proposes itself now and never stood there; returns how many topics are new."""
    require(by, "goals.keep_meeting", meeting)
    _open(meeting)
    known: set[int | str] = set()
    for measure, title in meeting.items.values_list("measure", "title"):
        known.add(measure or title)
    new = [topic for topic in agenda.propose(meeting) if topic.key not in known]
    last = _last_positions(meeting)
    AgendaItem.objects.bulk_create(
        AgendaItem(
            meeting=meeting,
            section=topic.section,
            position=last.get(topic.section, 0) + place,
            measure=topic.measure,
            title=topic.title[:200],
            finding=topic.finding,
            ask=topic.ask,
        )
        for place, topic in enumerate(new, start=1)
    )
    if new:
        events.record("goals.meeting.look_again", meeting, by=by, data={"count": len(new)})
    return len(new)


def _last_positions(meeting: Meeting) -> dict[int, int]:
    found = meeting.items.order_by().values_list("section").annotate(last=Max("position"))
    return dict(found.values_list("section", "last"))


@transaction.atomic
def add_topic(meeting: Meeting, *, by: User, section: int, title: str, finding: str = "", ask: str = "") -> AgendaItem:
    require(by, "goals.keep_meeting", meeting)
    _open(meeting)
    made = AgendaItem.objects.create(
        meeting=meeting,
        section=section,
        position=_last_positions(meeting).get(section, 0) + 1,
        title=title,
        finding=finding.strip(),
        ask=ask.strip(),
    )
    events.record("goals.meeting.add_topic", meeting, by=by, data={"title": title})
    return made


@transaction.atomic
def change_topic(item: AgendaItem, *, by: User, version: int | None, **fields: Any) -> None:
    """Change a topic, or write down what was said on it; what the numbers say is never rewritten by hand."""
    require(by, "goals.keep_meeting", item.meeting)
    _open(item.meeting)
    if item.measure_id:
        fields.pop("finding", None)
        fields.pop("title", None)
    edit(item, by=by, version=version, **fields)


@transaction.atomic
def move_topic(item: AgendaItem, *, by: User, up: bool) -> None:
    """Change places with the topic above or below in the same part of the agenda; at its end nothing happens."""
    require(by, "goals.keep_meeting", item.meeting)
    _open(item.meeting)
    part = list(item.meeting.items.filter(section=item.section, taken_off_at=None))
    if item not in part:
        return
    here = part.index(item)
    there = here - 1 if up else here + 1
    if not 0 <= there < len(part):
        return
    part[here], part[there] = part[there], part[here]
    for position, one in enumerate(part, start=1):
        if one.position != position:
            AgendaItem.objects.filter(pk=one.pk).update(position=position)
    events.record("goals.meeting.move_topic", item.meeting, by=by, data={"title": item.title})


@transaction.atomic
def take_off(item: AgendaItem, *, by: User, back: bool = False) -> None:
    """Take a topic off the agenda, or put it back; it is kept, and does not propose itself again."""
    require(by, "goals.keep_meeting", item.meeting)
    _open(item.meeting)
    if item.actions.exists() and not back:
        raise MoveRefused(_("An action was agreed on this topic, so it stays on the agenda."))
    verb = "put_back" if back else "take_off"
    AgendaItem.objects.filter(pk=item.pk).update(taken_off_at=None if back else clock.now())
    events.record(f"goals.meeting.{verb}", item.meeting, by=by, data={"title": item.title})


@transaction.atomic
def agree_action(
    meeting: Meeting, *, by: User, text: str, owner: User, due_on: date, item: AgendaItem | None = None
) -> Action:
    """Write down what was agreed, who does it and by when; the owner is told."""
    require(by, "goals.keep_meeting", meeting)
    _open(meeting)
    if due_on < clock.today():
        raise MoveRefused(_("Write a day to come by which it is done."))
    if item is not None and item.meeting_id != meeting.pk:
        raise MoveRefused(_("Choose a topic of this meeting."))
    made = Action.objects.create(
        meeting=meeting, item=item, text=text.strip(), owner=owner, due_on=due_on, made_at=clock.now()
    )
    _tell_of(made, "agree", by=by)
    return made


def _tell_of(action: Action, verb: str, *, by: User, note: str = "", **data: Any) -> None:
    event = events.record(f"goals.action.{verb}", action, by=by, note=note, data=data)
    report = settings.SITE_URL + reverse("action-report", args=[action.meeting_id, action.pk])
    notifications.tell(event, action, extra={"report": report})


@transaction.atomic
def change_action(action: Action, *, by: User, version: int | None, **fields: Any) -> None:
    """The keeper gives it to somebody else, or another day or wording; a new day is reminded of anew."""
    require(by, "goals.keep_meeting", action.meeting)
    if not action.is_open:
        raise Conflict(_("This action is closed. Its owner can open it again by reporting."))
    if fields.get("due_on", action.due_on) != action.due_on and fields["due_on"] < clock.today():
        raise MoveRefused(_("Write a day to come by which it is done."))
    event = edit(action, by=by, version=version, **fields)
    changed = event.data["changes"] if event else {}
    if "due_on" in changed:
        Action.objects.filter(pk=action.pk).update(reminded_on=None)
    if "owner" in changed:
        action.refresh_from_db()
        _tell_of(action, "agree", by=by)


@transaction.atomic
def report_action(action: Action, *, by: User, version: int | None, status: str, word: str) -> None:
    """The owner, or the keeper, says how it stands, with a word; what is closed keeps its day."""
    require(by, "goals.report_action", action)
    if not word.strip():
        raise MoveRefused(_("Write in a few words how it stands: what was done, or what came in between."))
    done_on = None if status in Action.OPEN else clock.today()
    if edit(action, by=by, version=version, verb="status", status=status, word=word.strip(), done_on=done_on):
        _tell_of(action, "report", by=by, note=word.strip(), status=str(Action.Status(status).label))


@transaction.atomic
def remind_of_action(action: Action, *, by: User) -> bool:
    """Remind the owner once, after the day by which it should have been done."""
    locked = Action.objects.select_for_update(of=("self",)).get(pk=action.pk)
    if not locked.is_late or locked.reminded_on or locked.status == Action.Status.ON_HOLD:
        return False
    Action.objects.filter(pk=locked.pk).update(reminded_on=clock.today())
    _tell_of(locked, "remind", by=by)
    return True


@transaction.atomic
def say_worth(meeting: Meeting, *, by: User, worth: str, word: str = "") -> None:
    """Was it worth the person's time? One answer each, which may be changed."""
    require(by, "goals.say_worth", meeting)
    locked = Meeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
    if locked.cancelled_at:
        raise MoveRefused(_("This meeting was cancelled, so nobody is asked whether it was worth the time."))
    if not locked.was_held:
        raise MoveRefused(_("The meeting is still to come. Say it when it was held."))
    if worth not in WORTH:
        raise MoveRefused(_("Choose one of the answers."))
    locked.worth_it = locked.worth_it | {str(by.pk): {"worth": worth, "word": word.strip()}}
    locked.save(update_fields=["worth_it"])
    meeting.worth_it = locked.worth_it


@transaction.atomic
def close_meeting(meeting: Meeting, *, by: User, version: int | None, minutes: str) -> None:
    """Close it: the findings stay as they are today, and the minutes go to everyone invited."""
    require(by, "goals.keep_meeting", meeting)
    locked = _open(meeting)
    if not locked.was_held:
        raise MoveRefused(_("The meeting is still to come. Close it when it was held."))
    if not minutes.strip():
        raise MoveRefused(_("Write in a sentence or two what came of it."))
    items = list(meeting.items.filter(taken_off_at=None).select_related("measure"))
    for item, finding in findings_of(items).items():
        AgendaItem.objects.filter(pk=item).update(finding=finding)
    if edit(meeting, by=by, version=version, verb="minutes", minutes=minutes.strip(), closed_at=clock.now()):
        tell("close", meeting, by=by, note=minutes.strip())


def findings_of(items: Iterable[AgendaItem]) -> dict[int, str]:
    """What the values say now, for each topic about a measure."""
    about = {item.pk: item.measure for item in items if item.measure}
    readings = readings_of(list(about.values()), None, clock.now())
    return {pk: agenda.said_of(readings[measure.pk]) for pk, measure in about.items()}
