"""Review meetings: an agenda from what the measures say, and actions that are carried until they are done."""

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Department, Role
from goals.models.measures import Measure
from goals.models.plans import Goal
from workflow import clock

PERSON = settings.AUTH_USER_MODEL


class MeetingQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """Leadership and administrators see all; others what they keep, are invited to, or have an action from."""
        if not user.is_authenticated or not user.is_active or user.is_machine:
            return self.none()
        roles = [one for one in user.held if one.kind in Meeting.SEEN_BY]
        if any(one.department_id is None for one in roles):
            return self
        invited = Meeting.people.through.objects.filter(meeting=OuterRef("pk"), user=user)
        owning = Action.objects.filter(meeting=OuterRef("pk"), owner=user)
        return self.filter(
            Q(department__in=[one.department_id for one in roles])
            | Q(kept_by=user)
            | Q(Exists(invited))
            | Q(Exists(owning))
        )

    def open(self) -> Self:
        """Neither closed nor cancelled."""
        return self.filter(closed_at=None, cancelled_at=None)

    def about_the_same(self, meeting: "Meeting") -> Self:
        """The other meetings about the same goal and department, the newest first."""
        return self.filter(goal=meeting.goal_id, department=meeting.department_id).exclude(pk=meeting.pk)


class Meeting(models.Model):
    """A review of results: what was agreed last time, goals and their data, other data, what overlaps."""

    name = models.CharField(max_length=160)
    goal = models.ForeignKey(Goal, on_delete=models.PROTECT, null=True, blank=True, related_name="meetings")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    held_at = models.DateTimeField()
    place = models.CharField(max_length=120, blank=True)
    kept_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="meetings_kept")
    people: Any = models.ManyToManyField(PERSON, related_name="meetings", blank=True)
    minutes = models.TextField(blank=True)
    worth_it = models.JSONField(default=dict)
    closed_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    cancelled_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    cancelled_because = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    SEEN_BY = (Role.Kind.LEADERSHIP, Role.Kind.ADMINISTRATOR)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        ordering = ["-held_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(cancelled_at=None, cancelled_by=None, cancelled_because="")
                | (
                    Q(cancelled_at__isnull=False, cancelled_by__isnull=False, closed_at=None) & ~Q(cancelled_because="")
                ),
                name="meeting_cancelled_by_somebody_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("meeting", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.closed_at is None and self.cancelled_at is None

    @property
    def over_at(self) -> datetime | None:
        """When it was closed or cancelled: from then on it stays as it was."""
        return self.closed_at or self.cancelled_at

    @property
    def was_held(self) -> bool:
        """It has begun, so what was said can be written down."""
        return self.cancelled_at is None and self.held_at <= clock.now()

    @property
    def before(self) -> "Meeting | None":
        """The meeting about the same that was last before this one."""
        others = Meeting.objects.about_the_same(self).filter(held_at__lt=self.held_at)
        return others.filter(cancelled_at=None).first()

    def audiences_of(self, user: Any) -> set[str]:
        return {"viewers"} if user.has_perm("goals.view_meeting", self) else set()


class AgendaItem(models.Model):
    """One topic of a meeting: what the numbers say, from which department, and what to ask."""

    class Section(models.IntegerChoices):
        FOLLOW_UP = 1, _("From last time")
        GOALS = 2, _("Goals and their data")
        OPERATIONS = 3, _("How the work runs")
        SUBJECT = 4, _("What else we know")
        OVERLAPS = 5, _("What overlaps")

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="items")
    section = models.PositiveSmallIntegerField(choices=Section, default=Section.GOALS)
    position = models.PositiveSmallIntegerField(default=0)
    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    title = models.CharField(max_length=200)
    finding = models.TextField(blank=True)
    ask = models.TextField(blank=True)
    said = models.TextField(blank=True)
    taken_off_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["section", "position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "measure"], condition=Q(measure__isnull=False), name="agenda_measure_once"
            )
        ]

    def __str__(self) -> str:
        return self.title


class ActionQuerySet(models.QuerySet):
    def still_open(self) -> Self:
        return self.filter(status__in=Action.OPEN)


class Action(models.Model):
    """Something agreed in a meeting, with owner and day; carried to the next meeting until it is done."""

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        IN_REVIEW = "in_review", _("Under review")
        ON_HOLD = "on_hold", _("On hold")
        DONE = "done", _("Done")
        OVERTAKEN = "overtaken", _("Overtaken by events")
        MERGED = "merged", _("Part of another action")

    OPEN = (Status.OPEN, Status.IN_REVIEW, Status.ON_HOLD)

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="actions")
    item = models.ForeignKey(AgendaItem, on_delete=models.PROTECT, null=True, blank=True, related_name="actions")
    text = models.TextField()
    owner = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="meeting_actions")
    due_on = models.DateField()
    status = models.CharField(max_length=12, choices=Status, default=Status.OPEN)
    done_on = models.DateField(null=True)
    word = models.TextField(blank=True)
    reminded_on = models.DateField(null=True)
    made_at = models.DateTimeField(default=clock.now)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ActionQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "id"]
        indexes = [
            models.Index(
                fields=["owner", "due_on"], name="action_open", condition=Q(status__in=("open", "in_review", "on_hold"))
            )
        ]

    def __str__(self) -> str:
        return self.text

    def get_absolute_url(self) -> str:
        return f"{self.meeting.get_absolute_url()}#action-{self.pk}"

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN

    @property
    def is_late(self) -> bool:
        return self.is_open and self.due_on < clock.today()

    @property
    def standing(self) -> tuple[str, str, Any]:
        """Tone, icon and words of how it stands: open or closed, and whether in time."""
        if self.is_late:
            return "late", "clock", _("%(status)s, overdue") % {"status": self.get_status_display()}
        if self.is_open:
            return "wait", "hourglass", self.get_status_display()
        if self.status != self.Status.DONE or self.done_on is None:
            return "wait", "archive", self.get_status_display()
        if self.done_on > self.due_on:
            return "done", "circle-check", _("Done late")
        return "done", "circle-check", _("Done in time")

    def audiences_of(self, user: Any) -> set[str]:
        return self.meeting.audiences_of(user)
