"""Exports: no cell runs as a formula, in either format, alone or joined; values keep their types."""

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import django_tables2 as tables
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from workflow.exports import csv_lines, export_response, safe_cell, write_xlsx

HOSTILE = [
    '=HYPERLINK("http://evil.example","x")',
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r\n=1",
    "  =1",
    "\u00a0=1",
    "\ufeff=1",
    "\u200b=1",
    "\uff1d1",
    "|calc",
    "\x00=1",
]


class PlainTable(tables.Table):
    name = tables.Column()
    tags = tables.Column()
    cost = tables.Column()
    edit = tables.Column(exclude_from_export=True, default="")


def plain_table(name="Map", tags="a, b"):
    return PlainTable([{"name": name, "tags": tags, "cost": Decimal("12.50")}])


def read_csv(response):
    return list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))


def read_xlsx(content):
    return list(load_workbook(io.BytesIO(content)).active.iter_rows())


@pytest.mark.peer("T43")
@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("wrap", [str, lambda text: [text, "b"], lambda text: (text,)])
def test_no_text_or_joined_text_ever_begins_a_formula(text, wrap):
    assert safe_cell(wrap(text)).startswith("'")


@pytest.mark.peer("T43")
@pytest.mark.parametrize("text", HOSTILE)
def test_no_file_ever_holds_a_formula(text):
    sheet = io.BytesIO()
    write_xlsx([[text]], sheet)
    (cell,) = read_xlsx(sheet.getvalue())[0]
    (line,) = csv.reader(list(csv_lines([[text]]))[1:])

    assert (cell.data_type, cell.value[0], line[0][0]) == ("s", "'", "'")


@pytest.mark.peer("T43")
@given(st.text())
def test_no_text_at_all_begins_like_a_formula(text):
    assert safe_cell(text).strip("\u200b\ufeff\u2060 \t\r\n")[:1] not in {"=", "+", "-", "@"}


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (-5, -5),
        (Decimal("-1.5"), Decimal("-1.5")),
        (True, True),
        (None, ""),
        (date(2026, 3, 8), date(2026, 3, 8)),
        (datetime(2026, 3, 8, 20, tzinfo=UTC), datetime(2026, 3, 8, 13)),
        (datetime(2026, 3, 8, 20), datetime(2026, 3, 8, 20)),
        ("a = b", "a = b"),
        (["a", 1], "a, 1"),
        ("x" * 40_000, "x" * 32_766),
    ],
)
def test_values_keep_their_meaning(value, cell):
    assert safe_cell(value) == cell


def test_rows_are_written_as_they_come():
    asked = []

    def rows():
        for n in range(3):
            asked.append(n)
            yield [n]

    lines = csv_lines(rows())
    next(lines)
    next(lines)

    assert asked == [0]


def test_a_table_as_csv():
    response = export_response(plain_table("=1+1", "=x, b"), "csv", "ideas")

    assert response["Content-Disposition"] == 'attachment; filename="ideas.csv"'
    assert read_csv(response) == [["Name", "Tags", "Cost"], ["'=1+1", "'=x, b", "12.50"]]


def test_a_table_as_xlsx():
    response = export_response(plain_table("=1+1"), "xlsx", "ideas")
    rows = read_xlsx(b"".join(response.streaming_content))
    response.file_to_stream.close()

    assert [[cell.value for cell in row] for row in rows] == [["Name", "Tags", "Cost"], ["'=1+1", "a, b", 12.5]]


def test_another_format_is_an_error():
    with pytest.raises(ValueError, match="csv or xlsx"):
        export_response(plain_table(), "ods", "ideas")
