"""One measure says the same wherever it is shown, divided by what was delivered for it."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from goals import actions, periods
from goals.actions import meetings as acts
from goals.models import Measurement, Meeting
from tests.factories import (
    IdeaFactory,
    MeasureFactory,
    ObjectiveFactory,
    ProjectFactory,
    PromiseFactory,
    UserFactory,
)
from workflow import clock

pytestmark = pytest.mark.django_db
BEFORE, AFTER = (20, 22, 21, 19) * 5, (11, 12, 10, 11) * 4


@pytest.fixture
def leader(client):
    leader = UserFactory(roles="leadership")
    client.force_login(leader, "allauth.account.auth_backends.AuthenticationBackend")
    return leader


def delivered_for(measure, audience):
    """Twenty months, a delivery, and sixteen lower ones, the last of them far too low."""
    last = actions.last_whole_period(measure)
    values = (*BEFORE, *AFTER[:-1], 1)
    starts = [periods.later("monthly", last, at - len(values) + 1) for at in range(len(values))]
    Measurement.objects.bulk_create(
        Measurement(measure=measure, period_on=on, value=Decimal(value), entered_by=measure.owner)
        for on, value in zip(starts, values, strict=True)
    )
    actions.keep_due(measure)
    idea = IdeaFactory(state="delivered", audience=audience)
    on = starts[len(BEFORE)] - timedelta(days=1)
    project = ProjectFactory(idea=idea, state="delivered", started_on=on, delivered_on=on)
    return PromiseFactory(project=project, measure=measure)


def review(measure, leader):
    return acts.plan_meeting(
        by=leader, name="Review", held_at=clock.now() + timedelta(hours=1), kept_by=leader, goal=measure.objective.goal
    )


def findings_on_pages(client, measure, meeting):
    """The finding as the page of the measure, its goal, its department and a meeting say it."""
    measure_page = client.get(measure.get_absolute_url()).context["finding"]
    (objective,) = client.get(measure.objective.goal.get_absolute_url()).context["objectives"]
    ((_goal, (kept,)),) = client.get(reverse("scorecard", args=[measure.department.code])).context["goals"]
    ((_label, _section, (topic,), _carried),) = client.get(meeting.get_absolute_url()).context["sections"]
    return [measure_page, objective.family[0].reading.finding, kept.reading.finding, topic.reading.finding]


def test_cards_agenda_and_minutes_say_what_the_page_of_the_measure_says(client, leader):
    measure = MeasureFactory(objective=ObjectiveFactory())
    delivered_for(measure, "city")

    meeting = review(measure, leader)

    said = findings_on_pages(client, measure, meeting)
    assert len(set(said)) == 1
    assert "Before: 20.5 minutes" in said[0]
    assert meeting.items.get().finding.startswith(said[0])
    Meeting.objects.update(held_at=clock.now() - timedelta(hours=1))
    acts.close_meeting(Meeting.objects.get(), by=leader, version=None, minutes="We looked at it.")
    assert meeting.items.get().finding.startswith(said[0])
    assert set(findings_on_pages(client, measure, meeting)) == set(said)


def test_what_is_kept_and_sent_tells_of_no_delivery_that_only_some_see(client, leader):
    measure = MeasureFactory(objective=ObjectiveFactory())
    delivered_for(measure, "department")

    meeting = review(measure, leader)

    assert "Before: 20.5 minutes" in client.get(measure.get_absolute_url()).context["finding"]
    assert "Before" not in meeting.items.get().finding
    assert len(set(findings_on_pages(client, measure, meeting))) == 1


def test_a_delivery_after_the_minutes_does_not_divide_what_they_show(client, leader):
    measure = MeasureFactory(objective=ObjectiveFactory())
    promise = delivered_for(measure, "city")
    type(promise.project).objects.update(delivered_on=clock.today() + timedelta(days=1))
    meeting = review(measure, leader)
    Meeting.objects.update(held_at=clock.now() - timedelta(hours=1))
    acts.close_meeting(Meeting.objects.get(), by=leader, version=None, minutes="We looked at it.")

    ((_label, _section, (topic,), _carried),) = client.get(meeting.get_absolute_url()).context["sections"]

    assert topic.reading.happenings == ()


def test_a_meeting_asks_no_query_for_each_delivery(client, leader):
    measure = MeasureFactory(objective=ObjectiveFactory())
    delivered_for(measure, "city")
    meeting = review(measure, leader)

    def queries():
        with CaptureQueriesContext(connection) as asked:
            client.get(meeting.get_absolute_url())
        return len(asked)

    queries()
    few = queries()
    for _ in range(4):
        delivered_for(MeasureFactory(objective=measure.objective), "city")
    acts.look_again(meeting, by=leader)

    assert meeting.items.count() == 5
    assert queries() == few
