"""Which factor that is not known holds an interval open most: what to measure next."""

from __future__ import annotations

import numpy as np

from kanpo.schema import FACTORS
from kanpo.suitability._compiled import Compiled
from kanpo.suitability._kernel import CHUNK, TIE, FactorColumns, judge_columns
from kanpo.suitability._method import LEAST_DECIDES, Method

#: Stands for a membership of 0 where its logarithm is needed for an order.
_LEAST = float(np.log(1e-9))


def find_deciding(columns: FactorColumns, land: np.ndarray, compiled: Compiled, method: Method) -> np.ndarray:
    """The position in `FACTORS` of the unknown factor that decides most, (H, N); -1 where none is open.

    With everything else that is unknown at its best, the one whose worst takes most away; the first
    of equal ones.
    """
    deciding = np.full((len(compiled.herb_ids), len(land)), -1, np.int8)
    with np.errstate(divide="ignore"):
        for start in range(0, len(land), CHUNK):
            part = slice(start, min(start + CHUNK, len(land)))
            logs, unknown = judge_columns(columns, land, compiled, part)
            for herb, curves in enumerate(compiled.curves_of):
                open_ = openness(logs[curves, 1], logs[curves, 3], compiled.weights_of[herb], method)
                np.putmask(open_, ~unknown[curves], 0.0)
                most = open_.max(axis=0)
                first = (open_ >= most - TIE).argmax(axis=0)
                deciding[herb, part] = np.where(most > TIE, compiled.factor_of[curves[first]], -1)
    return deciding


def open_factors(columns: FactorColumns, land: np.ndarray, compiled: Compiled, method: Method) -> np.ndarray:
    """By how much each unknown factor holds the interval of each parcel open, (H, F, N); 0 for the others.

    In the measure of `openness`. For some parcels: memory is 8 bytes × herbs × factors × parcels.
    """
    found = np.zeros((len(compiled.herb_ids), len(FACTORS), len(land)))
    with np.errstate(divide="ignore"):
        logs, unknown = judge_columns(columns, land, compiled, slice(0, len(land)))
        for herb, curves in enumerate(compiled.curves_of):
            open_ = openness(logs[curves, 1], logs[curves, 3], compiled.weights_of[herb], method)
            found[herb, compiled.factor_of[curves]] = np.where(unknown[curves], open_, 0.0)
    return found


def openness(worst: np.ndarray, best: np.ndarray, weights: np.ndarray, method: Method) -> np.ndarray:
    """By how much each of m factors holds the interval of n parcels open, (m, n).

    Parameters
    ----------
    worst, best : ndarray (m, n)
        Logarithms of the least and greatest effective membership; equal where it is known.
    weights : ndarray (m, 1)
        They sum to 1.

    Returns
    -------
    ndarray (m, n)
        What is lost where that factor alone is at its worst: of the logarithm of the score for the
        limitation and geometric methods, of the score for the others, as far as it goes by terms.
    """
    worst, best = np.maximum(worst, _LEAST), np.maximum(best, _LEAST)
    if method not in ("limitation", "geometric"):
        lost = np.exp(best) - np.exp(worst)
        return lost if method in LEAST_DECIDES else lost * weights
    lost = weights * (best - worst)
    if method == "geometric":
        return lost
    least = best.min(axis=0)
    return 0.5 * (lost + (least - np.minimum(least, worst)))
