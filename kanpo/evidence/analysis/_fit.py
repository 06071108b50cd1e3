"""From a design and values to analysis of variance and an estimator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import stats

from kanpo.evidence.analysis._design import Design, Term, term_name
from kanpo.evidence.analysis._estimate import BalancedStrata, Estimator, LeastSquares, MixedEstimator
from kanpo.evidence.analysis._factor import Covariate, Factor
from kanpo.evidence.analysis._kenward_roger import kenward_roger
from kanpo.evidence.analysis._margins import hypothesis_of
from kanpo.evidence.analysis._projection import Floats, Model, Part, cells_of, make_model, successive_parts
from kanpo.evidence.analysis._reml import RandomTerms, RemlFit, fit_reml, make_random
from kanpo.evidence.analysis._satterthwaite import Satterthwaite

#: How degrees of freedom of the mixed model are found.
DdfMethod = Literal["kenward-roger", "satterthwaite"]
RESIDUALS = "Residuals"
WITHIN = "Within"
REML = "REML"
#: A residual variance below this part of the total sum of squares leaves nothing to test with.
_NO_ERROR = 1e-12
#: Below this part of the total, a sum of squares is what rounding left.
_ROUNDING = 1e-20


@dataclass(frozen=True, slots=True)
class Row:
    """A line of an analysis of variance; NaN where a column does not apply."""

    stratum: str
    term: str
    df: float
    sum_sq: float
    mean_sq: float
    F: float
    p: float
    df_error: float


@dataclass(frozen=True, slots=True)
class Stratum:
    """A space of plots' differences and the fixed terms' parts in it; `space` None within plots."""

    name: str
    space: Floats | None
    size: int
    parts: tuple[Part, ...]

    @property
    def df_residual(self) -> int:
        """Degrees of freedom left for error."""
        return self.size - sum(part.df for part in self.parts)


@dataclass(frozen=True, slots=True)
class Prepared:
    """All that depends on the design and the plots but not on the trait.

    Attributes
    ----------
    strata : tuple of Stratum
        From the top to that within plots; one alone where there is one error.
    balanced : bool
        Each treatment term lies in one stratum (or there is one).
    marginal : tuple of Part
        Each fixed term after all that do not contain it (type II).
    """

    design: Design
    model: Model
    strata: tuple[Stratum, ...]
    top: Floats
    balanced: bool
    marginal: tuple[Part, ...]
    random: RandomTerms | None

    @property
    def nuisance(self) -> frozenset[Term]:
        """Fixed terms of the ground."""
        return frozenset(self.design.nuisance)

    @property
    def mixed(self) -> bool:
        """Whether estimates come from the mixed model."""
        return not self.strata or not self.balanced


def prepare(design: Design, factors: Mapping[str, Factor], covariates: Sequence[Covariate] = ()) -> Prepared:
    """Lay out the spaces of a design on its plots."""
    model = make_model(design.fixed, factors, covariates)
    top, strata = _strata(design, model)
    places = [sum(part.term == one.term for s in strata for part in s.parts) for one in model.parts[1:]]
    random = make_random(design.random, factors, model.x) if design.random else None
    marginal = () if design.one_model else _marginal(model)
    return Prepared(design, model, strata, top, all(n <= 1 for n in places), marginal, random)


def _strata(design: Design, model: Model) -> tuple[Floats, tuple[Stratum, ...]]:
    count = len(model.x)
    mean = np.full((count, 1), count**-0.5)
    if design.one_model:
        return mean, ()
    errors = [(term, cells_of(term, model.factors).indicator) for term in design.errors]
    spaces = successive_parts(errors, before=mean) if errors else []
    above = np.hstack([mean, *(part.basis for part in spaces)])
    columns = [(found.term, found.indicator) for found in model.cells[1:]]
    strata = []
    for space in (one for one in spaces if one.df):
        inside = [(term, space.basis.T @ matrix) for term, matrix in columns]
        parts = successive_parts(inside, shortest=1e-2)
        kept = tuple(part for part in parts if part.df)
        strata.append(Stratum(term_name(space.term), space.basis, space.df, kept))
    parts = (
        list(model.parts[1:])
        if not errors
        else successive_parts([(t, m - above @ (above.T @ m)) for t, m in columns], shortest=1e-2)
    )
    kept = tuple(part for part in parts if part.df)
    strata.append(Stratum(WITHIN, None, count - above.shape[1], kept))
    return mean, tuple(strata)


def _marginal(model: Model) -> tuple[Part, ...]:
    found = []
    # A term that is wholly confounded is not in the model, so nothing is adjusted for it.
    present = [cells for cells, part in zip(model.cells, model.parts, strict=True) if part.df]
    for cells in present[1:]:
        others = [one for one in present if not set(cells.term) <= set(one.term)]
        order = [(one.term, one.indicator) for one in (*others, cells)]
        found.append(successive_parts(order)[-1])
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Fit:
    """What one trait gives.

    Attributes
    ----------
    rows : tuple of Row
        Sequential (type I) in strata, or type III of the mixed model.
    adjusted : tuple of Row
        Where the plots are unbalanced: type II, or with several strata type III of the mixed model.
    estimator : Estimator or None
        None where there is no error to measure by.
    errors : tuple of (stratum, mean square, df)
    reml : RemlFit or None
    exact : bool
        Nothing varies beyond rounding that a test could be made with.
    ddf : str or None
        How degrees of freedom were found, where `estimator` is the mixed model.
    """

    rows: tuple[Row, ...]
    adjusted: tuple[Row, ...]
    estimator: Estimator | None
    errors: tuple[tuple[str, float, int], ...]
    reml: RemlFit | None
    fitted: Floats
    residuals: Floats
    exact: bool
    ddf: DdfMethod | None = None


def fit(prepared: Prepared, y: Floats, ddf: DdfMethod = "kenward-roger") -> Fit:
    """Analyse one trait on the plots of a prepared design; `ddf` matters where the mixed model is used."""
    centred = y - y.mean()
    total = float(centred @ centred)
    if total <= _ROUNDING * float(y @ y):
        return Fit((), (), None, (), None, np.full(len(y), y.mean()), np.zeros(len(y)), True)
    reml = fit_reml(prepared.random, y) if prepared.random is not None and _room(prepared) else None
    if reml is not None and reml.sigma2 <= _NO_ERROR * total:
        reml = None
    mixed = None if reml is None else _mixed(reml, ddf)
    if not prepared.strata:
        rows = () if reml is None or mixed is None else reml_rows(prepared, reml, mixed)
        fitted = np.full(len(y), y.mean()) if reml is None else reml.fitted
        return Fit(rows, (), mixed, (), reml, fitted, y - fitted, reml is None, ddf if mixed else None)
    errors: list[tuple[str, float, int]] = []
    lines: list[Row] = []
    for stratum in prepared.strata:
        found, error = _stratum_rows(stratum, prepared.top, prepared.strata, centred, total)
        lines += found
        errors.append((stratum.name, error, stratum.df_residual))
    last_error, last_df = errors[-1][1], errors[-1][2]
    fitted = y.mean() + _everything(prepared, centred)
    exact = not last_df > 0 or not last_error > 0
    adjusted: tuple[Row, ...] = ()
    if not exact and len(prepared.strata) == 1:
        adjusted = _adjusted(prepared, centred, last_error, last_df)
    elif not prepared.balanced and reml is not None and mixed is not None:
        adjusted = reml_rows(prepared, reml, mixed)
    estimator = None if exact else _estimator(prepared, y, errors, mixed)
    used = ddf if estimator is not None and estimator is mixed else None
    return Fit(tuple(lines), adjusted, estimator, tuple(errors), reml, fitted, y - fitted, exact, used)


def _mixed(reml: RemlFit, ddf: DdfMethod) -> MixedEstimator:
    return Satterthwaite(reml) if ddf == "satterthwaite" else kenward_roger(reml)


def _room(prepared: Prepared) -> bool:
    count, rank = prepared.model.x.shape
    random = prepared.random
    return count > rank and random is not None and bool(random.terms)


def _estimator(
    prepared: Prepared, y: Floats, errors: list[tuple[str, float, int]], mixed: MixedEstimator | None
) -> Estimator | None:
    if len(errors) == 1:
        return LeastSquares(prepared.model, y, errors[0][1], errors[0][2])
    if not prepared.balanced or any(not df > 0 for _, _, df in errors):
        return mixed
    first = prepared.strata[0].space
    assert first is not None
    spaces = [np.hstack([prepared.top, first])]
    spaces += [stratum.space for stratum in prepared.strata[1:] if stratum.space is not None]
    return BalancedStrata(
        prepared.model, y, spaces, [e for _, e, _ in errors], [float(d) for *_, d in errors]
    )


def _stratum_rows(
    stratum: Stratum, mean: Floats, strata: tuple[Stratum, ...], centred: Floats, total: float
) -> tuple[list[Row], float]:
    """Lines of one stratum and its residual mean square."""
    if stratum.space is not None:
        inside = stratum.space.T @ centred
    else:
        inside = centred - mean @ (mean.T @ centred)
        for other in strata:
            if other.space is not None:
                inside = inside - other.space @ (other.space.T @ inside)
    sums = [_cleared(float(((part.basis.T @ inside) ** 2).sum()), total) for part in stratum.parts]
    left = inside
    for part in stratum.parts:
        left = left - part.basis @ (part.basis.T @ left)
    rest = _cleared(float(left @ left), total)
    df = stratum.df_residual
    error = rest / df if df > 0 else np.nan
    rows = [
        tested_row(stratum.name, term_name(part.term), part.df, value, error, df)
        for part, value in zip(stratum.parts, sums, strict=True)
    ]
    if df > 0:
        rows.append(Row(stratum.name, RESIDUALS, df, rest, error, np.nan, np.nan, np.nan))
    return rows, error


def _cleared(value: float, total: float) -> float:
    """A sum of squares, 0 where it is what rounding left."""
    return value if value > _ROUNDING * total else 0.0


def tested_row(stratum: str, term: str, df: float, sum_sq: float, error: float, df_error: float) -> Row:
    """A line with its F test against `error`; no test where there is no error."""
    mean_sq = sum_sq / df
    if not (df_error > 0 and error > 0):
        return Row(stratum, term, df, sum_sq, mean_sq, np.nan, np.nan, np.nan)
    ratio = mean_sq / error
    return Row(stratum, term, df, sum_sq, mean_sq, ratio, float(stats.f.sf(ratio, df, df_error)), df_error)


def _adjusted(prepared: Prepared, centred: Floats, error: float, df: float) -> tuple[Row, ...]:
    """Type II lines; empty where they are the sequential ones."""
    by_term = {part.term: part for part in prepared.strata[-1].parts}
    rows, same = [], True
    for part in prepared.marginal:
        if not part.df:
            continue
        value = float(((part.basis.T @ centred) ** 2).sum())
        own = by_term.get(part.term)
        same &= (
            own is not None
            and own.df == part.df
            and bool(
                np.allclose(own.basis.T @ part.basis @ (part.basis.T @ own.basis), np.eye(part.df), atol=1e-6)
            )
        )
        rows.append(tested_row(WITHIN, term_name(part.term), part.df, value, error, df))
    return () if same else tuple(rows)


def _everything(prepared: Prepared, centred: Floats) -> Floats:
    """Fitted deviations with strata and fixed terms all taken as fixed."""
    fitted = np.zeros(len(centred))
    left = centred
    for stratum in prepared.strata:
        if stratum.space is not None:
            step = stratum.space @ (stratum.space.T @ left)
            fitted, left = fitted + step, left - step
    for part in prepared.strata[-1].parts:
        step = part.basis @ (part.basis.T @ left)
        fitted, left = fitted + step, left - step
    return fitted


def reml_rows(prepared: Prepared, reml: RemlFit, mixed: MixedEstimator) -> tuple[Row, ...]:
    """F tests of the fixed terms in the mixed model (type III).

    Sums of squares are scaled so that they are tested against the residual variance, as lmerTest
    prints them.
    """
    rows = []
    for part in prepared.model.parts[1:]:
        found = hypothesis_of(prepared.model, part.term, prepared.nuisance)
        if found is None:
            found = part.basis.T @ prepared.model.x
        ratio, df, df_error, scale = mixed.joint_test(found)
        if not df:
            continue
        mean_sq = ratio / scale * reml.sigma2
        p = float(stats.f.sf(ratio, df, df_error))
        rows.append(Row(REML, term_name(part.term), df, mean_sq * df, mean_sq, ratio, p, df_error))
    return tuple(rows)
