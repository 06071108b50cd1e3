"""Change from year to year, and stability over environments."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from kanpo.compare import long_table, stability, year_changes
from kanpo.errors import InputUnusable, UsageError
from tests.compare.made_up import table_of


def long_of(y: np.ndarray) -> pd.DataFrame:
    """Units u0 … in environments e0 …, one value each."""
    rows = [(f"e{j}", f"u{i}", "t", float(y[i, j])) for i in range(y.shape[0]) for j in range(y.shape[1])]
    return pd.DataFrame(rows, columns=["year", "unit", "trait", "value"])


def test_change_has_welchs_interval() -> None:
    one, two = [100.0, 110, 120], [130.0, 150, 140, 160]
    rows = [("2024", "P1", "yield", v) for v in one] + [("2025", "P1", "yield", v) for v in two]
    found = year_changes(pd.DataFrame(rows, columns=["year", "unit", "trait", "value"])).iloc[0]
    expected = stats.ttest_ind(two, one, equal_var=False).confidence_interval(0.95)
    assert found["change"] == pytest.approx(35) and found["percent"] == pytest.approx(100 * 35 / 110)
    assert (found["lower"], found["upper"]) == pytest.approx((expected.low, expected.high))


def test_single_values_have_no_interval_but_their_mean_change_has() -> None:
    table = year_changes(long_of(np.array([[10.0, 12, 15], [20, 23, 22], [30, 31, 35]])))
    alone = table[table["unit"] != ""]
    assert len(alone) == 6 and alone["lower"].isna().all()
    together = table[(table["unit"] == "") & (table["from_year"] == "e0")].iloc[0]
    expected = stats.ttest_rel([12, 23, 31], [10, 20, 30]).confidence_interval(0.95)
    assert (together["lower"], together["upper"]) == pytest.approx((expected.low, expected.high))


def test_a_year_without_a_value_is_stepped_over() -> None:
    values = long_of(np.array([[1.0, 2, 4]])).drop(index=1)
    assert year_changes(values)[["from_year", "to_year"]].to_numpy().tolist() == [["e0", "e2"]]


def test_stability_by_hand() -> None:
    """Means 2, 4, 3 and index −1, 0, 1: slopes 1, 2, 0; W 0, 2, 2; Shukla 1.5·W − 1."""
    found = stability(long_of(np.array([[1.0, 2, 3], [2, 4, 6], [3, 3, 3]])))
    table = found.table.set_index("unit").loc[["u0", "u1", "u2"]]
    assert table["slope"].tolist() == pytest.approx([1, 2, 0])
    assert table["ecovalence"].tolist() == pytest.approx([0, 2, 2])
    assert table["shukla"].tolist() == pytest.approx([-1, 2, 2])
    assert found.interaction_ss == pytest.approx(4)


@given(st.integers(0, 10_000), st.integers(3, 7), st.integers(3, 8))
@settings(max_examples=40, deadline=None)
def test_laws_of_stability(seed: int, p: int, q: int) -> None:
    y = np.random.default_rng(seed).normal(50, 10, (p, q))
    found = stability(long_of(y))
    table = found.table
    assert table["ecovalence"].sum() == pytest.approx(found.interaction_ss)
    # The mean of Shukla's variances is the mean square of the interaction.
    assert table["shukla"].mean() == pytest.approx(found.interaction_ss / ((p - 1) * (q - 1)))
    assert table["slope"].mean() == pytest.approx(1)
    index = found.environments["index"].to_numpy()
    first = table[table["unit"] == "u0"].iloc[0]
    line = stats.linregress(index, y[0])
    assert (first["slope"], first["slope_se"]) == pytest.approx((line.slope, line.stderr))
    assert first["r2"] == pytest.approx(line.rvalue**2)
    moved = stability(long_of(y + 7)).table.set_index("unit").loc[table["unit"]]
    np.testing.assert_allclose(moved["shukla"], table["shukla"], atol=1e-8)


def test_incomplete_units_are_left_out_and_too_few_are_said() -> None:
    values = long_of(np.random.default_rng(1).normal(size=(5, 4)))
    found = stability(values[~((values["unit"] == "u3") & (values["year"] == "e1"))])
    assert found.left_out == ("u3",) and len(found.table) == 4
    with pytest.raises(InputUnusable, match=r"compare\.stability-small"):
        stability(long_of(np.ones((2, 5))))


def test_a_table_in_long_form(tmp_path: Path) -> None:
    text = "年,系統,収量\n2024,A,100\n2024,B,\n2025,A,多い\n２０２５,B,90\n"
    values, problems = long_table(table_of(tmp_path, text), year="年", unit="系統", value="収量")
    assert values[["year", "unit", "value"]].to_numpy().tolist() == [
        ["2024", "A", 100.0],
        ["2025", "B", 90.0],
    ]
    assert [problem.place.row for problem in problems] == [4]
    with pytest.raises(UsageError):
        long_table(table_of(tmp_path, text), year="年度", unit="系統", value="収量")


def test_values_below_a_limit_count_and_are_counted(tmp_path: Path) -> None:
    text = "年,系統,成分\n2024,A,0.20\n2024,A,<0.10\n2025,A,0.04未満\n2025,A,不検出\n"
    table = table_of(tmp_path, text)
    values, problems = long_table(table, year="年", unit="系統", value="成分")
    assert values["value"].tolist() == pytest.approx([0.2, 0.05, 0.02]) and not problems
    row = year_changes(values).iloc[0]
    assert (row["below_from"], row["below_to"]) == (1, 1)
    assert row["change"] == pytest.approx(0.02 - 0.125)
    left, _ = long_table(table, year="年", unit="系統", value="成分", below="leave-out")
    assert left["value"].tolist() == [0.2]
