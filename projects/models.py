"""Projects: the frozen promise, the work, its money, its reports, and what became of it."""

from functools import cached_property
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from goals.models import Definition, Measure
from intake.models import Contribution, Idea
from projects.lifecycle import RUNNING, ProjectLifecycle, State
from workflow import clock

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


class CauseCode(models.TextChoices):
    """Why work was late or failed; the list of the field, so that the next purchase can learn from it."""

    VENDOR_MANAGEMENT = "vendor_management", _("Project management by the vendor")
    CITY_MANAGEMENT = "city_management", _("Project management by the city")
    EXPECTED_SCOPE = "expected_scope", _("Unrealistic expectation: scope")
    EXPECTED_DATE = "expected_date", _("Unrealistic expectation: date")
    EXPECTED_BUDGET = "expected_budget", _("Unrealistic expectation: budget")
    TECHNICAL = "technical", _("Unforeseen constraint: technical")
    LEGAL = "legal", _("Unforeseen constraint: legal")
    SUPPLY = "supply", _("Unforeseen constraint: supply")
    FUNDING = "funding", _("Unforeseen constraint: funding")
    STAFFING = "staffing", _("Unforeseen constraint: staffing")
    UNCLEAR = "unclear", _("Requirements were unclear")
    CITY_CHANGE = "city_change", _("Change asked for by the city")
    VENDOR_TURNOVER = "vendor_turnover", _("Vendor capacity or turnover")
    INTEGRATION = "integration", _("Integration or data quality")
    SECURITY = "security", _("Security or privacy finding")
    PROCUREMENT = "procurement", _("Procurement took longer")


class Lesson(models.Model):
    """What went well or wrong, written at the close."""

    class Kind(models.TextChoices):
        WENT_WELL = "went_well", _("Went well")
        WENT_WRONG = "went_wrong", _("Went wrong")

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="lessons")
    kind = models.CharField(max_length=12, choices=Kind)
    text = models.TextField()
    written_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.text


class Cause(models.Model):
    """A coded cause of trouble with its evidence; one of a project's causes is the primary one."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="causes")
    code = models.CharField(max_length=20, choices=CauseCode)
    is_primary = models.BooleanField(default=False)
    evidence = models.TextField(blank=True)

    class Meta:
        ordering = ["-is_primary", "id"]
        constraints = [
            models.UniqueConstraint(fields=["project", "code"], name="cause_once"),
            models.UniqueConstraint(fields=["project"], condition=Q(is_primary=True), name="cause_one_primary"),
        ]

    def __str__(self) -> str:
        return self.get_code_display()


class CheckIn(models.Model):
    """The look after delivery: is it in use? Skipped only with a reason."""

    class Answer(models.TextChoices):
        YES = "yes", _("Yes, it is in use")
        PARTLY = "partly", _("Partly")
        NO = "no", _("No, it is not in use")

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="check_ins")
    asked_of = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="check_ins")
    due_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True)
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


class Outcome(models.Model):
    """What became of one promise: found once by the stated test, on the first day with enough points.

    `shift`, `shift_low` and `shift_high` are in the measure's unit; `found` keeps everything that the test returned.
    """

    class Verdict(models.TextChoices):
        BETTER = "better", _("Better since")
        NO_CHANGE = "no_change", _("No detectable change")
        WORSE = "worse", _("Worse since")
        CANNOT_TELL = "cannot_tell", _("Cannot tell")

    class Reason(models.TextChoices):
        TOO_FEW = "too_few", _("Too few values yet")
        ALREADY_MOVING = "already_moving", _("It was already moving")
        NOT_MEASURABLE = "not_measurable", _("Not measurable")

    promise = models.OneToOneField(Promise, on_delete=models.PROTECT, related_name="outcome")
    test_on = models.DateField()
    long_stop_on = models.DateField(null=True)
    asked_at = models.DateTimeField(null=True)
    measured = models.DecimalField(max_digits=16, decimal_places=4, null=True)
    recorded_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    not_measurable_because = models.TextField(blank=True)
    what_else_changed = models.TextField(blank=True)
    told_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    told_at = models.DateTimeField(null=True)
    verdict = models.CharField(max_length=12, choices=Verdict, blank=True, editable=False)
    reason = models.CharField(max_length=16, choices=Reason, blank=True, editable=False)
    shift = models.DecimalField(max_digits=16, decimal_places=4, null=True, editable=False)
    shift_low = models.DecimalField(max_digits=16, decimal_places=4, null=True, editable=False)
    shift_high = models.DecimalField(max_digits=16, decimal_places=4, null=True, editable=False)
    found = models.JSONField(default=dict, editable=False)
    recorded_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["test_on"], name="outcome_open", condition=Q(recorded_at=None))]

    def __str__(self) -> str:
        return f"{self.promise}"

    @property
    def project(self) -> Project:
        return self.promise.project

    @property
    def idea(self) -> Idea:
        return self.promise.project.idea


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
