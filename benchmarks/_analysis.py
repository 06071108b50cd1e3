"""What is measured on the analysis of trials, each beside statsmodels."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any


def _trial_columns(years: int, entries: int, blocks: int, traits: int) -> dict[str, list[str | None]]:
    """Cells of trials in complete blocks with effects of year, entry in year and block."""
    import numpy as np

    random = np.random.default_rng(1)
    axes = np.meshgrid(range(years), range(blocks), range(entries), indexing="ij")
    year, block, entry = (axis.reshape(-1) for axis in axes)
    columns: dict[str, list[str | None]] = {
        "year": [str(2016 + value) for value in year],
        "block": [str(value) for value in block],
        "entry": [f"E{value:03d}" for value in entry],
    }
    for number in range(traits):
        values = 100 + 5 * random.normal(size=entries)[entry] + 10 * random.normal(size=years)[year]
        values += 3 * random.normal(size=(years, entries))[year, entry] + 6 * random.normal(size=len(year))
        values += 4 * random.normal(size=(years, blocks))[year, block]
        columns[f"trait_{number}"] = [f"{value:.2f}" for value in values]
    return columns


def analyze_years(years: str, traits: str) -> dict[str, Any]:
    """Every trait of every year: 2,000 plots, 50 entries in 40 complete blocks, all pairs compared."""
    from kanpo.evidence import analyse_traits, make_design

    design = make_design("rcbd", treatments=["entry"], blocks=["block"])
    names = [f"trait_{number}" for number in range(int(traits))]
    table = _trial_columns(int(years), 50, 40, int(traits))
    start = time.perf_counter()
    for year in dict.fromkeys(table["year"]):
        rows = [index for index, value in enumerate(table["year"]) if value == year]
        one = {key: [cells[index] for index in rows] for key, cells in table.items()}
        analyse_traits(one, design, names)
    return {"seconds": time.perf_counter() - start, "analyses": int(years) * int(traits)}


def analyze_series(years: str, traits: str) -> dict[str, Any]:
    """Every trait over all years together: a mixed model of 2,000 plots a year."""
    from kanpo.evidence import analyse_traits, make_design

    design = make_design("multienv", treatments=["entry"], environment="year", blocks=["block"])
    table = _trial_columns(int(years), 50, 40, int(traits))
    start = time.perf_counter()
    analyse_traits(table, design, [f"trait_{number}" for number in range(int(traits))])
    return {"seconds": time.perf_counter() - start, "analyses": int(traits)}


def statsmodels_years(count: str) -> dict[str, Any]:
    """The alternative: ``ols`` and ``anova_lm`` of statsmodels and all pairs by ``pairwise_tukeyhsd``."""
    import pandas as pd
    import statsmodels.api as sm
    import statsmodels.formula.api as smf
    from statsmodels.stats.multicomp import pairwise_tukeyhsd

    frame = pd.DataFrame(_trial_columns(1, 50, 40, int(count)))
    start = time.perf_counter()
    for number in range(int(count)):
        values = frame[f"trait_{number}"].astype(float)
        model = smf.ols("y ~ C(block) + C(entry)", frame.assign(y=values)).fit()
        sm.stats.anova_lm(model)
        pairwise_tukeyhsd(values, frame["entry"])
    return {"seconds": time.perf_counter() - start, "analyses": int(count)}


#: For `benchmarks._tasks`.
ANALYSIS_TASKS: tuple[Callable[..., dict[str, Any]], ...] = (analyze_years, analyze_series, statsmodels_years)
