"""From the first sentence to the number: what is kept, what is asked for, and what happens when two people write."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import Membership, RestrictedGroup
from intake import actions
from intake.models import Idea
from tests.factories import IdeaFactory, RoleFactory, UserFactory

pytestmark = pytest.mark.django_db
SENTENCE = "We type every inspection twice, once in the truck and once at the station."


@pytest.fixture
def person(client):
    person = UserFactory()
    client.force_login(person)
    return person


@pytest.fixture
def draft(person):
    return actions.start_draft(by=person, problem=SENTENCE)


def form_of(draft, **changed):
    return {"problem": SENTENCE, "audience": "department", "version": draft.version, **changed}


def test_a_sentence_becomes_a_draft(client, person):
    answer = client.post(reverse("idea-new"), {"problem": SENTENCE})

    draft = Idea.objects.get()
    assert (answer.status_code, answer.url) == (302, reverse("idea-draft", args=[draft.key]))
    assert (draft.problem, draft.requester, draft.is_draft) == (SENTENCE, person, True)


def test_without_a_sentence_the_page_says_what_to_do(client, person):
    answer = client.post(reverse("idea-new"), {"problem": " "})

    assert answer.status_code == 422
    assert b"Tell the problem in a sentence." in answer.content
    assert not Idea.objects.exists()


def test_a_liaison_writes_for_somebody_of_the_department(client, person):
    other = UserFactory()
    RoleFactory(user=person, kind="liaison", department=other.department)

    client.post(reverse("idea-new"), {"problem": SENTENCE, "requester": other.email})

    draft = Idea.objects.get()
    assert (draft.requester, draft.department) == (other, other.department)
    assert person in draft.people_as("drafter")


def test_the_whole_form_is_kept(client, draft):
    answer = client.post(
        reverse("idea-draft", args=[draft.key]),
        form_of(draft, who_has_it="Two crews", better="Once is enough", answers=["connects"], wanted_by="2027-03-31"),
    )

    draft.refresh_from_db()
    assert answer.url == reverse("idea-check", args=[draft.key])
    assert (draft.who_has_it, draft.better, draft.answers) == ("Two crews", "Once is enough", ["connects"])
    assert str(draft.wanted_by) == "2027-03-31"


def test_send_now_gives_a_number_and_says_what_comes_next(client, draft):
    answer = client.post(reverse("idea-draft", args=[draft.key]), form_of(draft, send="1"), follow=True)

    draft.refresh_from_db()
    assert draft.state == "submitted"
    assert answer.redirect_chain[-1][0] == reverse("idea-sent", args=[draft.number])
    assert draft.label in answer.content.decode()


def test_check_shows_everything_once_more_and_sends(client, draft):
    page = client.get(reverse("idea-check", args=[draft.key]))
    answer = client.post(reverse("idea-check", args=[draft.key]))

    draft.refresh_from_db()
    assert SENTENCE in page.content.decode()
    assert (answer.status_code, draft.state) == (302, "submitted")


def test_sending_twice_leads_to_the_idea(client, draft):
    client.post(reverse("idea-check", args=[draft.key]))
    answer = client.post(reverse("idea-check", args=[draft.key]))

    draft.refresh_from_db()
    assert answer.url == draft.get_absolute_url()


def test_autosave_keeps_what_is_right_and_says_when(client, draft):
    data = form_of(draft, better="Once", wanted_by="soon")
    answer = client.post(reverse("idea-autosave", args=[draft.key]), data)

    draft.refresh_from_db()
    assert answer.status_code == 200
    assert answer.json()["version"] == draft.version
    assert answer.json()["text"].startswith("Draft saved at ")
    assert (draft.better, draft.wanted_by) == ("Once", None)


def test_a_restricted_draft_waits_for_its_group(client, draft):
    group = RestrictedGroup.objects.create(name="Police restricted")
    client.post(reverse("idea-autosave", args=[draft.key]), form_of(draft, audience="restricted"))
    draft.refresh_from_db()
    before = draft.audience
    answer = client.post(reverse("idea-draft", args=[draft.key]), form_of(draft, audience="restricted"))
    client.post(reverse("idea-draft", args=[draft.key]), form_of(draft, audience="restricted", group=group.pk))

    draft.refresh_from_db()
    assert before == "department"
    assert answer.status_code == 422
    assert (draft.audience, draft.group) == ("restricted", group)


def test_two_people_writing_lose_nothing(client, draft):
    actions.save_draft(draft, by=draft.requester, version=draft.version, better="Hers")
    answer = client.post(reverse("idea-draft", args=[draft.key]), form_of(draft, version=1, better="Mine"))

    text = answer.content.decode()
    draft.refresh_from_db()
    assert answer.status_code == 409
    assert (draft.better, "Hers" in text, "Mine" in text) == ("Hers", True, True)

    again = client.post(reverse("idea-draft", args=[draft.key]), form_of(draft, better="Mine", later="1"))
    draft.refresh_from_db()
    assert (again.status_code, draft.better) == (302, "Mine")


def test_autosave_after_somebody_else_stops(client, draft):
    actions.save_draft(draft, by=draft.requester, version=draft.version, better="Hers")
    answer = client.post(reverse("idea-autosave", args=[draft.key]), form_of(draft, version=1, better="Mine"))

    assert answer.status_code == 409
    assert "Somebody else saved" in answer.json()["text"]


@pytest.mark.parametrize("name", ["idea-draft", "idea-check", "idea-discard", "draft-attach", "draft-co-authors"])
def test_a_draft_is_its_authors_alone(client, person, name):
    draft = actions.start_draft(by=UserFactory(department=person.department), problem=SENTENCE)

    assert client.get(reverse(name, args=[draft.key])).status_code in (404, 405)
    assert client.post(reverse(name, args=[draft.key])).status_code == 404


def test_similar_ideas_name_the_same_words(client, person):
    other = UserFactory()
    idea = actions.start_draft(by=other, problem="Inspections are typed twice by every truck crew.", audience="city")
    client.force_login(other)
    client.post(reverse("idea-check", args=[idea.key]))
    client.force_login(person)

    few = client.get(reverse("similar-ideas"), {"problem": "We type"})
    found = client.get(reverse("similar-ideas"), {"problem": SENTENCE})

    assert "Same words" not in few.content.decode()
    assert "Same words: " in found.content.decode()
    assert "<mark>" in found.content.decode()


def test_similar_ideas_never_show_what_one_may_not_see(client, person):
    group = RestrictedGroup.objects.create(name="Police restricted")
    for name in ("department", "restricted"):
        hidden = IdeaFactory(state="triage", audience=name, group=group, problem=SENTENCE, requester=UserFactory())
        actions.index(hidden)
    Membership.objects.create(group=group, user=UserFactory(), added_by=person)

    assert "Same words" not in client.get(reverse("similar-ideas"), {"problem": SENTENCE}).content.decode()


def test_a_discarded_draft_is_gone(client, draft):
    client.post(reverse("idea-discard", args=[draft.key]))

    draft.refresh_from_db()
    assert (draft.state, draft.number) == ("withdrawn", None)
    assert client.get(reverse("idea-draft", args=[draft.key])).status_code == 404


def test_a_shared_idea_is_corrected_until_it_is_taken_up(client, person):
    idea = IdeaFactory(requester=person, state="submitted")
    data = {"problem": "Better words.", "title": "Better title", "version": idea.version}
    answer = client.post(reverse("idea-edit", args=[idea.number]), data)

    idea.refresh_from_db()
    assert (answer.status_code, idea.problem) == (302, "Better words.")

    taken = IdeaFactory(requester=person, state="triage")
    assert client.get(reverse("idea-edit", args=[taken.number])).status_code == 404


def test_what_ended_can_begin_again(client, person):
    idea = IdeaFactory(requester=person, state="withdrawn")
    answer = client.post(reverse("idea-again", args=[idea.number]))

    draft = Idea.objects.get(state="draft")
    assert answer.url == reverse("idea-draft", args=[draft.key])
    assert (draft.started_from, draft.problem) == (idea, idea.problem)


def test_files_and_co_authors_come_and_go_with_the_draft(client, draft):
    other = UserFactory()
    where = reverse("draft-co-authors", args=[draft.key])
    bad = client.post(where, {"person": "nobody@example.org"}, follow=True)
    client.post(where, {"person": other.email})
    there = draft.people_as("co_author")
    client.post(where, {"remove": other.pk})
    file = SimpleUploadedFile("plan.txt", b"Our plan")
    client.post(reverse("draft-attach", args=[draft.key]), {"file-file": file, "file-audience": "viewers"})

    assert "We know nobody by this." in bad.content.decode()
    assert (there, draft.people_as("co_author")) == ([other], [])
    assert "plan.txt" in client.get(reverse("idea-draft", args=[draft.key])).content.decode()


def test_a_discarded_draft_stays_its_authors_own(client, draft):
    """Nobody read it before it was thrown away, so nobody reads it afterwards."""
    colleague = UserFactory(department=draft.department)
    client.post(reverse("idea-discard", args=[draft.key]))
    discarded = Idea.objects.get(pk=draft.pk)

    assert discarded.number is None
    assert not Idea.objects.visible_to(colleague).filter(pk=draft.pk).exists()
    assert not colleague.has_perm("intake.view_idea", discarded)
    assert Idea.objects.visible_to(draft.requester).filter(pk=draft.pk).exists()
    assert list(Idea.objects.visible_to(draft.requester).shared()) == []
