"""Agreement of assessors and their correlation with components, against textbooks and SciPy."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from kanpo.compare import agreement, correlate_panel, panel_of_rows, spearman, spearman_interval
from kanpo.errors import InputUnusable, UsageError
from tests.compare.made_up import matrix_of, table_of


def test_the_interviewers_of_siegel() -> None:
    """S. Siegel (1956), Nonparametric Statistics, p. 230: three interviewers rank six applicants, W = .16."""
    ranks = np.array([[1, 6, 3, 2, 5, 4], [1, 5, 6, 4, 2, 3], [6, 3, 2, 5, 4, 1]]).T
    found = agreement(matrix_of(ranks))
    assert found.w == pytest.approx(306 / 1890) and round(found.w, 2) == 0.16
    assert found.chi2 == pytest.approx(3 * 5 * 306 / 1890)


@given(st.integers(0, 10_000), st.integers(3, 8), st.integers(3, 9))
@settings(max_examples=40, deadline=None)
def test_w_with_ties_is_friedmans_statistic_scaled(seed: int, m: int, n: int) -> None:
    scores = np.random.default_rng(seed).integers(1, 6, (n, m)).astype(float)
    scores[0, 0] = 9  # not everything tied
    found = agreement(matrix_of(scores))
    friedman = stats.friedmanchisquare(*scores)
    assert found.chi2 == pytest.approx(friedman.statistic, rel=1e-9, abs=1e-9)
    assert found.p == pytest.approx(friedman.pvalue, rel=1e-9)
    assert 0 <= found.w <= 1 + 1e-12
    order = np.random.default_rng(seed + 1).permutation(n)
    assert agreement(matrix_of(scores[order])).w == pytest.approx(found.w)
    assert agreement(matrix_of(np.exp(scores))).w == pytest.approx(found.w), "only the order of scores counts"


def test_full_agreement_and_the_one_who_stands_apart() -> None:
    scores = np.array([[1, 10, 2, 5], [2, 20, 1, 4], [3, 30, 3, 3], [4, 40, 4, 2], [5, 50, 5, 1]])
    rho = agreement(matrix_of(scores)).assessors["rho"].tolist()
    assert rho[3] < 0 < min(rho[:3])
    alike = agreement(matrix_of(np.array([[1, 10], [2, 20], [3, 30]])))
    assert alike.w == pytest.approx(1)


def test_too_small_or_flat_panels_are_said() -> None:
    for values, code in (
        (np.array([[1.0, np.nan], [2, 2], [3, 3]]), "compare.panel-small"),
        (np.ones((4, 3)), "compare.panel-flat"),
    ):
        with pytest.raises(InputUnusable) as caught:
            agreement(matrix_of(values))
        assert caught.value.code == code


def test_a_row_for_each_score(tmp_path: Path) -> None:
    text = "試料,評価者,点\n" + "\n".join(
        f"S{s},{a},{s + (a == '乙')}" for s in (1, 2, 3) for a in ("甲", "乙")
    )
    panel = panel_of_rows(table_of(tmp_path, text), "試料", "評価者", "点")
    assert panel.samples == ("S1", "S2", "S3") and panel.components == ("甲", "乙")
    np.testing.assert_array_equal(panel.values, [[1, 2], [2, 3], [3, 4]])


def test_spearman_agrees_with_scipy_also_with_gaps_and_ties() -> None:
    random = np.random.default_rng(3)
    x, y = random.integers(0, 6, 14).astype(float), random.normal(size=(14, 8)).round(0)
    y[random.random(y.shape) < 0.2] = np.nan
    rho, p, count = spearman(x, y)
    for at in range(8):
        both = np.isfinite(y[:, at])
        expected = stats.spearmanr(x[both], y[both, at])
        assert (rho[at], p[at]) == pytest.approx((expected.statistic, expected.pvalue))
        assert count[at] == both.sum()
    again, _, _ = spearman(np.exp(x), 3 * y + 1)
    np.testing.assert_allclose(rho, again)


@pytest.mark.parametrize("way", ["bca", "percentile"])
def test_the_interval_agrees_with_scipy_and_its_seed(way: str) -> None:
    random = np.random.default_rng(8)
    x = random.normal(size=40)
    y = x + random.normal(size=40)
    low, high = spearman_interval(x, y, way=way, resamples=4000)  # type: ignore[arg-type]
    expected = stats.bootstrap(
        (x, y),
        lambda a, b: stats.spearmanr(a, b).statistic,
        paired=True,
        vectorized=False,
        n_resamples=2000,
        method="BCa" if way == "bca" else "percentile",
        rng=np.random.default_rng(1),
    ).confidence_interval
    assert (low, high) == pytest.approx((expected.low, expected.high), abs=0.05)
    assert spearman_interval(x, y, way=way, resamples=4000) == (low, high)  # type: ignore[arg-type]
    assert all(np.isnan(spearman_interval(x[:3], y[:3])))


def test_samples_are_matched_by_name() -> None:
    panel, matrix = (
        matrix_of(np.array([[1, 2], [2, 3], [3, 5], [4, 6.0]])),
        matrix_of(np.arange(15.0).reshape(5, 3)),
    )
    found = correlate_panel(panel, matrix)
    assert len(found.samples) == 4 and found.only_matrix == ("S5",) and found.tested == 3
    assert found.table["rho"].tolist() == pytest.approx([1, 1, 1])
    assert len(correlate_panel(panel, matrix, each=True).table) == 6
    with pytest.raises(UsageError, match=r"compare\.no-match"):
        correlate_panel(replace(panel, samples=("a", "b", "c", "d")), matrix)
