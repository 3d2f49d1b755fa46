"""Outcomes: the rule frozen at approval, the day fixed at delivery, one verdict by the test, and who hears of it."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core import mail
from django.db import IntegrityError
from django.urls import reverse

from accounts.models import RestrictedGroup, User
from goals import periods
from goals.models import Annotation, Definition, Measurement
from intake import actions as intake
from intake.lifecycle import State as IdeaState
from intake.models import Idea
from projects import actions
from projects.models import CheckIn, HelpAnswer, Outcome, Project
from projects.results import evidence, result_of
from projects.tasks import close_at_the_long_stop, evaluate_outcomes
from tests.factories import IdeaFactory, MeasureFactory, MeasurementFactory, OutcomeFactory, ProjectFactory, UserFactory
from tests.races import together
from workflow import clock, outbox
from workflow.lifecycle import Conflict, MoveRefused, NotYourMove, perform
from workflow.models import Delivery, Event

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
# Ups and downs that remember nothing, around zero, in tenths.
NOISE = [
    3,
    -8,
    5,
    1,
    -6,
    9,
    -2,
    -4,
    7,
    -1,
    2,
    -5,
    6,
    -9,
    4,
    0,
    8,
    -3,
    -7,
    5,
    -2,
    3,
    1,
    -6,
    7,
    -4,
    -1,
    9,
    -5,
    2,
    -8,
    6,
    0,
]


def values(measure, first, level, count, *, start=0, slope=0.0):
    """`count` months of values from `first` on, around `level`."""
    for at in range(count):
        noise = NOISE[(start + at) % len(NOISE)] / 10
        MeasurementFactory(
            measure=measure,
            period_on=periods.later("monthly", first, at),
            value=Decimal(str(round(level + noise + slope * at, 1))),
        )


def month(ago):
    """The first day of the month so many months before this one."""
    return periods.later("monthly", clock.today().replace(day=1), -ago)


@pytest.fixture
def outcome():
    """Delivered fourteen months ago, on the tenth; a promise of two minutes less; due today, without any value."""
    delivered_on = month(14) + timedelta(days=9)
    return OutcomeFactory(
        delivered_on=delivered_on,
        idea__requester=UserFactory(name="Nadia Amin"),
        test_on=clock.today() - timedelta(days=3),
    )


@pytest.fixture
def measured(outcome):
    """The same with three years around 18 minutes before and a year around 14 after it."""
    measure = outcome.promise.measure
    values(measure, month(50), 18, 36)
    values(measure, month(13), 14, 13, start=36)
    return outcome


def system():
    return User.objects.system()


def look(outcome):
    actions.evaluate(outcome, by=system())
    outcome.refresh_from_db()
    return outcome


# What is frozen


@pytest.fixture
def approved():
    director, manager = UserFactory(roles="director"), UserFactory(roles="project_manager")
    idea = IdeaFactory(state=IdeaState.DECISION, cost_start=40_000, cost_yearly=2_000)
    measure = MeasureFactory(direction="down", lag_days=10)
    by_on = clock.today() + timedelta(days=200)
    intake.promise(idea, by=director, measure=measure, expected=Decimal(-2), by_on=by_on)
    perform(idea, "approve", by=director, fund="General Fund", is_funded=True, project_manager=manager, reason="Yes.")
    return Project.objects.get(idea=idea), manager, measure


def deliver(project, manager):
    for line in project.ready_lines.filter(closed_at=None):
        actions.waive_line(line, by=manager, reason="Not needed here.")
    project.refresh_from_db()
    perform(project, "start", by=manager)
    perform(project, "deliver", by=manager)


def test_approval_freezes_the_rule_and_the_delivery_fixes_the_day_once(approved):
    project, manager, measure = approved
    promise = project.promises.get()
    assert (promise.points_before, promise.points_after, promise.gap_points, promise.long_stop_months) == (
        36,
        12,
        1,
        24,
    )
    assert promise.definition == measure.definitions.get()
    # The month of the delivery is phase-in; twelve months follow, and the last value is due ten days later.
    planned = project.baseline_end_on
    assert promise.expected_on == periods.later("monthly", planned.replace(day=1), 13) + timedelta(days=10)

    deliver(project, manager)
    outcome = Outcome.objects.get()
    first = clock.today().replace(day=1)
    assert outcome.test_on == periods.later("monthly", first, 13) + timedelta(days=10)
    assert outcome.until_on == outcome.test_on
    assert outcome.long_stop_on.replace(day=1) == periods.later("monthly", first, 24)

    measure.lag_days = 60
    measure.save()
    assert evaluate_outcomes() == 0
    assert Outcome.objects.get().test_on == outcome.test_on


def test_a_measure_that_is_counted_too_seldom_can_never_tell_and_the_page_says_so(approved, client):
    project, manager, measure = approved
    measure.cadence = "yearly"
    measure.save()
    client.force_login(manager, BACKEND)
    page = client.get(project.get_absolute_url()).content.decode()
    assert "Nobody will be able to tell" in page
    assert "Count this measure more often" in page


def test_before_the_delivery_the_page_asks_to_begin_measuring_now(approved, client):
    project, manager, measure = approved
    client.force_login(manager, BACKEND)
    assert "Begin measuring now" in client.get(project.get_absolute_url()).content.decode()
    values(measure, month(48), 18, 48)
    page = client.get(project.get_absolute_url()).content.decode()
    assert "will be found with a chance of" in page


# The verdict


def test_nobody_can_tell_before_the_day(measured):
    measured.test_on = clock.today() + timedelta(days=1)
    measured.save()
    assert evaluate_outcomes() == 0
    assert look(measured).verdict == ""


def test_the_verdict_is_found_on_its_day_with_its_interval(measured):
    assert evaluate_outcomes() == 1
    measured.refresh_from_db()
    assert measured.verdict == "better"
    assert measured.shift_low < measured.shift < measured.shift_high < 0
    assert measured.shift == pytest.approx(Decimal(-4), abs=Decimal("0.5"))
    assert len(measured.found["values"]["before"]) == 36
    assert len(measured.found["values"]["after"]) == 12
    assert result_of(measured.promise).sentence.startswith("Better since")
    assert Idea.objects.get(pk=measured.idea.pk).state == IdeaState.EVALUATED


def test_the_month_of_the_delivery_counts_on_neither_side(measured):
    MeasurementFactory(measure=measured.promise.measure, period_on=month(14), value=999)
    look(measured)
    kept = [on for side in measured.found["values"].values() for on, _value in side]
    assert month(14).isoformat() not in kept
    assert measured.verdict == "better"


def test_one_verdict_for_ever_whatever_is_entered_later(measured):
    look(measured)
    found = (measured.verdict, measured.shift, measured.found_at)
    Measurement.objects.filter(measure=measured.promise.measure, period_on__gte=month(13)).update(value=30)
    assert evaluate_outcomes() == 0
    look(measured)
    assert (measured.verdict, measured.shift, measured.found_at) == found
    assert Event.objects.filter(verb="projects.project.find_outcome").count() == 1
    told = evidence(result_of(measured.promise), [], [])
    assert "12 of these values were corrected since. The verdict stays as it was found." in told


def test_a_looks_late_worker_counts_the_same_values(measured):
    """A day of the test that was missed changes nothing: the first twelve values count, not those that came since."""
    values(measured.promise.measure, month(0), 99, 1)
    with clock.at(clock.now() + timedelta(days=60)):
        look(measured)
    assert measured.found["values"]["after"][-1][0] == month(2).isoformat()


@pytest.mark.parametrize(
    ("level", "direction", "verdict"),
    [(14, "down", "better"), (22, "down", "worse"), (22, "up", "better"), (18, "down", "no_change")],
)
def test_the_word_follows_the_direction(outcome, level, direction, verdict):
    measure = outcome.promise.measure
    measure.direction = direction
    measure.save()
    values(measure, month(50), 18, 36)
    values(measure, month(13), level, 13, start=36)
    assert look(outcome).verdict == verdict


def test_a_missing_month_moves_the_day_and_is_never_a_zero(measured):
    measure = measured.promise.measure
    measure.measurements.filter(period_on__in=[month(13), month(12), month(5)]).delete()
    measure.lag_days = 0
    measure.save()
    look(measured)
    assert measured.verdict == ""
    assert measured.until_on > clock.today()
    assert measured.test_on < clock.today()
    assert result_of(measured.promise).label.startswith("Cannot tell yet, until")


def test_at_the_long_stop_eight_values_are_enough_and_seven_are_not(outcome):
    measure = outcome.promise.measure
    values(measure, month(50), 18, 36)
    values(measure, month(8), 14, 7, start=36)
    outcome.long_stop_on = clock.today()
    outcome.save()
    few = look(outcome)
    assert (few.verdict, few.reason, few.shift) == ("cannot_tell", "not_measurable", None)
    assert "There were 36 before and 7 after" in result_of(few.promise).sentence
    assert Idea.objects.get(pk=outcome.idea.pk).state == IdeaState.EVALUATED

    other = OutcomeFactory(delivered_on=outcome.project.delivered_on, long_stop_on=clock.today())
    values(other.promise.measure, month(50), 18, 36)
    values(other.promise.measure, month(8), 14, 8, start=36)
    assert look(other).verdict == "better"


def test_what_was_moving_before_is_not_credited(outcome):
    measure = outcome.promise.measure
    values(measure, month(50), 18, 36, slope=-0.05)
    values(measure, month(13), 18 - 0.05 * 37, 13, start=36, slope=-0.05)
    look(outcome)
    assert (outcome.verdict, outcome.reason) == ("cannot_tell", "already_moving")
    assert "already moving before" in result_of(outcome.promise).sentence
    assert any(
        "Before the delivery it was already moving" in one for one in evidence(result_of(outcome.promise), [], [])
    )


def test_a_definition_that_changed_in_between_weakens_the_verdict(measured):
    measure = measured.promise.measure
    Definition.objects.create(
        measure=measure,
        number=2,
        from_on=month(6),
        unit=measure.unit,
        direction=measure.direction,
        because="Counted from the call.",
        made_by=measure.owner,
    )
    look(measured)
    assert (measured.verdict, measured.reason) == ("cannot_tell", "redefined")


def test_a_definition_that_changed_before_cuts_the_baseline(measured):
    measure = measured.promise.measure
    Definition.objects.create(
        measure=measure,
        number=2,
        from_on=month(24),
        unit=measure.unit,
        direction=measure.direction,
        because="Counted from the call.",
        made_by=measure.owner,
    )
    look(measured)
    assert measured.found["values"]["before"][0][0] == month(24).isoformat()


def test_several_promises_wait_for_the_last_verdict(measured):
    second = OutcomeFactory(
        promise__project=measured.project, idea=measured.idea, test_on=clock.today() + timedelta(days=30)
    )
    look(measured)
    assert Idea.objects.get(pk=measured.idea.pk).state == IdeaState.DELIVERED
    Outcome.objects.filter(pk=second.pk).update(long_stop_on=clock.today(), test_on=clock.today())
    look(second)
    assert Idea.objects.get(pk=measured.idea.pk).state == IdeaState.EVALUATED


def test_a_verdict_cannot_stand_without_its_day_or_its_reason(outcome):
    with pytest.raises(IntegrityError, match="outcome_verdict_has"):
        Outcome.objects.filter(pk=outcome.pk).update(verdict="better")


def test_silence_about_a_project_without_promises_is_not_measurable():
    day = clock.today() - timedelta(days=740)
    project = ProjectFactory(
        idea=IdeaFactory(state=IdeaState.DELIVERED), state="delivered", started_on=day, delivered_on=day
    )
    assert close_at_the_long_stop() == 1
    assert close_at_the_long_stop() == 0
    assert HelpAnswer.objects.get(project=project).answer == "not_known"
    assert Idea.objects.get(pk=project.idea_id).state == IdeaState.EVALUATED


def test_progress_is_told_for_each_outcome(measured):
    OutcomeFactory()
    seen = []
    actions.evaluate_all(by=system(), progress=lambda done, of: seen.append((done, of)))
    assert seen == [(1, 2), (2, 2)]


# Who hears of it


def test_everyone_who_asked_hears_the_sentence_with_the_chart(measured):
    friend = UserFactory(name="Bea Long")
    idea = measured.idea
    idea.audience = "city"
    idea.save()
    intake.support(idea, by=friend, volume="Forty calls a week")
    look(measured)
    outbox.send_waiting()
    about = {message.to[0]: message for message in mail.outbox if "Better since" in message.subject}
    measure = measured.promise.measure
    assert {idea.requester.email, friend.email, measured.project.manager.email, measure.owner.email} <= set(about)
    message = about[friend.email]
    assert "95% range" in message.body
    assert "It does not say why." in message.body
    name, content, kind = message.attachments[0]
    assert (name, kind, content[:8]) == ("before-and-after.png", "image/png", b"\x89PNG\r\n\x1a\n")
    assert "say what else changed" in about[measure.owner.email].body
    assert "what the next one should know" in about[measured.project.manager.email].body
    assert "caused" not in message.body


def test_a_restricted_result_goes_out_without_words_and_without_chart(measured):
    group = RestrictedGroup.objects.create(name="Inquiry")
    Idea.objects.filter(pk=measured.idea.pk).update(audience="restricted", group=group)
    look(Outcome.objects.get(pk=measured.pk))
    outbox.send_waiting()
    assert mail.outbox
    for message in mail.outbox:
        assert not message.attachments
        assert measured.promise.measure.name not in message.subject + message.body


# What people add


def test_the_owner_says_once_what_else_changed_and_the_verdict_stays(measured):
    owner = measured.promise.measure.owner
    look(measured)
    with pytest.raises(NotYourMove):
        actions.tell_what_else_changed(measured, by=measured.project.manager, what_else_changed="A new station.")
    with pytest.raises(MoveRefused, match="what else changed"):
        actions.tell_what_else_changed(measured, by=owner, what_else_changed=" ")
    actions.tell_what_else_changed(measured, by=owner, what_else_changed="A new station.")
    with pytest.raises(Conflict, match="said already"):
        actions.tell_what_else_changed(measured, by=owner, what_else_changed="And a hard winter.")
    measured.refresh_from_db()
    assert (measured.verdict, measured.what_else_changed, measured.told_by) == ("better", "A new station.", owner)


def test_a_reading_stands_beside_the_verdict_with_its_name(measured, client):
    requester = measured.idea.requester
    with pytest.raises(Conflict, match="nothing to read yet"):
        actions.add_reading(measured, by=requester, text="Too early.", because="It is.")
    look(measured)
    client.force_login(requester, BACKEND)
    page = reverse("outcome", args=[measured.project.number, measured.pk])
    refused = client.post(f"{page}readings/new/", {"text": "The new crew did it.", "because": " "})
    assert refused.status_code == 422
    assert "The new crew did it." in refused.content.decode()
    client.post(f"{page}readings/new/", {"text": "The new crew did it.", "because": "It began in May."}, follow=True)
    shown = client.get(page).content.decode()
    assert "The new crew did it." in shown
    assert "Nadia Amin" in shown
    assert "Better since" in shown


def test_evidence_names_what_the_reader_may_see(measured, client):
    measure = measured.promise.measure
    look(measured)
    other = OutcomeFactory(
        delivered_on=month(6),
        promise__measure=measure,
        promise__project__title="A second station",
        idea__audience="city",
    )
    hidden = OutcomeFactory(
        delivered_on=month(6),
        promise__measure=measure,
        promise__project__title="Covert work",
        idea__audience="department",
    )
    Annotation.objects.create(
        measure=measure, on=month(8), kind="announced", text="Shifts of twelve hours", by=measure.owner
    )
    client.force_login(measured.idea.requester, BACKEND)
    page = client.get(reverse("outcome", args=[measured.project.number, measured.pk])).content.decode()
    assert other.project.title in page
    assert hidden.project.title not in page
    assert "Shifts of twelve hours" in page


def test_another_question_is_asked_of_somebody_who_may_see_it(measured, client):
    manager, requester = measured.project.manager, measured.idea.requester
    with pytest.raises(MoveRefused, match="may not see"):
        actions.add_check_in(
            measured.project, by=manager, asked_of=UserFactory(), question="Still in use?", due_on=clock.today()
        )
    client.force_login(manager, BACKEND)
    soon = clock.today() + timedelta(days=20)
    client.post(
        reverse("check-in-new", args=[measured.project.number]),
        {"question": "Do the night crews use it?", "asked_of": requester.email, "due_on": soon.isoformat()},
    )
    check_in = CheckIn.objects.get()
    assert (check_in.asks, check_in.asked_of, check_in.asked_by) == ("Do the night crews use it?", requester, manager)
    assert check_in.due_at.astimezone(clock.calendar().zone).date() == soon
    assert Delivery.objects.filter(user=requester, event__verb="projects.project.plan_check_in").exists()


def test_a_lesson_is_kept_after_the_delivery_only(measured):
    manager = measured.project.manager
    actions.add_lesson(measured.project, by=manager, kind="went_well", text="Crews tried it first.")
    assert measured.project.lessons.get().written_by == manager
    with pytest.raises(Conflict):
        project = ProjectFactory(manager=manager)
        actions.add_lesson(project, by=manager, kind="went_well", text="Too early.")


def test_the_page_of_an_open_outcome_says_when(outcome, client):
    Outcome.objects.filter(pk=outcome.pk).update(until_on=date(2031, 5, 11))
    client.force_login(outcome.idea.requester, BACKEND)
    page = client.get(reverse("outcome", args=[outcome.project.number, outcome.pk])).content.decode()
    assert "Cannot tell yet, until" in page
    assert "2031" in page
    refused = client.get(reverse("outcome-reading", args=[outcome.project.number, outcome.pk]), follow=True)
    assert "There is nothing to say yet" in refused.content.decode()


# Two workers at once


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_forty_workers_find_one_verdict(measured):
    by = system()
    together(40, lambda: actions.evaluate(Outcome(pk=measured.pk), by=by))
    found = Event.objects.get(verb="projects.project.find_outcome")
    assert Event.objects.filter(verb="intake.idea.evaluate").count() == 1
    told = Counter(Delivery.objects.filter(event=found).values_list("user", "channel"))
    assert told
    assert set(told.values()) == {1}


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_without_the_lock_more_than_one_verdict_is_found(measured, monkeypatch):
    """The control: workers that read without a lock find it again, or collide."""
    by = system()
    monkeypatch.setattr("django.db.models.query.QuerySet.select_for_update", lambda self, **kwargs: self)
    results = together(40, lambda: actions.evaluate(Outcome(pk=measured.pk), by=by))
    found = Event.objects.filter(verb="projects.project.find_outcome").count()
    assert found > 1 or any(isinstance(one, Exception) for one in results)


def test_nobody_is_asked_what_else_changed_where_nothing_could_be_measured(outcome, client):
    outcome.long_stop_on = clock.today()
    outcome.save()
    look(outcome)
    assert not Outcome.objects.wanting_a_word().exists()
    client.force_login(outcome.promise.measure.owner, BACKEND)
    page = client.get(reverse("outcome", args=[outcome.project.number, outcome.pk])).content.decode()
    assert "Not measurable" in page
    assert "Say what else changed" not in page
    assert "Say what else changed" not in client.get(reverse("my-work")).content.decode()
