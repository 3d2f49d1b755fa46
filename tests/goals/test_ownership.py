"""Ownership that survives: a missing value is asked for, by name, and visible until it is there."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from goals import actions
from goals.models import Measure
from goals.tasks import ask_for_values
from tests.factories import MeasureFactory, UserFactory
from workflow import clock
from workflow.lifecycle import MoveRefused, NotYourMove
from workflow.models import Channel, Delivery

pytestmark = pytest.mark.django_db

NOON = timezone.make_aware(timezone.datetime(2026, 5, 4, 12))


def asked(verb="goals.measure.ask_value"):
    rows = Delivery.objects.filter(event__verb=verb, channel=Channel.EMAIL).order_by("pk")
    return [row.user for row in rows]


def measure_due(due_on, **fields):
    measure = MeasureFactory(backup=UserFactory(), **fields)
    Measure.objects.filter(pk=measure.pk).update(due_on=due_on, last_on=date(2026, 2, 1))
    measure.refresh_from_db()
    return measure


def test_value_is_due_when_its_period_has_ended_and_the_lag_is_over():
    measure = MeasureFactory(lag_days=10)

    actions.record_measurement(measure, by=measure.owner, period_on=date(2026, 3, 17), value=Decimal(4))

    measure.refresh_from_db()
    assert (measure.last_on, measure.due_on) == (date(2026, 3, 1), date(2026, 5, 10))


def test_owner_is_asked_once_and_a_week_later_with_the_backup():
    with clock.at(NOON):
        measure = measure_due(date(2026, 5, 3))
        assert (ask_for_values(), ask_for_values()) == (1, 0)
        assert asked() == [measure.owner]
    with clock.at(NOON + timedelta(days=7)):
        assert ask_for_values() == 1
    assert asked() == [measure.owner, measure.owner, measure.backup]


def test_mail_leads_to_the_one_field():
    with clock.at(NOON):
        measure = measure_due(date(2026, 5, 3))
        ask_for_values()

    mail = Delivery.objects.get(channel=Channel.EMAIL)
    assert mail.subject == f"{measure.name}: the value of March 2026"
    assert f"/measures/{measure.slug}/values/new/" in mail.body


def test_nothing_is_asked_before_the_day_is_over_or_of_a_measure_that_ended():
    with clock.at(NOON):
        measure_due(date(2026, 5, 4))
        measure_due(date(2026, 4, 1), ended_on=date(2026, 4, 20))
        assert ask_for_values() == 0


def test_value_that_came_ends_the_asking():
    with clock.at(NOON):
        measure = measure_due(date(2026, 5, 3), lag_days=5)
        actions.record_measurement(measure, by=measure.owner, period_on=date(2026, 4, 1), value=Decimal(4))
        assert ask_for_values() == 0
        assert list(Measure.objects.overdue()) == []


def test_share_of_measures_that_are_alive():
    with clock.at(NOON):
        alive, behind = measure_due(date(2026, 5, 20)), measure_due(date(2026, 5, 3))
        assert list(Measure.objects.alive()) == [alive]
        assert list(Measure.objects.overdue()) == [behind]


def test_note_beside_the_values_is_taken_back_by_its_author_only():
    measure, author = MeasureFactory(), UserFactory()
    with clock.at(NOON):
        note = actions.annotate(
            measure, by=author, on=date(2026, 4, 2), kind="changed", text="A second counter opened."
        )
        with pytest.raises(MoveRefused, match="This day has not come yet"):
            actions.annotate(measure, by=author, on=date(2026, 6, 2), kind="changed", text="Later.")
    with pytest.raises(NotYourMove):
        actions.take_back_annotation(note, by=measure.owner)

    actions.take_back_annotation(note, by=author)

    note.refresh_from_db()
    assert note.taken_back_at is not None
