"""Typing in a real browser: what is typed is saved, and sending right after does not run into the own save."""

import pytest
from django.conf import settings as django_settings
from django.test import Client

from intake import actions
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_sending_right_after_typing_never_meets_the_own_save(page, live_server):
    person = UserFactory()
    draft = actions.start_draft(by=person, problem="We type every inspection twice.")
    client = Client()
    client.force_login(person)
    name = django_settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])

    page.goto(live_server.url + draft.get_absolute_url())
    page.locator("#id_better").press_sequentially("Once is enough.")
    page.click("button[name=check]")
    page.wait_for_url("**/check/")

    draft.refresh_from_db()
    assert draft.better == "Once is enough."
