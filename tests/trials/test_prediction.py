"""What was predicted stays in the journal beside the trial, whatever is scored later."""

from __future__ import annotations

from pathlib import Path

import pytest

from kanpo.herbs import load_catalogue
from kanpo.store import Project, merge_projects, new_record_ids, verify_project
from kanpo.suitability import DEFINITION, score_project
from kanpo.trials import NewTrial, create_trial, keep_predictions, record_rows, unite_copies
from tests.conftest import TRIAL

CATALOGUE = load_catalogue()
VISITS = {
    "parcel_id": ["P1", "P2", "P3"],
    "happened_at": ["2024-10-01"] * 3,
    "drainage": ["well", "imperfect", "poor"],
    "soil_texture": ["loam", "clay", "clay"],
    "soil_depth_cm": ["80", "40", "25"],
    "soil_ph": ["6.0", "5.2", "4.6"],
}
THREE = {
    "trial_code": ["A", "B", "C"],
    "herb_id": ["toki"] * 3,
    "parcel_id": ["P1", "P2", "P3"],
    "happened_at": ["2025-04-01"] * 3,
}


@pytest.fixture
def scored(project: Project) -> Project:
    """The project with three visited parcels, scored."""
    assert record_rows(project, "visit", VISITS).stored == 3
    score_project(project, CATALOGUE, ["toki"])
    return project


def test_the_score_that_stood_is_written_before_the_trial(scored: Project) -> None:
    stood = scored.computed.scores("toki").set_index("parcel_id").loc["P1"]
    stamp = scored.computed.stamp("scores")
    report, _ = create_trial(scored, NewTrial("T1", "toki", "P1", "2025-04-01", ("a", "b"), replicates=2))
    assert (report.stored, report.predictions) == (1, 1)
    kinds = [row[1] for row in scored.journal.chain()]
    assert kinds.index("prediction") == kinds.index("trial") - 1
    score_project(scored, CATALOGUE, ["toki"], method="minimum")
    (kept,) = scored.journal.read("prediction").to_dict("records")
    taken = ["score", "lower", "upper", "class", "class_lower", "class_upper", "certainty", "rank"]
    assert [kept[key] for key in taken] == stood[taken].astype(object).where(
        stood[taken].notna(), None
    ).tolist()
    assert kept["class"] is None and kept["certainty"] == "unknown", "too little is known for a class"
    assert kept["definition"] == DEFINITION
    assert stamp and kept["computed_at"] == stamp.computed_at and kept["catalogue"] == CATALOGUE.digest
    assert (kept["method"], kept["weights"], kept["changed"]) == ("limitation", "catalogue", None)
    assert scored.computed.scores("toki", ["P1"])["score"].iloc[0] != kept["score"]
    assert verify_project(scored.path) == []


def test_a_file_of_trials_brings_its_predictions_once(scored: Project) -> None:
    assert record_rows(scored, "trial", THREE).predictions == 3
    again = record_rows(scored, "trial", THREE)
    assert (again.stored, again.predictions) == (0, 0)
    assert len(scored.journal.read("prediction")) == 3


def test_without_scores_the_trials_are_recorded_and_one_hint_is_given(project: Project) -> None:
    report = record_rows(project, "trial", THREE)
    assert (report.stored, report.predictions) == (3, 0)
    assert [problem.code for problem in report.problems] == ["trial.no-prediction"]
    assert not report.rejected


def test_stale_scores_are_kept_as_such(scored: Project) -> None:
    later = {key: values[:1] for key, values in VISITS.items()} | {"happened_at": ["2025-03-01"]}
    record_rows(scored, "visit", later)
    record_rows(scored, "trial", TRIAL)
    assert scored.journal.read("prediction")["changed"].tolist() == ["visits"]


def test_trials_older_than_the_scores_get_theirs_when_asked(project: Project) -> None:
    record_rows(project, "trial", THREE)
    assert keep_predictions(project) == (0, ["A", "B", "C"])
    record_rows(project, "visit", VISITS)
    score_project(project, CATALOGUE, ["toki"])
    assert keep_predictions(project, dry_run=True) == (3, [])
    assert project.journal.read("prediction").empty
    assert keep_predictions(project) == (3, []) and keep_predictions(project) == (0, [])
    assert keep_predictions(project, "toki", best=2) == (2, []), "the best ones without a trial, too"
    assert project.journal.read("prediction")["trial_code"].isna().sum() == 2


def test_predictions_come_along_when_copies_are_united(scored: Project, tmp_path: Path) -> None:
    other = tmp_path / "copy.gpkg"
    other.write_bytes(scored.path.read_bytes())
    with Project.open(other, write=True) as copy:
        record_rows(copy, "trial", TRIAL)
        there = copy.journal.read("prediction")
    assert len(merge_projects(scored, other).came) == 2
    assert scored.journal.read("prediction")["record_id"].tolist() == there["record_id"].tolist()
    assert merge_projects(scored, other).came == ()


def test_uniting_writes_nothing_itself_but_says_which_trials_lack_a_prediction(
    project: Project, tmp_path: Path
) -> None:
    other = tmp_path / "copy.gpkg"
    other.write_bytes(project.path.read_bytes())
    with Project.open(other, write=True) as copy:
        record_rows(copy, "trial", TRIAL)
    record_rows(project, "visit", VISITS)
    score_project(project, CATALOGUE, ["toki"])
    union = unite_copies(project.path, other)
    assert (len(union.report.came), union.unpredicted) == (1, 1)
    assert keep_predictions(project) == (1, [])


def test_a_decision_keeps_the_score_and_the_definition_of_its_day(scored: Project) -> None:
    choice = {
        "parcel_id": ["P1", "P2"],
        "herb_id": ["toki", None],
        "decision": ["selected", "deferred"],
        "happened_at": ["2025-04-01"] * 2,
    }
    stood = scored.computed.scores("toki").set_index("parcel_id").loc["P1"]
    stamp = scored.computed.stamp("scores")
    assert record_rows(scored, "decision", choice).stored == 2
    score_project(scored, CATALOGUE, ["toki"], method="minimum")
    # The same file once more is no new decision, though the score is another one by now.
    assert record_rows(scored, "decision", choice).repeated == 2
    kept, open_one = scored.journal.read("decision").to_dict("records")
    taken = ["score", "lower", "upper", "class_lower", "class_upper", "certainty", "rank"]
    assert [kept[key] for key in taken] == stood[taken].astype(object).where(
        stood[taken].notna(), None
    ).tolist()
    assert stamp and (kept["definition"], kept["computed_at"]) == (DEFINITION, stamp.computed_at)
    assert open_one["score"] is None or open_one["score"] != open_one["score"], "no herb, no score"


def test_a_decision_with_an_id_comes_again_and_one_from_elsewhere_keeps_its_own_score(
    scored: Project,
) -> None:
    chosen = {
        "record_id": [next(new_record_ids(1))],
        "parcel_id": ["P1"],
        "herb_id": ["toki"],
        "decision": ["selected"],
        "happened_at": ["2025-04-01"],
    }
    assert record_rows(scored, "decision", chosen).stored == 1
    again = record_rows(scored, "decision", chosen)
    assert (again.repeated, again.problems) == (1, ())
    seen = {**chosen, "record_id": [next(new_record_ids(1))], "parcel_id": ["P3"], "score": ["0.42"]}
    assert record_rows(scored, "decision", seen).stored == 1
    kept = scored.journal.read("decision").set_index("parcel_id")
    assert kept.at["P3", "score"] == 0.42 and kept.at["P1", "score"] != 0.42
