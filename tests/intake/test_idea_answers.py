"""What an idea's pages say in rarer situations: when one hears of it, who has to agree, what is refused in place."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Absence, Membership, RestrictedGroup
from intake import actions
from intake.lifecycle import State
from intake.models import Condition, Decision, Idea, Part, Review
from intake.views.page import hear_by
from tests.factories import IdeaFactory, UserFactory
from workflow import clock
from workflow.templatetags.ui import day, day_short

pytestmark = pytest.mark.django_db


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def heard(idea):
    return [str(text) for text in hear_by(idea, idea.turn)]


def test_not_yet_is_heard_of_on_its_day_or_when_its_condition_is_met():
    idea = IdeaFactory(state=State.NOT_YET)
    idea.return_on = clock.today() + timedelta(days=40)
    on_a_day = heard(idea)
    idea.return_on = None
    Decision.objects.update(return_condition="The grant is given.")
    idea.current_decision.refresh_from_db()

    assert on_a_day == [day(clock.today() + timedelta(days=40)), "It comes back by itself."]
    assert heard(idea) == ["When this has happened", "The grant is given."]


def test_approved_is_heard_of_at_its_start_and_then_with_each_report():
    idea = IdeaFactory(state=State.APPROVED, earliest_start_on=clock.today() + timedelta(days=9))
    coming = heard(idea)[0]
    idea.earliest_start_on = clock.today() - timedelta(days=1)

    assert coming == f"Earliest start {day(clock.today() + timedelta(days=9))}"
    assert heard(idea)[0] == "With each report of the project"


def test_delivered_is_heard_of_when_its_result_is_known():
    assert heard(IdeaFactory(state=State.DELIVERED))[0] == "When the result is known"


def test_the_path_says_that_a_step_was_due_and_shows_the_way_out_that_was_taken():
    late = IdeaFactory(state=State.DECISION, due_at=clock.now() - timedelta(days=3))
    coming = IdeaFactory(state=State.DECISION, due_at=clock.now() + timedelta(days=3))
    now = [next(step["when"] for step in idea.path if step["state"] == "now") for idea in (late, coming)]

    assert now == [f"was due {day_short(late.due_at)}", f"by {day_short(coming.due_at)}"]
    for state, icon in ((State.NOT_YET, None), (State.REDIRECTED, "route")):
        assert [step.get("icon") for step in IdeaFactory(state=state).path if step["state"] == "paused"] == [icon]


def who(idea, reader=None):
    return signed_in(reader or idea.requester).get(idea.get_absolute_url()).context["strip"]["who"]


def test_who_decides_is_named_without_those_who_have_a_stake_or_are_away():
    director = UserFactory(name="Victor Lane", roles="director")
    idea = IdeaFactory(state=State.DECISION, size="medium")
    named = who(idea)
    Absence.objects.create(user=director, from_on=clock.today(), to_on=clock.today())
    nobody_here = who(idea)
    UserFactory(name="Ann Other", roles="director")
    other = who(idea)
    own = IdeaFactory(state=State.DECISION, size="large", requester=UserFactory(name="Helen Bauer", roles="chair"))
    actions.involve(own, own.requester, Part.Kind.REQUESTER)

    assert named == ("Victor Lane", "Director")
    assert nobody_here == "Director"
    assert other == ("Ann Other", "Director")
    assert who(own) == "Board chair"


def test_who_decides_restricted_work_is_named_among_its_group_alone():
    UserFactory(name="Not In It", roles="director")
    member = UserFactory(name="Victor Lane", roles="director")
    idea = IdeaFactory(
        state=State.DECISION, size="medium", audience="restricted", group=RestrictedGroup.objects.create(name="Police")
    )
    nobody = who(idea)
    Membership.objects.create(
        group=idea.group, user=member, added_by=member, confirmed_by=UserFactory(), confirmed_at=clock.now()
    )

    assert nobody == "Director"
    assert who(idea) == ("Victor Lane", "Director")


def test_a_small_idea_is_decided_by_the_triager_who_has_it_in_hand():
    UserFactory(name="Owen Bradley", roles="triager")
    priya = UserFactory(name="Priya Raman", roles="triager")

    assert who(IdeaFactory(state=State.DECISION, size="small", assignee=priya)) == ("Priya Raman", "Triager")


def test_who_leads_the_delivery_and_who_measures_it_are_named():
    leads, measures = UserFactory(name="Stefan Meyer"), UserFactory(name="Kevin Park")
    idea = IdeaFactory(state=State.DELIVERING)
    actions.involve(idea, leads, Part.Kind.PROJECT_MANAGER)
    actions.involve(idea, measures, Part.Kind.MEASURE_OWNER)
    listed = signed_in(idea.requester).get(reverse("ideas")).content.decode()

    assert who(idea) == leads
    assert "Stefan Meyer" in listed and "Kevin Park" not in listed


def test_a_question_may_be_asked_and_is_nobody_s_first_act():
    triager = UserFactory(roles="triager")
    idea = IdeaFactory(state=State.FEASIBILITY, size="medium")
    context = signed_in(triager).get(idea.get_absolute_url()).context

    assert "Ask the requester" in [str(act.label) for act in context["acts"] if act.is_first]
    assert context["first_act"] is None


def test_what_has_no_date_is_heard_of_at_its_next_step_and_what_ended_is_answered():
    assert heard(IdeaFactory(state=State.TRIAGE)) == ["At its next step", ""]
    declined = IdeaFactory(state=State.DECLINED)
    assert heard(declined) == ["It is answered", f"since {day(declined.state_since)}"]


def test_who_asked_to_widen_reads_when_and_the_other_side_reads_who():
    group = RestrictedGroup.objects.create(name="Police")
    director = UserFactory(roles="director", name="Victor Lane")
    Membership.objects.create(
        group=group, user=director, added_by=director, confirmed_by=UserFactory(), confirmed_at=clock.now()
    )
    idea = IdeaFactory(state=State.DECISION, audience="restricted", group=group)
    address = reverse("idea-widen", args=[idea.number])
    before = signed_in(idea.requester).get(address).content.decode()

    actions.ask_to_widen(idea, by=director, audience="city")

    assert "The other side is asked." in before
    assert f"You asked for this on {day(clock.today())}." in signed_in(director).get(address).content.decode()
    assert "Victor Lane asks for this." in signed_in(idea.requester).get(address).content.decode()


def test_saying_again_that_we_need_it_too_begins_with_what_was_said():
    idea, colleague = IdeaFactory(state=State.TRIAGE, audience="city"), UserFactory()
    actions.support(idea, by=colleague, volume="40 a month", note="Every crew asks.")

    page = signed_in(colleague).get(reverse("idea-support", args=[idea.number])).content.decode()

    assert "40 a month" in page
    assert "Every crew asks." in page


def test_an_empty_answer_keeps_the_question_open_and_says_so_in_its_place():
    idea, triager = IdeaFactory(state=State.TRIAGE), UserFactory(roles="triager")
    question = actions.ask_requester(idea, by=triager, text="Which station is it?")
    address = reverse("question-answer", args=[idea.number, question.pk])

    empty = signed_in(idea.requester).post(address, {"answer-text": " "})
    strange = signed_in(UserFactory(roles="triager")).post(address, {"answer-text": "The third."})

    question.refresh_from_db()
    assert (empty.status_code, strange.status_code, question.answered_at) == (422, 403, None)
    assert "Which station is it?" in empty.content.decode()


@pytest.mark.parametrize("name", ["idea-sent", "idea-again"])
def test_pages_of_its_authors_are_not_for_others(name):
    idea = IdeaFactory(state=State.WITHDRAWN, audience="city")
    idea.number = idea.number or 99
    stranger, method = signed_in(UserFactory()), "post" if name == "idea-again" else "get"

    assert getattr(stranger, method)(reverse(name, args=[idea.number])).status_code == 403


def test_a_file_is_attached_by_authors_and_those_who_work_on_it_only():
    idea = IdeaFactory(state=State.TRIAGE, audience="city")
    address = reverse("idea-attach", args=[idea.number])

    found = [
        signed_in(who).get(address).status_code for who in (idea.requester, UserFactory(roles="triager"), UserFactory())
    ]

    assert found == [200, 200, 403]


def test_autosave_without_a_version_says_to_reload():
    person = UserFactory()
    draft = actions.start_draft(by=person, problem="Nobody knows who has the key.")

    response = signed_in(person).post(reverse("idea-autosave", args=[draft.key]), {"problem": "Another."})

    assert (response.status_code, response.json()["text"]) == (409, "Not saved yet. Reload the page.")
    assert Idea.objects.get(pk=draft.pk).problem == "Nobody knows who has the key."


def test_a_draft_can_be_left_for_later():
    person = UserFactory()
    draft = actions.start_draft(by=person, problem="Nobody knows who has the key.")
    form = {"problem": "Nobody has the key.", "audience": "city", "version": draft.version, "later": "1"}

    response = signed_in(person).post(reverse("idea-draft", args=[draft.key]), form, follow=True)

    assert "is saved." in response.content.decode()
    assert Idea.objects.get(pk=draft.pk).problem == "Nobody has the key."


def test_who_belongs_to_no_department_cannot_begin_and_keeps_the_words():
    person = UserFactory(department=None)

    response = signed_in(person).post(reverse("idea-new"), {"problem": "Nobody knows who has the key."})

    assert response.status_code == 422
    page = response.content.decode()
    assert "You belong to no department yet" in page
    assert "Nobody knows who has the key." in page
    assert not Idea.objects.exists()


def test_a_letter_that_cannot_be_written_yet_says_what_is_missing():
    director = UserFactory(roles="director")
    idea = IdeaFactory(state=State.DECISION)
    address = reverse("idea-move", args=[idea.number, "answer_not_yet"])
    typed = {
        "reason": "Money first.",
        "next_step": "Ask in May.",
        "until_then": "Paper.",
        "trigger_owner": director.email,
    }

    response = signed_in(director).post(address, typed | {"preview": "1"})

    assert response.status_code == 422
    assert "Name the day" in response.content.decode()
    assert Idea.objects.get(pk=idea.pk).state == State.DECISION


def test_a_condition_is_offered_to_its_owner_until_it_is_met():
    owner = UserFactory()
    idea = IdeaFactory(state=State.FEASIBILITY, audience="city")
    condition = Condition.objects.create(idea=idea, text="Sign it.", owner=owner, due_on=clock.today(), gate="start")
    address = reverse("idea-feasibility", args=[idea.number])
    met = reverse("condition-met", args=[idea.number, condition.pk])

    before = signed_in(owner).get(address).content.decode()
    actions.meet_condition(condition, by=owner)
    after = signed_in(owner).get(address).content.decode()

    assert (met in before, met in after, met in signed_in(UserFactory()).get(address).content.decode()) == (
        True,
        False,
        False,
    )


def test_a_promise_is_named_by_those_who_write_the_case_only():
    idea = IdeaFactory(state=State.TRIAGE, audience="city")

    assert signed_in(UserFactory()).post(reverse("idea-promise", args=[idea.number]), {}).status_code == 404


def test_a_review_sent_without_the_rows_of_its_conditions_is_no_review():
    reviewer = UserFactory(reviews="security")
    idea = IdeaFactory(state=State.FEASIBILITY, audience="city")
    review = Review.objects.create(idea=idea, discipline="security", reviewer=reviewer, due_at=clock.due_after(3))

    response = signed_in(reviewer).post(
        reverse("review", args=[idea.number, review.pk]), {"answer": "yes", "do": "send"}
    )

    assert response.status_code == 400
    assert Review.objects.get(pk=review.pk).sent_at is None
