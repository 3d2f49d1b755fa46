"""Who leads a project, and who may say of its idea what only its people may say."""

import pytest

from intake.lifecycle import State
from projects import rules
from tests.factories import IdeaFactory, ProjectFactory, RoleFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_a_project_without_a_named_manager_is_led_by_whoever_holds_the_role():
    holder, other = UserFactory(roles="project_manager"), UserFactory(roles="director")
    project = ProjectFactory(manager=None)

    assert (rules.is_manager(holder, project), rules.is_manager(other, project)) == (True, False)


def test_a_named_manager_leads_alone():
    project = ProjectFactory()

    assert rules.is_manager(project.manager, project)
    assert not rules.is_manager(UserFactory(roles="project_manager"), project)


def test_the_requester_and_the_sponsor_asked_for_it():
    idea = IdeaFactory(state=State.DELIVERED)
    sponsor = UserFactory()
    RoleFactory(user=sponsor, kind="sponsor", department=idea.department)
    project = ProjectFactory(idea=idea)

    asked = [rules.asked_for_it(who, project) for who in (idea.requester, sponsor, UserFactory())]
    assert asked == [True, True, False]
