"""A small city: staff, an IT lead, a city manager, and one named person outside for whatever wants a second one."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts import actions as accounts_actions
from accounts.models import RestrictedGroup, Role, User
from accounts.policy import current_policy, forget_policy
from intake import actions
from intake.lifecycle import State
from intake.models import Decision, Idea, Review
from projects import actions as projects
from projects.models import Project
from tests.factories import UserFactory
from workflow import clock
from workflow.lifecycle import NotYourMove, moves_for, perform
from workflow.models import Delivery

pytestmark = pytest.mark.django_db
NO = {"reason": "The vendor ends it.", "what_would_change": "A vendor that stays.", "next_step": "Use the form."}


class City:
    """The people of a small city; each is read anew, for roles are known once an instance."""

    def __init__(self):
        self._people = {
            name: UserFactory(name=name).pk for name in ("Stan Staff", "Ida Lead", "Max Manager", "Olga Outside")
        }
        administrator = UserFactory(roles="administrator")
        accounts_actions.use_small_city(
            by=administrator, it_lead=self.lead, city_manager=self.manager, second=self.second
        )
        forget_policy()

    def _person(self, name):
        return User.objects.get(pk=self._people[name])

    staff = property(lambda self: self._person("Stan Staff"))
    lead = property(lambda self: self._person("Ida Lead"))
    manager = property(lambda self: self._person("Max Manager"))
    second = property(lambda self: self._person("Olga Outside"))


@pytest.fixture
def city():
    return City()


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def move(user, idea, name, **data):
    """Make a move on its page, as the person would; the page answers with where it went."""
    answer = signed_in(user).post(reverse("idea-move", args=[idea.number, name]), data)
    assert answer.status_code == 302, answer.content.decode()
    idea.refresh_from_db()


def shared_by(person, **form):
    idea = actions.start_draft(by=person, problem="Crews find out on arrival that a hydrant is out.", **form)
    perform(idea, "submit", by=person)
    return idea


def may(user, idea):
    return {one.move.name for one in moves_for(Idea.objects.get(pk=idea.pk), user)}


def told(person, verb):
    return Delivery.objects.filter(user=person, channel="page", event__verb=f"intake.idea.{verb}").count()


def to_decision(city, idea, *, triager, reviewer, size="medium"):
    move(triager, idea, "take_up")
    actions.set_size(idea, by=triager, size=size)
    move(triager, idea, "send_to_feasibility", disciplines=["operations", "security"])
    page = reverse("idea-no-promise", args=[idea.number])
    written = signed_in(idea.requester).post(page, {"no_contribution_reason": "It is counted nowhere yet."})
    assert written.status_code == 302
    for review in Review.objects.filter(idea=idea):
        assert review.reviewer == reviewer
        actions.send_review(review, by=reviewer, version=None, answer=Review.Answer.YES, text="It works.")
    idea.refresh_from_db()
    assert idea.state == State.DECISION


def test_an_idea_goes_the_whole_way_with_three_people(city):
    idea = shared_by(city.staff)
    assert told(city.lead, "submit") == 1

    to_decision(city, idea, triager=city.lead, reviewer=city.lead)
    assert may(city.lead, idea) == set()  # a medium idea is not decided by who triaged it
    assert told(city.manager, "send_to_decision") == 1
    move(
        city.manager, idea, "approve",
        fund=current_policy().funds[0], is_funded="on", project_manager=city.lead.pk, **{
            "conditions-TOTAL_FORMS": 0, "conditions-INITIAL_FORMS": 0,
        },
    )  # fmt: skip
    project = Project.objects.get(idea=idea)
    for line in project.ready_lines.filter(closed_at=None):
        projects.close_line(line, by=city.lead)
    perform(project, "start", by=city.lead)
    perform(project, "deliver", by=city.lead)
    projects.say_whether_it_helped(project, by=city.staff, answer="yes")

    idea.refresh_from_db()
    assert (idea.state, idea.current_decision.decided_by) == (State.EVALUATED, city.manager)
    assert [told(city.staff, verb) for verb in ("take_up", "send_to_decision", "approve", "deliver")] == [1, 1, 1, 1]


def test_a_small_idea_is_answered_by_the_it_lead_alone(city):
    idea = shared_by(city.staff)
    move(city.lead, idea, "take_up")
    actions.set_size(idea, by=city.lead, size="small")
    move(city.lead, idea, "send_to_decision")
    move(
        city.lead, idea, "approve",
        fund=current_policy().funds[0], **{"conditions-TOTAL_FORMS": 0, "conditions-INITIAL_FORMS": 0},
    )  # fmt: skip

    assert (idea.state, Project.objects.get(idea=idea).manager) == (State.APPROVED, city.lead)


def test_nobody_waits_for_a_sponsor_whom_the_city_does_not_have(city):
    idea = shared_by(city.staff)

    assert idea.is_backed_or_waived

    liaison = UserFactory(roles="liaison")
    waits = shared_by(city.staff)
    assert not waits.is_backed_or_waived
    assert liaison.is_active


def declined(city):
    idea = shared_by(city.staff)
    to_decision(city, idea, triager=city.lead, reviewer=city.lead)
    answer = signed_in(city.manager).post(reverse("idea-no", args=[idea.number]), NO)
    assert answer.status_code == 302
    assert told(city.second, "propose_no") == 1
    assert told(city.lead, "propose_no") == 0
    for other in (city.manager, city.lead, city.staff):
        assert "decline" not in may(other, idea)
        with pytest.raises(NotYourMove):
            perform(idea, "decline", by=other)
    move(city.second, idea, "decline")
    return idea


def test_a_no_of_the_city_manager_is_confirmed_by_the_person_outside(city):
    idea = declined(city)

    decision = idea.current_decision
    assert (idea.state, decision.answer) == (State.DECLINED, Decision.Answer.NO)
    assert (decision.proposed_by, decision.decided_by) == (city.manager, city.second)
    assert "The vendor ends it." in decision.letter


def test_the_second_look_at_a_no_is_taken_by_somebody_else_than_who_confirmed_it(city):
    idea = declined(city)
    actions.ask_second_look(idea, by=city.staff, reason="There is a new vendor.")

    assert told(city.manager, "ask_second_look") == 1
    assert "reconsider" not in may(city.second, idea)
    move(city.manager, idea, "reconsider")
    assert idea.state == State.DECISION


def test_the_second_look_at_another_way_is_taken_by_the_person_outside(city):
    idea = shared_by(city.staff)
    to_decision(city, idea, triager=city.lead, reviewer=city.lead)
    perform(
        idea, "redirect", by=city.manager, reason="We own one.", next_step="Ask for it.", other_way="The map.",
        other_way_kind="use_owned",
    )  # fmt: skip
    actions.ask_second_look(idea, by=city.staff, reason="The map does not do it.")

    assert told(city.second, "ask_second_look") == 1
    assert "reconsider" not in may(city.manager, idea)
    move(city.second, idea, "reconsider")
    assert "approve" in may(city.second, idea)
    assert "approve" not in may(city.manager, idea)


@pytest.mark.parametrize("size", ["medium", "large"])
def test_an_idea_of_the_city_manager_is_decided_by_the_person_outside(city, size):
    idea = shared_by(city.manager)
    to_decision(city, idea, triager=city.lead, reviewer=city.lead, size=size)

    assert told(city.second, "send_to_decision") == 1
    assert may(city.manager, idea) == {"withdraw"}
    assert {"approve", "redirect", "answer_not_yet"} <= may(city.second, idea)


def test_an_idea_of_the_it_lead_is_looked_at_by_others(city):
    idea = shared_by(city.lead)
    assert told(city.manager, "submit") == 1
    assert may(city.lead, idea) == {"withdraw"}

    to_decision(city, idea, triager=city.manager, reviewer=city.second)

    assert "approve" in may(city.manager, idea)


def test_an_idea_of_both_is_in_the_hands_of_the_person_outside(city):
    idea = actions.start_draft(by=city.lead, problem="Two of us need this.")
    actions.add_co_author(idea, by=city.lead, person=city.manager)
    perform(idea, "submit", by=city.lead)

    assert told(city.second, "submit") == 1
    to_decision(city, idea, triager=city.second, reviewer=city.second)
    assert "approve" in may(city.second, idea)


def test_while_there_is_a_triager_without_a_stake_the_others_keep_out(city):
    idea = shared_by(city.lead)
    UserFactory(roles="triager")

    assert may(city.manager, idea) == set()
    assert may(city.second, idea) == set()


def test_a_role_that_the_city_manager_takes_is_confirmed_by_the_person_outside(city):
    role = accounts_actions.give_role(city.manager, Role.Kind.TRIAGER, by=city.manager)
    assert role.needs_second
    page = signed_in(city.second).get(reverse("confirmations"))

    assert "Max Manager" in page.content.decode()
    accounts_actions.confirm_role(role, by=city.second)
    assert city.manager.holds("triager")


def test_the_first_member_of_a_restricted_group_is_confirmed_by_the_person_outside(city):
    group = RestrictedGroup.objects.create(name="Personnel")
    membership = accounts_actions.add_member(group, city.manager, by=city.manager)

    with pytest.raises(NotYourMove):
        accounts_actions.confirm_member(membership, by=city.manager)
    accounts_actions.confirm_member(membership, by=city.second)

    assert city.manager.group_ids == {group.pk}


def test_a_restricted_idea_needs_a_member_for_each_part(city):
    group = RestrictedGroup.objects.create(name="Personnel")
    idea = shared_by(city.lead, audience="restricted", group=group)

    assert may(city.manager, idea) == set()  # nobody acts on what may not be seen
    membership = accounts_actions.add_member(group, city.manager, by=city.manager)
    accounts_actions.confirm_member(membership, by=city.second)
    assert "take_up" in may(city.manager, idea)


def test_a_not_yet_at_the_first_look_needs_no_second_person(city):
    idea = shared_by(city.staff)
    move(city.lead, idea, "take_up")
    move(
        city.lead, idea, "answer_not_yet",
        reason="HR moves first.", next_step="Keep a list.", until_then="The shared form.",
        trigger_owner=city.lead.email, return_on=(clock.today() + timedelta(days=60)).isoformat(),
    )  # fmt: skip

    assert (idea.state, idea.current_decision.trigger_owner) == (State.NOT_YET, city.lead)
