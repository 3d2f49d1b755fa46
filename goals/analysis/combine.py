"""Indexes: one number from the scores of several measures, by a stated rule."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from goals.analysis.aim import Aim, Direction

NEAR_ZERO = 1e-9


class Rule(StrEnum):
    WEIGHTED_MEAN = "weighted_mean"
    MEAN = "mean"
    WORST = "worst"
    SHARE = "share"
    SUM = "sum"
    CITYSCORE = "cityscore"


@dataclass(frozen=True)
class Given:
    """One member in one period: its value (None: missing) and target in its unit, its weight, and where it should go.

    `is_index` says that the value is a score already.
    """

    value: float | None
    target: float | None
    weight: float
    aim: Aim
    meets: bool | None = None
    is_index: bool = False


@dataclass(frozen=True)
class Combined:
    """`value`: the index, or None; `fresh`: the share (0..1) of the weight that has a value.

    `scores` and `shares` have one entry per member, None where it is missing; shares add up to the value of the rules
    that are a mean or a sum, and are None under the others.
    """

    value: float | None
    fresh: float
    scores: tuple[float | None, ...]
    shares: tuple[float | None, ...]


def score(value: float, target: float | None, aim: Aim, is_index: bool = False) -> float | None:
    """A value against its target; 1.0 is on target. Up: value / target; down: target / value (Boston CityScore).

    Within a range: 1.0 inside, else 1 minus the distance from the range in widths of it (our own extension, not below
    zero). None where the ratio has no meaning: no target, or a divisor of zero.
    """
    if is_index:
        return value
    if aim.direction == Direction.WITHIN:
        assert aim.low is not None and aim.high is not None
        width = aim.high - aim.low
        return max(0.0, 1.0 - aim.outside(value) / width) if width else float(aim.outside(value) == 0)
    if target is None:
        return None
    over, under = (target, value) if aim.direction == Direction.DOWN else (value, target)
    return None if abs(under) < NEAR_ZERO else over / under


def combine(
    members: Sequence[Given], *, rule: Rule, cap: tuple[float, float] = (0.0, 2.0), least_fresh: float = 0.7
) -> Combined:
    """Combine members by `rule`; `cap` bounds every score, except for CityScore, which is published without caps.

    There is no value where the members with one carry less than `least_fresh` (0..1) of the weight; a sum needs every
    member. A measure that is down to zero when lower is better scores the upper cap: nothing can be better.
    """
    scores = [_capped(one, rule, cap) for one in members]
    known = [place for place, one in enumerate(members) if one.value is not None and scores[place] is not None]
    total = math.fsum(one.weight for one in members)
    fresh = math.fsum(members[place].weight for place in known) / total if total else 0.0
    nothing = Combined(None, fresh, tuple(scores), (None,) * len(members))
    if not known or fresh < least_fresh - 1e-12 or (rule == Rule.SUM and len(known) < len(members)):
        return nothing
    shares: list[float | None] = [None] * len(members)
    if rule == Rule.WORST:
        return Combined(min(_known(scores[place]) for place in known), fresh, tuple(scores), tuple(shares))
    weights = _weights(members, known, rule)
    for place, weight in zip(known, weights, strict=True):
        shares[place] = weight * _part(members[place], _known(scores[place]), rule)
    value = math.fsum(_known(shares[place]) for place in known)
    return Combined(value, fresh, tuple(scores), tuple(shares))


def _capped(member: Given, rule: Rule, cap: tuple[float, float]) -> float | None:
    if member.value is None:
        return None
    if rule == Rule.SUM:
        return member.value
    found = score(member.value, member.target, member.aim, member.is_index)
    if rule == Rule.CITYSCORE:
        return found
    if found is None and member.aim.direction == Direction.DOWN and member.target is not None:
        return cap[1]
    return None if found is None else min(max(found, cap[0]), cap[1])


def _weights(members: Sequence[Given], known: Sequence[int], rule: Rule) -> list[float]:
    if rule == Rule.SUM:
        return [1.0] * len(known)
    if rule == Rule.WEIGHTED_MEAN:
        total = math.fsum(members[place].weight for place in known)
        return [members[place].weight / total for place in known]
    return [1.0 / len(known)] * len(known)


def _part(member: Given, found: float, rule: Rule) -> float:
    return float(member.meets or False) if rule == Rule.SHARE else found


def _known(number: float | None) -> float:
    assert number is not None
    return number
