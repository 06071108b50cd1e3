"""Every value of every plot, with the trial it belongs to: what comparisons over years and sites start from."""

from __future__ import annotations

import pandas as pd

from kanpo.schema import TRAITS
from kanpo.store import Project
from kanpo.trials import find_conflicts, harvests_with_yield

YIELD_TRAITS = ("yield_fresh_kg_per_10a", "yield_dry_kg_per_10a", "dry_fresh_ratio")
#: Columns of `plot_values`.
PLOT_VALUE_COLUMNS = (
    *("trial_code", "herb_id", "parcel_id", "grower_code", "started", "year", "plot_code", "treatment"),
    *("trait", "value"),
)


def plot_values(project: Project, *, herb_id: str | None = None) -> pd.DataFrame:
    """Yields and numeric traits of all plots, one row for each plot, year and trait.

    Harvests of a plot within a year add up (their dry/fresh ratios are averaged), repeats of an
    observation are averaged. Values that contradict each other (`kanpo.trials.find_conflicts`) are left
    out until a person decides, and so is a plot's year with an undecided harvest.

    Returns
    -------
    DataFrame
        `PLOT_VALUE_COLUMNS`: `started` is the day of the trial, `year` that of the harvest or
        observation (text), `parcel_id` as the trial was recorded.
    """
    trials = project.journal.read("trial").drop_duplicates("trial_code", keep="last")
    if herb_id is not None:
        trials = trials[trials["herb_id"] == herb_id]
    plots = project.journal.read("plot").drop_duplicates(["trial_code", "plot_code"], keep="last")
    in_doubt = set(find_conflicts(project)["record_id"])
    plots = plots[plots["trial_code"].isin(trials["trial_code"]) & ~plots["record_id"].isin(in_doubt)]
    parts = [_harvested(project, plots, in_doubt), _observed(project, plots, in_doubt)]
    values = pd.concat([part for part in parts if not part.empty] or parts, ignore_index=True)
    of_trial = trials[["trial_code", "herb_id", "parcel_id", "grower_code", "happened_at"]]
    found = values.merge(of_trial.rename(columns={"happened_at": "started"}), on="trial_code")
    return found[list(PLOT_VALUE_COLUMNS)].reset_index(drop=True)


def _harvested(project: Project, plots: pd.DataFrame, in_doubt: set[str]) -> pd.DataFrame:
    harvests = project.journal.read("harvest")
    of_year = [harvests["trial_code"], harvests["plot_code"], harvests["happened_at"].astype(str).str[:4]]
    undecided = harvests["record_id"].isin(in_doubt).groupby(of_year, dropna=False).transform("any")
    harvests = harvests[~undecided.astype(bool)]
    harvests = harvests_with_yield(harvests[harvests["trial_code"].isin(plots["trial_code"])], plots)
    harvests["year"] = harvests["happened_at"].astype(str).str[:4]
    keys = ["trial_code", "plot_code", "treatment", "year", "trait"]
    long = harvests.melt(id_vars=keys[:-1], value_vars=list(YIELD_TRAITS), var_name="trait").dropna(
        subset=["value"]
    )
    ratio = long["trait"] == "dry_fresh_ratio"
    summed = long[~ratio].groupby(keys, as_index=False, dropna=False)["value"].sum()
    averaged = long[ratio].groupby(keys, as_index=False, dropna=False)["value"].mean()
    return pd.concat([summed, averaged], ignore_index=True)


def _observed(project: Project, plots: pd.DataFrame, in_doubt: set[str]) -> pd.DataFrame:
    numeric = [trait.key for trait in TRAITS.values() if trait.type == "number"]
    observations = project.journal.read("observation")
    observations = observations[~observations["record_id"].isin(in_doubt)]
    found = observations[observations["trait"].isin(numeric)].merge(
        plots[["trial_code", "plot_code", "treatment"]], on=["trial_code", "plot_code"]
    )
    found["value"] = pd.to_numeric(found["value"], errors="coerce")
    found["year"] = found["happened_at"].astype(str).str[:4]
    keys = ["trial_code", "plot_code", "treatment", "year", "trait"]
    return found.dropna(subset=["value"]).groupby(keys, as_index=False)["value"].mean()


def values_by_year(values: pd.DataFrame, unit: str) -> pd.DataFrame:
    """Values of plots in long form (year, unit, trait, value) for comparisons over years.

    Parameters
    ----------
    values : DataFrame
        As `plot_values`, `with_strain` or `component_values` give them.
    unit : {"parcel_id", "grower_code", "treatment", "strain", "herb_id", "trial_code"}
        What is followed over the years.
    """
    named = values[values[unit].notna() & (values[unit] != "") & values["year"].notna()]
    columns = ["year", "unit", "trait", "value", *(["below"] if "below" in values else [])]
    return named.rename(columns={unit: "unit"})[columns].reset_index(drop=True)
