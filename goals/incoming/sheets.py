"""Reading a table that somebody brings, pasted or as CSV or XLSX: lines of cells, and what cannot be read."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from workflow.imports import Fault, Unreadable

LARGEST = 2 * 1024 * 1024  # bytes
UNPACKED = 100 * 1024 * 1024  # bytes
MOST_ROWS = 5_000
MOST_ROWS_OF_ALL = 20_000  # of all the sheets that one is chosen from
MOST_COLUMNS = 40
LONGEST = 300  # characters of a cell that are kept
XLSX, XLS = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
MARKS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
Cell = str | float | int


@dataclass(frozen=True)
class Line:
    """One line of a table: its number in the file, and its cells; a number that was none of text stays a number."""

    number: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Sheet:
    """A table of a file: its name, "" where it has none; its lines, or the sentence of why it cannot be read."""

    name: str
    lines: tuple[Line, ...] = ()
    fault: str = ""


def read_file(data: bytes) -> list[Sheet]:
    """The tables of a file, blank lines left out, by what it holds and not by what it is called; raises Unreadable.

    Of a workbook every sheet that people see and that holds something; at least one of them can be read.
    """
    if len(data) > LARGEST:
        raise Unreadable(Fault(1, _("file"), _("The file is too large. Bring up to 2 MB at a time.")))
    if data.startswith(XLS):
        raise Unreadable(Fault(1, _("file"), _("This is an old Excel file. Save it as XLSX or CSV, and bring that.")))
    if data.startswith(XLSX):
        return _of_workbook(data)
    return [read_text(_decoded(data))]


def read_text(text: str) -> Sheet:
    """The table of a paste or of a CSV file, divided by tabs, semicolons or commas, whichever most lines have."""
    if "\0" in text:
        raise Unreadable(Fault(1, _("file"), _("This is no table. Bring a CSV or XLSX file.")))
    return Sheet("", _bounded(_of_text(text.removeprefix("\ufeff"))))


def _decoded(data: bytes) -> str:
    encodings = [name for mark, name in MARKS if data.startswith(mark)] or ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable(Fault(1, _("file"), _("The letters of this file cannot be read. Save it as CSV UTF-8.")))


def _of_text(text: str) -> Iterator[Line]:
    separator = _separator(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = 1
    try:
        for cells in reader:
            yield Line(number, tuple(" ".join(cell.split())[:LONGEST] for cell in cells))
            number = reader.line_num + 1
    except csv.Error as error:
        raise Unreadable(Fault(number, _("line"), _("This line cannot be read. Check its quotation marks."))) from error


def _separator(text: str) -> str:
    lines = [line for line in islice(io.StringIO(text), 200) if line.strip()]
    for sign in "\t;,":
        if sum(sign in re.sub(r'"[^"]*"', "", line) for line in lines) * 2 > len(lines):
            return sign
    return ","


def _of_workbook(data: bytes) -> list[Sheet]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(one.file_size for one in packed.infolist()) > UNPACKED:
                raise Unreadable(Fault(1, _("file"), _("The file is too large. Bring only the sheet with the values.")))
        values = load_workbook(io.BytesIO(data), read_only=True, data_only=True).worksheets
        formulas = load_workbook(io.BytesIO(data), read_only=True).worksheets
        pairs = list(zip(values, formulas, strict=True))
        return _filled([pair for pair in pairs if pair[0].sheet_state == "visible"] or pairs)
    except Unreadable:
        raise
    except Exception as error:
        # A broken workbook raises whatever its parser stumbles over: KeyError, BadZipFile, ParseError and others.
        raise Unreadable(
            Fault(1, _("file"), _("This workbook cannot be opened. Save the sheet as CSV, and bring that."))
        ) from error


def _filled(pairs: Iterable[tuple[Any, Any]]) -> list[Sheet]:
    """The sheets with something in them; one that cannot be read stands with its sentence where another one can."""
    sheets: list[Sheet] = []
    faults: list[Unreadable] = []
    for values, formulas in pairs:
        try:
            lines = _bounded(_of_sheet(values, formulas))
            if sum(len(one.lines) for one in sheets) > MOST_ROWS_OF_ALL:
                raise Unreadable(Fault(1, _("file"), _("The sheets before it are long. Bring this one alone.")))
            sheets.append(Sheet(values.title, lines))
        except Blank:
            continue
        except Unreadable as unreadable:
            faults.append(unreadable)
            sheets.append(Sheet(values.title, fault=str(unreadable)))
    if len(faults) == len(sheets):
        raise faults[0] if faults else _blank()
    return sheets


def _of_sheet(values: Any, formulas: Any) -> Iterator[Line]:
    for number, (row, written) in enumerate(zip(values.iter_rows(), formulas.iter_rows(), strict=True), 1):
        for cell, source in zip(row, written, strict=True):
            if cell.value is None and source.data_type == "f":
                raise Unreadable(
                    Fault(
                        number,
                        get_column_letter(source.column),
                        _("This cell holds a formula without a result. Open the file, save it, bring it again."),
                    )
                )
        yield Line(number, tuple(map(_shown, row)))


def _shown(cell: Any) -> Cell:
    """What stands in a cell as people see it: a day as 2026-01-31, a share that is shown in per cent with its sign."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time().isoformat() == "00:00:00" else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int | float):
        if "%" in (cell.number_format or ""):
            return f"{(Decimal(repr(value)) * 100).normalize():f}%"
        return value
    return " ".join(str(value).split())[:LONGEST]


class Blank(Unreadable):
    """There is no line with anything in it."""


def _blank() -> Blank:
    return Blank(Fault(1, _("file"), _("There are no values. Bring one line for each period.")))


def _bounded(lines: Iterable[Line]) -> tuple[Line, ...]:
    kept: list[Line] = []
    for line in lines:
        cells = line.cells
        while cells and cells[-1] == "":
            cells = cells[:-1]
        if not cells:
            continue
        if len(cells) > MOST_COLUMNS:
            raise Unreadable(
                Fault(
                    line.number,
                    _("line"),
                    _("There are more than %(count)s columns. Bring only the values.") % {"count": MOST_COLUMNS},
                )
            )
        if len(kept) > MOST_ROWS:
            raise Unreadable(
                Fault(
                    line.number,
                    _("line"),
                    _("There are more than %(count)s lines. Bring them in parts.") % {"count": f"{MOST_ROWS:,}"},
                )
            )
        kept.append(Line(line.number, cells))
    if not kept:
        raise _blank()
    return tuple(kept)
