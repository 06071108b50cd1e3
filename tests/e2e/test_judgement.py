"""What kanpo says of single parcels, as an agronomist would check it: through the commands, as a person types them."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from kanpo.store import Project
from tests.conftest import parcels_frame
from tests.e2e.conftest import SAMPLE, Kanpo
from tests.suitability.sites import good_site

#: Parcels by what is the matter with them; P1 is as good as can be, of P6 nothing but the outline is known.
SITES: dict[str, dict[str, object]] = {
    "P1": {},
    "P2": {"soil_depth_cm": 0.0},
    "P3": {"soil_ph": 3.0},
    "P4": {"drainage": "poor", "soil_texture": "clay"},
    "P5": {"warmth_index_c_month": 117.0},
}
HERBS = ("当帰", "芍薬", "人参")


@pytest.fixture
def judged(kanpo: Kanpo, tmp_path: Path) -> Kanpo:
    """A project with `SITES` and an outline alone (P6), looked at and scored."""
    outlines = parcels_frame(6)[["parcel_id", "settlement", "lot_number", "land_type", "geometry"]]
    outlines.to_file(tmp_path / "parcels.geojson", driver="GeoJSON")
    assert kanpo("init", "t.gpkg").code == 0
    assert kanpo("ingest", "parcels.geojson").code == 0
    with Project.open(tmp_path / "t.gpkg") as project:
        ids = project.imported.parcels().sort_values("lot_number")["parcel_id"].tolist()
    assert ids == ["P1", "P2", "P3", "P4", "P5", "P6"]
    site = {key: value for key, value in good_site().items() if key != "area_m2"}
    with (tmp_path / "visits.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["parcel_id", "happened_at", *site])
        writer.writeheader()
        for parcel_id, own in SITES.items():
            writer.writerow({"parcel_id": parcel_id, "happened_at": "2025-10-01", **site, **own})
    assert kanpo("records", "import", "visits.csv").code == 0
    assert kanpo("score").code == 0
    return kanpo


def explained(kanpo: Kanpo, parcel: str, herb: str) -> dict[str, Any]:
    said = kanpo("explain", parcel, "--herb", herb, "--json")
    assert said.code == 0
    told: dict[str, Any] = json.loads(said.out)
    return told


@pytest.mark.parametrize("herb", HERBS)
def test_soil_of_no_depth_is_unsuitable_whatever_the_rest(judged: Kanpo, herb: str) -> None:
    told = explained(judged, "P2", herb)
    assert told["current"]["certainty"] == "sure" and told["current"]["class_upper"] in ("N1", "N2")
    assert told["current"]["most"] < 0.25 and told["limiting"][0] == "soil_depth_cm"
    assert explained(judged, "P1", herb)["current"]["class_lower"] == "S1", "all else is perfect"


def test_no_herb_grows_where_there_is_no_soil_and_no_tilling_makes_any(judged: Kanpo) -> None:
    told = json.loads(judged("ranking", "--parcel", "P2", "--json").out)
    assert len(told) > 20 and all(row["score"] == 0 and row["potential_score"] == 0 for row in told)
    named = [row for row in told if not row["reference"]]
    assert {row["class_upper"] for row in named} == {row["potential_class_upper"] for row in named} == {"N2"}


def test_blocks_carry_what_their_best_herb_takes(judged: Kanpo) -> None:
    """A best herb carries its cost, whether it was asked for or found."""
    said = judged("blocks", "--min-block-area", "0")
    assert "円/10a" in said.out and "時間/10a" in said.out
    rows = json.loads(judged("blocks", "--min-block-area", "0", "--json").out)
    assert rows and all(row["yen_per_10a_low"] is not None for row in rows if row["herb_id"])


def test_equal_parcels_are_ranked_by_the_yen_that_the_place_takes(judged: Kanpo) -> None:
    rows = json.loads(judged("ranking", "--herb", "芍薬", "--json").out)
    level = [row["yen_per_10a"] for row in rows if row["rank"] == 1]
    known = [yen for yen in level if yen is not None]
    assert known == sorted(known) and level[: len(known)] == known
    said = judged("ranking", "--herb", "芍薬")
    assert "円/10a(中央)" in said.out


def test_soil_of_ph_3_is_not_for_toki_and_liming_is_named(judged: Kanpo) -> None:
    told = explained(judged, "P3", "当帰")
    assert told["current"]["class_upper"] != "S1" and told["limiting"][0] == "soil_ph"
    assert (told["current"]["certainty"], told["current"]["class_upper"]) == ("sure", "N1")
    assert [option["works"] for option in told["options"]] == [["liming"]]
    page = judged("explain", "P3", "--herb", "当帰").out
    assert "N1(現状不適)(確か)" in page and "→ 改良後 S1" in page and "石灰" in page and "万円/10a" in page


def test_ginseng_on_waterlogged_clay_is_n1_because_drains_can_be_laid(judged: Kanpo) -> None:
    told = explained(judged, "P4", "人参")
    assert (told["current"]["class_lower"], told["current"]["class_upper"]) == ("N1", "N1")
    assert told["current"]["certainty"] == "sure" and told["limiting"][0] == "drainage"
    assert any("tile_drains" in option["works"] for option in told["options"])
    page = judged("explain", "P4", "--herb", "人参").out
    assert "N1(現状不適)" in page and "暗渠" in page and "費用は要確認" in page
    # What no work mends is N2, and said so.
    lost = judged("explain", "P1", "--herb", "人参", "--what-if", "soil_ph=7.5").out
    assert "N2(不適)" in lost and "知られている工事では S3 に届きません" in lost


def test_an_outline_alone_has_no_class_and_stands_behind_all_that_have_one(judged: Kanpo) -> None:
    table = {row["herb_id"]: row for row in json.loads(judged("score", "--json").out)}
    for row in table.values():
        if not row["reference"]:
            assert row["unknown"] == 1 and row["unknown_ha"] > 0
        else:
            assert row["unknown"] == 6 and row["S1"] == 0, "of a herb for reference no class is told"
    for herb in HERBS:
        told = explained(judged, "P6", herb)
        assert told["current"]["certainty"] == "unknown" and told["current"]["class_lower"] is None
        ranks = json.loads(judged("ranking", "--herb", herb, "--json").out)
        last = next(row for row in ranks if row["parcel_id"] == "P6")
        assert last["class_lower"] is None and last["class_upper"] is None
        assert all(row["rank"] < last["rank"] for row in ranks if row["parcel_id"] != "P6")
    page = judged("explain", "P6", "--herb", "当帰").out
    assert "区分は言えない(不明)" in page and "除外もあり得る" in page
    herbs = judged("ranking", "--parcel", "P6")
    assert "この筆に向くと言える生薬はありません" in herbs.err and "S1" not in herbs.out


def test_peony_grows_at_the_warmth_of_toyama(judged: Kanpo) -> None:
    told = explained(judged, "P5", "芍薬")
    assert told["current"]["class_lower"] in ("S1", "S2", "S3") and told["current"]["certainty"] != "unknown"
    assert not told["excluded"]


def test_a_best_herb_says_what_has_to_be_built_and_one_for_reference_is_never_best(judged: Kanpo) -> None:
    said = judged("ranking", "--parcel", "P1", "--json")
    rows = {row["herb_id"]: row for row in json.loads(said.out)}
    assert "遮光 70%" in rows["ninjin"]["needs"] and rows["toki"]["needs"] is None
    assert all(row["rank"] is None for row in rows.values() if row["reference"])
    page = judged("ranking", "--parcel", "P1")
    assert "いちばん向くのは" in page.err and "遮光 70% の施設が要る" in page.err
    assert "確か" in page.out and "(参考)" in page.out


def test_what_an_office_has_on_the_first_day_tells_no_parcels_apart(kanpo: Kanpo, tmp_path: Path) -> None:
    assert kanpo("init", "day1.gpkg").code == 0
    # What is rejected is written beside the file that was read.
    shutil.copy(SAMPLE / "parcels.geojson", tmp_path)
    assert kanpo("ingest", "parcels.geojson").code == 1
    for name, title in (("elevation.tif", "elevation"), ("climate_mesh.csv", "climate")):
        words = ("--id", title, "--title", title, "--source", "x", "--licence", "CC0-1.0")
        assert kanpo("layers", "add", SAMPLE / name, *words).code == 0
    said = kanpo("score")
    first = said.out.splitlines()[0]
    assert "区分が確かなのは面積の 0%" in first and "不明 100%" in first
    assert "この資料では筆の差は分からない: どの生薬も" in said.err and "次に手に入れるもの: 排水" in said.err
    told = json.loads(kanpo("score", "--diagnostics", "--json").out)
    assert abs(told["median_with_area"]) < 0.2, "the size of a parcel is no suitability"
    rows = json.loads(kanpo("score", "--json").out)
    assert all(row["unknown"] == told["parcels"] and not row["tells_apart"] for row in rows)


def test_the_full_sample_tells_herbs_apart_and_the_four_kinds_add_up(kanpo: Kanpo, demo_folder: Path) -> None:
    project = ("--project", demo_folder / "sample.gpkg", "--dry-run")
    told = json.loads(kanpo("score", "--diagnostics", "--json", *project).out)
    assert told["median_between_herbs"] <= 0.6 and told["median_with_area"] <= 0.2
    for row in json.loads(kanpo("score", "--json", *project).out):
        kinds = [row[kind] for kind in ("sure", "by_catalogue", "by_measuring", "unknown")]
        assert sum(kinds) == told["parcels"]
        assert sum(row[name] for name in ("S1", "S2", "S3", "N1", "N2", "N1_N2")) == kinds[0] + kinds[1]


def test_what_changed_since_an_older_kanpo_is_said_with_its_reasons(judged: Kanpo, tmp_path: Path) -> None:
    assert "比べる前の適地度がありません" in judged("score", "--compare").err
    site = ("--parcel-id", "P1", "--drainage", "poor", "--date", "2025-11-01", "--no-input")
    assert judged("record", "visit", *site).code == 0
    said = judged("score", "--compare", "--herb", "当帰", "--top", "1")
    assert "要因の値が変わった(現地調査" in said.out and "制限要因: なし → 排水" in said.out
    told = json.loads(judged("score", "--compare", "--herb", "当帰", "--top", "1", "--json").out)
    left = next(row for row in told["parcels"] if row["moved"] == "left")
    assert (left["parcel_id"], left["old_rank"], left["old_class"], left["class"]) == ("P1", 1, "S1", "N1")
    # Computed once more from the same, it is still held against what stood before.
    assert judged("score").code == 0
    again = json.loads(judged("score", "--compare", "--herb", "当帰", "--top", "1", "--json").out)
    assert again["parcels"] == told["parcels"]
