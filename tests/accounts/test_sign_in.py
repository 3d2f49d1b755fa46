"""Signing in: who may, what is said, when sessions end, and where links lead."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.test import Client
from django.urls import NoReverseMatch, reverse

from accounts import actions
from accounts.models import Role, User
from tests.factories import RoleFactory, UserFactory
from workflow.models import Delivery

pytestmark = pytest.mark.django_db
PASSWORD = "hydrants along the river road"


@pytest.fixture
def person():
    user = UserFactory(email="anna@example.org", name="Anna Berg")
    user.set_password(PASSWORD)
    user.save()
    cache.clear()
    return user


def sign_in(email="anna@example.org", password=PASSWORD, client=None, **extra):
    client = client or Client()
    return client, client.post(reverse("account_login"), {"login": email, "password": password}, **extra)


def is_signed_in(client):
    return client.get(reverse("settings")).status_code == 200


def test_sign_in_leads_to_the_first_page(person):
    client, response = sign_in()

    assert (response.status_code, response["Location"]) == (302, reverse("start"))
    assert is_signed_in(client)
    assert EmailAddress.objects.count() == 0


def test_sign_in_reads_the_address_without_its_case(person):
    client, _response = sign_in("Anna@Example.ORG")

    assert is_signed_in(client)


def test_nobody_signs_up():
    with pytest.raises(NoReverseMatch):
        reverse("account_signup")


@pytest.mark.peer("T39")
def test_wrong_password_and_unknown_address_read_the_same(person):
    _client, wrong = sign_in(password="something else entirely")
    _client, unknown = sign_in("nobody@example.org")

    assert wrong.status_code == unknown.status_code == 200
    assert wrong.context["form"].errors == unknown.context["form"].errors


@pytest.mark.peer("T39")
def test_forgotten_password_reads_the_same_for_an_unknown_address(person):
    known = Client().post(reverse("account_reset_password"), {"email": "anna@example.org"})
    unknown = Client().post(reverse("account_reset_password"), {"email": "nobody@example.org"})

    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert list(Delivery.objects.values_list("address", flat=True)) == ["anna@example.org"]


@pytest.mark.peer("T39")
def test_guessing_is_slowed_down(person):
    for _number in range(6):
        sign_in(password="something else entirely")
    _client, right = sign_in()

    assert right.status_code == 200
    assert "tried too often" in str(right.context["form"].errors)


@pytest.mark.peer("T45")
def test_closing_an_account_ends_its_sessions_at_once(person):
    client, _response = sign_in()

    actions.deactivate(person, by=UserFactory(roles="administrator"))

    assert not is_signed_in(client)
    again, _response = sign_in()
    assert not is_signed_in(again)


@pytest.mark.peer("T45")
def test_opening_an_account_again_revives_no_session(person):
    client, _response = sign_in()
    administrator = UserFactory(roles="administrator")

    actions.deactivate(person, by=administrator)
    actions.reactivate(person, by=administrator)

    assert not is_signed_in(client)


@pytest.mark.peer("T45")
def test_a_new_role_ends_sessions(person):
    client, _response = sign_in()

    role = actions.give_role(person, Role.Kind.TRIAGER, by=UserFactory())

    assert not is_signed_in(client)
    client, _response = sign_in()
    actions.end_role(role, by=UserFactory())
    assert not is_signed_in(client)


@pytest.mark.peer("T45")
def test_changing_the_password_ends_the_other_sessions_only(person):
    here, _response = sign_in()
    elsewhere, _response = sign_in()
    new = "a quiet bench under the elm"

    here.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": new, "password2": new})

    assert is_signed_in(here)
    assert not is_signed_in(elsewhere)


@pytest.mark.parametrize(
    "password",
    ["short", "fourteen chars", "1q2w3e4r5t6y7u8i9o0p", "anna@example.org"],
)
def test_password_is_long_and_not_a_common_one(person, password):
    client, _response = sign_in()

    response = client.post(
        reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": password, "password2": password}
    )

    assert response.status_code == 200
    assert response.context["form"].errors


@pytest.mark.parametrize("password", ["only small letters here", "ключ под синей дверью", "x y " * 30])
def test_password_may_have_spaces_any_letters_and_any_length(person, password):
    client, _response = sign_in()

    client.post(
        reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": password, "password2": password}
    )

    _client, response = sign_in(password=password)
    assert response.status_code == 302


@pytest.mark.peer("T41")
def test_reset_link_carries_our_address_whatever_the_request_says(person, settings):
    settings.ALLOWED_HOSTS = ["*"]
    settings.SITE_URL = "https://ideas.example.org"

    Client().post(reverse("account_reset_password"), {"email": "anna@example.org"}, HTTP_HOST="evil.example")

    body = Delivery.objects.get().body
    assert re.findall(r"https?://[^/\s]+", body) == ["https://ideas.example.org"]


@pytest.mark.peer("T38")
def test_reset_link_works_once(person):
    Client().post(reverse("account_reset_password"), {"email": "anna@example.org"})
    path = re.search(r"http://[^/]+(/\S+)", Delivery.objects.get().body)[1]
    new = "a quiet bench under the elm"

    client = Client()
    form = client.get(path, follow=True)
    client.post(form.request["PATH_INFO"], {"password1": new, "password2": new})
    _client, response = sign_in(password=new)
    assert response.status_code == 302

    second = Client().get(path, follow=True)
    assert second.context["token_fail"] is True


@pytest.mark.peer("T38")
@pytest.mark.parametrize("token", ["0", "null", "set-password", "%20", "a-0"])
def test_made_up_reset_links_open_nothing(person, token):
    response = Client().get(f"/password/reset/1-{token}/", follow=True)

    assert response.context["token_fail"] is True


def test_closed_and_invited_people_get_no_reset_link(person):
    person.is_active = False
    person.save()
    UserFactory(email="invited@example.org")

    for email in ("anna@example.org", "invited@example.org"):
        Client().post(reverse("account_reset_password"), {"email": email})

    assert Delivery.objects.count() == 0


@pytest.mark.peer("T42")
@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "http://testserver.evil.example",
    ],
)
def test_sign_in_leads_to_no_other_site(person, target):
    client = Client()
    response = client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD, "next": target})

    assert response["Location"] == reverse("start")


@pytest.mark.peer("T42")
def test_changes_need_the_token_of_our_own_form(person):
    client = Client(enforce_csrf_checks=True)
    client.force_login(person)

    response = client.post(reverse("settings"), {"name": "Somebody else", "theme": "dark", "language": "en"})

    assert response.status_code == 403
    assert User.objects.get(pk=person.pk).name == "Anna Berg"


def test_sign_out_needs_a_button(person):
    client, _response = sign_in()

    client.get(reverse("account_logout"))
    assert is_signed_in(client)

    client.post(reverse("account_logout"))
    assert not is_signed_in(client)


@pytest.mark.parametrize("demo", [True, False])
def test_demonstration_people_stand_on_the_sign_in_page_only_in_the_demonstration(settings, demo):
    settings.DEMO = demo

    page = Client().get(reverse("account_login"))

    assert ("requester@alder-springs.example" in page.content.decode()) is demo


@pytest.mark.peer("T17")
def test_support_staff_see_people_but_change_nothing():
    support = UserFactory(is_staff=True, is_superuser=True)
    person = UserFactory(name="Anna Berg")
    RoleFactory(user=person)
    client = Client()
    client.force_login(support)

    page = client.get(f"/support/accounts/user/{person.pk}/change/")
    client.post(f"/support/accounts/user/{person.pk}/change/", {"name": "Other"})

    assert page.status_code == 200
    assert person.password not in page.content.decode() or person.password == "!"
    assert User.objects.get(pk=person.pk).name == "Anna Berg"
    assert client.get("/administration/").status_code == 403
