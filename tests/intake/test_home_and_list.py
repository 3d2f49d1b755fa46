"""Home and the list of ideas: what each person finds there, and at what cost."""

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.policy import current_policy
from intake import actions
from intake.models import Support
from tests.factories import IdeaFactory, RoleFactory, UserFactory
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

    assert queries(client, reverse("home")) == one <= 12


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


def test_we_need_this_too_carries_the_words_of_the_draft(client, person):
    idea = shared(UserFactory(), audience="city")
    draft = actions.start_draft(by=person, problem="We call dispatch twenty times a week.")
    page = client.get(reverse("idea-support", args=[idea.number]), {"draft": draft.key})
    client.post(reverse("idea-support", args=[idea.number]), {"volume": "20 calls", "would_share_cost": "on"})

    assert "We call dispatch twenty times a week." in page.content.decode()
    assert Support.objects.get().would_share_cost is True
