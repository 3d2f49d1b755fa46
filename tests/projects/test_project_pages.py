"""Pages of projects: what each person sees and may do, and that nothing typed is lost."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import duties
from projects.models import CheckIn, Milestone, Project, ReadyLine, StatusReport
from tests.factories import ProjectFactory, UserFactory
from workflow import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def project():
    return ProjectFactory()


@pytest.fixture
def manager(client, project):
    client.force_login(project.manager, "allauth.account.auth_backends.AuthenticationBackend")
    return client


def send(client, name, project, data, **more):
    return client.post(reverse(name, kwargs={"number": project.number, **more}), data)


def test_report_of_the_manager_stands_on_the_page(manager, project):
    colours = {"scope": "green", "schedule": "amber", "budget": "green", "benefit": "green"}

    answer = send(
        manager, "project-report", project, colours | {"sentence": "The vendor is late.", "would_help": "A call."}
    )

    assert (answer.status_code, answer["Location"]) == (302, project.get_absolute_url())
    page = manager.get(project.get_absolute_url()).content.decode()
    assert "The vendor is late." in page
    assert "The manager’s word and the figures differ." in page


def test_report_without_what_would_help_keeps_what_was_typed(manager, project):
    colours = {"scope": "red", "schedule": "green", "budget": "green", "benefit": "green"}

    answer = send(manager, "project-report", project, colours | {"sentence": "It slips."})

    assert answer.status_code == 422
    assert "Write what would help." in answer.content.decode()
    assert "It slips." in answer.content.decode()
    assert not StatusReport.objects.exists()


def test_nothing_changed_repeats_the_report_in_one_click(manager, project):
    colours = dict.fromkeys(("scope", "schedule", "budget", "benefit"), "green")
    send(manager, "project-report", project, colours | {"sentence": "All is well."})

    send(manager, "project-unchanged", project, {})

    assert list(project.reports.values_list("sentence", "nothing_changed")) == [
        ("All is well.", True),
        ("All is well.", False),
    ]


def test_hold_until_the_past_is_answered_with_what_to_do(manager, project):
    answer = send(manager, "project-hold", project, {"reason": "Storm season", "until_on": "2020-01-01"})

    assert answer.status_code == 422
    assert "Storm season" in answer.content.decode()
    assert not project.holds.exists()


def test_line_closed_twice_says_so(manager, project):
    ReadyLine.objects.create(project=project, kind="money", owner=project.manager, due_on=clock.today())

    first = send(manager, "ready-close", project, {"note": "Fund 101"}, kind="money")
    second = send(manager, "ready-close", project, {"note": "Again"}, kind="money")

    assert (first.status_code, second.status_code) == (302, 409)
    assert project.ready_lines.get().note == "Fund 101"


def test_start_is_shown_with_what_is_missing_and_then_made(manager, project):
    line = ReadyLine.objects.create(project=project, kind="people", owner=project.manager, due_on=clock.today())
    page = manager.get(project.get_absolute_url()).content.decode()
    assert "Close every getting-ready line, or waive it with a reason." in page

    send(manager, "ready-waive", project, {"reason": "No purchase is made."}, kind=line.kind)
    answer = send(manager, "project-move", project, {}, move="start")

    assert answer.status_code == 302
    assert Project.objects.get().state == "in_progress"
    assert Project.objects.get().idea.state == "delivering"


def test_whole_arc_from_start_to_the_lessons(manager, project, client):
    send(manager, "project-move", project, {}, move="start")
    send(manager, "project-move", project, {}, move="deliver")
    answer = send(
        manager,
        "project-move",
        project,
        {"went_well": "Crews tested it.", "went_wrong": "Late data.", "cause_0": "integration", "evidence_0": ""},
        move="close",
    )
    assert (answer.status_code, Project.objects.get().state) == (422, "delivered")

    send(
        manager,
        "project-move",
        project,
        {
            "went_well": "Crews tested it.",
            "went_wrong": "Late data.",
            "cause_0": "integration",
            "evidence_0": "Two weeks",
        },
        move="close",
    )
    assert Project.objects.get().state == "closed"
    assert list(project.causes.values_list("code", "is_primary")) == [("integration", True)]

    check_in = CheckIn.objects.get()
    client.force_login(check_in.asked_of, "allauth.account.auth_backends.AuthenticationBackend")
    unsaid = send(client, "check-in", project, {"answer": "no"}, pk=check_in.pk)
    said = send(client, "check-in", project, {"answer": "yes"}, pk=check_in.pk)
    helped = send(client, "project-helped", project, {"answer": "yes", "text": "Minutes saved."})
    assert (unsaid.status_code, said.status_code, helped.status_code) == (422, 302, 302)
    assert Project.objects.get().idea.state == "evaluated"
    assert "Minutes saved." in client.get(reverse("idea-project", args=[project.idea.number])).content.decode()


def test_milestone_moves_with_a_reason_only(manager, project):
    today = clock.today()
    milestone = Milestone.objects.create(project=project, name="Test", due_on=today, baseline_on=today)
    later = {"name": "Test", "due_on": (today + timedelta(days=9)).isoformat()}

    without = send(manager, "milestone", project, later, pk=milestone.pk)
    with_reason = send(manager, "milestone", project, later | {"reason": "The server is late."}, pk=milestone.pk)

    assert (without.status_code, with_reason.status_code) == (422, 302)
    assert "9 days later" in manager.get(project.get_absolute_url()).content.decode()


def test_money_is_added_and_changed(manager, project):
    line = {"name": "Set-up", "kind": "one_time", "fiscal_year": 2027, "planned": 40_000, "spent": 0}

    send(manager, "project-budget", project, line)
    send(manager, "project-budget", project, line | {"spent": 12_000})

    assert list(project.budget_lines.values_list("planned", "spent")) == [(40_000, 12_000)]


def test_colleague_of_another_department_finds_no_project(client, project):
    client.force_login(UserFactory(), "allauth.account.auth_backends.AuthenticationBackend")

    assert client.get(project.get_absolute_url()).status_code == 404


def fill(project, rows):
    today = clock.today()
    for at in range(rows):
        Milestone.objects.create(project=project, name=f"Step {rows} {at}", due_on=today, baseline_on=today)
        StatusReport.objects.create(project=project, reported_by=UserFactory(), sentence="So.")
        CheckIn.objects.create(project=project, asked_of=UserFactory(), due_at=clock.now())


def test_page_asks_the_same_however_much_happened(manager, project):
    def asked():
        with CaptureQueriesContext(connection) as captured:
            assert manager.get(project.get_absolute_url()).status_code == 200
        return len(captured)

    fill(project, 1)
    asked()
    once = asked()
    fill(project, 30)
    assert asked() == once


def test_open_work_of_a_manager_goes_to_the_successor(project):
    ReadyLine.objects.create(project=project, kind="money", owner=project.manager, due_on=clock.today())
    leaving, successor = project.manager, UserFactory(roles="project_manager")
    assert len(duties.open_duties(leaving)) == 2

    duties.hand_over(leaving, successor, by=UserFactory(roles="administrator"))

    assert duties.open_duties(leaving) == []
    assert len(duties.open_duties(successor)) == 2
