"""Groups of samples compared, component by component."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
import pandas as pd

from kanpo.compare._matrix import Impute, SampleMatrix, Treated, treated
from kanpo.compare._tests import (
    Moments,
    TestResult,
    false_discovery_rates,
    kruskal,
    mann_whitney,
    moments,
    welch,
    welch_anova,
)
from kanpo.errors import InputUnusable, Place, UsageError
from kanpo.locale import Text
from kanpo.reading import normalise

Way = Literal["welch", "rank"]

#: Columns of `GroupComparison.pairs`.
PAIR_COLUMNS = (
    *("component", "group", "against", "n", "n_against", "mean", "mean_against", "log2_fold_change"),
    *("effect", "statistic", "p", "q", "zeros", "zeros_against", "missing", "missing_against"),
)

_OVERALL = ("component", "n", "statistic", "p", "q", "effect")


@dataclass(frozen=True, slots=True, eq=False)
class GroupComparison:
    """What differs between groups.

    `pairs` has `PAIR_COLUMNS`, one row for each component and pair, by p. `overall` (component, n,
    statistic, p, q, effect) tests all groups together; empty for two groups. p and q are NaN where
    nothing could be tested. `sizes` are the samples of each group, `tested` how many
    component × pair tests the q-values allow for.
    """

    pairs: pd.DataFrame
    overall: pd.DataFrame
    sizes: dict[str, int]
    handling: Text
    way: Way
    tested: int
    untested: int


def compare_groups(
    matrix: SampleMatrix,
    *,
    control: str | None = None,
    log: bool = False,
    impute: Impute = "none",
    way: Way = "welch",
) -> GroupComparison:
    """Compare groups in every component.

    Two groups: Welch's t or Mann-Whitney. More: Welch's analysis of variance or Kruskal-Wallis, then
    all pairs, or each group against `control`. q-values (Benjamini-Hochberg) are over all components
    and pairs together, and those of `overall` over all components.

    The fold change is log2 of the ratio of means (arithmetic; with `log` geometric), NaN where a
    mean is not positive.

    Parameters
    ----------
    matrix : SampleMatrix
        Read with a group column.
    control : str, optional
        Group that the others are held against.
    log : bool
        Test logarithms (base 2).
    impute : {"none", "half-min"}
        What stands for zeros and missing values; see `treated`.
    way : {"welch", "rank"}
        Means or ranks.

    Raises
    ------
    InputUnusable
        There is one group only, or a sample has none.
    UsageError
        `control` is none of the groups.
    """
    control = None if control is None else normalise(control)
    names = _group_names(matrix, control)
    ready = treated(matrix, log=log, impute=impute)
    rows = {name: np.flatnonzero(matrix.groups == name) for name in names}
    table = _pairs(matrix, ready, rows, control, way)
    groups = [ready.values[rows[name]] for name in names]
    overall = _overall(matrix, groups, way) if len(names) > 2 else pd.DataFrame(columns=list(_OVERALL))
    tested = int(table["p"].notna().sum())
    sizes = {name: len(rows[name]) for name in names}
    return GroupComparison(table, overall, sizes, ready.handling, way, tested, len(table) - tested)


def _pairs(
    matrix: SampleMatrix, ready: Treated, rows: dict[str, np.ndarray], control: str | None, way: Way
) -> pd.DataFrame:
    """All pairs of groups, or each with the control, by p."""
    if control is None:
        pairs = [(two, one) for one, two in combinations(rows, 2)]
    else:
        pairs = [(name, control) for name in rows if name != control]
    test = welch if way == "welch" else mann_whitney
    frames = []
    for name, against in pairs:
        result = test(ready.values[rows[name]], ready.values[rows[against]])
        frames.append(_pair(matrix, ready, (name, against), rows, result))
    table = pd.concat(frames, ignore_index=True)
    table["q"] = false_discovery_rates(table["p"].to_numpy())
    return table.sort_values("p", kind="stable")[list(PAIR_COLUMNS)].reset_index(drop=True)


def _group_names(matrix: SampleMatrix, control: str | None) -> list[str]:
    without = np.flatnonzero(matrix.groups == "")
    if len(without):
        raise InputUnusable(
            "compare.no-group",
            Text("群の書かれていない試料があります", "a sample has no group"),
            Text("群の列を埋めるか、その行を消してください", "fill the group column, or remove the row"),
            Place(matrix.file, row=int(without[0]) + 2),
        )
    names = [str(name) for name in dict.fromkeys(matrix.groups)]
    if len(names) < 2:
        raise InputUnusable(
            "compare.one-group",
            Text(
                f"群が「{names[0]}」の1つだけで、比べる相手がありません", f"has only one group, '{names[0]}'"
            ),
            Text(
                "--group に2つ以上の群のある列を指定してください",
                "give a --group column with two groups or more",
            ),
            Place(matrix.file),
        )
    if control is not None and control not in names:
        raise UsageError(
            "compare.control",
            Text(f"「{control}」という群はありません", f"there is no group '{control}'"),
            Text(f"ある群: {'、'.join(names)}", f"groups: {', '.join(names)}"),
            Place(matrix.file),
        )
    return names


def _pair(
    matrix: SampleMatrix,
    ready: Treated,
    names: tuple[str, str],
    rows: dict[str, np.ndarray],
    result: TestResult,
) -> pd.DataFrame:
    sides: list[Moments] = [moments(ready.values[rows[name]]) for name in names]
    means = [side.mean for side in sides]
    change = means[0] - means[1] if ready.log else _log_ratio(*means)
    columns: dict[str, object] = {
        "component": list(matrix.components),
        "group": names[0],
        "against": names[1],
        "log2_fold_change": change,
        "effect": result.effect,
        "statistic": result.statistic,
        "p": result.p,
    }
    for side, name, suffix in zip(sides, names, ("", "_against"), strict=True):
        columns[f"n{suffix}"] = side.count
        columns[f"mean{suffix}"] = np.exp2(side.mean) if ready.log else side.mean
        columns[f"zeros{suffix}"] = ready.zero[rows[name]].sum(axis=0)
        columns[f"missing{suffix}"] = ready.missing[rows[name]].sum(axis=0)
    return pd.DataFrame(columns)


def _log_ratio(one: np.ndarray, two: np.ndarray) -> np.ndarray:
    both = (one > 0) & (two > 0)
    return np.log2(np.where(both, one, np.nan) / np.where(both, two, np.nan))


def _overall(matrix: SampleMatrix, groups: list[np.ndarray], way: Way) -> pd.DataFrame:
    result = (welch_anova if way == "welch" else kruskal)(groups)
    frame = pd.DataFrame(
        {
            "component": list(matrix.components),
            "n": np.sum([np.isfinite(group).sum(axis=0) for group in groups], axis=0),
            "statistic": result.statistic,
            "p": result.p,
            "q": false_discovery_rates(result.p),
            "effect": result.effect,
        }
    )
    return frame.sort_values("p", kind="stable").reset_index(drop=True)
