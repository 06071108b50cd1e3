"""Pairwise comparisons as a reciprocal matrix, with what is not compared left open."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy.sparse.csgraph import connected_components

from kanpo.locale import Text
from kanpo.weights._words import triple_text

#: Judgements that agree to this factor are rounded, not at odds.
AGREEMENT = 1.05


@dataclass(frozen=True, slots=True, eq=False)
class Comparisons:
    """How many times as important each of n items is as each other one.

    `matrix` (n, n) is reciprocal: a_ji = 1 / a_ij and a_ii = 1; NaN where a pair was not compared.
    """

    items: tuple[str, ...]
    matrix: np.ndarray

    @property
    def missing(self) -> int:
        """How many pairs were not compared."""
        return int(np.isnan(self.matrix).sum()) // 2

    @property
    def spare(self) -> int:
        """How many comparisons there are beyond the n - 1 that weights need; only these can contradict."""
        n = len(self.items)
        return n * (n - 1) // 2 - self.missing - (n - 1)

    def parts(self) -> tuple[tuple[str, ...], ...]:
        """Items that comparisons connect, directly or by way of others; one part when all are connected."""
        count, part_of = connected_components(~np.isnan(self.matrix), directed=False)
        return tuple(
            tuple(item for item, own in zip(self.items, part_of, strict=True) if own == part)
            for part in range(count)
        )

    def triples(self) -> tuple[Triple, ...]:
        """Every three items that were all compared and disagree, the greatest contradiction first."""
        found = []
        for i, j, k in combinations(range(len(self.items)), 3):
            a, b, c = self.matrix[i, j], self.matrix[j, k], self.matrix[i, k]
            if not np.isnan(a * b * c):
                found.append(
                    Triple(self.items[i], self.items[j], self.items[k], float(a), float(b), float(c))
                )
        at_odds = (triple for triple in found if triple.factor > AGREEMENT)
        return tuple(sorted(at_odds, key=lambda triple: -triple.factor))


@dataclass(frozen=True, slots=True)
class Triple:
    """Three judgements that should agree: first to second, second to third, and first to third."""

    first: str
    second: str
    third: str
    first_second: float
    second_third: float
    first_third: float

    @property
    def implied(self) -> float:
        """What the first two judgements make of the third, a_ij·a_jk."""
        return self.first_second * self.second_third

    @property
    def factor(self) -> float:
        """By how much they disagree: the greater of a_ij·a_jk / a_ik and its reciprocal; 1 is agreement."""
        ratio = self.implied / self.first_third
        return max(ratio, 1 / ratio)

    def text(self) -> Text:
        """The contradiction in words."""
        return triple_text(self)
