"""Who is told of roles and memberships: those whom they concern, and those who may confirm."""

from collections.abc import Iterable
from typing import Any

from accounts.models import Membership, Role, User, holders_of
from workflow.notifications import notify


def holder(record: Role | Membership, event: Any) -> Iterable[User]:
    return [record.user]


def second_people(role: Role, event: Any) -> Iterable[User]:
    """Those who may confirm a role that somebody gave to himself."""
    kinds = (Role.Kind.ADMINISTRATOR, Role.Kind.DIRECTOR, Role.Kind.CHAIR, Role.Kind.STAND_IN)
    people = {user.pk: user for kind in kinds for user in holders_of(kind)}.values()
    return [user for user in people if user.has_perm("accounts.confirm_role", role)]


def fellow_members(membership: Membership, event: Any) -> Iterable[User]:
    """Those who may confirm a member: the group, or for its first ones those who decide for the city."""
    fellows = [one.user for one in membership.group.memberships.in_force().select_related("user")]
    deciders = [user for kind in (Role.Kind.DIRECTOR, Role.Kind.CHAIR, Role.Kind.STAND_IN) for user in holders_of(kind)]
    people = {user.pk: user for user in [*fellows, *deciders]}.values()
    return [user for user in people if user.has_perm("accounts.confirm_membership", membership)]


notify("accounts.role.give", to=[second_people], template="accounts/email/role_waits.txt")
notify("accounts.role.give", to=[holder], template="accounts/email/role_given.txt")
notify("accounts.role.confirm", to=[holder], template="accounts/email/role_given.txt")
notify("accounts.membership.add", to=[fellow_members], template="accounts/email/member_waits.txt")
notify("accounts.membership.confirm", to=[holder], template="accounts/email/member_confirmed.txt")
