"""Review meetings: the agenda proposes itself, actions are carried until they are done, minutes reach everyone."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from goals import actions
from goals.actions import meetings as acts
from goals.agenda import carried_to
from goals.models import Action, AgendaItem, Measurement, Meeting
from goals.tasks import remind_of_actions
from tests.factories import DepartmentFactory, GoalFactory, MeasureFactory, ObjectiveFactory, UserFactory
from workflow import clock
from workflow.lifecycle import Conflict, MoveRefused, NotYourMove
from workflow.models import Channel, Delivery

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
STEADY = (6, 7, 6, 7, 6, 7, 6, 7, 6, 7, 6, 7, 6, 7, 6, 7, 6, 7)


@pytest.fixture
def leader():
    return UserFactory(roles="leadership")


@pytest.fixture
def goal():
    return GoalFactory(name="Safe community")


def measure_of(goal, name="Arrival", values=STEADY, **more):
    """A measure with these values, the last for the month before this one."""
    measure = MeasureFactory(objective=ObjectiveFactory(goal=goal), name=name, **more)
    month = actions.last_whole_period(measure)
    for value in reversed(values):
        Measurement.objects.create(
            measure=measure, period_on=month, value=Decimal(str(value)), entered_by=measure.owner
        )
        month = (month - timedelta(days=1)).replace(day=1)
    actions.keep_due(measure)
    return measure


def soon(days=7):
    return timezone.now() + timedelta(days=days)


def plan(leader, goal, **more):
    return acts.plan_meeting(
        **{"by": leader, "name": "Review", "held_at": soon(), "kept_by": leader, "goal": goal} | more
    )


def held(meeting):
    """As if it had begun an hour ago."""
    Meeting.objects.filter(pk=meeting.pk).update(held_at=timezone.now() - timedelta(hours=1))
    return Meeting.objects.get(pk=meeting.pk)


def close(meeting, by, minutes="We looked at it."):
    acts.close_meeting(held(meeting), by=by, version=None, minutes=minutes)
    return Meeting.objects.get(pk=meeting.pk)


def agree(meeting, by, owner, days=14, **more):
    return acts.agree_action(
        meeting, by=by, text="Count them", owner=owner, due_on=clock.today() + timedelta(days=days), **more
    )


def topics(meeting):
    return list(meeting.items.filter(taken_off_at=None).values_list("title", flat=True))


def test_the_agenda_proposes_signals_the_wrong_way_first_then_missing_values(leader, goal):
    measure_of(goal, "A steady one")
    measure_of(goal, "Better", (*STEADY, 1))
    late = measure_of(goal, "Late")
    type(late).objects.filter(pk=late.pk).update(due_on=clock.today() - timedelta(days=3))
    measure_of(goal, "Worse", (*STEADY, 20))
    measure_of(GoalFactory(), "Of another goal", (*STEADY, 20))

    meeting = plan(leader, goal)

    assert topics(meeting) == ["Worse", "Late", "Better"]
    worse, missing, _better = meeting.items.all()
    assert "Worth a look" in worse.finding
    assert "What else changed" in worse.ask
    assert "was due on" in missing.finding
    assert "who enters it by when" in missing.ask


def test_a_topic_taken_off_does_not_propose_itself_again_but_a_new_signal_does(leader, goal):
    measure_of(goal, "Worse", (*STEADY, 20))
    meeting = plan(leader, goal)
    acts.take_off(meeting.items.get(), by=leader)
    measure_of(goal, "New", (*STEADY, 20))

    assert acts.look_again(meeting, by=leader) == 1
    assert topics(meeting) == ["New"]
    acts.take_off(meeting.items.get(title="Worse"), by=leader, back=True)
    assert topics(meeting) == ["Worse", "New"]


def test_topics_change_places_within_their_part(leader, goal):
    meeting = plan(leader, goal)
    first, second = (
        acts.add_topic(meeting, by=leader, section=AgendaItem.Section.SUBJECT, title=title) for title in ("One", "Two")
    )
    acts.add_topic(meeting, by=leader, section=AgendaItem.Section.OPERATIONS, title="Overtime")

    acts.move_topic(second, by=leader, up=True)
    acts.move_topic(second, by=leader, up=True)

    assert topics(meeting) == ["Overtime", "Two", "One"]
    acts.move_topic(first, by=leader, up=False)
    assert topics(meeting) == ["Overtime", "Two", "One"]


def test_owners_of_the_measures_are_invited_when_nobody_is_named(leader, goal):
    measure = measure_of(goal)

    meeting = plan(leader, goal)

    assert set(meeting.people.all()) == {leader, measure.owner}
    assert Delivery.objects.filter(user=measure.owner, channel=Channel.EMAIL).count() == 1


def test_a_meeting_needs_a_subject_and_a_day_to_come(leader, goal):
    with pytest.raises(MoveRefused, match="goal or the department"):
        plan(leader, None)
    with pytest.raises(MoveRefused, match="a day and an hour to come"):
        plan(leader, goal, held_at=soon(-1))
    assert not Meeting.objects.exists()


def test_only_leadership_plans_and_the_keeper_plans_the_next_one(leader, goal):
    keeper = UserFactory()
    with pytest.raises(NotYourMove):
        plan(keeper, goal)
    meeting = plan(leader, goal, kept_by=keeper, held_at=soon(1))

    following = plan(keeper, goal, kept_by=keeper, held_at=soon(30))

    assert following.before == meeting
    with pytest.raises(NotYourMove):
        plan(keeper, GoalFactory(), kept_by=keeper)


def test_open_actions_are_carried_until_they_are_done(client, leader, goal):
    owner = UserFactory()
    first = plan(leader, goal, held_at=soon(1))
    done, still_open = agree(first, leader, owner), agree(first, leader, owner)
    close(first, leader)
    acts.report_action(done, by=owner, version=None, status="done", word="Counted.")
    second = plan(leader, goal, held_at=soon(2))
    client.force_login(leader, BACKEND)

    def carried(meeting):
        sections = client.get(meeting.get_absolute_url()).context["sections"]
        return {action for *_rest, actions in sections for action in actions}

    assert carried(second) == {done, still_open}
    close(second, leader)
    third = plan(leader, goal, held_at=soon(3))
    Action.objects.filter(pk=done.pk).update(done_on=clock.today() - timedelta(days=9))
    assert carried(third) == {still_open}


def test_the_owner_is_told_reports_with_a_word_and_is_reminded_once(leader, goal):
    owner, other = UserFactory(), UserFactory()
    meeting = plan(leader, goal)
    action = agree(meeting, leader, owner)
    mail = Delivery.objects.get(user=owner, channel=Channel.EMAIL, event__verb="goals.action.agree")
    assert reverse("action-report", args=[meeting.pk, action.pk]) in mail.body

    assert remind_of_actions() == 0
    Action.objects.update(due_on=clock.today() - timedelta(days=1))
    assert (remind_of_actions(), remind_of_actions()) == (1, 0)

    action.refresh_from_db()
    with pytest.raises(NotYourMove):
        acts.report_action(action, by=other, version=None, status="done", word="Done.")
    with pytest.raises(MoveRefused, match="in a few words"):
        acts.report_action(action, by=owner, version=None, status="done", word=" ")
    acts.report_action(action, by=owner, version=None, status="overtaken", word="The station closed.")
    assert (action.status, action.done_on, action.is_open) == ("overtaken", clock.today(), False)
    assert Delivery.objects.filter(user=leader, event__verb="goals.action.report").exists()


def test_an_action_waits_in_the_work_of_its_owner_until_it_is_closed(client, leader, goal):
    owner = UserFactory()
    meeting = plan(leader, goal)
    action = agree(meeting, leader, owner)
    client.force_login(owner, BACKEND)
    assert "Agreed: Count them" in client.get(reverse("my-work")).content.decode()

    client.post(
        reverse("action-report", args=[meeting.pk, action.pk]), {"version": 1, "status": "done", "word": "Counted."}
    )

    assert "Count them" not in client.get(reverse("my-work")).content.decode()


def test_another_day_is_reminded_of_anew(leader, goal):
    action = agree(plan(leader, goal), leader, UserFactory())
    Action.objects.update(due_on=clock.today() - timedelta(days=1))
    remind_of_actions()
    action.refresh_from_db()

    acts.change_action(action, by=leader, version=None, due_on=clock.today() + timedelta(days=5))

    assert Action.objects.get().reminded_on is None


def test_minutes_go_to_everyone_and_what_was_closed_stays(leader, goal):
    measure = measure_of(goal, "Worse", (*STEADY, 20))
    guest = UserFactory()
    meeting = plan(leader, goal, people=[guest])
    with pytest.raises(MoveRefused, match="still to come"):
        acts.close_meeting(meeting, by=leader, version=None, minutes="Done.")
    item = meeting.items.get()
    acts.change_topic(item, by=leader, version=None, said="Two crews were away.", finding="It was the storm.")
    agree(meeting, leader, measure.owner, item=item)

    meeting = close(meeting, leader, "We look at the staffing.")

    item.refresh_from_db()
    assert "Worth a look" in item.finding
    assert item.said == "Two crews were away."
    mail = Delivery.objects.get(user=guest, channel=Channel.EMAIL, event__verb="goals.meeting.close")
    assert "We look at the staffing." in mail.body
    assert f"- Count them ({measure.owner.name}" in mail.body
    for change in (
        lambda: acts.change_topic(item, by=leader, version=None, said="Else."),
        lambda: acts.look_again(meeting, by=leader),
        lambda: agree(meeting, leader, guest),
    ):
        with pytest.raises(Conflict, match="minutes are sent"):
            change()


def test_a_topic_with_an_action_is_not_taken_off(leader, goal):
    meeting = plan(leader, goal)
    item = acts.add_topic(meeting, by=leader, section=3, title="Overtime")
    agree(meeting, leader, leader, item=item)

    with pytest.raises(MoveRefused, match="stays on the agenda"):
        acts.take_off(item, by=leader)


def test_everyone_invited_says_once_whether_it_was_worth_it(client, leader, goal):
    guest = UserFactory()
    meeting = plan(leader, goal, people=[guest])
    with pytest.raises(MoveRefused, match="still to come"):
        acts.say_worth(meeting, by=guest, worth="yes")
    meeting = held(meeting)
    acts.say_worth(meeting, by=guest, worth="no")
    acts.say_worth(meeting, by=guest, worth="partly", word="Half as long.")

    client.force_login(leader, BACKEND)
    page = client.get(meeting.get_absolute_url())

    assert [count for _label, count in page.context["worth"]["counts"]] == [0, 1, 0]
    assert "Half as long." in page.content.decode()
    with pytest.raises(NotYourMove):
        acts.say_worth(meeting, by=UserFactory(), worth="yes")


def test_a_moved_meeting_tells_everyone_and_a_later_guest_is_invited(leader, goal):
    guest, late = UserFactory(), UserFactory()
    meeting = plan(leader, goal, people=[guest])

    acts.change_meeting(meeting, by=leader, version=1, held_at=soon(9))
    acts.change_meeting(meeting, by=leader, version=None, people=[guest, late])

    told = Delivery.objects.filter(channel=Channel.EMAIL).order_by("id").values_list("user", "event__verb")
    assert list(told) == [
        (guest.pk, "goals.meeting.plan"),
        (guest.pk, "goals.meeting.move"),
        (late.pk, "goals.meeting.invite"),
    ]


def test_a_cancelled_meeting_stays_with_its_reason_and_everyone_hears_of_it(client, leader, goal):
    guest = UserFactory()
    measure_of(goal, "Worse", (*STEADY, 20))
    meeting = plan(leader, goal, people=[guest])
    client.force_login(leader, BACKEND)

    client.post(reverse("meeting-cancel", args=[meeting.pk]), {"version": 1, "reason": "Snow closes city hall."})

    mail = Delivery.objects.get(user=guest, channel=Channel.EMAIL, event__verb="goals.meeting.cancel")
    assert mail.subject.startswith("Cancelled: Review, ")
    assert "Snow closes city hall." in mail.body
    assert not Delivery.objects.filter(user=leader, event__verb="goals.meeting.cancel").exists()
    listed = client.get(reverse("meetings"))
    assert (listed.context["coming"], listed.context["past"]) == ([], [meeting])
    page = client.get(meeting.get_absolute_url()).content.decode()
    assert f"Cancelled by {leader.name}" in page
    assert "Snow closes city hall." in page
    assert "Worse" in page
    assert reverse("meeting-change", args=[meeting.pk]) not in page
    assert reverse("meeting-next", args=[meeting.pk]) in page


def test_open_actions_of_a_cancelled_meeting_go_to_the_next_but_its_agenda_does_not(leader, goal):
    first = close(plan(leader, goal, held_at=soon(1)), leader)
    cancelled = plan(leader, goal, held_at=soon(20))
    acts.add_topic(cancelled, by=leader, section=4, title="Overtime")
    action = agree(cancelled, leader, UserFactory())
    acts.cancel_meeting(cancelled, by=leader, version=None, reason="Nobody has the time.")

    sooner, later = plan(leader, goal, held_at=soon(9)), plan(leader, goal, held_at=soon(30))

    assert [list(carried_to(one)) for one in (first, sooner, later)] == [[], [action], [action]]
    assert (sooner.before, later.before) == (first, sooner)
    assert topics(later) == []


def test_a_cancelled_meeting_is_not_changed_and_asks_nobody_whether_it_was_worth_it(leader, goal):
    meeting = plan(leader, goal)
    acts.cancel_meeting(meeting, by=leader, version=1, reason="Snow.")

    for change in (
        lambda: acts.change_meeting(meeting, by=leader, version=None, held_at=soon(9)),
        lambda: acts.cancel_meeting(meeting, by=leader, version=None, reason="Ice."),
        lambda: acts.close_meeting(meeting, by=leader, version=None, minutes="Done."),
        lambda: agree(meeting, leader, leader),
    ):
        with pytest.raises(Conflict, match="This meeting is cancelled"):
            change()
    with pytest.raises(MoveRefused, match="was cancelled, so nobody is asked"):
        acts.say_worth(held(meeting), by=leader, worth="yes")
    assert Meeting.objects.get().cancelled_because == "Snow."


def test_a_held_meeting_is_not_cancelled_but_one_to_which_nobody_came_is(leader, goal):
    meeting, empty = plan(leader, goal), plan(leader, GoalFactory())
    item = acts.add_topic(meeting, by=leader, section=4, title="Overtime")
    acts.change_topic(item, by=leader, version=None, said="Two crews were away.")

    with pytest.raises(MoveRefused, match="Close it and send the minutes"):
        acts.cancel_meeting(held(meeting), by=leader, version=None, reason="Snow.")
    acts.close_meeting(held(meeting), by=leader, version=None, minutes="Two crews were away.")
    with pytest.raises(Conflict, match="closed and its minutes are sent"):
        acts.cancel_meeting(meeting, by=leader, version=None, reason="Snow.")
    acts.cancel_meeting(held(empty), by=leader, version=None, reason="Nobody came.")

    assert list(Meeting.objects.filter(cancelled_at__isnull=False)) == [empty]


def test_cancelling_takes_a_reason_and_whoever_keeps_the_meeting(leader, goal):
    keeper, guest = UserFactory(), UserFactory()
    meeting = plan(leader, goal, kept_by=keeper, people=[guest])

    with pytest.raises(NotYourMove):
        acts.cancel_meeting(meeting, by=guest, version=None, reason="Snow.")
    with pytest.raises(MoveRefused, match="Write why"):
        acts.cancel_meeting(meeting, by=keeper, version=None, reason=" ")
    with pytest.raises(Conflict, match="Somebody else saved"):
        acts.cancel_meeting(meeting, by=keeper, version=7, reason="Snow.")
    acts.cancel_meeting(meeting, by=keeper, version=1, reason="Snow.")

    assert plan(keeper, goal, kept_by=keeper, held_at=soon(3)).is_open


@pytest.mark.parametrize(
    ("roles", "sees"), [("leadership", True), ("administrator", True), ("director", False), ("", False)]
)
def test_list_and_page_agree_on_who_sees_a_meeting(client, leader, goal, roles, sees):
    meeting = plan(leader, goal)
    user = UserFactory(roles=roles)
    client.force_login(user, BACKEND)

    assert list(client.get(reverse("meetings")).context["coming"]) == ([meeting] if sees else [])
    assert client.get(meeting.get_absolute_url()).status_code == (200 if sees else 404)
    assert user.has_perm("goals.view_meeting", meeting) is sees


@pytest.mark.parametrize("situation", ["keeper", "guest", "owner of an action"])
def test_those_who_take_part_see_it(client, leader, goal, situation):
    user = UserFactory()
    meeting = plan(leader, goal, kept_by=user if situation == "keeper" else leader, people=[leader])
    if situation == "guest":
        meeting.people.add(user)
    if situation == "owner of an action":
        agree(meeting, leader, user)
    client.force_login(user, BACKEND)

    assert client.get(meeting.get_absolute_url()).status_code == 200
    assert user.has_perm("goals.view_meeting", Meeting.objects.get())


def test_the_form_names_people_by_line_and_keeps_what_was_typed(client, leader, goal):
    client.force_login(leader, BACKEND)
    guest = UserFactory(name="Ann Lee")
    typed = {
        "name": "Review",
        "goal": goal.pk,
        "held_on": f"{soon():%Y-%m-%d}",
        "begins_at": "09:30",
        "kept_by": leader.email,
        "people": "Ann Lee\nNobody Known\n",
    }

    refused = client.post(reverse("meeting-new"), typed)
    assert refused.status_code == 422
    assert "Nobody Known: We know nobody by this." in refused.content.decode()
    assert "Ann Lee" in refused.content.decode()
    client.post(reverse("meeting-new"), typed | {"people": "Ann Lee"})

    meeting = Meeting.objects.get()
    assert set(meeting.people.all()) == {guest, leader}
    begins = meeting.held_at.astimezone(clock.calendar().zone)
    assert (begins.hour, begins.minute) == (9, 30)


def test_change_that_somebody_else_made_is_shown_with_the_names_of_the_people(client, leader, goal):
    guest = UserFactory(name="Ann Lee")
    meeting = plan(leader, goal, people=[guest], place="Room 2")
    client.force_login(leader, BACKEND)
    typed = {
        "version": 1,
        "name": meeting.name,
        "held_on": f"{soon():%Y-%m-%d}",
        "begins_at": "10:00",
        "place": "Room 9",
        "kept_by": leader.email,
        "people": "",
    }
    acts.change_meeting(meeting, by=leader, version=1, place="Room 7")

    refused = client.post(reverse("meeting-change", args=[meeting.pk]), typed)

    page = refused.content.decode()
    assert refused.status_code == 409
    assert "Room 7" in page
    assert 'value="Room 9"' in page
    assert "Ann Lee, " in page or ", Ann Lee" in page
    assert client.post(reverse("meeting-change", args=[meeting.pk]), typed | {"version": 2}).status_code == 302
    meeting.refresh_from_db()
    assert (meeting.place, list(meeting.people.all())) == ("Room 9", [leader])


def test_the_keeper_works_the_agenda_in_the_browser(client, leader, goal):
    measure_of(goal, "Worse", (*STEADY, 20))
    client.force_login(leader, BACKEND)
    meeting = held(plan(leader, goal))
    item = meeting.items.get()

    client.post(reverse("topic-said", args=[meeting.pk, item.pk]), {"version": 1, "said": "Two crews were away."})
    client.post(
        reverse("action-new", args=[meeting.pk]),
        {"text": "Look at the roster", "owner": leader.email, "due_on": "2099-01-01", "item": item.pk},
    )
    client.post(
        reverse("topic-new", args=[meeting.pk]), {"section": 3, "title": "Overtime", "finding": "Fire: 412 hours."}
    )
    again = client.post(reverse("meeting-look-again", args=[meeting.pk]), follow=True)
    assert "Nothing new" in again.content.decode()
    client.post(reverse("meeting-close", args=[meeting.pk]), {"version": 1, "minutes": "We look at the roster."})

    page = client.get(meeting.get_absolute_url()).content.decode()
    for text in ("Two crews were away.", "Look at the roster", "Fire: 412 hours.", "Data from", "To ask:"):
        assert text in page
    assert reverse("topic-said", args=[meeting.pk, item.pk]) not in page
    following = client.get(reverse("meeting-next", args=[meeting.pk])).content.decode()
    assert leader.email in following


def test_minutes_are_a_document_with_the_charts(client, leader, goal):
    pytest.importorskip("weasyprint", exc_type=OSError, reason="Pango is missing.")
    measure_of(goal, "Worse", (*STEADY, 20))
    meeting = close(plan(leader, goal), leader)
    client.force_login(leader, BACKEND)

    answer = client.get(reverse("meeting-minutes", args=[meeting.pk]))

    assert answer["Content-Type"] == "application/pdf"
    assert answer.content[:5] == b"%PDF-"
    assert "minutes-" in answer["Content-Disposition"]


def queries_of(client, url):
    with CaptureQueriesContext(connection) as asked:
        assert client.get(url).status_code == 200
    return len(asked)


def test_page_costs_no_query_per_topic_or_action(client, leader, goal):
    client.force_login(leader, BACKEND)
    measure_of(goal, "Worse", (*STEADY, 20), department=DepartmentFactory())
    meeting = plan(leader, goal)
    agree(meeting, leader, UserFactory())
    page = meeting.get_absolute_url()
    client.get(page)
    few = queries_of(client, page)

    for number in range(5):
        measure_of(goal, f"Worse {number}", (*STEADY, 20))
        agree(meeting, leader, UserFactory())
    acts.look_again(meeting, by=leader)

    assert queries_of(client, page) == few
    assert few <= 16
