"""Site factors, described in ``factors.csv`` beside this file."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import Literal

from kanpo.locale import Text
from kanpo.schema._vocabulary import VOCABULARIES, Vocabulary
from kanpo.tables import csv_dicts

_CLASS_LABELS: dict[str, dict[str, Text]] = {
    "soil_texture": {
        "sand": Text("砂土", "sand"),
        "sandy_loam": Text("砂壌土", "sandy loam"),
        "loam": Text("壌土", "loam"),
        "clay_loam": Text("埴壌土", "clay loam"),
        "clay": Text("埴土", "clay"),
    },
    "drainage": {
        "well": Text("良", "well drained"),
        "moderate": Text("やや良", "moderately drained"),
        "imperfect": Text("やや不良", "imperfectly drained"),
        "poor": Text("不良", "poorly drained"),
    },
    "sunlight": {
        "full": Text("日なた", "full sun"),
        "partial": Text("半日陰", "partial shade"),
        "shade": Text("日陰", "shade"),
    },
    "wildlife_pressure": {
        "none": Text("なし", "none"),
        "low": Text("少", "low"),
        "medium": Text("中", "medium"),
        "high": Text("多", "high"),
    },
}


_UNIT_LABELS = {
    "-": Text("", ""),
    "degC": Text("℃", "°C"),
    "degC month": Text("℃・月", "°C month"),
    "deg": Text("°", "°"),
    "year": Text("年", "years"),
    "m2": Text("㎡", "m²"),
}


@dataclass(frozen=True, slots=True)
class Factor:
    """A property of a site: something that a herb needs or fears, or that makes work.

    `minimum` and `maximum` bound what is physically possible, in `unit`; a class factor has
    `classes` in order instead, the best for most crops first. `cost` says how it is measured: desk,
    visit or laboratory. `verdict` is the one of the two numbers of a parcel that it belongs to: what
    the plant needs (suitability) or what it costs to grow it there (workability). `topic` is climate,
    soil, light, terrain, access or land_use.
    """

    key: str
    label: Text
    unit: str
    kind: Literal["number", "class"]
    minimum: float | None
    maximum: float | None
    classes: tuple[str, ...]
    cost: str
    verdict: Literal["suitability", "workability"]
    topic: str

    @property
    def unit_label(self) -> Text:
        """The unit as people write it; empty where there is none."""
        return _UNIT_LABELS.get(self.unit, Text.same(self.unit))

    @property
    def class_labels(self) -> dict[str, Text]:
        """The label of each class, in order; empty for a number."""
        return _CLASS_LABELS.get(self.key, {})

    @property
    def vocabulary(self) -> Vocabulary | None:
        """The classes as a closed list; None for a number."""
        return VOCABULARIES.get(self.key)


def _read() -> dict[str, Factor]:
    text = files("kanpo.schema").joinpath("factors.csv").read_text(encoding="utf-8")
    factors: dict[str, Factor] = {}
    for row in csv_dicts(text):
        number = row["type"] == "number"
        factors[row["factor_id"]] = Factor(
            key=row["factor_id"],
            label=Text(row["label_ja"], row["label_en"]),
            unit=row["unit"],
            kind="number" if number else "class",
            minimum=float(row["physical_min"]) if number else None,
            maximum=float(row["physical_max"]) if number else None,
            classes=tuple(filter(None, row["classes"].split(";"))),
            cost=row["cost_to_measure"],
            verdict="workability" if row["verdict"] == "workability" else "suitability",
            topic=row["topic"],
        )
    return factors


#: Every site factor by its key, in the order of the file, which is the order of tables and ties.
FACTORS: dict[str, Factor] = _read()

for _key, _labels in _CLASS_LABELS.items():
    VOCABULARIES[_key] = Vocabulary(_key, _labels, {})
