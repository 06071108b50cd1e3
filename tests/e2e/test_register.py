"""Outlines of every format, pins and office tables: in as they come, joined, and decided by a person."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import geopandas as gpd
import openpyxl
import pytest

from tests.conftest import parcels_frame
from tests.e2e.conftest import Kanpo

FILES = Path(__file__).parents[1] / "parcels" / "files"


def _outlines(count: int = 12) -> gpd.GeoDataFrame:
    frame = parcels_frame(count)
    return gpd.GeoDataFrame(frame[["parcel_id", "settlement", "lot_number", "geometry"]], crs=6668)


def _write(frame: gpd.GeoDataFrame, path: Path) -> Path:
    if path.suffix == ".parquet":
        frame.to_parquet(path)
    elif path.suffix == ".shp":
        frame.to_file(path, driver="ESRI Shapefile", engine="pyogrio", encoding="CP932")
        path.with_suffix(".cpg").unlink(missing_ok=True)
    else:
        drivers = {".gpkg": "GPKG", ".fgb": "FlatGeobuf", ".geojson": "GeoJSON"}
        frame.to_file(path, driver=drivers[path.suffix], layer="fields", engine="pyogrio")
    return path


@pytest.mark.parametrize("suffix", [".geojson", ".gpkg", ".fgb", ".shp", ".parquet"])
def test_outlines_come_in_from_every_format_under_any_name(kanpo: Kanpo, tmp_path: Path, suffix: str) -> None:
    kanpo("init", "町.gpkg")
    (tmp_path / "in").mkdir()
    path = _write(_outlines().to_crs(6678), tmp_path / "in" / f"fields{suffix}")
    if suffix in (".fgb", ".parquet"):
        path = path.rename(path.with_suffix(".dat"))
    said = kanpo("ingest", path, "--json", "--project", tmp_path / "町.gpkg")
    assert said.code == 0, said.err
    (counts,) = json.loads(said.out)
    assert (counts["read"], counts["stored"]) == (12, 12)
    shown = json.loads(kanpo("parcels", "show", "P3", "--json", "--project", tmp_path / "町.gpkg").out)
    assert shown["settlement"] == "架空沢"
    assert shown["area_m2"] == pytest.approx(870, rel=0.02)


def test_a_zip_of_several_municipalities_comes_in_file_by_file(kanpo: Kanpo, tmp_path: Path) -> None:
    kanpo("init", "町.gpkg")
    one, two = _outlines(3), _outlines(6).iloc[3:]
    with zipfile.ZipFile(tmp_path / "2025.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("2025_062031.json", one.to_json())
        archive.writestr("folder/2025_062032.json", two.to_json())
        archive.writestr("__MACOSX/._2025_062031.json", b"\0litter")
        archive.writestr("../../evil.json", parcels_frame(1).iloc[:0][["parcel_id", "geometry"]].to_json())
    said = kanpo("ingest", "2025.zip", "--json")
    assert said.code == 3, "the empty file in it is said"
    assert not (tmp_path.parent / "evil.json").exists()
    with zipfile.ZipFile(tmp_path / "2025.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("2025_062031.json", one.to_json())
        archive.writestr("folder/2025_062032.json", two.to_json())
        archive.writestr("__MACOSX/._2025_062031.json", b"\0litter")
    said = kanpo("ingest", "2025.zip", "--json")
    assert said.code == 0, said.err
    assert [row["read"] for row in json.loads(said.out)] == [3, 3]


def test_a_zip_bomb_is_refused(kanpo: Kanpo, tmp_path: Path) -> None:
    kanpo("init", "町.gpkg")
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.json", b"0" * 50_000_000)
    assert kanpo("ingest", "bomb.zip").code == 3


def test_real_pins_come_in_and_say_how_old_their_survey_is(kanpo: Kanpo, tmp_path: Path) -> None:
    kanpo("init", "奈良.gpkg")
    said = kanpo("ingest", FILES / "emaff_nara_11.geojson", "--json")
    assert said.code == 0, said.err
    (counts,) = json.loads(said.out)
    assert (counts["read"], counts["stored"]) == (11, 11)
    links = json.loads(kanpo("parcels", "links", "--json").out)
    assert len(links) == 11 and {row["kind"] for row in links} == {"alone"}


def _ledger(path: Path, rows: list[tuple[object, ...]]) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["令和7年度 利用状況調査(見本)"])
    sheet.append(["大字", "地番", "地目", "面積(㎡)", "荒廃農地区分", "調査年月日"])
    for row in rows:
        sheet.append(list(row))
    sheet.append(["合計", "", "", "2600", "", ""])
    book.save(path)


def test_an_office_table_gives_parcels_their_status(kanpo: Kanpo, tmp_path: Path) -> None:
    kanpo("init", "町.gpkg")
    kanpo("ingest", _write(_outlines(), tmp_path / "筆.geojson"))
    _ledger(
        tmp_path / "調査.xlsx",
        [
            ("架空沢", "１－１", "畑", "８７０", "A分類", "令和7年8月1日"),
            ("架空沢", "2-1", "畑", "870", "B分類", "R7.8.1"),
            ("架空沢", "3-1", "畑", "たくさん", "A分類", "R7.8.1"),
            ("架空沢", "99-1", "畑", "500", "A分類", "R7.8.1"),
        ],
    )
    said = kanpo("ingest", "調査.xlsx", "--json")
    assert said.code == 1, said.err
    (counts,) = json.loads(said.out)
    assert (counts["read"], counts["stored"], counts["rejected"]) == (4, 3, 1)
    sheet = openpyxl.load_workbook(tmp_path / "調査_差戻し.xlsx").active
    header, bad = ([cell.value for cell in row] for row in sheet.iter_rows())
    assert dict(zip(header, bad, strict=True))["面積(㎡)"] == "たくさん"
    assert bad[header.index("差戻し理由")]
    sheet.cell(2, header.index("面積(㎡)") + 1).value = "870"
    sheet.parent.save(tmp_path / "調査_差戻し.xlsx")
    mended = json.loads(kanpo("ingest", "調査_差戻し.xlsx", "--json").out)
    assert (mended[0]["read"], mended[0]["stored"], mended[0]["rejected"]) == (1, 1, 0)
    listed = {row["parcel_id"]: row for row in json.loads(kanpo("parcels", "list", "--json").out)}
    assert listed["P1"]["devastation_class"] == "A"
    assert listed["P2"]["devastation_class"] == "B"
    assert listed["P4"]["devastation_class"] is None
    links = {row["register_id"]: row for row in json.loads(kanpo("parcels", "links", "--json").out)}
    assert len(links) == 4
    alone = next(row for row in links.values() if row["parcel_id"] is None)
    assert kanpo("ingest", "調査.xlsx", "--json").code == 1
    decided = kanpo("record", "link_decision", "--register-id", alone["register_id"], "--parcel-id", "P7")
    assert decided.code == 0, decided.err
    kanpo("ingest", _write(_outlines(13), tmp_path / "筆2.geojson"))
    again = {row["register_id"]: row for row in json.loads(kanpo("parcels", "links", "--json").out)}
    assert again[alone["register_id"]]["parcel_id"] == "P7"
    assert again[alone["register_id"]]["kind"] == "decision"
    listed = {row["parcel_id"]: row for row in json.loads(kanpo("parcels", "list", "--json").out)}
    assert listed["P7"]["devastation_class"] == "A"
    assert kanpo("parcels", "links", "--doubtful").code == 0


def test_a_fifo_or_a_folder_never_hangs(kanpo: Kanpo, tmp_path: Path) -> None:
    import os

    kanpo("init", "町.gpkg")
    os.mkfifo(tmp_path / "pipe")
    assert kanpo("ingest", "pipe").code == 3


def test_a_mapping_of_columns_is_given_once(kanpo: Kanpo, tmp_path: Path) -> None:
    kanpo("init", "町.gpkg")
    kanpo("ingest", _write(_outlines(), tmp_path / "筆.geojson"))

    def odd(name: str, lot: str) -> Path:
        book = openpyxl.Workbook()
        book.active.append(["大字", "独自の番号", "地目", "面積(㎡)", "荒廃農地区分"])
        book.active.append(["架空沢", lot, "畑", 870, "A分類"])
        book.save(tmp_path / name)
        return tmp_path / name

    assert kanpo("ingest", odd("一.xlsx", "1-1"), "--map", "lot_number=独自の番号").code == 0
    said = kanpo("ingest", odd("二.xlsx", "2-1"), "--json")
    assert said.code == 0, said.err
    listed = {row["parcel_id"]: row for row in json.loads(kanpo("parcels", "list", "--json").out)}
    assert [listed[key]["devastation_class"] for key in ("P1", "P2", "P3")] == ["A", "A", None]


def test_a_pin_without_an_outline_is_scored_and_mapped_until_its_outline_comes(
    kanpo: Kanpo, tmp_path: Path
) -> None:
    pin = {
        "type": "Feature",
        "properties": {
            "DaichoId": "D1",
            "Tiban": "7-2",
            "Address": "山形県鶴岡市架空沢7-2",
            "ShikuchosonCode": "062031",
            "AreaOnRegistry": 900,
            "ClassificationOfLandCodeName": "畑",
            "UsageSituationInvestigationResult": 1,
            "UsageSituationInvestigationDate": "2025-08-01",
        },
        "geometry": {"type": "Point", "coordinates": [139.9, 38.7]},
    }
    nowhere = {**pin, "properties": {**pin["properties"], "DaichoId": "D2"}, "geometry": None}
    (tmp_path / "ピン.geojson").write_text(
        json.dumps({"type": "FeatureCollection", "features": [pin, nowhere]}), encoding="utf-8"
    )
    kanpo("init", "町.gpkg")
    said = kanpo("ingest", "ピン.geojson")
    assert "形がないもの 1" in said.err, said.err
    (row,) = json.loads(kanpo("parcels", "list", "--json").out)
    assert (row["parcel_id"], row["located_by"], row["idle_class"]) == ("pin-D1", "pin", "1")
    shown = json.loads(kanpo("parcels", "show", "pin-D1", "--json").out)
    assert shown["area_m2"] == 900 and shown["wkt"].startswith("POLYGON")
    assert kanpo("record", "visit", "--parcel-id", "pin-D1", "--soil-ph", "6.3").code == 0
    assert kanpo("score", "--herb", "toki").code == 0
    assert "6.3" in kanpo("explain", "pin-D1", "--herb", "toki").out
    assert kanpo("map", "--out", "地図.html").code == 0
    outline = (
        parcels_frame()
        .iloc[[0]]
        .assign(parcel_id="F1", settlement="架空沢", lot_number="7-2", registered_area_m2=900.0)
    )
    kanpo("ingest", _write(outline.to_crs(6668), tmp_path / "筆.geojson"))
    assert [row["parcel_id"] for row in json.loads(kanpo("parcels", "list", "--json").out)] == ["F1"]
    assert kanpo("score", "--herb", "toki").code == 0
    lines = json.loads(kanpo("explain", "F1", "--herb", "toki", "--json").out)["factors"]
    (ph,) = [line for line in lines if line["factor"] == "soil_ph"]
    assert ph["value"] == 6.3, "the visit to the pin counts for the outline"
    asked = kanpo("explain", "pin-D1", "--herb", "toki")
    assert asked.code == 2 and "F1" in asked.err
    assert kanpo("verify").code == 0
