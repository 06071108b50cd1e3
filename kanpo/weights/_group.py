"""Several judges as one: their judgements brought together, and where they are furthest apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from kanpo.locale import Text
from kanpo.weights._comparisons import Comparisons
from kanpo.weights._words import dispute_text


@dataclass(frozen=True, slots=True)
class Dispute:
    """The lowest and the highest judgement of one pair: `first` is so many times as important as `second`."""

    first: str
    second: str
    low: float
    low_judge: str
    high: float
    high_judge: str

    @property
    def factor(self) -> float:
        """High over low."""
        return self.high / self.low

    def text(self) -> Text:
        """Who sees the pair how, in words."""
        return dispute_text(self)


def group_of(judges: Sequence[Comparisons]) -> Comparisons:
    """The geometric mean of the judgements of each pair, over the judges who compared it.

    The only mean that keeps a matrix reciprocal and treats all judges alike (J. Aczél and T. L.
    Saaty, "Procedures for synthesizing ratio judgements", J. Math. Psychology 27, 1983). Items are
    those of any judge, in the order in which they first come.
    """
    items = tuple(dict.fromkeys(item for judge in judges for item in judge.items))
    logs = np.stack([_logs(judge, items) for judge in judges])
    known = ~np.isnan(logs)
    count = known.sum(axis=0)
    total = np.where(known, logs, 0.0).sum(axis=0)
    mean = np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)
    np.fill_diagonal(mean, 0.0)
    return Comparisons(items, np.exp(mean))


def distance(judge: Comparisons, group: Comparisons) -> float:
    """By what factor the judgements of one judge typically differ from the group's; 1 is not at all.

    exp of the root mean square of ln(a_ij / g_ij) over the pairs that the judge compared.
    """
    gap = _logs(judge, judge.items) - _logs(group, judge.items)
    own = gap[np.triu(~np.isnan(gap), 1)]
    return float(np.exp(np.sqrt(np.mean(own**2)))) if own.size else 1.0


def disputes(judges: Mapping[str, Comparisons]) -> tuple[Dispute, ...]:
    """Pairs that two judges or more see differently, those furthest apart first."""
    items = tuple(dict.fromkeys(item for judge in judges.values() for item in judge.items))
    logs = {name: _logs(judge, items) for name, judge in judges.items()}
    found = []
    for i, j in combinations(range(len(items)), 2):
        said = {name: float(table[i, j]) for name, table in logs.items() if not np.isnan(table[i, j])}
        if not said:
            continue
        low, high = min(said, key=said.__getitem__), max(said, key=said.__getitem__)
        if said[high] > said[low]:
            values = float(np.exp(said[low])), float(np.exp(said[high]))
            found.append(Dispute(items[i], items[j], values[0], low, values[1], high))
    return tuple(sorted(found, key=lambda dispute: -dispute.factor))


def _logs(comparisons: Comparisons, items: Sequence[str]) -> np.ndarray:
    """Logarithms of the matrix with rows and columns for `items`, NaN where open."""
    table = np.full((len(items), len(items)), np.nan)
    own = [items.index(item) for item in comparisons.items if item in items]
    kept = [n for n, item in enumerate(comparisons.items) if item in items]
    table[np.ix_(own, own)] = np.log(comparisons.matrix[np.ix_(kept, kept)])
    return table
