"""Kenward and Roger's inference: published results, exact tests of balanced trials, the paper written out."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kanpo.evidence import Design, analyse, make_design
from kanpo.evidence.analysis._fit import Prepared, Row, fit, prepare, reml_rows
from kanpo.evidence.analysis._kenward_roger import KenwardRoger, kenward_roger
from kanpo.evidence.analysis._reml import fit_reml
from kanpo.evidence.analysis._sheet import read_sheet
from kanpo.evidence.analysis._table import read_plots
from tests.evidence.plots import case, columns, without

ALPHA = make_design("alpha", treatments=["gen"], replicate="rep", blocks=["block"])
OATS = make_design("splitplot", whole_plot="V", sub_plot="N", blocks=["B"], additive=True)
#: The plots that the example of emmeans leaves out, counted from 0.
LEFT_OUT = (0, 1, 2, 4, 7, 12, 20, 33, 54)


def by_term(rows: tuple[Row, ...]) -> dict[str, tuple[float, ...]]:
    return {row.term: (row.df, row.df_error, row.F, row.p) for row in rows}


def test_alpha_design_as_lmertest_and_emmeans_print_it() -> None:
    found = analyse(case("alpha_oats"), ALPHA, "yield")
    rows = by_term(found.anova)
    assert rows["gen"] == pytest.approx((23, 35.498, 5.3628, 4.496e-06), rel=1e-4)
    assert rows["rep"] == pytest.approx((2, 11.519, 9.2124, 0.004078), rel=1e-4)
    sums = {row.term: (row.sum_sq, row.mean_sq) for row in found.anova}
    assert sums["gen"] == pytest.approx((10.5070, 0.45683), rel=1e-5)
    means = found.means.set_index("level").loc["G03", ["mean", "se", "df", "lower", "upper"]]
    assert list(means) == pytest.approx([3.50, 0.199, 44.3, 3.10, 3.90], abs=0.05)
    assert found.pairs["se"].mean() == pytest.approx(0.2700388, abs=1e-7)


@pytest.mark.parametrize(
    ("ddf", "expected"),
    [
        ("kenward-roger", [(7.29, 7.78), (7.14, 7.19), (7.14, 7.19), (7.07, 6.95)]),
        ("satterthwaite", [(7.28, 7.28), (7.13, 6.72), (7.13, 6.72), (7.07, 6.49)]),
    ],
)
def test_split_plot_with_missing_plots_as_emmeans_prints_it(
    ddf: str, expected: list[tuple[float, float]]
) -> None:
    found = analyse(without(case("splitplot_oats"), *LEFT_OUT), OATS, "Y", ddf=ddf)  # type: ignore[arg-type]
    means = found.means[found.means["term"] == "N"]
    assert list(means["mean"]) == pytest.approx([78.9, 97.0, 114.2, 124.1], abs=0.05)
    for (se, df), want in zip(means[["se", "df"]].to_numpy(), expected, strict=True):
        assert (se, df) == pytest.approx(want, abs=0.005)
    assert found.ddf == found.to_dict()["ddf"] == ddf
    named = {"kenward-roger": "Kenward-Roger", "satterthwaite": "Satterthwaite"}[ddf]
    assert any(named in note.ja and named in note.en for note in found.notes)


def test_differences_of_whole_plots_as_emmeans_prints_them() -> None:
    found = analyse(without(case("splitplot_oats"), *LEFT_OUT), OATS, "Y")
    pairs = found.pairs.set_index("pair")
    expected = {
        "Marvellous-Golden.rain": (3.23, 6.55, 9.56, 0.493, 0.8764),
        "Victory-Golden.rain": (-8.31, 6.71, 9.80, -1.238, 0.4595),
        "Victory-Marvellous": (-11.54, 6.67, 9.80, -1.729, 0.2431),
    }
    for pair, want in expected.items():
        mine = tuple(pairs.loc[pair, ["diff", "se", "df", "t", "p_adj"]])
        assert mine == pytest.approx(want, abs=0.006)
        assert mine[4] == pytest.approx(want[4], abs=6e-5)


def test_a_component_at_the_border_keeps_its_part_as_in_pbkrtest() -> None:
    """Rows and columns of two in blocks: incomplete, and the variance of block:a is estimated as 0."""
    design = make_design("stripplot", treatments=["a", "b"], blocks=["block"])
    found = analyse(case("stripplot_incomplete"), design, "y")
    assert {one.term: one.variance for one in found.variance}["block:a"] == 0
    rows = by_term(found.adjusted)
    assert rows["a"] == pytest.approx((2, 6.2595, 4.7148, 0.0563709), rel=2e-5)
    assert rows["b"] == pytest.approx((2, 9.2097, 17.2391, 0.0007702), rel=5e-5)
    assert rows["a:b"] == pytest.approx((4, 11.3911, 3.0580, 0.0619877), rel=2e-5)
    means = found.means.set_index("level").loc["1:2", ["mean", "se", "df", "lower", "upper"]]
    assert list(means) == pytest.approx([28.7, 2.39, 26.3, 23.79, 33.6], abs=0.05)
    assert any("block:a" in note.en and "counts in the degrees of freedom" in note.en for note in found.notes)
    other = analyse(case("stripplot_incomplete"), design, "y", ddf="satterthwaite")
    assert by_term(other.adjusted)["a"][1] > rows["a"][1], "there it has no part"


class Ready(NamedTuple):
    """A mixed model fitted to a table."""

    prepared: Prepared
    y: np.ndarray
    mixed: KenwardRoger

    @property
    def rows(self) -> tuple[Row, ...]:
        return reml_rows(self.prepared, self.mixed.fit, self.mixed)


def ready(table: dict[str, list[str | None]], design: Design, trait: str) -> Ready:
    plots = read_plots(read_sheet(table, design), trait)
    prepared = prepare(design, plots.factors)
    assert prepared.random is not None
    return Ready(prepared, plots.y, kenward_roger(fit_reml(prepared.random, plots.y)))


@pytest.mark.parametrize(
    ("name", "design", "trait"),
    [
        ("splitplot_oats", make_design("splitplot", whole_plot="V", sub_plot="N", blocks=["B"]), "Y"),
        ("stripplot_rice", make_design("stripplot", treatments=["gen", "nitro"], blocks=["rep"]), "yield"),
    ],
)
def test_balanced_trials_have_their_exact_tests(name: str, design: Design, trait: str) -> None:
    found = ready(case(name), design, trait)
    assert (found.mixed.fit.ratios > 0).all()
    exact = by_term(tuple(row for row in fit(found.prepared, found.y).rows if row.F == row.F))
    for term, want in by_term(found.rows).items():
        assert want == pytest.approx(exact[term], rel=1e-5)


def test_beets_of_halekoh_and_hojsgaard() -> None:
    design = make_design("splitplot", whole_plot="harvest", sub_plot="sow", blocks=["block"], additive=True)
    rows = by_term(ready(case("splitplot_beets"), design, "sugpct").rows)
    assert rows["harvest"] == pytest.approx((1, 2.00, 15.21, 0.0599), rel=1e-3)
    assert rows["sow"] == pytest.approx((4, 20, 101, 5.741e-13), rel=1e-3)


def test_so_few_environments_that_no_f_has_a_mean_still_have_the_exact_test() -> None:
    """Two seasons, three treatments: interaction has 2 degrees of freedom, and F tests with them."""
    rng = np.random.default_rng(3)
    e, b, t = (axis.ravel() for axis in np.meshgrid(range(2), range(3), range(3), indexing="ij"))
    y = rng.normal(size=18) + 3 * rng.normal(size=(2, 3))[e, t] + 2 * rng.normal(size=2)[e] + t
    design = make_design("multienv", treatments=["t"], environment="e", blocks=["b"])
    found = analyse(columns({"e": e, "b": b, "t": t, "y": y}), design, "y")
    cells = np.array([[y[(e == i) & (t == j)].mean() for j in range(3)] for i in range(2)])
    between = cells.mean(axis=0) - cells.mean()
    rest = cells - cells.mean(axis=0) - cells.mean(axis=1, keepdims=True) + cells.mean()
    exact = 2 * (between**2).sum() / (rest**2).sum()
    assert by_term(found.anova)["t"][:3] == pytest.approx((2, 2, exact), rel=1e-5)


class Paper(NamedTuple):
    """Kenward and Roger (1997) as it is written, with every matrix of the size of plots by plots."""

    phi: np.ndarray
    adjusted: np.ndarray
    p: list[np.ndarray]
    w: np.ndarray

    def test(self, beta: np.ndarray, rows: np.ndarray) -> tuple[float, float, float]:
        """Scaled F, error df and scale."""
        rank = len(rows)
        theta = rows.T @ np.linalg.inv(rows @ self.phi @ rows.T) @ rows
        each = [theta @ self.phi @ one @ self.phi for one in self.p]
        pairs = [(i, j) for i in range(len(each)) for j in range(len(each))]
        a1 = sum(self.w[i, j] * np.trace(each[i]) * np.trace(each[j]) for i, j in pairs)
        a2 = sum(self.w[i, j] * np.trace(each[i] @ each[j]) for i, j in pairs)
        b = (a1 + 6 * a2) / (2 * rank)
        g = ((rank + 1) * a1 - (rank + 4) * a2) / ((rank + 2) * a2)
        c1 = g / (3 * rank + 2 * (1 - g))
        c2 = (rank - g) / (3 * rank + 2 * (1 - g))
        c3 = (rank + 2 - g) / (3 * rank + 2 * (1 - g))
        expected = 1 / (1 - a2 / rank)
        variance = 2 / rank * (1 + c1 * b) / ((1 - c2 * b) ** 2 * (1 - c3 * b))
        rho = variance / (2 * expected**2)
        m = 4 + (rank + 2) / (rank * rho - 1)
        scale = m / (expected * (m - 2))
        value = rows @ beta
        ratio = value @ np.linalg.solve(rows @ self.adjusted @ rows.T, value) / rank
        return float(scale * ratio), float(m), float(scale)


def written_out(found: Ready) -> Paper:
    fitted, random = found.mixed.fit, found.mixed.fit.random
    x = random.x
    cells = [random.group * 1000 + column for column in random.effect.T]
    g = [(cell[:, None] == cell).astype(float) for cell in cells] + [np.eye(len(x))]
    theta = [*(fitted.ratios * fitted.sigma2), fitted.sigma2]
    inverse = np.linalg.inv(sum(t * one for t, one in zip(theta, g, strict=True)))
    phi = np.linalg.inv(x.T @ inverse @ x)
    ix = inverse @ x
    projector = inverse - ix @ phi @ ix.T
    count = range(len(g))
    p = [-ix.T @ one @ ix for one in g]
    q = [[ix.T @ g[i] @ inverse @ g[j] @ ix for j in count] for i in count]
    information = [[np.trace(projector @ g[i] @ projector @ g[j]) / 2 for j in count] for i in count]
    w = np.linalg.inv(np.array(information))
    inner = sum(w[i, j] * (q[i][j] - p[i] @ phi @ p[j]) for i in count for j in count)
    return Paper(phi, phi + 2 * phi @ inner @ phi, p, w)


DESIGNS = (
    make_design("multienv", treatments=["t"], environment="e", blocks=["b"]),
    make_design("splitplot", whole_plot="t", sub_plot="s", blocks=["e"]),
    make_design("stripplot", treatments=["t", "s"], blocks=["e"]),
    make_design("alpha", treatments=["s"], replicate="e", blocks=["b"]),
)


def unbalanced(seed: int) -> dict[str, list[str | None]]:
    """Plots of five environments with three blocks and four treatments each, a fifth of them missing."""
    rng = np.random.default_rng(seed)
    e, b, t = (axis.ravel() for axis in np.meshgrid(range(5), range(3), range(4), indexing="ij"))
    s = rng.integers(0, 3, len(e))
    y = rng.normal(size=len(e)) + rng.normal(size=5)[e] * 2 + rng.normal(size=(5, 4))[e, t] * 0.8
    y += rng.normal(size=(5, 3))[e, b] * 0.5 + rng.normal(size=(5, 3))[e, s] * 0.5 + 0.3 * t
    kept = np.sort(rng.choice(len(e), 48, replace=False))
    return columns({key: value[kept] for key, value in {"e": e, "b": b, "t": t, "s": s, "y": y}.items()})


@settings(max_examples=24, deadline=None)
@given(seed=st.integers(0, 10_000), design=st.sampled_from(DESIGNS))
def test_everything_is_as_the_paper_written_out(seed: int, design: Design) -> None:
    found = ready(unbalanced(seed), design, "y")
    paper, beta = written_out(found), found.mixed.fit.beta
    scale = np.abs(paper.adjusted).max()
    assert found.mixed.adjusted == pytest.approx(paper.adjusted, rel=1e-8, abs=1e-8 * scale)
    rows = np.random.default_rng(seed).normal(size=(5, len(beta)))
    variance, df = found.mixed.variance(rows)
    assert variance == pytest.approx(np.diag(rows @ paper.adjusted @ rows.T), rel=1e-8)
    for one, mine in zip(rows, df, strict=True):
        f, m, factor = paper.test(beta, one[None])
        assert mine == pytest.approx(max(m, 1.0), rel=1e-7)
        assert factor == pytest.approx(1, rel=1e-7)
    for size in (2, 3):
        f, m, factor = paper.test(beta, rows[:size])
        if m > 2.5:
            mine = found.mixed.joint_test(rows[:size])
            assert mine == pytest.approx((f, size, m, factor), rel=1e-7)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), design=st.sampled_from(DESIGNS))
def test_the_adjustment_never_makes_errors_smaller(seed: int, design: Design) -> None:
    fitted = {
        ddf: analyse(unbalanced(seed), design, "y", ddf=ddf)  # type: ignore[arg-type]
        for ddf in ("kenward-roger", "satterthwaite")
    }
    adjusted, plain = (fitted[ddf].means for ddf in fitted)
    assert list(adjusted["mean"]) == pytest.approx(list(plain["mean"]), rel=1e-9, nan_ok=True)
    known = plain["se"].notna()
    assert (adjusted["se"][known] >= plain["se"][known] * (1 - 1e-9)).all()
