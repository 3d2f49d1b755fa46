"""The answer to an idea with its letter, a “No” that waits for a second person, and the second look."""

from datetime import timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from intake import rules
from workflow import clock

PERSON = settings.AUTH_USER_MODEL
YEAR = timedelta(days=365)


class DecisionQuerySet(models.QuerySet):
    def lately(self) -> Self:
        """Those of the last 12 months."""
        return self.filter(decided_at__gte=clock.now() - YEAR)


class Decision(models.Model):
    """One answer to an idea with its letter, kept as sent."""

    class Answer(models.TextChoices):
        YES = "yes", _("Yes")
        YES_IF = "yes_if", _("Yes, if")
        NOT_YET = "not_yet", _("Not yet")
        ANOTHER_WAY = "another_way", _("Another way")
        NO = "no", _("No")

    class OtherWay(models.TextChoices):
        USE_OWNED = "use_owned", _("Use what we own")
        DO_IT_YOURSELF = "do_it_yourself", _("Do it yourself, with these guardrails")
        DIFFERENT = "different", _("A different solution")

    idea = models.ForeignKey("Idea", on_delete=models.PROTECT, related_name="decisions")
    answer = models.CharField(max_length=12, choices=Answer)
    decided_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="decisions")
    decided_at = models.DateTimeField(default=clock.now)
    proposed_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.TextField(blank=True)
    next_step = models.TextField(blank=True)
    until_then = models.TextField(blank=True)
    return_on = models.DateField(null=True)
    return_condition = models.TextField(blank=True)
    trigger_owner = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="triggers")
    other_way_kind = models.CharField(max_length=16, choices=OtherWay, blank=True)
    other_way = models.TextField(blank=True)
    what_would_change = models.TextField(blank=True)
    fund = models.CharField(max_length=120, blank=True)
    is_funded = models.BooleanField(default=False)
    earliest_start_on = models.DateField(null=True)
    project_manager = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    is_second_look = models.BooleanField(default=False)
    letter = models.TextField(blank=True)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        ordering = ["-decided_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(answer="yes") | ~Q(reason=""), name="decision_only_yes_lacks_reason"),
            models.CheckConstraint(
                condition=~Q(answer="no") | Q(proposed_by__isnull=False) & ~Q(proposed_by=models.F("decided_by")),
                name="decision_no_has_second_person",
            ),
        ]
        indexes = [models.Index(fields=["answer", "-decided_at"], name="decision_answer")]

    def __str__(self) -> str:
        return f"{self.idea.label}: {self.get_answer_display()}"


class ProposedNoQuerySet(models.QuerySet):
    def heard_by(self, user: Any) -> Self:
        """Those of ideas that the person may decide by size; a proposed “No” is heard by deciders only."""
        heard = Q(pk__in=[])
        for one in user.held:
            sizes = [size for size, kinds in rules.DECIDING.items() if one.kind in kinds or one.kind == "stand_in"]
            of_department = Q(idea__department=one.department_id) if one.department_id else Q()
            heard |= Q(idea__size__in=sizes) & of_department
        return self.filter(heard)

    def open(self) -> Self:
        return self.filter(taken_back_at=None, confirmed_at=None)


class ProposedNo(models.Model):
    """A “No” that one decider proposed and a second person has to confirm; it can be taken back."""

    idea = models.ForeignKey("Idea", on_delete=models.PROTECT, related_name="proposed_nos")
    proposed_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=clock.now)
    reason = models.TextField()
    what_would_change = models.TextField()
    next_step = models.TextField()
    taken_back_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)

    objects = ProposedNoQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["idea"], condition=Q(taken_back_at=None, confirmed_at=None), name="proposed_no_one_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.idea}"


class SecondLook(models.Model):
    """The one second look that a requester or sponsor may ask for."""

    idea = models.OneToOneField("Idea", on_delete=models.PROTECT, related_name="second_look")
    asked_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=clock.now)
    due_at = models.DateTimeField()
    reason = models.TextField()
    taken_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.idea}"
