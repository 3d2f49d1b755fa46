"""Home and the list of ideas: what each person finds there, and at what cost."""

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.policy import current_policy
from intake import actions
from intake.lifecycle import State
from intake.models import Contribution, Idea, Support
from projects.actions import say_whether_it_helped
from projects.models import CheckIn
from tests.factories import (
    IdeaFactory,
    MeasureFactory,
    OutcomeFactory,
    ProjectFactory,
    PromiseFactory,
    RoleFactory,
    UserFactory,
)
from workflow import clock
from workflow.lifecycle import perform

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(client):
    person = UserFactory()
    client.force_login(person)
    current_policy()
    return person


def queries(client, url):
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def shared(person, **fields):
    idea = IdeaFactory(requester=person, **fields)
    perform(idea, "submit", by=person)
    return idea


def test_home_shows_where_my_ideas_are_and_my_drafts(client, person):
    mine = shared(person, title="Type inspections once")
    IdeaFactory(requester=person, title="Still a draft")
    text = client.get(reverse("home")).content.decode()

    assert mine.label in text
    assert "Somebody of IT reads it and answers." in text
    assert "Still a draft" in text


def test_home_asks_the_open_question(client, person):
    triager = UserFactory(roles="triager")
    idea = shared(person)
    actions.ask_requester(idea, by=triager, text="Which map do crews look at?")

    assert "Which map do crews look at?" in client.get(reverse("home")).content.decode()


def test_home_offers_ideas_of_others_until_one_has_said_so(client, person):
    idea = shared(UserFactory(), title="Reserve fields in one place", audience="city")
    hidden = shared(UserFactory(), title="Only for its department")
    before = client.get(reverse("home")).content.decode()
    actions.support(idea, by=person)
    after = client.get(reverse("home")).content.decode()

    assert idea.title in before
    assert hidden.title not in before
    assert idea.title not in after


def test_home_tells_the_sponsor_what_waits(client, person):
    RoleFactory(user=person, kind="sponsor", department=person.department)
    shared(UserFactory(department=person.department), title="Back me")

    assert "Does your department back this?" in client.get(reverse("home")).content.decode()


def test_home_costs_the_same_for_one_idea_and_thirty(client, person):
    shared(person), shared(UserFactory(), audience="city")
    one = queries(client, reverse("home"))
    for _n in range(15):
        shared(person), shared(UserFactory(), audience="city")

    assert queries(client, reverse("home")) == one <= 10


def test_home_of_a_sponsor_with_much_to_answer_costs_the_same(client, person):
    RoleFactory(user=person, kind="sponsor", department=person.department)
    counts = []
    for more in (1, 8):
        for _n in range(more):
            shared(UserFactory(department=person.department))
            delivered(person)
            in_use = delivered(UserFactory(department=person.department))
            CheckIn.objects.create(project=in_use, asked_of=person, due_at=clock.now(), asked_at=clock.now())
            actions.ask_requester(shared(person), by=UserFactory(roles="triager"), text="How many?")
        counts.append(queries(client, reverse("home")))

    assert counts[0] == counts[1] <= 10


def delivered(requester, **fields):
    """The project of a small idea that was delivered, with nothing promised."""
    idea = IdeaFactory(requester=requester, state=State.DELIVERED, size="small", **fields)
    return ProjectFactory(idea=idea, started_on=clock.today(), delivered_on=clock.today())


def test_home_asks_the_requester_whether_it_helped_until_it_is_said(client, person):
    project = delivered(person)
    before = client.get(reverse("home"))
    assert client.get(before.context["waiting"][0]["url"]).status_code == 200
    say_whether_it_helped(project, by=person, answer="yes")
    after = client.get(reverse("home"))

    assert [(row["text"], row["url"]) for row in before.context["waiting"]] == [
        ("Did it help?", reverse("project-helped", args=[project.number]))
    ]
    assert after.context["waiting"] == []


def test_home_asks_whether_it_is_in_use(client, person):
    project = delivered(UserFactory(department=person.department))
    check_in = CheckIn.objects.create(project=project, asked_of=person, due_at=clock.now(), asked_at=clock.now())

    rows = client.get(reverse("home")).context["waiting"]

    assert [(row["text"], row["url"]) for row in rows] == [
        ("Is it in use?", reverse("check-in", args=[project.number, check_in.pk]))
    ]


def test_delivered_without_a_promise_it_is_the_requester_s_move(client, person):
    promised, plain = delivered(person).idea, delivered(person).idea
    Contribution.objects.create(
        idea=promised, measure=MeasureFactory(), expected=-1, by_on=clock.today(), added_by=person
    )
    turns = {idea: idea.turn for idea in Idea.objects.listed().filter(pk__in=(promised.pk, plain.pk))}

    assert (str(turns[plain].role), turns[plain].person) == ("Requester", person)
    assert str(turns[plain].sentence) == "One question is open: did it help?"
    assert (str(turns[promised].role), turns[promised].person) == ("Measure owner", None)
    page = client.get(plain.get_absolute_url()).content.decode()
    assert "One question is open: did it help?" in page
    assert "Measure owner" not in page


def test_the_list_costs_the_same_for_one_idea_and_thirty(client, person):
    shared(person, audience="city")
    one = queries(client, reverse("ideas"))
    for _n in range(31):
        shared(UserFactory(), audience="city")

    assert queries(client, reverse("ideas")) == one <= 8


def test_the_list_is_narrowed_by_the_address(client, person):
    mine = shared(person, title="Mine is here")
    other = shared(UserFactory(), title="Somebody else has it", audience="city")

    def titles(**query):
        return {idea.title for idea in client.get(reverse("ideas"), query).context["object_list"]}

    assert titles() == {mine.title, other.title}
    assert titles(mine="1") == {mine.title}
    assert titles(department=other.department_id) == {other.title}
    assert titles(q=other.label) == {other.title}
    assert titles(q="somebody") == {other.title}
    assert titles(state="declined") == set()
    assert titles(step="1") == {mine.title, other.title}


def test_the_list_goes_on_where_it_ended(client, person):
    ideas = [shared(person) for _n in range(32)]
    page = client.get(reverse("ideas"))
    rest = client.get(reverse("ideas") + page.context["next"])

    shown = [*page.context["object_list"], *rest.context["object_list"]]
    assert shown == ideas[::-1]


def test_the_file_has_the_same_rows_and_no_formula(client, person):
    shared(person, title="=1+1")
    shared(UserFactory(), title="Hidden from this person")
    answer = client.get(reverse("ideas"), {"export": "csv"})
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))

    assert rows[0][:3] == ["Number", "Idea", "Department"]
    assert [row[1] for row in rows[1:]] == ["'=1+1"]


def test_the_list_says_whose_move_it_is(client, person):
    triager = UserFactory(name="Priya Raman", roles="triager")
    IdeaFactory(requester=person, state=State.TRIAGE, assignee=triager)
    IdeaFactory(requester=person, state=State.DECISION, size="large")

    page = client.get(reverse("ideas")).content.decode()
    answer = client.get(reverse("ideas"), {"export": "csv"})
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))

    assert page.index("Board chair") < page.index("Priya Raman")
    assert [row["Whose move"] for row in rows] == ["Board chair", "Priya Raman"]


def test_home_shows_the_verdict_beside_what_was_delivered(client, person):
    idea = IdeaFactory(requester=person, state=State.DELIVERED, delivered_at=clock.now())
    outcome = OutcomeFactory(idea=idea, verdict="no_change", shift=0, found_at=clock.now())

    page = client.get(reverse("home"))

    assert [one.label for idea in page.context["delivered"] for one in idea.results] == ["No detectable change"]
    assert outcome.promise.measure.name in page.content.decode()


def test_we_need_this_too_carries_the_words_of_the_draft(client, person):
    idea = shared(UserFactory(), audience="city")
    draft = actions.start_draft(by=person, problem="We call dispatch twenty times a week.")
    page = client.get(reverse("idea-support", args=[idea.number]), {"draft": draft.key})
    client.post(reverse("idea-support", args=[idea.number]), {"volume": "20 calls", "would_share_cost": "on"})

    assert "We call dispatch twenty times a week." in page.content.decode()
    assert Support.objects.get().would_share_cost is True


def test_home_says_nothing_of_what_cancelled_work_had_promised(client, person):
    idea = IdeaFactory(requester=person, state=State.DELIVERED, delivered_at=clock.now())
    PromiseFactory(project__idea=idea, project__state="cancelled")
    kept = OutcomeFactory(idea=idea)

    [shown] = client.get(reverse("home")).context["delivered"]

    assert [one.promise for one in shown.results] == [kept.promise]
