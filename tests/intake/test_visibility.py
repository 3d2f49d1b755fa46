"""Who sees an idea: the rule and the list form agree, and a restricted idea exists for nobody else."""

import pytest

from accounts.models import Membership, RestrictedGroup
from intake import actions
from intake.lifecycle import State
from intake.models import Idea, Part
from tests.factories import DepartmentFactory, IdeaFactory, RoleFactory, UserFactory
from workflow import search
from workflow.lifecycle import MoveRefused, perform
from workflow.models import Delivery

pytestmark = pytest.mark.django_db


@pytest.fixture
def city():
    """One idea of each audience, as draft and shared, in two departments; and persons of every kind."""
    home, away = DepartmentFactory(), DepartmentFactory()
    group = RestrictedGroup.objects.create(name="Police restricted")
    requester = UserFactory(department=home)
    ideas = [
        IdeaFactory(
            requester=requester,
            department=home,
            audience=audience,
            state=state,
            group=group if audience == "restricted" else None,
        )
        for audience in ("department", "city", "restricted")
        for state in (State.DRAFT, State.SUBMITTED, State.DECISION, State.DECLINED)
    ]
    persons = {
        "requester": requester,
        "colleague": UserFactory(department=home),
        "stranger": UserFactory(department=away),
    }
    citywide = (
        "triager liaison reviewer director project_manager chair stand_in board_member leadership administrator sponsor"
    )
    for kind in citywide.split():
        persons[kind] = UserFactory(department=away, roles=kind)
        persons[f"{kind} of another"] = UserFactory(department=away)
        RoleFactory(user=persons[f"{kind} of another"], kind=kind, department=away)
        persons[f"{kind} of this"] = UserFactory(department=away)
        RoleFactory(user=persons[f"{kind} of this"], kind=kind, department=home)
    persons["superuser"] = UserFactory(department=away, is_superuser=True)
    persons["deactivated"] = UserFactory(department=home, is_active=False)
    for kind in Part.Kind:
        persons[f"part {kind}"] = UserFactory(department=away)
        for idea in ideas:
            if kind != Part.Kind.REQUESTER:
                Part.objects.create(idea=idea, user=persons[f"part {kind}"], kind=kind)
    for name, confirmed in (("member", True), ("unconfirmed member", False)):
        persons[name] = UserFactory(department=away)
        Membership.objects.create(
            group=group,
            user=persons[name],
            added_by=requester,
            confirmed_at="2026-01-01T00:00Z" if confirmed else None,
            confirmed_by=requester if confirmed else None,
        )
    return ideas, persons


def test_rule_and_list_agree_for_everybody(city):
    _ideas, persons = city
    differ = []
    for name, user in persons.items():
        listed = set(Idea.objects.visible_to(user).values_list("pk", flat=True))
        ruled = {idea.pk for idea in Idea.objects.all() if idea.may_be_seen_by(user)}
        if listed != ruled:
            differ.append((name, listed ^ ruled))
    assert differ == []


def test_a_restricted_idea_is_seen_by_its_people_and_confirmed_members_only(city):
    ideas, persons = city
    shared = next(idea for idea in ideas if idea.audience == "restricted" and idea.state == State.SUBMITTED)
    seen_by = {name for name, user in persons.items() if shared.may_be_seen_by(user)}
    parts = {f"part {kind}" for kind in Part.Kind if kind not in (Part.Kind.CONFLICT, Part.Kind.REQUESTER)}
    assert seen_by == {"requester", "member"} | parts


def test_a_draft_is_seen_by_its_authors_only(city):
    ideas, persons = city
    draft = next(idea for idea in ideas if idea.audience == "city" and idea.state == State.DRAFT)
    seen_by = {name for name, user in persons.items() if draft.may_be_seen_by(user)}
    assert seen_by == {"requester", "part co_author", "part drafter"}


def test_a_department_idea_is_not_for_other_departments(city):
    ideas, persons = city
    shared = next(idea for idea in ideas if idea.audience == "department" and idea.state == State.SUBMITTED)
    assert not shared.may_be_seen_by(persons["stranger"])
    assert not shared.may_be_seen_by(persons["triager of another"])
    assert not shared.may_be_seen_by(persons["superuser"])
    assert shared.may_be_seen_by(persons["triager of this"])
    assert shared.may_be_seen_by(persons["colleague"])


def test_similar_ideas_never_name_a_restricted_one(city):
    ideas, persons = city
    for idea in ideas:
        actions.index(idea)
    found = actions.similar_to("A hydrant is out of service when crews arrive", user=persons["member"], limit=20)
    assert found
    assert {idea.audience for idea in found} <= {"city", "department"}
    assert search.ranked(Idea.objects.visible_to(persons["stranger"]), ("hydrant service", 1), limit=20) != []
    assert all(
        idea.audience == "city"
        for idea in search.ranked(Idea.objects.visible_to(persons["stranger"]), ("hydrant service", 1), limit=20)
    )


def test_mail_about_a_restricted_idea_carries_number_and_link_only(city):
    ideas, persons = city
    idea = next(one for one in ideas if one.audience == "restricted" and one.state == State.SUBMITTED)
    triager = UserFactory(roles="triager")
    Membership.objects.create(
        group=idea.group,
        user=triager,
        added_by=triager,
        confirmed_by=persons["member"],
        confirmed_at="2026-01-01T00:00Z",
    )
    perform(idea, "take_up", by=triager)
    actions.comment(idea, by=triager, text="The canary sings at night.")
    mails = Delivery.objects.filter(channel="email")
    assert mails.exists()
    assert not any("canary" in mail.body + mail.subject or "hydrant" in mail.subject + mail.body for mail in mails)
    assert all(idea.label in mail.subject for mail in mails)


def test_a_duty_on_a_restricted_idea_is_for_members_only(city):
    ideas, persons = city
    idea = next(one for one in ideas if one.audience == "restricted" and one.state == State.DECISION)
    with pytest.raises(MoveRefused, match="not in the group"):
        actions.involve(idea, persons["stranger"], Part.Kind.CONDITION_OWNER)
    actions.involve(idea, persons["member"], Part.Kind.CONDITION_OWNER)


def test_restricting_ends_the_duties_of_people_outside(city):
    _ideas, persons = city
    group = RestrictedGroup.objects.get()
    idea = IdeaFactory(requester=persons["requester"], state=State.TRIAGE, assignee=persons["triager"])
    actions.involve(idea, persons["triager"], Part.Kind.ASSIGNEE)
    actions.restrict(idea, by=persons["requester"], group=group, reason="Names of officers.")
    assert not idea.may_be_seen_by(persons["triager"])
    assert idea.assignee is None


def test_a_restricted_idea_never_joins_a_wider_one(city):
    ideas, persons = city
    idea = next(one for one in ideas if one.audience == "restricted" and one.state == State.SUBMITTED)
    triager = UserFactory(roles="triager")
    Membership.objects.create(
        group=idea.group,
        user=triager,
        added_by=triager,
        confirmed_by=persons["member"],
        confirmed_at="2026-01-01T00:00Z",
    )
    with pytest.raises(MoveRefused, match="same group"):
        perform(idea, "join", by=triager, into=IdeaFactory(state=State.TRIAGE, audience="city"))
