"""Imports: marks, records over several lines, the right line numbers, and sentences about what to repair."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.imports import Fault, Faults, Row, Unreadable, read_rows


def rows_of(text, **options):
    return list(read_rows(io.BytesIO(text.encode()), **options))


def test_values_come_by_column_without_mark_and_spaces():
    assert rows_of("\ufeffname, cost\r\n Map ,\t005\r\n") == [Row(2, {"name": "Map", "cost": "005"})]


def test_a_record_is_named_by_the_line_on_which_it_begins():
    rows = rows_of('name,text\na,"one\ntwo\n\nthree"\n\nb,x\n"c\nc",y\nd,z\n')

    assert [(row.line, row["name"]) for row in rows] == [(2, "a"), (7, "b"), (8, "c\nc"), (10, "d")]


def test_a_short_line_is_filled_and_a_blank_one_left_out():
    assert rows_of("a,b\n1\n,\n") == [Row(2, {"a": "1", "b": ""})]


def test_a_path_is_read_too(tmp_path):
    (tmp_path / "x.csv").write_text("a\n1\n")

    assert list(read_rows(tmp_path / "x.csv")) == list(read_rows(str(tmp_path / "x.csv"))) == [Row(2, {"a": "1"})]


def test_the_file_stays_open_for_its_owner():
    file = io.BytesIO(b"a\n1\n")
    list(read_rows(file))

    assert file.closed is False


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a\n1\n", Fault(1, "b, c", "This column is missing. Add it to the heading.")),
        ("", Fault(1, "b, c", "This column is missing. Add it to the heading.")),
        ("b,c,b\n", Fault(1, "b", "This column stands twice in the heading. Rename one.")),
        ("b,c\n1,2\n1,2,3\n", Fault(3, "c", "This line has more values than the heading. Check its quotation marks.")),
    ],
)
def test_what_cannot_be_read_is_named(text, fault):
    with pytest.raises(Unreadable) as stop:
        rows_of(text, required=["b", "c"])

    assert stop.value.fault == fault


def test_an_open_quotation_mark_is_named():
    with pytest.raises(Unreadable, match="Check the quotation marks"):
        rows_of('a\n1\n"never closed\n')


def test_another_encoding_is_named():
    with pytest.raises(Unreadable, match="Save it as CSV in UTF-8"):
        list(read_rows(io.BytesIO("a\nJosé\n".encode("latin-1"))))


def test_an_empty_file_without_required_columns_is_named():
    with pytest.raises(Unreadable, match="column is missing"):
        rows_of("")


def test_faults_are_collected_in_order():
    faults = Faults()
    assert not faults

    faults.add(Row(7, {}), "cost", "Write a number.")

    assert (bool(faults), faults.lines, [str(fault) for fault in faults]) == (
        True,
        {7},
        ["Line 7, cost: Write a number."],
    )


TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"])) | st.sampled_from(
    ["two\nlines", 'a "quote"', "a,b", "\r\nx"]
)


@given(st.lists(st.tuples(TEXT.filter(str.strip), TEXT), max_size=8))
def test_what_was_written_is_read_again(records):
    file = io.StringIO()
    csv.writer(file).writerows([("a", "b"), *records])

    assert [(row["a"], row["b"]) for row in rows_of(file.getvalue())] == [(a.strip(), b.strip()) for a, b in records]


def test_the_real_portfolio_is_read_whole(shared_data):
    rows = list(read_rows(shared_data / "us-federal-it-investments" / "businesscase_by2017.csv"))

    assert len(rows) == 747
