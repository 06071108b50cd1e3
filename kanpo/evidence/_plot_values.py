"""Every value of every plot: the one place where summaries, analyses and comparisons take them from."""

from __future__ import annotations

import pandas as pd

from kanpo.evidence._days import LAST, When, chosen
from kanpo.schema import TRAITS
from kanpo.store import Project
from kanpo.trials import find_conflicts, harvests_with_yield

YIELD_TRAITS = ("yield_fresh_kg_per_10a", "yield_dry_kg_per_10a", "dry_fresh_ratio")
#: Columns of `plot_values`.
PLOT_VALUE_COLUMNS = (
    *("trial_code", "herb_id", "parcel_id", "grower_code", "started", "year", "plot_code", "treatment"),
    *("trait", "value", "day", "days"),
)
_PLOT = ["trial_code", "plot_code"]


def plot_values(project: Project, *, herb_id: str | None = None, when: When = LAST) -> pd.DataFrame:
    """Yields and numeric traits of all plots, one row for each plot, year and trait.

    Harvests of a plot within a year add up (their dry/fresh ratios are averaged); of the days on
    which a trait was observed in a year, `when` says which counts (the last by default), repeats of
    that day are averaged. Values that contradict each other (`kanpo.trials.find_conflicts`) are left
    out until a person decides, and so is a plot's year with an undecided harvest.

    Returns
    -------
    DataFrame
        `PLOT_VALUE_COLUMNS`: `started` is the day of the trial, `year` that of the harvest or
        observation (text), `parcel_id` as the trial was recorded; `day` the days that the value rests
        on, `days` all days of the plot in that year, joined by ``;``.

    Raises
    ------
    UsageError
        Nothing was observed on a day of `when`.
    """
    trials = project.journal.read("trial").drop_duplicates("trial_code", keep="last")
    if herb_id is not None:
        trials = trials[trials["herb_id"] == herb_id]
    plots = project.journal.read("plot")
    dated = _dated(project, plots[plots["trial_code"].isin(trials["trial_code"])])
    dated["year"] = dated["day"].str[:4]
    values = chosen(dated, when, [*_PLOT, "treatment", "year", "trait"])
    values = values[values["value"].notna()]
    of_trial = trials[["trial_code", "herb_id", "parcel_id", "grower_code", "happened_at"]]
    found = values.merge(of_trial.rename(columns={"happened_at": "started"}), on="trial_code")
    return found[list(PLOT_VALUE_COLUMNS)].reset_index(drop=True)


def trial_plot_values(project: Project, plots: pd.DataFrame, when: When = LAST) -> pd.DataFrame:
    """One value of each trait and yield for each plot (and each round of observing, if all are wanted).

    As `plot_values`, but over the whole of a trial and not year by year, and with what nobody has
    decided: all that stands on a plot whose own record is undecided, and values that contradict each
    other. A plot with an undecided harvest has no yield at all, as its other harvests would be a part
    of it only.

    Parameters
    ----------
    plots : DataFrame
        Standing plots, as the journal gives them.

    Returns
    -------
    DataFrame
        Columns trial_code, plot_code, treatment, trait, value (NaN where all is undecided), undecided
        (how many values were left out), day, days, round (see `kanpo.evidence._days.chosen`).

    Raises
    ------
    UsageError
        Nothing was observed on a day of `when`.
    """
    return chosen(_dated(project, plots), when, [*_PLOT, "treatment", "trait"])


def _dated(project: Project, plots: pd.DataFrame) -> pd.DataFrame:
    """Every single value with its day: trial_code, plot_code, treatment, trait, cut, day, value, undecided."""
    in_doubt = set(find_conflicts(project)["record_id"])
    plots = plots.assign(in_doubt=plots["record_id"].isin(in_doubt)).drop_duplicates(_PLOT, keep="last")
    parts = [_observed(project, plots, in_doubt), _harvested(project, plots, in_doubt)]
    found = pd.concat([part for part in parts if not part.empty] or parts, ignore_index=True)
    found["undecided"] = found["undecided"].astype(bool)
    found = found[found["value"].notna() | found["undecided"]].reset_index(drop=True)
    # A value that nobody has decided counts for nothing.
    return found.assign(
        value=found["value"].astype(float).mask(found["undecided"]),
        day=found["happened_at"].astype(str).str[:10],
    ).drop(columns="happened_at")


def _observed(project: Project, plots: pd.DataFrame, in_doubt: set[str]) -> pd.DataFrame:
    numeric = [trait.key for trait in TRAITS.values() if trait.type == "number"]
    observations = project.journal.read("observation", ["record_id", *_PLOT, "trait", "value", "happened_at"])
    found = observations[observations["trait"].isin(numeric)].merge(
        plots[[*_PLOT, "treatment", "in_doubt"]], on=_PLOT
    )
    found["undecided"] = found["record_id"].isin(in_doubt) | found["in_doubt"]
    found["value"] = pd.to_numeric(found["value"], errors="coerce")
    found["cut"] = False
    return found[[*_PLOT, "treatment", "trait", "cut", "happened_at", "value", "undecided"]]


def _harvested(project: Project, plots: pd.DataFrame, in_doubt: set[str]) -> pd.DataFrame:
    harvests = project.journal.read("harvest")
    yields = harvests_with_yield(harvests[harvests["trial_code"].isin(plots["trial_code"])], plots)
    yields = yields.merge(plots[[*_PLOT, "in_doubt"]], on=_PLOT)
    yields["undecided"] = yields["record_id"].isin(in_doubt) | yields["in_doubt"]
    keys = [*_PLOT, "treatment", "happened_at", "undecided"]
    long = yields.melt(id_vars=keys, value_vars=list(YIELD_TRAITS), var_name="trait").assign(cut=True)
    return long[long["value"].notna()]


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
