"""Measures with their versioned definition, their values over time, and what people noted beside them."""

from datetime import date
from decimal import Decimal
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Department
from goals import periods
from goals.analysis.aim import Aim, Direction
from goals.models.plans import Goal, Objective
from workflow import clock


class MeasureQuerySet(models.QuerySet):
    def kept_by(self, user: Any) -> Self:
        return self.filter(Q(owner=user) | Q(backup=user))

    def alive(self) -> Self:
        """In use, kept by somebody who can sign in, and not behind with its values."""
        return self.in_use().filter(owner__is_active=True).exclude(due_on__lt=clock.today())

    def in_use(self) -> Self:
        return self.filter(ended_on=None, objective__goal__position__lt=Goal.TAKEN_OVER)

    def with_newest(self) -> Self:
        """Each with `newest`, its newest value, and `last_on`, the period of that value."""
        values = Measurement.objects.filter(measure=OuterRef("pk"), period_on=OuterRef("last_on"))
        return self.annotate(newest=Subquery(values.values("value")[:1]))

    def overdue(self) -> Self:
        """A value should be there by now and is not."""
        return self.in_use().filter(due_on__lt=clock.today())


class Measure(models.Model):
    """A number that shows whether an objective is being reached: owner, unit, direction, baseline and target."""

    class Direction(models.TextChoices):
        UP = "up", _("Higher is better")
        DOWN = "down", _("Lower is better")
        WITHIN = "within", _("Best within a range")

    class Cadence(models.TextChoices):
        DAILY = "daily", _("Every day")
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

    class Quality(models.TextChoices):
        A = "a", _("A: audited, complete")
        B = "b", _("B: complete, not audited")
        C = "c", _("C: known gaps")
        D = "d", _("D: an estimate")

    SMALLEST_COUNT = 5

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
    steward = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="measures_stewarded"
    )
    formula = models.TextField(blank=True)
    numerator = models.CharField(max_length=300, blank=True)
    denominator = models.CharField(max_length=300, blank=True)
    population = models.TextField(blank=True)
    exclusions = models.TextField(blank=True)
    limits = models.TextField(blank=True)
    source = models.CharField(max_length=200, blank=True)
    lag_days = models.PositiveSmallIntegerField(default=10)
    quality = models.CharField(max_length=1, choices=Quality, blank=True)
    audited_on = models.DateField(null=True, blank=True)
    benchmark = models.CharField(max_length=200, blank=True)
    benchmark_source = models.CharField(max_length=200, blank=True)
    broken_down_by = models.CharField(max_length=80, blank=True)
    parts_add_up = models.BooleanField(default=False)
    is_rare = models.BooleanField(default=False)
    is_public = models.BooleanField(default=False)
    baseline = models.DecimalField(max_digits=16, decimal_places=4, null=True, blank=True)
    baseline_period = models.CharField(max_length=80, blank=True)
    target = models.DecimalField(max_digits=16, decimal_places=4, null=True, blank=True)
    target_on = models.DateField(null=True, blank=True)
    tolerance = models.DecimalField(max_digits=16, decimal_places=4, default=Decimal(0))
    range_low = models.DecimalField(max_digits=16, decimal_places=4, null=True, blank=True)
    range_high = models.DecimalField(max_digits=16, decimal_places=4, null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    last_on = models.DateField(null=True, editable=False)
    due_on = models.DateField(null=True, editable=False)
    reminded_on = models.DateField(null=True, editable=False)
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
            models.CheckConstraint(
                condition=~Q(direction="within") | Q(range_low__isnull=False, range_high__gt=F("range_low")),
                name="measure_within_has_range",
            ),
        ]
        indexes = [models.Index(fields=["due_on"], name="measure_due", condition=Q(ended_on=None))]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("measure", args=[self.slug])

    def may_be_seen_by(self, user: Any) -> bool:
        return user.has_perm("goals.view_measure", self)

    def audiences_of(self, user: Any) -> set[str]:
        return {"viewers"} if self.may_be_seen_by(user) else set()

    @property
    def aim(self) -> Aim:
        """Where it should go, as the calculations take it."""
        low, high = self.range_low, self.range_high
        return Aim(
            Direction(self.direction), None if low is None else float(low), None if high is None else float(high)
        )

    @property
    def wanted_on(self) -> date:
        """The first day of the period whose value comes next; before any value, the period in which it was added."""
        if self.last_on:
            return periods.later(self.cadence, self.last_on, 1)
        return periods.period_of(self.cadence, timezone.localdate(self.created_at))

    @property
    def is_overdue(self) -> bool:
        return self.ended_on is None and self.due_on is not None and self.due_on < clock.today()

    @property
    def is_taken_over(self) -> bool:
        """Whether an import brought it: nobody here is asked for its values."""
        return self.objective.goal.position >= Goal.TAKEN_OVER

    def met_by(self, value: Decimal) -> bool | None:
        """Whether `value` (in the measure's unit) reaches the target less its tolerance; None without a target."""
        if self.direction == self.Direction.WITHIN:
            assert self.range_low is not None and self.range_high is not None
            return self.range_low - self.tolerance <= value <= self.range_high + self.tolerance
        if self.target is None:
            return None
        if self.direction == self.Direction.UP:
            return value >= self.target - self.tolerance
        return value <= self.target + self.tolerance


class Definition(models.Model):
    """One version of what a measure means; a later one breaks the series at its date, visibly."""

    BREAKING = ("unit", "direction", "formula", "numerator", "denominator")

    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="definitions")
    number = models.PositiveSmallIntegerField()
    from_on = models.DateField(null=True)
    unit = models.CharField(max_length=40)
    direction = models.CharField(max_length=8, choices=Measure.Direction)
    formula = models.TextField(blank=True)
    numerator = models.CharField(max_length=300, blank=True)
    denominator = models.CharField(max_length=300, blank=True)
    because = models.TextField(blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["measure", "number"], name="definition_number_once"),
            models.CheckConstraint(
                condition=Q(number=1) | (Q(from_on__isnull=False) & ~Q(because="")), name="definition_later_has_date"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure}, {self.number}"


class Measurement(models.Model):
    """One value of a measure for one period; corrected with a reason, never overwritten silently."""

    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="measurements")
    period_on = models.DateField(help_text=_("The first day of the period."))
    value = models.DecimalField(max_digits=20, decimal_places=8)
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


class MeasurementPart(models.Model):
    """One part of a value's break-down, such as a council district; small counts are never shown."""

    measurement = models.ForeignKey(Measurement, on_delete=models.PROTECT, related_name="parts")
    name = models.CharField(max_length=80)
    value = models.DecimalField(max_digits=20, decimal_places=8)
    count = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["measurement", "name"], name="measurement_part_once")]

    def __str__(self) -> str:
        return f"{self.name}: {self.value}"


class Annotation(models.Model):
    """What else changed, said by a person about a day of a measure; evidence, never a verdict."""

    class Kind(models.TextChoices):
        CHANGED = "changed", _("Something else changed")
        ANNOUNCED = "announced", _("A change was announced")
        STEADY = "steady", _("Looked at, and steady")

    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="annotations")
    on = models.DateField()
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.CHANGED)
    text = models.CharField(max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["on", "id"]

    def __str__(self) -> str:
        return self.text
