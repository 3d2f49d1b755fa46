"""Goals, objectives and measures are kept by those who may, and what was typed stays where something is missing."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from goals import actions
from goals.models import Goal, Measure, Objective
from tests.factories import DepartmentFactory, GoalFactory, MeasureFactory, ObjectiveFactory, UserFactory
from workflow.lifecycle import Conflict, MoveRefused, NotYourMove
from workflow.models import Event

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def leader(client):
    client.user = UserFactory(roles="leadership")
    client.force_login(client.user, BACKEND)
    return client


def definition(measure=None, **changes):
    """What the form of a measure sends."""
    owner = measure.owner if measure else UserFactory()
    department = measure.department if measure else DepartmentFactory()
    sent = {
        "name": "Arrival of the first crew",
        "meaning": "From the call to the arrival.",
        "kind": "outcome",
        "owner": owner.email,
        "backup": "",
        "department": department.pk,
        "unit": "minutes",
        "direction": "down",
        "cadence": "monthly",
        "source": "Dispatch",
        "baseline": "6.2",
        "baseline_period": "2025",
        "target": "5",
        "target_on": "2027-12-31",
    }
    return sent | ({"version": measure.version, "reason": ""} if measure else {}) | changes


def change(client, measure, **changes):
    return client.post(reverse("measure-change", args=[measure.slug]), definition(measure, **changes))


def test_goal_is_added_below_the_others(leader):
    GoalFactory(position=4)
    GoalFactory(position=Goal.TAKEN_OVER)
    owner = UserFactory()

    answer = leader.post(reverse("goal-new"), {"name": "New", "sentence": "Safer streets.", "owner": owner.email})

    goal = Goal.objects.get(name="New")
    assert (goal.slug, goal.sentence, goal.owner, goal.position) == ("new-2", "Safer streets.", owner, 5)
    assert answer["Location"] == reverse("goal", args=["new-2"])
    assert "The goal “New” is added." in leader.get(answer["Location"]).content.decode()
    assert Event.objects.about(goal).get().verb == "goals.goal.add"


def test_first_goal_needs_no_other(leader):
    leader.post(reverse("goal-new"), {"name": "水"})

    assert Goal.objects.values_list("slug", "position").get() == ("goal", 0)


def test_goal_without_a_name_keeps_what_was_typed(leader):
    answer = leader.post(reverse("goal-new"), {"name": "", "sentence": "Safer streets."})

    assert answer.status_code == 422
    assert "Safer streets." in answer.content.decode()
    assert not Goal.objects.exists()


def test_goal_is_changed_and_closed_and_found_again(leader):
    goal = GoalFactory(name="Safe")
    form = leader.get(reverse("goal-change", args=[goal.slug])).context["form"]

    leader.post(reverse("goal-change", args=[goal.slug]), {"name": "Safer", "version": form["version"].value()})

    goal.refresh_from_db()
    assert (goal.name, goal.is_open) == ("Safer", False)
    assert Event.objects.about(goal).get().data["changes"] == {"name": ["Safe", "Safer"], "is_open": [True, False]}
    assert "Closed goals" in leader.get(reverse("goals")).content.decode()
    assert "This goal is closed." in leader.get(goal.get_absolute_url()).content.decode()


def test_goal_saved_as_it_stands_tells_nothing(leader):
    goal = GoalFactory()

    actions.change_goal(goal, by=leader.user, version=None, name=goal.name)

    assert not Event.objects.about(goal).exists()


def test_goal_that_somebody_else_changed_is_saved_at_the_second_try(leader):
    goal = GoalFactory()
    typed = {"name": "Mine", "is_open": "on", "version": 0}
    actions.change_goal(goal, by=leader.user, version=0, name="Theirs", is_open=False)

    answer = leader.post(reverse("goal-change", args=[goal.slug]), typed)

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Somebody else saved a change while you wrote." in page
    assert 'value="Mine"' in page
    assert "Theirs" in page
    again = leader.post(reverse("goal-change", args=[goal.slug]), typed | {"version": 1})
    assert again.status_code == 302
    goal.refresh_from_db()
    assert goal.name == "Mine"


def test_objective_is_added_at_the_end(leader):
    goal = ObjectiveFactory().goal

    answer = leader.post(reverse("objective-new", args=[goal.slug]), {"name": "Fewer fires"})

    assert answer["Location"] == goal.get_absolute_url()
    assert [one.name for one in goal.objectives.all()] == ["Crews arrive sooner", "Fewer fires"]


def test_measure_is_added_to_its_objective(leader):
    objective = ObjectiveFactory()

    answer = leader.post(reverse("measure-new", args=[objective.pk]), definition())

    measure = objective.measures.get()
    assert answer["Location"] == measure.get_absolute_url()
    assert (measure.target, measure.target_on, measure.baseline) == (Decimal(5), date(2027, 12, 31), Decimal("6.2"))
    assert Event.objects.about(measure).get().verb == "goals.measure.add"


@pytest.mark.parametrize("name", ["measure-new", "measure-change"])
def test_target_needs_its_date(leader, name):
    measure = MeasureFactory()
    number = Measure.objects.count()
    place = [measure.objective_id] if name == "measure-new" else [measure.slug]

    answer = leader.post(reverse(name, args=place), definition(measure, target_on="", meaning="Typed at length."))

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Write the date by which the target should be reached." in page
    assert "Typed at length." in page
    assert Measure.objects.count() == number
    assert not Measure.objects.filter(target__isnull=False).exists()


@pytest.mark.parametrize("name", ["measure-new", "measure-change"])
def test_backup_is_not_the_owner(leader, name):
    measure = MeasureFactory()
    place = [measure.objective_id] if name == "measure-new" else [measure.slug]

    answer = leader.post(reverse(name, args=place), definition(measure, backup=measure.owner.email, target="4.75"))

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Name somebody other than the owner as the backup, or leave it empty." in page
    assert 'value="4.75"' in page
    assert not Measure.objects.filter(backup__isnull=False).exists()


def test_measure_changes_hands_and_the_history_says_why(leader):
    measure = MeasureFactory()
    successor, old = UserFactory(name="Dana Ortiz"), measure.owner

    answer = change(
        leader,
        measure,
        owner="Dana Ortiz",
        backup=old.email,
        direction="up",
        reason="She runs dispatch.",
        from_on="2026-01-15",
    )

    page = leader.get(answer["Location"]).content.decode()
    measure.refresh_from_db()
    assert (measure.owner, measure.backup, measure.direction, measure.version) == (successor, old, "up", 2)
    assert "She runs dispatch." in page
    assert "<ins>Higher is better</ins>" in page
    assert "<ins>5</ins>" in page


def test_owner_keeps_the_definition(client):
    measure = MeasureFactory(target=Decimal(100), target_on=date(2027, 12, 31))
    client.force_login(measure.owner, BACKEND)

    form = client.get(reverse("measure-change", args=[measure.slug])).content.decode()

    assert 'value="100"' in form
    assert f'value="{measure.owner.email}"' in form
    assert change(client, measure, unit="seconds").status_code == 422
    told = {"reason": "Dispatch counts seconds now.", "from_on": "2026-02-03"}
    assert change(client, measure, unit="seconds", **told).status_code == 302
    measure.refresh_from_db()
    assert measure.unit == "seconds"
    assert [(one.number, one.from_on) for one in measure.definitions.all()] == [(1, None), (2, date(2026, 2, 1))]


def test_closed_department_stays_with_its_measure(leader):
    measure = MeasureFactory(department=DepartmentFactory(is_active=False))
    other = DepartmentFactory(is_active=False)

    assert change(leader, measure, department=other.pk).status_code == 422
    assert change(leader, measure).status_code == 302


def test_measure_that_somebody_else_changed_shows_both(leader):
    measure = MeasureFactory()
    changes = {"unit": "hours", "direction": "up", "baseline": Decimal("7.5")}
    told = {"reason": "Counted anew.", "from_on": date(2026, 1, 1)}
    actions.change_measure(Measure.objects.get(), by=leader.user, version=1, **changes, **told)

    answer = change(leader, measure, unit="days")

    page = answer.content.decode()
    assert answer.status_code == 409
    assert '<dd class="lines">hours</dd>' in page
    assert '<dd class="lines">Higher is better</dd>' in page
    assert '<dd class="lines">7.5</dd>' in page
    assert answer.context["form"]["version"].value() == 2
    assert 'value="days"' in page


def test_action_refuses_what_the_database_would():
    measure = MeasureFactory()

    with pytest.raises(MoveRefused) as refused:
        actions.change_measure(
            measure, by=measure.owner, version=1, target=Decimal(5), target_on=None, backup=measure.owner
        )

    assert len(refused.value.sentences) == 2


def test_nobody_else_changes_anything():
    measure, person = MeasureFactory(), UserFactory(roles="triager director")

    with pytest.raises(NotYourMove):
        actions.add_goal(by=person, name="Mine")
    with pytest.raises(NotYourMove):
        actions.change_goal(measure.objective.goal, by=person, version=None, name="Mine")
    with pytest.raises(NotYourMove):
        actions.add_objective(measure.objective.goal, by=person, name="Mine")
    with pytest.raises(NotYourMove):
        actions.add_measure(measure.objective, by=measure.owner, name="Mine")
    with pytest.raises(NotYourMove):
        actions.change_measure(measure, by=person, version=None, unit="days")
    assert not Event.objects.exists()
    assert (Goal.objects.count(), Objective.objects.count()) == (1, 1)


def test_old_version_of_a_goal_is_a_conflict(leader):
    goal = GoalFactory()
    actions.change_goal(goal, by=leader.user, version=0, name="First")

    with pytest.raises(Conflict):
        actions.change_goal(goal, by=leader.user, version=0, name="Second")


def buttons(client, measure):
    """Which of the new addresses the three pages offer."""
    goal = measure.objective.goal
    pages = [reverse("goals"), goal.get_absolute_url(), measure.get_absolute_url()]
    shown = "".join(client.get(page).content.decode() for page in pages)
    places = {
        "goal-new": [],
        "goal-change": [goal.slug],
        "objective-new": [goal.slug],
        "measure-new": [measure.objective_id],
        "measure-change": [measure.slug],
    }
    return {name for name, place in places.items() if f'href="{reverse(name, args=place)}"' in shown}


def test_buttons_stand_only_where_they_work(client, leader):
    measure = MeasureFactory()

    assert len(buttons(leader, measure)) == 5
    client.force_login(measure.owner, BACKEND)
    assert buttons(client, measure) == {"measure-change"}
    client.force_login(UserFactory(roles="triager"), BACKEND)
    assert buttons(client, measure) == set()
