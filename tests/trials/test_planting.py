"""Quantities for the field, by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from kanpo.errors import Conflict, UsageError
from kanpo.exchange import export_table
from kanpo.herbs import load_catalogue
from kanpo.maps import project_content
from kanpo.schema import Audience
from kanpo.store import Project
from kanpo.trials import (
    NewTrial,
    Product,
    Rates,
    TrialPlan,
    nutrient_gap,
    plan_trial,
    planting_list,
    planting_sheet,
    record_trial,
    text_map,
    trials_in_the_way,
)

COMPOUND, UREA = Product("化成", (14, 14, 14)), Product("尿素", (46, 0, 0))


@pytest.fixture
def planned(project: Project) -> TrialPlan:
    return plan_trial(project, NewTrial("TK26", "toki", "P1", "2026-04-01", ("標準", "=密植"), 3))


def test_plants_and_fertiliser_of_a_plot_of_ten_square_metres(planned: TrialPlan) -> None:
    rates = Rates(5300, 2.5, (14, 14, 14), (COMPOUND,), plants_of={"=密植": 18_000})
    table = planting_list(planned, rates)
    plots = table[table["scope"] == "plot"].set_index("treatment")
    assert plots["area_m2"].tolist() == pytest.approx([10.0] * 6, abs=0.01)
    assert set(plots.loc["標準", "plants"]) == {53} and set(plots.loc["=密植", "plants"]) == {180}
    assert plots["seed_g"].tolist() == pytest.approx([25.0] * 6, rel=1e-3)
    assert plots["g: 化成"].tolist() == pytest.approx([1000.0] * 6, rel=1e-3), "100 kg per 10 a"
    sums = table[table["scope"] == "treatment"].set_index("treatment")
    assert sums.loc["標準", "plants"] == 159 and sums.loc["標準", "plots"] == 3
    total = table[table["scope"] == "trial"].iloc[0]
    assert total["plants"] == 159 + 540 and total["area_m2"] == pytest.approx(60, abs=0.1)


def test_two_products_meet_what_one_cannot(planned: TrialPlan) -> None:
    wanted = (10.0, 7.0, 7.0)
    assert nutrient_gap(wanted, (COMPOUND, UREA)) is None
    table = planting_list(planned, Rates(None, None, wanted, (COMPOUND, UREA)))
    first = table.iloc[0]
    assert first["g: 化成"] == pytest.approx(500, rel=1e-3), "7 / 0.14 = 50 kg per 10 a"
    assert first["g: 尿素"] == pytest.approx(10 * 3 / 0.46, rel=2e-3)
    gap = nutrient_gap((10.0, 7.0, 7.0), (COMPOUND,))
    assert gap is not None and "P2O5 +3.0, K2O +3.0" in gap.ja, "nitrogen is met first"
    assert "plants" not in table


def test_a_treatment_without_fertiliser_gets_none(planned: TrialPlan) -> None:
    rates = Rates(None, None, (8, 8, 8), (COMPOUND,), nutrients_of={"標準": (0, 0, 0)})
    table = planting_list(planned, rates)
    plots = table[table["scope"] == "plot"].set_index("treatment")["g: 化成"]
    assert set(plots.loc["標準"]) == {0.0} and plots.loc["=密植"].min() > 0


def test_rates_for_a_treatment_that_is_not_there_are_refused(planned: TrialPlan) -> None:
    with pytest.raises(UsageError, match="標準"):
        planting_list(planned, Rates(plants_of={"標隼": 1}))


def test_the_sheet_has_whole_numbers_and_no_formula(planned: TrialPlan, tmp_path: Path) -> None:
    sheet = planting_sheet(planting_list(planned, Rates(5300)), ())
    export_table(tmp_path / "list.csv", sheet)
    lines = (tmp_path / "list.csv").read_text("utf-8-sig").splitlines()
    assert lines[0].startswith("行の種類,試験区コード,ブロック,反復,処理,区数,面積(m2),苗・株数")
    assert ",1,1," in lines[1] and "1.0" not in lines[1].split(",")[2]
    assert any(",'=密植," in line for line in lines) and not any(",=密植," in line for line in lines)
    export_table(tmp_path / "list.xlsx", sheet)
    book = pd.read_excel(tmp_path / "list.xlsx")
    assert len(book) == 6 + 2 + 1 and book["苗・株数"].iloc[-1] == 318


def test_a_design_with_two_factors_is_recorded_whole(project: Project) -> None:
    trial = NewTrial(
        *("SP26", "toki", "P2", "2026-04-01", ("深耕", "普通"), 2, "splitplot"),
        sub_treatments=("無肥料", "標準肥"),
        seed=8,
    )
    planned = plan_trial(project, trial)
    assert [report.stored for report in record_trial(project, planned)] == [1, 8]
    head = project.journal.read("trial").iloc[0]
    assert (head["design"], head["seed"], head["sub_treatments"]) == ("splitplot", 8, "無肥料;標準肥")
    plots = project.journal.read("plot")
    assert set(plots["whole_plot"].astype(int)) == {1, 2, 3, 4}
    assert (plots["treatment"] == plots["main_treatment"] + "×" + plots["sub_treatment"]).all()
    assert plots["block"].tolist() == plots["replicate"].tolist()
    content = project_content(project, load_catalogue(), Audience.PARTNER)
    assert content.plots is not None and set(content.plots["plot_code"]) == set(planned.plot_codes)


def test_the_same_trial_again_adds_nothing_and_another_of_its_code_is_a_conflict(project: Project) -> None:
    trial = NewTrial("TK26", "toki", "P1", "2026-04-01", ("標準", "早植え"), 3)
    planned = plan_trial(project, trial)
    record_trial(project, planned)
    seal = project.journal.seal()
    assert [report.repeated for report in record_trial(project, planned)] == [1, 6]
    other = plan_trial(project, NewTrial("TK26", "toki", "P1", "2026-04-01", ("標準", "早植え"), 3, seed=2))
    with pytest.raises(Conflict, match="別のコード"):
        record_trial(project, other)
    assert project.journal.seal() == seal


def test_plots_on_those_of_another_trial_of_the_season_are_noticed(project: Project) -> None:
    record_trial(project, plan_trial(project, NewTrial("A", "toki", "P1", "2026-04-01", ("a", "b"))))
    again = plan_trial(project, NewTrial("B", "toki", "P1", "2026-05-01", ("a", "b")))
    assert trials_in_the_way(project, again) == ["A"]
    beside = NewTrial("B", "toki", "P1", "2026-05-01", ("a", "b"), clear_of_trials=True)
    assert trials_in_the_way(project, plan_trial(project, beside)) == []
    next_year = plan_trial(project, NewTrial("B", "toki", "P1", "2027-05-01", ("a", "b")))
    assert trials_in_the_way(project, next_year) == []


def test_the_text_map_shows_every_plot_where_it_lies(project: Project) -> None:
    planned = plan_trial(
        project,
        NewTrial("TK26", "toki", "P1", "2026-04-01", ("標準", "=密植"), 3, orientation_deg=70),
    )
    lines = text_map(planned).splitlines()
    rows = max(planned.layout.rows)
    cells = [line.split() for line in lines[1 : 1 + rows]]
    for code, plot, row, column in zip(
        planned.plot_codes, planned.plan.plots, planned.layout.rows, planned.layout.columns, strict=True
    ):
        mark = "A" if plot.treatment == "標準" else "B"
        assert cells[rows - row][column - 1] == f"{plot.block}/{code[-2:]}:{mark}"
    assert lines[-2:] == ["A = 標準", "B = =密植"]
    north = np.array([outline.centroid.y for outline in planned.layout.outlines])
    assert north[np.argmax(planned.layout.rows)] >= north.max() - 1e-9, "the top row lies in the north"
