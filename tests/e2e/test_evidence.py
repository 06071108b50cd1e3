"""From trials back to the catalogue and on to the next season, as a user types it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from kanpo.cli import main
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
    said = tried("evidence", "reestimate", "--herb", "当帰", "--out", "案", "--yields", "期待.csv", "--json")
    assert said.code == 0 and json.loads(said.out)[0]["sd_after"] > 0
    listed = (tmp_path / "期待.csv").read_text(encoding="utf-8-sig").splitlines()
    assert listed[0].startswith("順位,筆ID") and listed[1].startswith("1,") and len(listed) > 1000
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
        page.index(title) for title in ("適地度は当たっていたか", "目録を直す提案", "来季はどこで試すか")
    ]
    assert parts == sorted(parts)
    assert f"{found['rho']:.2f}" in page and "3 筆を提案します" in page
    assert "2 筆は、適地度の計算(" in page and "が試験の始まりより後です" in page
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


@pytest.fixture(scope="module")
def seasons_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which ``kanpo demo --seasons`` was run."""
    folder = tmp_path_factory.mktemp("seasons")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KANPO_CONFIG", str(tmp_path_factory.mktemp("config")))
        patch.setenv("KANPO_LANG", "ja")
        assert main(["demo", str(folder), "--seasons"]) == 0
    return folder


def test_the_sample_shows_a_calibration_and_says_that_it_was_entered_afterwards(
    kanpo: Kanpo, tmp_path: Path, seasons_folder: Path
) -> None:
    shutil.copy(seasons_folder / "sample.gpkg", tmp_path / "sample.gpkg")
    said = kanpo("evidence", "calibrate", "--herb", "当帰", "--json")
    found = json.loads(said.out)
    assert found["proofs"] == {"stored-after": 2, "kept-late": 26} and found["before"] == 0
    assert "26 筆は、予測が記録簿に入ったのが" in said.err and "区間の全体が 0 より上です" in said.err
    assert found["factors"][0]["factor"] == "sunlight" and found["factors"][0]["q"] < 0.05
    before = [row["score"] for row in found["parcels"]]
    assert kanpo("score", "--herb", "当帰", "--method", "minimum").code == 0
    again = json.loads(kanpo("evidence", "calibrate", "--herb", "当帰", "--json").out)
    kept = {row["parcel_id"]: row["score"] for row in again["parcels"] if row["proof"] == "kept-late"}
    assert len(kept) == 26 and set(kept.values()) <= set(before), "the next scoring changes nothing kept"
    assert kanpo("verify").code == 0


def test_assays_are_followed_by_strain_parcel_and_grower(
    kanpo: Kanpo, tmp_path: Path, seasons_folder: Path
) -> None:
    for name in ("sample.gpkg", "sample.people.sqlite"):
        if (seasons_folder / name).is_file():
            shutil.copy(seasons_folder / name, tmp_path / name)
    words = ("compare", "years", "--herb", "当帰", "--assays", "--trait", "リグスチリド", "--json")
    for by, units in (("strain", 2), ("parcel", 8), ("grower", None)):
        said = kanpo(*words, "--by", by, "--svg", f"{by}.svg")
        rows = [row for row in json.loads(said.out) if row["unit"]]
        assert said.code == 0 and {row["trait"] for row in rows} == {"リグスチリド (%)"}
        assert "11 個あり、限界の半分" in said.err, "values below the limit are counted and said"
        assert units is None or len({row["unit"] for row in rows}) == units
        assert "<polyline" in (tmp_path / f"{by}.svg").read_text(encoding="utf-8")
        assert "架空" not in said.out, "growers by code, never by name"
    assert {row["unit"] for row in rows} <= {f"G{n:02d}" for n in range(1, 7)}
    assert sum(row["below_from"] for row in rows) > 0
    left = json.loads(kanpo(*words, "--by", "strain", "--below", "leave-out").out)
    assert all(row["below_from"] == row["below_to"] == 0 or row["unit"] for row in left)


def test_keeping_predictions_by_hand(kanpo: Kanpo, tmp_path: Path, demo_folder: Path) -> None:
    shutil.copy(demo_folder / "sample.gpkg", tmp_path / "sample.gpkg")
    before = (tmp_path / "sample.gpkg").read_bytes()
    assert "5 件を残せます" in kanpo("evidence", "keep", "--dry-run").err
    assert (tmp_path / "sample.gpkg").read_bytes() == before
    assert "予測を 5 件" in kanpo("evidence", "keep").err and "予測を 0 件" in kanpo("evidence", "keep").err
    assert kanpo("evidence", "keep", "--top", "10").code == 2
    assert "予測を 10 件" in kanpo("evidence", "keep", "--herb", "当帰", "--top", "10").err
    made = kanpo(
        *("trials", "create", "N1", "--herb", "当帰", "--parcel", "069000300"),
        *("--treatments", "標準,早植え", "--replicates", "2"),
    )
    assert made.code == 0 and "予測として 1 件" in made.err
    assert kanpo("verify").code == 0
    assert "prediction" not in kanpo("record", "--help").out, "nobody types a prediction"


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
