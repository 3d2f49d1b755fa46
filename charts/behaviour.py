"""Process behaviour charts: values over time with what is normal for them, drawn so that only signals stand out.

The numbers (averages, limits, which values are signals) come from outside; see goals.analysis for where they are made.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from itertools import groupby, pairwise
from operator import attrgetter
from typing import Literal, NamedTuple

import numpy as np
from django.utils import formats
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from charts.plot import Room, apart, both, shape, svg, touch, words
from charts.scale import LARGEST, Linear, decimals, finite, month_ticks, nice_ticks, px
from charts.words import (
    TEXT,
    Cadence,
    clean,
    end_of,
    fitted,
    measured,
    month_year,
    namer,
    periods,
    span,
    width_of,
)

Kind = Literal["routine", "good", "bad", "high", "low", "plain"]

WIDE = 780
NARROW = 340
ENOUGH_FOR_A_LINE = 8
FLAG_ROWS = 3
FLAG_STEP = 24.0
LINE = 14.0
REMARK = 19.0
# Closer than this many pixels, values are drawn as a line with dots for the signals only.
DENSE = 4.2
# Days between two neighbouring values from which on a period is missing between them. Days may skip a long weekend.
LENGTH = {"daily": 1.0, "weekly": 7.0, "monthly": 30.4, "quarterly": 91.3, "yearly": 365.2}
BREAK = {"daily": 5, "weekly": 11, "monthly": 45, "quarterly": 140, "yearly": 550}
MOST_TOLD = 12

# A label at the right edge: its level in units, and its lines with their classes.
_End = tuple[float, list[tuple[str, str]]]


@dataclass(frozen=True)
class Dot:
    """One value: `on` is the first day of its period, None is a gap. `rules` are those of the four that it breaks.

    `label` names its period where the cadence does not say it as people do ("School year 2026").
    """

    on: date
    value: float | None
    kind: Kind = "routine"
    rules: tuple[int, ...] = ()
    label: str = ""


@dataclass(frozen=True)
class Segment:
    """A stretch with its own average and limits, from the period that begins `first_on` to the one of `last_on`.

    `until`: frozen limits that go on judging later values are drawn on to this day. `tone` is the verdict's, if any.
    `words`: what is said of the mean where it is no average of periods.
    """

    first_on: date
    last_on: date
    mean: float
    low: float | None = None
    high: float | None = None
    provisional: bool = False
    label: str = ""
    until: date | None = None
    tone: Literal["", "good", "bad"] = ""
    words: str = ""


@dataclass(frozen=True)
class Mark:
    """What divides the series: a delivery, or a definition that changed."""

    on: date
    label: str
    kind: Literal["delivery", "definition"] = "delivery"


@dataclass(frozen=True)
class Remark:
    """Something else that changed: a small number on the chart, its words below."""

    on: date
    text: str


@dataclass(frozen=True)
class Chart:
    """What to draw. All values share one unit; `finding` is the sentence that the chart shows.

    `within`: the range that the measure is to keep. `band`: what is normal where it differs from period to period, as
    (low, high) for each of the points, which then are in the order of time. `are_events`: points are not one for each
    period, so that none is missing between two. ValueError when a number is not finite.
    """

    points: Sequence[Dot]
    title: str = ""
    finding: str = ""
    unit: str = ""
    cadence: Cadence = "monthly"
    segments: Sequence[Segment] = ()
    target: float | None = None
    target_by: date | None = None
    within: tuple[float, float] | None = None
    marks: Sequence[Mark] = ()
    remarks: Sequence[Remark] = ()
    band: Sequence[tuple[float, float] | None] = ()
    are_events: bool = False

    def __post_init__(self) -> None:
        if self.points:
            known = self.values[~np.isnan(self.values)]
            told = sum(dot.value is not None for dot in self.points)
            if len(known) < told or (len(known) and np.abs(known).max() > LARGEST):
                raise ValueError("A chart draws finite numbers below 1,000,000,000,000,000 only.")
        finite(self.levels)

    @cached_property
    def dots(self) -> list[Dot]:
        """The points in order of time."""
        return sorted(self.points, key=attrgetter("on"))

    @cached_property
    def values(self) -> np.ndarray:
        """The values in order of time, NaN where there is a gap: shape (n,), in the chart's unit."""
        return np.array(list(map(attrgetter("value"), self.dots)), dtype=float)

    @cached_property
    def days(self) -> np.ndarray:
        """The middle of each point's period, as an ordinal day: shape (n,)."""
        return (
            np.array(list(map(date.toordinal, map(attrgetter("on"), self.dots))), dtype=float)
            + LENGTH[self.cadence] / 2
        )

    @cached_property
    def runs(self) -> list[np.ndarray]:
        """The places (in `dots`) of each stretch of values without a gap between them."""
        known = np.flatnonzero(~np.isnan(self.values))
        gaps = np.diff(known) > 1
        if not self.are_events:
            gaps |= np.diff(self.days[known]) >= BREAK[self.cadence]
        return np.split(known, np.flatnonzero(gaps) + 1)

    @cached_property
    def flagged(self) -> list[int]:
        """The places (in `dots`) of the values that are signals."""
        loud = [at for at, kind in enumerate(map(attrgetter("kind"), self.dots)) if kind != "routine"]
        return [at for at in loud if self.dots[at].kind not in QUIET and self.dots[at].value is not None]

    @property
    def levels(self) -> list[float]:
        """Every number besides the values that needs room on the vertical axis."""
        extra = [self.target, *(self.within or ())]
        for segment in self.segments:
            extra += [segment.mean, segment.low, segment.high]
        extra += [level for limits in self.band if limits for level in limits]
        return [level for level in extra if level is not None]

    @cached_property
    def count(self) -> int:
        return int(np.count_nonzero(~np.isnan(self.values)))

    def count_in(self, segment: Segment) -> int:
        first, last = segment.first_on.toordinal(), end_of(segment.last_on, self.cadence).toordinal()
        return int(np.count_nonzero((self.days >= first) & (self.days < last) & ~np.isnan(self.values)))


QUIET: tuple[Kind, ...] = ("routine", "plain")


class Row(NamedTuple):
    """One line of the table beneath a chart."""

    period: str
    value: str
    reading: str


def draw(chart: Chart, width: int = WIDE, height: int = 0) -> SafeString:
    """The chart as one SVG of that many pixels (by default in proportion); empty without a value."""
    return _drawn(chart, width, height, told(chart))


def draw_both(chart: Chart) -> SafeString:
    """The chart twice: drawn for wide screens, and drawn anew for small ones."""
    said = told(chart)
    return both(_drawn(chart, WIDE, 0, said), _drawn(chart, NARROW, 0, said))


def _drawn(chart: Chart, width: int, height: int, said: str) -> SafeString:
    if not chart.count:
        return SafeString()
    frame = _frame(chart, width, height or (round(width * 0.45) if width >= 500 else round(width * 0.84)))
    room = _room(chart, frame)
    parts = [
        *_grid(frame),
        *_periods(chart, frame),
        *_levels(chart, frame, room),
        *_posts(chart, frame),
        *_line(chart, frame),
        *_dots(chart, frame),
        *_remarks(chart, frame, room),
        *_flags(chart, frame, room),
        *_labels(chart, frame, room),
    ]
    return svg(width, frame.height, parts, chart.title, chart.finding, said, "narrow" if frame.is_narrow else "")


def moving_ranges(chart: Chart, average: float, upper: float, width: int = WIDE, height: int = 0) -> SafeString:
    """The change from each value to the next, never across a gap; empty without one.

    `average` is the average moving range and `upper` its limit (3.267 times the average), in the chart's unit.
    ValueError when one of them is not finite.
    """
    dots: list[Dot] = []
    for run in chart.runs:
        for before, after in pairwise(run):
            one = chart.dots[after]
            change = abs(chart.values[after] - chart.values[before])
            kind: Kind = "high" if change > upper else "routine"
            dots.append(Dot(one.on, float(change), kind, label=one.label))
    if not dots:
        return SafeString()
    over = [_name(chart)(dot) for dot in dots if dot.kind == "high"]
    finding = (
        _("Larger than usual: %(periods)s.") % {"periods": _listed(over)}
        if over
        else _("No change from one value to the next is larger than usual.")
    )
    changes = Chart(
        points=dots,
        title=_("Change from one value to the next: %(title)s") % {"title": chart.title},
        finding=finding,
        unit=chart.unit,
        cadence=chart.cadence,
        segments=[Segment(chart.dots[0].on, dots[-1].on, average, 0.0, upper)],
    )
    frame = _frame(changes, width, height or (150 if width >= 500 else 170), floor=0.0)
    room = _room(changes, frame)
    top = px(frame.y(upper))
    parts = [
        *_grid(frame),
        *_periods(changes, frame),
        f'<path class="limit" d="M{px(frame.left)} {top}H{px(frame.right)}"/>',
        f'<path class="mean" d="M{px(frame.left)} {px(frame.y(average))}H{px(frame.right)}"/>',
        *_line(changes, frame),
        *_dots(changes, frame),
    ]
    told_levels = [
        (upper, _("Limit %(value)s") % {"value": measured(upper, chart.unit)}, ""),
        (average, _("Average %(value)s") % {"value": measured(average, chart.unit)}, "s"),
    ]
    if frame.is_narrow:
        parts += [_beside(frame, room, level, text, css) for level, text, css in told_levels]
    else:
        parts += _gutter(frame, [(level, [(text, css)]) for level, text, css in told_levels])
    told = " ".join([finding, *(f"{text}." for _level, text, _css in told_levels)])
    return svg(width, frame.height, parts, changes.title, finding, told, "narrow" if frame.is_narrow else "")


def moving_ranges_both(chart: Chart, average: float, upper: float) -> SafeString:
    """The changes twice: drawn for wide screens, and drawn anew for small ones. See `moving_ranges`."""
    return both(moving_ranges(chart, average, upper), moving_ranges(chart, average, upper, NARROW))


def numbers(chart: Chart) -> list[Row]:
    """The same as rows of text for the table beneath the chart: period, value, and how it reads."""
    name, wordings = _name(chart), _Wordings()
    return [
        Row(name(dot), measured(dot.value, chart.unit), wordings(dot))
        if dot.value is not None
        else Row(name(dot), _("no value"), "")
        for dot in chart.dots
    ]


def remarks(chart: Chart) -> list[tuple[int, str, str]]:
    """The words of the small numbers on the chart: number, day, text."""
    return [
        (number, formats.date_format(one.on, "M j, Y"), one.text)
        for number, one in enumerate(sorted(chart.remarks, key=attrgetter("on")), 1)
    ]


def legend(chart: Chart) -> list[tuple[Kind, str]]:
    """The kinds of marks that the chart shows, with their words, in a fixed order. See `key`."""
    shown = {dot.kind for dot in chart.points if dot.value is not None}
    said = _readings()
    return [(kind, said[kind]) for kind in said if kind in shown and said[kind]]


def key(kind: Kind) -> SafeString:
    """The mark of one kind by itself, for a legend."""
    return SafeString(
        f'<svg class="chart key" viewBox="0 0 14 14" aria-hidden="true">'
        f'<path class="pt {_css(kind)}" d="{shape(kind, 7, 7, 4.6)}"/></svg>'
    )


def told(chart: Chart) -> str:
    """The chart in sentences: averages, target, deliveries, and each signal by its period."""
    unit = chart.unit
    said = [chart.finding] if chart.finding else []
    for segment in chart.segments:
        said.append(f"{_segment_words(chart, segment)}.")
        if segment.low is not None and segment.high is not None:
            limits = {"low": measured(segment.low, unit), "high": measured(segment.high, unit)}
            sure = _("Normal from %(low)s to %(high)s.")
            unsure = _("Normal from %(low)s to %(high)s, provisional.")
            said.append((unsure if segment.provisional else sure) % limits)
    if chart.band:
        said.append(_("What is normal rises and falls with the season."))
    said += [f"{text}." for text in _target_words(chart, joined=True)]
    said += [f"{mark.label}." for mark in sorted(chart.marks, key=attrgetter("on"))]
    said += _signals(chart)
    missing = len(chart.dots) - chart.count
    if missing:
        gaps = ngettext("%(count)s period has no value.", "%(count)s periods have no value.", missing)
        said.append(gaps % {"count": missing})
    return " ".join(said)


def _signals(chart: Chart) -> list[str]:
    """A sentence for each stretch of signals of one kind, the latest ones first named when there are many."""
    name, wordings, said = _name(chart), _Wordings(), []
    stretches: list[list[int]] = []
    for at in chart.flagged:
        if stretches and at == stretches[-1][-1] + 1 and chart.dots[at].kind == chart.dots[at - 1].kind:
            stretches[-1].append(at)
        else:
            stretches.append([at])
    for stretch in stretches[-MOST_TOLD:]:
        first, last = chart.dots[stretch[0]], chart.dots[stretch[-1]]
        rules = tuple(sorted({rule for at in stretch for rule in chart.dots[at].rules}))
        reading = wordings(replace(last, rules=rules))
        if len(stretch) == 1:
            said.append(f"{name(first)}: {reading}.")
        else:
            count = ngettext("%(count)s value", "%(count)s values", len(stretch)) % {"count": len(stretch)}
            said.append(
                _("%(first)s to %(last)s, %(count)s: %(reading)s.")
                % {"first": name(first), "last": name(last), "count": count, "reading": reading}
            )
    earlier = len(stretches) - MOST_TOLD
    if earlier > 0:
        more = ngettext("%(count)s earlier stretch is in the table.", "%(count)s earlier are in the table.", earlier)
        said.append(more % {"count": earlier})
    return said


def _readings() -> dict[Kind, str]:
    return {
        "good": _("Worth a look, wanted direction"),
        "bad": _("Worth a look, wrong direction"),
        "high": _("Worth a look, high"),
        "low": _("Worth a look, low"),
        "routine": _("Normal variation"),
        "plain": "",
    }


class _Wordings:
    """How a value reads, in words: its kind, and the rules behind it. Asks for each text once."""

    def __init__(self) -> None:
        self.kinds = _readings()
        self.rules = {
            1: _("outside a limit"),
            2: _("7 in a row on one side of the average"),
            3: _("7 in a row rising or falling"),
            4: _("2 of 3 near a limit"),
        }
        self.known: dict[tuple[Kind, tuple[int, ...]], str] = {}

    def __call__(self, dot: Dot) -> str:
        asked = (dot.kind, dot.rules)
        if asked not in self.known:
            rules = ", ".join(self.rules[rule] for rule in dot.rules if rule in self.rules)
            kind = self.kinds[dot.kind]
            self.known[asked] = f"{kind}: {rules}" if rules and dot.kind not in QUIET else kind
        return self.known[asked]


def _name(chart: Chart) -> Callable[[Dot], str]:
    by_day = namer(chart.cadence)
    return lambda dot: dot.label or by_day(dot.on)


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[-MOST_TOLD:])
    more = len(names) - MOST_TOLD
    return shown if more <= 0 else _("%(names)s and %(count)s earlier") % {"names": shown, "count": more}


def _segment_words(chart: Chart, segment: Segment) -> str:
    """ "Before: average 18.5 days, 16 months"."""
    if segment.words:
        return segment.words
    said = {
        "label": segment.label,
        "value": measured(segment.mean, chart.unit),
        "periods": periods(chart.count_in(segment), chart.cadence),
    }
    if segment.label:
        return _("%(label)s: average %(value)s, %(periods)s") % said
    return _("Average %(value)s, %(periods)s") % said


def _segment_short(chart: Chart, segment: Segment) -> str:
    if segment.words:
        return segment.words
    said = {"label": segment.label, "value": measured(segment.mean, chart.unit)}
    return (_("%(label)s %(value)s") if segment.label else _("Average %(value)s")) % said


def _target_words(chart: Chart, joined: bool = False) -> list[str]:
    """ "Target 10 days", "by Jun 2027"; or what to keep within. One line when `joined`."""
    if chart.within is not None:
        low, high = chart.within
        lines = [_("Keep %(low)s to %(high)s") % {"low": measured(low, ""), "high": measured(high, chart.unit)}]
    elif chart.target is not None:
        lines = [_("Target %(value)s") % {"value": measured(chart.target, chart.unit)}]
    else:
        return []
    if chart.target_by:
        lines.append(_("by %(month)s") % {"month": month_year(chart.target_by)})
    return [" ".join(lines)] if joined else lines


@dataclass(frozen=True)
class _Frame:
    """The drawing area of one size: its edges, its two scales, and the rows of its flags."""

    width: int
    height: int
    left: float
    right: float
    top: float
    bottom: float
    x: Linear
    y: Linear
    ticks: list[float]
    unit: str
    flags: "list[_Flag]"
    gap: float
    ends: list[_End]

    @property
    def is_narrow(self) -> bool:
        return self.width < 500

    @property
    def is_dense(self) -> bool:
        return self.gap < DENSE

    @property
    def size(self) -> float:
        """Of the letters, in pixels: larger on small screens, where the drawing is shown smaller than it is."""
        return 12.5 if self.is_narrow else TEXT

    @property
    def radius(self) -> float:
        """Of a dot: smaller where values stand close."""
        return min(max(self.gap * 0.36, 1.8), 3.8 if self.is_narrow else 5.0)

    def at(self, on: date) -> float:
        return self.x(on.toordinal())

    def tick(self, tick: float) -> str:
        text = formats.number_format(f"{tick:.{decimals(self.ticks)}f}", force_grouping=True)
        return f"${text}" if self.unit == "$" and tick >= 0 else f"{text}%" if self.unit == "%" else str(text)


@dataclass(frozen=True)
class _Flag:
    """A mark with its label, and where the label's box is; without a box where there was no room."""

    mark: Mark
    x: float
    label: str = ""
    box: tuple[float, float, float, float] | None = None


def _frame(chart: Chart, width: int, height: int, floor: float | None = None) -> _Frame:
    known = chart.values[~np.isnan(chart.values)]
    low, high = min([float(known.min()), *chart.levels]), max([float(known.max()), *chart.levels])
    ticks = nice_ticks(low, high, min(8 if width >= 500 else 5, max(height // 40, 3)))
    if high - low < (ticks[1] - ticks[0]) * 1e-6:
        low, high = ticks[0], ticks[-1]
    edge = (high - low) * 0.06
    lower, upper = low - edge if floor is None else floor, high + edge
    ticks = [tick for tick in ticks if lower <= tick <= upper]
    narrow = width < 500
    first, last = _days(chart)
    frame = _Frame(width, height, 0, 0, 0, 0, Linear(0, 1, 0, 1), Linear(0, 1, 0, 1), ticks, chart.unit, [], 0, [])
    left = 14 + max((width_of(frame.tick(tick), frame.size) for tick in ticks), default=0)
    ends = [] if narrow else _ends(chart)
    widest = max((width_of(text) for _level, lines in ends for text, _css in lines), default=0)
    gutter = 8.0 if narrow else min(16 + widest, width * 0.3)
    right = width - gutter
    x = Linear(first, last, left, right)
    flags = _flag_boxes(chart.marks, x, width)
    rows = max((flag.box[1] // FLAG_STEP + 1 for flag in flags if flag.box), default=0)
    top = 10 + FLAG_STEP * rows
    bottom = height - 2.6 * frame.size - 8
    foot = 22 if chart.remarks else 2
    gap = (right - left) / (chart.count if chart.are_events else (last - first) / LENGTH[chart.cadence])
    return replace(
        frame,
        left=left,
        right=right,
        top=top,
        bottom=bottom,
        x=x,
        y=Linear(lower, upper, bottom - foot, top + (12 if chart.segments and floor is None else 2)),
        flags=flags,
        gap=gap,
        ends=ends,
    )


def _days(chart: Chart) -> tuple[int, int]:
    """The first and the last day that need room, as ordinals; the last is one after its period."""
    starts = [chart.dots[0].on, *(mark.on for mark in chart.marks), *(one.on for one in chart.remarks)]
    ends = [end_of(chart.dots[-1].on, chart.cadence), *starts[1:]]
    for segment in chart.segments:
        starts.append(segment.first_on)
        ends += [end_of(segment.last_on, chart.cadence), segment.until or segment.last_on]
    first, last = min(starts).toordinal(), max(ends).toordinal()
    return first, max(last, first + 1)


def _flag_boxes(marks: Sequence[Mark], x: Linear, width: int) -> list[_Flag]:
    """Each mark with a place for its label in one of the rows; the latest choose first."""
    flags: list[_Flag] = []
    taken: list[tuple[float, float, float, float]] = []
    for mark in sorted(marks, key=attrgetter("on"), reverse=True):
        at = x(mark.on.toordinal())
        label = fitted(clean(mark.label), width * (0.76 if width < 500 else 0.42))
        length = width_of(label) + 16
        found = None
        for row in range(FLAG_ROWS if label else 0):
            for start in (at, at - length, min(max(at - length / 2, 1), width - length - 1)):
                box = (start, 6 + row * FLAG_STEP, start + length, 26 + row * FLAG_STEP)
                reach = (box[0] - 8, box[1], box[2] + 8, box[3])
                if start >= 0 and box[2] <= width and start <= at + 1 and not any(touch(reach, one) for one in taken):
                    found = box
                    break
            if found:
                taken.append(found)
                break
        flags.append(_Flag(mark, at, label, found))
    return flags[::-1]


def _room(chart: Chart, frame: _Frame) -> Room:
    """Where the line and its dots are, column by column, for the labels to keep clear of."""
    room = Room(frame.left, frame.right, frame.top, frame.bottom, frame.size)
    columns = int((frame.right - frame.left) / room.step) + 2
    known = ~np.isnan(chart.values)
    xs, ys = _places(chart, frame)
    xs, ys = xs[known], ys[known]
    top, bottom = np.full(columns, np.inf), np.full(columns, -np.inf)
    if not frame.is_dense:
        middle = frame.left + (np.arange(columns) + 0.5) * room.step
        on_line = np.interp(middle, xs, ys, left=np.nan, right=np.nan)
        inside = ~np.isnan(on_line)
        top[inside], bottom[inside] = on_line[inside] - 2, on_line[inside] + 2
    for shift in (-1, 0, 1) if not frame.is_dense else (0,):
        at = np.clip(((xs + shift * frame.radius - frame.left) / room.step).astype(int), 0, columns - 1)
        np.minimum.at(top, at, ys - frame.radius - 1)
        np.maximum.at(bottom, at, ys + frame.radius + 1)
    room.ink_top, room.ink_bottom = top, bottom
    room.posts = [flag.x for flag in frame.flags]
    return room


def _places(chart: Chart, frame: _Frame) -> tuple[np.ndarray, np.ndarray]:
    """Where the values are, in pixels; NaN for the height of a gap."""
    return frame.x(chart.days), frame.y(chart.values)  # type: ignore[arg-type,return-value]


def _grid(frame: _Frame) -> Iterator[str]:
    for tick in frame.ticks:
        y = px(frame.y(tick))
        yield f'<line class="grid" x1="{px(frame.left)}" x2="{px(frame.right)}" y1="{y}" y2="{y}"/>'
        yield words(frame.left - 7, frame.y(tick) + 4, frame.tick(tick), anchor="end")


def _periods(chart: Chart, frame: _Frame) -> Iterator[str]:
    """The names of periods below the chart, and beneath them the year where it changes."""
    year = free = None
    for on, name, is_dated in _tick_days(chart, frame):
        middle = on.toordinal() + (end_of(on, chart.cadence) - on).days / 2
        if not frame.x.low <= middle <= frame.x.high:
            continue
        half = max(width_of(name, frame.size), width_of("2026", frame.size)) / 2
        x = min(max(frame.x(middle), half), frame.width - half)
        if free is not None and x - half < free:
            continue
        free = x + half + 8
        yield words(x, frame.bottom + frame.size + 6, name, anchor="middle")
        if not is_dated and on.year != year:
            year = on.year
            yield words(x, frame.bottom + 2.3 * frame.size + 6, str(year), "s", "middle")


def _tick_days(chart: Chart, frame: _Frame) -> Iterator[tuple[date, str, bool]]:
    """First days of periods with their short names, and whether the name says the year."""
    first, last = date.fromordinal(int(frame.x.low)), date.fromordinal(int(frame.x.high))
    most = 5 if frame.is_narrow else 9
    if chart.cadence in ("daily", "weekly") and (last - first).days <= 100:
        start = chart.dots[0].on
        steps = range(0, (last - start).days, 7)
        for at in steps[:: max(-(-len(steps) // most), 1)]:
            yield start + timedelta(days=at), formats.date_format(start + timedelta(days=at), "M j"), False
        return
    if chart.cadence == "yearly":
        starts = sorted({dot.on for dot in chart.dots})
        for on in starts[:: max(-(-len(starts) // most), 1)]:
            yield on, str(on.year) if on.month == 1 else f"{on.year}–{(on.year + 1) % 100:02d}", True
        return
    is_short = len(chart.dots) <= 2 * most
    if chart.cadence == "quarterly" and is_short and all(dot.on.month % 3 == 1 for dot in chart.dots):
        for dot in chart.dots[:: max(-(-len(chart.dots) // most), 1)]:
            yield dot.on, _("Q%(number)s") % {"number": dot.on.month // 3 + 1}, False
        return
    months = month_ticks(first, last, most)
    is_yearly = len(months) > 1 and all(on.month == 1 for on in months)
    for on in months:
        yield on, str(on.year) if is_yearly else formats.date_format(on, "M"), is_yearly


def _moving_band(chart: Chart, frame: _Frame) -> Iterator[str]:
    """The band that rises and falls with the periods, in one piece for each run of periods that have one."""
    for has_band, run in groupby(enumerate(chart.band), key=lambda one: one[1] is not None):
        if not has_band:
            continue
        top, bottom = [], []
        for at, limits in run:
            assert limits is not None
            x = px(frame.x(chart.days[at]))
            top.append(f"{x} {px(frame.y(limits[1]))}")
            bottom.append(f"{x} {px(frame.y(limits[0]))}")
        upper, lower = "L".join(top), "L".join(reversed(bottom))
        yield f'<path class="band" d="M{upper}L{lower}Z"/>'
        yield f'<path class="limit" d="M{upper}M{lower}"/>'


def _levels(chart: Chart, frame: _Frame, room: Room) -> Iterator[str]:
    """Bands and limits, averages, and the target; notes in `room` where they are."""
    left, right = frame.left, frame.right
    if chart.within is not None:
        high, low = frame.y(max(chart.within)), frame.y(min(chart.within))
        box = f'y="{px(high)}" height="{px(low - high)}"'
        yield f'<rect class="within" x="{px(left)}" width="{px(right - left)}" {box}/>'
    yield from _moving_band(chart, frame)
    for segment in chart.segments:
        x1, x2 = frame.at(segment.first_on), frame.at(end_of(segment.last_on, chart.cadence))
        css = " prov" if segment.provisional else ""
        ahead = frame.at(segment.until) if segment.until else x2
        if segment.low is not None and segment.high is not None:
            top, bottom = frame.y(segment.high), frame.y(segment.low)
            box = f'y="{px(top)}" height="{px(bottom - top)}"'
            yield f'<rect class="band{css}" x="{px(x1)}" width="{px(x2 - x1)}" {box}/>'
            if ahead > x2:
                both_limits = f"M{px(x2)} {px(top)}H{px(ahead)}M{px(x2)} {px(bottom)}H{px(ahead)}"
                yield f'<path class="limit ahead" d="{both_limits}"/>'
            yield f'<path class="limit" d="M{px(x1)} {px(top)}H{px(x2)}M{px(x1)} {px(bottom)}H{px(x2)}"/>'
            room.levels += [(x1, ahead, top), (x1, ahead, bottom)]
        yield f'<path class="mean{css}" d="M{px(x1)} {px(frame.y(segment.mean))}H{px(x2)}"/>'
        room.levels.append((x1, x2, frame.y(segment.mean)))
    for level in chart.within or ([chart.target] if chart.target is not None else []):
        yield f'<path class="target" d="M{px(left)} {px(frame.y(level))}H{px(right)}"/>'
        room.levels.append((left, right, frame.y(level)))


def _posts(chart: Chart, frame: _Frame) -> Iterator[str]:
    """The line of each mark, from its flag down."""
    for flag in frame.flags:
        css = "mark" if flag.mark.kind == "delivery" else "mark redefined"
        top = flag.box[1] if flag.box else frame.top - 4
        yield (
            f'<line class="{css}" x1="{px(flag.x)}" x2="{px(flag.x)}" y1="{px(top)}" y2="{px(frame.bottom)}">'
            f"<title>{escape(clean(flag.mark.label))}</title></line>"
        )


def _flags(chart: Chart, frame: _Frame, room: Room) -> Iterator[str]:
    """The label of each mark; a small pennant where there was no room for it."""
    for flag in frame.flags:
        css = "" if flag.mark.kind == "delivery" else " redefined"
        if flag.box is None:
            x, y = px(flag.x), px(frame.top - 4)
            yield f'<path class="flagbox{css}" d="M{x} {y}l9 4l-9 4z"/>'
            continue
        x1, y1, x2, _y2 = flag.box
        cut = f"<title>{escape(clean(flag.mark.label))}</title>" if flag.label != clean(flag.mark.label) else ""
        box = f'x="{px(x1)}" y="{px(y1)}" width="{px(x2 - x1)}" height="20" rx="3"'
        yield f'<rect class="flagbox{css}" {box}>{cut}</rect>'
        yield words(x1 + 8, y1 + 14, flag.label, f"flag{css}")


def _line(chart: Chart, frame: _Frame) -> Iterator[str]:
    """The line through the values, broken at each gap; none below eight values."""
    if chart.count < ENOUGH_FOR_A_LINE:
        return
    xs, ys = _places(chart, frame)
    for run in chart.runs:
        if len(run) < 2:
            continue
        if frame.is_dense:
            yield f'<path class="series fine" d="{_columns(xs[run], ys[run])}"/>'
        else:
            places = "L".join(f"{x:.1f} {y:.1f}" for x, y in zip(xs[run].tolist(), ys[run].tolist(), strict=True))
            yield f'<path class="series" d="M{places}"/>'


def _columns(xs: np.ndarray, ys: np.ndarray) -> str:
    """A path that covers the same pixels as the line through all places: the extremes of each column of one pixel.

    `xs` (n,) rising, `ys` (n,), both in pixels. Where each column holds one value it is the line itself.
    """
    column = xs.astype(int)
    starts = np.flatnonzero(np.diff(column, prepend=column[0] - 1))
    tops, bottoms = np.minimum.reduceat(ys, starts), np.maximum.reduceat(ys, starts)
    found = zip(column[starts].tolist(), tops.tolist(), bottoms.tolist(), strict=True)
    return "M" + "L".join(
        f"{x}.5 {top:.1f}" if top == bottom else f"{x}.5 {top:.1f}V{bottom:.1f}" for x, top, bottom in found
    )


def _dots(chart: Chart, frame: _Frame) -> Iterator[str]:
    """A mark for each value with its words; where values stand close, marks for the signals only."""
    xs, ys = _places(chart, frame)
    if frame.is_dense:
        yield from _dense_dots(chart, frame, xs, ys)
        return
    name, wordings, radius = _name(chart), _Wordings(), frame.radius
    round_size, fine = f'r="{radius:.1f}"', " fine" if radius < 3 else ""
    for dot, x, y in zip(chart.dots, xs.tolist(), ys.tolist(), strict=True):
        if dot.value is None:
            continue
        said = f"{name(dot)}: {measured(dot.value, chart.unit)}"
        if dot.kind in QUIET:
            form = f'<circle class="pt{fine}" cx="{x:.1f}" cy="{y:.1f}" {round_size}>'
            yield f"{form}<title>{escape(clean(said))}</title></circle>"
        else:
            said = f"{said}. {wordings(dot)}."
            form = f'<path class="pt {_css(dot.kind)}" d="{shape(dot.kind, x, y, max(radius, 3.2))}">'
            yield f"{form}<title>{escape(clean(said))}</title></path>"


def _dense_dots(chart: Chart, frame: _Frame, xs: np.ndarray, ys: np.ndarray) -> Iterator[str]:
    """Marks for the signals, one path for each kind; of those that would cover each other the outermost two."""
    kinds = Counter(chart.dots[at].kind for at in chart.flagged)
    said, radius = _readings(), 2.2 if frame.is_narrow else 2.6
    for kind, count in sorted(kinds.items()):
        at = np.array([place for place in chart.flagged if chart.dots[place].kind == kind])
        column = (xs[at] // (radius * 3)).astype(int)
        order = np.lexsort((ys[at], column))
        starts = np.flatnonzero(np.diff(column[order], prepend=column[0] - 1))
        ends = np.append(starts[1:], len(at)) - 1
        shown = at[order[np.union1d(starts, ends)]]
        path = "".join(shape(kind, x, y, radius) for x, y in zip(xs[shown].tolist(), ys[shown].tolist(), strict=True))
        told = f"{said[kind]}: {ngettext('%(count)s value', '%(count)s values', count) % {'count': count}}"
        yield f'<path class="pt {_css(kind)} fine" d="{path}"><title>{escape(told)}</title></path>'


def _css(kind: Kind) -> str:
    return {"good": "good", "bad": "bad", "high": "apart", "low": "apart"}.get(kind, "")


def _remarks(chart: Chart, frame: _Frame, room: Room) -> Iterator[str]:
    """A small number for each remark, at the foot of the chart; beside each other where their days are close."""
    listed = list(enumerate(sorted(chart.remarks, key=attrgetter("on")), 1))
    shown = listed[-int((frame.right - frame.left) / REMARK) :]
    wanted = [frame.at(one.on) - REMARK / 2 for _number, one in shown]
    starts = apart(wanted, [REMARK] * len(shown), frame.left, frame.right)
    for (number, one), start in zip(shown, starts, strict=True):
        x, y = start + REMARK / 2, frame.bottom - 10
        room.boxes.append((start, y - REMARK / 2, start + REMARK, y + REMARK / 2))
        said = escape(clean(f"{number}. {formats.date_format(one.on, 'M j, Y')}: {one.text}"))
        yield (
            f'<g><title>{said}</title><circle class="remark" cx="{px(x)}" cy="{px(y)}" r="8.5"/>'
            f"{words(x, y + 4, str(number), 'remark', 'middle')}</g>"
        )


def _ends(chart: Chart) -> list[_End]:
    """What stands at the right edge of a wide chart: the level in units, and lines of text with their class."""
    unit = chart.unit
    ends: list[_End] = []
    last = max(chart.segments, key=attrgetter("last_on"), default=None)
    if last:
        first_line = (_segment_short(chart, last), last.tone or "b")
        ends.append((last.mean, [first_line, (span(last.first_on, last.last_on), "")]))
        for level in (last.high, last.low):
            if level is not None:
                ends.append((level, [(_("Limit %(value)s") % {"value": measured(level, unit)}, "")]))
    else:
        latest, value = [(dot, dot.value) for dot in chart.dots if dot.value is not None][-1]
        said = _("Latest %(value)s") % {"value": measured(value, unit)}
        ends.append((value, [(said, "b"), (_name(chart)(latest), "")]))
    lines = [(text, "" if at else "b") for at, text in enumerate(_target_words(chart))]
    if lines:
        ends.append((chart.target if chart.within is None else sum(chart.within) / 2, lines))  # type: ignore[arg-type]
    return ends


def _labels(chart: Chart, frame: _Frame, room: Room) -> Iterator[str]:
    if frame.is_narrow:
        yield from _labels_inside(chart, frame, room)
        return
    yield from _gutter(frame, frame.ends)
    last = max(chart.segments, key=attrgetter("last_on"), default=None)
    for segment in sorted(chart.segments, key=attrgetter("last_on"), reverse=True):
        if segment is not last:
            places = list(_segment_places(chart, frame, room, segment, _segment_words(chart, segment)))
            yield room.place(_segment_words(chart, segment), "b halo", places) or room.place(
                _segment_short(chart, segment), "b halo", places
            )
    for segment in chart.segments:
        if segment is not last:
            yield from _limit_labels(chart, frame, room, segment)


def _gutter(frame: _Frame, ends: list[_End]) -> list[str]:
    """Labels right of the plot, each as near to its level as the others allow."""
    blocks = sorted(ends, key=lambda end: -end[0])
    heights = [LINE * len(lines) + 3 for _level, lines in blocks]
    tops = apart([frame.y(level) - 7 for level, _lines in blocks], heights, frame.top - 6, frame.bottom + 10)
    drawn = []
    for top, (_level, lines) in zip(tops, blocks, strict=True):
        for at, (text, css) in enumerate(lines):
            shown = fitted(clean(text), frame.width - frame.right - 10)
            drawn.append(words(frame.right + 10, top + 11 + LINE * at, shown, css))
    return drawn


def _limit_labels(chart: Chart, frame: _Frame, room: Room, segment: Segment) -> Iterator[str]:
    if segment.low is None or segment.high is None:
        return
    x = frame.at(segment.first_on) + 6
    upper = _("Upper limit %(value)s") % {"value": measured(segment.high, chart.unit)}
    lower = _("Lower limit %(value)s") % {"value": measured(segment.low, chart.unit)}
    if width_of(upper) + 12 < frame.at(end_of(segment.last_on, chart.cadence)) - x:
        yield room.place(upper, "halo", [(x, frame.y(segment.high) - 6)], most=10)
        yield room.place(lower, "halo", [(x, frame.y(segment.low) + 15)], most=10)


def _labels_inside(chart: Chart, frame: _Frame, room: Room) -> Iterator[str]:
    """On a small screen all labels stand inside: target first, then the averages from the last one on."""
    for text in _target_words(chart, joined=True):
        level = chart.target if chart.within is None else max(chart.within)
        yield _beside(frame, room, level, text, "b halo")  # type: ignore[arg-type]
    for segment in sorted(chart.segments, key=attrgetter("last_on"), reverse=True):
        text = _segment_short(chart, segment)
        if len(chart.segments) == 1 and segment.low is not None and segment.high is not None:
            limits = {"text": text, "low": measured(segment.low, ""), "high": measured(segment.high, "")}
            text = _("%(text)s, limits %(low)s to %(high)s") % limits
        css = f"{segment.tone or 'b'} halo"
        yield room.place(text, css, _segment_places(chart, frame, room, segment, text), most=200)


def _beside(frame: _Frame, room: Room, level: float, text: str, css: str) -> str:
    """A label above or below a level, at either end."""
    width, y = width_of(text, frame.size), frame.y(level)
    ends = (frame.left + 4, frame.right - width - 4, (frame.left + frame.right - width) / 2)
    return room.place(text, css, [(x, y + shift) for shift in (-6, frame.size + 4) for x in ends])


def _segment_places(
    chart: Chart, frame: _Frame, room: Room, segment: Segment, text: str
) -> Iterator[tuple[float, float]]:
    """Places for the label of an average, the best first: in the band below or above the values, beside the lines."""
    x1, x2 = frame.at(segment.first_on), frame.at(end_of(segment.last_on, chart.cadence))
    width, size = width_of(text, frame.size), frame.size
    for x in (x1 + 6, x2 - width - 6, (x1 + x2 - width) / 2):
        top, bottom = room.ink(x, x + width)
        heights = [bottom + size + 1, top - 6]
        if segment.low is not None and segment.high is not None:
            heights += [frame.y(segment.low) + size + 4, frame.y(segment.high) - 6]
        heights += [frame.y(segment.mean) - 6, frame.y(segment.mean) + size + 4]
        for y in heights:
            yield x, y
