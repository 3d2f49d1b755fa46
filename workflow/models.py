"""Tables of the engine: events, deliveries, questions, followers, attachments."""

import secrets
from typing import Any, Self

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from workflow import clock
from workflow.attachments import PrivateStorage


class Audience(models.TextChoices):
    VIEWERS = "viewers", _("Everyone who may see it")
    WORKERS = "workers", _("Those who work on it")
    DECIDERS = "deciders", _("Those who decide")


class AboutQuerySet(models.QuerySet):
    """Rows that point at any object."""

    def about(self, obj: models.Model) -> Self:
        return self.filter(target_type=ContentType.objects.get_for_model(obj), target_id=obj.pk)


class About(models.Model):
    """A row that points at any object."""

    target_type = models.ForeignKey(ContentType, on_delete=models.PROTECT, related_name="+")
    target_id = models.PositiveBigIntegerField()
    target = GenericForeignKey("target_type", "target_id")

    class Meta:
        abstract = True


class EventQuerySet(AboutQuerySet):
    def heard_by(self, audiences: set[str]) -> Self:
        """What a person in these audiences may read."""
        return self.filter(audience__in=audiences)

    def newest_first(self) -> Self:
        return self.select_related("actor", "on_behalf_of").order_by("-at", "-id")


class Event(About):
    """One happening: the history, the cause of notices and the source of reports. Never edited, never deleted."""

    at = models.DateTimeField(default=clock.now, db_index=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    verb = models.CharField(max_length=80)
    department_id = models.PositiveBigIntegerField(null=True)
    note = models.TextField(blank=True)
    audience = models.CharField(max_length=10, choices=Audience, default=Audience.VIEWERS)
    data = models.JSONField(default=dict)

    objects = EventQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["target_type", "target_id", "-id"], name="event_target"),
            models.Index(fields=["department_id", "-id"], name="event_department"),
            models.Index(fields=["verb", "-id"], name="event_verb"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.target_id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("An event is written once. Record a new one.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError("An event is never deleted.")


class Channel(models.TextChoices):
    PAGE = "page", _("On the page")
    EMAIL = "email", _("By e-mail")


def new_token() -> str:
    """128 random bits, safe in a URL."""
    return secrets.token_urlsafe(16)


class DeliveryQuerySet(models.QuerySet):
    def waiting(self) -> Self:
        """E-mail that may go out now: not sent, not given up, not leased by a living worker."""
        now = clock.now()
        return self.filter(
            models.Q(not_before=None) | models.Q(not_before__lte=now),
            models.Q(leased_until=None) | models.Q(leased_until__lt=now),
            channel=Channel.EMAIL,
            sent_at=None,
            given_up_at=None,
        )

    def on_page_of(self, user: Any) -> Self:
        return self.filter(user=user, channel=Channel.PAGE)

    def unread(self) -> Self:
        return self.filter(read_at=None)


class Delivery(models.Model):
    """One message to one person by one channel about one event: the outbox, and the person's notices."""

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="deliveries")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="deliveries", null=True, blank=True
    )
    address = models.EmailField(blank=True)
    channel = models.CharField(max_length=10, choices=Channel)
    language = models.CharField(max_length=10, default="en")
    subject = models.CharField(max_length=300)
    body = models.TextField(blank=True)
    url = models.CharField(max_length=300, blank=True)
    is_secret = models.BooleanField(
        default=False, help_text=_("It carries a sign-in link: the text is forgotten once it was sent.")
    )
    not_before = models.DateTimeField(null=True, blank=True)
    batch = models.CharField(max_length=40, blank=True)
    reply_token = models.CharField(max_length=32, default=new_token, unique=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    given_up_at = models.DateTimeField(null=True, blank=True)
    trouble = models.TextField(blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "user", "channel"], name="delivery_once_per_person"),
            models.UniqueConstraint(
                fields=["event", "address", "channel"],
                condition=~models.Q(address=""),
                name="delivery_once_per_address",
            ),
            models.CheckConstraint(
                condition=models.Q(user__isnull=False) | ~models.Q(address=""), name="delivery_has_recipient"
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"],
                name="delivery_waiting",
                condition=models.Q(channel="email", sent_at=None, given_up_at=None),
            ),
            models.Index(fields=["user", "channel", "-id"], name="delivery_of_person"),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def message_id(self) -> str:
        """The same for every attempt, so that a second copy can be recognised."""
        return f"<delivery-{self.pk}.{self.reply_token}@{settings.DEFAULT_FROM_EMAIL.rpartition('@')[2].rstrip('>')}>"


class QuestionQuerySet(AboutQuerySet):
    def open(self) -> Self:
        return self.filter(answered_at=None, taken_back_at=None)


class Question(About):
    """An open question: while it waits, the asker's clock stands still. A record, not a state."""

    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="questions_asked")
    asked_of = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="questions_received")
    text = models.TextField()
    asked_at = models.DateTimeField(default=clock.now)
    due_at = models.DateTimeField()
    clock_type = models.ForeignKey(ContentType, on_delete=models.PROTECT, related_name="+", null=True)
    clock_id = models.PositiveBigIntegerField(null=True)
    paused = GenericForeignKey("clock_type", "clock_id")
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    answered_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    taken_back_at = models.DateTimeField(null=True)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["target_type", "target_id"], name="question_target"),
            models.Index(fields=["asked_of"], name="question_open", condition=models.Q(answered_at=None)),
        ]

    def __str__(self) -> str:
        return self.text


class Follower(About):
    """A person who hears what happens to an object."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="following")
    since = models.DateTimeField(default=clock.now)

    objects = AboutQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["target_type", "target_id", "user"], name="follower_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user} follows {self.target_id}"


class Attachment(About):
    """A file in the private store: no address of its own, only checked downloads."""

    token = models.CharField(max_length=32, default=new_token, unique=True)
    file = models.FileField(storage=PrivateStorage(), max_length=200)
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=120)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    audience = models.CharField(max_length=10, choices=Audience, default=Audience.VIEWERS)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(default=clock.now)

    objects = AboutQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["target_type", "target_id"], name="attachment_target")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("file", args=[self.token])


class SearchTerm(About):
    """One word stem of one object, and how much it says about the object: written by `workflow.search.index`."""

    term = models.CharField(max_length=40)
    weight = models.PositiveIntegerField()

    objects = AboutQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["target_type", "target_id", "term"], name="search_term_once"),
        ]
        indexes = [
            models.Index(fields=["target_type", "term", "target_id", "weight"], name="search_term"),
        ]

    def __str__(self) -> str:
        return self.term
