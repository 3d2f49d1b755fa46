"""What an index is made of, as its page says it: every member, who is missing and why, dissent, and what it was."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from goals import actions
from goals.actions import agreements as acts
from goals.composition import composition_of, index_page
from goals.models import Agreement, Index
from tests.factories import GoalFactory, MeasureFactory, UserFactory

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)


def member(name, **fields):
    told = {"direction": "up", "target": Decimal(100), "target_on": date(2027, 6, 30), "name": name} | fields
    return MeasureFactory(**told)


def put(measure, period_on, value):
    actions.record_measurement(measure, by=measure.owner, period_on=period_on, value=Decimal(value))


def an_index(*weights, **fields):
    measure = MeasureFactory(unit="score", direction="up")
    return actions.make_index(measure, by=measure.owner, members=list(weights), **fields)


def test_missing_member_stands_there_with_its_last_value_s_period():
    fire, survey = member("Fire"), member("Survey")
    index = an_index((fire, Decimal(90)), (survey, Decimal(10)))
    put(survey, JANUARY, 50)
    put(fire, FEBRUARY, 80)

    made = composition_of(index)

    assert (made.period, made.missing, made.weight) == ("Feb 2026", ["Survey"], 100)
    assert [one.why_missing for one in made.parts] == ["", "last value of Jan 2026"]
    assert "0.80 of 1.00" in made.chart
    assert "left out: last value of Jan 2026" in made.chart


@pytest.mark.parametrize("rule", [Index.Rule.WORST, Index.Rule.SHARE])
def test_parts_are_drawn_only_where_they_add_up(rule):
    fire, police = member("Fire"), member("Police")
    index = an_index((fire, Decimal(60)), (police, Decimal(40)), rule=rule)
    put(fire, JANUARY, 80)
    put(police, JANUARY, 90)

    assert composition_of(index).chart == ""


def test_index_with_too_little_data_says_so_and_shows_who_is_missing(client):
    fire, survey = member("Fire"), member("Survey")
    index = an_index((fire, Decimal(50)), (survey, Decimal(50)))
    put(fire, JANUARY, 80)
    client.force_login(UserFactory(), BACKEND)

    page = client.get(index.get_absolute_url()).content.decode()

    assert "No index for this period: 50% of the weight has data, and 70% is needed." in page
    assert "no value yet" in page


def test_dissent_and_earlier_weights_stand_on_the_page_of_the_index(client):
    fire, police = member("Fire"), member("Police")
    index = an_index((fire, Decimal(60)), (police, Decimal(40)))
    actions.change_index(
        index,
        by=index.measure.owner,
        version=None,
        members=[(fire, Decimal(50)), (police, Decimal(50))],
        from_on=FEBRUARY,
        reason="Both count alike.",
    )
    leader, chief = UserFactory(roles="leadership"), UserFactory()
    agreement = acts.ask_question(by=leader, goal=GoalFactory(), name="Safety", question="Safer?", kept_by=leader)
    position = acts.invite(agreement, by=leader, department=chief.department, speaker=chief)
    acts.change_agreement(agreement, by=leader, version=None, meaning="Help in time.")
    acts.state_position(position, by=chief, version=None, words="Fewer hurt.")
    acts.name_measures(agreement, by=leader, version=None, measures=[fire, police], index=index.measure)
    number = Agreement.objects.get().number
    acts.sign(position, by=chief, number=number, part="joint", with_dissent=True, dissent="Too much\nTime weighs more.")
    client.force_login(leader, BACKEND)

    page = client.get(index.get_absolute_url()).content.decode()

    for text in ("Dissent on record: Too much", "Time weighs more.", "Both count alike.", "Fire: 60", "with dissent"):
        assert text in page


def test_a_measure_that_is_no_index_shows_nothing_of_it():
    assert index_page(MeasureFactory()) == {}


def test_members_and_departments_cost_no_query_each():
    few = an_index((member("Fire"), Decimal(100)))
    many = an_index(*((member(f"Member {number}"), Decimal(10)) for number in range(10)))
    for index in (few, many):
        for one in index.members.select_related("measure"):
            put(one.measure, JANUARY, 80)
    counts = []
    for index in (few, many):
        measure = type(index.measure).objects.select_related("index").get(pk=index.measure_id)
        with CaptureQueriesContext(connection) as asked:
            index_page(measure)
        counts.append(len(asked))

    assert counts[0] == counts[1] <= 7
