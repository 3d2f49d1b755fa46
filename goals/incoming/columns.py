"""What the columns of a table mean that somebody brings for a measure; what is not plain is asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from goals.analysis import quality
from goals.incoming.sheets import Cell, Line
from goals.models import Measure
from goals.seriesfile import period_named

PERIOD, VALUE, NOTE, PART, COUNT, OUT = "period", "value", "note", "part", "count", "out"
ROLES = {
    PERIOD: lazy("The period, or a day of it"),
    VALUE: lazy("The value"),
    NOTE: lazy("A note"),
    PART: lazy("A part of the value, named by its heading"),
    COUNT: lazy("How many were counted in the part on the left"),
    OUT: lazy("Leave it out"),
}
WORDS = {
    PERIOD: {"period", "period from", "date", "day", "week", "month", "quarter", "year"},
    VALUE: {"value"},
    NOTE: {"note", "notes", "comment", "comments", "remark"},
    COUNT: {"count", "counted", "n"},
}


@dataclass(frozen=True)
class Column:
    """One column: its heading ("" without), the role that it seems to have, and its first cells."""

    heading: str
    role: str
    first: tuple[str, ...]


@dataclass(frozen=True)
class Columns:
    """The columns of a table, its lines without the heading, and whether the roles are plain from what stands there."""

    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    are_plain: bool

    @property
    def roles(self) -> tuple[str, ...]:
        return tuple(column.role for column in self.columns)


def columns_of(lines: Sequence[Line], measure: Measure, parts: Sequence[str] = ()) -> Columns:
    """Read the columns; `parts` are the names that the measure's break-down has had."""
    count = max(len(line.cells) for line in lines)
    heading = _heading(lines[0])
    body = tuple(lines[1:] if heading else lines)
    names = [str(heading[place]).strip() if place < len(heading) else "" for place in range(count)]
    known = {name.casefold() for name in parts}
    roles = [_by_heading(name, measure, known) for name in names]
    cells = [[cell_at(line, place) for line in body] for place in range(count)]
    if PERIOD not in roles:
        _give_only(roles, PERIOD, [place for place in range(count) if not roles[place] and _are_periods(cells[place])])
    if VALUE not in roles:
        free = [place for place in range(count) if not roles[place]]
        numbers = [place for place in free if _are_numbers(cells[place])]
        _give_only(roles, VALUE, free if len(free) == 1 else numbers)
    are_plain = all(roles) and roles.count(PERIOD) == 1 and roles.count(VALUE) == 1
    suggested = [role or (PART if measure.broken_down_by and names[at] else OUT) for at, role in enumerate(roles)]
    if not are_plain:
        _suggest(suggested, roles, cells)
    return Columns(
        tuple(
            Column(name, role, tuple(str(cell) for cell in its[:3]))
            for name, role, its in zip(names, suggested, cells, strict=True)
        ),
        body,
        are_plain,
    )


def fault_of(roles: Sequence[str], headings: Sequence[str]) -> str:
    """The sentence of what does not fit among chosen roles; "" where all fits."""
    if roles.count(PERIOD) != 1:
        return _("Choose the one column that holds the period.")
    if roles.count(VALUE) != 1:
        return _("Choose the one column that holds the value.")
    if roles.count(NOTE) > 1:
        return _("Choose one column for the note, and leave the others out.")
    named = [headings[at].casefold() for at, role in enumerate(roles) if role == PART]
    if not all(named):
        return _("A part has no name. Write it in the heading, or leave the column out.")
    if len(set(named)) < len(named):
        return _("Two parts have the same name in the heading. Rename one, and bring the table again.")
    if any(role == COUNT and (at == 0 or roles[at - 1] != PART) for at, role in enumerate(roles)):
        return _("A column of counts stands to the right of its part. Change the order, and bring the table again.")
    return ""


def cell_at(line: Line, place: int) -> Cell:
    return line.cells[place] if place < len(line.cells) else ""


def _heading(first: Line) -> tuple[Cell, ...]:
    """The first line, where it reads as words: no cell of it is a period, and it begins without a figure."""
    texts = [str(cell) for cell in first.cells]
    if any(character.isdigit() for character in texts[0]) or any(period_named(text)[1] for text in texts):
        return ()
    return first.cells


def _by_heading(name: str, measure: Measure, parts: set[str]) -> str:
    name = name.casefold()
    own = {measure.name.casefold(), measure.unit.casefold(), f"{_('Value')} ({measure.unit})".casefold()}
    if name in parts:
        return PART
    if name in own or name == f"value ({measure.unit})".casefold():
        return VALUE
    roles = [role for role, words in WORDS.items() if name in words]
    return next((role for role in roles if role != COUNT or measure.broken_down_by), "")


def _give_only(roles: list[str], role: str, places: Sequence[int]) -> None:
    if len(places) == 1:
        roles[places[0]] = role


def _suggest(suggested: list[str], roles: Sequence[str], cells: Sequence[Sequence[Cell]]) -> None:
    """What a person is asked to confirm: the leftmost columns that could be the period and the value."""
    for role, fits in ((PERIOD, _are_periods), (VALUE, _are_numbers)):
        free = [at for at, its in enumerate(cells) if not roles[at] and suggested[at] in (OUT, PART) and fits(its)]
        if role not in suggested and free:
            suggested[free[0]] = role


def _are_periods(cells: Sequence[Cell]) -> bool:
    texts = [str(cell) for cell in cells if cell != ""]
    read = sum(any(period_named(text, day_first)[1] for day_first in (False, True)) for text in texts)
    return bool(texts) and read * 2 >= len(texts)


def _are_numbers(cells: Sequence[Cell]) -> bool:
    known = [cell for cell in cells if cell != ""]
    return bool(known) and sum(_is_number(cell) for cell in known) * 2 >= len(known)


def _is_number(cell: Any) -> bool:
    if not isinstance(cell, str):
        return True
    return quality.parse_number(cell).fault in (None, quality.Kind.OTHER_COMMA)
