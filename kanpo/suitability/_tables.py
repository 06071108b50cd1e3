"""Scores as the tables that people read."""

from __future__ import annotations

from collections.abc import Collection

import geopandas as gpd
import numpy as np
import pandas as pd

from kanpo.herbs import Catalogue
from kanpo.schema import FACTORS
from kanpo.suitability._classes import CLASSES, Certainty
from kanpo.suitability._kernel import TIE
from kanpo.suitability._score import Scores


def summary(scores: Scores, catalogue: Catalogue, area_m2: np.ndarray | None = None) -> pd.DataFrame:
    """One row per herb and kind of certainty: how many parcels of which class, as they lie and after works.

    Parameters
    ----------
    area_m2 : ndarray (N,), optional
        Areas of the parcels.

    Returns
    -------
    DataFrame
        herb_id, herb; for each kind of certainty its count and, with areas, its hectares
        (``sure``, ``sure_ha`` …); S1, S2, S3, N1, N2: the parcels that are certainly of that class;
        best_score, median_width, tells_apart (whether the herb has more than one score).
    """
    sure_codes = scores.codes(1)
    kinds = scores.certainty()
    rows = []
    for position, herb_id in enumerate(scores.herb_ids):
        width = scores.result.upper[position] - scores.result.lower[position]
        row: dict[str, object] = {"herb_id": herb_id, "herb": str(catalogue.herbs[herb_id].label)}
        for kind in Certainty:
            there = kinds[position] == kind
            row[kind.key] = int(there.sum())
            if area_m2 is not None:
                row[f"{kind.key}_ha"] = float(np.nansum(area_m2[there]) / 10_000)
        certain = kinds[position] <= Certainty.BY_CATALOGUE
        row |= {
            name: int((certain & (sure_codes[position] == code)).sum()) for code, name in enumerate(CLASSES)
        }
        point = scores.result.score[position]
        row |= {
            "best_score": float(point.max()) if point.size else float("nan"),
            "median_width": float(np.median(width)) if width.size else float("nan"),
            "tells_apart": bool(point.size) and bool(np.ptp(point) > TIE),
        }
        rows.append(row)
    return pd.DataFrame(rows)


def suited_herbs(scores: Scores, parcel_id: str, catalogue: Catalogue) -> pd.DataFrame:
    """The herbs for one parcel, the best first; excluded ones and those without a score last.

    Columns rank (among the herbs), herb_id, herb, certainty, class_lower, class_upper, score, lower,
    upper, potential_class_lower, potential_class_upper, limiting_factor and deciding_factor (labels)
    and parcel_rank (of the parcel among all parcels for that herb).

    Raises
    ------
    ValueError
        The parcel is not among the scores.
    """
    at = scores.parcel_ids.index(parcel_id)
    rows = []
    kept = ["certainty", "class_lower", "class_upper", "score", "lower", "upper"]
    kept += ["potential_class_lower", "potential_class_upper"]
    for herb_id in scores.herb_ids:
        line = scores.frame(herb_id).iloc[at]
        row = {"herb_id": herb_id, "herb": str(catalogue.herbs[herb_id].label), **line[kept]}
        for key in ("limiting_factor", "deciding_factor"):
            row[key] = str(FACTORS[line[key]].label) if line[key] in FACTORS else None
        rows.append(row | {"parcel_rank": int(line["rank"])})
    table = pd.DataFrame(rows)
    # What has no class stands behind all that has one, what is not suitable behind that.
    table["_last"] = table["class_lower"].isna() * 1 + (table["class_upper"] == "N2") * 2
    table = table.sort_values(
        ["_last", "score", "lower"], ascending=[True, False, False], kind="stable"
    ).drop(columns="_last")
    table.insert(0, "rank", np.arange(1, len(table) + 1))
    return table.reset_index(drop=True)


def ranking(
    scores: Scores, parcels: gpd.GeoDataFrame, top: int, *, among: Collection[str] | None = None
) -> pd.DataFrame:
    """The best `top` parcels of each herb with settlement, lot number and area.

    `among` are the parcels to choose from, where it is not all of them; `rank` stays that among all, and
    `order` is the place among the chosen, equal ones sharing one.
    """
    among = among if among is None or len(among) < len(scores.parcel_ids) else None
    names = pd.DataFrame(parcels[["parcel_id", "settlement", "lot_number", "area_m2"]])
    parts = []
    for herb_id in scores.herb_ids:
        frame = scores.frame(herb_id).sort_values("rank", kind="stable")
        if among is not None:
            frame = frame[frame["parcel_id"].isin(among)]
        frame["order"] = frame["rank"].rank(method="min").astype(int)
        frame = frame.head(top).merge(names, on="parcel_id", how="left")
        parts.append(frame)
    table = pd.concat(parts, ignore_index=True)
    for key in ("limiting_factor", "deciding_factor"):
        table[key] = [str(FACTORS[name].label) if name in FACTORS else None for name in table[key]]
    keys = [
        "herb_id",
        *(["order"] if among is not None else []),
        "rank",
        "parcel_id",
        "settlement",
        "lot_number",
        "area_m2",
        "certainty",
    ]
    keys += ["class_lower", "class_upper", "score", "lower", "upper"]
    keys += ["potential_class_lower", "potential_class_upper", "potential_score"]
    return table[[*keys, "limiting_factor", "deciding_factor", "known"]]
