"""Mistakes that people make at the command line: each has a message of its own that says how to mend it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.e2e.conftest import SAMPLE, Kanpo

TABLE = "区,品種,反復,収量\n1,甲,1,10\n2,乙,1,12\n3,甲,2,11\n4,乙,2,14\n"
RCBD = ("--design", "rcbd", "--treatment", "品種", "--block", "反復", "--trait", "収量")
POINT = '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},"geometry":null}]}'


@pytest.fixture
def folder(demo_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("sample.gpkg", "sample.people.sqlite"):
        shutil.copy(demo_folder / name, tmp_path / name)
    monkeypatch.setenv("KANPO_PROJECT", str(tmp_path / "sample.gpkg"))
    (tmp_path / "t.csv").write_text(TABLE, encoding="utf-8")
    (tmp_path / "gap.csv").write_text(TABLE.replace("2,乙,1,12", "2,,1,12"), encoding="utf-8")
    (tmp_path / "empty.csv").write_text("年,系統,収量\n2024,,\n", encoding="utf-8")
    (tmp_path / "none.geojson").write_text(POINT, encoding="utf-8")
    (tmp_path / "book.csv").write_text("plot_id,高さ\nX-1,30\n", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("words", "exit_code", "code", "mend"),
    [
        (("analyze", "t.csv", "gap.csv", *RCBD), 2, "analysis.one-file", "--environment"),
        (("analyze", "gap.csv", *RCBD), 1, "analysis.no-level", "埋めて"),
        (
            ("compare", "years", "empty.csv", "--year", "年", "--unit", "系統", "--value", "収量"),
            3,
            "compare.no-values",
            "列の指定",
        ),
        (("layers", "add", SAMPLE / "elevation.tif", "--where", "a=b"), 2, "layer.where-kind", "--where"),
        (
            ("layers", "add", "none.geojson", "--as", "distance", "--map", "road_access_m=distance"),
            3,
            "layer.no-features",
            "点・線・面",
        ),
        (("status", "--project", "ない.gpkg"), 3, "project.missing", "kanpo init"),
        (("init", "町.sqlite"), 2, "project.suffix", "kanpo init 町.gpkg"),
        (("record", "observation", "--trait", "草丈", "--value", "3"), 3, "record.nowhere", "plot_code"),
        (
            ("record", "harvest", "--plot-code", "A1", "--trial-code", "TK-2024", "--fresh-kg", "1"),
            3,
            "record.unknown-plot",
            "",
        ),
        (("trials", "sheet", "LEER", "--out", "s.html"), 3, "trial.no-plots", "試験区を記録"),
        (("records", "correct", "0", "--set", "value=1", "--reason", "x"), 2, "record.ambiguous", "記録ID"),
        (("parcels", "show", "ない沢 1-1"), 2, "parcel.unknown", ""),
        (("evidence", "calibrate", "--herb", "桔梗"), 3, "evidence.few-parcels", "kanpo records import"),
        (("demo", "d", "--data", "どこにもない"), 3, "", "parcels.geojson"),
    ],
    ids=lambda value: value if isinstance(value, str) and "." in value else None,
)
def test_a_mistake_is_named_with_its_mend(
    kanpo: Kanpo, folder: Path, words: tuple[object, ...], exit_code: int, code: str, mend: str
) -> None:
    trial = ("--trial-code", "LEER", "--herb-id", "toki", "--parcel-id", "069001736")
    assert kanpo("record", "trial", *trial, "--date", "2026-04-01").code in (0, 1)
    said = kanpo(*words)
    assert said.code == exit_code, said.err
    assert f"[{code}" in said.err if code else said.err
    assert mend in said.err
    assert "→" in said.err or exit_code == 1


def test_what_was_withdrawn_is_withdrawn_once(kanpo: Kanpo, folder: Path) -> None:
    (record, *_) = json.loads(kanpo("records", "list", "observation", "--json").out)
    assert kanpo("records", "withdraw", record["record_id"], "--reason", "誤り").code == 0
    again = kanpo("records", "withdraw", record["record_id"], "--reason", "誤り")
    assert again.code == 2 and "[record.superseded]" in again.err


def test_a_comparison_of_a_project_without_values(kanpo: Kanpo, tmp_path: Path) -> None:
    assert kanpo("init", "空.gpkg").code == 0
    said = kanpo("compare", "years")
    assert said.code == 2 and "[compare.no-trait]" in said.err and "kanpo records import" in said.err
