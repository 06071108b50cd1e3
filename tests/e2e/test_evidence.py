"""From trials back to the catalogue and on to the next season, as a user types it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from tests.e2e.conftest import Kanpo


@pytest.fixture
def tried(kanpo: Kanpo, tmp_path: Path, demo_folder: Path) -> Kanpo:
    """The demo with a demonstration plot of 当帰 on eight more parcels, started long after the scoring."""
    shutil.copy(demo_folder / "sample.gpkg", tmp_path / "sample.gpkg")
    ranked = json.loads(kanpo("ranking", "--herb", "当帰", "--top", "400", "--json").out)
    rows = ranked[:: len(ranked) // 8][:8]
    trials, plots, harvests = (
        ["trial_code,herb_id,parcel_id,season,happened_at"],
        ["trial_code,plot_code,treatment,replicate,area_m2,happened_at"],
        ["trial_code,plot_code,fresh_kg,dry_kg,happened_at"],
    )
    random = np.random.default_rng(1)
    for at, row in enumerate(rows):
        code, dry = f"E{at}", 2.2 * row["score"] * np.exp(random.normal(0, 0.05))
        trials.append(f"{code},toki,{row['parcel_id']},2090,2090-04-01")
        plots.append(f"{code},{code}-1,標準,1,10,2090-04-01")
        harvests.append(f"{code},{code}-1,{3.4 * dry:.2f},{dry:.3f},2090-11-10")
    for kind, lines in (("trial", trials), ("plot", plots), ("harvest", harvests)):
        (tmp_path / f"{kind}.csv").write_text("\n".join(lines), encoding="utf-8")
        said = kanpo("records", "import", f"{kind}.csv", "--kind", kind)
        assert said.code == 0, said.err
    return kanpo


def test_calibration_reestimation_and_suggestions(tried: Kanpo, tmp_path: Path) -> None:
    said = tried("evidence", "calibrate", "--herb", "当帰", "--json", "--svg", "c.svg")
    found = json.loads(said.out)
    assert said.code == 0 and len(found["parcels"]) == 10
    assert found["before"] == 8 and "2 筆は" in said.err, (
        "the sample's own two trials are older than the scores"
    )
    assert found["rho"] > 0.5 and (tmp_path / "c.svg").is_file()

    before = (tmp_path / "sample.gpkg").read_bytes()
    said = tried("evidence", "reestimate", "--herb", "当帰", "--out", "案", "--json")
    assert said.code == 0 and json.loads(said.out)[0]["sd_after"] > 0
    assert (tmp_path / "sample.gpkg").read_bytes() == before, "nothing is used by writing a proposal"
    used = tried("herbs", "use", "案")
    assert used.code == 0 and "差戻し 0 件" in used.err

    said = tried("trials", "suggest", "--budget", "4", "--herb", "当帰", "--out", "次.csv", "--json")
    sites = json.loads(said.out)
    assert (said.code == 0 and len(sites) == 4 and "平均 11 個" in said.err) or "個で直した" in said.err
    done = {row["parcel_id"] for row in found["parcels"]}
    assert not done & {site["parcel_id"] for site in sites} and (tmp_path / "次.csv").is_file()
    assert all(site["why"] for site in sites)


def test_one_page_closes_the_loop(tried: Kanpo, tmp_path: Path) -> None:
    said = tried("evidence", "calibrate", "--herb", "当帰", "--report", "当帰.html", "--sites", "3", "--json")
    found = json.loads(said.out)
    page = (tmp_path / "当帰.html").read_text(encoding="utf-8")
    assert said.code == 0
    parts = [
        page.index(title) for title in ("スコアは当たっていたか", "目録を直す提案", "来季はどこで試すか")
    ]
    assert parts == sorted(parts)
    assert f"{found['rho']:.2f}" in page and "3 筆を提案します" in page
    assert "2 筆は、スコアの計算が試験の始まりより後です" in page
    assert "見本記録者" not in page and "G01" not in page, "nobody's name or code"


def test_too_few_trials_and_unknown_traits_are_said(kanpo: Kanpo, tmp_path: Path, demo_folder: Path) -> None:
    shutil.copy(demo_folder / "sample.gpkg", tmp_path / "sample.gpkg")
    few = kanpo("evidence", "calibrate", "--herb", "当帰")
    assert few.code == 3 and "evidence.few-parcels" in few.err
    wrong = kanpo("evidence", "reestimate", "--herb", "当帰", "--trait", "収量")
    assert wrong.code == 2 and "yield_dry_kg_per_10a" in wrong.err
    assert kanpo("evidence", "calibrate", "--herb", "ぱくちー").code == 2


def test_years_of_a_project_need_no_file(kanpo: Kanpo, tmp_path: Path, demo_folder: Path) -> None:
    shutil.copy(demo_folder / "sample.gpkg", tmp_path / "sample.gpkg")
    words = (
        "compare",
        "years",
        "--herb",
        "当帰",
        "--trait",
        "yield_dry_kg_per_10a",
        "--by",
        "treatment",
        "--json",
    )
    lines = json.loads(kanpo(*words).out)
    assert {line["from_year"] for line in lines} == {"2024"} and len(lines) == 5
    assert all(line["lower"] < line["change"] < line["upper"] for line in lines)
    assert kanpo("compare", "years", "--trait", "ない").code == 2
