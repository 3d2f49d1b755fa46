"""One discipline's answer to an idea, and the conditions that a “yes, if” asks for."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from workflow import clock

PERSON = settings.AUTH_USER_MODEL


class ReviewQuerySet(models.QuerySet):
    def current(self) -> Self:
        return self.filter(ended_at=None).select_related("reviewer").order_by("id")

    def waiting(self) -> Self:
        return self.filter(ended_at=None, sent_at=None)


class Review(models.Model):
    """One discipline's answer; private to its reviewer until shared."""

    class Answer(models.TextChoices):
        YES = "yes", _("Yes")
        YES_IF = "yes_if", _("Yes, if …")
        CONCERN = "concern", _("Concern")

    idea = models.ForeignKey("Idea", on_delete=models.PROTECT, related_name="reviews")
    discipline = models.CharField(max_length=40)
    reviewer = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, blank=True, related_name="reviews")
    is_required = models.BooleanField(default=True)
    asked_at = models.DateTimeField(default=clock.now)
    due_at = models.DateTimeField()
    answer = models.CharField(max_length=8, choices=Answer, blank=True)
    text = models.TextField(blank=True)
    way_forward = models.TextField(blank=True)
    none_known = models.BooleanField(default=False)
    whom_asked = models.CharField(max_length=200, blank=True)
    condition_drafts = models.JSONField(default=list, blank=True)
    saved_at = models.DateTimeField(null=True)
    shared_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["idea", "discipline"], condition=Q(ended_at=None), name="review_one_a_discipline"
            ),
            models.CheckConstraint(condition=Q(sent_at=None) | ~Q(answer=""), name="review_sent_has_answer"),
        ]
        indexes = [
            models.Index(fields=["reviewer", "due_at"], name="review_open", condition=Q(sent_at=None, ended_at=None))
        ]

    def __str__(self) -> str:
        return f"{self.discipline}: {self.idea}"

    @property
    def department_id(self) -> int:
        return self.idea.department_id

    @property
    def created_at(self) -> Any:
        return self.asked_at

    @property
    def is_open_to_viewers(self) -> bool:
        return bool(self.sent_at or self.shared_at)


class ConditionQuerySet(models.QuerySet):
    def open(self) -> Self:
        return self.filter(met_at=None, dropped_at=None)


class Condition(models.Model):
    """What a “yes, if” asks for: an owner, a date, and the gate that it blocks until met."""

    class Gate(models.TextChoices):
        DECISION = "decision", _("Before the decision")
        START = "start", _("Before the start")
        DELIVER = "deliver", _("Before delivery")

    idea = models.ForeignKey("Idea", on_delete=models.PROTECT, related_name="conditions")
    review = models.ForeignKey(Review, on_delete=models.PROTECT, null=True, blank=True, related_name="conditions")
    decision = models.ForeignKey("Decision", on_delete=models.PROTECT, null=True, blank=True, related_name="conditions")
    text = models.TextField()
    owner = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="conditions")
    due_on = models.DateField()
    gate = models.CharField(max_length=10, choices=Gate, default=Gate.START)
    met_at = models.DateTimeField(null=True)
    met_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    met_note = models.TextField(blank=True)
    dropped_at = models.DateTimeField(null=True)

    objects = ConditionQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "id"]
        indexes = [
            models.Index(fields=["owner", "due_on"], name="condition_open", condition=Q(met_at=None, dropped_at=None))
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def is_shared(self) -> bool:
        """A condition of a review that nobody else may read yet is private too."""
        return self.review is None or self.review.is_open_to_viewers
