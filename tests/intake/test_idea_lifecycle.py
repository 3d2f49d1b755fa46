"""The policy of ideas on one screen: who may make which move in which state."""

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Sum

from accounts.models import User
from intake import actions
from intake.lifecycle import Lane, State
from intake.models import Count, Idea, Part
from tests.factories import IdeaFactory, UserFactory
from workflow.lifecycle import Conflict, MoveRefused, NotYourMove, moves_for, perform

pytestmark = pytest.mark.django_db

WAYS_OUT_AT_TRIAGE = {"answer_not_yet", "redirect"}
TRIAGE = {"send_to_feasibility", "send_to_decision", "join"} | WAYS_OUT_AT_TRIAGE
DECISION = {"approve", "answer_not_yet", "redirect"}

# A medium idea that nobody proposed a “No” for; moves with unmet needs count as shown.
MATRIX = {
    ("requester", State.DRAFT): {"submit", "withdraw"},
    ("requester", State.SUBMITTED): {"withdraw"},
    ("requester", State.TRIAGE): {"withdraw"},
    ("requester", State.FEASIBILITY): {"withdraw"},
    ("requester", State.DECISION): {"withdraw"},
    ("requester", State.NOT_YET): {"withdraw"},
    ("coauthor", State.DRAFT): {"submit"},
    ("triager", State.SUBMITTED): {"take_up", "join"},
    ("triager", State.TRIAGE): TRIAGE,
    ("triager", State.FEASIBILITY): {"send_to_decision", "join"},
    ("triager", State.NOT_YET): {"resume"},
    ("director", State.FEASIBILITY): WAYS_OUT_AT_TRIAGE,
    ("director", State.DECISION): DECISION | {"decline"},
    ("director", State.NOT_YET): {"reconsider_from_start"},
    ("director", State.REDIRECTED): {"reconsider_from_start"},
    ("director", State.DECLINED): {"reconsider_from_start"},
    ("chair", State.FEASIBILITY): WAYS_OUT_AT_TRIAGE,
    ("chair", State.DECISION): DECISION | {"decline"},
    ("chair", State.NOT_YET): {"reconsider_from_start"},
    ("chair", State.REDIRECTED): {"reconsider_from_start"},
    ("chair", State.DECLINED): {"reconsider_from_start"},
    ("stand_in", State.DECISION): {"decline"},
    ("stand_in", State.NOT_YET): {"reconsider_from_start"},
    ("stand_in", State.REDIRECTED): {"reconsider_from_start"},
    ("stand_in", State.DECLINED): {"reconsider_from_start"},
}
ROLES = (
    "triager",
    "director",
    "chair",
    "stand_in",
    "board_member",
    "leadership",
    "project_manager",
    "administrator",
    "liaison",
)


def person(role, idea):
    if role == "requester":
        return User.objects.get(pk=idea.requester_id)
    if role == "coauthor":
        user = UserFactory(department=idea.department)
        Part.objects.create(idea=idea, user=user, kind=Part.Kind.CO_AUTHOR)
        return user
    if role == "reviewer":
        return UserFactory(reviews="security")
    if role == "sponsor":
        return UserFactory(department=idea.department, roles="sponsor")
    if role == "superuser":
        return UserFactory(is_superuser=True, is_staff=True)
    return UserFactory(roles=role if role in ROLES else "")


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("role", ["requester", "coauthor", "sponsor", "reviewer", "colleague", "superuser", *ROLES])
def test_moves_are_offered_by_the_policy_only(role, state):
    idea = IdeaFactory(state=state)
    user = person(role, idea)
    offered = {offer.move.name for offer in moves_for(Idea.objects.get(pk=idea.pk), user)}
    assert offered == MATRIX.get((role, state), set())


@pytest.mark.parametrize(
    ("size", "deciders"),
    [
        ("small", {"triager", "director", "chair"}),
        ("medium", {"director", "chair"}),
        ("large", {"chair"}),
    ],
)
def test_size_names_the_deciders(size, deciders):
    idea = IdeaFactory(state=State.DECISION, size=size)
    may = {role for role in ROLES if "approve" in {one.move.name for one in moves_for(idea, person(role, idea))}}
    assert may == deciders


def test_stand_in_decides_a_large_idea_when_the_chair_has_a_stake():
    chair, stand_in = UserFactory(roles="chair"), UserFactory(roles="stand_in")
    idea = IdeaFactory(state=State.DECISION, size="large", requester=chair)
    assert "approve" in {one.move.name for one in moves_for(idea, stand_in)}
    assert "approve" not in {one.move.name for one in moves_for(idea, chair)}


@pytest.mark.parametrize("kind", ["requester", "co_author", "drafter", "sponsor", "joined", "conflict"])
def test_nobody_with_a_stake_decides(kind):
    director = UserFactory(roles="director")
    idea = IdeaFactory(state=State.DECISION)
    Part.objects.create(idea=idea, user=director, kind=kind)
    with pytest.raises(NotYourMove):
        perform(idea, "approve", by=director, fund="General Fund")
    assert Idea.objects.get(pk=idea.pk).state == State.DECISION


def test_a_move_from_a_state_that_has_passed_is_a_clear_conflict():
    triager = UserFactory(roles="triager")
    idea = IdeaFactory(state=State.SUBMITTED)
    stale = Idea.objects.get(pk=idea.pk)
    perform(idea, "take_up", by=triager)
    with pytest.raises(Conflict, match="First look"):
        perform(stale, "take_up", by=triager)


def test_an_unmet_need_is_shown_with_its_sentence_and_refused():
    triager = UserFactory(roles="triager")
    idea = IdeaFactory(state=State.TRIAGE, size="")
    offer = next(one for one in moves_for(idea, triager) if one.move.name == "send_to_feasibility")
    assert not offer.enabled
    assert offer.unmet[0] == "Set the size first."
    with pytest.raises(MoveRefused, match="Set the size first"):
        perform(idea, "send_to_feasibility", by=triager, disciplines=["security"])


def test_a_move_that_does_not_exist_is_refused():
    idea = IdeaFactory(state=State.TRIAGE)
    with pytest.raises(MoveRefused, match="no move of this name"):
        perform(idea, "delete", by=UserFactory(roles="triager"))


def test_a_deactivated_person_makes_no_move():
    triager = UserFactory(roles="triager", is_active=False)
    with pytest.raises(NotYourMove):
        perform(IdeaFactory(state=State.SUBMITTED), "take_up", by=triager)


def test_only_the_import_account_moves_what_was_taken_over():
    importer = User.objects.importer()
    ordinary, taken = IdeaFactory(state=State.SUBMITTED), IdeaFactory(state=State.SUBMITTED, lane=Lane.TAKEN_OVER)
    perform(taken, "take_up", by=importer)
    assert taken.state == State.TRIAGE
    assert taken.due_at is None
    with pytest.raises(NotYourMove):
        perform(ordinary, "take_up", by=importer)


def test_the_database_refuses_an_answer_without_a_decision():
    idea = IdeaFactory(state=State.DECISION)
    idea.__dict__["state"] = str(State.APPROVED)
    with pytest.raises(IntegrityError), transaction.atomic():
        idea.save()


def test_one_idea_is_counted_once_however_long_its_instance_lives():
    requester, triager = UserFactory(), UserFactory(roles="triager")
    idea = actions.start_draft(by=requester, problem="Crews find out on arrival.")
    perform(idea, "submit", by=requester)
    perform(idea, "take_up", by=triager)
    actions.comment(idea, by=triager, text="Thank you, we read it.")
    counted = Count.objects.values_list("state").annotate(n=Sum("delta")).order_by("state")
    assert list(counted) == [("submitted", 0), ("triage", 1)]
