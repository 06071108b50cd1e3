"""A panel of assessors: do they agree, who stands apart, and which components go with their scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special, stats

from kanpo.compare._bootstrap import RESAMPLES, Interval, spearman, spearman_interval
from kanpo.compare._matrix import SampleMatrix
from kanpo.compare._table import Table
from kanpo.compare._tests import false_discovery_rates
from kanpo.errors import InputUnusable, Place, UsageError
from kanpo.locale import Text

#: Below this many assessors or samples there is no agreement to speak of.
_LEAST = 2, 3


@dataclass(frozen=True, slots=True, eq=False)
class Agreement:
    """Kendall's coefficient of concordance of m assessors on n samples.

    `w` runs from 0 (no agreement) to 1 (all rank alike); p is that of chi² with n − 1 degrees of
    freedom. `assessors` (assessor, rho, mean, sd) has the rank correlation of each with the mean rank
    of the others. `ranks` (sample, mean_rank, mean_score) are sorted from the highest; `left_out`
    samples lack a score.
    """

    w: float
    chi2: float
    p: float
    samples: int
    assessors: pd.DataFrame
    ranks: pd.DataFrame
    left_out: tuple[str, ...]


def panel_of_rows(table: Table, sample: str, assessor: str, score: str) -> SampleMatrix:
    """A panel from a table with a row for each score: samples by assessors, repeats averaged.

    Raises
    ------
    UsageError
        A column is not there.
    """
    values, problems = table.numbers([table.position(score)])
    frame = pd.DataFrame({"s": table.texts(sample), "a": table.texts(assessor), "v": values[:, 0]})
    wide = frame.pivot_table(index="s", columns="a", values="v", aggfunc="mean", sort=False, dropna=False)
    return SampleMatrix(
        table.file,
        tuple(map(str, wide.index)),
        tuple(map(str, wide.columns)),
        wide.to_numpy(dtype=float),
        np.full(len(wide), "", dtype=object),
        (),
        problems,
    )


def agreement(panel: SampleMatrix) -> Agreement:
    """How far assessors (the components of `panel`) rank the samples alike.

    W = 12·S / (m²(n³ − n) − m·ΣT), with S the sum of squares of the rank sums around their mean and
    T = Σ(t³ − t) over the ties of an assessor; χ² = m(n − 1)W. Source: M. G. Kendall, B. Babington
    Smith (1939), The problem of m rankings, Annals of Mathematical Statistics 10: 275-287; corrected
    for ties as in M. G. Kendall, Rank Correlation Methods (1948), chapter 6. Samples that an assessor
    did not score are left out.

    Raises
    ------
    InputUnusable
        There are fewer than two assessors or three samples with all scores, or every assessor scored
        all samples alike.
    """
    whole = np.isfinite(panel.values).all(axis=1)
    values = panel.values[whole]
    n, m = values.shape
    if m < _LEAST[0] or n < _LEAST[1]:
        raise _too_small(panel, n, m)
    ranks = stats.rankdata(values, axis=0)
    sums = ranks.sum(axis=1)
    room = m * m * (n**3 - n) - m * float(sum(_ties(column) for column in values.T))
    if room <= 0:
        raise InputUnusable(
            "compare.panel-flat",
            Text("どの評価者も全試料に同じ点を付けています", "every assessor scored all samples alike"),
            Text("点に差のある表が要ります", "scores that differ are needed"),
            Place(panel.file),
        )
    w = 12 * float(((sums - sums.mean()) ** 2).sum()) / room
    chi2 = m * (n - 1) * w
    others = (sums[:, None] - ranks) / (m - 1)
    rho = [float(spearman(others[:, at], ranks[:, [at]])[0][0]) for at in range(m)]
    mean, sd = values.mean(axis=0), values.std(axis=0, ddof=1)
    names = np.array(panel.samples, dtype=object)
    listed = pd.DataFrame(
        {"sample": names[whole], "mean_rank": ranks.mean(axis=1), "mean_score": values.mean(axis=1)}
    )
    return Agreement(
        w,
        chi2,
        float(special.chdtrc(n - 1, chi2)),
        n,
        pd.DataFrame({"assessor": panel.components, "rho": rho, "mean": mean, "sd": sd}),
        listed.sort_values("mean_rank", ascending=False, kind="stable").reset_index(drop=True),
        tuple(names[~whole]),
    )


def _too_small(panel: SampleMatrix, samples: int, assessors: int) -> InputUnusable:
    return InputUnusable(
        "compare.panel-small",
        Text(
            f"全員が採点した試料が {samples} 点、評価者が {assessors} 人しかありません",
            f"has only {samples} samples that all scored, and {assessors} assessors",
        ),
        Text("試料3点以上、評価者2人以上が要ります", "three samples and two assessors are needed"),
        Place(panel.file),
    )


def _ties(column: np.ndarray) -> float:
    _, count = np.unique(column, return_counts=True)
    return float((count**3 - count).sum())


@dataclass(frozen=True, slots=True, eq=False)
class PanelCorrelation:
    """Rank correlations of panel scores and components (score, component, n, rho, lower, upper, p, q), by p.

    `samples` are in both files; `only_panel` and `only_matrix` in one alone. Intervals are worked out
    for the first rows only, the others have NaN.
    """

    table: pd.DataFrame
    samples: tuple[str, ...]
    only_panel: tuple[str, ...]
    only_matrix: tuple[str, ...]
    tested: int


def correlate_panel(
    panel: SampleMatrix,
    matrix: SampleMatrix,
    *,
    each: bool = False,
    level: float = 0.95,
    way: Interval = "bca",
    intervals: int = 100,
    resamples: int = RESAMPLES,
    seed: int = 1,
) -> PanelCorrelation:
    """Spearman's correlation of the scores of a panel with every component of a matrix.

    Samples are matched by name; several rows of a sample are averaged. The score of a sample is its
    mean over the columns of the panel, or with `each` every column is a score of its own. q-values
    (Benjamini-Hochberg) are over all scores and components together; the intervals are not corrected.

    Parameters
    ----------
    intervals : int
        For how many rows, from the smallest p, an interval is worked out.
    level, way, resamples, seed :
        As for `spearman_interval`.

    Raises
    ------
    UsageError
        Fewer than three samples are in both.
    """
    one, two = _by_sample(panel), _by_sample(matrix)
    shared = [name for name in one.index if name in two.index]
    if len(shared) < 3:
        raise UsageError(
            "compare.no-match",
            Text(
                f"両方にある試料が {len(shared)} 点しかありません({panel.file} と {matrix.file})",
                f"only {len(shared)} samples are in both {panel.file} and {matrix.file}",
            ),
            Text("試料名の列を --sample で指定してください", "name the column of the samples with --sample"),
        )
    scores = (
        one.loc[shared] if each else one.loc[shared].mean(axis=1).to_frame(str(Text("平均点", "mean score")))
    )
    values = two.loc[shared].to_numpy(dtype=float)
    table = _correlated(scores, values, matrix.components)
    table["lower"] = table["upper"] = np.nan
    for row in range(min(intervals, int(table["p"].notna().sum()))):
        x, y = scores[table.at[row, "score"]].to_numpy(dtype=float), values[:, int(table.at[row, "at"])]
        low, high = spearman_interval(x, y, level=level, way=way, resamples=resamples, seed=seed)
        table.at[row, "lower"], table.at[row, "upper"] = low, high
    return PanelCorrelation(
        table[["score", "component", "n", "rho", "lower", "upper", "p", "q"]],
        tuple(shared),
        tuple(name for name in one.index if name not in two.index),
        tuple(name for name in two.index if name not in one.index),
        int(table["p"].notna().sum()),
    )


def _correlated(scores: pd.DataFrame, values: np.ndarray, components: Sequence[str]) -> pd.DataFrame:
    """Every score with every component, by p; `at` is the position of the component."""
    frames = []
    for name in scores.columns:
        rho, p, count = spearman(scores[name].to_numpy(dtype=float), values)
        columns = {"score": name, "component": list(components), "n": count, "rho": rho, "p": p}
        frames.append(pd.DataFrame(columns | {"at": np.arange(len(components))}))
    table = pd.concat(frames, ignore_index=True)
    table["q"] = false_discovery_rates(table["p"].to_numpy())
    return table.sort_values("p", kind="stable").reset_index(drop=True)


def _by_sample(matrix: SampleMatrix) -> pd.DataFrame:
    frame = pd.DataFrame(matrix.values, columns=list(matrix.components))
    return frame.groupby(pd.Series(matrix.samples, name="sample"), sort=False).mean()
