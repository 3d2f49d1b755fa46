"""Reading Boston's daily CityScore summary: the measures, their direction told by the scores, and doubtful cells."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from statistics import median

from django.utils.translation import gettext as _

from goals.analysis import quality
from goals.analysis.aim import Aim, Direction
from goals.analysis.scores import Match, compare, historic_target
from goals.incoming.series import Found, Progress, Series
from goals.words import say_finding
from workflow.imports import Fault, Row, read_rows

NAME, DAY, LOADED, DAY_NAME = "CTY_SCR_NAME", "CTY_SCR_NBR_DY_01", "ETL_LOAD_DATE", "CTY_SCR_DAY_NAME"
TARGET, MEAN, SD, SCORE = "CTY_SCR_TGT_01", "CTY_SCR_AVG_01", "CTY_SCR_DEV_01", "CTY_SCR_DAY"
TYPE, TYPES = "CTY_SCR_METRIC_TYPE", ("Target", "Historical")
COLUMNS = (NAME, DAY, LOADED, DAY_NAME, TARGET, MEAN, SD, SCORE, TYPE)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
FAR = 3  # a target is in another unit when it is this many times the typical value, or this part of it
# What the file does not say: the unit, from the definitions that Boston published, and what is rare.
UNITS = {
    "311 CONSTITUENT EXPERIENCE SURVEYS": "points",
    "BFD INCIDENTS": "incidents",
    "CITY SERVICES SATISFACTION SURVEYS": "points",
    "EMS INCIDENTS": "incidents",
    "EMS RESPONSE TIME": "minutes",
    "HOMICIDES (TREND)": "homicides",
    "LIBRARY USERS": "users",
    "PART 1 CRIMES": "crimes",
    "SHOOTINGS (TREND)": "shootings",
    "STABBINGS (TREND)": "stabbings",
}
SHARE = "share"
RARE = {"HOMICIDES (TREND)"}


@dataclass
class CitySeries(Series):
    """The series of one CityScore measure, with its unit, direction and newest target."""

    unit: str = SHARE
    direction: Direction = Direction.UP
    target: float | None = None
    is_rare: bool = False


@dataclass
class _Record:
    line: int
    day: date
    value: float | None
    target: float | None
    mean: float | None
    sd: float | None
    score: float | None


def read_cityscore(path: Path, progress: Progress) -> Found:
    """Read the summary whole; raises Unreadable where it is no such file.

    A value counts for the day named, which is the last one of that name before it was loaded. Which direction is
    better is what most published scores agree with; the others were computed the wrong way round.
    """
    found, by_name = Found(), defaultdict[str, list[_Record]](list)
    cut = blank = 0
    for row in read_rows(path, COLUMNS):
        found.rows += 1
        cut += row[TYPE] not in (*TYPES, "")
        blank += not row[TYPE]
        record = _record(row, found)
        if record is not None:
            by_name[row[NAME]].append(record)
    progress(_("lines read"), found.rows, None)
    if cut or blank:
        found.remarks.append(
            _("%(cut)s cells of %(column)s are cut and %(blank)s are blank: the columns beside them tell the same.")
            % {"cut": cut, "column": TYPE, "blank": blank}
        )
    for name, records in sorted(by_name.items()):
        records.sort(key=lambda record: record.day)
        found.series.append(_series(name, records, found))
    return found


def _record(row: Row, found: Found) -> _Record | None:
    numbers = {}
    sound = True
    for column in (DAY, TARGET, MEAN, SD, SCORE):
        parsed = quality.parse_number(row[column])
        numbers[column] = parsed.value
        if parsed.fault not in (None, quality.Kind.MISSING):
            sound = False
            said = say_finding(quality.Finding(0, parsed.fault, {"text": row[column]}))
            found.faults.append(Fault(row.line, column, said))
    loaded = quality.parse_day(row[LOADED])
    if loaded.value is None or not row[NAME]:
        column, said = (LOADED, _("Write the day.")) if row[NAME] else (NAME, _("Write a name."))
        found.faults.append(Fault(row.line, column, said))
        return None
    if row[DAY_NAME] not in WEEKDAYS:
        found.faults.append(Fault(row.line, DAY_NAME, _("Write the name of a weekday.")))
        return None
    back = (loaded.value.weekday() - WEEKDAYS.index(row[DAY_NAME])) % 7 or 7
    day = loaded.value - timedelta(days=back)
    if not sound:
        return None
    return _Record(row.line, day, numbers[DAY], numbers[TARGET], numbers[MEAN], numbers[SD], numbers[SCORE])


def _series(name: str, records: list[_Record], found: Found) -> CitySeries:
    direction = _direction(records)
    aim = Aim(direction)
    known = [record.value for record in records if record.value is not None]
    middle = median(known) if known else 0.0
    series = CitySeries(name, unit=UNITS.get(name, SHARE), direction=direction, is_rare=name in RARE)
    for record in records:
        series.add(record.line, record.day, record.value)
        target = record.target
        if target is not None and middle and not middle / FAR <= target <= middle * FAR:
            found.faults.append(
                Fault(
                    record.line,
                    TARGET,
                    _("The target %(target)s is in another unit than the values, %(usual)s as a rule. Check it.")
                    % {"target": f"{target:g}", "usual": f"{middle:.3g}"},
                )
            )
        elif target is not None:
            series.target = target
        if record.score is not None and record.value is not None:
            match, ours = compare(record.score, record.value, _target_of(record, aim), aim)
            if match == Match.INVERTED and ours is not None:
                told = {"score": f"{record.score:.4g}", "ours": f"{ours:.4g}"}
                said = say_finding(quality.Finding(0, quality.Kind.INVERTED, told))
                found.faults.append(Fault(record.line, SCORE, said))
    return series


def _direction(records: list[_Record]) -> Direction:
    agree = {Direction.UP: 0, Direction.DOWN: 0}
    for record in records:
        if record.score is None or record.value is None:
            continue
        for direction in agree:
            aim = Aim(direction)
            agree[direction] += compare(record.score, record.value, _target_of(record, aim), aim)[0] == Match.SAME
    return max(agree, key=lambda direction: agree[direction])


def _target_of(record: _Record, aim: Aim) -> float | None:
    if record.target is not None or record.mean is None or record.sd is None:
        return record.target
    return historic_target(record.mean, record.sd, aim)
