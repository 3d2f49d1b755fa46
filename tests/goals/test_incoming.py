"""A table that somebody brings: what is read, what is asked, and what no answer can mend."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from goals import periods
from goals.incoming.plan import plan
from goals.incoming.rows import Standing
from goals.incoming.sheets import Line, read_file, read_text
from goals.models import Measure
from workflow.imports import Unreadable

TODAY = date(2026, 6, 15)


def measure(**fields):
    return Measure(**{"name": "Wait", "unit": "days", "direction": "down", "cadence": "monthly"} | fields)


def planned(text, about=None, answers=(), standing=(), **kwargs):
    stands = {on: Standing(place, Decimal(str(value))) for place, (on, value) in enumerate(standing)}
    return plan(read_text(text).lines, about or measure(), dict(answers), stands, TODAY, **kwargs)


def taken(made):
    return [(row.period_on.isoformat()[:7], float(row.value)) for row in (*made.new, *made.corrections)]


def asked(made):
    return [one.key for one in made.questions]


def months(first, values):
    return [(periods.later("monthly", first, place), value) for place, value in enumerate(values)]


@pytest.mark.parametrize(
    "text",
    [
        "2026-01,5.9\n2026-02,6",
        "Month\tValue\n2026-01\t5.9\n2026-02\t6",
        "2026-01;5,9\n2026-02;6",
        "date,days\n1/31/2026,5.9\n2/28/2026,6",
        "Jan 31, 2026\t5.9 \nFeb 28, 2026\t6",
        '"2026-01","5.9","first week only"\n2026-02,6,',
    ],
)
def test_a_table_is_read_however_it_is_divided(text):
    answers = {"columns": ["period", "value", "note"]} if "first week" in text else {}

    made = planned(text, answers=answers)

    assert made.is_answered
    assert taken(made) == [("2026-01", 5.9), ("2026-02", 6)]


def test_the_csv_that_leaves_the_measure_page_comes_back_as_it_stands():
    made = planned("\ufeffPeriod from,Value (days),Note\n2026-01-01,5.90000000,\n", standing=[(date(2026, 1, 1), 5.9)])

    assert made.questions == []
    assert [row.state for row in made.rows] == ["same"]


def test_days_that_can_be_read_in_two_ways_are_asked_about():
    text = "3/4/2026,5\n4/4/2026,6"

    assert asked(planned(text, measure(cadence="daily"))) == ["order"]
    assert [row.state for row in planned(text, measure(cadence="daily")).rows] == ["asked", "new"]
    for answer, months_read in (("month", ["2026-03", "2026-04"]), ("day", ["2026-04", "2026-04"])):
        made = planned(text, measure(cadence="daily"), {"order": answer})
        assert [month for month, _value in taken(made)] == months_read


def test_one_day_that_fits_one_order_only_tells_the_order():
    made = planned("31/1/2026,5\n3/2/2026,6")

    assert taken(made) == [("2026-01", 5), ("2026-02", 6)]
    assert "31/1/2026" in made.remarks[0]


def test_days_in_both_orders_are_asked_about_and_the_others_refused():
    made = planned("31/1/2026,5\n2/28/2026,6", answers={"order": "day"})

    assert asked(made) == ["order", "unreadable"]
    assert [row.state for row in made.rows] == ["new", "unreadable"]


def test_a_comma_that_can_be_either_is_asked_about():
    text = "2026-01\t1,234\n2026-02\t1,300"

    assert asked(planned(text)) == ["decimal"]
    assert taken(planned(text, answers={"decimal": "point"})) == [("2026-01", 1234), ("2026-02", 1300)]
    assert taken(planned(text, answers={"decimal": "comma"})) == [("2026-01", 1.234), ("2026-02", 1.3)]


@pytest.mark.parametrize(("text", "value"), [("2026-01\t1,5\n2026-02\t1,234", 1.5), ("2026-01\t0.845", 0.845)])
def test_a_comma_that_can_be_one_thing_only_is_read(text, value):
    made = planned(text)

    assert made.questions == []
    assert taken(made)[0] == ("2026-01", value)


def test_text_in_a_number_is_left_out_only_when_a_person_says_so():
    made = planned("2026-01,5\n2026-02,six\n2026-03,about 7")

    assert asked(made) == ["unreadable"]
    assert not made.is_answered
    assert [row.line for row in made.rows if row.state == "unreadable"] == [2, 3]
    answered = planned("2026-01,5\n2026-02,six\n2026-03,about 7", answers={"unreadable": "leave"})
    assert answered.is_answered
    assert taken(answered) == [("2026-01", 5)]


@pytest.mark.parametrize(
    ("period", "said"),
    [
        ("2026-07", "Jul 2026 is still to come. Enter its value when it is known."),
        ("1026-01", "This is very long ago. Check the year."),
        ("2026", 'A value is wanted here: every month. "2026" names another period.'),
        ("2026-02-30", '"2026-02-30" is not in the calendar. Write the month first, as in 1/31/2026.'),
        ("", "There is no period. Write it, or leave the line out."),
    ],
)
def test_a_period_that_cannot_have_a_value_says_what_to_do(period, said):
    made = planned(f"2026-01,5\n{period},6")

    assert [(row.state, row.said) for row in made.rows[1:]] == [("unreadable", [said])]


def test_a_period_after_the_end_of_the_measure_is_refused():
    made = planned("2026-01,5\n2026-03,5", measure(ended_on=date(2026, 2, 1)))

    assert [row.state for row in made.rows] == ["new", "unreadable"]


USUAL = months(date(2025, 1, 1), [90, 92, 94, 91, 93, 92])


def test_values_off_by_a_hundred_are_asked_about_once():
    text = "2025-07,0.92\n2025-08,0.93\n2025-09,91"
    per_cent = measure(unit="%", direction="up")

    made = planned(text, per_cent, standing=USUAL)
    assert asked(made) == ["factor_0.01"]
    assert "2 values look too small by a factor of 100, beside 92% as usual (lines 1, 2)." in made.questions[0].text
    assert [value for _on, value in taken(planned(text, per_cent, {"factor_0.01": "scale"}, USUAL))] == [92, 93, 91]
    assert [value for _on, value in taken(planned(text, per_cent, {"factor_0.01": "leave"}, USUAL))] == [91]
    assert [value for _on, value in taken(planned(text, per_cent, {"factor_0.01": "as_is"}, USUAL))] == [0.92, 0.93, 91]


def test_shares_for_a_new_measure_in_per_cent_are_asked_about():
    made = planned("2026-01,0.9\n2026-02,0.8", measure(unit="%"))

    assert asked(made) == ["shares"]
    assert [row.state for row in made.rows] == ["asked", "asked"]


def test_the_share_of_the_opposite_is_asked_about_and_can_be_turned():
    late = measure(unit="%", direction="up")

    made = planned("2025-07,7\n2025-08,91", late, standing=USUAL)
    assert asked(made) == ["opposite"]
    assert taken(planned("2025-07,7\n2025-08,91", late, {"opposite": "turn"}, USUAL))[0] == ("2025-07", 93)


def test_another_unit_is_asked_about():
    made = planned("2026-01,95%\n2026-02,94%", measure(unit="minutes"))

    assert asked(made) == ["unit_percent"]
    assert [v for _on, v in taken(planned("2026-01,95%", measure(unit="share"), {"unit_percent": "hundredth"}))] == [
        0.95
    ]


def test_a_period_that_stands_twice_is_asked_about_unless_both_say_the_same():
    text = "2026-01,5\n2026-01,6\n2026-02,7\n2026-02,7"

    made = planned(text)
    assert asked(made) == ["twice_2026-01-01"]
    assert [row.state for row in made.rows] == ["asked", "asked", "new", "left_out"]
    assert taken(planned(text, answers={"twice_2026-01-01": "2"})) == [("2026-01", 6), ("2026-02", 7)]
    assert taken(planned(text, answers={"twice_2026-01-01": "none"})) == [("2026-02", 7)]


def test_days_for_a_measure_of_months_are_refused_rather_than_chosen_from():
    days = [date(2024, 1, 1) + timedelta(days=one) for one in range(800)]

    made = planned("\n".join(f"{day.isoformat()},{place}" for place, day in enumerate(days)))

    assert {row.state for row in made.rows} == {"unreadable"}


def test_what_differs_from_what_stands_is_a_correction_that_a_person_confirms():
    standing = [(date(2026, 1, 1), 5), (date(2026, 2, 1), 6)]

    made = planned("2026-01,5\n2026-02,7\n2026-03,8", standing=standing)
    assert asked(made) == ["differ"]
    assert [row.state for row in made.rows] == ["same", "asked", "new"]
    assert taken(planned("2026-01,5\n2026-02,7", standing=standing, answers={"differ": "correct"})) == [("2026-02", 7)]
    assert taken(planned("2026-01,5\n2026-02,7", standing=standing, answers={"differ": "keep"})) == []


def test_periods_before_the_present_definition_and_before_the_first_value_are_asked_about():
    standing = [(date(2026, 1, 1), 5)]

    made = planned("2025-11,5\n2026-02,6", standing=standing, defined_from=date(2025, 12, 1))

    assert asked(made) == ["definition", "before"]


def test_gaps_are_told_and_stay_gaps():
    made = planned("2026-01,5\n2026-04,6")

    assert made.remarks == ["2 periods have no value, the first before Apr 2026. They stay gaps."]
    assert taken(made) == [("2026-01", 5), ("2026-04", 6)]


def test_columns_that_are_not_plain_are_asked_about():
    text = "When,First,Second\n2026-01,5,6\n2026-02,7,8"

    made = planned(text)
    assert made.asks_columns
    assert [column.role for column in made.columns.columns] == ["period", "value", "out"]
    assert not made.is_answered
    assert taken(planned(text, answers={"columns": ["period", "out", "value"]})) == [("2026-01", 6), ("2026-02", 8)]
    assert planned(text, answers={"columns": ["period", "value", "value"]}).columns_fault


BROKEN_DOWN = {"broken_down_by": "council district", "parts_add_up": True}


def test_a_break_down_has_to_add_up():
    text = "Month,Value,North,Counted,South\n2026-01,5,2,12,3\n2026-02,6,2,9,3"

    made = planned(text, measure(**BROKEN_DOWN), {"columns": ["period", "value", "part", "count", "part"]})

    assert [row.state for row in made.rows] == ["new", "unreadable"]
    assert made.rows[0].parts == (("North", 2, 12), ("South", 3, None))
    assert made.rows[1].said == ["The parts add up to 5, the value is 6. Correct the part or the value."]


def test_a_new_total_beside_parts_that_stand_is_refused():
    stands = {date(2026, 1, 1): Standing(1, Decimal(5), (("North", Decimal(2), 4), ("South", Decimal(3), 5)))}

    made = plan(read_text("2026-01,7").lines, measure(**BROKEN_DOWN), {}, stands, TODAY)

    assert [row.state for row in made.rows] == ["unreadable"]


def workbook(rows):
    book, file = Workbook(), BytesIO()
    for row in rows:
        book.active.append(row)
    for row in book.active.iter_rows():
        for cell in row:
            if isinstance(cell.value, float) and cell.value < 1:
                cell.number_format = "0.0%"
    book.save(file)
    return file.getvalue()


def test_a_workbook_is_read_as_people_see_it():
    (sheet,) = read_file(workbook([["Month", "Value"], [date(2026, 1, 1), 0.925], [date(2026, 2, 1), 93]]))

    assert sheet.lines == (
        Line(1, ("Month", "Value")),
        Line(2, ("2026-01-01", "92.5%")),
        Line(3, ("2026-02-01", 93)),
    )


def test_a_formula_without_a_result_says_which_cell():
    with pytest.raises(Unreadable) as told:
        read_file(workbook([["Month", "Value"], ["2026-01", "=1+1"]]))

    assert (told.value.fault.line, told.value.fault.column) == (2, "B")


@pytest.mark.parametrize(
    "data", [b"PK\x03\x04 no workbook", b"\xd0\xcf\x11\xe0 old", b"a\0b", b"", b"\x81\x8d", b'2026-01,"5']
)
def test_what_is_no_table_is_refused_with_a_sentence(data):
    with pytest.raises(Unreadable) as told:
        read_file(data)

    assert str(told.value).endswith(".")


def test_sheets_are_taken_up_while_they_are_not_too_long_together():
    book, file = Workbook(), BytesIO()
    book.remove(book.active)
    for name in "ABCDEFG":
        sheet = book.create_sheet(name)
        for number in range(4_900):
            sheet.append([number])
    book.save(file)

    sheets = read_file(file.getvalue())

    assert [one.name for one in sheets if one.lines] == list("ABCDE")
    assert [one.fault for one in sheets if not one.lines] == [
        "Line 1, file: The sheets before it are long. Bring this one alone."
    ] * 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_letters_are_read_in_the_encodings_of_spreadsheets(encoding):
    (sheet,) = read_file("Período;Valor\n2026-01;5,9".encode(encoding))

    assert sheet.lines[0].cells == ("Período", "Valor")


def test_too_many_lines_are_refused():
    with pytest.raises(Unreadable, match="5,000"):
        read_text("\n".join(f"2026-01,{number}" for number in range(5100)))


@given(st.permutations(range(12)))
def test_the_order_of_the_lines_changes_nothing(order):
    rows = [(on.isoformat(), value) for on, value in months(date(2025, 1, 1), [5, 6, 7, 5, 60, 6, 5, 7, 6, 5, 6, 5])]

    made = planned("\n".join(f"{rows[at][0]},{rows[at][1]}" for at in order))

    assert asked(made) == ["factor_10"]
    assert sorted((row.period_on.isoformat(), row.state) for row in made.rows) == [
        (on, "asked" if value == 60 else "new") for on, value in rows
    ]


@pytest.mark.parametrize(
    ("roles", "said"),
    [
        (["value", "value", "part", "count"], "Choose the one column that holds the period."),
        (["period", "out", "part", "count"], "Choose the one column that holds the value."),
        (["note", "note", "period", "value"], "Choose one column for the note, and leave the others out."),
        (["period", "value", "out", "count"], "A column of counts stands to the right of its part."),
        (["period", "value", "part", "part"], "A part has no name."),
    ],
)
def test_roles_that_do_not_fit_say_which_to_choose(roles, said):
    made = planned("When,First,North,\n2026-01,5,2,12\n2026-02,5,2,12", answers={"columns": roles})

    assert made.columns_fault.startswith(said)
    assert not made.is_answered


def test_two_parts_of_one_name_are_refused():
    text = "When,First,North,north\n2026-01,5,2,3"

    made = planned(text, measure(**BROKEN_DOWN), {"columns": ["period", "value", "part", "part"]})

    assert made.columns_fault.startswith("Two parts have the same name")


def test_names_that_the_break_down_had_before_are_known():
    stands = {date(2026, 1, 1): Standing(1, Decimal(5), (("North", Decimal(2), 4), ("South", Decimal(3), 5)))}

    made = plan(
        read_text("Month,Value,North,N,South\n2026-02,5,1,9,4").lines, measure(**BROKEN_DOWN), {}, stands, TODAY
    )

    assert not made.asks_columns
    assert made.new[0].parts == (("North", 1, 9), ("South", 4, None))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("2026-01,5,two,12,3", 'North: "two" is not a number. Write it in figures, such as 12.5.'),
        ("2026-01,5,2,1.5,3", "How many were counted in “North” is a whole number."),
        ("2026-01,1000000000000,2,12,3", "This number is too large to be kept. Choose a larger unit."),
        ("2026-01,,2,12,3", "There is no value. Leave it out if it is not known: a gap is never a zero."),
    ],
)
def test_a_part_that_cannot_be_read_says_which(line, said):
    columns = {"columns": ["period", "value", "part", "count", "part"]}

    made = planned(f"When,Value,North,Counted,South\n{line}", measure(broken_down_by="district"), columns)

    assert (made.rows[0].state, made.rows[0].said) == ("unreadable", [said])


def test_dollars_for_minutes_can_be_left_out():
    assert taken(planned("2026-01,$95\n2026-02,5", answers={"unit_dollar": "leave"})) == [("2026-02", 5)]


def test_numbers_of_a_workbook_are_never_in_doubt():
    (sheet,) = read_file(workbook([["Month", "Value"], ["2026-01", 1.234], ["2026-02", 1300]]))

    made = plan(sheet.lines, measure(), {}, {}, TODAY)

    assert (asked(made), taken(made)) == ([], [("2026-01", 1.234), ("2026-02", 1300)])


def test_days_hours_and_truth_values_of_a_workbook_are_read_as_words():
    rows = [["Month", "Value"], [datetime(2026, 1, 31), True], [datetime(2026, 2, 3, 14, 30), "  six \n days "], []]

    (sheet,) = read_file(workbook(rows))

    assert [line.cells for line in sheet.lines] == [
        ("Month", "Value"),
        ("2026-01-31", "True"),
        ("2026-02-03 14:30:00", "six days"),
    ]


def packed(size):
    """A small file that grows to `size` bytes when it is opened."""
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as made:
        made.writestr("xl/workbook.xml", bytes(size))
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"2026-01,5\n" * 250_000, "up to 2 MB"),
        (packed(101 * 1024 * 1024), "Bring only the sheet with the values"),
        (b"\xff\xfe\x00", "The letters of this file cannot be read"),
        (b",".join([b"5"] * 50), "more than 40 columns"),
    ],
)
def test_what_is_too_large_or_in_strange_letters_is_refused(data, said):
    with pytest.raises(Unreadable, match=said):
        read_file(data)
