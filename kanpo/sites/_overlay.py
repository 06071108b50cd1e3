"""Polygon layers: the class with the largest share of each parcel, or the area-weighted mean."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from kanpo.crs import zone_epsg, zone_of
from kanpo.schema import FACTORS
from kanpo.sites._layer import LEAST_COVERAGE, Layer, LayerValues
from kanpo.sites._vectors import open_vector, written_class


def polygon_values(layer: Layer, parcels: gpd.GeoDataFrame) -> list[LayerValues]:
    """What a polygon layer says of parcels (n), by area in the plane zone of the data."""
    features = open_vector(layer.content, layer.file_name)
    west, south, east, north = parcels.to_crs(6668).total_bounds
    plane = zone_epsg(zone_of((west + east) / 2, (south + north) / 2))
    fields = parcels.geometry.to_crs(plane).array
    zones = shapely.make_valid(np.asarray(features.geometry.to_crs(plane).array))
    pairs = _pairs(np.asarray(fields), zones)
    areas = shapely.area(np.asarray(fields))
    return [_of_factor(factor, features[column], pairs, areas) for factor, column in layer.columns.items()]


def _pairs(fields: np.ndarray, zones: np.ndarray) -> pd.DataFrame:
    """Every field and zone that share area, with the area in m²."""
    field, zone = shapely.STRtree(zones).query(fields, predicate="intersects")
    inside = shapely.covers(zones[zone], fields[field])
    shared = np.empty(len(field))
    shared[inside] = shapely.area(fields[field[inside]])
    cut = ~inside
    shared[cut] = shapely.area(shapely.intersection(fields[field[cut]], zones[zone[cut]]))
    pairs = pd.DataFrame({"field": field, "zone": zone, "area": shared})
    return pairs[pairs["area"] > 0]


def _of_factor(factor: str, column: pd.Series, pairs: pd.DataFrame, areas: np.ndarray) -> LayerValues:
    count = len(areas)
    number = FACTORS[factor].kind == "number"
    if number:
        read = pd.to_numeric(column, errors="coerce")
        read = read.where(read.between(FACTORS[factor].minimum, FACTORS[factor].maximum))
    else:
        read = column.map(lambda text: written_class(factor, text))
    told = pairs.assign(value=read.to_numpy()[pairs["zone"]]).dropna(subset=["value"])
    coverage = np.zeros(count)
    shares = told.groupby("field")["area"].sum()
    coverage[shares.index] = np.minimum(shares / areas[shares.index], 1.0)
    if number:
        values = np.full(count, np.nan)
        weighted = (told["value"].astype(float) * told["area"]).groupby(told["field"]).sum()
        values[weighted.index] = weighted / shares
    else:
        values = np.full(count, None, dtype=object)
        summed = told.groupby(["field", "value"], as_index=False)["area"].sum()
        largest = summed.sort_values(["field", "area", "value"], ascending=[True, False, True]).drop_duplicates("field")
        values[largest["field"].to_numpy()] = largest["value"].to_numpy()
    thin = coverage < LEAST_COVERAGE
    values[thin] = np.nan if number else None
    return LayerValues(factor, values, np.where(thin, 0.0, coverage))
