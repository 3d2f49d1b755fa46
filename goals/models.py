"""Goals, objectives, measures and measurements."""

from decimal import Decimal
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Department
from workflow import clock


class GoalQuerySet(models.QuerySet):
    def listed(self) -> Self:
        """The goals that the city wrote down here, not the texts that an import brought."""
        return self.filter(position__lt=Goal.TAKEN_OVER)


class Goal(models.Model):
    """What the city wants to reach."""

    TAKEN_OVER = 1000

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=500)
    sentence = models.TextField(blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="goals_owned"
    )
    position = models.PositiveSmallIntegerField(default=0)
    is_open = models.BooleanField(default=True)

    objects = GoalQuerySet.as_manager()

    class Meta:
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("goal", args=[self.slug])


class Objective(models.Model):
    """A part of a goal that can be worked on."""

    goal = models.ForeignKey(Goal, on_delete=models.PROTECT, related_name="objectives")
    name = models.CharField(max_length=300)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return self.goal.get_absolute_url()


class MeasureQuerySet(models.QuerySet):
    def kept_by(self, user: Any) -> Self:
        return self.filter(Q(owner=user) | Q(backup=user))


class Measure(models.Model):
    """A number that shows whether an objective is being reached: owner, unit, direction, baseline and target."""

    class Direction(models.TextChoices):
        UP = "up", _("Higher is better")
        DOWN = "down", _("Lower is better")

    class Cadence(models.TextChoices):
        WEEKLY = "weekly", _("Every week")
        MONTHLY = "monthly", _("Every month")
        QUARTERLY = "quarterly", _("Every quarter")
        YEARLY = "yearly", _("Every year")

    class Kind(models.TextChoices):
        INPUT = "input", _("Input")
        OUTPUT = "output", _("Output")
        EFFICIENCY = "efficiency", _("Efficiency")
        QUALITY = "quality", _("Quality")
        OUTCOME = "outcome", _("Outcome")

    slug = models.SlugField(max_length=80, unique=True)
    objective = models.ForeignKey(Objective, on_delete=models.PROTECT, related_name="measures")
    name = models.CharField(max_length=200)
    meaning = models.TextField(blank=True)
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.OUTCOME)
    unit = models.CharField(max_length=40)
    direction = models.CharField(max_length=8, choices=Direction)
    cadence = models.CharField(max_length=12, choices=Cadence, default=Cadence.MONTHLY)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="measures")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="measures_owned")
    backup = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="measures_backed"
    )
    source = models.CharField(max_length=200, blank=True)
    baseline = models.DecimalField(max_digits=16, decimal_places=4, null=True, blank=True)
    baseline_period = models.CharField(max_length=80, blank=True)
    target = models.DecimalField(max_digits=16, decimal_places=4, null=True, blank=True)
    target_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects = MeasureQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(target__isnull=True) | Q(target_on__isnull=False), name="measure_target_has_date"
            ),
            models.CheckConstraint(
                condition=Q(backup__isnull=True) | ~Q(backup=F("owner")), name="measure_backup_is_another"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("measure", args=[self.slug])

    def may_be_seen_by(self, user: Any) -> bool:
        return user.has_perm("goals.view_measure", self)

    def audiences_of(self, user: Any) -> set[str]:
        return {"viewers"} if self.may_be_seen_by(user) else set()

    def met_by(self, value: Decimal) -> bool | None:
        """Whether `value` (in the measure's unit) is at the target or beyond; None without a target."""
        if self.target is None:
            return None
        return value >= self.target if self.direction == self.Direction.UP else value <= self.target


class Measurement(models.Model):
    """One value of a measure for one period; corrected with a reason, never overwritten silently."""

    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="measurements")
    period_on = models.DateField(help_text=_("The first day of the period."))
    value = models.DecimalField(max_digits=16, decimal_places=4)
    note = models.CharField(max_length=300, blank=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(default=clock.now)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["period_on"]
        constraints = [models.UniqueConstraint(fields=["measure", "period_on"], name="measurement_once_a_period")]

    def __str__(self) -> str:
        return f"{self.measure} {self.period_on}: {self.value}"

    @property
    def department_id(self) -> int:
        return self.measure.department_id
