"""Who may see and keep goals and measures."""

from typing import Any

import rules

from accounts.rules import is_administrator, is_leadership, is_staff_member


@rules.predicate
def keeps(user: Any, measure: Any) -> bool:
    """The measure's owner, or the backup."""
    return user.pk in (measure.owner_id, measure.backup_id)


rules.add_perm("goals.view_goal", is_staff_member)
rules.add_perm("goals.view_objective", is_staff_member)
rules.add_perm("goals.view_measure", is_staff_member)
rules.add_perm("goals.change_goal", is_leadership | is_administrator)
rules.add_perm("goals.change_measure", keeps | is_leadership | is_administrator)
rules.add_perm("goals.add_measurement", keeps)

rules.add_perm("goals.change_index", keeps | is_leadership | is_administrator)
rules.add_perm("goals.annotate_measure", is_staff_member)


@rules.predicate
def noted_it(user: Any, annotation: Any) -> bool:
    return user.pk == annotation.by_id


rules.add_perm("goals.take_back_annotation", noted_it)
