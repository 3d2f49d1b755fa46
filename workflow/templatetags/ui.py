"""Tags and filters of the design: icons, dates and money in the city's voice, people, pills, paths, answers."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

import nh3
from django import template
from django.templatetags.static import static
from django.utils import formats
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt

from workflow import clock

register = template.Library()

MARKDOWN = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(["table", "strikethrough"])
MARKDOWN_TAGS = set("a blockquote br code del em h3 h4 hr li ol p pre s strong table tbody td th thead tr ul".split())
HEADING = re.compile(r"<(/?)h[12]>")
LINK_SCHEMES = {"http", "https", "mailto", "tel"}
NUMBER_UNITS = [(Decimal(10) ** 9, "B"), (Decimal(10) ** 6, "M"), (Decimal(10) ** 3, "k")]


# --- icons and people


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """A Lucide icon from the sprite; it supports a word, so screen readers skip it."""
    return format_html(
        '<svg class="i{}" aria-hidden="true"><use href="{}#i-{}"></use></svg>',
        f" {css}" if css else "",
        static("icons/sprite.svg"),
        name,
    )


@register.simple_tag
def initials(user: Any, css: str = "") -> SafeString:
    """The round mark with a person's initials; dashed when there is nobody."""
    if user is None:
        return mark_safe('<span class="av none" aria-hidden="true"></span>')
    return format_html('<span class="av{}" aria-hidden="true">{}</span>', f" {css}" if css else "", user.initials)


@register.inclusion_tag("components/person.html")
def person(user: Any, nobody: str = "") -> dict[str, Any]:
    """Name, title and extension, wherever someone acts or can be asked."""
    return {"person": user, "nobody": nobody}


@register.filter
def card(user: Any) -> str:
    """A person in one line of plain text: "Maria Delgado, Public Safety liaison, ext. 4412"."""
    if not user:
        return ""
    extension = _("ext. %(number)s") % {"number": user.extension} if user.extension else ""
    return ", ".join(str(part) for part in (user.name, user.title, extension) if part)


@register.filter
def named(user: Any) -> SafeString:
    """The same line with the name standing out, for prose about several people."""
    name, _comma, rest = card(user).partition(", ")
    return format_html("<b>{}</b>{}", name, f", {rest}" if rest else "")


# --- dates and times


def _local(value: date | datetime) -> datetime | date:
    return value.astimezone(clock.calendar().zone) if isinstance(value, datetime) else value


def _as_date(value: date | datetime) -> date:
    local = _local(value)
    return local.date() if isinstance(local, datetime) else local


@register.filter
def day(value: date | datetime | None) -> str:
    """A date in prose: "Wed, October 21", with the year when it is another one."""
    if not value:
        return ""
    on = _as_date(value)
    return formats.date_format(on, _("D, F j") if on.year == clock.today().year else _("D, F j, Y"))


@register.filter
def day_short(value: date | datetime | None) -> str:
    """A date in a table: "Oct 21", with the year when it is another one."""
    if not value:
        return ""
    on = _as_date(value)
    return formats.date_format(on, _("M j") if on.year == clock.today().year else _("M j, Y"))


@register.filter
def time_of_day(value: datetime | None) -> str:
    """A time: "9:42 am"."""
    if not value:
        return ""
    local = _local(value)
    return f"{formats.date_format(local, 'g:i')} {formats.date_format(local, 'A').lower()}"


@register.filter
def moment(value: datetime | None) -> str:
    """A date with its time: "Oct 12, 2:10 pm"."""
    return f"{day_short(value)}, {time_of_day(value)}" if value else ""


@register.filter
def when(value: date | datetime | None) -> str:
    """Relative under two days ("3 h ago", "in 20 min", "tomorrow"), the date beyond."""
    if not value:
        return ""
    away = (_as_date(value) - clock.today()).days
    if not isinstance(value, datetime):
        return {0: _("today"), 1: _("tomorrow"), -1: _("yesterday")}.get(away, day_short(value))
    span = value - clock.now()
    if abs(span) >= timedelta(days=2):
        return day_short(value)
    if abs(span) < timedelta(minutes=1):
        return _("just now")
    if away in (1, -1):
        at = {"time": time_of_day(value)}
        return _("tomorrow, %(time)s") % at if away == 1 else _("yesterday, %(time)s") % at
    if away:
        return moment(value)
    length = _length(abs(span))
    return _("in %(length)s") % {"length": length} if span > timedelta() else _("%(length)s ago") % {"length": length}


def _length(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    if minutes < 60:
        return _("%(count)s min") % {"count": minutes}
    return _("%(count)s h") % {"count": minutes // 60}


# --- numbers


def _decimal(value: Any) -> Decimal | None:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _rounded(number: Decimal, places: int = 0) -> Decimal:
    return number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


@register.filter
def money(value: Any) -> str:
    """Money in prose, in whole dollars: "$46,000". Nothing for an unknown amount."""
    number = _decimal(value)
    if number is None:
        return ""
    number = _rounded(number)
    return f"{'-' if number < 0 else ''}${formats.number_format(abs(number), 0, force_grouping=True)}"


@register.filter
def money_short(value: Any) -> str:
    """Money in tables: "$950", "$46k", "$1.2M", "$3B". Nothing for an unknown amount."""
    number = _decimal(value)
    if number is None:
        return ""
    sign, number = ("-" if number < 0 else ""), abs(number)
    for size, unit in NUMBER_UNITS:
        if number >= size * Decimal("0.9995"):
            scaled = _rounded(number / size, 0 if unit == "k" or number >= 100 * size else 1)
            return f"{sign}${formats.number_format(scaled.normalize() + 0, use_l10n=True)}{unit}"
    return f"{sign}${_rounded(number)}"


@register.filter
def number(value: Any) -> str:
    """A number as people write it: thousands grouped, no trailing zeros."""
    exact = _decimal(value)
    if exact is None:
        return ""
    text = f"{exact:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return str(formats.number_format(text, force_grouping=True)).replace("-", "−", 1)


# --- words


@register.filter
def markdown(text: str | None) -> SafeString:
    """Markdown of a person as clean HTML: no raw HTML, no scripts, no images; links carry nofollow."""
    html = HEADING.sub(r"<\1h3>", MARKDOWN.render(text or ""))
    return mark_safe(
        nh3.clean(
            html,
            tags=MARKDOWN_TAGS,
            attributes={"a": {"href", "title"}},
            url_schemes=LINK_SCHEMES,
            link_rel="nofollow noopener",
        )
    )


# --- components


@register.simple_tag
def pill(tone: str, icon_name: str, text: str, css: str = "") -> SafeString:
    """A status in a box. Tones: fwd, done, attn, late, alt, wait."""
    return format_html('<span class="pill {}{}">{}{}</span>', tone, f" {css}" if css else "", icon(icon_name), text)


@register.simple_tag
def state(tone: str, icon_name: str, text: str) -> SafeString:
    """A status in a table, without a box."""
    return format_html('<span class="state {}">{}{}</span>', tone, icon(icon_name), text)


@register.inclusion_tag("components/path.html")
def path_steps(steps: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The path stepper.

    `steps`: mappings with `label`, `state` (done, now, todo or paused), and perhaps `when` (text) and `subs`
    (mappings with `text` and `done`, the lines of getting ready).
    """
    steps = list(steps)
    return {"steps": steps, "paused": any(step["state"] == "paused" for step in steps)}


@register.inclusion_tag("components/mini_path.html")
def mini_path(steps: Iterable[Mapping[str, Any]], text: str = "", small: bool = False) -> dict[str, Any]:
    """The small path: one bar per step, and the words that carry the meaning.

    `steps` as for `path_steps`; a `ready` flag on the present step hatches its bar. Without `text` it says
    "Step 3 of 6 · Decision".
    """
    steps = list(steps)
    position = next((at for at, step in enumerate(steps) if step["state"] in {"now", "paused"}), None)
    paused = position is not None and steps[position]["state"] == "paused"
    if not text and position is not None:
        place = {"at": position + 1, "of": len(steps), "label": steps[position]["label"]}
        text = _("Step %(at)s of %(of)s · %(label)s") % place
    return {"steps": steps, "paused": paused, "text": text, "small": small}


@register.inclusion_tag("components/answers.html")
def answers(where: Any, next: Any, who: Any, when: Any) -> dict[str, Any]:
    """The four answers, in this order: each a text, or a pair of a text and the line below; `who` may be a person."""
    if hasattr(who, "initials"):
        below = card(who).partition(", ")[2]
        who = (who.name, below)
    asked = {_("Where is it?"): where, _("What’s next?"): next, _("Who has it?"): who, _("When will I hear?"): when}
    return {"rows": [(label, *_pair(value)) for label, value in asked.items()]}


def _pair(value: Any) -> tuple[Any, Any]:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return value[0], (value[1] if len(value) > 1 else "")
    return value, ""


RING = 56.5


@register.simple_tag
def clock_ring(used: float, text: str, tone: str = "") -> SafeString:
    """The answer clock: a ring that fills with the time used (0 to 1). Tones: none, soon, late, paused."""
    filled = RING * min(max(float(used), 0.0), 1.0)
    return format_html(
        '<span class="clock {}"><svg viewBox="0 0 24 24" aria-hidden="true"><circle class="bg" cx="12" cy="12" r="9"/>'
        '<circle class="fg" cx="12" cy="12" r="9" stroke-dasharray="{} {}"/></svg>{}</span>',
        tone,
        f"{filled:.1f}",
        RING,
        text,
    )


SOON = 0.75


@register.simple_tag
def answer_clock(since: datetime | None, due_at: datetime | None, paused: bool = False) -> SafeString:
    """The answer clock of something due, in working time: what is left, how late it is, or that it stands still."""
    if paused:
        return clock_ring(0.5, _("clock paused"), "paused")
    if due_at is None:
        return format_html('<span class="muted">{}</span>', _("no date"))
    calendar, now = clock.calendar(), clock.now()
    if due_at < now:
        return clock_ring(1, _("%(time)s late") % {"time": working_time(calendar.worked_between(due_at, now))}, "late")
    left, whole = (calendar.worked_between(start, due_at) for start in (now, since or now))
    used = 1 - left / whole if whole else 0.0
    return clock_ring(used, _("%(time)s left") % {"time": working_time(left)}, "soon" if used >= SOON else "")


def working_time(span: timedelta) -> str:
    """Working time as people say it: "3 h", "1 d 6 h", beyond four days "12 d"."""
    calendar = clock.calendar()
    hours = int(span.total_seconds() // 3600)
    days, rest = divmod(hours, max(calendar.closes.hour - calendar.opens.hour, 1))
    if not hours:
        return _("under 1 h")
    if days > 4 or (days and not rest):
        return _("%(days)s d") % {"days": days}
    return _("%(days)s d %(hours)s h") % {"days": days, "hours": rest} if days else _("%(hours)s h") % {"hours": hours}


HEALTH = {
    "green": mark_safe('<circle class="g" cx="8" cy="8" r="6.5"/>'),
    "amber": mark_safe('<path class="a" d="M8 1.2 15.4 14.5H.6z"/>'),
    "red": mark_safe('<path class="r" d="M8 .8 15.2 8 8 15.2.8 8z"/>'),
}


@register.simple_tag
def health(colour: str, text: str) -> SafeString:
    """Health of a project: circle, triangle or diamond, and the word. An unknown colour shows the word alone."""
    if colour not in HEALTH:
        return format_html('<span class="rag muted">{}</span>', text)
    shape = format_html('<svg viewBox="0 0 16 16" aria-hidden="true">{}</svg>', HEALTH[colour])
    return format_html('<span class="rag">{}{}</span>', shape, text)


@register.simple_tag
def bar(value: Any, of: Any, second: Any = 0) -> SafeString:
    """A bar from zero: `value` of `of`, with a lighter second part. Decorative: the number stands beside it."""
    whole = float(of or 0)
    first = _share(value, whole)
    return format_html(
        '<svg class="bar" aria-hidden="true"><rect class="b2" width="{}%" height="100%"/>'
        '<rect{} width="{}%" height="100%"/></svg>',
        f"{min(first + _share(second, whole), 100):.1f}",
        mark_safe(' class="over"') if whole and float(value or 0) > whole else "",
        f"{first:.1f}",
    )


def _share(value: Any, whole: float) -> float:
    return min(max(float(value or 0) / whole * 100, 0.0), 100.0) if whole > 0 else 0.0
