"""A herb, and one thing that it needs of a site."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from kanpo.locale import Text
from kanpo.schema import FACTORS

#: Corners a ≤ b ≤ c ≤ d of a trapezoid; None leaves that side open.
Corners = tuple[float | None, float | None, float | None, float | None]
#: Centre and sigma of a Gaussian curve.
Bell = tuple[float, float]
#: Points (value, membership) of a piecewise linear curve, values rising.
Points = tuple[tuple[float, float], ...]
#: A Gaussian curve is 0 farther than this many sigma from its centre, so that it can exclude.
BELL_REACH = 6.0


@dataclass(frozen=True, slots=True)
class Requirement:
    """What a herb needs of one factor.

    A ``trapezoid`` has `corners` in the factor's unit: membership 0 at a and d, 1 from b to c. A
    ``gaussian`` curve has a `bell`: 1 at the centre, falling to both sides with sigma. A
    ``piecewise`` curve is straight between its `points` and level beyond the first and last. A
    ``classes`` requirement has a membership for each class. `weight` is relative; `knock_out`
    tells that membership 0 excludes. `row` is the row in `file` (the header is 1).
    """

    herb_id: str
    factor: str
    kind: Literal["trapezoid", "gaussian", "piecewise", "classes"]
    corners: Corners
    classes: Mapping[str, float] = field(hash=False)
    weight: float = 1.0
    knock_out: bool = False
    source: str = ""
    confidence: str = ""
    note: str = ""
    row: int = 0
    file: str = "requirements.csv"
    bell: Bell | None = None
    points: Points = ()

    @property
    def turns(self) -> tuple[float, ...]:
        """Values at which the curve turns: between two of them it rises, falls or stays level."""
        if self.bell is not None:
            centre, sigma = self.bell
            return centre - BELL_REACH * sigma, centre, centre + BELL_REACH * sigma
        return tuple(x for x in self.corners if x is not None) or tuple(x for x, _ in self.points)

    @property
    def text(self) -> Text:
        """The requirement in words: where it is met fully, partly and not at all."""
        if self.kind == "classes":
            labels = FACTORS[self.factor].class_labels
            ja = "、".join(f"{labels[key].ja} {value:g}" for key, value in self.classes.items())
            en = ", ".join(f"{labels[key].en} {value:g}" for key, value in self.classes.items())
            return Text(ja, en)
        unit = FACTORS[self.factor].unit_label
        en_unit = f" {unit.en}" if unit.en and unit.en != "°" else unit.en
        if self.bell is not None:
            centre, sigma = self.bell
            return Text(
                f"{centre:g}{unit.ja}が最適(1)、{sigma:g}離れると 0.61、{2 * sigma:g}離れると 0.14(正規曲線)",
                f"best (1) at {centre:g}{en_unit}, 0.61 at a distance of {sigma:g}, 0.14 at {2 * sigma:g} (Gaussian)",
            )
        if self.points:
            ja = "、".join(f"{x:g}{unit.ja}で {y:g}" for x, y in self.points)
            en = ", ".join(f"{y:g} at {x:g}{en_unit}" for x, y in self.points)
            return Text(f"{ja}(間は直線)", f"{en} (straight between)")
        a, b, c, d = self.corners
        if b is None:
            return Text(
                f"{c:g}{unit.ja}以下で適、{d:g}超で不適", f"full up to {c:g}{en_unit}, none above {d:g}"
            )
        if c is None:
            return Text(
                f"{b:g}{unit.ja}以上で適、{a:g}未満で不適", f"full from {b:g}{en_unit}, none below {a:g}"
            )
        return Text(
            f"{b:g}〜{c:g}{unit.ja}で適、{a:g}未満・{d:g}超で不適",
            f"full from {b:g} to {c:g}{en_unit}, none below {a:g} or above {d:g}",
        )


@dataclass(frozen=True, slots=True)
class Herb:
    """A crude-drug herb as the catalogue describes it; texts are empty where nothing is known.

    `replant_years` are the years that have to pass before the same herb is grown on the same ground.
    """

    herb_id: str
    crude_drug_ja: str
    latin_drug_name: str
    plant_ja: str
    species: str
    family_ja: str
    part_used_ja: str
    part_used_en: str
    life_cycle: str
    years_to_harvest: int
    replant_years: float | None
    propagation: str
    plants_per_10a: float | None
    row_cm: str
    spacing_cm: str
    yield_dry_kg_per_10a_low: float | None
    yield_dry_kg_per_10a_high: float | None
    shading_percent: float | None
    cold_class: str
    light_class: str
    soil_class: str
    source: str
    confidence: str
    note: str

    @property
    def label(self) -> Text:
        """Its name, with the plant: two plants may give the same crude drug."""
        plant = self.plant_ja.split("(")[0]
        return Text(
            f"{self.crude_drug_ja}({plant})" if plant else self.crude_drug_ja,
            f"{self.herb_id} ({self.latin_drug_name})" if self.latin_drug_name else self.herb_id,
        )
