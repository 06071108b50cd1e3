"""Small-sample inference in the mixed model after Kenward and Roger (1997, Biometrics 53, 983-997).

The covariance of the plots is linear in its parameters, so that second derivatives vanish. They are
taken as one for each random term and one for H, the covariance itself over the residual variance:
these span the same family as with the identity in the place of H, and nothing here depends on which
parameters span it. For H everything is at hand: X'H⁻¹HH⁻¹X is the inverse of C, PHP is P, and H has
no part in the adjustment. What is left is made of Z'H⁻¹Z and Z'H⁻¹X; nothing is of the size of plots
by plots.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kanpo.evidence.analysis._estimate import JointTest, independent_rows
from kanpo.evidence.analysis._projection import Floats
from kanpo.evidence.analysis._reml import RemlFit, traces_of

#: Closer than this to an F without a mean, moments tell nothing.
_MARGIN = 1e-2


@dataclass(frozen=True, slots=True)
class KenwardRoger:
    """Fixed effects with adjusted covariances; components at the border keep their part.

    Attributes
    ----------
    fit : RemlFit
    adjusted : array of shape (r, r)
        Covariances of the fixed effects, enlarged for components being estimates.
    products : array of shape (terms, r, r)
        X'H⁻¹Z_k Z_k'H⁻¹X of each random term.
    spread : array of shape (terms + 1, terms + 1)
        Covariances of the parameters over the residual variance, from the expected information.
    """

    fit: RemlFit
    adjusted: Floats
    products: Floats
    spread: Floats

    def value(self, rows: Floats) -> Floats:
        """Estimates of linear functions, one for each row of shape (m, r)."""
        return rows @ self.fit.beta

    def covariance(self, rows: Floats) -> Floats:
        """Their adjusted covariances, shape (m, m)."""
        return rows @ self.adjusted @ rows.T

    def variance(self, rows: Floats) -> tuple[Floats, Floats]:
        """Adjusted variance and degrees of freedom of each.

        For one function the scale of the paper is 1 and its degrees of freedom are twice the squared
        variance over the variance of the variance, without the adjustment.
        """
        turned = rows @ self.fit.state.c
        plain = np.einsum("mr,mr->m", turned, rows)
        slopes = [np.einsum("mr,mr->m", turned @ one, turned) / plain for one in self.products]
        slope = np.column_stack([*slopes, np.ones(len(rows))])
        spread = np.einsum("mk,kl,ml->m", slope, self.spread, slope)
        variance = np.einsum("mr,mr->m", rows @ self.adjusted, rows)
        return variance, np.maximum(2 / spread, 1.0)

    def joint_test(self, rows: Floats) -> JointTest:
        """The hypothesis that all rows are zero, by the scaled F of the paper."""
        basis = independent_rows(rows)
        rank = len(basis)
        if not rank:
            return JointTest(np.nan, 0, np.nan)
        turned = basis @ self.fit.state.c
        lengths, directions = np.linalg.eigh(turned @ basis.T)
        half = (directions / np.sqrt(lengths)).T @ turned
        each = np.concatenate([half @ self.products @ half.T, np.eye(rank)[None]])
        traces = np.einsum("kii->k", each)
        first = float(traces @ self.spread @ traces)
        second = float(np.einsum("kl,kij,lij->", self.spread, each, each, optimize=True))
        scale, df_error = _scaled(first, second, rank)
        values = self.value(basis)
        ratio = float(values @ np.linalg.solve(self.covariance(basis), values)) / rank
        return JointTest(scale * ratio, rank, df_error, scale)


def kenward_roger(fit: RemlFit) -> KenwardRoger:
    """Adjust the covariances of the fixed effects of a fitted model."""
    random, state = fit.random, fit.state
    traces, products = traces_of(random, state)
    size, rank = random.x.shape
    cross = np.einsum("gir,rt,git->gi", state.s, state.c, state.s, optimize=True)
    single = np.einsum("gi,gik->k", np.einsum("gii->gi", state.zhz) - cross, random.member)
    information = np.block([[traces, single[:, None]], [single, float(size - rank)]]) / 2
    # Large ratios have little information each; in relative units what cannot be told apart shows.
    unit = np.append(np.maximum(fit.ratios, 1.0), 1.0)
    units = np.outer(unit, unit)
    spread = units * np.linalg.pinv(units * information, rcond=1e-10, hermitian=True)
    terms = spread[:-1, :-1]
    weights = random.member @ terms @ random.member.transpose(0, 2, 1)
    middle = (state.s.transpose(0, 2, 1) @ (weights * state.zhz) @ state.s).sum(axis=0)
    middle -= np.einsum("kl,kab,bc,lcd->ad", terms, products, state.c, products, optimize=True)
    adjusted = fit.sigma2 * (state.c + 2 * state.c @ middle @ state.c)
    return KenwardRoger(fit, adjusted, products, np.asarray(spread, dtype=np.float64))


def _scaled(first: float, second: float, rank: int) -> tuple[float, float]:
    """Scale and error df of the F with the approximate mean and variance of the statistic.

    `first` and `second` are A1 and A2 of the paper. Where they leave no F that has a mean (2 degrees
    of freedom or fewer), the scale is 1 and the error df those of the average function, which is exact
    where all functions have the same.
    """
    average = 1.0, max(2 * rank / second, 1.0)
    b = (first + 6 * second) / (2 * rank)
    g = ((rank + 1) * first - (rank + 4) * second) / ((rank + 2) * second)
    below = 3 * rank + 2 * (1 - g)
    top, square, other = 1 + g / below * b, 1 - (rank - g) / below * b, 1 - (rank + 2 - g) / below * b
    mean = 1 - second / rank
    if min(mean, square) < _MARGIN:
        return average
    excess = top * (mean / square) ** 2 - other
    df_error = 4 + (rank + 2) * other / excess if excess else np.inf
    if not 2 + _MARGIN < df_error < np.inf:
        return average
    return df_error * mean / (df_error - 2), df_error
