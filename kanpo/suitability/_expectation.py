"""What is to be expected of a factor that nobody has measured: the middle of what is known of such land."""

from __future__ import annotations

import numpy as np

from kanpo.schema import FACTORS
from kanpo.sites import LAND_TYPES
from kanpo.suitability._compiled import Compiled, Judge
from kanpo.suitability._kernel import FactorColumns
from kanpo.suitability._works import NO_LAND_TYPE

#: Known parcels of a land type from which something is concluded about the others.
LEAST_KNOWN = 20
#: The mean is taken of e^¼ and raised again: a plain mean would pay for ignorance, since what is joined
#: from memberships bends downwards.
_ROOT = 0.25
#: Former paddy, whose drainage nobody has looked at, is expected to be as paddies are.
_WET = ("imperfect", "poor")


def estimate_expectations(
    columns: FactorColumns, land: np.ndarray, compiled: Compiled
) -> dict[tuple[str, str], tuple[float, ...]]:
    """Expected effective memberships, from the parcels that are known.

    Parameters
    ----------
    columns : mapping
        Factor to column (n,), as `run_kernel` takes them.
    land : ndarray (n,)
        Codes of the land type.
    compiled : Compiled
        The herbs, with the works that are thought of, if any.

    Returns
    -------
    dict
        Herb id and factor to (L,): for each land type, and land of no known type, (mean of e^¼)⁴ over
        the known parcels of that type. Where fewer than `LEAST_KNOWN` are known it is NaN (the middle of worst
        and best enters), but for the drainage of former paddy: there it is that of the imperfect
        and poor.
    """
    of_curve = [_expect(judge, columns.get(judge.factor), land) for judge in compiled.judges]
    return {
        (herb_id, compiled.judges[curve].factor): of_curve[curve]
        for herb_id, curves in zip(compiled.herb_ids, compiled.curves_of, strict=True)
        for curve in curves
    }


def _expect(judge: Judge, column: np.ndarray | None, land: np.ndarray) -> tuple[float, ...]:
    number = FACTORS[judge.factor].kind == "number"
    if column is None:
        column, land = np.empty(0, float if number else np.int8), np.empty(0, np.intp)
    known = ~np.isnan(column) if number else column >= 0
    types = land[known]
    count = np.bincount(types, minlength=NO_LAND_TYPE + 1)
    # Twice the square root is several times faster than a power.
    roots = np.sqrt(np.sqrt(judge.judge(column[known], types, 0)))
    total = np.bincount(types, weights=roots, minlength=NO_LAND_TYPE + 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        expected = (total / count) ** (1 / _ROOT)
    expected[count < LEAST_KNOWN] = np.nan
    paddy = LAND_TYPES.index("paddy")
    if judge.factor == "drainage" and count[paddy] < LEAST_KNOWN:
        wet = np.array([FACTORS["drainage"].classes.index(name) for name in _WET], np.int8)
        expected[paddy] = np.mean(judge.judge(wet, np.full(len(wet), paddy), 0) ** _ROOT) ** (1 / _ROOT)
    return tuple(float(value) for value in expected)
