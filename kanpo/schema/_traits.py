"""The dictionary of traits, in ``traits.csv`` beside this file."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from importlib.resources import files
from typing import Literal

from kanpo.locale import Text


@dataclass(frozen=True, slots=True)
class Trait:
    """What is observed, in which unit and by which method (after BrAPI's observation variable).

    `minimum` and `maximum` are what is usual: a value outside is kept and flagged.
    """

    key: str
    label: Text
    unit: str
    type: Literal["number", "text"]
    minimum: float | None
    maximum: float | None
    method: Text


def _number(text: str) -> float | None:
    return float(text) if text else None


def _read() -> dict[str, Trait]:
    text = files("kanpo.schema").joinpath("traits.csv").read_text(encoding="utf-8")
    return {
        row["trait_id"]: Trait(
            key=row["trait_id"],
            label=Text(row["label_ja"], row["label_en"]),
            unit=row["unit"],
            type="number" if row["type"] == "number" else "text",
            minimum=_number(row["minimum"]),
            maximum=_number(row["maximum"]),
            method=Text(row["method_ja"], row["method_en"]),
        )
        for row in csv.DictReader(text.splitlines())
    }


#: Every trait by its key.
TRAITS: dict[str, Trait] = _read()
