"""Distance layers: how far it is from each parcel to the nearest road, stream or point."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from kanpo.sites._dice import diced
from kanpo.sites._layer import Layer, LayerValues, possible_only
from kanpo.sites._overlay import on_plane

#: Corners of one piece of a line: the nearest is found by boxes, and long lines have large ones.
_CORNERS = 64


def distance_values(layer: Layer, parcels: gpd.GeoDataFrame) -> list[LayerValues]:
    """Metres from the outline of each parcel (n) to the nearest feature, 0 where they touch.

    The layer is complete within the box of its features, widened by `reach_m`. A distance is known
    only where nothing outside that box could be nearer; else it would be an upper bound.
    """
    features, fields = on_plane(layer, parcels, polygons=False)
    metres = np.full(len(fields), np.nan)
    if len(features):
        tree = shapely.STRtree(_pieces(np.asarray(features.geometry.array)))
        (field, _), found = tree.query_nearest(fields, return_distance=True, all_matches=False)
        known = found <= _to_the_edge(fields[field], features.total_bounds, layer.settings.reach_m)
        metres[field[known]] = found[known]
    return [
        LayerValues.where_covered(factor, possible_only(factor, metres), (~np.isnan(metres)).astype(float))
        for factor in layer.columns
    ]


def _to_the_edge(fields: np.ndarray, box: np.ndarray, reach_m: float) -> np.ndarray:
    """The least distance (n,) from outlines to what lies outside the widened box; negative outside it."""
    west, south, east, north = shapely.bounds(fields).T
    gaps = [west - box[0], south - box[1], box[2] - east, box[3] - north]
    return np.asarray(np.min(gaps, axis=0) + reach_m)


def _pieces(shapes: np.ndarray) -> np.ndarray:
    """The same shapes (k,) in pieces that are quick to measure to."""
    parts = shapely.get_parts(shapely.force_2d(shapes[~shapely.is_missing(shapes)]))
    parts = parts[~shapely.is_empty(parts)]
    kinds = shapely.get_type_id(parts)
    areas = kinds == shapely.GeometryType.POLYGON
    lines = (kinds == shapely.GeometryType.LINESTRING) & (shapely.get_num_coordinates(parts) > _CORNERS)
    pieces, _ = diced(shapely.make_valid(parts[areas]))
    return np.concatenate([parts[~areas & ~lines], pieces, *map(_cut, parts[lines])])


def _cut(line: shapely.LineString) -> np.ndarray:
    """A line in pieces that share their ends."""
    corners = shapely.get_coordinates(line)
    starts = range(0, len(corners) - 1, _CORNERS)
    return np.array([shapely.linestrings(corners[at : at + _CORNERS + 1]) for at in starts], dtype=object)
