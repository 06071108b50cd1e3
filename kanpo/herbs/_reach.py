"""What a requirement can come to: its membership at one value, its least, and where it begins to be full."""

from __future__ import annotations

from bisect import bisect_right
from math import exp

from kanpo.herbs._requirement import BELL_REACH, Requirement
from kanpo.schema import FACTORS

#: A score is at most the root of the least membership (S = √(m·g) ≤ √m): from this one on a factor
#: alone leaves the best class open, the root of it being the least score of S1.
MILD = 0.5625


def membership_at(requirement: Requirement, value: float | str) -> float:
    """Membership of one value: a number, or the key of a class.

    The plain statement of the curve; `kanpo.suitability` computes the same for whole columns.
    """
    if requirement.kind == "classes":
        return requirement.classes[str(value)]
    x = float(value)
    if requirement.bell is not None:
        centre, sigma = requirement.bell
        z = (x - centre) / sigma
        return exp(-0.5 * z * z) if abs(z) <= BELL_REACH else 0.0
    if requirement.points:
        return _between(requirement.points, x)
    a, b, c, d = requirement.corners
    rising = 1.0 if a is None or b is None else _line(x, a, b)
    falling = 1.0 if c is None or d is None else _line(-x, -d, -c)
    return min(rising, falling)


def _line(x: float, foot: float, top: float) -> float:
    if top <= foot:
        return 1.0 if x >= top else 0.0
    return min(max((x - foot) / (top - foot), 0.0), 1.0)


def _between(points: tuple[tuple[float, float], ...], x: float) -> float:
    right = bisect_right([value for value, _ in points], x)
    if right in (0, len(points)):
        return points[min(right, len(points) - 1)][1]
    (x0, y0), (x1, y1) = points[right - 1], points[right]
    return y0 + (y1 - y0) * (x - x0) / (x1 - x0)


def least_membership(requirement: Requirement) -> float:
    """The least membership over all that is physically possible, before any floor."""
    factor = FACTORS[requirement.factor]
    if requirement.kind == "classes":
        return min(requirement.classes.values())
    assert factor.minimum is not None and factor.maximum is not None
    inside = [x for x in requirement.turns if factor.minimum <= x <= factor.maximum]
    return min(membership_at(requirement, x) for x in (factor.minimum, factor.maximum, *inside))


def lower_corner(requirement: Requirement) -> float | None:
    """The least value at which a number is met fully; None where the curve is open below or of classes."""
    if requirement.bell is not None:
        return requirement.bell[0]
    if requirement.points:
        best = max(y for _, y in requirement.points)
        return next(x for x, y in requirement.points if y == best)
    return requirement.corners[1]
