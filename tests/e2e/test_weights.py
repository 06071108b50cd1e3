"""A panel's weights, from the empty sheet to the score, as it is typed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import openpyxl
import pytest

from tests.e2e.conftest import Kanpo, digest

FACTORS = ("--factor", "土性", "--factor", "排水", "--factor", "sunlight")
JUDGED = "factor_a,factor_b,甲,乙\nsoil_texture,drainage,1/3,1/2\ndrainage,sunlight,3,4\nsunlight,soil_texture,1,1/2\n"


@pytest.fixture
def judged(tmp_path: Path) -> Path:
    path = tmp_path / "比較.csv"
    path.write_bytes(JUDGED.encode("cp932"))
    return path


def test_from_the_template_to_the_explained_score(kanpo: Kanpo, demo_folder: Path, tmp_path: Path) -> None:
    for name in ("sample.gpkg", "sample.people.sqlite"):
        shutil.copy(demo_folder / name, tmp_path)
    made = kanpo("weights", "template", "--herb", "当帰", *FACTORS, "--judge", "普及員", "--out", "比較.xlsx")
    assert made.code == 0 and made.out.strip() == "比較.xlsx" and "3 要因、3 組" in made.err
    book = openpyxl.load_workbook(tmp_path / "比較.xlsx")
    for row, value in enumerate(("1/3", "3", "1"), 2):
        book["比較"].cell(row, 6).value = value
    book.save(tmp_path / "比較.xlsx")
    judged = kanpo("weights", "judge", "比較.xlsx", "--herb", "当帰", "--out", "重み.csv")
    assert judged.code == 0 and "普及員" in judged.out and "kanpo score --weights 重み.csv" in judged.err
    before = digest(tmp_path / "sample.gpkg")
    tried = kanpo("score", "--herb", "当帰", "--weights", "重み.csv", "--dry-run")
    assert tried.code == 0 and digest(tmp_path / "sample.gpkg") == before
    scored = kanpo("score", "--herb", "当帰", "--weights", "重み.csv")
    assert scored.code == 0 and "重み: 重み.csv (SHA-256 " in scored.err
    assert "重み.csv" in kanpo("status").err
    parcel = json.loads(kanpo("parcels", "list", "--json").out)[0]["parcel_id"]
    told = json.loads(kanpo("explain", parcel, "--herb", "当帰", "--json").out)
    assert told["weights_file"] == "重み.csv" and told["weights_sha256"] == digest(tmp_path / "重み.csv")
    given = {line["factor"]: line["weight"] for line in told["factors"] if line["weight_given"]}
    assert max(given, key=given.__getitem__) == "drainage" and set(given) == {
        "soil_texture",
        "drainage",
        "sunlight",
    }
    again = kanpo("score", "--herb", "当帰")
    assert again.code == 0 and "重みは前と同じ 重み.csv" in again.err, "a panel's weights stay"
    assert json.loads(kanpo("explain", parcel, "--herb", "当帰", "--json").out)["weights_file"] == "重み.csv"
    back = kanpo("score", "--herb", "当帰", "--catalogue-weights")
    assert back.code == 0 and "前は 重み.csv" in back.err
    assert json.loads(kanpo("explain", parcel, "--herb", "当帰", "--json").out)["weights_file"] is None


def test_what_the_panel_comes_to_for_people_and_programs(kanpo: Kanpo, judged: Path) -> None:
    page = kanpo("weights", "judge", judged)
    assert page.code == 0 and "排水" in page.out and "意見が分かれる" in page.out and "何倍か" in page.out
    told = json.loads(kanpo("weights", "judge", judged, "--json").out)
    assert [one["judge"] for one in told["judges"]] == ["甲", "乙"] and told["herb_id"] == "*"
    assert sum(told["group"]["weights"].values()) == pytest.approx(1)
    assert told["judges"][0]["consistency_ratio"] == pytest.approx(0, abs=1e-9)
    lines = kanpo("weights", "judge", judged, "--csv").out.split()
    assert lines[0] == "herb_id,factor,weight" and len(lines) == 4 and lines[1].startswith("*,drainage,")
    english = kanpo("weights", "judge", judged, "--lang", "en")
    assert "pairs that judges dispute" in english.out


def test_bad_answers_are_said_and_the_rest_counts(kanpo: Kanpo, judged: Path, tmp_path: Path) -> None:
    judged.write_text(JUDGED.replace("1,1/2", "10,1月2日"), encoding="utf-8")
    found = kanpo("weights", "judge", judged, "--out", "w.csv", "--dry-run")
    assert found.code == 1 and not (tmp_path / "w.csv").exists()
    assert "比較.csv 4行目 列「甲」 値「10」" in found.err and "「1/2」のつもりなら" in found.err
    judged.write_text(JUDGED.replace("sunlight", "日当たり"), encoding="utf-8")
    assert kanpo("weights", "judge", judged).code == 1
    judged.write_text("factor_a,factor_b,甲\nslope_deg,drainage,\n", encoding="utf-8")
    none = kanpo("weights", "judge", judged, "--out", "w.csv")
    assert none.code == 3 and "評価者が1人もいません" in none.err and not (tmp_path / "w.csv").exists()
    assert kanpo("weights", "judge", "ない.csv").code == 3
    assert kanpo("weights", "judge", judged, "--out", judged).code in (2, 3)


def test_a_sheet_is_never_written_over(kanpo: Kanpo, judged: Path) -> None:
    before = digest(judged)
    assert kanpo("weights", "template", "--herb", "当帰", "--out", judged).code == 3
    judged_again = kanpo("weights", "judge", judged, "--out", judged)
    assert judged_again.code == 3 and digest(judged) == before
    assert kanpo("weights", "template", "--factor", "傾斜", "--out", "x.xlsx").code == 2
    assert kanpo("weights", "template", "--factor", "傾き", "--factor", "排水", "--out", "x.xlsx").code == 2


def test_weights_that_cannot_be_used_leave_the_scores_alone(
    kanpo: Kanpo, demo_folder: Path, tmp_path: Path
) -> None:
    shutil.copy(demo_folder / "sample.gpkg", tmp_path)
    before = digest(tmp_path / "sample.gpkg")
    path = tmp_path / "w.csv"
    path.write_text("herb_id,factor,weight\ntokki,slope_deg,1\n", encoding="utf-8")
    refused = kanpo("score", "--weights", path)
    assert refused.code == 3 and "w.csv 2行目 列「herb_id」 値「tokki」" in refused.err
    assert digest(tmp_path / "sample.gpkg") == before
    path.write_text("herb_id,factor,weight\ntokki,slope_deg,1\n*,slope_deg,1\n", encoding="utf-8")
    assert kanpo("score", "--herb", "当帰", "--weights", path).code == 1
