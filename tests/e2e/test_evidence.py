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


def test_summary_years_and_calibration_choose_the_same_day(kanpo: Kanpo, demo_folder: Path) -> None:
    project = ("--project", demo_folder / "sample.gpkg")

    def heights(*words: str) -> tuple[list[dict[str, object]], str]:
        said = kanpo("trials", "summary", "TK-2024", *words, *project, "--json")
        rows = [row for row in json.loads(said.out) if row["trait"] == "plant_height_cm"]
        return rows, said.err

    last, note = heights()
    assert {row["day"] for row in last} == {"2024-09-12"}
    assert "草丈: 観察日は 2024-07-15、2024-09-12 の 2 回" in note and "--date" in note
    first, _ = heights("--date", "first")
    assert {row["day"] for row in first} == {"2024-07-15"}
    every, _ = heights("--date", "all")
    assert every == [*first, *last]
    followed = []
    for date in ("first", "last"):
        words = ("--herb", "当帰", "--by", "herb", "--trait", "草丈", "--date", date)
        said = kanpo("compare", "years", *words, *project, "--json")
        assert "2024-07-15、2024-09-12 の 2 回" in said.err
        followed.append(json.loads(said.out)[0]["mean_from"])
    assert followed[0] < followed[1], "plants grow from July to September"
    said = kanpo("evidence", "calibrate", "--herb", "当帰", "--date", "all", *project)
    assert said.code == 2 and "last" in said.err
    assert kanpo("evidence", "calibrate", "--herb", "当帰", "--trait", "草竹", *project).code in (2, 3)
