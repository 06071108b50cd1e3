"""Lines to find one's way by on a map without a network: boundaries, roads, water, excluded areas."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from kanpo.crs import STORED_EPSG
from kanpo.sites import Layer, chosen_features, open_vector, project_layers
from kanpo.store import Project

#: Grid step of the lines, metres.
BACKGROUND_GRID_M = 1.0
#: Lines are carried so far around the parcels, metres.
_AROUND_M = 2_000.0
#: They are made simpler until they have at most so many corners (about 150 kB of the page).
MOST_CORNERS = 60_000
#: How far a simplified line may lie from the true one, metres: from the first on, doubled as needed.
_TOLERANCE_M = 3.0
#: About the length of a degree of latitude; lines need no more.
_DEGREE_M = 111_000.0
_BOUNDARIES = {"municipality": "municipality", "farm_settlement": "settlement"}
_DISTANCES = {"road_access_m": "road", "water_access_m": "water"}

Shapes = npt.NDArray[np.object_]


def background_lines(project: Project, parcels: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Lines of what the project knows beside its parcels, near these.

    Boundaries of municipalities and settlements, the features of distance layers (roads, water) and
    the bounds of exclusion layers; points are left out. Clipped to 2 km around the parcels and made
    simpler (Douglas-Peucker, from 3 m on) until they have at most `MOST_CORNERS` corners in all.

    Returns
    -------
    GeoDataFrame
        EPSG:6668, columns `kind` (of `BACKGROUND_KINDS`) and geometry (lines).
    """
    found: list[tuple[str, Shapes]] = [
        (kind, _borders(project.imported.boundaries(stored).geometry.to_numpy()))
        for stored, kind in _BOUNDARIES.items()
    ]
    found += [
        (_kind(layer), _features(layer))
        for layer in project_layers(project)
        if layer.kind in ("distance", "exclusion")
    ]
    kinds = np.concatenate([np.full(len(shapes), kind, dtype=object) for kind, shapes in found])
    shapes = np.concatenate([shapes for _, shapes in found])
    lines, of_shape = _near(shapes, parcels)
    simpler = _simpler(lines)
    # A small ring may have become a point.
    left = shapely.length(simpler) > 0
    kept = pd.DataFrame({"kind": kinds[of_shape][left]})
    return gpd.GeoDataFrame(kept, geometry=simpler[left], crs=STORED_EPSG)


def _borders(areas: Shapes) -> Shapes:
    """The borders of areas that touch each other, each only once."""
    if not len(areas):
        return areas
    joined = shapely.line_merge(shapely.union_all(shapely.boundary(shapely.force_2d(areas))))
    borders: Shapes = shapely.get_parts(np.array([joined], dtype=object))
    return borders


def _kind(layer: Layer) -> str:
    if layer.kind == "exclusion":
        return "zone"
    return next((_DISTANCES[factor] for factor in layer.columns if factor in _DISTANCES), "line")


def _features(layer: Layer) -> Shapes:
    features = open_vector(layer.content, layer.file_name, polygons=False)
    chosen = chosen_features(features, layer.settings.where, layer.file_name)
    shapes: Shapes = shapely.force_2d(chosen.to_crs(STORED_EPSG).geometry.to_numpy())
    return shapes


def _near(shapes: Shapes, parcels: gpd.GeoDataFrame) -> tuple[Shapes, npt.NDArray[np.int64]]:
    """Single lines (m,) of shapes (n,) near the parcels, and the shape that each comes from."""
    box = shapely.total_bounds(parcels.geometry.to_numpy())
    if not np.isfinite(box).all():
        return np.zeros(0, dtype=object), np.zeros(0, dtype=np.int64)
    up = _AROUND_M / _DEGREE_M
    across = up / np.cos(np.radians(box[[1, 3]].mean()))
    parts, of_part = shapely.get_parts(shapes, return_index=True)
    areas = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    parts[areas] = shapely.boundary(parts[areas])
    clipped = shapely.clip_by_rect(parts, box[0] - across, box[1] - up, box[2] + across, box[3] + up)
    lines, of_clipped = shapely.get_parts(clipped, return_index=True)
    # The ring of a hole is one line among several.
    single, of_line = shapely.get_parts(lines, return_index=True)
    drawn = (shapely.get_type_id(single) == shapely.GeometryType.LINESTRING) & ~shapely.is_empty(single)
    return single[drawn], of_part[of_clipped[of_line]][drawn].astype(np.int64)


def _simpler(lines: Shapes) -> Shapes:
    tolerance = _TOLERANCE_M / _DEGREE_M
    found: Shapes = shapely.simplify(lines, tolerance)
    while shapely.get_num_coordinates(found).sum() > MOST_CORNERS and tolerance < 1.0:
        tolerance *= 2
        found = shapely.simplify(lines, tolerance)
    return found
