"""Which linear function a mean is: marginal means over a balanced grid, and their contrasts."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from kanpo.evidence.analysis._design import Term
from kanpo.evidence.analysis._projection import Cells, Floats, Model, Slope, cells_of

_DRIFT = 1e-7


@dataclass(frozen=True, slots=True)
class Margin:
    """The means of a term.

    Attributes
    ----------
    levels : tuple of str
        Names of the combinations, as R writes them (``1:0``).
    rows : array of shape (m, r)
        Each mean as a function of the model's columns.
    drift : array of shape (m, all columns)
        What the columns cannot express of each mean. A function of means can be estimated if its
        drift is zero: a mean itself, or a difference of two means that drift alike.
    counts : array
        Plots with the combination.
    """

    term: Term
    levels: tuple[str, ...]
    codes: npt.NDArray[np.int64]
    rows: Floats
    drift: Floats
    counts: npt.NDArray[np.int64]


def estimable(drift: Floats) -> npt.NDArray[np.bool_]:
    """Which functions of means can be estimated, by their drifts of shape (m, all columns)."""
    found: npt.NDArray[np.bool_] = np.abs(drift).max(axis=1, initial=0.0) < _DRIFT
    return found


def margin_of(model: Model, term: Term, nuisance: frozenset[Term]) -> Margin:
    """Means of a term, averaged over blocks and over the other treatments with equal weights.

    These are the least-squares means (population marginal means) of Searle, Speed and Milliken
    (1980, Am. Stat. 34, 216-221).

    Parameters
    ----------
    nuisance : set of Term
        Terms of the ground; they are averaged over their observed combinations.
    """
    cells = cells_of(term, model.factors)
    blocks = [_weights(model, other, cells, nuisance) for other in model.cells]
    whole = np.hstack(blocks)
    rows = whole[:, model.kept]
    drift = rows @ model.combine - whole
    names = tuple(
        ":".join(model.factors[name].levels[code] for name, code in zip(term, level, strict=True))
        for level in cells.levels
    )
    return Margin(term, names, cells.levels, rows, drift, np.bincount(cells.codes))


def _weights(model: Model, other: Cells, cells: Cells, nuisance: frozenset[Term]) -> Floats:
    """How much each combination of a model's term counts in each mean."""
    if not other.term:
        return np.ones((len(cells.levels), 1))
    if isinstance(other, Slope):
        # Deviations from the mean of a covariate are 0 there, where means are adjusted to.
        return np.zeros((len(cells.levels), 1))
    if other.term in nuisance:
        return np.full((len(cells.levels), len(other.levels)), 1 / len(other.levels))
    weights = np.ones((len(cells.levels), len(other.levels)))
    for position, name in enumerate(other.term):
        if name in cells.term:
            mine = cells.levels[:, cells.term.index(name)]
            weights *= mine[:, None] == other.levels[:, position]
        else:
            weights /= len(model.factors[name].levels)
    return weights


def slope_of(model: Model, term: Term) -> Floats:
    """The slope of a covariate (over its standard deviation) as a function of the columns, shape (1, r)."""
    place = next(number for number, cells in enumerate(model.cells) if cells.term == term)
    before = sum(part.df for part in model.parts[:place])
    return np.eye(model.x.shape[1])[[before]]


def hypothesis_of(model: Model, term: Term, nuisance: frozenset[Term]) -> Floats | None:
    """Rows that are all zero when the term has no effect (type III), or None where cells are missing.

    For a main effect the differences of its means; for an interaction the differences of
    differences; for a covariate its slope.
    """
    if any(isinstance(found, Slope) and found.term == term for found in model.cells):
        return slope_of(model, term)
    if term in nuisance:
        cells = next(found for found in model.cells if found.term == term)
        start = sum(len(found.levels) for found in model.cells[: model.cells.index(cells)])
        rows = np.eye(len(cells.levels)) - 1 / len(cells.levels)
        whole = np.zeros((len(rows), model.combine.shape[1]))
        whole[:, start : start + len(rows)] = rows
        # Columns that follow from others are expressed through those.
        found = whole @ np.linalg.pinv(model.combine)
        return found if np.allclose(found @ model.combine, whole, atol=1e-7) else None
    margin = margin_of(model, term, nuisance)
    full = int(np.prod([len(model.factors[name].levels) for name in term]))
    if len(margin.levels) < full:
        return None
    contrast = np.eye(full)
    for others in combinations(range(len(term)), len(term) - 1):
        contrast = contrast - _averaged(margin.codes, others) @ contrast
    return contrast @ margin.rows if estimable(contrast @ margin.drift).all() else None


def _averaged(codes: npt.NDArray[np.int64], inner: tuple[int, ...]) -> Floats:
    """Projection onto the means over the combinations of some of a term's factors."""
    keys = codes[:, list(inner)]
    same = (keys[:, None, :] == keys[None, :, :]).all(axis=2)
    shares: Floats = same / same.sum(axis=1, keepdims=True)
    return shares
