"""The outbox: a message goes out once, whatever fails; what cannot go waits longer each time, and not for ever."""

from datetime import timedelta

import pytest
from celery import current_app
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone
from kombu.exceptions import OperationalError

from intake import actions
from intake.lifecycle import State
from tests.factories import IdeaFactory, UserFactory
from workflow import notifications, outbox, tasks
from workflow.models import Channel, Delivery

pytestmark = pytest.mark.django_db


class Unreachable(BaseEmailBackend):
    """A mail server that is down."""

    def send_messages(self, messages):
        raise ConnectionRefusedError("The mail server does not answer.")


class OnceBroken(BaseEmailBackend):
    """A mail server that refuses one address and takes the others."""

    def send_messages(self, messages):
        if messages[0].to == ["refused@example.org"]:
            raise ValueError("No such address.")
        mail.outbox.extend(messages)
        return len(messages)


def down(settings, backend):
    settings.EMAIL_BACKEND = f"{__name__}.{backend.__name__}"


def written_to(email):
    """An idea whose requester is written to, at this address."""
    idea = IdeaFactory(state=State.TRIAGE, requester__email=email)
    actions.comment(idea, by=UserFactory(roles="triager"), text="We read it on Friday.")
    return idea


@pytest.fixture
def waiting():
    """A mail that waits."""
    idea = written_to("daniel@example.org")
    return Delivery.objects.get(channel=Channel.EMAIL, user=idea.requester)


def test_a_message_goes_out_once_with_the_same_name_at_every_attempt(waiting):
    assert (outbox.send_waiting(), outbox.send_waiting()) == (1, 0)

    sent = mail.outbox[0]
    waiting.refresh_from_db()
    assert [sent.to, sent.subject] == [["daniel@example.org"], waiting.subject]
    assert sent.extra_headers["Message-ID"] == waiting.message_id
    assert sent.extra_headers["Auto-Submitted"] == "auto-generated"
    assert waiting.sent_at is not None
    assert waiting.leased_until is None


def test_a_message_that_another_worker_has_is_left_alone_until_its_lease_ends(waiting):
    assert outbox.claim(waiting.pk)

    assert not outbox.claim(waiting.pk)
    assert outbox.send_waiting() == 0

    Delivery.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    assert outbox.send_waiting() == 1


def test_a_worker_that_loses_the_race_for_a_message_sends_nothing(waiting, monkeypatch):
    monkeypatch.setattr(outbox, "claim", lambda pk: False)

    assert outbox.send_waiting() == 0
    assert mail.outbox == []


def test_a_message_that_fails_waits_longer_each_time_and_is_given_up_at_last(waiting, settings):
    down(settings, Unreachable)
    waits = []
    for _attempt in range(outbox.MAX_ATTEMPTS):
        Delivery.objects.update(not_before=None)
        before = timezone.now()
        assert outbox.send_waiting() == 0
        waiting.refresh_from_db()
        waits.append(round((waiting.not_before - before) / timedelta(minutes=1)))

    assert waits == [2, 4, 8, 16, 32, 64, 128, 256]
    assert waiting.trouble == "The mail server does not answer."
    assert waiting.given_up_at is not None
    Delivery.objects.update(not_before=None)
    assert not Delivery.objects.waiting().exists()


def test_one_message_that_fails_does_not_hold_the_others_back(waiting, settings):
    down(settings, OnceBroken)
    Delivery.objects.filter(pk=waiting.pk).update(user=None, address="refused@example.org")
    written_to("mei@example.org")

    assert outbox.send_waiting() == 1
    assert [message.to for message in mail.outbox] == [["mei@example.org"]]


def test_who_may_no_longer_see_it_gets_no_mail_about_it(waiting):
    waiting.user.is_active = False
    waiting.user.save()

    assert outbox.send_waiting() == 0
    waiting.refresh_from_db()
    assert (waiting.trouble, waiting.sent_at, mail.outbox) == ("May no longer see it.", None, [])
    assert waiting.given_up_at is not None


def test_the_text_of_a_sign_in_link_is_forgotten_once_it_was_sent(waiting):
    Delivery.objects.update(is_secret=True)

    outbox.send_waiting()

    waiting.refresh_from_db()
    assert waiting.body == ""
    assert mail.outbox[0].body != ""


def test_a_broker_that_is_down_costs_time_and_no_message(waiting, monkeypatch, caplog):
    def refuse(*args, **kwargs):
        raise OperationalError("Connection refused.")

    monkeypatch.setattr(current_app, "send_task", refuse)

    outbox.wake(waiting.event_id)

    assert "the sweep will send" in caplog.text
    assert tasks.sweep_outbox() == 1


def test_the_bell_of_an_event_sends_its_messages_only(waiting):
    written_to("mei@example.org")

    assert tasks.send_event(waiting.event_id) == 1
    assert [message.to for message in mail.outbox] == [["daniel@example.org"]]


def test_nobody_is_told_twice_of_one_event(waiting):
    idea = waiting.event.target
    before = Delivery.objects.count()

    notifications.tell(waiting.event, idea)

    assert Delivery.objects.count() == before


def test_every_message_can_be_answered_by_its_own_token(waiting):
    written_to("mei@example.org")

    tokens = list(Delivery.objects.values_list("reply_token", flat=True))
    assert len(set(tokens)) == len(tokens) > 2
