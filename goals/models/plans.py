"""Plans, goals and objectives: what the city wants to reach, and by when."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class Plan(models.Model):
    """A plan that the city adopted for some years; goals belong to one plan, and several plans follow each other."""

    name = models.CharField(max_length=200, unique=True)
    sentence = models.TextField(blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField()
    is_public = models.BooleanField(_("May be published"), default=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["-starts_on", "name"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="plan_ends_after_its_start"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("goals") + f"?plan={self.pk}"

    def audiences_of(self, user: Any) -> set[str]:
        return {"viewers"} if user.has_perm("goals.view_goal") else set()


class GoalQuerySet(models.QuerySet):
    def listed(self) -> Self:
        """The goals that the city wrote down here, not the texts that an import brought."""
        return self.filter(position__lt=Goal.TAKEN_OVER)


class Goal(models.Model):
    """What the city wants to reach."""

    TAKEN_OVER = 1000

    slug = models.SlugField(max_length=80, unique=True)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, null=True, blank=True, related_name="goals")
    name = models.CharField(max_length=500)
    sentence = models.TextField(blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="goals_owned"
    )
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    is_open = models.BooleanField(default=True)

    objects = GoalQuerySet.as_manager()

    class Meta:
        ordering = ["position", "name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gt=F("starts_on")),
                name="goal_ends_after_its_start",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("goal", args=[self.slug])


class Objective(models.Model):
    """A part of a goal that can be worked on."""

    goal = models.ForeignKey(Goal, on_delete=models.PROTECT, related_name="objectives")
    name = models.CharField(max_length=300)
    position = models.PositiveSmallIntegerField(default=0)
    ends_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return self.goal.get_absolute_url()

    def audiences_of(self, user: Any) -> set[str]:
        return {"viewers"} if user.has_perm("goals.view_goal") else set()
