"""How a requirement judges values: as it is written, and as far off as its confidence allows.

A row of the catalogue is known only so well. Seen strictly its flanks stand a share of their width
further in, seen kindly the same share further out; a table of classes, which has no flanks, is
raised to a power. `SPREAD` has the shares.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeVar

import numpy as np

from kanpo.herbs import BELL_REACH, Requirement
from kanpo.suitability._membership import class_table, curve_of, trapezoid

#: How far a curve may lie off, as a share of its flank, by the confidence of its row. Our assumption.
SPREAD: Mapping[str, float] = MappingProxyType({"high": 0.05, "medium": 0.10, "low": 0.25})


def spread_of(requirement: Requirement, spread: Mapping[str, float] = SPREAD) -> float:
    """Share by which a requirement may be off; what has no confidence counts as low."""
    return spread.get(requirement.confidence, spread.get("low", 0.0))


def flank(requirement: Requirement) -> float:
    """The width over which a curve goes from met to not met, in the unit of the factor.

    Of a trapezoid the mean of its slopes that are not steps, of a Gaussian sigma, of a piecewise
    curve the mean distance of its points.
    """
    if requirement.bell is not None:
        return requirement.bell[1]
    if requirement.points:
        return (requirement.points[-1][0] - requirement.points[0][0]) / (len(requirement.points) - 1)
    a, b, c, d = requirement.corners
    slopes = [high - low for low, high in ((a, b), (c, d)) if low is not None and high is not None]
    slopes = [slope for slope in slopes if slope > 0]
    return sum(slopes) / len(slopes) if slopes else 0.0


def shifted(
    requirement: Requirement,
    values: np.ndarray,
    share: float,
    out: np.ndarray | None = None,
    spare: np.ndarray | None = None,
) -> np.ndarray:
    """Membership (n,) of numbers by a curve whose flanks stand `share` of their width further out.

    A negative share moves them in: the least membership that a shift of the whole curve by at most
    that much gives; a positive one the greatest. `out` and `spare` as for `trapezoid`, which alone
    fills them.
    """
    reach = abs(share) * flank(requirement)
    if requirement.bell is not None and reach:
        return _shifted_bell(requirement.bell[0], requirement.bell[1], values, reach, kind=share > 0)
    if requirement.points and reach:
        return _shifted_points(requirement, values, reach, kind=share > 0)
    if requirement.bell is not None or requirement.points:
        return curve_of(requirement, values)
    return trapezoid(values, _moved(requirement, reach if share > 0 else -reach), out, spare)


def shifted_thrice(
    requirement: Requirement, values: np.ndarray, share: float, out: np.ndarray, spare: np.ndarray
) -> None:
    """Put in `out` (3, n) the memberships by a trapezoid seen strictly, as it is written, and kindly.

    The same as `shifted` by −share, 0 and share, in long steps; `spare` (3, n) is scratch.
    """
    reach = share * flank(requirement)
    trapezoid(values, _moved(requirement, np.array([[-reach], [0.0], [reach]])), out, spare)


Move = TypeVar("Move", float, np.ndarray)


def _moved(requirement: Requirement, move: Move) -> tuple[Move | None, ...]:
    """The corners of a trapezoid with its flanks so much further out."""
    a, b, c, d = requirement.corners
    return (
        None if a is None else a - move,
        None if b is None else b - move,
        None if c is None else c + move,
        None if d is None else d + move,
    )


def shifted_classes(requirement: Requirement, share: float) -> np.ndarray:
    """Memberships by class code, NaN behind the last, raised to the power of 1 − share: kinder for a positive share."""
    return class_table(requirement) ** (1.0 - share)


def _shifted_bell(centre: float, sigma: float, values: np.ndarray, reach: float, *, kind: bool) -> np.ndarray:
    away = np.abs(values - centre)
    z = (np.maximum(away - reach, 0.0) if kind else away + reach) / sigma
    return np.where(z > BELL_REACH, 0.0, np.exp(-0.5 * z * z))


def _shifted_points(requirement: Requirement, values: np.ndarray, reach: float, *, kind: bool) -> np.ndarray:
    better = np.maximum if kind else np.minimum
    out = better(curve_of(requirement, values - reach), curve_of(requirement, values + reach))
    # Between the two ends the curve may turn: its points are all that has to be tried.
    for x, y in requirement.points:
        inside = np.abs(values - x) <= reach
        out = np.where(inside, better(out, min(max(y, 0.0), 1.0)), out)
    return np.maximum(np.minimum(out, 1.0), 0.0)
