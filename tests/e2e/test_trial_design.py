"""``kanpo trials design`` as a user types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.conftest import Kanpo, digest

DESIGN = ("trials", "design", "TK26", "--herb", "toki", "--treatments", "標準,早植え、遅植え")


@pytest.fixture
def parcel(kanpo: Kanpo, tmp_path: Path) -> str:
    """A project in the current folder with one field of 60 by 40 m."""
    from shapely.geometry import box, mapping

    outline = mapping(box(139.82, 38.72, 139.8207, 38.72036))
    properties = {"parcel_id": "F1", "settlement": "架空沢", "lot_number": "1-1"}
    feature = {"type": "Feature", "properties": properties, "geometry": outline}
    (tmp_path / "f.geojson").write_text(
        json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8"
    )
    assert kanpo("init", "p.gpkg").code == 0
    assert kanpo("ingest", "f.geojson").code == 0
    found = json.loads(kanpo("parcels", "list", "--json").out)
    return str(found[0]["parcel_id"])


def test_a_dry_run_prints_the_plan_and_changes_nothing(kanpo: Kanpo, parcel: str, tmp_path: Path) -> None:
    before = digest(tmp_path / "p.gpkg")
    said = kanpo(*DESIGN, "--parcel", parcel, "--gradient", 0, "--planting-list", "l.csv", "--dry-run")
    assert said.code == 0
    assert "1/01:" in said.out and "A = 標準" in said.out
    assert "10回のうち8回" in said.err and "予告だけ" in said.err
    assert digest(tmp_path / "p.gpkg") == before and not (tmp_path / "l.csv").exists()


def test_a_design_is_recorded_listed_and_mapped(kanpo: Kanpo, parcel: str, tmp_path: Path) -> None:
    words = (*DESIGN, "--parcel", parcel, "--date", "2026-04-01", "--no-same-neighbours")
    said = kanpo(*words, "--planting-list", "表.xlsx", "--fertiliser", "8-8-8", "--product", "化成=14-14-14")
    assert said.code == 0, said.err
    assert (tmp_path / "表.xlsx").is_file()
    assert "何も加えていません" in kanpo(*words).err
    assert kanpo(*words, "--seed", 2).code == 4
    (trial,) = json.loads(kanpo("trials", "list", "--json").out)
    assert (trial["plots"], trial["design"]) == (9, "rcbd")
    assert kanpo("map", "--out", "m.html", "--audience", "partner").code == 0
    assert kanpo("verify").code == 0


def test_json_holds_every_plot(kanpo: Kanpo, parcel: str) -> None:
    said = kanpo(*DESIGN, "--parcel", parcel, "--design", "latin", "--dry-run", "--json")
    plots = json.loads(said.out)
    assert len(plots) == 9 and {plot["treatment"] for plot in plots} == {"標準", "早植え", "遅植え"}


def test_the_variation_of_an_earlier_trial_is_asked_of_the_project(kanpo: Kanpo, parcel: str) -> None:
    said = kanpo(*DESIGN, "--parcel", parcel, "--cv-from", "TK25", "--dry-run")
    assert said.code == 3 and "trial.unknown" in said.err


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--plots", "2"), 2, "少なくとも 3 区"),
        (("--plots", "9", "--replicates", "3"), 2, "--replicates"),
        (("--design", "latin", "--replicates", "4"), 2, "--replicates 3"),
        (("--replicates", "900"), 2, "trial.too-many-plots"),
        (("--replicates", "200"), 2, "trial.no-room"),
        (("--plot-size", "0x5"), 2, "trial.plot-size"),
        (("--plot-size", "2x-5"), 2, "trial.plot-size"),
        (("--plot-size", "nanx5"), 2, "--plot-size 2x5"),
        (("--plot-size", "大"), 2, "--plot-size 2x5"),
        (("--alley", "-1"), 2, "trial.plot-size"),
        (("--checks", "標隼"), 2, "標準"),
        (("--seed", "-5"), 2, "trial.seed"),
        (("--seed", "9" * 30), 2, "trial.seed"),
        (("--gradient", "nan"), 2, "--gradient: 数ではありません"),
        (("--date", "4月ごろ"), 3, "happened_at"),
        (("--cv", "0"), 2, "--cv 15"),
        (("--cv", "nan"), 2, "--cv 15"),
        (("--cv", "10", "--cv-from", "X"), 2, "--cv-from"),
        (("--fertiliser", "8-8"), 2, "--fertiliser 10-8-8"),
        (("--product", "化成=14-14--14"), 2, "--product"),
        (("--plants-per-10a", "x"), 2, "--plants-per-10a 5300"),
        (("--planting-list", "l.pdf"), 2, "--planting-list"),
        (("--gradient", "10", "--orientation", "20"), 2, "trial.orientation"),
        (("--design", "alpha"), 2, "trial.block-size"),
        (("--herb", "そば"), 2, "そば"),
    ],
)
def test_what_cannot_be_is_said_with_a_way_out_and_nothing_is_written(
    kanpo: Kanpo, parcel: str, tmp_path: Path, words: tuple[str, ...], code: int, said: str
) -> None:
    before = digest(tmp_path / "p.gpkg")
    answer = kanpo(*DESIGN, "--parcel", parcel, *words)
    assert answer.code == code, answer.err
    assert said in answer.err
    assert digest(tmp_path / "p.gpkg") == before
