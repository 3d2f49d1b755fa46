"""A small chart beside a line of text: the last values, what is normal for them, the target and the day of delivery."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from charts.plot import shape
from charts.scale import Linear, finite, px
from charts.words import clean

EDGE = 6.0
ENOUGH_FOR_A_LINE = 8
CARD = 260
CARD_HEIGHT = 72


@dataclass(frozen=True)
class Band:
    """A stretch of values, from index `first` to index `last`, with its average and limits in the values' unit."""

    first: int
    last: int
    mean: float
    low: float | None = None
    high: float | None = None
    provisional: bool = False


def spark(
    values: Sequence[float | None],
    finding: str,
    target: float | None = None,
    mark: int | None = None,
    width: int = 220,
    height: int = 56,
    bands: Sequence[Band] = (),
    kinds: Sequence[str] = (),
) -> SafeString:
    """Values in order of time (one unit; None is a gap), `mark` the index of the first value after a delivery.

    `kinds` are those of the values as in `charts.behaviour` (none: all alike); the last value stands out whatever its
    kind. `finding` is the sentence for those who do not see it; size in pixels. Below 8
    values only dots, empty without one. ValueError when a number is not finite.
    """
    known = [value for value in values if value is not None]
    levels = [target, *(level for band in bands for level in (band.mean, band.low, band.high))]
    heights = finite([*known, *(level for level in levels if level is not None)])
    if not known:
        return SafeString()
    low, high = min(heights), max(heights)
    if high - low < max(abs(low), abs(high), 1e-9) * 1e-9:
        low, high = low - 1, high + 1
    x = Linear(0, max(len(values) - 1, 1), EDGE, width - EDGE)
    y = Linear(low, high, height - EDGE, EDGE)
    drawn = [part for band in bands for part in _band(band, x, y, len(values), width)]
    if target is not None:
        drawn.append(f'<path class="target" d="M2 {px(y(target))}H{px(width - 2)}"/>')
    if mark is not None and 0 <= mark < len(values):
        between = px(x(max(mark - 0.5, 0)))
        drawn.append(f'<line class="mark" x1="{between}" x2="{between}" y1="2" y2="{px(height - 2)}"/>')
    if len(known) >= ENOUGH_FOR_A_LINE:
        drawn += [f'<path class="series" d="{path}"/>' for path in _runs(values, x, y)]
    drawn += _dots(values, kinds, x, y)
    box = f'viewBox="0 0 {width} {height}"'
    css = "chart spark card-wide" if width > 220 else "chart spark"
    return mark_safe(
        f'<svg class="{css}" {box} role="img" aria-label="{escape(clean(finding))}">{"".join(drawn)}</svg>'
    )


def card_spark(
    values: Sequence[float | None],
    finding: str,
    target: float | None = None,
    mark: int | None = None,
    bands: Sequence[Band] = (),
    kinds: Sequence[str] = (),
) -> SafeString:
    """The small chart in the size of a measure's card. See `spark`."""
    return spark(values, finding, target, mark, CARD, CARD_HEIGHT, bands, kinds)


def _band(band: Band, x: Linear, y: Linear, count: int, width: int) -> list[str]:
    """The limits as a band and the average as a line; neighbours meet half way between their values."""
    start = 2.0 if band.first <= 0 else x(band.first - 0.5)
    end = width - 2.0 if band.last >= count - 1 else x(band.last + 0.5)
    css, drawn = " prov" if band.provisional else "", []
    if band.low is not None and band.high is not None:
        top, bottom = y(band.high), y(band.low)
        box = f'x="{px(start)}" y="{px(top)}" width="{px(end - start)}" height="{px(bottom - top)}"'
        drawn.append(f'<rect class="band{css}" {box}/>')
    return [*drawn, f'<path class="mean{css}" d="M{px(start)} {px(y(band.mean))}H{px(end)}"/>']


def _dots(values: Sequence[float | None], kinds: Sequence[str], x: Linear, y: Linear) -> list[str]:
    """A small dot for each value, a mark of another shape for a signal; the last one large and dark, whatever it is."""
    places = [(at, value) for at, value in enumerate(values) if value is not None]
    last, drawn = places[-1][0], []
    for at, value in places:
        kind = kinds[at] if at < len(kinds) else "routine"
        signal = kind in ("good", "bad", "high", "low")
        css = "now" if at == last else {"high": "apart", "low": "apart"}.get(kind, kind) if signal else ""
        size = 4.2 if at == last else 3.2 if signal else 2.8
        if signal:
            drawn.append(f'<path class="pt {css}" d="{shape(kind, x(at), y(value), size)}"/>')
        else:
            place = f'cx="{px(x(at))}" cy="{px(y(value))}" r="{size}"'
            drawn.append(f'<circle class="{f"pt {css}".strip()}" {place}/>')
    return drawn


def _runs(values: Sequence[float | None], x: Linear, y: Linear) -> list[str]:
    """One path for each unbroken run of two values or more."""
    paths, run = [], []
    for at, value in enumerate([*values, None]):
        if value is not None:
            run.append(f"{px(x(at))} {px(y(value))}")
            continue
        if len(run) > 1:
            paths.append(f"M{'L'.join(run)}")
        run = []
    return paths
