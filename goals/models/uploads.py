"""Uploads: values that somebody brought in one go, looked at before they count."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext as _

from goals.models.measures import Measure
from workflow import clock


class UploadQuerySet(models.QuerySet):
    def waiting(self) -> Self:
        """Neither taken over nor dropped."""
        return self.filter(applied_at=None, dropped_at=None)


class Upload(models.Model):
    """Rows as read from a paste or a file, kept until a person takes them over or drops them.

    Of a workbook with several sheets also `sheets`, each as name, rows and why it cannot be read: one is chosen.
    """

    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="uploads")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)
    name = models.CharField(max_length=200, blank=True)
    rows = models.JSONField(default=list)
    sheets = models.JSONField(default=list)
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
    def told(self) -> str:
        """The name of the file, and which of its sheets is read."""
        sheet = self.answers.get("sheet")
        return _("%(file)s, sheet “%(sheet)s”") % {"file": self.name, "sheet": sheet} if sheet else self.name

    @property
    def is_over(self) -> bool:
        """Taken over or dropped: there is nothing left to look at."""
        return bool(self.applied_at or self.dropped_at)

    def audiences_of(self, user: Any) -> set[str]:
        return self.measure.audiences_of(user)
