"""Fertiliser is counted by what is in it."""

from __future__ import annotations

import pandas as pd
import pytest

from kanpo.store import Project
from kanpo.trials import NUTRIENTS, nutrients_per_10a
from tests.lots.made_up import write


def test_amount_times_analysis_where_both_are_known(trial_project: Project) -> None:
    known = {"happened_at": "2025-04-01", "trial_code": "T1", "operation": "基肥", "product": "化成"}
    rows = [
        known | {"amount": "100", "unit": "kg/10a", "analysis": "８-１２−10"},
        known | {"amount": "100", "unit": "kg", "analysis": "8-8-8"},
        known | {"amount": "2000", "unit": "ｋｇ／10a"},
    ]
    assert write(trial_project, "operation", *rows).stored == 3
    work = trial_project.journal.read("operation")
    assert work["analysis"].tolist()[0] == "8-12-10"
    found = nutrients_per_10a(work)
    assert found.loc[0].tolist() == [8, 12, 10]
    assert found.loc[1:].isna().all(axis=None)


def test_no_operations_give_no_rows(trial_project: Project) -> None:
    assert nutrients_per_10a(trial_project.journal.read("operation")).shape == (0, len(NUTRIENTS))
    assert isinstance(nutrients_per_10a(trial_project.journal.read("operation")), pd.DataFrame)


@pytest.mark.parametrize("analysis", ["8-8", "50-50-50", "多め", "8--8"])
def test_what_is_no_analysis_is_refused(trial_project: Project, analysis: str) -> None:
    row = {"happened_at": "2025-04-01", "trial_code": "T1", "operation": "基肥", "analysis": analysis}
    (problem,) = write(trial_project, "operation", row).problems
    assert (problem.code, problem.place.column) == ("operation.npk", "analysis")
    assert "8-8-8" in problem.mend.ja
