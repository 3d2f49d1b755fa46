"""Measures with a season: each month is judged against its own month of the baseline, not against the year."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from goals.analysis.aim import NO_AIM, Aim
from goals.analysis.xmr import Floats, Reading, read, series_of

LEAST_SEASONS = 3
ONE_PER_CENT = 2.3263478740408408  # of the standard normal distribution


def has_season(values: Iterable[Any], season: int = 12) -> bool:
    """Whether n periods in order, None or nan for a missing one, differ by their place in the season.

    Method: the Kruskal-Wallis test at 1 % on what is left of the values without their straight line, with the
    correction for ties, as X-11 tests for stable seasonality; chi-square by Wilson and Hilferty (1931). False for
    values of less than three whole seasons, and where a place in the season has fewer than two values.
    """
    series = series_of(values)
    place = np.arange(len(series))
    known = ~np.isnan(series)
    phases = place[known] % season
    if known.sum() < LEAST_SEASONS * season or np.bincount(phases, minlength=season).min() < 2:
        return False
    left = series[known] - np.polyval(np.polyfit(place[known], series[known], 1), place[known])
    left = np.round(left, 9)
    _different, rank, count = np.unique(left, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(count) - (count - 1) / 2)[rank]
    n = len(ranks)
    ties = 1 - float(((count**3 - count).sum()) / (n**3 - n))
    if ties <= 0:
        return False
    between = sum(float(ranks[phases == one].sum()) ** 2 / (phases == one).sum() for one in range(season))
    statistic = (12 / (n * (n + 1)) * between - 3 * (n + 1)) / ties
    free = season - 1
    return bool(statistic > free * (1 - 2 / (9 * free) + ONE_PER_CENT * (2 / (9 * free)) ** 0.5) ** 3)


def read_season(
    values: Iterable[Any],
    *,
    season: int = 12,
    aim: Aim = NO_AIM,
    target: float | None = None,
    deliveries: Iterable[int] = (),
    screen: bool = True,
) -> Reading | None:
    """Read n periods in order, None or nan for a missing one, against the season of `season` periods.

    Method: the mean of each month over the baseline (the points before the first delivery, or all) is its season, and
    what is charted is the deviation from it, put back on the average level. A mean of k values swallows a part of
    their own noise, so deviations inside the baseline are stretched by sqrt(k / (k-1)) and those of later points,
    which had no part in it, shrunk by sqrt(k / (k+1)): routine points then vary alike and the limits of `xmr.read`
    hold. A month with one value in the baseline cannot deviate from itself and is left out as a gap.
    The reading is in the unit of the measure: `values` are the measured ones, `mean`, `lower`, `upper` and the near
    lines rise and fall with the season; `moving_ranges` and `segments` are those of the deviations.
    None when the baseline has values of less than two whole seasons. Source: deviations from monthly means, as in
    classical decomposition; the two factors are the variance of x - mean with and without x in the mean.
    ValueError for a season of fewer than 2 periods, and for infinity.
    """
    if season < 2:
        raise ValueError("A season has at least two periods.")
    series = series_of(values)
    places = sorted(place for place in deliveries if 0 < place < len(series))
    until = places[0] if places else len(series)
    baseline = series[:until]
    if np.count_nonzero(~np.isnan(baseline)) < 2 * season:
        return None
    usual, factor = _usual(series, until, season)
    level = float(baseline[~np.isnan(baseline)].mean())
    told = read(level + (series - usual) * factor, aim=aim, target=target, deliveries=places, screen=screen)

    def lines(of: Floats) -> Floats:
        return usual + (of - level) / factor

    return replace(
        told,
        values=series,
        mean=lines(told.mean),
        lower=lines(told.lower),
        upper=lines(told.upper),
        near_lower=lines(told.near_lower),
        near_upper=lines(told.near_upper),
    )


def _usual(series: Floats, until: int, season: int) -> tuple[Floats, Floats]:
    """The mean of its month for each point, and what its deviation is multiplied by; both (n,), nan where unknown."""
    usual, factor = np.full(len(series), np.nan), np.full(len(series), np.nan)
    place = np.arange(len(series))
    for phase in range(season):
        same = place % season == phase
        own = series[same & (place < until)]
        own = own[~np.isnan(own)]
        if own.size >= 2:
            usual[same] = own.mean()
            factor[same] = np.where(
                place[same] < until, np.sqrt(own.size / (own.size - 1)), np.sqrt(own.size / (own.size + 1))
            )
    return usual, factor
