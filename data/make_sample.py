"""Make the sample municipality anew: `python data/make_sample.py [--output FOLDER]`.

Everything but the outline of the municipality (`tsuruoka.geojson`, which stays as it is) is made up here
from one seed, and comes out the same byte for byte with the library versions noted in `sample_facts.json`.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import rasterio
import sample_layers
import sample_parcels
import sample_register
import sample_seasons
import sample_terrain
import sample_trials
import shapely
from rasterio.transform import from_origin

SEED = 20_240_401
CRS84 = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
NODATA = -9_999.0


def main() -> None:
    """Write all files of the sample to a folder."""
    parser = argparse.ArgumentParser(description="Make the sample municipality.")
    parser.add_argument("--output", type=Path, default=Path(__file__).parent, help="folder to write to")
    make(parser.parse_args().output)


def make(folder: Path) -> None:
    """Write all files of the sample to `folder`.

    Each part draws from a stream of its own, so that a change to one leaves the others as they are.
    """
    land, soils, layout, register_stream, trial_stream, dirt_stream, season_stream = (
        np.random.default_rng(seed) for seed in np.random.SeedSequence(SEED).spawn(7)
    )
    for name in ("trials", "seasons"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    terrain = sample_terrain.make_terrain(land)
    write_elevation(folder / "elevation.tif", terrain)
    write_features(folder / "streams.geojson", "streams", sample_layers.stream_features(terrain))
    write_table(folder / "climate_mesh.csv", sample_layers.climate_table(terrain))

    fields = sample_parcels.make_fields(layout, terrain)
    register = sample_register.make_register(register_stream, terrain, fields)
    write_table(folder / "growers.csv", sample_trials.GROWERS)

    sites = sample_trials.choose_sites(register, fields, terrain)
    tables = sample_trials.trial_tables(trial_stream, register, fields, sites)
    tables["visits"] = sample_trials.visit_table(trial_stream, register, sites)
    for name, table in tables.items():
        write_table(folder / "trials" / f"{name}.csv", table)

    spared = set(tables["visits"]["parcel_id"])
    features, dirt = sample_register.add_dirt(dirt_stream, register, fields, spared)
    write_features(folder / "parcels.geojson", "parcels", features)
    write_facts(folder / "sample_facts.json", features, fields, dirt)

    dirty = {one for each in dirt.values() for one in each["daicho_ids"]}  # type: ignore[attr-defined]
    ground = terrain.soil_at(np.array([field.shape.centroid.coords[0] for field in fields]))
    seasons = sample_seasons.season_tables(season_stream, register, ground, spared | dirty)
    for name, table in seasons.items():
        write_table(folder / "seasons" / f"{name}.csv", table)
        spared |= set(table["parcel_id"]) if "parcel_id" in table else set()

    units = sample_layers.soil_features(terrain, soils)
    rock = sample_layers.find_rock(terrain, fields, register.truth["parcel_id"].isin(spared | dirty).tolist())
    register.truth.loc[rock, "soil_depth_cm"] = sample_layers.ROCK_CM
    write_features(folder / "soil.geojson", "soil", sample_layers.with_rock(units, fields[rock]))
    write_table(folder / "truth.csv", register.truth)


def write_elevation(path: Path, terrain: sample_terrain.Terrain) -> None:
    """Heights in metres as float32, in steps of 1/8 m (which packs well), in EPSG:6678."""
    heights = (np.round(terrain.height * 8) / 8).astype(np.float32)
    west, south = sample_terrain.ORIGIN
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=heights.shape[1],
        height=heights.shape[0],
        count=1,
        dtype="float32",
        crs=f"EPSG:{sample_terrain.EPSG_PLANE}",
        transform=from_origin(west, south + sample_terrain.HEIGHT, sample_terrain.CELL, sample_terrain.CELL),
        nodata=NODATA,
        compress="deflate",
        predictor=3,
        zlevel=9,
        tiled=True,
        blockxsize=256,
        blockysize=256,
    ) as raster:
        raster.write(heights, 1)
        raster.units = ("m",)


def write_features(path: Path, name: str, features: list[dict[str, object]]) -> None:
    """GeoJSON, one feature a line, longitude before latitude."""
    lines = ",\n".join(json.dumps(item, ensure_ascii=False, separators=(",", ":")) for item in features)
    head = json.dumps({"type": "FeatureCollection", "name": name, "crs": CRS84}, separators=(",", ":"))
    path.write_bytes(f'{head[:-1]},"features":[\n{lines}\n]}}\n'.encode())


def write_table(path: Path, table: pd.DataFrame) -> None:
    """CSV, UTF-8, without a byte-order mark; line feeds on every system."""
    path.write_bytes(table.to_csv(index=False, lineterminator="\n").encode())


def write_facts(
    path: Path,
    features: list[dict[str, object]],
    fields: list[sample_parcels.Field],
    dirt: dict[str, dict[str, object]],
) -> None:
    """What the sample holds, for tests: counts, and each kind of dirt with the ids it was put on."""
    names = [place.name for place in sample_parcels.SETTLEMENTS]
    kinds, places = Counter(f.kind for f in fields), Counter(f.settlement for f in fields)
    facts = {
        "seed": SEED,
        "made_with": {
            "numpy": np.__version__,
            "shapely": shapely.__version__,
            "geos": shapely.geos_version_string,
        },
        "features": len(features),
        "parcels": len(fields),
        "layouts": {kind: kinds[kind] for kind in sorted(kinds)},
        "settlements": {name: places[number] for number, name in enumerate(names)},
        "dirt": dirt,
    }
    path.write_bytes((json.dumps(facts, ensure_ascii=False, indent=1) + "\n").encode())


if __name__ == "__main__":
    main()
