"""What is said of a promise before it is approved: whether a verdict is likely, when, and what it takes."""

from datetime import timedelta
from decimal import Decimal

import pytest

from goals import periods
from goals.outlook import outlooks
from tests.factories import MeasureFactory, MeasurementFactory
from workflow import clock

pytestmark = pytest.mark.django_db
NOISE = [3, -8, 5, 1, -6, 9, -2, -4, 7, -1, 2, -5, 6, -9, 4, 0, 8, -3, -7, 5]


@pytest.fixture
def measured():
    """A measure with `months` of values, ups and downs of about half a minute, the newest of last month."""

    def make(months, **fields):
        measure = MeasureFactory(unit="minutes", **fields)
        this = clock.today().replace(day=1)
        for back in range(months, 0, -1):
            MeasurementFactory(
                measure=measure,
                period_on=periods.later("monthly", this, -back),
                value=Decimal(18) + Decimal(NOISE[back % len(NOISE)]) / 10,
            )
        return measure

    return make


def ahead(measure, expected, days=90):
    return outlooks([(measure, expected, clock.today() + timedelta(days=days))])[0]


def test_a_large_promise_on_a_long_baseline_is_likely_to_be_told(measured):
    outlook = ahead(measured(36), -2)
    assert outlook.is_likely
    assert outlook.sentence.startswith("A change of −2.0 minutes will be found with a chance of")
    assert outlook.test_on > clock.today() + timedelta(days=90 + 365)


def test_a_short_baseline_is_asked_to_grow_and_grows_until_the_delivery(measured):
    measure = measured(8)
    soon, later = ahead(measure, -0.5, days=5), ahead(measure, -0.5, days=900)
    assert "Begin measuring now" in soon.sentence
    assert soon.wanted > soon.before == 8
    assert later.before == 36
    assert later.is_likely


def test_without_enough_values_nobody_can_say_how_likely(measured):
    outlook = ahead(measured(7), -2)
    assert outlook.chance is None
    assert "there are 7 values, and 8 are needed. Begin measuring now" in outlook.sentence


def test_a_promise_too_small_for_the_rule_is_told_so_with_its_chance(measured):
    outlook = ahead(measured(36), -0.2)
    assert outlook.wanted is None
    assert "even with 36 months before delivery the chance to find it is about" in outlook.sentence
    assert "closer to the work" in outlook.sentence


def test_values_of_an_older_definition_do_not_count(measured):
    measure = measured(20)
    measure.definitions.create(
        number=2,
        from_on=periods.later("monthly", clock.today().replace(day=1), -5),
        unit="minutes",
        direction="down",
        because="Counted from the call.",
        made_by=measure.owner,
    )
    assert len(ahead(measure, -2).values) == 5


def test_a_year_is_too_long(measured):
    outlook = ahead(MeasureFactory(cadence="yearly"), -2)
    assert outlook.test_on is None
    assert "Count this measure more often" in outlook.sentence


def test_many_promises_cost_two_queries(measured, django_assert_num_queries):
    measures = [measured(12), measured(12), measured(12)]
    with django_assert_num_queries(2):
        found = outlooks([(one, -1, None) for one in measures])
        assert [one.sentence for one in found]
