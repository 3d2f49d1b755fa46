"""Who may see the reports that join several apps."""

from typing import Any

import rules

from accounts.models import Role
from accounts.rules import is_staff_member

SEEING = (
    Role.Kind.LEADERSHIP,
    Role.Kind.DIRECTOR,
    Role.Kind.CHAIR,
    Role.Kind.STAND_IN,
    Role.Kind.BOARD_MEMBER,
    Role.Kind.TRIAGER,
    Role.Kind.PROJECT_MANAGER,
)


@rules.predicate
def looks_citywide(user: Any, obj: Any = None) -> bool:
    """Its totals hold every department, so only a role for the whole city opens it."""
    return any(one.kind in SEEING and one.department_id is None for one in user.held)


rules.add_perm("reports.see_portfolio", is_staff_member & looks_citywide)
