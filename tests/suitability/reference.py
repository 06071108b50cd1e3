"""The definition of `docs/suitability.md`, written out literally for one parcel and one herb. Slow on purpose."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from kanpo.herbs import Requirement
from kanpo.schema import FACTORS

FLOOR = 0.05
TIE = 1e-12

#: Factor to a number, a class, or None where nothing is known.
Site = Mapping[str, object]


@dataclass(frozen=True)
class Told:
    """What the definition says of a parcel and a herb."""

    score: float | None
    lower: float
    upper: float
    limiting: str | None
    excluded: bool


def membership(need: Requirement, value: object) -> float:
    if need.kind == "classes":
        return need.classes[str(value)]
    v = float(value)  # type: ignore[arg-type]
    if need.bell is not None:
        centre, sigma = need.bell
        z = (v - centre) / sigma
        return 0.0 if abs(z) > 6 else math.exp(-z * z / 2)
    if need.points:
        return straight(need.points, v)
    a, b, c, d = need.corners
    if a is not None and b is not None:
        if v < a:
            return 0.0
        if v < b:
            return (v - a) / (b - a)
    if c is not None and d is not None:
        if v > d:
            return 0.0
        if v > c:
            return (d - v) / (d - c)
    return 1.0


def straight(points: Sequence[tuple[float, float]], v: float) -> float:
    """Straight lines between points, level beyond the first and the last."""
    if v < points[0][0]:
        return points[0][1]
    for (x0, y0), (x1, y1) in pairwise(points):
        if v < x1:
            return min(max(y0 + (y1 - y0) * (v - x0) / (x1 - x0), 0.0), 1.0)
    return points[-1][1]


def effective(need: Requirement, mu: float) -> float:
    return mu if need.knock_out else max(mu, FLOOR)


def extremes(need: Requirement) -> tuple[float, float]:
    factor = FACTORS[need.factor]
    if need.kind == "classes":
        values: list[object] = list(factor.classes)
    else:
        assert factor.minimum is not None and factor.maximum is not None
        turns = [x for x in need.corners if x is not None] + [x for x, _ in need.points]
        turns += [need.bell[0]] if need.bell is not None else []
        values = [
            factor.minimum,
            factor.maximum,
            *(x for x in turns if factor.minimum <= x <= factor.maximum),
        ]
    found = [effective(need, membership(need, value)) for value in values]
    return min(found), max(found)


def joined(parts: Sequence[tuple[float, float]], method: str, share: float) -> float:
    """Weighted memberships joined, the weights divided by `share`."""
    if method == "minimum":
        return min(e for _, e in parts)
    if method == "arithmetic":
        return sum(weight * e for weight, e in parts) / share
    if method == "owa":
        return sum(p * q * min(e, g) for p, e in parts for q, g in parts) / share**2
    return math.prod(e ** (weight / share) for weight, e in parts)


def told(needs: Sequence[Requirement], site: Site, method: str) -> Told:
    total = sum(need.weight for need in needs)
    known: list[tuple[float, float]] = []
    low: list[tuple[float, float]] = []
    high: list[tuple[float, float]] = []
    losses: list[tuple[str, float]] = []
    excluding: list[str] = []
    may_exclude = False
    for need in sorted(needs, key=lambda need: list(FACTORS).index(need.factor)):
        weight, value = need.weight / total, site.get(need.factor)
        if value is None:
            worst, best = extremes(need)
            low.append((weight, worst))
            high.append((weight, best))
            may_exclude = may_exclude or (need.knock_out and worst == 0)
            continue
        mu = membership(need, value)
        e = effective(need, mu)
        for gathered in (known, low, high):
            gathered.append((weight, e))
        if need.knock_out and mu == 0:
            excluding.append(need.factor)
        else:
            losses.append((need.factor, -weight * math.log(e)))
    if excluding:
        return Told(0.0, 0.0, 0.0, excluding[0], excluded=True)
    lower = 0.0 if may_exclude else joined(low, method, 1.0)
    upper = joined(high, method, 1.0)
    score = None
    if known:
        score = min(max(joined(known, method, sum(weight for weight, _ in known)), lower), upper)
    most = max((loss for _, loss in losses), default=0.0)
    limiting = next((key for key, loss in losses if loss >= most - TIE), None) if most > TIE else None
    return Told(score, lower, upper, limiting, excluded=False)
