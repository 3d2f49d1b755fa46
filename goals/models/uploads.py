"""Uploads: values that somebody brought in one go, looked at before they count."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.urls import reverse

from goals.models.measures import Measure
from workflow import clock


class UploadQuerySet(models.QuerySet):
    def waiting(self) -> Self:
        """Neither taken over nor dropped."""
        return self.filter(applied_at=None, dropped_at=None)


class Upload(models.Model):
    """Rows as read from a paste or a file, kept until a person takes them over or drops them."""

    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="uploads")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)
    name = models.CharField(max_length=200, blank=True)
    rows = models.JSONField(default=list)
    answers = models.JSONField(default=dict)
    applied_at = models.DateTimeField(null=True)
    dropped_at = models.DateTimeField(null=True)
    taken = models.PositiveIntegerField(default=0)

    objects = UploadQuerySet.as_manager()

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("measure-upload", args=[self.measure.slug, self.pk])

    @property
    def is_over(self) -> bool:
        """Taken over or dropped: there is nothing left to look at."""
        return bool(self.applied_at or self.dropped_at)

    def audiences_of(self, user: Any) -> set[str]:
        return self.measure.audiences_of(user)
