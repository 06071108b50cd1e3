"""A trial in one table, checked by hand."""

from __future__ import annotations

import pytest

from kanpo.evidence import When, analyse_trial, make_design, plot_values, summarise_trial
from kanpo.store import NewRecord, Project
from kanpo.trials import find_conflicts, record_rows, resolve_conflict


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
    table = summarise_trial(trial_project, "T1", When("mean")).set_index(["trait", "treatment"])
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


def _height(value: str, plot: str) -> dict[str, list[str]]:
    row = {"plot_code": plot, "trait": "plant_height_cm", "value": value, "happened_at": "2025-06-01"}
    return {key: [cell] for key, cell in row.items()}


def test_values_nobody_has_decided_between_are_counted_and_not_averaged(trial_project: Project) -> None:
    for value, plot in (("20", "T1-1"), ("30", "T1-1"), ("40", "T1-3"), ("50", "T1-2"), ("70", "T1-2")):
        record_rows(trial_project, "observation", _height(value, plot))
    table = summarise_trial(trial_project, "T1").set_index("treatment")
    assert table.loc["標準", ["n", "mean", "undecided"]].tolist() == [1, 40, 2]
    assert table.loc["早植え", ["n", "undecided"]].tolist() == [0, 2], "said, though no value is left"

    assert plot_values(trial_project)["value"].tolist() == [40], "comparisons over years leave them out too"
    conflicts = find_conflicts(trial_project)
    one = conflicts[conflicts["says"].str.contains("value=30")].iloc[0]
    resolve_conflict(trial_project, one["conflict"], one["record_id"], "野帳で確認")
    decided = summarise_trial(trial_project, "T1").set_index("treatment")
    assert decided.loc["標準", ["n", "mean", "undecided"]].tolist() == [2, 35, 0]
    assert sorted(plot_values(trial_project)["value"]) == [30, 40]


def test_a_plot_with_an_undecided_harvest_has_no_yield(
    trial_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    harvest = {"trial_code": "T1", "fresh_kg": "8", "happened_at": "2025-11-01"}
    rows = [harvest | {"plot_code": "T1-1"}, harvest | {"plot_code": "T1-3", "fresh_kg": "6"}]
    rows.append(rows[0] | {"happened_at": "2025-10-01", "fresh_kg": "1"})
    record_rows(trial_project, "harvest", {key: [row[key] for row in rows] for key in rows[0]})
    assert summarise_trial(trial_project, "T1")["mean"].tolist() == [pytest.approx(750.0)]
    monkeypatch.setenv("KANPO_DEVICE", "another")
    with Project.open(trial_project.path, write=True) as other:
        record_rows(other, "harvest", {key: [value] for key, value in (rows[0] | {"fresh_kg": "9"}).items()})
    (row,) = summarise_trial(trial_project, "T1").to_dict("records")
    assert (row["n"], row["mean"], row["undecided"]) == (1, pytest.approx(600.0), 2)
    assert plot_values(trial_project)["plot_code"].unique().tolist() == ["T1-3"]


def test_a_plot_of_two_treatments_counts_for_neither(
    trial_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_rows(trial_project, "observation", _height("20", "T1-1"))
    record_rows(trial_project, "observation", _height("40", "T1-3"))
    other_word = {"trial_code": "T1", "plot_code": "T1-1", "treatment": "早植え"}
    monkeypatch.setenv("KANPO_DEVICE", "another")
    with Project.open(trial_project.path, write=True) as other:
        other.journal.append([NewRecord("plot", other_word, "2025-04-01")])
    table = summarise_trial(trial_project, "T1")
    assert (table["n"].sum(), table["undecided"].sum()) == (1, 1)


def test_an_analysis_says_how_many_values_it_leaves_out(trial_project: Project) -> None:
    design = make_design("crd", treatments=["treatment"])
    for value, plot in (("20", "T1-1"), ("40", "T1-3"), ("45", "T1-2"), ("70", "T1-4"), ("50", "T1-4")):
        record_rows(trial_project, "observation", _height(value, plot))
    (result,) = analyse_trial(trial_project, ["T1"], ["plant_height_cm"], design)
    assert (result.plots, result.missing) == (3, 1)
    assert any("2 個" in note.ja and "kanpo records conflicts" in note.ja for note in result.notes)


def test_a_covariate_of_a_recorded_trial_is_another_trait(trial_project: Project) -> None:
    """Plots where nobody has decided its value are left out, and it is said."""
    plots = [f"T1-{number}" for number in range(1, 5)]
    for trait, values in (("plant_height_cm", (20, 41, 44, 70)), ("stem_count", (3, 4, 6, 7))):
        rows = [
            _height(str(value), plot) | {"trait": [trait]} for plot, value in zip(plots, values, strict=True)
        ]
        for row in rows:
            record_rows(trial_project, "observation", row)
    record_rows(trial_project, "observation", _height("5", "T1-4") | {"trait": ["stem_count"]})
    design = make_design("crd", treatments=["treatment"], covariates=["stem_count"])
    (result,) = analyse_trial(trial_project, ["T1"], ["plant_height_cm"], design)
    assert (result.plots, result.missing) == (3, 0)
    assert any("1 plots without a value of a covariate (stem_count)" in note.en for note in result.notes)
    assert any("kanpo records conflicts" in note.en for note in result.notes)
