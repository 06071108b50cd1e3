"""Agricultural settlements and municipalities: boundaries come in, parcels and visits are grouped by them."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from tests.e2e.conftest import Kanpo

X, Y = 139.80, 38.70


@pytest.fixture
def settled(kanpo: Kanpo, tmp_path: Path) -> Kanpo:
    """A project with four fields and the boundaries of two settlements, as the census publishes them."""
    kanpo("init", "町.gpkg")
    fields = gpd.GeoDataFrame(
        {
            "polygon_uuid": [f"f{i}" for i in range(4)],
            "land_type": 200,
            "issue_year": 2025,
            "local_government_cd": "062031",
            "key": [None, None, None, "0620301003"],
        },
        geometry=[shapely.box(X + 0.002 * i, Y, X + 0.002 * i + 0.0005, Y + 0.0005) for i in range(4)],
        crs=6668,
    )
    fields.to_file(tmp_path / "2025_06.fgb", driver="FlatGeobuf")
    settlements = gpd.GeoDataFrame(
        {
            "KEY": ["0620301001", "0620301002", "0620301003"],
            "PREF": "06",
            "CITY": "203",
            "KCITY": "01",
            "RCOM": ["001", "002", "003"],
            "KCITY_NAME": "架空村",
            "RCOM_NAME": ["上架空", "下架空", "架空新田"],
        },
        geometry=[
            shapely.box(X - 0.001, Y - 0.001, X + 0.0025, Y + 0.001),
            shapely.box(X + 0.0025, Y - 0.001, X + 0.0045, Y + 0.001),
            shapely.box(X - 0.001, Y - 0.01, X + 0.0045, Y - 0.001),
        ],
        crs=4612,
    )
    settlements.to_file(tmp_path / "MA0001_2020_2020_06.shp", encoding="CP932")
    assert kanpo("ingest", "2025_06.fgb").code == 0
    return kanpo


def test_parcels_and_visits_are_grouped_by_settlement(settled: Kanpo) -> None:
    assert settled("record", "visit", "--parcel-id", "f1", "--soil-ph", "6.0").code == 0
    said = settled("ingest", "MA0001_2020_2020_06.shp", "--json")
    assert said.code == 0, said.err
    (counts,) = json.loads(said.out)
    assert (counts["read"], counts["stored"], counts["source"]) == (3, 3, "farm_settlements")
    rows = json.loads(settled("parcels", "settlements", "--by", "farm_settlement", "--json").out)
    found = {row["farm_settlement"]: (row["parcels"], row["visited"]) for row in rows}
    assert found == {"上架空": (2, 1), "下架空": (1, 0), "架空新田": (1, 0)}
    listed = json.loads(settled("parcels", "list", "--farm-settlement", "上架空", "--json").out)
    assert [row["parcel_id"] for row in listed] == ["f0", "f1"]
    by_code = json.loads(settled("parcels", "list", "--farm-settlement", "0620301003", "--json").out)
    assert [row["parcel_id"] for row in by_code] == ["f3"], "the code in the file goes before the map"
    again = json.loads(settled("ingest", "MA0001_2020_2020_06.shp", "--json").out)
    rows = json.loads(settled("parcels", "settlements", "--by", "farm_settlement", "--json").out)
    assert again[0]["stored"] == 3 and len(rows) == 3, "the newer boundaries replace the older"
    assert settled("verify").code == 0


def test_without_boundaries_the_way_to_get_them_is_said(settled: Kanpo) -> None:
    said = settled("parcels", "settlements", "--by", "farm_settlement")
    assert said.code == 0


def test_settlement_boundaries_are_no_parcels(settled: Kanpo) -> None:
    settled("ingest", "MA0001_2020_2020_06.shp")
    assert json.loads(settled("status", "--json").out)["parcels"] == 4


def test_a_municipality_in_many_pieces_is_one(kanpo: Kanpo, tmp_path: Path) -> None:
    kanpo("init", "町.gpkg")
    pieces = gpd.GeoDataFrame(
        {"N03_001": "山形県", "N03_004": "鶴岡市", "N03_007": "06203"},
        index=range(3),
        geometry=[shapely.box(X + i, Y, X + i + 0.5, Y + 0.5) for i in range(3)],
        crs=6668,
    )
    pieces.to_file(tmp_path / "N03.geojson", driver="GeoJSON")
    (counts,) = json.loads(kanpo("ingest", "N03.geojson", "--json").out)
    assert (counts["read"], counts["stored"], counts["rejected"]) == (3, 3, 0)
