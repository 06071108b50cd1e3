"""Estimates of linear functions with their errors: least squares, and balanced strata."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from kanpo.evidence.analysis._projection import Floats, Model


class Estimator(Protocol):
    """What gives estimates of linear functions of a model's columns."""

    def value(self, rows: Floats) -> Floats:
        """Estimates, one for each row of shape (m, r)."""

    def variance(self, rows: Floats) -> tuple[Floats, Floats]:
        """Variance and degrees of freedom of each."""

    def covariance(self, rows: Floats) -> Floats:
        """Covariances, shape (m, m)."""


class JointTest(NamedTuple):
    """F of several linear functions together, how many are independent, its error df, and what scaled it."""

    F: float
    df: int
    df_error: float
    scale: float = 1.0


class MixedEstimator(Estimator, Protocol):
    """An estimator of the mixed model, which has tests of its own."""

    def joint_test(self, rows: Floats) -> JointTest:
        """The hypothesis that all rows are zero; F is NaN where none is independent."""


def independent_rows(rows: Floats) -> Floats:
    """Orthonormal rows that span the same, shape (rank, r)."""
    _, lengths, directions = np.linalg.svd(rows)
    rank = int((lengths > 1e-9 * max(lengths.max(initial=0.0), 1e-300)).sum())
    return np.asarray(directions[:rank], dtype=np.float64)


def _weights(model: Model, rows: Floats) -> Floats:
    """The plots' weights of the least-squares estimates, shape (m, n)."""
    weights: Floats = np.linalg.solve(model.triangle.T, rows.T).T @ model.basis.T
    return weights


@dataclass(frozen=True, slots=True)
class LeastSquares:
    """One error for all; `df` of the residual mean square `error`."""

    model: Model
    y: Floats
    error: float
    df: float

    def value(self, rows: Floats) -> Floats:
        """Estimates, one for each row of shape (m, r)."""
        return rows @ np.linalg.solve(self.model.triangle, self.model.basis.T @ self.y)

    def variance(self, rows: Floats) -> tuple[Floats, Floats]:
        """Variance and degrees of freedom of each."""
        spread = np.einsum("ij,ij->i", rows @ self.model.inverse, rows)
        return self.error * spread, np.full(len(rows), self.df)

    def covariance(self, rows: Floats) -> Floats:
        """Covariances, shape (m, m)."""
        return self.error * rows @ self.model.inverse @ rows.T


@dataclass(frozen=True, slots=True)
class BalancedStrata:
    """Several errors, for designs in which each treatment term lies in one stratum.

    A function's variance is the sum over strata of the stratum's mean square times the squared
    length of its weights there; degrees of freedom after Satterthwaite (1946). The mean itself
    varies like the topmost stratum. These are the textbook standard errors of split and strip
    plots (Gomez and Gomez 1984, sections 3.4 and 3.5).

    Attributes
    ----------
    spaces : sequence of arrays of shape (n, k)
        Orthonormal bases of the strata above that within plots, the first with the mean.
    errors, dfs : sequences of float
        Residual mean square of each stratum, that within plots last.
    """

    model: Model
    y: Floats
    spaces: Sequence[Floats]
    errors: Sequence[float]
    dfs: Sequence[float]

    def value(self, rows: Floats) -> Floats:
        """Estimates, one for each row of shape (m, r)."""
        return _weights(self.model, rows) @ self.y

    def _shares(self, rows: Floats) -> Floats:
        weights = _weights(self.model, rows)
        parts = [((weights @ space) ** 2).sum(axis=1) for space in self.spaces]
        rest = (weights**2).sum(axis=1) - np.sum(parts, axis=0)
        shares = np.column_stack([*parts, rest])
        shares[shares < 1e-12 * shares.sum(axis=1, keepdims=True)] = 0.0
        return shares

    def variance(self, rows: Floats) -> tuple[Floats, Floats]:
        """Variance and degrees of freedom of each."""
        pieces = self._shares(rows) * np.array(self.errors)
        pieces = np.where(self._shares(rows) > 0, pieces, 0.0)
        total = pieces.sum(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            spread = np.where(pieces > 0, pieces**2 / np.array(self.dfs), 0.0).sum(axis=1)
            return total, total**2 / spread

    def covariance(self, rows: Floats) -> Floats:
        """Covariances, shape (m, m)."""
        weights = _weights(self.model, rows)
        total = self.errors[-1] * weights @ weights.T
        for space, error in zip(self.spaces, self.errors, strict=False):
            inside = weights @ space
            total += (error - self.errors[-1]) * inside @ inside.T
        return total
