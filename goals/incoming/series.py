"""The values that a file holds for whole measures: kept small, each with the line that it comes from."""

import csv
from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path

from django.utils.translation import gettext as _

from goals.analysis import quality
from goals.models import Measure
from goals.periods import period_of
from goals.seriesfile import DAY, period_named
from goals.words import say_finding
from workflow.imports import Fault, Unreadable, read_rows

MEASURE, PERIOD, VALUE, NOTE = "measure", "period", "value", "note"
EARLIEST = 1900
LEAST_FACTOR = 100  # single days swing by ten and more, above all where little is counted
Progress = Callable[[str, int, int | None], None]


@dataclass
class Series:
    """Values of one measure: lines, periods (ordinals of first days) and values are arrays of one length.

    A blank value is nan: a gap.
    """

    name: str
    measure: Measure | None = None
    lines: "array[int]" = field(default_factory=lambda: array("q"))
    days: "array[int]" = field(default_factory=lambda: array("q"))
    values: "array[float]" = field(default_factory=lambda: array("d"))
    notes: dict[int, str] = field(default_factory=dict)

    def add(self, line: int, day: date, value: float | None, note: str = "") -> None:
        self.lines.append(line)
        self.days.append(day.toordinal())
        self.values.append(float("nan") if value is None else value)
        if note:
            self.notes[line] = note


@dataclass
class Found:
    """What a file holds: its series, and every cell that cannot be trusted."""

    series: list[Series] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    rows: int = 0


def read_long(path: Path, today: date, progress: Progress) -> Found:
    """Read a file of measure (its short name in the address, or its name), period, value and perhaps a note.

    Raises Unreadable where it is no such file.
    """
    found, series = Found(), dict[str, Series]()
    measures = _measures_named()
    named = lru_cache(maxsize=50_000)(period_named)
    for row in read_rows(path, (MEASURE, PERIOD, VALUE)):
        found.rows += 1
        if found.rows % 50_000 == 0:
            progress(_("lines read"), found.rows, None)
        measure = measures.get(row[MEASURE])
        if measure is None:
            found.faults.append(Fault(row.line, MEASURE, _('There is no measure "%(text)s".') % {"text": row[MEASURE]}))
            continue
        day, fault = _day_in(measure, named(row[PERIOD]), row[PERIOD], today)
        number = quality.parse_number(row[VALUE])
        if number.fault not in (None, quality.Kind.MISSING):
            said = say_finding(quality.Finding(0, number.fault, {"text": row[VALUE]}))
            found.faults.append(Fault(row.line, VALUE, said))
        if fault:
            found.faults.append(Fault(row.line, PERIOD, fault))
        if day is None or number.fault not in (None, quality.Kind.MISSING):
            continue
        one = series.setdefault(measure.slug, Series(measure.name, measure))
        one.add(row.line, day, number.value, row.values.get(NOTE, "")[:300])
    found.series = list(series.values())
    return found


def _measures_named() -> dict[str, Measure]:
    """The measures whose values can be entered, by slug and by name where only one has it."""
    named: dict[str, Measure] = {}
    twice = set()
    for measure in Measure.objects.filter(index=None):
        if measure.name in named:
            twice.add(measure.name)
        named[measure.name] = measure
    for name in twice:
        del named[name]
    return named | {measure.slug: measure for measure in Measure.objects.filter(index=None)}


def _day_in(measure: Measure, read: tuple[str, date | None, str], text: str, today: date) -> tuple[date | None, str]:
    """The first day of the period, or the sentence of why it can have no value."""
    form, day, fault = read
    if day is None:
        return None, fault
    if form not in (DAY, measure.cadence):
        return None, _('A value is wanted here: %(cadence)s. "%(text)s" names another period.') % {
            "cadence": measure.get_cadence_display().lower(),
            "text": text,
        }
    day = period_of(measure.cadence, day)
    if day > today:
        return None, say_finding(quality.Finding(0, quality.Kind.FUTURE, {"day": text}))
    if day.year < EARLIEST:
        return None, _("This is very long ago. Check the year.")
    if measure.ended_on and day > measure.ended_on:
        return None, _("This measure had ended by then. Leave the line out.")
    return day, ""


def faults_within(series: Series, column: str) -> Iterable[Fault]:
    """Periods that stand twice, and values out of the usual size by a factor of 100 or more, with their lines."""
    for one in quality.twice(series.days):
        yield Fault(
            series.lines[one.position],
            PERIOD,
            _("%(name)s, %(day)s: it stands on line %(line)s already. Keep the value that is right.")
            % {
                "name": series.name,
                "day": date.fromordinal(one.values["period"]).isoformat(),
                "line": series.lines[one.values["first"]],
            },
        )
    for one in quality.factor_jumps(series.values):
        if max(one.values["factor"], 1 / one.values["factor"]) >= LEAST_FACTOR:
            told = {key: f"{value:g}" for key, value in one.values.items()}
            yield Fault(series.lines[one.position], column, say_finding(quality.Finding(0, one.kind, told)))


def heading_of(path: Path) -> list[str]:
    """The names of the columns of a CSV file; raises Unreadable."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return [name.strip() for name in next(csv.reader(file), [])]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise Unreadable(Fault(1, "-", _("The file cannot be read. Give a CSV file in UTF-8."))) from error
