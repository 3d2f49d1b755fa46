"""Rare events: the days between them are charted, because counts of nought and one say next to nothing."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np

from goals.analysis.aim import NO_AIM, Aim
from goals.analysis.xmr import Floats, Reading, read, series_of

POWER = 3.6


def days_of(counts: Iterable[tuple[date, int]]) -> list[date]:
    """The days of the events, in order, one entry for each event, from (day, number of events on it).

    ValueError for a number that is negative or not whole.
    """
    days = []
    for day, count in sorted(counts):
        if count < 0 or count != int(count):
            raise ValueError("A count of events is a whole number from 0 up.")
        days += [day] * int(count)
    return days


def days_between(dates: Iterable[date]) -> list[int]:
    """Whole days from each event to the next, for n events in any order: n - 1 numbers, 0 on the same day."""
    return [(later - earlier).days for earlier, later in pairwise(sorted(dates))]


def read_between(days: Iterable[Any], *, aim: Aim = NO_AIM, deliveries: Iterable[int] = ()) -> Reading:
    """The T chart of n waiting times in days (None or nan: unknown): longer is higher.

    Waiting times are skewed, so d ** (1 / 3.6) is charted as in `xmr.read` and turned back: `values` and all lines are
    days, the mean line is what is typical rather than the average, a lower limit below nought is nought;
    `moving_ranges` and `segments` are those of the transformed values. Events that should become rarer have the aim
    up. Source: Nelson (1994), "A control chart for parts-per-million nonconforming items". ValueError for negatives
    and infinity.
    """
    waits = series_of(days)
    if (waits < 0).any():
        raise ValueError("Days between events cannot be negative.")
    told = read(waits ** (1 / POWER), aim=aim, deliveries=deliveries)
    return replace(
        told,
        values=waits,
        mean=_back(told.mean),
        lower=_back(told.lower),
        upper=_back(told.upper),
        near_lower=_back(told.near_lower),
        near_upper=_back(told.near_upper),
    )


def _back(lines: Floats) -> Floats:
    return np.maximum(lines, 0.0) ** POWER
