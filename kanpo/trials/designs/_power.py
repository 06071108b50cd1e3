"""How small a difference a design would find."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize, special

from kanpo.locale import Text
from kanpo.trials.designs._plan import Plan

ALPHA = 0.05
POWER = 0.80
#: Eigenvalues below this share of the largest are rounding.
_ZERO = 1e-9


@dataclass(frozen=True, slots=True)
class Detectable:
    """One kind of comparison in a design.

    Attributes
    ----------
    between : Text
        What is compared.
    error_df : int
        Degrees of freedom of the error.
    variance : float
        Variance of the difference of two means, in units of the variance of one plot (mean over all
        pairs of that kind).
    percent : float or None
        Smallest true difference found with 80 % power by a two-sided test at 5 %, in percent of the
        mean; None when there is no error to test against.
    """

    between: Text
    error_df: int
    variance: float
    percent: float | None


def smallest_differences(plan: Plan, cv_percent: float) -> tuple[Detectable, ...]:
    """The smallest difference between two treatment means that the plan would find, by kind of comparison.

    Designs of one stratum are taken as they are: the treatment information matrix after blocks (in
    a Latin square rows and columns) gives the variance of each difference. Split-plots and
    strip-plots have an error of their own for each factor; a whole plot or strip counts as one plot
    with the given coefficient of variation, which errs on the safe side.

    Parameters
    ----------
    cv_percent : float
        Coefficient of variation of one plot, percent, greater than 0.

    Returns
    -------
    tuple of Detectable
        Empty for a demonstration, which is not randomised and allows no test.
    """
    design = plan.design
    if design.kind == "demonstration":
        return ()
    rows = _two_factors(plan) if design.kind in ("splitplot", "stripplot") else _one_stratum(plan)
    return tuple(
        Detectable(
            between, df, variance, None if df < 1 else cv_percent * difference_found(df) * variance**0.5
        )
        for between, df, variance in rows
    )


def difference_found(error_df: int, alpha: float = ALPHA, power: float = POWER) -> float:
    """The true difference, in standard errors of a difference, that a two-sided t test finds with `power`.

    Solves for the non-centrality: t² of a two-sided test is F with 1 and `error_df` degrees of
    freedom, and its non-centrality is the square of that of t.
    """
    critical = special.fdtri(1, error_df, 1 - alpha)

    def lacking(shift: float) -> float:
        return float(1 - special.ncfdtr(1, error_df, shift**2, critical) - power)

    enough = 1.0
    while lacking(enough) < 0:
        enough *= 1.5
    return float(optimize.brentq(lacking, 1e-6, enough))


def efficiency(plan: Plan) -> float:
    """Average efficiency factor of a plan, relative to complete blocks of the same replication.

    The mean variance of a difference of two treatments if there were no blocks, over that in the
    plan; at most 1.
    """
    adjusted = _Adjusted.of(plan)
    everything = np.ones(len(adjusted.names), dtype=bool)
    return float(2 * (1 / adjusted.replication).mean() / adjusted.mean_variance(everything, everything))


def _two_factors(plan: Plan) -> list[tuple[Text, int, float]]:
    a, b = len(plan.design.treatments), len(plan.design.sub_treatments)
    r = plan.design.replicates
    main = ((r - 1) * (a - 1), 2 / r)
    if plan.design.kind == "splitplot":
        return [
            (Text("主区の処理の間", "between whole-plot treatments"), *main),
            (Text("副区の処理の間", "between sub-plot treatments"), a * (r - 1) * (b - 1), 2 / (r * a)),
            (
                Text(
                    "同じ主区の中の副区の処理の間", "between sub-plot treatments of one whole-plot treatment"
                ),
                a * (r - 1) * (b - 1),
                2 / r,
            ),
        ]
    return [
        (Text("行方向の細条の処理の間", "between treatments of the strips along rows"), *main),
        (
            Text("列方向の細条の処理の間", "between treatments of the strips across rows"),
            (r - 1) * (b - 1),
            2 / r,
        ),
    ]


def _one_stratum(plan: Plan) -> list[tuple[Text, int, float]]:
    adjusted = _Adjusted.of(plan)
    check = np.array([name in plan.design.checks for name in adjusted.names])
    entry = ~check
    kinds = [
        (Text("対照どうし", "between checks"), check, check),
        (Text("対照と新しい処理の間", "between a check and an entry"), check, entry),
        (Text("新しい処理どうし", "between entries"), entry, entry),
    ]
    if not check.any() or plan.design.kind not in ("augmented", "alpha"):
        everything = np.ones(len(check), dtype=bool)
        kinds = [(Text("処理の間", "between treatments"), everything, everything)]
    return [
        (between, adjusted.error_df, adjusted.mean_variance(one, other))
        for between, one, other in kinds
        if one.any() and other.any() and (one is not other or one.sum() > 1)
    ]


@dataclass(frozen=True, slots=True)
class _Adjusted:
    """Treatment effects after blocks, σ² = 1.

    Least squares give the effects the covariance R⁻¹ + U D⁻ U' (as far as differences go), with R the
    replications, Z the indicators of blocks, U = R⁻¹ T'Z and D = Z'Z - Z'T R⁻¹ T'Z. D is as large as
    there are blocks, so that thousands of entries are no matter.
    """

    names: list[str]
    replication: np.ndarray
    u: np.ndarray
    d_inverse: np.ndarray
    error_df: int

    @classmethod
    def of(cls, plan: Plan) -> _Adjusted:
        counts = plan.counts()
        names = list(counts)
        place = {name: number for number, name in enumerate(names)}
        of_plot = np.array([place[plot.treatment] for plot in plan.plots])
        replication = np.array([counts[name] for name in names], dtype=float)
        z = np.column_stack([np.ones(len(of_plot)), *_nuisance(plan)])
        crossed = np.zeros((len(names), z.shape[1]))
        np.add.at(crossed, of_plot, z)
        u = crossed / replication[:, None]
        values, vectors = np.linalg.eigh(z.T @ z - crossed.T @ u)
        kept = values > _ZERO * len(of_plot)
        d_inverse = (vectors[:, kept] / values[kept]) @ vectors[:, kept].T
        return cls(names, replication, u, d_inverse, len(of_plot) - len(names) - int(kept.sum()))

    def mean_variance(self, one: np.ndarray, other: np.ndarray) -> float:
        """Mean variance of a difference between a treatment of one set and a different one of another.

        The sets are the same or have nothing in common.
        """
        diagonal = 1 / self.replication + ((self.u @ self.d_inverse) * self.u).sum(1)
        many, others = int(one.sum()), int(other.sum())
        mixed = float(self.u[one].sum(0) @ self.d_inverse @ self.u[other].sum(0))
        if one is other:
            mixed += float((1 / self.replication[one]).sum())
            return 2 * float(many * diagonal[one].sum() - mixed) / (many * (many - 1))
        total = others * float(diagonal[one].sum()) + many * float(diagonal[other].sum()) - 2 * mixed
        return total / (many * others)


def _nuisance(plan: Plan) -> list[np.ndarray]:
    """Indicators of blocks; of rows and columns in a Latin square."""
    if plan.design.kind == "crd":
        return []
    blocks = _dummies([plot.block or 0 for plot in plan.plots])
    if plan.design.kind != "latin":
        return [blocks]
    order = len(plan.design.treatments)
    rows = [plot.replicate for plot in plan.plots]
    columns = []
    for number, plot in enumerate(plan.plots):
        step = number % order
        column = step if (plot.replicate - 1) % order % 2 == 0 else order - 1 - step
        columns.append(((plot.block or 1) - 1) * order + column)
    return [blocks, _dummies(rows), _dummies(columns)]


def _dummies(levels: list[int]) -> np.ndarray:
    values = np.array(levels)
    return (values[:, None] == np.unique(values)[None, :]).astype(float)
