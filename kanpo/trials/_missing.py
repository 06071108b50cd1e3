"""What has not been recorded yet."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from kanpo.store import Project


def missing_observations(
    project: Project, day: str, trial_code: str | None = None, traits: Collection[str] = ()
) -> pd.DataFrame:
    """Plots and traits without a standing observation on a day.

    Parameters
    ----------
    day : str
        ISO 8601.
    trial_code : str, optional
        One trial instead of all.
    traits : collection of str
        The traits wanted; otherwise those that were observed in the trial that day, and where there
        are none, those ever observed in it.

    Returns
    -------
    DataFrame
        Columns trial_code, plot_code, treatment, trait, last (the latest day with a value, None if
        never), in the order of the plots.
    """
    plots = project.journal.read("plot").drop_duplicates(["trial_code", "plot_code"], keep="last")
    seen = project.journal.read("observation").dropna(subset=["plot_code"])
    seen = seen.assign(day=seen["happened_at"].str[:10])
    rows: list[tuple[object, ...]] = []
    for code, of_trial in plots.groupby("trial_code", sort=True):
        if trial_code is not None and code != trial_code:
            continue
        known = seen[seen["trial_code"] == code]
        today = set(known.loc[known["day"] == day, "trait"])
        wanted = list(traits) or sorted(today or set(known["trait"]))
        last = known.groupby(["plot_code", "trait"])["day"].max().to_dict()
        done = set(zip(*known.loc[known["day"] == day, ["plot_code", "trait"]].to_numpy().T, strict=True))
        rows += [
            (code, plot.plot_code, plot.treatment, trait, last.get((plot.plot_code, trait)))
            for plot in of_trial.itertuples(index=False)
            for trait in wanted
            if (plot.plot_code, trait) not in done
        ]
    return pd.DataFrame(rows, columns=["trial_code", "plot_code", "treatment", "trait", "last"])
