"""Each known form of file is recognised and read into the same columns; nothing of it is changed."""

from __future__ import annotations

import json
import math
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from kanpo.parcels import SOURCES, attribute_factors
from kanpo.parcels._vector import _properties
from kanpo.schema import FACTORS, PARCELS
from tests.parcels.made_up import collection, feature, polygon, read_text, square

FUDE = {
    "polygon_uuid": "1dba1043-38bb-40da-9e88-000000000001",
    "land_type": 200,
    "issue_year": 2025,
    "edit_year": 2020,
    "history": '[{"筆ポリゴンID":"29996564","更新年度":2023,"前年同一":true}]',
    "last_polygon_uuid": "29996564-6256-402b-b48b-000000000001",
    "local_government_cd": "062031",
    "point_lng": 139.7,
    "old_polygon_id": None,
}
REGISTER = {
    "ShikuchosonCode": "062031",
    "ClassificationOfLandCodeName": "畑",
    "ClassificationOfLand": "2",
    "AreaOnRegistry": "870",
    "SectionOfNoushinhouCodeName": "農業振興地域内・農用地区域内(青地)",
    "UsageSituationInvestigationDate": "20251109",
    "UsageSituationInvestigationResult": "1",
    "Address": "山形県鶴岡市架空沢33-1",
    "Tiban": "３３－１",
    "DaichoId": "0012",
    "大字": "①架空沢㈱",
    "荒廃農地分類": "Ａ分類",
    "耕作放棄年数": "１２",
    "獣害": "多",
    "日照": "半日陰",
    "道路距離m": "120",
    "水源距離m": "",
}


def one(folder: Path, properties: dict[str, Any], **options: Any) -> tuple[Any, str | None]:
    result = read_text(folder, collection([feature(1) | {"properties": properties}]), **options)
    (row,) = result.frame.itertuples()
    return row, result.source


def test_fude_polygons(tmp_path: Path) -> None:
    row, source = one(tmp_path, FUDE)
    assert source == "fude"
    assert row.parcel_id == FUDE["polygon_uuid"]
    assert (row.municipality_code, row.land_type, row.source_year) == ("06203", "field", 2025)
    assert one(tmp_path, FUDE | {"land_type": 100})[0].land_type == "paddy"
    assert one(tmp_path, FUDE | {"land_type": "100"})[0].land_type == "paddy"
    assert one(tmp_path, FUDE | {"land_type": 999})[0].land_type is None


def test_the_register_with_a_citys_own_columns(tmp_path: Path) -> None:
    row, source = one(tmp_path, REGISTER)
    assert source == "register"
    assert (row.parcel_id, row.municipality_code, row.land_type) == ("0012", "06203", "field")
    assert (row.settlement, row.lot_number) == ("①架空沢㈱", "３３－１")
    assert (row.registered_area_m2, row.years_abandoned) == (870.0, 12.0)
    assert (row.idle_class, row.devastation_class, row.survey_date) == ("1", "A", "2025-11-09")
    assert row.farm_promotion_zone.endswith("(青地)")


@pytest.mark.parametrize(
    ("result", "idle"), [("1", "1"), ("2", "2"), ("3", None), ("9", None), ("", None), (2, "2")]
)
def test_only_the_results_1_and_2_are_idle_farmland(tmp_path: Path, result: object, idle: str | None) -> None:
    assert one(tmp_path, REGISTER | {"UsageSituationInvestigationResult": result})[0].idle_class == idle


@pytest.mark.parametrize(
    ("address", "settlement"),
    [
        ("奈良県奈良市誓多林町1005-1", "誓多林町"),
        ("山形県東村山郡中山町大字長崎１２０番地の１", "大字長崎"),
        ("三重県四日市市桜町10番2", "桜町"),
        ("東京都東村山市本町1-1", "本町"),
        ("新潟県十日町市松代1", "松代"),
        ("愛知県蒲郡市形原町1番地", "形原町"),
    ],
)
def test_the_settlement_is_taken_from_the_address_where_it_has_no_column(
    tmp_path: Path, address: str, settlement: str
) -> None:
    without = {key: value for key, value in REGISTER.items() if key not in ("大字", "ShikuchosonCode")}
    assert one(tmp_path, without | {"Address": address})[0].settlement == settlement


@pytest.mark.parametrize("name", ["羽黒町手向", "町田", "大町新田", "市場", "架空沢3区", "大町3丁目"])
def test_a_settlement_that_sounds_like_an_address_stays_whole(tmp_path: Path, name: str) -> None:
    assert one(tmp_path, REGISTER | {"大字": name})[0].settlement == name


def test_any_other_file_with_our_own_column_names(tmp_path: Path) -> None:
    row, source = one(
        tmp_path,
        {"筆ID": "0007", "大字": "架空沢", "lot_number": "1-1", "地目": "田", "survey_date": "2025-05-01"},
    )
    assert source == "plain"
    assert (row.parcel_id, row.settlement, row.lot_number) == ("0007", "架空沢", "1-1")
    assert (row.land_type, row.survey_date) == ("paddy", "2025-05-01")


def test_the_id_of_the_feature_serves_where_no_column_has_one(tmp_path: Path) -> None:
    features = [
        {"type": "Feature", "id": i, "properties": None, "geometry": polygon(square(i))} for i in (0, 1)
    ]
    assert read_text(tmp_path, collection(features)).ids == ["0", "1"]


def test_the_user_may_say_the_form(tmp_path: Path) -> None:
    assert one(tmp_path, REGISTER | {"parcel_id": "X"}, source="plain")[0].parcel_id == "X"


@pytest.mark.parametrize("properties", [FUDE, REGISTER])
def test_attributes_are_the_properties_as_they_came(tmp_path: Path, properties: dict[str, Any]) -> None:
    strange = properties | {"<b>": "=1+1", "x'; --": "\u202e\x07", "深い": [{"a": [1, 2.5, None, True]}]}
    row, _ = one(tmp_path, strange)
    assert json.loads(row.attributes) == strange
    assert list(json.loads(row.attributes)) == list(strange)


def test_every_form_gives_the_columns_of_the_parcel_table(tmp_path: Path) -> None:
    for properties in (FUDE, REGISTER, {}):
        result = read_text(tmp_path, collection([feature(1) | {"properties": properties}]))
        assert set(result.frame.columns) - {"denied"} == {*PARCELS.keys, "geometry"} - {"batch_id"}
    for source in SOURCES.values():
        assert set(source.columns) <= set(PARCELS.keys)
        assert set(source.factors.values()) <= set(FACTORS)
        assert source.label.ja and source.label.en


def attributes(*properties: dict[str, Any], years: list[float] | None = None) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "parcel_id": [f"P{i}" for i in range(len(properties))],
            "attributes": [json.dumps(found) for found in properties],
            "years_abandoned": years or [math.nan] * len(properties),
        }
    )


def test_factors_come_from_attributes_of_their_names(tmp_path: Path) -> None:
    found = attribute_factors(attributes(REGISTER, {"soil_ph": "５．８", "drainage": "良"}, {}))
    assert list(found.values.columns) == list(FACTORS)
    assert list(found.values.index) == ["P0", "P1", "P2"]
    first, second, third = (found.values.loc[p] for p in found.values.index)
    assert (first["wildlife_pressure"], first["sunlight"]) == ("high", "partial")
    assert (first["road_access_m"], first["years_abandoned"]) == (120.0, 12.0)
    assert math.isnan(first["water_access_m"])
    assert (second["soil_ph"], second["drainage"]) == (5.8, "well")
    assert third.isna().all()
    assert found.names.loc["P0", "road_access_m"] == "道路距離m"
    assert found.names.loc["P2", "road_access_m"] == ""


@pytest.mark.parametrize("written", ["999", "-1", "nan", "inf", "", "不明", None, [5], {"a": 1}, "1e400"])
def test_impossible_values_are_unknown(written: object) -> None:
    found = attribute_factors(attributes({"耕作放棄年数": written, "soil_ph": written, "日照": written}))
    assert found.values.isna().all(axis=None)
    assert (found.names == "").all(axis=None)


def test_an_impossible_age_in_the_parcel_table_is_unknown_too() -> None:
    found = attribute_factors(attributes({}, {}, years=[999.0, 7.0])).values["years_abandoned"]
    assert math.isnan(found["P0"]) and found["P1"] == 7.0


def test_factors_of_100_000_parcels_take_a_moment() -> None:
    frame = pd.concat([attributes(REGISTER)] * 100_000, ignore_index=True)
    start = time.perf_counter()
    assert attribute_factors(frame).values["sunlight"].notna().all()
    # 1.5 s on an idle machine; test machines are shared.
    assert time.perf_counter() - start < 6


def test_a_name_that_a_file_has_twice_stays_apart() -> None:
    twice = pd.DataFrame([["1", "2"], ["3", None]], columns=["name", "name"])
    assert _properties(twice) == [{"name": "1", "name_2": "2"}, {"name": "3", "name_2": None}]
