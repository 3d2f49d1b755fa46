"""The critical values of the outcome test, found by simulation and kept in `critical.json`."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from goals.analysis.xmr import Floats

FILE = Path(__file__).with_name("critical.json")

# The levels were chosen on simulated series so that the operating figures (operating.json) hold together:
# two-sided for the shift and its interval, one-sided for the other two, which look only the way of the shift.
# 5.5 % of series with autocorrelations of 0 to 0.7 are 5 % of those up to 0.6, so the interval is the 95 % one there.
LEVELS = {"shift": 0.055, "moving": 0.19, "beside_trend": 0.08}


@cache
def _tables() -> tuple[Floats, dict[str, Any]]:
    told = json.loads(FILE.read_text())
    return np.array(told["points"], dtype=float), {name: np.array(table) for name, table in told["tables"].items()}


def critical(test: str, *, before: float, after: float = 0.0, waves: int = 0) -> float:
    """How many standard errors an estimate must exceed in `test` (a key of LEVELS); no unit.

    `before` and `after`: number of values on each side ("moving" looks at `before` only); `waves`: seasonal waves in
    the model, 0 to 2. Between tabulated lengths it is interpolated linearly: the values fall ever more slowly with
    length, so the line lies above the curve and errs towards "no change". Below the shortest length the shortest
    counts, above the longest the longest. Source: `bench/outcome_test.py`. KeyError for an unknown test.
    """
    points, tables = _tables()
    table = tables[test][waves]
    if test == "moving":
        return float(np.interp(before, points, table))
    return float(np.interp(after, points, [np.interp(before, points, column) for column in table.T]))
