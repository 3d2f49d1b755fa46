"""Values of measures: entered once a period, corrected with a reason, shown without a verdict."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from goals import actions
from goals.models import Measure, Measurement
from tests.factories import MeasureFactory, MeasurementFactory, UserFactory
from workflow import clock
from workflow.lifecycle import Conflict, MoveRefused, NotYourMove
from workflow.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def measure():
    return MeasureFactory()


@pytest.fixture
def owner(client, measure):
    client.force_login(measure.owner, "allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.mark.parametrize(
    ("cadence", "first"),
    [
        (Measure.Cadence.WEEKLY, date(2026, 5, 11)),
        (Measure.Cadence.MONTHLY, date(2026, 5, 1)),
        (Measure.Cadence.QUARTERLY, date(2026, 4, 1)),
        (Measure.Cadence.YEARLY, date(2026, 1, 1)),
    ],
)
def test_day_belongs_to_the_period_of_its_cadence(cadence, first):
    assert actions.period_of(Measure(cadence=cadence), date(2026, 5, 14)) == first


def test_period_has_one_value(measure):
    actions.record_measurement(measure, by=measure.owner, period_on=date(2026, 5, 14), value=Decimal("5.9"))

    with pytest.raises(Conflict):
        actions.record_measurement(measure, by=measure.owner, period_on=date(2026, 5, 2), value=Decimal("6"))

    assert list(measure.measurements.values_list("period_on", "value")) == [(date(2026, 5, 1), Decimal("5.9"))]


def test_value_of_a_coming_period_is_not_taken(measure):
    later = clock.today() + timedelta(days=40)

    with pytest.raises(MoveRefused):
        actions.record_measurement(measure, by=measure.owner, period_on=later, value=Decimal(1))


def test_nobody_else_enters_a_value(measure):
    with pytest.raises(NotYourMove):
        actions.record_measurement(measure, by=UserFactory(), period_on=date(2026, 5, 1), value=Decimal(1))


def test_corrected_value_keeps_the_old_one_with_the_reason(measure):
    one = MeasurementFactory(measure=measure, value=Decimal("6.1"))

    actions.correct_measurement(one, by=measure.owner, value=Decimal("5.1"), reason="A typing error.", version=1)

    event = Event.objects.get(verb="goals.measure.correct")
    assert (event.note, event.data["changes"]["value"][0]) == ("A typing error.", "6.1")
    with pytest.raises(Conflict):
        actions.correct_measurement(one, by=measure.owner, value=Decimal(4), reason="Again.", version=1)


def test_text_in_place_of_a_number_keeps_what_was_typed(owner, measure):
    answer = owner.post(
        reverse("measurement-new", args=[measure.slug]), {"period_on": "2026-05-01", "value": "six", "note": "May"}
    )

    assert answer.status_code == 422
    assert "Write a number in digits." in answer.content.decode()
    assert 'value="six"' in answer.content.decode()
    assert not Measurement.objects.exists()


def test_page_says_the_average_and_what_is_missing(owner, measure):
    measure.target, measure.target_on = Decimal(5), date(2027, 12, 31)
    measure.save()
    for month in range(1, 13):
        MeasurementFactory(measure=measure, period_on=date(2023, month, 1), value=Decimal("5.9"))

    page = owner.get(measure.get_absolute_url()).content.decode()

    assert "5.9 minutes on average." in page
    assert "No value for" in page


def test_numbers_leave_as_csv(owner, measure):
    MeasurementFactory(measure=measure, period_on=date(2026, 5, 1), value=Decimal("5.9"))

    answer = b"".join(owner.get(measure.get_absolute_url() + "?export=csv").streaming_content).decode()

    assert answer.splitlines()[1].startswith("2026-05-01,5.9")
