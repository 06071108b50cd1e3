"""Least squares by projection: the space of each term, in the order in which terms enter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import linalg

from kanpo.evidence.analysis._design import Term
from kanpo.evidence.analysis._factor import Covariate, Factor

Floats = npt.NDArray[np.float64]

#: A column counts as dependent when less than this part of its length is left (R's ``lm`` uses 1e-7).
_DEPENDENT = 1e-7


@dataclass(frozen=True, slots=True)
class Cells:
    """The observed combinations of a term's factors.

    `codes` has one number for each plot, `levels` one row of factor codes for each combination.
    """

    term: Term
    codes: npt.NDArray[np.int64]
    levels: npt.NDArray[np.int64]

    @property
    def indicator(self) -> Floats:
        """Plots by combinations: 1 where the plot has the combination."""
        return np.eye(len(self.levels))[self.codes]


@dataclass(frozen=True, slots=True)
class Slope(Cells):
    """The term of a covariate: one column instead of indicators, the same slope for all plots."""

    covariate: Covariate

    @property
    def indicator(self) -> Floats:
        """Plots by one: deviations from the mean in standard deviations."""
        return self.covariate.standard[:, None]


def slope_cells(covariate: Covariate) -> Slope:
    """The term of a covariate."""
    size = len(covariate.values)
    none = np.zeros((1, 0), dtype=np.int64)
    return Slope((covariate.name,), np.zeros(size, dtype=np.int64), none, covariate)


def cells_of(term: Term, factors: Mapping[str, Factor]) -> Cells:
    """The combinations of a term that occur; the empty term has one, which every plot has."""
    if not term:
        size = len(next(iter(factors.values())).codes)
        return Cells(term, np.zeros(size, dtype=np.int64), np.zeros((1, 0), dtype=np.int64))
    table = np.column_stack([factors[name].codes for name in term])
    levels, codes = np.unique(table, axis=0, return_inverse=True)
    return Cells(term, codes.reshape(-1).astype(np.int64), levels)


@dataclass(frozen=True, slots=True)
class Part:
    """What a term adds to the terms before it: an orthonormal basis and the columns that give it."""

    term: Term
    basis: Floats
    kept: npt.NDArray[np.int64]

    @property
    def df(self) -> int:
        """Degrees of freedom."""
        return self.basis.shape[1]


def successive_parts(
    columns: Sequence[tuple[Term, Floats]], before: Floats | None = None, shortest: float = 1e-300
) -> list[Part]:
    """Split the space of a model into what each term adds, in the order given.

    Sums of squares on these parts are sequential (type I). They depend on the space of a term and
    not on how it is coded.

    Parameters
    ----------
    columns : sequence of (term, array of shape (n, k))
    before : array of shape (n, m), optional
        Orthonormal columns that are taken out first.
    shortest : float
        Columns are measured against this length where all of a term's are shorter, so that what
        rounding left of a column is not taken for one.
    """
    size = columns[0][1].shape[0] if columns else 0
    so_far = np.zeros((size, 0)) if before is None else before
    parts = []
    for term, matrix in columns:
        left = matrix - so_far @ (so_far.T @ matrix)
        # Twice is enough: the second pass takes out what rounding left of the first.
        left -= so_far @ (so_far.T @ left)
        length = max(np.linalg.norm(matrix, axis=0).max(initial=0.0), shortest)
        basis, triangle, order = linalg.qr(left, mode="economic", pivoting=True)
        rank = int((np.abs(np.diag(triangle)) > _DEPENDENT * length).sum())
        parts.append(Part(term, basis[:, :rank], np.sort(order[:rank])))
        so_far = np.hstack([so_far, basis[:, :rank]])
    return parts


@dataclass(frozen=True, slots=True)
class Model:
    """Fixed terms over plots.

    Attributes
    ----------
    cells : tuple of Cells
        Of the mean (the empty term) and of every fixed term.
    parts : tuple of Part
        In the same order.
    x : array of shape (n, r)
        Independent columns of the indicators.
    combine : array of shape (r, all columns)
        How every indicator column follows from `x`; what may be estimated lies in its row space.
    basis : array of shape (n, r)
        Orthonormal basis of all fixed terms.
    triangle, inverse : arrays of shape (r, r)
        ``basis.T @ x`` and the inverse of ``x.T @ x``.
    """

    factors: Mapping[str, Factor]
    cells: tuple[Cells, ...]
    parts: tuple[Part, ...]
    x: Floats
    combine: Floats
    kept: npt.NDArray[np.int64]
    basis: Floats
    triangle: Floats
    inverse: Floats


def make_model(
    fixed: Sequence[Term], factors: Mapping[str, Factor], covariates: Iterable[Covariate] = ()
) -> Model:
    """The model of fixed terms, with the mean before them."""
    slopes = {(one.name,): slope_cells(one) for one in covariates}
    cells = tuple(slopes[term] if term in slopes else cells_of(term, factors) for term in ((), *fixed))
    matrices = [found.indicator for found in cells]
    parts = tuple(successive_parts([(found.term, one) for found, one in zip(cells, matrices, strict=True)]))
    whole = np.hstack(matrices)
    starts = np.cumsum([0, *(one.shape[1] for one in matrices[:-1])])
    kept = np.concatenate([start + part.kept for start, part in zip(starts, parts, strict=True)])
    x = whole[:, kept]
    basis = np.hstack([part.basis for part in parts])
    triangle = basis.T @ x
    combine = np.asarray(np.linalg.solve(triangle, basis.T @ whole), dtype=np.float64)
    inverse = np.asarray(np.linalg.inv(triangle.T @ triangle), dtype=np.float64)
    return Model(factors, cells, parts, x, combine, kept, basis, triangle, inverse)
