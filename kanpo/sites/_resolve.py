"""One value per parcel and factor: visit before attribute before layer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd

from kanpo.parcels import AttributeFactors
from kanpo.schema import FACTORS
from kanpo.sites._distance import distance_values
from kanpo.sites._exclusions import Exclusions
from kanpo.sites._factors import Factors
from kanpo.sites._layer import Layer, LayerValues
from kanpo.sites._mesh_table import mesh_values
from kanpo.sites._overlay import polygon_values
from kanpo.sites._zonal import raster_values

_READERS: dict[str, Callable[[Layer, gpd.GeoDataFrame], list[LayerValues]]] = {
    "raster": raster_values,
    "polygons": polygon_values,
    "mesh": mesh_values,
    "distance": distance_values,
}
#: Factors are kept to this many decimals: finer than any of them is measured, and the map can then
#: carry them exactly.
DECIMALS = 2


def site_factors(
    parcels: gpd.GeoDataFrame,
    layers: Sequence[Layer],
    attributes: AttributeFactors,
    visits: pd.DataFrame | None = None,
) -> Factors:
    """The factors of parcels.

    Parameters
    ----------
    parcels : GeoDataFrame
        ``parcel_id``, ``area_m2`` and the outlines.
    layers : sequence of Layer
        In the order in which they were added: where several give a factor, the last one that knows
        it for a parcel counts.
    attributes : AttributeFactors
        What the parcels' own attributes say.
    visits : DataFrame, optional
        Standing visit records: ``record_id``, ``parcel_id``, ``happened_at`` and factor columns.
        The newest value of each factor counts; an area is not taken from here either.

    Returns
    -------
    Factors
        In the order of the parcels.

    Raises
    ------
    InputUnusable
        The file of a layer cannot be read.
    """
    factors = Factors.unknown(parcels["parcel_id"].tolist())
    told = {layer.layer_id: np.zeros(len(parcels), dtype=bool) for layer in layers}
    for said in _said(parcels, layers, attributes, visits):
        _lay(factors, said)
        if isinstance(said.source, str) and said.source.startswith("layer:"):
            told[said.source.removeprefix("layer:")] |= pd.notna(said.values)
    exclusions = Exclusions.of_layers(layers, parcels)
    told |= {str(layer_id): shares.to_numpy() > 0 for layer_id, shares in exclusions.shares.items()}
    for key, factor in FACTORS.items():
        if factor.kind == "number":
            factors.values[key] = factors.values[key].astype(float).round(DECIMALS)
    reached = {layer_id: float(known.mean()) if len(known) else 0.0 for layer_id, known in told.items()}
    return replace(factors, exclusions=exclusions, reached=reached)


def all_values(
    parcels: gpd.GeoDataFrame,
    layers: Sequence[Layer],
    attributes: AttributeFactors,
    visits: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Everything that is said of a few parcels, also what another source overrules.

    Parameters as of `site_factors`.

    Returns
    -------
    DataFrame
        parcel_id, factor, value, source, coverage and `used`: whether this one counts. For each
        factor in the order of precedence, the one that counts first.
    """
    ids = parcels["parcel_id"].tolist()
    rows = [
        (ids[at], said.factor, said.values[at], said.source_of(at), float(said.coverage[at]))
        for said in _said(parcels, layers, attributes, visits)
        for at in np.flatnonzero(pd.notna(said.values)).tolist()
    ]
    columns = ["parcel_id", "factor", "value", "source", "coverage"]
    frame = pd.DataFrame(rows[::-1], columns=columns)
    order = frame["factor"].map(list(FACTORS).index)
    frame = frame.iloc[np.lexsort((frame.index, order, frame["parcel_id"].map(ids.index)))]
    return frame.assign(used=~frame.duplicated(["parcel_id", "factor"])).reset_index(drop=True)


def layer_values(layer: Layer, parcels: gpd.GeoDataFrame) -> list[LayerValues]:
    """What a layer says of parcels (n), for each of its factors; nothing for an exclusion layer.

    Raises
    ------
    InputUnusable
        The file of the layer cannot be read.
    """
    return _READERS[layer.kind](layer, parcels) if layer.kind in _READERS and len(parcels) else []


@dataclass(frozen=True, slots=True, eq=False)
class _Said:
    """What one source says of parcels (n) for one factor; `source` is the same for all, or (n,)."""

    factor: str
    values: np.ndarray
    source: str | np.ndarray
    coverage: np.ndarray

    def source_of(self, at: int) -> str:
        """The source of one parcel."""
        return self.source if isinstance(self.source, str) else str(self.source[at])


def _said(
    parcels: gpd.GeoDataFrame,
    layers: Sequence[Layer],
    attributes: AttributeFactors,
    visits: pd.DataFrame | None,
) -> Iterator[_Said]:
    """What every source says, each before those that overrule it."""
    ids = pd.Index(parcels["parcel_id"].tolist(), dtype=object)
    for layer in layers:
        for found in layer_values(layer, parcels):
            yield _Said(found.factor, found.values, f"layer:{layer.layer_id}", found.coverage)
    area = parcels["area_m2"].to_numpy(dtype=float)
    yield _Said("area_m2", area, "measured", np.ones(len(area)))
    own, names = attributes.values.reindex(ids), attributes.names.reindex(ids)
    for key in FACTORS:
        if key != "area_m2" and own[key].notna().any():
            source = np.asarray("attribute:" + names[key].to_numpy())
            yield _Said(key, own[key].to_numpy(), source, np.ones(len(own)))
    if visits is not None and not visits.empty:
        yield from _said_on_visits(ids, visits)


def _said_on_visits(ids: pd.Index, visits: pd.DataFrame) -> Iterator[_Said]:
    ordered = visits.sort_values(["happened_at", "record_id"])
    for key, factor in FACTORS.items():
        if key not in ordered or key == "area_m2":
            continue
        column = pd.to_numeric(ordered[key]) if factor.kind == "number" else ordered[key]
        told = ordered.assign(value=column)[["parcel_id", "record_id", "happened_at", "value"]].dropna(
            subset=["value"]
        )
        told = told.drop_duplicates("parcel_id", keep="last").set_index("parcel_id").reindex(ids)
        values = told["value"].to_numpy(dtype=float if factor.kind == "number" else object)
        source = (
            "visit:" + told["happened_at"].astype(object).str[:10] + " " + told["record_id"].astype(object)
        )
        if pd.notna(values).any():
            yield _Said(key, values, source.to_numpy(dtype=object), np.ones(len(ids)))


def _lay(factors: Factors, said: _Said) -> None:
    """Put values over what stands there, where they are known."""
    key, known = said.factor, pd.notna(said.values)
    factors.values[key] = np.where(known, said.values, factors.values[key].to_numpy())
    factors.sources[key] = np.where(known, said.source, factors.sources[key].to_numpy())
    factors.coverage[key] = np.where(known, said.coverage, factors.coverage[key].to_numpy())
