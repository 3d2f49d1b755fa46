"""My work: everything that waits for a person, the one due first on top, and nothing that the person may not see."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import RestrictedGroup, Role
from accounts.policy import current_policy
from intake import actions
from intake.lifecycle import State
from intake.models import Backing, Condition, Contribution, Decision, Part, Review
from projects.models import CheckIn, Outcome, Promise, ReadyLine
from tests.factories import (
    DepartmentFactory,
    IdeaFactory,
    MeasureFactory,
    MeasurementFactory,
    ProjectFactory,
    RoleFactory,
    UserFactory,
)
from workflow.models import Question

pytestmark = pytest.mark.django_db


def in_days(days):
    return timezone.now() + timedelta(days=days)


def opened(user):
    client = Client()
    client.force_login(user)
    current_policy()
    return client.get(reverse("my-work"))


def tasks(user):
    """Each thing that waits, as what and where."""
    groups = opened(user).context["groups"]
    return [(str(task.what), task.label) for _when, group in groups for task in group]


def project_of(user, **fields):
    return ProjectFactory(idea=IdeaFactory(state=State.APPROVED, audience="city"), manager=user, **fields)


def in_hand(user):
    idea = IdeaFactory(state=State.TRIAGE)
    actions.assign(idea, by=UserFactory(roles="director"), to=user)
    return "Say where it goes", idea.label


def a_review(user):
    idea = IdeaFactory(state=State.FEASIBILITY)
    Review.objects.create(idea=idea, discipline="security", reviewer=user, due_at=in_days(3))
    actions.involve(idea, user, Part.Kind.REVIEWER)
    return "Review: Security", idea.label


def a_condition(user):
    idea = IdeaFactory(state=State.APPROVED)
    Condition.objects.create(idea=idea, text="Sign the agreement", owner=user, due_on=in_days(3).date())
    actions.involve(idea, user, Part.Kind.CONDITION_OWNER)
    return "Meet a condition: Sign the agreement", idea.label


def a_question(user):
    idea = IdeaFactory(state=State.TRIAGE, requester=user)
    Question.objects.create(target=idea, asked_by=UserFactory(), asked_of=user, text="How often?", due_at=in_days(3))
    return "Answer a question", idea.label


def a_backing(user):
    idea = IdeaFactory(state=State.TRIAGE, department=user.department)
    RoleFactory(user=user, kind=Role.Kind.SPONSOR, department=user.department)
    Backing.objects.create(idea=idea, asked_of=user, due_at=in_days(3))
    actions.involve(idea, user, Part.Kind.ASKED_TO_BACK)
    return "Back it or hold it", idea.label


def a_decision(user):
    RoleFactory(user=user, kind=Role.Kind.DIRECTOR)
    return "Decide", IdeaFactory(state=State.DECISION).label


def a_trigger(user):
    idea = IdeaFactory(state=State.NOT_YET)
    Decision.objects.filter(pk=idea.current_decision_id).update(trigger_owner=user)
    actions.involve(idea, user, Part.Kind.TRIGGER_OWNER)
    return "Watch when it can come back", idea.label


def a_report(user):
    return "Report how it stands", project_of(user, report_due_at=in_days(3)).label


def a_line(user):
    project = project_of(UserFactory())
    ReadyLine.objects.create(project=project, kind="money", owner=user, due_on=in_days(3).date())
    return "Make ready: Money", project.label


def a_check_in(user):
    project = project_of(UserFactory())
    CheckIn.objects.create(project=project, asked_of=user, due_at=in_days(3), asked_at=timezone.now())
    return "Answer: Is it in use?", project.label


def an_outcome(user):
    project, measure = project_of(UserFactory()), MeasureFactory(name="Minutes lost", owner=user, cadence="yearly")
    MeasurementFactory(measure=measure, period_on=in_days(0).date().replace(month=1, day=1) - timedelta(days=1))
    MeasurementFactory(measure=measure, period_on=in_days(0).date().replace(month=1, day=1))
    promised = {"measure": measure, "expected": -1, "by_on": in_days(0).date()}
    contribution = Contribution.objects.create(idea=project.idea, added_by=user, **promised)
    promise = Promise.objects.create(project=project, contribution=contribution, **promised)
    day = in_days(-1).date()
    Outcome.objects.create(
        promise=promise,
        test_on=day,
        until_on=day,
        long_stop_on=day,
        verdict="cannot_tell",
        reason="already_moving",
        found_at=timezone.now(),
    )
    return "Say what else changed: Minutes lost", project.label


def a_help_answer(user):
    idea = IdeaFactory(state=State.DELIVERED, requester=user, size="small")
    day = in_days(-3).date()
    project = ProjectFactory(idea=idea, started_on=day, delivered_on=day)
    return "Say whether it helped", project.label


def a_no_to_confirm(user):
    idea = IdeaFactory(state=State.DECISION, size="large")
    RoleFactory(user=user, kind=Role.Kind.STAND_IN)
    actions.propose_no(
        idea, by=UserFactory(roles="chair"), reason="It ends.", what_would_change="It stays.", next_step="The form."
    )
    return "Confirm the “No”, or give another answer", idea.label


def a_second_look(user):
    idea = IdeaFactory(state=State.DECLINED)
    RoleFactory(user=user, kind=Role.Kind.STAND_IN)
    actions.ask_second_look(idea, by=idea.requester, reason="There is a new vendor.")
    return "Take a second look", idea.label


def a_missing_value(user):
    MeasureFactory(owner=user)
    return "Enter the missing value", "Measure"


ALL = (
    in_hand, a_review, a_condition, a_question, a_backing, a_decision, a_trigger, a_report, a_line, a_check_in,
    an_outcome, a_help_answer, a_no_to_confirm, a_second_look, a_missing_value,
)  # fmt: skip


@pytest.mark.parametrize("waiting", ALL, ids=lambda one: one.__name__)
def test_what_waits_is_there_for_the_one_and_nobody_else(waiting):
    person = UserFactory(roles="triager")
    wanted = waiting(person)

    assert tasks(person) == [wanted]
    assert tasks(UserFactory()) == []


def test_every_task_leads_to_a_page_that_opens():
    person = UserFactory(roles="triager director project_manager sponsor", reviews="security")
    for waiting in ALL:
        waiting(person)
    client = Client()
    client.force_login(person)

    found = [task for _when, group in opened(person).context["groups"] for task in group]

    assert len(found) >= len(ALL)
    assert {task.url: client.get(task.url.partition("#")[0]).status_code for task in found} == {
        task.url: 200 for task in found
    }


def test_late_stands_first_and_is_marked():
    person = UserFactory(roles="project_manager")
    later = project_of(person, report_due_at=in_days(40))
    late = project_of(person, report_due_at=in_days(-4))
    soon = project_of(person, report_due_at=in_days(2))

    response = opened(person)

    assert [(str(when), [task.label for task in group]) for when, group in response.context["groups"]] == [
        ("Late", [late.label]),
        ("In the next seven days", [soon.label]),
        ("Later", [later.label]),
    ]
    assert response.content.decode().count("was due") == 1


def test_what_waits_on_the_requester_is_not_late():
    person = UserFactory(roles="triager")
    _what, _label = in_hand(person)
    idea = person.ideas_assigned.get()
    type(idea).objects.filter(pk=idea.pk).update(due_at=in_days(-9))
    actions.ask_requester(idea, by=person, text="How often?")

    page = opened(person).content.decode()

    assert "Waits on the requester" in page
    assert "was due" not in page


def test_a_no_that_waits_for_another_person_is_no_work_of_its_proposer():
    chair, idea = UserFactory(roles="chair"), IdeaFactory(state=State.DECISION, size="large")
    assert tasks(chair) == [("Decide", idea.label)]

    actions.propose_no(idea, by=chair, reason="It ends.", what_would_change="It stays.", next_step="The form.")

    assert tasks(chair) == []


def test_the_substitute_who_was_asked_backs_it_only_in_the_place_of_the_sponsor():
    department = DepartmentFactory()
    idea, substitute = IdeaFactory(state=State.TRIAGE, department=department), UserFactory()
    Backing.objects.create(idea=idea, asked_of=UserFactory(), due_at=in_days(3), stage=Backing.Stage.SUBSTITUTE)
    actions.involve(idea, substitute, Part.Kind.ASKED_TO_BACK)
    assert tasks(substitute) == []

    RoleFactory(user=substitute, kind=Role.Kind.SPONSOR, department=department)

    assert tasks(substitute) == [("Back it or hold it", idea.label)]


def test_a_duty_on_what_one_may_no_longer_see_is_gone():
    person = UserFactory(reviews="security")
    a_review(person)
    idea = person.reviews.get().idea
    actions.release(idea, Part.Kind.REVIEWER)
    type(idea).objects.filter(pk=idea.pk).update(
        audience="restricted", group=RestrictedGroup.objects.create(name="Police")
    )

    assert tasks(person) == []


@pytest.mark.parametrize("roles", ["triager", "stand_in", "chair"])
def test_much_work_asks_no_more_than_little(roles):
    person, client, counts = UserFactory(roles=f"{roles} project_manager sponsor", reviews="security"), Client(), []
    client.force_login(person)
    for more in (1, 8):
        for _number in range(more):
            for waiting in ALL:
                if waiting is not a_decision:
                    waiting(person)
            IdeaFactory(state=State.DECISION, size="large")
        current_policy()
        client.get(reverse("my-work"))
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("my-work"))
        counts.append(len(asked))

    assert counts[0] == counts[1] <= 12
