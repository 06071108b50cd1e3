"""The scoring kernel: a pure function from columns of factors to scores with bounds.

It knows no project and no file. The same code scores one parcel, a city, or one partition of a
country. `docs/suitability.md` defines what it computes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from kanpo.schema import FACTORS
from kanpo.suitability._compiled import Compiled
from kanpo.suitability._method import LEAST_DECIDES, Memberships, Method, combine
from kanpo.suitability._works import NO_LAND_TYPE

#: Factor key to column (n,): numbers with NaN, or class codes with -1, where nothing is known.
FactorColumns = Mapping[str, np.ndarray]
#: Factor key to low and high (n,), between which a value that is not known is assumed to lie; NaN for
#: no assumption. Classes are codes, both ends included.
AssumedRanges = Mapping[str, tuple[np.ndarray, np.ndarray]]

#: Parcels scored at a time by one thread: few enough that their memory stays small, many enough that
#: Python's own time per step, in which the other threads wait, does not count.
CHUNK = 12_288
#: Losses closer than this count as equal, so that two implementations of the logarithm agree.
TIE = 1e-12
#: Position of the cautious point in `KernelResult.numbers`.
_POINT = 2


@dataclass(frozen=True, slots=True, eq=False)
class KernelResult:
    """Scores of H herbs on N parcels, herb by herb.

    `numbers` (5, H, N) are, in rising order, least, lower, score, upper and most: `lower` and `upper`
    bound what the parcel may turn out to be, `least` and `most` the same where the catalogue's rows are
    off as far as their confidence allows; `score` is the cautious point. `limiting` (H, N) is the
    position of the limiting factor in `FACTORS`, -1 for none. `excluded` (H, N) tells where a known
    factor knocks the parcel out.
    """

    numbers: np.ndarray
    limiting: np.ndarray
    excluded: np.ndarray

    @classmethod
    def empty(cls, herbs: int, parcels: int) -> KernelResult:
        """Room for results."""
        shape = (herbs, parcels)
        return cls(np.empty((5, *shape)), np.empty(shape, np.int8), np.empty(shape, bool))

    def take(self, at: np.ndarray) -> KernelResult:
        """Those of the parcels at some positions (n,)."""
        return KernelResult(self.numbers[:, :, at], self.limiting[:, at], self.excluded[:, at])

    @property
    def least(self) -> np.ndarray:
        """The worst of the strict curves, (H, N)."""
        return self.numbers[0]

    @property
    def lower(self) -> np.ndarray:
        """The worst, (H, N)."""
        return self.numbers[1]

    @property
    def score(self) -> np.ndarray:
        """The cautious point, (H, N)."""
        return self.numbers[_POINT]

    @property
    def upper(self) -> np.ndarray:
        """The best, (H, N)."""
        return self.numbers[3]

    @property
    def most(self) -> np.ndarray:
        """The best of the kind curves, (H, N)."""
        return self.numbers[4]


def run_kernel(
    columns: FactorColumns,
    compiled: Compiled,
    *,
    land: np.ndarray | None = None,
    ranges: AssumedRanges | None = None,
    method: Method = "limitation",
    chunk: int = CHUNK,
    threads: int = 2,
) -> KernelResult:
    """Score every parcel for every herb.

    What a parcel gets depends on nothing but its own values, to the last bit.

    Parameters
    ----------
    columns : mapping
        One column (n,) for each factor that a curve needs; a missing factor is unknown everywhere.
    compiled : Compiled
        The herbs.
    land : ndarray (n,), optional
        Codes of the land type, `NO_LAND_TYPE` where it is not known, as everywhere when not given.
    ranges : mapping, optional
        Assumptions that narrow what is not known: the bounds are then those over the range. The
        point is what it would be without, kept inside the narrower bounds.
    method : {"limitation", "geometric", "arithmetic", "minimum", "owa"}
        How memberships are brought together.
    chunk, threads : int
        Parcels at a time, and how many chunks at once. Memory beyond the result is about
        40 bytes × curves × chunk × threads.

    Returns
    -------
    KernelResult
        Arrays (H, N).

    Raises
    ------
    ValueError
        Columns of different lengths.
    """
    columns, land = _checked(columns, land)
    count = len(land)
    result = KernelResult.empty(len(compiled.herb_ids), count)
    # Few parcels are shared out among the threads too.
    chunk = max(1, min(chunk, -(-count // threads)))
    parts = [slice(start, min(start + chunk, count)) for start in range(0, count, chunk)]
    given = columns, land, ranges or {}, compiled, method

    def work(mine: list[slice]) -> None:
        # Taken once: the system clears memory anew each time that it gives it, which costs as much as the work.
        room = np.empty((len(compiled.judges), 5, chunk))
        for part in mine:
            _score_chunk(*given, result, part, room)

    _share_out(parts, threads, work)
    return result


def _share_out(parts: list[slice], threads: int, work: Callable[[list[slice]], None]) -> None:
    lanes = [lane for lane in (parts[first::threads] for first in range(threads)) if lane]
    if len(lanes) > 1:
        with ThreadPoolExecutor(len(lanes)) as pool:
            list(pool.map(work, lanes))
    elif lanes:
        work(lanes[0])


def score_chunks(
    columns: FactorColumns,
    compiled: Compiled,
    *,
    land: np.ndarray | None = None,
    method: Method = "limitation",
    size: int = 4 * CHUNK,
    threads: int = 2,
) -> Iterator[tuple[slice, KernelResult]]:
    """Score any number of parcels in partitions, for results that need not be in memory at once.

    The numbers are those of `run_kernel`, to the last bit.

    Parameters
    ----------
    columns : mapping
        As for `run_kernel`; a column may be mapped from a file (`numpy.memmap`).
    size : int
        Parcels in a partition. Memory is about 42 bytes × herbs × size, whatever their number.

    Yields
    ------
    tuple of slice and KernelResult
        Which parcels, and their scores (H, size), which are the caller's to keep or to let go.
    """
    count = max((len(column) for column in columns.values()), default=0)
    for start in range(0, count, size):
        part = slice(start, min(start + size, count))
        own = {key: column[part] for key, column in columns.items()}
        own_land = None if land is None else land[part]
        yield part, run_kernel(own, compiled, land=own_land, method=method, threads=threads)


def _checked(columns: FactorColumns, land: np.ndarray | None) -> tuple[FactorColumns, np.ndarray]:
    """The columns with numbers as doubles, and the types of land; all of one length."""
    lengths = {len(column) for column in (*columns.values(), *(() if land is None else (land,)))}
    if len(lengths) > 1:
        raise ValueError(f"columns of different lengths: {sorted(lengths)}")
    numbers = {key for key in columns if key in FACTORS and FACTORS[key].kind == "number"}
    # Counts and single precision would round, and the numbers would not be those of the definition.
    doubles = {
        key: np.asarray(column, dtype=float) if key in numbers else column for key, column in columns.items()
    }
    return doubles, np.full(max(lengths, default=0), NO_LAND_TYPE) if land is None else land


def _score_chunk(
    columns: FactorColumns,
    land: np.ndarray,
    ranges: AssumedRanges,
    compiled: Compiled,
    method: Method,
    result: KernelResult,
    part: slice,
    room: np.ndarray,
) -> None:
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        logs, unknown = judge_columns(columns, land, compiled, part, room[:, :, : part.stop - part.start])
        _combine(logs, unknown, ranges, land, compiled, method, result, part)


def _combine(
    logs: np.ndarray,
    unknown: np.ndarray,
    ranges: AssumedRanges,
    land: np.ndarray,
    compiled: Compiled,
    method: Method,
    result: KernelResult,
    part: slice,
) -> None:
    if ranges:
        _narrow(logs, unknown, ranges, land, compiled, part)
    spare, least_log = np.empty((2, *logs.shape[1:]))
    numbers = result.numbers[:, :, part]
    for herb, (curves, weights) in enumerate(zip(compiled.curves_of, compiled.weights_of, strict=True)):
        given = Memberships([logs[curve] for curve in curves], weights[:, 0].tolist(), spare)
        combine(method, given, least_log, numbers[:, herb])
    # The numbers are joined from different memberships: rounding may put one a hair outside.
    least, lower, score, upper, most = numbers
    np.minimum(np.maximum(score, lower, out=score), upper, out=score)
    np.minimum(least, lower, out=least)
    np.maximum(most, upper, out=most)
    seen = np.where(unknown, 0.0, logs[:, _POINT])
    limiting, fatal = _find_limiting(seen, compiled, weighed=method not in LEAST_DECIDES)
    result.limiting[:, part], result.excluded[:, part] = limiting, fatal
    # What is fatal as the row is written is 0 by all numbers but that of the kind curve.
    most[fatal] = 0.0


def judge_columns(
    columns: FactorColumns,
    land: np.ndarray,
    compiled: Compiled,
    part: slice,
    out: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Logarithms of effective memberships of some parcels, in `out` where given, and what of them is unknown.

    Returns
    -------
    ndarray (R, 5, n)
        In the order of `KernelResult.numbers`: the worst of the strict curve where unknown, the worst,
        what is expected, the best, the best of the kind curve.
    ndarray of bool (R, n)
        Where nothing is known.
    """
    here = land[part]
    logs = np.empty((len(compiled.judges), 5, len(here))) if out is None else out
    unknown = np.empty((len(logs), len(here)), bool)
    seen: dict[str, _Column] = {}
    for row, (judge, table) in enumerate(zip(compiled.judges, compiled.tables, strict=True)):
        if judge.factor not in seen:
            seen[judge.factor] = _read_column(judge.factor, columns.get(judge.factor), here, part)
        column = seen[judge.factor]
        unknown[row] = column.missing
        if table is not None:
            np.take(table, column.places, axis=1, out=logs[row], mode="clip")
            continue
        if len(column.gaps) < len(here):
            judge.logs(column.values, here, logs[row])
        if len(column.gaps):
            logs[row][:, column.gaps] = compiled.fills[row].take(column.lands, axis=1)
    return logs, unknown


@dataclass(frozen=True, slots=True, eq=False)
class _Column:
    """One factor of n parcels: values, where they are missing (n,), the positions and land of those that are.

    `places` are the positions (n,) in the table of a curve of classes; empty for numbers.
    """

    values: np.ndarray
    missing: np.ndarray
    gaps: np.ndarray
    lands: np.ndarray
    places: np.ndarray


def _read_column(factor: str, given: np.ndarray | None, here: np.ndarray, part: slice) -> _Column:
    number, classes = FACTORS[factor].kind == "number", len(FACTORS[factor].classes)
    none = np.full(len(here), np.nan) if number else np.full(len(here), -1, np.int8)
    values = none if given is None else given[part]
    missing = np.isnan(values) if number else values < 0
    gaps = np.flatnonzero(missing)
    places = np.empty(0, np.intp)
    if classes:
        places = np.where(missing, classes, values) + here.astype(np.intp) * (classes + 1)
    return _Column(values, missing, gaps, here[gaps], places)


def _narrow(
    logs: np.ndarray,
    unknown: np.ndarray,
    ranges: AssumedRanges,
    land: np.ndarray,
    compiled: Compiled,
    part: slice,
) -> None:
    """Put the worst and the best within assumed ranges in place of those over all that is possible."""
    for row, judge in enumerate(compiled.judges):
        if judge.factor not in ranges:
            continue
        low, high = (end[part] for end in ranges[judge.factor])
        there = np.flatnonzero(unknown[row] & ~np.isnan(low))
        if len(there):
            within = judge.extremes_within(low[there], high[there], land[part][there])
            for number, found in zip((0, 1, 3, 4), within, strict=True):
                logs[row, number, there] = np.log(found)


def _find_limiting(seen: np.ndarray, compiled: Compiled, *, weighed: bool) -> tuple[np.ndarray, np.ndarray]:
    """The limiting factor (H, n) and where it is fatal (H, n), from the logarithms (R, n) of what is known.

    The least logarithm limits, weighed where the method weighs; the first factor within `TIE` of it, -1
    if all are 0. All herbs go together, curve by curve: long steps, in which threads do not wait for
    each other.
    """
    factors = len(FACTORS)
    worst = np.zeros((len(compiled.curves_of), seen.shape[1]))
    for curve, _, weight in compiled.places:
        np.minimum(worst, _of_place(seen, curve, weight if weighed else None), out=worst)
    fatal = np.isneginf(worst)
    # Memberships that are all 1 limit nothing.
    near = np.minimum(worst + TIE, -TIE, out=worst)
    # The first factor has the highest code; small integers are compared many at a time.
    code = np.zeros(near.shape, np.int8)
    for curve, factor, weight in compiled.places:
        hit = np.less_equal(_of_place(seen, curve, weight if weighed else None), near).view(np.int8)
        hit *= (factors - factor).astype(np.int8)
        np.maximum(code, hit, out=code)
    return np.where(code == 0, np.int8(-1), np.int8(factors) - code), fatal


def _of_place(seen: np.ndarray, curve: np.ndarray, weight: np.ndarray | None) -> np.ndarray:
    found = seen.take(curve, axis=0)
    return found if weight is None else np.multiply(found, weight, out=found)
