"""Scheduled work: what is due runs, as of any day in the demonstration; what fails does not stop the others."""

from datetime import date, datetime, time, timedelta

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.management import CommandError, call_command

from intake import actions
from intake.lifecycle import State
from intake.models import Idea
from tests.factories import IdeaFactory, UserFactory
from workflow import clock, due, tasks

pytestmark = pytest.mark.django_db
DAY = date(2030, 5, 7)


@pytest.fixture
def paused():
    """An idea that comes back by itself on a day."""
    idea = IdeaFactory(state=State.NOT_YET)
    idea.return_on = DAY
    idea.save()
    return idea


@pytest.fixture
def work(monkeypatch):
    """The list of scheduled work, to put our own into."""
    works = []
    monkeypatch.setattr(due, "_works", works)
    return works


def at_state(idea):
    return Idea.objects.get(pk=idea.pk).state


def test_what_is_not_due_yet_stays(paused):
    due.run(datetime.combine(DAY - timedelta(days=1), time(18), clock.calendar().zone))

    assert at_state(paused) == State.NOT_YET


def test_the_evening_of_a_day_can_be_played_in_the_demonstration(paused, settings, capsys):
    settings.DEMO = True

    call_command("run_due", "--at", DAY.isoformat())

    assert at_state(paused) == State.TRIAGE
    told = capsys.readouterr().out
    assert "messages sent" in told
    assert f"{len(mail.outbox):6d}  messages sent" in told


def test_another_day_is_refused_outside_the_demonstration(paused, settings):
    settings.DEMO = False

    with pytest.raises(CommandError, match="demonstration only"):
        call_command("run_due", "--at", DAY.isoformat())
    assert at_state(paused) == State.NOT_YET


def test_run_due_sends_what_waits_in_the_outbox(capsys):
    actions.comment(IdeaFactory(state=State.TRIAGE), by=UserFactory(roles="triager"), text="We read it on Friday.")

    call_command("run_due")

    assert len(mail.outbox) == 1
    assert "     1  messages sent" in capsys.readouterr().out


def test_work_that_fails_is_logged_and_does_not_stop_the_others(work, caplog):
    @due.due
    def breaks():
        raise ValueError("Out of paper.")

    @due.due
    def counts():
        return 3

    assert due.run() == {f"{__name__}.counts": 3}
    assert "breaks failed" in caplog.text


@pytest.mark.peer("T47")
def test_scheduled_work_runs_once_at_a_time(work):
    runs = []

    @due.due
    def note():
        runs.append(cache.get("run-due"))
        tasks.run_due()
        return 1

    tasks.run_due()
    tasks.run_due()

    assert runs == [True, True]
    assert cache.get("run-due") is None
