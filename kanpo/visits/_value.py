"""What a visit to each parcel is worth for knowing the best ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kanpo.herbs import Catalogue
from kanpo.schema import FACTORS
from kanpo.sites import Factors
from kanpo.suitability import (
    Compiled,
    FactorColumns,
    Method,
    Scores,
    Weights,
    compile_requirements,
    run_kernel,
    score_parcels,
)
from kanpo.visits._guess import Guesses, ranges_of

#: Draws of everything that is not known. Four times as many save four visits in a hundred in the
#: simulation of `benchmarks`, for four times the wait.
DRAWS = 100
#: Rows that are scored at a time: bounds the memory, changes no result but by the draws' order.
_ROWS = 65_536
#: Intervals narrower than this are closed.
_CLOSED = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class VisitValues:
    """What visits are worth, for H herbs and N parcels.

    `gain` (H, N) is the mean amount by which the true score lies beyond the border of the best k,
    and `chance` (H, N) how often it does: out of them for a parcel `inside` (H, N), into them for
    another. `rank` (H, N) is its rank now, `contested` (H, N) tells whose interval is open across the border; a herb without any
    is decided, whatever the gaps hide. `gaps` (F, N) are the factors not known, in the order of
    `FACTORS`.
    """

    scores: Scores
    compiled: Compiled
    gain: np.ndarray
    chance: np.ndarray
    rank: np.ndarray
    inside: np.ndarray
    contested: np.ndarray
    gaps: np.ndarray

    @property
    def decided(self) -> np.ndarray:
        """Whether the best k of each herb are certain, (H,)."""
        return np.logical_not(self.contested.any(axis=1))

    def needed(self, herb: int) -> np.ndarray:
        """Gaps (F, N) that the herb cares about."""
        matters = (self.compiled.weight_of[herb] > 0) | self.compiled.may_exclude[herb]
        needed: np.ndarray = self.gaps & matters[:, None]
        return needed


def visit_values(
    factors: Factors,
    points: np.ndarray,
    catalogue: Catalogue,
    herbs: Sequence[str] | None = None,
    *,
    best: int = 20,
    method: Method = "geometric",
    weights: Weights | None = None,
    draws: int = DRAWS,
    seed: int = 1,
) -> VisitValues:
    """What knowing each parcel would be worth for knowing which `best` parcels suit a herb best.

    The value is the expected improvement of a decision by learning before it is made (the knowledge
    gradient: Frazier, Powell and Dayanik 2008, A knowledge-gradient policy for sequential
    information collection, SIAM Journal on Control and Optimization 47(5)), here for a choice of
    several and with draws in place of a normal distribution.

    Parameters
    ----------
    factors : Factors
        One row per parcel.
    points : ndarray (N, 2)
        A point of each parcel in plane metres, in the same order.
    catalogue : Catalogue
        What the herbs need.
    herbs : sequence of str, optional
        Herb ids; all of the catalogue by default.
    best : int
        How many parcels are looked for.
    method, weights :
        As for `score_parcels`.
    draws, seed : int
        How often everything unknown is drawn, and from which seed.

    Raises
    ------
    UsageError
        An unknown herb or method, or weights that cannot be used.
    """
    scores = score_parcels(factors, catalogue, herbs, method=method, weights=weights)
    compiled = compile_requirements(
        {herb: catalogue.requirements_of(herb) for herb in scores.herb_ids}, weights
    )
    ranks = [scores.frame(herb)["rank"].to_numpy() for herb in scores.herb_ids]
    rank = np.array(ranks, dtype=int).reshape(scores.result.score.shape)
    inside = rank <= best
    contested, pool = _border(scores, best)
    gain, chance = np.zeros(inside.shape), np.zeros(inside.shape)
    if contested.any():
        guesses = Guesses(_used(factors, compiled), points, pool, ranges_of(catalogue))
        found = _crossings(guesses, compiled, method, inside[:, pool], best, draws, seed)
        gain[:, pool], chance[:, pool] = found
    gain[~contested], chance[~contested] = 0.0, 0.0
    gaps = factors.values[list(FACTORS)].isna().to_numpy().T
    return VisitValues(scores, compiled, gain, chance, rank, inside, contested, gaps)


def _used(factors: Factors, compiled: Compiled) -> FactorColumns:
    """Columns of the factors that some herb needs."""
    needed: np.ndarray = np.asarray(compiled.needs.any(axis=0))
    return {
        key: column for (key, column), used in zip(factors.columns().items(), needed, strict=True) if used
    }


def _border(scores: Scores, best: int) -> tuple[np.ndarray, np.ndarray]:
    """Whose open interval reaches the border (H, N), and the parcels that may be among the best (n,).

    A parcel whose upper bound lies below the k-th greatest lower bound is surely out; one whose lower
    bound lies above the (k + 1)-th greatest upper bound is surely in.
    """
    lower, upper = scores.result.lower, scores.result.upper
    count = lower.shape[1]
    if count <= best:
        return np.zeros(lower.shape, bool), np.arange(0)
    least = np.partition(lower, count - best, axis=1)[:, [count - best]]
    most = np.partition(upper, count - best - 1, axis=1)[:, [count - best - 1]]
    possible = upper >= least
    contested: np.ndarray = possible & (lower <= most) & (upper - lower > _CLOSED)
    return contested, np.flatnonzero(possible.any(axis=0))


def _crossings(
    guesses: Guesses,
    compiled: Compiled,
    method: Method,
    inside: np.ndarray,
    best: int,
    draws: int,
    seed: int,
) -> tuple[np.ndarray, np.ndarray]:
    """How far, and how often, each of n parcels crosses the border over the draws: two of (H, n)."""
    random = np.random.default_rng(seed)
    herbs, count = inside.shape
    amount, times = np.zeros(inside.shape), np.zeros(inside.shape)
    at_once = max(1, _ROWS // count)
    for start in range(0, draws, at_once):
        now = min(at_once, draws - start)
        columns: FactorColumns = guesses.draw(now, random)
        score = run_kernel(columns, compiled, method=method).score.reshape(herbs, now, count)
        ordered = np.partition(score, (count - best - 1, count - best), axis=2)
        into, out = ordered[:, :, [count - best - 1]], ordered[:, :, [count - best]]
        beyond = np.where(inside[:, None, :], out - score, score - into)
        amount += np.maximum(beyond, 0.0).sum(axis=1)
        times += (beyond > 0).sum(axis=1)
    return amount / draws, times / draws
