"""What a herb yields at a site as a function of how far the catalogue is off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

import numpy as np

from kanpo.herbs import Requirement
from kanpo.schema import FACTORS
from kanpo.suitability import FLOOR, FactorColumns

Role = Literal["lower", "upper", "place", "class", "weight", "slope"]

#: Standard deviations of what may be off, by the confidence of a row, before any trial. Our assumption:
#: bounds in shares of their flank, classes in membership, weights on the logarithmic scale.
BOUND_SD: Mapping[str, float] = MappingProxyType({"high": 0.10, "medium": 0.25, "low": 0.50})
CLASS_SD: Mapping[str, float] = MappingProxyType({"high": 0.05, "medium": 0.12, "low": 0.25})
WEIGHT_SD: Mapping[str, float] = MappingProxyType({"high": 0.15, "medium": 0.3, "low": 0.5})
#: How far the logarithm of yield may follow that of the score more or less than one to one (log scale).
SLOPE_SD = 0.3


@dataclass(frozen=True, slots=True)
class Parameter:
    """One thing that may be off: `scale` is its prior standard deviation in the unit that people read.

    `role` says what moves: the lower or upper bounds of a trapezoid, the place of another curve, the
    membership of the class `of`, the weight of the factor, or how steeply yield follows the score.
    """

    factor: str
    role: Role
    scale: float
    of: str = ""


class Response:
    """The logarithm of the (relative) yield of a herb at N sites, for parameters z (P,) in prior units.

    At z = 0 it is the logarithm of the score by limitation over what is known,
    (least ln e + Σ w·ln e / W_K) / 2, where e has the floor of `kanpo.suitability` for every factor: land
    that a requirement excludes yields little, not nothing, once somebody grows on it.

    Parameters
    ----------
    requirements : sequence of Requirement
        Of one herb.
    weights : mapping, optional
        Factor to weight in place of the requirements' own.
    strength : float
        How many times as sure of the catalogue as assumed: divides the standard deviations of the prior.
    """

    def __init__(
        self,
        requirements: Sequence[Requirement],
        weights: Mapping[str, float] | None = None,
        strength: float = 1.0,
    ) -> None:
        given = {row.factor: (weights or {}).get(row.factor, row.weight) for row in requirements}
        self.requirements = tuple(row for row in requirements if given[row.factor] > 0)
        self.weights = np.array([given[row.factor] for row in self.requirements], dtype=float)
        found = [parameter for row in self.requirements for parameter in _parameters_of(row)]
        found.append(Parameter("", "slope", SLOPE_SD))
        self.parameters = tuple(replace(one, scale=one.scale / strength) for one in found)
        self._of = [
            np.flatnonzero([p.factor == row.factor and p.role != "weight" for p in self.parameters])
            for row in self.requirements
        ]
        self.weight_at = np.array(
            [
                next(
                    at
                    for at, p in enumerate(self.parameters)
                    if p.factor == row.factor and p.role == "weight"
                )
                for row in self.requirements
            ]
        )

    @property
    def size(self) -> int:
        """How many parameters there are."""
        return len(self.parameters)

    def moved(self, z: np.ndarray) -> tuple[Requirement, ...]:
        """The requirements with their bounds, classes and weights moved by z (P,)."""
        weights = self.weights * np.exp(self._shift(z)[self.weight_at])
        weights *= self.weights.sum() / weights.sum()
        return tuple(
            replace(
                _moved(row, [(p, float(shift[0])) for p, shift in self.pairs(at, z)]), weight=float(weight)
            )
            for at, (row, weight) in enumerate(zip(self.requirements, weights, strict=True))
        )

    def log_yield(self, columns: FactorColumns, z: np.ndarray) -> np.ndarray:
        """Logarithm of the relative yield (N,), NaN where nothing is known; `Surface` does many z at once."""
        shift = self._shift(z)
        losses, _, weights, known = self._losses(columns, z)
        found: np.ndarray = np.exp(shift[-1]) * 0.5 * (losses.min(axis=0) + (weights @ losses) / known)
        return found

    def known_share(self, columns: FactorColumns) -> np.ndarray:
        """Share (N,) of the weight whose factors are known."""
        known = self._losses(columns, np.zeros(self.size))[3]
        return np.asarray(np.nan_to_num(known) / self.weights.sum())

    def slopes(self, columns: FactorColumns, z: np.ndarray, step: float = 1e-4) -> np.ndarray:
        """Derivatives (N, P) of `log_yield`; those of memberships by differences."""
        steep = float(np.exp(self._shift(z)[-1]))
        losses, there, weights, known = self._losses(columns, z)
        mean, limiting = (weights @ losses) / known, losses.argmin(axis=0)
        found = np.zeros((len(known), self.size))
        for at, row in enumerate(self.requirements):
            part = 0.5 * steep * weights[at] / known
            # The least membership counts once more.
            share = part + 0.5 * steep * (limiting == at)
            for p in self._of[at]:
                ahead, behind = (
                    loss_of(
                        row,
                        self.pairs(at, z + way * step * (np.arange(self.size) == p)),
                        columns[row.factor],
                    )
                    for way in (1, -1)
                )
                found[:, p] = share * np.nan_to_num(ahead - behind) / (2 * step)
            p = self.weight_at[at]
            found[:, p] = np.where(there[at], part * (losses[at] - mean), 0.0) * self.parameters[p].scale
        score = 0.5 * (losses.min(axis=0) + mean)
        found[:, -1] = steep * score * self.parameters[-1].scale
        return found

    def _losses(
        self, columns: FactorColumns, z: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """ln e (R, N) with 0 where a factor is not known, where it is (R, N), weights (R,), and the weight that is known (N,)."""
        weights = self.weights * np.exp(self._shift(z)[self.weight_at])
        losses = np.array(
            [loss_of(row, self.pairs(at, z), columns[row.factor]) for at, row in enumerate(self.requirements)]
        )
        there = np.isfinite(losses)
        known = weights @ there
        return np.where(there, losses, 0.0), there, weights, np.where(known > 0, known, np.nan)

    def _shift(self, z: np.ndarray) -> np.ndarray:
        """Parameters in their own units."""
        scales = np.array([parameter.scale for parameter in self.parameters])
        return np.asarray(z) * scales

    def pairs(self, at: int, z: np.ndarray) -> list[tuple[Parameter, np.ndarray]]:
        """Parameters of a requirement with their shifts (1,), or (D, 1) for draws."""
        return [(self.parameters[p], z[..., p, None] * self.parameters[p].scale) for p in self._of[at]]


def _parameters_of(row: Requirement) -> list[Parameter]:
    confidence = row.confidence if row.confidence in BOUND_SD else "low"
    share = BOUND_SD[confidence]
    found = []
    a, b, c, d = row.corners
    if a is not None and b is not None and b > a:
        found.append(Parameter(row.factor, "lower", share * (b - a)))
    if c is not None and d is not None and d > c:
        found.append(Parameter(row.factor, "upper", share * (d - c)))
    if row.bell is not None:
        found.append(Parameter(row.factor, "place", share * row.bell[1]))
    if row.points:
        flank = (row.points[-1][0] - row.points[0][0]) / (len(row.points) - 1)
        found.append(Parameter(row.factor, "place", share * flank))
    found += [Parameter(row.factor, "class", CLASS_SD[confidence], key) for key in row.classes]
    return [*found, Parameter(row.factor, "weight", WEIGHT_SD[confidence])]


def loss_of(row: Requirement, shifts: list[tuple[Parameter, np.ndarray]], values: np.ndarray) -> np.ndarray:
    """ln e (N,) or (D, N) with the bounds moved, NaN where the value is not known."""
    if row.kind == "classes":
        by = {parameter.of: shift for parameter, shift in shifts}
        table = np.concatenate([row.classes[key] + by[key] for key in FACTORS[row.factor].classes], axis=-1)
        full = np.log(np.clip(table, FLOOR, 1.0))
        full = np.concatenate([full, np.full_like(full[..., :1], np.nan)], axis=-1)
        codes = np.asarray(values)
        return np.asarray(full[..., np.where(codes < 0, -1, codes)])
    return np.asarray(np.log(np.maximum(_membership(row, shifts, np.asarray(values, dtype=float)), FLOOR)))


def _membership(
    row: Requirement, shifts: list[tuple[Parameter, np.ndarray]], values: np.ndarray
) -> np.ndarray:
    """Membership of numbers, without making a requirement of it: this is called often."""
    by_role = {parameter.role: shift for parameter, shift in shifts}
    if row.kind == "trapezoid":
        a, b, c, d = row.corners
        found = np.where(np.isnan(values), np.nan, 1.0)
        if a is not None and b is not None:
            found = np.minimum(found, _rise(values - by_role.get("lower", 0.0), a, b))
        if c is not None and d is not None:
            found = np.minimum(found, _rise(by_role.get("upper", 0.0) - values, -d, -c))
        return found
    at = values - by_role.get("place", 0.0)
    if row.bell is not None:
        return np.exp(-0.5 * ((at - row.bell[0]) / row.bell[1]) ** 2)
    return np.clip(np.interp(at, *np.transpose(row.points)), 0.0, 1.0)


def _rise(values: np.ndarray, foot: float, top: float) -> np.ndarray:
    if top > foot:
        return np.clip((values - foot) / (top - foot), 0.0, 1.0)
    return np.where(np.isnan(values), np.nan, (values >= top).astype(float))


def _class_moved(membership: float, shift: float) -> float:
    """A membership moved, within 0 and 1."""
    return min(max(membership + shift, 0.0), 1.0)


def _moved(row: Requirement, shifts: list[tuple[Parameter, float]]) -> Requirement:
    if row.kind == "classes":
        by = {parameter.of: shift for parameter, shift in shifts}
        return replace(
            row, classes={key: round(_class_moved(m, by[key]), 3) for key, m in row.classes.items()}
        )
    by_role = {parameter.role: shift for parameter, shift in shifts}
    low, high = FACTORS[row.factor].minimum, FACTORS[row.factor].maximum
    assert low is not None and high is not None

    def put(value: float | None, role: Role) -> float | None:
        return None if value is None else min(max(float(f"{value + by_role.get(role, 0.0):.4g}"), low), high)

    if row.bell is not None:
        centre = put(row.bell[0], "place")
        assert centre is not None
        return replace(row, bell=(centre, row.bell[1]))
    if row.points:
        moved = tuple((put(x, "place"), y) for x, y in row.points)
        return replace(row, points=moved)  # type: ignore[arg-type]
    a, b, c, d = row.corners
    a, b, c, d = put(a, "lower"), put(b, "lower"), put(c, "upper"), put(d, "upper")
    if b is not None and c is not None and b > c:
        b = c = (b + c) / 2
        a, d = (min(a, b) if a is not None else None), (max(d, c) if d is not None else None)
    return replace(row, corners=(a, b, c, d))
