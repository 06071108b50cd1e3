"""The scoring kernel: a pure function from columns of factors to scores with bounds.

It knows no project and no file. The same code scores one parcel, a city, or one partition of a
country. `docs/suitability.md` defines what it computes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

import numpy as np

from kanpo.herbs import Requirement
from kanpo.schema import FACTORS
from kanpo.suitability._membership import effective, membership, worst_and_best

#: Factor key to column (n,): numbers with NaN, or class codes with -1, where nothing is known.
FactorColumns = Mapping[str, np.ndarray]
Method = Literal["geometric", "arithmetic", "minimum"]
METHODS: tuple[Method, ...] = ("geometric", "arithmetic", "minimum")

#: Parcels scored at a time: small enough that the work stays in the processor's second-level cache.
CHUNK = 8_192
#: Losses closer than this count as equal, so that two implementations of the logarithm agree.
TIE = 1e-12
_NO_FACTOR = -1


@dataclass(frozen=True, slots=True, eq=False)
class Compiled:
    """Requirements of H herbs, with each of the R distinct curves kept once.

    `weights` and `present` are (H, R); `weights` of a herb sum to 1. `worst` and `best` are (R,).
    `factor_of` (R,) is the position of a curve's factor in `factors`; `curves_of` has for each herb
    the positions of its curves, in the order of the factors.
    """

    herb_ids: tuple[str, ...]
    factors: tuple[str, ...]
    curves: tuple[Requirement, ...]
    factor_of: np.ndarray
    curves_of: tuple[np.ndarray, ...]
    weights: np.ndarray
    present: np.ndarray
    worst: np.ndarray
    best: np.ndarray

    @property
    def knock_out(self) -> np.ndarray:
        """Which curves can exclude, (R,)."""
        return np.array([curve.knock_out for curve in self.curves], dtype=bool)


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


def compile_requirements(
    requirements: Mapping[str, Sequence[Requirement]],
    weights: Mapping[str, Mapping[str, float]] | None = None,
) -> Compiled:
    """Bring the requirements of several herbs into the form that the kernel computes with.

    Parameters
    ----------
    requirements : mapping
        Herb id to its requirements, one for each factor at most.
    weights : mapping, optional
        Herb id to factor to weight, in place of the requirements' own.
    """
    order = {key: position for position, key in enumerate(FACTORS)}
    distinct: dict[tuple[object, ...], int] = {}
    curves: list[Requirement] = []
    cells: list[tuple[int, int, float]] = []
    for row, (herb_id, needed) in enumerate(requirements.items()):
        own = (weights or {}).get(herb_id, {})
        given = {curve.factor: own.get(curve.factor, curve.weight) for curve in needed}
        total = sum(given.values())
        for curve in sorted(needed, key=lambda curve: order[curve.factor]):
            key = (curve.factor, curve.corners, tuple(curve.classes.items()), curve.knock_out)
            if key not in distinct:
                distinct[key] = len(curves)
                curves.append(curve)
            cells.append((row, distinct[key], given[curve.factor] / total))
    shape = (len(requirements), len(curves))
    matrix, present = np.zeros(shape), np.zeros(shape)
    for row, column, weight in cells:
        matrix[row, column], present[row, column] = weight, 1.0
    bounds = [worst_and_best(curve) for curve in curves]
    curves_of = [[column for of, column, _ in cells if of == row] for row in range(len(requirements))]
    return Compiled(
        tuple(requirements),
        tuple(FACTORS),
        tuple(curves),
        np.array([order[curve.factor] for curve in curves], dtype=np.int8),
        tuple(np.array(positions, dtype=np.intp) for positions in curves_of),
        matrix,
        present,
        np.array([worst for worst, _ in bounds]),
        np.array([best for _, best in bounds]),
    )


def run_kernel(
    columns: FactorColumns,
    compiled: Compiled,
    *,
    method: Method = "geometric",
    chunk: int = CHUNK,
    threads: int = 2,
) -> KernelResult:
    """Score every parcel for every herb.

    Parameters
    ----------
    columns : mapping
        One column (n,) for each factor that a curve needs; a missing factor is unknown everywhere.
    compiled : Compiled
        The herbs.
    method : {"geometric", "arithmetic", "minimum"}
        How memberships are combined.
    chunk, threads : int
        Parcels at a time, and how many chunks at once.

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
    parts = [slice(start, min(start + chunk, count)) for start in range(0, count, chunk)]

    def work(part: slice) -> None:
        _score_chunk({key: column[part] for key, column in columns.items()}, compiled, method, result, part)

    if threads > 1 and len(parts) > 1:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(work, parts))
    else:
        for part in parts:
            work(part)
    return result


@dataclass(slots=True, eq=False)
class _Curves:
    """What the curves make of a chunk of n parcels.

    `value` and `log` are (R, n) effective memberships and their logarithms, 1 and 0 where unknown
    (and the logarithm 0 where the membership is 0); `zero` marks memberships of 0; `known` is
    (R, n) of 0 and 1.
    """

    value: np.ndarray
    log: np.ndarray
    zero: np.ndarray
    known: np.ndarray


def _evaluate(columns: FactorColumns, compiled: Compiled, count: int) -> _Curves:
    value = np.ones((len(compiled.curves), count))
    known = np.zeros((len(compiled.curves), count))
    for position, curve in enumerate(compiled.curves):
        column = columns.get(curve.factor)
        if column is None:
            continue
        found = effective(curve, membership(curve, column))
        there = ~np.isnan(found)
        known[position] = there
        value[position] = np.where(there, found, 1.0)
    zero = value == 0.0
    log = np.log(np.where(zero, 1.0, value))
    return _Curves(value, log, zero, known)


def _score_chunk(
    columns: FactorColumns, compiled: Compiled, method: Method, result: KernelResult, part: slice
) -> None:
    count = part.stop - part.start
    curves = _evaluate(columns, compiled, count)
    weights, present = compiled.weights, compiled.present
    can_exclude = present * compiled.knock_out
    excluded = (can_exclude @ curves.zero) > 0
    unknown = 1.0 - curves.known
    may_exclude = ((can_exclude * (compiled.worst == 0)) @ unknown) > 0
    share = weights @ curves.known
    anything = (present @ curves.known) > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        score, lower, upper = _COMBINE[method](curves, compiled, unknown, share)
        lower[may_exclude] = 0.0
        np.clip(score, lower, upper, out=score)
    score[~anything] = np.nan
    for array in (score, lower, upper):
        array[excluded] = 0.0
    result.score[:, part], result.lower[:, part], result.upper[:, part] = score, lower, upper
    result.excluded[:, part] = excluded
    result.limiting[:, part] = _limiting(curves, compiled)


def _geometric(
    curves: _Curves, compiled: Compiled, unknown: np.ndarray, share: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    weights = compiled.weights
    logs = weights @ curves.log
    worst = np.log(np.where(compiled.worst > 0, compiled.worst, 1.0))
    best = np.log(np.where(compiled.best > 0, compiled.best, 1.0))
    lower = np.exp(logs + (weights * worst) @ unknown)
    upper = np.exp(logs + (weights * best) @ unknown)
    # A weight of 0 everywhere known leaves nothing to average: full marks.
    score = np.exp(np.where(share > 0, logs / share, 0.0))
    return score, lower, upper


def _arithmetic(
    curves: _Curves, compiled: Compiled, unknown: np.ndarray, share: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    weights = compiled.weights
    total = weights @ (curves.value * curves.known)
    lower = total + (weights * compiled.worst) @ unknown
    upper = total + (weights * compiled.best) @ unknown
    return np.where(share > 0, total / share, 1.0), lower, upper


def _minimum(
    curves: _Curves, compiled: Compiled, unknown: np.ndarray, share: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    shape = share.shape
    score, lower, upper = np.ones(shape), np.ones(shape), np.ones(shape)
    for herb, positions in enumerate(compiled.curves_of):
        there = curves.known[positions] > 0
        value = curves.value[positions]
        score[herb] = value.min(axis=0)
        lower[herb] = np.where(there, value, compiled.worst[positions, None]).min(axis=0)
        upper[herb] = np.where(there, value, compiled.best[positions, None]).min(axis=0)
    return score, lower, upper


_COMBINE = {"geometric": _geometric, "arithmetic": _arithmetic, "minimum": _minimum}


def _limiting(curves: _Curves, compiled: Compiled) -> np.ndarray:
    """Position of the factor that costs most, (H, n): greatest w·(−ln e), the earlier one on a tie."""
    count = curves.log.shape[1]
    limiting = np.full((len(compiled.herb_ids), count), _NO_FACTOR, dtype=np.int8)
    any_zero: np.ndarray = np.any(curves.zero, axis=1)
    loss, most, better = np.empty(count), np.empty(count), np.empty(count, dtype=bool)
    for herb, positions in enumerate(compiled.curves_of):
        most.fill(TIE)
        found = limiting[herb]
        for position in positions:
            np.multiply(curves.log[position], -compiled.weights[herb, position], out=loss)
            np.greater(loss, most, out=better)
            np.copyto(most, loss + TIE, where=better)
            np.copyto(found, compiled.factor_of[position], where=better)
        for position in positions[::-1]:
            if any_zero[position] and compiled.curves[position].knock_out:
                np.copyto(found, compiled.factor_of[position], where=curves.zero[position])
    return limiting
