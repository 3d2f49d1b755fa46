"""The plans with their goals, and one goal with its family of measures, whatever their number."""

import gzip
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from goals import actions
from goals.models import Measurement, Plan
from tests.factories import (
    GoalFactory,
    MeasureFactory,
    MeasurementFactory,
    ObjectiveFactory,
    OutcomeFactory,
    UserFactory,
)
from workflow import clock

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def staff(client):
    client.force_login(UserFactory(), BACKEND)
    return client


def plan_of(name, starts, ends):
    today = clock.today()
    return Plan.objects.create(
        name=name, starts_on=today + timedelta(days=starts), ends_on=today + timedelta(days=ends)
    )


def measure_with(values, objective=None, **more):
    measure = MeasureFactory(objective=objective or ObjectiveFactory(), **more)
    month = actions.last_whole_period(measure)
    rows = []
    for value in reversed(values):
        rows.append(Measurement(measure=measure, period_on=month, value=Decimal(value), entered_by=measure.owner))
        month = (month - timedelta(days=1)).replace(day=1)
    Measurement.objects.bulk_create(rows)
    return measure


def test_goals_stand_under_their_plan_and_past_plans_are_folded(staff):
    GoalFactory(name="Of no plan")
    GoalFactory(name="Of the next plan", plan=plan_of("Next plan", 400, 900))
    GoalFactory(name="Of this plan", plan=plan_of("This plan", -400, 300))
    GoalFactory(name="Of an old plan", plan=plan_of("Old plan", -900, -401))

    page = staff.get(reverse("goals"))

    def said(key):
        return [(plan and plan.name, [goal.name for goal in goals]) for plan, goals in page.context[key]]

    assert said("plans") == [
        ("This plan", ["Of this plan"]),
        ("Next plan", ["Of the next plan"]),
        (None, ["Of no plan"]),
    ]
    assert said("past") == [("Old plan", ["Of an old plan"])]


def test_link_of_a_past_plan_opens_it(staff):
    plan = plan_of("Old plan", -900, -401)
    GoalFactory(plan=plan)

    assert '<details class="datatable" open>' in staff.get(plan.get_absolute_url()).content.decode()
    assert '<details class="datatable" open>' not in staff.get(reverse("goals")).content.decode()


def test_overdue_value_is_visible_in_the_list_and_on_the_goal(staff):
    measure = MeasureFactory(due_on=clock.today() - timedelta(days=2), last_on=date(2024, 1, 1))

    assert "1 value overdue" in staff.get(reverse("goals")).content.decode()
    assert "The value of Feb 2024 was due on" in staff.get(measure.objective.goal.get_absolute_url()).content.decode()


def test_list_says_where_each_measure_stands_and_what_was_tested_for_the_goal(staff):
    found = {"found_at": timezone.now(), "shift": -2, "shift_low": -3, "shift_high": -1}
    outcome = OutcomeFactory(verdict="better", idea__audience="city", **found)
    unseen = OutcomeFactory(verdict="worse", idea__audience="department", **found)
    goal = outcome.project.idea.goal = unseen.project.idea.goal = GoalFactory()
    outcome.project.idea.save()
    unseen.project.idea.save()
    measure = MeasureFactory(objective=ObjectiveFactory(goal=goal), unit="days", last_on=date(2024, 5, 1))
    for month, value in ((4, 9), (5, 12.5)):
        MeasurementFactory(measure=measure, period_on=date(2024, month, 1), value=value)

    plans = staff.get(reverse("goals")).context["plans"]

    [found] = [one for _plan, goals in plans for one in goals if one == goal]
    assert [(one.stands_at, one.stands_in) for one in found.measures] == [("12.5 days", "May 2024")]
    assert [(label, number) for label, _tone, _icon, number in found.verdicts] == [("Better since delivery", 1)]


def test_family_of_measures_comes_before_an_index_and_names_the_kinds_that_lack(staff):
    objective = ObjectiveFactory()
    measure_with([6, 7] * 9, objective, name="Z outcome", kind="outcome")
    measure_with([6, 7] * 9 + [20], objective, name="A quality", kind="quality")

    page = staff.get(objective.goal.get_absolute_url())

    [shown] = page.context["objectives"]
    assert [one.name for one in shown.family] == ["A quality", "Z outcome"]
    assert [(str(label), row["count"], row["looks"]) for label, row in page.context["family"]] == [
        ("Input", 0, 0),
        ("Output", 0, 0),
        ("Efficiency", 0, 0),
        ("Quality", 1, 1),
        ("Outcome", 1, 0),
    ]


def test_measure_that_ended_is_folded_and_not_counted(staff):
    measure = MeasureFactory(ended_on=clock.today(), name="Counted by hand")

    page = staff.get(measure.objective.goal.get_absolute_url())

    assert page.context["family"] == []
    assert "No longer measured" in page.content.decode()


def test_goal_with_many_measures_asks_no_more_than_with_few(client):
    client.force_login(UserFactory(roles="leadership"), BACKEND)
    goal = GoalFactory(plan=plan_of("Plan", -9, 900), owner=UserFactory())
    counts = []
    for more in (1, 12):
        for _number in range(more):
            measure_with([6, 7] * 5, ObjectiveFactory(goal=goal))
        client.get(goal.get_absolute_url())
        with CaptureQueriesContext(connection) as asked:
            client.get(goal.get_absolute_url())
        counts.append(len(asked))

    assert counts[0] == counts[1] <= 15, counts


def test_page_travels_compressed_where_the_browser_reads_that(staff):
    for number in range(20):
        MeasureFactory(name=f"Measure {number}")
    sent = staff.get(reverse("goals"), headers={"accept-encoding": "gzip"})

    assert gzip.decompress(sent.content).decode().count("Measure 1") == 11
    assert len(sent.content) < len(staff.get(reverse("goals")).content) / 2
