"""The size of an idea, from its figures and from people, and its value."""

from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Role, User
from accounts.policy import Size, current_policy
from intake.actions.parts import require
from intake.models import Idea
from workflow.editing import edit
from workflow.lifecycle import MoveRefused
from workflow.models import Audience

SIZES: list[str] = [Size.SMALL, Size.MEDIUM, Size.LARGE]


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
