"""What a person has open on ideas, and how it goes to a successor when the account is closed."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import duties
from accounts.duties import Duty
from accounts.models import User
from intake import actions, rules
from intake.lifecycle import BEFORE_DECISION, OPEN, State
from intake.models import HOLDING, Backing, Condition, Idea, Part, ProposedNo, Review
from workflow import clock, events, notifications
from workflow.models import Audience, Question


@dataclass(frozen=True)
class Kind:
    """One kind of duty: its name, the records that this person has open, and how one of them is handed over."""

    label: Any
    of: Callable[[User], Iterable[Any]]
    give: Callable[[Any, User, User, User], None]


def as_duty(label: Any, idea: Idea, thing: Any) -> Duty:
    """A duty as the administrator reads it; of a restricted idea only the group is named."""
    if idea.is_restricted and idea.group:
        return Duty(
            _("Restricted work of “%(group)s”: %(duty)s") % {"duty": label, "group": idea.group},
            idea.group.get_absolute_url(),
        )
    return Duty(_("%(thing)s: %(duty)s") % {"thing": thing.label, "duty": label}, thing.get_absolute_url())


def _hand(idea: Idea, duty: str, user: User, to: User, by: User, audience: str = Audience.VIEWERS) -> None:
    """Record that a duty went over, and tell the successor."""
    data = {"duty": duty, "person": to.pk, "name": to.name, "before": user.name}
    event = events.record("intake.idea.hand_over", idea, by=by, audience=audience, data=data)
    notifications.tell(event, idea)


def _move_part(idea: Idea, kind: str, user: User, to: User) -> None:
    actions.involve(idea, to, kind)
    actions.release(idea, kind, user)


def requested(user: User) -> Iterable[Idea]:
    return Idea.objects.filter(requester=user, state__in=(*OPEN, State.NOT_YET)).select_related("group")


def give_requested(idea: Idea, user: User, to: User, by: User) -> None:
    """The successor speaks for the idea, and with that stake no longer judges it."""
    actions.require_in_group(idea, to)
    _move_part(idea, Part.Kind.REQUESTER, user, to)
    idea.requester = to
    idea.version += 1
    idea.save(update_fields=["requester", "version"])
    actions.step_back(idea, to)
    _hand(idea, "requested", user, to, by)


def questions(user: User) -> Iterator[Question]:
    kind = ContentType.objects.get_for_model(Idea)
    yield from Question.objects.open().filter(asked_of=user, target_type=kind).prefetch_related("target")


def give_question(question: Question, user: User, to: User, by: User) -> None:
    question.asked_of = to
    question.save(update_fields=["asked_of"])
    _hand(idea_of(question), "question", user, to, by)


def in_hand(user: User) -> Iterable[Idea]:
    return Idea.objects.filter(assignee=user, state__in=(*BEFORE_DECISION, State.NOT_YET)).select_related("group")


def give_in_hand(idea: Idea, user: User, to: User, by: User) -> None:
    """With a stake of the successor nobody has it in hand, and it stands in the queue again."""
    actions.put_in_hands(idea, by=by, to=None if rules.has_stake(to, idea) else to)


def reviews(user: User) -> Iterable[Review]:
    return Review.objects.waiting().filter(reviewer=user).select_related("idea__group", "reviewer")


def give_review(review: Review, user: User, to: User, by: User) -> None:
    """The successor where he reviews this discipline and has no stake; else another reviewer of it."""
    actions.require_in_group(review.idea, to)
    actions.give_review(review, by=by, to=actions.reviewer_for(review.idea, review.discipline, but=user, first=to))


def conditions(user: User) -> Iterable[Condition]:
    return Condition.objects.open().filter(owner=user, idea__state__in=OPEN).select_related("idea__group")


def give_condition(condition: Condition, user: User, to: User, by: User) -> None:
    condition.owner = to
    condition.save(update_fields=["owner"])
    _move_part(condition.idea, Part.Kind.CONDITION_OWNER, user, to)
    audience = Audience.VIEWERS if condition.is_shared else Audience.WORKERS
    _hand(condition.idea, "condition", user, to, by, audience)


def watched(user: User) -> Iterable[Idea]:
    return Idea.objects.filter(state=State.NOT_YET, current_decision__trigger_owner=user).select_related(
        "group", "current_decision"
    )


def give_watched(idea: Idea, user: User, to: User, by: User) -> None:
    """The letter stays as sent; who watches is what changes."""
    decision: Any = idea.current_decision
    decision.trigger_owner = to
    decision.save(update_fields=["trigger_owner"])
    _move_part(idea, Part.Kind.TRIGGER_OWNER, user, to)
    _hand(idea, "watched", user, to, by)


def backings(user: User) -> Iterable[Backing]:
    """Questions to back that wait for this person, and holds that this person keeps."""
    last = Backing.objects.filter(idea=OuterRef("idea")).order_by("-id").values("pk")[:1]
    waits = Q(answered_at=None, waived_at=None)
    holds = HOLDING & (Q(hold_until=None) | Q(hold_until__gt=clock.today()))
    asked = Part.objects.filter(idea=OuterRef("idea"), user=user, kind=Part.Kind.ASKED_TO_BACK, ended_at=None)
    return Backing.objects.filter(
        waits | holds, Exists(asked), pk=Subquery(last), idea__state__in=BEFORE_DECISION
    ).select_related("idea__group")


def give_backing(backing: Backing, user: User, to: User, by: User) -> None:
    """The question goes to the successor; the role of the sponsor is given on its own page."""
    actions.require_in_group(backing.idea, to)
    if backing.asked_of_id == user.pk:
        backing.asked_of = to
        backing.save(update_fields=["asked_of"])
    _move_part(backing.idea, Part.Kind.ASKED_TO_BACK, user, to)
    _hand(backing.idea, "backing", user, to, by)


def confirmations(user: User) -> Iterator[ProposedNo]:
    """“No”s of others that wait for a second person, where this person may be it."""
    heard = ProposedNo.objects.open().heard_by(user).select_related("idea__group", "idea__current_decision")
    yield from (one for one in heard if rules.is_second_decider(user, one.idea))


def give_confirmation(proposed: ProposedNo, user: User, to: User, by: User) -> None:
    """The successor hears of it; only who decides may confirm, and nobody the own proposal."""
    if to.pk != proposed.proposed_by_id:
        _hand(proposed.idea, "confirmation", user, to, by, Audience.DECIDERS)


KINDS = {
    "requested": Kind(gettext_lazy("requester"), requested, give_requested),
    "question": Kind(gettext_lazy("a question to answer"), questions, give_question),
    "in_hand": Kind(gettext_lazy("has it in hand"), in_hand, give_in_hand),
    "review": Kind(gettext_lazy("a review"), reviews, give_review),
    "condition": Kind(gettext_lazy("a condition"), conditions, give_condition),
    "watched": Kind(gettext_lazy("watches the date or condition"), watched, give_watched),
    "backing": Kind(gettext_lazy("backing by the department"), backings, give_backing),
    "confirmation": Kind(gettext_lazy("a “No” to confirm"), confirmations, give_confirmation),
}


def idea_of(record: Any) -> Idea:
    if isinstance(record, Question):
        return record.target  # type: ignore[return-value]
    return record if isinstance(record, Idea) else record.idea


def duties_of(user: User) -> list[Duty]:
    """What waits on this person on ideas."""
    return [
        as_duty(kind.label, idea, idea)
        for kind in KINDS.values()
        for record in kind.of(user)
        for idea in [idea_of(record)]
    ]


@transaction.atomic
def hand_over(user: User, successor: User, by: User) -> None:
    """Give every open duty on ideas to the successor: each is an event of its idea.

    Raises MoveRefused where an idea is restricted to a group that the successor does not belong to.
    """
    for kind in KINDS.values():
        for record in list(kind.of(user)):
            kind.give(record, user, successor, by)


duties.register(duties_of, handover=hand_over)
