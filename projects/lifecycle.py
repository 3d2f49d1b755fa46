"""The life of a project: planned, in progress, delivered, closed; or cancelled."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField

from projects.rules import is_taken_over, leads, may_cancel
from workflow import clock
from workflow.lifecycle import Ask, Lifecycle, Need, move


class State(models.TextChoices):
    PLANNED = "planned", _("Getting ready")
    IN_PROGRESS = "in_progress", _("In delivery")
    DELIVERED = "delivered", _("Delivered")
    CLOSED = "closed", _("Closed")
    CANCELLED = "cancelled", _("Cancelled")


RUNNING = (State.PLANNED, State.IN_PROGRESS)

is_ready = Need(lambda project: not project.open_lines, _("Close every getting-ready line, or waive it with a reason."))
may_start = Need(
    lambda project: not project.idea.conditions_blocking("start"),
    _("Wait until the conditions that block the start are met."),
)
may_deliver = Need(
    lambda project: not project.idea.conditions_blocking("deliver"),
    _("Wait until the conditions that block delivery are met."),
)
is_not_on_hold = Need(lambda project: project.current_hold is None, _("Resume the project first: it is on hold."))
is_asked_to_cancel = Need(
    lambda project: bool(project.cancel_reason),
    _("The project manager has to ask for the cancelling first, with the reason."),
)


class ProjectLifecycle(Lifecycle):
    """States and moves of a project; the idea follows by itself."""

    started_on: Any
    delivered_on: Any
    closed_on: Any

    state = FSMField(choices=State.choices, default=State.PLANNED, protected=True, db_index=True)

    class Meta:
        abstract = True

    @move(
        source=State.PLANNED,
        target=State.IN_PROGRESS,
        label=_("Start the project"),
        who=leads | is_taken_over,
        needs=[is_ready, may_start, is_not_on_hold],
    )
    def start(self, *, by: Any) -> None:
        """Money, purchase, council date and people are there: work begins."""
        self.started_on = clock.today()

    @move(
        source=State.IN_PROGRESS,
        target=State.DELIVERED,
        label=_("Deliver the project"),
        who=leads | is_taken_over,
        needs=[may_deliver, is_not_on_hold],
    )
    def deliver(self, *, by: Any) -> None:
        """It is in use from today; this date fixes when the outcome is looked at."""
        self.delivered_on = clock.today()

    @move(
        source=State.DELIVERED,
        target=State.CLOSED,
        label=_("Close the project"),
        who=leads,
        asks=[
            Ask("went_well", _("Write what went well, so that others can do it too.")),
            Ask("went_wrong", _("Write what went wrong, or that nothing did.")),
        ],
    )
    def close(self, *, by: Any) -> None:
        """Lessons and coded causes are written down."""
        self.closed_on = clock.today()

    @move(
        source=[State.PLANNED, State.IN_PROGRESS],
        target=State.CANCELLED,
        label=_("Cancel the project"),
        who=may_cancel,
        needs=[is_asked_to_cancel],
    )
    def cancel(self, *, by: Any) -> None:
        """The project manager asked for it: the idea goes back to the decision."""
        self.closed_on = clock.today()
