"""Requirements in the form that the kernel computes with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from kanpo.herbs import Requirement
from kanpo.schema import FACTORS
from kanpo.suitability._membership import worst_and_best


@dataclass(frozen=True, eq=False)
class Compiled:
    """Requirements of H herbs on F factors, with each of the R distinct curves kept once.

    `weights` is (H, R); the weights of a herb sum to 1. `worst` and `best` are (R,). `factor_of`
    (R,) is the position of a curve's factor in `factors`; `curves_of` has for each herb the
    positions of its curves, in the order of the factors.
    """

    herb_ids: tuple[str, ...]
    factors: tuple[str, ...]
    curves: tuple[Requirement, ...]
    factor_of: np.ndarray
    curves_of: tuple[np.ndarray, ...]
    weights: np.ndarray
    worst: np.ndarray
    best: np.ndarray

    def _by_factor(self, of_curve: np.ndarray, other: float) -> np.ndarray:
        table = np.full((len(self.herb_ids), len(self.factors)), other)
        for herb, curves in enumerate(self.curves_of):
            table[herb, self.factor_of[curves]] = (
                of_curve[herb, curves] if of_curve.ndim == 2 else of_curve[curves]
            )
        return table

    @cached_property
    def weight_of(self) -> np.ndarray:
        """Weight of each factor for each herb, (H, F)."""
        return self._by_factor(self.weights, 0.0)

    @cached_property
    def worst_of(self) -> np.ndarray:
        """Least effective membership of each factor for each herb, (H, F); 1 where it needs nothing."""
        return self._by_factor(self.worst, 1.0)

    @cached_property
    def best_of(self) -> np.ndarray:
        """Greatest effective membership of each factor for each herb, (H, F); 1 where it needs nothing."""
        return self._by_factor(self.best, 1.0)

    @cached_property
    def loss_factors(self) -> tuple[np.ndarray, ...]:
        """For each herb what turns ln e of its m curves into losses, −w, (m, 1).

        A knock-out of weight 0 gets a weight too small to count, with which ln 0 is still infinite.
        """
        able = np.array([curve.knock_out for curve in self.curves], dtype=bool)
        return tuple(
            -np.maximum(self.weights[herb, curves], np.where(able[curves], 1e-300, 0.0))[:, None]
            for herb, curves in enumerate(self.curves_of)
        )

    @cached_property
    def needs(self) -> np.ndarray:
        """Whether each herb needs something of each factor, (H, F)."""
        return np.greater(self._by_factor(np.ones(len(self.curves)), 0.0), 0.0)

    @cached_property
    def may_exclude(self) -> np.ndarray:
        """Whether a factor, while unknown, may turn out to exclude, (H, F)."""
        able = np.array([curve.knock_out for curve in self.curves], dtype=bool) & (self.worst == 0)
        return np.greater(self._by_factor(able.astype(float), 0.0), 0.0)


def compile_requirements(
    requirements: Mapping[str, Sequence[Requirement]],
    weights: Mapping[str, Mapping[str, float]] | None = None,
) -> Compiled:
    """Bring the requirements of several herbs into the form that the kernel computes with.

    Parameters
    ----------
    requirements : mapping
        Herb id to its requirements, one for each factor at most.
    weights : mapping, optional
        Herb id to factor to weight, in place of the requirements' own.
    """
    order = {key: position for position, key in enumerate(FACTORS)}
    distinct: dict[tuple[object, ...], int] = {}
    curves: list[Requirement] = []
    cells: list[list[tuple[int, float]]] = []
    for herb_id, needed in requirements.items():
        own = (weights or {}).get(herb_id, {})
        given = {curve.factor: own.get(curve.factor, curve.weight) for curve in needed}
        total = sum(given.values())
        row: list[tuple[int, float]] = []
        for curve in sorted(needed, key=lambda curve: order[curve.factor]):
            shape = (curve.corners, curve.bell, curve.points, tuple(sorted(curve.classes.items())))
            key = (curve.factor, shape, curve.knock_out)
            if key not in distinct:
                distinct[key] = len(curves)
                curves.append(curve)
            row.append((distinct[key], given[curve.factor] / total))
        cells.append(row)
    matrix = np.zeros((len(cells), len(curves)))
    for herb, row in enumerate(cells):
        for column, weight in row:
            matrix[herb, column] = weight
    bounds = [worst_and_best(curve) for curve in curves]
    return Compiled(
        tuple(requirements),
        tuple(FACTORS),
        tuple(curves),
        np.array([order[curve.factor] for curve in curves], dtype=np.int8),
        tuple(np.array([column for column, _ in row], dtype=np.intp) for row in cells),
        matrix,
        np.array([worst for worst, _ in bounds]),
        np.array([best for _, best in bounds]),
    )
