"""Tests of many components, against SciPy column by column, by hand, and as laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from kanpo.compare import false_discovery_rates, kruskal, mann_whitney, moments, welch, welch_anova

SMALL = st.integers(2, 9)


def noisy(seed: int, shape: tuple[int, int], *, ties: bool, gaps: bool) -> np.ndarray:
    random = np.random.default_rng(seed)
    values = random.normal(10, 2, shape)
    if ties:
        values = values.round(0)
    if gaps:
        values[random.random(shape) < 0.15] = np.nan
    return values


@pytest.mark.parametrize("gaps", [False, True])
@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("sizes", [(5, 7), (12, 30), (8, 60)])
def test_two_groups_agree_with_scipy(sizes: tuple[int, int], ties: bool, gaps: bool) -> None:
    a, b = (noisy(at, (size, 20), ties=ties, gaps=gaps) for at, size in enumerate(sizes))
    t, u = welch(a, b), mann_whitney(a, b)
    for at in range(20):
        one, two = a[:, at][np.isfinite(a[:, at])], b[:, at][np.isfinite(b[:, at])]
        expected = stats.ttest_ind(one, two, equal_var=False)
        np.testing.assert_allclose(
            (t.statistic[at], t.p[at]), (expected.statistic, expected.pvalue), rtol=1e-9
        )
        tied = len(np.unique(np.concatenate([one, two]))) < len(one) + len(two)
        exact = not tied and min(len(one), len(two)) <= 8 and max(len(one), len(two)) <= 50
        rank = stats.mannwhitneyu(one, two, method="exact" if exact else "asymptotic")
        np.testing.assert_allclose((u.statistic[at], u.p[at]), (rank.statistic, rank.pvalue), rtol=1e-9)


@pytest.mark.parametrize("gaps", [False, True])
def test_several_groups_agree_with_scipy(gaps: bool) -> None:
    groups = [noisy(at, (6 + at, 15), ties=True, gaps=gaps) for at in range(3)]
    f, h = welch_anova(groups), kruskal(groups)
    for at in range(15):
        columns = [group[:, at][np.isfinite(group[:, at])] for group in groups]
        rank = stats.kruskal(*columns)
        np.testing.assert_allclose((h.statistic[at], h.p[at]), (rank.statistic, rank.pvalue), rtol=1e-9)
        plain = stats.f_oneway(*columns)
        total = np.concatenate(columns)
        eta = 1 - sum(((c - c.mean()) ** 2).sum() for c in columns) / ((total - total.mean()) ** 2).sum()
        assert f.effect[at] == pytest.approx(eta)
        assert (f.p[at] < 0.01) == (plain.pvalue < 0.01) or abs(f.p[at] - plain.pvalue) < 0.05


def test_welch_anova_of_two_groups_is_the_square_of_welch_t() -> None:
    a, b = noisy(1, (6, 30), ties=False, gaps=False), 2 * noisy(2, (9, 30), ties=False, gaps=False)
    f, t = welch_anova([a, b]), welch(a, b)
    np.testing.assert_allclose(f.statistic, t.statistic**2, rtol=1e-9)
    np.testing.assert_allclose(f.p, t.p, rtol=1e-8)


def test_effect_sizes_by_hand() -> None:
    a, b = np.array([[3.0], [4], [5]]), np.array([[1.0], [2], [3]])
    # The gap is 2, the pooled sd 1, and the factor of Hedges for 4 degrees of freedom 0.7979.
    assert welch(a, b).effect[0] == pytest.approx(2 * 0.797885, rel=1e-5)
    # Of 9 pairs 8 are greater and 1 is equal.
    assert mann_whitney(a, b).effect[0] == pytest.approx(8 / 9)


@pytest.mark.parametrize("column", [[1.0] * 6, [np.nan] * 6, [1.0, np.nan, np.nan, 2.0, 3.0, 4.0]])
def test_what_cannot_be_tested_has_no_p(column: list[float]) -> None:
    values = np.array(column)[:, None]
    assert np.isnan(welch(values[:3], values[3:]).p).all()
    assert np.isnan(welch_anova([values[:3], values[3:]]).p).all()


def test_rounding_of_a_constant_is_no_spread() -> None:
    assert moments(np.full((7, 1), 0.1) * 3).variance[0] == 0
    assert np.isnan(welch(np.full((4, 1), 0.1 + 0.2), np.full((4, 1), 0.3)).p[0])


@given(st.integers(0, 10_000), SMALL, SMALL, st.booleans())
@settings(max_examples=40, deadline=None)
def test_order_of_samples_does_not_matter_and_ranks_ignore_scale(
    seed: int, n: int, m: int, ties: bool
) -> None:
    a, b = noisy(seed, (n, 4), ties=ties, gaps=False), noisy(seed + 1, (m, 4), ties=ties, gaps=False)
    random = np.random.default_rng(seed)
    for test in (welch, mann_whitney):
        once, again = test(a, b), test(random.permutation(a), random.permutation(b))
        np.testing.assert_allclose(once.p, again.p, rtol=1e-9)
        other = test(b, a)
        np.testing.assert_allclose(once.p, other.p, rtol=1e-9)
        np.testing.assert_allclose(once.effect, -other.effect, rtol=1e-9, atol=1e-12)
    np.testing.assert_array_equal(mann_whitney(a, b).p, mann_whitney(np.exp(a / 5), np.exp(b / 5)).p)
    np.testing.assert_allclose(welch(a, b).p, welch(7 * a + 3, 7 * b + 3).p, rtol=1e-6)


@given(arrays(float, st.integers(1, 60), elements=st.floats(0, 1)))
def test_false_discovery_rates_agree_with_scipy(p: np.ndarray) -> None:
    np.testing.assert_allclose(false_discovery_rates(p), stats.false_discovery_control(p), rtol=1e-12)


def test_false_discovery_rates_by_hand() -> None:
    # The example of Benjamini and Hochberg's procedure with four tests: 4·0.01, 2·0.02, 4/3·0.03, 0.5.
    q = false_discovery_rates(np.array([[0.5, 0.01], [0.03, 0.02]]))
    np.testing.assert_allclose(q, [[0.5, 0.04], [0.04, 0.04]])
    np.testing.assert_array_equal(false_discovery_rates(np.array([np.nan, 0.2])), [np.nan, 0.2])


def test_the_rate_is_kept_in_a_simulation() -> None:
    """Of 500 components 50 differ; the share of false discoveries stays at 5 % on average, most are found."""
    random = np.random.default_rng(5)
    shares, found = [], []
    for _ in range(60):
        a, b = random.normal(size=(10, 500)), random.normal(size=(10, 500))
        a[:, :50] += 2.5
        sure = false_discovery_rates(welch(a, b).p) <= 0.05
        shares.append(sure[50:].sum() / max(sure.sum(), 1))
        found.append(sure[:50].mean())
    # The expectation is 0.05 · 450/500 = 0.045; three standard errors are about 0.012.
    assert np.mean(shares) <= 0.06 and np.mean(found) > 0.9
