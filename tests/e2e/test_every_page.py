"""Every address of the permission matrix that shows a page, under axe, as somebody who may open it."""

import os

import pytest
from django.conf import settings as site_settings
from django.test import Client
from django.urls import reverse

from tests import matrix
from tests.e2e.axe import EVERY_LOOK, TWO_LOOKS, faults_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LOOKS = EVERY_LOOK if os.environ.get("EVERY_LOOK") else TWO_LOOKS
SIGNED_IN = "allauth.account.auth_backends.AuthenticationBackend"


def pages_of(world):
    """For each address that can be read: the address, and a person who may open it."""
    for name, rule in matrix.RULES.items():
        places = [(situation, at[name]) for situation, at in world.places.items() if name in at] or [("the city", {})]
        for situation, arguments in places:
            readers = [person for person in matrix.PERSONS if rule.allows("GET", person, situation)]
            if readers:
                yield name, reverse(name, kwargs=arguments), readers[-1]
                break


@pytest.mark.parametrize("part", range(4))
def test_axe_finds_nothing_on_any_page(chromium, live_server, settings, tmp_path, part):
    settings.MEDIA_ROOT = tmp_path
    world = matrix.build_people(tmp_path)
    world.places = {name: build(world) for name, build in matrix.SITUATIONS.items()}
    wrong, seen = [], 0
    for name, url, reader in list(pages_of(world))[part::4]:
        client = Client()
        if world.people[reader]:
            client.force_login(world.people[reader], SIGNED_IN)
        answer = client.get(url)
        whole = answer.status_code == 200 and not answer.streaming and b"<html" in answer.content
        answer.close()
        if not whole:
            continue
        context = chromium.new_context()
        key = client.cookies.get(site_settings.SESSION_COOKIE_NAME)
        if key:
            context.add_cookies([{"name": key.key, "value": key.value, "url": live_server.url}])
        page = context.new_page()
        page.goto(live_server.url + url)
        wrong += [f"{name} ({reader}) {fault}" for fault in faults_of(page, LOOKS)]
        context.close()
        seen += 1
    assert wrong == []
    assert seen > 20
