"""Spearman's rank correlation with bootstrap intervals."""

from __future__ import annotations

from typing import Literal

import numpy as np
from scipy import special, stats

Interval = Literal["bca", "percentile"]

#: Resamples of an interval, and how many ranks are worked out at a time (bounds the memory).
RESAMPLES = 2000
_AT_ONCE = 4_000_000


def spearman(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rank correlation of x (n,) with each column of y (n, p): rho, p and number of pairs, three of (p,).

    Pairs with a missing value are left out. p is two-sided from t = ρ·√((n − 2)/(1 − ρ²)) with n − 2
    degrees of freedom; NaN below three pairs or where one side is constant.
    """
    both = np.isfinite(x)[:, None] & np.isfinite(y)
    count = both.sum(axis=0)
    ranks_y = stats.rankdata(np.where(both, y, np.nan), axis=0, nan_policy="omit")
    spread = np.broadcast_to(x[:, None], y.shape)
    ranks_x = stats.rankdata(np.where(both, spread, np.nan), axis=0, nan_policy="omit")
    with np.errstate(invalid="ignore", divide="ignore"):
        rho = _correlation(ranks_x, ranks_y)
        rho = np.where(count >= 3, rho, np.nan)
        t = rho * np.sqrt((count - 2) / np.maximum(1 - rho**2, 0.0))
        p = 2 * special.stdtr(np.maximum(count - 2, 1).astype(float), -np.abs(t))
    return rho, np.where(np.isnan(rho), np.nan, p), count


def _correlation(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Pearson correlation along axis 0 of arrays with the same gaps."""
    known = np.isfinite(a)
    n = known.sum(axis=0)
    a = np.where(known, a - np.where(known, a, 0.0).sum(axis=0) / n, 0.0)
    b = np.where(known, b - np.where(known, b, 0.0).sum(axis=0) / n, 0.0)
    size = np.sqrt((a * a).sum(axis=0) * (b * b).sum(axis=0))
    found: np.ndarray = np.where(
        size > 0, np.clip((a * b).sum(axis=0) / np.where(size > 0, size, 1), -1, 1), np.nan
    )
    return found


def spearman_interval(
    x: np.ndarray,
    y: np.ndarray,
    *,
    level: float = 0.95,
    way: Interval = "bca",
    resamples: int = RESAMPLES,
    seed: int = 1,
) -> tuple[float, float]:
    """Bootstrap interval of the rank correlation of two columns (n,), pairs drawn with replacement.

    ``bca`` corrects the percentiles for bias and skewness (B. Efron 1987, Better bootstrap confidence
    intervals, J. American Statistical Association 82: 171-185), with the acceleration from the
    jackknife. NaN, NaN below four pairs or where one side is constant. Resamples in which a side is
    constant do not count.
    """
    both = np.isfinite(x) & np.isfinite(y)
    x, y = x[both], y[both]
    n = len(x)
    if n < 4 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return np.nan, np.nan
    random = np.random.default_rng(seed)
    draws: list[np.ndarray] = []
    at_once = max(1, _AT_ONCE // n)
    for start in range(0, resamples, at_once):
        pick = random.integers(0, n, (n, min(at_once, resamples - start)))
        draws.append(_correlation(stats.rankdata(x[pick], axis=0), stats.rankdata(y[pick], axis=0)))
    found = np.concatenate(draws)
    found = found[np.isfinite(found)]
    tail = (1 - level) / 2
    shares = np.array([tail, 1 - tail])
    if way == "bca":
        shares = _corrected(found, x, y, shares)
    low, high = np.quantile(found, shares)
    return float(low), float(high)


def _corrected(draws: np.ndarray, x: np.ndarray, y: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Percentiles (2,) corrected for bias and acceleration."""
    n = len(x)
    here = float(_correlation(stats.rankdata(x)[:, None], stats.rankdata(y)[:, None])[0])
    below = (np.sum(draws < here) + 0.5 * np.sum(draws == here)) / len(draws)
    if not 0 < below < 1:
        return shares
    bias = special.ndtri(below)
    others = np.array([np.delete(np.arange(n), at) for at in range(n)]).T
    left = _correlation(stats.rankdata(x[others], axis=0), stats.rankdata(y[others], axis=0))
    gap = np.nanmean(left) - left[np.isfinite(left)]
    size = (gap**2).sum()
    acceleration = (gap**3).sum() / (6 * size**1.5) if size > 0 else 0.0
    reach = bias + special.ndtri(shares)
    corrected: np.ndarray = special.ndtr(bias + reach / (1 - acceleration * reach))
    return corrected
