"""A trial in one table, checked by hand."""

from __future__ import annotations

import pytest

from kanpo.evidence import summarise_trial
from kanpo.store import Project
from kanpo.trials import record_rows


def test_means_are_over_plots_and_yields_per_10a(trial_project: Project) -> None:
    record_rows(
        trial_project,
        "observation",
        {
            "plot_code": ["T1-1", "T1-1", "T1-3", "T1-2"],
            "trait": ["plant_height_cm"] * 4,
            "value": ["10", "20", "25", "40"],
            "happened_at": ["2025-06-01", "2025-07-01", "2025-06-01", "2025-06-01"],
        },
    )
    record_rows(
        trial_project,
        "harvest",
        {
            "trial_code": ["T1"] * 4,
            "plot_code": ["T1-1", "T1-2", "T1-3", "T1-4"],
            "fresh_kg": ["8", "10", "6", "12"],
            "dry_kg": ["2", "3", "1.5", None],
            "happened_at": ["2025-11-01"] * 4,
        },
    )
    table = summarise_trial(trial_project, "T1").set_index(["trait", "treatment"])
    height = table.loc[("plant_height_cm", "標準")]
    assert (height["n"], height["mean"]) == (2, 20.0), "two plots: 15 and 25, not three measurements"
    dry = table.loc[("yield_dry_kg_per_10a", "標準")]
    assert dry["mean"] == pytest.approx(175.0)
    assert dry["sd"] == pytest.approx(35.355339, rel=1e-6)
    assert table.loc[("yield_dry_kg_per_10a", "早植え"), "n"] == 1
    assert table.loc[("dry_fresh_ratio", "標準"), "mean"] == pytest.approx(0.25)


def test_a_corrected_value_is_the_one_that_counts(trial_project: Project) -> None:
    from kanpo.trials import correct_record

    row = {
        "plot_code": ["T1-1"],
        "trait": ["plant_height_cm"],
        "value": ["10"],
        "happened_at": ["2025-06-01"],
    }
    (first,) = record_rows(trial_project, "observation", row).record_ids
    correct_record(trial_project, first, {"value": "12"}, "読み違い")
    assert summarise_trial(trial_project, "T1")["mean"].tolist() == [12.0]


def test_a_trial_without_records_gives_an_empty_table(trial_project: Project) -> None:
    assert summarise_trial(trial_project, "T1").empty
