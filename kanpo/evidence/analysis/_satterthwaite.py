"""Degrees of freedom after Satterthwaite in the mixed model, as lmerTest has them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kanpo.evidence.analysis._estimate import JointTest, independent_rows
from kanpo.evidence.analysis._projection import Floats
from kanpo.evidence.analysis._reml import RemlFit


@dataclass(frozen=True, slots=True)
class Satterthwaite:
    """Fixed effects with the covariances of generalised least squares (Kuznetsova et al. 2017)."""

    fit: RemlFit

    def value(self, rows: Floats) -> Floats:
        """Estimates of linear functions, one for each row of shape (m, r)."""
        return rows @ self.fit.beta

    def covariance(self, rows: Floats) -> Floats:
        """Their covariances, shape (m, m)."""
        return self.fit.sigma2 * rows @ self.fit.state.c @ rows.T

    def variance(self, rows: Floats) -> tuple[Floats, Floats]:
        """Variance and degrees of freedom of each.

        Twice the squared variance over the variance of the variance, by the delta method with the
        observed information of the variance components. Components at the border have no part.
        """
        fit, state = self.fit, self.fit.state
        turned = rows @ state.c
        variance = state.sigma2 * np.einsum("ij,ij->i", turned, rows)
        reach = np.einsum("mr,gir->gim", turned, state.s, optimize=True) ** 2
        by_term = np.einsum("gim,gik->km", reach, fit.random.member[:, :, fit.inner], optimize=True)
        slope = np.column_stack([*(state.sigma2 * by_term), variance / state.sigma2])
        spread = np.einsum("ij,jk,ik->i", slope, fit.spread, slope)
        with np.errstate(divide="ignore", invalid="ignore"):
            return variance * fit.scale**2, np.maximum(2 * variance**2 / spread, 1.0)

    def joint_test(self, rows: Floats) -> JointTest:
        """The hypothesis that all rows are zero (Fai and Cornelius 1996)."""
        basis = independent_rows(rows)
        rank = len(basis)
        if not rank:
            return JointTest(np.nan, 0, np.nan)
        values, vectors = np.linalg.eigh(self.covariance(basis))
        turned = vectors.T @ basis
        squares = self.value(turned) ** 2 / values
        _, each = self.variance(turned)
        if rank == 1 or np.ptp(each) < 1e-8:
            df_error = float(each.mean())
        elif (each <= 2).any():
            df_error = 2.0
        else:
            expected = float((each / (each - 2)).sum())
            df_error = 2 * expected / (expected - rank)
        return JointTest(float(squares.mean()), rank, df_error)
