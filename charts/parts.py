"""What an index is made of: the part of each member, how much more it could give, and who is missing."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from charts.plot import both, svg, words
from charts.scale import finite, px
from charts.words import TEXT, clean, fitted, width_of

WIDE = 780
NARROW = 340
ROW = 34.0


@dataclass(frozen=True)
class Part:
    """A member of an index: what it adds now (0 or more), what it would add on target, and why it is left out.

    `value` is None for a member that is missing; `missing` says why ("Survey of Mar 2025, too old"). ValueError when a
    number is negative or not finite, or a missing member has a value.
    """

    name: str
    value: float | None
    share: float
    missing: str = ""

    def __post_init__(self) -> None:
        if min(finite([self.share, self.value or 0.0])) < 0:
            raise ValueError("A part of an index is 0 or more.")
        if self.missing and self.value is not None:
            raise ValueError("A member is missing or has a value, not both.")


def parts(members: Sequence[Part], finding: str, width: int = WIDE) -> SafeString:
    """The index as one bar of its parts, and each part beside what it would be on target; empty without members.

    All bars share one scale that begins at zero, so the rows add up to the bar above them. The dashed line says where
    the index would be with every member on target.
    """
    if not members:
        return SafeString()
    narrow = width < 500
    size = 12.5 if narrow else TEXT
    total = sum(one.value or 0.0 for one in members)
    whole = sum(one.share for one in members if one.value is not None)
    labels = 0.0 if narrow else min(max(width_of(_numbered(at, one)) for at, one in enumerate(members, 1)) + 20, 320.0)
    # Room for the words of a missing member beside its outline, however large it would be.
    largest = max((one.share for one in members if one.value is None), default=0.0)
    unit = (width - labels - 8) / (max(total, whole, largest * 2) or 1.0)
    drawn = _heading(total, whole, labels + whole * unit, width, size)
    x = labels
    for at, one in enumerate(members, 1):
        if one.value:
            length = one.value * unit
            fill, on_it = ("f1", "onbar") if at % 2 else ("f2", "onsoft")
            said = f"<title>{escape(clean(_told(one)))}</title>"
            box = f'x="{px(x)}" y="24" width="{px(length)}" height="24"'
            drawn.append(f'<rect class="{fill}" {box}>{said}</rect>')
            if length > 18:
                drawn.append(words(x + length / 2, 40, str(at), on_it, "middle"))
            x += length
    if whole:
        drawn.append(f'<path class="target" d="M{px(labels + whole * unit)} 20V52"/>')
    y = 62.0
    for at, one in enumerate(members, 1):
        name = fitted(clean(_numbered(at, one)), width - 4 if narrow else labels - 14, size)
        drawn.append(words(0, y + (13 if narrow else 15), name, "s"))
        y += 19 if narrow else 0
        drawn += _bars(one, at, labels, y, unit, width, size)
        y += ROW - (2 if narrow else 6)
    told = " ".join(f"{_told(one)}." for one in members)
    return svg(width, y, drawn, "", finding, told, "narrow" if narrow else "")


def parts_both(members: Sequence[Part], finding: str) -> SafeString:
    """The parts twice: drawn for wide screens, and drawn anew for small ones. See `parts`."""
    return both(parts(members, finding), parts(members, finding, NARROW))


def _heading(total: float, whole: float, end: float, width: float, size: float) -> list[str]:
    if not whole:
        return [words(0, 14, _("No index"), "b")]
    now = _("Index %(value)s") % {"value": f"{total:.2f}"}
    target = _("All on target %(value)s") % {"value": f"{whole:.2f}"}
    length = width_of(target, size)
    start = max(min(end - length / 2, width - length), width_of(now, size) + 16)
    return [words(0, 14, now, "b"), words(start, 14, target, "s")]


def _bars(one: Part, at: int, left: float, y: float, unit: float, width: float, size: float) -> list[str]:
    """One member: what it would be on target as a pale bar, what it is upon it, and both in words beside."""
    share = max(one.share * unit, 1.0)
    css = "share missing" if one.value is None else "share"
    drawn = [f'<rect class="{css}" x="{px(left)}" y="{px(y + 3)}" width="{px(share)}" height="16" rx="2"/>']
    if one.value:
        length, fill = px(one.value * unit), "f1" if at % 2 else "f2"
        drawn.append(f'<rect class="{fill}" x="{px(left)}" y="{px(y + 5)}" width="{length}" height="12" rx="2"/>')
    start = left + max(share, (one.value or 0.0) * unit) + 8
    text = fitted(clean(_state(one)), max(width - start, 0), size)
    return [*drawn, words(start, y + 15, text, "b" if one.value is not None else "")]


def _numbered(at: int, one: Part) -> str:
    return f"{at}. {one.name}"


def _state(one: Part) -> str:
    """ "0.31 of 0.33", "left out: Survey of Mar 2025, too old"."""
    if one.value is None:
        return _("left out: %(why)s") % {"why": one.missing} if one.missing else _("left out")
    return _("%(value)s of %(share)s") % {"value": f"{one.value:.2f}", "share": f"{one.share:.2f}"}


def _told(one: Part) -> str:
    return f"{one.name}: {_state(one)}"
