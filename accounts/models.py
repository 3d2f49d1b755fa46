"""People, invitations, departments, roles with dates and substitutes, restricted groups, and the policy's versions."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from hashlib import sha256
from typing import Any, Self

import rules
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from workflow import clock


class Department(models.Model):
    """A department of the city."""

    class FirstSight(models.TextChoices):
        DEPARTMENT = "department", _("IT and the department")
        CITY = "city", _("Everyone in the city")

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120, unique=True)
    first_sight = models.CharField(max_length=12, choices=FirstSight, default=FirstSight.DEPARTMENT)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("department", args=[self.code])


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def system(self) -> "User":
        """The account that acts when the clock does."""
        return self.get(kind=User.Kind.SYSTEM)

    def importer(self) -> "User":
        """The account that takes over what other systems held."""
        return self.get(kind=User.Kind.IMPORT)


@dataclass(frozen=True)
class Holding:
    """A role that a person holds today, by own right or as substitute in a recorded absence."""

    kind: str
    department_id: int | None
    discipline: str


class User(AbstractBaseUser, PermissionsMixin):
    """A person of the city's staff, or one of the two machine accounts."""

    class Kind(models.TextChoices):
        PERSON = "person", _("Person")
        SYSTEM = "system", _("System")
        IMPORT = "import", _("Import")

    class Theme(models.TextChoices):
        SYSTEM = "system", _("As my device is set")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    title = models.CharField(max_length=120, blank=True)
    extension = models.CharField(max_length=20, blank=True)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, null=True, blank=True, related_name="people")
    language = models.CharField(max_length=10, default="en")
    theme = models.CharField(max_length=8, choices=Theme, default=Theme.SYSTEM)
    wants_email = models.BooleanField(default=True)
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.PERSON)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    joined_at = models.DateTimeField(default=clock.now)
    sign_in_round = models.PositiveIntegerField(default=0, editable=False)

    objects = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["kind"], condition=~Q(kind="person"), name="user_one_of_each_machine"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_machine(self) -> bool:
        return self.kind != self.Kind.PERSON

    def get_absolute_url(self) -> str:
        return reverse("person", args=[self.pk])

    @property
    def initials(self) -> str:
        words = self.name.split()
        return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper()

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split()[0] if self.name else self.email

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """What the rules name, and whatever has an object, only they decide: a superuser gets no sight and no move."""
        if obj is None and not rules.perm_exists(perm):
            return super().has_perm(perm)
        return self.is_active and rules.has_perm(perm, self, obj)

    def end_sessions(self) -> None:
        """Sign the person out everywhere: every session is bound to the round in which it began."""
        User.objects.filter(pk=self.pk).update(sign_in_round=models.F("sign_in_round") + 1)
        self.refresh_from_db(fields=["sign_in_round"])

    def _get_session_auth_hash(self, secret: Any = None) -> str:
        bound = f"{self.password}:{self.sign_in_round}"
        return salted_hmac("accounts.models.User.session", bound, secret=secret, algorithm="sha256").hexdigest()

    @cached_property
    def held(self) -> list[Holding]:
        """The roles held today, read once for this instance."""
        if not self.is_active:
            return []
        return [
            Holding(*row) for row in Role.objects.in_force().of(self).values_list("kind", "department_id", "discipline")
        ]

    def holds(self, *kinds: str, department: int | None = None, anywhere: bool = False) -> bool:
        """Whether the person holds one of these roles for this department (a citywide role covers all)."""
        return any(
            one.kind in kinds and (anywhere or one.department_id is None or one.department_id == department)
            for one in self.held
        )

    def departments_as(self, kind: str) -> set[int | None]:
        """The departments for which the role is held; None among them stands for citywide."""
        return {one.department_id for one in self.held if one.kind == kind}

    @cached_property
    def group_ids(self) -> set[int]:
        """The restricted groups in which this person is a confirmed member."""
        return set(self.memberships.in_force().values_list("group_id", flat=True))


class RoleQuerySet(models.QuerySet):
    def current(self) -> Self:
        """Held today or later, confirmed or not."""
        return self.filter(Q(to_on=None) | Q(to_on__gte=clock.today()))

    def in_force(self) -> Self:
        today = clock.today()
        return self.filter(Q(to_on=None) | Q(to_on__gte=today), from_on__lte=today).exclude(needs_second=True)

    def of(self, user: User) -> Self:
        """Held by the person, or substituted in a recorded absence of the holder."""
        away = Absence.objects.under_way().filter(user=OuterRef("user"))
        return self.filter(Q(user=user) | Q(Exists(away), substitute=user))

    def covering(self, department: int | None) -> Self:
        return self.filter(Q(department=None) | Q(department=department))


class Heard:
    """A record of which those hear who administer, who may confirm it, and whom it concerns."""

    user_id: int

    def may_be_seen_by(self, user: Any) -> bool:
        name = self._meta.model_name  # type: ignore[attr-defined]
        return (
            user.pk == self.user_id
            or user.has_perm("accounts.administer")
            or user.has_perm(f"accounts.confirm_{name}", self)
        )

    def audiences_of(self, user: Any) -> set[str]:
        return {"viewers"} if self.may_be_seen_by(user) else set()

    def get_absolute_url(self) -> str:
        return reverse("confirmations")


class Role(Heard, models.Model):
    """A role that a person holds in a department or citywide, from a day to a day, with a substitute."""

    class Kind(models.TextChoices):
        SPONSOR = "sponsor", _("Department sponsor")
        LIAISON = "liaison", _("IT liaison")
        TRIAGER = "triager", _("Triager")
        REVIEWER = "reviewer", _("Reviewer")
        DIRECTOR = "director", _("Director")
        CHAIR = "chair", _("Board chair")
        BOARD_MEMBER = "board_member", _("Board member")
        STAND_IN = "stand_in", _("Board member standing in for the chair")
        PROJECT_MANAGER = "project_manager", _("Project manager")
        MEASURE_OWNER = "measure_owner", _("Measure owner")
        LEADERSHIP = "leadership", _("Leadership")
        ADMINISTRATOR = "administrator", _("Administrator")

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="roles")
    kind = models.CharField(max_length=20, choices=Kind)
    department = models.ForeignKey(
        Department,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="roles",
        help_text=_("Empty: citywide."),
    )
    discipline = models.CharField(max_length=40, blank=True)
    from_on = models.DateField(default=clock.today)
    to_on = models.DateField(null=True, blank=True)
    substitute = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="substitutes_for"
    )
    given_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    needs_second = models.BooleanField(default=False, help_text=_("Not in force until a second person confirms it."))
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = RoleQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["kind", "department"], name="role_kind")]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_kind_display()}"


class AbsenceQuerySet(models.QuerySet):
    def standing(self) -> Self:
        return self.filter(taken_back_at=None)

    def ahead(self) -> Self:
        """Under way or to come."""
        return self.standing().filter(to_on__gte=clock.today())

    def under_way(self) -> Self:
        return self.ahead().filter(from_on__lte=clock.today())


class Absence(models.Model):
    """Days on which a person is away and the substitutes act."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="absences")
    from_on = models.DateField()
    to_on = models.DateField()
    taken_back_at = models.DateTimeField(null=True, blank=True)

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        ordering = ["from_on"]
        constraints = [models.CheckConstraint(condition=Q(to_on__gte=models.F("from_on")), name="absence_in_order")]

    def __str__(self) -> str:
        return f"{self.user}, {self.from_on} to {self.to_on}"


class RestrictedGroup(models.Model):
    """The named people who may see restricted ideas of one kind."""

    name = models.CharField(max_length=120, unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("group", args=[self.pk])


class MembershipQuerySet(models.QuerySet):
    def present(self) -> Self:
        return self.filter(ended_at=None)

    def in_force(self) -> Self:
        return self.present().exclude(confirmed_at=None)


class Membership(Heard, models.Model):
    """A person in a restricted group; counts only when a second person confirmed it."""

    group = models.ForeignKey(RestrictedGroup, on_delete=models.PROTECT, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "user"], condition=Q(ended_at=None), name="membership_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.group}"


class InvitationQuerySet(models.QuerySet):
    def open(self) -> Self:
        return self.filter(used_at=None, expires_at__gt=clock.now(), user__is_active=True)

    def of_token(self, token: str) -> Self:
        """The invitations that this token opens: one or none; a blank one opens nothing."""
        return (
            self.open().filter(token_hash=Invitation.hashed(token))
            if len(token) >= Invitation.SHORTEST
            else self.none()
        )


class Invitation(models.Model):
    """A link by which a person sets the first password. The token is known to the mail alone: we keep its hash."""

    LASTS = timedelta(days=7)
    SHORTEST = 32

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="invitations")
    token_hash = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.user}, {self.made_at:%Y-%m-%d}"

    @staticmethod
    def new_token() -> str:
        return secrets.token_urlsafe(32)

    @staticmethod
    def hashed(token: str) -> str:
        return sha256(token.encode()).hexdigest()


class PolicyVersion(models.Model):
    """One version of the city's policy; the highest number is in force."""

    number = models.PositiveIntegerField(unique=True)
    values = models.JSONField()
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    changed_at = models.DateTimeField(default=clock.now)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"{self.number}"

    def get_absolute_url(self) -> str:
        return reverse("policy-version", args=[self.number])


def holdings_of(*kinds: str) -> list[tuple[str, int | None, int]]:
    """Kind, department (None: citywide) and person of whoever holds these roles today; substitutes for those away."""
    is_away = Exists(Absence.objects.under_way().filter(user=OuterRef("user")))
    held = Role.objects.in_force().filter(kind__in=kinds, user__is_active=True).annotate(is_away=is_away)
    return [
        (kind, department, substitute if away and substitute else user)
        for kind, department, user, substitute, away in held.values_list(
            "kind", "department_id", "user_id", "substitute_id", "is_away"
        )
    ]


def holders_of(kind: str, department: int | None = None, discipline: str = "") -> list[User]:
    """The active people who hold a role for this department today; substitutes instead of those away."""
    roles = Role.objects.in_force().filter(kind=kind).covering(department).select_related("user", "substitute")
    if discipline:
        roles = roles.filter(discipline=discipline)
    away = set(Absence.objects.under_way().values_list("user_id", flat=True))
    people: dict[int, User] = {}
    for role in roles.order_by(models.F("department").asc(nulls_last=True), "id"):
        person = role.substitute if role.user_id in away and role.substitute else role.user
        if person.is_active:
            people.setdefault(person.pk, person)
    return list(people.values())
