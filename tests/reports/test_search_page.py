"""Search: everything that one may see, by words or by number, and nothing else leaks."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import RestrictedGroup
from accounts.policy import current_policy
from intake import actions
from intake.lifecycle import State
from tests.factories import GoalFactory, IdeaFactory, MeasureFactory, ProjectFactory, UserFactory

pytestmark = pytest.mark.django_db


def search(user, query):
    client = Client()
    client.force_login(user)
    return client.get(reverse("search"), {"q": query})


def an_idea(**fields):
    idea = IdeaFactory(**({"state": State.TRIAGE, "audience": "city"} | fields))
    actions.index(idea)
    return idea


def found(user, query, kind="ideas"):
    return [row["obj"] for row in search(user, query).context["found"][kind]]


def test_the_nearest_idea_stands_first_with_its_words_marked():
    far = an_idea(title="Reserve fields", problem="The crew of the park calls three offices.")
    near = an_idea(title="Know which hydrants work", problem="The list is old. The crew finds the hydrant dry.")
    an_idea(title="Library cards", problem="People wait at the desk.")

    response = search(UserFactory(), "hydrant crews")

    assert [row["obj"] for row in response.context["found"]["ideas"]] == [near, far]
    page = response.content.decode()
    assert "Know which <mark>hydrants</mark> work" in page
    assert "The <mark>crew</mark> finds the <mark>hydrant</mark> dry." in page


@pytest.mark.parametrize("query", ["{label}", "{number}", " id-{number} "])
def test_a_number_finds_its_idea(query):
    idea = an_idea()

    assert found(UserFactory(), query.format(label=idea.label, number=idea.number)) == [idea]


def test_projects_goals_and_measures_are_found_too():
    idea = an_idea(state=State.APPROVED, title="Know which hydrants work")
    project = ProjectFactory(idea=idea, title="Hydrants on the map")
    goal, measure = GoalFactory(name="Hydrants that work"), MeasureFactory(name="Hydrants out of service")
    person = UserFactory()

    assert found(person, "hydrants", "projects") == [project]
    assert found(person, project.label, "projects") == [project]
    assert found(person, "hydrants", "goals") == [goal]
    assert found(person, "hydrants", "measures") == [measure]


@pytest.mark.parametrize(
    "fields",
    [{"audience": "department"}, {"audience": "restricted"}, {"state": State.DRAFT}],
    ids=["of a department", "restricted", "a draft"],
)
def test_nothing_leaks_that_one_may_not_see(fields):
    if fields.get("audience") == "restricted":
        fields = fields | {"group": RestrictedGroup.objects.create(name="Police")}
    hidden = an_idea(title="Zeppelin hangar", problem="A zeppelin waits.", **fields)
    number = 9_999
    if hidden.number:
        number = hidden.number
        ProjectFactory(idea=hidden, title="Zeppelin hangar")
    stranger = UserFactory()

    for query in ("zeppelin", "Zeppelin hangar", f"ID-{number}", "P-1"):
        page = search(stranger, query)
        assert not any(page.context["found"].values())
        assert "hangar" not in page.content.decode().replace('value="Zeppelin hangar"', "").replace(
            "<title>Zeppelin hangar", ""
        )
    assert search(stranger, "zeppelin").context["is_empty"]


def test_what_was_typed_is_shown_as_text():
    page = search(UserFactory(), "<script>alert(1)</script>").content.decode()

    assert "<script>alert" not in page
    assert "Nothing has these words" in page


def test_an_empty_search_asks_for_words():
    assert search(UserFactory(), "  ").context["found"] == {}


def test_many_hits_ask_no_more_than_one():
    client, counts = Client(), []
    client.force_login(UserFactory(roles="triager"))
    for more in (1, 30):
        for _number in range(more):
            idea = an_idea(state=State.APPROVED, title="Know which hydrants work")
            ProjectFactory(idea=idea)
            MeasureFactory(name="Hydrants out of service")
        current_policy()
        client.get(reverse("search"), {"q": "hydrants"})
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("search"), {"q": "hydrants"})
        counts.append(len(asked))

    assert counts[0] == counts[1] <= 12
