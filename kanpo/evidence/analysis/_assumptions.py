"""Whether the residuals look as the analysis takes for granted, and what to do when they do not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import interpolate, stats

from kanpo.evidence.analysis._factor import Factor
from kanpo.evidence.analysis._fit import Fit, Prepared
from kanpo.evidence.analysis._projection import Floats, cells_of

#: Shapiro and Wilk's test is not made for more values.
_MOST_SHAPIRO = 5000
_LAMBDAS = np.linspace(-2.0, 2.0, 81)
_FINE = np.linspace(-2.0, 2.0, 401)


@dataclass(frozen=True, slots=True)
class Outlier:
    """A plot that stands out: its studentised residual and the Bonferroni-corrected p."""

    plot: str
    value: float
    fitted: float
    studentised: float
    p_adj: float


@dataclass(frozen=True, slots=True)
class BoxCox:
    """The power of the values for which the model fits best, with its 95 % interval."""

    best: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class RankTest:
    """A test on ranks: ``Kruskal-Wallis`` or ``Friedman``."""

    name: str
    statistic: float
    df: int
    p: float


@dataclass(frozen=True, slots=True)
class Assumptions:
    """Checks of one trait; None where a check cannot be made.

    Attributes
    ----------
    shapiro : (W, p)
        Of the residuals.
    levene : (F, p)
        Brown and Forsythe's (deviations from medians) over treatments, of the residuals.
    studentised : array
        A studentised residual for each plot; NaN for a plot that alone tells of a treatment.
    """

    shapiro: tuple[float, float] | None
    levene: tuple[float, float] | None
    studentised: Floats
    outliers: tuple[Outlier, ...]
    box_cox: BoxCox | None


def check_assumptions(prepared: Prepared, fitted: Fit, y: Floats, names: tuple[str, ...]) -> Assumptions:
    """Check normality, equal variances, outliers, and whether a power of the values fits better.

    Outliers are externally studentised residuals with Bonferroni's correction (Cook and Weisberg
    1982); in a mixed model residuals are scaled by the residual standard deviation only.
    """
    studentised, df = _studentised(prepared, fitted)
    p = 2 * stats.t.sf(np.abs(studentised), df) * len(y)
    outliers = tuple(
        Outlier(names[i], float(y[i]), float(fitted.fitted[i]), float(studentised[i]), float(p[i]))
        for i in np.argsort(-np.abs(studentised))
        if p[i] < 0.05
    )
    # A plot that alone tells of a treatment fits exactly: its residual of 0 says nothing.
    free = np.isfinite(studentised)
    residuals = fitted.residuals[free]
    shapiro = None
    if 3 <= len(residuals) <= _MOST_SHAPIRO and np.ptp(residuals) > 0:
        found = stats.shapiro(residuals)
        shapiro = (float(found.statistic), float(found.pvalue))
    levene = _levene(residuals, cells_of(prepared.design.treated, prepared.model.factors).codes[free])
    return Assumptions(shapiro, levene, studentised, outliers, _box_cox(prepared, y))


def _studentised(prepared: Prepared, fitted: Fit) -> tuple[Floats, float]:
    residuals = fitted.residuals
    if fitted.reml is not None and not prepared.strata:
        return residuals / np.sqrt(fitted.reml.sigma2), np.inf
    leverage = (prepared.top**2).sum(axis=1)
    for stratum in prepared.strata:
        if stratum.space is not None:
            leverage = leverage + (stratum.space**2).sum(axis=1)
    for part in prepared.strata[-1].parts:
        leverage = leverage + (part.basis**2).sum(axis=1)
    _, error, df = fitted.errors[-1]
    room = np.maximum(1 - leverage, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        inner = residuals / np.sqrt(error * room)
        outer = inner * np.sqrt((df - 1) / np.maximum(df - inner**2, 1e-12))
    return np.where(room > 1e-9, outer, np.nan), float(df - 1)


def _levene(residuals: Floats, codes: npt.NDArray[np.int64]) -> tuple[float, float] | None:
    groups = [residuals[codes == code] for code in np.unique(codes)]
    groups = [group for group in groups if len(group) > 2]
    if len(groups) < 2 or not any(np.ptp(group) > 0 for group in groups):
        return None
    found = stats.levene(*groups, center="median")
    return (float(found.statistic), float(found.pvalue)) if np.isfinite(found.statistic) else None


def _box_cox(prepared: Prepared, y: Floats) -> BoxCox | None:
    """Profile likelihood of Box and Cox (1964) over -2 … 2, all effects taken as fixed."""
    if (y <= 0).any() or len(y) > _MOST_SHAPIRO or not prepared.strata:
        return None
    scaled = y / np.exp(np.log(y).mean())
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        turned = np.where(
            np.abs(_LAMBDAS) < 1e-9, np.log(scaled)[:, None], (scaled[:, None] ** _LAMBDAS - 1) / _LAMBDAS
        )
    left = turned - prepared.top @ (prepared.top.T @ turned)
    for stratum in prepared.strata:
        if stratum.space is not None:
            left -= stratum.space @ (stratum.space.T @ left)
    for part in prepared.strata[-1].parts:
        left -= part.basis @ (part.basis.T @ left)
    with np.errstate(divide="ignore", over="ignore"):
        likelihood = -len(y) / 2 * np.log((left**2).sum(axis=0))
    if not np.isfinite(likelihood).all():
        return None
    smooth = interpolate.CubicSpline(_LAMBDAS, likelihood)(_FINE)
    best = int(smooth.argmax())
    inside = _FINE[smooth > smooth[best] - stats.chi2.isf(0.05, 1) / 2]
    return BoxCox(float(_FINE[best]), float(inside.min()), float(inside.max()))


def rank_test(
    kind: str,
    treatment: Factor,
    block: Factor | None,
    y: Floats,
    below: npt.NDArray[np.bool_] | None = None,
) -> RankTest | None:
    """Kruskal and Wallis's test for ``crd``, Friedman's for complete ``rcbd``; else None.

    Values below the limit of measurement share the lowest rank, whatever they are.
    """
    values = y if below is None else np.where(below, np.nanmin(np.append(y, 0.0)) - 1.0, y)
    count = len(treatment.levels)
    if count < 2 or np.ptp(values) == 0:
        return None
    if kind == "crd":
        found = stats.kruskal(*(values[treatment.codes == code] for code in range(count)))
        return RankTest("Kruskal-Wallis", float(found.statistic), count - 1, float(found.pvalue))
    if kind != "rcbd" or block is None or count < 3:
        return None
    table = np.full((len(block.levels), count), np.nan)
    table[block.codes, treatment.codes] = values
    if len(values) != table.size or np.isnan(table).any() or len(table) < 2:
        return None
    found = stats.friedmanchisquare(*table.T)
    return RankTest("Friedman", float(found.statistic), count - 1, float(found.pvalue))
