"""The demonstration city is whole: every state, totals that agree with the lists, pages that open for its people."""

from collections import Counter

import pytest
from django.db.models import Sum
from django.urls import reverse

from accounts.demo import PEOPLE
from accounts.models import User
from goals.models import Goal, Measure
from intake.lifecycle import Lane, State
from intake.models import Count, Idea
from projects.models import Project
from reports.demonstration import city

pytestmark = pytest.mark.django_db


@pytest.fixture
def alder_springs(settings):
    settings.DEMO = True
    assert city.load()


def test_the_city_is_made_once_and_whole(alder_springs):
    assert not city.load()
    assert (Idea.objects.count(), Project.objects.count()) == (60, 14)
    assert (Goal.objects.count(), Measure.objects.count()) == (6, 26)
    assert set(Idea.objects.values_list("state", flat=True)) == set(State.values)
    assert not Idea.objects.filter(lane=Lane.TAKEN_OVER).exists()


def test_kept_counts_equal_the_lists(alder_springs):
    kept = {
        (row["department"], row["audience"], row["state"]): row["n"]
        for row in Count.objects.values("department", "audience", "state").annotate(n=Sum("delta"))
        if row["n"]
    }
    assert kept == Counter(filter(None, (idea.counted_as for idea in Idea.objects.all())))


def test_everyones_first_page_opens(alder_springs, client):
    for person in PEOPLE:
        client.force_login(User.objects.get(email=person.email), "allauth.account.auth_backends.AuthenticationBackend")
        response = client.get(reverse("start"), follow=True)
        assert response.status_code == 200, person.email


def test_every_idea_and_project_opens_with_its_tabs(alder_springs, client):
    leader, chief = (User.objects.get(email=f"{key}@alder-springs.example") for key in ("director", "leader"))
    for user in (leader, chief):
        client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
        for idea in Idea.objects.visible_to(user).shared():
            for name in ("idea", "idea-decision", "idea-history", "idea-feasibility"):
                assert client.get(reverse(name, args=[idea.number])).status_code == 200, (name, idea)
        for project in Project.objects.visible_to(user):
            assert client.get(project.get_absolute_url()).status_code == 200, project
