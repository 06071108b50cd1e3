"""Polygon layers: the class with the largest share of each parcel, or the area-weighted mean."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from kanpo.budgets import near_pairs
from kanpo.crs import JAPAN_BOX, STORED_EPSG, zone_epsg, zone_of
from kanpo.errors import InputUnusable, Place
from kanpo.locale import Text
from kanpo.schema import FACTORS
from kanpo.sites._dice import diced
from kanpo.sites._layer import Layer, LayerValues, possible_only
from kanpo.sites._values import written_class, written_number
from kanpo.sites._vectors import chosen_features, open_vector


def polygon_values(layer: Layer, parcels: gpd.GeoDataFrame) -> list[LayerValues]:
    """What a polygon layer says of parcels (n), by area in the plane zone of the data.

    Where polygons of a layer overlap each other, the shared ground counts for each of them.
    """
    features, fields = on_plane(layer, parcels)
    zones = shapely.make_valid(np.asarray(features.geometry.array))
    pairs = _pairs(fields, zones, layer.file_name)
    areas = np.nan_to_num(shapely.area(fields))
    return [_of_factor(factor, features[column], pairs, areas) for factor, column in layer.columns.items()]


def shares_inside(layer: Layer, parcels: gpd.GeoDataFrame) -> np.ndarray:
    """The share (n,) of each parcel that lies in some polygon of a layer; NaN without an outline.

    Ground where polygons of the layer overlap counts once.
    """
    features, fields = on_plane(layer, parcels)
    pieces, owner = diced(shapely.make_valid(np.asarray(features.geometry.array)))
    areas = np.where(shapely.area(fields) > 0, shapely.area(fields), np.nan)
    inside = np.zeros(len(fields))
    field, piece = _meeting(fields, pieces, layer.file_name)
    shapely.prepare(pieces)
    covered = shapely.covers(pieces[piece], fields[field])
    inside[field[covered]] = areas[field[covered]]
    cut = ~np.isin(field, field[covered])
    field, piece = field[cut], piece[cut]
    parts = shapely.intersection(fields[field], pieces[piece])
    # Pieces of one polygon never overlap; where several polygons meet, the ground is joined first.
    polygons = pd.Series(owner[piece]).groupby(field).transform("nunique").to_numpy()
    np.add.at(inside, field[polygons == 1], shapely.area(parts[polygons == 1]))
    for at, own in pd.Series(parts[polygons > 1], dtype=object).groupby(field[polygons > 1]):
        inside[at] = shapely.area(shapely.union_all(own.to_numpy()))
    return np.clip(inside / areas, 0.0, 1.0)


def on_plane(
    layer: Layer, parcels: gpd.GeoDataFrame, *, polygons: bool = True
) -> tuple[gpd.GeoDataFrame, np.ndarray]:
    """The features of a layer and the outlines (n,) of parcels in the plane zone of the parcels.

    Of polygons only those around the parcels; layers of a whole country are common.
    """
    name = layer.file_name
    features = chosen_features(
        open_vector(layer.content, name, polygons=polygons), layer.settings.where, name
    )
    west, south, east, north = parcels.to_crs(STORED_EPSG).total_bounds
    if np.isnan(west):
        # No parcel has an outline, so there is nothing to lay over.
        features, west, south, east, north = features.iloc[:0], *JAPAN_BOX
    plane = zone_epsg(zone_of((west + east) / 2, (south + north) / 2))
    fields = np.asarray(parcels.geometry.to_crs(plane).array)
    features = features.to_crs(plane)
    # What lies on the other side of the Earth has no place in a plane zone of Japan.
    wanted = _reached(features, fields) if polygons else np.isfinite(features.bounds.to_numpy()).all(axis=1)
    return features[wanted], fields


def _reached(features: gpd.GeoDataFrame, fields: np.ndarray) -> np.ndarray:
    """Which features (n,) have a box that meets the box of all fields."""
    west, south, east, north = shapely.total_bounds(fields)
    box = features.bounds
    met = (box.minx <= east) & (box.maxx >= west) & (box.miny <= north) & (box.maxy >= south)
    return np.asarray(met)


def _meeting(fields: np.ndarray, pieces: np.ndarray, file: str) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of fields and pieces that meet.

    Raises
    ------
    InputUnusable
        So many pieces lie on each other that they cannot be laid over the parcels.
    """
    near = near_pairs(fields, pieces, "intersects", each=500)
    if near.crowded.any():
        raise InputUnusable(
            "layer.crowded",
            Text("同じ場所に面が多すぎます", "too many of its polygons lie on one spot"),
            Text(
                "重なった面を QGIS の「融合」で1つにしてから登録してください",
                "join what overlaps with 'Dissolve' in QGIS, and add it anew",
            ),
            Place(file),
        )
    return near.one, near.other


def _pairs(fields: np.ndarray, zones: np.ndarray, file: str) -> pd.DataFrame:
    """Every field and zone that share area, with the area in m²."""
    pieces, owner = diced(zones)
    field, piece = _meeting(fields, pieces, file)
    shapely.prepare(pieces)
    inside = shapely.covers(pieces[piece], fields[field])
    shared = np.empty(len(field))
    shared[inside] = shapely.area(fields[field[inside]])
    cut = ~inside
    shared[cut] = shapely.area(shapely.intersection(fields[field[cut]], pieces[piece[cut]]))
    pairs = pd.DataFrame({"field": field, "zone": owner[piece], "area": shared})
    return pairs[pairs["area"] > 0]


def _of_factor(factor: str, column: pd.Series, pairs: pd.DataFrame, areas: np.ndarray) -> LayerValues:
    number = FACTORS[factor].kind == "number"
    zone = pairs["zone"].to_numpy()
    if number:
        read = possible_only(factor, np.array([written_number(value) for value in column], dtype=float))
    else:
        read = np.array([written_class(factor, value) for value in column], dtype=object)
    told = pairs.assign(value=read[zone]).dropna(subset=["value"])
    shares = told.groupby("field")["area"].sum()
    at = shares.index.to_numpy()
    coverage = np.zeros(len(areas))
    coverage[at] = shares.to_numpy() / areas[at]
    if number:
        values = np.full(len(areas), np.nan)
        weighted = (told["value"].astype(float) * told["area"]).groupby(told["field"]).sum()
        values[at] = weighted.to_numpy() / shares.to_numpy()
    else:
        values = np.full(len(areas), None, dtype=object)
        largest = _largest(told)
        values[largest["field"].to_numpy()] = largest["value"].to_numpy()
    return LayerValues.where_covered(factor, values, coverage)


def _largest(told: pd.DataFrame) -> pd.DataFrame:
    """The value with the largest area of each field; of equal ones the first by name."""
    summed = told.groupby(["field", "value"])["area"].sum().reset_index()
    ordered = summed.sort_values(["field", "area", "value"], ascending=[True, False, True])
    return ordered.drop_duplicates("field")
