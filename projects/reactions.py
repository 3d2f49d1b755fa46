"""What follows in projects when an idea moves, and in the idea when its project moves."""

from typing import Any

from accounts.models import User
from goals import happenings
from intake import yardsticks
from intake.models import Part
from projects import actions, learning
from projects.deliveries import deliveries_of
from projects.results import tell_results
from workflow.lifecycle import Made, perform
from workflow.reactions import after


def open_project(made: Made) -> None:
    """Approval opens the project with its frozen baseline."""
    actions.open_project(made.obj, by=made.by, manager=made.obj.current_decision.project_manager)


def _follow(made: Made, name: str, **data: Any) -> None:
    by = made.by if made.by.is_machine else User.objects.system()
    on_behalf_of = None if made.by.is_machine else made.by
    perform(made.obj.idea, name, by=by, on_behalf_of=on_behalf_of, note=made.event.note, **data)


def idea_starts(made: Made) -> None:
    """The idea follows the start."""
    _follow(made, "start_delivery")


def idea_is_delivered(made: Made) -> None:
    """The idea follows the delivery; check-in and outcomes are planned."""
    if made.obj.idea.lane != "taken_over":
        actions.plan_check_in(made.obj)
        actions.plan_outcomes(made.obj)
    _follow(made, "deliver")


def idea_returns(made: Made) -> None:
    """The idea goes back to the decision; the earlier approval is kept."""
    intake_parts = made.obj.idea.parts.filter(
        kind__in=(Part.Kind.PROJECT_MANAGER, Part.Kind.READY_OWNER), ended_at=None
    )
    intake_parts.update(ended_at=made.event.at)
    made.obj.idea.forget()
    _follow(made, "return_to_decision", reason=made.obj.cancel_reason)


def keep_lessons(made: Made) -> None:
    """Lessons and causes are kept."""
    data = made.data
    actions.write_lessons(
        made.obj,
        by=made.by,
        went_well=data["went_well"],
        went_wrong=data["went_wrong"],
        causes=data.get("causes") or (),
    )


after("intake.idea.approve", open_project)
after("projects.project.start", idea_starts)
after("projects.project.deliver", idea_is_delivered)
after("projects.project.cancel", idea_returns)
after("projects.project.close", keep_lessons)
happenings.register(deliveries_of)
yardsticks.register(learning.yardsticks)
yardsticks.register_results(tell_results)
