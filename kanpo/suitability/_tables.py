"""Scores as the tables that people read."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from kanpo.herbs import Catalogue
from kanpo.schema import FACTORS
from kanpo.suitability._classes import CLASSES
from kanpo.suitability._score import Scores


def summary(scores: Scores, catalogue: Catalogue) -> pd.DataFrame:
    """One row per herb: how many parcels in each class, the best score, the median width of the interval.

    Columns herb_id, herb, S1, S2, S3, N1, N2, unknown, best_score, median_width.
    """
    codes = scores.codes()
    rows = []
    for position, herb_id in enumerate(scores.herb_ids):
        score = scores.result.score[position]
        width = scores.result.upper[position] - scores.result.lower[position]
        known = score[~np.isnan(score)]
        row: dict[str, object] = {"herb_id": herb_id, "herb": str(catalogue.herbs[herb_id].label)}
        row |= {name: int((codes[position] == code).sum()) for code, name in enumerate(CLASSES)}
        row |= {
            "unknown": int(np.isnan(score).sum()),
            "best_score": float(known.max()) if known.size else float("nan"),
            "median_width": float(np.median(width)) if width.size else float("nan"),
        }
        rows.append(row)
    return pd.DataFrame(rows)


def suited_herbs(scores: Scores, parcel_id: str, catalogue: Catalogue) -> pd.DataFrame:
    """The herbs for one parcel, the best first; excluded ones and those without a score last.

    Columns rank (among the herbs), herb_id, herb, class, score, lower, upper, limiting_factor (label)
    and parcel_rank (of the parcel among all parcels for that herb).

    Raises
    ------
    ValueError
        The parcel is not among the scores.
    """
    at = scores.parcel_ids.index(parcel_id)
    rows = []
    for herb_id in scores.herb_ids:
        line = scores.frame(herb_id).iloc[at]
        limiting = line["limiting_factor"]
        rows.append(
            {
                "herb_id": herb_id,
                "herb": str(catalogue.herbs[herb_id].label),
                "class": line["class"],
                "score": float(line["score"]),
                "lower": float(line["lower"]),
                "upper": float(line["upper"]),
                "limiting_factor": str(FACTORS[limiting].label) if limiting in FACTORS else None,
                "parcel_rank": int(line["rank"]),
            }
        )
    table = pd.DataFrame(rows)
    table["_excluded"] = table["class"] == "N2"
    table = table.sort_values(
        ["_excluded", "score", "lower"], ascending=[True, False, False], kind="stable", na_position="last"
    ).drop(columns="_excluded")
    table.insert(0, "rank", np.arange(1, len(table) + 1))
    return table.reset_index(drop=True)


def ranking(scores: Scores, parcels: gpd.GeoDataFrame, top: int) -> pd.DataFrame:
    """The best `top` parcels of each herb with settlement, lot number and area."""
    names = pd.DataFrame(parcels[["parcel_id", "settlement", "lot_number", "area_m2"]])
    parts = []
    for herb_id in scores.herb_ids:
        frame = scores.frame(herb_id).sort_values("rank").head(top).merge(names, on="parcel_id", how="left")
        parts.append(frame)
    table = pd.concat(parts, ignore_index=True)
    table["limiting_factor"] = [
        str(FACTORS[key].label) if key in FACTORS else None for key in table["limiting_factor"]
    ]
    keys = [
        "herb_id",
        "rank",
        "parcel_id",
        "settlement",
        "lot_number",
        "area_m2",
        "score",
        "lower",
        "upper",
        "class",
    ]
    return table[[*keys, "limiting_factor"]]
