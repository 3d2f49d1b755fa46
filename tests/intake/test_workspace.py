"""The queue, the board and the first look: the one due first on top; many ideas ask no more than one."""

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
from intake.models import Backing, Condition, Contribution, Idea, Part, ProposedNo, Review, SecondLook, know_holdings
from tests.factories import IdeaFactory, MeasureFactory, ProjectFactory, UserFactory
from workflow.lifecycle import moves_for, perform
from workflow.models import Event, Question

pytestmark = pytest.mark.django_db


@pytest.fixture
def triager():
    current_policy()
    return UserFactory(roles="triager", name="Priya Raman")


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def due(hours, **fields):
    """An idea that is shared, with its first answer due in so many hours."""
    idea = IdeaFactory(state=State.SUBMITTED, **fields)
    moment = timezone.now() + timedelta(hours=hours)
    Idea.objects.filter(pk=idea.pk).update(first_answer_due_at=moment, due_at=moment)
    return Idea.objects.get(pk=idea.pk)


def ask(idea, by):
    return actions.ask_requester(idea, by=by, text="How often does it happen?")


def shown(user, name="queue", **query):
    response = signed_in(user).get(reverse(name), query)
    return [idea.pk for idea in response.context["object_list"]]


# What the moves of many ideas ask


def work_on(idea, director):
    """One row of everything that a move may ask."""
    Review.objects.create(idea=idea, discipline="security", due_at=timezone.now())
    Backing.objects.create(idea=idea, due_at=timezone.now(), answer=Backing.Answer.BACKS)
    Contribution.objects.create(
        idea=idea, measure=MeasureFactory(), expected=-1, by_on=timezone.now().date(), added_by=director
    )
    Condition.objects.create(
        idea=idea, text="Sign it.", owner=director, due_on=timezone.now().date(), gate=Condition.Gate.DECISION
    )
    ProposedNo.objects.create(
        idea=idea, proposed_by=UserFactory(), reason="Why.", what_would_change="What.", next_step="Next."
    )
    SecondLook.objects.create(idea=idea, asked_by=idea.requester, due_at=timezone.now(), reason="Look again.")


def offers(idea, user):
    return [(offer.move.name, offer.unmet) for offer in moves_for(idea, user)]


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("kind", ["triager", "director", "chair", "requester"])
@pytest.mark.parametrize("worked_on", [False, True])
def test_what_a_list_brings_along_gives_the_same_moves_without_a_question(state, kind, worked_on):
    idea = IdeaFactory(state=state)
    user = idea.requester if kind == "requester" else UserFactory(roles=kind)
    if worked_on:
        work_on(idea, UserFactory(roles="director"))
    wanted = offers(Idea.objects.get(pk=idea.pk), user)

    [listed] = Idea.objects.filter(pk=idea.pk).listed().with_work()
    know_holdings([listed])
    assert list(listed.holdings) is not None  # asked once for a whole list, before its rows
    with CaptureQueriesContext(connection) as asked:
        found = offers(listed, user)

    assert (found, len(asked)) == (wanted, 0)


@pytest.mark.parametrize(
    ("answer", "hold_until", "waived", "held", "backed"),
    [
        ("", None, False, False, False),
        ("backs", None, False, False, True),
        ("", None, True, False, True),
        ("holds", 5, False, True, False),
        ("holds", -5, False, False, False),
    ],
)
def test_the_last_backing_counts_in_a_list_as_on_the_page(answer, hold_until, waived, held, backed):
    idea, now = IdeaFactory(state=State.TRIAGE), timezone.now()
    Backing.objects.create(idea=idea, due_at=now, answer="holds")
    Backing.objects.create(
        idea=idea,
        due_at=now,
        answer=answer,
        waived_at=now if waived else None,
        hold_until=now.date() + timedelta(days=hold_until) if hold_until else None,
    )

    for one in (Idea.objects.get(pk=idea.pk), Idea.objects.with_work().get(pk=idea.pk)):
        assert (one.is_held, one.is_backed_or_waived) == (held, backed)


def test_a_question_about_a_review_with_the_same_key_does_not_pause_the_idea(triager):
    idea = due(5)
    review = Review.objects.create(pk=idea.pk, idea=idea, discipline="security", due_at=timezone.now())
    Question.objects.create(
        target=idea, asked_by=triager, asked_of=idea.requester, text="Why?", due_at=timezone.now(), paused=review
    )

    assert not Idea.objects.listed().get(pk=idea.pk).has_open_question


# The queue


def test_the_one_due_first_is_on_top_and_what_waits_on_the_requester_below(triager):
    later, late, soon = due(50), due(-20), due(5)
    waiting = due(-90)
    ask(waiting, triager)

    assert shown(triager) == [late.pk, soon.pk, later.pk, waiting.pk]


def test_each_view_of_the_queue_holds_its_own(triager):
    late, soon = due(-20), due(5)
    mine = due(400)
    actions.assign(mine, by=triager, to=triager)
    waiting = due(-90)
    ask(waiting, triager)
    back = IdeaFactory(state=State.NOT_YET)
    Idea.objects.filter(pk=back.pk).update(return_on=timezone.now().date() + timedelta(days=9))
    far = IdeaFactory(state=State.NOT_YET)
    Idea.objects.filter(pk=far.pk).update(return_on=timezone.now().date() + timedelta(days=90))

    assert shown(triager, view="mine") == [mine.pk]
    assert shown(triager, view="late") == [late.pk]
    assert shown(triager, view="waiting") == [waiting.pk]
    assert shown(triager, view="unassigned") == [late.pk, soon.pk, waiting.pk]
    assert shown(triager, view="back") == [back.pk]
    assert signed_in(triager).get(reverse("queue"), {"view": "other"}).status_code == 400


def test_a_proposed_no_is_listed_for_those_who_decide_that_size_only(triager):
    small, medium = IdeaFactory(state=State.DECISION, size="small"), IdeaFactory(state=State.DECISION)
    for idea in (small, medium):
        ProposedNo.objects.create(
            idea=idea, proposed_by=UserFactory(), reason="Why.", what_would_change="What.", next_step="Next."
        )

    assert shown(triager, view="no") == [small.pk]


def test_filters_and_pages_stand_in_the_address(triager):
    ideas = [due(hours) for hours in range(1, 34)]
    client = signed_in(triager)

    first = client.get(reverse("queue"))
    assert [one.pk for one in first.context["object_list"]] == [one.pk for one in ideas[:30]]
    rest = client.get(reverse("queue") + first.context["next"])
    assert [one.pk for one in rest.context["object_list"]] == [one.pk for one in ideas[30:]]
    assert shown(triager, department=ideas[3].department_id) == [ideas[3].pk]
    assert shown(triager, q=ideas[7].label) == [ideas[7].pk]

    page = client.get(reverse("queue"), {"department": ideas[3].department_id, "view": "unassigned"})
    assert f"<b>{ideas[3].department}</b>" in page.content.decode()
    assert [chip["url"] for chip in page.context["chips"]] == ["?view=unassigned"]


def test_restricted_ideas_are_in_no_queue_but_that_of_the_group(triager):
    hidden = due(1, audience="restricted", group=RestrictedGroup.objects.create(name="Police"))

    assert shown(triager) == []
    export = signed_in(triager).get(reverse("queue"), {"export": "csv"})
    assert hidden.title not in b"".join(export.streaming_content).decode()


def test_the_file_has_the_columns_of_the_table_and_no_formula(triager):
    due(5, title="=HYPERLINK(1)")

    text = b"".join(signed_in(triager).get(reverse("queue"), {"export": "csv"}).streaming_content).decode()

    header, row = text.lstrip("\ufeff").splitlines()
    assert header == "Idea,Number,Department,Requester,Stage,Size,Value,Who has it,Answer due"
    assert row.startswith("'=HYPERLINK(1)")


def test_an_idea_is_assigned_on_its_row_and_nobody_with_a_stake_gets_it(triager):
    idea, other = due(5), UserFactory(roles="liaison", name="Maria Delgado")
    client, address = signed_in(triager), reverse("idea-assign", args=[idea.number])

    response = client.post(address, {"assignee": other.pk, "next": "/queue/?view=mine"}, follow=True)
    assert response.redirect_chain == [("/queue/?view=mine", 302)]
    assert f"{idea.label} is in the hands of Maria Delgado." in response.content.decode()
    assert Idea.objects.get(pk=idea.pk).assignee == other

    Part.objects.create(idea=idea, user=other, kind=Part.Kind.CONFLICT)
    refused = client.post(address, {"assignee": other.pk, "next": "//elsewhere.example"})
    assert refused.status_code == 422
    assert "Maria Delgado has a stake in this idea." in refused.content.decode()
    assert client.post(address, {"assignee": "", "next": "//elsewhere.example"}).url == reverse(
        "idea-triage", args=[idea.number]
    )


def test_take_it_up_stands_on_the_row_of_a_shared_idea_only(triager):
    shared, taken = due(5), due(6)
    perform(taken, "take_up", by=triager)

    page = signed_in(triager).get(reverse("queue")).content.decode()

    assert reverse("idea-move", args=[shared.number, "take_up"]) in page
    assert reverse("idea-move", args=[taken.number, "take_up"]) not in page


@pytest.mark.parametrize("name", ["queue", "board"])
def test_many_ideas_ask_no_more_than_one(name, triager):
    client, counts = signed_in(triager), []
    for more in (1, 30):
        for _number in range(more):
            idea = due(5)
            actions.assign(idea, by=triager, to=UserFactory(roles="triager"))
            work_on(IdeaFactory(state=State.FEASIBILITY), UserFactory(roles="director"))
            ProjectFactory(idea=IdeaFactory(state=State.DELIVERING), last_report_at=timezone.now())
        client.get(reverse(name))
        current_policy()
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse(name))
        counts.append(len(asked))

    assert counts[0] == counts[1]
    assert counts[1] <= 10


# The board


def test_a_card_of_a_project_shows_the_health_it_reported(triager):
    told, untold = (IdeaFactory(state=State.DELIVERING) for _each in range(2))
    ProjectFactory(idea=told, health="red", last_report_at=timezone.now())
    ProjectFactory(idea=told, health="amber", state="cancelled", last_report_at=timezone.now())
    ProjectFactory(idea=untold, health="amber")

    page = signed_in(triager).get(reverse("board")).content.decode()

    assert [word for word in ("In trouble", "Needs attention", "On track") if word in page] == ["In trouble"]


def test_the_board_has_a_column_for_each_step_and_a_card_offers_its_moves(triager):
    idea = IdeaFactory(state=State.TRIAGE, size="")
    ready = IdeaFactory(state=State.APPROVED)

    response = signed_in(triager).get(reverse("board"))

    columns = {str(one["label"]): [card.pk for card in one["cards"]] for one in response.context["columns"]}
    assert columns == {
        "First look": [idea.pk],
        "Feasibility": [],
        "Decision": [],
        "Yes, getting ready": [ready.pk],
        "Delivery": [],
        "Results": [],
    }
    page = response.content.decode()
    assert reverse("idea-move", args=[idea.number, "answer_not_yet"]) in page
    assert reverse("idea-move", args=[idea.number, "send_to_feasibility"]) not in page
    assert "Set the size first." in page


def test_a_full_column_leads_to_the_list(triager):
    for _number in range(32):
        due(5)

    response = signed_in(triager).get(reverse("board"))

    assert len(response.context["columns"][0]["cards"]) == 30
    assert f'href="{reverse("ideas")}?step=1">Show all of “First look” in the list' in response.content.decode()


# The first look


@pytest.fixture
def idea(triager):
    idea = IdeaFactory(audience="city", size="")
    perform(idea, "submit", by=idea.requester)
    perform(idea, "take_up", by=triager)
    return idea


def set_right(idea, **fields):
    return {
        "version": idea.version, "title": idea.title, "lane": "ordinary", "goal": "", "hours": "", "cost_start": "",
        "cost_yearly": "", "cost_note": "", "planned_decision_on": "",
    } | fields  # fmt: skip


def test_the_triager_sets_right_what_was_shared_and_history_keeps_both(idea, triager):
    address = reverse("idea-triage", args=[idea.number])

    signed_in(triager).post(address, set_right(idea, title="Know which hydrants work", answers=["buy"], hours="60"))

    idea.refresh_from_db()
    assert (idea.title, idea.answers, idea.hours) == ("Know which hydrants work", ["buy"], 60)
    event = Event.objects.get(verb="intake.idea.triage")
    assert event.data["changes"]["title"][1] == "Know which hydrants work"


def test_figures_that_make_it_larger_raise_the_size(idea, triager):
    actions.set_size(idea, by=triager, size="small")

    signed_in(triager).post(reverse("idea-triage", args=[idea.number]), set_right(idea, cost_start="250000"))

    assert Idea.objects.get(pk=idea.pk).size == "large"


def test_two_who_set_right_at_once_lose_nothing(idea, triager):
    address, client = reverse("idea-triage", args=[idea.number]), signed_in(triager)
    old = set_right(idea, title="What the second one typed")
    actions.triage(idea, by=UserFactory(roles="triager"), version=None, title="What the first one saved")

    response = client.post(address, old)

    page = response.content.decode()
    assert response.status_code == 409
    assert "What the first one saved" in page
    assert 'value="What the second one typed"' in page
    again = old | {"version": response.context["triage_form"]["version"].value()}
    assert client.post(address, again).status_code == 302
    assert Idea.objects.get(pk=idea.pk).title == "What the second one typed"


def test_what_cannot_be_saved_keeps_what_was_typed(idea, triager):
    response = signed_in(triager).post(
        reverse("idea-triage", args=[idea.number]), set_right(idea, hours="many", cost_note="From a quote")
    )

    assert response.status_code == 422
    assert "Write a whole number in digits." in response.content.decode()
    assert 'value="From a quote"' in response.content.decode()


def test_the_size_says_why_and_only_the_director_makes_it_smaller(idea, triager):
    actions.triage(idea, by=triager, version=None, cost_start=250_000)
    client, address = signed_in(triager), reverse("idea-size", args=[idea.number])
    page = client.get(reverse("idea-triage", args=[idea.number])).content.decode()
    assert "It costs $250,000 over five years, more than $100,000." in page

    refused = client.post(address, {"size": "small", "note": "It feels small."})
    assert refused.status_code == 422
    assert "Only the director makes an idea smaller than its figures say." in refused.content.decode()
    assert "It feels small." in refused.content.decode()

    signed_in(UserFactory(roles="director")).post(address, {"size": "small", "note": "The quote was a mistake."})
    assert Idea.objects.get(pk=idea.pk).size == "small"


def test_a_value_wants_its_reason(idea, triager):
    client, address = signed_in(triager), reverse("idea-value", args=[idea.number])

    assert client.post(address, {"value": "high", "value_reason": ""}).status_code == 422
    assert client.post(address, {"value": "high", "value_reason": "Crews lose minutes."}).status_code == 302
    assert Idea.objects.get(pk=idea.pk).value == "high"


def test_similar_ideas_can_be_joined_from_the_first_look(idea, triager):
    other = IdeaFactory(audience="city", title="Hydrants out of service on one map", problem=idea.problem)
    perform(other, "submit", by=other.requester)

    page = signed_in(triager).get(reverse("idea-triage", args=[idea.number])).content.decode()

    assert f"{reverse('idea-move', args=[idea.number, 'join'])}?into={other.number}" in page
    assert "Same words:" in page


def test_who_only_works_on_it_gets_the_small_forms(idea):
    liaison = UserFactory(roles="liaison")

    response = signed_in(liaison).get(reverse("idea-triage", args=[idea.number]))

    assert "triage_form" not in response.context
    assert "value_form" not in response.context
    assert signed_in(liaison).post(reverse("idea-triage", args=[idea.number]), set_right(idea)).status_code == 404
    assert signed_in(idea.requester).get(reverse("idea-triage", args=[idea.number])).status_code == 404
