"""The Public Safety story of the demonstration city: believable on any day, made by the real actions."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import User
from goals.models import Action, Agreement, DataRequest, Goal, Measure, Meeting, Plan, Remark
from reports.demonstration import city
from workflow import clock
from workflow.models import Event

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def alder_springs(settings):
    settings.DEMO = True
    assert city.load()


def person(key):
    return User.objects.get(email=f"{key}@alder-springs.example")


def test_departments_define_public_safety_together(alder_springs):
    agreement = Agreement.objects.get()

    assert [one.department.name for one in agreement.positions.all()] == [
        "Police",
        "Fire",
        "Emergency Medical Services",
        "Parks and Recreation",
        "Public Works",
    ]
    assert all(one.words for one in agreement.positions.all())
    assert [one.department.name for one in agreement.positions.exclude(waits_for="")] == ["Public Works"]
    assert agreement.number == 2
    assert agreement.agreed_at is None
    signed = agreement.sign_offs.filter(number=2, part="joint")
    assert (signed.count(), signed.filter(with_dissent=True).get().department.name) == (4, "Police")
    assert sorted(agreement.remarks.values_list("kind", flat=True)) == ["dissent", "gap", "gap"]
    assert Remark.objects.get(kind="dissent").title == "Response times weigh too much"
    assert sorted(DataRequest.objects.values_list("answer", flat=True)) == ["", "yes_if"]


def test_index_has_its_newest_value_although_two_members_are_missing(alder_springs):
    index = Measure.objects.get(slug="public-safety-index")
    newest = index.measurements.order_by("-period_on").first()

    assert 0.7 < newest.value < 1.1
    missing = newest.index_parts.filter(score=None).values_list("member__measure__slug", flat=True)
    assert set(missing) == {"injury-crashes", "feel-safe-walking-alone-after-dark"}


def test_injuries_of_crews_are_read_by_the_days_between_them(alder_springs, client):
    client.force_login(person("leader"), BACKEND)

    page = client.get(reverse("measure", args=["crew-injuries"])).context

    reading = page["reading"]
    assert (reading.waits is not None, reading.state, len(reading.known)) == (True, "steady", 23)
    assert [float(reading.series.values[at]) for at in reading.series.flagged] == [203]
    assert page["finding"].startswith("Typically 4")
    assert reading.measure.is_overdue is False


def test_one_plan_holds_every_goal(alder_springs):
    plan = Plan.objects.get()

    assert not Goal.objects.exclude(plan=plan).exists()
    assert plan.starts_on < clock.today() < plan.ends_on


def test_one_review_was_held_and_one_is_to_come(alder_springs):
    coming, held = Meeting.objects.all()

    assert (held.closed_at is not None, coming.is_open, coming.before) == (True, True, held)
    assert sorted(Action.objects.values_list("status", flat=True)) == ["done", "done", "in_review", "open", "open"]
    assert {one.is_late for one in Action.objects.still_open()} == {True, False}
    assert not held.items.filter(taken_off_at=None, said="").exists()
    assert len(held.worth_it) == 4
    assert coming.items.exists()


def test_nothing_of_it_happens_in_the_future(alder_springs):
    assert not Event.objects.filter(at__gt=clock.now() + timedelta(minutes=1)).exists()


@pytest.mark.parametrize("key", ["leader", "owner"])
def test_its_pages_open(alder_springs, client, key):
    client.force_login(person(key), BACKEND)
    agreement = Agreement.objects.get()
    pages = [
        *(one.get_absolute_url() for one in (agreement, agreement.goal, agreement.index, *Meeting.objects.all())),
        *(one.get_absolute_url() for one in DataRequest.objects.all()),
        *(reverse(name) for name in ("goals", "agreements", "meetings", "my-work")),
    ]

    assert {page: client.get(page).status_code for page in pages} == dict.fromkeys(pages, 200)
