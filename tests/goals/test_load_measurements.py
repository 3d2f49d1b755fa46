"""A file of measurements is taken over whole or not at all, once, and what is doubtful is named by its line."""

from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from goals.models import Index, Measure, Measurement, Member
from goals.takeover import take_over
from tests.factories import MeasureFactory, MeasurementFactory
from workflow.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tmp_path):
    def write(*lines, heading="measure,period,value,note"):
        path = tmp_path / "values.csv"
        path.write_text("\n".join([heading, *lines]), encoding="utf-8-sig")
        return path

    return write


@pytest.fixture
def measure():
    return MeasureFactory(slug="wait", name="Days of waiting")


def faults_of(path):
    return [(fault.line, fault.column, fault.reason) for fault in take_over(path).faults]


def test_values_enter_with_one_event_that_names_file_and_lines(file, measure):
    takeover = take_over(file("wait,2026-01,5.9,estimate", "Days of waiting,2026-02,6", "wait,2026-03,"))

    assert (takeover.taken, takeover.blank, takeover.measures) == (2, 1, 1)
    values = measure.measurements.values_list("period_on", "value", "note", "entered_by__kind")
    assert list(values) == [
        (date(2026, 1, 1), Decimal("5.9"), "estimate", "import"),
        (date(2026, 2, 1), Decimal(6), "", "import"),
    ]
    event = Event.objects.about(measure).get()
    assert (event.note, event.data["count"]) == ("Taken over from values.csv, lines 2 to 3.", 2)
    measure.refresh_from_db()
    assert measure.last_on == date(2026, 2, 1)


def test_twice_changes_nothing(file, measure):
    path = file("wait,2026-01,5.9", "wait,2026-02,6")
    take_over(path)
    events = Event.objects.count()

    again = take_over(path)

    assert (again.taken, again.known, again.measures) == (0, 2, 0)
    assert (Measurement.objects.count(), Event.objects.count()) == (2, events)


@pytest.mark.parametrize(
    ("line", "column", "said"),
    [
        ("nobody,2026-02,5", "measure", 'There is no measure "nobody".'),
        ("wait,2026-02-30,5", "period", '"2026-02-30" is not in the calendar.'),
        ("wait,2026,5", "period", "names another period."),
        ("wait,2199-01,5", "period", "is still to come."),
        ("wait,2026-02,six", "value", '"six" is not a number.'),
        ('wait,2026-02,"5,9"', "value", "decimal comma"),
        ("wait,2026-01,7", "period", "it stands on line 2 already"),
        ("wait,2025-12,6", "value", "5 stands there."),
    ],
)
def test_a_doubtful_line_stops_it_and_is_set_aside_on_request(file, measure, line, column, said):
    MeasurementFactory(measure=measure, period_on=date(2025, 12, 1), value=5)
    path = file("wait,2026-01,5", line)

    [(number, where, reason)] = faults_of(path)
    assert (number, where) == (3, column)
    assert said in reason
    assert measure.measurements.count() == 1

    takeover = take_over(path, set_aside=True)
    assert (takeover.taken, takeover.set_aside) == (1, 1)
    assert list(measure.measurements.values_list("value", flat=True)) == [5, 5]


def test_a_value_off_by_a_hundred_is_doubtful(file, measure):
    shares = [f"wait,2025-{month:02},0.9{month % 10}" for month in range(1, 12)]

    assert [(line, column) for line, column, _reason in faults_of(file(*shares, "wait,2025-12,93"))] == [(13, "value")]


def test_an_index_takes_no_values_and_follows_its_members(file, measure):
    measure.target, measure.target_on = 6, date(2027, 1, 1)
    measure.save()
    index = Index.objects.create(measure=MeasureFactory(slug="index", direction="up"))
    Member.objects.create(index=index, measure=measure, weight=100)

    assert faults_of(file("index,2026-01,5"))[0][2] == 'There is no measure "index".'
    take_over(file("wait,2026-01,6", "wait,2026-02,12"))

    assert list(index.measure.measurements.values_list("value", flat=True)) == [1, Decimal("0.5")]


def test_a_file_of_another_kind_is_refused(file):
    with pytest.raises(CommandError, match="measure, period"):
        call_command("load_measurements", str(file("a,b", heading="what,else")), stdout=StringIO())


def test_the_command_says_what_it_did_and_how_far_it_is(file, measure):
    said, progress = StringIO(), StringIO()

    call_command("load_measurements", str(file("wait,2026-01,5")), stdout=said, stderr=progress)

    assert said.getvalue() == (
        "Lines: 1. Taken over: 1, for 1 of the measures. Here already: 0. Blank, they stay gaps: 0. Set aside: 0.\n"
    )
    assert progress.getvalue() == "1 of 1 values entered\n"


@pytest.fixture
def cityscore(shared_data):
    return shared_data / "boston-cityscore" / "cityscore_summary.csv"


def test_the_summary_of_boston_stops_at_its_doubtful_lines(cityscore):
    takeover = take_over(cityscore)

    assert (takeover.rows, takeover.set_aside, takeover.taken) == (12_378, 295, 0)
    columns = [fault.column for fault in takeover.faults]
    assert {column: columns.count(column) for column in set(columns)} == {
        "CTY_SCR_DAY": 52,
        "CTY_SCR_NBR_DY_01": 20,
        "CTY_SCR_TGT_01": 247,
    }
    assert not Measure.objects.exists()


def test_the_summary_of_boston_is_taken_over_whole(cityscore):
    takeover = take_over(cityscore, set_aside=True)

    assert takeover.rows == takeover.taken + takeover.blank + takeover.set_aside
    assert (takeover.taken, takeover.blank, takeover.measures) == (11_216, 867, 22)
    down = Measure.objects.filter(direction="down").order_by("name").values_list("name", flat=True)
    assert list(down) == [
        "BFD INCIDENTS",
        "EMS INCIDENTS",
        "EMS RESPONSE TIME",
        "HOMICIDES (TREND)",
        "PART 1 CRIMES",
        "SHOOTINGS (TREND)",
        "STABBINGS (TREND)",
    ]
    response = Measure.objects.get(name="BFD RESPONSE TIME")
    assert response.target == Decimal("0.9")
    # Loaded on Tuesday, June 28, 2016, about the Monday before.
    assert response.measurements.get(period_on=date(2016, 6, 27)).value == Decimal("0.8451327")
    assert Measure.objects.in_use().count() == 0
    assert take_over(cityscore, set_aside=True).taken == 0


def test_a_name_that_two_measures_share_does_not_tell_which(file, measure):
    MeasureFactory(slug="other", name="Days of waiting")

    assert faults_of(file("Days of waiting,2026-01,5"))[0][:2] == (2, "measure")


@pytest.mark.parametrize("line", ["wait,1026-01,5", "wait,2026-05,5"])
def test_a_period_long_ago_or_after_the_end_is_doubtful(file, measure, line):
    measure.ended_on = date(2026, 3, 1)
    measure.save()

    assert [(number, column) for number, column, _reason in faults_of(file(line))] == [(2, "period")]


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("load_measurements", str(tmp_path / "none.csv"), stdout=StringIO())


def test_the_command_stops_at_doubtful_lines(file, measure):
    said = StringIO()

    with pytest.raises(CommandError, match="1 of 1 lines need repair, so nothing was taken over"):
        call_command("load_measurements", str(file("wait,2026-01,six")), stdout=said)

    assert said.getvalue().startswith('Line 2, value: "six" is not a number.')


CITYSCORE = {
    "CTY_SCR_NAME": "BUS ON TIME",
    "CTY_SCR_NBR_DY_01": "0.8",
    "ETL_LOAD_DATE": "2016-06-28 00:00:00",
    "CTY_SCR_DAY_NAME": "Monday",
    "CTY_SCR_TGT_01": "0.9",
    "CTY_SCR_AVG_01": "",
    "CTY_SCR_DEV_01": "",
    "CTY_SCR_DAY": "0.8888889",
    "CTY_SCR_METRIC_TYPE": "Target",
}


@pytest.mark.parametrize(
    ("cell", "column"),
    [
        ({"CTY_SCR_NBR_DY_01": "about 0.8"}, "CTY_SCR_NBR_DY_01"),
        ({"ETL_LOAD_DATE": "someday"}, "ETL_LOAD_DATE"),
        ({"CTY_SCR_NAME": ""}, "CTY_SCR_NAME"),
        ({"CTY_SCR_DAY_NAME": "Mo"}, "CTY_SCR_DAY_NAME"),
        ({"CTY_SCR_TGT_01": "90"}, "CTY_SCR_TGT_01"),
    ],
)
def test_a_doubtful_cell_of_a_summary_is_named(file, cell, column):
    row = CITYSCORE | cell

    takeover = take_over(file(",".join(row.values()), heading=",".join(row)))

    assert [(fault.line, fault.column) for fault in takeover.faults] == [(2, column)]


def test_a_summary_without_doubts_adds_its_measure_with_direction_and_target(file):
    take_over(file(",".join(CITYSCORE.values()), heading=",".join(CITYSCORE)))

    measure = Measure.objects.get(name="BUS ON TIME")
    assert (measure.direction, measure.target, measure.unit) == ("up", Decimal("0.9"), "share")
    assert list(measure.measurements.values_list("period_on", "value")) == [(date(2016, 6, 27), Decimal("0.8"))]
    assert measure.definitions.count() == 1
