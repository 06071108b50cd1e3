"""Ranges of amounts for many parcels at once: least and most, where the most may be open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True, eq=False)
class Span:
    """Least and most of an amount for N parcels, both (N,) and 0 or more; infinite where nobody can say the most."""

    low: np.ndarray
    high: np.ndarray

    @classmethod
    def of(cls, count: int, low: float = 0.0, high: float | None = None) -> Span:
        """The same range for all parcels; a single amount where `high` is not given."""
        return cls(np.full(count, low), np.full(count, low if high is None else high))

    @classmethod
    def open(cls, count: int) -> Span:
        """Nothing is known but that it is not below 0."""
        return cls.of(count, 0.0, np.inf)

    def __add__(self, other: Span) -> Span:
        return Span(self.low + other.low, self.high + other.high)

    def __mul__(self, other: Span) -> Span:
        # Nothing of what may be any amount is nothing.
        with np.errstate(invalid="ignore"):
            high = np.where((self.high == 0) | (other.high == 0), 0.0, self.high * other.high)
        return Span(self.low * other.low, high)

    def __truediv__(self, divisor: Span) -> Span:
        with np.errstate(divide="ignore", invalid="ignore"):
            return Span(self.low / divisor.high, np.where(self.high == 0, 0.0, self.high / divisor.low))

    def only(self, surely: np.ndarray, perhaps: np.ndarray) -> Span:
        """The range where it applies: nothing where not even `perhaps`, from 0 where not `surely`."""
        return Span(np.where(surely, self.low, 0.0), np.where(surely | perhaps, self.high, 0.0))

    def at(self, where: np.ndarray) -> Span:
        """The range where `where`, nothing elsewhere."""
        return self.only(where, where)

    def middle(self) -> np.ndarray:
        """Middles (N,); infinite where the range is open."""
        return (self.low + self.high) / 2


def total(spans: Sequence[Span], count: int) -> Span:
    """The sum of several ranges for N parcels."""
    summed = Span.of(count)
    for span in spans:
        summed = summed + span
    return summed
