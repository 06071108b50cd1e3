"""Rows of a register that speak of one lot: what was learnt of one of them is a key for the others."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from kanpo.parcels._find import pairs_of

#: Pins of one lot number farther apart than this, m, are two lots that share a number.
_ONE_PLACE_M = 40.0
#: A number that more rows share (0, 9999) names no lot.
_MOST_ROWS = 60


def same_lots(
    municipality: np.ndarray, settlement: np.ndarray, lot: np.ndarray, places: np.ndarray
) -> np.ndarray:
    """The lot (n,) that each row of a register speaks of, -1 where nothing tells.

    Rows are of one lot where 大字 and 地番 are the same, municipalities do not differ, and pins lie
    together. Rows without a place belong to no lot where pins of that number lie apart: then their
    number alone does not tell which.

    Parameters
    ----------
    municipality, settlement, lot : ndarray of str (n,)
        Keys for comparing; empty where unknown.
    places : ndarray of geometry (n,)
        Points on a plane, m; None where unknown.
    """
    rows = pd.DataFrame({"m": municipality, "s": settlement, "l": lot, "row": np.arange(len(lot))})
    rows = rows[(rows["s"] != "") & (rows["l"] != "")]
    lots = np.full(len(lot), -1)
    for number, group in enumerate(rows.groupby(["s", "l"], sort=False)["row"].agg(np.asarray)):
        codes = set(municipality[group]) - {""}
        if not 2 <= len(group) <= _MOST_ROWS or len(codes) > 1:
            continue
        placed = group[~shapely.is_missing(places[group])]
        if len(placed) > 1:
            spread = shapely.distance(places[placed], places[placed[0]]).max()
            if spread > _ONE_PLACE_M:
                continue
        lots[group] = number
    return lots


def second_rows(lots: np.ndarray, linked: np.ndarray, placed: np.ndarray) -> np.ndarray:
    """Rows (n,) for which another row of the same lot is assigned by its place.

    That is the first that is linked already, else the first with a place.
    """
    second = np.zeros(len(lots), dtype=bool)
    rows = np.flatnonzero(lots >= 0)
    rank = np.where(linked[rows], 0, np.where(placed[rows], 1, 2))
    order = rows[np.lexsort((rows, rank, lots[rows]))]
    first = np.unique(lots[order], return_index=True)[1]
    second[order] = True
    second[order[first]] = False
    return second & ~linked


def lot_leaders(
    lots: np.ndarray, open_rows: np.ndarray, rank: np.ndarray, probability: np.ndarray
) -> np.ndarray:
    """For each open row (n,) the row of its lot that was linked best; -1 where there is none.

    Parameters
    ----------
    rank : ndarray (n,)
        Lower is better.
    probability : ndarray (n,)
        Of the link; of several as good the likeliest leads.
    """
    leaders = np.full(len(lots), -1)
    done = pd.DataFrame({"lot": lots, "rank": rank, "p": -probability, "row": np.arange(len(lots))})
    done = done[(lots >= 0) & ~open_rows].sort_values(["lot", "rank", "p", "row"])
    best = done.drop_duplicates("lot").set_index("lot")["row"]
    rows = np.flatnonzero((lots >= 0) & open_rows)
    found = best.reindex(lots[rows]).fillna(-1).to_numpy(dtype=int)
    leaders[rows] = found
    return leaders


def lot_names(rows: pd.DataFrame) -> list[str]:
    """大字 and 地番 of rows (n,) for comparing; blank where either is unknown."""
    pairs = pairs_of(rows["settlement"], rows["lot_number"])
    return [f"{settlement}\t{lot}" if settlement and lot else "" for settlement, lot in pairs]
