"""The policy of projects on one screen, and the idea that follows by itself."""

from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.models import User
from intake import actions as intake
from intake.lifecycle import State as IdeaState
from intake.models import Idea
from projects import actions
from projects.lifecycle import State
from projects.models import CheckIn, HelpAnswer, Project, ReadyLine
from projects.tasks import ask_check_ins
from tests.factories import IdeaFactory, MeasureFactory, ProjectFactory, UserFactory
from workflow import clock
from workflow.lifecycle import Conflict, MoveRefused, NotYourMove, moves_for, perform
from workflow.models import Event

pytestmark = pytest.mark.django_db

MATRIX = {
    ("manager", State.PLANNED): {"start"},
    ("manager", State.IN_PROGRESS): {"deliver"},
    ("manager", State.DELIVERED): {"close"},
    ("director", State.PLANNED): {"cancel"},
    ("director", State.IN_PROGRESS): {"cancel"},
    ("chair", State.PLANNED): {"cancel"},
    ("chair", State.IN_PROGRESS): {"cancel"},
}
ROLES = ("director", "chair", "triager", "project_manager", "leadership", "administrator")


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("role", ["manager", "requester", "superuser", *ROLES])
def test_moves_are_offered_by_the_policy_only(role, state):
    project = ProjectFactory()
    project.__dict__["state"] = str(state)
    project.save()
    user = {"manager": project.manager, "requester": project.idea.requester}.get(role)
    user = user or UserFactory(is_superuser=role == "superuser", roles=role if role in ROLES else "")
    offered = {offer.move.name for offer in moves_for(Project.objects.get(pk=project.pk), user)}
    assert offered == MATRIX.get((role, state), set())


@pytest.fixture
def approved():
    """A medium idea, approved the real way with one promise: idea, project, manager, director, measure."""
    director, manager = UserFactory(roles="director"), UserFactory(roles="project_manager")
    idea = IdeaFactory(state=IdeaState.DECISION, cost_start=40_000, cost_yearly=2_000, answers=["buy"])
    measure = MeasureFactory(direction="down")
    promise = {"measure": measure, "expected": Decimal(-2), "by_on": clock.today() + timedelta(days=200)}
    intake.promise(idea, by=director, **promise)
    perform(
        idea, "approve", by=director, fund="General Fund", is_funded=True, project_manager=manager, reason="It helps."
    )
    return idea, Project.objects.get(idea=idea), manager, director, measure


def run(project, manager):
    for line in project.ready_lines.filter(closed_at=None):
        actions.waive_line(line, by=manager, reason="Not needed here.")
    project.refresh_from_db()
    perform(project, "start", by=manager)


def test_approval_opens_the_project_with_what_was_promised(approved):
    _idea, project, manager, _director, _measure = approved
    assert (project.baseline_cost_start, project.baseline_cost_yearly, project.baseline_cost) == (40_000, 2_000, 50_000)
    assert (project.manager, project.fund, project.promises.get().expected) == (manager, "General Fund", Decimal(-2))
    assert {(line.kind, line.is_open) for line in project.ready_lines.all()} == {
        ("money", False),
        ("purchase", True),
        ("people", True),
    }


def test_a_line_that_is_open_blocks_the_start_with_its_sentence(approved):
    _idea, project, manager, *_rest = approved
    with pytest.raises(MoveRefused, match="Close every getting-ready line"):
        perform(project, "start", by=manager)
    with pytest.raises(MoveRefused, match="why this is not needed"):
        actions.waive_line(project.ready_lines.get(kind=ReadyLine.Kind.PURCHASE), by=manager, reason=" ")


def test_a_condition_blocks_its_gate_until_it_is_met(approved, today):
    idea, project, manager, *_rest = approved
    condition = intake.add_condition(idea, by=manager, text="Sign the note.", owner=manager, due_on=today, gate="start")
    for line in project.ready_lines.filter(closed_at=None):
        actions.close_line(line, by=manager)
    project.refresh_from_db()
    with pytest.raises(MoveRefused, match="conditions that block the start"):
        perform(project, "start", by=manager)
    intake.meet_condition(condition, by=manager)
    perform(project, "start", by=manager)
    assert Idea.objects.get(pk=idea.pk).state == IdeaState.DELIVERING


def test_the_idea_follows_to_delivered_with_the_person_named(approved):
    idea, project, manager, *_rest = approved
    run(project, manager)
    perform(project, "deliver", by=manager)
    event = Event.objects.get(verb="intake.idea.deliver")
    assert (event.actor, event.on_behalf_of) == (User.objects.system(), manager)
    assert Idea.objects.get(pk=idea.pk).state == IdeaState.DELIVERED
    assert CheckIn.objects.get(project=project).asked_of == idea.requester


def test_a_small_idea_asks_whether_it_helped():
    triager = UserFactory(roles="triager")
    idea = IdeaFactory(state=IdeaState.DECISION, size="small")
    perform(idea, "approve", by=triager, fund="General Fund")
    project = Project.objects.get(idea=idea)
    assert project.manager == triager
    assert not project.ready_lines.exists()
    perform(project, "start", by=triager)
    with pytest.raises(Conflict):
        actions.say_whether_it_helped(project, by=idea.requester, answer="yes")
    perform(project, "deliver", by=triager)
    actions.say_whether_it_helped(project, by=idea.requester, answer="partly", text="On the night shift.")
    assert HelpAnswer.objects.get().answer == "partly"
    assert Idea.objects.get(pk=idea.pk).state == IdeaState.EVALUATED


def test_the_check_in_is_asked_on_its_day_and_skipped_only_with_a_reason(approved):
    idea, project, manager, *_rest = approved
    run(project, manager)
    perform(project, "deliver", by=manager)
    check_in = CheckIn.objects.get()
    assert ask_check_ins() == 0
    with clock.at(clock.now() + timedelta(days=40)):
        assert ask_check_ins() == 1
        assert ask_check_ins() == 0
    with clock.at(clock.now() + timedelta(days=48)):
        assert ask_check_ins() == 1
        assert ask_check_ins() == 0
    with pytest.raises(MoveRefused, match="why the check-in is skipped"):
        actions.skip_check_in(check_in, by=manager, reason="")
    with pytest.raises(MoveRefused, match="what is missing"):
        actions.answer_check_in(check_in, by=idea.requester, answer="no")
    actions.answer_check_in(check_in, by=idea.requester, answer="no", text="The tablets are locked away.")
    with pytest.raises(Conflict):
        actions.answer_check_in(check_in, by=idea.requester, answer="yes")


def test_cancelling_is_asked_for_by_the_manager_and_made_by_the_decider(approved):
    idea, project, manager, director, _measure = approved
    with pytest.raises(MoveRefused, match="has to ask"):
        perform(project, "cancel", by=director)
    actions.ask_to_cancel(project, by=manager, reason="The vendor left the market.")
    with pytest.raises(NotYourMove):
        perform(project, "cancel", by=manager)
    perform(project, "cancel", by=director)
    idea.refresh_from_db()
    assert idea.state == IdeaState.DECISION
    assert idea.decisions.get().answer == "yes"
    perform(idea, "approve", by=director, fund="General Fund", project_manager=manager)
    assert [one.state for one in idea.projects.order_by("number")] == [State.CANCELLED, State.PLANNED]


def test_a_hold_stops_the_moves_until_it_is_resumed(approved):
    _idea, project, manager, *_rest = approved
    run(project, manager)
    actions.hold(project, by=manager, reason="Legal reads it.", until_on=clock.today() + timedelta(days=9))
    with pytest.raises(MoveRefused, match="on hold"):
        perform(project, "deliver", by=manager)
    actions.resume(project, by=manager)
    perform(project, "deliver", by=manager)
    assert project.state == State.DELIVERED


def test_a_report_that_is_not_green_says_what_would_help(approved):
    _idea, project, manager, *_rest = approved
    run(project, manager)
    with pytest.raises(MoveRefused, match="Write the first report"):
        actions.report(project, by=manager, nothing_changed=True)
    with pytest.raises(MoveRefused, match="what would help"):
        actions.report(project, by=manager, schedule="red", sentence="Three weeks late.")
    actions.report(project, by=manager, schedule="red", sentence="Three weeks late.", would_help="An engineer.")
    again = actions.report(project, by=manager, nothing_changed=True)
    assert (again.worst, again.sentence, project.health) == ("red", "Three weeks late.", "red")


def test_the_signal_speaks_beside_the_manager(approved):
    _idea, project, manager, *_rest = approved
    run(project, manager)
    assert actions.signal_of(project).health == "green"
    actions.plan_end(project, by=manager, planned_end_on=project.baseline_end_on + timedelta(days=60), reason="Late.")
    actions.set_budget(project, by=manager, name="Licences", fiscal_year=2027, planned=53_000, spent=0)
    signal = actions.signal_of(Project.objects.get(pk=project.pk))
    assert signal.health == "red"
    assert signal.sentences == (
        "Money is 6% over what was approved.",
        "Delivery is planned 60 days later than approved.",
    )


def test_closing_keeps_lessons_and_one_primary_cause(approved):
    _idea, project, manager, *_rest = approved
    run(project, manager)
    perform(project, "deliver", by=manager)
    causes = [{"code": "unclear", "is_primary": False, "evidence": "Three changes after the test."}]
    with pytest.raises(MoveRefused, match="primary one"):
        perform(project, "close", by=manager, went_well="Crews tried it.", went_wrong="Late.", causes=causes)
    causes[0]["is_primary"] = True
    perform(project, "close", by=manager, went_well="Crews tried it.", went_wrong="Late.", causes=causes)
    assert project.causes.get().code == "unclear"
    assert project.lessons.count() == 2
