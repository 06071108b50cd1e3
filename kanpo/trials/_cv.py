"""How much plots of an earlier trial differed for no reason that was set."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kanpo.errors import InputUnusable, Place
from kanpo.locale import Text
from kanpo.store import Project
from kanpo.trials._yields import harvests_with_yield


@dataclass(frozen=True, slots=True)
class ObservedCv:
    """Coefficient of variation of one plot within treatments and blocks, percent; mean in kg per 10 a."""

    percent: float
    error_df: int
    mean_kg_per_10a: float
    dry: bool


def observed_cv(project: Project, trial_code: str) -> ObservedCv:
    """The coefficient of variation that a trial of the project showed.

    The square root of the residual mean square of yield after treatments and replicates (blocks
    where they were recorded), over the mean. Dry yield where it is known for more plots than fresh
    yield, else fresh yield.

    Raises
    ------
    InputUnusable
        There is no such trial, or its yields are too few to tell.
    """
    known = sorted(set(project.journal.read("trial")["trial_code"]))
    if trial_code not in known:
        raise InputUnusable(
            "trial.unknown",
            Text("その試験はありません", "there is no such trial"),
            Text(f"登録済み: {'、'.join(known) or 'なし'}", f"known: {', '.join(known) or 'none'}"),
            Place(column="trial_code", value=trial_code),
        )
    plots = project.journal.read("plot")
    plots = plots[plots["trial_code"] == trial_code].drop_duplicates("plot_code", keep="last")
    harvests = project.journal.read("harvest")
    yields = harvests_with_yield(harvests[harvests["trial_code"] == trial_code], plots)
    keys = ["yield_dry_kg_per_10a", "yield_fresh_kg_per_10a"]
    sums = yields.groupby("plot_code")[keys].sum(min_count=1)
    key = max(keys, key=lambda key: int(sums[key].notna().sum()))
    table = plots.set_index("plot_code").join(sums[key].dropna().rename("y"), how="inner")
    block = table["block"] if "block" in table and table["block"].notna().all() else table["replicate"]
    dummies = [
        pd.get_dummies(values.astype(str)).to_numpy(dtype=float) for values in (table["treatment"], block)
    ]
    y = table["y"].to_numpy(dtype=float)
    model = np.column_stack([np.ones(len(y)), *dummies])
    rank = int(np.linalg.matrix_rank(model)) if len(y) else 0
    if len(y) - rank < 1 or not y.mean() > 0:
        raise InputUnusable(
            "trial.no-variation",
            Text(
                "この試験の収量では、ばらつきを見積もれません",
                "the yields of this trial are too few to tell how plots vary",
            ),
            Text("--cv で変動係数(%)を入れてください", "give a coefficient of variation with --cv"),
            Place(column="trial_code", value=trial_code),
        )
    residual = y - model @ np.linalg.lstsq(model, y, rcond=None)[0]
    df = len(y) - rank
    cv = 100 * float(np.sqrt(residual @ residual / df)) / float(y.mean())
    return ObservedCv(cv, df, float(y.mean()), key == keys[0])
