"""Is it possible: private drafts, answers with conditions, what is met, the promise, and the reviewer's own list."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.policy import current_policy
from intake import actions
from intake.lifecycle import State
from intake.models import Condition, Contribution, Idea, Part, Review
from tests.factories import IdeaFactory, MeasureFactory, UserFactory
from workflow.models import Event

pytestmark = pytest.mark.django_db
TOMORROW = timezone.now().date() + timedelta(days=1)


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def address(idea, name="idea-feasibility", *more):
    return reverse(name, args=[idea.number, *more])


@pytest.fixture
def triager():
    current_policy()
    return UserFactory(roles="triager")


@pytest.fixture
def reviewer():
    return UserFactory(reviews="security", name="Kate Moreau")


@pytest.fixture
def idea(triager, reviewer):
    idea = IdeaFactory(state=State.FEASIBILITY, audience="city")
    actions.open_reviews(idea, by=triager, disciplines=["security", "legal"])
    return idea


@pytest.fixture
def review(idea):
    return idea.reviews.get(discipline="security")


def typed(review, do, rows=(), **said):
    """What the form of a review sends."""
    form, formset = f"r{review.pk}", f"c{review.pk}"
    data = {
        "do": do,
        f"{form}-version": Review.objects.get(pk=review.pk).version,
        f"{formset}-TOTAL_FORMS": 3,
        f"{formset}-INITIAL_FORMS": 0,
    }
    data |= {f"{form}-{name}": value for name, value in said.items()}
    for at, row in enumerate(rows):
        data |= {f"{formset}-{at}-{name}": value for name, value in row.items()}
    return data


def write(user, review, do, rows=(), **said):
    return signed_in(user).post(address(review.idea, "review", review.pk), typed(review, do, rows, **said))


def test_a_draft_is_read_by_its_reviewer_alone_until_it_is_shared(idea, review, reviewer, triager):
    row = {"text": "Sign-in runs through the city", "owner": "nobody known", "due_on": "", "gate": "start"}
    assert write(reviewer, review, "save", [row], text="It looks safe so far").status_code == 302

    mine = signed_in(reviewer).get(address(idea)).content.decode()
    assert "It looks safe so far" in mine
    assert "Sign-in runs through the city" in mine
    for other in (triager, idea.requester):
        page = signed_in(other).get(address(idea)).content.decode()
        assert "It looks safe so far" not in page
        assert "Sign-in runs through the city" not in page
    assert not idea.conditions.exists()

    write(reviewer, review, "share", [row], text="It looks safe so far")
    page = signed_in(idea.requester).get(address(idea)).content.decode()
    assert "It looks safe so far" in page
    assert "Sign-in runs through the city" in page
    assert "Draft, not an answer yet" in page


def test_a_yes_if_is_sent_with_its_conditions(idea, review, reviewer, triager):
    owner = UserFactory(name="Anil Desai")
    row = {"text": "The feed is read-only", "owner": "Anil Desai", "due_on": TOMORROW, "gate": "deliver"}

    assert write(reviewer, review, "send", [row], answer="yes_if", text="Low risk.").status_code == 302

    condition = idea.conditions.get()
    assert (condition.text, condition.owner, condition.gate) == ("The feed is read-only", owner, "deliver")
    assert (condition.review, Review.objects.get(pk=review.pk).condition_drafts) == (review, [])
    page = signed_in(idea.requester).get(address(idea)).content.decode()
    assert "The feed is read-only" in page
    assert "1 of 2 answers in." in page


@pytest.mark.parametrize(
    ("said", "rows", "sentence"),
    [
        ({}, [], "Choose one from the list."),
        ({"answer": "yes_if"}, [], "Name at least one condition with its owner and date."),
        ({"answer": "concern", "text": "Too open."}, [], "Name a way forward, or say that you know none"),
        ({"answer": "yes_if"}, [{"text": "Sign it"}], "Name the person who meets it."),
        ({"answer": "yes_if"}, [{"text": "Sign it", "owner": "Nobody"}], "We know nobody by this."),
    ],
)
def test_an_answer_that_lacks_something_is_not_sent_and_keeps_its_words(review, reviewer, said, rows, sentence):
    response = write(reviewer, review, "send", rows, **({"text": "My words stay"} | said))

    page = response.content.decode()
    assert response.status_code == 422
    assert sentence in page or (sentence == "Choose one from the list." and "Fill this in, even roughly." in page)
    assert said.get("text", "My words stay") in page
    assert all(row["text"] in page for row in rows)
    assert Review.objects.get(pk=review.pk).sent_at is None


def test_a_concern_names_whom_it_asked_where_it_knows_no_way(idea, review, reviewer):
    said = {"answer": "concern", "text": "It opens a door.", "none_known": "on", "whom_asked": "the vendor"}

    write(reviewer, review, "send", **said)

    assert "None that we know; asked: the vendor." in signed_in(idea.requester).get(address(idea)).content.decode()


def test_two_windows_of_one_reviewer_lose_nothing(review, reviewer):
    old = typed(review, "save", text="Typed in the second window")
    write(reviewer, review, "save", text="Saved in the first window")

    response = signed_in(reviewer).post(address(review.idea, "review", review.pk), old)

    page = response.content.decode()
    assert response.status_code == 409
    assert "Saved in the first window" in page
    assert "Typed in the second window" in page


def test_the_last_answer_sends_the_idea_to_the_decision(idea, review, reviewer, triager):
    actions.change_disciplines(idea, by=triager, disciplines=["security"])

    write(reviewer, review, "send", answer="yes")

    assert Idea.objects.get(pk=idea.pk).state == State.DECISION


def test_only_the_reviewer_writes_and_nobody_with_a_stake(idea, review, reviewer, triager):
    for other in (triager, idea.requester, UserFactory(reviews="legal")):
        assert write(other, review, "save", text="Not mine").status_code == 404
    Part.objects.create(idea=idea, user=reviewer, kind=Part.Kind.CONFLICT)
    assert write(reviewer, review, "save", text="Not any more").status_code == 404


def test_a_review_that_nobody_has_is_taken_once(idea):
    legal = idea.reviews.get(discipline="legal")
    first, second = UserFactory(reviews="legal"), UserFactory(reviews="legal")
    assert [one.pk for one in signed_in(first).get(reverse("my-feasibility")).context["to_take"]] == [legal.pk]

    signed_in(first).post(address(idea, "review-take", legal.pk))

    assert Review.objects.get(pk=legal.pk).reviewer == first
    late = signed_in(second).post(address(idea, "review-take", legal.pk))
    assert late.status_code == 409
    assert "Somebody else took this review." in late.content.decode()


def test_a_condition_is_met_by_its_owner_with_a_note(idea, review, reviewer):
    owner, other = UserFactory(), UserFactory()
    condition = Condition.objects.create(idea=idea, text="Sign it.", owner=owner, due_on=TOMORROW)
    to = address(idea, "condition-met", condition.pk)
    assert signed_in(other).post(to).status_code == 403
    assert to not in signed_in(other).get(address(idea)).content.decode()

    signed_in(owner).post(to, {"note": "Signed on Monday"})

    condition.refresh_from_db()
    assert (condition.met_by, condition.met_note) == (owner, "Signed on Monday")
    again = signed_in(owner).post(to)
    assert again.status_code == 409
    assert "This condition was met already." in again.content.decode()


def test_a_condition_of_an_unsent_review_is_not_there_for_others(idea, review, reviewer):
    owner = UserFactory()
    hidden = Condition.objects.create(idea=idea, review=review, text="Sign it.", owner=owner, due_on=TOMORROW)

    assert "Sign it." not in signed_in(owner).get(address(idea)).content.decode()
    assert signed_in(owner).post(address(idea, "condition-met", hidden.pk)).status_code == 404


def test_a_promise_names_a_measure_with_the_right_sign(idea, triager):
    measure, client = MeasureFactory(unit="minutes"), signed_in(triager)
    said = {"measure": measure.pk, "expected": "2.5", "by_on": TOMORROW, "why": "Crews know before they leave."}

    refused = client.post(address(idea, "idea-promise"), said)
    assert refused.status_code == 422
    assert "Write the change with that sign." in refused.content.decode()
    assert "Crews know before they leave." in refused.content.decode()

    client.post(address(idea, "idea-promise"), said | {"expected": "-2.5"})
    promise = Contribution.objects.get()
    assert "−2.5 minutes" in client.get(address(idea)).content.decode()
    client.post(address(idea, "promise-end", promise.pk))
    assert not idea.contributions.current().exists()


def test_the_reason_for_no_measure_is_written_by_those_who_write_the_case(idea, triager):
    said = {"no_contribution_reason": "A law asks for it."}

    signed_in(idea.requester).post(address(idea, "idea-no-promise"), said)
    assert Idea.objects.get(pk=idea.pk).no_contribution_reason == "A law asks for it."
    assert signed_in(triager).post(address(idea, "idea-no-promise"), said).status_code in (403, 404)


def test_disciplines_change_while_it_is_in_feasibility(idea, triager):
    client = signed_in(triager)

    client.post(address(idea, "idea-disciplines"), {"disciplines": ["legal", "gis"]})
    assert {one.discipline for one in idea.reviews.current()} == {"legal", "gis"}

    refused = client.post(address(idea, "idea-disciplines"), {"disciplines": []})
    assert refused.status_code == 422
    assert "Choose at least one discipline that reviews it." in refused.content.decode()


def test_the_requester_reads_the_plain_word(idea):
    page = signed_in(idea.requester).get(address(idea)).content.decode()

    assert "Is it possible?" in page
    assert ">Feasibility<" not in page


def test_my_list_has_what_is_due_first_and_marks_what_is_late(idea, review, reviewer):
    early = IdeaFactory(state=State.FEASIBILITY, audience="city")
    late = Review.objects.create(
        idea=early, discipline="security", reviewer=reviewer, due_at=timezone.now() - timedelta(days=9)
    )
    Part.objects.create(idea=early, user=reviewer, kind=Part.Kind.REVIEWER)

    response = signed_in(reviewer).get(reverse("my-feasibility"))

    assert [one.pk for one in response.context["mine"]] == [late.pk, review.pk]
    assert "d late" in response.content.decode()
    assert signed_in(UserFactory(roles="triager")).get(reverse("my-feasibility")).status_code == 403


def test_many_reviews_ask_no_more_than_one(reviewer, triager):
    client, counts = signed_in(reviewer), []
    for more in (1, 30):
        for _number in range(more):
            one = IdeaFactory(state=State.FEASIBILITY, audience="city")
            actions.open_reviews(one, by=triager, disciplines=["security", "legal"])
            Review.objects.create(
                idea=one,
                discipline="gis",
                reviewer=reviewer,
                answer="yes",
                sent_at=timezone.now(),
                due_at=timezone.now(),
            )
        current_policy()
        client.get(reverse("my-feasibility"))
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("my-feasibility"))
        counts.append(len(asked))

    assert counts[0] == counts[1] <= 10


def test_many_conditions_on_the_tab_ask_no_more_than_one(idea, review, reviewer):
    client, counts = signed_in(reviewer), []
    for more in (1, 20):
        for _number in range(more):
            Condition.objects.create(idea=idea, text="Sign it.", owner=UserFactory(), due_on=TOMORROW)
        client.get(address(idea))
        with CaptureQueriesContext(connection) as asked:
            client.get(address(idea))
        counts.append(len(asked))

    assert counts[0] == counts[1]


def test_what_met_a_condition_is_kept_without_what_no_database_takes(idea):
    owner = UserFactory()
    condition = Condition.objects.create(idea=idea, text="Sign it.", owner=owner, due_on=TOMORROW)
    Part.objects.create(idea=idea, user=owner, kind=Part.Kind.CONDITION_OWNER)

    answer = signed_in(owner).post(address(idea, "condition-met", condition.pk), {"note": "Signed\0 today"})

    assert answer.status_code == 302
    assert Event.objects.filter(verb="intake.idea.meet_condition", note="Signed today").exists()
