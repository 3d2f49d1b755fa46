"""Predicates about people: who holds which role for the object's department."""

from typing import Any

import rules


def named(name: str, predicate: Any) -> Any:
    """Give a composed predicate the words by which people know it."""
    predicate.name = name
    return predicate


def _department(obj: Any) -> int | None:
    return getattr(obj, "department_id", None)


def holds(*kinds: str) -> Any:
    """A predicate: the person holds one of these roles for the object's department, or citywide."""

    @rules.predicate(name=" or ".join(kinds))
    def check(user: Any, obj: Any = None) -> bool:
        return bool(user.is_authenticated and user.holds(*kinds, department=_department(obj), anywhere=obj is None))

    return check


@rules.predicate
def is_staff_member(user: Any, obj: Any = None) -> bool:
    return bool(user.is_authenticated and user.is_active and not user.is_machine)


@rules.predicate(name="the system account")
def is_system(user: Any, obj: Any = None) -> bool:
    return bool(user.is_authenticated and user.kind == "system")


@rules.predicate(name="the import account")
def is_import(user: Any, obj: Any = None) -> bool:
    return bool(user.is_authenticated and user.kind == "import")


is_triager = holds("triager")
is_director = holds("director")
is_chair = holds("chair")
is_stand_in = holds("stand_in")
is_liaison = holds("liaison")
is_sponsor = holds("sponsor")
is_leadership = holds("leadership")
is_project_manager = holds("project_manager")
is_administrator = holds("administrator")
is_it = holds("triager", "liaison", "reviewer", "director", "project_manager")


@rules.predicate
def waits_for_second(user: Any, role: Any) -> bool:
    """The role waits for somebody who neither holds nor gave it."""
    return bool(role.needs_second and user.pk not in (role.user_id, role.given_by_id))


@rules.predicate
def waits_for_member(user: Any, membership: Any) -> bool:
    """The membership waits for somebody who is neither its person nor the one who proposed it."""
    waits = membership.confirmed_at is None and membership.ended_at is None
    return bool(waits and user.pk not in (membership.user_id, membership.added_by_id))


@rules.predicate
def is_fellow_member(user: Any, membership: Any) -> bool:
    return bool(membership.group_id in user.group_ids)


@rules.predicate
def has_no_fellows(user: Any, membership: Any) -> bool:
    """No confirmed member could confirm it, apart from the one who proposed it."""
    present = membership.group.memberships.in_force().filter(user__is_active=True)
    return not present.exclude(user_id__in=(membership.user_id, membership.added_by_id)).exists()


@rules.predicate
def is_second_person(user: Any, obj: Any = None) -> bool:
    """Somebody who answers for decisions of the whole city."""
    return bool(user.is_authenticated and user.holds("administrator", "director", "chair", "stand_in", anywhere=True))


@rules.predicate
def is_city_decider(user: Any, obj: Any = None) -> bool:
    return bool(user.is_authenticated and user.holds("director", "chair", "stand_in", anywhere=True))


rules.add_perm("accounts.administer", is_administrator)
rules.add_perm("accounts.confirm_role", is_staff_member & waits_for_second & is_second_person)
rules.add_perm(
    "accounts.confirm_membership",
    is_staff_member & waits_for_member & (is_fellow_member | has_no_fellows & is_city_decider),
)
