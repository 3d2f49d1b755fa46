"""A small chart beside a line of text: the last values, what is normal for them, the target and the day of delivery."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from charts.plot import shape
from charts.scale import Linear, finite
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
    kind. `finding` is the sentence for those who do not see it; size in pixels. Below 8 values only dots, from 8 on a
    line with its signals and the last value, empty without a value. ValueError when a number is not finite.
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
        drawn.append(f'<path class="target" d="M2 {round(y(target))}H{width - 2}"/>')
    if mark is not None and 0 <= mark < len(values):
        between = round(x(max(mark - 0.5, 0)))
        drawn.append(f'<line class="mark" x1="{between}" x2="{between}" y1="2" y2="{height - 2}"/>')
    places = {at: (x(at), y(value)) for at, value in enumerate(values) if value is not None}
    runs = _runs(values) if len(known) >= ENOUGH_FOR_A_LINE else []
    for run in runs:
        first, *rest = _steps(places[at] for at in run)
        drawn.append(f'<path class="series" d="M{first}l{" ".join(rest)}"/>')
    drawn += _marks(places, kinds, {at for run in runs for at in run})
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
    start = 2 if band.first <= 0 else round(x(band.first - 0.5))
    end = width - 2 if band.last >= count - 1 else round(x(band.last + 0.5))
    css, drawn = " prov" if band.provisional else "", []
    if band.low is not None and band.high is not None:
        top, bottom = round(y(band.high)), round(y(band.low))
        box = f'x="{start}" y="{top}" width="{end - start}" height="{bottom - top}"'
        drawn.append(f'<rect class="band{css}" {box}/>')
    return [*drawn, f'<path class="mean{css}" d="M{start} {round(y(band.mean))}H{end}"/>']


def _runs(values: Sequence[float | None]) -> list[list[int]]:
    """The positions of each unbroken run of two values or more."""
    runs: list[list[int]] = [[]]
    for at, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append(at)
    return [run for run in runs if len(run) > 1]


def _marks(places: Mapping[int, tuple[float, float]], kinds: Sequence[str], lined: Collection[int]) -> list[str]:
    """A dot where no line passes, a mark of another shape for a signal; the last one large and dark, whatever it is.

    The dots are one path of points without a length, which its round ends draw: a page has many charts.
    """
    last, plain, marks = max(places), [], []
    for at, (x, y) in places.items():
        kind = kinds[at] if at < len(kinds) else "routine"
        if kind in ("good", "bad", "high", "low"):
            css = "now" if at == last else {"high": "apart", "low": "apart"}.get(kind, kind)
            marks.append(f'<path class="pt {css}" d="{shape(kind, x, y, 4.2 if at == last else 3.2)}"/>')
        elif at == last:
            marks.append(f'<circle class="pt now" cx="{round(x)}" cy="{round(y)}" r="4.2"/>')
        elif at not in lined:
            plain.append(places[at])
    return [f'<path class="dots" d="M{"h0m".join(_steps(plain))}h0"/>', *marks] if plain else marks


def _steps(places: Iterable[tuple[float, float]]) -> Iterator[str]:
    """The first place in whole pixels, then how far each lies from the one before, as short as a path can be."""
    before = (0, 0)
    for across, down in places:
        here = (round(across), round(down))
        yield f"{here[0] - before[0]} {here[1] - before[1]}".replace(" -", "-")
        before = here
