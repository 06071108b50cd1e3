"""Means with their errors, and comparisons of them: all pairs (Tukey), against checks (Dunnett)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from kanpo.evidence.analysis._design import term_name
from kanpo.evidence.analysis._estimate import Estimator
from kanpo.evidence.analysis._margins import Margin, estimable
from kanpo.evidence.analysis._multiple import compact_letters, largest_modulus, range_of
from kanpo.evidence.analysis._projection import Floats

#: All pairs of more means than this are neither computed nor of use: only those with the greatest mean.
MOST_COMPARED = 200
#: Means whose pairs tell the error of a difference of two.
_SAMPLED = 63
#: Differences whose errors are worked out at a time, so that memory does not grow with their number.
_AT_ONCE = 2_000
LEVEL = 0.05

PAIR_COLUMNS = (
    "term",
    "pair",
    "level",
    "against",
    "method",
    "diff",
    "se",
    "df",
    "t",
    "lower",
    "upper",
    "p_adj",
    "d",
)
MEAN_COLUMNS = ("term", "level", "n", "mean", "se", "df", "lower", "upper", "letters")


@dataclass(frozen=True, slots=True)
class Compared:
    """Tables of the means of one term and their comparisons.

    `skipped` where there are too many pairs, and only those with the greatest mean are compared.
    """

    means: pd.DataFrame
    pairs: pd.DataFrame
    skipped: bool


def compare(margin: Margin, estimator: Estimator, sd: float, checks: tuple[str, ...]) -> Compared:
    """Means of a term, each against every check, and every pair of them.

    Of more than `MOST_COMPARED` means only the pairs with the greatest are compared, as pairs of all:
    the greatest is known only from the same values, so that its comparisons need the allowance for
    all pairs, and with it hold together. Those that do not differ from it are the top group (a
    cautious form of Hsu's comparisons with the best).

    Confidence intervals of means are single ones (Student's t); those of differences hold together
    for all pairs (Tukey-Kramer) or all comparisons with a check (Dunnett), 95 %.

    Parameters
    ----------
    sd : float
        Residual standard deviation, for the size of a difference in standard deviations (Cohen's d).
    checks : tuple of str
        Levels of this term that are checks.
    """
    good = estimable(margin.drift)
    value, se, df = (np.full(len(good), np.nan) for _ in range(3))
    if good.any():
        value[good] = estimator.value(margin.rows[good])
        variance, df[good] = estimator.variance(margin.rows[good])
        se[good] = np.sqrt(variance)
    reach = stats.t.isf(LEVEL / 2, df) * se
    count = len(good)
    skipped = count > MOST_COMPARED
    tukey, letters = _no_pairs(), [""] * count
    if skipped and good.any():
        best = margin.levels[int(np.nanargmax(value))]
        tukey = _against(margin, estimator, best, sd, "Tukey")
    elif not skipped and count > 1:
        first, second = np.triu_indices(count, 1)
        known = estimable(margin.drift[second] - margin.drift[first])
        tukey = _pairs(margin, estimator, first[known], second[known], "Tukey", sd)
        if known.all() and good.all():
            differs = np.zeros((count, count), dtype=np.bool_)
            differs[first, second] = differs[second, first] = (tukey["p_adj"] < LEVEL).to_numpy()
            letters = compact_letters(np.argsort(-value, kind="stable").astype(np.int64), differs)
    parts = [*(_against(margin, estimator, check, sd) for check in checks), tukey]
    means = pd.DataFrame(
        {
            "term": term_name(margin.term),
            "level": margin.levels,
            "n": margin.counts,
            "mean": value,
            "se": se,
            "df": df,
            "lower": value - reach,
            "upper": value + reach,
            "letters": letters,
        }
    )
    filled = [part for part in parts if len(part)]
    return Compared(means, pd.concat(filled, ignore_index=True) if filled else _no_pairs(), skipped)


def _no_pairs() -> pd.DataFrame:
    return pd.DataFrame({key: [] for key in PAIR_COLUMNS})


def _against(
    margin: Margin, estimator: Estimator, one: str, sd: float, method: str = "Dunnett"
) -> pd.DataFrame:
    base = margin.levels.index(one)
    others = np.array([i for i in range(len(margin.levels)) if i != base], dtype=np.int64)
    others = others[estimable(margin.drift[others] - margin.drift[base])]
    return _pairs(margin, estimator, np.full(len(others), base), others, method, sd)


def _pairs(
    margin: Margin,
    estimator: Estimator,
    first: npt.NDArray[np.int64],
    second: npt.NDArray[np.int64],
    method: str,
    sd: float,
) -> pd.DataFrame:
    """Differences second - first, named as R's TukeyHSD names them."""
    if not len(first):
        return _no_pairs()
    rows = margin.rows[second] - margin.rows[first]
    diff = estimator.value(rows)
    variance, df = _variance(estimator, rows)
    se = np.sqrt(variance)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = diff / se
    if method == "Tukey":
        largest, scale = range_of(len(margin.levels)), np.sqrt(2.0)
    else:
        covariance = estimator.covariance(rows)
        root = np.sqrt(np.diag(covariance))
        largest, scale = largest_modulus(covariance / np.outer(root, root)), 1.0
        # One number of degrees of freedom for the family.
        df = np.full(len(df), df.mean())
    reach = largest.criticals(df) / scale * se
    levels = margin.levels
    return pd.DataFrame(
        {
            "term": term_name(margin.term),
            "pair": [f"{levels[b]}-{levels[a]}" for a, b in zip(first, second, strict=True)],
            "level": [levels[b] for b in second],
            "against": [levels[a] for a in first],
            "method": method,
            "diff": diff,
            "se": se,
            "df": df,
            "t": t,
            "lower": diff - reach,
            "upper": diff + reach,
            "p_adj": largest.p_value(np.abs(t) * scale, df),
            "d": diff / sd,
        }
    )


def _variance(estimator: Estimator, rows: Floats) -> tuple[Floats, Floats]:
    """Variance and degrees of freedom of each row, some at a time."""
    pieces = [estimator.variance(rows[at : at + _AT_ONCE]) for at in range(0, len(rows), _AT_ONCE)]
    return np.concatenate([one for one, _ in pieces]), np.concatenate([one for _, one in pieces])


def difference_error(margin: Margin, estimator: Estimator) -> tuple[float, float]:
    """Root mean square standard error of a difference of two means, and its mean df.

    Over all pairs; of more than 63 means over those of 63 that stand evenly among them.
    """
    count = len(margin.levels)
    chosen = np.unique(np.linspace(0, count - 1, min(count, _SAMPLED)).astype(np.int64))
    first, second = (chosen[one] for one in np.triu_indices(len(chosen), 1))
    known = estimable(margin.drift[second] - margin.drift[first])
    if not known.any():
        return np.nan, np.nan
    variance, df = estimator.variance(margin.rows[second[known]] - margin.rows[first[known]])
    return float(np.sqrt(variance.mean())), float(df.mean())
