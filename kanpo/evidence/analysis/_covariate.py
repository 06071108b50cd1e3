"""What a covariate does: its slope, whether it is the same for all treatments, what adjusting gains.

Analysis of covariance as Cochran (1957, Biometrics 13, 261-281) sets it out: one slope for all plots,
means compared at the mean of the covariate.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import stats

from kanpo.errors import InputUnusable, Place
from kanpo.evidence.analysis._compare import LEVEL, difference_error
from kanpo.evidence.analysis._design import Term, term_name
from kanpo.evidence.analysis._factor import Covariate, Factor
from kanpo.evidence.analysis._fit import WITHIN, Fit, Prepared, Row, fit, prepare, tested_row
from kanpo.evidence.analysis._margins import Margin, margin_of, slope_of
from kanpo.evidence.analysis._projection import Floats, Part, cells_of, successive_parts
from kanpo.locale import Text

Factors = Mapping[str, Factor]


@dataclass(frozen=True, slots=True, eq=False)
class CovariateEffect:
    """One covariate and what it does to a trait.

    Attributes
    ----------
    mean : float
        Its mean over the plots, to which the means of the treatments are adjusted.
    slope, se, df, t, p, lower, upper : float
        Change of the trait for one unit of the covariate, after all other terms; 95 % interval.
    parallel : Row or None
        Test that the slope is the same for all treatments; None where there is no room for it.
    changed : tuple of Row
        Tests of the treatments on the covariate itself.
    values : array of shape (n,)
        The covariate of each plot.
    """

    covariate: str
    mean: float
    slope: float
    se: float
    df: float
    t: float
    p: float
    lower: float
    upper: float
    parallel: Row | None
    changed: tuple[Row, ...]
    values: Floats


@dataclass(frozen=True, slots=True)
class Gain:
    """Standard errors of a difference of two means without and with covariates.

    `ratio` is that of the squares: how many times as many replicates would be needed without.
    """

    term: str
    se_without: float
    se_with: float
    ratio: float


@dataclass(frozen=True, slots=True, eq=False)
class Interaction:
    """The space in which slopes of treatments differ, after all that comes before it (n, r)."""

    before: Floats
    part: Part

    def test(self, y: Floats) -> Row | None:
        """F test that the slopes are equal; None without room for one."""
        df = len(y) - self.before.shape[1] - self.part.df
        if not self.part.df or df < 1:
            return None
        left = y - self.before @ (self.before.T @ y)
        own = self.part.basis.T @ left
        rest = left - self.part.basis @ own
        row = tested_row(
            WITHIN, term_name(self.part.term), self.part.df, float(own @ own), float(rest @ rest) / df, df
        )
        return row if row.F == row.F else None


@dataclass(frozen=True, slots=True)
class Covariance:
    """What is worked out once for all traits of the same plots.

    Attributes
    ----------
    plain, margins
        The same design without covariates.
    changed : tuple of tuple of Row
        For each covariate the treatments' tests on it.
    interactions : tuple of Interaction
        For each covariate.
    """

    covariates: tuple[Covariate, ...]
    plain: Prepared
    margins: tuple[Margin, ...]
    changed: tuple[tuple[Row, ...], ...]
    interactions: tuple[Interaction, ...]


def prepare_covariance(
    prepared: Prepared, factors: Factors, covariates: Sequence[Covariate], file: str | None
) -> Covariance:
    """Check the covariates and lay out what is compared with and without them.

    Raises
    ------
    InputUnusable
        A covariate is constant, or cannot be told from blocks, treatments or other covariates.
    """
    plain = prepare(replace(prepared.design, covariates=()), factors)
    for number, one in enumerate(covariates):
        _check(one, plain, covariates[:number], file)
    margins = tuple(
        margin_of(plain.model, part.term, plain.nuisance)
        for part in plain.model.parts
        if part.term in plain.design.effects and len(part.term) == 1 and part.df
    )
    effects = {term_name(term) for term in plain.design.effects}
    changed = tuple(
        tuple(row for row in fit(plain, one.values).rows if row.term in effects and row.p == row.p)
        for one in covariates
    )
    interactions = tuple(_interaction(prepared, one) for one in covariates)
    return Covariance(tuple(covariates), plain, margins, changed, interactions)


def _check(one: Covariate, plain: Prepared, others: Sequence[Covariate], file: str | None) -> None:
    if not one.scale:
        raise InputUnusable(
            "analysis.covariate-constant",
            Text(
                f"共変量「{one.name}」はどの区でも同じ値です",
                f"covariate '{one.name}' is the same in all plots",
            ),
            Text("--covariate から外してください", "leave it out of --covariate"),
            Place(file, column=one.name),
        )
    design, model = plain.design, plain.model
    ground = np.hstack([part.basis for part in model.parts if part.term not in design.effects])
    cells = cells_of(design.treated, model.factors).codes
    means = np.bincount(cells, one.standard) / np.bincount(cells)
    blocks = "、".join(term_name(term) for term in design.nuisance)
    treatments = "、".join(design.treated)
    if _follows(one, ground):
        raise _confounded(one.name, Text(f"ブロック({blocks})", f"the blocks ({blocks})"), file)
    if _follows(one, model.basis):
        what = Text(f"処理({treatments})", f"the treatments ({treatments})")
        if not np.allclose(one.standard, means[cells], atol=1e-6):
            what = Text(f"ブロックと{what.ja}", f"blocks and {what.en} together")
        raise _confounded(one.name, what, file)
    beside = [((other.name,), other.standard[:, None]) for other in others]
    if beside and _follows(one, np.hstack([model.basis, *_bases(beside, model.basis)])):
        raise _confounded(one.name, Text("ほかの共変量", "the other covariates"), file)


def _bases(columns: Sequence[tuple[Term, Floats]], before: Floats) -> list[Floats]:
    return [part.basis for part in successive_parts(columns, before)]


def _follows(one: Covariate, basis: Floats) -> bool:
    """Whether nothing of a covariate is left outside a space, given by an orthonormal basis."""
    left = one.standard - basis @ (basis.T @ one.standard)
    return bool(np.linalg.norm(left) < 1e-7 * np.linalg.norm(one.standard))


def _confounded(name: str, what: Text, file: str | None) -> InputUnusable:
    return InputUnusable(
        "analysis.covariate-confounded",
        Text(
            f"共変量「{name}」は{what.ja}だけで決まり、その効果と分けられません",
            f"covariate '{name}' follows from {what.en} and cannot be told from them",
        ),
        Text(
            "--covariate から外してください(区ごとに測った値を使います)",
            "leave it out of --covariate (a covariate is measured on each plot)",
        ),
        Place(file, column=name),
    )


def _interaction(prepared: Prepared, one: Covariate) -> Interaction:
    """Slopes by treatment after all terms, random ones taken as fixed: an exact test within them."""
    model = prepared.model
    random: tuple[Term, ...] = () if prepared.random is None else prepared.random.terms
    terms = [(term, cells_of(term, model.factors).indicator) for term in random]
    before = np.hstack([model.basis, *_bases(terms, model.basis)])
    treated = prepared.design.treated
    each = cells_of(treated, model.factors).indicator * one.standard[:, None]
    return Interaction(before, successive_parts([((one.name, *treated), each)], before)[0])


def covariate_effects(
    covariance: Covariance, prepared: Prepared, fitted: Fit, y: Floats
) -> tuple[CovariateEffect, ...]:
    """Each covariate's slope with its tests; none where there is no error to measure by."""
    if fitted.estimator is None:
        return ()
    found = []
    for one, changed, interaction in zip(
        covariance.covariates, covariance.changed, covariance.interactions, strict=True
    ):
        row = slope_of(prepared.model, (one.name,))
        slope = float(fitted.estimator.value(row)[0]) / one.scale
        variance, each = fitted.estimator.variance(row)
        se, df = float(np.sqrt(variance[0])) / one.scale, float(each[0])
        t = slope / se if se > 0 else np.nan
        reach = float(stats.t.isf(LEVEL / 2, df)) * se
        p = 2 * float(stats.t.sf(abs(t), df))
        tested = interaction.test(y - y.mean())
        found.append(
            CovariateEffect(
                one.name,
                one.mean,
                slope,
                se,
                df,
                t,
                p,
                slope - reach,
                slope + reach,
                tested,
                changed,
                one.values,
            )
        )
    return tuple(found)


def gains(covariance: Covariance, margins: Sequence[Margin], fitted: Fit, y: Floats) -> tuple[Gain, ...]:
    """By how much the means of each treatment are better known with the covariates."""
    without = fit(covariance.plain, y).estimator
    if fitted.estimator is None or without is None:
        return ()
    by_term = {margin.term: margin for margin in margins}
    found = []
    for plain in covariance.margins:
        if plain.term not in by_term:
            continue
        before, _ = difference_error(plain, without)
        after, _ = difference_error(by_term[plain.term], fitted.estimator)
        if before > 0 and after > 0:
            found.append(Gain(term_name(plain.term), before, after, (before / after) ** 2))
    return tuple(found)
