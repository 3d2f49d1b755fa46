"""The portfolio: without restricted work, each figure equal to the list it opens, in a fixed number of questions."""

import csv
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape

from accounts.models import Membership, RestrictedGroup
from goals.models import Goal
from intake.lifecycle import State
from intake.models import Decision
from projects.lifecycle import State as ProjectState
from projects.models import BudgetLine, Health, ReadyLine, StatusReport
from reports.views.portfolio import Figure
from tests.factories import (
    DepartmentFactory,
    GoalFactory,
    IdeaFactory,
    OutcomeFactory,
    ProjectFactory,
    PromiseFactory,
    UserFactory,
)
from workflow import clock

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def leader(client):
    client.force_login(UserFactory(roles="leadership"), BACKEND)
    return client


@pytest.fixture
def police():
    return RestrictedGroup.objects.create(name="Police")


def opened(client):
    with CaptureQueriesContext(connection) as captured:
        response = client.get(reverse("portfolio"))
    return response, len(captured)


def figures_in(value: Any) -> Iterator[Figure]:
    """Every figure of a context, however deep it stands."""
    if isinstance(value, Figure):
        yield value
    elif isinstance(value, dict):
        yield from figures_in(list(value.values()))
    elif isinstance(value, list | tuple):
        for one in value:
            yield from figures_in(one)


def listed_at(client, url: str) -> int:
    """How many rows a list has in all, its further pages too."""
    response = client.get(f"{url}&export=csv")
    lines: Iterable[str] = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()
    return len(list(csv.reader(lines))) - 1


def grow_city(group):
    """Ideas in every state, for goals of every kind, in departments open and closed; projects told and untold."""
    fire, closed = DepartmentFactory(name="Fire"), DepartmentFactory(name="Old Harbor", is_active=False)
    goals = [
        GoalFactory(name="Safe community"),
        GoalFactory(name="Nobody works for it"),
        GoalFactory(name="An ended goal", is_open=False),
        GoalFactory(name="Text of another system", position=Goal.TAKEN_OVER),
        None,
    ]
    for at, state in enumerate(State):
        IdeaFactory(state=state, goal=goals[0], department=fire)
        IdeaFactory(state=state, goal=goals[2 + at % 3], audience="city")
        IdeaFactory(state=state, goal=goals[0], audience="restricted", group=group, cost_start=1000, hours=8)
    IdeaFactory(state=State.TRIAGE, department=closed)
    Decision.objects.filter(answer="another_way").update(decided_at=clock.now() - timedelta(days=500))
    for at, health in enumerate((Health.GREEN, Health.AMBER, Health.RED, Health.GREEN)):
        for state in ProjectState:
            idea = IdeaFactory(state=State.APPROVED, goal=goals[at], is_funded=at % 2 == 0, department=fire)
            project = ProjectFactory(
                idea=idea, health=health, state=state, last_report_at=None if at == 3 else clock.now()
            )
            BudgetLine.objects.create(project=project, name="Licences", fiscal_year=2027, planned=300, spent=100)
            BudgetLine.objects.create(project=project, name="Hours", fiscal_year=2027, planned=200, spent=50)
    hidden = IdeaFactory(state=State.APPROVED, goal=goals[0], audience="restricted", group=group, is_funded=True)
    ProjectFactory(idea=hidden, health=Health.RED, last_report_at=clock.now(), baseline_cost_start=7000)


@pytest.mark.parametrize(
    ("kind", "is_member"),
    [
        ("leadership", False),
        ("leadership", True),
        ("triager", True),
    ],
)
def test_every_figure_counts_the_list_that_it_opens(client, police, kind, is_member):
    grow_city(police)
    person = UserFactory(roles=kind)
    if is_member:
        Membership.objects.create(
            group=police, user=person, added_by=person, confirmed_by=UserFactory(), confirmed_at=clock.now()
        )
    client.force_login(person, BACKEND)

    page = opened(client)[0]
    figures = set(figures_in(page.context_data))
    unlinked = [one for one in figures if f'href="{escape(one.url)}"' not in page.content.decode()]
    wrong = [(one, listed) for one in figures if (listed := listed_at(client, one.url)) != one.number]

    assert len(figures) > 50
    assert (wrong, unlinked) == ([], [])


def test_totals_leave_restricted_work_out_and_leadership_reads_it_in_one_line(leader, police):
    IdeaFactory(state=State.TRIAGE)
    IdeaFactory(state=State.TRIAGE, audience="restricted", group=police, hours=8)
    IdeaFactory(state=State.DECLINED, audience="restricted", group=police, hours=100)
    kept_secret = IdeaFactory(state=State.APPROVED, audience="restricted", group=police, title="Secret cameras")
    ProjectFactory(idea=kept_secret, baseline_cost_start=1000)

    page, _asked = opened(leader)

    assert (page.context["open"].number, page.context["running"].number, page.context["approved"]) == (1, 0, 0)
    assert page.context["restricted"] == {"number": 3, "open": 2, "money": 1000, "hours": 8}
    assert (page.context["everything"], page.context["open_in_all"], page.context["approved_in_all"]) == (4, 3, 1000)
    assert "Restricted work" in page.content.decode()
    assert "Secret cameras" not in page.content.decode()


def test_director_does_not_read_the_line_of_restricted_work(client, police):
    IdeaFactory(state=State.TRIAGE, audience="restricted", group=police)
    client.force_login(UserFactory(roles="director"), BACKEND)

    page = opened(client)[0]

    assert (page.context["restricted"], page.context["everything"], page.context["open_in_all"]) == (None, 0, 0)
    assert "Restricted work is in no number here." in page.content.decode()


def test_no_is_shown_when_nobody_was_told_no(leader):
    ProjectFactory()

    page = opened(leader)[0]

    said = {label: figure.number for _code, label, figure in page.context["answers"]}
    assert said == {"Yes 1": 1, "Yes, if 0": 0, "Not yet 0": 0, "Another way 0": 0, "No 0": 0}
    assert "No 0" in page.content.decode()


def test_an_answer_counts_every_idea_that_got_it_even_where_another_followed(leader):
    idea = IdeaFactory(state=State.APPROVED)
    for decided_at in (clock.now(), clock.now() - timedelta(days=30), clock.now() - timedelta(days=400)):
        Decision.objects.create(
            idea=idea, answer="not_yet", reason="Money first.", decided_by=UserFactory(), decided_at=decided_at
        )

    given = {code: figure.number for code, _label, figure in opened(leader)[0].context["answers"]}

    assert (given["yes"], given["not_yet"]) == (1, 1)


def test_goal_without_work_is_shown_and_one_that_ended_only_with_work(leader):
    GoalFactory(name="Nobody works for it")
    GoalFactory(name="Ended and done", is_open=False)
    IdeaFactory(state=State.TRIAGE, goal=GoalFactory(name="Ended with work", is_open=False))
    IdeaFactory(state=State.TRIAGE)

    rows = [(row["name"], row["ideas"].number) for row in opened(leader)[0].context["goals"]]

    assert rows == [("Ended with work", 1), ("Nobody works for it", 0), ("Without a goal", 1)]


def test_goals_departments_and_states_add_up_to_the_totals(leader, police):
    grow_city(police)

    shown = opened(leader)[0].context

    assert sum(row["ideas"].number for row in shown["goals"]) == shown["open"].number
    assert sum(row["open"].number for row in shown["departments"]) == shown["open"].number
    assert sum(figure.number for _label, figure in shown["steps"]) == shown["open"].number
    left = sum(figure.number for _label, figure in shown["ends"])
    assert shown["open"].number + left + shown["restricted"]["number"] == shown["everything"]
    assert sum(row["running"].number for row in shown["goals"]) == shown["running"].number
    assert sum(figure.number for _code, _label, figure in shown["healths"]) == shown["running"].number
    money = [(sum(row[name] for row in shown["goals"]), shown[name]) for name in ("approved", "planned", "spent")]
    assert money == [(320_000, 320_000), (4000, 4000), (1200, 1200)]


def test_projects_are_counted_by_what_their_test_says_each_verdict_once(leader, police):
    for verdicts, fields in (
        (["better", "better"], {}),
        (["better", "no_change"], {}),
        ([""], {}),
        (["worse"], {"audience": "restricted", "group": police}),
    ):
        project = ProjectFactory(idea=IdeaFactory(state=State.DELIVERED, **fields), state=ProjectState.DELIVERED)
        for verdict in verdicts:
            found = {"verdict": verdict, "found_at": clock.now(), "shift": 1} if verdict else {}
            OutcomeFactory(promise=PromiseFactory(project=project), **found)

    page = opened(leader)[0]

    figures = [figure for *_face, figure in page.context["verdicts"]]
    assert [one.number for one in figures] == [2, 1, 0, 0, 1]
    assert [listed_at(leader, one.url) for one in figures] == [2, 1, 0, 0, 1]


def test_yes_not_started_says_how_many_have_their_money(leader):
    ProjectFactory(idea=IdeaFactory(state=State.APPROVED, is_funded=True), baseline_cost_start=1000)
    ProjectFactory(idea=IdeaFactory(state=State.APPROVED), baseline_cost_start=500, baseline_cost_yearly=100)

    shown = opened(leader)[0].context

    assert (shown["waiting"].number, shown["waiting_money"]) == (2, 2000)
    assert (shown["money_found"][0].number, shown["money_found"][1]) == (1, 1000)
    assert (shown["money_missing"][0].number, shown["money_missing"][1]) == (1, 1000)


def test_projects_that_need_help_come_worst_first_with_what_would_help(leader):
    for health, title in ((Health.AMBER, "Signals"), (Health.GREEN, "Library"), (Health.RED, "Ledger")):
        project = ProjectFactory(title=title, health=health, state=ProjectState.IN_PROGRESS, last_report_at=clock.now())
        StatusReport.objects.create(
            project=project, reported_by=project.manager, sentence=f"{title} now.", would_help=f"Testers for {title}."
        )
    ProjectFactory(title="Untold", state=ProjectState.IN_PROGRESS)

    page = opened(leader)[0]

    told = [(one.title, one.sentence, one.would_help) for one in page.context["troubled"]]
    assert told == [
        ("Ledger", "Ledger now.", "Testers for Ledger."),
        ("Signals", "Signals now.", "Testers for Signals."),
    ]
    assert page.context["finding"] == "4 ideas are open. 4 projects are running. 2 need help."


def test_a_project_that_waits_shows_its_lines_with_whose_move_it_is(leader):
    project = ProjectFactory(title="Meters")
    owner = UserFactory(name="Luis Ortega")
    ReadyLine.objects.create(project=project, kind="purchase", owner=owner, due_on=clock.today())
    ReadyLine.objects.create(project=project, kind="council", due_on=clock.today() - timedelta(days=1))
    ReadyLine.objects.create(
        project=project, kind="money", due_on=clock.today(), closed_at=clock.now(), note="Water Fund"
    )

    page = opened(leader)[0].content.decode()

    assert [text for text in ("Meters", "Luis Ortega", "Water Fund", "Not needed") if text not in page] == []
    assert page.count("was due") == 1


def test_file_of_the_portfolio_holds_the_same_figures(leader, police):
    grow_city(police)
    shown = opened(leader)[0].context

    response = leader.get(reverse("portfolio") + "?export=csv")
    lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()
    rows = {(name, of): number for name, of, number in csv.reader(lines)}

    assert rows["Ideas by step", "Decision"] == str(shown["steps"][2][1].number)
    assert rows["Answers, 12 months", "No"] == "2"
    assert rows["Money of running projects", "Planned"] == "4000"


def test_asks_the_same_for_thirty_times_as_much(leader, police):
    grow_city(police)
    opened(leader)
    _page, once = opened(leader)
    for _each in range(30):
        ReadyLine.objects.create(project=ProjectFactory(), kind="money", owner=UserFactory(), due_on=clock.today())

    assert opened(leader)[1] == once <= 12


def test_list_of_projects_asks_the_same_for_thirty_rows(leader):
    ProjectFactory()
    leader.get(reverse("projects"))
    with CaptureQueriesContext(connection) as one:
        leader.get(reverse("projects"))
    for _each in range(29):
        ProjectFactory()
    with CaptureQueriesContext(connection) as thirty:
        assert len(leader.get(reverse("projects")).context["object_list"]) == 30

    assert len(thirty) == len(one)


def test_a_project_that_never_reported_is_not_listed_as_on_track(leader):
    ProjectFactory(title="Untold")
    ProjectFactory(title="Told", last_report_at=clock.now())

    def titles(health):
        return [one.title for one in leader.get(reverse("projects"), {"health": health}).context["object_list"]]

    assert (titles("green"), titles("none")) == (["Told"], ["Untold"])


def test_a_filter_from_the_portfolio_is_said_in_words_and_can_be_taken_away(leader):
    page = leader.get(reverse("ideas"), {"given": "no", "without": "restricted"}).content.decode()

    assert "Answered in the last 12 months: <b>No</b>" in page
    assert "Restricted work: <b>left out</b>" in page
    assert 'href="?given=no"' in page
