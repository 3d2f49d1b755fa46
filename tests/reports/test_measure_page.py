"""The page of a measure: its parts without small counts, its chart as a file, thousands of days."""

from datetime import date, timedelta
from decimal import Decimal
from xml.etree import ElementTree

import pytest

from goals.models import Measurement, MeasurementPart
from tests.factories import MeasureFactory, MeasurementFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client):
    client.force_login(UserFactory(), "allauth.account.auth_backends.AuthenticationBackend")
    return client


def values(measure, count, first=date(2015, 1, 1)):
    Measurement.objects.bulk_create(
        Measurement(
            measure=measure,
            period_on=first + timedelta(days=place),
            value=20 + (place * 7) % 5,
            entered_by_id=measure.owner_id,
        )
        for place in range(count)
    )


def test_small_counts_of_a_break_down_are_not_on_the_page(reader):
    measure = MeasureFactory(broken_down_by="council district", parts_add_up=True, unit="fires")
    one = MeasurementFactory(measure=measure, period_on=date(2026, 5, 1), value=63)
    for name, value in (("North", 3), ("South", 41), ("East", 19)):
        MeasurementPart.objects.create(measurement=one, name=name, value=value)

    page = reader.get(measure.get_absolute_url())

    [(north, cells), (_south, shown), (_east, hidden)] = page.context["parts"]["rows"]
    assert north == "North"
    assert [cells[0].is_hidden, shown[0].is_hidden, hidden[0].is_hidden] == [True, False, True]
    assert "By council district" in page.content.decode()
    assert "fewer than 5 counted are hidden" in page.content.decode()


def test_the_parts_of_all_periods_leave_as_a_file_without_what_the_page_hides(reader):
    measure = MeasureFactory(broken_down_by="council district", parts_add_up=True, unit="fires")
    for month in range(1, 7):
        one = MeasurementFactory(measure=measure, period_on=date(2026, month, 1), value=40_000)
        for name, value in (("=North", 3 if month == 1 else 0), ("South", 39_980), ("East", 17)):
            MeasurementPart.objects.create(measurement=one, name=name, value=value)
    page = reader.get(measure.get_absolute_url()).content.decode()
    assert "?export=parts" in page

    answer = reader.get(measure.get_absolute_url() + "?export=parts")

    assert answer["Content-Disposition"] == f'attachment; filename="{measure.slug}-parts.csv"'
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0] == "Period from,council district,Value (fires),Counted,Note"
    assert lines[1:5] == [
        '2026-01-01,\'=North,,,"Hidden, so that nobody is recognised"',
        "2026-01-01,South,39980,,",
        '2026-01-01,East,,,"Hidden, so that nobody is recognised"',
        "2026-02-01,'=North,0,,",
    ]
    assert len(lines) == 1 + 6 * 3


def test_a_small_count_is_in_no_file(reader):
    measure = MeasureFactory(broken_down_by="station", unit="minutes")
    for month in range(1, 10):
        one = MeasurementFactory(measure=measure, period_on=date(2026, month, 1), value=6)
        MeasurementPart.objects.create(measurement=one, name="North", value=Decimal("77.125"), count=4)
        MeasurementPart.objects.create(measurement=one, name="South", value=Decimal("88.375"), count=400)

    files = {}
    for kind in ("csv", "parts", "svg"):
        answer = reader.get(f"{measure.get_absolute_url()}?export={kind}")
        files[kind] = b"".join(answer).decode()

    assert not [kind for kind, text in files.items() if "77.125" in text]
    assert files["parts"].count("88.375,400") == 9


def test_a_measure_without_parts_has_no_file_of_them(reader):
    assert reader.get(MeasureFactory().get_absolute_url() + "?export=parts").status_code == 404


def test_the_chart_leaves_as_a_drawing_of_its_own(reader):
    measure = MeasureFactory(cadence="daily", name="Wait <for> the bus & tram")
    values(measure, 30)

    answer = reader.get(measure.get_absolute_url() + "?export=svg")

    assert answer["Content-Type"] == "image/svg+xml"
    assert answer["Content-Disposition"] == f'attachment; filename="{measure.slug}.svg"'
    root = ElementTree.fromstring(answer.content)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert "<style>" in answer.content.decode()


def test_a_measure_without_values_has_no_drawing(reader):
    assert reader.get(MeasureFactory().get_absolute_url() + "?export=svg").status_code == 404


def test_numbers_leave_without_formulas_and_come_back_as_they_were(reader):
    measure = MeasureFactory()
    MeasurementFactory(measure=measure, period_on=date(2026, 5, 1), value=Decimal("-5.9"), note="=HYPERLINK(1)")

    answer = b"".join(reader.get(measure.get_absolute_url() + "?export=csv").streaming_content).decode()

    assert answer.splitlines()[1] == "2026-05-01,-5.9,'=HYPERLINK(1)"


def test_four_thousand_days_are_read_in_a_few_queries(reader, django_assert_max_num_queries):
    measure = MeasureFactory(cadence="daily")
    values(measure, 4_000)

    with django_assert_max_num_queries(15):
        page = reader.get(measure.get_absolute_url())

    assert len(page.context["reading"].known) == 4_000
    assert len(page.context["shown"]["rows"]) == 400
    assert "The newest 400 periods." in page.content.decode()
    assert len(page.content) < 250_000
