"""History in words: a sentence for every event, an edit with what it was and what it is."""

import pytest

from intake.lifecycle import State
from tests.factories import IdeaFactory, UserFactory
from workflow import events, timeline
from workflow.lifecycle import perform
from workflow.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def idea():
    return IdeaFactory(state=State.SUBMITTED)


def recorded(idea, verb, **data):
    return events.record(verb, idea, by=UserFactory(), data=data)


def test_a_move_without_a_sentence_is_told_by_its_label(idea, monkeypatch):
    monkeypatch.setattr(timeline, "_sayings", {})
    perform(idea, "take_up", by=UserFactory(roles="triager"))

    told = timeline.told(Event.objects.about(idea).filter(verb="intake.idea.take_up"))

    assert [(one.sentence, one.icon) for one in told] == [(str(idea.moves()["take_up"].label), "circle-dot")]


def test_a_verb_that_nobody_named_is_told_by_its_own_words(idea):
    assert timeline.sentence_of(recorded(idea, "intake.idea.paint_it_blue")) == "Paint it blue"


def test_an_old_event_that_lacks_a_value_leaves_a_gap(idea, monkeypatch):
    monkeypatch.setattr(timeline, "_sayings", {})
    timeline.say("intake.idea.lend", "%(who)s lent it to %(whom)s.", "handshake")

    event = recorded(idea, "intake.idea.lend", who="Mei Tan")

    assert timeline.sentence_of(event) == "Mei Tan lent it to …."
    assert timeline.icon_of(event) == "handshake"


@pytest.mark.parametrize(
    ("name", "before", "after", "read"),
    [
        ("is_funded", False, True, ("no", "yes")),
        ("earliest_start_on", None, "2026-10-21", ("", "Wed, October 21")),
        ("fund", "", "0123456789", ("", "0123456789")),
        ("size", "small", "large", ("Small", "Large")),
        ("co_owners", ["Mei", "Karen"], [], ("Mei, Karen", "")),
        ("hours", 0, 12, ("0", "12")),
    ],
)
def test_an_edit_shows_what_it_was_and_what_it_is_as_people_read_it(idea, name, before, after, read, monkeypatch):
    monkeypatch.setattr(timeline, "_words", {})

    changes = timeline.changes_of(recorded(idea, "intake.idea.correct", changes={name: [before, after]}))

    assert [(one.before, one.after.removesuffix(", 2026")) for one in changes] == [read]


def test_a_field_without_a_name_of_its_own_is_named_by_its_words(idea):
    change = timeline.changes_of(recorded(idea, "intake.idea.correct", changes={"colour_of_it": ["", "blue"]}))[0]

    assert str(change.label) == "colour of it"
