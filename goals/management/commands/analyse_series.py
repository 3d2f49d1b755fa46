"""Says what the product would say of a series: `manage.py analyse_series FILE`."""

import json
import math
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from django.core.management.base import BaseCommand, CommandError

from goals import periods
from goals.analysis.aim import Aim, Direction
from goals.analysis.regression import fit
from goals.analysis.seasons import read_season
from goals.analysis.shift import Model, Outcome, design_of, judge
from goals.analysis.xmr import Limits, Reading, read, series_of
from goals.periods import MONTHLY, QUARTERLY, WEEKLY
from goals.seriesfile import Faulty, SeriesFile, read_series
from goals.words import ASSURANCES, say_rules, say_verdict
from workflow import clock
from workflow.imports import Unreadable

SEASONS = {MONTHLY: 12, QUARTERLY: 4, WEEKLY: 52}
COURSE = ["time", "shift", "since"]
NAMES = {
    "level": "level at the start",
    "time": "slope a period",
    "shift": "shift",
    "since": "change of slope a period",
}


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError
    return value


class Command(BaseCommand):
    help = "Read a CSV file of periods and values, and say what its chart, its target and a delivery amount to."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--direction", choices=["up", "down"], default="up", help="which way is better (up)")
        parser.add_argument("--target", type=_finite, help="the target, in the unit of the values")
        parser.add_argument("--break", type=_day, dest="delivered_on", metavar="YYYY-MM-DD", help="the delivery")
        parser.add_argument("--gap", type=int, default=0, help="periods of phase-in after the delivery to leave out")
        parser.add_argument("--json", action="store_true", help="print JSON with full precision")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            file = read_series(options["file"], clock.now().date())
        except Unreadable as trouble:
            raise CommandError(str(trouble)) from trouble
        except Faulty as trouble:
            raise CommandError(f"{trouble}\nRepair these lines and try again.") from trouble
        if options["gap"] < 0:
            raise CommandError("The phase-in gap cannot be negative. Give 0 or more periods.")
        told = analyse(
            file,
            direction=Direction(options["direction"]),
            target=options["target"],
            at=_place(file, options["delivered_on"]),
            gap=options["gap"],
        )
        if options["json"]:
            self.stdout.write(json.dumps(told, indent=1, allow_nan=False))
        else:
            for line in _lines(told):
                self.stdout.write(line)


def _place(file: SeriesFile, on: date | None) -> int | None:
    """The position of the first whole period from `on`; CommandError when that leaves nothing before or after it."""
    if on is None:
        return None
    first = periods.period_of(file.cadence, on)
    if first < on:
        first = periods.later(file.cadence, first, 1)
    at = periods.steps(file.cadence, file.starts[0], first)
    if not 0 < at < len(file.starts):
        raise CommandError(
            f"The break {on} leaves no values on one side. "
            f"Choose a day after {file.starts[0]} and up to {file.starts[-1]}."
        )
    return at


def analyse(
    file: SeriesFile, *, direction: Direction, target: float | None, at: int | None, gap: int
) -> dict[str, Any]:
    """All that is said of a series, as plain values with stable keys; `at` is the first period after the delivery."""
    aim = Aim(direction)
    deliveries = [] if at is None else [at]
    reading = read(file.values, aim=aim, target=target, deliveries=deliveries)
    season = SEASONS.get(file.cadence)
    seasonal = None
    if file.cadence == MONTHLY:
        seasonal = read_season(file.values, season=12, aim=aim, target=target, deliveries=deliveries)
    series = series_of(file.values)
    limits = reading.segments[0].limits
    return {
        "cadence": file.cadence,
        "direction": str(direction),
        "target": target,
        "periods": [start.isoformat() for start in file.starts],
        "values": file.values,
        "points": int((~np.isnan(series)).sum()),
        "mean": limits.mean if limits else float(np.nanmean(series)),
        "limits": _limits(limits),
        "segments": [
            {
                "first": file.starts[one.start].isoformat(),
                "last": file.starts[one.stop - 1].isoformat(),
                "judges": one.judges,
                "provisional": one.is_provisional,
                "limits": _limits(one.limits),
            }
            for one in reading.segments
        ],
        "flagged": _flagged(file, reading),
        "season": None if seasonal is None else {"flagged": _flagged(file, seasonal)},
        "assurance": None if reading.assurance is None else str(reading.assurance),
        "notes": list(map(str, file.remarks)),
        "outcome": None
        if at is None
        else _outcome(file, judge(file.values, at=at, aim=aim, gap=gap, season=season), at, gap),
    }


def _limits(limits: Limits | None) -> dict[str, Any] | None:
    if limits is None:
        return None
    return {
        "mean": limits.mean,
        "average_moving_range": limits.amr,
        "lower": limits.lower,
        "upper": limits.upper,
        "near_lower": limits.near_lower,
        "near_upper": limits.near_upper,
        "largest_moving_range": limits.largest_range,
        "points": limits.points,
        "provisional": limits.are_provisional,
    }


def _flagged(file: SeriesFile, reading: Reading) -> list[dict[str, Any]]:
    return [
        {
            "period": file.starts[at].isoformat(),
            "value": float(reading.values[at]),
            "rules": sorted(reading.rules[at]),
            "kind": str(reading.kinds[at]),
        }
        for at in reading.flagged
    ]


def _model(model: Model | None) -> dict[str, Any] | None:
    if model is None:
        return None
    return {
        "coefficients": {
            name: {"value": one.value, "error": one.error, "low": one.low, "high": one.high}
            for name, one in model.estimates.items()
        },
        "autocorrelation": model.rho,
        "sd": model.sd,
        "critical": model.critical,
    }


def _outcome(file: SeriesFile, outcome: Outcome, at: int, gap: int) -> dict[str, Any]:
    return {
        "first_period_after": file.starts[at].isoformat(),
        "gap": gap,
        "before": outcome.before,
        "after": outcome.after,
        "waves": outcome.waves,
        "verdict": str(outcome.verdict),
        "reason": None if outcome.reason is None else str(outcome.reason),
        "sentence": say_verdict(outcome, lambda value: f"{value:.6g}"),
        "was_moving": outcome.was_moving,
        "model": _model(outcome.model),
        "beside_trend": _model(outcome.beside_trend),
        "baseline": _model(outcome.moving),
        "course": _model(outcome.course),
        "ordinary_least_squares": _ordinary(file, at, gap),
        "signals": [file.starts[place].isoformat() for place in outcome.signals],
    }


def _ordinary(file: SeriesFile, at: int, gap: int) -> dict[str, Any] | None:
    """Ordinary least squares: level, time (1 to n), shift and time since the break (0 at the first one after it)."""
    series = series_of(file.values)
    place = np.arange(len(series))
    used = ~np.isnan(series) & ((place < at) | (place >= at + gap))
    times = (place[used] + 1).astype(np.float64)
    design = design_of(times, at + 1 + gap, season=None, waves=0, columns=COURSE)
    design[:, 1] = times
    try:
        made = fit(times, design, series[used][:, None], np.zeros(1))
    except ValueError:
        return None
    left = series[used] - design @ made.beta[0]
    next_to = np.diff(times) == 1
    spread = float((left**2).sum())
    return {
        "coefficients": {
            name: {"value": float(value), "error": float(error)}
            for name, value, error in zip(["level", *COURSE], made.beta[0], made.error[0], strict=True)
        },
        "sd": float(made.sd[0]),
        "residual_autocorrelation": float((left[1:] * left[:-1])[next_to].sum() / spread) if made.sd[0] else 0.0,
    }


def _lines(told: dict[str, Any]) -> list[str]:
    """The same for people."""
    better = "higher" if told["direction"] == "up" else "lower"
    lines = [
        f"{told['points']} values, {told['cadence']}, {told['periods'][0]} to {told['periods'][-1]}; "
        f"{better} is better.",
        *told["notes"],
        *_of_limits(told),
    ]
    lines += _of_flagged(told["flagged"], "Flagged points:", "No point is flagged.")
    if told["season"]:
        lines += _of_flagged(
            told["season"]["flagged"], "Flagged against their own month:", "Against its own month no point is flagged."
        )
    if told["target"] is not None:
        sentence = (
            ASSURANCES[told["assurance"]] if told["assurance"] else "There are too few values to say whether it is met."
        )
        lines.append(f"Target {told['target']:.6g}: {sentence}")
    return lines + (_of_outcome(told["outcome"]) if told["outcome"] else [])


def _of_limits(told: dict[str, Any]) -> list[str]:
    limits = told["limits"]
    if limits is None:
        return [f"Mean {told['mean']:.6g}. There are too few values for limits: they begin at 8."]
    provisional = " (provisional: fewer than 12 values)" if limits["provisional"] else ""
    lines = [
        f"Mean {limits['mean']:.6g}, average moving range {limits['average_moving_range']:.6g}, "
        f"limits {limits['lower']:.6g} to {limits['upper']:.6g}{provisional}."
    ]
    for one in told["segments"][1:]:
        since = one["limits"]
        lines.append(
            f"Since {one['first']}, for reading only: mean {since['mean']:.6g}, "
            f"limits {since['lower']:.6g} to {since['upper']:.6g}."
            if since
            else f"Since {one['first']} there are too few values for lines of their own."
        )
    return lines


def _of_flagged(flagged: list[dict[str, Any]], heading: str, nothing: str) -> list[str]:
    if not flagged:
        return [nothing]
    return [heading] + [
        f"  {one['period']}  {one['value']:.6g}  {one['kind']}: {say_rules(frozenset(one['rules']))}" for one in flagged
    ]


def _of_outcome(outcome: dict[str, Any]) -> list[str]:
    lines = [
        f"Delivery: {outcome['before']} values before, {outcome['after']} from {outcome['first_period_after']} on"
        + (f" after a gap of {outcome['gap']}." if outcome["gap"] else ".")
    ]
    for key, heading in (
        ("model", "Model of the verdict: average shift, errors AR(1), restricted maximum likelihood"),
        ("beside_trend", "The same beside a common trend"),
        ("course", "Evidence only: level, slope, shift and change of slope, errors AR(1)"),
    ):
        if outcome[key]:
            lines += [
                f"{heading}; autocorrelation {outcome[key]['autocorrelation']:.2f}",
                *_of_coefficients(outcome[key]),
            ]
    if ordinary := outcome["ordinary_least_squares"]:
        lines += [
            "Beside it, ordinary least squares of the four parameters (time 1 to n; time since 0 at the first point "
            f"after); autocorrelation of what is left {ordinary['residual_autocorrelation']:.2f}",
            *_of_coefficients(ordinary),
        ]
    return [*lines, f"Verdict: {outcome['sentence']}"]


def _of_coefficients(model: dict[str, Any]) -> list[str]:
    lines = []
    for name, one in model["coefficients"].items():
        if name in NAMES:
            reach = f", 95 % interval {one['low']:.6g} to {one['high']:.6g}" if "low" in one else ""
            lines.append(f"  {NAMES[name]} {one['value']:.6g}, standard error {one['error']:.6g}{reach}")
    return lines
