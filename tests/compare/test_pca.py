"""Principal components: identities that hold for every matrix."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.multivariate.pca import PCA

from kanpo.compare import principal_components, score_picture
from kanpo.errors import InputUnusable
from tests.compare.made_up import matrix_of


@given(
    st.integers(0, 10_000),
    st.integers(3, 12),
    st.integers(2, 20),
    st.sampled_from(["pareto", "unit", "none"]),
)
@settings(max_examples=40, deadline=None)
def test_scores_times_loadings_give_the_matrix_back(seed: int, n: int, p: int, scale: str) -> None:
    values = np.random.default_rng(seed).normal(5, 2, (n, p)) * np.arange(1, p + 1)
    found = principal_components(matrix_of(values), scale=scale, count=50)  # type: ignore[arg-type]
    spread = values.std(axis=0, ddof=1)
    divisor = {"pareto": np.sqrt(spread), "unit": spread, "none": 1.0}[scale]
    wanted = (values - values.mean(axis=0)) / divisor
    np.testing.assert_allclose(found.scores @ found.loadings.T, wanted, atol=1e-9)
    np.testing.assert_allclose(found.loadings.T @ found.loadings, np.eye(found.loadings.shape[1]), atol=1e-9)
    gram = found.scores.T @ found.scores
    np.testing.assert_allclose(gram, np.diag(np.diag(gram)), atol=1e-7 * gram.max())
    assert found.explained.sum() == pytest.approx(1)
    assert (
        found.loadings[np.abs(found.loadings).argmax(axis=0), np.arange(found.loadings.shape[1])] > 0
    ).all()
    # The eigenvalues of the covariance matrix, by another way.
    values_of = np.sort(np.linalg.eigvalsh(np.atleast_2d(np.cov(wanted.T))))[::-1][: len(found.explained)]
    np.testing.assert_allclose(
        found.explained, values_of / np.trace(np.atleast_2d(np.cov(wanted.T))), atol=1e-9
    )


@pytest.mark.parametrize(("scale", "standardize"), [("unit", True), ("none", False)])
@pytest.mark.parametrize("seed", range(10))
def test_scores_loadings_and_shares_are_those_of_statsmodels(
    scale: str, standardize: bool, seed: int
) -> None:
    random = np.random.default_rng(seed)
    values = random.normal(5, 2, (12, 7)) @ random.normal(size=(7, 7))
    found = principal_components(matrix_of(values), scale=scale, count=5)  # type: ignore[arg-type]
    theirs = PCA(values, ncomp=5, standardize=standardize, demean=True, normalize=False)
    # A component may point either way, and statsmodels divides by n where we divide by n - 1.
    way = np.sign((theirs.eigenvecs * found.loadings).sum(axis=0))
    units = np.sqrt(11 / 12) if standardize else 1.0
    np.testing.assert_allclose(theirs.eigenvecs * way, found.loadings, atol=1e-9)
    np.testing.assert_allclose(theirs.scores * way * units, found.scores, atol=1e-9)
    np.testing.assert_allclose(np.diff(theirs.rsquare)[:5], found.explained, atol=1e-9)


def test_another_order_of_samples_gives_the_same_scores() -> None:
    values = np.random.default_rng(4).normal(size=(8, 6))
    order = np.random.default_rng(5).permutation(8)
    one, two = principal_components(matrix_of(values)), principal_components(matrix_of(values[order]))
    np.testing.assert_allclose(one.scores[order], two.scores, atol=1e-9)


def test_constant_and_incomplete_components_are_left_out_by_name() -> None:
    values = np.random.default_rng(6).normal(size=(6, 4))
    values[:, 1], values[2, 3] = 0.3, np.nan
    found = principal_components(matrix_of(values))
    assert (found.constant, found.incomplete, found.components) == (("c1",), ("c3",), ("c0", "c2"))
    with pytest.raises(InputUnusable, match=r"compare\.nothing-varies"):
        principal_components(matrix_of(np.ones((5, 3))))


def test_the_picture_has_a_point_for_each_sample() -> None:
    values = np.random.default_rng(6).normal(size=(6, 4))
    groups = np.array(["a", "a", "a", "b", "b", "b"], dtype=object)
    svg = score_picture(principal_components(matrix_of(values)), groups).svg()
    assert [svg.count(f"<title>S{number}<") for number in range(1, 7)] == [1] * 6
    assert svg.count("<circle") == svg.count("<polygon") == 4, "three points and the key of each group"
    assert "PC1" in svg
