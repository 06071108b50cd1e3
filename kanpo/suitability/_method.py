"""The ways to bring memberships together into one number, each a function of the same shape."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np

Method = Literal["limitation", "geometric", "arithmetic", "minimum", "owa"]

#: Exponent that makes as good as 0: what is smaller takes the exponential five times as long.
_SMALL = -700.0


@dataclass(frozen=True, slots=True, eq=False)
class Memberships:
    """What a herb's m factors say of n parcels, to be brought together.

    `logs` has for each factor an array (..., n) of natural logarithms of effective memberships, −inf
    for 0; `weights` (m,) sum to 1; `spare` (..., n) is scratch.
    """

    logs: Sequence[np.ndarray]
    weights: Sequence[float]
    spare: np.ndarray

    def add_up(self, out: np.ndarray) -> None:
        """Σ w·ln e over the factors, one after the other, so that a parcel alone gets the same last bits."""
        # −inf stays −inf under a weight of 0, which is too small here to count.
        weights = [max(weight, 1e-300) for weight in self.weights]
        np.multiply(self.logs[0], weights[0], out=out)
        for log, weight in zip(self.logs[1:], weights[1:], strict=True):
            np.multiply(log, weight, out=self.spare)
            out += self.spare

    def find_least(self, out: np.ndarray) -> None:
        """The least logarithm."""
        np.copyto(out, self.logs[0])
        for log in self.logs[1:]:
            np.minimum(out, log, out=out)


def _raise(exponent: np.ndarray) -> None:
    np.maximum(exponent, _SMALL, out=exponent)
    np.exp(exponent, out=exponent)


def limit(given: Memberships, least: np.ndarray, out: np.ndarray) -> None:
    """√(m·g): the least membership m and the weighted geometric mean g, half of the say each.

    FAO's method of limitation keeps to the least alone; g tells apart what the least leaves equal.
    It is at most √m, whatever the weights.
    """
    given.add_up(out)
    out += least
    out *= 0.5
    _raise(out)


def average_geometrically(given: Memberships, least: np.ndarray, out: np.ndarray) -> None:
    """Weighted geometric mean, Π e^w."""
    given.add_up(out)
    _raise(out)


def average(given: Memberships, least: np.ndarray, out: np.ndarray) -> None:
    """Weighted arithmetic mean, Σ w·e."""
    out.fill(0.0)
    for log, weight in zip(given.logs, given.weights, strict=True):
        out += weight * np.exp(log)


def take_worst(given: Memberships, least: np.ndarray, out: np.ndarray) -> None:
    """The worst factor alone (Liebig's law of the minimum); weights play no part."""
    np.copyto(out, least)
    _raise(out)


def average_worse(given: Memberships, least: np.ndarray, out: np.ndarray) -> None:
    """Ordered weighted average between minimum and arithmetic mean, Σᵢ Σⱼ wᵢ·wⱼ·min(eᵢ, eⱼ).

    The weighted OWA operator (Torra 1997, The weighted OWA operator, Int. J. Intelligent Systems 12)
    of the quantifier "most", Q(r) = r² (Yager 1988, On ordered weighted averaging aggregation
    operators, IEEE Trans. SMC 18; 1996, Quantifier guided aggregation using OWA operators, Int. J.
    Intelligent Systems 11), whose orness is 1/3. In this form nothing has to be sorted: it is the
    worse membership that two factors drawn by weight have on average.
    """
    values = [np.exp(log) for log in given.logs]
    out.fill(0.0)
    for first, value in enumerate(values):
        for other in range(first, len(values)):
            # Pairs of different factors come twice, a factor with itself once.
            twice = given.weights[first] * given.weights[other] * (1.0 if other == first else 2.0)
            out += twice * np.minimum(value, values[other])


#: Memberships, their least logarithm (..., n), and where the numbers (..., n) go.
Combine = Callable[[Memberships, np.ndarray, np.ndarray], None]

COMBINE: Mapping[Method, Combine] = MappingProxyType(
    {
        "limitation": limit,
        "geometric": average_geometrically,
        "arithmetic": average,
        "minimum": take_worst,
        "owa": average_worse,
    }
)
METHODS: tuple[Method, ...] = tuple(COMBINE)
#: Methods in which the least membership decides, and not its weight.
LEAST_DECIDES: frozenset[Method] = frozenset({"limitation", "minimum"})


def combine(method: Method, given: Memberships, least: np.ndarray, out: np.ndarray) -> None:
    """Bring memberships together in `out`; 0 where one of them is 0, which only a knock-out can be.

    `least`, of the shape of `out`, is scratch, and holds the least logarithm afterwards.
    """
    given.find_least(least)
    COMBINE[method](given, least, out)
    fatal = np.isneginf(least)
    if fatal.any():
        out[fatal] = 0.0
