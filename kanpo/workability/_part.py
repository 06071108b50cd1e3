"""One thing that something is spent on, for all parcels that it concerns, and the sums that can be asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from kanpo.herbs import Catalogue, Cost, Money
from kanpo.locale import Text
from kanpo.workability._assumed import Assumptions
from kanpo.workability._span import Span

CONFIDENCES = ("low", "medium", "high")


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """What something costs on N parcels per 10 a, for one herb.

    `where` (N,) tells which parcels it concerns; elsewhere both amounts are 0. `when` is ``once`` for what
    is done before the first crop, ``crop`` for what every crop takes. `assumed` are answers of the user that
    stand in it, `asked` the keys that are still to be asked for and `unknown` the facts of a parcel that
    would narrow it, each with the parcels (N,) where it is so.
    """

    what: str
    label: Text
    when: Literal["once", "crop"]
    where: np.ndarray
    yen: Span
    hours: Span
    source: str
    confidence: str
    assumed: tuple[str, ...] = ()
    asked: Mapping[str, np.ndarray] = field(default_factory=dict)
    unknown: Mapping[str, np.ndarray] = field(default_factory=dict)
    note: Text = Text("", "")


class Asking:
    """Answers for one herb as ranges; what was used and what is missing is remembered."""

    def __init__(self, catalogue: Catalogue, kept: Assumptions, herb_id: str, count: int) -> None:
        self._known = {assumption.key for assumption in catalogue.assumptions}
        self._kept, self._herb_id, self._count = kept, herb_id, count
        self.used: list[str] = []
        self.missing: list[str] = []

    def span(self, key: str) -> Span:
        """The answer to a key for all parcels; open where it was not asked yet."""
        answer = self._kept.of(key, self._herb_id)
        if answer is None:
            self.missing.append(key)
            return Span.open(self._count)
        self.used.append(key)
        return Span.of(self._count, answer.low, answer.high)

    def money(self, money: Money, assumption: str) -> tuple[Span, Span]:
        """Yen and hours of a row of the catalogue: its figures, and the answers to what it asks for.

        Hours that a row neither says nor asks for are in its yen: such work is given to a contractor.
        """
        twins = _twins_of(assumption) & self._known
        amounts = []
        for unit, low, high in (
            ("yen", money.yen_low, money.yen_high),
            ("hours", money.hours_low, money.hours_high),
        ):
            keys = sorted(key for key in twins if f"_{unit}" in key)
            if low is not None and high is not None:
                amounts.append(Span.of(self._count, low, high))
            elif keys:
                amounts.append(self.span(keys[0]))
            else:
                amounts.append(Span.of(self._count))
        return amounts[0], amounts[1]

    def notes(self, perhaps: np.ndarray) -> tuple[tuple[str, ...], dict[str, np.ndarray]]:
        """What was used, and what is missing on the parcels where it may be needed."""
        missing = dict.fromkeys(dict.fromkeys(self.missing), perhaps)
        return tuple(dict.fromkeys(self.used)), missing


def _twins_of(key: str) -> set[str]:
    """A key with the one that asks the other amount of the same thing: ``shade_yen…`` and ``shade_hours…``."""
    return {key, key.replace("_yen_", "_hours_"), key.replace("_hours_", "_yen_")}


def least_sure(confidences: Sequence[str]) -> str:
    """The least sure of several."""
    return min(confidences, key=CONFIDENCES.index)


def rows_of(catalogue: Catalogue, what: str, herb_id: str) -> tuple[Cost, ...]:
    """Rows of a kind for a herb; those that name the herb stand in place of those for all."""
    rows = [cost for cost in catalogue.costs if cost.what == what]
    own = tuple(cost for cost in rows if herb_id in cost.herbs)
    return own or tuple(cost for cost in rows if not cost.herbs)
