"""Invitations, roles, groups, closing of accounts, and versions of the policy."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import actions, duties
from accounts.models import Invitation, Membership, PolicyVersion, RestrictedGroup, Role, User, holders_of
from accounts.policy import Policy, Preset, current_policy, forget_policy
from tests.factories import DepartmentFactory, RoleFactory, UserFactory
from workflow import clock, outbox
from workflow.lifecycle import Conflict, MoveRefused, NotYourMove
from workflow.models import Channel, Delivery, Event

pytestmark = pytest.mark.django_db
PASSWORD = "hydrants along the river road"


@pytest.fixture
def administrator():
    return UserFactory(name="Erik", roles="administrator")


@pytest.fixture
def fresh_policy():
    forget_policy()
    yield
    forget_policy()


def verbs():
    return list(Event.objects.order_by("id").values_list("verb", flat=True))


class TestInvitation:
    def test_invited_person_chooses_a_password_and_is_signed_in(self, administrator):
        user = actions.invite("Anna@Example.org", by=administrator, name="Anna Berg", department=DepartmentFactory())
        token = actions.send_invitation(user, by=administrator)
        client = Client()

        page = client.get(reverse("invitation", args=[token]))
        response = client.post(
            reverse("invitation", args=[token]), {"new_password1": PASSWORD, "new_password2": PASSWORD}
        )

        assert "anna@example.org" in page.content.decode()
        assert response["Location"] == reverse("start")
        assert client.get(reverse("settings")).status_code == 200
        assert User.objects.get(email="anna@example.org").check_password(PASSWORD)

    @pytest.mark.peer("T38")
    def test_link_works_once(self, administrator):
        token = actions.send_invitation(UserFactory(), by=administrator)

        actions.accept_invitation(token, PASSWORD)

        with pytest.raises(Conflict):
            actions.accept_invitation(token, "another long password")
        assert Client().get(reverse("invitation", args=[token])).status_code == 404

    @pytest.mark.peer("T38")
    @pytest.mark.parametrize("token", ["", " ", "0", "null", "None", " " * 43, "0" * 43])
    def test_blank_or_made_up_tokens_open_nothing(self, administrator, token):
        actions.send_invitation(UserFactory(), by=administrator)

        with pytest.raises(Conflict):
            actions.accept_invitation(token, PASSWORD)

    @pytest.mark.peer("T38")
    def test_a_blank_hash_in_the_table_opens_nothing(self, administrator):
        Invitation.objects.create(
            user=UserFactory(), made_by=administrator, token_hash="", expires_at=timezone.now() + timedelta(days=1)
        )

        with pytest.raises(Conflict):
            actions.accept_invitation("", PASSWORD)

    @pytest.mark.peer("T38")
    def test_link_ends_after_seven_days(self, administrator):
        token = actions.send_invitation(UserFactory(), by=administrator)

        with clock.at(timezone.now() + timedelta(days=7, seconds=1)), pytest.raises(Conflict):
            actions.accept_invitation(token, PASSWORD)

    def test_a_newer_link_ends_the_earlier(self, administrator):
        user = UserFactory()
        first = actions.send_invitation(user, by=administrator)
        second = actions.send_invitation(user, by=administrator)

        with pytest.raises(Conflict):
            actions.accept_invitation(first, PASSWORD)
        assert actions.accept_invitation(second, PASSWORD) == user

    def test_link_of_a_closed_account_opens_nothing(self, administrator):
        user = UserFactory()
        token = actions.send_invitation(user, by=administrator)
        User.objects.filter(pk=user.pk).update(is_active=False)

        with pytest.raises(Conflict):
            actions.accept_invitation(token, PASSWORD)

    def test_weak_password_keeps_the_link(self, administrator):
        token = actions.send_invitation(UserFactory(), by=administrator)

        response = Client().post(
            reverse("invitation", args=[token]), {"new_password1": "short", "new_password2": "short"}
        )

        assert response.status_code == 200
        assert Invitation.objects.of_token(token).exists()

    def test_who_has_a_password_is_not_invited(self, administrator):
        user = UserFactory()
        user.set_password(PASSWORD)
        user.save()

        with pytest.raises(MoveRefused):
            actions.send_invitation(user, by=administrator)

    def test_we_keep_neither_token_nor_mail_text(self, administrator, settings):
        settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
        token = actions.send_invitation(UserFactory(), by=administrator)
        assert token in Delivery.objects.get().body

        outbox.send_waiting()

        assert Delivery.objects.get().body == ""
        assert token not in str(list(Invitation.objects.values_list()))
        assert token not in str(list(Event.objects.values_list()))

    def test_command_prints_a_link_for_the_first_administrator(self, capsys):
        call_command("invite_admin", "First@Example.org")

        path = capsys.readouterr().out.strip().partition("8000")[2]
        assert Client().get(path).status_code == 200
        assert holders_of(Role.Kind.ADMINISTRATOR) == [User.objects.get(email="first@example.org")]

    def test_command_makes_somebody_who_is_here_already_an_administrator_once(self, capsys):
        UserFactory(email="anna@example.org")

        call_command("invite_admin", "anna@example.org")
        call_command("invite_admin", "anna@example.org")

        roles = Role.objects.filter(user__email="anna@example.org", kind="administrator")
        assert (roles.count(), capsys.readouterr().out.count("/invitations/")) == (1, 2)

    def test_command_sends_who_has_a_password_to_the_sign_in_page(self):
        known = UserFactory(email="anna@example.org")
        known.set_password("correct horse battery staple")
        known.save()

        with pytest.raises(CommandError, match="set from the sign-in page"):
            call_command("invite_admin", "anna@example.org")
        assert not known.roles.exists()

    def test_command_says_how_to_write_an_address(self):
        with pytest.raises(CommandError, match="e-mail address"):
            call_command("invite_admin", "first")


class TestRoles:
    def test_role_counts_at_once_and_its_person_hears(self, administrator):
        person = UserFactory()

        actions.give_role(person, Role.Kind.TRIAGER, by=administrator)

        assert holders_of(Role.Kind.TRIAGER) == [person]
        assert Delivery.objects.filter(user=person, channel=Channel.PAGE).count() == 1
        assert verbs() == ["accounts.role.give"]

    @pytest.mark.peer("T17")
    def test_own_role_waits_for_a_second_person(self, administrator):
        director = UserFactory(roles="director")

        role = actions.give_role(administrator, Role.Kind.TRIAGER, by=administrator)

        assert holders_of(Role.Kind.TRIAGER) == []
        assert Delivery.objects.filter(user=director, channel=Channel.PAGE).count() == 1
        with pytest.raises(NotYourMove):
            actions.confirm_role(role, by=administrator)
        with pytest.raises(NotYourMove):
            actions.confirm_role(role, by=UserFactory(roles="liaison"))
        actions.confirm_role(role, by=director)
        assert holders_of(Role.Kind.TRIAGER) == [administrator]
        with pytest.raises(Conflict):
            actions.confirm_role(role, by=director)

    def test_role_that_makes_the_giver_a_substitute_waits_too(self, administrator):
        role = actions.give_role(UserFactory(), Role.Kind.TRIAGER, by=administrator, substitute=administrator)

        assert role.needs_second

    def test_nobody_names_himself_substitute_later(self, administrator):
        role = RoleFactory()

        for somebody in (administrator, role.user):
            with pytest.raises(MoveRefused):
                actions.name_substitute(role, by=administrator, substitute=somebody)

    def test_substitute_holds_the_role_in_recorded_days_only(self, administrator):
        role, substitute = RoleFactory(), UserFactory()
        actions.name_substitute(role, by=administrator, substitute=substitute)
        assert holders_of(Role.Kind.TRIAGER) == [role.user]

        absence = actions.record_absence(role.user, by=role.user, from_on=clock.today(), to_on=clock.today())

        assert holders_of(Role.Kind.TRIAGER) == [substitute]
        assert User.objects.get(pk=substitute.pk).holds(Role.Kind.TRIAGER)
        actions.end_absence(absence, by=role.user)
        assert holders_of(Role.Kind.TRIAGER) == [role.user]

    def test_same_role_is_not_given_twice(self, administrator):
        person = UserFactory(roles="triager")

        with pytest.raises(Conflict):
            actions.give_role(person, Role.Kind.TRIAGER, by=administrator)

    def test_closed_account_gets_no_role_and_no_seat_in_a_group(self, administrator):
        gone, group = UserFactory(is_active=False), RestrictedGroup.objects.create(name="Police")

        with pytest.raises(MoveRefused, match="open account"):
            actions.give_role(gone, Role.Kind.TRIAGER, by=administrator)
        with pytest.raises(MoveRefused, match="open account"):
            actions.add_member(group, gone, by=administrator)
        assert not Role.objects.filter(user=gone).exists() and not group.memberships.exists()

    def test_nobody_is_the_own_substitute(self, administrator):
        person = UserFactory()

        with pytest.raises(MoveRefused, match="somebody else as substitute"):
            actions.give_role(person, Role.Kind.TRIAGER, by=administrator, substitute=person)
        assert not person.roles.exists()

    def test_reviewer_needs_a_discipline(self, administrator):
        with pytest.raises(MoveRefused):
            actions.give_role(UserFactory(), Role.Kind.REVIEWER, by=administrator)

    def test_last_administrator_stays(self, administrator):
        with pytest.raises(MoveRefused, match="last administrator"):
            actions.end_role(administrator.roles.get(), by=administrator)

        other = UserFactory(roles="administrator")
        actions.end_role(administrator.roles.get(), by=other)
        assert holders_of(Role.Kind.ADMINISTRATOR) == [other]

    def test_days_away_are_in_order_and_not_over(self, administrator):
        today = clock.today()
        for first, last in ((today, today - timedelta(days=1)), (today - timedelta(days=9), today - timedelta(days=2))):
            with pytest.raises(MoveRefused):
                actions.record_absence(administrator, by=administrator, from_on=first, to_on=last)


class TestClosing:
    def test_roles_memberships_and_invitations_end(self, administrator):
        person = UserFactory(roles="triager liaison")
        group = RestrictedGroup.objects.create(name="Police")
        actions.add_member(group, person, by=administrator)
        token = actions.send_invitation(person, by=administrator)

        actions.deactivate(person, by=administrator)

        assert not Role.objects.current().filter(user=person).exists()
        assert not person.memberships.present().exists()
        assert not Invitation.objects.of_token(token).exists()
        assert holders_of(Role.Kind.TRIAGER) == []

    def test_open_duties_ask_for_a_successor(self, administrator, monkeypatch):
        handed = []
        monkeypatch.setattr(duties, "_sources", [])
        duties.register(
            lambda user: [duties.Duty("ID-0412", "/ideas/412/")] if user.name == "Anna" else [],
            handover=lambda user, successor, by: handed.append((user.name, successor.name)),
        )
        anna, ben = UserFactory(name="Anna"), UserFactory(name="Ben")

        with pytest.raises(MoveRefused, match="takes over"):
            actions.deactivate(anna, by=administrator)
        assert User.objects.get(pk=anna.pk).is_active
        with pytest.raises(MoveRefused):
            actions.deactivate(anna, by=administrator, successor=anna)
        actions.deactivate(anna, by=administrator, successor=ben)

        assert handed == [("Anna", "Ben")]
        assert not User.objects.get(pk=anna.pk).is_active

    def test_nobody_closes_the_own_or_a_machine_account(self, administrator):
        for user in (administrator, User.objects.system()):
            with pytest.raises(MoveRefused):
                actions.deactivate(user, by=administrator)

    def test_opened_again_the_person_has_no_role_and_no_password(self, administrator):
        person = UserFactory(roles="triager")
        person.set_password(PASSWORD)
        person.save()
        actions.deactivate(person, by=administrator)

        actions.reactivate(person, by=administrator)

        again = User.objects.get(pk=person.pk)
        assert (again.is_active, again.has_usable_password(), again.held) == (True, False, [])


class TestGroups:
    @pytest.fixture
    def group(self):
        return RestrictedGroup.objects.create(name="Police")

    def test_first_member_is_confirmed_by_a_decider_the_next_by_a_member(self, group, administrator):
        director, first, second = UserFactory(roles="director"), UserFactory(), UserFactory()
        membership = actions.add_member(group, first, by=administrator)
        assert first.group_ids == set()
        for nobody in (administrator, first, UserFactory(roles="triager")):
            with pytest.raises(NotYourMove):
                actions.confirm_member(membership, by=nobody)

        actions.confirm_member(membership, by=director)

        assert User.objects.get(pk=first.pk).group_ids == {group.pk}
        membership = actions.add_member(group, second, by=administrator)
        with pytest.raises(NotYourMove):
            actions.confirm_member(membership, by=director)
        actions.confirm_member(membership, by=User.objects.get(pk=first.pk))
        assert User.objects.get(pk=second.pk).group_ids == {group.pk}

    def test_those_who_may_confirm_are_told(self, group, administrator):
        director = UserFactory(roles="director")

        actions.add_member(group, UserFactory(), by=administrator)

        assert list(Delivery.objects.filter(channel=Channel.PAGE).values_list("user", flat=True)) == [director.pk]

    def test_taken_out_sees_nothing_and_may_come_back(self, group, administrator):
        director, person = UserFactory(roles="director"), UserFactory()
        membership = actions.add_member(group, person, by=administrator)
        actions.confirm_member(membership, by=director)

        actions.remove_member(membership, by=administrator)

        assert User.objects.get(pk=person.pk).group_ids == set()
        with pytest.raises(Conflict):
            actions.confirm_member(Membership.objects.get(pk=membership.pk), by=director)
        assert actions.add_member(group, person, by=administrator).confirmed_at is None

    def test_nobody_is_proposed_twice(self, group, administrator):
        person = UserFactory()
        actions.add_member(group, person, by=administrator)

        with pytest.raises(Conflict):
            actions.add_member(group, person, by=administrator)


@pytest.mark.usefixtures("fresh_policy")
class TestPolicy:
    def test_change_is_a_version_with_its_reason(self, administrator, django_capture_on_commit_callbacks):
        assert current_policy().triage_days == 5

        with django_capture_on_commit_callbacks(execute=True):
            actions.change_policy(
                replace(Policy(), triage_days=7), by=administrator, reason="We are fewer.", based_on=0
            )

        assert (current_policy().number, current_policy().triage_days) == (1, 7)
        version = PolicyVersion.objects.get()
        policy = Policy.from_values(1, version.values)
        assert policy.differences(Policy()) == [("First look", "5", "7")]
        assert Event.objects.get().note == "We are fewer."

    def test_somebody_else_was_faster(self, administrator):
        actions.change_policy(replace(Policy(), triage_days=7), by=administrator, reason="So.", based_on=0)

        with pytest.raises(Conflict):
            actions.change_policy(replace(Policy(), triage_days=9), by=administrator, reason="So.", based_on=0)
        assert PolicyVersion.objects.count() == 1

    def test_change_needs_a_difference_and_a_reason(self, administrator):
        for policy, reason in ((Policy(), "So."), (replace(Policy(), triage_days=7), " ")):
            with pytest.raises(MoveRefused):
                actions.change_policy(policy, by=administrator, reason=reason, based_on=0)

    def test_values_survive_their_way_through_the_database(self):
        assert Policy.from_values(0, Policy().as_values()) == Policy()

    def test_small_city_gives_three_people_all_roles(self, administrator):
        lead, manager, second = UserFactory(), UserFactory(), UserFactory()

        actions.use_small_city(by=administrator, it_lead=lead, city_manager=manager, second=second)
        forget_policy()
        again = actions.use_small_city(by=administrator, it_lead=lead, city_manager=manager, second=second)

        kinds = {user: {one.kind for one in User.objects.get(pk=user.pk).held} for user in (lead, manager, second)}
        assert kinds == {
            lead: {"triager", "project_manager", "reviewer"},
            manager: {"director", "chair", "leadership"},
            second: {"stand_in"},
        }
        assert lead.roles.filter(kind=Role.Kind.REVIEWER).count() == len(Policy().disciplines)
        assert (current_policy().preset, again) == (Preset.SMALL_CITY, [])

    def test_small_city_needs_three_people(self, administrator):
        one, other = UserFactory(), UserFactory()

        with pytest.raises(MoveRefused):
            actions.use_small_city(by=administrator, it_lead=one, city_manager=other, second=one)
