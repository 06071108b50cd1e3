"""Two people with a copy each, a wreck, and the zip at the end of the season, as it is typed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.e2e.conftest import Kanpo, digest
from tests.e2e.test_bad_input import collection, feature


@pytest.fixture
def copies(kanpo: Kanpo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """An office's project with a trial, and a colleague's copy; both wrote one height of a plot."""
    here, there = tmp_path / "町.gpkg", tmp_path / "同僚.gpkg"
    monkeypatch.setenv("KANPO_PROJECT", str(here))
    assert kanpo("init", here).code == 0
    (tmp_path / "筆.geojson").write_text(
        collection([feature(1, properties={"parcel_id": "A1"})]), encoding="utf-8"
    )
    assert kanpo("ingest", tmp_path / "筆.geojson").code == 0
    words = (
        "--herb",
        "toki",
        "--parcel",
        "A1",
        "--treatments",
        "標準",
        "--replicates",
        "2",
        "--plot-size",
        "1x1",
    )
    assert kanpo("trials", "create", "T1", *words).code == 0
    shutil.copy(here, there)
    for path, value in ((here, 30), (there, 36)):
        said = kanpo(*_height(value), "--project", path)
        assert said.code == 0, said.err
    return here, there


def _height(value: int) -> tuple[object, ...]:
    place = ("--trial-code", "T1", "--plot-code", "T1-01", "--date", "2025-06-01")
    return ("record", "observation", *place, "--trait", "plant_height_cm", "--value", value)


def test_merging_says_what_came_and_what_contradicts(kanpo: Kanpo, copies: tuple[Path, Path]) -> None:
    here, there = copies
    before = digest(here), digest(there)
    told = json.loads(kanpo("merge", there, "--dry-run", "--json").out)
    assert (digest(here), digest(there)) == before
    said = kanpo("merge", there)
    assert said.code == 0 and "1 件の記録を合わせました" in said.err and "食い違う値が 1 組" in said.err
    assert told["added"] == 1 and len(told["conflicts"]) == 2
    assert digest(there) == before[1]
    assert here.with_name("町.before-merge.backup").exists()
    assert "0 件の記録を合わせました" in kanpo("merge", there).err
    assert "食い違ったままの値が 2 個あり、上の平均に入れていません" in kanpo("trials", "summary", "T1").err
    listed = json.loads(kanpo("records", "conflicts", "--json").out)
    assert {row["says"] for row in listed} == {"value=30.0", "value=36.0"}
    right = next(row for row in listed if row["says"] == "value=36.0")
    decided = kanpo("records", "resolve", right["conflict"], "--keep", right["record_id"], "--reason", "野帳")
    assert decided.code == 0
    assert "食い違った" not in kanpo("trials", "summary", "T1").err
    assert json.loads(kanpo("records", "conflicts", "--json").out) == []
    (standing,) = json.loads(kanpo("records", "list", "observation", "--json").out)
    assert standing["record_id"] == right["record_id"]
    assert len(json.loads(kanpo("records", "list", "observation", "--history", "--json").out)) == 3


def test_a_cloned_device_is_exit_4_with_the_way_on(
    kanpo: Kanpo, copies: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = copies
    monkeypatch.setenv("KANPO_DEVICE", "clone")
    kanpo(*_height(40))
    kanpo(*_height(41), "--project", there)
    before = digest(here), digest(there)
    said = kanpo("merge", there)
    assert said.code == 4
    assert "clone" in said.err and "kanpo records import" in said.err
    assert (digest(here), digest(there)) == before


def test_a_wrecked_project_comes_back(kanpo: Kanpo, copies: tuple[Path, Path]) -> None:
    here, _ = copies
    backup = Path(kanpo("backup", "--out", "写し.backup").out.strip())
    seal = kanpo("verify").out
    wreck = here.read_bytes()[:5000]
    here.write_bytes(wreck)
    assert kanpo("verify").code == 5
    assert kanpo("restore", backup, "--dry-run").code == 0
    assert here.read_bytes() == wreck
    assert kanpo("restore", backup).code == 0
    assert kanpo("verify").out == seal
    assert here.with_name("町.before-restore.backup").read_bytes() == wreck
    assert kanpo("restore", here.with_name("町.before-restore.backup")).code in (3, 5)
    assert kanpo("backup", "--thin").code == 0


def test_the_season_ends_in_one_zip(kanpo: Kanpo, copies: tuple[Path, Path], tmp_path: Path) -> None:
    assert kanpo("archive", "保存.txt").code == 2
    assert kanpo("archive", "保存.zip").code == 0
    said = kanpo("verify", "保存.zip")
    assert said.code == 0 and said.out == kanpo("verify").out and "zip 全体の封印" in said.err
    content = bytearray((tmp_path / "保存.zip").read_bytes())
    content[len(content) // 2] ^= 0xFF
    (tmp_path / "保存.zip").write_bytes(content)
    assert kanpo("verify", "保存.zip").code in (3, 5)


def test_what_is_missing_today_is_listed(kanpo: Kanpo, copies: tuple[Path, Path]) -> None:
    (row,) = json.loads(kanpo("records", "missing", "--date", "2025/6/1", "--json").out)
    assert (row["plot_code"], row["trait"]) == ("T1-02", "plant_height_cm")
    assert kanpo("records", "missing", "--date", "昨日").code == 2


def test_a_backup_takes_the_files_beside_the_project_along(kanpo: Kanpo, copies: tuple[Path, Path]) -> None:
    here, _ = copies
    assert ".files.zip" not in kanpo("backup", "--out", "一.backup").err
    photos = here.with_name(f"{here.stem}_photos")
    photos.mkdir()
    (photos / "a.jpg").write_bytes(b"0")
    said = kanpo("backup", "--out", "二.backup")
    assert said.code == 0 and "二.files.zip" in said.err
    (photos / "a.jpg").unlink()
    assert kanpo("restore", "二.backup").code == 0
    assert (photos / "a.jpg").read_bytes() == b"0"
