"""What changed in a ranking, and why."""

from __future__ import annotations

import pandas as pd
import pytest

from kanpo.herbs import load_catalogue
from kanpo.store import Project, Stamp
from kanpo.suitability import (
    DEFINITION,
    ScoreSettings,
    change_reasons,
    project_changes,
    ranking_changes,
    score_parcels,
    score_project,
    separation,
    shade_words,
    suited_herbs,
    summary,
)
from tests.suitability.sites import factors_of, good_site

CATALOGUE = load_catalogue()
INPUTS = {"parcels": "1", "layers": "1", "visits": "1", "catalogue": "1", "definition": DEFINITION}
PARAMETERS: dict[str, object] = {"method": "limitation", "weights": {}, "bounds": [0.75, 0.5, 0.25]}


def stamp(inputs: dict[str, str], parameters: dict[str, object] | None = None) -> Stamp:
    return Stamp("scores", inputs, PARAMETERS | (parameters or {}), 1, "2026-01-01T00:00:00Z", "0")


def former(**ranks: int) -> pd.DataFrame:
    rows = [(name, 0.9, "S1", "area_m2", rank) for name, rank in ranks.items()]
    return pd.DataFrame(rows, columns=["parcel_id", "score", "class", "limiting_factor", "rank"])


@pytest.mark.parametrize(
    ("changed", "parameters", "words"),
    [
        ({}, {}, []),
        ({"definition": "before"}, {"method": "geometric"}, ["定義"]),
        ({"visits": "2", "layers": "2"}, {}, ["要因の値が変わった(主題図・現地調査)"]),
        ({"catalogue": "2"}, {"weights": {"toki": {"drainage": 1.0}}}, ["生薬目録", "重み"]),
        ({}, {"bounds": [0.8, 0.5, 0.25]}, ["区分の境"]),
        ({}, {"panel": {"sha256": "a"}}, []),
    ],
)
def test_reasons_are_what_scores_are_computed_from(
    changed: dict[str, str], parameters: dict[str, object], words: list[str]
) -> None:
    told = change_reasons(stamp(INPUTS | changed, parameters), INPUTS, PARAMETERS)
    assert len(told) == len(words)
    assert all(word in one.ja for word, one in zip(words, told, strict=True))


def test_what_entered_and_left_is_named_with_the_nearest_reason() -> None:
    """P0 good, P1 wet, P2 an outline, P3 without light; P9 is gone, P0 was not there."""
    nothing = dict.fromkeys(good_site())
    rows = [good_site(), good_site() | {"drainage": "poor"}, nothing, good_site() | {"sunlight": None}]
    frame = score_parcels(factors_of(rows), CATALOGUE, ["toki"]).frame("toki")
    table, stayed = ranking_changes(former(P1=1, P2=2, P9=3, P3=9), frame, 3)
    told = table.set_index("parcel_id")
    assert told["moved"].to_dict() == {
        "P0": "entered",
        "P3": "entered",
        "P2": "left",
        "P9": "left",
    }
    assert stayed == 1
    assert told.at["P0", "why"] == "前は適地度のなかった筆" and told.at["P9", "why"] == "今はない筆"
    assert told.at["P2", "why"].startswith("区分が言えない") and "日照" in told.at["P3", "why"]
    assert pd.isna(told.at["P2", "class"]) and told.at["P2", "old_class"] == "S1"


def test_scoring_one_herb_keeps_the_others_and_the_scores_before_a_change(project: Project) -> None:
    score_project(project, CATALOGUE, ["toki", "daio"])
    score_project(project, CATALOGUE, ["daio"])
    assert set(project.computed.scores()["herb_id"]) == {"toki", "daio"}
    assert project.computed.stamp("former_scores") is None
    scores = score_project(project, CATALOGUE, ["toki"], method="minimum")
    settings = ScoreSettings("minimum")
    for _ in range(2):
        found = project_changes(project, CATALOGUE, scores, settings, top=3, stored=True)
        assert found is not None and [one.ja for one in found.reasons] == ["総合の方法が変わった"]
        # The same once more is no change: what stood before stays to be compared.
        score_project(project, CATALOGUE, ["toki"], method="minimum")


def test_herbs_for_reference_have_no_class_and_are_never_the_best() -> None:
    scores = score_parcels(factors_of([good_site()]), CATALOGUE)
    table = suited_herbs(scores, "P0", CATALOGUE)
    assert table.loc[table["reference"], "rank"].isna().all() and not table["reference"].iloc[0]
    ranked = table[table["rank"].notna()]
    assert ranked["score"].is_monotonic_decreasing and ranked["rank"].iloc[0] == 1
    best = ranked[ranked["score"] == ranked["score"].iloc[0]]
    assert len(best) > 1 and best["rank"].eq(1).all(), "equal herbs share a rank"
    words = shade_words(CATALOGUE, "ninjin")
    assert words and "70%" in words.ja and "遮光施設の費用" in words.ja
    assert shade_words(CATALOGUE, "toki") is None


def test_parcels_are_told_apart_only_where_one_is_surely_better() -> None:
    wet, unknown = good_site() | {"drainage": "imperfect"}, good_site() | {"drainage": None}
    for rows, apart in (([good_site(), wet], True), ([good_site(), unknown], False), ([wet] * 3, False)):
        scores = score_parcels(factors_of(rows), CATALOGUE, ["toki"])
        (row,) = summary(scores, CATALOGUE).to_dict("records")
        assert row["tells_apart"] == apart
    assert row["next_factor"] is None
    told = separation(scores, CATALOGUE, scores.result.score[0])
    assert told.herbs["distinct"].tolist() == [1] and told.with_area != told.with_area
