"""The scoring kernel: a pure function from columns of factors to scores with bounds.

It knows no project and no file. The same code scores one parcel, a city, or one partition of a
country. `docs/suitability.md` defines what it computes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from kanpo.schema import FACTORS
from kanpo.suitability._compiled import Compiled
from kanpo.suitability._gaps import GapTables, Groups, gap_codes, groups_of
from kanpo.suitability._membership import FLOOR, class_table, curve_of
from kanpo.suitability._method import Combine, Method, Part, combining

#: Factor key to column (n,): numbers with NaN, or class codes with -1, where nothing is known.
FactorColumns = Mapping[str, np.ndarray]

#: Parcels scored at a time by one thread: few enough for the processor's caches, many enough that
#: Python's own time per step does not count. Measured: 8,192 to 65,536 differ by a fifth.
CHUNK = 16384
#: Losses closer than this count as equal, so that two implementations of the logarithm agree.
TIE = 1e-12


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
    method : {"geometric", "arithmetic", "minimum", "owa"}
        How memberships are combined.
    chunk, threads : int
        Parcels at a time, and how many chunks at once. Memory beyond the result is about
        16 bytes × curves × chunk × threads.

    Returns
    -------
    KernelResult
        Arrays (H, N).
    """
    count = _count(columns)
    shape = (len(compiled.herb_ids), count)
    result = KernelResult(
        np.empty(shape), np.empty(shape), np.empty(shape), np.empty(shape, np.int8), np.empty(shape, bool)
    )
    # Few parcels are shared out among the threads too.
    chunk = max(1, min(chunk, -(-count // threads)))
    parts = [slice(start, min(start + chunk, count)) for start in range(0, count, chunk)]

    plan = _plan(compiled, method)

    def work(mine: list[slice]) -> None:
        room = _Room.of(compiled, min(chunk, count))
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            for part in mine:
                _score_chunk(columns, compiled, plan, room, result, part)

    lanes = [lane for lane in (parts[first::threads] for first in range(threads)) if lane]
    if len(lanes) > 1:
        with ThreadPoolExecutor(len(lanes)) as pool:
            list(pool.map(work, lanes))
    elif lanes:
        work(lanes[0])
    return result


def score_chunks(
    columns: FactorColumns,
    compiled: Compiled,
    *,
    method: Method = "geometric",
    size: int = 2 * CHUNK,
    threads: int = 2,
) -> Iterator[tuple[slice, KernelResult]]:
    """Score any number of parcels in partitions, for results that need not be in memory at once.

    The numbers are those of `run_kernel`, to the last bit.

    Parameters
    ----------
    columns : mapping
        As for `run_kernel`; a column may be mapped from a file (`numpy.memmap`).
    size : int
        Parcels in a partition. Memory is about 26 bytes × herbs × size, whatever their number.

    Yields
    ------
    tuple of slice and KernelResult
        Which parcels, and their scores (H, size), which are the caller's to keep or to let go.
    """
    count = _count(columns)
    for start in range(0, count, size):
        part = slice(start, min(start + size, count))
        own = {key: column[part] for key, column in columns.items()}
        yield part, run_kernel(own, compiled, method=method, threads=threads)


def _count(columns: FactorColumns) -> int:
    return max((len(column) for column in columns.values()), default=0)


@dataclass(slots=True, eq=False)
class _Room:
    """Space that one thread computes in, used again for every chunk of n parcels.

    Of R curves and F factors: `value` (R, n) effective memberships, 1 where unknown; `log` (R, n)
    their logarithms; `unknown` (F, n); `loss` (F, n) and `spare` (3, n) are scratch.
    """

    value: np.ndarray
    log: np.ndarray
    unknown: np.ndarray
    loss: np.ndarray
    spare: np.ndarray

    @classmethod
    def of(cls, compiled: Compiled, size: int) -> _Room:
        curves, factors = (len(compiled.curves), size), (len(compiled.factors), size)
        spare = np.empty((3, size))
        return cls(np.empty(curves), np.empty(curves), np.empty(factors, bool), np.empty(factors), spare)

    def first(self, count: int) -> _Room:
        """The same space for a shorter last chunk."""
        cut = (slice(None), slice(count))
        return _Room(self.value[cut], self.log[cut], self.unknown[cut], self.loss[cut], self.spare[cut])


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
            column = column[part].astype(np.intp)
            np.less(column, 0, out=unknown)
            # Behind the last class the tables hold what is not known.
            np.putmask(column, unknown, len(FACTORS[key].classes))
        loaded.append(column)
    for position, need in enumerate(compiled.curves):
        value, values = room.value[position], loaded[int(compiled.factor_of[position])]
        if values is None:
            value.fill(1.0)
        elif need.kind == "classes":
            np.take(class_table(need), values, out=value, mode="clip")
        else:
            curve_of(need, values, value, room.spare[0])
        # What is unknown counts as 1 here: it costs nothing.
        np.fmin(value, 1.0, out=value)
        if need.knock_out:
            log_or_infinite(value, room.log[position])
        else:
            np.maximum(value, FLOOR, out=value)
            np.log(value, out=room.log[position])


def log_or_infinite(value: np.ndarray, out: np.ndarray) -> None:
    """ln of values that may be 0; numpy alone takes four times as long where they are."""
    zero = value == 0
    np.log(np.maximum(value, 1e-300, out=out), out=out)
    if zero.any():
        np.putmask(out, zero, -np.inf)


@dataclass(frozen=True, slots=True, eq=False)
class _Plan:
    """What is the same for every chunk: how to combine, and the weight that each gap leaves known."""

    combine: Combine
    groups: Groups
    share: GapTables


@lru_cache(maxsize=8)
def _plan(compiled: Compiled, method: Method) -> _Plan:
    """Made once for some herbs: for few parcels it costs more than the scores."""
    groups = groups_of(compiled.needs)
    share = GapTables.of(groups, compiled.weight_of, np.add, 0.0, known=True)
    return _Plan(combining(method, compiled, groups), groups, share)


def all_known_share(compiled: Compiled, method: Method) -> float:
    """The share of weight that is known of the first herb where nothing is missing: 1, but for rounding."""
    return float(sum(table[0, 0] for table in _plan(compiled, method).share.tables))


def _score_chunk(
    columns: FactorColumns, compiled: Compiled, plan: _Plan, room: _Room, result: KernelResult, part: slice
) -> None:
    room = room.first(part.stop - part.start)
    _evaluate(columns, compiled, part, room)
    codes = gap_codes(plan.groups, room.unknown)
    for herb, curves in enumerate(compiled.curves_of):
        loss = room.loss[: len(curves)]
        # "clip" lets numpy write straight into `loss`; every position is within bounds.
        np.take(room.log, curves, axis=0, out=loss, mode="clip")
        loss *= compiled.loss_factors[herb]
        share = plan.share.look_up(herb, codes, room.spare[2], room.spare[0])
        score, lower, upper = (array[herb, part] for array in (result.score, result.lower, result.upper))
        of_herb = Part(compiled, herb, loss, share, room.value, room.unknown, codes, room.spare)
        plan.combine(of_herb, score, lower, upper)
        np.minimum(np.maximum(score, lower, out=score), upper, out=score)
        nothing = share == 0
        if nothing.any():
            np.putmask(score, nothing, np.nan)
        limiting, excluded = result.limiting[herb, part], result.excluded[herb, part]
        most = np.maximum.reduce(loss, axis=0, initial=0.0, out=room.spare[0])
        np.isinf(most, out=excluded)
        _limiting(loss, most, compiled.factor_of[curves], limiting)
        if excluded.any():
            for array in (score, lower, upper):
                np.putmask(array, excluded, 0.0)


def _limiting(loss: np.ndarray, most: np.ndarray, factors: np.ndarray, out: np.ndarray) -> None:
    """The factor of the greatest (`most`) of (m, n) losses: the first within `TIE` of it, -1 if all are 0."""
    costly = most > TIE
    most -= TIE
    near = np.greater_equal(loss, most)
    # The earlier the factor the higher its mark: the highest mark is the first factor, 0 is none.
    marks = np.arange(len(factors), 0, -1, dtype=np.int8)
    highest = np.maximum.reduce(near.view(np.int8) * marks[:, None], axis=0, initial=0)
    highest *= costly
    np.take(np.concatenate([np.array([-1], np.int8), factors[::-1]]), highest, out=out, mode="clip")
