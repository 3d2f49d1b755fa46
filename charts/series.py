"""Values over time: a line with its gaps, the target, the deliveries and the average before them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby

from django.utils import formats
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from charts.scale import Linear, decimals, finite, month_ticks, nice_ticks, px
from charts.words import measured, month_year

ENOUGH_FOR_A_LINE = 8
LETTER = 6.3
LINE_HEIGHT = 15.0
WIDE = 860
NARROW = 340


@dataclass(frozen=True)
class Point:
    """One measurement: the day that it stands for, and its value, or None where there is a gap."""

    on: date
    value: float | None


@dataclass(frozen=True)
class Mark:
    """Something that happened on a day, such as a delivery."""

    on: date
    label: str


@dataclass(frozen=True)
class Series:
    """What to draw. Values, target and baseline share one `unit`; `finding` is the sentence that the chart shows.

    `baseline` is the average before the first mark. ValueError when a number is not finite.
    """

    points: Sequence[Point]
    finding: str
    title: str = ""
    unit: str = ""
    target: float | None = None
    target_by: date | None = None
    baseline: float | None = None
    marks: Sequence[Mark] = field(default_factory=tuple)

    def __post_init__(self) -> None:
        finite(self.heights())

    def heights(self) -> list[float]:
        """Every number that needs room on the vertical axis."""
        values = [point.value for point in self.points if point.value is not None]
        return values + [extra for extra in (self.target, self.baseline) if extra is not None]

    def days(self) -> list[date]:
        """Every day that needs room on the horizontal axis."""
        return [point.on for point in self.points] + [mark.on for mark in self.marks]


@dataclass(frozen=True)
class _Frame:
    """The drawing area of one size: its edges and its two scales."""

    width: int
    height: int
    left: float
    right: float
    top: float
    bottom: float
    x: Linear
    y: Linear
    ticks: list[float]

    @property
    def is_narrow(self) -> bool:
        return self.width < 500

    def at(self, on: date) -> float:
        return self.x(on.toordinal())


def draw(series: Series, width: int = WIDE, height: int = 0) -> SafeString:
    """The chart as one SVG, `width` by `height` pixels (by default in proportion); empty without a value."""
    if not series.heights() or not series.days():
        return SafeString()
    frame = _frame(series, width, height or (round(width * 0.42) if width >= 500 else round(width * 0.8)))
    parts = [
        *_grid(frame),
        *_months(frame, series),
        *_levels(frame, series),
        *_marks(frame, series),
        *_line(frame, series),
        *_dots(frame, series),
        *_end_labels(frame, series),
    ]
    title = f"<title>{escape(series.title)}</title>" if series.title else ""
    box = f'viewBox="0 0 {frame.width} {frame.height}"'
    return mark_safe(
        f'<svg class="chart" {box} role="img" aria-label="{escape(series.finding)}">{title}{"".join(parts)}</svg>'
    )


def draw_both(series: Series) -> SafeString:
    """The chart twice: drawn for wide screens, and drawn anew for small ones."""
    wide, narrow = draw(series), draw(series, NARROW)
    if not wide:
        return SafeString()
    return mark_safe(f'<div class="only-wide">{wide}</div><div class="only-narrow">{narrow}</div>')


def numbers(series: Series) -> list[tuple[str, str]]:
    """The same as rows of text (month, value) for the table beneath the chart; a gap says so."""
    return [
        (month_year(point.on), _("no value") if point.value is None else measured(point.value, series.unit))
        for point in series.points
    ]


def _frame(series: Series, width: int, height: int) -> _Frame:
    low, high = min(series.heights()), max(series.heights())
    ticks = nice_ticks(low, high, 6 if width >= 500 else 4)
    widest = max(len(_tick(tick, ticks)) for tick in ticks)
    rows = len(_flag_rows(series.marks))
    left = 12 + LETTER * widest
    right = width - (
        16 + LETTER * max((len(text) for text, _level, _css in _ends(series)), default=0) if width >= 500 else 12
    )
    top = 14 + LINE_HEIGHT * 1.6 * rows
    first, last = min(series.days()).toordinal(), max(series.days()).toordinal()
    if first == last:
        first, last = first - 15, last + 15
    return _Frame(
        width=width,
        height=height,
        left=left,
        right=right,
        top=top,
        bottom=height - 40,
        x=Linear(first, last, left + 8, right - 8),
        y=Linear(ticks[0], ticks[-1], height - 40, top),
        ticks=ticks,
    )


def _tick(tick: float, ticks: list[float]) -> str:
    return str(formats.number_format(f"{tick:.{decimals(ticks)}f}", force_grouping=True))


def _text(x: float, y: float, text: str, css: str = "", anchor: str = "") -> str:
    css = f' class="{css}"' if css else ""
    anchor = f' text-anchor="{anchor}"' if anchor else ""
    return f'<text{css} x="{px(x)}" y="{px(y)}"{anchor}>{escape(text)}</text>'


def _grid(frame: _Frame) -> Iterable[str]:
    for tick in frame.ticks:
        y = px(frame.y(tick))
        yield f'<line class="grid" x1="{px(frame.left)}" x2="{px(frame.right)}" y1="{y}" y2="{y}"/>'
        yield _text(frame.left - 8, frame.y(tick) + 4, _tick(tick, frame.ticks), anchor="end")


def _months(frame: _Frame, series: Series) -> Iterable[str]:
    start = date.fromordinal(int(frame.x.low))
    end = date.fromordinal(int(frame.x.high))
    year = None
    for on in month_ticks(start, end, 5 if frame.is_narrow else 9):
        x = frame.at(on)
        yield _text(x, frame.bottom + 18, formats.date_format(on, "M"), anchor="middle")
        if on.year != year:
            year = on.year
            yield _text(x, frame.bottom + 33, str(year), "s", "middle")


def _levels(frame: _Frame, series: Series) -> Iterable[str]:
    if series.baseline is not None:
        until = min((mark.on for mark in series.marks), default=None)
        end = frame.at(until) if until else frame.right
        y = frame.y(series.baseline)
        yield f'<path class="mean" d="M{px(frame.left)} {px(y)}H{px(end)}"/>'
    if series.target is not None:
        yield f'<path class="target" d="M{px(frame.left)} {px(frame.y(series.target))}H{px(frame.right)}"/>'


def _flag_rows(marks: Sequence[Mark]) -> list[Mark]:
    return sorted(marks, key=lambda mark: mark.on)[-3:]


def _marks(frame: _Frame, series: Series) -> Iterable[str]:
    for row, mark in enumerate(_flag_rows(series.marks)):
        x, top = frame.at(mark.on), 4 + row * LINE_HEIGHT * 1.6
        label = _fitted(mark.label, min(60, int(frame.width / LETTER) - 4))
        length = LETTER * len(label) + 16
        box = min(max(x if x < frame.width / 2 else x - length, 1), frame.width - length - 1)
        yield f'<line class="mark" x1="{px(x)}" x2="{px(x)}" y1="{px(top)}" y2="{px(frame.bottom)}"/>'
        yield f'<rect class="flagbox" x="{px(box)}" y="{px(top)}" width="{px(length)}" height="20" rx="3"/>'
        yield _text(box + 8, top + 14, label, "flag")


def _fitted(text: str, letters: int) -> str:
    return text if len(text) <= letters else f"{text[: letters - 1].rstrip()}…"


def _line(frame: _Frame, series: Series) -> Iterable[str]:
    points = sorted(series.points, key=lambda point: point.on)
    if sum(point.value is not None for point in points) < ENOUGH_FOR_A_LINE:
        return
    for is_value, run in groupby(points, key=lambda point: point.value is not None):
        places = [f"{px(frame.at(p.on))} {px(frame.y(p.value))}" for p in run if p.value is not None]
        if is_value and len(places) > 1:
            yield f'<path class="series" d="M{"L".join(places)}"/>'


def _dots(frame: _Frame, series: Series) -> Iterable[str]:
    radius = "3.6" if frame.is_narrow else "4.5"
    for point in series.points:
        if point.value is not None:
            told = escape(f"{month_year(point.on)}: {measured(point.value, series.unit)}")
            place = f'cx="{px(frame.at(point.on))}" cy="{px(frame.y(point.value))}" r="{radius}"'
            yield f'<circle class="pt" {place}><title>{told}</title></circle>'


def _ends(series: Series) -> list[tuple[str, float, str]]:
    """The labels at the right edge: text, height in units, class."""
    ends = []
    if series.target is not None:
        ends.append((_("Target %(value)s") % {"value": measured(series.target, series.unit)}, series.target, "b"))
        if series.target_by:
            ends.append((_("by %(month)s") % {"month": month_year(series.target_by)}, series.target, ""))
    values = [point for point in sorted(series.points, key=lambda point: point.on) if point.value is not None]
    if values and values[-1].value is not None:
        ends.append((_("Now %(value)s") % {"value": measured(values[-1].value, series.unit)}, values[-1].value, "s"))
    return ends


def _end_labels(frame: _Frame, series: Series) -> Iterable[str]:
    if series.baseline is not None:
        told = _("Before: average %(value)s") % {"value": measured(series.baseline, series.unit)}
        yield _text(frame.left + 4, _above(frame, series, series.baseline, LETTER * len(told)), told, "b halo")
    if frame.is_narrow:
        if series.target is not None:
            told = _("Target %(value)s") % {"value": measured(series.target, series.unit)}
            yield _beside_level(frame, series, series.target, told)
        return
    free = frame.top
    for text, level, css in sorted(_ends(series), key=lambda end: frame.y(end[1])):
        y = max(frame.y(level) + 4, free)
        free = y + LINE_HEIGHT
        yield _text(frame.right + 8, y, text, css)


def _above(frame: _Frame, series: Series, level: float, length: float) -> float:
    """The height of a label at the left end, above its line and above the values that it would cross."""
    near = [p for p in series.points if p.value is not None and frame.at(p.on) <= frame.left + length + 12]
    return max(min([frame.y(level), *(frame.y(p.value or 0.0) for p in near)]) - 10, frame.top - 2)


def _beside_level(frame: _Frame, series: Series, level: float, text: str) -> str:
    """A label above or below its line, at the left or the right end: where the values leave most room."""
    length = LETTER * len(text)
    places = [(x, frame.y(level) + shift) for x in (frame.left + 4, frame.right - length - 4) for shift in (-8, 16)]

    def room(place: tuple[float, float]) -> float:
        x, y = place
        near = [p for p in series.points if p.value is not None and x - 8 <= frame.at(p.on) <= x + length + 8]
        return min((abs(frame.y(p.value or 0.0) - y + 4) for p in near), default=frame.height)

    x, y = max(places, key=lambda place: min(room(place), 24.0))
    return _text(x, min(max(y, 12.0), frame.bottom - 4), text, "b halo")


def monthly(values: Iterable[tuple[date, float]]) -> list[Point]:
    """Points for each month from the first to the last, so that a month without a value stays a gap.

    `values`: (day, value); of several in one month the latest counts.
    """
    by_month = {on.replace(day=1): value for on, value in sorted(values, key=lambda pair: pair[0])}
    if not by_month:
        return []
    points, month, last = [], min(by_month), max(by_month)
    while month <= last:
        points.append(Point(month, by_month.get(month)))
        month = (month + timedelta(days=32)).replace(day=1)
    return points
