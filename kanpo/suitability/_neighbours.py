"""An assumption that a user may ask for: what is not known lies in the range of the parcels around.

The assumed ranges narrow intervals; they are never stored, and a score is still computed from what
is known alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial import cKDTree

from kanpo.herbs import Catalogue
from kanpo.locale import Text
from kanpo.schema import FACTORS
from kanpo.sites import Factors
from kanpo.suitability._classes import ClassBounds
from kanpo.suitability._compiled import compile_requirements
from kanpo.suitability._kernel import KernelResult, run_kernel
from kanpo.suitability._method import Method
from kanpo.suitability._score import Expectations, Scores, Weights, score_parcels

#: How many known parcels make a range, how far the last of them may lie (m), and how many known
#: parcels of a factor are needed to tell how wide a range has to be.
NEAR, WITHIN_M, LEAST_KNOWN = 10, 2_000.0, 50
#: Share of known parcels that have to lie in the range that their own neighbours give.
COVERAGE = 0.95


@dataclass(frozen=True, slots=True, eq=False)
class Ranges:
    """Assumed ranges of N parcels: factor to low and high (N,), NaN where nothing is assumed.

    Classes are positions in the factor's list, both ends included.
    """

    parcel_ids: tuple[str, ...]
    low: dict[str, np.ndarray]
    high: dict[str, np.ndarray]

    def of(self, parcel_id: str) -> dict[str, tuple[object, object]]:
        """The assumed ranges of one parcel, classes by their keys."""
        at = self.parcel_ids.index(parcel_id)
        found: dict[str, tuple[object, object]] = {}
        for key, low in self.low.items():
            if not np.isnan(low[at]):
                ends = (float(low[at]), float(self.high[key][at]))
                classes = FACTORS[key].classes
                found[key] = (classes[int(ends[0])], classes[int(ends[1])]) if classes else ends
        return found

    def text(self, parcel_id: str, factors: Sequence[str] = tuple(FACTORS)) -> Text:
        """The assumed ranges of some factors of one parcel in words."""
        ja, en = [], []
        for key, (low, high) in self.of(parcel_id).items():
            if key not in factors:
                continue
            factor, unit = FACTORS[key], FACTORS[key].unit_label
            if factor.kind == "class":
                first, last = factor.class_labels[str(low)], factor.class_labels[str(high)]
                ja.append(f"{factor.label.ja} {first.ja}〜{last.ja}")
                en.append(f"{factor.label.en} {first.en} to {last.en}")
            else:
                ja.append(f"{factor.label.ja} {low:g}〜{high:g}{unit.ja}")
                en.append(f"{factor.label.en} {low:g} to {high:g} {unit.en}")
        return Text("、".join(ja), ", ".join(en))


def neighbour_ranges(factors: Factors, points: np.ndarray) -> Ranges:
    """Ranges of what is not known, from the known values of the `NEAR` nearest parcels.

    The range from the least to the greatest of them is widened on both sides by as much as it takes
    for `COVERAGE` of the known parcels to lie in the range that their own neighbours give (split
    conformal prediction: Vovk, Gammerman and Shafer 2005, Algorithmic Learning in a Random World).
    That holds for unknown parcels as far as they are like the known ones around them. Where fewer
    than `LEAST_KNOWN` parcels are known, or the neighbours lie beyond `WITHIN_M`, nothing is assumed.

    Parameters
    ----------
    factors : Factors
        N parcels.
    points : ndarray (N, 2)
        A point of each, plane metres.
    """
    low: dict[str, np.ndarray] = {}
    high: dict[str, np.ndarray] = {}
    for key, column in factors.columns().items():
        values = column.astype(float)
        unknown = np.isnan(values) if FACTORS[key].kind == "number" else values < 0
        if not unknown.any() or (~unknown).sum() < LEAST_KNOWN:
            continue
        ends = _ranges(key, values, ~unknown, points)
        low[key], high[key] = np.full(len(values), np.nan), np.full(len(values), np.nan)
        low[key][unknown], high[key][unknown] = ends
    return Ranges(tuple(factors.parcel_ids), low, high)


def _ranges(
    key: str, values: np.ndarray, known: np.ndarray, points: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Low and high (u,) of the unknown parcels; NaN where the neighbours lie too far."""
    told, tree = values[known], cKDTree(points[known])
    own_far, own = tree.query(points[known], k=NEAR + 1)
    # The nearest known parcel of a known parcel is itself.
    around = told[own[:, 1:]]
    beyond = np.maximum(np.maximum(around.min(axis=1) - told, told - around.max(axis=1)), 0.0)
    beyond = beyond[own_far[:, -1] <= WITHIN_M]
    count = len(beyond)
    place = int(np.ceil((count + 1) * COVERAGE))
    if count < LEAST_KNOWN or place > count:
        return np.full((~known).sum(), np.nan), np.full((~known).sum(), np.nan)
    wider = np.sort(beyond)[place - 1]
    far, near = tree.query(points[~known], k=NEAR)
    factor = FACTORS[key]
    least, most = (
        (factor.minimum, factor.maximum) if factor.kind == "number" else (0, len(factor.classes) - 1)
    )
    low = np.clip(told[near].min(axis=1) - wider, least, most)
    high = np.clip(told[near].max(axis=1) + wider, least, most)
    too_far = far[:, -1] > WITHIN_M
    return np.where(too_far, np.nan, low), np.where(too_far, np.nan, high)


def score_within(
    factors: Factors,
    ranges: Ranges,
    catalogue: Catalogue,
    herbs: Sequence[str] | None = None,
    *,
    method: Method = "limitation",
    weights: Weights | None = None,
    bounds: ClassBounds | None = None,
    expectations: Expectations | None = None,
) -> Scores:
    """Scores with intervals as narrow as the assumed ranges make them.

    Lower and upper come from the worst and the best value of each range; what has no range stays
    unknown. The score is that of what is known, kept inside the narrower interval.

    Parameters
    ----------
    factors, catalogue, herbs, method, weights, bounds, expectations :
        As for `score_parcels`.
    ranges : Ranges
        Of the same parcels in the same order.
    """
    scores = score_parcels(
        factors,
        catalogue,
        herbs,
        method=method,
        weights=weights,
        bounds=bounds,
        expectations=expectations,
    )
    columns, land = factors.columns(), factors.land_codes()
    assumed = {key: (ranges.low[key], ranges.high[key]) for key in ranges.low}
    requirements = {herb_id: catalogue.requirements_of(herb_id) for herb_id in scores.herb_ids}
    sides = []
    for result, works in ((scores.result, ()), (scores.potential, catalogue.works)):
        compiled = compile_requirements(requirements, weights, works=works)
        within = run_kernel(columns, compiled, land=land, ranges=assumed, method=method)
        sides.append(_narrowed(result, within))
    now, then = sides
    np.maximum(then.numbers, now.numbers, out=then.numbers)
    return replace(scores, result=now, potential=then)


def _narrowed(result: KernelResult, within: KernelResult) -> KernelResult:
    """The numbers of a result, inside the bounds that the assumptions leave."""
    numbers = result.numbers.copy()
    least, lower, score, upper, most = numbers
    for mine, other in ((least, within.least), (lower, within.lower)):
        np.maximum(mine, other, out=mine)
    for mine, other in ((upper, within.upper), (most, within.most)):
        np.minimum(mine, other, out=mine)
    # What is excluded stays so, whatever the parcels around are like.
    for array in (least, lower, upper, most):
        array[result.excluded] = 0.0
    np.minimum(np.maximum(score, lower, out=score), upper, out=score)
    return replace(result, numbers=numbers)
