"""A portfolio file is taken over through the real moves, whole or not at all, and once."""

import csv
from collections import Counter
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from goals.models import Goal
from intake.models import Idea
from projects.models import Project
from projects.takeover import AS_OF, FUNDING, goals_in, take_over
from workflow.models import Delivery, Event

pytestmark = pytest.mark.django_db

ROW = {
    "Unique Investment Identifier": "005-000000039",
    "Agency Name": "Department of Bridges",
    "Investment Title (IT Portfolio)": "Bridge sensors",
    "Brief Summary": "Bridges are looked at twice a year.\nThat is too seldom.",
    "Agency Strategic Objectives / Agency Priority Goals": "3227 - Safe, sound bridges, 829 - Rural roads",
    "Investment Start Year": "2012",
    "Investment End Year": "2020",
    "CIO Evaluation Color": "Yellow",
    "CIO Evaluation Comments": "Sensors are late.",
    **dict(zip(FUNDING, ("1.5", "0.25", "2", "0"), strict=True)),
}


@pytest.fixture
def file(tmp_path):
    def write(*rows):
        path = tmp_path / "list.csv"
        with path.open("w", newline="", encoding="utf-8-sig") as out:
            writer = csv.DictWriter(out, ROW.keys())
            writer.writeheader()
            writer.writerows(rows)
        return path

    return write


def test_a_row_becomes_an_idea_with_its_project_and_history(file):
    take_over(file(ROW))
    idea = Idea.objects.get()
    project = Project.objects.get()
    assert (idea.title, idea.state, idea.lane, idea.size) == ("Bridge sensors", "delivering", "taken_over", "large")
    assert (idea.department.name, idea.goal.name) == ("Department of Bridges", "Safe, sound bridges")
    assert [goal.name for goal in idea.other_goals.all()] == ["Rural roads"]
    assert list(project.budget_lines.values_list("fiscal_year", "planned")) == [
        (2014, 1_500_000),
        (2015, 250_000),
        (2016, 2_000_000),
        (2017, 0),
    ]
    assert (project.health, project.reports.get().sentence) == ("amber", "Sensors are late.")
    moves = ["submit", "take_up", "send_to_decision", "approve", "start_delivery"]
    verbs = Event.objects.about(idea).exclude(verb="intake.idea.start").order_by("id").values_list("verb", flat=True)
    assert list(verbs) == [f"intake.idea.{name}" for name in moves]
    assert all(event.note.endswith("Taken over from list.csv, line 2.") for event in Event.objects.all())
    assert set(Event.objects.values_list("at", flat=True)) == {AS_OF}
    assert Delivery.objects.count() == 0


@pytest.mark.parametrize(
    ("start", "end", "state"),
    [("2001", "2015", "delivered"), ("2017", "2020", "approved"), ("2016", "2016", "delivering")],
)
def test_years_say_how_far_it_is(file, start, end, state):
    take_over(file(ROW | {"Investment Start Year": start, "Investment End Year": end}))
    assert Idea.objects.get().state == state


def test_twice_changes_nothing(file):
    take_over(file(ROW))
    events = Event.objects.count()
    again = take_over(file(ROW))
    assert (again.taken, again.known) == (0, 1)
    assert (Idea.objects.count(), Event.objects.count(), Goal.objects.count()) == (1, events, 2)


def test_a_faulty_row_stops_it_and_names_line_column_and_what_to_do(file):
    bad = ROW | {"Unique Investment Identifier": "2", "Funding CY ($ M)": "much", "CIO Evaluation Color": "Pink"}
    out = StringIO()
    with pytest.raises(CommandError, match="1 rows need repair"):
        call_command("load_portfolio", str(file(ROW, bad)), stdout=out)
    assert "Line 4, Funding CY ($ M): Write a number in millions of dollars." in out.getvalue()
    assert "Line 4, CIO Evaluation Color: Write Green, Yellow or Red." in out.getvalue()
    assert Idea.objects.count() == 0


def test_faulty_rows_are_set_aside_only_on_request(file):
    bad = ROW | {"Unique Investment Identifier": "2", "Investment End Year": "2010"}
    done = take_over(file(ROW, bad), set_aside=True)
    assert (done.taken, done.set_aside) == (1, 1)


def test_a_failure_halfway_leaves_nothing(file, monkeypatch):
    def fails(*args, **kwargs):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr("projects.actions.report", fails)
    with pytest.raises(RuntimeError):
        take_over(file(ROW))
    assert (Idea.objects.count(), Event.objects.count(), Goal.objects.count()) == (0, 0, 0)


def test_goals_are_split_only_where_a_new_code_starts():
    assert goals_in("12 - A, B and C, 13 - D") == [("12", "A, B and C"), ("13", "D")]
    assert goals_in("") == []


def test_the_real_file_is_taken_over_whole(shared_data):
    path = shared_data / "us-federal-it-investments" / "businesscase_by2017.csv"
    done = take_over(path)
    assert (done.taken, done.set_aside, len(done.cut)) == (747, 0, 23)
    assert Counter(Idea.objects.values_list("state", flat=True)) == {"delivering": 743, "delivered": 3, "approved": 1}
    assert Counter(Project.objects.values_list("health", flat=True)) == {"green": 544, "amber": 173, "red": 30}
    assert Idea.objects.filter(goal=None).count() == 31
