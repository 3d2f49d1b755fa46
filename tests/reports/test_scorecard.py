"""What share of measures is alive and whose move it is elsewhere; one department on one page, for those who see it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import RestrictedGroup
from intake.lifecycle import State
from tests.factories import (
    DepartmentFactory,
    IdeaFactory,
    MeasureFactory,
    ProjectFactory,
    RoleFactory,
    UserFactory,
)
from workflow import clock

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def staff(client):
    client.force_login(UserFactory(), BACKEND)
    return client


def late(**more):
    return MeasureFactory(due_on=clock.today() - timedelta(days=3), **more)


def gone():
    return UserFactory(is_active=False)


def test_share_that_is_alive_by_department(staff):
    fire, police = DepartmentFactory(name="Fire"), DepartmentFactory(name="Police")
    MeasureFactory(department=fire)
    late(department=fire)
    MeasureFactory(department=police, owner=gone())
    MeasureFactory(department=police, ended_on=clock.today())

    page = staff.get(reverse("measures-alive"))

    assert [(row.name, row.alive, row.count) for row in page.context["rows"]] == [
        ("Fire", 1, 2),
        ("Police", 0, 1),
    ]
    assert "1 of 3 measures have an owner and their newest value." in page.content.decode()


def test_move_is_the_owner_s_then_the_backup_s_then_the_head_s(staff):
    department = DepartmentFactory()
    head = RoleFactory(kind="sponsor", department=department).user
    owner, backup = UserFactory(), UserFactory()
    late(name="A", owner=owner)
    MeasureFactory(name="B", owner=gone(), backup=backup)
    MeasureFactory(name="C", owner=gone(), department=department)
    MeasureFactory(name="D", owner=gone())

    page = staff.get(reverse("measures-alive")).content.decode()

    assert [page.index(one) for one in (owner.name, backup.name, head.name, "Leadership: name an owner")] == sorted(
        page.index(one) for one in (owner.name, backup.name, head.name, "Leadership: name an owner")
    )
    assert page.count("Its owner has left.") == 3
    assert page.count("is not there yet.") == 1


def test_city_without_measures_says_what_comes_next(staff):
    assert "No measure yet" in staff.get(reverse("measures-alive")).content.decode()


def scorecard(client, department):
    return client.get(reverse("scorecard", args=[department.code]))


def test_scorecard_counts_what_the_person_may_see_and_nothing_restricted(staff):
    fire = DepartmentFactory(name="Fire")
    requester = UserFactory(department=fire)
    IdeaFactory(requester=requester, state=State.TRIAGE, audience="city")
    IdeaFactory(requester=requester, state=State.APPROVED, audience="city")
    IdeaFactory(requester=requester, state=State.TRIAGE, audience="department")
    group = RestrictedGroup.objects.create(name="Undercover")
    restricted = IdeaFactory(requester=requester, state=State.TRIAGE, audience="restricted", group=group)
    seen = ProjectFactory(
        idea=IdeaFactory(requester=requester, state=State.DELIVERED, audience="city"),
        title="Known hydrants",
        started_on=clock.today(),
        delivered_on=clock.today(),
    )
    ProjectFactory(idea=restricted, title="Undercover", started_on=clock.today(), delivered_on=clock.today())

    found = scorecard(staff, fire).context
    assert (found["before"], found["under_way"], found["shared"]) == (1, 2, 3)
    assert found["delivered"] == [seen]
    staff.force_login(requester, BACKEND)
    found = scorecard(staff, fire).context
    assert (found["before"], found["shared"], found["delivered"]) == (2, 4, [seen])


def test_scorecard_shows_its_own_measures_and_what_is_overdue(staff):
    fire = DepartmentFactory(name="Fire")
    late(department=fire, name="Arrival")
    MeasureFactory(name="Of another department")

    page = scorecard(staff, fire)

    assert (page.context["alive"], page.context["measures"]) == (0, 1)
    assert "is not there yet." in page.content.decode()
    assert "Of another department" not in page.content.decode()


@pytest.mark.parametrize("address", ["measures-alive", "scorecard"])
def test_pages_ask_no_more_for_many_measures(staff, address):
    fire = DepartmentFactory()
    url = reverse(address, args=[fire.code] if address == "scorecard" else [])
    counts = []
    for more in (1, 8):
        for _number in range(more):
            late(department=fire, owner=gone(), backup=UserFactory())
        staff.get(url)
        with CaptureQueriesContext(connection) as asked:
            staff.get(url)
        counts.append(len(asked))

    assert counts[0] == counts[1] <= 15, counts
