"""Random orders that a seed fixes for good.

NumPy promises that the raw stream of a bit generator never changes for a seed (NEP 19), but not
what its higher methods make of it. So the orders are drawn here from the raw stream, and a plan can
be made again on any machine and with any later NumPy.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

_Item = TypeVar("_Item")


class Shuffle:
    """Draws from PCG64 (O'Neill 2014) seeded with whole numbers of at least 0."""

    def __init__(self, seed: int | Sequence[int]) -> None:
        self._bits = np.random.PCG64(seed)

    def below(self, bound: int) -> int:
        """One of 0 … bound - 1, each equally likely (draws that would favour some are thrown away)."""
        limit = 2**64 - 2**64 % bound
        while True:
            value = int(self._bits.random_raw())
            if value < limit:
                return value % bound

    def order(self, count: int) -> list[int]:
        """One of the orders of 0 … count - 1, each equally likely (Fisher & Yates, Durstenfeld 1964)."""
        order = list(range(count))
        for last in range(count - 1, 0, -1):
            chosen = self.below(last + 1)
            order[last], order[chosen] = order[chosen], order[last]
        return order

    def shuffled(self, items: Sequence[_Item]) -> list[_Item]:
        """The items in a random order."""
        return [items[i] for i in self.order(len(items))]
