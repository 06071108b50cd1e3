"""What works do to a value of a site factor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from kanpo.herbs import Catalogue, Requirement
from kanpo.schema import FACTORS
from kanpo.sites import LAND_TYPES


@dataclass(frozen=True, slots=True)
class Improvement:
    """A work as it acts on one factor.

    A factor of classes moves along `moves`; a number from `from_least` to `from_most` is raised to
    where the herb is met fully, and never past it. `land_types` are codes of the land on which the
    work can be done.
    """

    work_id: str
    factor: str
    land_types: tuple[int, ...]
    moves: Mapping[str, str] = field(default_factory=dict, hash=False)
    from_least: float = -np.inf
    from_most: float = np.inf

    def target(self, requirement: Requirement) -> float | None:
        """The number to which a value is raised for a herb; None where raising helps nothing."""
        if requirement.bell is not None:
            return requirement.bell[0]
        if requirement.points:
            best = max(y for _, y in requirement.points)
            return next(x for x, y in requirement.points if y == best)
        return requirement.corners[1]

    def edges(self, requirement: Requirement) -> tuple[float, ...]:
        """Values of a number where the work begins and ends to act."""
        target = self.target(requirement)
        ends = (self.from_least, self.from_most, target)
        return tuple(end for end in ends if end is not None and np.isfinite(end))


def improve(
    work: Improvement, requirement: Requirement, column: np.ndarray, land: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """A column (n,) after a work, and where it can be done (n,): on such land, from such a value."""
    allowed = np.isin(land, work.land_types)
    factor = FACTORS[work.factor]
    if factor.kind != "number":
        codes = np.arange(len(factor.classes) + 1, dtype=np.int8)
        codes[-1] = -1
        for before, after in work.moves.items():
            codes[factor.classes.index(before)] = factor.classes.index(after)
        moved = codes[column]
        return moved, allowed & (moved != column)
    target = work.target(requirement)
    if target is None:
        return column, np.zeros(len(column), dtype=bool)
    with np.errstate(invalid="ignore"):
        allowed &= (column >= work.from_least) & (column <= work.from_most) & (column < target)
    return np.where(allowed, target, column), allowed


def improvements_of(catalogue: Catalogue) -> tuple[Improvement, ...]:
    """The works of the catalogue as they act on factors."""
    return tuple(
        Improvement(
            work.work_id,
            work.factor,
            tuple(code for code, name in enumerate(LAND_TYPES) if name in work.land_types),
            dict(work.moves),
            -np.inf if work.from_least is None else work.from_least,
            np.inf if work.from_most is None else work.from_most,
        )
        for work in catalogue.works
    )
