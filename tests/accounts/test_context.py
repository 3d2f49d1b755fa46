"""What every page knows, and how little it costs."""

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts import context
from accounts.policy import current_policy
from tests.factories import UserFactory
from workflow import events
from workflow.models import Channel, Delivery

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("roles", "shell"),
    [
        ("", "portal"),
        ("sponsor", "portal"),
        ("measure_owner", "portal"),
        ("triager", "workspace"),
        ("leadership", "workspace"),
        ("sponsor chair", "workspace"),
        ("administrator", "workspace"),
    ],
)
def test_those_who_work_on_ideas_have_the_workspace(roles, shell):
    assert context.shell_of(UserFactory(roles=roles)) == shell


def labels(user, path="/help/"):
    return [str(item["label"]) for group in context.nav_of(user, path) for item in group["items"]]


def test_navigation_shows_administration_to_administrators_alone():
    assert "Administration" in labels(UserFactory(roles="administrator"))
    assert "Administration" not in labels(UserFactory(roles="triager director leadership"))
    assert "Administration" not in labels(UserFactory(is_superuser=True, roles="triager"))


def test_navigation_marks_the_page_on_which_one_is():
    groups = context.nav_of(UserFactory(roles="administrator"), reverse("people"))
    current = [str(item["label"]) for group in groups for item in group["items"] if item["current"]]

    assert current == ["Administration"]


def test_nothing_is_asked_before_it_is_shown(django_assert_num_queries):
    request = RequestFactory().get("/")
    request.user = UserFactory(roles="administrator")
    request.resolver_match = None
    current_policy()

    with django_assert_num_queries(0):
        found = context.site(request)
    with django_assert_num_queries(2):
        assert (found["shell"], found["unread_notifications"]) == ("workspace", 0)
        assert found["nav"]


@pytest.mark.parametrize(("waiting", "badge"), [(0, None), (1, "1"), (120, "99+")])
def test_unread_notices_are_counted_to_a_hundred(waiting, badge):
    user = UserFactory()
    by = UserFactory()
    made = [events.record("accounts.user.change", user, by=by) for _number in range(waiting)]
    Delivery.objects.bulk_create(
        Delivery(event=event, user=user, channel=Channel.PAGE, subject="News") for event in made
    )
    client = Client()
    client.force_login(user)

    page = client.get(reverse("help")).content.decode()

    assert (f'class="badge" aria-hidden="true">{badge}<' in page) is (badge is not None)


@pytest.mark.parametrize(
    ("roles", "name"), [("administrator", "administration"), ("administrator triager", "queue"), ("", "home")]
)
def test_start_leads_to_the_page_of_the_first_question(roles, name):
    client = Client()
    client.force_login(UserFactory(roles=roles))

    expected = context.address(name) or context.address("administration" if roles else "settings")
    assert client.get(reverse("start"))["Location"] == expected
