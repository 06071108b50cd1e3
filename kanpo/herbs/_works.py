"""Works that make a parcel better for a plant: which factor they move from where to where, and for how much."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from kanpo.herbs._curve import Row, number_of
from kanpo.herbs._reach import lower_corner
from kanpo.herbs._requirement import Requirement
from kanpo.locale import Text
from kanpo.schema import FACTORS

#: The word in the cell ``to`` of a work that goes to where the herb's own curve becomes full.
LOWER_CORNER = "lower_corner"


@dataclass(frozen=True, slots=True)
class Money:
    """What something takes per 10 a, least and most; None where nobody has said it yet."""

    yen_low: float | None
    yen_high: float | None
    hours_low: float | None
    hours_high: float | None

    def times(self, amount: float) -> Money:
        """So many times of it."""
        values = (self.yen_low, self.yen_high, self.hours_low, self.hours_high)
        return Money(*(None if value is None else value * amount for value in values))


@dataclass(frozen=True, slots=True)
class Work:
    """One row of ``works.csv``.

    A work of kind ``classes`` takes each class to the one in `classes`; ``add`` adds `amount` to a number,
    up to `most`; ``herb_corner`` raises a number to where the herb's own curve becomes full. It is done on
    the land of `land_types` and for the herbs of `herbs`, both empty for all. `money` is per 10 a, or, where
    `per` is ``unit``, per 10 a and unit of the factor; what nobody has said is to be asked by `assumption`.
    `confidence` is that of the effect, `cost_confidence` that of the money.
    """

    work_id: str
    label: Text
    factor: str
    kind: Literal["classes", "add", "herb_corner"]
    land_types: tuple[str, ...]
    herbs: tuple[str, ...]
    money: Money
    classes: Mapping[str, str] = field(default_factory=dict, hash=False)
    amount: float = 0.0
    most: float = 0.0
    per: Literal["10a", "unit"] = "10a"
    assumption: str = ""
    source: str = ""
    confidence: str = ""
    cost_source: str = ""
    cost_confidence: str = ""
    note: str = ""
    row: int = 0
    file: str = "works.csv"

    @property
    def text(self) -> Text:
        """What it does, in words."""
        if self.kind == "classes":
            labels = FACTORS[self.factor].class_labels
            moves = [(labels[key], labels[to]) for key, to in self.classes.items() if key != to]
            return Text(
                "、".join(f"{before.ja}→{after.ja}" for before, after in moves),
                ", ".join(f"{before.en} to {after.en}" for before, after in moves),
            )
        if self.kind == "add":
            unit = FACTORS[self.factor].unit_label
            return Text(
                f"+{self.amount:g}{unit.ja}({self.most:g}{unit.ja}まで)",
                f"+{self.amount:g} {unit.en}, up to {self.most:g}",
            )
        return Text("生薬ごとの適の下限まで上げる", "up to where the herb's own curve becomes full")

    def serves(self, herb_id: str, land_type: str | None) -> bool:
        """Whether it is done for this herb on this land; land whose type is not known is not left out."""
        on_land = not self.land_types or land_type is None or land_type in self.land_types
        return on_land and (not self.herbs or herb_id in self.herbs)

    def after(self, values: np.ndarray, requirement: Requirement) -> np.ndarray:
        """Values (n,) of the factor after the work: numbers, or codes of classes; unknown stays unknown.

        Parameters
        ----------
        values : ndarray (n,)
            Numbers (NaN unknown) or class codes (negative unknown) before it.
        requirement : Requirement
            Of the herb for this factor; only ``herb_corner`` looks at it.
        """
        if self.kind == "classes":
            codes = np.asarray(values)
            keys = FACTORS[self.factor].classes
            steps = np.array([*(keys.index(self.classes[key]) for key in keys), -1])
            return steps[np.where(codes < 0, -1, codes)]
        numbers = np.asarray(values, dtype=float)
        if self.kind == "add":
            return np.maximum(numbers, np.minimum(numbers + self.amount, self.most))
        corner = lower_corner(requirement)
        return numbers if corner is None else np.where(np.isnan(numbers), np.nan, np.maximum(numbers, corner))

    def cost(self, before: float = 0.0, after: float = 1.0) -> Money:
        """What it takes per 10 a to go from one value to the other; only a work per unit depends on them."""
        return self.money.times(max(after - before, 0.0)) if self.per == "unit" else self.money


def steps_of(row: Row) -> dict[str, str]:
    """Where each class goes, of a row of kind ``classes``, in the order written."""
    pairs = (part.split("=", 1) for part in row.get("to", "").split(";") if "=" in part)
    return {key.strip(): value.strip() for key, value in pairs}


def raise_of(row: Row) -> tuple[float | None, float | None]:
    """Amount and most of a row of kind ``add``; None where a cell is no number."""
    parts = steps_of(row)
    return number_of(parts.get("amount", "")), number_of(parts.get("most", ""))


def listed(text: str) -> tuple[str, ...]:
    """The names in a cell, between semicolons."""
    return tuple(part.strip() for part in text.split(";") if part.strip())


def work_of_row(row: Row, number: int) -> Work:
    """A checked row as a work; `number` is its row in the file."""
    kind = row["kind"]
    amount, most = raise_of(row) if kind == "add" else (0.0, 0.0)
    money = (number_of(row.get(key, "")) for key in ("yen_low", "yen_high", "hours_low", "hours_high"))
    return Work(
        work_id=row["work_id"],
        label=Text(row["label_ja"], row["label_en"] or row["label_ja"]),
        factor=row["factor"],
        kind=kind,  # type: ignore[arg-type]
        land_types=listed(row.get("land_types", "")),
        herbs=listed(row.get("herbs", "")),
        money=Money(*money),
        classes=steps_of(row) if kind == "classes" else {},
        amount=amount or 0.0,
        most=most or 0.0,
        per="unit" if row.get("per") == "unit" else "10a",
        assumption=row.get("assumption", ""),
        source=row["source"],
        confidence=row["confidence"],
        cost_source=row["cost_source"],
        cost_confidence=row["cost_confidence"],
        note=row.get("note", ""),
        row=number,
    )


def lay_over_works(shipped: Iterable[Work], own: Iterable[Row], file: str) -> tuple[Work, ...]:
    """Works with the user's own in place of those of the same id and factor; new ones stand behind."""
    works = {(work.work_id, work.factor): work for work in shipped}
    for row in own:
        work = replace(work_of_row(row, int(row["row"])), file=file)
        works[work.work_id, work.factor] = work
    return tuple(works.values())
