"""A trial in one table: each trait and yield by treatment."""

from __future__ import annotations

import pandas as pd

from kanpo.schema import TRAITS
from kanpo.store import Project
from kanpo.trials import harvests_with_yield

_PLOT = ["trait", "treatment", "trial_code", "plot_code"]
YIELDS = ("yield_fresh_kg_per_10a", "yield_dry_kg_per_10a", "dry_fresh_ratio")


def summarise_trial(project: Project, trial_code: str) -> pd.DataFrame:
    """Count, mean, standard deviation, least and greatest of each trait and yield by treatment.

    Several values of a trait on one plot (repeats, dates) are first averaged within the plot, so
    that plots, not measurements, are counted.

    Returns
    -------
    DataFrame
        Columns treatment, trait, unit, n (plots), mean, sd (n - 1; NaN for one plot), min, max;
        sorted by trait, then treatment.
    """
    plots = project.journal.read("plot")
    values = plot_values(project, plots[plots["trial_code"] == trial_code])
    table = (
        values.groupby(["trait", "treatment"], sort=True)["value"]
        .agg(n="count", mean="mean", sd="std", min="min", max="max")
        .reset_index()
    )
    table = table[table["n"] > 0]
    table.insert(2, "unit", [_unit(trait) for trait in table["trait"]])
    return table[["treatment", "trait", "unit", "n", "mean", "sd", "min", "max"]].reset_index(drop=True)


def plot_values(project: Project, plots: pd.DataFrame) -> pd.DataFrame:
    """One value of each trait and yield for each plot.

    Several values of a trait (repeats, dates) are averaged, several harvests of a season added up.

    Parameters
    ----------
    plots : DataFrame
        Standing plots, as the journal gives them.

    Returns
    -------
    DataFrame
        Columns trait, treatment, trial_code, plot_code, value.
    """
    parts = [_of_observations(project.journal.read("observation"), plots), _of_harvests(project, plots)]
    return pd.concat([part for part in parts if not part.empty] or parts, ignore_index=True)


def _of_observations(observations: pd.DataFrame, plots: pd.DataFrame) -> pd.DataFrame:
    numeric = [trait.key for trait in TRAITS.values() if trait.type == "number"]
    found = observations[observations["trait"].isin(numeric)]
    found = found.merge(plots[["trial_code", "plot_code", "treatment"]], on=["trial_code", "plot_code"])
    found["value"] = pd.to_numeric(found["value"], errors="coerce")
    return found.groupby(_PLOT, as_index=False)["value"].mean()


def _of_harvests(project: Project, plots: pd.DataFrame) -> pd.DataFrame:
    harvests = project.journal.read("harvest")
    yields = harvests_with_yield(harvests[harvests["trial_code"].isin(plots["trial_code"])], plots)
    long = yields.melt(id_vars=_PLOT[1:], value_vars=list(YIELDS), var_name="trait")
    # Several harvests of one plot in a season add up.
    ratio = long["trait"] == "dry_fresh_ratio"
    summed = long[~ratio].groupby(_PLOT, as_index=False)["value"].sum(min_count=1)
    averaged = long[ratio].groupby(_PLOT, as_index=False)["value"].mean()
    return pd.concat([summed, averaged], ignore_index=True)


def _unit(trait: str) -> str:
    if trait in TRAITS:
        return TRAITS[trait].unit
    return "-" if trait.endswith("ratio") else "kg/10a"
