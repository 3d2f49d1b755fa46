"""Where a measure should go: up, down, or to stay within a range."""

import math
from dataclasses import dataclass
from enum import StrEnum


class Direction(StrEnum):
    UP = "up"
    DOWN = "down"
    WITHIN = "within"


@dataclass(frozen=True)
class Aim:
    """The direction that is better; without one no change is good or bad.

    `low` and `high` (unit of the measure) are the ends of the range of a measure that should stay within it.
    ValueError when that range is missing, not finite or upside down.
    """

    direction: Direction | None = None
    low: float | None = None
    high: float | None = None

    def __post_init__(self) -> None:
        if self.direction == Direction.WITHIN:
            if self.low is None or self.high is None:
                raise ValueError("A measure that should stay within a range needs both ends of it.")
            if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low <= self.high):
                raise ValueError("The lower end of a range must be a number that is not above the upper end.")

    def outside(self, value: float) -> float:
        """How far a value lies outside the range `low..high`, in its unit; 0.0 inside it."""
        low = -math.inf if self.low is None else self.low
        high = math.inf if self.high is None else self.high
        return max(low - value, value - high, 0.0)

    def gain(self, before: float, after: float, tolerance: float = 0.0) -> int:
        """1 when `after` is better than `before`, -1 when it is worse, 0 when neither can be said.

        Both in the unit of the measure; differences up to `tolerance` (same unit) are none.
        """
        if self.direction is None:
            return 0
        if self.direction == Direction.WITHIN:
            step = self.outside(before) - self.outside(after)
        else:
            step = after - before if self.direction == Direction.UP else before - after
        return int(step > tolerance) - int(step < -tolerance)


NO_AIM = Aim()
