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
    ScoreSettings,
    compile_requirements,
    run_kernel,
    score_parcels,
)
from kanpo.visits._guess import Guesses, ranges_of

#: Draws of everything that is not known. Four times as many save no visit in the simulation of
#: `benchmarks`.
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
    another. `rank` (H, N) is its rank now among all, `contested` (H, N) tells whose interval is open
    across the border; a herb without any is decided, whatever the gaps hide. `gaps` (F, N) are the
    factors not known, in the order of `FACTORS`; `columns` and `land` are what was scored.
    """

    scores: Scores
    compiled: Compiled
    columns: FactorColumns
    land: np.ndarray
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
        """Gaps (F, N) whose value can move a score of the herb."""
        needed: np.ndarray = self.gaps & _moving(self.compiled, herb)[:, None]
        return needed


def _moving(compiled: Compiled, herb: int) -> np.ndarray:
    """Which factors (F,) can move a herb's score: their curve is not the same for all values."""
    moving = np.zeros(len(FACTORS), bool)
    for curve in compiled.curves_of[herb]:
        moving[compiled.factor_of[curve]] = (compiled.worst[1, curve] < compiled.best[1, curve]).any()
    return moving


def _score(
    factors: Factors, catalogue: Catalogue, herbs: Sequence[str] | None, settings: ScoreSettings
) -> tuple[Scores, Compiled]:
    """Scores as the land lies (works change it, not what is known of it), and what draws are scored with."""
    weights = settings.weights_for(catalogue)
    scores = score_parcels(
        factors,
        catalogue,
        herbs,
        method=settings.method,
        weights=weights,
        bounds=settings.bounds,
        expectations=settings.expectations,
        works=(),
    )
    needs = {herb: catalogue.requirements_of(herb) for herb in scores.herb_ids}
    return scores, compile_requirements(needs, weights, expectations=scores.expectations.current)


def visit_values(
    factors: Factors,
    points: np.ndarray,
    catalogue: Catalogue,
    herbs: Sequence[str] | None = None,
    *,
    best: int = 20,
    settings: ScoreSettings | None = None,
    eligible: np.ndarray | None = None,
    draws: int = DRAWS,
    seed: int = 1,
) -> VisitValues:
    """What knowing each parcel would be worth for knowing which `best` parcels suit a herb best.

    The value is the knowledge gradient (Frazier, Powell and Dayanik 2008, A knowledge-gradient policy for
    sequential information collection, SIAM Journal on Control and Optimization 47(5)) of a choice of
    several: the mean over draws of how far the parcel's true score lies beyond the point at the border
    of the best by rank. It is of the parcel's interval: no visit closes that of the catalogue.

    Parameters
    ----------
    points : ndarray (N, 2)
        A point of each parcel in plane metres, in the same order.
    herbs : sequence of str, optional
        Herb ids; all of the catalogue by default.
    best : int
        How many parcels are looked for.
    settings : ScoreSettings, optional
        Method, weights, bounds and expectations, as the project was scored.
    eligible : ndarray of bool (N,), optional
        The parcels to choose from; others tell what to expect of these. What a layer excludes is never chosen.
    draws, seed : int
        How often everything unknown is drawn, and from which seed.

    Raises
    ------
    UsageError
        An unknown herb or method, or weights that cannot be used.
    """
    settings = settings or ScoreSettings()
    scores, compiled = _score(factors, catalogue, herbs, settings)
    able = ~factors.excluded() & (True if eligible is None else eligible)
    shape = scores.result.score.shape
    ranks = [scores.frame(herb)["rank"].to_numpy() for herb in scores.herb_ids]
    rank = np.array(ranks, dtype=int).reshape(shape)
    contested, inside = np.zeros(shape, bool), np.zeros(shape, bool)
    gain, chance = np.zeros(shape), np.zeros(shape)
    among = np.flatnonzero(able)
    order = np.argsort(rank[:, among], axis=1, kind="stable")
    np.put_along_axis(inside, among[order[:, :best]], values=True, axis=1)
    contested[:, among] = _border(scores.result.lower[:, among], scores.result.upper[:, among], best)
    columns, land, pool = factors.columns(), factors.land_codes(), np.flatnonzero(contested.any(axis=0))
    if len(pool):
        borders = np.take_along_axis(scores.result.score, among[order[:, [best - 1, best]]], axis=1)
        guesses = Guesses(_used(columns, compiled), points, pool, ranges_of(catalogue))
        crossings = _Crossings(guesses, compiled, settings.method, land[pool], inside[:, pool], borders)
        gain[:, pool], chance[:, pool] = crossings.average(draws, seed)
    gain[~contested], chance[~contested] = 0.0, 0.0
    gaps = factors.values[list(FACTORS)].isna().to_numpy().T
    return VisitValues(scores, compiled, columns, land, gain, chance, rank, inside, contested, gaps)


def _used(columns: FactorColumns, compiled: Compiled) -> FactorColumns:
    """Columns of the factors that some herb needs."""
    needed = {judge.factor for judge in compiled.judges}
    return {key: column for key, column in columns.items() if key in needed}


def _border(lower: np.ndarray, upper: np.ndarray, best: int) -> np.ndarray:
    """Of which parcels the open interval reaches the border, (H, n).

    A parcel whose upper bound does not lie above the k-th greatest lower bound can at best equal k others:
    it is out. One whose lower bound does not lie below the (k + 1)-th greatest upper bound is in.
    """
    count = lower.shape[1]
    if count <= best:
        return np.zeros(lower.shape, bool)
    least = np.partition(lower, count - best, axis=1)[:, [count - best]]
    most = np.partition(upper, count - best - 1, axis=1)[:, [count - best - 1]]
    contested: np.ndarray = (upper > least + _CLOSED) & (lower < most - _CLOSED) & (upper - lower > _CLOSED)
    return contested


@dataclass(frozen=True, slots=True, eq=False)
class _Crossings:
    """n parcels whose factors are drawn, and where each of H herbs has its border.

    `inside` (H, n) tells who is among the best now; `borders` (H, 2) are the points of the last one
    within and of the first one beyond.
    """

    guesses: Guesses
    compiled: Compiled
    method: Method
    land: np.ndarray
    inside: np.ndarray
    borders: np.ndarray

    def average(self, draws: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """How far, and how often, each parcel crosses the border over the draws: two of (H, n)."""
        random = np.random.default_rng(seed)
        herbs, count = self.inside.shape
        amount, times = np.zeros(self.inside.shape), np.zeros(self.inside.shape)
        last, next_ = self.borders[:, 0, None, None], self.borders[:, 1, None, None]
        at_once = max(1, _ROWS // count)
        for start in range(0, draws, at_once):
            now = min(at_once, draws - start)
            columns: FactorColumns = self.guesses.draw(now, random)
            result = run_kernel(columns, self.compiled, land=np.tile(self.land, now), method=self.method)
            score = result.score.reshape(herbs, now, count)
            beyond = np.where(self.inside[:, None, :], next_ - score, score - last)
            amount += np.maximum(beyond, 0.0).sum(axis=1)
            times += (beyond > 0).sum(axis=1)
        return amount / draws, times / draws
