"""Is the site alive, and is it ready to work? Outsiders hear ok or not ok; the log says what is wrong."""

import logging
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from celery import current_app
from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from workflow.models import Channel, Delivery

log = logging.getLogger(__name__)

OLDEST_WAITING = timedelta(minutes=30)
LEAST_FREE = 200 * 1024 * 1024
BROKER_PATIENCE = 2.0


class NotReady(Exception):
    """What keeps the site from working, in a sentence for the log."""


def check_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def check_broker() -> None:
    with current_app.connection_for_write(connect_timeout=BROKER_PATIENCE) as broker:
        broker.ensure_connection(max_retries=1, timeout=BROKER_PATIENCE)


def check_outbox() -> None:
    limit = timezone.now() - OLDEST_WAITING
    late = Q(not_before=None, created_at__lt=limit) | Q(not_before__lt=limit)
    if Delivery.objects.filter(late, channel=Channel.EMAIL, sent_at=None, given_up_at=None).exists():
        raise NotReady("Mail has waited for half an hour: look at the worker and at EMAIL_URL.")


def check_disk() -> None:
    for folder in (Path(settings.MEDIA_ROOT), settings.VAR_DIR):
        there = next(place for place in (folder, *folder.parents) if place.exists())
        if shutil.disk_usage(there).free < LEAST_FREE:
            raise NotReady(f"The disk under {folder} is nearly full.")


CHECKS: tuple[Callable[[], None], ...] = (check_database, check_broker, check_outbox, check_disk)


@never_cache
@require_safe
def livez(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok", content_type="text/plain")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Database, broker, outbox and disk are fit for work."""
    for check in CHECKS:
        try:
            check()
        except Exception as trouble:  # whatever it is, the site is not ready
            log.error("Not ready, %s: %s", check.__name__, trouble)
            return HttpResponse("not ok", content_type="text/plain", status=503)
    return HttpResponse("ok", content_type="text/plain")
