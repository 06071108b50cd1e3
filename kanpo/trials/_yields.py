"""Yields per 10 a from harvests."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kanpo.units import kg_per_10a


def harvests_with_yield(harvests: pd.DataFrame, plots: pd.DataFrame) -> pd.DataFrame:
    """Harvests with what follows from them.

    Parameters
    ----------
    harvests, plots : DataFrame
        Standing records as `Journal.read` gives them.

    Returns
    -------
    DataFrame
        The harvests with ``treatment``, ``replicate``, ``area_m2`` (of the plot where the harvest
        names none), ``yield_fresh_kg_per_10a``, ``yield_dry_kg_per_10a`` (kg per 1,000 m²) and
        ``dry_fresh_ratio``. NaN where a weight or the area is not known.
    """
    of_plot = plots.drop_duplicates(["trial_code", "plot_code"], keep="last")
    of_plot = of_plot[["trial_code", "plot_code", "treatment", "replicate", "area_m2"]]
    frame = harvests.merge(
        of_plot.rename(columns={"area_m2": "plot_area_m2"}), how="left", on=["trial_code", "plot_code"]
    )
    for key in ("area_m2", "plot_area_m2", "fresh_kg", "dry_kg"):
        frame[key] = pd.to_numeric(frame[key])
    frame["area_m2"] = frame["area_m2"].fillna(frame.pop("plot_area_m2"))
    area = frame["area_m2"].where(frame["area_m2"] > 0)
    frame["yield_fresh_kg_per_10a"] = kg_per_10a(frame["fresh_kg"], area)
    frame["yield_dry_kg_per_10a"] = kg_per_10a(frame["dry_kg"], area)
    frame["dry_fresh_ratio"] = frame["dry_kg"] / frame["fresh_kg"].where(frame["fresh_kg"] > 0, np.nan)
    return frame
