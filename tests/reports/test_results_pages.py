"""Learning, the benefits register and the method: what promises came to, added up for who may see it."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from intake.yardsticks import yardsticks_of
from projects import actions, learning
from projects.models import Benefit, BudgetLine
from tests.factories import IdeaFactory, OutcomeFactory, ProjectFactory, UserFactory
from workflow import clock
from workflow.lifecycle import Conflict, MoveRefused, NotYourMove

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def kept(ratio, *, verdict="better", reason="", audience="city", **fields):
    """A delivered project whose measured change was `ratio` times the promised one."""
    return OutcomeFactory(
        idea__audience=audience,
        idea__size="medium",
        promise__expected=Decimal(-10),
        verdict=verdict,
        reason=reason,
        shift=Decimal(str(-10 * ratio)) if verdict != "cannot_tell" else None,
        found_at=clock.now(),
        **fields,
    )


@pytest.fixture
def reader(client):
    user = UserFactory()
    client.force_login(user, BACKEND)
    return user


def test_the_middle_of_promises_is_told_with_its_range(reader, client):
    for ratio in (0.2, 0.5, 0.8, 1.1):
        kept(ratio)
    page = client.get(reverse("learning")).content.decode()
    # Quartiles of 0.2, 0.5, 0.8, 1.1 by the inclusive method.
    assert "65% in the middle, half of them between 42% and 88% (4)" in page


def test_what_nobody_can_tell_is_no_success_and_is_said(reader, client):
    for ratio in (1, 1, 1):
        kept(ratio)
    kept(0, verdict="cannot_tell", reason="not_measurable")
    page = client.get(reverse("learning")).content.decode()
    assert "(3)" in page
    assert "1 promised benefit is left out" in page


def test_two_cases_are_no_yardstick(reader, client):
    kept(1)
    kept(2)
    assert (
        "Fewer than 3 delivered projects say anything about this." in client.get(reverse("learning")).content.decode()
    )


def test_one_learns_only_from_what_one_may_see(reader, client):
    for ratio in (1, 1, 1):
        kept(ratio)
    for ratio in (9, 9, 9):
        kept(ratio, audience="department")
    assert (
        "100% in the middle, half of them between 100% and 100% (3)" in client.get(reverse("learning")).content.decode()
    )


def test_cost_and_time_are_facts_by_what_was_approved():
    today = clock.today()
    project = ProjectFactory(
        state="delivered",
        started_on=today - timedelta(days=150),
        delivered_on=today,
        baseline_start_on=today - timedelta(days=160),
        baseline_end_on=today - timedelta(days=60),
        baseline_cost_start=40_000,
    )
    BudgetLine.objects.create(project=project, name="Set-up", fiscal_year=2027, planned=1, spent=50_000)
    BudgetLine.objects.create(project=project, name="Running", kind="yearly", fiscal_year=2027, planned=1, spent=9_000)
    found = learning.held([project])[0]
    assert found.ratios == {"benefit": (), "cost": (1.25,), "time": (1.5,)}


def test_the_past_is_said_where_a_new_promise_is_made(reader):
    idea = IdeaFactory(size="medium", audience="city")
    assert yardsticks_of(idea, reader) == []
    for ratio in (0.5, 0.5, 0.5):
        kept(ratio)
    assert yardsticks_of(idea, reader)[0] == (
        "Benefit, of what was promised: 50% in the middle, half of them between 50% and 50% (3)."
    )


def test_groups_are_chosen_by_the_address(reader, client):
    for _time in range(3):
        kept(1, idea__answers=["buy"])
    page = client.get(reverse("learning") + "?by=kind").content.decode()
    assert "Something has to be bought or a contract signed." in page
    assert client.get(reverse("learning") + "?by=nonsense").status_code == 200


def test_learning_costs_the_same_for_one_and_many(reader, client, django_assert_max_num_queries):
    for _time in range(12):
        kept(1)
    with django_assert_max_num_queries(15):
        client.get(reverse("learning"))


# Benefits


@pytest.fixture
def project():
    return ProjectFactory(idea__audience="city", state="in_progress", started_on=clock.today())


def promise(project, **fields):
    said = {"kind": "saved", "name": "Postage", "fiscal_year": 2027, "promised": Decimal(9000)} | fields
    return actions.promise_benefit(project, by=project.manager, **said)


def test_a_benefit_is_promised_before_the_delivery_only(project):
    promise(project)
    with pytest.raises(Conflict, match="promised for 2027 already"):
        promise(project)
    with pytest.raises(MoveRefused, match="what it is counted in"):
        promise(project, kind="other", name="Calls")
    with pytest.raises(MoveRefused, match="more than 0"):
        promise(project, name="Nothing", promised=Decimal(0))
    project.__dict__["state"] = "delivered"
    with pytest.raises(Conflict, match="before that"):
        promise(project, fiscal_year=2028)


def test_those_who_asked_say_what_it_brought_with_evidence(project):
    benefit = promise(project)
    requester = project.idea.requester
    with pytest.raises(Conflict, match="once the project is delivered"):
        actions.confirm_benefit(benefit, by=requester, realised=Decimal(5), evidence="Ledger")
    project.delivered_on = clock.today()
    project.save()
    benefit = Benefit.objects.get()
    with pytest.raises(NotYourMove):
        actions.confirm_benefit(benefit, by=project.manager, realised=Decimal(5), evidence="Ledger")
    with pytest.raises(MoveRefused, match="what shows it"):
        actions.confirm_benefit(benefit, by=requester, realised=Decimal(5), evidence=" ")
    actions.confirm_benefit(benefit, by=requester, realised=Decimal(5), evidence="Ledger", version=1)
    with pytest.raises(Conflict, match="meanwhile"):
        actions.confirm_benefit(benefit, by=requester, realised=Decimal(7), evidence="Another ledger", version=1)
    benefit.refresh_from_db()
    assert (benefit.realised, benefit.confirmed_by) == (Decimal(5), requester)


def test_the_register_adds_money_by_year_and_other_units_apart(reader, client, project):
    promise(project)
    promise(project, name="Paper", promised=Decimal(1000))
    promise(project, name="Visits", kind="other", unit="visits", promised=Decimal(300))
    promise(project, name="Typing", kind="hours", promised=Decimal(40))
    hidden = ProjectFactory(idea__audience="department", state="in_progress", started_on=clock.today())
    promise(hidden, name="Hidden", promised=Decimal(77_777))
    Benefit.objects.filter(name="Paper").update(realised=400, evidence="Invoices")

    answer = client.get(reverse("benefits"))
    years = dict(answer.context["years"])
    assert (years[2027].promised, years[2027].realised, years[2027].open) == (10_000, 400, 1)
    assert {(unit, one.promised) for _year, unit, one in answer.context["others"]} == {("visits", 300), ("hours", 40)}
    page = answer.content.decode()
    assert "$400 realised of $10k promised, in money." in page
    assert "Hidden" not in page
    sheet = b"".join(client.get(reverse("benefits") + "?export=csv").streaming_content).decode()
    assert "Paper" in sheet
    assert "Hidden" not in sheet


def test_the_form_keeps_what_was_typed(client, project):
    client.force_login(project.manager, BACKEND)
    answer = client.post(
        reverse("benefit-new", args=[project.number]),
        {"kind": "other", "name": "Calls answered", "unit": "", "fiscal_year": "2027", "promised": "1200"},
    )
    assert answer.status_code == 422
    assert "Calls answered" in answer.content.decode()
    assert "Write what it is counted in" in answer.content.decode()


# The method


def test_the_method_page_shows_the_figures_on_file(reader, client):
    page = client.get(reverse("method")).content.decode()
    assert "36 months before, 18 after, 0 of phase-in" in page
    assert "18 months before, 18 after, 0 of phase-in, without a season" in page
    assert "98.5" in page
    assert "2000 made-up monthly series" in page


def test_the_measure_shows_what_each_project_promised_and_brought_in_the_same_queries(
    reader, client, django_assert_max_num_queries
):
    measure = kept(1).promise.measure
    for ratio in (0.1, 0.5, 0.9):
        kept(ratio, promise__measure=measure)
    kept(5, promise__measure=measure, audience="department", promise__project__title="Hidden work")
    with django_assert_max_num_queries(15):
        page = client.get(measure.get_absolute_url()).content.decode()
    assert page.count("Better since") == 4
    assert "Hidden work" not in page


def test_the_page_of_the_idea_says_what_came_of_its_promise(client):
    outcome = kept(0.7, verdict="better")
    client.force_login(outcome.idea.requester, BACKEND)
    page = client.get(outcome.idea.get_absolute_url()).content.decode()
    assert "Better since" in page
    assert reverse("outcome", args=[outcome.project.number, outcome.pk]) in page


def test_the_scorecard_says_what_the_department_promised_and_what_came(reader, client, django_assert_max_num_queries):
    outcome = kept(0.7, promise__measure__name="Minutes lost")
    department = outcome.idea.department
    for _time in range(4):
        kept(1, idea__department=department)
    kept(1, idea__department=department, audience="department", promise__measure__name="Secret minutes")
    with django_assert_max_num_queries(20):
        page = client.get(reverse("scorecard", args=[department.code])).content.decode()
    assert page.count("Better since") == 5
    assert "Minutes lost, −7.0 minutes (promised −10.0 minutes)" in page
    assert "Secret minutes" not in page


def test_the_register_lists_the_newest_and_adds_up_all(
    reader, client, project, monkeypatch, django_assert_max_num_queries
):
    monkeypatch.setattr("reports.views.benefits.MOST", 2)
    for year in range(2027, 2032):
        promise(project, fiscal_year=year, promised=Decimal(1000))
    with django_assert_max_num_queries(12):
        answer = client.get(reverse("benefits"))
    assert [one.fiscal_year for one in answer.context["benefits"]] == [2031, 2030]
    assert [year for year, _one in answer.context["years"]] == [2027, 2028, 2029, 2030, 2031]
    assert "The CSV file has them all." in answer.content.decode()
    assert len(b"".join(client.get(reverse("benefits") + "?export=csv").streaming_content).splitlines()) == 6
