"""筆ポリゴン of two years: the newer takes the place of the older, and no record is orphaned."""

from __future__ import annotations

import json
from pathlib import Path

from tests.e2e.conftest import Kanpo


def _field(identity: str, year: int, column: int, width: int = 1, **names: str | None) -> dict[str, object]:
    """A field of 20 m times `width` by 40 m, the `column`-th of a row; neighbours share edges."""
    west, east = (round(139.82 + x * 0.00023, 7) for x in (column, column + width))
    ring = [[west, 38.72], [east, 38.72], [east, 38.72036], [west, 38.72036], [west, 38.72]]
    properties = {
        "polygon_uuid": identity,
        "land_type": 200,
        "issue_year": year,
        "local_government_cd": "062031",
    }
    geometry = {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "properties": properties | names, "geometry": geometry}


def _write(path: Path, features: list[dict[str, object]]) -> Path:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def test_a_newer_year_replaces_the_older_and_keeps_its_records(kanpo: Kanpo, tmp_path: Path) -> None:
    kanpo("init", "町.gpkg")
    old = [_field(f"a{i}", 2024, 2 * i, 2) for i in range(12)]
    assert kanpo("ingest", _write(tmp_path / "2024_062031.json", old)).code == 0
    assert kanpo("record", "visit", "--parcel-id", "a1", "--soil-ph", "6.1").code == 0
    assert kanpo("record", "visit", "--parcel-id", "a2", "--soil-ph", "5.2").code == 0
    assert (
        kanpo("trials", "create", "T1", "--herb", "toki", "--parcel", "a2", "--treatments", "標準").code == 0
    )
    new = [
        _field("b0", 2025, 0, 2, last_polygon_uuid="a0"),
        _field("b1", 2025, 2, 2),  # its id is lost: found by the land
        _field("b2", 2025, 4, 1, last_polygon_uuid="a2"),  # a2 was split
        _field("b3", 2025, 5, 1, last_polygon_uuid="a2"),
        _field("b4", 2025, 6, 4),  # a3 and a4 were merged
        *(_field(f"c{i}", 2025, 2 * i, 2, last_polygon_uuid=f"a{i}") for i in range(5, 12)),
        _field("n1", 2025, 30, 2),
    ]
    said = kanpo("ingest", _write(tmp_path / "2025_062031.json", new), "--json")
    assert said.code == 0, said.err
    assert "分割 1 筆" in said.err and "統合 2 筆" in said.err and "新規 1 筆" in said.err
    status = json.loads(kanpo("status", "--json").out)
    assert status["parcels"] == len(new), "the older year is out of the way"
    after = json.loads(kanpo("parcels", "lineage", "a2", "--json").out)["descendants"]
    assert {row["parcel_id"] for row in after} == {"b2", "b3"}
    before = json.loads(kanpo("parcels", "lineage", "b4", "--json").out)["ancestors"]
    assert {row["parcel_id"] for row in before} == {"a3", "a4"}
    assert "b2" in kanpo("parcels", "lineage", "a2").out
    assert kanpo("score", "--herb", "toki").code == 0
    for parcel, value in (("b1", 6.1), ("b2", 5.2), ("b3", 5.2)):
        lines = json.loads(kanpo("explain", parcel, "--herb", "toki", "--json").out)["factors"]
        (ph,) = [line for line in lines if line["factor"] == "soil_ph"]
        assert ph["value"] == value and ph["source"].startswith("visit:")
    asked = kanpo("explain", "a2", "--herb", "toki")
    assert asked.code == 2 and "b2" in asked.err and "b3" in asked.err
    assert (
        kanpo("record", "observation", "--plot-code", "T1-01", "--trait", "草丈", "--value", "12").code == 0
    )
    assert kanpo("record", "visit", "--parcel-id", "a1", "--soil-ph", "6.4").code == 0, (
        "a late note from paper"
    )
    assert kanpo("verify").code == 0
    again = json.loads(kanpo("ingest", "2025_062031.json", "--json").out)
    assert again[0]["stored"] == 0
    assert json.loads(kanpo("status", "--json").out)["parcels"] == len(new)


def test_a_file_of_a_part_retires_only_what_it_covers(kanpo: Kanpo, tmp_path: Path) -> None:
    kanpo("init", "町.gpkg")
    kanpo("ingest", _write(tmp_path / "2024.json", [_field(f"a{i}", 2024, i) for i in range(10)]))
    part = [_field("b0", 2025, 0, last_polygon_uuid="a0")]
    said = kanpo("ingest", _write(tmp_path / "2025.json", part))
    assert said.code == 0 and "一部だけのファイル" in said.err
    ids = {row["parcel_id"] for row in json.loads(kanpo("parcels", "list", "--json").out)}
    assert ids == {"b0", *(f"a{i}" for i in range(1, 10))}


def test_a_dry_run_of_a_newer_year_changes_nothing(kanpo: Kanpo, tmp_path: Path) -> None:
    kanpo("init", "町.gpkg")
    kanpo("ingest", _write(tmp_path / "2024.json", [_field(f"a{i}", 2024, i) for i in range(10)]))
    new = [_field(f"b{i}", 2025, i, last_polygon_uuid=f"a{i}") for i in range(10)]
    kanpo("ingest", _write(tmp_path / "2025.json", new), "--dry-run")
    ids = {row["parcel_id"] for row in json.loads(kanpo("parcels", "list", "--json").out)}
    assert ids == {f"a{i}" for i in range(10)}


def test_a_parcel_that_was_sent_back_and_mended_later_is_linked_to_what_it_was(
    kanpo: Kanpo, tmp_path: Path
) -> None:
    kanpo("init", "町.gpkg")
    kanpo("ingest", _write(tmp_path / "2024.json", [_field(f"a{i}", 2024, 2 * i, 2) for i in range(12)]))
    assert kanpo("record", "visit", "--parcel-id", "a1", "--soil-ph", "6.1").code == 0
    new = [_field(f"b{i}", 2025, 2 * i, 2, last_polygon_uuid=f"a{i}") for i in range(12)]
    whole = new[1]["geometry"]
    new[1]["geometry"] = None
    assert kanpo("ingest", _write(tmp_path / "2025.json", new)).code == 1
    gone = json.loads(kanpo("parcels", "lineage", "a1", "--json").out)["descendants"]
    assert not [row for row in gone if row["kind"] != "gone"]
    rejects = tmp_path / "2025_差戻し.geojson"
    mended = json.loads(rejects.read_text(encoding="utf-8"))
    mended["features"][0]["geometry"] = whole
    rejects.write_text(json.dumps(mended), encoding="utf-8")
    assert kanpo("ingest", rejects.name).code == 0
    after = json.loads(kanpo("parcels", "lineage", "a1", "--json").out)["descendants"]
    assert [(row["parcel_id"], row["kind"]) for row in after] == [("b1", "same")]
    shown = json.loads(kanpo("parcels", "show", "b1", "--json").out)
    assert [(row["kind"], row["parcel_id"]) for row in shown["records"]] == [("visit", "a1")]


def test_records_and_trials_of_an_old_id_are_shown_with_its_successor(kanpo: Kanpo, tmp_path: Path) -> None:
    kanpo("init", "町.gpkg")
    kanpo("ingest", _write(tmp_path / "2024.json", [_field(f"a{i}", 2024, 2 * i, 2) for i in range(12)]))
    kanpo("record", "visit", "--parcel-id", "a3", "--soil-ph", "6.1")
    kanpo("trials", "create", "T1", "--herb", "toki", "--parcel", "a3", "--treatments", "標準")
    new = [_field(f"b{i}", 2025, 2 * i, 2, last_polygon_uuid=f"a{i}") for i in range(12)]
    kanpo("ingest", _write(tmp_path / "2025.json", new))
    shown = json.loads(kanpo("parcels", "show", "b3", "--json").out)["records"]
    assert {row["kind"] for row in shown} >= {"visit", "trial"}
    assert "a3" in kanpo("parcels", "show", "b3").out
