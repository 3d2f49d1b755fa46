"""What a page offers to fill in: its forms, read from the HTML as a browser would, and a sensible first filling."""

import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from html.parser import HTMLParser
from urllib.parse import urlencode

from django.db import transaction
from django.test import Client
from django.urls import resolve, reverse

from tests import matrix
from workflow import clock

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
BUTTONS = ("submit", "button", "image", "reset")
CHOSEN = ("checkbox", "radio")
SOMEBODY = "colleague@example.org"


@dataclass
class Field:
    """One field: its name, its kind ("text", "select", ...), what it holds and what may be chosen."""

    name: str
    kind: str
    value: str = ""
    choices: list[str] = field(default_factory=list)
    least: str = ""
    is_person: bool = False

    def filled(self):
        """What a person might enter."""
        if self.value:
            return self.value
        if self.kind in ("select", *CHOSEN):
            return next(filter(None, self.choices), "")
        if self.kind == "date":
            return (clock.today() + timedelta(days=30)).isoformat()
        if self.kind == "number":
            return self.least or "3"
        return SOMEBODY if self.is_person else {"email": "new@example.org", "time": "09:30"}.get(self.kind, "A word")


@dataclass
class Form:
    """One form: where it goes, how, its fields and its buttons as (name, value)."""

    action: str
    method: str
    fields: list[Field] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)

    @property
    def names(self):
        return frozenset(one.name for one in self.fields)

    def filled(self, button=None, **instead):
        """The pairs that are sent: every field filled, some otherwise, and the button that was pressed."""
        pairs = [(one.name, instead.get(one.name, one.filled())) for one in self.fields if one.kind != "file"]
        return [*pairs, *([button] if button else [])]


class FormReader(HTMLParser):
    """Collects the forms of a page."""

    def __init__(self, url):
        super().__init__()
        self.url, self.forms, self.form, self.select, self.area = url, [], None, None, None

    def handle_starttag(self, tag, attrs):
        has = dict(attrs)
        if tag == "form":
            self.form = Form((has.get("action") or self.url).partition("#")[0], has.get("method", "get").upper())
            self.forms.append(self.form)
        elif self.form is None:
            return
        elif tag == "button" and has.get("name"):
            self.form.buttons.append((has["name"], has.get("value", "")))
        elif tag == "option" and self.select:
            value = has.get("value") or ""
            self.select.choices.append(value)
            if "selected" in has:
                self.select.value = value
        elif tag in ("input", "select", "textarea") and has.get("name") and has.get("type") not in BUTTONS:
            self.take(tag, has)

    def take(self, tag, has):
        kind = has.get("type") or "text" if tag == "input" else tag
        if has["name"] == "csrfmiddlewaretoken":
            return
        value = has.get("value") or ""
        if kind in CHOSEN and has["name"] in self.form.names:
            same = next(one for one in self.form.fields if one.name == has["name"])
            same.choices.append(value)
        else:
            chosen = kind in CHOSEN
            same = Field(has["name"], kind, "" if chosen else value, [value] if chosen else [])
            same.least, same.is_person = has.get("min") or "", has.get("autocomplete") == "off"
            self.form.fields.append(same)
        if kind in CHOSEN and "checked" in has:
            same.value = value
        self.select = same if tag == "select" else None
        self.area = same if tag == "textarea" else None

    def handle_data(self, data):
        if self.area:
            self.area.value += data

    def handle_endtag(self, tag):
        if tag == "form":
            self.form = None
        elif tag == "select":
            self.select = None
        elif tag == "textarea" and self.area:
            self.area.value = self.area.value.removeprefix("\n")
            self.area = None


def forms_of(response, url):
    """The forms of a page; none where the answer is no page."""
    if response.streaming or not response["Content-Type"].startswith("text/html"):
        return []
    reader = FormReader(url)
    reader.feed(response.told)
    return reader.forms


@contextmanager
def whole_world(media):
    """The people and all situations of the permission matrix, with a signed-in client each; undone at the end."""
    with transaction.atomic():
        world = matrix.build_people(media)
        world.places = {name: build(world) for name, build in matrix.SITUATIONS.items()}
        world.clients = {name: client_of(user) for name, user in world.people.items()}
        yield world
        transaction.set_rollback(True)


def client_of(user):
    client = Client(raise_request_exception=False)
    if user:
        client.force_login(user, BACKEND)
    return client


def places_of(world, name):
    """The situations in which an address makes sense, each with the whole address."""
    found = [(situation, places[name]) for situation, places in world.places.items() if name in places]
    return [(situation, reverse(name, kwargs=arguments)) for situation, arguments in found or [("the city", {})]]


def send(client, method, url, pairs=()):
    """One request whose changes are undone; the answer, with its text as `told`."""
    kept = client.cookies.copy()
    with transaction.atomic():
        if method == "GET":
            response = client.get(f"{url.partition('?')[0]}?{urlencode(pairs)}" if pairs else url)
        else:
            response = client.post(url, urlencode(pairs), content_type="application/x-www-form-urlencoded")
        response.told = (b"".join(response.streaming_content) if response.streaming else response.content).decode(
            errors="replace"
        )
        transaction.set_rollback(True)
    client.cookies = kept
    return response


def all_forms(world):
    """Every different form that somebody meets on some page, and who: (person, form)."""
    seen = set()
    for name, rule in matrix.RULES.items():
        for situation, url in places_of(world, name):
            for person, client in world.clients.items():
                if not rule.allows("GET", person, situation):
                    continue
                for form in forms_of(send(client, "GET", url), url):
                    key = (resolve(form.action.partition("?")[0]).url_name, form.method, form.names)
                    if key not in seen:
                        seen.add(key)
                        yield person, form


def bare(response):
    """A page without what it repeats of its address and what is new each time."""
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"|\?[\w=&%;.+*()-]*', "", response.told)
