"""When somebody leaves, nothing that waited on that person is lost: the successor has it, by the history."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts import actions as accounts_actions
from accounts import duties
from accounts.models import Membership, RestrictedGroup
from goals.models import Action, Agreement, DataElement, DataRequest, Goal, Meeting, Position
from intake import actions
from intake.lifecycle import State
from intake.models import Backing, Condition, Idea, Part, Review
from projects.models import CheckIn, ReadyLine
from tests.factories import (
    DepartmentFactory,
    GoalFactory,
    IdeaFactory,
    MeasureFactory,
    ProjectFactory,
    RoleFactory,
    UserFactory,
)
from workflow import clock
from workflow.lifecycle import MoveRefused
from workflow.models import Delivery, Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator():
    return UserFactory(name="Ada Admin", roles="administrator")


@pytest.fixture
def leaver():
    return UserFactory(name="Lena Leaver")


@pytest.fixture
def successor():
    return UserFactory(name="Sam Successor")


def labels(user):
    return [str(duty.label) for duty in duties.open_duties(user)]


def leave(leaver, successor, by):
    accounts_actions.deactivate(leaver, by=by, successor=successor)
    assert labels(leaver) == []


def events_of(obj, verb):
    return Event.objects.about(obj).filter(verb=verb)


def told_of(idea, person):
    return Delivery.objects.filter(user=person, channel="page", event__in=Event.objects.about(idea)).count()


def test_an_idea_in_hand(administrator, leaver, successor):
    idea = IdeaFactory(state=State.TRIAGE)
    actions.put_in_hands(idea, by=administrator, to=leaver)
    assert labels(leaver) == [f"{idea.label}: has it in hand"]

    leave(leaver, successor, administrator)

    idea = Idea.objects.get(pk=idea.pk)
    assert idea.assignee == successor
    assert idea.people_as(Part.Kind.ASSIGNEE) == [successor]
    assert events_of(idea, "intake.idea.assign").latest("id").data["changes"] == {
        "assignee": ["Lena Leaver", "Sam Successor"]
    }
    assert told_of(idea, successor) == 1


def test_an_idea_of_the_successor_goes_back_to_the_queue(administrator, leaver, successor):
    idea = IdeaFactory(state=State.TRIAGE, requester=successor)
    actions.put_in_hands(idea, by=administrator, to=leaver)

    leave(leaver, successor, administrator)

    assert Idea.objects.get(pk=idea.pk).assignee is None


def review_of(leaver, **fields):
    RoleFactory(user=leaver, kind="reviewer", discipline="security")
    idea = IdeaFactory(state=State.FEASIBILITY, **fields)
    [review] = actions.open_reviews(idea, by=leaver, disciplines=["security"])
    assert review.reviewer == leaver
    return review


def test_a_review_goes_to_a_successor_of_the_discipline(administrator, leaver):
    review = review_of(leaver)
    successor, _other = UserFactory(reviews="security"), UserFactory(reviews="security")
    assert labels(leaver) == [f"{review.idea.label}: a review"]

    leave(leaver, successor, administrator)

    assert Review.objects.get(pk=review.pk).reviewer == successor
    assert review.idea.people_as(Part.Kind.REVIEWER) == [successor]
    assert events_of(review.idea, "intake.idea.give_review").latest("id").data["to"] == successor.pk


def test_a_successor_who_does_not_review_leaves_it_to_the_discipline(administrator, leaver, successor):
    review = review_of(leaver)
    colleague = UserFactory(reviews="security")

    leave(leaver, successor, administrator)

    assert Review.objects.get(pk=review.pk).reviewer == colleague


def test_the_last_of_a_discipline_leaves_the_review_open_to_it(administrator, leaver, successor):
    review = review_of(leaver)

    leave(leaver, successor, administrator)

    assert Review.objects.get(pk=review.pk).reviewer is None


def test_a_condition(administrator, leaver, successor):
    idea = IdeaFactory(state=State.DECISION)
    condition = actions.add_condition(
        idea, by=administrator, text="Sign it.", owner=leaver, due_on=clock.today(), gate=Condition.Gate.START
    )
    assert labels(leaver) == [f"{idea.label}: a condition"]

    leave(leaver, successor, administrator)

    condition.refresh_from_db()
    assert condition.owner == successor
    assert actions.may_meet(condition, successor)
    event = events_of(idea, "intake.idea.hand_over").get()
    assert event.data == {
        "duty": "condition", "person": successor.pk, "name": "Sam Successor", "before": "Lena Leaver",
    }  # fmt: skip
    assert told_of(idea, successor) == 1


def test_who_watches_a_not_yet(administrator, leaver, successor):
    idea = IdeaFactory(state=State.NOT_YET)
    idea.current_decision.trigger_owner = leaver
    idea.current_decision.letter = "Lena watches."
    idea.current_decision.save()
    actions.involve(idea, leaver, Part.Kind.TRIGGER_OWNER)
    assert labels(leaver) == [f"{idea.label}: watches the date or condition"]

    leave(leaver, successor, administrator)

    idea = Idea.objects.get(pk=idea.pk)
    assert (idea.current_decision.trigger_owner, idea.current_decision.letter) == (successor, "Lena watches.")
    assert idea.people_as(Part.Kind.TRIGGER_OWNER) == [successor]
    assert events_of(idea, "intake.idea.hand_over").count() == 1


@pytest.fixture
def asked_to_back(leaver):
    department = DepartmentFactory()
    RoleFactory(user=leaver, kind="sponsor", department=department)
    idea = IdeaFactory(state=State.TRIAGE, requester=UserFactory(department=department))
    actions.ask_to_back(idea, by=idea.requester)
    return idea


def test_a_question_to_back_waits_for_the_successor(administrator, leaver, successor, asked_to_back):
    assert labels(leaver) == [f"{asked_to_back.label}: backing by the department"]

    leave(leaver, successor, administrator)
    RoleFactory(user=successor, kind="sponsor", department=asked_to_back.department)

    assert Backing.objects.get(idea=asked_to_back).asked_of == successor
    actions.answer_backing(asked_to_back, by=successor, answer=Backing.Answer.BACKS)
    assert asked_to_back.people_as(Part.Kind.SPONSOR) == [successor]


def test_a_hold_is_kept_by_the_successor_and_ends_on_its_day(administrator, leaver, successor, asked_to_back):
    until = clock.today() + timedelta(days=20)
    actions.answer_backing(asked_to_back, by=leaver, answer=Backing.Answer.HOLDS, reason="Budget.", hold_until=until)
    assert labels(leaver) == [f"{asked_to_back.label}: backing by the department"]

    leave(leaver, successor, administrator)

    assert labels(successor) == [f"{asked_to_back.label}: backing by the department"]
    assert Idea.objects.get(pk=asked_to_back.pk).is_held
    assert events_of(asked_to_back, "intake.idea.hand_over").get().data["duty"] == "backing"


def test_what_was_answered_is_no_duty_any_more(leaver, asked_to_back):
    actions.answer_backing(asked_to_back, by=leaver, answer=Backing.Answer.BACKS)

    assert labels(leaver) == []


def proposed_no():
    idea = IdeaFactory(state=State.DECISION, size="medium")
    director = UserFactory(roles="director")
    actions.propose_no(idea, by=director, reason="It ends.", what_would_change="It stays.", next_step="Use the form.")
    return idea, director


def test_the_second_person_of_a_no_names_who_confirms_next(administrator, leaver):
    idea, _director = proposed_no()
    RoleFactory(user=leaver, kind="chair")
    successor = UserFactory(roles="chair")
    assert labels(leaver) == [f"{idea.label}: a “No” to confirm"]

    leave(leaver, successor, administrator)

    event = events_of(idea, "intake.idea.hand_over").get()
    assert (event.data["duty"], event.audience) == ("confirmation", "deciders")
    assert told_of(idea, successor) == 1
    assert labels(successor) == [f"{idea.label}: a “No” to confirm"]


def test_nobody_takes_over_the_confirmation_of_the_own_no(administrator, leaver):
    idea, director = proposed_no()
    RoleFactory(user=leaver, kind="chair")

    leave(leaver, director, administrator)

    assert not events_of(idea, "intake.idea.hand_over").exists()
    assert labels(director) == []


def test_the_requester_of_an_open_idea_and_the_question_that_waits(administrator, leaver, successor):
    idea = IdeaFactory(state=State.TRIAGE, requester=leaver)
    actions.put_in_hands(idea, by=administrator, to=successor)
    question = actions.ask_requester(idea, by=UserFactory(roles="triager"), text="How many?")
    assert labels(leaver) == [f"{idea.label}: requester", f"{idea.label}: a question to answer"]

    leave(leaver, successor, administrator)

    idea = Idea.objects.get(pk=idea.pk)
    question.refresh_from_db()
    assert (idea.requester, question.asked_of) == (successor, successor)
    assert idea.people_as(*("requester", "assignee")) == [successor]
    assert idea.assignee is None  # who asks for it no longer judges it
    actions.answer_question(question, by=successor, text="Twelve.")


def test_measures_kept_and_goals_owned(administrator, leaver, successor):
    other = UserFactory(name="Omar Other")
    owned = MeasureFactory(owner=leaver, backup=successor)
    backed = MeasureFactory(owner=other, backup=leaver)
    both = MeasureFactory(owner=successor, backup=leaver)
    goal = Goal.objects.create(slug="safe", name="Safe streets", owner=leaver)
    assert sorted(labels(leaver)) == sorted(
        [
            f"Owner of “{owned}”",
            f"Backup of “{backed}”",
            f"Backup of “{both}”",
            "Owner of the goal “Safe streets”",
        ]
    )

    leave(leaver, successor, administrator)

    for one in (owned, backed, both, goal):
        one.refresh_from_db()
    assert (owned.owner, owned.backup) == (successor, None)
    assert (backed.owner, backed.backup) == (other, successor)
    assert (both.owner, both.backup) == (successor, None)
    assert goal.owner == successor
    event = events_of(owned, "goals.measure.edit").get()
    assert event.note == "Lena Leaver handed it over."
    assert event.data["changes"] == {"owner": ["Lena Leaver", "Sam Successor"], "backup": ["Sam Successor", None]}
    assert events_of(goal, "goals.goal.edit").count() == 1


def test_what_departments_define_together(administrator, leaver, successor):
    department = DepartmentFactory(name="Fire")
    agreement = Agreement.objects.create(
        slug="safety",
        name="Safety",
        question="Are we safer?",
        goal=GoalFactory(),
        asked_by=administrator,
        kept_by=leaver,
        backup=successor,
    )
    position = Position.objects.create(agreement=agreement, department=department, speaker=leaver)
    element = DataElement.objects.create(
        department=department, name="Calls", owner=leaver, system="Dispatch", refreshed="daily", may_use="All"
    )
    asked = DataRequest.objects.create(
        element=element,
        department=department,
        asked_by=leaver,
        what_for="Crossings",
        how_fine="Months",
        who_sees="Us",
        until_on=clock.today() + timedelta(days=90),
        due_at=clock.now() + timedelta(days=9),
    )
    assert sorted(labels(leaver)) == sorted(
        [
            "Keeper of the question “Safety”",
            "Speaks for Fire on “Safety”",
            "Owner of the data “Calls”",
            "Asked to use the data “Calls”",
        ]
    )

    leave(leaver, successor, administrator)

    for one in (agreement, position, element, asked):
        one.refresh_from_db()
    assert (agreement.kept_by, agreement.backup) == (successor, None)
    assert (position.speaker, element.owner, asked.asked_by) == (successor, successor, successor)
    for one, verb in (
        (agreement, "goals.agreement.edit"),
        (position, "goals.position.edit"),
        (element, "goals.dataelement.edit"),
        (asked, "goals.datarequest.hand_over"),
    ):
        assert events_of(one, verb).get().note == "Lena Leaver handed it over."


def test_a_data_request_that_was_answered_is_no_duty_any_more(leaver):
    element = DataElement.objects.create(
        department=DepartmentFactory(), name="Calls", owner=UserFactory(), system="D", refreshed="daily", may_use="All"
    )
    DataRequest.objects.create(
        element=element,
        department=element.department,
        asked_by=leaver,
        what_for="Crossings",
        how_fine="Months",
        who_sees="Us",
        until_on=clock.today(),
        due_at=clock.now(),
        answer="yes",
        answered_at=clock.now(),
    )

    assert labels(leaver) == []


def test_a_measure_whose_data_the_leaver_knew(administrator, leaver, successor):
    measure = MeasureFactory(steward=leaver)
    assert labels(leaver) == [f"Data steward of “{measure}”"]

    leave(leaver, successor, administrator)

    measure.refresh_from_db()
    assert measure.steward == successor
    assert events_of(measure, "goals.measure.edit").get().data["changes"] == {
        "steward": ["Lena Leaver", "Sam Successor"]
    }


def test_meetings_to_come_and_the_actions_that_they_left_open(administrator, leaver, successor):
    coming = Meeting.objects.create(name="June review", held_at=clock.now() + timedelta(days=5), kept_by=leaver)
    closed = Meeting.objects.create(
        name="May review", held_at=clock.now() - timedelta(days=25), kept_by=leaver, closed_at=clock.now()
    )
    fields = {"meeting": closed, "due_on": clock.today(), "owner": leaver}
    still_open = Action.objects.create(text="Ask the vendor.", **fields)
    Action.objects.create(text="Count again.", status=Action.Status.DONE, done_on=clock.today(), **fields)
    assert labels(leaver) == ["Keeper of the meeting “June review”", "An action of a meeting: Ask the vendor."]

    leave(leaver, successor, administrator)

    for one in (coming, closed, still_open):
        one.refresh_from_db()
    assert (coming.kept_by, closed.kept_by, still_open.owner) == (successor, leaver, successor)
    assert list(coming.people.all()) == [successor]
    assert events_of(coming, "goals.meeting.edit").count() == 1
    assert events_of(still_open, "goals.action.edit").count() == 1


@pytest.fixture
def secret(leaver):
    group = RestrictedGroup.objects.create(name="Police")
    Membership.objects.create(group=group, user=leaver, added_by=leaver, confirmed_at=clock.now())
    return IdeaFactory(state=State.TRIAGE, audience="restricted", group=group)


def join(group, user):
    Membership.objects.create(group=group, user=user, added_by=user, confirmed_at=clock.now())


def test_a_duty_in_restricted_work_goes_to_a_member_only(administrator, leaver, successor, secret):
    actions.put_in_hands(secret, by=administrator, to=leaver)

    with pytest.raises(MoveRefused, match="Sam Successor is not in the group"):
        accounts_actions.deactivate(leaver, by=administrator, successor=successor)
    leaver.refresh_from_db()
    assert leaver.is_active
    assert Idea.objects.get(pk=secret.pk).assignee == leaver

    member = UserFactory()
    join(secret.group, member)
    leave(leaver, member, administrator)
    assert Idea.objects.get(pk=secret.pk).assignee == member


@pytest.mark.parametrize("kind", ["requested", "review", "backing", "condition", "watched", "check_in", "line"])
def test_no_kind_of_duty_shows_restricted_work_to_an_outsider(administrator, leaver, successor, secret, kind):
    if kind == "requested":
        secret = IdeaFactory(state=State.TRIAGE, requester=leaver, audience="restricted", group=secret.group)
    elif kind == "review":
        RoleFactory(user=leaver, kind="reviewer", discipline="security")
        actions.open_reviews(secret, by=leaver, disciplines=["security"])
    elif kind == "backing":
        Backing.objects.create(idea=secret, asked_of=leaver, due_at=clock.now())
        actions.involve(secret, leaver, Part.Kind.ASKED_TO_BACK)
    elif kind == "condition":
        actions.add_condition(
            secret, by=leaver, text="Sign it.", owner=leaver, due_on=clock.today(), gate=Condition.Gate.START
        )
    elif kind == "watched":
        secret = IdeaFactory(state=State.NOT_YET, audience="restricted", group=secret.group)
        secret.current_decision.trigger_owner = leaver
        secret.current_decision.save()
    else:
        secret = IdeaFactory(state=State.DELIVERED, audience="restricted", group=secret.group)
        project = ProjectFactory(idea=secret)
        if kind == "check_in":
            CheckIn.objects.create(project=project, asked_of=leaver, due_at=clock.now())
        else:
            ReadyLine.objects.create(project=project, kind="money", owner=leaver, due_on=clock.today())
    assert len(labels(leaver)) == 1

    with pytest.raises(MoveRefused, match="not in the group"):
        accounts_actions.deactivate(leaver, by=administrator, successor=successor)

    assert not Idea.objects.get(pk=secret.pk).may_be_seen_by(successor)


def test_the_administrator_reads_the_duties_but_no_number_of_restricted_work(administrator, leaver, secret):
    actions.put_in_hands(secret, by=administrator, to=leaver)
    open_one = IdeaFactory(state=State.TRIAGE)
    actions.put_in_hands(open_one, by=administrator, to=leaver)
    client = Client()
    client.force_login(administrator)

    page = client.get(reverse("person-close", args=[leaver.pk])).content.decode()

    assert f"{open_one.label}: has it in hand" in page
    assert "Restricted work of “Police”: has it in hand" in page
    assert secret.label not in page
    assert secret.title not in page
