"""Which works bring a parcel to a better class, and what the cheapest of them cost."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

from kanpo.herbs import Catalogue, Work
from kanpo.locale import Text
from kanpo.sites import Factors
from kanpo.suitability._classes import ClassBounds
from kanpo.suitability._method import Method
from kanpo.suitability._score import Expectations, Weights, score_parcels
from kanpo.suitability._works import Improvement, improvements_of


@dataclass(frozen=True, slots=True)
class Option:
    """A set of works with what it reaches and costs, yen per 10a and hours per 10a from low to high."""

    works: tuple[Work, ...]
    reaches: str
    score: float
    class_lower: str | None
    class_upper: str | None

    @property
    def yen_per_10a(self) -> tuple[float, float]:
        """Least and most it costs."""
        return (
            sum(work.yen_per_10a_low for work in self.works),
            sum(work.yen_per_10a_high for work in self.works),
        )

    @property
    def label(self) -> Text:
        """The works in words."""
        return Text(
            "・".join(work.label.ja for work in self.works), ", ".join(work.label.en for work in self.works)
        )

    def to_dict(self) -> dict[str, object]:
        """As plain values, for JSON."""
        low, high = self.yen_per_10a
        return {
            "works": [work.work_id for work in self.works],
            "reaches": self.reaches,
            "score": self.score,
            "class_lower": self.class_lower,
            "class_upper": self.class_upper,
            "yen_per_10a_low": low,
            "yen_per_10a_high": high,
            "confidence": sorted({work.confidence for work in self.works}),
        }


def cheapest_options(
    own: Factors,
    herb_id: str,
    catalogue: Catalogue,
    *,
    method: Method,
    weights: Weights,
    bounds: ClassBounds,
    expectations: Expectations,
) -> tuple[Option, ...]:
    """The cheapest set of works for each class above what one parcel has, best class last.

    All sets are tried: one work for each factor at most, and they are few. The middle of the cost
    decides, then fewer works.
    """
    works = improvements_of(catalogue)
    by_factor: dict[str, list[Improvement]] = {}
    for work in works:
        by_factor.setdefault(work.factor, []).append(work)
    needed = {requirement.factor for requirement in catalogue.requirements_of(herb_id)}
    choices = [[None, *moves] for factor, moves in by_factor.items() if factor in needed]

    def reach(chosen: tuple[Improvement, ...]) -> tuple[float, str | None, str | None]:
        scores = score_parcels(
            own,
            catalogue,
            [herb_id],
            method=method,
            weights=weights,
            bounds=bounds,
            expectations=expectations,
            works=chosen,
        )
        row = scores.frame(herb_id).iloc[0]
        return row["potential_score"], row["potential_class_lower"], row["potential_class_upper"]

    start = reach(())[0]
    steps = [(name, least) for name, least in (("S3", bounds.s3), ("S2", bounds.s2), ("S1", bounds.s1))]
    cheapest: dict[str, tuple[tuple[float, int], Option]] = {}
    for combination in product(*choices):
        chosen = tuple(work for work in combination if work is not None)
        if not chosen:
            continue
        score, low, high = reach(chosen)
        priced = tuple(catalogue.work(work.work_id) for work in chosen)
        for name, least in steps:
            if start < least <= score:
                option = Option(priced, name, score, low, high)
                price = (sum(option.yen_per_10a) / 2, len(priced))
                if name not in cheapest or price < cheapest[name][0]:
                    cheapest[name] = price, option
    return tuple(cheapest[name][1] for name, _ in steps if name in cheapest)
