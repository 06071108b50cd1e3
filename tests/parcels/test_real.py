"""Files as the ministry hands them out."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from kanpo.errors import Severity
from tests.parcels.made_up import read

FILES = Path(__file__).parent / "files"


def test_pins_of_the_register_are_rows_of_the_register() -> None:
    """A pin tells of a parcel but has no outline; it must not vanish, nor become a parcel."""
    result = read(FILES / "emaff_nara_11.geojson")
    assert result.source == "register"
    assert (result.read, result.stored, len(result.pins), len(result.rejects)) == (11, 0, 11, 0)
    features = json.loads((FILES / "emaff_nara_11.geojson").read_text(encoding="utf-8"))["features"]
    assert result.pins == [feature["properties"]["DaichoId"] for feature in features]


def test_the_same_pins_with_outlines_are_parcels(tmp_path: Path) -> None:
    found = json.loads((FILES / "emaff_nara_11.geojson").read_text(encoding="utf-8"))
    for item in found["features"]:
        around = shapely.Point(item["geometry"]["coordinates"]).buffer(0.0001)
        item["geometry"] = shapely.geometry.mapping(around)
    (tmp_path / "a.geojson").write_text(json.dumps(found), encoding="utf-8")
    result = read(tmp_path / "a.geojson")
    assert result.stored == 11
    assert set(result.frame["municipality_code"]) == {"29201"}
    assert set(result.frame["settlement"]) == {"誓多林町"}
    assert result.frame["lot_number"][0] == "1005-1"


def test_a_hundred_fude_polygons() -> None:
    path = FILES / "fude_sapporo_2024.geojson"
    frame = gpd.read_file(path)
    result = read(path)
    assert (result.source, result.read, result.stored) == ("fude", 100, 100)
    assert all(problem.severity is not Severity.REJECT for problem in result.problems)
    assert set(result.frame["municipality_code"]) <= {"01101", "01102"}
    assert set(result.frame["land_type"]) == {"paddy", "field"}
    assert list(result.frame["parcel_id"]) == list(frame["polygon_uuid"])
    # Sapporo lies in zone XII.
    measured = frame.to_crs(6680).area.to_numpy()
    assert result.frame["area_m2"].to_numpy() == pytest.approx(measured, rel=1e-3, abs=0.01)
