"""Scores of a project: stored with a stamp, fresh until something that went in changes."""

from __future__ import annotations

import pytest

from kanpo.errors import InputUnusable
from kanpo.herbs import load_catalogue
from kanpo.store import NewRecord, Project
from kanpo.suitability import freshness, score_project

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
