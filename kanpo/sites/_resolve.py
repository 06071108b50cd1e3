"""One value per parcel and factor: visit before attribute before layer."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd

from kanpo.parcels import AttributeFactors
from kanpo.schema import FACTORS
from kanpo.sites._factors import Factors
from kanpo.sites._layer import Layer, LayerValues
from kanpo.sites._mesh_table import mesh_values
from kanpo.sites._overlay import polygon_values
from kanpo.sites._zonal import raster_values

_READERS: dict[str, Callable[[Layer, gpd.GeoDataFrame], list[LayerValues]]] = {
    "raster": raster_values,
    "polygons": polygon_values,
    "mesh": mesh_values,
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
    if not parcels.empty:
        for layer in layers:
            for found in _READERS[layer.kind](layer, parcels):
                _lay(factors, found.factor, found.values, f"layer:{layer.layer_id}", found.coverage)
    area = parcels["area_m2"].to_numpy(dtype=float)
    _lay(factors, "area_m2", area, "measured", np.ones(len(area)))
    own = attributes.values.reindex(factors.values.index)
    names = attributes.names.reindex(factors.values.index)
    for key in FACTORS:
        if key != "area_m2" and own[key].notna().any():
            _lay(factors, key, own[key].to_numpy(), "attribute:" + names[key].to_numpy(), np.ones(len(own)))
    if visits is not None and not visits.empty:
        _lay_visits(factors, visits)
    for key, factor in FACTORS.items():
        if factor.kind == "number":
            factors.values[key] = factors.values[key].astype(float).round(DECIMALS)
    return factors


def _lay(
    factors: Factors, key: str, values: np.ndarray, source: str | np.ndarray, coverage: np.ndarray
) -> None:
    """Put values over what stands there, where they are known."""
    known = pd.notna(values)
    factors.values[key] = np.where(known, values, factors.values[key].to_numpy())
    factors.sources[key] = np.where(known, source, factors.sources[key].to_numpy())
    factors.coverage[key] = np.where(known, coverage, factors.coverage[key].to_numpy())


def _lay_visits(factors: Factors, visits: pd.DataFrame) -> None:
    ordered = visits.sort_values(["happened_at", "record_id"])
    for key, factor in FACTORS.items():
        if key not in ordered or key == "area_m2":
            continue
        column = pd.to_numeric(ordered[key]) if factor.kind == "number" else ordered[key]
        told = ordered.assign(value=column)[["parcel_id", "record_id", "happened_at", "value"]].dropna(
            subset=["value"]
        )
        told = told.drop_duplicates("parcel_id", keep="last")
        told = told[told["parcel_id"].isin(factors.values.index)]
        if told.empty:
            continue
        ids = told["parcel_id"].tolist()
        factors.values.loc[ids, key] = told["value"].tolist()
        factors.sources.loc[ids, key] = [
            f"visit:{happened_at[:10]} {record_id}"
            for happened_at, record_id in zip(told["happened_at"], told["record_id"], strict=True)
        ]
        factors.coverage.loc[ids, key] = 1.0
