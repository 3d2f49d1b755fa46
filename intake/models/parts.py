"""Who has a part in an idea: authors, stakes, duties, the sponsor's backing, and departments that need it too."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Department
from workflow import clock

PERSON = settings.AUTH_USER_MODEL


class Part(models.Model):
    """The part that a person has in an idea: an author, a stake, or a duty; from a moment to a moment."""

    class Kind(models.TextChoices):
        REQUESTER = "requester", _("Requester")
        CO_AUTHOR = "co_author", _("Co-author")
        DRAFTER = "drafter", _("Liaison who drafted it")
        SPONSOR = "sponsor", _("Backing sponsor")
        JOINED = "joined", _("From a joined idea")
        CONFLICT = "conflict", _("Declared a conflict")
        ASKED_TO_BACK = "asked_to_back", _("Asked to back it")
        ASSIGNEE = "assignee", _("Has it in hand")
        REVIEWER = "reviewer", _("Reviewer")
        CONDITION_OWNER = "condition_owner", _("Owner of a condition")
        ASKED = "asked", _("Was asked a question")
        TRIGGER_OWNER = "trigger_owner", _("Watches the date or condition")
        PROJECT_MANAGER = "project_manager", _("Project manager")
        MEASURE_OWNER = "measure_owner", _("Measure owner")
        READY_OWNER = "ready_owner", _("Owner of a getting-ready line")

    idea = models.ForeignKey("Idea", on_delete=models.PROTECT, related_name="parts")
    user = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="parts")
    kind = models.CharField(max_length=20, choices=Kind)
    since = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["idea", "user", "kind"], condition=Q(ended_at=None), name="part_once"),
        ]
        indexes = [models.Index(fields=["user", "kind"], name="part_of_person", condition=Q(ended_at=None))]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_kind_display()}"


class Backing(models.Model):
    """The question to the sponsor whether the department backs the idea, and the answer or what its silence led to."""

    class Answer(models.TextChoices):
        BACKS = "backs", _("We back it")
        HOLDS = "holds", _("Hold it for now")

    class Stage(models.TextChoices):
        SPONSOR = "sponsor", _("The sponsor was asked")
        SUBSTITUTE = "substitute", _("The substitute was asked")
        LIAISON = "liaison", _("The liaison calls")
        OVER = "over", _("The time is over")

    idea = models.ForeignKey("Idea", on_delete=models.PROTECT, related_name="backings")
    asked_of = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="backings_asked")
    asked_at = models.DateTimeField(default=clock.now)
    due_at = models.DateTimeField()
    stage = models.CharField(max_length=12, choices=Stage, default=Stage.SPONSOR)
    answer = models.CharField(max_length=8, choices=Answer, blank=True)
    answered_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="backings_answered")
    answered_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)
    hold_until = models.DateField(null=True, blank=True)
    waived_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], name="backing_waiting", condition=Q(answered_at=None, waived_at=None))
        ]

    def __str__(self) -> str:
        return f"{self.idea}: {self.get_answer_display() or self.get_stage_display()}"

    @property
    def is_holding(self) -> bool:
        return self.answer == self.Answer.HOLDS and (self.hold_until is None or self.hold_until > clock.today())


HOLDING, BACKED = Q(answer=Backing.Answer.HOLDS), Q(answer=Backing.Answer.BACKS)


class Support(models.Model):
    """“We need this too”: a department, how much, and whether it would share the cost."""

    idea = models.ForeignKey("Idea", on_delete=models.PROTECT, related_name="supports")
    user = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="supports")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="supports")
    volume = models.CharField(max_length=200, blank=True)
    would_share_cost = models.BooleanField(default=False)
    note = models.TextField(blank=True)
    said_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["idea", "user"], name="support_once")]

    def __str__(self) -> str:
        return f"{self.department}: {self.idea}"
