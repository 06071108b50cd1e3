"""What is odd is kept and named, and named again whenever it is asked for."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from kanpo.lots import doubtful_records
from kanpo.store import Project
from kanpo.trials import correct_record, doubts
from tests.lots.made_up import step, two_plots, write

CONDITION = {
    "happened_at": "2025-01-01",
    "registration_number": "00000",
    "herb_id": "toki",
    "most_applications": "2",
    "days_before_harvest": "14",
    "dilution_low": "1000",
    "dilution_high": "2000",
}
HARVEST = {"happened_at": "2025-11-10", "trial_code": "T1", "plot_code": "T1-1", "fresh_kg": "40"}


def spray(day: str, **more: str) -> dict[str, str]:
    """A row of an application on the whole trial."""
    known = {"happened_at": day, "trial_code": "T1", "operation": "農薬散布", "registration_number": "00000"}
    return {**known, "dilution": "1500", **more}


def codes(project: Project) -> list[str]:
    """Codes of all doubts."""
    return [doubt.code for doubt in doubts(project)]


def test_a_project_in_order_has_no_doubts(trial_project: Project) -> None:
    write(trial_project, "use_condition", CONDITION)
    write(trial_project, "operation", spray("2025-07-01"), spray("2025-08-01"))
    write(trial_project, "harvest", HARVEST)
    assert codes(trial_project) == []


@pytest.mark.parametrize(
    ("rows", "code", "words"),
    [
        ([spray("2025-11-01")], "pesticide.before-harvest", "9 日前"),
        ([spray("2025-07-01", dilution="500")], "pesticide.dilution", "500"),
        ([spray(f"2025-0{m}-01") for m in (6, 7, 8)], "pesticide.too-often", "3 回目"),
        ([spray("2025-07-01", registration_number="99999")], "pesticide.no-conditions", "99999"),
    ],
)
def test_pesticides_against_their_conditions_are_kept_and_flagged(
    trial_project: Project, rows: list[dict[str, str]], code: str, words: str
) -> None:
    write(trial_project, "use_condition", CONDITION)
    write(trial_project, "harvest", HARVEST)
    assert write(trial_project, "operation", *rows).stored == len(rows), "never refused"
    (doubt,) = doubts(trial_project)
    assert doubt.code == code and words in doubt.why.ja
    assert doubt.day == rows[-1]["happened_at"], "the last use is the one too many"


def test_a_product_for_other_crops_is_flagged(trial_project: Project) -> None:
    write(trial_project, "use_condition", CONDITION | {"herb_id": "shakuyaku"})
    write(trial_project, "operation", spray("2025-07-01"))
    assert codes(trial_project) == ["pesticide.not-for-herb"]


def test_uses_are_counted_by_plot_and_from_harvest_to_harvest(trial_project: Project) -> None:
    write(trial_project, "use_condition", CONDITION)
    rows = [spray("2025-06-01", plot_code="T1-1"), spray("2025-06-02", plot_code="T1-2"), spray("2025-07-01")]
    write(trial_project, "operation", *rows)
    assert codes(trial_project) == [], "no plot had more than two"
    write(trial_project, "harvest", HARVEST)
    write(trial_project, "operation", spray("2026-06-01", plot_code="T1-1"))
    assert codes(trial_project) == [], "a new season"
    write(trial_project, "operation", spray("2025-08-01", plot_code="T1-1"))
    assert codes(trial_project) == ["pesticide.too-often"]


def test_a_harvest_before_planting_is_flagged_until_it_is_corrected(trial_project: Project) -> None:
    planting = {"happened_at": "2026-04-10", "trial_code": "T1", "operation": "transplanting"}
    record_id = write(trial_project, "operation", planting).record_ids[0]
    write(trial_project, "harvest", HARVEST)
    assert codes(trial_project) == ["harvest.before-planting"]
    correct_record(trial_project, record_id, {"happened_at": "2025-04-10"}, "年の書き違い")
    assert codes(trial_project) == []


def test_a_date_after_the_day_of_recording_is_flagged(trial_project: Project) -> None:
    later = (date.today() + timedelta(days=30)).isoformat()
    assert write(trial_project, "harvest", HARVEST | {"happened_at": later}).stored == 1
    assert codes(trial_project) == ["record.in-future"]


def test_values_out_of_range_or_far_from_their_plot_are_flagged(trial_project: Project) -> None:
    def heights(*values: str) -> list[dict[str, str]]:
        known = {"plot_code": "T1-1", "trait": "草丈"}
        return [known | {"value": v, "happened_at": f"2025-06-{i:02d}"} for i, v in enumerate(values, 1)]

    write(trial_project, "observation", *heights("30", "32", "35", "37", "310"))
    assert codes(trial_project) == ["value.far-from-history"]
    write(
        trial_project,
        "observation",
        {"plot_code": "T1-2", "trait": "草丈", "value": "900", "happened_at": "2025-06-01"},
    )
    assert sorted(codes(trial_project)) == ["value.doubtful", "value.far-from-history"]


def test_the_view_holds_lots_too(trial_project: Project) -> None:
    two_plots(trial_project)
    assert doubtful_records(trial_project)["code"].tolist() == ["lot.shipped-untested"]
    row = {"happened_at": "2025-12-11", "lot_id": "PACK-1", "test": "灰分", "measured": "5", "unit": "%"}
    assert write(trial_project, "assay", row).stored == 1
    assert doubtful_records(trial_project).empty
    write(trial_project, "lot_step", step("2025-12-12", "packing", "M2=10", "P2=9"))
    (row,) = doubtful_records(trial_project).to_dict("records")
    assert (row["kind"], row["code"], row["where"]) == ("lot_step", "lot.mass-gap", "P2")
    assert "10.0 %" in row["why"]


def test_an_assay_before_its_lot_is_kept_and_flagged(trial_project: Project) -> None:
    two_plots(trial_project)
    row = {"happened_at": "2025-12-01", "lot_id": "PACK-1", "test": "灰分", "measured": "5", "unit": "%"}
    report = write(trial_project, "assay", row)
    assert report.stored == 1 and [p.code for p in report.problems] == ["lot.before-it-exists"]
    (found,) = (row for row in doubtful_records(trial_project).to_dict("records") if row["kind"] == "assay")
    assert (found["kind"], found["code"], found["where"]) == ("assay", "lot.before-it-exists", "PACK-1")
