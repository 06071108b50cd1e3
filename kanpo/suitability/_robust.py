"""How well a ranking holds when weights, requirements and unknown factors are not what we think."""

from __future__ import annotations

from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock

import numpy as np
import pandas as pd

from kanpo.errors import UsageError
from kanpo.herbs import Catalogue
from kanpo.locale import Text
from kanpo.schema import FACTORS
from kanpo.sites import Factors
from kanpo.suitability._compiled import Compiled, compile_requirements
from kanpo.suitability._membership import FLOOR
from kanpo.suitability._method import Memberships, Method, combine
from kanpo.suitability._score import Expectations, Scores, Weights, score_parcels
from kanpo.suitability._variation import Variation, VariedCurve

#: Draws that share one stream of random numbers. Part of what a seed means: never change it.
BATCH = 64

_BASE = ("parcel_id", "rank", "score", "certainty", "class_lower", "class_upper")

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, eq=False)
class Robustness:
    """How often each of N parcels was among the best, over many draws.

    `ranks` (N, best) counts how often a parcel had rank 1, 2, … best; `rank_sum` (N,) is the sum of
    its ranks. What stands in `base` is without variation: parcel_id, rank (among all parcels), score,
    certainty, class_lower and class_upper.
    """

    parcel_ids: tuple[str, ...]
    herb_id: str
    best: int
    draws: int
    seed: int
    method: Method
    variation: Variation
    base: pd.DataFrame
    ranks: np.ndarray
    rank_sum: np.ndarray

    def frame(self) -> pd.DataFrame:
        """One row per parcel, the most certain first.

        Columns of `base`, probability (of being among the best), standard_error, expected_rank.
        """
        share = self.ranks.sum(axis=1) / self.draws
        frame = self.base.assign(
            probability=share,
            standard_error=np.sqrt(share * (1 - share) / self.draws),
            expected_rank=self.rank_sum / self.draws,
        )
        ids = frame["parcel_id"].to_numpy(dtype=str)
        order = np.lexsort((ids, frame["rank"], frame["expected_rank"], -share))
        return frame.iloc[order].reset_index(drop=True)

    def acceptability(self) -> pd.DataFrame:
        """Rank acceptability: share of the draws in which a parcel has rank 1, 2, … best.

        Column parcel_id and one column rank_1, rank_2, … for each rank, parcels as in `frame`.
        """
        table = pd.DataFrame(
            self.ranks / self.draws, columns=[f"rank_{nth}" for nth in range(1, self.ranks.shape[1] + 1)]
        )
        table.insert(0, "parcel_id", list(self.parcel_ids))
        return table.set_index("parcel_id").loc[self.frame()["parcel_id"]].reset_index()


def robustness(
    factors: Factors,
    catalogue: Catalogue,
    herb_id: str,
    *,
    draws: int = 10_000,
    best: int = 20,
    seed: int = 1,
    method: Method = "limitation",
    weights: Weights | None = None,
    variation: Variation | None = None,
    expectations: Expectations | None = None,
    excluded: Collection[str] = (),
    among: Collection[str] | None = None,
    threads: int = 2,
    progress: Progress | None = None,
) -> Robustness:
    """How often each parcel is among the best when what we assume varies.

    Stochastic multicriteria acceptability analysis (Lahdelma & Salminen 2001, SMAA-2, Operations
    Research 49: 444-454) by Monte Carlo. In each draw the weights and the requirements are drawn
    anew, every unknown factor of every parcel gets an effective membership between its worst and
    its best, and the parcels are ranked, equal ones by lot. Requirements are off by `SPREAD` at most, so
    that with fixed weights every draw lies in the catalogue's interval. Works are left aside. `docs/suitability.md` defines it to the number. The same
    seed gives the same result, whatever the order of the parcels and the number of threads.

    Parameters
    ----------
    draws, best, seed : int
        How many draws, how many parcels are chosen in each, and where the generators (PCG64) start.
    weights, expectations : optional
        As for `score_parcels`; expectations make the score and rank without variation.
    variation : Variation, optional
        How much varies.
    excluded, among : collection of str
        Parcels that have a score of 0 in every draw, and those to choose from (all by default).
    progress : callable, optional
        Told draws done and draws to do.

    Raises
    ------
    UsageError
        An unknown herb or method, or a number of draws or of best parcels below 1.
    """
    _check_numbers(draws, best, seed)
    variation = variation or Variation()
    scores = score_parcels(
        factors, catalogue, [herb_id], method=method, weights=weights, expectations=expectations, works=()
    )
    base, fatal = _without_variation(scores, herb_id, among)
    factors = factors.subset(base["parcel_id"].tolist())
    ids = base["parcel_id"].to_numpy(dtype=str)
    order = np.argsort(ids, kind="stable")  # the order in which they come changes nothing
    compiled = compile_requirements({herb_id: catalogue.requirements_of(herb_id)}, weights)
    out = np.isin(ids[order], [*excluded, *fatal])
    trial = _Trial.of(factors, order, compiled, method, variation, out)
    tally = _run(trial, draws, min(best, len(ids)), seed, threads, progress)
    back = np.argsort(order, kind="stable")
    counts = tally.ranks[back], tally.rank_sum[back]
    return Robustness(tuple(base["parcel_id"]), herb_id, best, draws, seed, method, variation, base, *counts)


def _without_variation(
    scores: Scores, herb_id: str, among: Collection[str] | None
) -> tuple[pd.DataFrame, np.ndarray]:
    """What is said of the parcels to choose from where nothing varies, and the ids of those with a fatal factor.

    What is known to be fatal decides in every draw, as it does in the catalogue's interval.
    """
    fatal = np.array(scores.parcel_ids, dtype=object)[scores.result.excluded[0]]
    base = scores.frame(herb_id)[list(_BASE)]
    if among is not None:
        base = base[base["parcel_id"].isin(among)].reset_index(drop=True)
    return base, fatal


def _check_numbers(draws: int, best: int, seed: int) -> None:
    if draws < 1 or best < 1 or seed < 0:
        raise UsageError(
            "robust.numbers",
            Text("回数・上位の数・種が正しくありません", "draws, best or seed is not right"),
            Text("回数と上位の数は1以上、種は0以上に", "draws and best from 1, seed from 0"),
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Trial:
    """What is the same in every draw: m requirements of a herb on the columns of n parcels.

    `unknown` has for each requirement the positions of the parcels without a value.
    """

    compiled: Compiled
    method: Method
    variation: Variation
    curves: tuple[VariedCurve, ...]
    unknown: tuple[np.ndarray, ...]
    land: np.ndarray
    excluded: np.ndarray

    @classmethod
    def of(
        cls,
        factors: Factors,
        order: np.ndarray,
        compiled: Compiled,
        method: Method,
        variation: Variation,
        excluded: np.ndarray,
    ) -> _Trial:
        """With parcels in a given order."""
        given = factors.columns()
        curves, unknown = [], []
        for need in (judge.requirement for judge in compiled.judges):
            number = FACTORS[need.factor].kind == "number"
            column = given[need.factor][order].astype(float if number else np.intp)
            gaps = np.flatnonzero(np.isnan(column) if number else column < 0)
            column[gaps] = 0
            curves.append(VariedCurve.of(need, column))
            unknown.append(gaps)
        return cls(
            compiled, method, variation, tuple(curves), tuple(unknown), factors.land_codes()[order], excluded
        )

    def scores(self, random: np.random.Generator, logs: np.ndarray) -> np.ndarray:
        """Scores (n,) of one draw; `logs` (m, n) is scratch."""
        needs = [judge.requirement for judge in self.compiled.judges]
        spare = np.empty(logs.shape[1])
        weights = self.variation.weights(self.compiled.weights_of[0][:, 0], random)
        off = random.uniform(-1.0, 1.0, len(needs))
        for nth, need in enumerate(needs):
            row, gaps = logs[nth], self.unknown[nth]
            self.curves[nth].membership(off[nth] * self.variation.spread_of(need), row, spare)
            if not need.knock_out:
                np.maximum(row, FLOOR, out=row)
            if len(gaps):
                here = self.land[gaps]
                row[gaps] = random.uniform(
                    self.compiled.worst[1, nth, here], self.compiled.best[1, nth, here]
                )
            np.log(row, out=row)
        least, scores = np.empty((2, logs.shape[1]))
        combine(self.method, Memberships(list(logs), weights.tolist(), spare), least, scores)
        np.putmask(scores, self.excluded, 0.0)
        return scores


@dataclass(slots=True, eq=False)
class _Tally:
    """Counts of ranks; whole numbers, so that the order in which they are added does not matter."""

    ranks: np.ndarray
    rank_sum: np.ndarray

    def add(self, scores: np.ndarray, random: np.random.Generator) -> None:
        """Count one draw: by score, highest first, equal ones by lot.

        Many parcels may share the highest score; in the order of their ids always the same of them would
        be chosen, as if they were better.
        """
        lot = random.permutation(len(scores))
        scores = scores[lot]
        good, rest = np.flatnonzero(scores > 0), np.flatnonzero(scores <= 0)
        # What scores 0 needs no sorting; there is often much of it.
        order = lot[np.concatenate([good[np.argsort(-scores[good], kind="stable")], rest])]
        best = self.ranks.shape[1]
        self.ranks[order[:best], np.arange(best)] += 1
        self.rank_sum[order] += np.arange(1, len(order) + 1)


def _run(trial: _Trial, draws: int, best: int, seed: int, threads: int, progress: Progress | None) -> _Tally:
    count, needs = len(trial.excluded), len(trial.compiled.judges)
    streams = np.random.SeedSequence(seed).spawn(-(-draws // BATCH))
    lock, done = Lock(), 0

    def work(first: int) -> _Tally:
        nonlocal done
        tally = _Tally(np.zeros((count, best), np.int32), np.zeros(count, np.int64))
        logs = np.empty((needs, count))
        for nth in range(first, len(streams), threads):
            random = np.random.Generator(np.random.PCG64(streams[nth]))
            own = min(BATCH, draws - nth * BATCH)
            with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
                for _ in range(own):
                    tally.add(trial.scores(random, logs), random)
            with lock:
                done += own
                if progress:
                    progress(done, draws)
        return tally

    with ThreadPoolExecutor(threads) as pool:
        tallies = list(pool.map(work, range(threads)))
    return _Tally(sum(one.ranks for one in tallies), sum(one.rank_sum for one in tallies))  # type: ignore[arg-type]
