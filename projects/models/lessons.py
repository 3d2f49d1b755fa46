"""What a project teaches: lessons and coded causes."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from projects.models.projects import PERSON, Project
from workflow import clock


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
