"""The portfolio: totals without restricted work, every answer counted, the same questions however many ideas."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import RestrictedGroup
from intake.lifecycle import State
from tests.factories import IdeaFactory, ProjectFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def leader(client):
    client.force_login(UserFactory(roles="leadership"), "allauth.account.auth_backends.AuthenticationBackend")
    return client


def opened(client):
    with CaptureQueriesContext(connection) as captured:
        response = client.get(reverse("portfolio"))
    return response, len(captured)


def test_totals_leave_restricted_work_out_and_leadership_reads_it_in_one_line(leader):
    IdeaFactory(state=State.TRIAGE)
    group = RestrictedGroup.objects.create(name="Police")
    IdeaFactory(state=State.TRIAGE, audience="restricted", group=group, cost_start=1000, hours=8)

    response, _asked = opened(leader)

    assert response.context["open"] == 1
    assert response.context["restricted"] == {"number": 1, "money": 1000, "hours": 8}
    assert "Restricted work: 1 open, $1k, 8 hours." in response.content.decode()


def test_director_does_not_read_the_line_of_restricted_work(client):
    client.force_login(UserFactory(roles="director"), "allauth.account.auth_backends.AuthenticationBackend")

    assert opened(client)[0].context["restricted"] is None


def test_no_is_shown_when_nobody_was_told_no(leader):
    ProjectFactory()

    answers = {str(label): number for label, number in opened(leader)[0].context["answers"]}

    assert answers == {"Yes": 1, "Yes, if": 0, "Not yet": 0, "Another way": 0, "No": 0}


def test_asks_the_same_for_thirty_times_as_much(leader):
    ProjectFactory()
    opened(leader)
    _response, once = opened(leader)
    for _each in range(30):
        ProjectFactory()

    assert opened(leader)[1] == once <= 12


def test_list_of_projects_asks_the_same_for_thirty_rows(leader):
    ProjectFactory()
    leader.get(reverse("projects"))
    with CaptureQueriesContext(connection) as one:
        leader.get(reverse("projects"))
    for _each in range(29):
        ProjectFactory()
    with CaptureQueriesContext(connection) as thirty:
        assert len(leader.get(reverse("projects")).context["object_list"]) == 30

    assert len(thirty) == len(one)
