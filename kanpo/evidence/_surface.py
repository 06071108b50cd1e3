"""The response of a herb at certain sites, for many draws of what may be true at once."""

from __future__ import annotations

import numpy as np

from kanpo.evidence._response import Response, loss_of
from kanpo.schema import FACTORS
from kanpo.suitability import FLOOR, FactorColumns

#: Cells (draws by sites) worked out at once: few enough to stay in the processor's cache.
_CELLS = 60_000
#: A side of a trapezoid that is open lies so far away.
_FAR = 1e12


class Surface:
    """Logarithm of the relative yield (D, N) of N sites for D draws z (D, P): `Response.log_yield` for many.

    Classes and trapezoids, which are nearly all requirements, are worked out together; others one by one.
    """

    def __init__(self, response: Response, columns: FactorColumns) -> None:
        self._response, self._columns = response, columns
        self._scale = np.array([parameter.scale for parameter in response.parameters])
        self._size = len(next(iter(columns.values())))
        rows = response.requirements
        self._sides = [at for at, row in enumerate(rows) if row.kind == "trapezoid"]
        self._classes = [at for at, row in enumerate(rows) if row.kind == "classes"]
        self._others = [at for at in range(len(rows)) if at not in {*self._sides, *self._classes}]
        self._own = {
            (p.factor, p.role, p.of): at for at, p in enumerate(response.parameters) if p.role != "weight"
        }
        self._lay_sides()
        self._lay_classes()
        order = [*self._sides, *self._classes, *self._others]
        self._weights = response.weights[order]
        self._weight_at = response.weight_at[order]
        other = [~np.isnan(np.asarray(columns[rows[at].factor], dtype=float)) for at in self._others]
        self._there = np.array([*self._known_sides, *self._known_classes, *other])

    def _lay_sides(self) -> None:
        rows = [self._response.requirements[at] for at in self._sides]
        values = np.array([np.asarray(self._columns[row.factor], dtype=float) for row in rows])
        values = values.reshape(len(rows), self._size)
        self._known_sides = ~np.isnan(values)
        self._values = np.nan_to_num(values)
        # The last column of the shifts is 0: it is what does not move.
        still = self._response.size
        self._lower_at = [self._own.get((row.factor, "lower", ""), still) for row in rows]
        self._upper_at = [self._own.get((row.factor, "upper", ""), still) for row in rows]
        rise = np.array([_side(row.corners[0], row.corners[1]) for row in rows]).reshape(-1, 2)
        fall = np.array([_side(_minus(row.corners[3]), _minus(row.corners[2])) for row in rows])
        fall = fall.reshape(-1, 2)
        self._foot, self._rise = rise[:, :1], rise[:, 1:]
        self._end, self._fall = -fall[:, :1], fall[:, 1:]

    def _lay_classes(self) -> None:
        base: list[float] = []
        source: list[int] = []
        codes = []
        for at in self._classes:
            row = self._response.requirements[at]
            column = np.asarray(self._columns[row.factor])
            codes.append(np.where(column < 0, -1, column + len(base)))
            base += [row.classes[key] for key in FACTORS[row.factor].classes]
            source += [self._own[row.factor, "class", key] for key in FACTORS[row.factor].classes]
        self._base, self._source = np.array(base), np.array(source, dtype=int)
        found = np.array(codes, dtype=int).reshape(len(codes), self._size)
        self._known_classes, self._codes = found >= 0, np.maximum(found, 0)

    def __call__(self, z: np.ndarray) -> np.ndarray:
        step = max(1, _CELLS // max(self._size, 1))
        parts = [self._part(z[at : at + step]) for at in range(0, len(z), step)]
        return np.concatenate(parts) if parts else np.empty((0, self._size))

    def _part(self, z: np.ndarray) -> np.ndarray:
        shift = np.hstack([z * self._scale, np.zeros((len(z), 1))])
        rise = (self._values - shift[:, self._lower_at, None] - self._foot) / self._rise
        fall = (self._end - self._values + shift[:, self._upper_at, None]) / self._fall
        sides = np.log(np.clip(np.minimum(rise, fall), FLOOR, 1.0))
        table = np.log(np.clip(self._base + shift[:, self._source], FLOOR, 1.0))
        rows = self._response.requirements
        others = [
            np.nan_to_num(loss_of(rows[at], self._response.pairs(at, z), self._columns[rows[at].factor]))
            for at in self._others
        ]
        losses = np.concatenate([sides, table[:, self._codes], *(one[:, None] for one in others)], axis=1)
        weights = self._weights * np.exp(shift[:, self._weight_at])
        losses = np.where(self._there, losses, 0.0)
        total = np.matmul(weights[:, None, :], losses)[:, 0]
        with np.errstate(invalid="ignore"):
            mean = total / (weights @ self._there)
        found: np.ndarray = 0.5 * np.exp(shift[:, -2:-1]) * (losses.min(axis=1) + mean)
        return found


def _minus(corner: float | None) -> float | None:
    return None if corner is None else -corner


def _side(foot: float | None, top: float | None) -> tuple[float, float]:
    """Foot and length of a side; one that is not there is far away, an upright one very steep."""
    if foot is None or top is None:
        return -_FAR, 1.0
    return (foot, top - foot) if top > foot else (top - 1e-9, 1e-9)
