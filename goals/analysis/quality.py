"""What looks wrong in values that are about to be entered: everything is reported, nothing is guessed in silence."""

import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Generic, TypeVar

import numpy as np

from goals.analysis.aim import Aim
from goals.analysis.scores import Match, compare
from goals.analysis.xmr import series_of

LEAST = 5  # values that say what is usual
HALF_A_DECADE = 0.5
LARGEST_FACTOR = 3  # 10 ** 3
MISSING = {"", "-", "–", "—", ".", "n/a", "na", "nan", "null", "none", "#n/a"}
SPELLINGS = {
    ".": re.compile(r"[+-]?(\d+|[1-9]\d{0,2}(,\d{3})+)?(\.\d+)?([eE][+-]?\d{1,3})?"),
    ",": re.compile(r"[+-]?(\d+|[1-9]\d{0,2}(\.\d{3})+)?(,\d+)?([eE][+-]?\d{1,3})?"),
}
ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?")
AMERICAN = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4}|\d{2})(?: \d{1,2}:\d{2}(?::\d{2})?(?: ?[AaPp][Mm])?)?")
NAMED = re.compile(r"([A-Za-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})")
NAMED_BEHIND = re.compile(r"(\d{1,2}) ([A-Za-z]{3,9})\.?,? (\d{4})")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
CENTURY_TURNS = 69  # two-digit years: 69 is 1969, 68 is 2068, as POSIX has it

T = TypeVar("T")


class Kind(StrEnum):
    """What is wrong; the sentences are in `goals.words`."""

    MISSING = "missing"
    NOT_A_NUMBER = "not_a_number"
    OTHER_COMMA = "other_comma"
    NOT_A_DAY = "not_a_day"
    NO_SUCH_DAY = "no_such_day"
    FUTURE = "future"
    TWICE = "twice"
    GAP = "gap"
    FACTOR = "factor"
    INVERTED = "inverted"
    MIRRORED = "mirrored"


@dataclass(frozen=True)
class Finding:
    """One thing to look at: the position in the series (the first is 0), its kind, the values for its sentence."""

    position: int
    kind: Kind
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Parsed(Generic[T]):
    """What a text means, or the kind of what is wrong with it; `unit` is "%" or "$" where it carried one."""

    value: T | None = None
    fault: Kind | None = None
    unit: str = ""


def parse_number(text: str, *, decimal: str = ".") -> Parsed[float]:
    """A number as Americans write it: 1,234.5 · $46,000 · 95% · (12.50) · 1.2e3; a per cent sign does not divide.

    `decimal`: "." or ",", which swaps comma and point. Faults: missing (empty, "-", "n/a"), other_comma (it reads as
    a number only with the other one of comma and point as the decimal sign), not_a_number. ValueError for another
    `decimal`.
    """
    if decimal not in SPELLINGS:
        raise ValueError("The decimal sign is a point or a comma.")
    bare = text.replace("\u00a0", " ").replace("\u2212", "-").strip()
    if bare.lower() in MISSING:
        return Parsed(fault=Kind.MISSING)
    if bare.startswith("(") and bare.endswith(")"):
        bare = "-" + bare[1:-1].strip()
    unit = next((sign for sign in "%$" if sign in bare), "")
    if unit:
        bare = bare.replace(unit, "", 1).strip()
    other = "," if decimal == "." else "."
    if re.search(r"\d", bare) and SPELLINGS[decimal].fullmatch(bare):
        value = float(bare.replace(other, "").replace(decimal, "."))
        return Parsed(value, unit=unit) if np.isfinite(value) else Parsed(fault=Kind.NOT_A_NUMBER)
    if re.search(r"\d", bare) and SPELLINGS[other].fullmatch(bare):
        return Parsed(fault=Kind.OTHER_COMMA)
    return Parsed(fault=Kind.NOT_A_NUMBER)


def parse_day(text: str, *, day_first: bool = False) -> Parsed[date]:
    """A day as 2024-01-31, 1/31/2024, 1-31-24, Jan 31, 2024 or 31 January 2024; a time of day behind it is left off.

    Slashes are read month first, as Americans write, or `day_first`; a two-digit year is 1969 to 2068. Faults:
    missing, not_a_day (no such spelling), no_such_day (February 30, or a 13th month: perhaps in the other order).
    """
    bare = " ".join(text.split())
    if bare.lower() in MISSING:
        return Parsed(fault=Kind.MISSING)
    month: int | None
    if found := ISO.fullmatch(bare):
        year, month, day = map(int, found.groups())
    elif found := AMERICAN.fullmatch(bare):
        month, day, year = map(int, found.groups())
        if day_first:
            month, day = day, month
        if len(found[3]) == 2:
            year += 2000 if year < CENTURY_TURNS else 1900
    elif found := NAMED.fullmatch(bare):
        month, day, year = _month(found[1]), int(found[2]), int(found[3])
    elif found := NAMED_BEHIND.fullmatch(bare):
        day, month, year = int(found[1]), _month(found[2]), int(found[3])
    else:
        return Parsed(fault=Kind.NOT_A_DAY)
    if month is None:
        return Parsed(fault=Kind.NOT_A_DAY)
    try:
        return Parsed(date(year, month, day))
    except ValueError:
        return Parsed(fault=Kind.NO_SUCH_DAY)


def texts(cells: Sequence[str], *, decimal: str = ".") -> tuple[list[float | None], list[Finding]]:
    """The numbers of n cells, None where there is none, and what is wrong with the cells; an empty cell is no fault.

    Where one cell reads only with the other decimal sign, cells such as 1,234 are in doubt too and are found.
    """
    parsed = [parse_number(cell, decimal=decimal) for cell in cells]
    findings = [
        Finding(at, one.fault, {"text": cells[at].strip()})
        for at, one in enumerate(parsed)
        if one.fault and one.fault != Kind.MISSING
    ]
    if any(found.kind == Kind.OTHER_COMMA for found in findings):
        other = "," if decimal == "." else "."
        in_doubt = [at for at, one in enumerate(parsed) if not one.fault and other in cells[at]]
        findings += [Finding(at, Kind.OTHER_COMMA, {"text": cells[at].strip()}) for at in in_doubt]
    return [one.value for one in parsed], sorted(findings, key=lambda found: found.position)


def future(days: Sequence[date], today: date) -> list[Finding]:
    """The days after `today`."""
    return [Finding(at, Kind.FUTURE, {"day": day}) for at, day in enumerate(days) if day > today]


def twice(periods: Sequence[Hashable]) -> list[Finding]:
    """Periods that stood there before; `first` is the position where."""
    first: dict[Hashable, int] = {}
    return [
        Finding(at, Kind.TWICE, {"period": period, "first": first[period]})
        for at, period in enumerate(periods)
        if first.setdefault(period, at) != at
    ]


def gaps(numbers: Sequence[int]) -> list[Finding]:
    """Missing periods, for periods as running numbers in any order; found at the first one after it, with how many."""
    order = sorted(range(len(numbers)), key=lambda at: numbers[at])
    return [
        Finding(order[k], Kind.GAP, {"missing": numbers[order[k]] - numbers[order[k - 1]] - 1})
        for k in range(1, len(order))
        if numbers[order[k]] - numbers[order[k - 1]] > 1
    ]


def factor_jumps(values: Sequence[Any], history: Sequence[Any] | None = None) -> list[Finding]:
    """Values that lie among the usual ones once divided by 10, 100 or 1,000, or multiplied (a share among per cents).

    `values`: None or nan for missing, any unit; `history`: the values that say what is usual, by default these. Usual
    are those within half a power of ten of the median size; they must be at least five and more than half of all that
    are not zero, else nothing can be said. The values of the sentence: `value`, `factor` (what it seems to be too
    large by; below 1 when too small), `usual` (the median).
    """
    series = series_of(values)
    before = series if history is None else series_of(history)
    known = np.abs(before[~np.isnan(before) & (before != 0)])
    if not known.size:
        return []
    middle = float(np.median(known))
    usual = known[np.abs(np.log10(known / middle)) < HALF_A_DECADE]
    if usual.size < LEAST or usual.size * 2 <= known.size:
        return []
    room = (usual.max() - usual.min()) / 2 + middle * 1e-9
    size = np.abs(np.where(np.isnan(series) | (series == 0), middle, series))
    powers = np.round(np.log10(size / middle))
    turned = size / 10.0**powers
    off = (np.abs(powers) >= 1) & (np.abs(powers) <= LARGEST_FACTOR)
    off &= (turned >= usual.min() - room) & (turned <= usual.max() + room)
    return [
        Finding(
            int(at),
            Kind.FACTOR,
            {"value": float(series[at]), "factor": 10.0 ** int(powers[at]), "usual": float(middle)},
        )
        for at in np.flatnonzero(off)
    ]


def inverted(rows: Sequence[tuple[float | None, float | None, float | None]], aim: Aim) -> list[Finding]:
    """Rows (score, value, target) whose score was computed the wrong way round, None for what is missing.

    The score has no unit, value and target share one. The values of the sentence: `score` and `ours`, the right one.
    """
    findings = []
    for at, (published, value, target) in enumerate(rows):
        if published is None or value is None:
            continue
        match, ours = compare(published, value, target, aim)
        if match == Match.INVERTED:
            findings.append(Finding(at, Kind.INVERTED, {"score": published, "ours": ours}))
    return findings


def mirrored(values: Sequence[Any], history: Sequence[Any], whole: float) -> list[Finding]:
    """Values far from the usual ones whose rest to `whole` (1 or 100) lies among them: the share of the opposite.

    Usual is the span of `history`, five values or more, in the same unit, and as much again on both sides; nothing can
    be said where a value and its rest could both be usual. The values of the sentence: `value`, `rest`.
    """
    series, before = series_of(values), series_of(history)
    before = before[~np.isnan(before)]
    if before.size < LEAST:
        return []
    room = (before.max() - before.min()) / 2 + whole * 1e-9
    low, high = before.min() - room, before.max() + room
    return [
        Finding(at, Kind.MIRRORED, {"value": float(value), "rest": float(whole - value)})
        for at, value in enumerate(series)
        if 0 <= value <= whole and not low <= value <= high and low <= whole - value <= high
    ]


def _month(name: str) -> int | None:
    """1 to 12 for a month's name or its beginning of three letters or more, else None."""
    start = name.lower()[:3]
    return MONTHS.index(start) + 1 if start in MONTHS else None
