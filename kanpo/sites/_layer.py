"""A map layer, and what every kind of it gives for parcels."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd

from kanpo.locale import Text
from kanpo.schema import FACTORS

LayerKind = Literal["raster", "polygons", "mesh", "distance", "exclusion"]
Side = Literal["inside", "outside"]

#: Column of a raster layer's mapping that means "the slope of band 1".
SLOPE = "slope"
#: Column of a distance layer's mapping: the distance is measured, not read.
DISTANCE = "distance"
#: Below this share of a parcel a layer is taken to say nothing about it.
LEAST_COVERAGE = 0.1


@dataclass(frozen=True, slots=True)
class LayerSettings:
    """How a layer is read, beyond its columns.

    Parameters
    ----------
    where : tuple of (column, value)
        Only features that have one of the values in each named column count; all without any.
    reach_m : float
        Distance layers: the layer is taken to be complete this far around the box of its features.
    side : {"inside", "outside"}
        Exclusion layers: what lies inside the polygons is concerned, or what lies outside.
    share : float
        Exclusion layers: the share of a parcel from which on it is excluded, over 0, at most 1.
    """

    where: tuple[tuple[str, str], ...] = ()
    reach_m: float = 1_000.0
    side: Side = "inside"
    share: float = 0.5

    def to_dict(self) -> dict[str, object]:
        """What differs from the usual, as plain values."""
        told: dict[str, object] = {"where": [list(pair) for pair in self.where]} if self.where else {}
        for key in ("reach_m", "side", "share"):
            if getattr(self, key) != getattr(USUAL, key):
                told[key] = getattr(self, key)
        return told

    def text(self, kind: LayerKind) -> Text:
        """The settings that count for a kind of layer, in words; empty where none does."""
        ja = [f"{column} = {value} だけ" for column, value in self.where]
        en = [f"only {column} = {value}" for column, value in self.where]
        if kind == "distance":
            ja.append(f"地物の範囲の外側 {self.reach_m:,.0f} m まで漏れなく載っている")
            en.append(f"complete up to {self.reach_m:,.0f} m around its features")
        if kind == "exclusion":
            side = {"inside": Text("内側", "inside"), "outside": Text("外側", "outside")}[self.side]
            ja.append(f"区域の{side.ja}が筆の {self.share:.0%} 以上なら除外")
            en.append(f"excludes from {self.share:.0%} of the parcel {side.en} on")
        return Text("、".join(ja), ", ".join(en))

    @classmethod
    def from_dict(cls, told: Mapping[str, Any]) -> LayerSettings:
        """The opposite of `to_dict`."""
        where = tuple((str(column), str(value)) for column, value in told.get("where", []))
        return cls(**{**told, "where": where})


#: What a layer has that says nothing else.
USUAL = LayerSettings()


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer as it was added.

    `content` is the file, byte for byte, or what was put together from the files in `made_from`
    (name to SHA-256). `columns` maps a factor to where it is read: a band number (rasters; ``slope``
    derives it from band 1), a column name, or ``distance``. A mesh table's warmth index and warmest
    month may be read from ``a,b,…``, twelve columns of monthly means.
    """

    layer_id: str
    title: str
    kind: LayerKind
    columns: dict[str, str]
    content: bytes = field(repr=False)
    file_name: str = ""
    source: str = ""
    licence: str = ""
    date: str = ""
    settings: LayerSettings = USUAL
    made_from: Mapping[str, str] = field(default_factory=dict)

    @property
    def sha256(self) -> str:
        """SHA-256 of the content, hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True, eq=False)
class LayerValues:
    """What a layer says of n parcels for one factor.

    `values` are numbers (NaN unknown) or class names (None unknown); `coverage` is the share of
    each parcel that the layer covers with data, 0 where the value is unknown.
    """

    factor: str
    values: np.ndarray
    coverage: np.ndarray

    @classmethod
    def where_covered(cls, factor: str, values: np.ndarray, coverage: np.ndarray) -> LayerValues:
        """The values of those parcels that the layer covers by at least `LEAST_COVERAGE`."""
        number = FACTORS[factor].kind == "number"
        share = np.clip(np.nan_to_num(coverage), 0.0, 1.0)
        # A hair below the limit still counts: areas carry rounding errors.
        thin = share < LEAST_COVERAGE - 1e-9
        unknown = thin | pd.isna(values)
        kept = values.copy()
        kept[unknown] = np.nan if number else None
        return cls(factor, kept, np.where(unknown, 0.0, share))


def possible_only(factor: str, values: np.ndarray) -> np.ndarray:
    """Numbers (any shape) of a factor with NaN in place of what is physically impossible."""
    found = FACTORS[factor]
    with np.errstate(invalid="ignore"):
        return np.where((values < found.minimum) | (values > found.maximum), np.nan, values)
