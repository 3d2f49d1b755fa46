"""Scores against a target that others published: how they come about, and what is wrong with one that differs."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

import numpy as np

from goals.analysis.aim import Aim, Direction
from goals.analysis.combine import score
from goals.analysis.xmr import series_of

LEAST_HISTORY = 90
FACTORS = (10.0, 100.0, 1000.0)


class Match(StrEnum):
    """How a published score relates to the one that value, target and direction give."""

    SAME = "same"
    UNDEFINED = "undefined"
    INVERTED = "inverted"
    FACTOR = "factor"
    OTHER = "other"


def historic_target(mean: float, sd: float, aim: Aim) -> float:
    """One standard deviation of slack from the historic mean, in their unit: mean - sd when up is better, mean + sd
    when down is. Only to reproduce what is published (Boston CityScore). ValueError for another aim."""
    if aim.direction not in (Direction.UP, Direction.DOWN):
        raise ValueError("A historic target needs a direction, up or down.")
    return mean - sd if aim.direction == Direction.UP else mean + sd


def target_of_history(values: Iterable[Any], aim: Aim) -> float | None:
    """The historic target of values, None or nan for missing, in their unit; None below 90 values.

    sd is the sample standard deviation (n - 1). Source: CityOfBoston/CityScoreToolkit. ValueError as above.
    """
    series = series_of(values)
    known = series[~np.isnan(series)]
    if known.size < LEAST_HISTORY:
        return None
    return historic_target(float(known.mean()), float(known.std(ddof=1)), aim)


def compare(
    published: float, value: float, target: float | None, aim: Aim, *, tolerance: float = 1e-6
) -> tuple[Match, float | None]:
    """What a published score is, beside the score that we compute (without unit, None where undefined).

    Same; undefined (no target, or a divisor of zero); inverted (target and value are swapped); factor (it fits when
    one of the two is 10, 100 or 1,000 times as large, in either direction); other. `value`, `target`: one unit;
    `tolerance`: absolute, and relative for scores above 1.
    """
    ours = score(value, target, aim)
    if ours is None or target is None:
        return Match.UNDEFINED, ours

    def fits(other: float | None) -> bool:
        return other is not None and abs(other - published) <= tolerance * max(1.0, abs(published))

    turned = Aim(Direction.UP if aim.direction == Direction.DOWN else Direction.DOWN)
    if fits(ours):
        return Match.SAME, ours
    if fits(score(value, target, turned)):
        return Match.INVERTED, ours
    for factor in FACTORS:
        for way in (aim, turned):
            if fits(score(value * factor, target, way)) or fits(score(value, target * factor, way)):
                return Match.FACTOR, ours
    return Match.OTHER, ours
