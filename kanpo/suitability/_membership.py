"""How well one value meets one requirement."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kanpo.herbs import BELL_REACH, Bell, Corners, Points, Requirement
from kanpo.schema import FACTORS

#: Least effective membership of a factor that may not exclude: it lowers a score, never zeroes it.
FLOOR = 0.05


def trapezoid(
    values: np.ndarray,
    corners: Corners | Sequence[float | np.ndarray | None],
    out: np.ndarray | None = None,
    spare: np.ndarray | None = None,
) -> np.ndarray:
    """Membership (n,) of numbers (n,): 0 outside a and d, 1 from b to c, straight lines between.

    Equal corners make a step that counts as met. NaN stays NaN. `out` takes the result and `spare`
    is scratch space, both (n,), for callers that compute many curves; with corners of several curves
    of one kind, each (k, 1), both are (k, n).
    """
    a, b, c, d = corners
    out = np.empty_like(values) if out is None else out
    sides = 0
    if a is not None and b is not None:
        _rise(values, a, b, out)
        sides += 1
    if c is not None and d is not None:
        fall = out if not sides else np.empty_like(out) if spare is None else spare
        _fall(values, c, d, fall)
        sides += 1
        if sides == 2:
            np.minimum(out, fall, out=out)
    if not sides:
        out[:] = np.where(np.isnan(values), np.nan, 1.0)
    np.minimum(out, 1.0, out=out)
    return np.maximum(out, 0.0, out=out)


def _rise(values: np.ndarray, foot: float | np.ndarray, top: float | np.ndarray, out: np.ndarray) -> None:
    """A line through 0 at `foot` and 1 at `top`; a step from 0 to 1 where they are equal."""
    if np.all(top > foot):
        np.subtract(values, foot, out=out)
        np.divide(out, top - foot, out=out)
    else:
        out[:] = np.where(np.isnan(values), np.nan, values >= top)


def _fall(values: np.ndarray, top: float | np.ndarray, foot: float | np.ndarray, out: np.ndarray) -> None:
    """A line through 1 at `top` and 0 at `foot`; a step from 1 to 0 where they are equal."""
    if np.all(foot > top):
        np.subtract(foot, values, out=out)
        np.divide(out, foot - top, out=out)
    else:
        out[:] = np.where(np.isnan(values), np.nan, values <= top)


def gaussian(values: np.ndarray, bell: Bell, out: np.ndarray | None = None) -> np.ndarray:
    """Membership (n,) of numbers (n,): exp(−z²/2) of the distance z from the centre in sigma, 0 beyond `BELL_REACH`."""
    centre, sigma = bell
    out = np.subtract(values, centre, out=out)
    np.divide(out, sigma, out=out)
    beyond = np.abs(out) > BELL_REACH
    np.multiply(out, out, out=out)
    np.exp(np.multiply(out, -0.5, out=out), out=out)
    np.putmask(out, beyond, 0.0)
    return out


def piecewise(values: np.ndarray, points: Points, out: np.ndarray | None = None) -> np.ndarray:
    """Membership (n,) of numbers (n,): straight lines between the points, level beyond the first and last."""
    found = np.interp(values, *np.transpose(points))
    return np.clip(found, 0.0, 1.0, out=out)


def curve_of(
    requirement: Requirement,
    values: np.ndarray,
    out: np.ndarray | None = None,
    spare: np.ndarray | None = None,
) -> np.ndarray:
    """Membership (n,) of numbers (n,) by the curve of a requirement; NaN stays NaN."""
    if requirement.bell is not None:
        return gaussian(values, requirement.bell, out)
    if requirement.points:
        return piecewise(values, requirement.points, out)
    return trapezoid(values, requirement.corners, out, spare)


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
    if requirement.kind != "classes":
        return curve_of(requirement, np.asarray(values, dtype=float))
    codes = np.asarray(values)
    return class_table(requirement)[np.where(codes < 0, -1, codes)]


def class_table(requirement: Requirement) -> np.ndarray:
    """Membership by class code, with NaN behind the last class for the code -1 (unknown)."""
    return np.array([*(requirement.classes[key] for key in FACTORS[requirement.factor].classes), np.nan])


def effective(requirement: Requirement, memberships: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    """Effective membership: floored at `FLOOR` unless the requirement can exclude."""
    return memberships if requirement.knock_out else np.maximum(memberships, FLOOR, out=out)
