"""The committed sample is what its script makes, and its fields look like fields."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import pytest
import rasterio
import shapely

DATA = Path(__file__).parents[2] / "data"
MADE = (
    *(
        "elevation.tif",
        "soil.geojson",
        "streams.geojson",
        "climate_mesh.csv",
        "parcels.geojson",
        "truth.csv",
        "growers.csv",
    ),
    *(
        f"trials/{name}.csv"
        for name in ("trials", "plots", "operations", "observations", "harvests", "visits")
    ),
    *(f"seasons/{name}.csv" for name in ("trials", "plots", "harvests", "assays")),
    "sample_facts.json",
)
TO_PLANE = pyproj.Transformer.from_crs(6668, 6678, always_xy=True)


def _flat(shapes: Any) -> Any:
    return shapely.transform(shapes, lambda xy: np.column_stack(TO_PLANE.transform(xy[:, 0], xy[:, 1])))


def _features(name: str) -> list[dict[str, Any]]:
    features: list[dict[str, Any]] = json.loads((DATA / name).read_text(encoding="utf-8"))["features"]
    return features


def _table(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def facts() -> dict[str, Any]:
    read: dict[str, Any] = json.loads((DATA / "sample_facts.json").read_text(encoding="utf-8"))
    return read


@pytest.fixture(scope="module")
def spoilt(facts: dict[str, Any]) -> set[str]:
    """Ids of parcels whose shape is not as it should be."""
    return {i for dirt in facts["dirt"].values() if dirt["expected"] != "stored" for i in dirt["daicho_ids"]}


@pytest.fixture(scope="module")
def good(spoilt: set[str]) -> dict[str, Any]:
    """Outlines of the parcels without dirt, longitude and latitude, by id."""
    kept = [f for f in _features("parcels.geojson") if f["properties"]["DaichoId"] not in spoilt]
    shapes = shapely.from_geojson([json.dumps(f["geometry"]) for f in kept])
    return {f["properties"]["DaichoId"]: shape for f, shape in zip(kept, shapes, strict=True)}


@pytest.fixture(scope="module")
def shapes(good: dict[str, Any]) -> Any:
    """The same outlines in metres (EPSG:6678)."""
    return _flat(np.array(list(good.values())))


def test_the_script_makes_the_committed_files(tmp_path: Path, facts: dict[str, Any]) -> None:
    script = [sys.executable, "-B", str(DATA / "make_sample.py"), "--output", str(tmp_path)]
    subprocess.run(script, check=True, timeout=120)
    made_with = json.loads((tmp_path / "sample_facts.json").read_text(encoding="utf-8"))["made_with"]
    if made_with != facts["made_with"]:
        pytest.skip(f"the committed sample was made with {facts['made_with']}, here are {made_with}")
    different = [name for name in MADE if (tmp_path / name).read_bytes() != (DATA / name).read_bytes()]
    assert different == []


def test_the_sample_is_small() -> None:
    files = [*MADE, "tsuruoka.geojson", "README.md"]
    assert sum((DATA / name).stat().st_size for name in files) < 5_000_000
    assert (DATA / "truth.csv").stat().st_size < 150_000
    assert (DATA / "elevation.tif").stat().st_size < 1_500_000


def test_counts_are_as_noted(facts: dict[str, Any]) -> None:
    features = _features("parcels.geojson")
    assert len(features) == facts["features"]
    assert 1_900 <= facts["parcels"] <= 2_200
    assert 12 <= len(facts["settlements"]) <= 16
    ids = [f["properties"]["DaichoId"] for f in features]
    doubles = sorted({i for i in ids if ids.count(i) > 1})
    assert doubles == facts["dirt"]["duplicate_id_other_shape"]["daicho_ids"]
    assert all(len(dirt["daicho_ids"]) == dirt["count"] for dirt in facts["dirt"].values())


def test_dirt_is_where_it_is_noted(facts: dict[str, Any]) -> None:
    by_id = {f["properties"]["DaichoId"]: f for f in reversed(_features("parcels.geojson"))}

    def dirty(name: str) -> list[dict[str, Any]]:
        return [by_id[i] for i in facts["dirt"][name]["daicho_ids"]]

    def rings(name: str) -> list[list[list[Any]]]:
        return [f["geometry"]["coordinates"][0] for f in dirty(name)]

    assert all(ring[0] != ring[-1] for ring in rings("unclosed_ring"))
    assert not any(shapely.Polygon(ring).is_valid for ring in rings("bow_tie"))
    assert all(any(a == b for a, b in pairwise(ring)) for ring in rings("repeated_points"))
    assert all(len(point) == 3 for ring in rings("z_values") for point in ring)
    assert all(point[1] > 130 for ring in rings("swapped_axes") for point in ring)
    assert all(isinstance(value, str) for ring in rings("coordinates_as_text") for p in ring for value in p)
    assert all(point[0] < 120 for ring in rings("far_outside_japan") for point in ring)
    assert all(f["geometry"] is None for f in dirty("null_geometry"))
    assert all(f["geometry"]["type"] == "MultiPolygon" for f in dirty("single_part_multipolygon"))
    assert all(_flat(shapely.Polygon(ring)).area < 10 for ring in rings("sliver_below_10_m2"))
    assert all("０" <= f["properties"]["Tiban"][0] <= "９" for f in dirty("full_width_lot_number"))
    assert all(f["properties"]["AreaOnRegistry"] == "" for f in dirty("registered_area_missing"))


def test_every_value_of_the_register_is_text() -> None:
    for item in _features("parcels.geojson"):
        assert all(isinstance(value, str) for value in item["properties"].values())
        assert item["properties"]["FarmerIndicationNumberHash"] == ""


def test_good_fields_are_valid_closed_and_counter_clockwise(shapes: Any) -> None:
    assert shapely.is_valid(shapes).all()
    rings = shapely.get_exterior_ring(shapes)
    assert shapely.is_closed(rings).all()
    assert shapely.is_ccw(rings).all()


def test_good_fields_have_the_size_and_form_of_fields(shapes: Any) -> None:
    areas = shapely.area(shapes)
    assert areas.min() > 149
    assert areas.max() < 3_500
    assert 300 < np.median(areas) < 900
    assert (4 * np.pi * areas / shapely.length(shapes) ** 2).min() > 0.25


def test_good_fields_lie_side_by_side_and_not_over_each_other(shapes: Any) -> None:
    tree = shapely.STRtree(shapes)
    left, right = tree.query(shapes, predicate="intersects")
    pairs = left < right
    assert shapely.area(shapely.intersection(shapes[left[pairs]], shapes[right[pairs]])).max() < 0.5
    _, apart = tree.query_nearest(shapes, exclusive=True, return_distance=True)
    assert np.median(apart) < 2


def test_good_fields_lie_in_the_municipality_and_on_the_heights(good: dict[str, Any], shapes: Any) -> None:
    outline = shapely.from_geojson(json.dumps(_features("tsuruoka.geojson")[0]["geometry"]))
    assert shapely.contains(outline, np.array(list(good.values()))).all()
    with rasterio.open(DATA / "elevation.tif") as raster:
        assert raster.crs.to_epsg() == 6678
        assert shapely.contains(shapely.box(*raster.bounds), shapes).all()
        heights = raster.read(1)
    assert heights.min() > 0
    assert 500 < heights.max() < 700


def test_climate_is_that_of_a_warm_plain_and_cool_snowy_hills() -> None:
    rows = _table("climate_mesh.csv")
    warmth = [sum(max(0.0, float(r[f"mean_temp_c_{m:02d}"]) - 5) for m in range(1, 13)) for r in rows]
    assert min(warmth) > 70
    assert 101 < max(warmth) < 105
    codes = {r["mesh_code"] for r in rows}
    assert len(codes) == len(rows)
    # Mesh 5739 spans 38°00'-38°40' N, 139°-140° E and 5839 the one north of it.
    assert {code[:4] for code in codes} == {"5739", "5839"}


def test_plots_lie_in_their_parcel_and_records_name_known_plots(good: dict[str, Any]) -> None:
    parcel = {row["trial_code"]: row["parcel_id"] for row in _table("trials/trials.csv")}
    plots = _table("trials/plots.csv")
    assert all(good[parcel[p["trial_code"]]].contains(shapely.from_wkt(p["wkt"])) for p in plots)
    known = {p["plot_code"] for p in plots}
    assert len(known) == len(plots)
    for name in ("harvests", "observations"):
        assert {row["plot_code"] for row in _table(f"trials/{name}.csv")} <= known
    assert {row["parcel_id"] for row in _table("trials/visits.csv")} <= set(good)
    assert {row["grower_code"] for row in _table("trials/trials.csv")} <= {
        row["grower_code"] for row in _table("growers.csv")
    }


def test_harvests_are_believable() -> None:
    herb = {row["trial_code"]: row["herb_id"] for row in _table("trials/trials.csv")}
    usual = {"toki": (120, 280), "shakuyaku": (400, 800), "hatomugi": (170, 320)}
    rows = _table("trials/harvests.csv")
    dried = [row for row in rows if row["dry_kg"]]
    assert 0 < len(rows) - len(dried) < 6
    for row in dried:
        low, high = usual[herb[row["trial_code"]]]
        assert low < 1000 * float(row["dry_kg"]) / float(row["area_m2"]) < high
        assert float(row["dry_kg"]) < float(row["fresh_kg"])


def test_every_record_has_a_day_and_a_recorder() -> None:
    for name in ("trials", "plots", "operations", "observations", "harvests", "visits"):
        for row in _table(f"trials/{name}.csv"):
            assert row["actor"].startswith("見本記録者")
            assert "2023-01-01" <= row["happened_at"] <= "2025-12-31"


def test_the_three_seasons_fit_together(good: dict[str, Any]) -> None:
    trials, plots, harvests, assays = (
        _table(f"seasons/{name}.csv") for name in ("trials", "plots", "harvests", "assays")
    )
    assert {row["parcel_id"] for row in trials} <= set(good), "no trial lies on a spoilt parcel"
    assert not {row["parcel_id"] for row in trials} & {
        row["parcel_id"] for row in _table("trials/visits.csv")
    }
    years = {"2023", "2024", "2025"}
    by_parcel = {
        parcel: {r["season"] for r in trials if r["parcel_id"] == parcel}
        for parcel in (t["parcel_id"] for t in trials)
    }
    assert sum(seasons == years for seasons in by_parcel.values()) == 8 and len(by_parcel) == 26
    assert {row["trial_code"] for row in plots} == {row["trial_code"] for row in trials}
    assert {row["plot_code"] for row in plots} == {row["plot_code"] for row in harvests}
    assert {row["lot_id"] for row in assays} <= {row["lot_id"] for row in harvests}
    assert 5 < sum(row["measured"].startswith("<") for row in assays) < 20
    assert all(row["title"].endswith("架空)") for row in trials)
    assert all(15 < 1000 * float(row["dry_kg"]) / 10 < 320 for row in harvests)
    assert all(float(row["dry_kg"]) < float(row["fresh_kg"]) for row in harvests)
