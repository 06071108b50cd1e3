"""Scoring, measured beside what one would write without kanpo: tasks of `benchmarks._tasks`."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

import numpy as np

#: Parcels on which the row-by-row alternatives are timed; they are too slow for more.
_ROWS_APPLIED = 2_000


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


def _all_herbs() -> Any:
    from kanpo.herbs import load_catalogue
    from kanpo.suitability import compile_requirements

    catalogue = load_catalogue()
    return compile_requirements({herb: catalogue.requirements_of(herb) for herb in catalogue.herbs})


def score(count: str) -> dict[str, Any]:
    """The kernel: every parcel for every herb, with bounds and limiting factor."""
    from kanpo.suitability import run_kernel

    compiled, columns = _all_herbs(), random_columns(int(count))
    seconds = []
    for _ in range(5):
        start = time.perf_counter()
        result = run_kernel(columns, compiled)
        seconds.append(time.perf_counter() - start)
    return {"seconds": min(seconds), "pairs": int(result.score.size)}


def score_stream(count: str) -> dict[str, Any]:
    """The kernel in partitions: the same for any number of parcels in the same memory."""
    from kanpo.suitability import score_chunks

    compiled, columns = _all_herbs(), random_columns(int(count))
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        pairs = sum(result.score.size for _, result in score_chunks(columns, compiled))
        seconds.append(time.perf_counter() - start)
    return {"seconds": min(seconds), "pairs": pairs}


def _membership(requirement: Any, value: Any) -> float:
    if requirement.kind == "classes":
        return float(requirement.classes[value])
    a, b, c, d = requirement.corners
    if (a is not None and value < a) or (d is not None and value > d):
        return 0.0
    if b is not None and value < b:
        return float((value - a) / (b - a))
    if c is not None and value > c:
        return float((d - value) / (d - c))
    return 1.0


def apply_score(count: str) -> dict[str, Any]:
    """The alternative as it is usually written: a function of a row, ``DataFrame.apply(axis=1)``, one herb.

    Numbers and class names in the columns, NaN where unknown; for each row a Series with score,
    lower, upper and limiting factor, which are checked to be the kernel's. Nothing is slowed down on
    purpose; `apply_score_tuned` is the same with what a profiler would suggest.
    """
    import pandas as pd

    from kanpo.herbs import load_catalogue
    from kanpo.schema import FACTORS
    from kanpo.suitability import FLOOR, compile_requirements, run_kernel, worst_and_best

    needs = load_catalogue().requirements_of("shakuyaku")
    total = sum(need.weight for need in needs)
    bounds = {need.factor: worst_and_best(need) for need in needs}
    columns = random_columns(min(int(count), _ROWS_APPLIED))
    frame = pd.DataFrame(columns)
    for key, factor in FACTORS.items():
        if factor.kind == "class":
            frame[key] = frame[key].map(dict(enumerate(factor.classes)))

    def one(row: Any) -> Any:
        known = low = high = 1.0
        share, losses = 0.0, {}
        for need in needs:
            weight = need.weight / total
            value = row[need.factor]
            if pd.isna(value):
                worst, best = bounds[need.factor]
                low *= worst**weight
                high *= best**weight
                continue
            membership = _membership(need, value)
            if need.knock_out and membership == 0:
                return pd.Series({"score": 0.0, "lower": 0.0, "upper": 0.0, "limiting": need.factor})
            membership = membership if need.knock_out else max(membership, FLOOR)
            losses[need.factor] = -weight * math.log(membership)
            known *= membership**weight
            share += weight
        lower, upper = known * low, known * high
        score = min(max(known ** (1 / share), lower), upper) if share else math.nan
        limiting = max(losses, key=lambda key: losses[key]) if any(losses.values()) else None
        return pd.Series({"score": score, "lower": lower, "upper": upper, "limiting": limiting})

    start = time.perf_counter()
    found = frame.apply(one, axis=1)
    seconds = time.perf_counter() - start
    wanted = run_kernel(columns, compile_requirements({"shakuyaku": needs}))
    for name in ("score", "lower", "upper"):
        np.testing.assert_allclose(found[name], getattr(wanted, name)[0], atol=1e-9)
    return {"seconds": seconds, "pairs": len(frame)}


def apply_score_tuned(count: str) -> dict[str, Any]:
    """The same by ``DataFrame.apply`` with class codes, sums of logarithms and plain tuples, for one herb."""
    import pandas as pd

    from kanpo.herbs import load_catalogue
    from kanpo.schema import FACTORS
    from kanpo.suitability import FLOOR, worst_and_best

    requirements = load_catalogue().requirements_of("shakuyaku")
    total = sum(requirement.weight for requirement in requirements)
    bounds = {requirement.factor: worst_and_best(requirement) for requirement in requirements}
    frame = pd.DataFrame(random_columns(min(int(count), _ROWS_APPLIED)))

    def membership(requirement: Any, value: float) -> float | None:
        if requirement.kind == "classes":
            return None if value < 0 else list(requirement.classes.values())[int(value)]
        if math.isnan(value):
            return None
        a, b, c, d = requirement.corners
        rising = 1.0 if b is None else (1.0 if value >= b else max(0.0, (value - a) / (b - a)))
        falling = 1.0 if c is None else (1.0 if value <= c else max(0.0, (d - value) / (d - c)))
        return min(rising, falling)

    def one(row: Any) -> tuple[float, float, float, str | None]:
        known, share, lower, upper, worst, limiting = 0.0, 0.0, 0.0, 0.0, 0.0, None
        for requirement in requirements:
            weight = requirement.weight / total
            found = membership(requirement, row[requirement.factor])
            if found is None:
                low, high = bounds[requirement.factor]
                lower += weight * math.log(low) if low else -math.inf
                upper += weight * math.log(high)
                continue
            used = found if requirement.knock_out else max(found, FLOOR)
            if used == 0:
                return 0.0, 0.0, 0.0, requirement.factor
            loss = -weight * math.log(used)
            if loss > worst:
                worst, limiting = loss, requirement.factor
            known, share = known - loss, share + weight
            lower, upper = lower - loss, upper - loss
        low, high = math.exp(lower), math.exp(upper)
        middle = min(max(math.exp(known / share), low), high) if share else math.nan
        return middle, low, high, limiting

    assert len(FACTORS) == frame.shape[1]
    start = time.perf_counter()
    frame.apply(one, axis=1)
    return {"seconds": time.perf_counter() - start, "pairs": len(frame)}


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
    task.__name__: task
    for task in (score, score_stream, apply_score, apply_score_tuned, robust, pandas_robust)
}
