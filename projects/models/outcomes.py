"""What became of a project: its frozen promises, the looks after delivery, outcomes with their readings, benefits."""

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from goals.models import Definition, Measure
from intake.models import Contribution, Idea
from projects.models.projects import PERSON, Project
from workflow import clock


class Promise(models.Model):
    """The frozen copy of a contribution as it was approved."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="promises")
    contribution = models.ForeignKey(Contribution, on_delete=models.PROTECT, related_name="+")
    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="promises")
    expected = models.DecimalField(max_digits=16, decimal_places=4)
    by_on = models.DateField()
    definition = models.ForeignKey(Definition, on_delete=models.PROTECT, null=True, related_name="+")
    points_before = models.PositiveSmallIntegerField(default=36)
    points_after = models.PositiveSmallIntegerField(default=12)
    gap_points = models.PositiveSmallIntegerField(default=1)
    long_stop_months = models.PositiveSmallIntegerField(default=24)
    expected_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "measure"], name="promise_once"),
            models.CheckConstraint(
                condition=Q(points_before__gte=8, points_after__gte=8), name="promise_has_points_for_a_verdict"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure}: {self.expected:+}"


class CheckIn(models.Model):
    """A look after delivery: is it in use, or a question of somebody's own. Skipped only with a reason."""

    class Answer(models.TextChoices):
        YES = "yes", _("Yes")
        PARTLY = "partly", _("Partly")
        NO = "no", _("No")

    IN_USE = _("Is it in use?")

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="check_ins")
    asked_of = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="check_ins")
    asked_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    due_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    question = models.CharField(max_length=300, blank=True)
    answer = models.CharField(max_length=8, choices=Answer, blank=True)
    text = models.TextField(blank=True)
    answered_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    skipped_because = models.TextField(blank=True)

    class Meta:
        ordering = ["due_at"]
        indexes = [models.Index(fields=["asked_of", "due_at"], name="check_in_open", condition=Q(answered_at=None))]

    def __str__(self) -> str:
        return f"{self.project}"

    @property
    def idea(self) -> Idea:
        return self.project.idea

    @property
    def asks(self) -> str:
        """The question in words."""
        return self.question or str(self.IN_USE)


class OutcomeQuerySet(models.QuerySet):
    def wanting_a_word(self) -> Self:
        """Of which nobody said yet what else changed; where nothing could be measured nobody is asked."""
        return self.filter(told_at=None).exclude(reason=Outcome.Reason.NOT_MEASURABLE)


class Outcome(models.Model):
    """What became of one promise: found once by the stated test, on the first day with enough values.

    `test_on`: the day that the delivery fixed. `until_on`: until when nobody can tell, later than `test_on` where
    values stayed away. `shift`, `shift_low` and `shift_high` are in the measure's unit; `found` keeps everything that
    the test returned, with the values that it saw.
    """

    class Verdict(models.TextChoices):
        BETTER = "better", _("Better since")
        NO_CHANGE = "no_change", _("No detectable change")
        WORSE = "worse", _("Worse since")
        CANNOT_TELL = "cannot_tell", _("Cannot tell")

    class Reason(models.TextChoices):
        ALREADY_MOVING = "already_moving", _("It was already moving")
        REDEFINED = "redefined", _("It was defined anew in between")
        NOT_MEASURABLE = "not_measurable", _("Not measurable: too few values")
        WITHIN_RANGE = "within_range", _("It is as far from its range as before")

    promise = models.OneToOneField(Promise, on_delete=models.PROTECT, related_name="outcome")
    test_on = models.DateField()
    until_on = models.DateField()
    long_stop_on = models.DateField()
    verdict = models.CharField(max_length=12, choices=Verdict, blank=True, editable=False)
    reason = models.CharField(max_length=16, choices=Reason, blank=True, editable=False)
    shift = models.DecimalField(max_digits=16, decimal_places=4, null=True, editable=False)
    shift_low = models.DecimalField(max_digits=16, decimal_places=4, null=True, editable=False)
    shift_high = models.DecimalField(max_digits=16, decimal_places=4, null=True, editable=False)
    found = models.JSONField(default=dict, editable=False)
    found_at = models.DateTimeField(null=True, editable=False)
    what_else_changed = models.TextField(blank=True)
    told_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    told_at = models.DateTimeField(null=True)

    objects = OutcomeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(verdict="", found_at=None) | (~Q(verdict="") & Q(found_at__isnull=False)),
                name="outcome_verdict_has_its_day",
            ),
            models.CheckConstraint(
                condition=~Q(verdict="cannot_tell") | ~Q(reason=""), name="outcome_cannot_tell_says_why"
            ),
            models.CheckConstraint(
                condition=Q(verdict__in=("", "cannot_tell")) | Q(shift__isnull=False), name="outcome_verdict_has_shift"
            ),
        ]
        indexes = [models.Index(fields=["test_on"], name="outcome_open", condition=Q(found_at=None))]

    def __str__(self) -> str:
        return f"{self.promise}"

    @property
    def project(self) -> Project:
        return self.promise.project

    @property
    def idea(self) -> Idea:
        return self.promise.project.idea

    @property
    def is_open(self) -> bool:
        return self.found_at is None

    @property
    def wants_a_word(self) -> bool:
        """The verdict is there, and its owner is asked what else changed."""
        return not self.is_open and self.told_at is None and self.reason != self.Reason.NOT_MEASURABLE


class OutcomeReading(models.Model):
    """How a named person reads an outcome, with the reason; it stands beside the verdict and changes nothing."""

    outcome = models.ForeignKey(Outcome, on_delete=models.PROTECT, related_name="readings")
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)
    text = models.CharField(max_length=300)
    because = models.TextField()

    class Meta:
        ordering = ["at"]

    def __str__(self) -> str:
        return self.text


class Benefit(models.Model):
    """A benefit of a project in one fiscal year, promised and realised: money in whole dollars, or another unit."""

    class Kind(models.TextChoices):
        SAVED = "saved", _("Money saved")
        AVOIDED = "avoided", _("Cost avoided")
        EARNED = "earned", _("Income")
        HOURS = "hours", _("Hours of staff")
        OTHER = "other", _("Other, not money")

    MONEY = (Kind.SAVED, Kind.AVOIDED, Kind.EARNED)

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="benefits")
    kind = models.CharField(max_length=10, choices=Kind)
    name = models.CharField(max_length=160)
    unit = models.CharField(max_length=40, blank=True)
    fiscal_year = models.PositiveSmallIntegerField()
    promised = models.DecimalField(max_digits=16, decimal_places=2)
    realised = models.DecimalField(max_digits=16, decimal_places=2, null=True, blank=True)
    evidence = models.TextField(blank=True)
    confirmed_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["fiscal_year", "kind", "id"]
        constraints = [
            models.UniqueConstraint(fields=["project", "name", "fiscal_year"], name="benefit_once"),
            models.CheckConstraint(condition=~Q(kind="other") | ~Q(unit=""), name="benefit_other_has_unit"),
            models.CheckConstraint(condition=Q(realised=None) | ~Q(evidence=""), name="benefit_realised_has_evidence"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.fiscal_year}"

    @property
    def is_money(self) -> bool:
        return self.kind in self.MONEY

    @property
    def counted_in(self) -> str:
        """The unit in words; "" for money, which says its own."""
        return "" if self.is_money else self.unit or str(_("hours"))

    @property
    def idea(self) -> Idea:
        return self.project.idea

    @property
    def department_id(self) -> int:
        return self.project.department_id

    def audiences_of(self, user: Any) -> set[str]:
        return self.project.audiences_of(user)


class HelpAnswer(models.Model):
    """“Did it help?”: the requester's word, else the sponsor's, where no measure was promised."""

    class Answer(models.TextChoices):
        YES = "yes", _("Yes, it helped")
        PARTLY = "partly", _("A little")
        NO = "no", _("No, it did not help")
        NOT_KNOWN = "not_known", _("Not measurable: nobody answered")

    project = models.OneToOneField(Project, on_delete=models.PROTECT, related_name="help_answer")
    answer = models.CharField(max_length=10, choices=Answer)
    text = models.TextField(blank=True)
    answered_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return self.get_answer_display()
