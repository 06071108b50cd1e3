"""Exclusion layers: what share of each parcel they concern, and which parcels they exclude."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from kanpo.sites._layer import Layer
from kanpo.sites._overlay import shares_inside

#: Decimals of a share; what is stored and what is compared with the limit are then the same.
_DECIMALS = 3


@dataclass(frozen=True, slots=True)
class Concern:
    """That an exclusion layer concerns a share of a parcel, which excludes it from `limit` on."""

    layer_id: str
    title: str
    share: float
    limit: float

    @property
    def excludes(self) -> bool:
        """Whether the parcel is excluded."""
        return self.share >= self.limit


@dataclass(frozen=True, slots=True, eq=False)
class Exclusions:
    """Exclusion layers laid over parcels.

    `shares` has index parcel_id and a column for each layer, 0 to 1 (0 too where a parcel has no
    outline); `titles` and `limits` tell each layer's title and the share from which on it excludes.
    """

    shares: pd.DataFrame = field(default_factory=pd.DataFrame)
    titles: Mapping[str, str] = field(default_factory=dict)
    limits: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of_layers(cls, layers: Sequence[Layer], parcels: gpd.GeoDataFrame) -> Exclusions:
        """Lay the exclusion layers among `layers` over parcels."""
        own = [layer for layer in layers if layer.kind == "exclusion"]
        index = pd.Index(parcels["parcel_id"].tolist(), name="parcel_id", dtype=object)
        return cls(
            pd.DataFrame({layer.layer_id: concerned(layer, parcels) for layer in own}, index=index),
            {layer.layer_id: layer.title for layer in own},
            {layer.layer_id: layer.settings.share for layer in own},
        )

    @classmethod
    def stored(cls, shares: pd.DataFrame, parameters: Mapping[str, Any]) -> Exclusions:
        """What was stored: the shares, and `to_parameters` with the stamp."""
        told = parameters.get("exclusions", {})
        return cls(
            shares.reindex(columns=list(told), fill_value=0.0),
            {layer_id: str(rule["title"]) for layer_id, rule in told.items()},
            {layer_id: float(rule["share"]) for layer_id, rule in told.items()},
        )

    def to_parameters(self) -> dict[str, object]:
        """Titles and limits as plain values."""
        return {
            layer_id: {"title": title, "share": self.limits[layer_id]}
            for layer_id, title in self.titles.items()
        }

    def subset(self, parcel_ids: Sequence[str]) -> Exclusions:
        """The same layers over some parcels, in the order given."""
        if self.shares.empty:
            return self
        return Exclusions(self.shares.loc[list(parcel_ids)], self.titles, self.limits)

    def excluded(self, parcel_ids: Sequence[str]) -> np.ndarray:
        """Whether each parcel (n,) is excluded by some layer."""
        out = np.zeros(len(parcel_ids), dtype=bool)
        if self.shares.empty:
            return out
        shares = self.shares.reindex(list(parcel_ids), fill_value=0.0)
        for layer_id, limit in self.limits.items():
            out |= shares[layer_id].to_numpy() >= limit
        return out

    def concerns(self, parcel_id: str) -> tuple[Concern, ...]:
        """The layers that concern a parcel, those that exclude it first, then by share."""
        if self.shares.empty or parcel_id not in self.shares.index:
            return ()
        found = [
            Concern(layer_id, self.titles[layer_id], float(share), self.limits[layer_id])
            for layer_id, share in self.shares.loc[parcel_id].items()
            if share > 0
        ]
        return tuple(sorted(found, key=lambda concern: (not concern.excludes, -concern.share)))

    def reasons(self, parcel_ids: Sequence[str]) -> list[str]:
        """The titles of the layers that exclude each parcel, empty where none does."""
        found: list[list[str]] = [[] for _ in parcel_ids]
        if not self.shares.empty:
            shares = self.shares.reindex(list(parcel_ids), fill_value=0.0)
            for layer_id, limit in self.limits.items():
                for at in np.flatnonzero(shares[layer_id].to_numpy() >= limit):
                    found[at].append(self.titles[layer_id])
        return ["、".join(titles) for titles in found]


def concerned(layer: Layer, parcels: gpd.GeoDataFrame) -> np.ndarray:
    """The share (n,) of each parcel that an exclusion layer concerns, 0 without an outline."""
    inside = shares_inside(layer, parcels)
    share = inside if layer.settings.side == "inside" else 1.0 - inside
    return np.nan_to_num(share).round(_DECIMALS)
