"""The one test of an outcome: has the average shifted since the delivery, and was the measure moving before it?"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from goals.analysis.aim import Aim
from goals.analysis.calibration import critical
from goals.analysis.regression import Fit, fit
from goals.analysis.xmr import Floats, read, rounding_of, series_of

LEAST = 8
MOST = 120
LIKELY = 0.8
SHIFT = 1  # the column of the shift in every design


class Verdict(StrEnum):
    BETTER = "better"
    NO_CHANGE = "no_change"
    WORSE = "worse"
    CANNOT_TELL = "cannot_tell"


class Reason(StrEnum):
    TOO_FEW = "too_few"
    ALREADY_MOVING = "already_moving"
    WITHIN_RANGE = "within_range"


@dataclass(frozen=True)
class Estimate:
    """A coefficient, its standard error and its calibrated 95 % interval, all in the same unit."""

    value: float
    error: float
    low: float
    high: float


@dataclass(frozen=True)
class Model:
    """One regression: named estimates, lag-1 autocorrelation, marginal standard deviation (unit of the measure).

    `critical`: the half width of every interval in standard errors, calibrated for the shift.
    """

    estimates: dict[str, Estimate]
    rho: float
    sd: float
    critical: float


@dataclass(frozen=True)
class Outcome:
    """What the test says of one delivery.

    `before`, `after`: number of values on each side of the phase-in gap. `waves`: seasonal waves in the model.
    `mean_before`: plain average before, unit of the measure. `shift`: the average shift, None when there are too few
    values. `model`: the regression that it comes from; `beside_trend`: the same with a common straight trend, which a
    shift must survive when `was_moving`; `moving`: the slope of the baseline alone, per period.
    Evidence that never decides: `course`, the model with a change of slope, and `signals`, the positions after the
    gap that the frozen limits flag.
    """

    verdict: Verdict
    reason: Reason | None
    before: int
    after: int
    waves: int = 0
    mean_before: float | None = None
    was_moving: bool = False
    model: Model | None = None
    beside_trend: Model | None = None
    moving: Model | None = None
    course: Model | None = None
    signals: tuple[int, ...] = ()

    @property
    def shift(self) -> Estimate | None:
        return self.model.estimates["shift"] if self.model else None


@dataclass(frozen=True, eq=False)
class Fits:
    """The three regressions of S series that the verdict stands on."""

    shift: Fit
    beside_trend: Fit
    moving: Fit


@dataclass(frozen=True)
class Hurdles:
    """Critical values for one length of series, in standard errors."""

    shift: float
    moving: float
    beside_trend: float


@dataclass(frozen=True)
class Likely:
    """`points`: the shortest baseline that makes a verdict likely, None when not even the longest does.

    `chance`: how likely the verdict is with it (with the longest one when None), rounded down to 0.05.
    """

    points: int | None
    chance: float


def waves_in(count: float, season: float | None) -> int:
    """How many seasonal waves `count` values bear, with `season` periods in a year: one from two years, two from four.

    Waves, not a level for each month: two waves describe most of a year's shape with 4 numbers instead of 11, and the
    11 would cost a series of three years a fifth of its values, so a real shift would be missed more often. What two
    waves cannot follow (a single odd month) stays in the errors and widens the interval: it cannot make a shift.
    """
    if season is None or season < 4:
        return 0
    return min(int(count // (2 * season)), 2)


def design_of(times: Floats, at: float, *, season: float | None, waves: int, columns: Iterable[str]) -> Floats:
    """The design at `times`, shape (n,): a constant, then `columns`, then the waves; shape (n, p).

    "shift": 0 before period `at`, 1 from then on; "time": periods since the first time; "since": periods since `at`,
    0 at `at` itself and before, so that "shift" beside it is the jump at that point.
    """
    made = {
        "shift": (times >= at).astype(float),
        "time": times - times[0],
        "since": np.maximum(times - at, 0.0),
    }
    parts = [np.ones(len(times)), *(made[name] for name in columns)]
    for wave in range(1, waves + 1):
        angle = 2 * math.pi * wave * times / (season or 1.0)
        parts.append(np.cos(angle))
        # With four periods in a year the second sine is zero everywhere.
        if wave * 2 != season:
            parts.append(np.sin(angle))
    return np.column_stack(parts)


def fits_of(times: Floats, at: float, series: Floats, *, season: float | None = None) -> Fits:
    """The regressions behind the verdict for S series at the same times.

    `times`, shape (n,): whole periods that have a value, rising, without those of the phase-in gap. `at`: the first
    period after the delivery. `series`, shape (n, S), any unit. `season`: periods in a year, None without a season.
    """
    before: npt.NDArray[np.bool_] = times < at
    waves = waves_in(len(times), season)
    own = waves_in(int(before.sum()), season)
    return Fits(
        shift=fit(times, design_of(times, at, season=season, waves=waves, columns=["shift"]), series),
        beside_trend=fit(times, design_of(times, at, season=season, waves=waves, columns=["shift", "time"]), series),
        moving=fit(
            times[before], design_of(times[before], at, season=season, waves=own, columns=["time"]), series[before]
        ),
    )


def hurdles(before: int, after: int, season: float | None = None) -> Hurdles:
    """The calibrated critical values for a series of this length; `season` as in `fits_of`.

    They were found on months. Weeks and days swing more slowly, as if there were fewer values, and are looked up so.
    """
    share = min(1.0, 12 / season) if season else 1.0
    waves = waves_in(before + after, season)
    lengths = {"before": before * share if waves else before, "after": after * share if waves else after}
    own = waves_in(before, season)
    return Hurdles(
        shift=critical("shift", **lengths, waves=waves),
        moving=critical("moving", before=before * share if own else before, waves=own),
        beside_trend=critical("beside_trend", **lengths, waves=waves),
    )


def decide(fits: Fits, hurdle: Hurdles) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """The sign of the shift where it is believed, else 0.0, and whether a trend from before stands in its way.

    Both of shape (S,). A shift beyond its hurdle is believed, unless the baseline alone was moving the same way
    beyond its own (low) hurdle and the shift does not hold beside a common trend. A baseline that moved the other
    way cannot feign the shift, so it is not asked.
    """
    ratio = fits.shift.ratio(SHIFT)
    sign = np.where(np.abs(ratio) > hurdle.shift, np.sign(ratio), 0.0)
    moving = _beyond(fits.moving.ratio(1), hurdle.moving, np.sign(ratio))
    holds = _beyond(fits.beside_trend.ratio(SHIFT), hurdle.beside_trend, sign)
    stopped = (sign != 0) & moving & ~holds
    return np.where(stopped, 0.0, sign), stopped


def _beyond(ratio: Floats, limit: float, way: Any) -> npt.NDArray[np.bool_]:
    """Whether an estimate lies beyond its hurdle in the direction of `way`; an exact fit has an infinite ratio."""
    return (np.abs(ratio) > limit) & (np.sign(ratio) == way)


def judge(values: Iterable[Any], *, at: int, aim: Aim, gap: int = 0, season: float | None = None) -> Outcome:
    """Judge one delivery by the average shift with AR(1) errors (REML) against calibrated critical values.

    `values`: n periods in order, None or nan where one is missing, in the unit of the measure. `at`: position of the
    first period after the delivery; the `gap` periods from there on are phase-in and left out. `season`: periods in a
    year (12, 4, 52) when the measure may have a season; it is modelled from two years of values on.
    Fewer than 8 values on a side: cannot tell, too few. A shift that a trend from before may explain: cannot tell,
    already moving. Within a range: better when the average came nearer to it. Sources: the module `regression`,
    `bench/outcome_test.py` for the figures. ValueError for infinity, a negative gap or an aim without direction.
    """
    if aim.direction is None:
        raise ValueError("Say where the measure should go before its outcome is judged.")
    if gap < 0:
        raise ValueError("A phase-in gap cannot be negative.")
    series = series_of(values)
    place = np.arange(len(series))
    used = ~np.isnan(series) & ((place < at) | (place >= at + gap))
    times, known = place[used].astype(float), series[used]
    before, after = int((times < at).sum()), int((times >= at).sum())
    if min(before, after) < LEAST:
        return Outcome(Verdict.CANNOT_TELL, Reason.TOO_FEW, before, after)
    fits = fits_of(times, at, known[:, None], season=season)
    hurdle = hurdles(before, after, season)
    sign, stopped = decide(fits, hurdle)
    mean_before = float(known[times < at].mean())
    shift = float(fits.shift.beta[0, SHIFT])
    verdict, reason = Verdict.NO_CHANGE, None
    if stopped[0]:
        verdict, reason = Verdict.CANNOT_TELL, Reason.ALREADY_MOVING
    elif sign[0]:
        gain = aim.gain(mean_before, mean_before + shift, rounding_of(known))
        verdict = {1: Verdict.BETTER, -1: Verdict.WORSE, 0: Verdict.NO_CHANGE}[gain]
        reason = None if gain else Reason.WITHIN_RANGE
    waves = waves_in(before + after, season)
    course = fit(
        times,
        design_of(times, at + gap, season=season, waves=waves, columns=["time", "shift", "since"]),
        known[:, None],
    )
    chart = read(series, aim=aim, deliveries=[at])
    return Outcome(
        verdict=verdict,
        reason=reason,
        before=before,
        after=after,
        waves=waves,
        mean_before=mean_before,
        was_moving=bool(_beyond(fits.moving.ratio(1), hurdle.moving, np.sign(shift))[0]),
        model=_model(fits.shift, ["level", "shift"], hurdle.shift),
        beside_trend=_model(fits.beside_trend, ["level", "shift", "time"], hurdle.shift),
        moving=_model(fits.moving, ["level", "time"], hurdle.shift),
        course=_model(course, ["level", "time", "shift", "since"], hurdle.shift),
        signals=tuple(at_ for at_ in chart.flagged if at_ >= at + gap),
    )


def chance_of(
    promise: float, *, sd: float, rho: float, before: int, after: int, gap: int = 0, season: float | None = None
) -> float:
    """How likely the test finds a shift of the promised size, 0..1, when nothing else changes.

    `promise` and `sd` (marginal standard deviation of the values around their level): the same unit, any sign; `rho`:
    autocorrelation of neighbouring periods. Normal approximation with known rho at the calibrated critical values: the
    chance to pass the hurdle of the shift, less the chance that the baseline seems to move the same way and the shift
    then fails beside a trend (two estimates that depend on each other: their joint distribution is integrated).
    ValueError unless sd > 0 and -1 < rho < 1.
    """
    if not (sd > 0 and -1 < rho < 1):
        raise ValueError("A chance needs a standard deviation above 0 and an autocorrelation between -1 and 1.")
    times = np.concatenate([np.arange(before), np.arange(before + gap, before + gap + after)]).astype(float)
    own, waves, hurdle = waves_in(before, season), waves_in(len(times), season), hurdles(before, after, season)
    memory = rho ** np.abs(times[:, None] - times)
    alone = _weights(design_of(times, before, season=season, waves=waves, columns=["shift"]), memory)
    beside = _weights(design_of(times, before, season=season, waves=waves, columns=["shift", "time"]), memory)
    moving = np.zeros(len(times))
    moving[:before] = _weights(
        design_of(times[:before], before, season=season, waves=own, columns=["time"]), memory[:before, :before]
    )
    size = abs(promise) / sd
    spread_alone, spread_beside, spread_moving = (math.sqrt(w @ memory @ w) for w in (alone, beside, moving))
    together = float(beside @ memory @ moving) / (spread_beside * spread_moving)
    # The chance that the baseline's slope passes its hurdle, slice by slice, and the shift beside a trend does not.
    slopes = np.linspace(hurdle.moving, hurdle.moving + 8, 400)
    fails = (hurdle.beside_trend - size / spread_beside - together * slopes) / math.sqrt(1 - together**2)
    density = np.exp(-(slopes**2) / 2) / math.sqrt(2 * math.pi)
    stopped = float(np.trapezoid(density * [_below(z) for z in fails], slopes))
    return max(_below(size / spread_alone - hurdle.shift) - stopped, 0.0)


def likely_baseline(
    promise: float, *, sd: float, rho: float, after: int, gap: int = 0, season: float | None = None
) -> Likely:
    """The shortest baseline, 8 to 120 periods, with which a promised shift is found with a chance of 0.8 or more.

    Arguments and errors as for `chance_of`; `after`: how many periods will be measured after the gap, at least 8.
    """
    if after < LEAST:
        raise ValueError("At least 8 periods must be measured after the delivery.")
    chance = 0.0
    for before in range(LEAST, MOST + 1):
        chance = chance_of(promise, sd=sd, rho=rho, before=before, after=after, gap=gap, season=season)
        if chance >= LIKELY:
            return Likely(before, _down(chance))
    return Likely(None, _down(chance))


def noise_of(values: Iterable[Any], *, season: float | None = None) -> tuple[float, float]:
    """Marginal standard deviation (unit of the measure) and lag-1 autocorrelation of a series around its level.

    `values` and `season` as for `judge`. ValueError below 8 values.
    """
    series = series_of(values)
    used = ~np.isnan(series)
    if used.sum() < LEAST:
        raise ValueError("At least 8 values are needed to say how much a measure varies.")
    times = np.flatnonzero(used).astype(float)
    waves = waves_in(len(times), season)
    made = fit(times, design_of(times, 0, season=season, waves=waves, columns=[]), series[used][:, None])
    return float(made.sd[0]), float(made.rho[0])


def _weights(design: Floats, memory: Floats) -> Floats:
    """What each observation counts in the generalised least squares estimate of column 1; shape (n,)."""
    solved = np.linalg.solve(memory, design)
    made: Floats = np.linalg.solve(design.T @ solved, solved.T)[SHIFT]
    return made


def _below(z: float) -> float:
    """The standard normal distribution at z."""
    return 0.5 * (1 + math.erf(z / math.sqrt(2)))


def _down(chance: float) -> float:
    return math.floor(chance * 20 + 1e-9) / 20


def _model(made: Fit, names: list[str], limit: float) -> Model:
    beta, error = made.beta[0], made.error[0]
    waves = [f"season_{number}" for number in range(1, len(beta) - len(names) + 1)]
    return Model(
        estimates={
            name: Estimate(float(b), float(e), float(b - limit * e), float(b + limit * e))
            for name, b, e in zip([*names, *waves], beta, error, strict=True)
        },
        rho=float(made.rho[0]),
        sd=float(made.sd[0]),
        critical=limit,
    )
