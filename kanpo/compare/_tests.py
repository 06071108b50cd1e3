"""Tests of many components at once: every function works on all columns of a matrix (n, p)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
from scipy import special, stats

#: A group without any spread gets this share of the greatest variance of the component, so that a
#: Welch analysis stays defined (its limit is that of a group known exactly).
_LEAST_SHARE = 1e-12
#: Exact rank-sum probabilities are worked out up to this many samples in the smaller group without
#: ties, as common statistics programs do; beyond, the normal approximation is used.
_EXACT = 8
_EXACT_OTHER = 50


@dataclass(frozen=True, slots=True, eq=False)
class TestResult:
    """Statistic, probability and effect size of each component, three of (p,); NaN where none can be told."""

    statistic: np.ndarray
    p: np.ndarray
    effect: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """Count, mean and variance (n − 1) of the known values of each component, three of (p,)."""

    count: np.ndarray
    mean: np.ndarray
    variance: np.ndarray


def moments(values: np.ndarray) -> Moments:
    """Of each column of values (n, p), without its NaN."""
    known = np.isfinite(values)
    count = known.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(known, values, 0.0).sum(axis=0) / np.where(count > 0, count, np.nan)
        spread = (np.where(known, values - mean, 0.0) ** 2).sum(axis=0)
        variance = spread / np.where(count > 1, count - 1, np.nan)
    # What rounding leaves of a constant column is no variance.
    constant = variance <= (1e-12 * np.abs(mean)) ** 2
    return Moments(count, mean, np.where(constant, 0.0, variance))


def welch(a: np.ndarray, b: np.ndarray) -> TestResult:
    """Welch's t test of a (n, p) against b (m, p), two-sided; the effect is Hedges' g.

    Sources: B. L. Welch (1947), Biometrika 34: 28-35; L. V. Hedges (1981), J. Educational Statistics
    6: 107-128 (with the exact factor of small samples).
    """
    one, two = moments(a), moments(b)
    with np.errstate(invalid="ignore", divide="ignore"):
        parts = one.variance / one.count, two.variance / two.count
        error = np.sqrt(parts[0] + parts[1])
        gap = one.mean - two.mean
        t = np.where(error > 0, gap / error, np.nan)
        freedom = (parts[0] + parts[1]) ** 2 / (
            parts[0] ** 2 / (one.count - 1) + parts[1] ** 2 / (two.count - 1)
        )
        p = 2 * special.stdtr(freedom, -np.abs(t))
        inside = one.count + two.count - 2
        pooled = np.sqrt(((one.count - 1) * one.variance + (two.count - 1) * two.variance) / inside)
        small = np.exp(special.gammaln(inside / 2) - special.gammaln((inside - 1) / 2)) / np.sqrt(inside / 2)
        effect = np.where(pooled > 0, small * gap / pooled, np.nan)
    return TestResult(t, p, effect)


def welch_anova(groups: Sequence[np.ndarray]) -> TestResult:
    """Welch's analysis of variance of k groups (nᵢ, p); the effect is η² (sums of squares between / total).

    Source: B. L. Welch (1951), On the comparison of several mean values, Biometrika 38: 330-336.
    A component with fewer than two values in a group, or without any spread, is not tested.
    """
    found = [moments(group) for group in groups]
    count = np.array([one.count for one in found], dtype=float)
    mean, variance = np.array([one.mean for one in found]), np.array([one.variance for one in found])
    k = len(groups)
    with np.errstate(invalid="ignore", divide="ignore"):
        most = variance.max(axis=0)
        weight = count / np.maximum(variance, _LEAST_SHARE * most)
        total = weight.sum(axis=0)
        centre = (weight * mean).sum(axis=0) / total
        lack = ((1 - weight / total) ** 2 / (count - 1)).sum(axis=0)
        between = (weight * (mean - centre) ** 2).sum(axis=0) / (k - 1)
        f = between / (1 + 2 * (k - 2) / (k**2 - 1) * lack)
        f = np.where((most > 0) & (count > 1).all(axis=0), f, np.nan)
        p = special.fdtrc(k - 1, (k**2 - 1) / (3 * lack), f)
        grand = (count * mean).sum(axis=0) / count.sum(axis=0)
        outer = (count * (mean - grand) ** 2).sum(axis=0)
        inner = ((count - 1) * variance).sum(axis=0)
        effect = np.where(most > 0, outer / (outer + inner), np.nan)
    return TestResult(f, p, effect)


def _ranked(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean ranks (n, p) of the known values in each column, NaN kept, and Σ(t³ − t) over its ties (p,)."""
    ranks = stats.rankdata(values, axis=0, nan_policy="omit")
    ordered = np.sort(values, axis=0)
    same = np.vstack([np.zeros((1, values.shape[1]), dtype=bool), ordered[1:] == ordered[:-1]])
    # Σ(t³ − t) = Σ over places in a run of ties (0, 1, 2 …) of 3·place·(place + 1).
    run = np.zeros(values.shape[1])
    ties = np.zeros(values.shape[1])
    for row in same:
        run = np.where(row, run + 1, 0.0)
        ties += 3 * run * (run + 1)
    return ranks, ties


def mann_whitney(a: np.ndarray, b: np.ndarray) -> TestResult:
    """Mann-Whitney test of a (n, p) against b (m, p), two-sided; the effect is Cliff's delta (−1 to 1).

    Exact where the smaller group has at most eight values and there are no ties, else normal with
    corrections for ties and continuity. Source: H. B. Mann, D. R. Whitney (1947), Annals of
    Mathematical Statistics 18: 50-60.
    """
    ranks, ties = _ranked(np.vstack([a, b]))
    first = ranks[: len(a)]
    n, m = np.isfinite(a).sum(axis=0).astype(float), np.isfinite(b).sum(axis=0).astype(float)
    u = np.nansum(first, axis=0) - n * (n + 1) / 2
    with np.errstate(invalid="ignore", divide="ignore"):
        total = n + m
        variance = n * m / 12 * (total + 1 - ties / (total * (total - 1)))
        # A gap below half a rank counts as none.
        z = (np.maximum(u, n * m - u) - n * m / 2 - 0.5) / np.sqrt(variance)
        p = np.where(variance > 0, np.minimum(2 * special.ndtr(-z), 1.0), np.nan)
        effect = np.where((n > 0) & (m > 0), 2 * u / (n * m) - 1, np.nan)
    exact = (
        (ties == 0) & (n > 0) & (m > 0) & (np.minimum(n, m) <= _EXACT) & (np.maximum(n, m) <= _EXACT_OTHER)
    )
    for sizes in set(zip(n[exact].astype(int), m[exact].astype(int), strict=True)):
        of = exact & (n == sizes[0]) & (m == sizes[1])
        tail = _upper_tail(int(sizes[0]), int(sizes[1]))
        p[of] = np.minimum(2 * tail[np.maximum(u[of], n[of] * m[of] - u[of]).round().astype(int)], 1.0)
    p = np.where((n > 0) & (m > 0), p, np.nan)
    return TestResult(np.where(np.isnan(p), np.nan, u), p, np.where(np.isnan(p), np.nan, effect))


@cache
def _upper_tail(n: int, m: int) -> np.ndarray:
    """P(U ≥ u) for u from 0 to n·m without ties, from the Gaussian binomial coefficients."""
    counts = np.ones(1)
    for i in range(1, n + 1):
        # Times (1 − x^(m + i)), then divided by (1 − x^i).
        counts = np.concatenate([counts, np.zeros(m + i)]) - np.concatenate([np.zeros(m + i), counts])
        for at in range(i, len(counts)):
            counts[at] += counts[at - i]
        counts = counts[: i * m + 1]
    return np.asarray(np.cumsum(counts[::-1])[::-1] / counts.sum())


def kruskal(groups: Sequence[np.ndarray]) -> TestResult:
    """Kruskal-Wallis test of k groups (nᵢ, p) with correction for ties; the effect is ε² = H / (N − 1).

    Source: W. H. Kruskal, W. A. Wallis (1952), J. American Statistical Association 47: 583-621.
    """
    ranks, ties = _ranked(np.vstack(groups))
    starts = np.cumsum([0, *(len(group) for group in groups)])
    total = np.isfinite(ranks).sum(axis=0).astype(float)
    h = np.zeros(ranks.shape[1])
    with np.errstate(invalid="ignore", divide="ignore"):
        for start, end in pairwise(starts):
            count = np.isfinite(ranks[start:end]).sum(axis=0)
            h += np.nansum(ranks[start:end], axis=0) ** 2 / np.where(count > 0, count, np.nan)
        h = 12 / (total * (total + 1)) * h - 3 * (total + 1)
        correction = 1 - ties / (total**3 - total)
        h = np.where(correction > 0, h / correction, np.nan)
        return TestResult(h, special.chdtrc(len(groups) - 1, h), h / (total - 1))


def false_discovery_rates(p: np.ndarray) -> np.ndarray:
    """q-values of p-values of any shape by Benjamini and Hochberg; NaN (not tested) does not count.

    Calling all with q ≤ 0.05 discoveries keeps the expected share of false ones at 5 % or below, for
    tests that are independent or positively dependent. Source: Y. Benjamini, Y. Hochberg (1995),
    Controlling the false discovery rate, J. Royal Statistical Society B 57: 289-300.
    """
    flat = np.asarray(p, dtype=float).ravel()
    tested = np.flatnonzero(np.isfinite(flat))
    q = np.full(len(flat), np.nan)
    if len(tested):
        order = tested[np.argsort(flat[tested], kind="stable")]
        scaled = flat[order] * len(order) / np.arange(1, len(order) + 1)
        q[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return q.reshape(np.shape(p))
