"""Background tasks of the engine: send mail, and run what is due."""

from celery import shared_task
from django.core.cache import cache

from workflow import due, outbox


@shared_task
def send_event(event_id: int) -> int:
    return outbox.send_waiting(event_id=event_id)


@shared_task
def sweep_outbox() -> int:
    return outbox.send_waiting()


@shared_task
def run_due() -> None:
    if cache.add("run-due", True, timeout=240):
        try:
            due.run()
        finally:
            cache.delete("run-due")
