"""The three ways to combine memberships into one score, each a small class of the same shape."""

from __future__ import annotations

from typing import Literal, Protocol

import numpy as np

Method = Literal["geometric", "arithmetic", "minimum"]


class Combine(Protocol):
    """How effective memberships become a score and its bounds.

    Each factor gives a term, `join` brings terms together, and `finish` makes a score of them.
    `neutral` is the term that changes nothing; `never` that of an unknown factor which may exclude,
    in the lower bound.
    """

    join: np.ufunc
    neutral: float
    never: float

    def total(
        self, loss: np.ndarray, value: np.ndarray, curves: np.ndarray, weights: np.ndarray
    ) -> np.ndarray:
        """Terms of what is known of a herb, joined, (n,).

        From losses w·(−ln e) (m, n) of its m curves, 0 where unknown; effective memberships (R, n) of
        all curves, NaN where unknown, of which `curves` (m,) are the herb's; and its weights (m, 1).
        """
        ...

    def term(self, weights: np.ndarray, bound: np.ndarray) -> np.ndarray:
        """Terms of unknown factors of given weights if their membership is at a bound."""
        ...

    def scaled(self, total: np.ndarray, share: np.ndarray, out: np.ndarray) -> None:
        """The total as if the known factors, which have a share of the weight, were all there are."""
        ...

    def finish(self, values: np.ndarray) -> None:
        """Make scores of totals, in place."""
        ...


class Geometric:
    """Weighted geometric mean, Π e^w: terms are logarithms."""

    join: np.ufunc = np.add
    neutral = 0.0
    never = -np.inf

    def total(
        self, loss: np.ndarray, value: np.ndarray, curves: np.ndarray, weights: np.ndarray
    ) -> np.ndarray:
        """Sum of w·ln e."""
        return -np.add.reduce(loss, axis=0)

    def term(self, weights: np.ndarray, bound: np.ndarray) -> np.ndarray:
        """w·ln e; a weight of 0 changes nothing, whatever the membership."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(weights > 0, weights * np.log(bound), 0.0)

    def scaled(self, total: np.ndarray, share: np.ndarray, out: np.ndarray) -> None:
        """Weights of the known factors, made to sum to 1."""
        np.divide(total, share, out=out)

    def finish(self, values: np.ndarray) -> None:
        """Back from logarithms."""
        np.exp(values, out=values)


class Arithmetic:
    """Weighted arithmetic mean, Σ w·e."""

    join: np.ufunc = np.add
    neutral = 0.0
    never = -np.inf

    def total(
        self, loss: np.ndarray, value: np.ndarray, curves: np.ndarray, weights: np.ndarray
    ) -> np.ndarray:
        """Sum of w·e."""
        terms = value[curves]
        terms *= weights
        return np.add.reduce(np.fmax(terms, 0.0, out=terms), axis=0)

    def term(self, weights: np.ndarray, bound: np.ndarray) -> np.ndarray:
        """w·e."""
        return weights * bound

    def scaled(self, total: np.ndarray, share: np.ndarray, out: np.ndarray) -> None:
        """Weights of the known factors, made to sum to 1."""
        np.divide(total, share, out=out)

    def finish(self, values: np.ndarray) -> None:
        """0 where an unknown factor may exclude."""
        np.maximum(values, 0.0, out=values)


class Minimum:
    """The worst factor alone (Liebig's law of the minimum); weights play no part."""

    join: np.ufunc = np.minimum
    neutral = 1.0
    never = 0.0

    def total(
        self, loss: np.ndarray, value: np.ndarray, curves: np.ndarray, weights: np.ndarray
    ) -> np.ndarray:
        """The least e."""
        return np.fmin.reduce(value[curves], axis=0, initial=1.0)

    def term(self, weights: np.ndarray, bound: np.ndarray) -> np.ndarray:
        """e."""
        return bound

    def scaled(self, total: np.ndarray, share: np.ndarray, out: np.ndarray) -> None:
        """The least e as it is."""
        out[:] = total

    def finish(self, values: np.ndarray) -> None:
        """Nothing is left to do."""


COMBINE: dict[Method, Combine] = {"geometric": Geometric(), "arithmetic": Arithmetic(), "minimum": Minimum()}
METHODS: tuple[Method, ...] = tuple(COMBINE)
