"""A trial in one table: each trait and yield by treatment."""

from __future__ import annotations

import pandas as pd

from kanpo.schema import TRAITS
from kanpo.store import Project
from kanpo.trials import find_conflicts, harvests_with_yield

YIELDS = ("yield_fresh_kg_per_10a", "yield_dry_kg_per_10a", "dry_fresh_ratio")


def summarise_trial(project: Project, trial_code: str) -> pd.DataFrame:
    """Count, mean, standard deviation, least and greatest of each trait and yield by treatment.

    Several values of a trait on one plot (repeats, dates) are first averaged within the plot, so
    that plots, not measurements, are counted. Values that contradict each other are left out until
    a person decides between them (`kanpo.trials.find_conflicts`), and so is all that stands on a
    plot whose own record is undecided; `undecided` counts them. A plot with an undecided harvest
    has no yield at all, as its other harvests would be a part of it only.

    Returns
    -------
    DataFrame
        Columns treatment, trait, unit, n (plots), mean, sd (n - 1; NaN for one plot), min, max,
        undecided (values left out); sorted by trait, then treatment.
    """
    in_doubt = set(find_conflicts(project)["record_id"])
    plots = project.journal.read("plot")
    plots = plots[plots["trial_code"] == trial_code]
    plots = plots.assign(in_doubt=plots["record_id"].isin(in_doubt))
    plots = plots.drop_duplicates("plot_code", keep="last")
    parts = [_of_observations(project, plots, in_doubt), _of_harvests(project, plots, in_doubt)]
    values = pd.concat([part for part in parts if not part.empty] or parts, ignore_index=True)
    table = (
        values.groupby(["trait", "treatment"], sort=True)
        .agg(
            n=("value", "count"),
            mean=("value", "mean"),
            sd=("value", "std"),
            min=("value", "min"),
            max=("value", "max"),
            undecided=("undecided", "sum"),
        )
        .reset_index()
    )
    table = table[(table["n"] > 0) | (table["undecided"] > 0)].astype({"undecided": int})
    table.insert(2, "unit", [_unit(trait) for trait in table["trait"]])
    keys = ["treatment", "trait", "unit", "n", "mean", "sd", "min", "max", "undecided"]
    return table[keys].reset_index(drop=True)


def _of_observations(project: Project, plots: pd.DataFrame, in_doubt: set[str]) -> pd.DataFrame:
    observations = project.journal.read("observation")
    numeric = [trait.key for trait in TRAITS.values() if trait.type == "number"]
    found = observations[observations["trait"].isin(numeric)]
    found = found.merge(
        plots[["trial_code", "plot_code", "treatment", "in_doubt"]], on=["trial_code", "plot_code"]
    )
    found["undecided"] = found["record_id"].isin(in_doubt) | found["in_doubt"]
    found["value"] = pd.to_numeric(found["value"], errors="coerce").mask(found["undecided"])
    by_plot = found.groupby(["trait", "treatment", "plot_code"], as_index=False)
    return by_plot.agg(value=("value", "mean"), undecided=("undecided", "sum"))


def _of_harvests(project: Project, plots: pd.DataFrame, in_doubt: set[str]) -> pd.DataFrame:
    harvests = project.journal.read("harvest")
    harvests = harvests[harvests["trial_code"].isin(plots["trial_code"])]
    yields = harvests_with_yield(harvests, plots)
    doubtful_plots = plots.loc[plots["in_doubt"], "plot_code"]
    yields["undecided"] = yields["record_id"].isin(in_doubt) | yields["plot_code"].isin(doubtful_plots)
    long = yields.melt(
        id_vars=["treatment", "plot_code", "undecided"], value_vars=list(YIELDS), var_name="trait"
    )
    long["undecided"] &= long["value"].notna()
    by_plot = ["trait", "treatment", "plot_code"]
    whole = ~long.groupby(by_plot)["undecided"].transform("any")
    long["value"] = long["value"].where(whole)
    # Several harvests of one plot in a season add up.
    ratio = long["trait"] == "dry_fresh_ratio"
    summed, averaged = (long[chosen].groupby(by_plot) for chosen in (~ratio, ratio))
    parts = (
        pd.DataFrame({"value": summed["value"].sum(min_count=1), "undecided": summed["undecided"].sum()}),
        pd.DataFrame({"value": averaged["value"].mean(), "undecided": averaged["undecided"].sum()}),
    )
    return pd.concat([part.reset_index() for part in parts], ignore_index=True)


def _unit(trait: str) -> str:
    if trait in TRAITS:
        return TRAITS[trait].unit
    return "-" if trait.endswith("ratio") else "kg/10a"
