"""Whoever gets a stake in an idea judges it no more: it leaves their hands, and open reviews go to somebody else."""

import pytest

from accounts.models import User
from intake import actions
from intake.lifecycle import State
from intake.models import Idea, Review
from intake.rules import DUTIES
from tests.factories import IdeaFactory, RoleFactory, UserFactory
from workflow import clock
from workflow.lifecycle import perform

pytestmark = pytest.mark.django_db


def anew(user):
    return User.objects.get(pk=user.pk)


def writes_along(idea, person):
    actions.add_co_author(idea, by=idea.requester, person=person)


def backs(idea, person):
    RoleFactory(user=person, kind="sponsor", department=idea.department)
    actions.ask_to_back(idea, by=idea.requester)
    actions.answer_backing(idea, by=anew(person), answer="backs")


def joins(idea, person):
    other = IdeaFactory(state=State.TRIAGE, requester=person)
    perform(other, "join", by=UserFactory(roles="triager"), into=idea)


def steps_back(idea, person):
    actions.declare_conflict(idea, by=person, note="My brother sells it.")


def inherits(idea, person):
    """The next requester of an idea that others joined."""
    idea.joined_ideas.add(IdeaFactory(state=State.TRIAGE, requester=person))
    actions.withdraw_or_pass_on(idea, by=idea.requester, reason="We moved.")


@pytest.mark.parametrize("way", [writes_along, backs, joins, steps_back, inherits])
def test_a_stake_takes_the_idea_out_of_their_hands(way):
    idea, person = IdeaFactory(state=State.SUBMITTED, audience="city"), UserFactory(roles="triager")
    actions.assign(idea, by=UserFactory(roles="triager"), to=person)
    idea = Idea.objects.get(pk=idea.pk)

    way(idea, person)

    idea = Idea.objects.get(pk=idea.pk)
    assert idea.assignee is None
    assert {kind for user, kind in idea.current_parts if user == person.pk and kind in DUTIES} == set()


@pytest.mark.parametrize("way", [backs, joins, steps_back, inherits])
def test_a_stake_gives_the_open_review_to_somebody_else(way):
    person, colleague = UserFactory(reviews="security"), UserFactory(reviews="security")
    idea = IdeaFactory(state=State.FEASIBILITY, audience="city")
    review = Review.objects.create(idea=idea, discipline="security", due_at=clock.due_after(10))
    actions.give_review(review, by=UserFactory(roles="triager"), to=person)

    way(Idea.objects.get(pk=idea.pk), person)

    assert Review.objects.get(pk=review.pk).reviewer == colleague
