"""The work of a project: getting ready, milestones, money, reports, holds."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from intake.models import Idea
from projects.models.projects import PERSON, WORST_FIRST, Health, Project
from workflow import clock


class ReadyLine(models.Model):
    """One thing between the yes and the work: money, purchase, council date or people; with whose move and date."""

    class Kind(models.TextChoices):
        MONEY = "money", _("Money")
        PURCHASE = "purchase", _("Purchase")
        COUNCIL = "council", _("Council date")
        PEOPLE = "people", _("People")

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="ready_lines")
    kind = models.CharField(max_length=10, choices=Kind)
    owner = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="ready_lines")
    due_on = models.DateField()
    note = models.CharField(max_length=300, blank=True)
    closed_at = models.DateTimeField(null=True)
    waived_at = models.DateTimeField(null=True)
    waived_because = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["project", "kind"], name="ready_line_once"),
            models.CheckConstraint(
                condition=Q(waived_at=None) | ~Q(waived_because=""), name="ready_line_waived_with_reason"
            ),
        ]
        indexes = [
            models.Index(
                fields=["owner", "due_on"], name="ready_line_open", condition=Q(closed_at=None, waived_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.project}"

    @property
    def idea(self) -> Idea:
        return self.project.idea

    @property
    def is_open(self) -> bool:
        return self.closed_at is None and self.waived_at is None

    @property
    def is_late(self) -> bool:
        return self.is_open and self.due_on < clock.today()


class Milestone(models.Model):
    """A dated step of the work, compared with the date first planned."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="milestones")
    name = models.CharField(max_length=200)
    due_on = models.DateField()
    baseline_on = models.DateField()
    done_on = models.DateField(null=True, blank=True)
    dropped_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["due_on", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def department_id(self) -> int:
        return self.project.department_id


class BudgetLine(models.Model):
    """Money planned and spent in one fiscal year for one purpose, in whole dollars."""

    class Kind(models.TextChoices):
        ONE_TIME = "one_time", _("One-time")
        YEARLY = "yearly", _("Yearly")

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="budget_lines")
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.ONE_TIME)
    fiscal_year = models.PositiveSmallIntegerField()
    planned = models.BigIntegerField(default=0)
    spent = models.BigIntegerField(default=0)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["fiscal_year", "id"]
        constraints = [models.UniqueConstraint(fields=["project", "name", "fiscal_year"], name="budget_line_once")]

    def __str__(self) -> str:
        return f"{self.name} {self.fiscal_year}"

    @property
    def department_id(self) -> int:
        return self.project.department_id


class StatusReport(models.Model):
    """How a project stands in four words of colour and a sentence; or “nothing changed”."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="reports")
    reported_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    reported_at = models.DateTimeField(default=clock.now)
    nothing_changed = models.BooleanField(default=False)
    scope = models.CharField(max_length=8, choices=Health, default=Health.GREEN)
    schedule = models.CharField(max_length=8, choices=Health, default=Health.GREEN)
    budget = models.CharField(max_length=8, choices=Health, default=Health.GREEN)
    benefit = models.CharField(max_length=8, choices=Health, default=Health.GREEN)
    sentence = models.TextField()
    would_help = models.TextField(blank=True)
    signal = models.CharField(max_length=8, choices=Health, blank=True)
    signal_says = models.TextField(blank=True)

    class Meta:
        ordering = ["-reported_at", "-id"]

    def __str__(self) -> str:
        return self.sentence

    @property
    def worst(self) -> str:
        said = {self.scope, self.schedule, self.budget, self.benefit}
        return next(one for one in WORST_FIRST if one in said)


class Hold(models.Model):
    """A time in which the project rests, with its reason and until when."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="holds")
    reason = models.TextField()
    held_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    held_at = models.DateTimeField(default=clock.now)
    until_on = models.DateField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project"], condition=Q(ended_at=None), name="hold_one_open")]

    def __str__(self) -> str:
        return self.reason
