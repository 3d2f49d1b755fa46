"""The parts that charts over time are made of: marks of different shape, texts, and labels that find a free place."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from charts.scale import px
from charts.words import TEXT, clean, width_of

CROWDED = 1000.0
"""The cost of standing on another label: such a place is never taken."""

Box = tuple[float, float, float, float]


@dataclass
class Room:
    """What a label has to keep clear of, in pixels: the drawing's edges, the line with its dots, levels, other labels.

    `ink_top` and `ink_bottom` say for each column of `step` pixels, from `left` on, where the line and its dots are
    (infinite where there is nothing).
    """

    left: float
    right: float
    top: float
    bottom: float
    size: float = TEXT
    step: float = 4.0
    ink_top: np.ndarray = field(default_factory=lambda: np.empty(0))
    ink_bottom: np.ndarray = field(default_factory=lambda: np.empty(0))
    levels: list[tuple[float, float, float]] = field(default_factory=list)
    posts: list[float] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)

    def columns(self, start: float, end: float) -> slice:
        return slice(max(int((start - self.left) / self.step), 0), max(int((end - self.left) / self.step) + 1, 0))

    def ink(self, start: float, end: float) -> tuple[float, float]:
        """The highest and the lowest place of ink between two places; (bottom, top) of the room where there is none."""
        part = self.columns(start, end)
        tops, bottoms = self.ink_top[part], self.ink_bottom[part]
        if not len(tops) or not np.isfinite(tops).any():
            return self.bottom, self.top
        return float(tops.min()), float(bottoms.max())

    def cost(self, box: Box) -> float:
        """How bad a place is: 0 for a free one, CROWDED and more for one that must not be taken."""
        left, top, right, bottom = box
        if left < self.left - 0.5 or right > self.right + 0.5 or top < self.top - 0.5 or bottom > self.bottom + 0.5:
            return CROWDED
        if any(touch(box, other) for other in self.boxes):
            return CROWDED
        part = self.columns(left, right)
        inked = np.count_nonzero((self.ink_top[part] < bottom) & (self.ink_bottom[part] > top)) * self.step
        crossed = sum(
            max(min(right, end) - max(left, start), 0) for start, end, y in self.levels if top + 1 < y < bottom - 1
        )
        posts = sum(left - 2 < x < right + 2 for x in self.posts)
        return float(inked + 0.4 * crossed + 20 * posts)

    def place(self, text: str, css: str, places: Iterable[tuple[float, float]], most: float = CROWDED) -> str:
        """The text at the best of the places (left edge, baseline), earlier ones first; "" where all cost too much."""
        text, best, least = clean(text), None, most
        width = width_of(text, self.size)
        for rank, (x, y) in enumerate(places):
            x = min(max(x, self.left + 2), self.right - width - 2)
            box = (x - 2, y - self.size, x + width + 2, y + 4)
            cost = self.cost(box) + rank
            if cost < least:
                best, least = (x, y, box), cost
                if cost <= rank:
                    break
        if best is None:
            return ""
        x, y, box = best
        self.boxes.append(box)
        return words(x, y, text, css)


def touch(one: Box, other: Box) -> bool:
    """Whether two boxes (left, top, right, bottom) have a place in common."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def words(x: float, y: float, text: str, css: str = "", anchor: str = "") -> str:
    """A line of text with its baseline at a place."""
    css = f' class="{css}"' if css else ""
    anchor = f' text-anchor="{anchor}"' if anchor else ""
    return f'<text{css} x="{px(x)}" y="{px(y)}"{anchor}>{escape(clean(text))}</text>'


def shape(kind: str, x: float, y: float, size: float) -> str:
    """The path of one mark: a diamond for good, a triangle for bad, a square for high and low, else a circle."""
    left, up, outline = _outline(kind, size)
    return f"M{x - left:.1f} {y - up:.1f}{outline}"


@lru_cache(maxsize=512)
def _outline(kind: str, size: float) -> tuple[float, float, str]:
    """How far left of and above the middle a mark begins, and its path from there."""
    if kind == "good":
        r = size * 1.25
        return 0, r, f"l{r:.1f} {r:.1f}l-{r:.1f} {r:.1f}l-{r:.1f}-{r:.1f}z"
    if kind == "bad":
        r = size * 1.265
        return 0, r, f"l{r:.1f} {r * 1.727:.1f}h-{2 * r:.1f}z"
    if kind in ("high", "low"):
        r = size * 0.92
        return r, r, f"h{2 * r:.1f}v{2 * r:.1f}h-{2 * r:.1f}z"
    half = f"a{size:.1f} {size:.1f} 0 1 0"
    return size, 0, f"{half} {2 * size:.1f} 0{half}-{2 * size:.1f} 0z"


def apart(wanted: Sequence[float], heights: Sequence[float], top: float, bottom: float) -> list[float]:
    """Upper edges for blocks of these heights, as near as can be to the wanted ones (in rising order), none touching.

    All in pixels. Where the blocks do not fit between `top` and `bottom`, they pass beyond the top.
    """
    placed: list[float] = []
    free = top
    for want, height in zip(wanted, heights, strict=True):
        placed.append(max(want, free))
        free = placed[-1] + height
    limit = bottom
    for at in range(len(placed) - 1, -1, -1):
        placed[at] = min(placed[at], limit - heights[at])
        limit = placed[at]
    return placed


def svg(
    width: float, height: float, parts: Iterable[str], title: str, finding: str, told: str = "", css: str = ""
) -> SafeString:
    """The whole drawing: its name, what it says to those who do not see it (at length in `told`), and its parts."""
    css = f"chart {css}".strip()
    named = f"<title>{escape(clean(title))}</title>" if title else ""
    longer = f"<desc>{escape(clean(told))}</desc>" if told else ""
    return mark_safe(
        f'<svg class="{css}" viewBox="0 0 {px(width)} {px(height)}" role="img" '
        f'aria-label="{escape(clean(finding or title))}">{named}{longer}{"".join(parts)}</svg>'
    )


def both(wide: SafeString, narrow: SafeString) -> SafeString:
    """A drawing for wide screens, and the same drawn anew for small ones."""
    return mark_safe(f'<div class="only-wide">{wide}</div><div class="only-narrow">{narrow}</div>') if wide else wide
