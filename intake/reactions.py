"""What follows a move of an idea: its number, its reviews, its decision with the letter."""

from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from accounts.policy import Size
from intake import actions
from intake.lifecycle import Lane, State
from intake.models import Decision, Idea, Part, SecondLook
from workflow import clock, notifications
from workflow.lifecycle import Made, MoveRefused
from workflow.models import Question
from workflow.reactions import after, before_save

VERB = "intake.idea."
ENDS_OPEN_WORK = (
    "approve", "answer_not_yet", "redirect", "decline", "join", "withdraw",
)  # fmt: skip


def give_number(made: Made) -> None:
    """A shared idea gets the next number."""
    if made.obj.number is None:
        made.obj.number = actions.take_number("idea")


def open_for_work(made: Made) -> None:
    """The idea becomes findable, and the sponsor is asked whether the department backs it."""
    actions.index(made.obj)
    if made.obj.lane != Lane.TAKEN_OVER:
        actions.ask_to_back(made.obj, by=made.by)


def take_in_hand(made: Made) -> None:
    """Whoever takes it up has it in hand."""
    if made.obj.assignee_id:
        actions.involve(made.obj, made.obj.assignee, Part.Kind.ASSIGNEE)


def ask_disciplines(made: Made) -> None:
    """The chosen disciplines are asked for their reviews."""
    actions.open_reviews(made.obj, by=made.by, disciplines=made.data["disciplines"])


def decide_yes(made: Made) -> None:
    """Write the decision: yes, or with conditions yes, if."""
    data, idea = made.data, made.obj
    new = data.get("conditions") or []
    answer = Decision.Answer.YES_IF if new or idea.conditions.open().exists() else Decision.Answer.YES
    reason = data.get("reason", "")
    if answer == Decision.Answer.YES_IF and not reason.strip() and not idea.waives_needs(made.by):
        raise MoveRefused(_("Write in plain words what the conditions are for."))
    decision = _decide(
        made,
        answer,
        reason=reason,
        next_step=data.get("next_step", ""),
        fund=idea.fund,
        is_funded=idea.is_funded,
        earliest_start_on=idea.earliest_start_on,
        project_manager=data.get("project_manager") or (made.by if idea.size == Size.SMALL else None),
    )
    for condition in new:
        actions.add_condition(idea, by=made.by, decision=decision, **condition)
    _write_letter(made, decision)


def decide_not_yet(made: Made) -> None:
    """Write the decision; whoever watches the date or condition gets that part."""
    data = made.data
    if not data.get("return_on") and not data.get("return_condition", "").strip():
        raise MoveRefused(_("Name the day on which it comes back, or the condition that brings it back."))
    if data.get("return_on") and data["return_on"] <= clock.today():
        raise MoveRefused(_("Choose a coming day on which it comes back."))
    decision = _decide(
        made,
        Decision.Answer.NOT_YET,
        **{name: data.get(name) or "" for name in ("reason", "next_step", "until_then", "return_condition")},
        return_on=data.get("return_on"),
        trigger_owner=data["trigger_owner"],
    )
    actions.involve(made.obj, data["trigger_owner"], Part.Kind.TRIGGER_OWNER)
    _write_letter(made, decision)


def decide_another_way(made: Made) -> None:
    """Write the decision with what else can be done."""
    data = made.data
    decision = _decide(
        made,
        Decision.Answer.ANOTHER_WAY,
        reason=data["reason"],
        next_step=data["next_step"],
        other_way_kind=data.get("other_way_kind") or Decision.OtherWay.DIFFERENT,
        other_way=data["other_way"],
    )
    _write_letter(made, decision)


def decide_no(made: Made) -> None:
    """Write the “No” that one person proposed and another confirmed."""
    proposed = made.obj.open_no
    proposed.confirmed_at = clock.now()
    proposed.save()
    decision = _decide(
        made,
        Decision.Answer.NO,
        reason=proposed.reason,
        next_step=proposed.next_step,
        what_would_change=proposed.what_would_change,
        proposed_by=proposed.proposed_by,
    )
    _write_letter(made, decision)


def _decide(made: Made, answer: str, **fields: Any) -> Decision:
    idea = made.obj
    decision = Decision.objects.create(
        idea=idea,
        answer=answer,
        decided_by=made.by,
        decided_at=clock.now(),
        is_second_look=idea.is_second_look,
        **fields,
    )
    idea.current_decision = decision
    idea.is_second_look = False
    return decision


def _write_letter(made: Made, decision: Decision) -> None:
    """The plain-language letter, written once and kept as sent."""
    if made.obj.lane == Lane.TAKEN_OVER:
        return
    with translation.override(made.obj.requester.language):
        context = {
            "idea": made.obj,
            "decision": decision,
            "conditions": list(made.obj.conditions.open().select_related("owner")),
        }
        decision.letter = notifications.written(f"intake/letter/{decision.answer}.txt", context)
    decision.save(update_fields=["letter"])


def join_people(made: Made) -> None:
    """The people of a joined idea get a part in the other one, with the stake that they had."""
    idea, into = made.obj, made.data["into"]
    into = Idea.objects.select_for_update(of=("self",)).get(pk=into.pk)
    if into.pk == idea.pk or not into.is_open or into.is_draft:
        raise MoveRefused(_("Choose another open idea that it joins."))
    if idea.is_restricted and (not into.is_restricted or into.group_id != idea.group_id):
        raise MoveRefused(_("A restricted idea can only join one that the same group sees."))
    for user in idea.people_as("requester", "co_author", "drafter", "sponsor", "joined"):
        actions.involve(into, user, Part.Kind.JOINED)
        actions.step_back(into, user)


def end_open_work(made: Made) -> None:
    """What is answered needs no more questions, and a way out no more reviews and duties."""
    idea = made.obj
    for question in Question.objects.about(idea).open():
        question.taken_back_at = clock.now()
        question.save(update_fields=["taken_back_at"])
    if idea.state != State.APPROVED:
        for review in idea.reviews.filter(sent_at=None, ended_at=None):
            review.ended_at = clock.now()
            review.save(update_fields=["ended_at"])
        for kind in (Part.Kind.REVIEWER, Part.Kind.CONDITION_OWNER):
            actions.release(idea, kind)
    if idea.state in (State.JOINED, State.WITHDRAWN):
        actions.release(idea, Part.Kind.ASSIGNEE)
    for proposed in idea.proposed_nos.filter(taken_back_at=None, confirmed_at=None):
        proposed.taken_back_at = clock.now()
        proposed.save(update_fields=["taken_back_at"])
    idea.forget()


def come_back(made: Made) -> None:
    """Whoever watched the date or condition is free."""
    actions.release(made.obj, Part.Kind.TRIGGER_OWNER)


def take_second_look(made: Made) -> None:
    """The second look is taken: once."""
    look = SecondLook.objects.get(idea=made.obj)
    look.taken_at = clock.now()
    look.save(update_fields=["taken_at"])
    made.obj.is_second_look = True


before_save(VERB + "submit", give_number)
after(VERB + "submit", open_for_work)
after(VERB + "take_up", take_in_hand)
after(VERB + "send_to_feasibility", ask_disciplines)
before_save(VERB + "approve", decide_yes)
before_save(VERB + "answer_not_yet", decide_not_yet)
before_save(VERB + "redirect", decide_another_way)
before_save(VERB + "decline", decide_no)
before_save(VERB + "reconsider", take_second_look)
before_save(VERB + "reconsider_from_start", take_second_look)
after(VERB + "join", join_people)
for _name in ENDS_OPEN_WORK:
    after(VERB + _name, end_open_work)
after(VERB + "resume", come_back)
after(VERB + "reconsider", come_back)
after(VERB + "reconsider_from_start", come_back)
