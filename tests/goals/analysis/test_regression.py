"""Regression with remembering errors: the numbers of statsmodels at the same autocorrelation, and exact gaps."""

import csv

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st

from goals.analysis.regression import RHOS, fit
from goals.analysis.shift import design_of

NAMES = [
    "EMS RESPONSE TIME",
    "311 CALL CENTER PERFORMANCE",
    "BFD RESPONSE TIME",
    "POTHOLE ON-TIME %",
    "STREETLIGHT ON-TIME %",
    "GRAFFITI ON-TIME %",
    "LIBRARY USERS",
    "PART 1 CRIMES",
]


def correlation(times, rho):
    return rho ** np.abs(times[:, None] - times[None, :])


def restricted(times, design, values, rho):
    """The restricted log likelihood, written out with whole matrices."""
    matrix = correlation(times, rho)
    inverse = np.linalg.inv(matrix)
    left = values - design @ np.linalg.solve(design.T @ inverse @ design, design.T @ inverse @ values)
    n, p = design.shape
    return -0.5 * (
        np.linalg.slogdet(matrix)[1]
        + np.linalg.slogdet(design.T @ inverse @ design)[1]
        + (n - p) * np.log(left @ inverse @ left)
    )


def agree(times, design, values):
    made = fit(times, design, values[:, None])
    rho = float(made.rho[0])
    oracle = sm.GLS(values, design, sigma=correlation(times, rho)).fit()
    scale = np.abs(values - values.mean()).max()
    assert made.beta[0] == pytest.approx(oracle.params, rel=1e-6, abs=1e-6 * scale)
    assert made.error[0] == pytest.approx(oracle.bse, rel=1e-6)
    assert made.sd[0] == pytest.approx(np.sqrt(oracle.scale), rel=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_real_series_give_the_numbers_of_statsmodels(shared_data, name):
    with (shared_data / "boston-cityscore" / "cityscore_summary.csv").open(encoding="utf-8-sig") as file:
        rows = [row for row in csv.DictReader(file) if row["CTY_SCR_NAME"] == name and row["CTY_SCR_NBR_WK_01"]]
    days = {np.datetime64(row["ETL_LOAD_DATE"][:10]): float(row["CTY_SCR_NBR_WK_01"]) for row in rows}
    first = min(days)
    # One value a week, at its own distance: weeks without one stay gaps.
    weeks = {int((day - first).astype(int)) // 7: value for day, value in sorted(days.items())}
    times, values = np.array(sorted(weeks), dtype=float), np.array([weeks[week] for week in sorted(weeks)])
    at = times[len(times) // 2]

    for waves, columns in ((0, ["shift"]), (1, ["shift", "time"]), (2, ["time", "shift", "since"])):
        agree(times, design_of(times, at, season=52, waves=waves, columns=columns), values)


@pytest.mark.parametrize("seed", range(200))
def test_random_series_give_the_numbers_of_statsmodels(seed):
    rng = np.random.default_rng(seed)
    times = np.flatnonzero(rng.random(rng.integers(24, 90)) > 0.15).astype(float)
    at = times[len(times) // 2]
    values = np.cumsum(rng.standard_normal(len(times))) * rng.choice([0, 0.3, 1]) + rng.standard_normal(len(times))
    waves = int(rng.integers(0, 3))

    design = design_of(times, at, season=12, waves=waves, columns=["shift", "time"])
    agree(times, design, 100 + 7 * values)


@pytest.mark.parametrize("seed", range(10))
def test_autocorrelation_maximises_the_restricted_likelihood(seed):
    rng = np.random.default_rng([9, seed])
    times = np.flatnonzero(rng.random(60) > 0.2).astype(float)
    values = np.cumsum(rng.standard_normal(len(times))) * 0.4 + rng.standard_normal(len(times))
    design = design_of(times, 30, season=12, waves=1, columns=["shift"])

    best = max(RHOS[RHOS != 0], key=lambda rho: restricted(times, design, values, rho))

    assert fit(times, design, values[:, None]).rho[0] == pytest.approx(best, abs=0.011)


def test_many_series_at_once_give_what_each_gives_alone():
    rng = np.random.default_rng(8)
    times = np.arange(40.0)
    series = rng.standard_normal((40, 35)).cumsum(axis=0)
    design = design_of(times, 20, season=None, waves=0, columns=["shift"])

    together = fit(times, design, series)

    for k in (0, 15, 16, 34):
        alone = fit(times, design, series[:, [k]])
        assert together.rho[k] == alone.rho[0]
        assert together.beta[k] == pytest.approx(alone.beta[0])
        assert together.error[k] == pytest.approx(alone.error[0])


@given(
    st.lists(st.integers(-40, 40), min_size=12, max_size=30), st.sampled_from([60, 0.1, -1]), st.sampled_from([0, 500])
)
def test_another_unit_changes_the_numbers_by_that_unit_only(numbers, factor, offset):
    values = np.array(numbers, dtype=float)
    times = np.arange(len(values), dtype=float)
    design = design_of(times, 6, season=None, waves=0, columns=["shift"])

    told, again = (fit(times, design, v[:, None]) for v in (values, values * factor + offset))

    if told.sd[0] > 0:
        assert again.rho[0] == pytest.approx(told.rho[0], abs=0.011)
        if again.rho[0] == told.rho[0]:
            assert again.beta[0, 1] == pytest.approx(told.beta[0, 1] * factor, abs=1e-6 * abs(factor))
            assert again.error[0, 1] == pytest.approx(told.error[0, 1] * abs(factor), rel=1e-6)


def test_series_that_lies_on_the_design_has_no_error():
    times = np.arange(20.0)
    design = design_of(times, 10, season=None, waves=0, columns=["shift"])
    series = np.column_stack([np.full(20, 0.1), np.where(times < 10, 3.3, 4.4), np.where(times < 10, 4.4, 3.3)])

    made = fit(times, design, series)

    assert (made.rho.tolist(), made.sd.tolist(), made.error.tolist()) == ([0] * 3, [0] * 3, [[0, 0]] * 3)
    assert made.beta[:, 1] == pytest.approx([0, 1.1, -1.1])
    assert made.ratio(1).tolist() == [0, np.inf, -np.inf]


@pytest.mark.parametrize(("n", "at"), [(2, 1), (10, 10), (10, 0)])
def test_design_that_the_series_cannot_bear_is_refused(n, at):
    times = np.arange(float(n))

    with pytest.raises(ValueError, match="too few"):
        fit(times, design_of(times, at, season=None, waves=0, columns=["shift"]), times[:, None])
