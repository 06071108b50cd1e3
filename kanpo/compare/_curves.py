"""Curves over time: thin-layer drying, and first-order loss in storage."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import optimize, special

from kanpo.compare._table import Table
from kanpo.errors import InputUnusable, Place, Problem
from kanpo.locale import Text


def curve_table(
    table: Table, *, time: str, value: str, unit: str | None = None
) -> tuple[pd.DataFrame, tuple[Problem, ...]]:
    """A table with a row for each measurement as unit, time and value; rows without one of them are left out.

    Raises
    ------
    UsageError
        A column is not there.
    """
    numbers, problems = table.numbers([table.position(time), table.position(value)])
    names = table.texts(unit) if unit else np.full(len(numbers), table.file, dtype=object)
    frame = pd.DataFrame({"unit": names, "time": numbers[:, 0], "value": numbers[:, 1]})
    return frame.dropna().reset_index(drop=True), problems


@dataclass(frozen=True, slots=True)
class DryingModel:
    """Moisture ratio as a function of time and parameters, and the time at which it reaches a ratio."""

    name: str
    parameters: tuple[str, ...]
    ratio: Callable[..., np.ndarray]
    time: Callable[..., float]


def _newton(t: np.ndarray, k: float) -> np.ndarray:
    return np.exp(-k * t)


def _page(t: np.ndarray, k: float, n: float) -> np.ndarray:
    return np.exp(-((k * t) ** n))


def _henderson(t: np.ndarray, k: float, a: float) -> np.ndarray:
    return a * np.exp(-k * t)


#: Thin-layer models. Page's equation is written exp(−(k·t)ⁿ), so that k keeps the unit 1/time; the
#: usual form exp(−k′·tⁿ) has k′ = kⁿ.
DRYING_MODELS = (
    DryingModel("newton", ("k",), _newton, lambda m, k: -np.log(m) / k),
    DryingModel("page", ("k", "n"), _page, lambda m, k, n: (-np.log(m)) ** (1 / n) / k),
    DryingModel("henderson", ("k", "a"), _henderson, lambda m, k, a: np.log(a / m) / k),
)

#: Columns of `fit_drying`.
DRYING_COLUMNS = (
    *("unit", "model", "points", "parameter", "value", "lower", "upper", "rmse", "r2", "aicc", "best"),
    *("until_time", "until_lower", "until_upper"),
)


def fit_drying(
    values: pd.DataFrame, *, equilibrium: float = 0.0, until: float = 0.1, level: float = 0.95
) -> pd.DataFrame:
    """Fit Newton's, Page's and Henderson and Pabis' models to drying curves by least squares.

    The moisture ratio is (v − equilibrium) / (v₀ − equilibrium), with v₀ the value at the first time
    of the unit; v is a moisture content on dry basis, or a weight with the weight at equilibrium.
    Intervals of parameters are Wald's with Student's t; the time until the ratio is `until` has one
    by the delta method. Models are compared by AICc (`best`).

    Sources: W. K. Lewis (1921), J. Industrial and Engineering Chemistry 13: 427-432; G. E. Page
    (1949), MSc thesis, Purdue University; S. M. Henderson, S. Pabis (1961), J. Agricultural Engineering
    Research 6: 169-174.

    Parameters
    ----------
    values : DataFrame
        unit, time (≥ 0) and value.

    Returns
    -------
    DataFrame
        `DRYING_COLUMNS`, a row for each parameter.

    Raises
    ------
    InputUnusable
        No unit has five points of time at which it dries.
    """
    rows: list[tuple[object, ...]] = []
    for unit, group in values.groupby("unit", sort=False):
        group = group.sort_values("time", kind="stable")
        t, v = group["time"].to_numpy(dtype=float), group["value"].to_numpy(dtype=float)
        start = v[t == t.min()].mean() - equilibrium
        if len(np.unique(t)) < 5 or not start > 0 or not v[-1] < v[0]:
            continue
        t, ratio = t - t.min(), (v - equilibrium) / start
        fits = [fit for model in DRYING_MODELS if (fit := _fit(model, t, ratio, until, level)) is not None]
        best = min((fit.aicc for fit in fits), default=np.nan)
        for fit in fits:
            quality = fit.rmse, fit.r2, fit.aicc, fit.aicc == best
            for at, parameter in enumerate(fit.model.parameters):
                inside = fit.value[at], fit.value[at] - fit.reach[at], fit.value[at] + fit.reach[at]
                rows.append((unit, fit.model.name, len(t), parameter, *inside, *quality, *fit.until))
    if not rows:
        raise InputUnusable(
            "compare.drying-small",
            Text("乾燥曲線を当てられる単位がありません", "no unit has a curve of drying"),
            Text(
                "時刻が5つ以上あり、値が減っていく表が要ります。平衡の値は最初の値より小さいはずです",
                "five times or more with falling values are needed, and an equilibrium below the first value",
            ),
            Place(),
        )
    return pd.DataFrame(rows, columns=list(DRYING_COLUMNS))


@dataclass(frozen=True, slots=True, eq=False)
class _Fit:
    model: DryingModel
    value: np.ndarray
    reach: np.ndarray
    rmse: float
    r2: float
    aicc: float
    until: tuple[float, float, float]


def _fit(model: DryingModel, t: np.ndarray, ratio: np.ndarray, until: float, level: float) -> _Fit | None:
    n, m = len(t), len(model.parameters)
    # Newton's rate through the middle of the curve is a start that every model comes from.
    middle = (ratio > 0) & (t > 0)
    rate = (
        float(np.median(-np.log(np.minimum(ratio[middle], 0.999)) / t[middle]))
        if middle.any()
        else 1 / t.max()
    )
    try:
        value, covariance = optimize.curve_fit(
            model.ratio, t, ratio, p0=[rate, 1.0][:m], bounds=(1e-12, np.inf), maxfev=5000
        )
    except (RuntimeError, ValueError, optimize.OptimizeWarning):
        return None
    rest = ratio - model.ratio(t, *value)
    square = float((rest**2).sum())
    quantile = float(special.stdtrit(n - m, (1 + level) / 2))
    aicc = n * np.log(max(square, 1e-300) / n) + 2 * (m + 1) + 2 * (m + 1) * (m + 2) / max(n - m - 2, 1)
    spread = float(((ratio - ratio.mean()) ** 2).sum())
    when = float(model.time(until, *value))
    step = 1e-6 * value
    slope = np.array(
        [(model.time(until, *(value + step * (np.arange(m) == at))) - when) / step[at] for at in range(m)]
    )
    reach = quantile * float(np.sqrt(max(slope @ covariance @ slope, 0.0)))
    return _Fit(
        model,
        value,
        quantile * np.sqrt(np.diag(covariance)),
        float(np.sqrt(square / n)),
        1 - square / spread,
        float(aicc),
        (when, when - reach, when + reach),
    )


#: Columns of `fit_storage`.
STORAGE_COLUMNS = (
    *("unit", "points", "start", "rate", "rate_lower", "rate_upper", "half_life"),
    *("half_life_lower", "half_life_upper", "r2", "shelf_life"),
)


def fit_storage(values: pd.DataFrame, *, limit: float | None = None, level: float = 0.95) -> pd.DataFrame:
    """First-order loss of a component in storage: ln v = ln v₀ − k·t, by regression for each unit.

    The half-life is ln 2 / k with the limits of k; infinite (NaN here) where they include 0. The shelf
    life is the last time at which the one-sided 95 % confidence limit of the mean is still above
    `limit` (ICH Q1E 2003, Evaluation for stability data, section 2.4 and B.1); NaN where it is never
    reached, or not above it at time 0.

    Parameters
    ----------
    values : DataFrame
        unit, time and value; only values above 0 are used.

    Returns
    -------
    DataFrame
        `STORAGE_COLUMNS`; `rate` per unit of time.

    Raises
    ------
    InputUnusable
        No unit has three values at different times.
    """
    rows = []
    for unit, group in values[values["value"] > 0].groupby("unit", sort=False):
        t, y = group["time"].to_numpy(dtype=float), np.log(group["value"].to_numpy(dtype=float))
        n = len(t)
        if n < 3 or len(np.unique(t)) < 2:
            continue
        size = float(((t - t.mean()) ** 2).sum())
        slope = float(((t - t.mean()) * (y - y.mean())).sum() / size)
        start = float(y.mean() - slope * t.mean())
        rest = float(((y - start - slope * t) ** 2).sum())
        sigma = np.sqrt(rest / (n - 2))
        reach = float(special.stdtrit(n - 2, (1 + level) / 2)) * sigma / np.sqrt(size)
        k = (-slope, -slope - reach, -slope + reach)
        lives = [float(np.log(2) / rate) if rate > 0 else np.nan for rate in (k[0], k[2], k[1])]
        spread = float(((y - y.mean()) ** 2).sum())
        r2 = 1 - rest / spread if spread > 0 else np.nan
        shelf = _shelf_life(start, slope, sigma, t, limit) if limit is not None else np.nan
        rows.append((unit, n, float(np.exp(start)), *k, *lives, r2, shelf))
    if not rows:
        raise InputUnusable(
            "compare.storage-small",
            Text("時刻の違う値が3つ以上ある単位がありません", "no unit has three values at different times"),
            Text("貯蔵の時刻と成分の値を確かめてください", "check the times and the values"),
            Place(),
        )
    return pd.DataFrame(rows, columns=list(STORAGE_COLUMNS))


def _shelf_life(start: float, slope: float, sigma: float, t: np.ndarray, limit: float) -> float:
    size = float(((t - t.mean()) ** 2).sum())
    quantile = float(special.stdtrit(len(t) - 2, 0.95))

    def above(time: float) -> float:
        error = sigma * np.sqrt(1 / len(t) + (time - t.mean()) ** 2 / size)
        return float(start + slope * time - quantile * error - np.log(limit))

    longest = 1000 * max(float(t.max()), 1.0)
    if not limit > 0 or above(0.0) <= 0 or above(longest) > 0:
        return np.nan
    return float(optimize.brentq(above, 0.0, longest))
