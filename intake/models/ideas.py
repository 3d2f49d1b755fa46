"""The idea: what it says, where it is, who has a part in it, and what its moves ask."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.functional import SimpleLazyObject, cached_property
from django.utils.translation import gettext_lazy as _

from accounts.models import Department, RestrictedGroup, Role, holdings_of
from accounts.policy import Size
from goals.models import Goal
from intake import rules
from intake.lifecycle import BEFORE_DECISION, FACES, OPEN, PLAIN_STEPS, STEPS, WITH_DECISION, IdeaLifecycle, Lane, State
from intake.models.counts import Count
from intake.models.decisions import ProposedNo, SecondLook
from intake.models.parts import Backing, Part
from intake.models.path import Turn, path_of, turn_of
from intake.models.queries import FirstSight, IdeaQuerySet
from intake.models.reviews import Condition, Review
from workflow import clock
from workflow.models import new_token

PERSON = settings.AUTH_USER_MODEL


class Value(models.TextChoices):
    HIGH = "high", _("High value")
    MEDIUM = "medium", _("Medium value")
    LOW = "low", _("Low value")


class Idea(IdeaLifecycle):
    """What a department proposes, from the first sentence to the evaluated outcome."""

    number = models.PositiveIntegerField(unique=True, null=True, blank=True, editable=False)
    key = models.CharField(max_length=32, unique=True, default=new_token, editable=False)
    title = models.CharField(max_length=160, blank=True)
    problem = models.TextField()
    who_has_it = models.TextField(blank=True)
    better = models.TextField(blank=True)
    solution = models.TextField(blank=True)
    answers = models.JSONField(default=list, blank=True)
    wanted_by = models.DateField(null=True, blank=True)
    wanted_why = models.CharField(max_length=300, blank=True)
    goal = models.ForeignKey(Goal, on_delete=models.PROTECT, null=True, blank=True, related_name="ideas")
    other_goals = models.ManyToManyField(Goal, blank=True, related_name="+")
    requester = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="ideas_requested")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="ideas")
    audience = models.CharField(max_length=12, choices=FirstSight, default=FirstSight.DEPARTMENT)
    group = models.ForeignKey(RestrictedGroup, on_delete=models.PROTECT, null=True, blank=True, related_name="ideas")
    lane = models.CharField(max_length=12, choices=Lane, default=Lane.ORDINARY)
    size = models.CharField(max_length=8, choices=Size, blank=True)
    value = models.CharField(max_length=8, choices=Value, blank=True)
    value_reason = models.TextField(blank=True)
    assignee = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, blank=True, related_name="ideas_assigned")
    hours = models.PositiveIntegerField(null=True, blank=True)
    cost_start = models.PositiveIntegerField(null=True, blank=True)
    cost_yearly = models.PositiveIntegerField(null=True, blank=True)
    cost_note = models.CharField(max_length=300, blank=True)
    options = models.TextField(blank=True)
    risks = models.TextField(blank=True)
    no_contribution_reason = models.TextField(blank=True)
    fund = models.CharField(max_length=120, blank=True)
    is_funded = models.BooleanField(default=False)
    earliest_start_on = models.DateField(null=True, blank=True)
    planned_decision_on = models.DateField(null=True, blank=True)
    joined_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="joined_ideas"
    )
    started_from = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    current_decision = models.ForeignKey("Decision", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    returns = models.PositiveSmallIntegerField(default=0)
    return_on = models.DateField(null=True, blank=True)
    is_second_look = models.BooleanField(default=False)
    submitted_at = models.DateTimeField(null=True, blank=True)
    first_answer_due_at = models.DateTimeField(null=True, blank=True)
    first_answered_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    evaluated_at = models.DateTimeField(null=True, blank=True)
    step = models.PositiveSmallIntegerField(default=0, editable=False)
    walked = models.JSONField(default=dict, editable=False)
    source = models.CharField(max_length=200, blank=True, db_index=True)

    objects = IdeaQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        indexes = [
            models.Index(fields=["state", "due_at"], name="idea_state_due"),
            models.Index(fields=["department", "state"], name="idea_department_state"),
            models.Index(fields=["audience", "-number"], name="idea_audience_number"),
            models.Index(fields=["goal", "-number"], name="idea_goal_number"),
            models.Index(fields=["state"], name="idea_restricted", condition=Q(audience="restricted")),
            models.Index(fields=["return_on"], name="idea_returns", condition=Q(state="not_yet")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state=State.DRAFT) | Q(state=State.WITHDRAWN) | Q(number__isnull=False),
                name="idea_shared_has_number",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[str(one) for one in WITH_DECISION]) | Q(current_decision__isnull=False),
                name="idea_answered_has_decision",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.JOINED) | Q(joined_into__isnull=False), name="idea_joined_names_other"
            ),
            models.CheckConstraint(
                condition=~Q(audience=FirstSight.RESTRICTED) | Q(group__isnull=False), name="idea_restricted_has_group"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.title}".strip()

    def get_absolute_url(self) -> str:
        return reverse("idea", args=[self.number]) if self.number else reverse("idea-draft", args=[self.key])

    # What it is

    @property
    def label(self) -> str:
        return f"ID-{self.number:04d}" if self.number else str(_("Draft"))

    @property
    def heading(self) -> str:
        """The title, or while there is none the beginning of the problem."""
        return self.title or title_from(self.problem)

    @property
    def face(self) -> Any:
        return FACES[self.state]

    @property
    def is_draft(self) -> bool:
        return self.state == State.DRAFT

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def is_restricted(self) -> bool:
        return self.audience == FirstSight.RESTRICTED

    @property
    def is_before_decision(self) -> bool:
        return self.state in BEFORE_DECISION

    @property
    def five_year_cost(self) -> int | None:
        """Dollars over five years: the start and five yearly sums; None while neither is known."""
        if self.cost_start is None and self.cost_yearly is None:
            return None
        return (self.cost_start or 0) + 5 * (self.cost_yearly or 0)

    @property
    def answer_due_at(self) -> Any:
        """When the next answer is due: the first one while none was given, else the state's."""
        if self.first_answered_at is None and self.is_before_decision and self.first_answer_due_at:
            return self.first_answer_due_at
        return self.due_at

    @property
    def clock_since(self) -> Any:
        """When the clock of the answer that is due began."""
        return self.submitted_at if self.answer_due_at == self.first_answer_due_at else self.state_since

    @property
    def reviews_sent(self) -> int:
        return sum(1 for review in self.review_list if review.sent_at)

    # Where it is, and whose move

    @property
    def path(self) -> list[dict[str, Any]]:
        """The six steps for staff: label, done / now / paused / todo, and the date walked or expected."""
        return path_of(self, STEPS)

    @property
    def plain_path(self) -> list[dict[str, Any]]:
        """The six steps in the requester's words."""
        return path_of(self, PLAIN_STEPS)

    @property
    def turn(self) -> Turn:
        """Whose move it is, and by when."""
        return turn_of(self)

    @property
    def decider_label(self) -> Any:
        labels: dict[str, Role.Kind] = {Size.SMALL: Role.Kind.TRIAGER, Size.MEDIUM: Role.Kind.DIRECTOR}
        return labels.get(self.size, Role.Kind.CHAIR).label

    @property
    def is_late(self) -> bool:
        due = self.answer_due_at
        return bool(
            due and due < clock.now() and not getattr(self, "has_open_question", False) and self.is_before_decision
        )

    # Who has a part in it

    @cached_property
    def parts_at_hand(self) -> list[Part]:
        return list(self.parts.filter(ended_at=None).select_related("user")) if self.pk else []

    @cached_property
    def current_parts(self) -> list[tuple[int, str]]:
        return [(part.user_id, part.kind) for part in self.parts_at_hand]

    def people_as(self, *kinds: str) -> list[Any]:
        return [
            part.user for part in self.parts.filter(kind__in=kinds, ended_at=None).select_related("user").order_by("id")
        ]

    @cached_property
    def holdings(self) -> Any:
        """Who triages and decides today, by role; `know_holdings` tells it to a whole list at once."""
        return deciding_holdings()

    def all_have_stake(self, *kinds: str) -> bool:
        """Whether everyone who holds one of these roles for this idea has a stake in it; no when nobody holds one."""
        people = {user for kind, at, user in self.holdings if kind in kinds and at in (None, self.department_id)}
        return bool(people) and people <= {user for user, kind in self.current_parts if kind in rules.STAKES}

    @property
    def deciders(self) -> tuple[Any, list[int]]:
        """Role and people who decide it: of the first role of its size in which somebody has no stake, else nobody."""
        with_stake = {user for user, kind in self.current_parts if kind in rules.STAKES}
        for role in rules.DECIDING.get(self.size, ()):
            holders = [user for kind, at, user in self.holdings if kind == role and at in (None, self.department_id)]
            free = [user for user in dict.fromkeys(holders) if user not in with_stake]
            if free:
                return role.label, [one for one in free if one == self.assignee_id] or free
        return Role.Kind.STAND_IN.label, []

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        super().refresh_from_db(*args, **kwargs)
        self._counted = self.counted_as
        self.forget()

    def forget(self) -> None:
        """Drop what was remembered about other rows."""
        for name in REMEMBERED:
            self.__dict__.pop(name, None)

    def audiences_of(self, user: Any) -> set[str]:
        if not self.may_be_seen_by(user):
            return set()
        found = {"viewers"}
        if rules.has_stake(user, self):
            return found
        duties = {kind for user_id, kind in self.current_parts if user_id == user.pk and kind in rules.DUTIES}
        deciding = rules.decides_this_size(user, self) or rules.stands_in(user, self)
        if deciding or user.holds(
            Role.Kind.DIRECTOR, Role.Kind.CHAIR, Role.Kind.STAND_IN, department=self.department_id
        ):
            return found | {"workers", "deciders"}
        if duties & {"reviewer", "assignee", "project_manager"} or user.holds(
            Role.Kind.TRIAGER, Role.Kind.PROJECT_MANAGER, department=self.department_id
        ):
            found.add("workers")
        return found

    def waives_needs(self, by: Any) -> bool:
        return self.lane == Lane.TAKEN_OVER and by.kind == "import"

    # What its moves ask

    @cached_property
    def review_list(self) -> list[Review]:
        return list(self.reviews.current())

    @property
    def reviews_asked(self) -> bool:
        return bool(self.review_list)

    @property
    def reviews_missing(self) -> list[Review]:
        return [review for review in self.review_list if review.is_required and review.sent_at is None]

    @property
    def had_feasibility(self) -> bool:
        return bool(self.review_list)

    @cached_property
    def backing_or_none(self) -> Backing | None:
        return self.backings.order_by("-id").first()

    @cached_property
    def is_backed_or_waived(self) -> bool:
        backing = self.backing_or_none
        return backing is not None and (backing.answer == Backing.Answer.BACKS or backing.waived_at is not None)

    @cached_property
    def is_held(self) -> bool:
        backing = self.backing_or_none
        return backing is not None and backing.is_holding

    @cached_property
    def has_contribution(self) -> bool:
        return self.contributions.current().exists()

    def conditions_blocking(self, gate: str) -> list[Condition]:
        return list(self.conditions.open().filter(gate=gate))

    @cached_property
    def is_blocked_before_decision(self) -> bool:
        return bool(self.conditions_blocking(Condition.Gate.DECISION))

    @cached_property
    def has_joined_ideas(self) -> bool:
        return self.joined_ideas.exists()

    @cached_property
    def open_no(self) -> ProposedNo | None:
        return self.proposed_nos.open().select_related("proposed_by").first()

    @cached_property
    def no_proposed_by(self) -> int | None:
        """The key of the person who proposed the “No” that waits."""
        return self.open_no.proposed_by_id if self.open_no else None

    @cached_property
    def second_look_open(self) -> bool:
        return SecondLook.objects.filter(idea=self, taken_at=None).exists()

    # Kept counts

    @property
    def counted_as(self) -> tuple[int, str, str] | None:
        """Department, audience and state under which totals hold it; drafts and restricted ideas are in no total."""
        if self.state == State.DRAFT or self.number is None or self.is_restricted:
            return None
        return self.department_id, self.audience, self.state

    @classmethod
    def from_db(cls, *args: Any, **kwargs: Any) -> Self:
        idea = super().from_db(*args, **kwargs)
        if not {"department_id", "audience", "state", "number"} & idea.get_deferred_fields():
            idea._counted = idea.counted_as
        return idea

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self.title and self.state != State.DRAFT:
            self.title = title_from(self.problem)
        super().save(*args, **kwargs)
        before, now = getattr(self, "_counted", None), self.counted_as
        if before != now:
            Count.objects.bulk_create(
                [Count.of(key, delta) for key, delta in ((before, -1), (now, 1)) if key is not None]
            )
        self._counted = now


# What an idea remembers about other rows until it is told to forget.
REMEMBERED = (
    "parts_at_hand", "current_parts", "holdings", "review_list", "backing_or_none", "is_held",
    "is_backed_or_waived", "has_contribution", "is_blocked_before_decision", "has_joined_ideas", "open_no",
    "no_proposed_by", "second_look_open",
)  # fmt: skip


def deciding_holdings() -> list[tuple[str, int | None, int]]:
    return holdings_of(*rules.DECIDING[Size.SMALL])


def know_holdings(ideas: Any) -> None:
    """Let all these ideas ask once, and only if one of them needs it, who holds the deciding roles."""
    shared = SimpleLazyObject(deciding_holdings)
    for idea in ideas:
        idea.holdings = shared


def title_from(problem: str) -> str:
    """The first sentence of a problem, cut at a word to 120 characters."""
    text = " ".join(problem.split())
    for mark in (". ", "? ", "! "):
        text = text.partition(mark)[0]
    text = text.rstrip(".")
    if len(text) <= 120:
        return text
    return text[:117].rpartition(" ")[0] + "…"
