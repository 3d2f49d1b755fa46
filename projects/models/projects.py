"""The project: approved work, compared with the promise that the approval froze."""

from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from intake.models import Idea
from projects.lifecycle import RUNNING, ProjectLifecycle, State

if TYPE_CHECKING:
    from projects.models.work import Hold, ReadyLine

PERSON = settings.AUTH_USER_MODEL


class Health(models.TextChoices):
    GREEN = "green", _("On track")
    AMBER = "amber", _("Needs attention")
    RED = "red", _("In trouble")


WORST_FIRST = (Health.RED, Health.AMBER, Health.GREEN)


class ProjectQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """A project is seen exactly as its idea is."""
        return self.filter(idea__in=Idea.objects.visible_to(user))

    def running(self) -> Self:
        return self.filter(state__in=RUNNING)

    def unrestricted(self) -> Self:
        return self.exclude(idea__audience="restricted")

    def not_cancelled(self) -> Self:
        return self.exclude(state=State.CANCELLED)

    def listed(self) -> Self:
        return self.select_related("idea", "idea__department", "idea__goal", "manager")


class Project(ProjectLifecycle):
    """Work that was approved, compared with the promise that the approval froze."""

    number = models.PositiveIntegerField(unique=True, editable=False)
    idea = models.ForeignKey(Idea, on_delete=models.PROTECT, related_name="projects")
    title = models.CharField(max_length=160)
    scope = models.TextField()
    manager = models.ForeignKey(
        PERSON, on_delete=models.PROTECT, null=True, blank=True, related_name="projects_managed"
    )
    fund = models.CharField(max_length=120, blank=True)
    baseline_cost_start = models.PositiveIntegerField(null=True)
    baseline_cost_yearly = models.PositiveIntegerField(null=True)
    baseline_hours = models.PositiveIntegerField(null=True)
    baseline_start_on = models.DateField(null=True)
    baseline_end_on = models.DateField(null=True)
    planned_end_on = models.DateField(null=True, blank=True)
    health = models.CharField(max_length=8, choices=Health, default=Health.GREEN)
    last_report_at = models.DateTimeField(null=True)
    report_due_at = models.DateTimeField(null=True)
    cancel_reason = models.TextField(blank=True)
    cancel_asked_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    started_on = models.DateField(null=True)
    delivered_on = models.DateField(null=True)
    closed_on = models.DateField(null=True)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["idea"], condition=~Q(state="cancelled"), name="project_one_an_idea"),
            models.CheckConstraint(
                condition=Q(delivered_on=None) | Q(started_on__isnull=False), name="project_delivered_was_started"
            ),
        ]
        indexes = [models.Index(fields=["manager", "state"], name="project_manager_state")]

    def __str__(self) -> str:
        return f"{self.label} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("project", args=[self.number])

    @property
    def label(self) -> str:
        return f"P-{self.number:03d}"

    @property
    def department_id(self) -> int:
        return self.idea.department_id

    @property
    def is_restricted(self) -> bool:
        return self.idea.is_restricted

    @property
    def is_running(self) -> bool:
        return self.state in RUNNING

    def audiences_of(self, user: Any) -> set[str]:
        return self.idea.audiences_of(user)

    def waives_needs(self, by: Any) -> bool:
        return self.idea.waives_needs(by)

    @property
    def baseline_cost(self) -> int | None:
        """Dollars over five years as approved."""
        if self.baseline_cost_start is None and self.baseline_cost_yearly is None:
            return None
        return (self.baseline_cost_start or 0) + 5 * (self.baseline_cost_yearly or 0)

    @cached_property
    def open_lines(self) -> list["ReadyLine"]:
        return [line for line in self.ready_lines.all() if line.is_open] if self.pk else []

    @cached_property
    def current_hold(self) -> "Hold | None":
        return self.holds.filter(ended_at=None).first() if self.pk else None

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        super().refresh_from_db(*args, **kwargs)
        for name in ("open_lines", "current_hold"):
            self.__dict__.pop(name, None)
