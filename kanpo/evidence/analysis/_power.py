"""What a trial could not have seen: the difference it would find in four years out of five."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import optimize, special, stats

from kanpo.evidence.analysis._multiple import scales

POWER = 0.8


@dataclass(frozen=True, slots=True)
class Power:
    """For the means of a term: what difference is significant, and what is found with probability 0.8.

    Attributes
    ----------
    se_difference : float
        Standard error of a difference of two means (root mean square over the pairs).
    lsd : float
        Least significant difference of two means that were chosen beforehand, 5 %.
    detectable : float
        True difference that a two-sided t test at 5 % finds with probability `POWER`.
    percent : float
        `detectable` in percent of the mean of the trial.
    """

    term: str
    se_difference: float
    df: float
    lsd: float
    detectable: float
    percent: float

    @property
    def share(self) -> str:
        """`percent` as people print it: 1.3 is not 1."""
        return f"{self.percent:.0f}" if not self.percent < 5 else f"{self.percent:.2g}"


def power_of(term: str, se_difference: float, df: float, mean: float) -> Power:
    """What the means of a term could show, given the error that was found."""
    lsd = float(stats.t.isf(0.025, df)) * se_difference
    detectable = _shift(float(df)) * se_difference
    percent = 100 * detectable / abs(mean) if mean else np.nan
    return Power(term, se_difference, df, lsd, detectable, percent)


@lru_cache(maxsize=512)
def _shift(df: float) -> float:
    """Noncentrality at which the two-sided t test at 5 % has the power wanted."""
    critical = float(stats.t.isf(0.025, df))
    scale, weight = scales(df)

    def lacking(shift: float) -> float:
        reach = critical * scale
        return float((special.ndtr(shift - reach) + special.ndtr(-shift - reach)) @ weight) - POWER

    top = critical + 2.0
    while lacking(top) < 0:
        top *= 2
    return float(optimize.brentq(lacking, 0.0, top, xtol=1e-10))
