"""The whole way through, as it is typed."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.conftest import SAMPLE, Kanpo, digest


@pytest.fixture
def demo_project(demo_folder: Path, tmp_path: Path) -> Path:
    path = tmp_path / "sample.gpkg"
    shutil.copy(demo_folder / "sample.gpkg", path)
    shutil.copy(demo_folder / "sample.people.sqlite", tmp_path)
    return path


def test_from_parcels_to_map_by_hand(kanpo: Kanpo, tmp_path: Path) -> None:
    assert kanpo("init", "町.gpkg").code == 0
    assert "町.gpkg" in kanpo("status").err
    ingested = kanpo("ingest", SAMPLE / "parcels.geojson", "--json", "--dry-run")
    (counts,) = json.loads(ingested.out)
    facts = json.loads((SAMPLE / "sample_facts.json").read_text(encoding="utf-8"))
    assert counts["read"] == counts["stored"] + counts["rejected"]
    assert not list(tmp_path.glob("*差戻し*")), "a dry run writes nothing"
    copy = tmp_path / "筆.geojson"
    shutil.copy(SAMPLE / "parcels.geojson", copy)
    real = kanpo("ingest", copy, "--json")
    assert real.code == 1, "some were rejected"
    (done,) = json.loads(real.out)
    assert {k: done[k] for k in ("read", "stored", "rejected", "repaired")} == {
        k: counts[k] for k in ("read", "stored", "rejected", "repaired")
    }
    assert done["read"] == 2045, facts.keys()
    assert (tmp_path / "筆_差戻し.geojson").is_file()
    again = kanpo("ingest", copy, "--json")
    (repeat,) = json.loads(again.out)
    assert (repeat["stored"], repeat["updated"]) == (0, 0)
    assert repeat["same_file"]
    for name, kind in (("elevation.tif", "dem"), ("soil.geojson", "polygons"), ("climate_mesh.csv", "mesh")):
        assert kanpo("layers", "add", SAMPLE / name, "--as", kind).code == 0
    listed = json.loads(kanpo("layers", "list", "--json").out)
    assert [row["layer_id"] for row in listed] == ["elevation", "soil", "climate_mesh"]
    scored = kanpo("score", "--herb", "芍薬", "--with-cultivated", "--json")
    (summary,) = json.loads(scored.out)
    kinds = [summary[key] for key in ("sure", "by_catalogue", "by_measuring", "unknown")]
    assert sum(kinds) == done["stored"]
    assert sum(summary[key] for key in ("S1", "S2", "S3", "N1", "N2", "N1_N2")) == kinds[0] + kinds[1]
    listed_best = kanpo("score", "--herb", "芍薬", "--top", "5", "--json")
    top = json.loads(listed_best.out)
    shared = top[0]["level_with"]
    assert [row["rank"] for row in top] == [1] * 5 and shared > 5, "equal parcels share a rank"
    assert f"{shared:,} 筆が同じ順位(1 位)" in listed_best.err
    explained = kanpo("explain", top[0]["parcel_id"], "--herb", "シャクヤク", "--json")
    assert json.loads(explained.out)["current"]["score"] == pytest.approx(top[0]["score"])
    mapped = kanpo("map", "--herb", "芍薬")
    assert mapped.code == 0
    page = tmp_path / "maps" / "町.html"
    assert mapped.out.strip() == str(page)
    assert page.stat().st_size > 100_000
    assert kanpo("verify").code == 0


def test_a_trial_from_design_to_yield(kanpo: Kanpo, demo_project: Path, tmp_path: Path) -> None:
    parcel = json.loads(kanpo("score", "--herb", "toki", "--top", "1", "--json").out)[0]["parcel_id"]
    created = kanpo(
        *("trials", "create", "TK26", "--herb", "toki", "--parcel", parcel, "--treatments", "標準,早植え"),
        *("--replicates", "2", "--plot-size", "2x3", "--date", "2026-04-01"),
    )
    assert created.code == 0, created.err
    for plot, fresh, dry in (("01", 6.0, 1.5), ("02", 7.2, 2.1), ("03", 6.6, 1.8), ("04", 7.8, 2.4)):
        done = kanpo(
            *(
                "record",
                "harvest",
                "--trial-code",
                "TK26",
                "--plot-code",
                f"TK26-{plot}",
                "--date",
                "2026-11-10",
            ),
            *("--fresh-kg", fresh, "--dry-kg", dry),
        )
        assert done.code == 0, done.err
    kanpo("record", "operation", "--plot-code", "TK26-01", "--operation", "除草", "--labour-hours", "1.5")
    wrong = kanpo("record", "observation", "--plot-code", "TK26-01", "--trait", "草丈", "--value", "3５")
    assert wrong.code == 0
    fixed = kanpo("records", "correct", wrong.out.strip(), "--set", "value=53", "--reason", "桁の入れ違い")
    assert fixed.code == 0
    story = json.loads(kanpo("records", "show", wrong.out.strip(), "--json").out)
    assert [row["superseded"] for row in story] == [True, False]
    assert story[1]["reason"] == "桁の入れ違い"
    table = json.loads(kanpo("trials", "summary", "TK26", "--json").out)
    dry = [row for row in table if row["trait"] == "yield_dry_kg_per_10a"]
    assert sum(row["n"] for row in dry) == 4
    assert sum(row["mean"] * row["n"] for row in dry) == pytest.approx(
        (1.5 + 2.1 + 1.8 + 2.4) / 6 * 1000, rel=2e-3
    )
    assert kanpo("verify").code == 0


def test_records_from_a_template(kanpo: Kanpo, demo_project: Path, tmp_path: Path) -> None:
    assert kanpo("records", "template", "visit", "調査.csv").code == 0
    headers = next(csv.reader((tmp_path / "調査.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert "土壌pH(H2O)" in headers
    row = dict.fromkeys(headers, "")
    row |= {"行った日": "２０２６年５月１日", "筆ID": "069000280", "土壌pH(H2O)": "６．２", "排水": "良"}
    bad = dict.fromkeys(headers, "") | {"行った日": "2026-05-01", "筆ID": "069000280", "土壌pH(H2O)": "99"}
    with (tmp_path / "調査.csv").open("w", encoding="cp932", newline="") as file:
        writer = csv.DictWriter(file, headers)
        writer.writeheader()
        writer.writerows([row, bad])
    imported = kanpo("records", "import", "調査.csv")
    assert imported.code == 1
    assert "3行目" in imported.err and "土壌pH" in imported.err and "2〜11" in imported.err
    assert "現地調査" in kanpo("status").err and "古い" in kanpo("status").err
    kanpo("score")
    assert "現地調査" in kanpo("explain", "069000280", "--herb", "芍薬").out
    assert "古い" not in kanpo("status").err


def test_stdout_holds_data_only(kanpo: Kanpo, demo_project: Path) -> None:
    listed = kanpo("parcels", "list", "--csv", "--limit", "3")
    rows = list(csv.reader(listed.out.splitlines()))
    assert rows[0][0] == "parcel_id" and len(rows) == 4
    assert json.loads(kanpo("herbs", "list", "--json").out)[0]["herb_id"] == "toki"
    assert json.loads(kanpo("traits", "--json").out)
    assert json.loads(kanpo("status", "--json").out)["parcels"] == 2032
    assert json.loads(kanpo("trials", "list", "--json").out)
    assert json.loads(kanpo("growers", "list", "--json").out)[0]["grower_code"] == "G01"
    assert "架空" not in kanpo("growers", "list").out
    assert "架空" in kanpo("growers", "list", "--names").out
    assert kanpo("records", "list", "harvest").code == 0
    assert kanpo("records", "list", "harvest", "--history", "--json").code == 0


def test_finding_does_not_mind_the_width(kanpo: Kanpo, demo_project: Path) -> None:
    some = json.loads(kanpo("parcels", "list", "--json", "--limit", "30").out)
    row = next(row for row in some if row["lot_number"] and "-" in row["lot_number"])
    wide = row["lot_number"].translate({ord("0") + i: ord("０") + i for i in range(10)}).replace("-", "－")
    found = json.loads(kanpo("parcels", "find", row["settlement"], wide, "--json").out)
    assert found[0]["parcel_id"] == row["parcel_id"]
    shown = json.loads(kanpo("parcels", "show", row["settlement"], wide, "--json").out)
    assert shown["parcel_id"] == row["parcel_id"]


def test_dry_runs_change_no_byte(kanpo: Kanpo, demo_project: Path, tmp_path: Path) -> None:
    before = digest(demo_project)
    shutil.copytree(SAMPLE / "trials", tmp_path / "trials")
    kanpo("ingest", SAMPLE / "parcels.geojson", "--dry-run")
    kanpo("layers", "add", SAMPLE / "soil.geojson", "--id", "again", "--dry-run")
    kanpo("score", "--herb", "toki", "--dry-run")
    kanpo("records", "import", tmp_path / "trials" / "visits.csv", "--dry-run")
    kanpo("record", "decision", "--parcel-id", "069000280", "--decision", "候補", "--dry-run")
    kanpo(
        "trials", "create", "X", "--herb", "toki", "--parcel", "069000280", "--treatments", "a", "--dry-run"
    )
    assert digest(demo_project) == before


def test_backup_and_doctor(kanpo: Kanpo, demo_project: Path, tmp_path: Path) -> None:
    made = kanpo("backup")
    assert made.code == 0 and Path(made.out.strip()).is_file()
    doctor = kanpo("doctor")
    assert doctor.code == 0, doctor.out
    assert "NG" not in doctor.out


def test_misspelt_words_are_answered_with_a_guess(kanpo: Kanpo, demo_project: Path) -> None:
    said = kanpo("ingset")
    assert said.code == 2 and "ingest" in said.err
    assert "toki" in kanpo("score", "--herb", "toko").err
    assert kanpo("score", "--hreb", "toki").code == 2
    assert kanpo("trials", "summary", "TK").code == 2
    assert kanpo("explain", "どこにもない", "--herb", "toki").code == 2


def test_without_a_project_it_says_how_to_make_one(kanpo: Kanpo) -> None:
    said = kanpo("status")
    assert said.code == 2 and "kanpo init" in said.err


def test_the_project_is_found_like_a_repository(
    kanpo: Kanpo, demo_project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    monkeypatch.chdir(deep)
    assert kanpo("parcels", "list").code == 0
    shutil.copy(demo_project, tmp_path / "second.gpkg")
    said = kanpo("parcels", "list")
    assert said.code == 2 and "second.gpkg" in said.err
    monkeypatch.setenv("KANPO_PROJECT", str(demo_project))
    assert kanpo("parcels", "list").code == 0


@pytest.mark.parametrize("language", ["ja", "en"])
def test_messages_come_in_the_language_asked_for(kanpo: Kanpo, demo_project: Path, language: str) -> None:
    said = kanpo("parcels", "list", "--limit", "1", "--lang", language)
    assert ("大字" in said.out) == (language == "ja")
    assert ("settlement" in said.out) == (language == "en")


@pytest.mark.parametrize("words", [["--help"], ["explain", "069000280", "--herb", "toki"]])
def test_a_cp932_console_and_a_pipe_are_no_trouble(demo_project: Path, words: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "kanpo", *words],
        cwd=demo_project.parent,
        env={"PYTHONIOENCODING": "cp932", "PATH": "", "KANPO_LANG": "ja", "HOME": str(demo_project.parent)},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "適" in done.stdout.decode("cp932") or "薬草" in done.stdout.decode("cp932")


def test_the_demo_can_be_run_twice_and_touches_no_project_of_yours(kanpo: Kanpo, tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    assert kanpo("init", "demo/sample.gpkg").code == 0
    before = digest(tmp_path / "demo" / "sample.gpkg")
    said = kanpo("demo")
    assert said.code == 3 and "kanpo demo demo-2" in said.err
    assert digest(tmp_path / "demo" / "sample.gpkg") == before


def test_visits_are_planned_and_written_for_the_field(
    kanpo: Kanpo, demo_project: Path, tmp_path: Path
) -> None:
    planned = kanpo("visits", "plan", "--budget", 6, "--herb", "甘草", "--json", "--from", "139.82,38.73")
    rows = json.loads(planned.out)
    assert planned.code == 0 and [row["order"] for row in rows] == [1, 2, 3, 4, 5, 6]
    assert all(row["measure"] and row["lower"] < row["upper"] for row in rows)
    assert "km" in planned.err
    # Twenty parcels are known to be as good as can be: no visit finds a better one.
    settled = kanpo("visits", "plan", "--budget", 6, "--herb", "芍薬", "--json")
    assert settled.code == 0 and json.loads(settled.out) == [] and "より良い筆" in settled.err
    written = kanpo("visits", "plan", "--budget", 6, "--out", "調査.csv")
    assert written.code == 0
    lines = (tmp_path / "調査.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 7 and lines[0].startswith("順,筆ID,大字,地番,測るもの")
    desk = json.loads(kanpo("visits", "plan", "--budget", 1, "--desk", "--json").out)
    assert {key for row in desk for key in row["factors"].split(";")} <= {"road_access_m", "water_access_m"}
    assert kanpo("visits", "plan", "--budget", 1, "--from", "38.7,139.8").code == 2
    assert kanpo("visits", "plan", "--budget", 1, "--out", "調査.pdf").code == 2


def test_blocks_are_listed_and_written_for_gis(kanpo: Kanpo, demo_project: Path, tmp_path: Path) -> None:
    listed = kanpo("blocks", "--herb", "当帰", "--min-block-area", 8000, "--json", "--out", "団地.geojson")
    rows = json.loads(listed.out)
    assert listed.code == 0 and [row["rank"] for row in rows][:2] == [1, 2]
    assert all(row["area_m2"] >= 8000 and row["herb_id"] == "toki" for row in rows)
    assert all(row["lower"] <= row["score"] <= row["upper"] for row in rows)
    layer = json.loads((tmp_path / "団地.geojson").read_text(encoding="utf-8"))
    assert len(layer["features"]) >= len(rows)
    wide = json.loads(kanpo("blocks", "--gap", 50, "--json").out)
    assert max(row["parcels"] for row in wide) > max(row["parcels"] for row in rows)
    assert kanpo("blocks", "--barrier", "無い.geojson").code == 3
    assert kanpo("blocks", "--out", "団地.doc").code == 2


def test_what_if_shows_before_and_after_and_stores_nothing(kanpo: Kanpo, demo_project: Path) -> None:
    before = digest(demo_project)
    asked = ("score", "--parcel", "069001736", "--herb", "当帰")
    (row,) = json.loads(kanpo(*asked, "--what-if", "土壌pH(H2O)=4.4", "--json").out)
    assert row["new_score"] < row["score"] and row["new_rank"] > row["rank"]
    assert row["new_limiting_factor"] == "soil_ph"
    explained = json.loads(
        kanpo("explain", "069001736", "--herb", "当帰", "--what-if", "soil_ph=4.4", "--json").out
    )
    assert explained["current"]["score"] == pytest.approx(row["new_score"])
    (line,) = [line for line in explained["factors"] if line["factor"] == "soil_ph"]
    assert (line["value"], line["source"]) == (4.4, "assumed")
    assert "→適地度" in kanpo(*asked, "--what-if", "soil_ph=4.4").out
    (slope,) = json.loads(kanpo(*asked, "--what-if", "傾斜=15", "--json").out)
    assert slope["new_score"] == slope["score"], "a slope is work, not a worse site"
    refused = kanpo(*asked, "--what-if", "傾斜=95")
    assert refused.code == 2 and "0〜90" in refused.err
    assert kanpo(*asked).code == 2, "a parcel alone changes nothing"
    assert digest(demo_project) == before


def test_rankings_say_which_herb_where(kanpo: Kanpo, demo_project: Path, tmp_path: Path) -> None:
    before = digest(demo_project)
    herbs = json.loads(kanpo("ranking", "--parcel", "069001736", "--json").out)
    assert len(herbs) == 26 and herbs[0]["score"] >= herbs[1]["score"]
    (top,) = json.loads(kanpo("ranking", "--herb", herbs[0]["herb_id"], "--top", 1, "--json").out)
    assert top["rank"] == 1
    asked = ("ranking", "--herb", "当帰", "--pareto", "score,面積,-road_access_m")
    listed = json.loads(kanpo(*asked, "--levels", 2, "--json", "--out", "候補.xlsx").out)
    assert {row["level"] for row in listed} == {1, 2} and (tmp_path / "候補.xlsx").is_file()
    assert kanpo("ranking").code == 2
    assert kanpo("ranking", "--parcel", "069001736", "--pareto", "score,lower").code == 2
    refused = kanpo("ranking", "--herb", "当帰", "--pareto", "score,price")
    assert refused.code == 2 and "area_m2(面積)" in refused.err
    assert digest(demo_project) == before


def test_own_requirements_are_used_and_said(kanpo: Kanpo, demo_project: Path, tmp_path: Path) -> None:
    folder = tmp_path / "目録"
    folder.mkdir()
    (folder / "requirements.csv").write_text(
        "herb_id,factor,a,b,c,d,weight\n当帰,土壌pH(H2O),6.0,6.4,6.6,7.0,5\n当帰,傾斜,20,8,,,\n",
        encoding="cp932",
    )
    before = digest(demo_project)
    tried = kanpo("herbs", "use", folder, "--dry-run")
    assert tried.code == 1 and "3行目" in tried.err and "目録/requirements.csv:2" in tried.out
    assert digest(demo_project) == before
    asked = ("explain", "069001736", "--herb", "当帰", "--json")
    shipped = json.loads(kanpo(*asked).out)
    assert kanpo("herbs", "use", folder).code == 1
    assert "生薬目録" in kanpo("status").err and "古い" in kanpo("status").err
    told = kanpo(*asked)
    own = json.loads(told.out)
    assert own["current"]["score"] < shipped["current"]["score"] and own["catalogue"] != shipped["catalogue"]
    assert "目録/requirements.csv" in {row["catalogue_row"].rpartition(":")[0] for row in own["factors"]}
    assert "自分の行 1 件" in told.err
    assert kanpo("score", "--herb", "当帰").code == 0
    assert "最新" in kanpo("status").err
    (row,) = json.loads(kanpo("herbs", "diff", "--json").out)
    assert (row["herb_id"], row["factor"], row["own_weight"]) == ("toki", "soil_ph", 5.0)
    page = tmp_path / "地図.html"
    assert kanpo("map", "--out", page).code == 0
    assert kanpo("herbs", "use", "--shipped").code == 0
    assert json.loads(kanpo(*asked).out)["current"]["score"] == shipped["current"]["score"]
    assert kanpo("herbs", "use").code == 2 and kanpo("herbs", "use", folder, "--shipped").code == 2
    assert kanpo("herbs", "use", tmp_path / "無い").code == 3
    assert kanpo("verify").code == 0


def test_assumptions_narrow_intervals_and_are_not_stored(kanpo: Kanpo, demo_project: Path) -> None:
    before = digest(demo_project)
    (plain,) = json.loads(kanpo("score", "--herb", "芍薬", "--dry-run", "--json").out)
    assumed = kanpo("score", "--herb", "芍薬", "--assume", "neighbours", "--json")
    (narrow,) = json.loads(assumed.out)
    assert narrow["median_width"] < plain["median_width"] / 2 and "仮定" in assumed.err
    told = json.loads(kanpo("explain", "069000845", "--herb", "当帰", "--assume", "neighbours", "--json").out)
    assert set(told["assumed"]["ranges"]) == {"soil_ph"}
    now, narrowed = told["current"], told["assumed"]
    assert now["lower"] < narrowed["lower"] <= narrowed["upper"] <= now["upper"]
    both = ("score", "--assume", "neighbours", "--parcel", "069001736", "--what-if", "slope_deg=3")
    assert kanpo(*both).code == 2
    assert digest(demo_project) == before


def test_an_empty_project_is_told_to_ingest(kanpo: Kanpo) -> None:
    kanpo("init", "空.gpkg")
    for words in (
        ("score",),
        ("score", "--assume", "neighbours"),
        ("ranking", "--herb", "当帰"),
        ("blocks",),
        ("visits", "plan", "--budget", 3),
    ):
        said = kanpo(*words)
        assert said.code == 3 and "kanpo ingest" in said.err, words


def test_a_stored_layer_of_lines_parts_blocks(kanpo: Kanpo, tmp_path: Path) -> None:
    kanpo("init", "町.gpkg")
    x, y = 139.8, 38.7
    fields = [
        {
            "type": "Feature",
            "properties": {"parcel_id": f"p{i}"},
            "geometry": {
                "type": "Polygon",
                "coordinates": [
                    [
                        [x + i * 0.0011, y],
                        [x + i * 0.0011 + 0.001, y],
                        [x + i * 0.0011 + 0.001, y + 0.001],
                        [x + i * 0.0011, y + 0.001],
                        [x + i * 0.0011, y],
                    ]
                ],
            },
        }
        for i in range(2)
    ]
    river = {
        "type": "Feature",
        "properties": {},
        "geometry": {"type": "LineString", "coordinates": [[x + 0.00105, y - 0.01], [x + 0.00105, y + 0.01]]},
    }
    for name, features in (("筆.geojson", fields), ("川.geojson", [river])):
        whole = {"type": "FeatureCollection", "features": features}
        (tmp_path / name).write_text(json.dumps(whole), encoding="utf-8")
    kanpo("ingest", "筆.geojson")
    added = kanpo(
        "layers", "add", "川.geojson", "--id", "river", "--as", "distance", "--map", "water_access_m=distance"
    )
    assert added.code == 0, added.err
    asked = ("blocks", "--gap", "20", "--min-block-area", "0", "--json")
    assert len(json.loads(kanpo(*asked).out)) == 1
    assert len(json.loads(kanpo(*asked, "--barrier-layer", "river").out)) == 2
    wrong = kanpo(*asked, "--barrier-layer", "川")
    assert wrong.code == 2 and "river" in wrong.err
