"""The four answers on the page of a project, from getting ready to its result."""

from datetime import timedelta

import pytest
from django.test import Client

from projects.models import Milestone, ReadyLine
from tests.factories import OutcomeFactory, ProjectFactory, UserFactory
from workflow import clock
from workflow.templatetags.ui import day

pytestmark = pytest.mark.django_db


def strip(project):
    client = Client()
    client.force_login(project.idea.requester, backend="allauth.account.auth_backends.AuthenticationBackend")
    answer = client.get(project.get_absolute_url())
    assert answer.status_code == 200
    return answer.context["strip"]


def in_days(count):
    return clock.today() + timedelta(days=count)


def test_while_getting_ready_the_open_line_that_is_due_first_comes_next():
    owner = UserFactory(name="Luis Ortega")
    project = ProjectFactory(planned_end_on=in_days(90))
    ReadyLine.objects.create(project=project, kind="money", due_on=in_days(1), closed_at=clock.now())
    ReadyLine.objects.create(project=project, kind="council", due_on=in_days(30))
    ReadyLine.objects.create(project=project, kind="purchase", owner=owner, due_on=in_days(-2))

    answers = strip(project)

    assert answers["next"] == "Settle: Purchase"
    assert answers["who"] == owner
    assert answers["when"] == (f"It was due {day(in_days(-2))}", f"Delivery planned {day(in_days(90))}")


def test_in_delivery_the_next_milestone_then_the_delivery_itself():
    project = ProjectFactory(state="in_progress", started_on=in_days(-9), planned_end_on=in_days(40))
    stone = Milestone.objects.create(
        project=project, name="First station uses it", baseline_on=in_days(5), due_on=in_days(5)
    )
    before = strip(project)
    stone.done_on = clock.today()
    stone.save()
    after = strip(project)

    assert (before["next"], before["when"][0]) == ("Milestone: First station uses it", f"By {day(in_days(5))}")
    assert before["where"] == ("In delivery", f"since {day(in_days(-9))}")
    assert (after["next"], after["when"][0]) == ("It is delivered.", f"By {day(in_days(40))}")


def test_after_delivery_the_test_and_its_day_with_the_owner_of_the_measure():
    outcome = OutcomeFactory(test_on=in_days(60))

    answers = strip(outcome.project)

    assert answers["next"] == f"The test: {outcome.promise.measure.name}"
    assert answers["who"] == outcome.promise.measure.owner
    assert answers["when"][0] == f"By {day(in_days(60))}"


def test_without_a_promise_the_requester_is_asked_and_a_closed_project_asks_nobody():
    project = ProjectFactory(state="delivered", started_on=in_days(-9), delivered_on=in_days(-1))
    asked = strip(project)
    ended = strip(ProjectFactory(state="closed", started_on=in_days(-9), delivered_on=in_days(-1)))

    assert (asked["next"], asked["who"]) == ("One question is open: did it help?", project.idea.requester)
    assert (ended["next"], ended["when"][0]) == ("Nothing more.", "It is complete")


def test_once_its_result_is_known_the_manager_closes_it():
    project = OutcomeFactory(verdict="no_change", shift=0, found_at=clock.now()).project

    answers = strip(project)

    assert (answers["next"], answers["who"]) == ("It is closed, with its lessons.", project.manager)
