"""Analysis of covariance: published figures, other hands, and what is said where it does not hold."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

from kanpo.errors import InputUnusable, KanpoError, UsageError
from kanpo.evidence import Analysis, Design, analyse, analyse_traits, make_design
from tests.evidence.plots import case, columns, without
from tests.evidence.test_laws import CELLS, DESIGNS
from tests.evidence.test_oracles import r_aov_strata

RCBD = make_design("rcbd", treatments=["t"], blocks=["b"], covariates=["x"])


def said(found: Analysis) -> str:
    return " ".join(text.en for text in (*found.sentences, *found.notes))


def trial(seed: int, *, slope: float = 2.0, blocks: int = 5, treatments: int = 4) -> pd.DataFrame:
    """Blocks with a covariate that no treatment changed."""
    rng = np.random.default_rng(seed)
    b, t = (axis.ravel() for axis in np.meshgrid(range(blocks), range(treatments), indexing="ij"))
    x = 30 + 5 * rng.normal(size=len(b))
    y = 10 + b + 0.8 * t + slope * (x - 30) + rng.normal(size=len(b))
    return pd.DataFrame({"b": b.astype(str), "t": t.astype(str), "x": x, "y": y})


def test_leprosy_as_sas_prints_it() -> None:
    design = make_design("crd", treatments=["drug"], covariates=["before"])
    found = analyse(case("crd_leprosy"), design, "after")
    rows = {row.term: row for row in found.adjusted}
    assert (rows["before"].df, rows["before"].sum_sq) == pytest.approx((1, 577.897403), abs=1e-6)
    assert pytest.approx(36.01, abs=0.005) == rows["before"].F
    assert (rows["drug"].df, rows["drug"].sum_sq) == pytest.approx((2, 68.553711), abs=1e-6)
    assert pytest.approx(2.14, abs=0.005) == rows["drug"].F
    assert rows["drug"].p == pytest.approx(0.1384, abs=5e-5)
    assert found.anova[-1].sum_sq == pytest.approx(417.202597, abs=1e-6)
    assert list(found.means["mean"]) == pytest.approx([6.7149635, 6.8239348, 10.1611017], abs=1e-7)
    assert list(found.means["se"]) == pytest.approx([1.2884943, 1.2724690, 1.3159234], abs=1e-7)
    (slope,) = found.covariates
    assert (slope.slope, slope.se) == pytest.approx((0.987183811, 0.164497570), abs=1e-8)


def oracle_formula(design: str) -> str:
    ground = {"crd": "", "rcbd": "C(b) + ", "latin": "C(r) + C(c) + "}[design]
    return f"y ~ {ground}{{x}}C(t)" + (" * C(n)" if design == "crd" else "")


def random_trial(design: str, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    if design == "latin":
        r, c = (axis.ravel() for axis in np.meshgrid(range(5), range(5), indexing="ij"))
        frame = pd.DataFrame({"r": r, "c": c, "t": (r + 2 * c) % 5}).astype(str)
    else:
        grid = [(b, t, n) for b in range(5) for t in range(3) for n in range(2)]
        frame = pd.DataFrame(grid, columns=["b", "t", "n"]).astype(str)
        frame = frame.drop(index=rng.choice(len(frame), 3, replace=False)).reset_index(drop=True)
    size = len(frame)
    frame["x"], frame["z"] = 1e4 + 300 * rng.normal(size=size), rng.random(size)
    return frame.assign(y=lambda f: 5 + 0.01 * f["x"] + f["t"].astype(int) + rng.normal(size=size))


@pytest.mark.parametrize("design", ["crd", "rcbd", "latin"])
@pytest.mark.parametrize("seed", [1, 2])
def test_sums_slopes_and_means_are_those_of_statsmodels(design: str, seed: int) -> None:
    frame = random_trial(design, seed)
    parts = {"crd": {"treatments": ["t", "n"]}, "rcbd": {"treatments": ["t"], "blocks": ["b"]}}
    parts["latin"] = {"treatments": ["t"], "row": "r", "column": "c"}
    made = make_design(design, covariates=["x", "z"], **parts[design])  # type: ignore[arg-type]
    found = analyse(columns(frame), made, "y")
    # Centred, so that the oracle itself is exact; the order of terms is the one documented.
    centred = frame.assign(x=frame["x"] - frame["x"].mean(), z=frame["z"] - frame["z"].mean())
    formula = oracle_formula(design)
    model = smf.ols(formula.format(x="x + z + "), centred).fit()
    # patsy puts numbers after factors, so that the sequential sums are taken from nested models.
    ground = formula.split("~")[1].split("{x}")[0].rstrip("+ ") or "1"
    steps = [ground, f"{ground} + x", f"{ground} + x + z", formula.split("~")[1].format(x="x + z + ")]
    rss = [smf.ols(f"y ~ {step}", centred).fit().ssr for step in steps]
    rows = {row.term: row for row in found.anova}
    assert [rows["x"].sum_sq, rows["z"].sum_sq] == pytest.approx([rss[0] - rss[1], rss[1] - rss[2]], rel=1e-8)
    assert rows["Residuals"].sum_sq == pytest.approx(rss[3], rel=1e-8)
    two = sm.stats.anova_lm(model, typ=2)
    for row in found.adjusted:
        name = row.term if row.term in ("x", "z") else ":".join(f"C({one})" for one in row.term.split(":"))
        assert (row.sum_sq, row.F) == pytest.approx((two.loc[name, "sum_sq"], two.loc[name, "F"]), rel=1e-8)
        assert row.p == pytest.approx(two.loc[name, "PR(>F)"], rel=1e-7)
    for one in found.covariates:
        assert one.slope == pytest.approx(model.params[one.covariate], rel=1e-8)
        assert one.se == pytest.approx(model.bse[one.covariate], rel=1e-8)
        assert one.p == pytest.approx(model.pvalues[one.covariate], rel=1e-7)
        assert [one.lower, one.upper] == pytest.approx(list(model.conf_int().loc[one.covariate]), rel=1e-7)
    free = [name for name in ("b", "r", "c", "n") if name in frame]
    grid = pd.MultiIndex.from_product([sorted(set(frame[name])) for name in free]).to_frame(index=False)
    grid.columns = free
    for level, mean in zip(found.means["level"][:3], found.means["mean"][:3], strict=True):
        predicted = model.predict(grid.assign(t=level, x=0.0, z=0.0))
        assert mean == pytest.approx(predicted.mean(), rel=1e-8)


def test_beets_equal_slopes_and_the_covariate_itself_as_statsmodels_has_them() -> None:
    """The number of plants was changed by the fertiliser, which is the moral of this example."""
    design = make_design(
        "rcbd", treatments=["fert"], blocks=["block"], covariates=["plants"], checks=["None"]
    )
    found = analyse(case("rcbd_beets"), design, "yield")
    frame = (
        pd.DataFrame(case("rcbd_beets")).rename(columns={"yield": "y"}).astype({"y": float, "plants": float})
    )
    parallel = smf.ols("y ~ C(block) + plants + C(fert)", frame).fit()
    free = smf.ols("y ~ C(block) + plants * C(fert)", frame).fit()
    f, p, df = free.compare_f_test(parallel)
    (one,) = found.covariates
    assert one.parallel is not None
    assert (one.parallel.F, one.parallel.p, one.parallel.df) == pytest.approx((f, p, df), rel=1e-8)
    own = sm.stats.anova_lm(smf.ols("plants ~ C(block) + C(fert)", frame).fit())
    (changed,) = one.changed
    assert (changed.F, changed.p) == pytest.approx(tuple(own.loc["C(fert)", ["F", "PR(>F)"]]), rel=1e-8)
    assert "the covariate 'plants' itself differs between treatments (fert; F(6, 30)" in said(found)
    assert set(found.pairs["method"]) == {"Tukey", "Dunnett"}


def test_gain_is_the_textbook_efficiency() -> None:
    """Error without, over error with times 1 + Txx / ((t - 1) Exx)."""
    frame = trial(3)
    found = analyse(columns(frame), RCBD, "y")
    plain = smf.ols("y ~ C(b) + C(t)", frame).fit()
    table = sm.stats.anova_lm(smf.ols("x ~ C(b) + C(t)", frame).fit())["sum_sq"]
    adjusted = smf.ols("y ~ C(b) + x + C(t)", frame).fit()
    want = plain.mse_resid / (adjusted.mse_resid * (1 + table["C(t)"] / 3 / table["Residual"]))
    (gain,) = found.gains
    assert gain.ratio == pytest.approx(want, rel=1e-8)
    assert gain.ratio > 5


def split(seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    b, w, s = (axis.ravel() for axis in np.meshgrid(range(4), range(3), range(3), indexing="ij"))
    x = rng.normal(size=36) + rng.normal(size=(4, 3))[b, w]
    y = (
        10
        + w
        + 0.5 * s
        + 1.5 * x
        + rng.normal(size=4)[b]
        + rng.normal(size=(4, 3))[b, w]
        + rng.normal(size=36)
    )
    return pd.DataFrame({"B": b, "W": w, "S": s}).astype(str).assign(x=x, y=y)


SPLIT = make_design("splitplot", whole_plot="W", sub_plot="S", blocks=["B"], covariates=["x"])


def test_a_covariate_is_projected_into_every_stratum_as_r_does_it() -> None:
    frame = split(1)
    found = analyse(columns(frame), SPLIT, "y")
    want = r_aov_strata(frame, [["B"], ["B", "W"]], [["x"], ["W"], ["S"], ["W", "S"]])
    number = {"B": 1, "B:W": 2, "Within": 3}
    mine = {(number[row.stratum], row.term): (row.df, row.sum_sq) for row in found.anova}
    assert mine.keys() == want.keys()
    assert {key for key in mine if key[1] == "x"} == {(1, "x"), (2, "x"), (3, "x")}
    for key, (df, value) in want.items():
        assert mine[key][0] == df
        assert mine[key][1] == pytest.approx(value, rel=1e-7)


def dense(frame: pd.DataFrame, fixed: np.ndarray, shared: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Fixed effects and their covariance with V written out, at the least REML deviance found by a search."""
    y = frame["y"].to_numpy()

    def fit(theta: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        v = np.eye(len(y)) + sum(t**2 * one for t, one in zip(theta, shared, strict=True))
        inverse = np.linalg.inv(v)
        xvx = fixed.T @ inverse @ fixed
        beta = np.linalg.solve(xvx, fixed.T @ inverse @ y)
        left, df = y - fixed @ beta, len(y) - fixed.shape[1]
        s2 = float(left @ inverse @ left) / df
        deviance = np.linalg.slogdet(v)[1] + np.linalg.slogdet(xvx)[1] + df * np.log(s2)
        return float(deviance), beta, s2 * np.linalg.inv(xvx)

    options = {"xatol": 1e-9, "fatol": 1e-13, "maxiter": 4000, "maxfev": 4000}
    starts = ([1.0] * len(shared), [0.3] * len(shared))
    tried = [optimize.minimize(lambda t: fit(t)[0], s, method="Nelder-Mead", options=options) for s in starts]
    _, beta, covariance = fit(min(tried, key=lambda one: one.fun).x)
    return beta, covariance


def indicator(frame: pd.DataFrame, *names: str) -> np.ndarray:
    return pd.get_dummies(frame[list(names)].agg(":".join, axis=1)).to_numpy(dtype=float)


@pytest.mark.parametrize("seed", [1, 2])
def test_split_plot_means_and_slope_are_those_of_a_dense_mixed_model(seed: int) -> None:
    frame = split(seed)
    found = analyse(columns(frame), SPLIT, "y")
    cells, centred = indicator(frame, "W", "S"), frame[["x"]] - frame["x"].mean()
    shared = [one @ one.T for one in (indicator(frame, "B"), indicator(frame, "B", "W"))]
    beta, covariance = dense(frame, np.column_stack([cells, centred]), shared)
    (slope,) = found.covariates
    assert slope.slope == pytest.approx(beta[-1], rel=1e-5)
    assert slope.se == pytest.approx(np.sqrt(covariance[-1, -1]), rel=1e-4)
    mine = found.means[found.means["term"] == "W:S"]
    assert list(mine["mean"]) == pytest.approx(list(beta[:-1]), rel=1e-5)
    whole = found.means[found.means["term"] == "W"]
    assert list(whole["mean"]) == pytest.approx(list(beta[:-1].reshape(3, 3).mean(axis=1)), rel=1e-5)
    assert {row.term for row in found.adjusted} == {"x", "W", "S", "W:S"}


def test_a_slope_in_the_mixed_model_of_several_years() -> None:
    rng = np.random.default_rng(4)
    e, b, t = (axis.ravel() for axis in np.meshgrid(range(5), range(3), range(4), indexing="ij"))
    x = rng.normal(size=60) + rng.normal(size=5)[e]
    y = 3 + 0.7 * x + 0.4 * t + rng.normal(size=5)[e] + rng.normal(size=(5, 4))[e, t] + rng.normal(size=60)
    frame = pd.DataFrame({"e": e, "b": b, "t": t}).astype(str).assign(x=x, y=y)
    design = make_design("multienv", treatments=["t"], environment="e", covariates=["x"])
    found = analyse(columns(frame), design, "y")
    shared = [one @ one.T for one in (indicator(frame, "e"), indicator(frame, "e", "t"))]
    fixed = np.column_stack([indicator(frame, "t"), frame["x"] - frame["x"].mean()])
    beta, _ = dense(frame, fixed, shared)
    assert found.covariates[0].slope == pytest.approx(beta[-1], rel=1e-5)
    assert list(found.means["mean"]) == pytest.approx(list(beta[:-1]), rel=1e-5)
    assert [row.term for row in found.anova] == ["x", "t"]


def test_an_augmented_design_takes_its_new_entries_apart_after_the_covariate() -> None:
    rng = np.random.default_rng(5)
    b = np.repeat(range(5), 6)
    t = [f"c{i}" if i < 3 else f"n{block}{i}" for block in range(5) for i in range(6)]
    frame = pd.DataFrame({"b": b, "t": t, "x": rng.normal(size=30)}).assign(
        y=lambda f: 4 * f["x"] + rng.normal(size=30)
    )
    design = make_design("augmented", treatments=["t"], blocks=["b"], covariates=["x"])
    found = analyse(columns(frame), design, "y")
    (treated,) = (row for row in found.anova if row.term == "t")
    assert sum(row.sum_sq for row in found.parts) == pytest.approx(treated.sum_sq, rel=1e-9)
    assert sum(row.df for row in found.parts) == treated.df


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), shift=st.floats(-1e4, 1e4), scale=st.floats(0.001, 1000))
def test_the_unit_of_a_covariate_does_not_matter(seed: int, shift: float, scale: float) -> None:
    frame = trial(seed)
    plain = analyse(columns(frame), RCBD, "y")
    turned = analyse(columns(frame.assign(x=shift + scale * frame["x"])), RCBD, "y")
    keys = ["mean", "se", "lower", "upper"]
    assert turned.means[keys].to_numpy() == pytest.approx(plain.means[keys].to_numpy(), rel=1e-6)
    for mine, other in zip(turned.anova, plain.anova, strict=True):
        assert mine.sum_sq == pytest.approx(other.sum_sq, rel=1e-6)
    assert turned.covariates[0].slope * scale == pytest.approx(plain.covariates[0].slope, rel=1e-6)
    assert turned.covariates[0].t == pytest.approx(plain.covariates[0].t, rel=1e-6)


def test_it_says_what_means_are_adjusted_to_and_what_the_slope_is() -> None:
    found = analyse(columns(trial(1)), RCBD, "y")
    (one,) = found.covariates
    text = said(found)
    assert f"adjusted to the mean of the covariate (x = {one.mean:.4g})" in text
    assert f"'y' changes by {one.slope:+.4g} for one unit of the covariate 'x'" in text
    assert "Caution" not in text
    assert "There are covariates: type II tests" in text
    told = found.to_dict()
    json.dumps(told, allow_nan=False)
    (covariate,) = told["covariates"]
    assert covariate["slope"] == one.slope
    assert covariate["parallel"]["df"] == 3
    assert told["gains"][0]["term"] == "t"
    assert "values" not in covariate


def test_a_slope_that_is_not_there_is_not_claimed() -> None:
    found = analyse(columns(trial(2, slope=0.0)), RCBD, "y")
    assert "No relation of 'y' to the covariate 'x' was shown" in said(found)


def test_slopes_that_differ_between_treatments_are_said() -> None:
    frame = trial(1, blocks=8)
    frame["y"] += frame["t"].astype(int) * 1.5 * (frame["x"] - 30)
    found = analyse(columns(frame), RCBD, "y")
    assert "the slope of 'x' differs between treatments (F(3, " in said(found)


def test_a_covariate_that_the_treatment_changed_is_said() -> None:
    frame = trial(1, blocks=8)
    frame["x"] += 8 * frame["t"].astype(int)
    text = said(analyse(columns(frame), RCBD, "y"))
    assert "the covariate 'x' itself differs between treatments (t; F(3, 21)" in text
    assert "do not compare treatments" in text


@pytest.mark.parametrize(
    ("x", "code", "said_so"),
    [
        (lambda f: 7.0, "covariate-constant", "the same in all plots"),
        (lambda f: f["b"].astype(int) * 2.0, "covariate-confounded", "the blocks (b)"),
        (lambda f: f["t"].astype(int) ** 2.0, "covariate-confounded", "the treatments (t)"),
        (
            lambda f: f["t"].astype(int) + 3.0 * f["b"].astype(int),
            "covariate-confounded",
            "blocks and the treatments (t) together",
        ),
        (lambda f: ["many"] * len(f), "covariate-is-text", "holds text"),
    ],
    ids=["constant", "blocks", "treatments", "both", "text"],
)
def test_a_covariate_that_tells_nothing_is_refused(x: object, code: str, said_so: str) -> None:
    frame = trial(1)
    with pytest.raises(InputUnusable) as caught:
        analyse(columns(frame.assign(x=x(frame))), RCBD, "y", file="plots.csv")  # type: ignore[operator]
    assert caught.value.code == f"analysis.{code}"
    assert said_so in caught.value.what.en
    assert caught.value.place.column == "x"


def test_a_covariate_twice_in_other_units_is_refused() -> None:
    frame = trial(1).assign(cm=lambda f: f["x"] * 100 + 5)
    design = make_design("rcbd", treatments=["t"], blocks=["b"], covariates=["x", "cm"])
    with pytest.raises(InputUnusable) as caught:
        analyse(columns(frame), design, "y")
    assert "'cm' follows from the other covariates" in caught.value.what.en


def test_a_column_that_plays_two_parts_or_is_not_there_is_refused() -> None:
    frame = columns(trial(1))
    for covariate, code in (("y", "column-twice"), ("xx", "unknown-column")):
        design = make_design("rcbd", treatments=["t"], blocks=["b"], covariates=[covariate])
        with pytest.raises(UsageError) as caught:
            analyse(frame, design, "y")
        assert caught.value.code == f"analysis.{code}"
    with pytest.raises(UsageError, match=r"analysis\.column-twice"):
        make_design("rcbd", treatments=["t"], blocks=["b"], covariates=["b"])


def test_plots_without_the_covariate_are_left_out_and_counted() -> None:
    table = columns(trial(1))
    table["x"][2], table["x"][5], table["x"][8], table["y"][9] = "", "<0.5", "12cm", ""
    found = analyse(table, RCBD, "y", file="plots.csv")
    assert (found.plots, found.missing, found.rejected) == (16, 1, 1)
    assert "2 plots without a value of a covariate (x)" in said(found)
    (problem,) = found.problems
    assert (problem.place.row, problem.place.column, problem.place.value) == (10, "x", "12cm")
    fewer = analyse(without(table, 2, 5, 8, 9), RCBD, "y")
    assert list(found.means["mean"]) == list(fewer.means["mean"])


def test_values_below_the_limit_are_ranked_without_the_covariate_and_it_says_so() -> None:
    table = columns(trial(1))
    table["y"][0] = "<0.05"
    found = analyse(table, RCBD, "y")
    assert found.ranks is not None
    assert not found.covariates
    assert "does not make use of the covariates" in said(found)


def test_traits_that_lack_different_plots_have_their_own_mean_of_the_covariate() -> None:
    table = columns(trial(1).assign(other=lambda f: f["y"] + 1))
    table["other"][0] = ""
    first, second = analyse_traits(table, RCBD, ["y", "other"])
    assert first.covariates[0].mean != second.covariates[0].mean
    assert second.covariates[0].mean == pytest.approx(np.mean([float(x or 0) for x in table["x"][1:]]))


@pytest.mark.parametrize("kind", ["crd", "rcbd"])
def test_without_room_for_an_error_nothing_is_claimed(kind: str) -> None:
    table = columns(trial(1, blocks=2, treatments=2))
    parts = {"blocks": ["b"]} if kind == "rcbd" else {}
    design = make_design(kind, treatments=["t"], covariates=["x"], **parts)  # type: ignore[arg-type]
    found = analyse(table, design, "y")
    json.dumps(found.to_dict(), allow_nan=False)
    if kind == "rcbd":
        assert not found.covariates
        assert "no replicates" in said(found)
    else:
        assert found.covariates[0].parallel is None


@settings(max_examples=80, deadline=None)
@given(design=st.sampled_from(DESIGNS), data=st.data())
def test_any_covariate_gives_an_analysis_or_says_why_not(design: Design, data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 16))
    levels = st.lists(st.sampled_from("0123"), min_size=size, max_size=size)
    table: dict[str, list[str | None]] = {name: list(data.draw(levels)) for name in "pqr"}
    for name in "yxz":
        table[name] = list(data.draw(st.lists(CELLS, min_size=size, max_size=size)))
    try:
        found = analyse(table, replace(design, covariates=("x", "z")), "y")
    except KanpoError:
        return
    json.dumps(found.to_dict(), allow_nan=False)
    assert found.sentences
    assert found.plots + found.missing + found.rejected <= size
