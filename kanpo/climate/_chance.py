"""Shares of few years, and how sure they are."""

from __future__ import annotations

import numpy as np
from scipy.stats import norm

#: 95 % on both sides.
_Z = float(norm.ppf(0.975))
#: Windows that share no year, below which no chance of a stand is spoken of.
LEAST_WINDOWS = 2


def wilson_interval(share: np.ndarray, count: float) -> tuple[np.ndarray, np.ndarray]:
    """95 % interval (n,), (n,) of shares (n,) of `count` years (Wilson 1927, J. Amer. Statist. Assoc. 22:209-212)."""
    if count <= 0:
        nothing = np.full(np.shape(share), np.nan)
        return nothing, nothing
    z2 = _Z * _Z / count
    middle = (share + z2 / 2) / (1 + z2)
    half = _Z / (1 + z2) * np.sqrt(share * (1 - share) / count + z2 / (4 * count))
    # At shares of 0 and 1 an end is the share itself, but for rounding.
    return np.clip(middle - half, 0.0, share), np.clip(middle + half, share, 1.0)


def count_windows(years: np.ndarray, length: int) -> tuple[int, int]:
    """How many stretches of `length` years running the years (Y,) hold, and how many that share no year."""
    runs = np.diff(np.r_[np.flatnonzero(starts_run(years)), len(years)])
    return int(np.maximum(runs - length + 1, 0).sum()), int((runs // length).sum())


def starts_run(years: np.ndarray) -> np.ndarray:
    """Where (Y,) a year does not follow on the one before it."""
    return np.r_[True, np.diff(years) != 1] if len(years) else np.zeros(0, bool)


def count_stands(inside: np.ndarray, years: np.ndarray, length: int) -> np.ndarray:
    """In how many stretches (n,) of `length` years running every year of `inside` (Y, n) is true."""
    count = np.zeros(inside.shape[1], dtype=np.int16)
    run = np.zeros(inside.shape[1], dtype=np.int16)
    for here, fresh in zip(inside, starts_run(years), strict=True):
        if fresh:
            run[:] = 0
        run += 1
        run *= here
        count += run >= length
    return count
