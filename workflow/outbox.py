"""The outbox: the only place that sends. A row is claimed by lease, sent, and marked."""

import logging
from datetime import timedelta
from typing import Any

from celery import current_app
from django.core.mail import EmailMessage, get_connection
from django.db.models import F
from django.utils import timezone
from kombu.exceptions import OperationalError

from workflow.models import Delivery
from workflow.pictures import picture_of

logger = logging.getLogger(__name__)
LEASE = timedelta(minutes=2)
MAX_ATTEMPTS = 8


def wake(event_id: int) -> None:
    """Ring the bell for the messages of an event. A broker that is down costs time, never a message."""
    try:
        current_app.send_task("workflow.tasks.send_event", args=[event_id], retry=False)
    except (OperationalError, OSError):
        logger.warning("The broker does not answer; the sweep will send event %s.", event_id)


def send_waiting(*, event_id: int | None = None, limit: int = 50) -> int:
    """Send up to `limit` waiting messages; returns how many were sent. Safe to run twice and side by side."""
    waiting = Delivery.objects.waiting()
    if event_id is not None:
        waiting = waiting.filter(event_id=event_id)
    sent = 0
    for pk in list(waiting.order_by("id").values_list("id", flat=True)[:limit]):
        if claim(pk):
            sent += send(pk)
    return sent


def claim(pk: int) -> bool:
    """Take the lease of one message; False where another worker has it or it is gone."""
    return bool(
        Delivery.objects.waiting().filter(pk=pk).update(leased_until=timezone.now() + LEASE, attempts=F("attempts") + 1)
    )


def send(pk: int) -> bool:
    """Send a claimed message and mark it. What fails keeps its row and is tried again, later each time."""
    delivery = Delivery.objects.select_related("user", "event").get(pk=pk)
    target: Any = delivery.event.target
    if delivery.user and not (delivery.user.is_active and target.may_be_seen_by(delivery.user)):
        Delivery.objects.filter(pk=pk).update(
            given_up_at=timezone.now(), trouble="May no longer see it.", leased_until=None
        )
        return False
    message = EmailMessage(
        subject=delivery.subject,
        body=delivery.body,
        to=[delivery.user.email if delivery.user else delivery.address],
        headers={
            "Message-ID": delivery.message_id,
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
        },
        connection=get_connection(),
    )
    try:
        if picture := picture_of(delivery):
            message.attach(*picture, "image/png")
        message.send()
    except Exception as trouble:  # whatever the mail server says, the row stays and the next one goes on
        _put_off(delivery, trouble)
        return False
    Delivery.objects.filter(pk=pk).update(
        sent_at=timezone.now(), leased_until=None, trouble="", **({"body": ""} if delivery.is_secret else {})
    )
    return True


def _put_off(delivery: Delivery, trouble: Exception) -> None:
    logger.warning("Message %s was not sent: %s", delivery.pk, trouble)
    now = timezone.now()
    given_up = now if delivery.attempts >= MAX_ATTEMPTS else None
    Delivery.objects.filter(pk=delivery.pk).update(
        leased_until=None,
        not_before=now + timedelta(minutes=2**delivery.attempts),
        given_up_at=given_up,
        trouble=str(trouble)[:1000],
    )
