"""The same numbers by other hands: statsmodels, scipy, R's algorithm for strata, a dense likelihood."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf
from scipy import optimize, stats

from kanpo.evidence import Analysis, analyse, make_design
from tests.evidence.plots import case, columns, without


def terms(found: Analysis, *, adjusted: bool = False) -> pd.DataFrame:
    rows = found.adjusted if adjusted else found.anova
    table = pd.DataFrame([(r.term, r.df, r.sum_sq, r.F, r.p) for r in rows], columns=["term", *"dsFp"])
    return table.set_index("term")


def random_rcbd(seed: int, drop: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    grid = [(f"b{b}", f"t{t}", f"n{n}") for b in range(5) for t in range(3) for n in range(2)]
    frame = pd.DataFrame(grid, columns=["b", "t", "n"])
    frame["y"] = 20 + rng.normal(size=len(frame)) * 2 + frame["t"].map({"t0": 0, "t1": 1, "t2": 3})
    return frame.drop(index=rng.choice(len(frame), drop, replace=False)).reset_index(drop=True)


@pytest.mark.parametrize("drop", [0, 4])
def test_sequential_and_type_two_sums_are_those_of_statsmodels(drop: int) -> None:
    frame = random_rcbd(7, drop)
    design = make_design("rcbd", treatments=["t", "n"], blocks=["b"])
    found = analyse(columns(frame), design, "y")
    model = smf.ols("y ~ C(b) + C(t) * C(n)", frame).fit()
    for kind, adjusted in ((1, False), (2, True)):
        if adjusted and not drop:
            assert not found.adjusted, "balanced: the order does not matter, so one table is enough"
            continue
        want = sm.stats.anova_lm(model, typ=kind)
        want.index = [
            i.replace("C(", "").replace(")", "").replace("Residual", "Residuals") for i in want.index
        ]
        mine = terms(found, adjusted=adjusted)
        for term in mine.index:
            assert mine.loc[term, "s"] == pytest.approx(want.loc[term, "sum_sq"], rel=1e-9)
            if term != "Residuals":
                assert mine.loc[term, "p"] == pytest.approx(want.loc[term, "PR(>F)"], rel=1e-7)
    assert any("missing" in note.en or "unbalanced" in note.en for note in found.notes) == bool(drop)


def test_latin_square() -> None:
    table = case("latin_orchard")
    design = make_design("latin", treatments=["treatment"], row="rowpos", column="colpos")
    found = terms(analyse(table, design, "decrease"))
    frame = pd.DataFrame(table).astype({"decrease": float})
    model = smf.ols("decrease ~ C(rowpos) + C(colpos) + C(treatment)", frame).fit()
    want = sm.stats.anova_lm(model)
    assert list(found["s"]) == pytest.approx(list(want["sum_sq"]), rel=1e-9)
    assert list(found["p"])[:3] == pytest.approx(list(want["PR(>F)"])[:3], rel=1e-7)


def r_aov_strata(
    frame: pd.DataFrame, errors: list[list[str]], fixed: list[list[str]]
) -> dict[tuple[int, str], tuple[int, float]]:
    """R's aov with Error(): QR of the error model, then sequential least squares on its rows."""

    def cells(names: list[str]) -> np.ndarray:
        if frame[names[0]].dtype.kind == "f":
            return frame[names].to_numpy()
        return pd.get_dummies(frame[names].agg(":".join, axis=1)).to_numpy(dtype=float)

    y, x = frame["y"].to_numpy(), np.ones((len(frame), 1))
    owner = [0]
    for number, names in enumerate(errors, 1):
        for column in cells(names).T:
            wider = np.column_stack([x, column])
            if np.linalg.matrix_rank(wider) > x.shape[1]:
                x, owner = wider, [*owner, number]
    q, _ = np.linalg.qr(x, mode="complete")
    owner += [len(errors) + 1] * (len(frame) - len(owner))
    sums: dict[tuple[int, str], tuple[int, float]] = {}
    for stratum in range(1, len(errors) + 2):
        chosen = q[:, np.array(owner) == stratum]
        design, left, rank = np.zeros((chosen.shape[1], 0)), chosen.T @ y, 0
        before = float(left @ left)
        for names in fixed:
            inside = chosen.T @ cells(names)
            design = np.column_stack([design, inside[:, (inside**2).sum(axis=0) > 1e-5]])
            beta = np.linalg.lstsq(design, left, rcond=1e-9)[0]
            rest = float(((left - design @ beta) ** 2).sum())
            new = int(np.linalg.matrix_rank(design, tol=1e-6))
            if new > rank:
                sums[(stratum, ":".join(names))] = (new - rank, before - rest)
            rank, before = new, rest
        if chosen.shape[1] > rank:
            sums[(stratum, "Residuals")] = (chosen.shape[1] - rank, before)
    return sums


@pytest.mark.parametrize("missing", [(), (5,), (0, 13, 40)])
def test_split_plot_strata_with_missing_plots_are_those_of_r(missing: tuple[int, ...]) -> None:
    table = without(case("splitplot_oats"), *missing)
    design = make_design("splitplot", whole_plot="V", sub_plot="N", blocks=["B"])
    found = analyse(table, design, "Y")
    frame = pd.DataFrame(table).rename(columns={"Y": "y"}).astype({"y": float})
    want = r_aov_strata(frame, [["B"], ["B", "V"]], [["V"], ["N"], ["V", "N"]])
    number = {"B": 1, "B:V": 2, "Within": 3}
    mine = {(number[r.stratum], r.term): (r.df, r.sum_sq) for r in found.anova}
    assert mine.keys() == want.keys()
    for key, (df, value) in want.items():
        assert mine[key][0] == df
        assert mine[key][1] == pytest.approx(value, rel=1e-7, abs=1e-6)
    assert bool(found.adjusted) == bool(missing), "with missing plots also the mixed model's tests"


def dense_reml(frame: pd.DataFrame, fixed: list[str], random: list[list[str]]) -> dict[str, float]:
    """Least REML deviance with V written out, by a search without derivatives from several starts."""
    y = frame["y"].to_numpy()
    x = np.column_stack([np.ones(len(y)), *(pd.get_dummies(frame[f], drop_first=True) for f in fixed)])
    x = x.astype(float)
    shared = [(k := frame[r].agg(":".join, axis=1).to_numpy())[:, None] == k for r in random]

    def deviance(theta: np.ndarray) -> float:
        v = np.eye(len(y)) + sum(t**2 * one for t, one in zip(theta, shared, strict=True))
        inverse = np.linalg.inv(v)
        xvx = x.T @ inverse @ x
        left = y - x @ np.linalg.solve(xvx, x.T @ inverse @ y)
        df = len(y) - x.shape[1]
        s2 = left @ inverse @ left / df
        return np.linalg.slogdet(v)[1] + np.linalg.slogdet(xvx)[1] + df * np.log(s2)

    starts = ([1.0] * len(random), [0.3] * len(random), [0.1, 2.0, 0.5][: len(random)])
    options = {"xatol": 1e-8, "fatol": 1e-12, "maxiter": 4000, "maxfev": 4000}
    found = [optimize.minimize(deviance, s, method="Nelder-Mead", options=options) for s in starts]
    return {"deviance": min(one.fun for one in found), "at": deviance}  # type: ignore[dict-item]


def random_series(seed: int, drop: float) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    grid = [(e, b, t) for e in range(5) for b in range(3) for t in range(4)]
    e, b, t = np.array(grid).T
    y = 10 + 0.5 * t + rng.normal(size=5)[e] * 2 + rng.normal(size=(5, 4))[e, t] * 0.8
    y += rng.normal(size=(5, 3))[e, b] * 0.5 + rng.normal(size=len(e)) * 0.7
    frame = pd.DataFrame({"e": e, "b": b, "t": t}).astype(str).assign(y=y)
    return frame[rng.random(len(frame)) > drop].reset_index(drop=True)


@pytest.mark.parametrize(("seed", "drop"), [(1, 0.0), (2, 0.2), (3, 0.2), (5, 0.3)])
def test_components_have_the_least_deviance(seed: int, drop: float) -> None:
    frame = random_series(seed, drop)
    design = make_design("multienv", treatments=["t"], environment="e", blocks=["b"])
    found = {one.term: one.variance for one in analyse(columns(frame), design, "y").variance}
    dense = dense_reml(frame, ["t"], [["e"], ["e", "t"], ["e", "b"]])
    mine = dense["at"](np.sqrt([found[k] / found["Residual"] for k in ("e", "e:t", "e:b")]))  # type: ignore[operator]
    assert mine <= dense["deviance"] + 1e-7


def test_balanced_components_are_those_of_mean_squares() -> None:
    """For balanced data REML is the classical estimator where that is positive."""
    frame = random_series(1, 0.0)
    design = make_design("multienv", treatments=["t"], environment="e", blocks=["b"])
    result = analyse(columns(frame), design, "y")
    model = smf.ols("y ~ C(e) + C(t) + C(e):C(t) + C(e):C(b)", frame).fit()
    ms = sm.stats.anova_lm(model)["mean_sq"]
    error = ms["Residual"]
    assert min(ms["C(e):C(t)"], ms["C(e):C(b)"]) > error
    found = {one.term: one.variance for one in result.variance}
    assert found["e:t"] == pytest.approx((ms["C(e):C(t)"] - error) / 3, rel=1e-6)
    assert found["e:b"] == pytest.approx((ms["C(e):C(b)"] - error) / 4, rel=1e-6)
    assert found["e"] == pytest.approx(
        (ms["C(e)"] - ms["C(e):C(t)"] - ms["C(e):C(b)"] + error) / 12, rel=1e-6
    )
    (row,) = result.anova
    assert pytest.approx(ms["C(t)"] / ms["C(e):C(t)"], rel=1e-7) == row.F
    assert row.df_error == pytest.approx(12, rel=1e-6)


def test_one_random_term_as_statsmodels_fits_it() -> None:
    frame = random_series(4, 0.15).assign(eb=lambda f: f["e"] + ":" + f["b"])
    frame = frame.rename(columns={"e": "rep", "b": "block"})
    design = make_design("alpha", treatments=["t"], replicate="rep", blocks=["block"])
    found = analyse(columns(frame), design, "y", ddf="satterthwaite")
    fitted = smf.mixedlm("y ~ C(t) + C(rep)", frame, groups="eb").fit(reml=True, method="bfgs", gtol=1e-9)
    components = {one.term: one.variance for one in found.variance}
    assert components["rep:block"] == pytest.approx(float(fitted.cov_re.iloc[0, 0]), rel=1e-3)
    assert components["Residual"] == pytest.approx(fitted.scale, rel=1e-4)
    means = found.means.set_index("level")["mean"]
    assert means["2"] - means["0"] == pytest.approx(fitted.fe_params["C(t)[T.2]"], rel=1e-4)
    pair = found.pairs.set_index("pair").loc["2-0"]
    assert pair["se"] == pytest.approx(fitted.bse_fe["C(t)[T.2]"], rel=1e-3)


def test_tukey_and_dunnett_for_unequal_numbers_as_scipy_has_them() -> None:
    rng = np.random.default_rng(5)
    groups = [rng.normal(loc=shift, size=size) for shift, size in ((0, 8), (0.5, 5), (1.5, 6), (0.2, 9))]
    table = {"g": [f"g{i}" for i, one in enumerate(groups) for _ in one], "y": np.concatenate(groups)}
    found = analyse(columns(table), make_design("crd", treatments=["g"], checks=["g0"]), "y").pairs
    tukey = stats.tukey_hsd(*groups)
    mine = found[found["method"] == "Tukey"].set_index("pair")
    assert mine.loc["g2-g1", "p_adj"] == pytest.approx(tukey.pvalue[2, 1], abs=1e-6)
    assert mine.loc["g3-g0", "p_adj"] == pytest.approx(tukey.pvalue[3, 0], abs=1e-6)
    interval = tukey.confidence_interval()
    assert mine.loc["g2-g0", "lower"] == pytest.approx(interval.low[2, 0], abs=1e-5)
    want = stats.dunnett(*groups[1:], control=groups[0], random_state=np.random.default_rng(1))
    mine = found[found["method"] == "Dunnett"]
    assert list(mine["p_adj"]) == pytest.approx(list(want.pvalue), abs=5e-4)


def test_dunnett_where_errors_are_not_independent() -> None:
    """Adjusted means of incomplete blocks: against the multivariate t of scipy."""
    frame = random_rcbd(3, drop=9)
    design = make_design("rcbd", treatments=["t", "n"], blocks=["b"], checks=["t0"], additive=True)
    pairs = analyse(columns(frame), design, "y").pairs
    mine = pairs[pairs["method"] == "Dunnett"]
    model = smf.ols("y ~ C(b) + C(t) + C(n)", frame).fit()
    names = ["C(t)[T.t1]", "C(t)[T.t2]"]
    covariance = model.cov_params().loc[names, names].to_numpy()
    rho = covariance / np.sqrt(np.outer(np.diag(covariance), np.diag(covariance)))
    for t, p in zip(model.tvalues[names].abs(), mine["p_adj"], strict=True):
        inside = stats.multivariate_t(shape=rho, df=int(model.df_resid), seed=1).cdf(
            [t, t], lower_limit=[-t, -t], random_state=1
        )
        assert p == pytest.approx(1 - inside, abs=1e-3)
