"""The scoring kernel: a pure function from columns of factors to scores with bounds.

It knows no project and no file. The same code scores one parcel, a city, or one partition of a
country. `docs/suitability.md` defines what it computes.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from kanpo.schema import FACTORS
from kanpo.suitability._compiled import Compiled
from kanpo.suitability._membership import FLOOR, class_table, curve_of
from kanpo.suitability._method import COMBINE, Combine, Method

#: Factor key to column (n,): numbers with NaN, or class codes with -1, where nothing is known.
FactorColumns = Mapping[str, np.ndarray]

#: Parcels scored at a time by one thread: few enough for the processor's caches, many enough that
#: Python's own time per step does not count. Measured: 8,192 to 65,536 differ by a fifth.
CHUNK = 16_384
#: Losses closer than this count as equal, so that two implementations of the logarithm agree.
TIE = 1e-12
#: Stands for a membership of 0 under the logarithm; what it enters is set to 0 afterwards.
_TINY = 1e-300


@dataclass(frozen=True, slots=True, eq=False)
class KernelResult:
    """Scores of H herbs on N parcels, herb by herb: every array is (H, N).

    `score` is NaN where nothing is known. `limiting` is the position of the limiting factor in
    `FACTORS`, -1 for none. `excluded` tells where a known factor knocks the parcel out.
    """

    score: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    limiting: np.ndarray
    excluded: np.ndarray


def run_kernel(
    columns: FactorColumns,
    compiled: Compiled,
    *,
    method: Method = "geometric",
    chunk: int = CHUNK,
    threads: int = 2,
) -> KernelResult:
    """Score every parcel for every herb.

    What a parcel gets depends on nothing but its own values: neither on its place in the columns
    nor on `chunk` and `threads`, to the last bit.

    Parameters
    ----------
    columns : mapping
        One column (n,) for each factor that a curve needs; a missing factor is unknown everywhere.
    compiled : Compiled
        The herbs.
    method : {"geometric", "arithmetic", "minimum"}
        How memberships are combined.
    chunk, threads : int
        Parcels at a time, and how many chunks at once. Memory beyond the result is about
        17 bytes × curves × chunk × threads.

    Returns
    -------
    KernelResult
        Arrays (H, N).
    """
    count = max((len(column) for column in columns.values()), default=0)
    shape = (len(compiled.herb_ids), count)
    result = KernelResult(
        np.empty(shape), np.empty(shape), np.empty(shape), np.empty(shape, np.int8), np.empty(shape, bool)
    )
    # Few parcels are shared out among the threads too.
    chunk = max(1, min(chunk, -(-count // threads)))
    parts = [slice(start, min(start + chunk, count)) for start in range(0, count, chunk)]

    gaps = _gaps(compiled, method)

    def work(mine: list[slice]) -> None:
        room = _Room.of(compiled, min(chunk, count))
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            for part in mine:
                _score_chunk(columns, compiled, gaps, room, result, part)

    lanes = [lane for lane in (parts[first::threads] for first in range(threads)) if lane]
    if len(lanes) > 1:
        with ThreadPoolExecutor(len(lanes)) as pool:
            list(pool.map(work, lanes))
    elif lanes:
        work(lanes[0])
    return result


@dataclass(slots=True, eq=False)
class _Room:
    """Space that one thread computes in, used again for every chunk of n parcels.

    Of R curves and F factors: `value` (R, n) effective memberships, NaN where unknown; `log` (R, n)
    their logarithms, 0 where unknown; `zero` (R, n) whether a knock-out's membership is 0;
    `unknown` (F, n); `loss` (F, n) and `spare` (n,) are scratch.
    """

    value: np.ndarray
    log: np.ndarray
    zero: np.ndarray
    unknown: np.ndarray
    loss: np.ndarray
    spare: np.ndarray

    @classmethod
    def of(cls, compiled: Compiled, size: int) -> _Room:
        curves, factors = (len(compiled.curves), size), (len(compiled.factors), size)
        return cls(
            np.empty(curves),
            np.empty(curves),
            np.zeros(curves, bool),
            np.empty(factors, bool),
            np.empty(factors),
            np.empty(size),
        )

    def first(self, count: int) -> _Room:
        """The same space for a shorter last chunk."""
        cut = (slice(None), slice(count))
        return _Room(
            self.value[cut],
            self.log[cut],
            self.zero[cut],
            self.unknown[cut],
            self.loss[cut],
            self.spare[:count],
        )


def _evaluate(columns: FactorColumns, compiled: Compiled, part: slice, room: _Room) -> None:
    """Fill the room with what the curves make of a chunk."""
    loaded: list[np.ndarray | None] = []
    for position, key in enumerate(compiled.factors):
        column = columns.get(key)
        unknown = room.unknown[position]
        if column is None:
            unknown.fill(True)
        elif FACTORS[key].kind == "number":
            column = np.asarray(column[part], dtype=float)
            np.isnan(column, out=unknown)
        else:
            column = np.maximum(column[part].astype(np.intp), -1)
            np.less(column, 0, out=unknown)
        loaded.append(column)
    gaps: np.ndarray = np.asarray(room.unknown.any(axis=1))
    for position, need in enumerate(compiled.curves):
        factor = int(compiled.factor_of[position])
        value, log, values = room.value[position], room.log[position], loaded[factor]
        if values is None:
            value.fill(np.nan)
        elif need.kind == "classes":
            np.take(class_table(need), values, out=value)
        else:
            curve_of(need, values, value, room.spare)
        if need.knock_out:
            np.equal(value, 0.0, out=room.zero[position])
            np.maximum(value, _TINY, out=log)
        else:
            np.maximum(value, FLOOR, out=value)
            np.copyto(log, value)
        np.log(log, out=log)
        if gaps[factor]:
            np.copyto(log, 0.0, where=room.unknown[factor])


@dataclass(frozen=True, slots=True, eq=False)
class _Gaps:
    """What missing factors mean for each herb, looked up eight factors at a time.

    Which of eight factors are missing is one byte, so that G = F / 8 tables of 256 rows hold all
    there is to know: `share` (G, H, 256) of the weight that is known, and what the unknown factors
    add to the lower (`worst`) and upper bound (`best`).
    """

    method: Combine
    share: np.ndarray
    worst: np.ndarray
    best: np.ndarray

    @classmethod
    def of(cls, compiled: Compiled, method: Combine) -> _Gaps:
        worst = method.term(compiled.weight_of, compiled.worst_of)
        worst = np.where(compiled.may_exclude, method.never, worst)
        best = method.term(compiled.weight_of, compiled.best_of)
        weight = compiled.weight_of
        return cls(
            method,
            _tables(weight, known=True, join=np.add, neutral=0.0),
            _tables(
                np.where(compiled.needs, worst, method.neutral),
                known=False,
                join=method.join,
                neutral=method.neutral,
            ),
            _tables(
                np.where(compiled.needs, best, method.neutral),
                known=False,
                join=method.join,
                neutral=method.neutral,
            ),
        )


@lru_cache(maxsize=8)
def _gaps(compiled: Compiled, method: Method) -> _Gaps:
    """The tables of some herbs, made once: for few parcels they cost more than the scores."""
    return _Gaps.of(compiled, COMBINE[method])


def _tables(terms: np.ndarray, *, known: bool, join: np.ufunc, neutral: float) -> np.ndarray:
    """Terms (H, F) of the factors that are known, or not known, joined for every byte: (G, H, 256)."""
    herbs, factors = terms.shape
    groups = -(-factors // 8)
    padded = np.full((herbs, groups * 8), neutral)
    padded[:, :factors] = terms
    missing = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1).astype(bool)
    chosen = np.where(missing != known, padded.reshape(herbs, groups, 1, 8), neutral)
    tables: np.ndarray = join.reduce(chosen, axis=3)
    return np.ascontiguousarray(tables.swapaxes(0, 1))


def _look_up(tables: np.ndarray, herb: int, codes: np.ndarray, join: np.ufunc) -> np.ndarray:
    """Join what the tables (G, H, 256) of a herb say of codes (G, n)."""
    found = np.take(tables[0, herb], codes[0])
    for table, code in zip(tables[1:, herb], codes[1:], strict=True):
        join(found, np.take(table, code), out=found)
    return found


def _score_chunk(
    columns: FactorColumns, compiled: Compiled, gaps: _Gaps, room: _Room, result: KernelResult, part: slice
) -> None:
    room = room.first(part.stop - part.start)
    _evaluate(columns, compiled, part, room)
    method, codes = gaps.method, np.packbits(room.unknown, axis=0).astype(np.intp)
    can_be_zero: np.ndarray = np.asarray(room.zero.any(axis=1))
    for herb, curves in enumerate(compiled.curves_of):
        weights = compiled.weights[herb, curves][:, None]
        loss = room.loss[: len(curves)]
        # "clip" lets numpy write straight into `loss`; every position is within bounds.
        np.take(room.log, curves, axis=0, out=loss, mode="clip")
        loss *= -weights
        total = method.total(loss, room.value, curves, weights)
        share = _look_up(gaps.share, herb, codes, np.add)
        score, lower, upper = (array[herb, part] for array in (result.score, result.lower, result.upper))
        method.join(total, _look_up(gaps.worst, herb, codes, method.join), out=lower)
        method.join(total, _look_up(gaps.best, herb, codes, method.join), out=upper)
        method.scaled(total, share, score)
        for array in (score, lower, upper):
            method.finish(array)
        np.minimum(np.maximum(score, lower, out=score), upper, out=score)
        nothing = share == 0
        if nothing.any():
            score[nothing] = np.nan
        limiting, excluded = result.limiting[herb, part], result.excluded[herb, part]
        limiting[:] = _limiting(loss, compiled.factor_of[curves])
        excluded[:] = False
        # From the last to the first, so that the first factor that excludes is the one named.
        for curve in curves[::-1]:
            if can_be_zero[curve]:
                excluded |= room.zero[curve]
                np.copyto(limiting, compiled.factor_of[curve], where=room.zero[curve])
        if excluded.any():
            for array in (score, lower, upper):
                np.copyto(array, 0.0, where=excluded)


def _limiting(loss: np.ndarray, factors: np.ndarray) -> np.ndarray:
    """The factor of the greatest of (m, n) losses, (n,): the first within `TIE` of it, -1 if all are 0."""
    most = np.maximum.reduce(loss, axis=0, initial=0.0)
    costly = most > TIE
    most -= TIE
    near = np.greater_equal(loss, most)
    # The earlier the factor the higher its mark: the highest mark is the first factor, 0 is none.
    marks = np.arange(len(factors), 0, -1, dtype=np.int8)
    highest = np.maximum.reduce(near.view(np.int8) * marks[:, None], axis=0, initial=0)
    highest *= costly
    return np.concatenate([np.array([-1], np.int8), factors[::-1]])[highest]
