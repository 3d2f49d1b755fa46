"""Health pages: ok when everything answers, not ok when one thing does not, and never a word more to outsiders."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.utils import timezone

from workflow import health
from workflow.models import Channel, Delivery, Event


def answer(view, rf):
    response = view(rf.get("/"))
    return response.status_code, response.content


@pytest.fixture
def deaf_broker(monkeypatch):
    """A broker at an address where nobody listens; Celery looks at the environment first."""
    monkeypatch.setenv("CELERY_BROKER_URL", "redis://127.0.0.1:1/0")


@pytest.fixture
def waiting(db):
    def make(**fields):
        user = get_user_model().objects.create(email="one@alder-springs.example")
        kind = ContentType.objects.get_for_model(user)
        event = Event.objects.create(actor=user, verb="test", target_type=kind, target_id=user.pk)
        return Delivery.objects.create(event=event, user=user, channel=Channel.EMAIL, subject="Hello", **fields)

    return make


def test_livez_answers_without_a_database(rf):
    assert answer(health.livez, rf) == (200, b"ok")


def test_readyz_is_ok_when_everything_answers(db, rf):
    assert answer(health.readyz, rf) == (200, b"ok")


@pytest.mark.peer("T44")
def test_readyz_never_says_why_it_is_not_ready(db, rf, deaf_broker, caplog):
    assert answer(health.readyz, rf) == (503, b"not ok")
    assert [record.getMessage().startswith("Not ready, check_broker:") for record in caplog.records][-1:] == [True]


@pytest.mark.parametrize(
    ("age", "not_before", "status"),
    [(timedelta(hours=1), None, 503), (timedelta(minutes=5), None, 200), (timedelta(hours=1), timedelta(hours=1), 200)],
)
def test_readyz_knows_mail_that_waits_too_long(rf, waiting, age, not_before, status):
    now = timezone.now()
    waiting(created_at=now - age, not_before=now + not_before if not_before else None)

    assert answer(health.readyz, rf)[0] == status


def test_readyz_knows_a_full_disk(db, rf, monkeypatch):
    monkeypatch.setattr(health, "LEAST_FREE", 1 << 62)

    assert answer(health.readyz, rf) == (503, b"not ok")


@pytest.mark.django_db
def test_readyz_knows_a_database_that_does_not_answer(rf):
    def refuse(*_args):
        raise OSError("The database is away.")

    with connection.execute_wrapper(refuse):
        assert answer(health.readyz, rf) == (503, b"not ok")


def test_health_pages_only_answer_reading(rf):
    assert health.livez(rf.post("/")).status_code == 405
