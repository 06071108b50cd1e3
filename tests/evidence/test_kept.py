"""A prediction is proven by its place in the journal, not by the date of a file."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from kanpo.errors import InputUnusable
from kanpo.evidence import Proof, calibrate_project, kept_predictions, trial_values
from kanpo.store import Project, merge_projects, verify_project
from kanpo.suitability import score_project
from kanpo.trials import correct_record, keep_predictions, record_rows, withdraw_record
from tests.trials.test_prediction import CATALOGUE, THREE, VISITS

TRAIT = "yield_dry_kg_per_10a"
PLOTS = {
    "trial_code": ["A", "B", "C"],
    "plot_code": ["A-1", "B-1", "C-1"],
    "treatment": ["標準"] * 3,
    "area_m2": ["10"] * 3,
    "happened_at": ["2025-04-01"] * 3,
}
HARVESTS = {
    "trial_code": ["A", "B", "C"],
    "plot_code": ["A-1", "B-1", "C-1"],
    "fresh_kg": ["7", "6", "5"],
    "dry_kg": ["2.0", "1.8", "1.5"],
    "happened_at": ["2025-11-10"] * 3,
}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """Sets the clock of the journal."""

    def at(moment: str) -> None:
        for room in ("_journal", "_computed"):
            monkeypatch.setattr(f"kanpo.store.{room}.now", lambda: f"{moment}.000Z")

    return at


def score(project: Project) -> None:
    record_rows(project, "visit", VISITS)
    score_project(project, CATALOGUE, ["toki"])


def enter(project: Project, *kinds: str) -> None:
    tables = {"trial": THREE, "plot": PLOTS, "harvest": HARVESTS}
    for kind in kinds:
        assert record_rows(project, kind, tables[kind]).stored == 3


def proofs(project: Project) -> list[str]:
    found = calibrate_project(project, CATALOGUE, "toki", TRAIT)
    return found.parcels.sort_values("parcel_id")["proof"].tolist()


def test_a_prediction_kept_before_the_season_outlives_the_next_scoring(project: Project, clock) -> None:  # type: ignore[no-untyped-def]
    clock("2025-03-20T01:00:00")
    score(project)
    stood = project.computed.scores("toki").set_index("parcel_id")["score"]
    enter(project, "trial", "plot")
    clock("2025-11-20T01:00:00")
    enter(project, "harvest")
    score_project(project, CATALOGUE, ["toki"], method="minimum")
    found = calibrate_project(project, CATALOGUE, "toki", TRAIT)
    assert found.proofs == {Proof.BEFORE_TRIAL: 3} and found.before == 3
    kept = found.parcels.set_index("parcel_id")
    assert kept["score"].to_dict() == stood.to_dict()
    assert kept["predicted_at"].str.startswith("2025-03-20").all()


@pytest.mark.parametrize(
    ("entered", "proof"),
    [
        ("2025-03-31T14:59:00", Proof.BEFORE_TRIAL),
        ("2025-04-01T14:59:00", Proof.BEFORE_TRIAL),
        ("2025-04-01T15:00:00", Proof.BEFORE_VALUES),
        ("2025-11-10T14:59:00", Proof.BEFORE_VALUES),
        ("2025-11-10T15:00:00", Proof.KEPT_LATE),
    ],
)
def test_days_are_those_of_japan(project: Project, clock, entered: str, proof: Proof) -> None:  # type: ignore[no-untyped-def]
    clock("2025-03-01T00:00:00")
    score(project)
    clock(entered)
    enter(project, "trial", "plot")
    clock("2025-12-01T00:00:00")
    enter(project, "harvest")
    assert proofs(project) == [proof] * 3


def test_what_is_entered_after_the_harvest_proves_nothing(project: Project, clock) -> None:  # type: ignore[no-untyped-def]
    """Whatever day a clock says: in the chain the prediction stands after the harvests."""
    clock("2025-03-01T00:00:00")
    enter(project, "trial", "plot", "harvest")
    score(project)
    assert keep_predictions(project) == (3, [])
    assert proofs(project) == [Proof.KEPT_LATE] * 3


def test_a_value_that_was_corrected_later_was_known_all_the_same(project: Project, clock) -> None:  # type: ignore[no-untyped-def]
    clock("2025-03-01T00:00:00")
    enter(project, "trial", "plot", "harvest")
    score(project)
    keep_predictions(project)
    for record_id in project.journal.read("harvest")["record_id"]:
        correct_record(project, record_id, {"dry_kg": "1.9"}, "量り直し")
    assert proofs(project) == [Proof.KEPT_LATE] * 3


def test_a_prediction_cannot_be_mended_afterwards(project: Project, clock) -> None:  # type: ignore[no-untyped-def]
    clock("2025-03-01T00:00:00")
    score(project)
    enter(project, "trial", "plot")
    first, second, _ = project.journal.read("prediction").to_dict("records")
    clock("2025-12-01T00:00:00")
    enter(project, "harvest")
    correct_record(project, first["record_id"], {"score": "0.01"}, "当たるように")
    withdraw_record(project, second["record_id"], "外れたので")
    found = calibrate_project(project, CATALOGUE, "toki", TRAIT).parcels.set_index("parcel_id")
    assert found["proof"].tolist() == [Proof.BEFORE_TRIAL] * 3
    assert found.loc["P1", "score"] == first["score"] and found.loc["P2", "score"] == second["score"]


def test_a_decision_day_stands_in_for_a_trial_that_was_entered_late(project: Project, clock) -> None:  # type: ignore[no-untyped-def]
    clock("2025-03-01T00:00:00")
    score(project)
    assert keep_predictions(project, "toki", best=3) == (3, [])
    clock("2025-12-01T00:00:00")
    enter(project, "trial", "plot", "harvest")
    assert proofs(project) == [Proof.BEFORE_TRIAL] * 3
    values = trial_values(project, "toki", TRAIT)
    assert set(kept_predictions(project, values, TRAIT)["predicted_at"].str[:7]) == {"2025-03"}


def test_between_two_devices_the_clocks_decide(
    project: Project,
    clock,  # type: ignore[no-untyped-def]
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock("2025-03-01T00:00:00")
    score(project)
    enter(project, "trial", "plot")
    other = tmp_path / "copy.gpkg"
    other.write_bytes(project.path.read_bytes())
    clock("2025-11-20T00:00:00")
    monkeypatch.setenv("KANPO_CONFIG", str(tmp_path / "another"))
    with Project.open(other, write=True) as copy:
        enter(copy, "harvest")
    merge_projects(project, other)
    assert project.journal.entries()["device"].nunique() == 2
    assert proofs(project) == [Proof.BEFORE_TRIAL] * 3


def test_without_kept_predictions_the_stamp_is_all_there_is(project: Project, clock) -> None:  # type: ignore[no-untyped-def]
    clock("2025-02-01T00:00:00")
    enter(project, "trial", "plot")
    score(project)
    clock("2025-12-01T00:00:00")
    enter(project, "harvest")
    assert proofs(project) == [Proof.STORED_BEFORE] * 3
    score_project(project, CATALOGUE, ["toki"])
    assert proofs(project) == [Proof.STORED_AFTER] * 3


def test_every_proof_has_words_and_the_words_agree() -> None:
    for proof in Proof:
        assert proof.label.ja and proof.label.en
    assert [proof for proof in Proof if proof.before and not proof.kept] == [Proof.STORED_BEFORE]


def test_a_file_of_an_older_kanpo_has_no_predictions_and_calibrates_as_before(tmp_path: Path) -> None:
    path = tmp_path / "old.gpkg"
    old = Path(__file__).parents[1] / "store" / "files" / "project_v1.gpkg.gz"
    path.write_bytes(gzip.decompress(old.read_bytes()))
    with Project.open(path, write=True) as opened:
        assert opened.journal.read("prediction").empty
        assert kept_predictions(opened, trial_values(opened, "toki"), TRAIT).empty
        with pytest.raises(InputUnusable, match=r"evidence\.(few-parcels|no-scores)"):
            calibrate_project(opened, CATALOGUE, "toki", TRAIT)
    assert verify_project(path) == []
