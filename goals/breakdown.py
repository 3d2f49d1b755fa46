"""The parts of a measure's values, such as council districts, with small counts hidden so that nobody is recognised."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from goals.models import Measure

Part = tuple[date, str, Decimal, int | None]


@dataclass(frozen=True)
class Cell:
    """One part in one period; hidden, or without a value where there is none."""

    value: Decimal | None = None
    count: int | None = None
    is_hidden: bool = False


@dataclass(frozen=True)
class BreakDown:
    """Rows of (name, one cell for each period), and whether a cell is hidden."""

    starts: list[date]
    rows: list[tuple[str, list[Cell]]]

    @property
    def hides(self) -> bool:
        return any(cell.is_hidden for _name, cells in self.rows for cell in cells)


def break_down(parts: Iterable[Part], adds_up: bool) -> BreakDown:
    """The parts by name in the order of their first mention, and by period; `adds_up`: to a value that is shown.

    A part of 1 to 4 counted is hidden. Where the parts add up, what is hidden could be told from the value and the
    parts that are shown: then the smallest of these are hidden too, until two or more are hidden and 5 or more were
    counted in them together.
    """
    by_period: dict[date, dict[str, Cell]] = {}
    names: dict[str, None] = {}
    for on, name, value, count in parts:
        by_period.setdefault(on, {})[name] = Cell(value, count)
        names.setdefault(name)
    starts = sorted(by_period)
    shown = {on: _hide(by_period[on], adds_up) for on in starts}
    return BreakDown(starts, [(name, [shown[on].get(name, Cell()) for on in starts]) for name in names])


def _hide(cells: dict[str, Cell], adds_up: bool) -> dict[str, Cell]:
    sizes = {name: _size(cell, adds_up) for name, cell in cells.items()}
    hidden = [name for name, size in sizes.items() if size is not None and 0 < size < Measure.SMALLEST_COUNT]
    if hidden and adds_up:
        others = sorted((name for name in cells if name not in hidden), key=lambda name: sizes[name] or 0)
        while others and (len(hidden) < 2 or _together(hidden, sizes) < Measure.SMALLEST_COUNT):
            hidden.append(others.pop(0))
    return {name: Cell(is_hidden=True) if name in hidden else cell for name, cell in cells.items()}


def _size(cell: Cell, adds_up: bool) -> Decimal | None:
    """How many were counted in a part; where whole numbers add up they are counts themselves."""
    if cell.count is not None:
        return Decimal(cell.count)
    if adds_up and cell.value is not None and cell.value >= 0 and cell.value == int(cell.value):
        return cell.value
    return None


def _together(names: Sequence[str], sizes: dict[str, Decimal | None]) -> Decimal:
    return sum((sizes[name] or Decimal(0) for name in names), Decimal(0))
