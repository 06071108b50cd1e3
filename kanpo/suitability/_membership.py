"""How well one value meets one requirement."""

from __future__ import annotations

import numpy as np

from kanpo.herbs import Corners, Requirement
from kanpo.schema import FACTORS

#: Least effective membership of a factor that may not exclude: it lowers a score, never zeroes it.
FLOOR = 0.05


def trapezoid(values: np.ndarray, corners: Corners) -> np.ndarray:
    """Membership (n,) of numbers (n,): 0 outside a and d, 1 from b to c, straight lines between.

    Equal corners make a step that counts as met. NaN stays NaN.
    """
    a, b, c, d = corners
    result = np.ones_like(values)
    if a is not None and b is not None:
        rising = (values - a) / (b - a) if b > a else np.where(values >= a, 1.0, 0.0)
        np.minimum(result, rising, out=result)
    if c is not None and d is not None:
        falling = (d - values) / (d - c) if d > c else np.where(values <= d, 1.0, 0.0)
        np.minimum(result, falling, out=result)
    np.maximum(result, 0.0, out=result)
    result[np.isnan(values)] = np.nan
    return result


def membership(requirement: Requirement, values: np.ndarray) -> np.ndarray:
    """Membership (n,) in [0, 1] of a column of values; NaN where the value is not known.

    Parameters
    ----------
    requirement : Requirement
        Of the factor that the column belongs to.
    values : ndarray (n,)
        Numbers in the factor's unit (NaN unknown), or class codes (index into the factor's
        classes, negative unknown).
    """
    if requirement.kind == "trapezoid":
        return trapezoid(np.asarray(values, dtype=float), requirement.corners)
    table = np.array([*(requirement.classes[key] for key in FACTORS[requirement.factor].classes), np.nan])
    codes = np.asarray(values)
    return table[np.where(codes < 0, len(table) - 1, codes)]


def effective(requirement: Requirement, memberships: np.ndarray) -> np.ndarray:
    """Effective membership: floored at `FLOOR` unless the requirement can exclude."""
    return memberships if requirement.knock_out else np.maximum(memberships, FLOOR)


def worst_and_best(requirement: Requirement) -> tuple[float, float]:
    """Least and greatest effective membership over all values that are physically possible."""
    factor = FACTORS[requirement.factor]
    if requirement.kind == "classes":
        values = np.arange(len(factor.classes))
    else:
        assert factor.minimum is not None and factor.maximum is not None
        inside = [x for x in requirement.corners if x is not None and factor.minimum <= x <= factor.maximum]
        values = np.array([factor.minimum, factor.maximum, *inside], dtype=float)
    found = effective(requirement, membership(requirement, values))
    return float(found.min()), float(found.max())
