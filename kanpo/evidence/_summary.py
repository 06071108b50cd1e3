"""A trial in one table: each trait and yield by treatment."""

from __future__ import annotations

import pandas as pd

from kanpo.evidence._days import LAST, When
from kanpo.evidence._plot_values import trial_plot_values
from kanpo.schema import TRAITS
from kanpo.store import Project


def summarise_trial(project: Project, trial_code: str, when: When = LAST) -> pd.DataFrame:
    """Count, mean, standard deviation, least and greatest of each trait and yield by treatment.

    Each plot counts once: repeats of a day are averaged, of several days `when` says which counts
    (the last of each plot by default), harvests add up. Values that nobody has decided between are
    left out and counted (see `trial_plot_values`).

    Returns
    -------
    DataFrame
        Columns treatment, trait, unit, n (plots), mean, sd (n - 1; NaN for one plot), min, max,
        undecided (values left out), day (the first and the last that the values rest on, joined by
        ``/``); sorted by trait, round (where all are wanted), then treatment.

    Raises
    ------
    UsageError
        Nothing was observed on a day of `when`.
    """
    return summary_of(trial_values_of(project, trial_code, when))


def trial_values_of(project: Project, trial_code: str, when: When = LAST) -> pd.DataFrame:
    """The values of one trial; see `trial_plot_values`."""
    plots = project.journal.read("plot")
    return trial_plot_values(project, plots[plots["trial_code"] == trial_code], when)


def summary_of(values: pd.DataFrame) -> pd.DataFrame:
    """The table of `summarise_trial` from the values of plots."""
    groups = values.groupby(["trait", "round", "treatment"], sort=True)
    table = groups["value"].agg(n="count", mean="mean", sd="std", min="min", max="max")
    table["undecided"] = groups["undecided"].sum().astype(int)
    table["day"] = groups["day"].agg(_span)
    table = table[(table["n"] > 0) | (table["undecided"] > 0)].reset_index()
    table["unit"] = [trait_unit(trait) for trait in table["trait"]]
    return table[["treatment", "trait", "unit", "n", "mean", "sd", "min", "max", "undecided", "day"]]


def _span(days: pd.Series) -> str:
    """An interval of days as ISO 8601 writes it, or the one day."""
    found = sorted({day for joined in days for day in joined.split(";")})
    return found[0] if len(found) == 1 else f"{found[0]}/{found[-1]}"


def trait_unit(trait: str) -> str:
    """The unit of a trait or yield of a summary; ``-`` for a share."""
    if trait in TRAITS:
        return TRAITS[trait].unit
    return "-" if trait.endswith("ratio") else "kg/10a"
