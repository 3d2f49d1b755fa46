"""Every form and address of the site at once: no field, name, inner object or second run does more than is offered."""

import re
from contextlib import contextmanager
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.apps import apps
from django.db import connection, models, transaction
from django.urls import reverse

from tests import matrix
from tests.pages import all_forms, bare, send, whole_world
from workflow import clock, due
from workflow.models import Delivery, Event

pytestmark = [pytest.mark.django_db, pytest.mark.crawl]
APPS = ("accounts", "goals", "intake", "projects", "workflow")
OURS = [model for app in APPS for model in apps.get_app_config(app).get_models()]
NEW = "the key of a new row"
# What differs between two equal requests: random, or holding the key of a new row.
FRESH = "token key reply_token token_hash password target_id clock_id subject body url".split()
WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE)\b", re.IGNORECASE)
BOOKKEEPING = re.compile(r'"(django_session|cache)"')


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker, tmp_path_factory):
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        media = tmp_path_factory.mktemp("media")
        patch.setattr("django.conf.settings.MEDIA_ROOT", media)
        with whole_world(media) as world:
            yield world


# More fields than the form has


def is_steady(field):
    """What two equal requests write alike: no moment, no random token, no key of a new row."""
    return not (
        field.primary_key
        or isinstance(field, models.DateTimeField | models.JSONField | models.FileField)
        or field.name in FRESH
    )


def keys():
    """The keys of every row of ours, by model."""
    return {model: set(model._base_manager.values_list("pk", flat=True)) for model in OURS}


def kept(known):
    """Every row of ours by model, without own keys; what points to a row that is not `known` points to a new one."""
    return {
        model._meta.label: [
            tuple(NEW if is_key_of_new(f, value, known) else value for f, value in zip(fields, row, strict=True))
            for row in model._base_manager.order_by("pk").values_list(*[f.attname for f in fields])
        ]
        for model in OURS
        for fields in [[f for f in model._meta.concrete_fields if is_steady(f)]]
    }


def is_key_of_new(field, value, known):
    """Databases number rows that were taken back in different ways."""
    return field.is_relation and value is not None and value not in known.get(field.related_model, (value,))


def hostile_value(field):
    if isinstance(field, models.BooleanField):
        return "on"
    if isinstance(field, models.DateField):
        return "2030-01-01"
    if field.choices:
        return str(field.flatchoices[-1][0])
    return "2" if field.is_relation or isinstance(field, models.IntegerField | models.DecimalField) else "Canary"


MORE = {
    name: hostile_value(field)
    for model in OURS
    for field in model._meta.concrete_fields
    for name in (field.name, field.attname)
}


def effect_of(client, form, pairs, known):
    """What one request leaves behind, and whether it was taken; undone afterwards."""
    with transaction.atomic():
        answer = client.post(form.action, dict_of(pairs))
        left = kept(known)
        transaction.set_rollback(True)
    return answer.status_code, left


def dict_of(pairs):
    found = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


@pytest.mark.peer("T15")
def test_no_write_takes_a_field_that_its_form_does_not_offer(world):
    known = keys()
    before, differ, changed = kept(known), [], 0
    for person, form in all_forms(world):
        if form.method != "POST" or form.action == reverse("account_logout"):
            continue
        pairs = form.filled(next(iter(form.buttons), None))
        own = {name for name, _value in pairs} | form.names | {name for name, _value in form.buttons}
        more = [(name, value) for name, value in MORE.items() if name not in own]
        client = world.clients[person]
        cookies = client.cookies.copy()
        plain = effect_of(client, form, pairs, known)
        client.cookies = cookies.copy()
        loaded = effect_of(client, form, [*pairs, *more], known)
        client.cookies = cookies
        changed += plain[1] != before
        if plain != loaded:
            where = [name for name in plain[1] if plain[1][name] != loaded[1][name]]
            differ.append(f"{person}: {form.action} {plain[0]}/{loaded[0]} {where}")
    assert differ == []
    assert changed > 40


# Names of fields and methods in the address

PARAMETERS = (
    "sort order order_by ordering filter field fields expand depth include format page page_size limit "
    "state__startswith requester__password__startswith password is_superuser method action delete call AND OR "
    "_connector after__lt q__regex"
).split()
VALUES = (
    "delete",
    "password",
    "requester__password",
    "-pk'",
    "1) OR 1=1--",
    "__class__",
    "visible_to",
    "{0.__class__}",
)
LISTS = (
    "ideas queue board projects portfolio decisions my-work home search similar-ideas notifications people goals "
    "measures-alive meetings agreements benefits learning method my-feasibility roles"
).split()
# Parameters that do narrow: without them every page would pass.
FINDS = {
    "ideas": ("state", "withdrawn"),
    "queue": ("size", "small"),
    "board": ("size", "small"),
    "people": ("q", "small"),
    "search": ("q", "small"),
}


@pytest.mark.peer("T16")
@pytest.mark.peer("T19")
@pytest.mark.parametrize("name", LISTS)
def test_no_parameter_names_a_field_a_method_or_an_operator(world, name):
    person = next(
        one
        for one in ("triager", "director", "reviewer", "administrator")
        if matrix.RULES[name].allows("GET", one, "the city")
    )
    client, url = world.clients[person], reverse(name)
    for value in VALUES:
        strange = send(client, "GET", url, [(f"unknown_{number}", value) for number in range(len(PARAMETERS))])
        named = send(client, "GET", url, [(parameter, value) for parameter in PARAMETERS])
        assert (named.status_code, bare(named)) == (200, bare(strange))
    if name in FINDS:
        assert bare(send(client, "GET", url, [FINDS[name]])) != bare(send(client, "GET", url))


KNOWN = {
    "ideas": "q state step answer department goal size mine given without after export",
    "queue": "view q department size after export",
    "projects": "q state health department goal funded verdict without after export",
    "people": "q closed after",
    "search": "q",
    "learning": "by",
    "goals": "plan",
    "benefits": "export",
}


@pytest.mark.peer("T19")
@pytest.mark.parametrize(("name", "parameter"), [(name, one) for name, known in KNOWN.items() for one in known.split()])
def test_no_value_of_a_parameter_reaches_the_database_as_its_language(world, name, parameter):
    client = world.clients["administrator" if name == "people" else "triager"]
    for value in (*VALUES[:4], "\0", "9" * 60, "%'\"\\_", "٣"):
        response = send(client, "GET", f"{reverse(name)}?{parameter}={quote(value)}")
        assert response.status_code in (200, 400, 404), value


# An inner object of another outer one


@contextmanager
def written():
    """The changes that reach the database meanwhile."""
    changes = []

    def watch(execute, sql, params, many, context):
        if WRITES.match(sql) and not BOOKKEEPING.search(sql):
            changes.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield changes


@pytest.mark.peer("T18")
@pytest.mark.peer("T14")
def test_no_right_on_one_object_touches_the_parts_of_another(world):
    tried, wrong = 0, []
    inner = [
        (situation, name, arguments)
        for situation, places in world.places.items()
        for name, arguments in places.items()
        if len(arguments) == 2 and not {"move", "kind"} & set(arguments)
    ]
    for situation, name, arguments in inner:
        outer = next(iter(arguments))
        others = {places[one][outer] for places in world.places.values() for one in places if outer in places[one]}
        persons = [one for one in RIGHTFUL if matrix.RULES[name].allows("POST", one, situation)]
        for other in sorted(others - {arguments[outer]}, key=str)[:4]:
            for person in persons[:2]:
                url = reverse(name, kwargs=arguments | {outer: other})
                with written() as changes:
                    response = send(world.clients[person], "POST", url, FILLED)
                tried += 1
                if changes or response.status_code not in (403, 404, 405):
                    wrong.append(f"{url} {person}: {response.status_code}")
    assert wrong == []
    assert tried > 60
    answered = world.places["an idea in feasibility"]["condition-met"]
    assert send(world.clients["colleague"], "POST", reverse("condition-met", kwargs=answered)).status_code == 302


RIGHTFUL = "requester reviewer colleague project_manager measure_owner director triager stranger administrator".split()
FILLED = [("reason", "So it is."), ("text", "So it is."), ("note", "So it is."), ("do", "save"), ("direction", "up")]


# Scheduled work


@pytest.mark.peer("T47")
def test_no_scheduled_work_is_done_twice_by_a_second_run(world):
    later = clock.now() + timedelta(days=40)
    with transaction.atomic():
        counts = []
        for _run in range(3):
            counts.append((Event.objects.count(), Delivery.objects.count()))
            due.run(later)
        transaction.set_rollback(True)

    assert counts[1] == counts[2]
    assert counts[0] < counts[1]
