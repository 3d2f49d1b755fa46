"""What an idea promises for a measure."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from goals.models import Measure
from workflow import clock

PERSON = settings.AUTH_USER_MODEL


class ContributionQuerySet(models.QuerySet):
    def current(self) -> Self:
        return self.filter(ended_at=None)


class Contribution(models.Model):
    """The effect on a measure that an idea promises, in the measure's unit, by a date."""

    idea = models.ForeignKey("Idea", on_delete=models.PROTECT, related_name="contributions")
    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="contributions")
    expected = models.DecimalField(
        max_digits=16, decimal_places=4, help_text=_("The change that you expect, in the measure's unit.")
    )
    by_on = models.DateField()
    why = models.TextField(blank=True)
    added_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True)

    objects = ContributionQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["idea", "measure"], condition=Q(ended_at=None), name="contribution_once"),
            models.CheckConstraint(condition=~Q(expected=0), name="contribution_is_a_change"),
        ]

    def __str__(self) -> str:
        return f"{self.measure}: {self.expected:+}"
