"""What the statistics say, in sentences."""

from collections.abc import Callable
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from goals.analysis import quality
from goals.analysis.shift import Outcome, Reason, Verdict
from goals.analysis.xmr import Assurance

RULES: dict[int, Promise] = {
    1: lazy("outside the limits"),
    2: lazy("seven or more in a row on one side of the mean"),
    3: lazy("seven or more in a row rising or falling"),
    4: lazy("two of three close to the same limit"),
}

ASSURANCES: dict[Assurance, Promise] = {
    Assurance.WILL_MEET: lazy("The target will be met as the work goes now."),
    Assurance.WILL_MISS: lazy("The target will be missed as the work goes now: it needs a change in how we work."),
    Assurance.HIT_AND_MISS: lazy("The target is hit and missed by chance: it is in reach, not routine."),
}

FINDINGS: dict[quality.Kind, Promise] = {
    quality.Kind.MISSING: lazy("There is no value. Leave it out if it is not known: a gap is never a zero."),
    quality.Kind.NOT_A_NUMBER: lazy('"%(text)s" is not a number. Write it in figures, such as 12.5.'),
    quality.Kind.OTHER_COMMA: lazy(
        '"%(text)s" can be read with a decimal comma or a decimal point. Write it the way of the other values.'
    ),
    quality.Kind.NOT_A_DAY: lazy('"%(text)s" is not a date. Write it as 2026-01-31 or 1/31/2026.'),
    quality.Kind.NO_SUCH_DAY: lazy('"%(text)s" is not in the calendar. Write the month first, as in 1/31/2026.'),
    quality.Kind.FUTURE: lazy("%(day)s is still to come. Enter its value when it is known."),
    quality.Kind.TWICE: lazy("%(period)s stands there twice. Keep the value that is right."),
    quality.Kind.GAP: lazy("Periods without a value before this one: %(missing)s. They stay gaps."),
    quality.Kind.FACTOR: lazy(
        "%(value)s is out of the usual size, %(usual)s, by a factor of %(factor)s. Check the unit, or confirm it."
    ),
    quality.Kind.INVERTED: lazy(
        "The score %(score)s was computed the wrong way round. It should be %(ours)s: check which direction is better."
    ),
    quality.Kind.MIRRORED: lazy(
        "%(value)s is far from the values before, %(rest)s would not be. Check which share is counted."
    ),
}


def say_finding(found: quality.Finding) -> str:
    return str(FINDINGS[found.kind]) % found.values


def say_rules(rules: frozenset[int]) -> str:
    return "; ".join(_("rule %(number)s, %(rule)s") % {"number": rule, "rule": RULES[rule]} for rule in sorted(rules))


def say_verdict(outcome: Outcome, say: Callable[[float], str], until: Any = None) -> str:
    """The verdict in one sentence. `say` writes a value with its unit; `until` is the day from which it can be told."""
    if outcome.shift is None:
        if until is None:
            return _("Cannot tell yet: at least 8 values are needed on each side, and there are %(b)s and %(a)s.") % {
                "b": outcome.before,
                "a": outcome.after,
            }
        return _("Cannot tell yet, until %(day)s: there are too few values.") % {"day": until}
    if outcome.reason == Reason.ALREADY_MOVING:
        return _("Cannot tell: it was already moving this way before.")
    if outcome.reason == Reason.WITHIN_RANGE:
        return _("No detectable change: it moved, and is as far from the range as before.")
    range_told = {
        "shift": say(outcome.shift.value),
        "low": say(outcome.shift.low),
        "high": say(outcome.shift.high),
    }
    sentences = {
        Verdict.BETTER: _("Better since: on average %(shift)s, 95%% range %(low)s to %(high)s."),
        Verdict.WORSE: _("Worse since: on average %(shift)s, 95%% range %(low)s to %(high)s."),
        Verdict.NO_CHANGE: _("No detectable change: on average %(shift)s, 95%% range %(low)s to %(high)s."),
    }
    return sentences[outcome.verdict] % range_told
