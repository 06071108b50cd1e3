"""A panel's weights go into scores, keep the catalogue's share, and are said wherever scores are."""

from __future__ import annotations

import json
from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kanpo.errors import InputUnusable
from kanpo.herbs import load_catalogue
from kanpo.maps import project_content
from kanpo.schema import Audience
from kanpo.sites import stored_factors
from kanpo.store import Project
from kanpo.suitability import (
    PanelWeights,
    check_panel_weights,
    explain,
    freshness,
    score_parcels,
    score_project,
    score_settings,
)

from .sites import HERBS, factors_of, good_site, random_sites

CATALOGUE = load_catalogue()
NEEDS = {need.factor: need.weight for need in CATALOGUE.requirements_of("toki")}
PANEL = PanelWeights("重み.csv", "ab" * 32, {"*": {"soil_ph": 0.6, "drainage": 0.3, "sunlight": 0.1}})


def table(*rows: str) -> dict[str, list[str | None]]:
    cells = [row.split(",") for row in rows]
    return {name: [row[n] for row in cells] for n, name in enumerate(("herb_id", "factor", "weight"))}


def test_weighed_factors_share_what_they_have_together_in_the_catalogue() -> None:
    own = PANEL.for_catalogue(CATALOGUE)["toki"]
    share = sum(NEEDS[factor] for factor in own)
    assert own == pytest.approx({"soil_ph": 0.6 * share, "drainage": 0.3 * share, "sunlight": 0.1 * share})


@given(
    st.dictionaries(st.sampled_from(sorted(NEEDS)), st.floats(0.01, 1), min_size=1),
    st.floats(1e-3, 1e3),
)
@settings(max_examples=30, deadline=None)
def test_the_scale_of_the_file_changes_no_score(given_weights: Mapping[str, float], scale: float) -> None:
    factors = factors_of(random_sites(30, seed=5))
    scores = []
    for by in (1.0, scale):
        panel = PanelWeights("x", "0", {"*": {key: by * weight for key, weight in given_weights.items()}})
        scores.append(score_parcels(factors, CATALOGUE, weights=panel.for_catalogue(CATALOGUE)).result)
    for name in ("score", "lower", "upper"):
        assert getattr(scores[0], name) == pytest.approx(getattr(scores[1], name), abs=1e-12, nan_ok=True)


def test_a_panel_that_agrees_with_the_catalogue_changes_no_score() -> None:
    factors = factors_of(random_sites(30, seed=6))
    said = {"toki": {factor: weight / 100 for factor, weight in list(NEEDS.items())[:4]}}
    panel = PanelWeights("x", "0", said)
    plain = score_parcels(factors, CATALOGUE, ["toki"]).result.score
    weighed = score_parcels(factors, CATALOGUE, ["toki"], weights=panel.for_catalogue(CATALOGUE)).result.score
    assert weighed == pytest.approx(plain, abs=1e-12, nan_ok=True)


def test_more_weight_on_what_is_bad_lowers_the_score() -> None:
    site = factors_of([good_site() | {"sunlight": "shade"}])
    scores = [
        score_parcels(
            site,
            CATALOGUE,
            ["toki"],
            weights=PanelWeights("x", "0", {"*": {"sunlight": w, "drainage": 1}}).for_catalogue(CATALOGUE),
        ).result.score[0, 0]
        for w in (0.2, 1, 5)
    ]
    assert scores == sorted(scores, reverse=True) and scores[0] > scores[2]


def test_rows_of_a_herb_stand_alone_and_others_take_those_of_every_herb() -> None:
    panel = PanelWeights(
        "x", "0", {"*": {"soil_depth_cm": 1, "drainage": 1}, "toki": {"sunlight": 1, "soil_ph": 3}}
    )
    used = panel.for_catalogue(CATALOGUE)
    assert set(used["toki"]) == {"sunlight", "soil_ph"} and set(used["shakuyaku"]) == {
        "soil_depth_cm",
        "drainage",
    }
    assert set(used) == set(HERBS)
    only = PanelWeights("x", "0", {"toki": {"sunlight": 1}}).for_catalogue(CATALOGUE)
    assert set(only) == {"toki"} and only["toki"] == pytest.approx({"sunlight": NEEDS["sunlight"]})


def test_a_file_of_weights_is_checked_row_by_row() -> None:
    columns = table(
        "*,soil_depth_cm,0.6", "toki,drainage,０．４", "tokki,drainage,1", "toki,elevation_m,1", "*,drainage,-1",
        "*,drainage,x", "*,soil_depth_cm,0.5", ",,", "daio,drainage,0",
    )  # fmt: skip
    weights, problems = check_panel_weights(columns, CATALOGUE, "w.csv", "0")
    assert weights.given == {"*": {"soil_depth_cm": 0.6}, "toki": {"drainage": 0.4}}
    assert [(p.code, p.place.row, p.place.column, p.place.value) for p in problems] == [
        ("weights.herb-unknown", 4, "herb_id", "tokki"),
        ("weights.factor-unknown", 5, "factor", "elevation_m"),
        ("weights.not-a-weight", 6, "weight", "-1"),
        ("weights.not-a-weight", 7, "weight", "x"),
        ("weights.factor-twice", 8, "weight", "0.5"),
        ("weights.all-zero", None, "herb_id", "daio"),
    ]
    assert all(p.place.file == "w.csv" and p.mend.ja for p in problems)


@pytest.mark.parametrize(
    "columns",
    [
        {},
        {"herb_id": ["*"], "factor": ["soil_depth_cm"]},
        table("*,soil_depth_cm,x"),
        table("*,soil_depth_cm,0"),
    ],
)
def test_a_file_without_one_weight_is_refused(columns: dict[str, list[str | None]]) -> None:
    with pytest.raises(InputUnusable):
        check_panel_weights(columns, CATALOGUE, "w.csv", "0")


def test_the_stamp_keeps_the_weights_and_everybody_says_them(project: Project) -> None:
    scores = score_project(project, CATALOGUE, ["toki"], weights=PANEL)
    kept = score_settings(project)
    assert kept.panel == PANEL and kept.method == "limitation"
    stamp = project.computed.stamp("scores")
    assert stamp is not None and stamp.parameters["weights"]["toki"] == pytest.approx(  # type: ignore[index]
        PANEL.for_catalogue(CATALOGUE)["toki"]
    )
    fresh = freshness(project)[1]
    assert fresh.changed == () and "重み 重み.csv (SHA-256 abababababab)" in fresh.text().ja
    factors, _ = stored_factors(project)
    found = explain(factors, "P1", "toki", CATALOGUE, weights=kept.weights)
    assert found.now.score == pytest.approx(
        float(scores.frame("toki").set_index("parcel_id").loc["P1", "score"])
    )
    used = PANEL.for_catalogue(CATALOGUE)["toki"]["soil_ph"] / sum(NEEDS.values())
    assert found.line("soil_ph").weight == pytest.approx(used)
    assert found.line("soil_ph").weighed and not found.line("soil_depth_cm").weighed
    assert f"{used:.1%} †" in found.text().ja
    assert "† 専門家の比較による重みです: 重み.csv(SHA-256 abababababab)" in found.text().ja
    told = json.loads(json.dumps(found.to_dict()))
    assert (told["weights_file"], told["weights_sha256"]) == ("重み.csv", "ab" * 32)
    content = project_content(project, CATALOGUE, Audience.PUBLIC)
    toki = next(herb for herb in content.herbs if herb.herb_id == "toki")
    on_map = {need.factor: need.weight for need in toki.requirements}
    assert on_map["soil_ph"] / sum(on_map.values()) == pytest.approx(used)
    assert any("重み.csv" in str(source.source) for source in content.layers_sources)


def test_without_a_panel_nobody_speaks_of_one(project: Project) -> None:
    assert score_settings(project).panel is None, "nothing was scored yet"
    score_project(project, CATALOGUE, ["toki"], method="arithmetic")
    settings_kept = score_settings(project)
    assert (settings_kept.panel, settings_kept.method, settings_kept.weights) == (None, "arithmetic", None)
    found = explain(stored_factors(project)[0], "P1", "toki", CATALOGUE)
    assert "†" not in found.text().ja and found.to_dict()["weights_file"] is None
    assert "重み" not in freshness(project)[1].text().ja
    content = project_content(project, CATALOGUE, Audience.PUBLIC)
    assert content.aggregation == "arithmetic" and len(content.layers_sources) == 2


def test_another_panel_takes_the_place_of_all_scores(project: Project) -> None:
    score_project(project, CATALOGUE, ["toki", "daio"])
    score_project(project, CATALOGUE, ["toki"], weights=PANEL)
    assert set(project.computed.scores()["herb_id"]) == {"toki"}
    score_project(project, CATALOGUE, ["daio"], weights=PANEL)
    assert set(project.computed.scores()["herb_id"]) == {"toki", "daio"}


def test_weights_given_without_a_file_are_explained_as_such(project: Project) -> None:
    score_project(project, CATALOGUE, ["toki"], weights={"toki": {"soil_depth_cm": 5.0}})
    kept = score_settings(project)
    found = explain(stored_factors(project)[0], "P1", "toki", CATALOGUE, weights=kept.weights)
    assert "† 目録の代わりに指定された重みです。" in found.text().ja
    assert found.line("soil_depth_cm").weight == pytest.approx(
        5 / (sum(NEEDS.values()) - NEEDS["soil_depth_cm"] + 5)
    )
    assert np.isclose(sum(line.weight for line in found.lines), 1)
