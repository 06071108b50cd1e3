"""The ways to combine memberships into one score, each a small class of the same shape."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, Protocol

import numpy as np

from kanpo.suitability._compiled import Compiled
from kanpo.suitability._gaps import GapTables, Groups

#: Exponent that makes as good as 0.
_SMALL = -700.0

Method = Literal["geometric", "arithmetic", "minimum", "owa"]


@dataclass(frozen=True, eq=False)
class Part:
    """One herb on a chunk of n parcels; m are the curves of the herb.

    `loss` (m, n) is w·(−ln e), 0 where unknown, infinite where a knock-out excludes; `share` (n,)
    the weight that is known. Of all curves and factors, `values` (R, n) are effective memberships,
    1 where unknown, and `missing` (F, n) tells what is unknown. `codes` are places in the tables of
    gaps, `spare` (2, n) is scratch.
    """

    compiled: Compiled
    herb: int
    loss: np.ndarray
    share: np.ndarray
    values: np.ndarray
    missing: np.ndarray
    codes: list[np.ndarray]
    spare: np.ndarray

    @cached_property
    def curves(self) -> np.ndarray:
        """Positions of the herb's curves, (m,)."""
        return self.compiled.curves_of[self.herb]

    @cached_property
    def weights(self) -> np.ndarray:
        """Weights of the herb's curves, (m, 1)."""
        return self.compiled.weights[self.herb, self.curves][:, None]

    @cached_property
    def value(self) -> np.ndarray:
        """Effective memberships of the herb's curves, 1 where unknown, (m, n)."""
        return self.values[self.curves]

    @cached_property
    def unknown(self) -> np.ndarray:
        """Which of the herb's curves have no value, (m, n)."""
        return self.missing[self.compiled.factor_of[self.curves]]


class Combine(Protocol):
    """How effective memberships become a score and its bounds."""

    def __call__(self, part: Part, score: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> None:
        """Write the score and its bounds, all (n,).

        The score need not lie within the bounds yet; nor does it matter what is written where
        nothing that counts is known, or where a parcel is excluded.
        """
        ...


class Separable(Protocol):
    """A method in which each factor gives a term, and `join` brings the terms together."""

    join: np.ufunc
    #: The term that changes nothing.
    neutral: float
    #: The term of an unknown factor that may exclude, in the lower bound.
    never: float

    def known(self, part: Part, score: np.ndarray) -> np.ndarray:
        """Write the score of what is known; return its terms joined, (n,)."""
        ...

    def term(self, weights: np.ndarray, bound: np.ndarray) -> np.ndarray:
        """Terms of unknown factors of given weights if their membership is at a bound."""
        ...


def _summed(terms: np.ndarray, out: np.ndarray) -> np.ndarray:
    """Sum of (m, n) over the rows, one after the other, (n,)."""
    if terms.shape[1] == 1:
        # numpy would add a single column in another order: a parcel alone would differ in its last bits.
        np.copyto(out, np.add.accumulate(terms, axis=0)[-1])
        return out
    return np.add.reduce(terms, axis=0, out=out)


class Geometric:
    """Weighted geometric mean, Π e^w."""

    join: np.ufunc = np.multiply
    neutral = 1.0
    never = 0.0

    def known(self, part: Part, score: np.ndarray) -> np.ndarray:
        """Sums of logarithms; the score makes the weights of what is known sum to 1."""
        total = _summed(part.loss, part.spare[0])
        np.negative(total, out=total)
        np.divide(total, part.share, out=score)
        for exponent in (total, score):
            # What is below the smallest numbers takes the exponential five times as long.
            np.maximum(exponent, _SMALL, out=exponent)
            np.exp(exponent, out=exponent)
        return total

    def term(self, weights: np.ndarray, bound: np.ndarray) -> np.ndarray:
        """e^w; a weight of 0 changes nothing, whatever the membership."""
        return np.power(bound, weights)


class Arithmetic:
    """Weighted arithmetic mean, Σ w·e."""

    join: np.ufunc = np.add
    neutral = 0.0
    never = -np.inf

    def known(self, part: Part, score: np.ndarray) -> np.ndarray:
        """Sum of w·e; the score makes the weights of what is known sum to 1."""
        terms = part.value
        terms *= part.weights
        total = _summed(terms, part.spare[0])
        # What is unknown was counted as 1.
        total -= 1.0
        total += part.share
        np.divide(total, part.share, out=score)
        return total

    def term(self, weights: np.ndarray, bound: np.ndarray) -> np.ndarray:
        """w·e."""
        return weights * bound


class Minimum:
    """The worst factor alone (Liebig's law of the minimum); weights play no part."""

    join: np.ufunc = np.minimum
    neutral = 1.0
    never = 0.0

    def known(self, part: Part, score: np.ndarray) -> np.ndarray:
        """The least e."""
        total = np.minimum.reduce(part.value, axis=0, initial=1.0, out=part.spare[0])
        np.copyto(score, total)
        return total

    def term(self, weights: np.ndarray, bound: np.ndarray) -> np.ndarray:
        """e."""
        return bound


class WithTables:
    """A separable method for some herbs, with what gaps mean looked up in tables."""

    def __init__(self, method: Separable, compiled: Compiled, groups: Groups) -> None:
        self._method = method
        worst = method.term(compiled.weight_of, compiled.worst_of)
        worst = np.where(compiled.may_exclude, method.never, worst)
        best = method.term(compiled.weight_of, compiled.best_of)
        self._worst, self._best = (
            GapTables.of(
                groups,
                np.where(compiled.needs, terms, method.neutral),
                method.join,
                method.neutral,
                known=False,
            )
            for terms in (worst, best)
        )

    def __call__(self, part: Part, score: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> None:
        """Join what is known with the worst and the best of what is not."""
        total = self._method.known(part, score)
        for gaps, bound in ((self._worst, lower), (self._best, upper)):
            if gaps.tables:
                gaps.look_up(part.herb, part.codes, bound, part.spare[1])
                gaps.join(total, bound, out=bound)
            else:
                np.copyto(bound, total)
        np.maximum(lower, 0.0, out=lower)


class OrderedWeighted:
    """Ordered weighted average between minimum and arithmetic mean, Σᵢ Σⱼ wᵢ·wⱼ·min(eᵢ, eⱼ).

    The weighted OWA operator (Torra 1997, The weighted OWA operator, Int. J. Intelligent Systems 12)
    of the quantifier "most", Q(r) = r² (Yager 1988, On ordered weighted averaging aggregation
    operators, IEEE Trans. SMC 18; 1996, Quantifier guided aggregation using OWA operators, Int. J.
    Intelligent Systems 11), whose orness is 1/3. In this form nothing has to be sorted: it is the
    worse membership that two factors drawn by weight have on average.
    """

    def __call__(self, part: Part, score: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> None:
        """Three averages: of what is known, and with the unknown at its worst and at its best."""
        compiled, curves = part.compiled, part.curves
        value, unknown = part.value, part.unknown
        known = np.where(unknown, 0.0, value)
        np.divide(_mean_of_worse(known, part.weights), part.share, out=score)
        np.divide(score, part.share, out=score)
        for bound, at in ((lower, compiled.worst), (upper, compiled.best)):
            np.copyto(known, at[curves][:, None], where=unknown)
            np.copyto(bound, _mean_of_worse(known, part.weights))
        for factor in np.flatnonzero(compiled.may_exclude[part.herb]):
            np.putmask(lower, part.missing[factor], 0.0)


def _mean_of_worse(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Σᵢ Σⱼ wᵢ·wⱼ·min(vᵢ, vⱼ) of (m, n), with weights (m, 1): (n,)."""
    total, part = np.zeros(values.shape[1]), np.empty(values.shape[1])
    for first in range(len(values)):
        # Pairs of different factors come twice, a factor with itself once.
        twice = 2.0 * weights[first] * weights[first:]
        twice[0] /= 2.0
        worse = np.minimum(values[first:], values[first])
        worse *= twice
        total += _summed(worse, part)
    return total


_SEPARABLE: dict[Method, Separable] = {
    "geometric": Geometric(),
    "arithmetic": Arithmetic(),
    "minimum": Minimum(),
}
METHODS: tuple[Method, ...] = (*_SEPARABLE, "owa")


def combining(method: Method, compiled: Compiled, groups: Groups) -> Combine:
    """A method made ready for some herbs."""
    if method == "owa":
        return OrderedWeighted()
    return WithTables(_SEPARABLE[method], compiled, groups)


def if_all_known(method: Method, part: Part) -> np.ndarray:
    """Scores of parcels of which nothing is missing, (n,); what is excluded is not looked at."""
    if method == "owa":
        return _mean_of_worse(part.value, part.weights)
    return _SEPARABLE[method].known(part, part.spare[1])
