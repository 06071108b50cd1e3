"""Small made-up layers and parcels in the plane zone X, and files of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import rasterio
import shapely
from rasterio.transform import from_origin

from kanpo.parcels import AttributeFactors
from kanpo.sites import Factors, Layer, inspect_layer

#: South-west corner of everything here, EPSG:6678, metres.
WEST, SOUTH = -90_000.0, -150_000.0


def fields(outlines: Sequence[shapely.Geometry], *, crs: int = 6678) -> gpd.GeoDataFrame:
    """Parcels P1, P2 … with outlines in metres from the corner, as the store gives them."""
    moved = [shapely.transform(outline, lambda xy: np.add(xy, (WEST, SOUTH))) for outline in outlines]
    ids = [f"P{number + 1}" for number in range(len(moved))]
    frame = gpd.GeoDataFrame({"parcel_id": ids}, geometry=moved, crs=crs)
    return frame.assign(area_m2=frame.area).to_crs(6668)


def attributes(parcels: gpd.GeoDataFrame, **known: Sequence[object]) -> AttributeFactors:
    """Attributes that say nothing but `known`."""
    nothing = Factors.unknown(parcels["parcel_id"].tolist())
    for key, column in known.items():
        nothing.values[key] = np.asarray(column)
        nothing.sources[key] = key
    return AttributeFactors(nothing.values, nothing.sources)


def write_raster(
    path: Path,
    grid: np.ndarray,
    *,
    cell: float = 10.0,
    crs: int | None = 6678,
    nodata: float | None = None,
    origin: tuple[float, float] | None = None,
) -> Path:
    """A GeoTIFF whose south-west corner is the corner of everything, unless `origin` (west, north) is given."""
    west, north = origin or (WEST, SOUTH + grid.shape[0] * cell)
    profile = {
        "driver": "GTiff",
        "height": grid.shape[0],
        "width": grid.shape[1],
        "count": 1,
        "dtype": "float32",
        "transform": from_origin(west, north, cell, cell),
        "nodata": nodata,
    }
    if crs is not None:
        profile["crs"] = f"EPSG:{crs}"
    with rasterio.open(path, "w", **profile) as raster:
        raster.write(grid.astype("float32"), 1)
    return path


def raster(tmp_path: Path, grid: np.ndarray, columns: dict[str, str], **how: object) -> Layer:
    """A raster layer."""
    return inspect_layer(write_raster(tmp_path / "grid.tif", grid, **how), columns=columns)  # type: ignore[arg-type]


def write_polygons(path: Path, zones: Sequence[tuple[shapely.Geometry, dict[str, object]]]) -> Path:
    """A GeoJSON of polygons in metres from the corner."""
    outlines = fields([outline for outline, _ in zones]).geometry
    features = [
        {"type": "Feature", "properties": told, "geometry": shapely.geometry.mapping(outline)}
        for outline, (_, told) in zip(outlines, zones, strict=True)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path
