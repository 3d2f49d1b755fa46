"""The page of an idea: what each person sees and does there."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, RestrictedGroup
from accounts.policy import current_policy
from intake import actions
from intake.models import Idea, Review
from tests.factories import IdeaFactory, RoleFactory, UserFactory
from workflow import events
from workflow.lifecycle import perform
from workflow.models import Attachment, Event, Question

pytestmark = pytest.mark.django_db


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def address(idea, name="idea", *more):
    return reverse(name, args=[idea.number, *more])


def text_of(user, idea, name="idea"):
    return signed_in(user).get(address(idea, name)).content.decode()


@pytest.fixture
def idea():
    current_policy()
    idea = IdeaFactory(audience="city", size="small")
    perform(idea, "submit", by=idea.requester)
    return idea


@pytest.fixture
def triager():
    return UserFactory(roles="triager")


def test_the_four_answers_are_always_filled(idea):
    text = text_of(idea.requester, idea)

    assert [text.count(f"<dt>{one}</dt>") for one in ("Where is it?", "What’s next?", "Who has it?")] == [1, 1, 1]
    assert "By " in text


def test_the_portal_speaks_plainly_and_the_workspace_in_its_words(idea, triager):
    assert "Is it possible?" in text_of(idea.requester, idea)
    assert "Feasibility" not in text_of(idea.requester, idea)
    assert "Feasibility" in text_of(triager, idea)


def test_only_moves_that_are_mine_are_offered(idea, triager):
    assert "Withdraw" in text_of(idea.requester, idea)
    assert "Take it up" not in text_of(idea.requester, idea)
    assert "Take it up" in text_of(triager, idea)
    assert "Withdraw" not in text_of(triager, idea)


def test_a_move_that_is_not_possible_yet_says_what_is_missing(triager):
    idea = IdeaFactory(state="triage", audience="city", size="")

    assert "Set the size first." in text_of(triager, idea)


@pytest.mark.parametrize(("name", "most"), [("idea", 12), ("idea-discussion", 12), ("idea-history", 10)])
def test_a_page_costs_the_same_with_much_on_it(idea, triager, name, most):
    def queries():
        client = signed_in(triager)
        client.get(address(idea, name))
        with CaptureQueriesContext(connection) as captured:
            client.get(address(idea, name))
        return len(captured)

    def add(count):
        for _n in range(count):
            actions.support(idea, by=UserFactory())
            actions.comment(idea, by=triager, text="We look at it.")
            idea.reviews.create(discipline=f"d{_n}{count}", due_at=timezone.now())

    add(1)
    one = queries()
    add(24)
    assert queries() == one <= most


def test_a_comment_is_heard_by_its_audience(idea, triager):
    signed_in(triager).post(address(idea, "idea-discussion"), {"text": "Only for us.", "audience": "workers"})
    signed_in(triager).post(address(idea, "idea-discussion"), {"text": "For *everyone*.", "audience": "viewers"})

    assert "Only for us." in text_of(triager, idea, "idea-discussion")
    assert "Only for us." not in text_of(idea.requester, idea, "idea-discussion")
    assert "Only for us." not in text_of(idea.requester, idea, "idea-history")
    assert "For <em>everyone</em>." in text_of(idea.requester, idea, "idea-discussion")


def test_an_audience_that_is_not_mine_is_no_choice(idea):
    answer = signed_in(idea.requester).post(
        address(idea, "idea-discussion"), {"text": "Let me in.", "audience": "deciders"}
    )

    assert answer.status_code == 422
    assert "Let me in." in answer.content.decode()
    assert not Event.objects.filter(verb="intake.idea.comment").exists()


def test_a_question_is_asked_answered_and_answered_once(idea, triager):
    asked = signed_in(triager).post(address(idea, "idea-ask"), {"text": "Which map?"})
    question = Question.objects.get()
    page = text_of(idea.requester, idea)
    where = address(idea, "question-answer", question.pk)
    first = signed_in(idea.requester).post(where, {"answer-text": "The dispatch map."})
    second = signed_in(idea.requester).post(where, {"answer-text": "Another one."})
    stranger = signed_in(UserFactory()).post(where, {"answer-text": "Mine."})

    question.refresh_from_db()
    assert (asked.status_code, first.status_code, second.status_code, stranger.status_code) == (302, 302, 409, 403)
    assert "A question waits for your answer." in page
    assert question.answer == "The dispatch map."


def test_history_tells_differences_in_words(idea):
    actions.correct(idea, by=idea.requester, version=idea.version, better="Ten minutes.", answers=["connects"])
    text = text_of(idea.requester, idea, "idea-history")

    assert "The words were corrected." in text
    assert "What better looks like" in text
    assert "<ins>Ten minutes.</ins>" in text
    assert "<ins>It connects to a system that we have.</ins>" in text


def test_history_goes_on_in_pages(idea, triager):
    for n in range(60):
        events.record("intake.idea.comment", idea, by=triager, note=f"Note {n}")
    client = signed_in(idea.requester)
    page = client.get(address(idea, "idea-history"))
    rest = client.get(address(idea, "idea-history") + page.context["next"])

    assert (len(page.context["told"]), len(rest.context["told"])) == (50, 11)


def test_the_decision_stands_with_its_letter(triager):
    idea = IdeaFactory(state="triage", audience="city", size="small")
    perform(
        idea,
        "redirect",
        by=triager,
        reason="The work order system does it.",
        next_step="Ask Sam to switch it on.",
        other_way="A rule in the work order system.",
        other_way_kind="use_owned",
    )
    text = text_of(idea.requester, idea, "idea-decision")

    assert "A rule in the work order system." in text
    assert "Read the letter" in text
    assert "Ask for a second look" in text


def test_a_proposed_no_is_read_by_deciders_alone():
    idea = IdeaFactory(state="decision", audience="city", size="medium")
    director = UserFactory(roles="director")
    actions.propose_no(idea, by=director, reason="Too dear.", what_would_change="A grant.", next_step="Ask for one.")

    assert "Too dear." in text_of(director, idea, "idea-decision")
    for person in (idea.requester, UserFactory(), UserFactory(roles="board_member")):
        assert "Too dear." not in text_of(person, idea, "idea-decision")
        assert "proposed" not in text_of(person, idea, "idea-history")


def test_a_draft_review_is_read_by_nobody_else(triager):
    idea = IdeaFactory(state="feasibility", audience="city")
    Review.objects.create(
        idea=idea, discipline="security", due_at=timezone.now(), answer="concern", text="Secret worry"
    )

    assert "Concern" not in text_of(triager, idea)


def test_the_sponsor_backs_and_holding_needs_a_reason(idea):
    sponsor = UserFactory(department=idea.department)
    RoleFactory(user=sponsor, kind="sponsor", department=idea.department)
    Idea.objects.get(pk=idea.pk)
    held = signed_in(sponsor).post(address(idea, "idea-back"), {"answer": "holds", "reason": "", "hold_until": ""})
    backed = signed_in(sponsor).post(address(idea, "idea-back"), {"answer": "backs"})

    assert (held.status_code, backed.status_code) == (422, 302)
    assert "Say why the department holds it" in held.content.decode()
    assert f"Backed by <b>{sponsor.name}</b>" in text_of(idea.requester, idea)


def test_what_the_hold_says_stands_on_the_page(idea):
    sponsor = UserFactory(department=idea.department)
    RoleFactory(user=sponsor, kind="sponsor", department=idea.department)
    until = timezone.now().date() + timedelta(days=30)
    actions.answer_backing(idea, by=sponsor, answer="holds", reason="After the budget.", hold_until=until)

    assert "After the budget." in text_of(idea.requester, idea)


def test_following_and_not(idea):
    person = UserFactory()
    client = signed_in(person)
    client.post(address(idea, "idea-follow"), {"on": "1"})
    following = client.get(address(idea)).context["is_following"]
    client.post(address(idea, "idea-follow"), {"on": "0"})

    assert (following, client.get(address(idea)).context["is_following"]) == (True, False)


def test_a_second_look_is_asked_for_once():
    idea = IdeaFactory(state="declined", audience="city")
    client = signed_in(idea.requester)
    first = client.post(address(idea, "idea-second-look"), {"reason": "The price has changed."})
    second = client.post(address(idea, "idea-second-look"), {"reason": "Again."})

    assert (first.status_code, second.status_code) == (302, 409)
    assert "Again." in second.content.decode()
    assert "Ask for a second look" not in text_of(idea.requester, idea)


def test_widening_takes_the_requester_and_a_decider():
    group = RestrictedGroup.objects.create(name="Police restricted")
    idea = IdeaFactory(state="decision", audience="restricted", group=group, size="medium")
    director = UserFactory(roles="director")
    Membership.objects.create(
        group=group, user=director, added_by=director, confirmed_by=director, confirmed_at=timezone.now()
    )
    for person, expected in ((idea.requester, "restricted"), (idea.requester, "restricted"), (director, "city")):
        signed_in(person).post(address(idea, "idea-widen"), {"audience": "city"})
        idea.refresh_from_db()
        assert idea.audience == expected


def test_restricting_hides_it_at_once(idea):
    group = RestrictedGroup.objects.create(name="Police restricted")
    signed_in(idea.requester).post(address(idea, "idea-restrict"), {"group": group.pk, "reason": "Security."})

    assert signed_in(UserFactory()).get(address(idea)).status_code == 404
    assert "Restricted: Police restricted" in text_of(idea.requester, idea)


def test_files_are_looked_at_before_they_are_kept(idea):
    client = signed_in(idea.requester)
    bad = client.post(address(idea, "idea-attach"), {"file": SimpleUploadedFile("x.exe", b"MZ"), "audience": "viewers"})
    good = client.post(
        address(idea, "idea-attach"), {"file": SimpleUploadedFile("plan.txt", b"Our plan"), "audience": "viewers"}
    )

    assert (bad.status_code, good.status_code) == (422, 302)
    assert Attachment.objects.get().name == "plan.txt"
    assert "plan.txt" in text_of(idea.requester, idea)


def test_the_business_case_is_not_overwritten_silently():
    idea = IdeaFactory(state="triage", audience="city")
    client = signed_in(idea.requester)
    actions.edit_case(idea, by=idea.requester, version=idea.version, risks="Theirs")
    answer = client.post(address(idea, "idea-case"), {"version": 1, "risks": "Mine"})

    idea.refresh_from_db()
    assert (answer.status_code, idea.risks) == (409, "Theirs")
    assert {"Mine" in answer.content.decode(), "Theirs" in answer.content.decode()} == {True}


def test_co_authors_come_and_go(idea):
    other = UserFactory()
    client = signed_in(idea.requester)
    client.post(address(idea, "idea-co-authors"), {"person": other.email})
    named = other.name in text_of(idea.requester, idea)
    client.post(address(idea, "co-author-remove", other.pk))

    assert (named, idea.people_as("co_author")) == (True, [])
    assert signed_in(other).post(address(idea, "co-author-remove", idea.requester_id)).status_code == 404


def test_whoever_declares_a_conflict_judges_no_more(triager):
    idea = IdeaFactory(state="triage", audience="city")
    signed_in(triager).post(address(idea, "idea-conflict"), {"note": "My sister asks for it."})

    assert "Send to feasibility" not in text_of(triager, idea)
