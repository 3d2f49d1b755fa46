"""The life of an idea: every state, every move, who may make it, what it needs."""

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField

from accounts.policy import Size, current_policy
from accounts.rules import is_system
from intake.rules import (
    is_decider,
    is_requester,
    is_second_decider,
    is_taking_over,
    may_answer,
    may_reconsider,
    may_reconsider_from_start,
    may_send,
    triages,
)
from workflow import clock
from workflow.lifecycle import Ask, Lifecycle, Made, Need, move


class State(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Shared")
    TRIAGE = "triage", _("First look")
    FEASIBILITY = "feasibility", _("Feasibility")
    DECISION = "decision", _("Decision")
    APPROVED = "approved", _("Getting ready")
    DELIVERING = "delivering", _("Delivery")
    DELIVERED = "delivered", _("Results")
    EVALUATED = "evaluated", _("Results known")
    NOT_YET = "not_yet", _("Not yet")
    REDIRECTED = "redirected", _("Another way")
    DECLINED = "declined", _("No")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    JOINED = "joined", _("Joined")


class Lane(models.TextChoices):
    ORDINARY = "ordinary", _("Ordinary")
    MANDATED = "mandated", _("Required by law or contract")
    EMERGENCY = "emergency", _("Emergency")
    TAKEN_OVER = "taken_over", _("Taken over")


STEPS = (_("Shared"), _("First look"), _("Feasibility"), _("Decision"), _("Delivery"), _("Results"))
PLAIN_STEPS = (_("Shared"), _("First look"), _("Is it possible?"), _("Decision"), _("Delivery"), _("Results"))


@dataclass(frozen=True)
class Face:
    """How a state shows itself: the requester's word, the step of the path (0 to 5), whose move, tone and icon."""

    plain: Any
    step: int
    turn: Any
    tone: str
    icon: str


FACES: dict[str, Face] = {
    State.DRAFT: Face(_("Your draft"), 0, _("Requester"), "wait", "pencil"),
    State.SUBMITTED: Face(_("Shared"), 1, _("Triager"), "fwd", "inbox"),
    State.TRIAGE: Face(_("First look"), 1, _("Triager"), "fwd", "eye"),
    State.FEASIBILITY: Face(_("Is it possible?"), 2, _("Reviewers"), "fwd", "scale"),
    State.DECISION: Face(_("Decision"), 3, _("Decider"), "fwd", "gavel"),
    State.APPROVED: Face(_("Yes: getting ready"), 4, _("Project manager"), "fwd", "calendar-clock"),
    State.DELIVERING: Face(_("Being delivered"), 4, _("Project manager"), "fwd", "rocket"),
    State.DELIVERED: Face(_("Delivered"), 5, _("Measure owner"), "done", "package"),
    State.EVALUATED: Face(_("Results known"), 5, _("Nobody: it is complete"), "done", "circle-check"),
    State.NOT_YET: Face(_("Not yet"), 3, _("The one who watches the date or condition"), "wait", "circle-pause"),
    State.REDIRECTED: Face(_("Another way"), 3, _("Requester"), "alt", "route"),
    State.DECLINED: Face(_("No"), 3, _("Requester"), "wait", "circle-x"),
    State.WITHDRAWN: Face(_("Withdrawn"), 1, _("Nobody: the requester withdrew it"), "wait", "undo-2"),
    State.JOINED: Face(_("Joined"), 1, _("The idea that it joined"), "alt", "users"),
}

OPEN = (
    State.SUBMITTED,
    State.TRIAGE,
    State.FEASIBILITY,
    State.DECISION,
    State.APPROVED,
    State.DELIVERING,
    State.DELIVERED,
)
BEFORE_DECISION = (State.SUBMITTED, State.TRIAGE, State.FEASIBILITY, State.DECISION)
WAYS_OUT = (State.NOT_YET, State.REDIRECTED, State.DECLINED, State.WITHDRAWN, State.JOINED)
WITH_DECISION = (
    State.APPROVED,
    State.DELIVERING,
    State.DELIVERED,
    State.EVALUATED,
    State.NOT_YET,
    State.REDIRECTED,
    State.DECLINED,
)

tells_the_problem = Need(lambda idea: bool(idea.problem.strip()), _("Tell the problem in a sentence."))
has_size = Need(lambda idea: bool(idea.size), _("Set the size first."))
has_discipline = Need(lambda idea: idea.reviews_asked, _("Choose at least one discipline that reviews it."))
is_backed = Need(
    lambda idea: idea.size == Size.SMALL or idea.lane in (Lane.MANDATED, Lane.EMERGENCY) or idea.is_backed_or_waived,
    _("Wait until the department sponsor backs it."),
)
is_not_held = Need(
    lambda idea: not idea.is_held, _("The department sponsor holds it. Wait until the hold ends, or ask the sponsor.")
)
reviews_are_in = Need(
    lambda idea: idea.size == Size.SMALL or idea.lane == Lane.EMERGENCY or not idea.reviews_missing,
    _("Wait until every required review is in."),
)
may_skip_feasibility = Need(
    lambda idea: idea.state != State.TRIAGE or idea.size == Size.SMALL or idea.lane == Lane.EMERGENCY,
    _("Send it to feasibility: only small ideas and emergencies go straight to the decision."),
)
promises_something = Need(
    lambda idea: idea.size == Size.SMALL or bool(idea.no_contribution_reason) or idea.has_contribution,
    _("Name the measure that it will move, or the reason why none can be named."),
)
conditions_are_met = Need(
    lambda idea: not idea.is_blocked_before_decision,
    _("Wait until the conditions that block the decision are met."),
)
may_return_again = Need(
    lambda idea: idea.returns < 2, _("It came back twice already. Give a yes, another way, or a no.")
)
is_not_shared_by_others = Need(
    lambda idea: not idea.has_joined_ideas,
    _("Other ideas joined this one. Pass it on to the next requester instead."),
)
has_no_proposed = Need(
    lambda idea: idea.no_proposed_by is not None, _("A “No” needs somebody else to propose it first.")
)
second_look_asked = Need(
    lambda idea: idea.second_look_open, _("The requester or the sponsor has to ask for a second look first.")
)

reason = Ask("reason", _("Write the reason in plain words."))
next_step = Ask("next_step", _("Say what the requester can do next."))


class IdeaLifecycle(Lifecycle):
    """States and moves of an idea."""

    lane: Any
    assignee: Any
    returns: Any
    return_on: Any
    walked: Any
    step: Any
    submitted_at: Any
    approved_at: Any
    delivered_at: Any
    evaluated_at: Any
    answered_at: Any
    first_answered_at: Any
    first_answer_due_at: Any

    state = FSMField(choices=State.choices, default=State.DRAFT, protected=True, db_index=True)

    class Meta:
        abstract = True

    @move(
        source=State.DRAFT,
        target=State.SUBMITTED,
        label=_("Share the idea"),
        who=may_send | is_taking_over,
        needs=[tells_the_problem],
    )
    def submit(self, *, by: Any) -> None:
        """The idea gets its number; IT owes a first answer."""
        self.submitted_at = clock.now()

    @move(source=State.SUBMITTED, target=State.TRIAGE, label=_("Take it up"), who=triages | is_taking_over)
    def take_up(self, *, by: Any) -> None:
        """A triager reads it; the short form is closed to changes by the requester."""
        if not by.is_machine:
            self.assignee = self.assignee or by

    @move(
        source=State.TRIAGE,
        target=State.FEASIBILITY,
        label=_("Send to feasibility"),
        who=triages,
        needs=[has_size, is_backed, is_not_held],
        asks=[Ask("disciplines", _("Choose at least one discipline that reviews it."))],
    )
    def send_to_feasibility(self, *, by: Any) -> None:
        """The chosen disciplines review it side by side."""

    @move(
        source=[State.FEASIBILITY, State.TRIAGE],
        target=State.DECISION,
        label=_("Send to decision"),
        who=triages | is_system | is_taking_over,
        needs=[has_size, may_skip_feasibility, is_not_held, reviews_are_in],
    )
    def send_to_decision(self, *, by: Any) -> None:
        """The decider of its size answers."""

    @move(
        source=State.DECISION,
        target=State.APPROVED,
        label=_("Yes"),
        who=is_decider | is_taking_over,
        needs=[promises_something, conditions_are_met],
        asks=[
            Ask("fund", _("Name the fund that pays.")),
            Ask("project_manager", _("Name the project manager."), when=lambda idea: idea.size != Size.SMALL),
        ],
    )
    def approve(self, *, by: Any, fund: str = "", is_funded: bool = False, earliest_start_on: Any = None) -> None:
        """Yes, or with a list of conditions “Yes, if”: the promise is frozen and a project opens."""
        self.approved_at = clock.now()
        self.fund, self.is_funded, self.earliest_start_on = fund, is_funded, earliest_start_on

    @move(
        source=[State.TRIAGE, State.FEASIBILITY, State.DECISION],
        target=State.NOT_YET,
        label=_("Not yet"),
        who=may_answer,
        needs=[may_return_again],
        asks=[
            reason,
            next_step,
            Ask("until_then", _("Say what can be used until then.")),
            Ask("trigger_owner", _("Name the person who watches the date or the condition.")),
        ],
    )
    def answer_not_yet(self, *, by: Any, return_on: Any = None) -> None:
        """It rests until a date or a condition, and comes back by itself."""
        self.return_on = return_on

    @move(
        source=[State.TRIAGE, State.FEASIBILITY, State.DECISION],
        target=State.REDIRECTED,
        label=_("Another way"),
        who=may_answer,
        asks=[reason, next_step, Ask("other_way", _("Name what we own, the guardrails, or the different solution."))],
    )
    def redirect(self, *, by: Any) -> None:
        """There is another way: what we own, do it yourself with guardrails, or a different solution."""

    @move(
        source=State.DECISION,
        target=State.DECLINED,
        label=_("Confirm the “No”"),
        who=is_second_decider,
        needs=[has_no_proposed],
    )
    def decline(self, *, by: Any) -> None:
        """A second person confirms the “No” that somebody else proposed."""

    @move(
        source=[State.SUBMITTED, State.TRIAGE, State.FEASIBILITY],
        target=State.JOINED,
        label=_("Join with another idea"),
        who=triages,
        asks=[Ask("into", _("Choose the open idea that it joins."))],
    )
    def join(self, *, by: Any, into: Any) -> None:
        """It goes on as part of another idea; number, words, people and figures stay."""
        self.joined_into = into

    @move(
        source=[State.DRAFT, State.SUBMITTED, State.TRIAGE, State.FEASIBILITY, State.DECISION, State.NOT_YET],
        target=State.WITHDRAWN,
        label=_("Withdraw"),
        who=is_requester,
        needs=[is_not_shared_by_others],
        asks=[reason],
    )
    def withdraw(self, *, by: Any) -> None:
        """The requester takes it back; a new draft can be started from it."""

    @move(source=State.NOT_YET, target=State.TRIAGE, label=_("Bring it back"), who=triages | is_system)
    def resume(self, *, by: Any) -> None:
        """The date has come or the condition is met: it is looked at again."""
        self.returns += 1
        self.return_on = None

    @move(
        source=[State.DECLINED, State.REDIRECTED, State.NOT_YET],
        target=State.DECISION,
        label=_("Take a second look"),
        who=may_reconsider,
        needs=[second_look_asked],
    )
    def reconsider(self, *, by: Any) -> None:
        """A decider who did not give the first answer decides again, once."""
        self.return_on = None

    @move(
        source=[State.DECLINED, State.REDIRECTED, State.NOT_YET],
        target=State.TRIAGE,
        label=_("Take a second look, from the first look on"),
        who=may_reconsider_from_start,
        needs=[second_look_asked],
    )
    def reconsider_from_start(self, *, by: Any) -> None:
        """As a second look, for an idea that never had a feasibility."""
        self.return_on = None

    @move(
        source=State.APPROVED,
        target=State.DELIVERING,
        label=_("Start delivery"),
        who=is_system | is_taking_over,
        follows=True,
    )
    def start_delivery(self, *, by: Any) -> None:
        """Follows the start of the project."""

    @move(
        source=State.DELIVERING,
        target=State.DELIVERED,
        label=_("Deliver"),
        who=is_system | is_taking_over,
        follows=True,
    )
    def deliver(self, *, by: Any) -> None:
        """Follows the delivery of the project."""
        self.delivered_at = clock.now()

    @move(
        source=[State.APPROVED, State.DELIVERING],
        target=State.DECISION,
        label=_("Return to decision"),
        who=is_system,
        asks=[reason],
        follows=True,
    )
    def return_to_decision(self, *, by: Any) -> None:
        """Follows the cancelling of the project; the earlier approval is kept."""

    @move(source=State.DELIVERED, target=State.EVALUATED, label=_("Evaluate"), who=is_system, follows=True)
    def evaluate(self, *, by: Any) -> None:
        """Follows the recording of the outcome."""
        self.evaluated_at = clock.now()

    def after_move(self, made: Made) -> None:
        """Set the new state's due date and step; imports make no clocks, a way out keeps its step."""
        policy = current_policy()
        days = {
            State.SUBMITTED: policy.first_answer_days,
            State.TRIAGE: policy.triage_days,
            State.FEASIBILITY: policy.review_days,
            State.DECISION: policy.decision_days,
        }.get(self.state)
        self.due_at = clock.due_after(days) if days and self.lane != Lane.TAKEN_OVER else None
        if self.state not in WAYS_OUT:
            self.step = FACES[self.state].step
        self.walked[self.state] = clock.today().isoformat()
        if self.state == State.SUBMITTED:
            self.first_answer_due_at = self.due_at
        if self.state in WITH_DECISION and made.before in BEFORE_DECISION:
            self.answered_at = clock.now()
            self.first_answered_at = self.first_answered_at or clock.now()
