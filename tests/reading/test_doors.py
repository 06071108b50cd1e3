"""One value, whichever door it comes in by: tables, workbooks, maps, records, layers, analyses, the command line.

What one door reads every other door reads to the same value; what one asks about every other asks about.
"""

from __future__ import annotations

import csv
import json
import math
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from kanpo.compare._table import Table
from kanpo.errors import Problem, UsageError
from kanpo.parcels import find_parcel, join_register, read_parcels
from kanpo.parcels._attributes import attribute_factors
from kanpo.parcels.tables import read_office_table
from kanpo.reading import Area, Lot, lot_key, place_key, read_area, read_day, read_lot, read_number
from kanpo.schema import RECORD_KINDS, check_records, read_value
from kanpo.sites._values import written_number
from tests.e2e.conftest import Kanpo

FILES = Path(__file__).parent / "files"
HEAD = {
    "id": "農地台帳番号",
    "settlement": "大字",
    "lot": "地番",
    "area": "面積(㎡)",
    "day": "利用状況調査日",
    "state": "遊休農地区分",
}
COLUMNS = ("settlement", "lot_number", "registered_area_m2", "survey_date", "idle_class", "devastation_class")
Rows = list[dict[str, str]]
Read = list[dict[str, object]]

FULL_WIDTH = str.maketrans("0123456789-.,/", "０１２３４５６７８９－．，／")


def _same(value: object) -> object:
    return None if value is None or (isinstance(value, float) and math.isnan(value)) else value


def _frame(frame: pd.DataFrame) -> Read:
    return [{key: _same(row[key]) for key in COLUMNS} for row in frame.to_dict("records")]


def by_csv(folder: Path, rows: Rows) -> Read:
    path = folder / "台帳.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(
            [list(HEAD.values()), *([row.get(key, "") for key in HEAD] for row in rows)]
        )
    return _frame(read_office_table(path).rows)


def by_workbook(folder: Path, rows: Rows) -> Read:
    book = openpyxl.Workbook()
    for cells in [list(HEAD.values()), *([row.get(key, "") for key in HEAD] for row in rows)]:
        book.active.append(cells)
    book.save(folder / "台帳.xlsx")
    return _frame(read_office_table(folder / "台帳.xlsx").rows)


def by_map(folder: Path, rows: Rows) -> Read:
    """A GeoJSON whose properties are called as the columns of the table are."""
    features = [
        {
            "type": "Feature",
            "properties": {HEAD[key]: value for key, value in row.items() if key != "id"} | {"id": f"P{at}"},
            "geometry": shapely.geometry.mapping(
                shapely.box(139.8 + at / 1e3, 38.7, 139.8003 + at / 1e3, 38.7003)
            ),
        }
        for at, row in enumerate(rows)
    ]
    path = folder / "筆.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False))
    return _read_map(path)


def _read_map(path: Path) -> Read:
    with read_parcels(path) as reader:
        return _frame(pd.concat([pd.DataFrame(chunk.frame.drop(columns="geometry")) for chunk in reader]))


DOORS: tuple[Callable[[Path, Rows], Read], ...] = (by_csv, by_workbook, by_map)


def through_all(row: dict[str, str]) -> dict[str, object]:
    """What every door says of a row, which has to be the same."""
    with tempfile.TemporaryDirectory() as folder:
        read = [door(Path(folder), [{"settlement": "架空沢", "lot": "1"} | row]) for door in DOORS]
    first = read[0]
    assert len(first) == 1 and all(found == first for found in read), read
    return first[0]


# --- the five rows


def test_the_same_five_rows_read_alike_from_a_map_a_csv_and_a_workbook(tmp_path: Path) -> None:
    received = FILES / "register.geojson"
    properties = [feature["properties"] for feature in json.loads(received.read_text())["features"]]
    head = {
        "id": "農地台帳番号",
        "settlement": "大字",
        "lot": "地番",
        "area": "面積",
        "day": "利用状況調査日",
        "state": "遊休農地区分",
    }
    names = (
        "DaichoId",
        "大字",
        "Tiban",
        "AreaOnRegistry",
        "UsageSituationInvestigationDate",
        "UsageSituationInvestigationResult",
    )
    cells = [[str(of[name]) for name in names] for of in properties]
    with (tmp_path / "台帳.csv").open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([list(head.values()), *cells])
    book = openpyxl.Workbook()
    for row in [list(head.values()), *cells]:
        book.active.append(row)
    book.save(tmp_path / "台帳.xlsx")
    maps, table, workbook = (
        _read_map(received),
        _frame(read_office_table(tmp_path / "台帳.csv").rows),
        _frame(read_office_table(tmp_path / "台帳.xlsx").rows),
    )
    assert maps == table == workbook
    assert [row["survey_date"] for row in maps] == ["2021-10-16", "2021-01-05", *["2021-10-16"] * 3]
    assert [round(float(str(row["registered_area_m2"])), 1) for row in maps] == [
        1200,
        1200,
        1200,
        1190.1,
        1200,
    ]
    assert {row["idle_class"] for row in maps} == {"1"}


def test_the_join_and_the_table_agree_which_lots_are_the_same() -> None:
    outlines = gpd.read_file(FILES / "outlines.geojson").rename(
        columns={"id": "parcel_id", "大字": "settlement", "地番": "lot_number"}
    )
    table = read_office_table(FILES / "register_rows.csv").rows.rename(columns={"parcel_id": "register_id"})
    register = gpd.GeoDataFrame(table, geometry=[None] * len(table), crs=6668)
    links = join_register(outlines.to_crs(6668), register)
    assert links["parcel_id"].tolist() == ["P0", "P1", "P2"] and set(links["reason"]) == {"no_pin"}


def test_kana_and_stems_find_their_outline_and_neighbours_do_not() -> None:
    outlines = gpd.read_file(FILES / "lots_kana.geojson").rename(
        columns={"筆ID": "parcel_id", "大字": "settlement", "地番": "lot_number"}
    )
    table = read_office_table(FILES / "register_kana.csv")
    assert not table.rejected
    rows = table.rows.rename(columns={"parcel_id": "register_id"})
    links = join_register(
        outlines.to_crs(6668), gpd.GeoDataFrame(rows, geometry=[None] * len(rows), crs=6668)
    )
    found = dict(zip(rows["lot_number"], links["parcel_id"], strict=True))
    assert {lot: parcel for lot, parcel in found.items() if parcel is not None} == {
        "6番地ロ": "P000", "7番地のい": "P001", "8ノ辰": "P002", "9番地ル": "P003", "10番地1-2": "P004", "１００１番": "P006", "12番甲": "P007", "20番地－１": "P010",
    }  # fmt: skip


def test_full_addresses_find_their_outline() -> None:
    outlines = gpd.read_file(FILES / "nakazato.geojson").rename(
        columns={"筆ID": "parcel_id", "大字": "settlement", "地番": "lot_number"}
    )
    rows = read_office_table(FILES / "register_full_address.csv").rows.rename(
        columns={"parcel_id": "register_id"}
    )
    links = join_register(
        outlines.to_crs(6668), gpd.GeoDataFrame(rows, geometry=[None] * len(rows), crs=6668)
    )
    assert links["parcel_id"].tolist() == ["T0", "T1", "T2"]
    for words, parcel_id in (
        ("山形県鶴岡市大字中里38番地", "T0"),
        ("中里 39番の1", "T1"),
        ("中里字北40", "T2"),
    ):
        assert find_parcel(outlines, words)["parcel_id"] == parcel_id


def test_the_extract_of_the_registry_has_the_parts_of_its_places() -> None:
    table = read_office_table(FILES / "youyakusho_coowners.csv")
    assert table.rows["lot_number"].map(lot_key).tolist() == ["898-1", "898-2", "899"]
    assert set(table.rows["settlement"]) == {"見本市関本町富士見"}


# --- every kind of value, whatever its spelling


def _width(draw: st.DrawFn, text: str) -> str:
    return text.translate(FULL_WIDTH) if draw(st.booleans()) else text


@st.composite
def days(draw: st.DrawFn) -> tuple[str, date]:
    day = draw(st.dates(date(2019, 5, 1), date(2036, 12, 31)))
    year = day.year - 2018
    form = draw(
        st.sampled_from(
            [
                f"{day}", f"{day:%Y/%m/%d}", f"{day.year}/{day.month}/{day.day}", f"{day:%Y%m%d}", f"{day.year}年{day.month}月{day.day}日",
                f"令和{year}年{day.month}月{day.day}日", f"R{year}.{day.month}.{day.day}", f"R{year:02}{day:%m%d}", f"{day} 00:00:00",
            ]
        )
    )  # fmt: skip
    return _width(draw, form), day


@st.composite
def lots(draw: st.DrawFn) -> tuple[str, str]:
    numbers = draw(st.lists(st.integers(1, 9999), min_size=1, max_size=3))
    sign = draw(st.sampled_from(["", "", "甲", "ロ", "辰", "い"]))
    between = draw(st.sampled_from(["-", "の", "ノ", "番地", "番地の", "番", "−", "ー"]))
    text = between.join(map(str, numbers[:2])) if len(numbers) > 1 else str(numbers[0])
    text += f"-{numbers[2]}" if len(numbers) > 2 else ""
    text += (
        draw(st.sampled_from(["-", "の", "ノ", "番地" if len(numbers) == 1 else "-"])) + sign if sign else ""
    )
    text += "号" if len(numbers) > 1 and not sign and draw(st.booleans()) else ""
    return _width(draw, text), "-".join([*map(str, numbers), *([sign] if sign else [])])


@st.composite
def areas(draw: st.DrawFn) -> tuple[str, float]:
    amount = draw(st.integers(100, 9999))
    form, m2 = draw(
        st.sampled_from(
            [(f"{amount}", amount), (f"{amount:,}", amount), (f"{amount}㎡", amount), (f"{amount}平米", amount), (f"{amount / 100:g}a", amount), (f"{amount / 1e4:g}ha", amount)]
        )
    )  # fmt: skip
    return _width(draw, form), float(m2)


@st.composite
def numbers(draw: st.DrawFn) -> tuple[str, float]:
    value = draw(st.integers(1, 9999)) / draw(st.sampled_from([1, 10]))
    form = draw(
        st.sampled_from(
            [
                f"{value:g}",
                f"{value:,.1f}",
                f" {value:g} ",
                f"{value:g}0" if "." in f"{value:g}" else f"{value:g}",
            ]
        )
    )
    return _width(draw, form), value


STATES = [
    ("1号", "1", None), ("遊休農地（１号）", "1", None), ("1号（緑）", "1", None), ("黄", "1", None), ("2号", "2", None), ("荒廃（Ａ）", None, "A"), ("B分類", None, "B"),
    ("調査中", None, None), ("その他", None, None), ("耕作中", None, None),
]  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(days())
def test_a_day_is_one_day_at_every_door(written: tuple[str, date]) -> None:
    text, day = written
    assert read_day(text) == day
    row = through_all({"day": text})
    assert row["survey_date"] == day.isoformat()
    value, _ = read_value(RECORD_KINDS["visit"].field("parcel_id"), "P1")
    assert value == "P1"
    checked = check_records("observation", _observation(happened_at=text))
    assert checked.good[0].happened_at[:10] == day.isoformat()
    table = Table("a.csv", ("日付",), np.array([[text]], dtype=object))
    assert table.dates("日付")[0].tolist() == [day.isoformat()]


@settings(max_examples=40, deadline=None)
@given(lots())
def test_a_lot_is_one_lot_at_every_door(written: tuple[str, str]) -> None:
    text, key = written
    lot = read_lot(text)
    assert isinstance(lot, Lot) and lot.key == key
    row = through_all({"lot": text})
    assert row["lot_number"] == text and lot_key(row["lot_number"]) == key
    outlines = gpd.GeoDataFrame(
        {"parcel_id": ["P1"], "settlement": ["架空沢"], "lot_number": [key]},
        geometry=[shapely.box(139.8, 38.7, 139.8003, 38.7003)],
        crs=6668,
    )
    register = gpd.GeoDataFrame(
        {"register_id": ["a"], "settlement": ["大字架空沢"], "lot_number": [text]}, geometry=[None], crs=6668
    )
    assert join_register(outlines, register)["parcel_id"].tolist() == ["P1"]
    assert find_parcel(outlines, f"架空沢 {text}")["parcel_id"] == "P1"
    assert find_parcel(outlines, f"山形県鶴岡市大字架空沢{text}")["parcel_id"] == "P1"


@settings(max_examples=40, deadline=None)
@given(areas())
def test_an_area_is_one_area_at_every_door(written: tuple[str, float]) -> None:
    text, m2 = written
    area = read_area(text, "m2")
    assert isinstance(area, Area) and float(area.m2) == pytest.approx(m2)
    assert through_all({"area": text})["registered_area_m2"] == pytest.approx(m2)


@settings(max_examples=60, deadline=None)
@given(numbers())
def test_a_number_is_one_number_at_every_door(written: tuple[str, float]) -> None:
    text, value = written
    table = Table("a.csv", ("x",), np.array([[text]], dtype=object))
    parcels = pd.DataFrame({"parcel_id": ["P"], "attributes": [json.dumps({"elevation_m": text})]})
    observed = check_records("observation", _observation(value=text)).good
    read = {
        "reading": read_number(text),
        "compare": float(table.numbers([0])[0][0, 0]),
        "layer": written_number(text),
        "attribute": float(attribute_factors(parcels).values["elevation_m"].iloc[0]),
        "record": observed[0].body["value"] if observed else math.nan,
    }
    if value > 3776:
        # No place in Japan is as high: said by that door alone.
        read.pop("attribute")
    assert read == pytest.approx(dict.fromkeys(read, value))


@pytest.mark.parametrize("text", ["3,5", "0,5", "１２，５", "nan", "inf", "春"])
def test_what_is_no_certain_number_is_one_at_no_door(text: str) -> None:
    assert isinstance(read_number(text), Problem) and math.isnan(written_number(text))
    table = Table("a.csv", ("x",), np.array([[text]], dtype=object))
    assert math.isnan(table.numbers([0])[0][0, 0])
    assert not check_records("observation", _observation(value=text)).good
    parcels = pd.DataFrame({"parcel_id": ["P"], "attributes": [json.dumps({"elevation_m": text})]})
    assert math.isnan(attribute_factors(parcels).values["elevation_m"].iloc[0])


@pytest.mark.parametrize(("text", "idle", "devastated"), STATES)
def test_a_state_is_one_state_at_every_door(text: str, idle: str | None, devastated: str | None) -> None:
    row = through_all({"state": text})
    assert row["idle_class"] == idle
    if devastated is not None:
        assert row["devastation_class"] == devastated


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from(["山形県鶴岡市", "鶴岡市", ""]),
    st.sampled_from(["大字架空沢", "架空沢", "大字架空沢字上"]),
    lots(),
)
def test_a_place_is_one_place_at_every_door(before: str, settlement: str, lot: tuple[str, str]) -> None:
    text = f"{before}{settlement}{lot[0]}"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "台帳.csv"
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows([["所在地番", "地目"], [text, "畑"]])
        table = read_office_table(path).rows
        feature = {
            "type": "Feature",
            "properties": {"所在地番": text, "id": "P"},
            "geometry": shapely.geometry.mapping(shapely.box(139.8, 38.7, 139.8003, 38.7003)),
        }
        (Path(folder) / "筆.geojson").write_text(
            json.dumps({"type": "FeatureCollection", "features": [feature]})
        )
        mapped = _read_map(Path(folder) / "筆.geojson")
    for place, number in (
        (table["settlement"][0], table["lot_number"][0]),
        (mapped[0]["settlement"], mapped[0]["lot_number"]),
    ):
        assert (place_key(place), lot_key(number)) == ("架空沢", lot[1])


def _observation(**cells: str) -> dict[str, list[str | None]]:
    row = {
        "trial_code": "T1",
        "plot_code": "T1-1",
        "trait": "plant_height_cm",
        "value": "12",
        "happened_at": "2025-05-01",
    } | cells
    return {key: [value] for key, value in row.items()}


# --- headers


def test_records_are_read_under_the_headers_that_people_use() -> None:
    with (FILES / "observations_hizuke.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    columns = {key: [row[key] for row in rows] for key in rows[0]}
    columns["試験"] = ["TK-2024"]
    (record,) = check_records("observation", columns).good
    assert record.happened_at == "2024-08-01" and record.actor == "A"
    assert record.body["plot_code"] == "TK-2024-101" and record.body["trait"] == "plant_height_cm"


@pytest.mark.parametrize("header", ["土壌pH", "土壌pH(H2O)", "土壌ｐＨ（H2O）", "soil_ph"])
@pytest.mark.parametrize("day", ["調査日", "行った日", "日 付", "年月日"])
def test_a_visit_has_many_names_for_its_columns(header: str, day: str) -> None:
    (record,) = check_records("visit", {"筆ID": ["P1"], header: ["6.1"], day: ["R6.9.2"]}).good
    assert record.body["soil_ph"] == 6.1 and record.happened_at == "2024-09-02"


def test_a_part_of_a_number_is_not_the_lot() -> None:
    parcels = gpd.GeoDataFrame(
        {"parcel_id": ["A", "B"], "settlement": ["笹音"] * 2, "lot_number": ["132-1", "1132"]}
    )
    with pytest.raises(UsageError):
        find_parcel(parcels, "笹音 132", exact=True)


def test_records_name_a_parcel_by_its_place(field_sample: tuple[Kanpo, Path]) -> None:
    kanpo, project = field_sample
    row = json.loads(kanpo("parcels", "list", "--project", project, "--limit", 1, "--json").out)[0]
    table = Path("現地.csv")
    table.write_text(
        f"行った日,記録者,大字,地番,排水,土壌pH(H2O)\nR6.9.2,田中,大字{row['settlement']},{row['lot_number']}番地,良,6.1\nR6.9.2,田中,架空のまた架空,99,良,6.1\n",
        encoding="utf-8-sig",
    )
    said = kanpo("records", "import", table, "--project", project)
    assert "記録 1" in said.err and "差戻し 1" in said.err and "3行目" in said.err
    place = f"{row['settlement']} {row['lot_number']}"
    typed = kanpo(
        "record",
        "visit",
        "--project",
        project,
        "--parcel-id",
        place,
        "--date",
        "R6.9.3",
        "--soil-ph",
        "６．２",
    )
    assert typed.code == 0, typed.err
    visits = json.loads(kanpo("records", "list", "visit", "--project", project, "--json").out)
    assert {visit["parcel_id"] for visit in visits} == {row["parcel_id"]}


def test_growers_come_in_under_headers_of_both_languages(field_sample: tuple[Kanpo, Path]) -> None:
    kanpo, project = field_sample
    assert kanpo("growers", "import", FILES / "growers_mixed.csv", "--project", project).code == 0
    growers = json.loads(kanpo("growers", "list", "--names", "--project", project, "--json").out)
    assert [(one["grower_code"], one["name"], one["phone"]) for one in growers] == [("G77", "山田", "0235")]


def test_states_of_the_published_register_are_states_of_their_own(field_sample: tuple[Kanpo, Path]) -> None:
    kanpo, _ = field_sample
    kanpo("init", "奈良.gpkg")
    assert kanpo("ingest", FILES / "states.geojson", "--project", "奈良.gpkg").code == 0
    for status, count in (
        ("1", 1),
        ("調査中", 1),
        ("調査不可", 1),
        ("その他", 1),
        ("耕作中", 1),
        ("不明", 3),
    ):
        rows = json.loads(
            kanpo("parcels", "list", "--project", "奈良.gpkg", "--status", status, "--json").out
        )
        assert len(rows) == count, status
