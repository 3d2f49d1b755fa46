"""Regression over time with errors that remember: AR(1) by restricted maximum likelihood, gaps taken exactly."""

from dataclasses import dataclass

import numpy as np

from goals.analysis.xmr import Floats

RHOS: Floats = np.arange(-60, 96) / 100
CHUNK = 16  # series at a time, so that the arrays of all rhos stay in the processor's cache
EXACT = 1e-13  # a residual share that is rounding, not noise


@dataclass(frozen=True, eq=False)
class Fit:
    """Regressions of S series on one design of p columns.

    `rho` (S,): autocorrelation at a distance of one period, in hundredths. `beta` (S, p): coefficients in the unit of
    the series. `error` (S, p): their standard errors. `sd` (S,): marginal standard deviation of the errors. A series
    that lies on the design exactly has rho, error and sd 0.
    """

    rho: Floats
    beta: Floats
    error: Floats
    sd: Floats

    def ratio(self, column: int) -> Floats:
        """Coefficient / standard error, shape (S,), without unit; infinite when the error is 0, 0 when both are."""
        beta, error = self.beta[:, column], self.error[:, column]
        exact = np.where(np.abs(beta) > 1e-9 * np.abs(self.beta).max(axis=1), np.copysign(np.inf, beta), 0.0)
        return np.where(error > 0, beta / np.where(error > 0, error, 1.0), exact)


def fit(times: Floats, design: Floats, series: Floats, rhos: Floats = RHOS) -> Fit:
    """Regress series, shape (n, S), any unit, on `design`, shape (n, p), observed at whole `times`, shape (n,), rising.

    Errors follow AR(1): observations that lie L periods apart correlate by rho^L, so a missing period needs no value.
    rho maximises the restricted likelihood over `rhos` (-0.60 to 0.95 in hundredths: finer is noise at the lengths of
    such series); beta and its errors follow by generalised least squares at that rho; sd^2 = RSS / (n - p).
    Sources: Harville (1977) for the restricted likelihood; Jones (1980) for AR(1) over unequal distances.
    ValueError when n <= p or the columns depend on each other.
    """
    n, p = design.shape
    if n <= p or np.linalg.matrix_rank(design) < p:
        raise ValueError("The series has too few values for this design.")
    centre = series.mean(axis=0)
    scale = np.abs(series - centre).max(axis=0)
    scale[scale <= np.abs(centre) * 1e-12] = np.inf
    link, variance = ar1(times, rhos)
    root = np.sqrt(variance)[:, :, None]
    q, r = np.linalg.qr((design - link[:, :, None] * _before(design)) / root)
    back = np.linalg.inv(r)
    restricted = np.log(variance).sum(axis=1) + 2 * np.log(np.abs(np.einsum("gpp->gp", r))).sum(axis=1)
    parts = []
    for first in range(0, series.shape[1], CHUNK):
        at = slice(first, first + CHUNK)
        y = (series[:, at] - centre[at]) / scale[at]
        white = (y - link[:, :, None] * _before(y)) / root
        load = np.swapaxes(q, 1, 2) @ white
        total = (white**2).sum(axis=1)
        rss = total - (load**2).sum(axis=1)
        exact = rss <= EXACT * total
        best = np.argmin(restricted[:, None] + (n - p) * np.log(np.where(exact, 1.0, rss)), axis=0)
        best = np.where(exact.any(axis=0), np.abs(rhos).argmin(), best)
        one = np.arange(len(best))
        sd = np.where(exact.any(axis=0), 0.0, np.sqrt(np.maximum(rss[best, one], 0.0) / (n - p)))
        beta = np.einsum("spk,sk->sp", back[best], load[best, :, one])
        error = sd[:, None] * np.sqrt((back**2).sum(axis=2))[best]
        parts.append((rhos[best], beta, error, sd))
    rho, beta, error, sd = (np.concatenate(part) for part in zip(*parts, strict=True))
    unit = np.where(np.isinf(scale), 1.0, scale)
    # What was centred comes back as a multiple of the columns that make a constant.
    constant = np.linalg.lstsq(design, np.ones(n), rcond=None)[0]
    return Fit(rho, beta * unit[:, None] + centre[:, None] * constant, error * unit[:, None], sd * unit)


def ar1(times: Floats, rhos: Floats) -> tuple[Floats, Floats]:
    """For G rhos and n rising times: the correlation with the observation before, 0 for the first, and the variance
    of what it leaves open, in units of the marginal variance; both of shape (G, n)."""
    link = np.zeros((len(rhos), len(times)))
    link[:, 1:] = np.asarray(rhos)[:, None] ** np.diff(times)
    return link, 1 - link**2


def _before(rows: Floats) -> Floats:
    return np.vstack([np.zeros((1, rows.shape[1])), rows[:-1]])
