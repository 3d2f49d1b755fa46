"""Moves are all or nothing, told once, and clear when somebody else was faster."""

import os
from collections import Counter, defaultdict
from datetime import date

import pytest
from django.db import connections

from accounts.models import User
from intake import actions
from intake.lifecycle import State
from intake.models import Decision, Idea, Review
from projects.models import Project
from tests.factories import IdeaFactory, MeasureFactory, UserFactory
from tests.races import together
from workflow import events, notifications, reactions
from workflow.editing import edit
from workflow.lifecycle import Conflict, MoveRefused, NotYourMove, perform
from workflow.models import Delivery, Event


def ready_idea():
    director, manager = UserFactory(roles="director"), UserFactory(roles="project_manager")
    idea = IdeaFactory(state=State.DECISION, no_contribution_reason="Nobody counts it yet.")
    return idea, director, manager


@pytest.fixture
def ready():
    """A medium idea that its director may approve."""
    return ready_idea()


def approve(idea, director, manager, **more):
    return perform(idea, "approve", by=director, fund="General Fund", project_manager=manager, **more)


@pytest.mark.django_db
def test_approval_makes_event_decision_letter_and_project(ready):
    idea, _director, manager = ready
    event = approve(*ready)
    assert (event.verb, event.data) == ("intake.idea.approve", {"from": "decision", "to": "approved"})
    assert idea.current_decision.answer == Decision.Answer.YES
    assert "The answer is yes." in idea.current_decision.letter
    assert Project.objects.get(idea=idea).manager == manager
    assert idea.version == 2


@pytest.mark.django_db
def test_a_reaction_that_fails_leaves_no_trace(ready, monkeypatch):
    def fails(made):
        raise RuntimeError("the disk is full")

    monkeypatch.setitem(reactions._after, "intake.idea.approve", [*reactions._after["intake.idea.approve"], fails])
    idea = ready[0]
    with pytest.raises(RuntimeError):
        approve(*ready)
    assert Idea.objects.get(pk=idea.pk).state == State.DECISION
    assert (Event.objects.count(), Decision.objects.count(), Project.objects.count(), Delivery.objects.count()) == (
        0,
        0,
        0,
        0,
    )


@pytest.mark.django_db
def test_conditions_make_it_yes_if_and_want_a_reason(ready, today):
    idea, _director, manager = ready
    condition = {"text": "Sign the sharing note.", "owner": manager, "due_on": today, "gate": "start"}
    with pytest.raises(MoveRefused, match="what the conditions are for"):
        approve(*ready, conditions=[condition])
    approve(*ready, conditions=[condition], reason="The data belong to Utilities.")
    assert idea.current_decision.answer == Decision.Answer.YES_IF
    assert "Sign the sharing note." in idea.current_decision.letter


@pytest.mark.django_db
def test_everyone_hears_once_and_nobody_of_an_own_act(ready):
    idea, _director, _manager = ready
    approve(*ready)
    told = Delivery.objects.filter(event__verb="intake.idea.approve").values_list("user", "channel")
    assert sorted(told) == sorted([(idea.requester_id, "page"), (idea.requester_id, "email")])


@pytest.mark.django_db
def test_quiet_and_dated_moves_tell_nobody_and_keep_their_day(ready, noon_2024):
    event = approve(*ready, at=noon_2024, quiet=True)
    assert event.at == noon_2024
    assert ready[0].approved_at == noon_2024
    assert Delivery.objects.count() == 0


@pytest.mark.django_db
def test_an_event_is_written_once():
    event = events.record("intake.idea.comment", IdeaFactory(state=State.TRIAGE), by=UserFactory())
    with pytest.raises(TypeError):
        event.save()
    with pytest.raises(TypeError):
        event.delete()


@pytest.mark.django_db
def test_an_edit_that_changes_nothing_is_none(ready):
    idea, chair = ready[0], ready[1]

    assert edit(idea, by=chair, version=None, verb="correct", title=idea.title) is None
    assert not Event.objects.filter(verb="intake.idea.correct").exists()


def test_a_reaction_runs_once_however_often_it_is_declared(monkeypatch):
    for name in ("_after", "_before_save"):
        monkeypatch.setattr(reactions, name, defaultdict(list))
    ran = []
    first, second = (lambda made: ran.append(("first", made))), (lambda made: ran.append(("second", made)))
    for _time in range(2):
        reactions.after("test.idea.move", second)
        reactions.before_save("test.idea.move", first)

    reactions.run_before_save("test.idea.move", "made")
    reactions.run("test.idea.move", "made")
    reactions.run("test.idea.other", "made")

    assert ran == [("first", "made"), ("second", "made")]
    assert reactions.listed("test.idea.move") == [first, second]


@pytest.mark.django_db
def test_the_origin_of_an_import_stands_in_every_event():
    with events.taken_from("Taken over from list.csv, line 7."):
        event = events.record("intake.idea.start", IdeaFactory(), by=UserFactory(), note="A note.")
    assert event.note == "A note. Taken over from list.csv, line 7."


@pytest.mark.django_db
def test_every_notified_verb_is_recorded_by_somebody(project_root):
    """A verb of the table is a move of a lifecycle, or stands as a word in an action."""
    moves = {f"{model._meta.label_lower}.{name}" for model in (Idea, Project) for name in model.moves()}
    rooms = [path for app in ("intake", "projects", "workflow") for path in (project_root / app).rglob("*.py")]
    words = "".join(path.read_text() for path in rooms if path.stem not in ("notifications", "lifecycle"))
    unknown = {
        verb
        for verb in notifications.notified_verbs()
        if verb.startswith(("intake.", "projects.")) and verb not in moves and verb.rpartition(".")[2] not in words
    }
    assert unknown == set()


@pytest.mark.django_db
def test_the_last_required_review_sends_it_to_the_decision():
    security, legal = UserFactory(reviews="security"), UserFactory(reviews="legal")
    idea = IdeaFactory(state=State.TRIAGE, lane="mandated")
    perform(idea, "send_to_feasibility", by=UserFactory(roles="triager"), disciplines=["security", "legal"])
    first, second = idea.reviews.order_by("id")
    actions.send_review(first, by=security, version=None, answer=Review.Answer.YES, text="Fine.")
    assert Idea.objects.get(pk=idea.pk).state == State.FEASIBILITY
    actions.send_review(second, by=legal, version=None, answer=Review.Answer.YES, text="Fine.")
    moved = Event.objects.get(verb="intake.idea.send_to_decision")
    assert Idea.objects.get(pk=idea.pk).state == State.DECISION
    assert (moved.actor, moved.on_behalf_of) == (User.objects.system(), legal)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"answer": ""}, "Choose your answer"),
        ({"answer": "yes_if", "text": "x"}, "at least one condition"),
        ({"answer": "concern", "text": ""}, "what concerns you"),
        ({"answer": "concern", "text": "Faces."}, "Name a way forward"),
        ({"answer": "concern", "text": "Faces.", "none_known": True}, "Name a way forward"),
    ],
)
def test_a_review_is_sent_with_what_it_must_contain(form, sentence):
    reviewer = UserFactory(reviews="privacy")
    idea = IdeaFactory(state=State.TRIAGE, lane="mandated")
    perform(idea, "send_to_feasibility", by=UserFactory(roles="triager"), disciplines=["privacy"])
    with pytest.raises(MoveRefused, match=sentence):
        actions.send_review(idea.reviews.get(), by=reviewer, version=None, **form)
    assert idea.reviews.get().sent_at is None


@pytest.mark.django_db
def test_a_no_needs_a_second_person():
    director, chair = UserFactory(roles="director"), UserFactory(roles="chair")
    idea = IdeaFactory(state=State.DECISION)
    actions.propose_no(
        idea,
        by=director,
        reason="Costs more than it saves.",
        what_would_change="Half the price.",
        next_step="Ask again in May.",
    )
    with pytest.raises(NotYourMove):
        perform(idea, "decline", by=director)
    perform(idea, "decline", by=chair)
    decision = Idea.objects.get(pk=idea.pk).current_decision
    assert (decision.answer, decision.proposed_by, decision.decided_by) == ("no", director, chair)
    assert "Half the price." in decision.letter


@pytest.mark.django_db
def test_a_promise_is_frozen_with_the_approval(ready):
    idea, director, _manager = ready
    measure = MeasureFactory(direction="down")
    with pytest.raises(MoveRefused, match="lower is better"):
        actions.promise(idea, by=director, measure=measure, expected=3, by_on=date(2027, 1, 1))
    actions.promise(idea, by=director, measure=measure, expected=-3, by_on=date(2027, 1, 1))
    approve(*ready)
    assert Project.objects.get(idea=idea).promises.get().expected == -3
    with pytest.raises(Conflict):
        actions.promise(idea, by=director, measure=measure, expected=-5, by_on=date(2027, 1, 1))


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.peer("T46")
def test_two_hundred_approvals_at_once_make_one_decision():
    """`make drill` runs twenty rounds, the suite three."""
    for _round in range(int(os.environ.get("RACE_ROUNDS", "3"))):
        idea, director, manager = ready_idea()

        def act(idea=idea, director=director, manager=manager):
            return approve(Idea.objects.get(pk=idea.pk), director, manager)

        outcomes = together(200, act, connections=40)
        assert sum(isinstance(one, Event) for one in outcomes) == 1
        assert sum(isinstance(one, Conflict) for one in outcomes) == 199
        assert Decision.objects.filter(idea=idea).count() == 1
        assert Project.objects.filter(idea=idea).count() == 1
        made = Event.objects.get(verb="intake.idea.approve", target_id=idea.pk)
        told = Counter(Delivery.objects.filter(event=made).values_list("user", "channel"))
        assert told == {(idea.requester_id, "page"): 1, (idea.requester_id, "email"): 1}


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_without_the_lock_the_same_race_is_lost(ready, monkeypatch):
    """The control: a move that reads without a lock decides more than once, or collides in the database."""
    idea, director, manager = ready
    monkeypatch.setattr("django.db.models.query.QuerySet.select_for_update", lambda self, **kwargs: self)
    outcomes = together(40, lambda: approve(Idea.objects.get(pk=idea.pk), director, manager), connections=40)
    made = sum(isinstance(one, Event) for one in outcomes)
    clear = sum(isinstance(one, Conflict) for one in outcomes)
    assert (made, clear) != (1, 39)
    assert connections["default"].vendor == "postgresql"
