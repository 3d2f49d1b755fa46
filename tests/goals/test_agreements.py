"""Defining a measure together: each department in its own words, dissent on record, and signatures for one version."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from goals import actions
from goals.actions import agreements as acts
from goals.actions.meetings import plan_meeting
from goals.forms.agreements import MeasuresForm
from goals.models import Agreement, DataRequest, Position, Remark
from goals.tasks import remind_of_data_requests
from tests.factories import DepartmentFactory, GoalFactory, MeasureFactory, UserFactory
from workflow import clock
from workflow.lifecycle import Conflict, MoveRefused, NotYourMove
from workflow.models import Channel, Delivery, Event

pytestmark = pytest.mark.django_db

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def world():
    leader = UserFactory(roles="leadership")
    keeper = UserFactory()
    police, fire = DepartmentFactory(name="Police"), DepartmentFactory(name="Fire")
    chief, marshal = UserFactory(department=police), UserFactory(department=fire)
    agreement = acts.ask_question(
        by=leader, goal=GoalFactory(), name="Public Safety index", question="Are we becoming safer?", kept_by=keeper
    )
    positions = [
        acts.invite(agreement, by=keeper, department=department, speaker=person)
        for department, person in ((police, chief), (fire, marshal))
    ]
    return agreement, keeper, chief, marshal, positions


def speak(agreement, keeper, positions):
    acts.change_agreement(agreement, by=keeper, version=None, meaning="Harm prevented, help in time.")
    for one in positions:
        acts.state_position(one, by=one.speaker, version=1, words=f"{one.department} says so.")


def sign(position, part, **more):
    agreement = Agreement.objects.get(pk=position.agreement_id)
    return acts.sign(position, by=position.speaker, number=agreement.number, part=part, **more)


def test_it_is_agreed_when_every_department_signed_both_parts(world):
    agreement, keeper, *_people, positions = world
    speak(agreement, keeper, positions)

    for one in positions:
        sign(one, "own")
    sign(positions[0], "joint")
    assert Agreement.objects.get().agreed_at is None
    sign(positions[1], "joint")

    assert Agreement.objects.get().agreed_at is not None


def test_dissent_is_signed_and_stands_on_record(world):
    agreement, keeper, chief, _marshal, positions = world
    speak(agreement, keeper, positions)

    sign(positions[0], "joint", with_dissent=True, dissent="Response times weigh too much.")

    remark = Remark.objects.get()
    assert (remark.kind, remark.title, remark.by, remark.department.name) == (
        "dissent",
        "Response times weigh too much.",
        chief,
        "Police",
    )


def test_a_department_says_what_it_waits_for_until_it_signs(client, world):
    agreement, keeper, chief, _marshal, positions = world
    speak(agreement, keeper, positions)
    client.force_login(chief, BACKEND)
    form = {"version": 2, "words": "Police says so.", "waits_for": "the crash form, due December 1"}

    client.post(reverse("position", args=[agreement.slug, positions[0].pk]), form)

    page = client.get(agreement.get_absolute_url()).content.decode()
    assert page.count("Waits for the crash form, due December 1") == 1
    told = Delivery.objects.filter(user=keeper, event__verb="goals.agreement.state").latest("id")
    assert "Waits for the crash form, due December 1" in told.event.note
    position = agreement.positions.get(speaker=chief)
    assert position.said_at == Position.objects.get(pk=positions[0].pk).said_at
    sign(position, "own")
    assert Position.objects.get(pk=position.pk).waits_for == "the crash form, due December 1"
    sign(position, "joint")
    assert Position.objects.get(pk=position.pk).waits_for == ""
    assert "Waits for" not in client.get(agreement.get_absolute_url()).content.decode()


def test_who_has_signed_waits_for_nothing(world):
    agreement, keeper, chief, _marshal, positions = world
    speak(agreement, keeper, positions)
    sign(positions[0], "joint")

    with pytest.raises(MoveRefused, match="has signed this definition"):
        acts.state_position(positions[0], by=chief, version=None, words="Police says so.", waits_for="the form")
    acts.state_position(positions[0], by=chief, version=None, words="Police says more.")

    assert Position.objects.get(pk=positions[0].pk).words == "Police says more."


def test_what_a_department_waits_for_stands_on_the_agenda_of_the_review(world):
    agreement, keeper, chief, _marshal, positions = world
    speak(agreement, keeper, positions)
    acts.state_position(positions[0], by=chief, version=None, words="Police says so.", waits_for="the crash form.")

    review = plan_meeting(
        by=agreement.asked_by,
        name="Review",
        held_at=clock.now() + timedelta(days=7),
        kept_by=keeper,
        goal=agreement.goal,
    )

    finding = review.items.get(title=agreement.name).finding
    assert finding == "0 of 2 departments have signed definition 1. Police waits for the crash form."


def test_other_words_are_a_new_version_that_nobody_has_signed(world):
    agreement, keeper, *_people, positions = world
    speak(agreement, keeper, positions)
    assert Agreement.objects.get().number == 1
    sign(positions[0], "own")

    acts.change_agreement(agreement, by=keeper, version=None, meaning="Only help in time.")

    assert Agreement.objects.get().number == 2
    with pytest.raises(Conflict, match="this is version 2 now"):
        acts.sign(positions[1], by=positions[1].speaker, number=1, part="own")
    sign(positions[0], "own")


def test_nobody_signs_before_speaking_or_for_others(world):
    agreement, keeper, chief, _marshal, positions = world

    with pytest.raises(MoveRefused) as refused:
        sign(positions[0], "own")
    assert refused.value.sentences == [
        "Nothing is agreed yet: the keeper writes first what it means.",
        "Write your department’s position first.",
    ]
    speak(agreement, keeper, positions)
    with pytest.raises(NotYourMove):
        acts.sign(positions[1], by=chief, number=1, part="own")
    sign(positions[0], "own")
    with pytest.raises(Conflict, match="signed this already"):
        sign(positions[0], "own")


def element_of(person):
    return acts.add_element(
        by=person,
        department=person.department,
        name="Injury crashes",
        owner=person,
        system="Records",
        refreshed="every month",
        sensitivity="limited",
        may_use="Police analysts",
    )


def ask(element, by, **more):
    told = {"what_for": "Crossings to fix.", "how_fine": "Monthly totals.", "who_sees": "Four engineers."} | more
    return acts.ask_for_data(element, by=by, until_on=clock.today() + timedelta(days=400), **told)


def test_data_is_asked_for_answered_with_a_condition_and_noted(world):
    _agreement, _keeper, chief, marshal, _positions = world
    asked = ask(element_of(chief), marshal)
    assert Delivery.objects.filter(user=chief, channel=Channel.EMAIL, event__verb="goals.datarequest.ask").count() == 1

    with pytest.raises(MoveRefused, match="Write the condition"):
        acts.answer_data_request(asked, by=chief, answer="yes_if")
    acts.answer_data_request(asked, by=chief, answer="yes_if", condition="Under 3 is shown as “under 3”.")

    asked.refresh_from_db()
    assert (asked.answer, asked.condition) == ("yes_if", "Under 3 is shown as “under 3”.")
    mail = Delivery.objects.get(user=marshal, channel=Channel.EMAIL, event__verb="goals.datarequest.answer")
    assert "Under 3 is shown" in mail.body
    with pytest.raises(Conflict):
        acts.answer_data_request(asked, by=chief, answer="yes")


def test_only_the_owner_answers_and_nobody_asks_twice_or_oneself(world):
    _agreement, _keeper, chief, marshal, _positions = world
    element = element_of(chief)
    asked = ask(element, marshal)

    with pytest.raises(Conflict, match="asked for this already"):
        ask(element, marshal)
    with pytest.raises(MoveRefused, match="your own department’s data"):
        ask(element, chief)
    with pytest.raises(NotYourMove):
        acts.answer_data_request(asked, by=marshal, answer="yes")
    acts.take_back_data_request(asked, by=marshal)
    assert list(DataRequest.objects.waiting()) == []


def test_late_answer_is_asked_for_once_more(world):
    _agreement, _keeper, chief, marshal, _positions = world
    ask(element_of(chief), marshal)

    assert remind_of_data_requests() == 0
    with clock.at(clock.now() + timedelta(days=30)):
        assert (remind_of_data_requests(), remind_of_data_requests()) == (1, 0)


def test_page_shows_positions_data_record_and_index(world, client):
    agreement, keeper, chief, marshal, positions = world
    speak(agreement, keeper, positions)
    member = MeasureFactory(direction="up", target=Decimal(90), target_on=date(2027, 6, 30))
    measure = MeasureFactory(name="Safety index", unit="score", direction="up")
    actions.make_index(measure, by=measure.owner, members=[(member, Decimal(100))])
    for month in range(1, 10):
        actions.record_measurement(
            member, by=member.owner, period_on=date(2026, month, 1), value=Decimal(80 + month % 3)
        )
    acts.name_measures(agreement, by=keeper, version=None, measures=[member], index=measure)
    sign(positions[0], "joint", with_dissent=True, dissent="Too much weight.")
    ask(element_of(chief), marshal)
    client.force_login(marshal, BACKEND)

    page = client.get(agreement.get_absolute_url()).content.decode()

    assert "“Police says so.”" in page
    assert "Too much weight." in page
    assert "Signed, with dissent" in page
    assert member.name in page
    assert "<svg" in page
    assert reverse("position-sign", args=[agreement.slug, positions[1].pk]) in page
    assert reverse("position-sign", args=[agreement.slug, positions[0].pk]) not in page


def test_typed_words_stay_when_somebody_else_saved(world, client):
    agreement, keeper, *_rest = world
    client.force_login(keeper, BACKEND)
    told = {
        "name": agreement.name,
        "question": agreement.question,
        "goal": agreement.goal_id,
        "kept_by": keeper.email,
        "version": 1,
    }
    acts.change_agreement(agreement, by=keeper, version=1, meaning="First.")

    answer = client.post(reverse("agreement-change", args=[agreement.slug]), told | {"meaning": "Second."})

    assert answer.status_code == 409
    assert "Second." in answer.content.decode()
    assert Agreement.objects.get().meaning == "First."


def test_every_step_is_in_the_history(world):
    agreement, keeper, *_people, positions = world
    speak(agreement, keeper, positions)

    verbs = Event.objects.about(agreement).values_list("verb", flat=True)

    assert sorted(set(verbs)) == [
        "goals.agreement.ask",
        "goals.agreement.edit",
        "goals.agreement.invite",
        "goals.agreement.state",
    ]


def test_page_asks_the_same_number_of_queries_for_one_member_and_for_six(world, client):
    """A member without any value stands beside the others, is named as missing, and costs no query of its own."""
    agreement, keeper, *_rest = world
    client.force_login(keeper, BACKEND)
    counts = []
    for size in (1, 6):
        members = [
            MeasureFactory(direction="up", target=Decimal(90), target_on=date(2027, 6, 30)) for _place in range(size)
        ]
        measure = MeasureFactory(unit="score", direction="up")
        weights = [Decimal(100)] if size == 1 else [Decimal(90), *[Decimal(2)] * 5]
        actions.make_index(measure, by=measure.owner, members=list(zip(members, weights, strict=True)))
        actions.record_measurement(members[0], by=members[0].owner, period_on=date(2026, 1, 1), value=Decimal(80))
        acts.name_measures(agreement, by=keeper, version=None, measures=members, index=measure)
        with CaptureQueriesContext(connection) as asked:
            page = client.get(agreement.get_absolute_url()).content.decode()
        counts.append(len(asked))
        assert page.count("no value yet") == size - 1

    assert counts[0] == counts[1]


def test_what_is_signed_stands_above_the_signature(client, world):
    agreement, keeper, chief, _marshal, positions = world
    mine = MeasureFactory(name="Officers in time", department=chief.department, target=1, target_on=date(2027, 6, 30))
    index = MeasureFactory()
    actions.make_index(index, by=index.owner, members=[(mine, Decimal(100))])
    speak(agreement, keeper, positions)
    acts.name_measures(agreement, by=keeper, version=None, measures=[mine], index=index)
    client.force_login(chief, BACKEND)

    page = client.get(reverse("position-sign", args=[agreement.slug, positions[0].pk])).content.decode()

    for text in ("Harm prevented, help in time.", "Officers in time", "yours", "100"):
        assert text in page


def test_a_measure_with_a_key_that_nobody_has_is_no_choice():
    measure = MeasureFactory()
    form = MeasuresForm({"version": "1", "measures": ["9" * 400]})
    assert (form.is_valid(), list(form.errors)) == (False, ["measures"])

    assert MeasuresForm({"version": "1", "measures": [str(measure.pk)]}).is_valid()
