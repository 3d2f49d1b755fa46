"""Questions pause the asker's clock, comments reach their audience, mentions and followers hear."""

from datetime import timedelta

import pytest

from accounts.policy import current_policy
from intake import actions
from intake.lifecycle import State
from intake.models import Idea, Part
from intake.tasks import remind_of_questions
from tests.factories import IdeaFactory, UserFactory
from workflow import clock, conversation
from workflow.lifecycle import Conflict, MoveRefused, NotYourMove, perform
from workflow.models import Audience, Delivery, Event, Question

pytestmark = pytest.mark.django_db


@pytest.fixture
def triage(noon_2024):
    """An idea taken up on a Tuesday noon, its triager, and the moment."""
    triager = UserFactory(roles="triager", email="maria.delgado@example.org")
    with clock.at(noon_2024):
        idea = IdeaFactory(state=State.SUBMITTED)
        perform(idea, "take_up", by=triager)
    return idea, triager, noon_2024


def test_a_question_moves_the_due_date_by_the_working_time_it_was_open(triage):
    idea, triager, moment = triage
    before = idea.due_at
    with clock.at(moment):
        question = actions.ask_requester(idea, by=triager, text="Which map do crews look at?")
    with clock.at(moment + timedelta(days=2)):
        actions.answer_question(question, by=idea.requester, text="The one in the truck.")
    idea.refresh_from_db()
    calendar = clock.calendar()
    waited = calendar.worked_between(moment, moment + timedelta(days=2))
    assert waited > timedelta(hours=17)
    assert idea.due_at == calendar.add_worked(before, waited)


def test_two_questions_at_once_pause_once(triage):
    idea, triager, moment = triage
    before = idea.due_at
    with clock.at(moment):
        first = actions.ask_requester(idea, by=triager, text="Which map?")
        second = actions.ask_requester(idea, by=triager, text="Which crews?")
    with clock.at(moment + timedelta(days=1)):
        actions.answer_question(first, by=idea.requester, text="The paper one.")
        assert Idea.objects.get(pk=idea.pk).due_at == before
    with clock.at(moment + timedelta(days=2)):
        actions.answer_question(second, by=idea.requester, text="All of them.")
    calendar = clock.calendar()
    assert Idea.objects.get(pk=idea.pk).due_at == calendar.add_worked(
        before, calendar.worked_between(moment, moment + timedelta(days=2))
    )


def test_a_reviewers_question_pauses_only_the_review(triage):
    idea, triager, moment = triage
    reviewer = UserFactory(reviews="security")
    idea.lane = "mandated"
    idea.save()
    with clock.at(moment):
        perform(idea, "send_to_feasibility", by=triager, disciplines=["security"])
        review = idea.reviews.get()
        due, review_due = idea.due_at, review.due_at
        question = actions.ask_requester(idea, by=reviewer, text="Who signs in?", review=review)
    with clock.at(moment + timedelta(days=1)):
        actions.answer_question(question, by=idea.requester, text="Crews.")
    review.refresh_from_db()
    idea.refresh_from_db()
    assert idea.due_at == due
    assert review.due_at > review_due


def test_a_question_is_answered_once(triage):
    idea, triager, _moment = triage
    question = actions.ask_requester(idea, by=triager, text="Which map?")
    actions.answer_question(question, by=idea.requester, text="The paper one.")
    with pytest.raises(Conflict):
        actions.answer_question(question, by=idea.requester, text="No, the other.")
    assert Question.objects.get().answer == "The paper one."


def test_only_the_one_asked_or_a_co_author_answers(triage):
    idea, triager, _moment = triage
    question = actions.ask_requester(idea, by=triager, text="Which map?")
    with pytest.raises(NotYourMove):
        actions.answer_question(question, by=UserFactory(department=idea.department), text="I know.")
    helper = UserFactory()
    actions.involve(idea, helper, Part.Kind.CO_AUTHOR)
    question = Question.objects.get(pk=question.pk)
    actions.answer_question(question, by=helper, text="The paper one.")
    assert Question.objects.get().answered_by == helper


def test_silence_reminds_and_then_gives_the_turn_back(triage):
    idea, triager, moment = triage
    with clock.at(moment):
        question = actions.ask_requester(idea, by=triager, text="Which map?")
    with clock.at(question.due_at + timedelta(hours=1)):
        remind_of_questions()
        remind_of_questions()
    question.refresh_from_db()
    assert question.reminded_at and question.taken_back_at is None
    with clock.at(question.due_at + timedelta(hours=1)):
        remind_of_questions()
    question.refresh_from_db()
    assert question.taken_back_at is not None
    verbs = list(
        Event.objects.filter(verb__in=["intake.idea.remind", "intake.idea.return_turn"]).values_list("verb", flat=True)
    )
    assert sorted(verbs) == ["intake.idea.remind", "intake.idea.return_turn"]


def test_the_first_answer_is_what_a_person_of_it_says_to_the_requester(triage):
    idea, triager, moment = triage
    assert idea.first_answered_at is None
    with clock.at(moment):
        actions.comment(idea, by=triager, text="A note among us.", audience=Audience.WORKERS)
    assert Idea.objects.get(pk=idea.pk).first_answered_at is None
    with clock.at(moment):
        actions.comment(idea, by=triager, text="Thank you, we read it.")
    assert Idea.objects.get(pk=idea.pk).first_answered_at == moment


def test_a_closed_comment_reaches_only_its_audience(triage):
    idea, triager, _moment = triage
    other = UserFactory(roles="triager")
    conversation.follow(idea, other)
    conversation.follow(idea, idea.requester)
    actions.comment(idea, by=triager, text="Among us: the vendor is late.", audience=Audience.WORKERS)
    told = set(Delivery.objects.filter(event__verb="intake.idea.comment").values_list("user", flat=True))
    assert told == {other.pk}
    assert (
        not Event.objects.about(idea)
        .heard_by(idea.audiences_of(idea.requester))
        .filter(note__contains="vendor")
        .exists()
    )
    with pytest.raises(NotYourMove):
        actions.comment(idea, by=idea.requester, text="Hello", audience=Audience.WORKERS)


def test_a_person_mentioned_hears_when_the_idea_may_be_seen(triage):
    idea, triager, _moment = triage
    insider = UserFactory(department=idea.department, email="karen.osei@example.org")
    outsider = UserFactory(email="joan.petrov@example.org")
    actions.comment(idea, by=triager, text="@karen.osei and @joan.petrov. What do you say?")
    told = set(Delivery.objects.filter(event__verb="intake.idea.comment").values_list("user", flat=True))
    assert insider.pk in told
    assert outsider.pk not in told


def test_an_empty_message_says_what_to_do(triage):
    idea, triager, _moment = triage
    with pytest.raises(MoveRefused, match="Write your message first"):
        actions.comment(idea, by=triager, text="   ")
    with pytest.raises(MoveRefused, match="Write your question first"):
        actions.ask_requester(idea, by=triager, text="")


def test_a_question_goes_only_to_who_may_see_what_it_is_about(triage):
    idea, triager, _moment = triage

    with pytest.raises(MoveRefused, match="may not see it"):
        conversation.ask(idea, by=triager, of=UserFactory(), text="Which map?", days=3)
    assert not Question.objects.exists()


def test_a_question_that_pauses_nothing_moves_no_date_and_wants_an_answer(triage):
    idea, triager, _moment = triage
    before = idea.due_at
    question = conversation.ask(idea, by=triager, of=idea.requester, text="Which map?", days=3)

    with pytest.raises(MoveRefused, match="Write your answer first"):
        conversation.answer(question, by=idea.requester, text=" ")
    conversation.answer(question, by=idea.requester, text="The paper one.")

    assert question.answer == "The paper one."
    assert Idea.objects.get(pk=idea.pk).due_at == before


def test_question_days_are_the_policys(triage):
    idea, triager, moment = triage
    with clock.at(moment):
        question = actions.ask_requester(idea, by=triager, text="Which map?")
    assert question.due_at == clock.calendar().due_after(moment, current_policy().question_days)


def test_a_message_full_of_names_is_taken_and_reaches_the_first_of_them(triage):
    idea, triager, _moment = triage
    crowd = " ".join(f"@nobody{number}" for number in range(3000))

    actions.comment(idea, by=idea.requester, text=f"@maria.delgado and {crowd}")

    assert Delivery.objects.filter(user=triager, event__verb="intake.idea.comment").exists()
