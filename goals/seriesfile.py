"""Reading a file of `period,value` lines: which periods it is about, and every line that needs repair."""

import csv
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from math import gcd
from pathlib import Path

from django.utils.translation import gettext as _

from goals import periods
from goals.analysis import quality
from goals.periods import DAILY, MONTHLY, QUARTERLY, WEEKLY, YEARLY
from goals.words import say_finding
from workflow.imports import Fault, Unreadable

LARGEST = 5_000_000  # bytes
LONGEST = 20_000  # periods from the first to the last
DAY = "a day"
FORMS: list[tuple[str, re.Pattern[str], Callable[[re.Match[str]], date]]] = [
    (YEARLY, re.compile(r"(\d{4})"), lambda found: date(int(found[1]), 1, 1)),
    (
        QUARTERLY,
        re.compile(r"(\d{4})[- ]?[Qq]([1-4])"),
        lambda found: date(int(found[1]), 3 * int(found[2]) - 2, 1),
    ),
    (
        WEEKLY,
        re.compile(r"(\d{4})-?[Ww](\d{1,2})"),
        lambda found: date.fromisocalendar(int(found[1]), int(found[2]), 1),
    ),
    (MONTHLY, re.compile(r"(\d{4})-(\d{1,2})"), lambda found: date(int(found[1]), int(found[2]), 1)),
]


@dataclass(frozen=True)
class SeriesFile:
    """A series on its calendar: `starts` are the first days of all periods from the first to the last, `values` has
    the same length, None for a gap; `remarks` are sentences about what to look at, each with its line."""

    cadence: str
    starts: list[date]
    values: list[float | None]
    remarks: list[Fault]


class Faulty(Exception):
    """A file with lines that need repair; `faults` holds one sentence for each."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


@dataclass(frozen=True)
class _Line:
    number: int
    period: str
    value: str


def read_series(path: Path, today: date) -> SeriesFile:
    """Read a CSV file; raises Unreadable for one that is no such file, Faulty for one with lines to repair.

    Periods: 2024-01, 2024-01-01 (also 1/1/2024), 2024-Q1, 2024-W05 or 2024, all spelled alike; a heading is optional;
    with semicolons between the cells the decimal sign is a comma.
    """
    text = _text_of(path)
    separator = next((sign for sign in ";\t" if sign in text.split("\n", 1)[0]), ",")
    decimal = "," if separator == ";" else "."
    lines, faults = _lines(text, separator)
    if lines and _is_heading(lines[0], decimal):
        lines = lines[1:]
    if not lines and not faults:
        raise Unreadable(Fault(1, _("period"), _("The file holds no values. Write one line for each period.")))
    form, found = _days(lines, faults)
    numbers, findings = quality.texts([line.value for line in lines], decimal=decimal)
    faults += [Fault(lines[one.position].number, _("value"), say_finding(one)) for one in findings]
    if faults:
        raise Faulty(sorted(faults, key=lambda fault: fault.line))
    cadence = _cadence(form, found)
    days = [periods.period_of(cadence, day) for day in found]
    faults = [
        Fault(
            lines[one.position].number,
            _("period"),
            _("%(period)s stands on line %(line)s already. Keep the value that is right.")
            % {"period": lines[one.position].period, "line": lines[one.values["first"]].number},
        )
        for one in quality.twice(days)
    ]
    if faults:
        raise Faulty(faults)
    if periods.steps(cadence, min(days), max(days)) >= LONGEST:
        raise Unreadable(Fault(1, _("period"), _("The periods lie too far apart. Check the years.")))
    known = dict(zip(days, numbers, strict=True))
    starts = list(periods.between(cadence, min(days), max(days)))
    if all(value is None for value in numbers):
        raise Unreadable(Fault(1, _("value"), _("The file holds no values. Write one line for each period.")))
    return SeriesFile(
        cadence=cadence,
        starts=starts,
        values=[known.get(start) for start in starts],
        remarks=_remarks(lines, days, numbers, cadence, today),
    )


def _text_of(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST:
            raise Unreadable(Fault(1, _("file"), _("The file is too large. Give a file of up to 5 MB.")))
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise Unreadable(Fault(line, _("file"), _("This is not text in UTF-8. Save the file as CSV UTF-8."))) from error
    except OSError as error:
        raise Unreadable(Fault(1, _("file"), _("The file cannot be opened. Check its name."))) from error
    if "\0" in text:
        raise Unreadable(Fault(1, _("file"), _("This is no text file. Save the sheet as CSV first.")))
    return text.lstrip("\r\n")


def _lines(text: str, separator: str) -> tuple[list[_Line], list[Fault]]:
    lines, faults = [], []
    reader = csv.reader(text.splitlines(), delimiter=separator, strict=True)
    try:
        for cells in reader:
            cells = [cell.strip() for cell in cells]
            while cells and not cells[-1] and len(cells) > 2:
                cells.pop()
            if not any(cells):
                continue
            if len(cells) != 2:
                told = _("There should be two values, a period and a number, and there are %(count)s.")
                if len(cells) == 3 and separator == ",":
                    told = _("There are three values. With a decimal comma, put a semicolon behind the period.")
                faults.append(Fault(reader.line_num, _("line"), told % {"count": len(cells)}))
            else:
                lines.append(_Line(reader.line_num, *cells))
    except csv.Error as error:
        raise Unreadable(
            Fault(reader.line_num, _("line"), _("This line cannot be read. Check its quotation marks."))
        ) from error
    return lines, faults


def _is_heading(line: _Line, decimal: str) -> bool:
    """A first line of words: neither a period nor a number stands in it."""
    return not re.search(r"\d", line.period) and quality.parse_number(line.value, decimal=decimal).value is None


def period_named(text: str, day_first: bool = False) -> tuple[str, date | None, str]:
    """The form of a period, its first day, and the sentence of what is wrong with it."""
    for form, pattern, made in FORMS:
        if found := pattern.fullmatch(text):
            try:
                return form, made(found), ""
            except ValueError:
                return form, None, _('There is no period "%(text)s". Check its number.') % {"text": text}
    parsed = quality.parse_day(text, day_first=day_first)
    if parsed.value is None:
        if parsed.fault == quality.Kind.NO_SUCH_DAY:
            return DAY, None, say_finding(quality.Finding(0, quality.Kind.NO_SUCH_DAY, {"text": text}))
        return (
            DAY,
            None,
            _('"%(text)s" is not a period. Write 2024-01, 2024-01-31, 2024-Q1, 2024-W05 or 2024.') % {"text": text},
        )
    return DAY, parsed.value, ""


def _days(lines: Sequence[_Line], faults: list[Fault]) -> tuple[str, list[date]]:
    """The one form in which periods are spelled, and the first day of each; adds what is wrong to `faults`."""
    read = [(line, *period_named(line.period)) for line in lines]
    forms = [form for _line, form, day, _told in read if day]
    main = max(forms, key=forms.count, default=DAY)
    for line, form, day, told in read:
        if day and form != main:
            told = _('"%(text)s" is spelled in another way than the other periods. Spell all alike.') % {
                "text": line.period
            }
        if told:
            faults.append(Fault(line.number, _("period"), told))
    return main, [day for _line, _form, day, _told in read if day]


def _cadence(form: str, days: Sequence[date]) -> str:
    """The cadence: told by the form of the periods, and for days by what lies between them."""
    if form != DAY:
        return form
    firsts = all(day.day == 1 for day in days)
    lasts = all((day + timedelta(days=1)).day == 1 for day in days)
    months = sorted({day.year * 12 + day.month for day in days})
    if firsts or lasts:
        apart = reduce(gcd, (month - months[0] for month in months), 0)
        if apart and apart % 12 == 0:
            return YEARLY
        return QUARTERLY if apart and apart % 3 == 0 else MONTHLY
    return WEEKLY if len({day.weekday() for day in days}) == 1 and len(days) > 1 else DAILY


def _remarks(
    lines: Sequence[_Line], days: Sequence[date], numbers: Sequence[float | None], cadence: str, today: date
) -> list[Fault]:
    """What is no fault but worth a look: gaps, empty cells, periods to come, values out of size by a factor."""
    first = min(days)
    found = [
        *quality.gaps([periods.steps(cadence, first, day) for day in days]),
        *(quality.Finding(at, quality.Kind.MISSING) for at, number in enumerate(numbers) if number is None),
        *quality.future(days, today),
        *(
            quality.Finding(one.position, one.kind, {key: f"{value:g}" for key, value in one.values.items()})
            for one in quality.factor_jumps(numbers)
        ),
    ]
    return sorted(
        (Fault(lines[one.position].number, _("note"), say_finding(one)) for one in found), key=lambda one: one.line
    )
