"""Reading the spreadsheets of others: one CSV reader that knows the line of every record and collects what is wrong."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from django.utils.translation import gettext as _

LONGEST_FIELD = 1024 * 1024


@dataclass(frozen=True)
class Fault:
    """One thing to repair in a file: where, and what to do."""

    line: int
    column: str
    reason: str

    def __str__(self) -> str:
        return _("Line %(line)s, %(column)s: %(reason)s") % {
            "line": self.line, "column": self.column, "reason": self.reason
        }  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One record: the line on which it begins, and its values by column, without spaces around them."""

    line: int
    values: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.values[column]


class Unreadable(Exception):
    """A file that cannot be read at all; `fault` says where and why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


@dataclass
class Faults:
    """What is wrong in a file, in the order of its lines."""

    found: list[Fault] = field(default_factory=list)

    def add(self, row: Row, column: str, reason: str) -> None:
        self.found.append(Fault(row.line, column, str(reason)))

    @property
    def lines(self) -> set[int]:
        return {fault.line for fault in self.found}

    def __bool__(self) -> bool:
        return bool(self.found)

    def __iter__(self) -> Iterator[Fault]:
        return iter(self.found)


def read_rows(
    source: Path | str | IO[bytes], required: Iterable[str] = (), encoding: str = "utf-8-sig"
) -> Iterator[Row]:
    """The records of a CSV file (a path or an open binary file), one by one, blank ones left out; raises Unreadable.

    A record may run over several lines: its line is the one on which it begins, the heading being line 1.
    """
    if isinstance(source, Path | str):
        with Path(source).open("rb") as file:
            yield from read_rows(file, required, encoding)
        return
    csv.field_size_limit(LONGEST_FIELD)
    text = io.TextIOWrapper(source, encoding=encoding, newline="")
    reader = csv.reader(text, strict=True)
    try:
        columns = _columns(next(reader, []), required)
        line = reader.line_num + 1
        for cells in reader:
            if len(cells) > len(columns):
                raise Unreadable(
                    Fault(
                        line, columns[-1], _("This line has more values than the heading. Check its quotation marks.")
                    )
                )
            values = [cell.strip() for cell in cells] + [""] * (len(columns) - len(cells))
            if any(values):
                yield Row(line, dict(zip(columns, values, strict=True)))
            line = reader.line_num + 1
    except csv.Error as error:
        raise Unreadable(
            Fault(reader.line_num, "-", _("Check the quotation marks here: %(error)s.") % {"error": error})
        ) from error
    except UnicodeDecodeError as error:
        raise Unreadable(
            Fault(reader.line_num + 1, "-", _("This file is not in UTF-8. Save it as CSV in UTF-8."))
        ) from error
    finally:
        text.detach()


def _columns(heading: list[str], required: Iterable[str]) -> list[str]:
    columns = [name.strip() for name in heading]
    missing = [name for name in required if name not in columns]
    if missing or not columns:
        raise Unreadable(Fault(1, ", ".join(missing) or "-", _("This column is missing. Add it to the heading.")))
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if twice:
        raise Unreadable(Fault(1, ", ".join(twice), _("This column stands twice in the heading. Rename one.")))
    return columns
