"""Scores of a project: stored with a stamp, fresh until something that went in changes."""

from __future__ import annotations

import math

import numpy as np
import pytest

from kanpo.errors import InputUnusable
from kanpo.herbs import load_catalogue
from kanpo.store import NewRecord, Project
from kanpo.suitability import (
    Expectations,
    freshness,
    project_sites,
    score_as_stored,
    score_parcels,
    score_project,
    score_settings,
)

CATALOGUE = load_catalogue()


def visit(project: Project, **values: object) -> None:
    project.journal.append([NewRecord("visit", {"parcel_id": "P1", **values}, "2025-05-01")])


def test_scores_are_stored_as_computed(project: Project) -> None:
    visit(project, drainage="well", soil_ph=6.0)
    scores = score_project(project, CATALOGUE)
    stored = project.computed.scores("shakuyaku").set_index("parcel_id")
    frame = scores.frame("shakuyaku").set_index("parcel_id")
    assert len(stored) == 3 and set(project.computed.scores()["herb_id"]) == set(CATALOGUE.herbs)
    for key in ("score", "lower", "upper"):
        assert stored[key].to_dict() == pytest.approx(frame[key].to_dict(), abs=1e-6)
    assert stored["rank"].to_dict() == frame["rank"].to_dict()
    assert stored.loc["P1", "upper"] <= 1


def test_a_visit_narrows_the_interval_of_its_parcel_alone(project: Project) -> None:
    before = score_project(project, CATALOGUE, ["shakuyaku"]).frame("shakuyaku").set_index("parcel_id")
    visit(project, drainage="imperfect")
    after = score_project(project, CATALOGUE, ["shakuyaku"]).frame("shakuyaku").set_index("parcel_id")
    assert before.loc["P1", "upper"] > after.loc["P1", "upper"]
    assert before.loc["P2", ["lower", "upper"]].equals(after.loc["P2", ["lower", "upper"]])


def test_a_dry_run_stores_nothing(project: Project) -> None:
    score_project(project, CATALOGUE, ["toki"], keep=False)
    assert project.computed.scores().empty
    assert [state.computed_at for state in freshness(project)] == [None, None]
    assert "まだ計算していません" in freshness(project)[1].text().ja


def test_scores_are_fresh_until_a_visit_is_recorded(project: Project) -> None:
    score_project(project, CATALOGUE)
    assert [state.changed for state in freshness(project)] == [(), ()]
    assert "最新" in freshness(project)[1].text().ja
    visit(project, soil_ph=6.2)
    factors, scores = freshness(project)
    assert (factors.product, scores.product) == ("factors", "scores")
    assert "visits" in factors.changed and "visits" in scores.changed
    assert "現地調査" in scores.text().ja and "stale" in scores.text().en


def test_one_herb_more_keeps_the_others_and_another_method_does_not(project: Project) -> None:
    score_project(project, CATALOGUE, ["toki"])
    score_project(project, CATALOGUE, ["daio"])
    assert set(project.computed.scores()["herb_id"]) == {"toki", "daio"}
    score_project(project, CATALOGUE, ["daio"], method="minimum")
    assert set(project.computed.scores()["herb_id"]) == {"daio"}


def test_a_project_without_parcels_is_told_to_ingest(tmp_path) -> None:  # type: ignore[no-untyped-def]
    with Project.create(tmp_path / "empty.gpkg") as empty, pytest.raises(InputUnusable) as caught:
        score_project(empty, CATALOGUE)
    assert "kanpo ingest" in str(caught.value)


@pytest.mark.parametrize(
    "kept",
    [
        None,
        "none",
        {},
        {"current": {}},
        {"current": {"toki": {"drainage": [0.5, 0.5]}}, "potential": {"toki": {"drainage": [0.5, 0.5]}}},
        {"current": {"toki": {"drainage": [7, 0, 0, 0]}}, "potential": {"toki": {"drainage": [7, 0, 0, 0]}}},
        {
            "current": {"toki": {"drainage": ["x", 0, 0, 0]}},
            "potential": {"toki": {"drainage": [1, 0, 0, 0]}},
        },
        {"current": {"toki": {"drainage": [math.nan] * 4}}, "potential": {"toki": {"drainage": [0] * 4}}},
        {"current": {"toki": {"drainage": [True] * 4}}, "potential": {"toki": {"drainage": [0] * 4}}},
        {"current": {"toki": "drainage"}, "potential": {}},
        {"current": {"toki": {"drainage": [0] * 4}}, "potential": {"toki": {"soil_ph": [0] * 4}}},
    ],
)
def test_expectations_of_another_hand_are_not_used_and_scores_are_said_to_be_stale(
    project: Project, kept: object
) -> None:
    visit(project, drainage="well")
    score_project(project, CATALOGUE, ["toki"])
    stored = project.computed.scores("toki")
    stamp = project.computed.stamp("scores")
    assert stamp is not None and score_settings(project).expectations is not None
    project.computed.write_scores(stored, stamp.inputs, {**stamp.parameters, "expectations": kept})
    settings = score_settings(project)
    assert settings.expectations is None and settings.method == "limitation"
    scores = freshness(project, CATALOGUE)[1]
    assert scores.changed == ("definition",) and "kanpo score" in scores.text().ja
    _, factors = project_sites(project)
    anew = score_as_stored(project, factors, CATALOGUE, ["toki"]).frame("toki")
    assert anew["score"].tolist() == pytest.approx(stored["score"].tolist())


def test_expectations_are_kept_as_they_were_estimated(project: Project) -> None:
    scores = score_project(project, CATALOGUE)
    kept = score_settings(project).expectations
    assert kept is not None and kept.to_parameters() == scores.expectations.to_parameters()
    assert kept.cover(CATALOGUE.requirements)


def test_from_three_parcels_nothing_is_expected(project: Project) -> None:
    """The middle of worst and best enters, until 20 parcels of the type of land are known."""
    for parcel in ("P1", "P2"):
        project.journal.append([NewRecord("visit", {"parcel_id": parcel, "soil_ph": 6.0}, "2025-05-01")])
    scores = score_project(project, CATALOGUE, ["toki"])
    current = scores.expectations.current
    assert all(math.isnan(number) for number in current["toki", "soil_ph"])
    paddy, *others = current["toki", "drainage"]
    assert paddy == pytest.approx(((0.35**0.25 + 0) / 2) ** 4) and all(map(math.isnan, others))


def test_a_herb_that_came_after_the_expectations_is_still_scored(project: Project) -> None:
    scores = score_project(project, CATALOGUE, ["toki"], keep=False)
    own = {key: numbers for key, numbers in scores.expectations.current.items() if key[0] == "toki"}
    _, factors = project_sites(project)
    some = Expectations(own, own)
    assert not some.cover(CATALOGUE.requirements)
    found = score_parcels(factors, CATALOGUE, expectations=some)
    assert np.isfinite(found.result.score).all()
