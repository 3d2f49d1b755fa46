"""Bars from zero: amounts side by side, in parts, and spent against budget."""

from collections.abc import Callable, Sequence

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from charts.scale import finite, px

LETTER = 6.5
ROW = 30.0
FILLS = ("f1", "f2", "fd", "fb", "f3")

Say = Callable[[float], str]


def _plain(value: float) -> str:
    return f"{value:,.0f}"


def bars(rows: Sequence[tuple[str, float]], finding: str, width: int = 640, say: Say = _plain) -> SafeString:
    """Horizontal bars: one per (label, value), longest value at full length. See `stacked`."""
    return stacked([(label, [value]) for label, value in rows], finding, width, say)


def stacked(
    rows: Sequence[tuple[str, Sequence[float]]], finding: str, width: int = 640, say: Say = _plain
) -> SafeString:
    """Horizontal bars in parts: each row is a label and its parts (0 or more, all in one unit; at most 5).

    `finding` is the sentence for those who do not see it, `say` writes a row's sum, `width` is in pixels (below 500
    the label stands above its bar). ValueError for a negative or not finite part.
    """
    sums = []
    for _label, parts in rows:
        if any(part < 0 for part in finite(parts)):
            raise ValueError("A bar starts at zero: no part may be negative.")
        if len(parts) > len(FILLS):
            raise ValueError(f"A bar has at most {len(FILLS)} parts.")
        sums.append(sum(map(float, parts)))
    if not rows:
        return SafeString()
    narrow = width < 500
    labels = 0.0 if narrow else min(max(len(label) for label, _parts in rows) * LETTER + 16, width * 0.42)
    ends = max(len(say(total)) for total in sums) * LETTER + 14
    room, top = max(width - labels - ends, 40.0), max(sums) or 1.0
    step = ROW + 14 if narrow else ROW
    drawn = []
    for at, ((label, parts), total) in enumerate(zip(rows, sums, strict=True)):
        y = at * step + (18 if narrow else 4)
        shown = label if narrow else _fitted(label, labels)
        drawn.append(f'<text class="s" x="0" y="{px(at * step + 12 if narrow else y + 14)}">{escape(shown)}</text>')
        x = labels
        for part, fill in zip(parts, FILLS, strict=False):
            length = float(part) / top * room
            drawn.append(f'<rect class="{fill}" x="{px(x)}" y="{px(y)}" width="{px(length)}" height="20" rx="2"/>')
            x += length
        drawn.append(f'<text class="b" x="{px(x + 8)}" y="{px(y + 14)}">{escape(say(total))}</text>')
    return _svg(width, len(rows) * step + 4, finding, drawn)


def stacked_both(rows: Sequence[tuple[str, Sequence[float]]], finding: str, say: Say = _plain) -> SafeString:
    """The bars twice: drawn for wide screens, and drawn anew for small ones. See `stacked`."""
    wide, narrow = stacked(rows, finding, say=say), stacked(rows, finding, 340, say)
    return mark_safe(f'<div class="only-wide">{wide}</div><div class="only-narrow">{narrow}</div>') if rows else wide


def budget_bar(budget: float, spent: float, finding: str, width: int = 320) -> SafeString:
    """Spent against budget (one unit, 0 or more): a filled part of the budget; what goes beyond it stands out.

    ValueError for a negative or not finite amount.
    """
    budget, spent = finite((budget, spent))
    if budget < 0 or spent < 0:
        raise ValueError("Budget and spent are 0 or more.")
    whole = max(budget, spent) or 1.0
    within, edge = min(budget, spent) / whole * width, budget / whole * width
    drawn = [
        f'<rect class="f3" x="0" y="2" width="{px(edge)}" height="12" rx="2"/>',
        f'<rect class="f1" x="0" y="2" width="{px(within)}" height="12" rx="2"/>',
    ]
    if spent > budget:
        drawn.append(f'<rect class="fb" x="{px(edge)}" y="2" width="{px(width - edge)}" height="12" rx="2"/>')
        drawn.append(f'<line class="mean" x1="{px(edge)}" x2="{px(edge)}" y1="0" y2="16"/>')
    return _svg(width, 16, finding, drawn)


def _fitted(label: str, room: float) -> str:
    letters = int((room - 16) / LETTER)
    return label if len(label) <= letters else f"{label[: max(letters - 1, 1)].rstrip()}…"


def _svg(width: float, height: float, finding: str, drawn: list[str]) -> SafeString:
    return mark_safe(
        f'<svg class="chart" viewBox="0 0 {px(width)} {px(height)}" role="img" aria-label="{escape(finding)}">'
        f"{''.join(drawn)}</svg>"
    )
