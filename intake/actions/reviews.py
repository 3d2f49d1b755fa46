"""Reviews by discipline: asked for, given, taken, drafted and sent; the last one moves the idea on."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Count as CountOf
from django.utils.translation import gettext as _

from accounts.models import Role, User, holders_of
from accounts.policy import Preset, current_policy
from intake import rules
from intake.actions.conditions import add_condition
from intake.actions.parts import involve, release, require
from intake.lifecycle import State
from intake.models import Idea, Part, Review
from workflow import clock, events, notifications
from workflow.lifecycle import Conflict, MoveRefused, perform
from workflow.models import Audience


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


def waiting_reviews() -> Any:
    return Review.objects.filter(sent_at=None, ended_at=None, idea__state=State.FEASIBILITY)
