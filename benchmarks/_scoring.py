"""Scoring, measured beside what one would write without kanpo: tasks of `benchmarks._tasks`."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

import numpy as np


def random_columns(count: int) -> dict[str, Any]:
    """Columns of made-up parcels, 30 % of every number unknown."""
    from kanpo.schema import FACTORS

    random = np.random.default_rng(1)
    columns: dict[str, Any] = {}
    for key, factor in FACTORS.items():
        if factor.kind == "number":
            assert factor.maximum is not None
            values = random.uniform(0, factor.maximum * 0.3, count)
            values[random.random(count) < 0.3] = np.nan
        else:
            values = random.integers(-1, len(factor.classes), count).astype(np.int8)
        columns[key] = values
    return columns


def _lands(count: int) -> Any:
    """Codes of the type of land of made-up parcels, not known for a quarter."""
    return np.random.default_rng(2).integers(0, 4, count)


def _all_herbs(columns: dict[str, Any], land: Any, *, works: bool = False) -> Any:
    """All herbs with expectations from the columns, as the land lies or after the works of the catalogue."""
    from kanpo.herbs import load_catalogue
    from kanpo.suitability import compile_requirements, expect

    catalogue = load_catalogue()
    needs = dict(catalogue.requirements)
    expectations = expect(columns, land, needs, catalogue.works)
    if not works:
        return compile_requirements(needs, expectations=expectations.current)
    return compile_requirements(
        needs, expectations=expectations.after(catalogue.works), works=catalogue.works
    )


def score(count: str, works: str = "") -> dict[str, Any]:
    """The kernel: every parcel for every herb, with both intervals, expectations and the limiting factor."""
    from kanpo.suitability import run_kernel

    columns, land = random_columns(int(count)), _lands(int(count))
    compiled = _all_herbs(columns, land, works=bool(works))
    seconds = []
    for _ in range(7):
        start = time.perf_counter()
        result = run_kernel(columns, compiled, land=land)
        seconds.append(time.perf_counter() - start)
    return {"seconds": min(seconds), "pairs": int(result.score.size)}


def score_works(count: str) -> dict[str, Any]:
    """The kernel after the best works."""
    return score(count, "works")


def score_stream(count: str) -> dict[str, Any]:
    """The kernel in partitions: the same for any number of parcels in the same memory."""
    from kanpo.suitability import score_chunks

    columns, land = random_columns(int(count)), _lands(int(count))
    compiled = _all_herbs(columns, land)
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        pairs = sum(result.score.size for _, result in score_chunks(columns, compiled, land=land))
        seconds.append(time.perf_counter() - start)
    return {"seconds": min(seconds), "pairs": pairs}


def numpy_score(count: str) -> dict[str, Any]:
    """The alternative: the same definition in plain NumPy, herb by herb and factor by factor, no chunks.

    Both intervals, expectations and the limiting factor, whole columns at a time; nothing is slowed
    down on purpose. Its five numbers are checked to be the kernel's.
    """
    from kanpo.herbs import load_catalogue
    from kanpo.schema import FACTORS
    from kanpo.suitability import FLOOR, run_kernel

    columns, land = random_columns(int(count)), _lands(int(count))
    compiled = _all_herbs(columns, land)
    catalogue = load_catalogue()
    spread = {"high": 0.05, "medium": 0.10, "low": 0.25}

    def curve(need: Any, column: Any, sense: int) -> Any:
        if need.kind == "classes":
            table = np.array([need.classes[key] for key in FACTORS[need.factor].classes])
            return table[column] ** (1 - sense * spread[need.confidence])
        a, b, c, d = (math.nan if corner is None else corner for corner in need.corners)
        flank = np.nanmean([width for width in (b - a, d - c) if width > 0])
        reach = sense * spread[need.confidence] * flank
        rising = np.ones(len(column)) if math.isnan(b) else (column - (a - reach)) / (b - a)
        falling = np.ones(len(column)) if math.isnan(c) else ((d + reach) - column) / (d - c)
        return np.clip(np.minimum(rising, falling), 0, 1)

    start = time.perf_counter()
    found = []
    for curves, weights, herb_id in zip(
        compiled.curves_of, compiled.weights_of, catalogue.herbs, strict=True
    ):
        needs = catalogue.requirements_of(herb_id)
        memberships = np.empty((len(needs), 5, int(count)))
        for nth, (need, row) in enumerate(zip(needs, curves, strict=True)):
            column = columns[need.factor]
            missing = np.isnan(column) if FACTORS[need.factor].kind == "number" else column < 0
            strict, plain, kind = (curve(need, column, sense) for sense in (-1, 0, 1))
            floor = 0.0 if need.knock_out else FLOOR
            ends = (
                *(compiled.worst[0], compiled.worst[1], compiled.expected),
                *(compiled.best[1], compiled.best[2]),
            )
            for number, (known, end) in enumerate(
                zip((strict, plain, plain, plain, kind), ends, strict=True)
            ):
                memberships[nth, number] = np.where(missing, end[row][land], np.maximum(known, floor))
            memberships[nth, 4] = np.where(~missing & (memberships[nth, 2] == 0), 0, memberships[nth, 4])
        with np.errstate(divide="ignore"):
            logs = np.log(memberships)
        mean = np.exp((weights[:, None] * logs).sum(axis=0))
        found.append((np.sqrt(memberships.min(axis=0) * mean), logs[:, 2].argmin(axis=0)))
    seconds = time.perf_counter() - start
    wanted = run_kernel(columns, compiled, land=land)
    for herb, (numbers, _) in enumerate(found):
        for number, array in zip(numbers, wanted.numbers, strict=True):
            np.testing.assert_allclose(number, array[herb], atol=1e-9)
    return {"seconds": seconds, "pairs": int(count) * len(found)}


def _factors(count: int) -> Any:
    import pandas as pd

    from kanpo.schema import FACTORS
    from kanpo.sites import Factors

    frame = pd.DataFrame(index=pd.Index([f"P{nth:07}" for nth in range(count)], name="parcel_id"))
    for key, column in random_columns(count).items():
        factor = FACTORS[key]
        names = np.array([*factor.classes, None], dtype=object)
        frame[key] = np.maximum(column, factor.minimum) if factor.kind == "number" else names[column]
    return Factors.from_frame(frame)


def robust(count: str, draws: str) -> dict[str, Any]:
    """``kanpo robust``: the probability of being among the best 20, for one herb."""
    from kanpo.herbs import load_catalogue
    from kanpo.suitability import robustness

    factors, catalogue = _factors(int(count)), load_catalogue()
    start = time.perf_counter()
    found = robustness(factors, catalogue, "shakuyaku", draws=int(draws))
    return {"seconds": time.perf_counter() - start, "draws": found.draws}


def pandas_robust(count: str, draws: str) -> dict[str, Any]:
    """The alternative for robustness: pandas columns, one draw after the other, ``DataFrame.rank``.

    The same variation of weights, requirements and unknown factors, vectorised over the parcels:
    ``numpy.interp`` for each curve, powers and a product for the score.
    """
    import pandas as pd

    from kanpo.herbs import load_catalogue
    from kanpo.schema import FACTORS
    from kanpo.suitability import FLOOR

    needs = load_catalogue().requirements_of("shakuyaku")
    frame = _factors(int(count)).values
    weights = np.array([need.weight for need in needs]) / sum(need.weight for need in needs)
    random = np.random.default_rng(1)
    chosen = pd.Series(0, index=frame.index)
    ranks = pd.Series(0.0, index=frame.index)

    def membership(need: Any, off: float) -> Any:
        if need.kind == "classes":
            return frame[need.factor].map({key: value ** (1 + off) for key, value in need.classes.items()})
        a, b, c, d = need.corners
        width = (d if d is not None else b) - (c if c is not None else a)
        points = [(x, y) for x, y in zip((a, b, c, d), (0, 1, 1, 0), strict=True) if x is not None]
        assert FACTORS[need.factor].kind == "number"
        return pd.Series(np.interp(frame[need.factor] - off * width, *np.transpose(points)), frame.index)

    start = time.perf_counter()
    for _ in range(int(draws)):
        drawn = random.dirichlet(100 * weights)
        score = pd.Series(1.0, index=frame.index)
        for need, weight in zip(needs, drawn, strict=True):
            found = membership(need, random.uniform(-0.25, 0.25)).astype(float)
            least = 0.0 if need.knock_out else FLOOR
            score *= (
                found.clip(lower=least).fillna(pd.Series(random.uniform(least, 1, len(frame)), frame.index))
                ** weight
            )
        rank = score.rank(method="first", ascending=False)
        ranks += rank
        chosen += rank <= 20
    return {"seconds": time.perf_counter() - start, "draws": int(draws)}


SCORING_TASKS: dict[str, Callable[..., dict[str, Any]]] = {
    task.__name__: task for task in (score, score_works, score_stream, numpy_score, robust, pandas_robust)
}
