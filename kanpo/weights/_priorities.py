"""Priorities from comparisons: the principal eigenvector, and how consistent the comparisons are."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from kanpo.locale import Text
from kanpo.weights._comparisons import AGREEMENT, Comparisons
from kanpo.weights._words import misfit_text

#: Mean consistency index of random reciprocal matrices of order 1 to 15 on Saaty's scale (T. L. Saaty,
#: "Decision making — the analytic hierarchy and network processes", J. Syst. Sci. Syst. Eng. 13, 2004,
#: to order 10, and his later tables to order 15).
_RANDOM_INDEX = (0.0, 0.0, 0.52, 0.89, 1.11, 1.25, 1.35, 1.40, 1.45, 1.49, 1.52, 1.54, 1.56, 1.58, 1.59)
#: Mean principal eigenvalue of a random matrix of order n is about slope·n + intercept (J. A. Alonso and
#: M. T. Lamata, "Consistency in the analytic hierarchy process: a new approach", Int. J. Uncertain.
#: Fuzziness Knowl.-Based Syst. 14, 2006).
_MEAN_LAMBDA_SLOPE, _MEAN_LAMBDA_INTERCEPT = 2.7699, -4.3513
#: Squaring so many times raises a matrix to the power 2^64: whatever converges has done so by then.
_MOST_SQUARINGS = 64


@dataclass(frozen=True, slots=True)
class Misfit:
    """A judgement, and what the weights make of the same pair: w_i / w_j."""

    first: str
    second: str
    judged: float
    weighed: float

    @property
    def factor(self) -> float:
        """By how much they disagree; 1 is agreement."""
        return max(self.judged / self.weighed, self.weighed / self.judged)

    def text(self) -> Text:
        """The two beside each other, in words."""
        return misfit_text(self)


@dataclass(frozen=True, slots=True, eq=False)
class Priorities:
    """Weights of n items and how far the comparisons that they come from agree.

    `weights` (n,) are positive and sum to 1. `lambda_max` is the principal eigenvalue, n for
    comparisons that agree in everything and greater otherwise.
    """

    comparisons: Comparisons
    weights: np.ndarray
    lambda_max: float

    @property
    def by_item(self) -> dict[str, float]:
        """Item to weight."""
        return dict(zip(self.comparisons.items, map(float, self.weights), strict=True))

    def misfits(self) -> tuple[Misfit, ...]:
        """Judgements that do not fit the weights, the worst first: these are to be looked at again."""
        items, matrix = self.comparisons.items, self.comparisons.matrix
        found = [
            Misfit(items[i], items[j], float(matrix[i, j]), float(self.weights[i] / self.weights[j]))
            for i, j in combinations(range(len(items)), 2)
            if not np.isnan(matrix[i, j])
        ]
        return tuple(sorted((m for m in found if m.factor > AGREEMENT), key=lambda m: -m.factor))

    @property
    def consistency_index(self) -> float:
        """CI = (λmax - n) / (n - 1); 0 for a single item."""
        n = len(self.weights)
        return max(0.0, (self.lambda_max - n) / (n - 1)) if n > 1 else 0.0

    @property
    def random_index(self) -> float:
        """The consistency index that random answers to the same number of questions have on average."""
        return random_index(len(self.weights), self.comparisons.missing)

    @property
    def consistency_ratio(self) -> float:
        """CR = CI / RI; 0 where there is no comparison that could contradict another."""
        return self.consistency_index / self.random_index if self.comparisons.spare > 0 else 0.0


def prioritise(comparisons: Comparisons) -> Priorities:
    """Priorities by the principal eigenvector (Saaty 1980); open pairs after Harker.

    P. T. Harker, "Incomplete pairwise comparisons in the analytic hierarchy process", Mathematical
    Modelling 9, 1987: an open pair counts as the ratio of the weights sought, which makes its entry
    0 and adds 1 to the diagonal of its two rows. Without open pairs this is the matrix itself.

    Parameters
    ----------
    comparisons : Comparisons
        In one part.

    Raises
    ------
    ValueError
        The comparisons fall into parts that nothing connects.
    """
    if len(comparisons.parts()) > 1:
        raise ValueError("the comparisons are not connected")
    open_pairs = np.isnan(comparisons.matrix)
    matrix = np.where(open_pairs, 0.0, comparisons.matrix) + np.diag(open_pairs.sum(axis=1))
    weights = _perron_vector(matrix)
    return Priorities(comparisons, weights, float((matrix @ weights).sum()))


def _perron_vector(matrix: np.ndarray) -> np.ndarray:
    """The positive eigenvector (n,) of a non-negative matrix, summing to 1, by repeated squaring.

    Products of non-negative numbers lose no digits to cancellation, so that even a weight many
    orders below the greatest is positive and exact, which a general eigensolver does not promise.
    """
    power, weights = matrix, np.full(len(matrix), np.nan)
    for _ in range(_MOST_SQUARINGS):
        power = power / power.sum()
        last, weights = weights, power.sum(axis=1)
        if np.allclose(weights, last, rtol=1e-14, atol=0.0):
            break
        power = power @ power
    result: np.ndarray = weights / weights.sum()
    return result


def random_index(n: int, missing: int = 0) -> float:
    """Mean consistency index of random comparisons of n items, of which some pairs are open.

    Up to 15 items Saaty's table, beyond it the fit of Alonso and Lamata (2006). For open pairs
    it falls in a straight line to 0, where only n - 1 pairs are left (K. C. Ágoston and L. Csató,
    "Inconsistency thresholds for incomplete pairwise comparison matrices", Omega 108, 2022).
    """
    if n <= len(_RANDOM_INDEX):
        full = _RANDOM_INDEX[n - 1]
    else:
        full = (_MEAN_LAMBDA_SLOPE * n + _MEAN_LAMBDA_INTERCEPT - n) / (n - 1)
    return full * (1 - 2 * missing / ((n - 1) * (n - 2))) if n > 2 else 0.0
