"""Ideas and everything that is said, promised and decided about them."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Exists, OuterRef, Prefetch, Q, Subquery
from django.urls import reverse
from django.utils.functional import SimpleLazyObject, cached_property
from django.utils.translation import gettext_lazy as _

from accounts.models import Department, RestrictedGroup, Role, holdings_of
from accounts.policy import Size
from goals.models import Goal, Measure
from intake import rules
from intake.lifecycle import (
    BEFORE_DECISION,
    FACES,
    OPEN,
    PLAIN_STEPS,
    STEPS,
    WAYS_OUT,
    WITH_DECISION,
    IdeaLifecycle,
    Lane,
    State,
)
from workflow import clock
from workflow.models import Question, new_token
from workflow.templatetags.ui import day_short

PERSON = settings.AUTH_USER_MODEL


class FirstSight(models.TextChoices):
    DEPARTMENT = "department", _("IT and my department")
    CITY = "city", _("Everyone in the city")
    RESTRICTED = "restricted", _("Restricted to named people")


class Value(models.TextChoices):
    HIGH = "high", _("High value")
    MEDIUM = "medium", _("Medium value")
    LOW = "low", _("Low value")


class IdeaQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """The list form of the view rule `intake.view_idea`."""
        if not rules.is_staff_member(user):
            return self.none()
        mine = Part.objects.filter(idea=OuterRef("pk"), user=user, ended_at=None)
        by_part = Exists(mine.filter(kind__in=rules.WITH_SIGHT))
        by_authorship = Exists(mine.filter(kind__in=rules.AUTHORS))
        open_to = Q(audience=FirstSight.CITY)
        if user.department_id:
            open_to |= Q(department=user.department_id)
        for one in user.held:
            if one.kind in rules.CITYWIDE_ROLES or (
                one.kind in (*rules.IT_ROLES, Role.Kind.SPONSOR) and one.department_id is None
            ):
                open_to = Q(pk__isnull=False)
                break
            if one.kind in (*rules.IT_ROLES, Role.Kind.SPONSOR):
                open_to |= Q(department=one.department_id)
        shared = Q(number__isnull=False)
        unrestricted = ~Q(audience=FirstSight.RESTRICTED)
        in_group = Q(audience=FirstSight.RESTRICTED, group__in=user.group_ids)
        return self.filter(shared & (unrestricted & open_to | in_group | by_part) | ~shared & by_authorship)

    def shared(self) -> Self:
        """What was submitted once; a discarded draft never was, and stays its authors' own."""
        return self.filter(number__isnull=False)

    def open(self) -> Self:
        return self.filter(state__in=OPEN)

    def unrestricted(self) -> Self:
        return self.exclude(audience=FirstSight.RESTRICTED)

    def restricted(self) -> Self:
        return self.filter(audience=FirstSight.RESTRICTED).shared()

    def authored_by(self, user: Any) -> Self:
        return self.filter(
            Exists(Part.objects.filter(idea=OuterRef("pk"), user=user, kind__in=rules.AUTHORS, ended_at=None))
        )

    def listed(self) -> Self:
        """With all that one row of a list shows, in one query."""
        return self.select_related(
            "department", "requester", "assignee", "goal", "current_decision__trigger_owner"
        ).annotate(
            has_open_question=has_open_question(),
            has_contribution=Exists(Contribution.objects.current().filter(idea=OuterRef("pk"))),
        )

    def with_parts(self) -> Self:
        """With the people of each idea, which is what the predicates about an idea and a person ask."""
        people = Part.objects.filter(ended_at=None).select_related("user")
        return self.prefetch_related(Prefetch("parts", people, to_attr="parts_at_hand"))

    def with_work(self) -> Self:
        """With all that an idea's moves ask, so that `moves_for` asks no more: two queries for any number of ideas.

        The annotations fill the cached properties of these names.
        """
        of_idea = {"idea": OuterRef("pk")}
        last_backing = Backing.objects.filter(idea=OuterRef(OuterRef("pk"))).order_by("-id").values("pk")[:1]
        backing = Backing.objects.filter(pk=Subquery(last_backing))
        reviews = Prefetch("reviews", Review.objects.current(), to_attr="review_list")
        return (
            self.with_parts()
            .prefetch_related(reviews)
            .annotate(
                is_held=Exists(backing.filter(HOLDING, Q(hold_until=None) | Q(hold_until__gt=clock.today()))),
                is_backed_or_waived=Exists(backing.filter(BACKED | ~Q(waived_at=None))),
                has_contribution=Exists(Contribution.objects.current().filter(**of_idea)),
                is_blocked_before_decision=Exists(
                    Condition.objects.open().filter(gate=Condition.Gate.DECISION, **of_idea)
                ),
                has_joined_ideas=Exists(Idea.objects.filter(joined_into=OuterRef("pk"))),
                second_look_open=Exists(SecondLook.objects.filter(taken_at=None, **of_idea)),
                no_proposed_by=Subquery(ProposedNo.objects.open().filter(**of_idea).values("proposed_by")[:1]),
            )
        )


HOLDING, BACKED = Q(answer="holds"), Q(answer="backs")


def has_open_question() -> Exists:
    """Whether a question stands open that pauses the clock of an idea."""
    kind = ContentType.objects.get_for_model(Idea)
    open_ones = Question.objects.open().filter(target_type=kind, clock_type=kind)
    return Exists(open_ones.filter(target_id=OuterRef("pk"), clock_id=OuterRef("pk")))


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
        return self._path(STEPS)

    @property
    def plain_path(self) -> list[dict[str, Any]]:
        """The six steps in the requester's words."""
        return self._path(PLAIN_STEPS)

    def _path(self, labels: tuple[Any, ...]) -> list[dict[str, Any]]:
        ended = self.state in WAYS_OUT
        complete = self.state == State.EVALUATED
        steps = []
        for at, label in enumerate(labels):
            if at < self.step or complete:
                state, when = "done", self._walked(at)
            elif at == self.step:
                state, when = ("paused", self._left()) if ended else ("now", self._expected())
                label = self.face.plain if ended else label
            else:
                state, when = "todo", ""
            steps.append({"label": label, "state": state, "when": when, "ready": self.state == State.APPROVED})
        return steps

    def _walked(self, step: int) -> str:
        """The day on which a step was done: when the next one began."""
        days = [day for state, day in self.walked.items() if FACES[state].step == step + 1 and state not in WAYS_OUT]
        if step == 0 and self.submitted_at:
            return day_short(self.submitted_at)
        return day_short(date.fromisoformat(min(days))) if days else ""

    def _left(self) -> str:
        if self.state == State.NOT_YET and self.return_on:
            return _("back %(day)s") % {"day": day_short(self.return_on)}
        return day_short(self.state_since)

    def _expected(self) -> str:
        return _("by %(day)s") % {"day": day_short(self.due_at)} if self.due_at else ""

    @property
    def turn(self) -> "Turn":
        """Whose move it is, and by when; asks for nothing but what `listed()` brings along."""
        if getattr(self, "has_open_question", False):
            return Turn(
                _("Requester"), self.requester, None, True, _("A question waits for an answer; our clock waits too.")
            )
        person: Any = {
            State.DRAFT: self.requester,
            State.SUBMITTED: self.assignee,
            State.TRIAGE: self.assignee,
            State.FEASIBILITY: self.assignee,
            State.REDIRECTED: self.requester,
            State.DECLINED: self.requester,
        }.get(State(self.state))
        if self.state == State.DELIVERED and not self.has_contribution:
            return Turn(_("Requester"), self.requester, None, False, _("The requester says whether it helped."))
        if self.state == State.NOT_YET and self.current_decision:
            person = self.current_decision.trigger_owner
        who = self.decider_label if self.state == State.DECISION else self.face.turn
        return Turn(who, person, self.answer_due_at, False, NEXT[self.state])

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
    def parts_at_hand(self) -> list["Part"]:
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
    def review_list(self) -> list["Review"]:
        return list(self.reviews.current())

    @property
    def reviews_asked(self) -> bool:
        return bool(self.review_list)

    @property
    def reviews_missing(self) -> list["Review"]:
        return [review for review in self.review_list if review.is_required and review.sent_at is None]

    @property
    def had_feasibility(self) -> bool:
        return bool(self.review_list)

    @cached_property
    def backing_or_none(self) -> "Backing | None":
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

    def conditions_blocking(self, gate: str) -> list["Condition"]:
        return list(self.conditions.open().filter(gate=gate))

    @cached_property
    def is_blocked_before_decision(self) -> bool:
        return bool(self.conditions_blocking(Condition.Gate.DECISION))

    @cached_property
    def has_joined_ideas(self) -> bool:
        return self.joined_ideas.exists()

    @cached_property
    def open_no(self) -> "ProposedNo | None":
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


@dataclass(frozen=True)
class Turn:
    """Whose move it is: the role, the person where one is named, until when, and what comes next in a sentence."""

    role: Any
    person: Any
    due_at: Any
    paused: bool
    sentence: Any


NEXT = {
    State.DRAFT: _("Finish it and share it."),
    State.SUBMITTED: _("Somebody of IT reads it and answers."),
    State.TRIAGE: _("IT says where it goes from here."),
    State.FEASIBILITY: _("The reviewers say whether and how it is possible."),
    State.DECISION: _("The answer is given, with its reason."),
    State.APPROVED: _("Money, purchase, council date and people are made ready."),
    State.DELIVERING: _("The project is being delivered."),
    State.DELIVERED: _("We look whether it is in use and whether it helped."),
    State.EVALUATED: _("Nothing more: the results are known."),
    State.NOT_YET: _("It comes back by itself."),
    State.REDIRECTED: _("Take the other way, or ask once for a second look."),
    State.DECLINED: _("Read why, or ask once for a second look."),
    State.WITHDRAWN: _("Nothing more; a new draft can be started from it."),
    State.JOINED: _("It goes on as part of the other idea."),
}


def title_from(problem: str) -> str:
    """The first sentence of a problem, cut at a word to 120 characters."""
    text = " ".join(problem.split())
    for mark in (". ", "? ", "! "):
        text = text.partition(mark)[0]
    text = text.rstrip(".")
    if len(text) <= 120:
        return text
    return text[:117].rpartition(" ")[0] + "…"


class Count(models.Model):
    """A change of how many ideas a department has in a state; the sum is the number. A sweep folds the rows."""

    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    audience = models.CharField(max_length=12)
    state = models.CharField(max_length=12)
    delta = models.IntegerField()

    class Meta:
        indexes = [models.Index(fields=["department", "audience", "state", "delta"], name="count_key")]

    def __str__(self) -> str:
        return f"{self.department_id} {self.audience} {self.state} {self.delta:+d}"

    @classmethod
    def of(cls, key: tuple[int, str, str], delta: int) -> Self:
        department_id, audience, state = key
        return cls(department_id=department_id, audience=audience, state=state, delta=delta)


class NumberSequence(models.Model):
    """The next free number of a kind of thing; locked while one is taken. Gaps are normal."""

    kind = models.CharField(max_length=20, primary_key=True)
    next_number = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return f"{self.kind}: {self.next_number}"


class Part(models.Model):
    """The part that a person has in an idea: an author, a stake, or a duty; from a moment to a moment."""

    class Kind(models.TextChoices):
        REQUESTER = "requester", _("Requester")
        CO_AUTHOR = "co_author", _("Co-author")
        DRAFTER = "drafter", _("Liaison who drafted it")
        SPONSOR = "sponsor", _("Backing sponsor")
        JOINED = "joined", _("From a joined idea")
        CONFLICT = "conflict", _("Declared a conflict")
        ASKED_TO_BACK = "asked_to_back", _("Asked to back it")
        ASSIGNEE = "assignee", _("Has it in hand")
        REVIEWER = "reviewer", _("Reviewer")
        CONDITION_OWNER = "condition_owner", _("Owner of a condition")
        ASKED = "asked", _("Was asked a question")
        TRIGGER_OWNER = "trigger_owner", _("Watches the date or condition")
        PROJECT_MANAGER = "project_manager", _("Project manager")
        MEASURE_OWNER = "measure_owner", _("Measure owner")
        READY_OWNER = "ready_owner", _("Owner of a getting-ready line")

    idea = models.ForeignKey(Idea, on_delete=models.PROTECT, related_name="parts")
    user = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="parts")
    kind = models.CharField(max_length=20, choices=Kind)
    since = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["idea", "user", "kind"], condition=Q(ended_at=None), name="part_once"),
        ]
        indexes = [models.Index(fields=["user", "kind"], name="part_of_person", condition=Q(ended_at=None))]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_kind_display()}"


class Backing(models.Model):
    """The question to the sponsor whether the department backs the idea, and the answer or what its silence led to."""

    class Answer(models.TextChoices):
        BACKS = "backs", _("We back it")
        HOLDS = "holds", _("Hold it for now")

    class Stage(models.TextChoices):
        SPONSOR = "sponsor", _("The sponsor was asked")
        SUBSTITUTE = "substitute", _("The substitute was asked")
        LIAISON = "liaison", _("The liaison calls")
        OVER = "over", _("The time is over")

    idea = models.ForeignKey(Idea, on_delete=models.PROTECT, related_name="backings")
    asked_of = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="backings_asked")
    asked_at = models.DateTimeField(default=clock.now)
    due_at = models.DateTimeField()
    stage = models.CharField(max_length=12, choices=Stage, default=Stage.SPONSOR)
    answer = models.CharField(max_length=8, choices=Answer, blank=True)
    answered_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="backings_answered")
    answered_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)
    hold_until = models.DateField(null=True, blank=True)
    waived_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], name="backing_waiting", condition=Q(answered_at=None, waived_at=None))
        ]

    def __str__(self) -> str:
        return f"{self.idea}: {self.get_answer_display() or self.get_stage_display()}"

    @property
    def is_holding(self) -> bool:
        return self.answer == self.Answer.HOLDS and (self.hold_until is None or self.hold_until > clock.today())


class Support(models.Model):
    """“We need this too”: a department, how much, and whether it would share the cost."""

    idea = models.ForeignKey(Idea, on_delete=models.PROTECT, related_name="supports")
    user = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="supports")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="supports")
    volume = models.CharField(max_length=200, blank=True)
    would_share_cost = models.BooleanField(default=False)
    note = models.TextField(blank=True)
    said_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["idea", "user"], name="support_once")]

    def __str__(self) -> str:
        return f"{self.department}: {self.idea}"


class ReviewQuerySet(models.QuerySet):
    def current(self) -> Self:
        return self.filter(ended_at=None).select_related("reviewer").order_by("id")

    def waiting(self) -> Self:
        return self.filter(ended_at=None, sent_at=None)


class Review(models.Model):
    """One discipline's answer; private to its reviewer until shared."""

    class Answer(models.TextChoices):
        YES = "yes", _("Yes")
        YES_IF = "yes_if", _("Yes, if …")
        CONCERN = "concern", _("Concern")

    idea = models.ForeignKey(Idea, on_delete=models.PROTECT, related_name="reviews")
    discipline = models.CharField(max_length=40)
    reviewer = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, blank=True, related_name="reviews")
    is_required = models.BooleanField(default=True)
    asked_at = models.DateTimeField(default=clock.now)
    due_at = models.DateTimeField()
    answer = models.CharField(max_length=8, choices=Answer, blank=True)
    text = models.TextField(blank=True)
    way_forward = models.TextField(blank=True)
    none_known = models.BooleanField(default=False)
    whom_asked = models.CharField(max_length=200, blank=True)
    condition_drafts = models.JSONField(default=list, blank=True)
    saved_at = models.DateTimeField(null=True)
    shared_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["idea", "discipline"], condition=Q(ended_at=None), name="review_one_a_discipline"
            ),
            models.CheckConstraint(condition=Q(sent_at=None) | ~Q(answer=""), name="review_sent_has_answer"),
        ]
        indexes = [
            models.Index(fields=["reviewer", "due_at"], name="review_open", condition=Q(sent_at=None, ended_at=None))
        ]

    def __str__(self) -> str:
        return f"{self.discipline}: {self.idea}"

    @property
    def department_id(self) -> int:
        return self.idea.department_id

    @property
    def created_at(self) -> Any:
        return self.asked_at

    @property
    def is_open_to_viewers(self) -> bool:
        return bool(self.sent_at or self.shared_at)


class ConditionQuerySet(models.QuerySet):
    def open(self) -> Self:
        return self.filter(met_at=None, dropped_at=None)


class Condition(models.Model):
    """What a “yes, if” asks for: an owner, a date, and the gate that it blocks until met."""

    class Gate(models.TextChoices):
        DECISION = "decision", _("Before the decision")
        START = "start", _("Before the start")
        DELIVER = "deliver", _("Before delivery")

    idea = models.ForeignKey(Idea, on_delete=models.PROTECT, related_name="conditions")
    review = models.ForeignKey(Review, on_delete=models.PROTECT, null=True, blank=True, related_name="conditions")
    decision = models.ForeignKey("Decision", on_delete=models.PROTECT, null=True, blank=True, related_name="conditions")
    text = models.TextField()
    owner = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="conditions")
    due_on = models.DateField()
    gate = models.CharField(max_length=10, choices=Gate, default=Gate.START)
    met_at = models.DateTimeField(null=True)
    met_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    met_note = models.TextField(blank=True)
    dropped_at = models.DateTimeField(null=True)

    objects = ConditionQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "id"]
        indexes = [
            models.Index(fields=["owner", "due_on"], name="condition_open", condition=Q(met_at=None, dropped_at=None))
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def is_shared(self) -> bool:
        """A condition of a review that nobody else may read yet is private too."""
        return self.review is None or self.review.is_open_to_viewers


class Decision(models.Model):
    """One answer to an idea with its letter, kept as sent."""

    class Answer(models.TextChoices):
        YES = "yes", _("Yes")
        YES_IF = "yes_if", _("Yes, if")
        NOT_YET = "not_yet", _("Not yet")
        ANOTHER_WAY = "another_way", _("Another way")
        NO = "no", _("No")

    class OtherWay(models.TextChoices):
        USE_OWNED = "use_owned", _("Use what we own")
        DO_IT_YOURSELF = "do_it_yourself", _("Do it yourself, with these guardrails")
        DIFFERENT = "different", _("A different solution")

    idea = models.ForeignKey(Idea, on_delete=models.PROTECT, related_name="decisions")
    answer = models.CharField(max_length=12, choices=Answer)
    decided_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="decisions")
    decided_at = models.DateTimeField(default=clock.now)
    proposed_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.TextField(blank=True)
    next_step = models.TextField(blank=True)
    until_then = models.TextField(blank=True)
    return_on = models.DateField(null=True)
    return_condition = models.TextField(blank=True)
    trigger_owner = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="triggers")
    other_way_kind = models.CharField(max_length=16, choices=OtherWay, blank=True)
    other_way = models.TextField(blank=True)
    what_would_change = models.TextField(blank=True)
    fund = models.CharField(max_length=120, blank=True)
    is_funded = models.BooleanField(default=False)
    earliest_start_on = models.DateField(null=True)
    project_manager = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    is_second_look = models.BooleanField(default=False)
    letter = models.TextField(blank=True)

    class Meta:
        ordering = ["-decided_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(answer="yes") | ~Q(reason=""), name="decision_only_yes_lacks_reason"),
            models.CheckConstraint(
                condition=~Q(answer="no") | Q(proposed_by__isnull=False) & ~Q(proposed_by=models.F("decided_by")),
                name="decision_no_has_second_person",
            ),
        ]
        indexes = [models.Index(fields=["answer", "-decided_at"], name="decision_answer")]

    def __str__(self) -> str:
        return f"{self.idea.label}: {self.get_answer_display()}"


class ProposedNoQuerySet(models.QuerySet):
    def heard_by(self, user: Any) -> Self:
        """Those of ideas that the person may decide by size; a proposed “No” is heard by deciders only."""
        heard = Q(pk__in=[])
        for one in user.held:
            sizes = [size for size, kinds in rules.DECIDING.items() if one.kind in kinds or one.kind == "stand_in"]
            of_department = Q(idea__department=one.department_id) if one.department_id else Q()
            heard |= Q(idea__size__in=sizes) & of_department
        return self.filter(heard)

    def open(self) -> Self:
        return self.filter(taken_back_at=None, confirmed_at=None)


class ProposedNo(models.Model):
    """A “No” that one decider proposed and a second person has to confirm; it can be taken back."""

    idea = models.ForeignKey(Idea, on_delete=models.PROTECT, related_name="proposed_nos")
    proposed_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=clock.now)
    reason = models.TextField()
    what_would_change = models.TextField()
    next_step = models.TextField()
    taken_back_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)

    objects = ProposedNoQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["idea"], condition=Q(taken_back_at=None, confirmed_at=None), name="proposed_no_one_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.idea}"


class SecondLook(models.Model):
    """The one second look that a requester or sponsor may ask for."""

    idea = models.OneToOneField(Idea, on_delete=models.PROTECT, related_name="second_look")
    asked_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=clock.now)
    due_at = models.DateTimeField()
    reason = models.TextField()
    taken_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.idea}"


class ContributionQuerySet(models.QuerySet):
    def current(self) -> Self:
        return self.filter(ended_at=None)


class Contribution(models.Model):
    """The effect on a measure that an idea promises, in the measure's unit, by a date."""

    idea = models.ForeignKey(Idea, on_delete=models.PROTECT, related_name="contributions")
    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="contributions")
    expected = models.DecimalField(
        max_digits=16, decimal_places=4, help_text=_("The change that you expect, in the measure's unit.")
    )
    by_on = models.DateField()
    why = models.TextField(blank=True)
    added_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True)

    objects = ContributionQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["idea", "measure"], condition=Q(ended_at=None), name="contribution_once"),
            models.CheckConstraint(condition=~Q(expected=0), name="contribution_is_a_change"),
        ]

    def __str__(self) -> str:
        return f"{self.measure}: {self.expected:+}"
