"""The page of every move: what it asks, what it keeps, what it refuses, and the letter beforehand."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from intake import actions
from intake.models import Backing, Decision, Idea
from tests.factories import IdeaFactory, UserFactory
from workflow import conversation
from workflow.lifecycle import perform
from workflow.models import Delivery

pytestmark = pytest.mark.django_db


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def go(user, idea, move, **data):
    return signed_in(user).post(reverse("idea-move", args=[idea.number, move]), data)


def conditions(*rows, total=4):
    data = {"conditions-TOTAL_FORMS": total, "conditions-INITIAL_FORMS": 0}
    for at, row in enumerate(rows):
        data |= {f"conditions-{at}-{name}": value for name, value in row.items()}
    return data


@pytest.fixture
def triager():
    return UserFactory(roles="triager")


def test_a_plain_move_is_confirmed_and_named(triager):
    idea = IdeaFactory(state="submitted", audience="city")
    page = signed_in(triager).get(reverse("idea-move", args=[idea.number, "take_up"])).content.decode()
    answer = go(triager, idea, "take_up")

    idea.refresh_from_db()
    assert f"{idea.requester.name} gets a message." in page
    assert (answer.status_code, idea.state) == (302, "triage")


def test_who_moves_it_reads_how_many_hear_of_it(triager):
    idea = IdeaFactory(state="triage", audience="city")
    conversation.follow(idea, UserFactory())

    page = signed_in(triager).get(reverse("idea-move", args=[idea.number, "redirect"])).content.decode()

    assert f"{idea.requester.name} and 1 other person get a message." in page


@pytest.mark.parametrize("move", ["take_up", "deliver", "nothing"])
def test_what_is_not_mine_or_not_for_people_is_not_there(move):
    idea = IdeaFactory(state="submitted", audience="city")

    assert go(idea.requester, idea, move).status_code == 404


def test_somebody_was_faster(triager):
    idea = IdeaFactory(state="triage", audience="city")
    page = signed_in(triager).get(reverse("idea-move", args=[idea.number, "take_up"]), follow=True)
    answer = go(triager, idea, "take_up")

    assert answer.status_code == 409
    for text in (page.content.decode(), answer.content.decode()):
        assert "is no longer open" in text


def test_not_yet_keeps_what_was_typed(triager):
    idea = IdeaFactory(state="triage", audience="city")
    typed = {"reason": "The HR system is replaced.", "next_step": "Keep a list.", "trigger_owner": triager.email}
    missing = go(triager, idea, "answer_not_yet", **typed)
    no_date = go(triager, idea, "answer_not_yet", **typed, until_then="A shared form.")
    day = timezone.now().date() + timedelta(days=90)
    done = go(triager, idea, "answer_not_yet", **typed, until_then="A shared form.", return_on=day.isoformat())

    idea.refresh_from_db()
    assert (missing.status_code, no_date.status_code, done.status_code) == (422, 422, 302)
    assert "The HR system is replaced." in missing.content.decode()
    assert "Name the day on which it comes back" in no_date.content.decode()
    assert (idea.state, idea.return_on, idea.current_decision.trigger_owner) == ("not_yet", day, triager)


def test_the_letter_can_be_read_before_it_is_sent(triager):
    idea = IdeaFactory(state="triage", audience="city", size="small")
    data = {
        "other_way_kind": "use_owned",
        "other_way": "A rule in the work order system.",
        "reason": "It can do that already.",
        "next_step": "Ask Sam.",
    }
    preview = go(triager, idea, "redirect", **data, preview="1")
    idea.refresh_from_db()
    state, letters = idea.state, Decision.objects.count()
    messages = Delivery.objects.count()
    sent = go(triager, idea, "redirect", **data)

    idea.refresh_from_db()
    assert (preview.status_code, state, letters, messages) == (200, "triage", 0, 0)
    assert "This is the letter. It is not sent yet." in preview.content.decode()
    assert preview.context["letter"] == idea.current_decision.letter
    assert (sent.status_code, idea.state) == (302, "redirected")


def test_yes_with_a_condition_is_yes_if():
    director, manager = UserFactory(roles="director"), UserFactory(roles="project_manager")
    idea = IdeaFactory(state="decision", audience="city", size="medium", no_contribution_reason="It keeps us legal.")
    data = {"fund": "General Fund", "is_funded": "on", "project_manager": manager.pk, "next_step": "Wait for Ana."}
    row = {"text": "Read-only feed.", "owner": manager.email, "due_on": "2031-01-31", "gate": "start"}
    no_reason = go(director, idea, "approve", **data, **conditions(row))
    half = go(director, idea, "approve", **data, reason="Safe.", **conditions({"text": "No owner."}))
    done = go(director, idea, "approve", **data, reason="It must be safe.", **conditions(row))

    idea.refresh_from_db()
    assert (no_reason.status_code, half.status_code, done.status_code) == (422, 422, 302)
    assert "Read-only feed." in no_reason.content.decode()
    assert "No owner." in half.content.decode()
    assert (idea.state, idea.fund, idea.is_funded) == ("approved", "General Fund", True)
    assert idea.current_decision.answer == "yes_if"
    assert idea.conditions.get().owner == manager
    assert idea.projects.get().manager == manager


def test_small_needs_no_project_manager(triager):
    idea = IdeaFactory(state="decision", audience="city", size="small")
    answer = go(triager, idea, "approve", fund="General Fund", **conditions())

    idea.refresh_from_db()
    assert (answer.status_code, idea.current_decision.answer) == (302, "yes")


def test_a_proposed_no_is_shown_in_full_and_confirmed_by_somebody_else():
    idea = IdeaFactory(state="decision", audience="city", size="medium")
    director, chair = UserFactory(roles="director"), UserFactory(roles="chair")
    actions.propose_no(idea, by=director, reason="Too dear.", what_would_change="A grant.", next_step="Ask for one.")
    page = signed_in(chair).get(reverse("idea-move", args=[idea.number, "decline"])).content.decode()
    own = go(director, idea, "decline")
    done = go(chair, idea, "decline")

    idea.refresh_from_db()
    assert all(words in page for words in ("Too dear.", "A grant.", "Ask for one."))
    assert (own.status_code, done.status_code, idea.state) == (404, 302, "declined")


def test_joining_offers_similar_ideas_and_takes_only_visible_open_ones(triager):
    idea = IdeaFactory(state="triage", audience="city")
    other = IdeaFactory(state="triage", audience="city", problem=idea.problem)
    answered = IdeaFactory(state="declined", audience="city")
    actions.index(other)
    page = signed_in(triager).get(reverse("idea-move", args=[idea.number, "join"])).content.decode()
    closed = go(triager, idea, "join", into=str(answered.number))
    itself = go(triager, idea, "join", into=str(idea.number))
    done = go(triager, idea, "join", into=other.label)

    idea.refresh_from_db()
    assert other.title in page
    assert (closed.status_code, itself.status_code, done.status_code) == (422, 422, 302)
    assert (idea.state, idea.joined_into) == ("joined", other)


def test_the_answers_propose_the_disciplines(triager):
    idea = IdeaFactory(state="triage", audience="city", answers=["buy"])
    Backing.objects.create(idea=idea, due_at=timezone.now(), waived_at=timezone.now())
    reviewer = UserFactory(reviews="procurement")
    page = signed_in(triager).get(reverse("idea-move", args=[idea.number, "send_to_feasibility"]))
    none = go(triager, idea, "send_to_feasibility")
    done = go(triager, idea, "send_to_feasibility", disciplines=["procurement"])

    idea.refresh_from_db()
    assert page.context["form"]["disciplines"].initial == ["procurement", "finance", "operations"]
    assert f"Procurement ({reviewer.name})" in page.content.decode()
    assert (none.status_code, done.status_code, idea.state) == (422, 302, "feasibility")
    assert [review.reviewer for review in idea.review_list] == [reviewer]


def test_an_idea_that_others_joined_passes_on_when_withdrawn():
    idea = IdeaFactory(state="triage", audience="city")
    joined = IdeaFactory(state="triage", audience="city")
    perform(joined, "join", by=UserFactory(roles="triager"), into=idea)
    page = signed_in(idea.requester).get(reverse("idea", args=[idea.number])).content.decode()
    first = idea.requester
    answer = go(first, idea, "withdraw", reason="I change jobs.")

    idea = Idea.objects.get(pk=idea.pk)
    assert "Withdraw" in page
    assert (answer.status_code, idea.state, idea.requester) == (302, "triage", joined.requester)
