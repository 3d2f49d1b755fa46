"""Agreements: how departments define a measure together, with whose data, and who signed it."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Department
from goals.models.measures import Measure
from goals.models.plans import Goal
from workflow import clock

PERSON = settings.AUTH_USER_MODEL


class Agreement(models.Model):
    """A question that several departments share, and what they agreed it means; `number` grows with its meaning."""

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=120)
    question = models.CharField(max_length=300)
    goal = models.ForeignKey(Goal, on_delete=models.PROTECT, related_name="agreements")
    measures = models.ManyToManyField(Measure, related_name="agreements", blank=True)
    index = models.ForeignKey(Measure, on_delete=models.PROTECT, null=True, blank=True, related_name="defined_in")
    asked_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    asked_on = models.DateField(default=clock.today)
    kept_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="agreements_kept")
    backup = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    meaning = models.TextField(blank=True)
    counts = models.TextField(blank=True)
    leaves_out = models.TextField(blank=True)
    number = models.PositiveSmallIntegerField(default=1, editable=False)
    agreed_at = models.DateTimeField(null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("agreement", args=[self.slug])

    @property
    def department_id(self) -> int | None:
        return self.kept_by.department_id

    def audiences_of(self, user: Any) -> set[str]:
        return {"viewers"} if user.has_perm("goals.view_agreement", self) else set()


class Position(models.Model):
    """What one department means by the question, in its own words."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="positions")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    speaker = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="positions_spoken")
    words = models.TextField(blank=True)
    said_at = models.DateTimeField(null=True)
    sign_by_on = models.DateField(null=True, blank=True)
    waits_for = models.CharField(max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["agreement", "department"], name="position_once")]

    def __str__(self) -> str:
        return f"{self.department}: {self.words}"


class DataElement(models.Model):
    """Data that a department holds: whose, in which system, how fresh, how sensitive, and who may use it."""

    class Sensitivity(models.TextChoices):
        OPEN = "open", _("Open")
        INSIDE = "inside", _("Inside the city")
        LIMITED = "limited", _("Limited to those named")
        PROTECTED = "protected", _("Protected by law")

    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="data_elements")
    name = models.CharField(max_length=200)
    owner = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="data_elements")
    system = models.CharField(max_length=120)
    refreshed = models.CharField(max_length=80)
    sensitivity = models.CharField(max_length=12, choices=Sensitivity, default=Sensitivity.INSIDE)
    may_use = models.CharField(_("Who may use it"), max_length=200)
    use = models.CharField(_("For this question"), max_length=200, blank=True)
    agreements = models.ManyToManyField(Agreement, related_name="elements", blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["department__name", "name"]
        constraints = [models.UniqueConstraint(fields=["department", "name"], name="data_element_once")]

    def __str__(self) -> str:
        return self.name

    def audiences_of(self, user: Any) -> set[str]:
        return {"viewers"} if user.has_perm("goals.view_goal") else set()


class DataRequestQuerySet(models.QuerySet):
    def waiting(self) -> Self:
        return self.filter(answered_at=None, taken_back_at=None)


class DataRequest(models.Model):
    """“May we use your data?”, from one department to another, with its answer: the sharing note."""

    class Answer(models.TextChoices):
        YES = "yes", _("Yes")
        YES_IF = "yes_if", _("Yes, if")
        ANOTHER_WAY = "another_way", _("Not like this, try")

    element = models.ForeignKey(DataElement, on_delete=models.PROTECT, related_name="requests")
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, null=True, related_name="data_requests")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="data_requests")
    asked_at = models.DateTimeField(default=clock.now)
    what_for = models.TextField()
    how_fine = models.CharField(max_length=300)
    who_sees = models.CharField(max_length=300)
    until_on = models.DateField()
    due_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=12, choices=Answer, blank=True)
    condition = models.TextField(blank=True)
    answered_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    taken_back_at = models.DateTimeField(null=True)

    objects = DataRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answer__in=("", "yes")) | ~Q(condition=""), name="data_answer_says_its_condition"
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_at=None) | Q(answered_at__isnull=False), name="data_answer_has_moment"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.element}, {self.department}"

    def get_absolute_url(self) -> str:
        return reverse("data-request", args=[self.pk])

    @property
    def department_asked(self) -> Department:
        return self.element.department

    def audiences_of(self, user: Any) -> set[str]:
        return {"viewers"} if user.has_perm("goals.view_goal") else set()


class Remark(models.Model):
    """A gap or a dissent, on record; dissent is printed wherever the index appears."""

    class Kind(models.TextChoices):
        GAP = "gap", _("Gap")
        DISSENT = "dissent", _("Dissent")

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="remarks")
    kind = models.CharField(max_length=8, choices=Kind)
    title = models.CharField(max_length=120)
    text = models.TextField()
    department = models.ForeignKey(Department, on_delete=models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)
    look_again_on = models.DateField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True)
    settled_how = models.TextField(blank=True)

    class Meta:
        ordering = ["kind", "at"]

    def __str__(self) -> str:
        return self.title


class SignOff(models.Model):
    """A department's yes to its own members or to the joint total of one version of an agreement."""

    class Part(models.TextChoices):
        OWN = "own", _("Own members")
        JOINT = "joint", _("Joint total")

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="sign_offs")
    number = models.PositiveSmallIntegerField()
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    part = models.CharField(max_length=8, choices=Part)
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)
    with_dissent = models.BooleanField(default=False)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "number", "department", "part"], name="sign_off_once")
        ]

    def __str__(self) -> str:
        return f"{self.department}, {self.get_part_display()}"
