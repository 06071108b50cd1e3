"""A trial in one table: each trait and yield by treatment."""

from __future__ import annotations

import pandas as pd

from kanpo.locale import Text
from kanpo.schema import TRAITS
from kanpo.store import Project
from kanpo.trials import find_conflicts, harvests_with_yield

_PLOT = ["trait", "treatment", "trial_code", "plot_code"]
YIELDS = {
    "yield_fresh_kg_per_10a": Text("生収量", "fresh yield"),
    "yield_dry_kg_per_10a": Text("乾燥収量", "dry yield"),
    "dry_fresh_ratio": Text("乾物歩留り", "dry to fresh"),
}


def summarise_trial(project: Project, trial_code: str) -> pd.DataFrame:
    """Count, mean, standard deviation, least and greatest of each trait and yield by treatment.

    Several values of a trait on one plot (repeats, dates) are first averaged within the plot, so
    that plots, not measurements, are counted. Values that nobody has decided between are left out
    and counted (see `trial_plot_values`).

    Returns
    -------
    DataFrame
        Columns treatment, trait, unit, n (plots), mean, sd (n - 1; NaN for one plot), min, max,
        undecided (values left out); sorted by trait, then treatment.
    """
    plots = project.journal.read("plot")
    values = trial_plot_values(project, plots[plots["trial_code"] == trial_code])
    groups = values.groupby(["trait", "treatment"], sort=True)
    table = groups["value"].agg(n="count", mean="mean", sd="std", min="min", max="max")
    table["undecided"] = groups["undecided"].sum().astype(int)
    table = table[(table["n"] > 0) | (table["undecided"] > 0)].reset_index()
    table["unit"] = [trait_unit(trait) for trait in table["trait"]]
    return table[["treatment", "trait", "unit", "n", "mean", "sd", "min", "max", "undecided"]]


def trait_label(trait: str) -> Text:
    """What a trait or yield of a summary is called."""
    return TRAITS[trait].label if trait in TRAITS else YIELDS[trait]


def trial_plot_values(project: Project, plots: pd.DataFrame) -> pd.DataFrame:
    """One value of each trait and yield for each plot.

    Several values of a trait (repeats, dates) are averaged, several harvests of a season added up.
    Values that contradict each other (`kanpo.trials.find_conflicts`) are left out until a person
    decides, and so is all that stands on a plot whose own record is undecided. A plot with an
    undecided harvest has no yield at all, as its other harvests would be a part of it only.

    Parameters
    ----------
    plots : DataFrame
        Standing plots, as the journal gives them.

    Returns
    -------
    DataFrame
        Columns trait, treatment, trial_code, plot_code, value (NaN where all is undecided),
        undecided (how many values were left out).
    """
    in_doubt = set(find_conflicts(project)["record_id"])
    plots = plots.assign(in_doubt=plots["record_id"].isin(in_doubt))
    plots = plots.drop_duplicates(["trial_code", "plot_code"], keep="last")
    parts = [_of_observations(project, plots, in_doubt), _of_harvests(project, plots, in_doubt)]
    return pd.concat([part for part in parts if not part.empty] or parts, ignore_index=True)


def _of_observations(project: Project, plots: pd.DataFrame, in_doubt: set[str]) -> pd.DataFrame:
    observations = project.journal.read("observation")
    numeric = [trait.key for trait in TRAITS.values() if trait.type == "number"]
    found = observations[observations["trait"].isin(numeric)]
    found = found.merge(
        plots[["trial_code", "plot_code", "treatment", "in_doubt"]], on=["trial_code", "plot_code"]
    )
    found["undecided"] = found["record_id"].isin(in_doubt) | found["in_doubt"]
    found["value"] = pd.to_numeric(found["value"], errors="coerce").mask(found["undecided"])
    by_plot = found.groupby(_PLOT, as_index=False)
    return by_plot.agg(value=("value", "mean"), undecided=("undecided", "sum"))


def _of_harvests(project: Project, plots: pd.DataFrame, in_doubt: set[str]) -> pd.DataFrame:
    harvests = project.journal.read("harvest")
    yields = harvests_with_yield(harvests[harvests["trial_code"].isin(plots["trial_code"])], plots)
    of_plot = ["trial_code", "plot_code"]
    yields = yields.merge(plots[[*of_plot, "in_doubt"]], on=of_plot)
    yields["undecided"] = yields["record_id"].isin(in_doubt) | yields["in_doubt"]
    long = yields.melt(id_vars=[*_PLOT[1:], "undecided"], value_vars=list(YIELDS), var_name="trait")
    long["undecided"] &= long["value"].notna()
    long["value"] = long["value"].mask(long.groupby(_PLOT)["undecided"].transform("any"))
    # Several harvests of one plot in a season add up.
    ratio = long["trait"] == "dry_fresh_ratio"
    summed, averaged = long[~ratio].groupby(_PLOT), long[ratio].groupby(_PLOT)
    values = (summed["value"].sum(min_count=1), averaged["value"].mean())
    counts = (summed["undecided"].sum(), averaged["undecided"].sum())
    return pd.DataFrame({"value": pd.concat(values), "undecided": pd.concat(counts)}).reset_index()


def trait_unit(trait: str) -> str:
    """The unit of a trait or yield of a summary; ``-`` for a share."""
    if trait in TRAITS:
        return TRAITS[trait].unit
    return "-" if trait.endswith("ratio") else "kg/10a"
