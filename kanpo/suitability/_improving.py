"""Which works bring a parcel to a better class, and what the cheapest of them cost."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from kanpo.herbs import Catalogue, Money, Work
from kanpo.locale import Text
from kanpo.schema import FACTORS
from kanpo.sites import Factors
from kanpo.suitability._classes import ClassBounds
from kanpo.suitability._method import Method
from kanpo.suitability._score import Expectations, Weights, score_parcels
from kanpo.suitability._works import can_be_done, works_for


@dataclass(frozen=True, slots=True)
class WorkPrice:
    """A work, and what it takes on one parcel per 10a.

    `measured_first` tells that the cost goes by a value that is not known yet.
    """

    work: Work
    money: Money
    measured_first: bool = False

    @property
    def confidence(self) -> str:
        """The less sure of what the work does and what it costs."""
        return min((self.work.confidence, self.work.cost_confidence), key=("low", "medium", "high").index)


@dataclass(frozen=True, slots=True)
class Option:
    """A set of works, the best class that it reaches, and the score and range of classes then."""

    works: tuple[WorkPrice, ...]
    reaches: str
    score: float
    class_lower: str | None
    class_upper: str | None

    @property
    def money(self) -> Money:
        """What all of them take per 10a; None where one of them has no figure."""
        return total_money([priced.money for priced in self.works])

    @property
    def asked(self) -> tuple[str, ...]:
        """Assumptions that would give the figures that are missing."""
        return tuple(priced.work.assumption for priced in self.works if priced.work.assumption)

    @property
    def label(self) -> Text:
        """The works in words."""
        names = [priced.work.label for priced in self.works]
        return Text("+".join(name.ja for name in names), " + ".join(name.en for name in names))

    def to_dict(self) -> dict[str, object]:
        """As plain values, for JSON."""
        money = self.money
        return {
            "works": [priced.work.work_id for priced in self.works],
            "reaches": self.reaches,
            "score": self.score,
            "class_lower": self.class_lower,
            "class_upper": self.class_upper,
            "yen_per_10a_low": money.yen_low,
            "yen_per_10a_high": money.yen_high,
            "hours_per_10a_low": money.hours_low,
            "hours_per_10a_high": money.hours_high,
            "measure_first": [priced.work.factor for priced in self.works if priced.measured_first],
            "assumptions_asked": list(self.asked),
            "confidence": sorted({priced.confidence for priced in self.works}),
        }


def total_money(parts: list[Money]) -> Money:
    """The sum of what several things take; a figure that one of them lacks is lacking in the sum."""
    columns = zip(*((m.yen_low, m.yen_high, m.hours_low, m.hours_high) for m in parts), strict=True)
    return Money(
        *(None if None in column else sum(one for one in column if one is not None) for column in columns)
    )


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

    All sets are tried: one work for each factor at most, and they are few. Sets with a price come
    before those without, then the middle of the yen decides, then fewer works.
    """
    priced = possible_works(own, herb_id, catalogue)
    choices = [[None, *(work for work in priced if work.work.factor == factor)] for factor in FACTORS]

    def reach(chosen: tuple[WorkPrice, ...]) -> tuple[float, str | None, str | None]:
        scores = score_parcels(
            own,
            catalogue,
            [herb_id],
            method=method,
            weights=weights,
            bounds=bounds,
            expectations=expectations,
            works=[priced.work for priced in chosen],
        )
        row = scores.frame(herb_id).iloc[0]
        low, high = (class_of(row[f"potential_{key}"]) for key in ("class_lower", "class_upper"))
        return float(row["potential_score"]), low, high

    start = reach(())[0]
    steps = [(name, least) for name, least in (("S3", bounds.s3), ("S2", bounds.s2), ("S1", bounds.s1))]
    cheapest: dict[str, tuple[tuple[bool, float, int], Option]] = {}
    for combination in product(*choices):
        chosen = tuple(work for work in combination if work is not None)
        if not chosen:
            continue
        score, low, high = reach(chosen)
        reached = [name for name, least in steps if start < least <= score]
        for name in reached:
            option = Option(chosen, reached[-1], score, low, high)
            price = (*_middle(option.money), len(chosen))
            if name not in cheapest or price < cheapest[name][0]:
                cheapest[name] = price, option
    # One set may be the cheapest for several classes: it stands once, with the best that it reaches.
    return tuple(dict.fromkeys(cheapest[name][1] for name, _ in steps if name in cheapest))


def _middle(money: Money) -> tuple[bool, float]:
    if money.yen_low is None or money.yen_high is None:
        return True, 0.0
    return False, (money.yen_low + money.yen_high) / 2


def class_of(cell: object) -> str | None:
    """A class from a table, where none is told None."""
    return cell if isinstance(cell, str) else None


def possible_works(own: Factors, herb_id: str, catalogue: Catalogue) -> tuple[WorkPrice, ...]:
    """The works that could change something on one parcel, with what they take there."""
    columns, land = own.columns(), own.land_codes()
    priced = []
    for requirement in catalogue.requirements_of(herb_id):
        column = columns[requirement.factor]
        unknown = bool(np.isnan(column[0]) if column.dtype.kind == "f" else column[0] < 0)
        for work in works_for(catalogue.works, herb_id, requirement.factor):
            if not can_be_done(work, land, hopeful=True)[0]:
                continue
            after = work.after(column, requirement)
            if unknown:
                by_value = work.per == "unit"
                priced.append(
                    WorkPrice(work, Money(None, None, None, None) if by_value else work.cost(), by_value)
                )
            elif after[0] != column[0]:
                priced.append(WorkPrice(work, work.cost(float(column[0]), float(after[0]))))
    return tuple(priced)
