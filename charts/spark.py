"""A small chart beside a line of text: the last values, the target and the day of delivery."""

from collections.abc import Sequence

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from charts.scale import Linear, finite, px

EDGE = 6.0


def spark(
    values: Sequence[float | None],
    finding: str,
    target: float | None = None,
    mark: int | None = None,
    width: int = 220,
    height: int = 56,
) -> SafeString:
    """Values in order of time (one unit; None is a gap), `mark` the index of the first value after a delivery.

    `finding` is the sentence for those who do not see it; size in pixels. Empty without a value. ValueError when a
    number is not finite.
    """
    known = [value for value in values if value is not None]
    heights = finite([*known, target] if target is not None else known)
    if not known:
        return SafeString()
    low, high = min(heights), max(heights)
    if high - low < max(abs(low), abs(high), 1e-9) * 1e-9:
        low, high = low - 1, high + 1
    x = Linear(0, max(len(values) - 1, 1), EDGE, width - EDGE)
    y = Linear(low, high, height - EDGE, EDGE)
    drawn = []
    if target is not None:
        drawn.append(f'<path class="target" d="M2 {px(y(target))}H{px(width - 2)}"/>')
    if mark is not None and 0 <= mark < len(values):
        between = px(x(max(mark - 0.5, 0)))
        drawn.append(f'<line class="mark" x1="{between}" x2="{between}" y1="2" y2="{px(height - 2)}"/>')
    drawn += [f'<path class="series" d="{path}"/>' for path in _runs(values, x, y)]
    drawn += [
        f'<circle class="pt" cx="{px(x(at))}" cy="{px(y(value))}" r="2.8"/>'
        for at, value in enumerate(values)
        if value is not None
    ]
    box = f'viewBox="0 0 {width} {height}"'
    return mark_safe(f'<svg class="chart spark" {box} role="img" aria-label="{escape(finding)}">{"".join(drawn)}</svg>')


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
