"""What a factor that is not known may be: drawn from the parcels around, and from all that could be.

The draws only order visits. They enter no score: a factor that is not known stays unknown there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from kanpo.herbs import Catalogue
from kanpo.schema import FACTORS
from kanpo.suitability import FactorColumns

#: Known values nearby that a gap is drawn from, and how many draws from the whole range stand
#: beside them: with none nearby everything is possible, with all ten there is still doubt.
_NEAR, _ANYTHING = 10, 2


def unknown_of(column: np.ndarray) -> np.ndarray:
    """Where a column (n,) of numbers or class codes is not known."""
    unknown: np.ndarray = np.isnan(column) if column.dtype.kind == "f" else column < 0
    return unknown


def ranges_of(catalogue: Catalogue) -> dict[str, tuple[float, float]]:
    """For each number that herbs need: the least and greatest corner over the whole catalogue.

    Beyond these no herb tells one value from another.
    """
    corners: dict[str, list[float]] = {}
    for requirements in catalogue.requirements.values():
        for requirement in requirements:
            corners.setdefault(requirement.factor, []).extend(x for x in requirement.corners if x is not None)
    return {factor: (min(found), max(found)) for factor, found in corners.items() if found}


@dataclass(frozen=True, slots=True, eq=False)
class _Gap:
    """Parcels (u,) among the chosen whose factor is not known, and the known values (u, m) nearest to each."""

    where: np.ndarray
    near: np.ndarray


class Guesses:
    """Draws of the factors of some parcels: what is known stays, what is not known is drawn.

    Parameters
    ----------
    columns : mapping
        Factors of all N parcels, as the kernel takes them.
    points : ndarray (N, 2)
        A point of each parcel, plane metres.
    chosen : ndarray (n,)
        Positions of the parcels to draw for.
    ranges : mapping
        Least and greatest plausible value of each number, see `ranges_of`.
    """

    def __init__(
        self,
        columns: FactorColumns,
        points: np.ndarray,
        chosen: np.ndarray,
        ranges: Mapping[str, tuple[float, float]],
    ) -> None:
        self._known = {key: column[chosen] for key, column in columns.items()}
        self._ranges = ranges
        self._gaps: dict[str, _Gap] = {}
        for key, column in columns.items():
            unknown = unknown_of(column)
            where = np.flatnonzero(unknown[chosen])
            if len(where):
                self._gaps[key] = _Gap(where, _nearest(column, ~unknown, points, points[chosen[where]]))

    def draw(self, count: int, random: np.random.Generator) -> dict[str, np.ndarray]:
        """Columns (count × n,): the chosen parcels `count` times one after the other."""
        drawn = {}
        for key, known in self._known.items():
            rows = np.tile(known, (count, 1))
            if key in self._gaps:
                rows[:, self._gaps[key].where] = self._guess(key, count, random)
            drawn[key] = rows.ravel()
        return drawn

    def _guess(self, key: str, count: int, random: np.random.Generator) -> np.ndarray:
        near = self._gaps[key].near
        size = (count, len(near))
        if FACTORS[key].kind == "number":
            low, high = self._ranges.get(key, (0.0, 0.0))
            anything: np.ndarray = random.uniform(low, high, size)
        else:
            anything = random.integers(0, len(FACTORS[key].classes), size)
        if not near.shape[1]:
            return anything
        pick = random.integers(0, near.shape[1] + _ANYTHING, size)
        inside = pick < near.shape[1]
        return np.where(inside, near[np.arange(len(near)), np.where(inside, pick, 0)], anything)


def _nearest(column: np.ndarray, known: np.ndarray, points: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Known values (u, m) nearest to places (u, 2); m is less than `_NEAR` where fewer are known."""
    values = column[known]
    count = min(_NEAR, len(values))
    if not count:
        return np.empty((len(places), 0))
    _, found = cKDTree(points[known]).query(places, k=count)
    return np.asarray(values[found.reshape(len(places), count)])
