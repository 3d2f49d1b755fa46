"""The department's sponsor backs an idea or is silent, and others need it too."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Department, Role, User, holders_of
from accounts.policy import Preset, Silence, current_policy
from intake import rules
from intake.actions.parts import involve, release, require
from intake.actions.people import step_back
from intake.actions.sizes import derive_size
from intake.models import Backing, Idea, Part, Support
from workflow import clock, conversation, events, notifications
from workflow.lifecycle import Conflict, MoveRefused


def ask_to_back(idea: Idea, *, by: User) -> Backing | None:
    """Ask the department's sponsor whether the department backs the idea (never for a sponsor's own).

    A small city may have neither sponsors nor liaisons: then there is nobody whose answer could be waited for.
    """
    sponsors = [
        person for person in holders_of(Role.Kind.SPONSOR, idea.department_id) if not rules.is_author(person, idea)
    ]
    asked = sponsors[0] if sponsors else None
    policy = current_policy()
    backing = Backing.objects.create(idea=idea, asked_of=asked, due_at=clock.due_after(policy.backing_days))
    if asked:
        involve(idea, asked, Part.Kind.ASKED_TO_BACK)
    elif rules.is_sponsor(idea.requester, idea):
        backing.answer, backing.answered_by, backing.answered_at = Backing.Answer.BACKS, idea.requester, clock.now()
        backing.save()
    elif policy.preset == Preset.SMALL_CITY and policy.silence == Silence.GO_ON and not _somebody_calls(idea):
        backing.stage, backing.waived_at = Backing.Stage.OVER, clock.now()
        backing.save()
    idea.forget()
    return backing


def _somebody_calls(idea: Idea) -> bool:
    return bool(holders_of(Role.Kind.LIAISON, idea.department_id))


@transaction.atomic
def answer_backing(idea: Idea, *, by: User, answer: str, reason: str = "", hold_until: date | None = None) -> Backing:
    """The sponsor backs the idea, or holds it with a reason and a date. Who backs has a stake."""
    require(by, "intake.back_idea", idea)
    backing = Backing.objects.select_for_update().filter(idea=idea).order_by("-id").first()
    if backing is None or not idea.is_before_decision:
        raise Conflict(_("This idea is past the point where backing counts. Write a comment instead."))
    if answer == Backing.Answer.HOLDS and not (reason.strip() and hold_until and hold_until > clock.today()):
        raise MoveRefused(_("Say why the department holds it, and until which coming day."))
    backing.answer, backing.reason, backing.hold_until = answer, reason.strip(), hold_until
    backing.answered_by, backing.answered_at = by, clock.now()
    backing.save()
    if answer == Backing.Answer.BACKS:
        involve(idea, by, Part.Kind.SPONSOR)
        step_back(idea, by)
    else:
        release(idea, Part.Kind.SPONSOR, by)
        involve(idea, by, Part.Kind.ASKED_TO_BACK)
    idea.forget()
    event = events.record(
        f"intake.idea.{'back' if answer == Backing.Answer.BACKS else 'hold'}",
        idea,
        by=by,
        note=backing.reason,
        data={"until": hold_until.isoformat() if hold_until else None},
    )
    notifications.tell(event, idea)
    return backing


def pass_silence(backing: Backing, *, by: User) -> None:
    """What a sponsor's silence does: the substitute is asked, then the liaison calls, then it goes on or rests."""
    policy = current_policy()
    with transaction.atomic():
        backing = Backing.objects.select_for_update(of=("self",)).get(pk=backing.pk)
        idea = backing.idea
        if backing.answered_at or backing.waived_at or backing.due_at > clock.now() or not idea.is_before_decision:
            return
        data: dict[str, Any] = {}
        if backing.stage == Backing.Stage.SPONSOR and (substitute := _substitute_of(backing)):
            backing.stage, backing.due_at = Backing.Stage.SUBSTITUTE, clock.due_after(policy.backing_days)
            involve(idea, substitute, Part.Kind.ASKED_TO_BACK)
            data["asked"] = substitute.pk
        elif backing.stage in (Backing.Stage.SPONSOR, Backing.Stage.SUBSTITUTE):
            backing.stage, backing.due_at = Backing.Stage.LIAISON, clock.due_after(policy.liaison_call_days)
            data["asked"] = next((person.pk for person in holders_of(Role.Kind.LIAISON, idea.department_id)), None)
        elif backing.stage == Backing.Stage.LIAISON:
            backing.stage = Backing.Stage.OVER
            if policy.silence == Silence.GO_ON:
                backing.waived_at = clock.now()
        else:
            return
        backing.save()
        data["stage"] = backing.stage
        event = events.record("intake.idea.backing_waits", idea, by=by, data=data)
        notifications.tell(event, idea)


def _substitute_of(backing: Backing) -> User | None:
    role = (
        Role.objects.in_force()
        .filter(user=backing.asked_of, kind=Role.Kind.SPONSOR)
        .covering(backing.idea.department_id)
        .exclude(substitute=None)
        .select_related("substitute")
        .first()
    )
    return role.substitute if role and role.substitute and role.substitute.is_active else None


@transaction.atomic
def support(
    idea: Idea,
    *,
    by: User,
    volume: str = "",
    would_share_cost: bool = False,
    note: str = "",
    department: Department | None = None,
) -> Support:
    """“We need this too”, said for the person's department; saying it again changes what was said."""
    require(by, "intake.support_idea", idea)
    department = department or by.department
    if department is None:
        raise MoveRefused(_("You belong to no department yet. Ask IT to add you to one first."))
    said, created = Support.objects.update_or_create(
        idea=idea,
        user=by,
        defaults={"department": department, "volume": volume, "would_share_cost": would_share_cost, "note": note},
    )
    conversation.follow(idea, by)
    event = events.record(
        "intake.idea.support", idea, by=by, note=note, data={"department": str(department), "volume": volume}
    )
    if created:
        notifications.tell(event, idea)
        if idea.is_before_decision:
            derive_size(idea, by=User.objects.system())
    return said
