"""The dictionary of traits, in ``traits.csv`` beside this file."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.resources import files
from typing import Literal

from kanpo.locale import Text
from kanpo.reading import plain_header
from kanpo.schema._names import other_names
from kanpo.tables import csv_dicts


@dataclass(frozen=True, slots=True)
class Trait:
    """What is observed, in which unit and by which method (after BrAPI's observation variable).

    `minimum` and `maximum` are what is usual: a value outside is kept and flagged. `categories` maps
    each value of a scored trait to its word; it is empty where anything may be measured.
    """

    key: str
    label: Text
    unit: str
    type: Literal["number", "text", "photo"]
    minimum: float | None
    maximum: float | None
    method: Text
    categories: dict[str, Text] = field(default_factory=dict)

    @property
    def several(self) -> bool:
        """Whether there may be any number of them on one plot and day: photos and remarks, not measurements."""
        return self.type != "number"

    @property
    def header(self) -> Text:
        """The label with its unit, as a column header."""
        if self.unit in ("", "-", "score", "count"):
            return self.label
        return Text(f"{self.label.ja}({self.unit})", f"{self.label.en} ({self.unit})")

    def category_of(self, written: str) -> str | None:
        """The value that a word or a value of the scale stands for, None when there is none such."""
        plain = written.strip().casefold()
        for value, label in self.categories.items():
            words = (label.ja.casefold(), label.en.casefold())
            if plain == value or plain in words or plain in {f"{value} {word}" for word in words}:
                return value
        return None


def _number(text: str) -> float | None:
    return float(text) if text else None


_TYPES: dict[str, Literal["number", "text", "photo"]] = {"number": "number", "text": "text", "photo": "photo"}


def _categories(text: str) -> dict[str, Text]:
    """``0:無:none;1:少:slight`` as a mapping."""
    parts = [part.split(":") for part in text.split(";") if part]
    return {value: Text(ja, en) for value, ja, en in parts}


def _read() -> dict[str, Trait]:
    text = files("kanpo.schema").joinpath("traits.csv").read_text(encoding="utf-8")
    return {
        row["trait_id"]: Trait(
            key=row["trait_id"],
            label=Text(row["label_ja"], row["label_en"]),
            unit=row["unit"],
            type=_TYPES[row["type"]],
            minimum=_number(row["minimum"]),
            maximum=_number(row["maximum"]),
            method=Text(row["method_ja"], row["method_en"]),
            categories=_categories(row["categories"]),
        )
        for row in csv_dicts(text)
    }


#: Every trait by its key.
TRAITS: dict[str, Trait] = _read()


def find_trait(name: str) -> Trait | None:
    """The trait of that key or label, in either language and any width; with or without its unit."""
    wanted = plain_header(name)
    for trait in TRAITS.values():
        names = (
            trait.key,
            trait.label.ja,
            trait.label.en,
            trait.header.ja,
            trait.header.en,
            *other_names(trait.key),
        )
        if wanted in map(plain_header, names):
            return trait
    return None
