"""Map layers of the sample, made from its land: the soil map and the climate mesh."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import shapely
from rasterio import features
from rasterio.transform import from_origin
from sample_parcels import Field
from sample_terrain import (
    CELL,
    HEIGHT,
    ORIGIN,
    SOIL_CELL,
    SOILS,
    TO_LONLAT,
    WIDTH,
    Terrain,
    blur_classes,
    feature,
    outline_lonlat,
)


def soil_features(terrain: Terrain, rng: np.random.Generator) -> list[dict[str, object]]:
    """Soil map units as GeoJSON features (longitude, latitude), with two left out on purpose."""
    grid = terrain.soil_class
    labels = blur_classes(grid)
    transform = from_origin(0, HEIGHT, SOIL_CELL, SOIL_CELL)
    found = sorted(
        (
            (value, shapely.from_geojson(json.dumps(shape)))
            for shape, value in features.shapes(labels, transform=transform)
        ),
        key=lambda item: (-item[1].area, item[1].bounds),
    )
    outlines = shapely.coverage_simplify([shape for _, shape in found], 75)
    units = [
        (int(value), shape) for (value, _), shape in zip(found, outlines, strict=True) if shape.area > 8_000
    ]
    middling = [n for n, (_, shape) in enumerate(units) if 120_000 < shape.area < 600_000]
    gaps = {middling[len(middling) // 3], middling[2 * len(middling) // 3]}
    result = []
    for number, (value, shape) in enumerate(units):
        group, texture, drainage, depth, ph = SOILS[value // 100]
        depth_cm = int(5 * round((depth + rng.normal(0, 6)) / 5))
        known = ph is not None and rng.random() > 0.2
        reading = round(float(ph + rng.normal(0, 0.15)), 1) if ph is not None and known else None
        if number in gaps:
            continue
        result.append(
            feature(
                outline_lonlat(shape, 5),
                {
                    "soil_group": group,
                    "texture": texture,
                    "drainage": drainage,
                    "depth_cm": max(20, depth_cm),
                    "ph": reading,
                },
            )
        )
    return result


#: Rooting depth on bedrock: less than any root drug can live in, and no plough makes it deeper.
ROCK_CM = 0


def find_rock(terrain: Terrain, fields: list[Field], spared: list[bool]) -> int:
    """The position of the field that lies on bedrock: the steepest terrace that is not spared."""
    slope = np.hypot(*terrain.slope(np.array([field.shape.centroid.coords[0] for field in fields])).T)
    terrace = np.array([field.kind == "terrace" for field in fields])
    return int(np.argmax(np.where(terrace & ~np.array(spared), slope, -1.0)))


def with_rock(units: list[dict[str, object]], field: Field) -> list[dict[str, object]]:
    """The soil units with bedrock under one field, cut out of what the map shows there."""
    ground = outline_lonlat(field.shape.buffer(8.0, quad_segs=1), 5)
    for unit in units:
        shape = shapely.from_geojson(json.dumps(unit["geometry"]))
        if shape.intersects(ground):
            rest = shapely.orient_polygons(shapely.set_precision(shape - ground, 1e-5))
            unit["geometry"] = json.loads(shapely.to_geojson(rest))
    rock = {"soil_group": "岩石地", "texture": "sand", "drainage": "well", "depth_cm": ROCK_CM, "ph": None}
    return [
        *units,
        {"type": "Feature", "properties": rock, "geometry": json.loads(shapely.to_geojson(ground))},
    ]


def stream_features(terrain: Terrain) -> list[dict[str, object]]:
    """The rivers and brooks as GeoJSON lines (longitude, latitude), from the mouth up."""
    return [
        feature(
            shapely.transform(
                shapely.simplify(shapely.linestrings(channel.points), 3.0),
                lambda xy: np.round(
                    np.column_stack(TO_LONLAT.transform(xy[:, 0] + ORIGIN[0], xy[:, 1] + ORIGIN[1])), 6
                ),
            ),
            {"name": channel.name, "kind": "river" if channel.is_river else "brook"},
        )
        for channel in terrain.channels
    ]


#: Monthly means of a Shonai-like lowland at 12 m, degC: made up, near the climate of the region.
_LOWLAND_C = np.array([1.7, 1.9, 4.9, 10.4, 15.9, 20.2, 24.1, 25.6, 21.4, 15.2, 9.1, 4.2])


def climate_table(terrain: Terrain) -> pd.DataFrame:
    """One row per third-level mesh (JIS X 0410) touching the region."""
    shape = terrain.height.shape
    columns, rows = np.meshgrid(np.arange(shape[1]), np.arange(shape[0]))
    x, y = (columns.ravel() + 0.5) * CELL, HEIGHT - (rows.ravel() + 0.5) * CELL
    lon, lat = TO_LONLAT.transform(x + ORIGIN[0], y + ORIGIN[1])
    i, j = np.floor(lat * 120).astype(int), np.floor((lon - 100) * 80).astype(int)
    code = (
        (i // 80) * 1_000_000
        + (j // 80) * 10_000
        + (i % 80 // 10) * 1000
        + (j % 80 // 10) * 100
        + i % 10 * 10
        + j % 10
    )
    cells = pd.DataFrame({"mesh_code": code, "z": terrain.height.ravel(), "x": x, "y": y})
    means = cells.groupby("mesh_code", sort=True).mean()
    coast = (means["y"] - means["x"] + WIDTH) / (WIDTH + HEIGHT)
    lift = 0.006 * (means["z"] - 12)
    table = pd.DataFrame(index=means.index)
    for month, lowland in enumerate(_LOWLAND_C, start=1):
        mild = 0.9 if month in (11, 12, 1, 2) else 0.12
        table[f"mean_temp_c_{month:02d}"] = (lowland - lift + mild * (coast - 0.55)).round(1)
    months = table.to_numpy()
    table["warmest_month_temp_c"] = months.max(axis=1)
    table["coldest_month_min_temp_c"] = (months.min(axis=1) - 3.0 - 1.4 * (1 - coast)).round(1)
    table["annual_precip_mm"] = (2100 + 0.85 * (means["z"] - 12) + 330 * (1 - coast)).round(-1).astype(int)
    table["max_snow_depth_cm"] = (60 + 0.33 * (means["z"] - 12) + 75 * (1 - coast)).round().astype(int)
    return table.reset_index()
