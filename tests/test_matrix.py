"""The permission matrix: every address, every person, every situation; who may not, changes nothing."""

import re

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from tests import matrix

pytestmark = pytest.mark.django_db  # without the mark a run of this file alone would use the real database
WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE)\b", re.IGNORECASE)
BOOKKEEPING = re.compile(r'"(django_session|cache)"')
DENIED = (403, 404)


def listed(patterns, namespace=""):
    """The name of every address; an address without one cannot be listed."""
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield namespace + (pattern.name or f"(no name) {pattern.pattern}")
        else:
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from listed(pattern.url_patterns, inner)


NAMES = sorted(set(listed(get_resolver().url_patterns)))
SUPPORT = [name for name in NAMES if name.startswith("admin:") and "(no name)" not in name]
SITE = [name for name in NAMES if not name.startswith("admin:")]


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker, tmp_path_factory):
    """People, situations and a signed-in client for each person, built once and rolled back at the end."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, transaction.atomic():
        media = tmp_path_factory.mktemp("media")
        patch.setattr("django.conf.settings.MEDIA_ROOT", media)
        world = matrix.build_people(media)
        world.places = {name: build(world) for name, build in matrix.SITUATIONS.items()}
        world.clients = {}
        for name, user in world.people.items():
            world.clients[name] = Client(raise_request_exception=False)
            if user:
                world.clients[name].force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
        yield world
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def files_of_the_world(world, settings):
    settings.MEDIA_ROOT = world.media
    settings.DEMO = False


def situations_of(name, world):
    """The situations that give the address its arguments, and those arguments."""
    found = [(situation, places[name]) for situation, places in world.places.items() if name in places]
    return found or [("the city", {})]


def send(client, method, url):
    """One request in a transaction that is undone; the answer, and the changes that it made."""
    written = []

    def watch(execute, sql, params, many, context):
        if WRITES.match(sql) and not BOOKKEEPING.search(sql):
            written.append(sql)
        return execute(sql, params, many, context)

    kept = client.cookies.copy()
    with transaction.atomic(), connection.execute_wrapper(watch):
        response = client.generic(method, url)
        if response.streaming:
            b"".join(response.streaming_content)
        transaction.set_rollback(True)
    client.cookies = kept
    return response, written


def is_denied(response):
    to_sign_in = response.status_code == 302 and response["Location"].startswith(reverse("account_login"))
    return response.status_code in DENIED or to_sign_in


def test_every_address_is_in_the_table():
    assert [name for name in SITE if name not in matrix.RULES] == []
    assert [name for name in matrix.RULES if name not in SITE] == []


def test_there_are_enough_persons_and_situations():
    assert {"superuser", "deactivated", "anonymous"} < set(matrix.PERSONS)
    assert len(matrix.PERSONS) >= 15
    assert len(matrix.SITUATIONS) >= 6


@pytest.mark.parametrize("name", [name for name in SITE if name in matrix.RULES])
@pytest.mark.peer("T3")
@pytest.mark.peer("T4")
@pytest.mark.peer("T13")
@pytest.mark.peer("T14")
def test_address_opens_for_those_in_the_table_alone(name, world):
    rule = matrix.RULES[name]
    wrong = []
    for situation, arguments in situations_of(name, world):
        url = reverse(name, kwargs=arguments)
        for person, client in world.clients.items():
            for method in ("GET", "POST"):
                response, written = send(client, method, url)
                row = f"{method} {situation}, {person}: {response.status_code}"
                if response.status_code >= 500:
                    wrong.append(f"{row} fails")
                elif rule.allows(method, person, situation):
                    if name != "account_logout" and (is_denied(response) or response.status_code == 405):
                        wrong.append(f"{row} should be allowed")
                    if method == "GET" and written:
                        wrong.append(f"{row} reading changes {written}")
                elif written:
                    wrong.append(f"{row} changes {written}")
                elif not is_denied(response) and (rule.offers(method) or response.status_code != 405):
                    wrong.append(f"{row} should be denied")
    assert wrong == []


@pytest.mark.parametrize("situation", matrix.SITUATIONS)
def test_situation_has_a_row_that_allows(situation, world):
    positive = [
        (name, method, person)
        for name in world.places[situation]
        for method in ("GET", "POST")
        for person in matrix.STAFF
        if matrix.RULES[name].allows(method, person, situation)
    ]

    assert positive


@pytest.mark.parametrize("name", SUPPORT)
def test_support_page_opens_for_support_staff_and_changes_nothing(name, world):
    filled = {"object_id": 1, "content_type_id": 1, "app_label": "accounts", "url": "nothing"}
    support = next(one for one in get_resolver().url_patterns if getattr(one, "namespace", None) == "admin")
    arguments = arguments_of(name.removeprefix("admin:"), support.url_patterns)
    url = reverse(name, kwargs={key: filled[key] for key in arguments})
    wrong = []
    for person, client in world.clients.items():
        for method in ("GET", "POST"):
            response, written = send(client, method, url)
            opens = response.status_code == 200 and person != "superuser" and name not in OPEN_TO_ALL
            if response.status_code >= 500 or written or opens:
                wrong.append(f"{method} {person}: {response.status_code} {written}")
    assert wrong == []


OPEN_TO_ALL = ("admin:jsi18n", "admin:logout")


def arguments_of(name, patterns):
    """The arguments of a support address, as its pattern names them."""
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            if pattern.name == name:
                return list(pattern.pattern.regex.groupindex)
        elif (inside := arguments_of(name, pattern.url_patterns)) is not None:
            return inside
    return None
