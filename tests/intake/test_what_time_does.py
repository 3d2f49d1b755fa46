"""What time does to ideas: a sponsor’s silence, the return of “not yet”, the second look, counts that are folded."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db.models import Sum

from accounts.actions import change_policy
from accounts.models import User
from accounts.policy import Silence, current_policy, forget_policy
from intake import actions, tasks
from intake.lifecycle import State
from intake.models import Backing, Count, Part, Review
from tests.factories import IdeaFactory, RoleFactory, UserFactory
from workflow import clock
from workflow.lifecycle import NotYourMove, perform
from workflow.models import Delivery, Event

pytestmark = pytest.mark.django_db
LATE = timedelta(days=60)


def anew(thing):
    return type(thing).objects.get(pk=thing.pk)


def holder(kind, idea_department, **fields):
    person = UserFactory(department=idea_department)
    RoleFactory(user=person, kind=kind, department=idea_department, **fields)
    return person


@pytest.fixture
def shared():
    """A shared idea whose sponsor, with a substitute, was asked, in a department with a liaison."""
    requester = UserFactory()
    substitute = UserFactory(department=requester.department, name="Ann Substitute")
    holder("sponsor", requester.department, substitute=substitute)
    holder("liaison", requester.department)
    idea = actions.start_draft(by=requester, problem="Nobody knows who has the key of the tool room.")
    perform(idea, "submit", by=requester)
    return idea


def silence(times, backing):
    """Let the time of each stage pass, once more than it has stages."""
    stages = []
    for step in range(1, times + 1):
        with clock.at(clock.now() + step * LATE):
            tasks.pass_silence_of_sponsors()
        stages.append(anew(backing).stage)
    return stages


def test_silence_asks_the_substitute_then_the_liaison_calls_then_it_goes_on(shared):
    backing = shared.backings.get()

    stages = silence(4, backing)

    assert stages == ["substitute", "liaison", "over", "over"]
    assert anew(backing).waived_at is not None
    assert anew(shared).is_backed_or_waived
    asked = shared.parts.get(kind=Part.Kind.ASKED_TO_BACK, user__name="Ann Substitute")
    assert asked.ended_at is None
    told = Event.objects.about(shared).filter(verb="intake.idea.backing_waits").order_by("id")
    assert [event.data["stage"] for event in told] == ["substitute", "liaison", "over"]
    assert Delivery.objects.filter(event=told[0], user__name="Ann Substitute").exists()


def test_silence_lets_it_rest_where_the_city_has_chosen_so(shared):
    policy = current_policy()
    change_policy(
        replace(policy, silence=Silence.REST), by=UserFactory(), reason="Sponsors answer here.", based_on=policy.number
    )
    forget_policy()

    silence(3, shared.backings.get())

    backing = shared.backings.get()
    assert (backing.stage, backing.waived_at) == ("over", None)
    assert not anew(shared).is_backed_or_waived


def test_a_sponsor_without_a_substitute_is_followed_by_the_liaison(shared):
    backing = shared.backings.get()
    backing.asked_of = None
    backing.save()

    assert silence(2, backing) == ["liaison", "over"]


@pytest.mark.parametrize("what", ["not-late-yet", "answered", "decided"])
def test_who_answered_or_has_time_is_not_passed_over(shared, what):
    backing, later = shared.backings.get(), clock.now() + LATE
    if what == "answered":
        backing.answer, backing.answered_at = "backs", clock.now()
        backing.save()
    if what == "decided":
        perform(shared, "withdraw", by=anew(shared.requester), reason="We moved.")

    with clock.at(clock.now() if what == "not-late-yet" else later):
        actions.pass_silence(backing, by=User.objects.system())

    assert anew(backing).stage == Backing.Stage.SPONSOR
    assert not Event.objects.about(shared).filter(verb="intake.idea.backing_waits").exists()


def test_backing_gives_a_stake_and_a_hold_takes_it_back(shared):
    sponsor = User.objects.get(pk=shared.backings.get().asked_of_id)

    actions.answer_backing(shared, by=sponsor, answer="backs")
    stakes = shared.people_as("sponsor")
    actions.answer_backing(
        shared, by=anew(sponsor), answer="holds", reason="Money.", hold_until=clock.today() + timedelta(days=9)
    )

    assert (stakes, shared.people_as("sponsor"), shared.people_as("asked_to_back")) == ([sponsor], [], [sponsor])


def test_a_sponsor_s_own_idea_needs_nobody_else_to_back_it():
    sponsor = UserFactory()
    RoleFactory(user=sponsor, kind="sponsor", department=sponsor.department)
    idea = actions.start_draft(by=sponsor, problem="Nobody knows who has the key.")

    perform(idea, "submit", by=sponsor)

    backing = idea.backings.get()
    assert (backing.answer, backing.answered_by) == ("backs", sponsor)


# “Not yet” and the second look


def resting(on=None, **fields):
    idea = IdeaFactory(state=State.NOT_YET, **fields)
    idea.return_on = on or clock.today()
    idea.save()
    return idea


def test_not_yet_comes_back_by_itself_on_its_day_and_counts_its_returns():
    today, tomorrow = resting(), resting(clock.today() + timedelta(days=1))

    assert tasks.bring_back_not_yet() == 1

    today, tomorrow = anew(today), anew(tomorrow)
    assert (today.state, today.returns, today.return_on) == (State.TRIAGE, 1, None)
    assert tomorrow.state == State.NOT_YET


def test_what_somebody_moved_meanwhile_does_not_stop_the_others(monkeypatch):
    moved, other = resting(), resting()
    due = list(actions.due_back(clock.today()))
    perform(anew(moved), "resume", by=User.objects.system())
    monkeypatch.setattr(actions, "due_back", lambda today: due)

    assert tasks.bring_back_not_yet() == 1
    assert (anew(moved).returns, anew(other).state) == (1, State.TRIAGE)


@pytest.mark.parametrize(
    ("had_feasibility", "move", "state"),
    [(False, "reconsider_from_start", State.TRIAGE), (True, "reconsider", State.DECISION)],
)
def test_the_second_look_is_taken_by_another_decider_where_it_left_off(had_feasibility, move, state):
    idea = resting()
    if had_feasibility:
        Review.objects.create(
            idea=idea,
            discipline="security",
            due_at=clock.now(),
            sent_at=clock.now(),
            answer="yes",
            reviewer=UserFactory(),
        )
    first, second = UserFactory(roles="director"), UserFactory(roles="director")
    idea.current_decision.decided_by = first
    idea.current_decision.save()
    actions.ask_second_look(idea, by=anew(idea.requester), reason="The grant was given.")

    with pytest.raises(NotYourMove):
        perform(anew(idea), move, by=first)
    perform(anew(idea), move, by=second)

    idea = anew(idea)
    assert (idea.state, idea.is_second_look, idea.return_on) == (state, True, None)
    assert idea.second_look.taken_at is not None


# Kept counts


def counted():
    sums = Count.objects.values_list("department", "audience", "state").annotate(number=Sum("delta"))
    return {tuple(key): number for *key, number in sums if number}


def test_folded_counts_say_the_same_in_fewer_rows():
    idea = IdeaFactory(state=State.SUBMITTED)
    perform(idea, "take_up", by=UserFactory(roles="triager"))
    IdeaFactory(state=State.TRIAGE, department=idea.department)
    before, rows = counted(), Count.objects.count()

    assert tasks.fold_counts() == rows

    assert counted() == before == {(idea.department_id, "department", "triage"): 2}
    assert Count.objects.count() == 1


def test_there_is_nothing_to_fold_twice():
    assert tasks.fold_counts() == 0
    IdeaFactory(state=State.SUBMITTED)
    tasks.fold_counts()

    assert tasks.fold_counts() == 0
