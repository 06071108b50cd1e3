"""Records find what they are about, repeats add nothing, corrections stay visible."""

from __future__ import annotations

from pathlib import Path

import pytest

from kanpo.errors import Severity, UsageError
from kanpo.herbs import read_overlay
from kanpo.store import Project
from kanpo.trials import correct_record, enter_growers, record_rows, withdraw_record

OBSERVATIONS = {
    "plot_code": ["T1-1", "T1-2"],
    "trait": ["草丈", "草丈"],
    "value": ["30", "34"],
    "happened_at": ["2025-06-01", "2025-06-01"],
}


def test_a_plot_brings_its_trial_and_its_outline(trial_project: Project) -> None:
    report = record_rows(trial_project, "observation", OBSERVATIONS)
    assert report.stored == 2
    frame = trial_project.journal.read("observation")
    assert set(frame["trial_code"]) == {"T1"}
    assert trial_project.journal.entries("observation")["outline"].notna().all()


def test_the_same_rows_again_add_nothing(trial_project: Project) -> None:
    record_rows(trial_project, "observation", OBSERVATIONS)
    again = record_rows(trial_project, "observation", OBSERVATIONS)
    assert (again.stored, again.repeated) == (0, 2)
    reordered = {key: values[::-1] for key, values in OBSERVATIONS.items()}
    assert record_rows(trial_project, "observation", reordered).stored == 0


def test_a_row_with_a_record_id_is_written_once(trial_project: Project) -> None:
    row = {key: values[:1] for key, values in OBSERVATIONS.items()} | {"record_id": ["my-own-1"]}
    assert record_rows(trial_project, "observation", row).record_ids == ("my-own-1",)
    assert record_rows(trial_project, "observation", row | {"value": ["99"]}).stored == 0


@pytest.mark.parametrize(
    ("kind", "change", "code", "hint"),
    [
        ("observation", {"plot_code": ["T1-1", "T1-22"]}, "record.unknown-plot", "T1-2"),
        ("observation", {"trial_code": ["T1", "T2"]}, "record.unknown-trial", "T1"),
        ("observation", {"parcel_id": ["P1", "P11"]}, "record.unknown-parcel", "P1"),
    ],
)
def test_what_is_not_there_is_named_with_the_nearest(
    trial_project: Project, kind: str, change: dict[str, list[str]], code: str, hint: str
) -> None:
    report = record_rows(trial_project, kind, OBSERVATIONS | {"trial_code": ["T1", "T1"]} | change)
    assert report.stored == 1
    assert report.rejected == {3}
    (problem,) = [p for p in report.problems if p.severity is Severity.REJECT]
    assert problem.code == code
    assert problem.place.row == 3
    assert hint in problem.mend.ja


def test_an_unknown_herb_is_refused(project: Project) -> None:
    row = {"trial_code": ["T9"], "herb_id": ["touki"], "parcel_id": ["P1"], "happened_at": ["2025-04-01"]}
    report = record_rows(project, "trial", row)
    assert not report.stored
    assert "toki" in report.problems[0].mend.en


def test_a_plot_outside_its_parcel_is_kept_and_flagged(trial_project: Project) -> None:
    row = {
        "trial_code": ["T1"],
        "plot_code": ["T1-9"],
        "treatment": ["標準"],
        "happened_at": ["2025-04-01"],
        "wkt": ["POLYGON((139.9 38.8,139.9001 38.8,139.9001 38.8001,139.9 38.8))"],
    }
    report = record_rows(trial_project, "plot", row)
    assert report.stored == 1
    assert [p.code for p in report.problems] == ["record.outside-parcel"]
    plot = trial_project.journal.read("plot").iloc[-1]
    assert plot["area_m2"] == pytest.approx(48.3, abs=0.5), "measured from the outline"


def test_a_plot_whose_outline_is_nonsense_is_rejected(trial_project: Project) -> None:
    row = {
        "trial_code": ["T1"],
        "plot_code": ["T1-9"],
        "treatment": ["標準"],
        "happened_at": ["2025-04-01"],
        "wkt": ["POLYGON((1 2"],
    }
    report = record_rows(trial_project, "plot", row)
    assert [p.code for p in report.problems] == ["record.outline"]


def test_a_dry_run_writes_nothing(trial_project: Project) -> None:
    seal = trial_project.journal.seal()
    assert record_rows(trial_project, "observation", OBSERVATIONS, dry_run=True).stored == 2
    assert trial_project.journal.seal() == seal


def test_a_correction_supersedes_with_a_reason_and_both_stay(trial_project: Project) -> None:
    first = record_rows(trial_project, "observation", OBSERVATIONS).record_ids[0]
    report = correct_record(trial_project, first[:-4], {"value": "31"}, "読み違い")
    standing = trial_project.journal.read("observation")
    assert sorted(standing["value"]) == [31.0, 34.0]
    history = trial_project.journal.entries(record_id=report.record_ids[0])
    assert list(history["superseded"]) == [True, False]
    with pytest.raises(UsageError, match="訂正されています"):
        correct_record(trial_project, first, {"value": "32"}, "もう一度")


def test_a_correction_is_checked_like_any_record(trial_project: Project) -> None:
    first = record_rows(trial_project, "observation", OBSERVATIONS).record_ids[0]
    report = correct_record(trial_project, first, {"value": "高い"}, "読み違い")
    assert report.rejected and not report.stored
    assert sorted(trial_project.journal.read("observation")["value"]) == [30.0, 34.0]


def test_a_plot_can_be_corrected_and_keeps_its_outline(trial_project: Project) -> None:
    plots = trial_project.journal.read("plot")
    report = correct_record(
        trial_project, plots["record_id"].iloc[0], {"treatment": "遅植え"}, "札の取り違え"
    )
    assert report.stored == 1
    after = trial_project.journal.read("plot")
    assert len(after) == 4
    assert "遅植え" in set(after["treatment"])


def test_withdrawing_takes_a_record_out_of_the_count(trial_project: Project) -> None:
    ids = record_rows(trial_project, "observation", OBSERVATIONS).record_ids
    withdraw_record(trial_project, ids[0], "二重に記録")
    assert trial_project.journal.read("observation")["record_id"].tolist() == [ids[1]]
    with pytest.raises(UsageError):
        withdraw_record(trial_project, "nothing-like-it", "x")


def test_growers_leave_their_names_in_the_people_file(project: Project) -> None:
    columns = {"grower_code": ["G01"], "name": ["見本 一郎"], "phone": ["000"], "note": ["電話は夜"]}
    assert enter_growers(project, columns).stored == 1
    assert enter_growers(project, columns).repeated == 1
    content = project.path.read_bytes()
    assert "見本 一郎".encode() not in content and "電話は夜".encode() not in content
    assert project.people.read()["name"].tolist() == ["見本 一郎"]


def test_a_herb_of_ones_own_can_be_tried(project: Project, tmp_path: Path) -> None:
    row = {"trial_code": ["T9"], "herb_id": ["shikon"], "parcel_id": ["P1"], "happened_at": ["2025-04-01"]}
    (tmp_path / "herbs.csv").write_text("herb_id,crude_drug_ja\nshikon,紫根\n", encoding="utf-8")
    assert not record_rows(project, "trial", row).stored, "nobody knows that herb yet"
    project.keep_own_catalogue(read_overlay(tmp_path)[0])
    assert record_rows(project, "trial", row).stored == 1
