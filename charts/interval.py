"""What was measured with its range, against what was promised and against no change; and how promises turn out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from charts.plot import both, shape, svg, words
from charts.scale import Linear, finite, nice_ticks, px
from charts.words import TEXT, changed, fitted, measured, places_of, width_of

WIDE = 780
NARROW = 340
CARD = 340
LINE = 15.0
ROW = 34.0


@dataclass(frozen=True)
class Effect:
    """A change in a measure's unit: what was measured, the range that it lies in, and what was promised.

    `tone` is that of the verdict. ValueError when a number is not finite, or the value is outside its own range.
    """

    value: float | None = None
    low: float | None = None
    high: float | None = None
    promised: float | None = None
    unit: str = ""
    tone: Literal["", "good", "bad"] = ""

    def __post_init__(self) -> None:
        finite(self.numbers)
        ends = [end for end in (self.low, self.value, self.high) if end is not None]
        if ends != sorted(ends):
            raise ValueError("The measured value is outside its own range.")

    @property
    def numbers(self) -> list[float]:
        return [one for one in (self.value, self.low, self.high, self.promised) if one is not None]


@dataclass(frozen=True)
class Turnout:
    """How promises of one kind turned out: fact by promise (1 is as promised), its middle half, and how many.

    ValueError when a number is not finite, or the median is outside its own range.
    """

    label: str
    low: float
    median: float
    high: float
    count: int

    def __post_init__(self) -> None:
        finite((self.low, self.median, self.high))
        if not self.low <= self.median <= self.high:
            raise ValueError("The median is outside its own range.")


def said(effect: Effect) -> str:
    """ "−7.0 days, 95% range −7.7 to −6.3, promised −6.0"."""
    places = places_of(*effect.numbers)
    parts = []
    if effect.value is None:
        parts.append(_("Not measured yet"))
    else:
        parts.append(changed(effect.value, effect.unit, places))
    if effect.low is not None and effect.high is not None:
        parts.append(_range(effect, places))
    if effect.promised is not None:
        unit = effect.unit if effect.value is None else ""
        parts.append(_("promised %(value)s") % {"value": changed(effect.promised, unit, places)})
    return ", ".join(parts)


def bounds(effects: Sequence[Effect]) -> tuple[float, float]:
    """The common scale of several effects, so that their rows compare: from the lowest to the highest, with zero."""
    every = [0.0, *(number for one in effects for number in one.numbers)]
    low, high = min(every), max(every)
    edge = (high - low) * 0.04 or 1.0
    return low - edge, high + edge


def effect(one: Effect, width: int = CARD) -> SafeString:
    """The effect with its labels, for the card of a verdict; empty without a number."""
    if not one.numbers:
        return SafeString()
    places = places_of(*one.numbers)
    x = Linear(*bounds([one]), 10, width - 10)
    y = 48.0 if one.low is not None else 32.0
    drawn = [f'<path class="axis" d="M2 {px(y)}H{width - 2}"/>', *_mark(one, x, y, 11)]
    if one.value is not None:
        drawn.append(_centred(x(one.value), 13, changed(one.value, one.unit, places), one.tone or "b", width))
        if one.low is not None and one.high is not None:
            drawn.append(_centred(x(one.value), 28, _range(one, places), "s", width))
    below = y + 30
    zero = _("No change")
    if one.promised is not None:
        promise = _("Promised %(value)s") % {"value": changed(one.promised, one.unit, places)}
        drawn.append(_centred(x(one.promised), below, promise, "s", width))
        if _reach(x(one.promised), promise, width)[1] + 8 > _reach(x(0), zero, width)[0] and (
            _reach(x(0), zero, width)[1] + 8 > _reach(x(one.promised), promise, width)[0]
        ):
            below += LINE
    drawn.append(_centred(x(0), below, zero, "", width))
    return svg(width, below + 6, drawn, "", said(one), css="interval")


def effect_row(one: Effect, scale: tuple[float, float], width: int = 170, height: int = 26) -> SafeString:
    """The effect without labels, for a row of a table; `scale` is that of all rows, see `bounds`."""
    low, high = finite(scale)
    if not low < high:
        raise ValueError("The scale of the rows needs a length.")
    return svg(
        width, height, _mark(one, Linear(low, high, 6, width - 6), height / 2, height / 2 - 2), "", said(one), css="row"
    )


def turnouts(rows: Sequence[Turnout], finding: str, width: int = WIDE) -> SafeString:
    """One bar for each kind of promise, from the first to the third quartile with the median on it; empty without rows.

    A line says where fact equals promise. Ratios of fact by promise are written in percent.
    """
    if not rows:
        return SafeString()
    narrow = width < 500
    size = 12.5 if narrow else TEXT
    every = [1.0, *(one.low for one in rows), *(one.high for one in rows)]
    ticks = nice_ticks(min(every), max(every), 4 if narrow else 6)
    left = 14.0 if narrow else min(max(width_of(one.label) for one in rows) + 20, width * 0.34)
    ends = [] if narrow else [_turnout_words(one) for one in rows]
    right = width - (14.0 if narrow else max(map(width_of, ends)) + 22)
    x = Linear(ticks[0], ticks[-1], left, right)
    step = ROW + 24 if narrow else ROW
    bottom = 24 + step * len(rows)
    middles = [24 + step * (at + 1) - ROW / 2 for at in range(len(rows))]
    # On a small screen the words stand above their bar: lines across them would make 1.7 out of 17.
    stretches = [(y - 11, y + 11) for y in middles] if narrow else [(22, bottom)]
    drawn = []
    for tick in ticks:
        drawn.append(f'<path class="grid" d="{_upright(x(tick), stretches)}"/>')
        drawn.append(words(x(tick), bottom + size + 4, _percent(tick), anchor="middle"))
    drawn.append(f'<path class="target" d="{_upright(x(1), stretches)}"/>')
    drawn.append(_centred(x(1), 14, _("As promised"), "b", width, size))
    for one, y in zip(rows, middles, strict=True):
        if narrow:
            drawn.append(words(4, y - 30, fitted(one.label, width - 8, size), "s halo"))
            drawn.append(words(4, y - 14, _turnout_words(one), "b halo"))
        else:
            drawn.append(words(0, y + 4, fitted(one.label, left - 12), "s"))
            drawn.append(words(right + 14, y + 4, _turnout_words(one), "b"))
        drawn.append(f'<path class="reach" d="M{px(x(one.low))} {px(y)}H{px(x(one.high))}"/>')
        drawn.append(f'<circle class="middle" cx="{px(x(one.median))}" cy="{px(y)}" r="5.5"/>')
    told = " ".join(f"{one.label}: {_turnout_words(one)}." for one in rows)
    return svg(width, bottom + size + 10, drawn, "", finding, told, "narrow" if narrow else "")


def turnouts_both(rows: Sequence[Turnout], finding: str) -> SafeString:
    """The bars twice: drawn for wide screens, and drawn anew for small ones. See `turnouts`."""
    return both(turnouts(rows, finding), turnouts(rows, finding, NARROW))


def _upright(x: float, stretches: Sequence[tuple[float, float]]) -> str:
    """The path of an upright line with its gaps."""
    return "".join(f"M{px(x)} {px(top)}V{px(bottom)}" for top, bottom in stretches)


def _mark(one: Effect, x: Linear, y: float, half: float) -> list[str]:
    """Zero, the range with its ends, the promise as a hollow diamond beneath the measured dot."""
    drawn = [f'<path class="zero" d="M{px(x(0))} {px(y - half)}V{px(y + half)}"/>']
    tone = f" {one.tone}" if one.tone else ""
    if one.low is not None and one.high is not None:
        drawn.append(f'<path class="reach{tone}" d="M{px(x(one.low))} {px(y)}H{px(x(one.high))}"/>')
    if one.promised is not None:
        drawn.append(f'<path class="promised" d="{shape("good", x(one.promised), y, half * 0.6)}"/>')
    if one.value is not None:
        drawn.append(f'<circle class="middle" cx="{px(x(one.value))}" cy="{px(y)}" r="{px(half * 0.42)}"/>')
    return drawn


def _range(one: Effect, places: int) -> str:
    ends = {"low": changed(one.low or 0.0, "", places), "high": changed(one.high or 0.0, "", places)}
    return _("95%% range %(low)s to %(high)s") % ends


def _reach(x: float, text: str, width: float, size: float = TEXT) -> tuple[float, float]:
    half = width_of(text, size) / 2
    middle = min(max(x, half + 1), width - half - 1)
    return middle - half, middle + half


def _centred(x: float, y: float, text: str, css: str, width: float, size: float = TEXT) -> str:
    """A text centred at a place, as far as the drawing's edges allow."""
    left, right = _reach(x, text, width, size)
    return words((left + right) / 2, y, text, css, "middle")


def _percent(ratio: float) -> str:
    return measured(round(100 * ratio), "%")


def _turnout_words(one: Turnout) -> str:
    told = ngettext(
        "%(median)s (%(low)s to %(high)s, %(count)s project)",
        "%(median)s (%(low)s to %(high)s, %(count)s projects)",
        one.count,
    )
    ends = {"low": _percent(one.low), "high": _percent(one.high)}
    return told % {"median": _percent(one.median), **ends, "count": one.count}
