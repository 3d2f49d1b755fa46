"""What the history of a project says of its milestones and money: what changed, as people read it, and nothing else."""

from datetime import date

import pytest

from projects import actions
from projects.models import Milestone
from tests.factories import ProjectFactory, UserFactory
from workflow import timeline
from workflow.models import Event

pytestmark = pytest.mark.django_db


def changes_told(verb):
    events = Event.objects.filter(verb=f"projects.project.{verb}").order_by("id")
    return [[(str(one.label), one.before, one.after) for one in told.changes] for told in timeline.told(events)]


@pytest.fixture
def project():
    manager = UserFactory(roles="project_manager")
    return ProjectFactory(manager=manager, state="in_progress", started_on=date(2024, 1, 2))


def test_a_milestone_done_on_its_day_moved_nowhere(project):
    day = date(2024, 5, 2)
    milestone = Milestone.objects.create(project=project, name="Go-live", due_on=day, baseline_on=day)

    actions.change_milestone(milestone, by=project.manager, name="Go-live", due_on=day, done_on=day)

    assert changes_told("change_milestone") == [[("Done on", "", "Thu, May 2, 2024")]]


def test_money_is_told_in_dollars_and_only_what_changed(project):
    line = {"by": project.manager, "name": "Set-up", "fiscal_year": 2026, "planned": 74000}

    actions.set_budget(project, spent=0, **line)
    actions.set_budget(project, spent=80660, **line)

    assert changes_told("set_budget") == [
        [("Planned", "", "$74,000"), ("Spent", "", "$0")],
        [("Spent", "$0", "$80,660")],
    ]
