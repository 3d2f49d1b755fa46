"""Scales: from values and dates to places on a drawing, with ticks that people can read."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
MONTH_STEPS = (1, 2, 3, 6, 12, 24, 60, 120)
LARGEST = 1e15


@dataclass(frozen=True)
class Linear:
    """A straight map of `low..high` (any unit) to `start..end` (pixels); `high` must be above `low`."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


def px(value: float) -> str:
    """A coordinate with one decimal. ValueError for what cannot be drawn (nan, infinity)."""
    if not math.isfinite(value):
        raise ValueError("A coordinate must be a finite number.")
    text = f"{value:.1f}"
    return "0.0" if text == "-0.0" else text


def finite(values: Iterable[float]) -> list[float]:
    """The values as floats. ValueError unless each is finite and below 1e15 in size."""
    numbers = [float(value) for value in values]
    if any(not math.isfinite(number) or abs(number) > LARGEST for number in numbers):
        raise ValueError("A chart draws finite numbers below 1,000,000,000,000,000 only.")
    return numbers


def nice_ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Round ticks (steps of 1, 2, 2.5 or 5 times a power of ten) that cover `low..high`, about as many as asked.

    At least two. Unit of the ticks: that of the input. ValueError when a bound is not finite or `low` is above `high`.
    """
    low, high = finite((low, high))
    if low > high:
        raise ValueError("The lower bound is above the upper one.")
    smallest = max(abs(low), abs(high), 1e-9) * 1e-9
    if high - low < smallest:
        room = max(abs(low) * 0.1, 1.0)
        low, high = low - room, high + room
    rough = (high - low) / max(about - 1, 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in STEPS if power * factor >= rough * 0.999)
    first, last = math.floor(low / step), math.ceil(high / step)
    return [at * step for at in range(first, last + 1)]


def decimals(ticks: list[float]) -> int:
    """How many decimals (0 to 6) the labels of these ticks need to differ."""
    step = min((b - a for a, b in pairwise(ticks)), default=1.0)
    return next((places for places in range(6) if abs(step * 10**places - round(step * 10**places)) < 1e-6), 6)


def month_ticks(start: date, end: date, most: int = 8) -> list[date]:
    """At most `most` first days of months inside `start..end`, evenly 1, 2, 3, 6 or 12 months or whole years apart."""
    first = start.year * 12 + start.month - 1 + (start.day > 1)
    last = end.year * 12 + end.month - 1
    for step in MONTH_STEPS:
        begin = -(-first // step) * step
        months = range(begin, last + 1, step)
        if len(months) <= most:
            break
    else:
        months = range(begin, last + 1, step)[:most]
    return [date(month // 12, month % 12 + 1, 1) for month in months]
