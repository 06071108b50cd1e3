"""Files that an office reads in over the years, in any order: what stands, what stays, who is who."""

from __future__ import annotations

import gzip
import itertools
import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from kanpo.store import Project, verify_project
from tests.e2e.conftest import Kanpo

FOUND = Path(__file__).parents[1] / "parcels" / "files" / "found"
OLD = Path(__file__).parents[1] / "store" / "files" / "project_v5.gpkg.gz"


def _ingest(kanpo: Kanpo, *names: str, code: int = 0) -> list[dict[str, object]]:
    for name in names:
        shutil.copy(FOUND / name, name)
        said = kanpo("ingest", name, "--json")
        assert said.code == code, said.err
    return json.loads(said.out) if said.out else []


def _parcels(kanpo: Kanpo) -> dict[str, dict[str, object]]:
    return {row["parcel_id"]: row for row in json.loads(kanpo("parcels", "list", "--json").out)}


@pytest.fixture(autouse=True)
def _here(kanpo: Kanpo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    kanpo("init", "町.gpkg")


YEARS = ("調査_R3.csv", "調査_R5.csv", "農地台帳.csv", "農地ナビ_2021.geojson")


@pytest.mark.parametrize("order", itertools.permutations(YEARS))
def test_outlines_pins_and_tables_end_alike_in_any_order(kanpo: Kanpo, order: tuple[str, ...]) -> None:
    _ingest(kanpo, "筆.geojson", *order)
    found = list(_parcels(kanpo).values())
    assert [row["lot_number"] for row in found] == ["1-2", "1-3"]
    assert [row["devastation_class"] for row in found] == ["A", "B"]
    assert [row["idle_class"] for row in found] == [None, None]


def test_an_old_file_again_changes_nothing_newer_and_every_year_is_listed(kanpo: Kanpo) -> None:
    _ingest(
        kanpo, "筆.geojson", "農地ナビ_2021.geojson", "調査_R3.csv", "調査_R5.csv", "農地ナビ_2024.geojson"
    )
    before = _parcels(kanpo)
    assert {row["idle_class"] for row in before.values()} == {"1"}
    again = _ingest(kanpo, "調査_R3.csv")
    assert again[0]["unchanged"] == 2 and again[0]["updated"] == 0
    assert _parcels(kanpo) == before
    said = kanpo("parcels", "history", "柴崎", "1-2", "--json")
    told = [(row["as_of"], row["idle_class"], row["devastation_class"]) for row in json.loads(said.out)]
    assert told == [
        *(("2021-09-01", None, None), ("2021-09-01", None, "B")),
        *(("2023-09-01", None, "A"), ("2024-09-01", "1", None)),
    ]
    years = {row["year"]: row for row in json.loads(kanpo("parcels", "history", "--json").out)}
    assert {year: (row["new"], row["restored"]) for year, row in years.items()} == {
        2021: (0, 0),
        2023: (1, 0),
        2024: (0, 0),
    }
    csv = kanpo("parcels", "history", "--by", "settlement", "--csv").out
    assert csv.splitlines()[0].startswith("year,settlement,surveyed") and "柴崎" in csv
    assert kanpo("parcels", "history", "--from", "2021", "--to", "2022").code == 2


def test_a_file_without_a_day_is_assumed_and_stands_below_or_is_said_of_which_day_it_is(kanpo: Kanpo) -> None:
    _ingest(kanpo, "筆.geojson", "農地ナビ_2024.geojson", "調査_R5.csv")
    table = Path("きょうの表.csv")
    table.write_text("大字,地番,地目,荒廃農地分類\n柴崎,1-2,田,B\n", "utf-8-sig")
    said = kanpo("ingest", table)
    assert said.code == 0 and "仮定" in said.err
    assert [row["devastation_class"] for row in _parcels(kanpo).values()] == ["A", "B"]
    assert kanpo("ingest", "--undo", "last").code == 0
    assert kanpo("ingest", table, "--as-of", "R6.9.1").code == 0
    assert [row["devastation_class"] for row in _parcels(kanpo).values()] == ["B", "B"]
    assert kanpo("ingest", table, "--as-of", "いつか").code == 2


def test_what_a_person_decided_stays_when_a_newer_year_of_outlines_comes(kanpo: Kanpo) -> None:
    _ingest(kanpo, "筆.geojson", "農地台帳.csv")
    old, other = _parcels(kanpo)
    assert kanpo("record", "link_decision", "--register-id", "柴崎:1-2", "--parcel-id", other).code == 0
    # A newer year under new ids, of which only the ground is the same.
    outlines = json.loads(Path("筆.geojson").read_text(encoding="utf-8"))
    for feature in outlines["features"]:
        feature["properties"]["issue_year"] = "2025"
        feature["properties"]["polygon_uuid"] = feature["properties"]["polygon_uuid"].replace(
            "0000-", "9999-", 1
        )
    Path("筆2025.geojson").write_text(json.dumps(outlines), encoding="utf-8")
    assert kanpo("ingest", "筆2025.geojson").code == 0
    links = {row["register_id"]: row for row in json.loads(kanpo("parcels", "links", "--json").out)}
    assert links["柴崎:1-2"]["parcel_id"] == other.replace("0000-", "9999-", 1)
    assert links["柴崎:1-2"]["kind"] == "decision" and old not in _parcels(kanpo)


def test_a_number_of_a_file_is_no_identity(kanpo: Kanpo) -> None:
    _ingest(kanpo, "fid_first.geojson", "fid_second_overlapping_boxes.geojson")
    lots = {row["lot_number"]: key for key, row in _parcels(kanpo).items()}
    assert set(lots) == {"1-1", "2-1", "3-1", "51-2", "52-2", "53-2"}
    (again,) = _ingest(kanpo, "fid_second_overlapping_boxes.geojson")
    assert (again["stored"], again["unchanged"]) == (0, 3)
    # The same ground under other numbers of a new export is the same parcels; what it adds is kept.
    outlines = json.loads(Path("fid_first.geojson").read_text(encoding="utf-8"))
    for number, feature in enumerate(reversed(outlines["features"]), start=1):
        feature["properties"] |= {"fid": number, "地目": "田"}
    Path("書き出し.geojson").write_text(json.dumps(outlines), encoding="utf-8")
    (other,) = json.loads(kanpo("ingest", "書き出し.geojson", "--json").out)
    assert (other["stored"], other["updated"]) == (0, 3)
    now = _parcels(kanpo)
    assert {row["lot_number"]: key for key, row in now.items()} == lots
    assert now[lots["1-1"]]["land_type"] == "paddy"


def test_the_outline_before_stays_when_one_is_redrawn(kanpo: Kanpo, tmp_path: Path) -> None:
    _ingest(kanpo, "fid_first.geojson")
    outlines = json.loads(Path("fid_first.geojson").read_text(encoding="utf-8"))
    ring = outlines["features"][0]["geometry"]["coordinates"][0]
    ring[1][0] = ring[2][0] = 139.82068
    Path("直し.geojson").write_text(json.dumps(outlines), encoding="utf-8")
    (counts,) = json.loads(kanpo("ingest", "直し.geojson", "--json").out)
    assert counts["updated"] == 1
    with Project.open(tmp_path / "町.gpkg") as project:
        former = project.imported.former_parcels()
    assert former["parcel_id"].tolist() == ["1"]


def test_equal_outlines_of_one_file_are_named(kanpo: Kanpo) -> None:
    (counts,) = _ingest(kanpo, "same_outline_twice.geojson", code=1)
    said = kanpo("ingest", "same_outline_twice.geojson", "--dry-run")
    for second in (2, 3, 4):
        assert f"1番目と{second}番目は同じ筆です" in said.err
    assert (counts["stored"], counts["repeated"], counts["rejected"], counts["unchanged"]) == (1, 2, 1, 0)


def test_the_land_registrys_map_names_outlines_and_bears_register_rows(kanpo: Kanpo, tmp_path: Path) -> None:
    said = kanpo("ingest", FOUND / "moj_arbitrary.geojson")
    assert said.code == 3 and "任意座標系" in said.err
    (counts,) = _ingest(kanpo, "moj_city.geojson")
    assert (counts["read"], counts["stored"], counts["source"]) == (6, 6, "registry_map")
    assert _ingest(kanpo, "moj_city.geojson")[0]["unchanged"] == 6
    _ingest(kanpo, "register_for_moj.csv")
    assert {row["lot_number"]: row["land_type"] for row in _parcels(kanpo).values()} == {
        "11": "paddy",
        "12": "field",
        "13": "field",
    }
    # Outlines of the ministry come: they get their numbers, and the rows go to them.
    city = json.loads(Path("moj_city.geojson").read_text(encoding="utf-8"))["features"]
    features = [
        {
            "type": "Feature",
            "properties": {"polygon_uuid": f"u{i}", "land_type": "100", "issue_year": "2025"},
            "geometry": city[i]["geometry"],
        }
        for i in (0, 1, 4)
    ]
    collection = {"type": "FeatureCollection", "features": features}
    Path("筆2.geojson").write_text(json.dumps(collection), encoding="utf-8")
    assert kanpo("ingest", "筆2.geojson").code == 0
    lots = {key: row["lot_number"] for key, row in _parcels(kanpo).items()}
    assert {key: lots[key] for key in ("u0", "u1", "u4")} == {"u0": "11", "u1": "12", "u4": "112-1"}
    links = {
        row["register_id"]: row["parcel_id"] for row in json.loads(kanpo("parcels", "links", "--json").out)
    }
    assert links == {"見本町大字東:11": "u0", "見本町大字東:12": "u1", "見本町大字東:13": None}
    assert "13" in lots.values(), "a lot of the register without an outline stands by the registry's map"


def test_what_is_no_lot_is_kept_apart_and_an_undetermined_boundary_is_marked(
    kanpo: Kanpo, tmp_path: Path
) -> None:
    city = json.loads((FOUND / "moj_city.geojson").read_text(encoding="utf-8"))
    for feature, lot in zip(city["features"], ("道", "水12", "地区外", "別図1", "7+8", "9"), strict=True):
        feature["properties"]["地番"] = lot
    city["features"][5]["properties"]["筆界未定構成筆"] = "9-1,9-2"
    Path("地図.geojson").write_text(json.dumps(city, ensure_ascii=False), encoding="utf-8")
    assert kanpo("ingest", "地図.geojson").code == 0
    with Project.open(tmp_path / "町.gpkg") as project:
        marks = project.imported.boundaries("registry_lot").set_index("lot_number")["mark"].to_dict()
    assert marks == {
        "道": "road",
        "水12": "water",
        "地区外": "outside",
        "別図1": "other_map",
        "7+8": "undetermined",
        "9": "undetermined",
    }


def test_a_parcel_far_from_its_municipality_is_said(kanpo: Kanpo) -> None:
    said = kanpo("ingest", FOUND / "position_against_code.geojson")
    assert "Z2" in said.err and "100km" in said.err and "Z1" not in said.err


def test_a_hole_without_area_is_taken_out_and_the_rest_of_a_file_stays(kanpo: Kanpo) -> None:
    (counts,) = _ingest(kanpo, "collapsed_rings.geojson", code=1)
    assert (counts["stored"], counts["rejected"]) == (2, 3)
    assert {"collapsed-hole", "spike"} <= set(_parcels(kanpo))


def test_received_files_are_kept_compressed_but_not_where_persons_stand_in_them(
    kanpo: Kanpo, tmp_path: Path
) -> None:
    _ingest(kanpo, "筆.geojson", "農地台帳.csv")
    with Project.open(tmp_path / "町.gpkg") as project:
        hashes = project.imported.batches().set_index("file_name")["sha256"]
        assert project.imported.received(hashes["筆.geojson"]) == (FOUND / "筆.geojson").read_bytes()
        assert project.imported.received(hashes["農地台帳.csv"]) is None


def test_a_project_of_the_fifth_version_opens_with_its_register_as_statements(
    kanpo: Kanpo, tmp_path: Path
) -> None:
    old = tmp_path / "old.gpkg"
    old.write_bytes(gzip.decompress(OLD.read_bytes()))
    with Project.open(old, write=True) as project:
        said = project.imported.statements(places=False)
        assert len(said) == len(project.imported.register()) == 4
        assert set(said["as_of"]) == {"2021-09-01", "2023-09-01"} and set(said["as_of_basis"]) == {"own"}
    assert verify_project(old) == []
    links = json.loads(kanpo("parcels", "links", "--json", "--project", old).out)
    assert {row["confidence"] for row in links} == {"high"}
    with closing(sqlite3.connect(old)) as connection:
        first = connection.execute("SELECT batch_id FROM batches ORDER BY fid").fetchone()[0]
    refused = kanpo("ingest", "--undo", first, "--project", old)
    assert refused.code != 0 and "取り消" in refused.err
