"""Changes to people, roles, groups and the policy: each is one transaction and leaves its event."""

from collections.abc import Iterable
from datetime import date, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts import duties
from accounts.models import Absence, Department, Invitation, Membership, PolicyVersion, RestrictedGroup, Role, User
from accounts.policy import Policy, Preset, current_policy, forget_policy
from workflow import clock, events, notifications, outbox
from workflow.editing import plain
from workflow.lifecycle import Conflict, MoveRefused, NotYourMove
from workflow.models import Channel, Delivery, Event


def invite(
    email: str,
    *,
    by: User,
    name: str,
    department: Department | None = None,
    title: str = "",
    extension: str = "",
) -> User:
    """Make an account and mail its invitation."""
    with transaction.atomic():
        user = User.objects.create_user(email, name=name, department=department, title=title, extension=extension)
        send_invitation(user, by=by)
    return user


def send_invitation(user: User, *, by: User) -> str:
    """Mail a link by which the person sets the first password; earlier links end. Returns the token."""
    if not user.is_active or user.is_machine:
        raise MoveRefused(_("This account is closed. Open it again before you invite the person."))
    if user.has_usable_password():
        raise MoveRefused(_("This person has a password already. A new one is set from the sign-in page."))
    token = Invitation.new_token()
    with transaction.atomic():
        now = clock.now()
        user.invitations.open().update(expires_at=now)
        Invitation.objects.create(
            user=user, made_by=by, token_hash=Invitation.hashed(token), expires_at=now + Invitation.LASTS
        )
        event = events.record("accounts.user.invite", user, by=by)
        _mail_link(event, user, "accounts/email/invite.txt", settings.SITE_URL + reverse("invitation", args=[token]))
    return token


def accept_invitation(token: str, password: str) -> User:
    """Use an invitation once: set the password of its person."""
    with transaction.atomic():
        invitation = Invitation.objects.of_token(token).select_related("user").first()
        if invitation is None or not Invitation.objects.open().filter(pk=invitation.pk).update(used_at=clock.now()):
            raise Conflict(_("This link was used or is too old. Ask your administrator for a new one."))
        set_password(invitation.user, password, by=invitation.user)
    return invitation.user


def set_password(user: User, password: str, *, by: User) -> Event:
    """Set a password; every session of the person ends, for the sessions are bound to it."""
    with transaction.atomic():
        user.set_password(password)
        user.save(update_fields=["password"])
        user.invitations.open().update(expires_at=clock.now())
        return events.record("accounts.user.set_password", user, by=by)


def send_reset_link(user: User, link: str, *, by: User) -> Event | None:
    """Mail a link that sets a new password; who was never signed in, or has left, gets none."""
    if not (user.is_active and user.has_usable_password()):
        return None
    with transaction.atomic():
        event = events.record("accounts.user.reset", user, by=by)
        _mail_link(event, user, "accounts/email/reset.txt", link)
    return event


def _mail_link(event: Event, user: User, template: str, link: str) -> None:
    """Put a mail with a sign-in link into the outbox, which forgets its text once it is sent."""
    context = {"user": user, "event": event, "link": link, "site_name": settings.SITE_NAME}
    with translation.override(user.language):
        subject, _separator, body = render_to_string(template, context).strip().partition("\n")
    Delivery.objects.create(
        event=event,
        address=user.email,
        channel=Channel.EMAIL,
        language=user.language,
        subject=subject.strip(),
        body=body.strip(),
        is_secret=True,
    )
    transaction.on_commit(partial(outbox.wake, event.pk))


def change_record(record: models.Model, *, by: User, verb: str, **changes: Any) -> Event | None:
    """Set fields of a person, department or group and record what was and what is; None where nothing changed."""
    with transaction.atomic():
        locked = record._meta.model._base_manager.select_for_update(of=("self",)).get(pk=record.pk)
        differences = {
            name: [plain(getattr(locked, name)), plain(value)]
            for name, value in changes.items()
            if getattr(locked, name) != value
        }
        if not differences:
            return None
        for name in differences:
            setattr(locked, name, changes[name])
        locked.save(update_fields=list(differences))
        event = events.record(verb, locked, by=by, data={"changes": differences})
    record.refresh_from_db()
    return event


def deactivate(user: User, *, by: User, successor: User | None = None) -> Event:
    """Close an account: sessions end at once, roles end, open duties go to the successor."""
    if user.pk == by.pk:
        raise MoveRefused(_("Ask another administrator to close your own account."))
    if user.is_machine:
        raise MoveRefused(_("This account belongs to the system and stays open."))
    open_duties = duties.open_duties(user)
    if open_duties and successor is None:
        raise MoveRefused(_("Name the person who takes over the open duties."))
    if successor and (successor.pk == user.pk or not successor.is_active or successor.is_machine):
        raise MoveRefused(_("Choose a successor who has an open account."))
    with transaction.atomic():
        _keep_an_administrator(without=user.roles.all())
        if successor:
            duties.hand_over(user, successor, by=by)
        for role in Role.objects.current().filter(user=user):
            _end(role, by=by)
        Role.objects.current().filter(substitute=user).update(substitute=None)
        for membership in user.memberships.present():
            remove_member(membership, by=by)
        user.invitations.open().update(expires_at=clock.now())
        User.objects.filter(pk=user.pk).update(is_active=False)
        user.refresh_from_db()
        user.end_sessions()
        return events.record(
            "accounts.user.deactivate",
            user,
            by=by,
            data={"duties": len(open_duties), "successor": successor.pk if successor else None},
        )


def reactivate(user: User, *, by: User) -> Event:
    """Open a closed account again, without any role and without a password: the person is invited anew."""
    with transaction.atomic():
        user.is_active = True
        user.set_unusable_password()
        user.save(update_fields=["is_active", "password"])
        return events.record("accounts.user.reactivate", user, by=by)


def give_role(
    user: User,
    kind: str,
    *,
    by: User,
    department: Department | None = None,
    discipline: str = "",
    from_on: date | None = None,
    to_on: date | None = None,
    substitute: User | None = None,
    quiet: bool = False,
) -> Role:
    """Give a role. One that the giver gets, also as substitute, waits for a second person. `quiet` tells nobody."""
    if not user.is_active or user.is_machine:
        raise MoveRefused(_("Choose a person who has an open account."))
    if kind == Role.Kind.REVIEWER and not discipline:
        raise MoveRefused(_("Choose the discipline that this person reviews."))
    if substitute and substitute.pk == user.pk:
        raise MoveRefused(_("Choose somebody else as substitute."))
    alike = Role.objects.current().filter(
        user=user, kind=kind, department=department, discipline=discipline if kind == Role.Kind.REVIEWER else ""
    )
    with transaction.atomic():
        if alike.exists():
            raise Conflict(_("This person has this role already. End it first if its dates change."))
        role = Role.objects.create(
            user=user,
            kind=kind,
            department=department,
            discipline=discipline if kind == Role.Kind.REVIEWER else "",
            from_on=from_on or clock.today(),
            to_on=to_on,
            substitute=substitute,
            given_by=by,
            needs_second=by.pk in (user.pk, substitute.pk if substitute else None),
        )
        user.end_sessions()
        event = events.record("accounts.role.give", role, by=by, data=_described(role))
        if not quiet:
            notifications.tell(event, role)
    return role


def name_substitute(role: Role, *, by: User, substitute: User | None) -> Event:
    """Name who holds the role while its holder is away; nobody names himself."""
    if substitute and substitute.pk in (role.user_id, by.pk):
        raise MoveRefused(_("Choose somebody else as substitute. To become it yourself, ask another administrator."))
    with transaction.atomic():
        before = role.substitute
        role.substitute = substitute
        role.save(update_fields=["substitute"])
        for person in filter(None, (before, substitute)):
            person.end_sessions()
        return events.record(
            "accounts.role.substitute",
            role,
            by=by,
            data=_described(role) | {"changes": {"substitute": [plain(before), plain(substitute)]}},
        )


def confirm_role(role: Role, *, by: User) -> Event:
    """Put a role into force that somebody gave to himself."""
    with transaction.atomic():
        locked = Role.objects.select_for_update(of=("self",)).get(pk=role.pk)
        if not locked.needs_second:
            raise Conflict(_("Somebody confirmed this role already. Reload the page."))
        if not by.has_perm("accounts.confirm_role", locked):
            raise NotYourMove
        locked.needs_second, locked.confirmed_by = False, by
        locked.save(update_fields=["needs_second", "confirmed_by"])
        locked.user.end_sessions()
        event = events.record("accounts.role.confirm", locked, by=by, data=_described(locked))
        notifications.tell(event, locked)
    role.refresh_from_db()
    return event


def end_role(role: Role, *, by: User) -> Event:
    """Take a role back at once."""
    with transaction.atomic():
        if role.kind == Role.Kind.ADMINISTRATOR:
            _keep_an_administrator(without=Role.objects.filter(pk=role.pk))
        return _end(role, by=by)


def _end(role: Role, *, by: User) -> Event:
    role.to_on = clock.today() - timedelta(days=1)
    role.save(update_fields=["to_on"])
    for person in filter(None, (role.user, role.substitute)):
        person.end_sessions()
    return events.record("accounts.role.end", role, by=by, data=_described(role))


def _keep_an_administrator(*, without: models.QuerySet[Role]) -> None:
    held = Role.objects.in_force().filter(kind=Role.Kind.ADMINISTRATOR, user__is_active=True)
    held = held.select_for_update(of=("self",))
    ending = set(without.values_list("pk", flat=True))
    keys = set(held.values_list("pk", flat=True))
    if keys & ending and not keys - ending:
        raise MoveRefused(_("This is the last administrator. Give the role to somebody else first."))


def _described(role: Role) -> dict[str, Any]:
    """What a role was when it happened, for the history of the person."""
    return {
        "user": role.user_id,
        "person": role.user.name,
        "role": str(role.get_kind_display()),
        "department": role.department.name if role.department else "",
        "discipline": role.discipline,
    }


def record_absence(user: User, *, by: User, from_on: date, to_on: date) -> Absence:
    """Record days away: on them the substitutes hold the person's roles."""
    if to_on < from_on:
        raise MoveRefused(_("Choose a last day that is not before the first."))
    if to_on < clock.today():
        raise MoveRefused(_("Choose days that are not over yet."))
    with transaction.atomic():
        absence = Absence.objects.create(user=user, from_on=from_on, to_on=to_on)
        events.record("accounts.user.be_away", user, by=by, data={"from": from_on.isoformat(), "to": to_on.isoformat()})
    return absence


def end_absence(absence: Absence, *, by: User) -> Event:
    """Be back: from now on the substitutes no longer act for the person."""
    data = {"from": absence.from_on.isoformat(), "to": absence.to_on.isoformat()}
    with transaction.atomic():
        absence.taken_back_at = clock.now()
        absence.save(update_fields=["taken_back_at"])
        return events.record("accounts.user.be_back", absence.user, by=by, data=data)


def add_department(
    *, by: User, code: str, name: str, first_sight: str = Department.FirstSight.DEPARTMENT
) -> Department:
    with transaction.atomic():
        department = Department.objects.create(code=code, name=name, first_sight=first_sight)
        events.record("accounts.department.add", department, by=by)
    return department


def add_group(*, by: User, name: str) -> RestrictedGroup:
    with transaction.atomic():
        group = RestrictedGroup.objects.create(name=name)
        events.record("accounts.restrictedgroup.add", group, by=by)
    return group


def add_member(group: RestrictedGroup, user: User, *, by: User) -> Membership:
    """Propose a member; a second person has to confirm before it counts."""
    if not user.is_active or user.is_machine:
        raise MoveRefused(_("Choose a person who has an open account."))
    with transaction.atomic():
        if group.memberships.present().filter(user=user).exists():
            raise Conflict(_("This person is a member already, or waits for confirmation."))
        membership = Membership.objects.create(group=group, user=user, added_by=by)
        event = events.record("accounts.membership.add", membership, by=by, data={"user": user.pk, "group": group.pk})
        notifications.tell(event, membership)
    return membership


def confirm_member(membership: Membership, *, by: User) -> Event:
    """Confirm a proposed member: from now on the person sees the group's restricted ideas."""
    with transaction.atomic():
        locked = Membership.objects.select_for_update(of=("self",)).get(pk=membership.pk)
        if locked.confirmed_at or locked.ended_at:
            raise Conflict(_("Somebody confirmed or removed this member already. Reload the page."))
        if not by.has_perm("accounts.confirm_membership", locked):
            raise NotYourMove
        locked.confirmed_by, locked.confirmed_at = by, clock.now()
        locked.save(update_fields=["confirmed_by", "confirmed_at"])
        event = events.record(
            "accounts.membership.confirm", locked, by=by, data={"user": locked.user_id, "group": locked.group_id}
        )
        notifications.tell(event, locked)
    membership.refresh_from_db()
    return event


def remove_member(membership: Membership, *, by: User) -> Event:
    """Take a person out of a restricted group at once."""
    with transaction.atomic():
        membership.ended_at = clock.now()
        membership.save(update_fields=["ended_at"])
        membership.user.end_sessions()
        return events.record(
            "accounts.membership.end",
            membership,
            by=by,
            data={"user": membership.user_id, "group": membership.group_id},
        )


def change_policy(policy: Policy, *, by: User, reason: str, based_on: int) -> PolicyVersion:
    """Put a new version of the policy into force; `based_on` is the number of the version that was changed."""
    if not reason.strip():
        raise MoveRefused(_("Say why the policy changes."))
    raced = Conflict(
        _("Somebody else changed the policy while you were writing. Compare the newest version and save again.")
    )
    try:
        with transaction.atomic():
            newest = PolicyVersion.objects.order_by("-number").first()
            before = Policy.from_values(newest.number, newest.values) if newest else Policy()
            if before.number != based_on:
                raise raced
            if before.as_values() == policy.as_values():
                raise MoveRefused(_("Nothing is different from the policy in force. Change a value first."))
            version = PolicyVersion.objects.create(
                number=before.number + 1, values=policy.as_values(), changed_by=by, reason=reason.strip()
            )
            data = {"number": version.number}
            events.record("accounts.policy.change", version, by=by, note=version.reason, data=data)
    except IntegrityError as error:
        raise raced from error
    transaction.on_commit(forget_policy)
    return version


def use_small_city(*, by: User, it_lead: User, city_manager: User, second: User) -> list[Role]:
    """The preset of three roles: IT lead, city manager, and a person outside for every rule that wants a second one."""
    if len({it_lead.pk, city_manager.pk, second.pk}) < 3:
        raise MoveRefused(_("Choose three different people: whoever decides needs somebody else to confirm."))
    policy = current_policy()
    with transaction.atomic():
        if policy.preset != Preset.SMALL_CITY:
            values = policy.as_values() | {"preset": Preset.SMALL_CITY}
            change_policy(
                Policy.from_values(policy.number, values),
                by=by,
                reason=_("The city works with the three roles of a small city."),
                based_on=policy.number,
            )
        wanted: Iterable[tuple[User, str, str]] = (
            (it_lead, Role.Kind.TRIAGER, ""),
            (it_lead, Role.Kind.PROJECT_MANAGER, ""),
            *((it_lead, Role.Kind.REVIEWER, one.code) for one in policy.disciplines),
            (city_manager, Role.Kind.DIRECTOR, ""),
            (city_manager, Role.Kind.CHAIR, ""),
            (city_manager, Role.Kind.LEADERSHIP, ""),
            (second, Role.Kind.STAND_IN, ""),
        )
        return [
            give_role(user, kind, by=by, discipline=discipline)
            for user, kind, discipline in wanted
            if not Role.objects.current().filter(user=user, kind=kind, discipline=discipline, department=None).exists()
        ]
