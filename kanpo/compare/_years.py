"""Values of units (parcels, strains, growers) over years: change from year to year, and stability."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy import special

from kanpo.compare._table import Table
from kanpo.errors import InputUnusable, Place, Problem
from kanpo.locale import Text

#: Columns of a table in long form.
LONG_COLUMNS = ("year", "unit", "trait", "value")
#: Columns of `year_changes`.
CHANGE_COLUMNS = (
    *("trait", "unit", "from_year", "to_year", "n_from", "n_to", "mean_from", "mean_to"),
    *("change", "lower", "upper", "percent", "below_from", "below_to"),
)
#: What a value below the limit of quantification counts as: half the limit, nothing, the limit itself,
#: or no value at all.
Below = Literal["half", "zero", "limit", "leave-out"]
BELOW: dict[Below, float] = {"half": 0.5, "zero": 0.0, "limit": 1.0, "leave-out": np.nan}


def long_table(
    table: Table, *, year: str, unit: str, value: str, trait: str | None = None, below: Below = "half"
) -> tuple[pd.DataFrame, tuple[Problem, ...]]:
    """A table with a row for each value in the columns of `LONG_COLUMNS`; rows without a value are left out.

    Parameters
    ----------
    below : {"half", "zero", "limit", "leave-out"}
        What ``<0.05`` counts as.

    Returns
    -------
    DataFrame
        year (text: a season, a place or both may stand there), unit, trait (empty where none), value,
        and below: whether it was below a limit.
    tuple of Problem
        Values that are no number.

    Raises
    ------
    UsageError
        A column is not there.
    InputUnusable
        No row has a year, a unit and a value.
    """
    values, problems = table.numbers([table.position(value)])
    limits = table.limits(value)
    frame = pd.DataFrame(
        {
            "year": table.texts(year),
            "unit": table.texts(unit),
            "trait": table.texts(trait) if trait else value,
            "value": np.where(np.isnan(limits), values[:, 0], limits * BELOW[below]),
            "below": np.isfinite(limits),
        }
    )
    frame = frame[frame["value"].notna() & (frame["year"] != "") & (frame["unit"] != "")]
    if frame.empty:
        raise InputUnusable(
            "compare.no-values",
            Text("年・単位・値のそろった行がありません", "no row has a year, a unit and a value"),
            Text("列の指定と中身を確かめてください", "check the columns and what they hold"),
            table.place(),
            problems,
        )
    return frame.reset_index(drop=True), problems


def year_changes(values: pd.DataFrame, *, level: float = 0.95) -> pd.DataFrame:
    """Change of the mean from each year to the next that a unit has, with Welch's interval.

    Parameters
    ----------
    values : DataFrame
        `LONG_COLUMNS`; repeats (plots, samples) of a unit in a year are what the interval is made of.
        With a column `below` the values that were below a limit are counted.

    Returns
    -------
    DataFrame
        `CHANGE_COLUMNS`. Lower and upper are NaN where a year has a single value. For each trait and
        pair of years the row with an empty unit is the mean change of the units that have both, with
        the interval of a paired t test; it needs two units.
    """
    counted = values.assign(below=values.get("below", False))
    cells = (
        counted.groupby(["trait", "unit", "year"])
        .agg(n=("value", "count"), mean=("value", "mean"), var=("value", "var"), below=("below", "sum"))
        .reset_index()
    )
    before = cells.copy()
    cells["from_year"] = cells.groupby(["trait", "unit"])["year"].shift()
    joined = cells[cells["from_year"].notna()].merge(
        before,
        left_on=["trait", "unit", "from_year"],
        right_on=["trait", "unit", "year"],
        suffixes=("_to", "_from"),
    )
    joined = joined.rename(columns={"year_to": "to_year"})
    joined["change"] = joined["mean_to"] - joined["mean_from"]
    with np.errstate(invalid="ignore", divide="ignore"):
        parts = [joined[f"var_{side}"] / joined[f"n_{side}"] for side in ("from", "to")]
        freedom = (parts[0] + parts[1]) ** 2 / (
            parts[0] ** 2 / (joined["n_from"] - 1) + parts[1] ** 2 / (joined["n_to"] - 1)
        )
        reach = np.sqrt(parts[0] + parts[1]) * special.stdtrit(freedom, (1 + level) / 2)
    joined["lower"], joined["upper"] = joined["change"] - reach, joined["change"] + reach
    joined["percent"] = 100 * joined["change"] / joined["mean_from"].where(joined["mean_from"] > 0)
    table = pd.concat([joined, _mean_changes(joined, level)], ignore_index=True)
    order = table.sort_values(["trait", "from_year", "to_year", "unit"], kind="stable")
    return order[list(CHANGE_COLUMNS)].reset_index(drop=True)


def _mean_changes(changes: pd.DataFrame, level: float) -> pd.DataFrame:
    rows = []
    for (trait, one, two), group in changes.groupby(["trait", "from_year", "to_year"]):
        n = len(group)
        if n < 2:
            continue
        mean = group["change"].mean()
        reach = group["change"].std() / np.sqrt(n) * special.stdtrit(n - 1, (1 + level) / 2)
        start, end = group["mean_from"].mean(), group["mean_to"].mean()
        percent = 100 * mean / start if start > 0 else np.nan
        below = int(group["below_from"].sum()), int(group["below_to"].sum())
        rows.append(
            (trait, "", one, two, n, n, start, end, mean, mean - reach, mean + reach, percent, *below)
        )
    return pd.DataFrame(rows, columns=list(CHANGE_COLUMNS))


@dataclass(frozen=True, slots=True, eq=False)
class Stability:
    """How p units behave over q environments (years, places).

    `table` (unit, mean, slope, slope_se, slope_p, deviation_ms, r2, ecovalence, shukla) by Shukla's
    variance, the most stable first. `environments` (environment, mean, index). `interaction_ss` is
    the sum of squares of units × environments. `left_out` units or environments are not complete.
    """

    table: pd.DataFrame
    environments: pd.DataFrame
    interaction_ss: float
    left_out: tuple[str, ...]


def stability(values: pd.DataFrame) -> Stability:
    """Finlay-Wilkinson regression and Shukla's stability variance of one trait.

    With y the mean of unit i in environment j: the slope b of y on the index I_j = ȳ.j − ȳ.. (1 on
    average over the units; below 1 is less sensitive), its standard error from the deviations with
    q − 2 degrees of freedom, and p of b = 1. Wricke's ecovalence W_i = Σ_j (y_ij − ȳ_i. − ȳ.j + ȳ..)²
    and Shukla's variance σ²_i = p·W_i / ((p − 2)(q − 1)) − ΣW / ((p − 1)(p − 2)(q − 1)), which may be
    negative where the true one is near 0. The index contains the unit itself, so with few units the
    slopes are drawn towards 1.

    Sources: K. W. Finlay, G. N. Wilkinson (1963), Australian J. Agricultural Research 14: 742-754;
    S. A. Eberhart, W. A. Russell (1966), Crop Science 6: 36-40; G. K. Shukla (1972), Heredity 29:
    237-245; G. Wricke (1962), Z. Pflanzenzüchtung 47: 92-96.

    Parameters
    ----------
    values : DataFrame
        year (the environment), unit and value. Of units that miss environments either the units or
        the environments are left out, whichever keeps more values.

    Raises
    ------
    InputUnusable
        Fewer than three units or three environments are complete.
    """
    whole = values.pivot_table(index="unit", columns="year", values="value", aggfunc="mean")
    units, years = whole.dropna(axis=0), whole.dropna(axis=1)
    kept = units if units.size >= years.size else years
    left_out = [*whole.index.difference(kept.index), *whole.columns.difference(kept.columns)]
    p, q = kept.shape
    if p < 3 or q < 3:
        raise InputUnusable(
            "compare.stability-small",
            Text(
                f"値のそろった単位が {p}、環境(年・場所)が {q} しかありません",
                f"only {p} units and {q} environments are complete",
            ),
            Text("どちらも3つ以上が要ります", "at least three of each are needed"),
            Place(),
        )
    y = kept.to_numpy(dtype=float)
    table, index, total = _regressed(y)
    table.insert(0, "unit", list(kept.index))
    table = table.sort_values("shukla", kind="stable").reset_index(drop=True)
    environments = pd.DataFrame({"environment": list(kept.columns), "mean": y.mean(axis=0), "index": index})
    return Stability(table, environments, total, tuple(map(str, left_out)))


def _regressed(y: np.ndarray) -> tuple[pd.DataFrame, np.ndarray, float]:
    """The columns of `Stability.table` of means y (p, q), the index (q,) and the interaction's sum of squares."""
    p, q = y.shape
    index = y.mean(axis=0) - y.mean()
    size = float((index**2).sum())
    centred = y - y.mean(axis=1, keepdims=True)
    slope = centred @ index / size if size > 0 else np.full(p, np.nan)
    rest = np.maximum((centred**2).sum(axis=1) - slope**2 * size, 0.0)
    deviation = rest / (q - 2)
    with np.errstate(invalid="ignore", divide="ignore"):
        error = np.sqrt(deviation / size)
        probability = 2 * special.stdtr(q - 2, -np.abs((slope - 1) / error))
        r2 = 1 - rest / (centred**2).sum(axis=1)
    ecovalence = ((centred - index) ** 2).sum(axis=1)
    total = float(ecovalence.sum())
    shukla = p * ecovalence / ((p - 2) * (q - 1)) - total / ((p - 1) * (p - 2) * (q - 1))
    columns = {
        "mean": y.mean(axis=1),
        "slope": slope,
        "slope_se": error,
        "slope_p": probability,
        "deviation_ms": deviation,
        "r2": r2,
        "ecovalence": ecovalence,
        "shukla": shukla,
    }
    return pd.DataFrame(columns), index, total
