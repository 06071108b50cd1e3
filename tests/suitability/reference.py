"""The definition of `docs/suitability.md`, written out literally for one parcel and one herb. Slow on purpose.

It takes nothing from the kernel: rows of the catalogue go in, numbers come out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from kanpo.herbs import Requirement, Work
from kanpo.schema import FACTORS

FLOOR = 0.05
TIE = 1e-12
SPREAD = {"high": 0.05, "medium": 0.10, "low": 0.25}
LEAST_KNOWN = 20
KNOWN_ENOUGH = 0.6
STRICT, WRITTEN, KIND = -1, 0, 1

#: Factor to a number, a class, or None where nothing is known.
Site = Mapping[str, object]
#: Factor and land type (None: not known) to what is expected; None: the middle of worst and best.
Expected = Mapping[tuple[str, str | None], float | None]


@dataclass(frozen=True)
class Told:
    """What the definition says of a parcel and a herb."""

    least: float
    lower: float
    score: float
    upper: float
    most: float
    limiting: str | None
    excluded: bool

    @property
    def numbers(self) -> tuple[float, ...]:
        return self.least, self.lower, self.score, self.upper, self.most


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


def turns(need: Requirement) -> list[float]:
    """Between two of these a curve only rises, only falls or stays."""
    if need.bell is not None:
        centre, sigma = need.bell
        return [centre - 6 * sigma, centre, centre + 6 * sigma]
    return [x for x in need.corners if x is not None] + [x for x, _ in need.points]


def flank(need: Requirement) -> float:
    if need.bell is not None:
        return need.bell[1]
    if need.points:
        return (need.points[-1][0] - need.points[0][0]) / (len(need.points) - 1)
    a, b, c, d = need.corners
    widths = [y - x for x, y in ((a, b), (c, d)) if x is not None and y is not None and y > x]
    return sum(widths) / len(widths) if widths else 0.0


def effective(need: Requirement, value: object, sense: int = WRITTEN) -> float:
    """What a row says of a value: as written, or the worst or best of what it may mean."""
    if need.kind == "classes":
        mu = need.classes[str(value)] ** (1 - sense * SPREAD[need.confidence])
    elif sense == WRITTEN:
        mu = membership(need, value)
    else:
        v, reach = float(value), SPREAD[need.confidence] * flank(need)  # type: ignore[arg-type]
        near = [v - reach, v + reach, *(x for x in turns(need) if abs(x - v) <= reach)]
        if reach == 0:
            near = [v]
        mu = (min if sense == STRICT else max)(membership(need, x) for x in near)
    return mu if need.knock_out else max(mu, FLOOR)


def lower_corner(need: Requirement) -> float | None:
    if need.bell is not None:
        return need.bell[0]
    if need.points:
        return next(x for x, y in need.points if y == max(y for _, y in need.points))
    return need.corners[1]


def after(work: Work, need: Requirement, value: object) -> object:
    if work.kind == "classes":
        return work.classes[str(value)]
    v = float(value)  # type: ignore[arg-type]
    if work.kind == "add":
        return max(v, min(v + work.amount, work.most))
    corner = lower_corner(need)
    return v if corner is None else max(v, corner)


def serving(works: Sequence[Work], herb_id: str) -> list[Work]:
    """The works that are done for a herb; all below takes these."""
    return [work for work in works if not work.herbs or herb_id in work.herbs]


def able(works: Sequence[Work], need: Requirement, land: str | None, *, hopeful: bool) -> list[Work]:
    """Works on this factor that this land can have; land of no known type only in hope."""
    mine = [work for work in works if work.factor == need.factor]
    return [w for w in mine if not w.land_types or (hopeful if land is None else land in w.land_types)]


def worth(
    need: Requirement, value: object, works: Sequence[Work], land: str | None, sense: int, *, hopeful: bool
) -> float:
    """The effective membership of a value after the best of the works, none included."""
    ways = [value, *(after(work, need, value) for work in able(works, need, land, hopeful=hopeful))]
    return max(effective(need, way, sense) for way in ways)


def possible(need: Requirement, works: Sequence[Work]) -> list[object]:
    """Values that have to be tried for the worst and the best; finer than it takes."""
    factor = FACTORS[need.factor]
    if factor.kind == "class":
        return list(factor.classes)
    assert factor.minimum is not None and factor.maximum is not None
    reach = SPREAD[need.confidence] * flank(need)
    values = [x + move for x in turns(need) for move in (-reach, 0, reach)]
    for work in works:
        if work.factor == need.factor and work.kind == "add":
            values += [x - work.amount for x in [*values, work.most]] + [work.most]
    values += [factor.minimum + (factor.maximum - factor.minimum) * nth / 40 for nth in range(41)]
    return [x for x in values if factor.minimum <= x <= factor.maximum]


def five(
    need: Requirement, value: object, works: Sequence[Work], land: str | None, expected: float | None
) -> tuple[float, ...]:
    """The effective memberships that enter least, lower, score, upper and most."""
    ends = ((STRICT, False), (WRITTEN, False), (WRITTEN, True), (WRITTEN, True), (KIND, True))
    if value is not None:
        return tuple(worth(need, value, works, land, sense, hopeful=hope) for sense, hope in ends)
    values = possible(need, works)
    least, lower, _, upper, most = (
        pick(worth(need, x, works, land, sense, hopeful=hope) for x in values)
        for pick, (sense, hope) in zip((min, min, max, max, max), ends, strict=True)
    )
    point = (lower + upper) / 2 if expected is None else min(max(expected, lower), upper)
    return least, lower, point, upper, most


def joined(parts: Sequence[tuple[float, float]], method: str) -> float:
    """Weighted memberships, whose weights sum to 1, as one number."""
    if min(e for _, e in parts) == 0:
        return 0.0
    if method == "minimum":
        return min(e for _, e in parts)
    if method == "arithmetic":
        return sum(weight * e for weight, e in parts)
    if method == "owa":
        return sum(p * q * min(e, g) for p, e in parts for q, g in parts)
    mean = math.prod(e**weight for weight, e in parts)
    return mean if method == "geometric" else math.sqrt(min(e for _, e in parts) * mean)


def told(
    needs: Sequence[Requirement],
    site: Site,
    method: str,
    *,
    land: str | None = None,
    works: Sequence[Work] = (),
    expected: Expected | None = None,
) -> Told:
    total = sum(need.weight for need in needs)
    ordered = sorted(needs, key=lambda need: list(FACTORS).index(need.factor))
    weights = [need.weight / total for need in ordered]
    fives = [
        five(need, site.get(need.factor), works, land, (expected or {}).get((need.factor, land)))
        for need in ordered
    ]
    known = [
        (need.factor, weight, e[2])
        for need, weight, e in zip(ordered, weights, fives, strict=True)
        if site.get(need.factor) is not None
    ]
    fatal = next((factor for factor, _, e in known if e == 0), None)
    if fatal:
        return Told(0.0, 0.0, 0.0, 0.0, 0.0, fatal, excluded=True)
    numbers = [
        joined([(weight, e[nth]) for weight, e in zip(weights, fives, strict=True)], method)
        for nth in range(5)
    ]
    # Where the least membership decides, its weight plays no part.
    by_weight = method not in ("limitation", "minimum")
    losses = [(factor, -math.log(e) * (weight if by_weight else 1)) for factor, weight, e in known]
    most = max((loss for _, loss in losses), default=0.0)
    limiting = next((key for key, loss in losses if loss >= most - TIE), None) if most > TIE else None
    return Told(*numbers, limiting, excluded=False)


def expectation(
    need: Requirement,
    sites: Sequence[tuple[Site, str | None]],
    land: str | None,
    works: Sequence[Work] = (),
) -> float | None:
    """What is expected of a factor on land of a type, from all parcels; None for the middle."""
    known = [site[need.factor] for site, its in sites if its == land and site.get(need.factor) is not None]
    if len(known) < LEAST_KNOWN:
        if (need.factor, land) != ("drainage", "paddy"):
            return None
        known = ["imperfect", "poor"]
    roots = [worth(need, value, works, land, WRITTEN, hopeful=True) ** 0.25 for value in known]
    return (sum(roots) / len(roots)) ** 4


def class_of(score: float, after_works: float) -> str:
    for name, least in (("S1", 0.75), ("S2", 0.5), ("S3", 0.25)):
        if score >= least:
            return name
    return "N2" if after_works == 0 else "N1"


def share_known(needs: Sequence[Requirement], site: Site) -> float:
    known = sum(need.weight for need in needs if site.get(need.factor) is not None)
    return known / sum(need.weight for need in needs)


def certainty(now: Told, then: Told, known: float, *, after_works: bool = False) -> str:
    """How sure the class of a parcel is; `then` after works."""
    shown = then if after_works else now
    least, lower, _, upper, most = (
        class_of(score, mended) for score, mended in zip(shown.numbers, then.numbers, strict=True)
    )
    if shown.excluded:
        return "sure"
    if lower == upper and known > 0:
        return "sure" if least == most else "by_catalogue"
    return "by_measuring" if known >= KNOWN_ENOUGH - TIE else "unknown"


def deciding(needs: Sequence[Requirement], site: Site) -> str | None:
    """By limitation: with all else that is unknown at its best, the factor whose worst takes most away."""
    total = sum(need.weight for need in needs)
    ordered = sorted(needs, key=lambda need: list(FACTORS).index(need.factor))
    ends = {need.factor: five(need, site.get(need.factor), (), None, None) for need in ordered}
    best = {key: max(e[3], 1e-9) for key, e in ends.items()}
    worst = {key: max(e[1], 1e-9) for key, e in ends.items()}

    def lost(need: Requirement) -> float:
        at_worst = best | {need.factor: worst[need.factor]}
        scores = [
            joined([(other.weight / total, found[other.factor]) for other in ordered], "limitation")
            for found in (best, at_worst)
        ]
        return math.log(scores[0]) - math.log(scores[1])

    losses = [(need.factor, lost(need)) for need in ordered if site.get(need.factor) is None]
    most = max((loss for _, loss in losses), default=0.0)
    return next((key for key, loss in losses if loss >= most - 1e-9), None) if most > TIE else None


def ranks(parcels: Sequence[tuple[bool, float, float]]) -> list[int]:
    """Places of parcels by whether a class or a range is shown, score and lower; equal ones share."""
    keys = [(not shown, -score, -lower) for shown, score, lower in parcels]
    return [1 + sum(other < key for other in keys) for key in keys]
