"""Indexes: the value follows its members, what is missing is named, and nothing is made of too little."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from goals import actions
from goals.models import Index, IndexPart, Measure, Measurement
from tests.factories import MeasureFactory, UserFactory
from workflow.lifecycle import Conflict, MoveRefused, NotYourMove
from workflow.models import Event

pytestmark = pytest.mark.django_db

JANUARY, FEBRUARY, MARCH = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)


def member(**fields):
    told = {"direction": "up", "target": Decimal(100), "target_on": date(2027, 6, 30)} | fields
    return MeasureFactory(**told)


def put(measure, period_on, value):
    return actions.record_measurement(measure, by=measure.owner, period_on=period_on, value=Decimal(value))


def an_index(*weights, **fields):
    measure = MeasureFactory(unit="score", direction="up")
    return actions.make_index(measure, by=measure.owner, members=list(weights), **fields)


def values(index):
    return dict(index.measure.measurements.values_list("period_on", "value"))


def test_value_is_the_weighted_mean_of_capped_scores():
    fire, police = member(), member(direction="down", target=Decimal(4))
    index = an_index((fire, Decimal(60)), (police, Decimal(40)))

    put(fire, JANUARY, 90)
    assert values(index) == {}
    put(police, JANUARY, 1)

    assert values(index) == {JANUARY: Decimal("1.34")}
    assert [(one.score, one.share) for one in IndexPart.objects.order_by("member__id")] == [
        (Decimal("0.9"), Decimal("0.54")),
        (Decimal(2), Decimal("0.8")),
    ]


def test_missing_member_is_named_and_the_others_scaled_up():
    fire, survey = member(), member()
    index = an_index((fire, Decimal(90)), (survey, Decimal(10)))

    put(fire, JANUARY, 80)

    assert values(index) == {JANUARY: Decimal("0.8")}
    assert [(one.member.measure, one.score) for one in IndexPart.objects.order_by("member__id")] == [
        (fire, Decimal("0.8")),
        (survey, None),
    ]


def test_corrected_member_corrects_the_index_and_says_so():
    fire = member()
    index = an_index((fire, Decimal(100)))
    wrong = put(fire, JANUARY, 80)

    actions.correct_measurement(wrong, by=fire.owner, value=Decimal(50), reason="Typed twice.", version=1)

    assert values(index) == {JANUARY: Decimal("0.5")}


def test_a_value_with_too_little_of_its_weight_is_withdrawn_with_its_parts():
    fire, police = member(), member()
    index = an_index((fire, Decimal(100)))
    put(fire, JANUARY, 80)
    put(fire, FEBRUARY, 90)

    halves = [(fire, Decimal(50)), (police, Decimal(50))]
    actions.change_index(
        index, by=index.measure.owner, version=None, members=halves, from_on=FEBRUARY, reason="Police joined."
    )

    assert values(index) == {JANUARY: Decimal("0.8")}
    assert set(IndexPart.objects.values_list("measurement__period_on", flat=True)) == {JANUARY}
    event = Event.objects.about(index.measure).get(verb="goals.index.withdrawn")
    assert Decimal(event.data["value"]) == Decimal("0.9")


def test_many_periods_are_calculated_in_as_many_queries_as_one():
    fire = member()
    index = an_index((fire, Decimal(100)))

    def queries(first_year, years):
        Measurement.objects.bulk_create(
            Measurement(measure=fire, period_on=date(year, month, 1), value=80, entered_by=fire.owner)
            for year in range(first_year, first_year + years)
            for month in range(1, 13)
        )
        with CaptureQueriesContext(connection) as seen:
            actions.recalculate(index, since=date(first_year, 1, 1))
        return len(seen)

    assert queries(2024, 1) == queries(2000, 10)
    assert index.measure.measurements.count() == 11 * 12


def test_daily_values_count_with_their_mean_in_a_monthly_index():
    fire = member(cadence="daily")
    index = an_index((fire, Decimal(100)))
    for day, value in ((1, 90), (2, 100), (3, 110)):
        put(fire, date(2026, 1, day), value)

    assert values(index) == {JANUARY: Decimal(1)}


def test_new_weights_break_the_series_and_leave_the_past_alone():
    fire, police = member(), member()
    index = an_index((fire, Decimal(50)), (police, Decimal(50)))
    for month in (JANUARY, FEBRUARY, MARCH):
        put(fire, month, 100)
        put(police, month, 50)

    actions.change_index(
        index,
        by=index.measure.owner,
        version=1,
        members=[(fire, Decimal(80)), (police, Decimal(20))],
        from_on=MARCH,
        reason="Agreed in the review.",
    )

    assert values(index) == {JANUARY: Decimal("0.75"), FEBRUARY: Decimal("0.75"), MARCH: Decimal("0.9")}
    assert index.measure.definitions.latest("number").from_on == MARCH


def test_index_of_indexes_follows_and_refuses_to_contain_itself():
    fire = member()
    inner = an_index((fire, Decimal(100)))
    outer = an_index((inner.measure, Decimal(100)))
    put(fire, JANUARY, 70)
    assert values(outer) == {JANUARY: Decimal("0.7")}

    with pytest.raises(MoveRefused) as refused:
        actions.change_index(
            inner,
            by=inner.measure.owner,
            version=1,
            members=[(outer.measure, Decimal(100))],
            from_on=MARCH,
            reason="A circle.",
        )

    assert refused.value.sentences == [
        f"“{inner.measure.name}” would contain itself through “{outer.measure.name}”. Leave that member out."
    ]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [("mean", "0.7"), ("worst", "0.5"), ("share", "0"), ("cityscore", "0.7")],
)
def test_other_rules(rule, expected):
    fire, police = member(), member()
    index = an_index((fire, Decimal(20)), (police, Decimal(80)), rule=rule)
    put(fire, JANUARY, 90)
    put(police, JANUARY, 50)

    assert values(index) == {JANUARY: Decimal(expected)}


def test_sum_needs_every_member_and_one_unit():
    one, other = member(unit="calls"), member(unit="calls")
    index = an_index((one, Decimal(50)), (other, Decimal(50)), rule=Index.Rule.SUM)
    put(one, JANUARY, 3)
    assert values(index) == {}
    put(other, JANUARY, 4)
    assert values(index) == {JANUARY: Decimal(7)}

    with pytest.raises(MoveRefused, match="A sum needs one unit"):
        an_index((one, Decimal(50)), (member(unit="minutes"), Decimal(50)), rule=Index.Rule.SUM)


@pytest.mark.parametrize(
    ("weights", "sentence"),
    [
        ((60, 30), "The weights add up to 90. Change them until they add up to 100."),
        ((120, -20), "A weight is zero or less. Give each member a weight above zero, or leave it out."),
    ],
)
def test_weights_that_do_not_sum_are_refused_and_nothing_is_saved(weights, sentence):
    with pytest.raises(MoveRefused) as refused:
        an_index(*[(member(), Decimal(weight)) for weight in weights])

    assert refused.value.sentences == [sentence]
    assert Index.objects.count() == 0


def test_member_without_a_target_has_no_score():
    with pytest.raises(MoveRefused, match="has no target, so it has no score"):
        an_index((member(target=None, target_on=None), Decimal(100)))


def test_nobody_types_the_value_of_an_index_and_strangers_change_nothing():
    index = an_index((member(), Decimal(100)))

    with pytest.raises(MoveRefused, match="computed from its members"):
        put(index.measure, JANUARY, 1)
    with pytest.raises(NotYourMove):
        actions.make_index(MeasureFactory(), by=UserFactory(), members=[(member(), Decimal(100))])
    with pytest.raises(Conflict):
        actions.make_index(index.measure, by=index.measure.owner, members=[(member(), Decimal(100))])


def test_member_of_an_index_is_taken_out_before_it_ends():
    fire = member()
    an_index((fire, Decimal(100)))

    with pytest.raises(MoveRefused, match="Take it out of the index first"):
        actions.end_measure(fire, by=fire.owner, version=1, reason="No longer counted.")

    assert Measure.objects.get(pk=fire.pk).ended_on is None


def test_form_keeps_the_members_typed_where_the_weights_do_not_sum(client):
    leader, fire, police = UserFactory(roles="leadership"), member(name="Fire"), member(name="Police")
    measure = MeasureFactory(unit="score", direction="up")
    client.force_login(leader, "allauth.account.auth_backends.AuthenticationBackend")
    typed = {
        "rule": "weighted_mean",
        "cap_low": "0",
        "cap_high": "2",
        "least_fresh": "70",
        "member_0": fire.pk,
        "weight_0": "60",
        "member_1": police.pk,
        "weight_1": "30",
    }
    url = reverse("index-make", args=[measure.slug])

    refused = client.post(url, typed)

    assert refused.status_code == 422
    page = refused.content.decode()
    assert "The weights add up to 90. Change them until they add up to 100." in page
    assert f'<option value="{police.pk}" selected>Police ({police.department})</option>' in page
    assert 'value="30"' in page
    assert client.post(url, typed | {"weight_1": "40"}).status_code == 302
    assert list(Index.objects.get().members.values_list("measure__name", "weight")) == [("Fire", 60), ("Police", 40)]
    assert 'value="60"' in client.get(reverse("index-change", args=[measure.slug])).content.decode()


def test_an_index_that_somebody_else_changed_is_shown_beside_the_text_typed(client):
    fire, police = member(name="Fire"), member(name="Police")
    index = an_index((fire, Decimal(60)), (police, Decimal(40)))
    client.force_login(index.measure.owner, "allauth.account.auth_backends.AuthenticationBackend")
    typed = {
        "version": index.version,
        "rule": Index.Rule.WORST,
        "cap_low": 0,
        "cap_high": 2,
        "least_fresh": 70,
        "member_0": police.pk,
        "weight_0": "100",
        "reason": "Police alone.",
        "from_on": "2026-03-01",
    }
    Index.objects.update(version=index.version + 1)

    late = client.post(reverse("index-change", args=[index.measure.slug]), typed)

    assert late.status_code == 409
    theirs = dict(late.context["form"].theirs)
    assert "Fire 60, Police 40" in theirs.values()
    assert client.post(reverse("index-change", args=[index.measure.slug]), typed | {"version": 2}).status_code == 302
