"""What was sent back can be mended in its file, and that file ingested as it is."""

from __future__ import annotations

import json
from pathlib import Path

from kanpo.parcels import ingest_parcels, write_rejects
from kanpo.parcels._rejects import reject_path
from kanpo.store import Project
from tests.parcels.made_up import collection, feature, polygon, read, read_text, square, texts
from tests.parcels.test_open import METRES


def test_rejects_are_verbatim_with_the_reason(tmp_path: Path) -> None:
    bad = feature(2, None, 大字="架空沢", 数=[1, {"a": None}]) | {"id": 7, "bbox": [1, 2, 3, 4]}
    result = read_text(tmp_path, collection([feature(1), bad]))
    write_rejects(tmp_path / "r.geojson", result.rejects)
    (back,) = json.loads((tmp_path / "r.geojson").read_text(encoding="utf-8"))["features"]
    added = {key: back["properties"].pop(key) for key in ("差戻し理由", "直し方", "コード", "元の番号")}
    assert back == bad
    assert added["コード"] == "parcel.no-geometry" and added["元の番号"] == 2
    assert "形がありません" in added["差戻し理由"] and added["直し方"]


def test_what_is_no_json_comes_back_as_its_text(tmp_path: Path) -> None:
    broken = json.dumps(feature(2), ensure_ascii=False).replace("38.6", "NaN", 1)
    result = read_text(tmp_path, texts([json.dumps(feature(1)), broken]))
    write_rejects(tmp_path / "r.geojson", result.rejects)
    (back,) = json.loads((tmp_path / "r.geojson").read_text(encoding="utf-8"))["features"]
    assert back["geometry"] is None
    assert back["properties"]["原文"] == broken


def test_mended_rejects_are_read_without_what_was_added(tmp_path: Path) -> None:
    result = read_text(tmp_path, collection([feature(1), feature(2, None, 備考="x")]))
    write_rejects(tmp_path / "r.geojson", result.rejects)
    found = json.loads((tmp_path / "r.geojson").read_text(encoding="utf-8"))
    found["features"][0]["geometry"] = polygon(square(2))
    (tmp_path / "r.geojson").write_text(json.dumps(found), encoding="utf-8")
    again = read(tmp_path / "r.geojson")
    assert again.ids == ["A2"]
    assert json.loads(again.frame["attributes"][0]) == {"parcel_id": "A2", "備考": "x"}


def test_rejects_of_a_file_in_metres_keep_its_coordinate_system(project: Project, tmp_path: Path) -> None:
    """Otherwise the mended file would be taken for degrees."""
    bow_tie = [METRES[0], METRES[2], METRES[1], METRES[3], METRES[0]]
    path = tmp_path / "筆.geojson"
    path.write_text(collection([feature(1, polygon(bow_tie))]), encoding="utf-8")
    report = ingest_parcels(project, path, crs="EPSG:6678")
    assert report.rejects is not None and report.batch.rejected == 1
    mended = report.rejects.read_text(encoding="utf-8").replace(json.dumps(bow_tie), json.dumps(METRES))
    sent_back = json.loads(mended)
    sent_back["features"][0]["geometry"] = polygon(METRES)
    report.rejects.write_text(json.dumps(sent_back), encoding="utf-8")
    again = ingest_parcels(project, report.rejects)
    assert (again.batch.stored, again.batch.rejected) == (1, 0)


def test_rejects_of_rejects_get_a_file_of_their_own() -> None:
    first = reject_path(Path("x/筆.geojson"))
    assert first.name == "筆_差戻し.geojson"
    assert reject_path(first).name == "筆_差戻し_2.geojson"
    assert reject_path(reject_path(first)).name == "筆_差戻し_3.geojson"


def test_a_dry_run_counts_the_same_and_writes_nothing(project: Project, tmp_path: Path) -> None:
    path = tmp_path / "筆.geojson"
    path.write_text(collection([feature(1), feature(2, None), feature(1)]), encoding="utf-8")
    dry = ingest_parcels(project, path, dry_run=True)
    assert dry.rejects is None and not (tmp_path / "筆_差戻し.geojson").exists()
    real = ingest_parcels(project, path)
    counts = ("read", "stored", "updated", "unchanged", "repeated", "rejected")
    assert [getattr(dry.batch, key) for key in counts] == [getattr(real.batch, key) for key in counts]
    assert [getattr(real.batch, key) for key in counts] == [3, 1, 0, 0, 1, 1]
    assert real.rejects == tmp_path / "筆_差戻し.geojson"


def test_ingesting_again_adds_nothing(project: Project, tmp_path: Path) -> None:
    path = tmp_path / "筆.geojson"
    path.write_text(collection([feature(i) for i in range(4)]), encoding="utf-8")
    assert ingest_parcels(project, path).batch.stored == 4
    again = ingest_parcels(project, path)
    assert again.same_file and (again.batch.stored, again.batch.unchanged) == (0, 4)
    path.write_text(collection([feature(i) for i in (3, 1, 0, 2)]), encoding="utf-8")
    reordered = ingest_parcels(project, path)
    assert (reordered.batch.stored, reordered.batch.updated, reordered.batch.unchanged) == (0, 0, 4)
