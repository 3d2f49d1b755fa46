"""Changes of an idea that are more than one move."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, transaction
from django.db.models import Count as CountOf
from django.db.models import Sum
from django.utils.translation import gettext as _

from accounts.models import Department, Role, User, holders_of
from accounts.policy import Preset, Silence, Size, current_policy
from intake import rules
from intake.lifecycle import Lane, State
from intake.models import (
    Backing,
    Condition,
    Contribution,
    Count,
    FirstSight,
    Idea,
    NumberSequence,
    Part,
    ProposedNo,
    Review,
    SecondLook,
    Support,
)
from workflow import clock, conversation, events, notifications, search
from workflow.attachments import inspect
from workflow.editing import edit
from workflow.lifecycle import Conflict, MoveRefused, NotYourMove, perform
from workflow.models import Attachment, Audience, Event, Question

SHORT_FORM = ("title", "problem", "who_has_it", "better", "solution", "answers", "wanted_by", "wanted_why", "goal")
BUSINESS_CASE = ("options", "risks", "cost_start", "cost_yearly", "cost_note", "hours", "no_contribution_reason")
TITLE_WEIGHT = 3
SIZES: list[str] = [Size.SMALL, Size.MEDIUM, Size.LARGE]


def require(by: User, permission: str, obj: Any) -> None:
    """Raise NotYourMove where the rules do not give the permission."""
    if not by.has_perm(permission, obj):
        raise NotYourMove


def take_number(kind: str) -> int:
    """The next number of a kind, under a lock."""
    sequence, _created = NumberSequence.objects.select_for_update().get_or_create(kind=kind)
    number = sequence.next_number
    sequence.next_number += 1
    sequence.save()
    return number


# Parts


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


# Drafting


@transaction.atomic
def start_draft(
    *,
    by: User,
    department: Department | None = None,
    requester: User | None = None,
    started_from: Idea | None = None,
    **form: Any,
) -> Idea:
    """Begin a draft; a liaison may begin one for somebody else, and is then its drafter."""
    requester = requester or by
    department = department or requester.department
    if department is None:
        raise MoveRefused(_("You belong to no department yet. Ask IT to add you to one, then share the idea."))
    if requester != by and not (by.holds(Role.Kind.LIAISON, department=department.pk)):
        raise NotYourMove
    form.setdefault("audience", department.first_sight)
    idea = Idea.objects.create(requester=requester, department=department, started_from=started_from, **form)
    involve(idea, requester, Part.Kind.REQUESTER)
    if requester != by:
        involve(idea, by, Part.Kind.DRAFTER)
    events.record("intake.idea.start", idea, by=by)
    return idea


def save_draft(idea: Idea, *, by: User, version: int | None, **form: Any) -> None:
    """Save what was typed so far; nothing is asked for and no history is written of a draft."""
    require(by, "intake.change_idea", idea)
    with transaction.atomic():
        locked = Idea.objects.select_for_update(of=("self",)).get(pk=idea.pk)
        if not rules.is_open_to_edits(by, locked) or not locked.is_draft:
            raise Conflict(_("This idea was shared already. Open it to see where it is."))
        if version is not None and version != locked.version:
            raise Conflict(
                _("Somebody else saved this draft while you wrote. Your text is still here: compare and save again.")
            )
        for name, value in form.items():
            setattr(locked, name, value)
        locked.version += 1
        locked.save()
    idea.refresh_from_db()


def discard_draft(idea: Idea, *, by: User) -> None:
    """Throw a draft away: it is withdrawn without a number."""
    require(by, "intake.discard_idea", idea)
    perform(idea, "withdraw", by=by if by == idea.requester else idea.requester, reason=_("Discarded as a draft."))


def correct(idea: Idea, *, by: User, version: int | None, **form: Any) -> Any:
    """Correct the short form of a shared idea before a triager takes it up."""
    require(by, "intake.change_idea", idea)
    return _edited(idea, edit(idea, by=by, version=version, verb="correct", **form))


def edit_case(idea: Idea, *, by: User, version: int | None, **form: Any) -> Any:
    """Write the business case: options, risks, hours, the start and yearly cost."""
    require(by, "intake.change_case", idea)
    changed = edit(idea, by=by, version=version, verb="edit_case", **form)
    derive_size(idea, by=by)
    return changed


def triage(idea: Idea, *, by: User, version: int | None, **form: Any) -> Any:
    """The triager's edits: title, main goal, lane, answers, figures."""
    require(by, "intake.triage_idea", idea)
    if form.get("lane") == Lane.TAKEN_OVER:
        raise MoveRefused(_("Only an import makes ideas of this lane. Choose another lane."))
    event = _edited(idea, edit(idea, by=by, version=version, verb="triage", **form))
    derive_size(idea, by=by)
    return event


def _edited(idea: Idea, event: Any) -> Any:
    if event and {"title", "problem", "who_has_it", "better"} & set(event.data["changes"]):
        index(idea)
    return event


def index(idea: Idea) -> None:
    """Make the idea findable by its words; a title weighs more than the rest."""
    words = " ".join([idea.problem, idea.who_has_it, idea.better, idea.solution])
    search.index(idea, (idea.heading, TITLE_WEIGHT), (words, 1))


# Size, value, people


def sizing_figures(idea: Idea) -> dict[str, Any]:
    """What the policy looks at: five-year cost, hours, how many departments, and what was ticked."""
    departments = {idea.department_id, *idea.supports.values_list("department_id", flat=True)}
    departments |= set(idea.joined_ideas.values_list("department_id", flat=True))
    return {
        "cost": idea.five_year_cost,
        "hours": idea.hours,
        "departments": len(departments),
        "answers": set(idea.answers),
    }


def computed_size(idea: Idea) -> str:
    """The size that the policy gives to the figures of an idea."""
    return current_policy().size_of(**sizing_figures(idea))


def derive_size(idea: Idea, *, by: User) -> None:
    """Raise the size to what the figures say; nothing lowers it by itself."""
    size = computed_size(idea)
    if idea.size and SIZES.index(size) > SIZES.index(idea.size):
        edit(idea, by=by, version=None, verb="size", size=size, note=_("The figures make it larger."))


def set_size(idea: Idea, *, by: User, size: str, note: str = "") -> Any:
    """Set or raise the size; only the director lowers it, with a reason."""
    require(by, "intake.work_on_idea", idea)
    floor = SIZES.index(idea.size or computed_size(idea))
    if SIZES.index(size) < floor:
        if not by.holds(Role.Kind.DIRECTOR, department=idea.department_id):
            raise MoveRefused(
                _("Only the director makes an idea smaller than its figures say. Ask the director, or keep the size.")
            )
        if not note.strip():
            raise MoveRefused(_("Write why it is smaller than its figures say."))
    return edit(idea, by=by, version=None, verb="size", note=note, size=size)


def set_value(idea: Idea, *, by: User, value: str, value_reason: str) -> Any:
    """High, medium or low at first look, with the reason."""
    require(by, "intake.triage_idea", idea)
    if not value_reason.strip():
        raise MoveRefused(_("Write in a sentence why the value is so."))
    return edit(
        idea, by=by, version=None, verb="value", heard_by=Audience.WORKERS, value=value, value_reason=value_reason
    )


@transaction.atomic
def assign(idea: Idea, *, by: User, to: User | None) -> Any:
    """Say who has the idea in hand; that gives no right to a move."""
    require(by, "intake.work_on_idea", idea)
    if to and rules.has_stake(to, idea):
        raise MoveRefused(_("%(person)s has a stake in this idea. Choose somebody without one.") % {"person": to})
    return put_in_hands(idea, by=by, to=to)


def put_in_hands(idea: Idea, *, by: User, to: User | None) -> Any:
    """Change who has the idea in hand, and tell that person."""
    release(idea, Part.Kind.ASSIGNEE)
    if to:
        involve(idea, to, Part.Kind.ASSIGNEE)
    event = edit(idea, by=by, version=None, verb="assign", assignee=to)
    if event:
        notifications.tell(event, idea)
    return event


@transaction.atomic
def add_co_author(idea: Idea, *, by: User, person: User) -> None:
    """Let another person write along."""
    require(by, "intake.change_idea", idea)
    involve(idea, person, Part.Kind.CO_AUTHOR)
    event = events.record("intake.idea.add_co_author", idea, by=by, data={"person": person.pk, "name": person.name})
    notifications.tell(event, idea)


@transaction.atomic
def remove_co_author(idea: Idea, *, by: User, person: User) -> None:
    require(by, "intake.change_idea", idea)
    release(idea, Part.Kind.CO_AUTHOR, person)
    events.record("intake.idea.remove_co_author", idea, by=by, data={"person": person.pk, "name": person.name})


@transaction.atomic
def declare_conflict(idea: Idea, *, by: User, note: str) -> None:
    """Step back from judging an idea; the review of that person goes back to the discipline."""
    require(by, "intake.view_idea", idea)
    involve(idea, by, Part.Kind.CONFLICT)
    step_back(idea, by)
    events.record("intake.idea.declare_conflict", idea, by=by, note=note, audience=Audience.WORKERS)


def step_back(idea: Idea, person: User) -> None:
    """Somebody who has a stake now judges no more: reviews go to others, and nobody has it in hand."""
    system = User.objects.system()
    for review in idea.reviews.filter(reviewer=person, sent_at=None, ended_at=None):
        give_review(review, by=system, to=reviewer_for(idea, review.discipline, but=person))
    if idea.assignee_id == person.pk:
        put_in_hands(idea, by=system, to=None)


# Backing and support


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


# Questions and comments


@transaction.atomic
def ask_requester(idea: Idea, *, by: User, text: str, review: Review | None = None) -> Question:
    """Ask the requester; the clock of the asker waits. The first question counts as a first answer."""
    require(by, "intake.ask_on_idea", idea)
    if not idea.is_before_decision:
        raise MoveRefused(_("This idea is answered already. Write a comment instead."))
    question = conversation.ask(
        idea, by=by, of=idea.requester, text=text, days=current_policy().question_days, pauses=review or idea
    )
    mark_first_answer(idea, by=by)
    return question


def may_answer_question(question: Question, user: User) -> bool:
    """The one who was asked, or for a question to the requester any author."""
    return question.asked_of_id == user.pk or (
        isinstance(question.target, Idea)
        and question.asked_of_id == question.target.requester_id
        and rules.is_author(user, question.target)
    )


def answer_question(question: Question, *, by: User, text: str) -> None:
    if not may_answer_question(question, by):
        raise NotYourMove
    conversation.answer(question, by=by, text=text)


@transaction.atomic
def comment(idea: Idea, *, by: User, text: str, audience: str = Audience.VIEWERS) -> Any:
    """Say something; a message of IT to the requester counts as the first answer."""
    require(by, "intake.comment_on_idea", idea)
    event = conversation.comment(idea, by=by, text=text, audience=audience)
    if audience == Audience.VIEWERS and by.has_perm("intake.ask_on_idea", idea):
        mark_first_answer(idea, by=by)
    return event


def mark_first_answer(idea: Idea, *, by: User) -> None:
    """Stop the clock of the first answer: a person of IT has said something to the requester."""
    if idea.first_answered_at is None and idea.submitted_at and not rules.is_author(by, idea):
        idea.first_answered_at = clock.now()
        idea.save(update_fields=["first_answered_at"])


# Feasibility


def open_reviews(idea: Idea, *, by: User, disciplines: Iterable[str]) -> list[Review]:
    """Ask these disciplines for a review, each of the reviewer with the fewest open ones."""
    due_at = clock.due_after(current_policy().review_days)
    asked = []
    for discipline in disciplines:
        if idea.reviews.filter(discipline=discipline, ended_at=None).exists():
            continue
        review = Review.objects.create(idea=idea, discipline=discipline, due_at=due_at)
        give_review(review, by=by, to=reviewer_for(idea, discipline))
        asked.append(review)
    idea.forget()
    return asked


def may_be_given(person: User, idea: Idea) -> bool:
    return not rules.has_stake(person, idea) and (not idea.is_restricted or rules.is_in_group(person, idea))


def reviewer_for(idea: Idea, discipline: str, but: User | None = None, first: User | None = None) -> User | None:
    """The reviewer of a discipline with the fewest open reviews, or `first` where that person may review it.

    In a small city, where one person gives every review, the second person outside reviews that person's own ideas.
    """
    people = [
        person
        for person in holders_of(Role.Kind.REVIEWER, idea.department_id, discipline)
        if person != but and may_be_given(person, idea)
    ]
    if first in people:
        return first
    if not people and current_policy().preset == Preset.SMALL_CITY:
        outside = holders_of(Role.Kind.STAND_IN, idea.department_id)
        return next((one for one in outside if one != but and may_be_given(one, idea)), None)
    load = dict(
        Review.objects.filter(reviewer__in=people, sent_at=None, ended_at=None)
        .values("reviewer")
        .annotate(n=CountOf("id"))
        .values_list("reviewer", "n")
    )
    return min(people, key=lambda person: load.get(person.pk, 0), default=None)


@transaction.atomic
def give_review(review: Review, *, by: User, to: User | None) -> None:
    """Give a review to a person, or back to everyone of the discipline."""
    idea = review.idea
    if to and rules.has_stake(to, idea):
        raise MoveRefused(_("%(person)s has a stake in this idea. Choose somebody without one.") % {"person": to})
    previous = review.reviewer
    review.reviewer = to
    review.save(update_fields=["reviewer"])
    if previous and not idea.reviews.filter(reviewer=previous, ended_at=None).exists():
        release(idea, Part.Kind.REVIEWER, previous)
    if to:
        involve(idea, to, Part.Kind.REVIEWER)
    event = events.record(
        "intake.idea.give_review",
        idea,
        by=by,
        audience=Audience.WORKERS,
        data={
            "review": review.pk,
            "discipline": review.discipline,
            "person": to.name if to else None,
            "to": to.pk if to else None,
        },
    )
    notifications.tell(event, idea)


@transaction.atomic
def take_review(review: Review, *, by: User) -> None:
    """Take a review that nobody of the discipline has yet."""
    locked = Review.objects.select_for_update(of=("self",)).select_related("idea").get(pk=review.pk)
    if locked.reviewer_id or locked.sent_at or locked.ended_at:
        raise Conflict(_("Somebody else took this review. Its card says who."))
    require(by, "intake.send_review", locked)
    give_review(locked, by=by, to=by)


@transaction.atomic
def change_disciplines(idea: Idea, *, by: User, disciplines: list[str]) -> None:
    """Add or end reviews while the idea is in feasibility; a review that was sent stays."""
    require(by, "intake.triage_idea", idea)
    if idea.state != State.FEASIBILITY:
        raise Conflict(_("The disciplines can be changed while it is in feasibility."))
    if not disciplines:
        raise MoveRefused(_("Choose at least one discipline that reviews it."))
    for review in idea.reviews.filter(ended_at=None, sent_at=None).exclude(discipline__in=disciplines):
        review.ended_at = clock.now()
        review.save(update_fields=["ended_at"])
        events.record("intake.idea.end_review", idea, by=by, data={"discipline": review.discipline})
    open_reviews(idea, by=by, disciplines=disciplines)
    idea.forget()
    move_on_when_reviewed(idea, by=by)


@transaction.atomic
def save_review(review: Review, *, by: User, version: int | None, share: bool = False, **form: Any) -> Review:
    """Keep a review as a private draft, or share the draft early."""
    require(by, "intake.send_review", review)
    locked = Review.objects.select_for_update(of=("self",)).select_related("idea").get(pk=review.pk)
    if locked.sent_at or locked.ended_at:
        raise Conflict(_("This review was sent already. Reload the page to read it."))
    if version is not None and version != locked.version:
        raise Conflict(
            _("Somebody else saved this review while you wrote. Your text is still here: compare and save again.")
        )
    for name, value in form.items():
        setattr(locked, name, value)
    if locked.reviewer_id is None:
        give_review(locked, by=by, to=by)
    locked.saved_at = clock.now()
    locked.version += 1
    if share and not locked.shared_at:
        locked.shared_at = clock.now()
        events.record("intake.idea.share_review", locked.idea, by=by, data={"discipline": locked.discipline})
    locked.save()
    return locked


@transaction.atomic
def send_review(
    review: Review, *, by: User, version: int | None, conditions: Iterable[dict[str, Any]] = (), **form: Any
) -> Review:
    """Send a review: yes, yes if (with conditions) or a concern (with a way forward). The last one moves on.

    Each condition is a dict of text, owner, due_on and gate.
    """
    conditions = list(conditions)
    review = save_review(review, by=by, version=version, **form)
    idea = Idea.objects.select_for_update(of=("self",)).get(pk=review.idea_id)
    if idea.state not in (State.FEASIBILITY, State.DECISION, State.APPROVED, State.DELIVERING):
        raise Conflict(_("This idea is no longer in feasibility, so the review is not needed any more."))
    if not review.answer:
        raise MoveRefused(_("Choose your answer: yes, yes if, or a concern."))
    if review.answer == Review.Answer.YES_IF and not conditions and not review.conditions.open().exists():
        raise MoveRefused(_("Name at least one condition with its owner and date."))
    if review.answer == Review.Answer.CONCERN:
        if not review.text.strip():
            raise MoveRefused(_("Write what concerns you."))
        if not review.way_forward.strip() and not (review.none_known and review.whom_asked.strip()):
            raise MoveRefused(_("Name a way forward, or say that you know none and whom you asked."))
    for condition in conditions:
        add_condition(idea, by=by, review=review, **condition)
    review.sent_at, review.condition_drafts = clock.now(), []
    review.save()
    idea.forget()
    event = events.record(
        "intake.idea.send_review",
        idea,
        by=by,
        note=review.text,
        data={"discipline": review.discipline, "answer": review.answer},
    )
    notifications.tell(event, idea, extra={"review": review})
    move_on_when_reviewed(idea, by=by)
    return review


def move_on_when_reviewed(idea: Idea, *, by: User) -> None:
    """The last required review sends the idea to the decision."""
    idea.refresh_from_db()
    if idea.state == State.FEASIBILITY and idea.reviews_asked and not idea.reviews_missing and not idea.is_held:
        perform(idea, "send_to_decision", by=User.objects.system(), on_behalf_of=by)


def add_condition(
    idea: Idea,
    *,
    by: User,
    text: str,
    owner: User,
    due_on: date,
    gate: str,
    review: Review | None = None,
    decision: Any = None,
) -> Condition:
    """Add what has to be done before a gate, with its owner and date."""
    if not text.strip():
        raise MoveRefused(_("Write what the condition asks for."))
    condition = Condition.objects.create(
        idea=idea, review=review, decision=decision, text=text.strip(), owner=owner, due_on=due_on, gate=gate
    )
    involve(idea, owner, Part.Kind.CONDITION_OWNER)
    event = events.record(
        "intake.idea.add_condition", idea, by=by, note=condition.text, data={"owner": owner.pk, "gate": gate}
    )
    notifications.tell(event, idea, extra={"condition": condition})
    return condition


def may_meet(condition: Condition, user: User) -> bool:
    """Its owner, the reviewer who asked for it, or the decider."""
    asked_for_it = condition.review is not None and condition.review.reviewer_id == user.pk
    return condition.idea.may_be_seen_by(user) and (
        condition.owner_id == user.pk or asked_for_it or user.has_perm("intake.judge_idea", condition.idea)
    )


@transaction.atomic
def meet_condition(condition: Condition, *, by: User, note: str = "") -> Condition:
    """Say that a condition is met: its owner, the reviewer who asked for it, or the decider."""
    idea = condition.idea
    if not may_meet(condition, by):
        raise NotYourMove
    locked = Condition.objects.select_for_update(of=("self",)).get(pk=condition.pk)
    if locked.met_at:
        raise Conflict(_("This condition was met already."))
    locked.met_at, locked.met_by, locked.met_note = clock.now(), by, note
    locked.save()
    if not idea.conditions.open().filter(owner=locked.owner).exists():
        release(idea, Part.Kind.CONDITION_OWNER, locked.owner)
    event = events.record("intake.idea.meet_condition", idea, by=by, note=note, data={"condition": locked.text})
    notifications.tell(event, idea, extra={"condition": locked})
    return locked


# Decision


@transaction.atomic
def propose_no(idea: Idea, *, by: User, reason: str, what_would_change: str, next_step: str) -> ProposedNo:
    """Propose a “No”, which a second person has to confirm."""
    require(by, "intake.propose_no", idea)
    if idea.state != State.DECISION:
        raise Conflict(_("A “No” can be proposed while the idea waits for its decision."))
    if not (reason.strip() and what_would_change.strip() and next_step.strip()):
        raise MoveRefused(_("Write why, what would change the answer, and what the requester can do next."))
    if idea.open_no:
        raise Conflict(_("A “No” is proposed already. It waits for a second person."))
    try:
        with transaction.atomic():
            proposed = ProposedNo.objects.create(
                idea=idea, proposed_by=by, reason=reason, what_would_change=what_would_change, next_step=next_step
            )
    except IntegrityError as trouble:
        raise Conflict(_("A “No” is proposed already. It waits for a second person.")) from trouble
    idea.forget()
    event = events.record("intake.idea.propose_no", idea, by=by, note=reason, audience=Audience.DECIDERS)
    notifications.tell(event, idea)
    return proposed


@transaction.atomic
def take_back_no(idea: Idea, *, by: User) -> None:
    """Take back a proposed “No”: the proposer, or anyone who decides."""
    require(by, "intake.judge_idea", idea)
    proposed = ProposedNo.objects.select_for_update().filter(idea=idea, taken_back_at=None, confirmed_at=None).first()
    if proposed is None:
        raise Conflict(_("There is no proposed “No” any more."))
    proposed.taken_back_at = clock.now()
    proposed.save()
    idea.forget()
    events.record("intake.idea.take_back_no", idea, by=by, audience=Audience.DECIDERS)


@transaction.atomic
def ask_second_look(idea: Idea, *, by: User, reason: str) -> SecondLook:
    """Ask once for a second look at “no”, “another way” or “not yet”."""
    require(by, "intake.ask_second_look", idea)
    if idea.state not in (State.DECLINED, State.REDIRECTED, State.NOT_YET):
        raise Conflict(_("A second look can be asked for after a “no”, “another way” or “not yet”."))
    if not reason.strip():
        raise MoveRefused(_("Write what should be looked at again."))
    look, created = SecondLook.objects.get_or_create(
        idea=idea,
        defaults={"asked_by": by, "reason": reason.strip(), "due_at": clock.due_after(current_policy().decision_days)},
    )
    if not created:
        raise Conflict(_("A second look was asked for already; it can be asked for once."))
    event = events.record("intake.idea.ask_second_look", idea, by=by, note=reason)
    notifications.tell(event, idea)
    return look


# Promises


def may_promise(idea: Idea, user: User) -> bool:
    """Those who write the case, the triager or the decider; until the decision."""
    wanted = ("intake.change_case", "intake.triage_idea", "intake.judge_idea")
    return idea.is_before_decision and any(user.has_perm(one, idea) for one in wanted)


@transaction.atomic
def promise(idea: Idea, *, by: User, measure: Any, expected: Decimal, by_on: date, why: str = "") -> Contribution:
    """Name the measure that the idea will move, by how much and until when."""
    if not (
        by.has_perm("intake.change_case", idea)
        or by.has_perm("intake.triage_idea", idea)
        or by.has_perm("intake.judge_idea", idea)
    ):
        raise NotYourMove
    if not idea.is_before_decision:
        raise Conflict(_("The promise was frozen with the decision."))
    if expected == 0:
        raise MoveRefused(_("Write the change that you expect; nothing is no promise."))
    wanted = 1 if measure.direction == measure.Direction.UP else -1
    if expected * wanted < 0:
        raise MoveRefused(
            _("For this measure %(direction)s. Write the change with that sign.")
            % {"direction": measure.get_direction_display().lower()}
        )
    idea.contributions.filter(measure=measure, ended_at=None).update(ended_at=clock.now())
    made = Contribution.objects.create(idea=idea, measure=measure, expected=expected, by_on=by_on, why=why, added_by=by)
    events.record(
        "intake.idea.promise",
        idea,
        by=by,
        note=why,
        data={"measure": str(measure), "expected": str(expected), "by": by_on.isoformat()},
    )
    return made


@transaction.atomic
def end_promise(contribution: Contribution, *, by: User) -> None:
    idea = contribution.idea
    if not (by.has_perm("intake.change_case", idea) or by.has_perm("intake.triage_idea", idea)):
        raise NotYourMove
    if not idea.is_before_decision:
        raise Conflict(_("The promise was frozen with the decision."))
    contribution.ended_at = clock.now()
    contribution.save()
    events.record("intake.idea.end_promise", idea, by=by, data={"measure": str(contribution.measure)})


# Who sees it


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


@transaction.atomic
def attach(idea: Idea, *, by: User, file: Any, audience: str = Audience.VIEWERS) -> Attachment:
    """Keep a file with the idea, for an audience that the person belongs to."""
    if idea.is_draft:
        require(by, "intake.change_idea", idea)
    elif audience not in idea.audiences_of(by):
        raise NotYourMove
    found = inspect(file.name, file)
    kept = Attachment(
        target_type=ContentType.objects.get_for_model(idea),
        target_id=idea.pk,
        name=found.name,
        content_type=found.content_type,
        size=found.size,
        sha256=found.sha256,
        audience=audience,
        uploaded_by=by,
    )
    kept.file.save(found.name, file)
    if not idea.is_draft:
        events.record("intake.idea.attach", idea, by=by, audience=audience, data={"name": found.name})
    return kept


@transaction.atomic
def withdraw_or_pass_on(idea: Idea, *, by: User, reason: str) -> None:
    """Withdraw an idea; one that others joined passes to the next requester instead."""
    next_idea = idea.joined_ideas.select_related("requester").order_by("number").first()
    if next_idea is None:
        perform(idea, "withdraw", by=by, reason=reason, note=reason)
        return
    if by != idea.requester:
        raise NotYourMove
    release(idea, Part.Kind.REQUESTER)
    involve(idea, next_idea.requester, Part.Kind.REQUESTER)
    event = edit(
        idea,
        by=by,
        version=None,
        verb="pass_on",
        note=reason,
        requester=next_idea.requester,
        department=next_idea.department,
    )
    notifications.tell(event, idea)


# Kept counts


def fold_counts() -> int:
    """Add up the kept counts into one row a key; returns how many rows were folded."""
    with transaction.atomic():
        last = Count.objects.order_by("-id").values_list("id", flat=True).first()
        if last is None:
            return 0
        rows = Count.objects.filter(id__lte=last)
        keys = ("department_id", "audience", "state")
        sums = list(rows.values_list(*keys).annotate(total=Sum("delta"), n=CountOf("id")).order_by(*keys))
        if all(n == 1 for *_key, _total, n in sums):
            return 0
        deleted, _by_model = rows.delete()
        Count.objects.bulk_create([Count.of((d, a, s), total) for d, a, s, total, _n in sums if total])
    return deleted


# What the clock does


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


def remind(question: Question, *, by: User) -> None:
    """An unanswered question reminds once and then gives the turn back to the asker."""
    with transaction.atomic():
        question = Question.objects.select_for_update(of=("self",)).get(pk=question.pk)
        if question.answered_at or question.taken_back_at or question.due_at > clock.now():
            return
        if question.reminded_at is None:
            question.reminded_at = clock.now()
            question.due_at = clock.due_after(current_policy().question_days)
            verb = "remind"
        else:
            question.taken_back_at = clock.now()
            verb = "return_turn"
        question.save()
        idea: Any = question.target
        event = events.record(
            f"intake.idea.{verb}",
            idea,
            by=by,
            data={"of": question.asked_of_id, "asked_by": question.asked_by_id},
        )
        notifications.tell(event, idea, extra={"question": question})


def similar_to(text: str, *, user: User, but: Idea | None = None, limit: int = 3) -> list[Idea]:
    """Ideas with at least two words in common that this person may see, best first; restricted ones never."""
    ideas = Idea.objects.visible_to(user).shared().unrestricted()
    if but is not None and but.pk:
        ideas = ideas.exclude(pk=but.pk)
    return search.ranked(ideas.select_related("department", "requester"), (text, 1), limit=limit, at_least=2)


def open_question_of(idea: Idea) -> Question | None:
    return Question.objects.about(idea).open().select_related("asked_by", "asked_of").order_by("asked_at").first()


def waiting_reviews() -> Any:
    return Review.objects.filter(sent_at=None, ended_at=None, idea__state=State.FEASIBILITY)


def due_back(today: date) -> Any:
    return Idea.objects.filter(state=State.NOT_YET, return_on__lte=today)
