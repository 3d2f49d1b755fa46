"""The people of the demonstration."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import reverse

from accounts import demo
from accounts.models import Membership, Role, User, holders_of
from accounts.policy import Policy
from workflow.models import Delivery

pytestmark = pytest.mark.django_db

KEYS = (
    "requester requester2 coauthor sponsor liaison triager triager2 reviewer-architecture reviewer-security"
    " reviewer-privacy reviewer-procurement reviewer-finance reviewer-accessibility reviewer-records reviewer-legal"
    " reviewer-operations reviewer-gis director chair member pm owner leader admin police-group"
)


def test_demonstration_people_are_refused_outside_the_demonstration(settings):
    settings.DEMO = False

    with pytest.raises(ImproperlyConfigured):
        demo.create_people()


def test_everyone_of_the_demonstration_is_made_once(settings):
    settings.DEMO = True
    demo.create_people()
    made = User.objects.count(), Role.objects.count(), Membership.objects.count()

    people = demo.create_people()

    assert (User.objects.count(), Role.objects.count(), Membership.objects.count()) == made
    assert [one.key for one in demo.PEOPLE] == KEYS.split()
    assert sum(not people[one.key].has_usable_password() for one in demo.OTHERS) >= 25
    assert Delivery.objects.count() == 0


def test_every_role_and_discipline_is_held(settings):
    settings.DEMO = True
    demo.create_people()

    assert [kind for kind in Role.Kind if not holders_of(kind) and not Role.objects.filter(kind=kind)] == []
    for discipline in Policy().disciplines:
        assert [user.email for user in holders_of(Role.Kind.REVIEWER, discipline=discipline.code)] == [
            f"reviewer-{discipline.code}@alder-springs.example"
        ]
    departments = set(demo.DEPARTMENTS)
    for kind in (Role.Kind.SPONSOR, Role.Kind.LIAISON):
        held = set(Role.objects.filter(kind=kind).values_list("department__code", flat=True))
        assert departments - held <= {"it"}


def test_restricted_group_holds_every_role_that_the_work_needs(settings):
    settings.DEMO = True
    people = demo.create_people()
    members = [user for user in people.values() if user.group_ids]

    held = {one.kind for user in members for one in user.held}

    assert {"triager", "reviewer", "director", "chair", "project_manager", "sponsor"} <= held


def test_one_signs_in_as_somebody_with_the_published_password(settings):
    settings.DEMO = True
    demo.create_people()
    client = Client()

    response = client.post(
        reverse("account_login"), {"login": "triager@alder-springs.example", "password": demo.PASSWORD}
    )

    assert response["Location"] == reverse("start")
