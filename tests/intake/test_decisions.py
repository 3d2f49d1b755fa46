"""Decisions: by planned day, what each still needs, the packet, and a “No” that needs a second person."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import RestrictedGroup
from accounts.policy import current_policy
from intake import actions
from intake.lifecycle import State
from intake.models import Condition, Idea, Review
from tests.factories import IdeaFactory, UserFactory

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
NO = {
    "reason": "The vendor ends it in May.",
    "what_would_change": "A vendor that stays.",
    "next_step": "Use the shared form.",
}


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def director():
    current_policy()
    return UserFactory(roles="director", name="Victor Lane")


def waiting(days=None, **fields):
    planned = TODAY + timedelta(days=days) if days is not None else None
    return IdeaFactory(state=State.DECISION, planned_decision_on=planned, **fields)


def test_they_stand_by_their_planned_day_and_without_one_last(director):
    some_day, later, passed = waiting(), waiting(9), waiting(-9)

    response = signed_in(director).get(reverse("decisions"))

    assert list(response.context["object_list"]) == [passed, later, some_day]
    page = response.content.decode()
    assert page.count("This day has passed") == 1
    assert "Without a planned day" in page


def test_each_says_what_it_still_needs_and_whose_it_is(director):
    small, large = waiting(size="small"), waiting(size="large")
    Condition.objects.create(idea=large, text="Sign it.", owner=director, due_on=TODAY, gate=Condition.Gate.DECISION)

    rows = {one.pk: one for one in signed_in(director).get(reverse("decisions")).context["object_list"]}

    assert (rows[small.pk].is_yours, rows[large.pk].is_yours) == (True, False)
    assert rows[small.pk].still_needs == []
    assert rows[large.pk].still_needs == [
        "Name the measure that it will move, or the reason why none can be named.",
        "Wait until the conditions that block the decision are met.",
    ]


def test_restricted_ideas_and_other_states_are_not_listed(director):
    waiting(audience="restricted", group=RestrictedGroup.objects.create(name="Police"))
    IdeaFactory(state=State.FEASIBILITY)

    response = signed_in(director).get(reverse("decisions"))

    assert response.context["object_list"] == []
    assert "Nothing waits for a decision" in response.content.decode()


def test_each_names_the_person_who_decides_it_by_its_size(director):
    chair, triager = UserFactory(roles="chair", name="Rosa Lindqvist"), UserFactory(roles="triager", name="Sam Reed")
    UserFactory(roles="triager", name="Somebody Else")
    in_hand = waiting(size="small", assignee=triager)
    medium, large = waiting(size="medium"), waiting(4, size="large")

    response = signed_in(director).get(reverse("decisions"))

    named = {one.pk: (one.decided_by, str(one.decided_as)) for one in response.context["object_list"]}
    assert named == {
        in_hand.pk: ([triager], "Triager"),
        medium.pk: ([director], "Director"),
        large.pk: ([chair], "Board chair"),
    }
    assert "Rosa Lindqvist" in response.content.decode()


def test_a_stake_passes_the_decision_to_the_next_who_may(director):
    chair = UserFactory(roles="chair")
    medium, large = waiting(size="medium"), waiting(size="large")
    actions.involve(medium, director, "co_author")
    actions.involve(large, chair, "co_author")

    rows = {one.pk: one for one in signed_in(director).get(reverse("decisions")).context["object_list"]}

    assert (rows[medium.pk].decided_by, str(rows[medium.pk].decided_as)) == ([chair], "Board chair")
    assert rows[large.pk].decided_by == []
    assert str(rows[large.pk].decided_as) == "Board member standing in for the chair"


@pytest.mark.parametrize("roles", ["director", "chair", "stand_in", "triager"])
def test_many_decisions_ask_no_more_than_one(roles):
    client, counts = signed_in(UserFactory(roles=roles)), []
    UserFactory(roles="chair")
    for more in (1, 30):
        for _number in range(more):
            idea = waiting(3, size="large")
            actions.involve(idea, UserFactory(roles="chair"), "co_author")
        current_policy()
        client.get(reverse("decisions"))
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("decisions"))
        counts.append(len(asked))

    assert counts[0] == counts[1] <= 10


def test_a_triager_plans_the_day(director):
    idea, triager = waiting(), UserFactory(roles="triager")
    address = reverse("idea-decision-day", args=[idea.number])

    signed_in(triager).post(address, {"planned_decision_on": "2027-01-14"})
    assert str(Idea.objects.get(pk=idea.pk).planned_decision_on) == "2027-01-14"

    wrong = signed_in(triager).post(address, {"planned_decision_on": "soon"})
    assert wrong.status_code == 422
    assert 'value="soon"' in wrong.content.decode()
    assert signed_in(director).post(address, {"planned_decision_on": "2027-01-15"}).status_code == 404


def test_the_packet_holds_what_everyone_may_read_and_no_draft(director):
    idea = waiting(cost_start=46_000, cost_yearly=14_000)
    reviewer = UserFactory(name="Kate Moreau")
    answered = {"idea": idea, "reviewer": reviewer, "due_at": timezone.now(), "answer": "yes"}
    Review.objects.create(discipline="security", text="Low risk.", sent_at=timezone.now(), **answered)
    draft = Review.objects.create(discipline="legal", text="Not shared yet.", **answered)
    Condition.objects.create(idea=idea, review=draft, text="A hidden one.", owner=reviewer, due_on=TODAY)

    page = signed_in(director).get(reverse("idea-packet", args=[idea.number])).content.decode()

    assert "$116,000" in page
    assert "Low risk." in page
    assert "Not in yet: Legal." in page
    assert "Not shared yet." not in page
    assert "A hidden one." not in page
    assert "Not every required review is in yet." in page
    assert "Signature and date" in page


def test_the_packet_is_for_those_who_see_decisions():
    idea = waiting(audience="city")

    assert signed_in(idea.requester).get(reverse("idea-packet", args=[idea.number])).status_code == 404


@pytest.mark.parametrize(
    ("answers", "conditions", "sentence"),
    [
        (["yes", "yes"], 0, "The reviews point to: Yes."),
        (["yes", "yes_if"], 1, "The reviews point to: Yes, if the open condition is met."),
        (["yes", "yes_if"], 2, "The reviews point to: Yes, if the 2 open conditions are met."),
        (["yes", "concern"], 0, "1 of 2 reviews raises a concern. Read the way forward first."),
        ([], 0, "No review was asked for."),
    ],
)
def test_the_packet_says_what_the_reviews_point_to(director, answers, conditions, sentence):
    idea = waiting()
    for number, answer in enumerate(answers):
        Review.objects.create(
            idea=idea, discipline=f"d{number}", answer=answer, text="Words.", way_forward="Wait.",
            sent_at=timezone.now(), due_at=timezone.now(),
        )  # fmt: skip
    for _number in range(conditions):
        Condition.objects.create(idea=idea, text="Sign it.", owner=director, due_on=TODAY)

    assert sentence in signed_in(director).get(reverse("idea-packet", args=[idea.number])).content.decode()


def test_a_no_is_proposed_by_one_and_confirmed_by_another(director):
    idea, chair = waiting(), UserFactory(roles="chair")
    address = reverse("idea-no", args=[idea.number])

    response = signed_in(director).post(address, NO, follow=True)
    assert "It waits for a second person." in response.content.decode()
    assert Idea.objects.get(pk=idea.pk).state == State.DECISION

    confirm = reverse("idea-move", args=[idea.number, "decline"])
    assert signed_in(director).get(confirm).status_code == 404
    assert "The vendor ends it in May." in signed_in(chair).get(confirm).content.decode()
    signed_in(chair).post(confirm)
    assert Idea.objects.get(pk=idea.pk).state == State.DECLINED


def test_a_no_without_all_three_sentences_is_not_proposed(director):
    idea = waiting()

    response = signed_in(director).post(reverse("idea-no", args=[idea.number]), NO | {"next_step": ""})

    assert response.status_code == 422
    assert "The vendor ends it in May." in response.content.decode()
    assert not idea.proposed_nos.exists()


def test_a_second_no_is_said_to_be_there_already(director):
    idea, other = waiting(), UserFactory(roles="director")
    signed_in(director).post(reverse("idea-no", args=[idea.number]), NO)

    response = signed_in(other).post(reverse("idea-no", args=[idea.number]), NO)

    assert response.status_code == 409
    page = response.content.decode()
    assert "A “No” is proposed already. It waits for a second person." in page
    assert page.count("Use the shared form.") == 2


def test_a_proposed_no_is_taken_back_and_seen_by_deciders_only(director):
    idea = waiting(audience="city")
    signed_in(director).post(reverse("idea-no", args=[idea.number]), NO)
    triager = UserFactory(roles="triager")

    assert "A “No” is proposed" in signed_in(director).get(reverse("decisions")).content.decode()
    assert "A “No” is proposed" not in signed_in(triager).get(reverse("decisions")).content.decode()
    assert signed_in(triager).get(reverse("idea-no", args=[idea.number])).status_code == 404

    signed_in(director).post(reverse("idea-no-take-back", args=[idea.number]))
    assert not idea.proposed_nos.open().exists()
    again = signed_in(director).post(reverse("idea-no-take-back", args=[idea.number]))
    assert again.status_code == 409
