"""How charts say things: values with their unit, periods by their cadence, and how much room a text takes."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from itertools import accumulate, takewhile
from typing import Literal
from unicodedata import category, east_asian_width, normalize

from django.utils import formats
from django.utils.dates import MONTHS_3
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

Cadence = Literal["daily", "weekly", "monthly", "quarterly", "yearly"]

MONTHS = {"monthly": 1, "quarterly": 3, "yearly": 12}
TEXT = 11.5
NOT_XML = re.compile("[^\\t\\n\\x20-\\x7e\\xa0-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")
# Widths of Public Sans in hundredths of the letter size, at the heavier of the two weights that charts use.
WIDTHS = {
    letter: width
    for width, letters in {
        25: " `´·",
        29: "!',.:;i|¡¦j",
        33: "()[]lIÌÍÎÏ",
        39: "/\\{}-",
        42: "Jrtfº",
        50: '*"°^z«»',
        54: "sv?_",
        58: "aeykxco<>=",
        61: "+bdhnpqu~−–FL#T",
        64: "27E0g£",
        68: "34569SPYRBZ8$",
        72: "VXADCUK",
        79: "GOQNH&w",
        90: "@…",
        96: "mMW%",
    }.items()
    for letter in letters
}


def measured(value: float, unit: str) -> str:
    """A value with its unit, as people say it: "12.5 days", "95%", "$46,000"."""
    return _with_unit(_number(value), unit)


def changed(value: float, unit: str = "", places: int | None = None) -> str:
    """A change with its sign: "−7.0 days", "+0.3 days", "0". `places` fixes the decimals, so that several agree."""
    if places is None:
        places = places_of(value)
    size = formats.number_format(f"{abs(value):.{places}f}", force_grouping=True)
    sign = "" if round(abs(value), places) == 0 else "−" if value < 0 else "+"
    return f"{sign}{_with_unit(size, unit)}"


def places_of(*values: float) -> int:
    """How many decimals (0 to 2) values of this size are told with, when they stand side by side."""
    largest = max(map(abs, values), default=0.0)
    return 0 if largest >= 1000 else 1 if largest >= 1 else 2


def month_year(on: date) -> str:
    """ "Oct 2026"."""
    return formats.date_format(on, "M Y")


def end_of(on: date, cadence: Cadence) -> date:
    """The first day after the period that begins `on`."""
    if on.year >= date.max.year - 1:
        return date.max
    if cadence in MONTHS:
        month = on.year * 12 + on.month - 1 + MONTHS[cadence]
        return date(month // 12, month % 12 + 1, 1) if on.day == 1 else _same_day(on, month)
    return on + timedelta(days=7 if cadence == "weekly" else 1)


def namer(cadence: Cadence) -> Callable[[date], str]:
    """A function that names the period which begins on a day: "Oct 2026", "Oct–Dec 2026", "Week of Oct 5, 2026"."""

    @cache
    def named(number: int) -> str:
        return str(MONTHS_3[number]).capitalize()

    # One template for all: formats.date_format costs ten times as much, and a daily chart names thousands of days.
    day, month = _("%(month)s %(day)s, %(year)s"), _("%(month)s %(year)s")
    week = _("Week of %(day)s")

    def of_day(on: date) -> str:
        return day % {"month": named(on.month), "day": on.day, "year": on.year}

    def of_month(on: date) -> str:
        return month % {"month": named(on.month), "year": on.year}

    def of_week(on: date) -> str:
        return week % {"day": of_day(on)}

    def of_span(on: date) -> str:
        return span(on, end_of(on, cadence) - timedelta(days=1))

    def of_year(on: date) -> str:
        return str(on.year) if on.month == 1 else of_span(on)

    return {"daily": of_day, "weekly": of_week, "monthly": of_month, "quarterly": of_span, "yearly": of_year}[cadence]


def span(first: date, last: date) -> str:
    """Months from the one of the first day to the one of the last: "Feb–Sep 2026", "Oct 2024–Jan 2026"."""
    if (first.year, first.month) == (last.year, last.month):
        return month_year(last)
    start = formats.date_format(first, "M") if first.year == last.year else month_year(first)
    return f"{start}–{month_year(last)}"


def periods(count: int, cadence: Cadence) -> str:
    """ "16 months"."""
    said = {
        "daily": ngettext("%(count)s day", "%(count)s days", count),
        "weekly": ngettext("%(count)s week", "%(count)s weeks", count),
        "monthly": ngettext("%(count)s month", "%(count)s months", count),
        "quarterly": ngettext("%(count)s quarter", "%(count)s quarters", count),
        "yearly": ngettext("%(count)s year", "%(count)s years", count),
    }[cadence]
    return said % {"count": formats.number_format(count, force_grouping=True)}


def width_of(text: str, size: float = TEXT) -> float:
    """The room in pixels that a text takes in our typeface; rather too much than too little."""
    return sum(WIDTHS.get(letter) or _other(letter) for letter in text) * size / 100


def fitted(text: str, room: float, size: float = TEXT) -> str:
    """The text, or as much of it as fits the room in pixels, ending in "…"; "" where not even one letter fits."""
    if width_of(text, size) <= room:
        return text
    left = room - width_of("…", size)
    kept = len(list(takewhile(lambda used: used <= left, accumulate(width_of(letter, size) for letter in text))))
    return f"{text[:kept].rstrip()}…" if kept else ""


def clean(text: str) -> str:
    """The text without what XML cannot hold (control characters, half pairs, non-characters)."""
    return text if text.isascii() and text.isprintable() else NOT_XML.sub("", text)


def _same_day(on: date, month: int) -> date:
    """The day of `on` in another month, counted from year 0; the last day of the month where it is shorter."""
    after = date((month + 1) // 12, (month + 1) % 12 + 1, 1)
    return min(date(month // 12, month % 12 + 1, 1) + timedelta(days=on.day - 1), after - timedelta(days=1))


def _other(letter: str) -> int:
    """The width of a letter outside the table: that of its base letter, or a guess on the wide side."""
    base = normalize("NFD", letter)[0]
    if base in WIDTHS:
        return WIDTHS[base]
    if category(letter) in ("Mn", "Cf"):
        return 0
    return 100 if east_asian_width(letter) in "WF" or not letter.isalnum() else 62 if letter.islower() else 80


def _with_unit(text: str, unit: str) -> str:
    if unit == "$":
        return f"-${text[1:]}" if text.startswith("-") else f"${text}"
    return f"{text}{unit}" if unit == "%" else f"{text} {unit}".strip()


def _number(value: float) -> str:
    rounded = round(float(value), 0 if abs(value) >= 1000 else 1 if abs(value) >= 10 else 2) + 0.0
    text = f"{rounded:.2f}".rstrip("0").rstrip(".")
    if abs(rounded) < 1000:
        # Nothing to group: number_format costs five times as much, and a chart says hundreds of values.
        return text.replace(".", str(formats.get_format("DECIMAL_SEPARATOR")))
    return str(formats.number_format(text, force_grouping=True))
