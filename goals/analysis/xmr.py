"""Process behaviour (XmR) charts: limits, signals, and what they say about a target."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby, pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from goals.analysis.aim import NO_AIM, Aim, Direction

Floats = npt.NDArray[np.float64]

PROVISIONAL_FROM = 8
LIMITS_FROM = 12
NATURAL = 2.66  # 3 / d2 with d2 = 1.128, the mean range of two normal values
LARGEST_RANGE = 3.267  # D4 of ranges of two
NEAR = 2 / 3
RUN = 7

OUTSIDE, ONE_SIDE, TREND, NEAR_LIMIT = 1, 2, 3, 4


class Kind(StrEnum):
    """What a point says: a gap has no value, a plain point no limits to be judged against."""

    GAP = "gap"
    PLAIN = "plain"
    ROUTINE = "routine"
    IMPROVEMENT = "improvement"
    CONCERN = "concern"
    HIGH = "high"
    LOW = "low"


class Assurance(StrEnum):
    """Whether a process that goes on as it is meets its target."""

    WILL_MEET = "will_meet"
    WILL_MISS = "will_miss"
    HIT_AND_MISS = "hit_and_miss"


@dataclass(frozen=True)
class Limits:
    """The lines of one stretch of points, all in the unit of the measure.

    `amr` is the average moving range that the limits stand on, `points` how many values they were computed from.
    """

    mean: float
    amr: float
    points: int

    @property
    def lower(self) -> float:
        return self.mean - NATURAL * self.amr

    @property
    def upper(self) -> float:
        return self.mean + NATURAL * self.amr

    @property
    def near_lower(self) -> float:
        return self.mean - NEAR * NATURAL * self.amr

    @property
    def near_upper(self) -> float:
        return self.mean + NEAR * NATURAL * self.amr

    @property
    def largest_range(self) -> float:
        """The upper limit of the chart of moving ranges."""
        return LARGEST_RANGE * self.amr

    @property
    def are_provisional(self) -> bool:
        return self.points < LIMITS_FROM


@dataclass(frozen=True)
class Segment:
    """Points `start` to `stop` (half open) between two deliveries or changes of definition.

    `limits` are its own, None where it has too few points. `judges` is False after a delivery: such lines are for
    reading only, and the points are judged against the limits frozen before it.
    """

    start: int
    stop: int
    limits: Limits | None
    judges: bool

    @property
    def is_provisional(self) -> bool:
        return not self.judges or (self.limits is not None and self.limits.are_provisional)


@dataclass(frozen=True, eq=False)
class Reading:
    """A series and what its chart says; every array has the shape (n,) of the series, nan for what is not there.

    `mean`, `lower`, `upper`, `near_lower`, `near_upper`: the lines that each point was judged against (unit of the
    measure). `moving_ranges[i]`: the distance to point i-1. `rules[i]`: which of the four rules flag point i.
    """

    values: Floats
    moving_ranges: Floats
    mean: Floats
    lower: Floats
    upper: Floats
    near_lower: Floats
    near_upper: Floats
    rules: tuple[frozenset[int], ...]
    kinds: tuple[Kind, ...]
    segments: tuple[Segment, ...]
    assurance: Assurance | None

    @property
    def flagged(self) -> list[int]:
        """The positions of the points that a rule flags."""
        return [at for at, rules in enumerate(self.rules) if rules]


def series_of(values: Iterable[Any]) -> Floats:
    """An array of shape (n,) from numbers, with nan for None. ValueError for infinity."""
    array = np.array([np.nan if value is None else float(value) for value in values], dtype=np.float64)
    if np.isinf(array).any():
        raise ValueError("A value of a series must be a finite number, or be missing.")
    return array


def rounding_of(values: Floats) -> float:
    """Differences up to this (unit of `values`) come from binary rounding, not from the data; 0.0 for no values."""
    known = values[np.isfinite(values)]
    return float(np.abs(known).max()) * 1e-12 if known.size else 0.0


def moving_ranges(values: Floats) -> Floats:
    """|x[i] - x[i-1]| in the unit of `values`, shape (n,); nan at the first point and on both sides of a gap."""
    ranges = np.full(values.shape, np.nan)
    ranges[1:] = np.abs(np.diff(values))
    return ranges


def limits_of(values: Floats, *, screen: bool = True) -> Limits | None:
    """The natural process limits of one stretch of values, shape (n,), nan for gaps.

    mean +/- 2.66 x average moving range; with `screen`, ranges of 3.267 x the average and more are dropped once and
    the average is taken again (Wheeler; NHS "plot the dots", ptd_spc_standard). No range is taken across a gap.
    None below 8 values, or when gaps leave fewer ranges than half the values.
    """
    known = values[~np.isnan(values)]
    ranges = moving_ranges(values)
    ranges = ranges[~np.isnan(ranges)]
    if known.size < PROVISIONAL_FROM or ranges.size * 2 < known.size:
        return None
    amr = ranges.mean()
    if screen and amr > 0:
        amr = ranges[ranges < LARGEST_RANGE * amr].mean()
    return Limits(mean=float(known.mean()), amr=float(amr), points=int(known.size))


def signals(values: Floats, limits: Limits) -> tuple[frozenset[int], ...]:
    """Which of the four rules of NHS "plot the dots" flag each point of `values`, shape (n,), unit of the limits.

    1 outside a limit; 2 seven or more consecutive points on one side of the mean, all flagged; 3 seven or more
    consecutive points strictly rising or falling, all flagged; 4 two of three consecutive points between near limit
    and limit with all three on the same side of the mean, of which the near ones are flagged. A point on the mean
    and a gap break a run.
    """
    found: list[set[int]] = [set() for _ in values]
    rounding = rounding_of(np.append(values, [limits.upper, limits.lower]))
    sides = _signs(values - limits.mean, rounding)
    distance = np.abs(values - limits.mean)
    outside = distance > NATURAL * limits.amr + rounding
    near = (distance > NEAR * NATURAL * limits.amr + rounding) & ~outside
    for at in np.flatnonzero(outside):
        found[at].add(OUTSIDE)
    for start, stop in _runs(sides):
        if stop - start >= RUN:
            _flag(found, range(start, stop), ONE_SIDE)
        for first in range(start, stop - 2):
            close = [at for at in range(first, first + 3) if near[at]]
            if len(close) >= 2:
                _flag(found, close, NEAR_LIMIT)
    for start, stop in _runs(_steps(values, rounding)):
        if stop - start >= RUN - 1:
            _flag(found, range(start - 1, stop), TREND)
    return tuple(map(frozenset, found))


def read(
    values: Iterable[Any],
    *,
    aim: Aim = NO_AIM,
    target: float | None = None,
    breaks: Iterable[int] = (),
    deliveries: Iterable[int] = (),
    screen: bool = True,
) -> Reading:
    """Read a series of n periods in order, None or nan for a missing one, in the unit of the measure.

    `breaks` and `deliveries` are positions of the first point after a change of definition or a delivery. Limits are
    computed anew after a change of definition. After a delivery the limits from before stay frozen and judge what
    follows; the lines of the later points are drawn for reading only. `target`: unit of the measure.
    Sources: domain rules of the product; NHS "plot the dots". ValueError for infinity.
    """
    series = series_of(values)
    n = len(series)
    restarts = _inside(breaks, n)
    cuts = _inside([*restarts, *deliveries], n)
    segments = tuple(
        Segment(start, stop, limits_of(series[start:stop], screen=screen), judges=start in (0, *restarts))
        for start, stop in pairwise([0, *cuts, n])
    )
    lines = np.full((5, n), np.nan)
    ranges = np.full(n, np.nan)
    rules: list[frozenset[int]] = []
    kinds: list[Kind] = []
    for start, stop in pairwise([0, *restarts, n]):
        part = series[start:stop]
        ranges[start:stop] = moving_ranges(part)
        limits = next(segment.limits for segment in segments if segment.start == start)
        if limits is None:
            found: tuple[frozenset[int], ...] = (frozenset(),) * len(part)
        else:
            found = signals(part, limits)
            lines[:, start:stop] = np.array(
                [[limits.mean], [limits.lower], [limits.upper], [limits.near_lower], [limits.near_upper]]
            )
        rules.extend(found)
        kinds.extend(_kinds(part, found, limits, aim))
    mean, lower, upper, near_lower, near_upper = lines
    return Reading(
        values=series,
        moving_ranges=ranges,
        mean=mean,
        lower=lower,
        upper=upper,
        near_lower=near_lower,
        near_upper=near_upper,
        rules=tuple(rules),
        kinds=tuple(kinds),
        segments=segments,
        assurance=assured(segments, aim, target),
    )


def assured(segments: Sequence[Segment], aim: Aim, target: float | None) -> Assurance | None:
    """Whether the process of the last segment, going on as it is, meets its target (unit of the measure).

    Up: will miss when the target lies above the upper limit, will meet when below the lower one, else hit and miss;
    down: mirrored; within: will meet when both limits lie in the range, will miss when the whole band lies outside.
    None without a direction, a target or limits. Source: NHS "plot the dots", ptd_calculate_assurance_type.
    """
    limits = segments[-1].limits
    if limits is None:
        return None
    if aim.direction == Direction.WITHIN:
        low, high = aim.low, aim.high
    else:
        low = target if aim.direction == Direction.UP else None
        high = target if aim.direction == Direction.DOWN else None
    if low is None and high is None:
        return None
    bottom, top = -np.inf if low is None else low, np.inf if high is None else high
    rounding = rounding_of(np.array([limits.lower, limits.upper, bottom, top]))
    if limits.upper < bottom - rounding or limits.lower > top + rounding:
        return Assurance.WILL_MISS
    if limits.lower > bottom + rounding and limits.upper < top - rounding:
        return Assurance.WILL_MEET
    return Assurance.HIT_AND_MISS


def _inside(places: Iterable[int], n: int) -> list[int]:
    """The cuts that have points on both sides, in order, each once."""
    return sorted({place for place in places if 0 < place < n})


def _signs(differences: Floats, rounding: float) -> list[int]:
    return [int(d > rounding) - int(d < -rounding) for d in differences]


def _steps(values: Floats, rounding: float) -> list[int]:
    """1 for a rise to this point, -1 for a fall, 0 for neither."""
    return [0, *_signs(np.diff(values), rounding)][: len(values)]


def _runs(signs: Sequence[int]) -> Iterator[tuple[int, int]]:
    """(start, stop) of each run of equal signs other than 0."""
    start = 0
    for sign, run in groupby(signs):
        stop = start + sum(1 for _ in run)
        if sign:
            yield start, stop
        start = stop


def _flag(found: list[set[int]], places: Iterable[int], rule: int) -> None:
    for place in places:
        found[place].add(rule)


def _kinds(values: Floats, rules: Sequence[frozenset[int]], limits: Limits | None, aim: Aim) -> Iterator[Kind]:
    rounding = rounding_of(values)
    steps = _steps(values, rounding)
    for at, value in enumerate(values):
        if np.isnan(value):
            yield Kind.GAP
        elif limits is None:
            yield Kind.PLAIN
        elif not rules[at]:
            yield Kind.ROUTINE
        else:
            # A point on the mean is flagged only as part of a trend: the way of the trend is its side.
            away = value - limits.mean
            away = away if abs(away) > rounding else (steps[at] or steps[at + 1]) * limits.amr
            gain = aim.gain(limits.mean, limits.mean + away)
            if gain:
                yield Kind.IMPROVEMENT if gain > 0 else Kind.CONCERN
            else:
                yield Kind.HIGH if away > 0 else Kind.LOW
