"""What cannot be done with a project is said in a sentence and changes nothing; what was missing mends it."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from accounts.models import RestrictedGroup
from intake.lifecycle import State as IdeaState
from intake.models import Part
from projects import actions
from projects.duties import hand_over
from projects.models import Benefit, CheckIn, Hold, Lesson, Milestone, Outcome, Project, ReadyLine
from tests.factories import IdeaFactory, OutcomeFactory, ProjectFactory, UserFactory
from workflow import clock
from workflow.lifecycle import Conflict, MoveRefused, NotYourMove
from workflow.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def project():
    return ProjectFactory()


@pytest.fixture
def delivered():
    """A project that was delivered a while ago."""
    return OutcomeFactory().project


def soon(days=30):
    return clock.today() + timedelta(days=days)


def refused(words, act, /, *args, kind=MoveRefused, **kwargs):
    """It is said, and nothing is on record."""
    before = Event.objects.count()
    with pytest.raises(kind, match=words):
        act(*args, **kwargs)
    assert Event.objects.count() == before


def test_who_does_not_lead_it_changes_nothing(project):
    stranger = UserFactory(roles="project_manager")

    refused("^$", actions.add_milestone, project, by=stranger, name="Test", due_on=soon(), kind=NotYourMove)
    assert not Milestone.objects.exists()
    assert actions.add_milestone(project, by=project.manager, name="Test", due_on=soon()).name == "Test"


def test_a_line_is_waived_with_a_reason_and_once(project):
    manager = project.manager
    line = ReadyLine.objects.create(project=project, kind="money", owner=manager, due_on=soon())

    refused("Write why this is not needed", actions.waive_line, line, by=manager, reason=" ")
    actions.waive_line(line, by=manager, reason="A gift.")
    refused("closed already", actions.waive_line, line, by=manager, reason="Again.", kind=Conflict)
    assert ReadyLine.objects.get().waived_because == "A gift."


def test_a_milestone_moves_later_with_a_reason_and_is_done_in_the_past_only(project):
    manager = project.manager
    milestone = actions.add_milestone(project, by=manager, name="Test", due_on=soon())
    told = {"by": manager, "name": "Test"}

    refused("Write why the date moves", actions.change_milestone, milestone, due_on=soon(40), done_on=None, **told)
    refused("cannot be in the future", actions.change_milestone, milestone, due_on=soon(), done_on=soon(1), **told)
    actions.change_milestone(milestone, due_on=soon(40), done_on=None, reason="The vendor is late.", **told)
    assert Milestone.objects.get().due_on == soon(40)


def test_the_end_moves_with_a_reason_to_a_day_after_the_start(project):
    manager = project.manager

    refused("Write why the date moves", actions.plan_end, project, by=manager, planned_end_on=soon(), reason="")
    refused("after the start", actions.plan_end, project, by=manager, planned_end_on=soon(-5), reason="Sooner.")
    actions.plan_end(project, by=manager, planned_end_on=soon(90), reason="The vendor is late.")
    assert Project.objects.get().planned_end_on == soon(90)


def test_the_end_planned_as_it_was_tells_nobody(project):
    before = Event.objects.count()

    actions.plan_end(project, by=project.manager, planned_end_on=project.planned_end_on, reason="As it was.")

    assert Event.objects.count() == before


def test_a_project_rests_until_a_coming_day_and_once(project):
    manager = project.manager

    refused("until which coming day", actions.hold, project, by=manager, reason="Ice.", until_on=soon(0))
    refused("not on hold", actions.resume, project, by=manager, kind=Conflict)
    actions.hold(project, by=manager, reason="Ice.", until_on=soon())
    refused("on hold already", actions.hold, project, by=manager, reason="Ice.", until_on=soon(), kind=Conflict)
    actions.resume(project, by=manager)
    assert Hold.objects.get().ended_at is not None


def test_what_is_delivered_rests_no_more_is_not_cancelled_and_owes_no_report(delivered):
    manager = delivered.manager

    refused("running project", actions.hold, delivered, by=manager, reason="Ice.", until_on=soon(), kind=Conflict)
    refused("running project", actions.ask_to_cancel, delivered, by=manager, reason="Ice.", kind=Conflict)
    refused("no more reports", actions.report, delivered, by=manager, nothing_changed=True, kind=Conflict)


def test_cancelling_is_asked_for_with_a_reason(project):
    refused("Write why", actions.ask_to_cancel, project, by=project.manager, reason=" ")

    actions.ask_to_cancel(project, by=project.manager, reason="The vendor is gone.")

    assert Project.objects.get().cancel_reason == "The vendor is gone."


def test_the_first_report_is_written_and_red_says_what_would_help(project):
    manager = project.manager
    green = dict.fromkeys(("scope", "schedule", "budget", "benefit"), "green")

    refused("Write the first report", actions.report, project, by=manager, nothing_changed=True)
    refused("how it stands", actions.report, project, by=manager, sentence=" ", **green)
    refused("what would help", actions.report, project, by=manager, sentence="Late.", **green | {"budget": "red"})
    assert actions.report(project, by=manager, sentence="On track.", **green).worst == "green"


def test_before_the_delivery_nothing_is_said_about_what_came_of_it(project):
    asks, early = {"by": project.idea.requester, "kind": Conflict}, "once the project is delivered"
    benefit = Benefit.objects.create(project=project, kind="saved", name="Postage", fiscal_year=2027, promised=900)

    refused(early, actions.confirm_benefit, benefit, realised=Decimal(5), evidence="The ledger.", **asks)
    refused(early, actions.say_whether_it_helped, project, answer="yes", **asks)
    with pytest.raises(Conflict, match=early):
        actions.add_lesson(project, by=project.idea.requester, kind=Lesson.Kind.WENT_WELL, text="Ask the crews.")
    question = {"asked_of": project.manager, "question": "Used?", "due_on": soon()}
    refused("once the project is delivered", actions.add_check_in, project, **question, **asks)


def test_a_benefit_is_nought_or_more_and_shown_by_something(delivered):
    requester = delivered.idea.requester
    benefit = Benefit.objects.create(project=delivered, kind="saved", name="Postage", fiscal_year=2027, promised=900)
    told = {"by": requester, "evidence": "The ledger."}

    refused("0 or more", actions.confirm_benefit, benefit, realised=Decimal(-1), **told)
    refused("what shows it", actions.confirm_benefit, benefit, realised=Decimal(5), by=requester, evidence=" ")
    actions.confirm_benefit(benefit, realised=Decimal(5), **told)
    assert Benefit.objects.get().realised == 5


def test_a_lesson_has_words(delivered):
    lesson = {"by": delivered.manager, "kind": Lesson.Kind.WENT_WELL}

    with pytest.raises(MoveRefused, match="what the next project should know"):
        actions.add_lesson(delivered, text=" ", **lesson)
    actions.add_lesson(delivered, text="Ask the crews.", **lesson)
    assert Lesson.objects.get().text == "Ask the crews."


def test_a_question_after_delivery_is_asked_of_somebody_who_may_see_it(delivered):
    manager, outsider = delivered.manager, UserFactory()
    asked = {"by": manager, "question": "Used?", "due_on": soon(), "asked_of": delivered.idea.requester}

    refused("Write the question", actions.add_check_in, delivered, **asked | {"question": " "})
    refused("today or a coming day", actions.add_check_in, delivered, **asked | {"due_on": soon(-1)})
    refused("may not see this project", actions.add_check_in, delivered, **asked | {"asked_of": outsider})
    assert actions.add_check_in(delivered, **asked).question == "Used?"


def test_a_check_in_is_answered_once_with_what_is_missing(delivered):
    requester, manager = delivered.idea.requester, delivered.manager
    check_in = CheckIn.objects.create(project=delivered, asked_of=requester, due_at=clock.now())

    refused("what is missing", actions.answer_check_in, check_in, by=requester, answer="no")
    refused("why the check-in is skipped", actions.skip_check_in, check_in, by=manager, reason="")
    actions.answer_check_in(check_in, by=requester, answer="no", text="Nobody has a tablet.")
    refused("answered already", actions.answer_check_in, check_in, by=requester, answer="yes", kind=Conflict)
    refused("answered already", actions.skip_check_in, check_in, by=manager, reason="No.", kind=Conflict)
    assert CheckIn.objects.get().text == "Nobody has a tablet."


def test_a_check_in_is_asked_and_reminded_of_once_each(delivered):
    check_in = CheckIn.objects.create(project=delivered, asked_of=delivered.idea.requester, due_at=clock.now())

    for _time in range(4):
        actions.ask_check_in(check_in, by=delivered.manager)

    assert Event.objects.filter(verb="projects.project.ask_check_in").count() == 2


def test_lines_and_check_ins_of_who_leaves_go_to_the_successor(project):
    leaver, successor, by = UserFactory(), UserFactory(), UserFactory()
    ReadyLine.objects.create(project=project, kind="money", owner=leaver, due_on=soon())
    CheckIn.objects.create(project=project, asked_of=leaver, due_at=clock.now())

    hand_over(leaver, successor, by)

    assert (ReadyLine.objects.get().owner, CheckIn.objects.get().asked_of) == (successor, successor)
    assert Part.objects.filter(user=successor, kind=Part.Kind.READY_OWNER, ended_at=None).exists()


@pytest.mark.peer("T7")
def test_a_check_in_of_restricted_work_is_handed_to_nobody_outside_the_group():
    group = RestrictedGroup.objects.create(name="Police")
    idea = IdeaFactory(state=IdeaState.APPROVED, audience="restricted", group=group)
    check_in = CheckIn.objects.create(project=ProjectFactory(idea=idea), asked_of=idea.requester, due_at=clock.now())

    with pytest.raises(MoveRefused):
        hand_over(idea.requester, UserFactory(), UserFactory())

    assert CheckIn.objects.get(pk=check_in.pk).asked_of == idea.requester


def test_the_command_finds_verdicts_and_tells_how_far_it_is(capsys):
    OutcomeFactory(long_stop_on=clock.today(), until_on=clock.today())

    call_command("evaluate_outcomes")

    told = capsys.readouterr()
    assert ("1 of 1 looked at." in told.err, "1 verdicts found." in told.out) == (True, True)
    assert Outcome.objects.get().verdict != ""


def test_a_portfolio_file_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(CommandError, match=r"nothing\.csv"):
        call_command("load_portfolio", str(tmp_path / "nothing.csv"))


def test_the_demonstration_is_loaded_where_it_is_asked_for_only(settings, capsys, project):
    settings.DEMO = False
    with pytest.raises(CommandError, match="Set DEMO=1"):
        call_command("load_demo")

    settings.DEMO = True
    call_command("load_demo")
    assert "was here already" in capsys.readouterr().out
