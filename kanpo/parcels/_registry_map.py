"""The land registry's map under the outlines: which lot number the ground of an outline has."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from kanpo.budgets import near_pairs
from kanpo.crs import STORED_EPSG, zone_epsg, zone_of
from kanpo.parcels._lineage import HALF_SHARE
from kanpo.parcels._measure import reproject

#: Marks of features that are no lots.
_NO_LOTS = ("outside", "other_map", "road", "water")
#: From this share on nothing else can be meant.
SURE_SHARE = 0.7


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """Lots (m) of the land registry with a number, and the outlines on them.

    Attributes
    ----------
    lots : GeoDataFrame (m)
        settlement, lot_number, mark, geometry (EPSG:6668).
    pairs : DataFrame
        lot and outline (positions), share_lot and share_outline of the ground that they share.
    """

    lots: gpd.GeoDataFrame
    pairs: pd.DataFrame


def lay_on_ground(outlines: gpd.GeoDataFrame, boundaries: gpd.GeoDataFrame) -> Ground:
    """Which outlines (n) share ground with which lots of the land registry.

    Parameters
    ----------
    boundaries : GeoDataFrame
        Boundaries of kind ``registry_lot``; what is no lot (地区外, 別図, 道, 水) is left out.
    """
    lots = boundaries[~boundaries["mark"].isin(_NO_LOTS) & boundaries["lot_number"].notna()]
    lots = lots.reset_index(drop=True)
    blank = pd.DataFrame({"lot": [], "outline": [], "share_lot": [], "share_outline": []})
    if lots.empty or outlines.empty:
        return Ground(lots, blank.astype({"lot": int, "outline": int}))
    one, other = np.asarray(outlines.geometry, dtype=object), np.asarray(lots.geometry, dtype=object)
    near = near_pairs(one, other, predicate="intersects")
    west, south, east, north = lots.total_bounds
    plane = zone_epsg(zone_of((west + east) / 2, (south + north) / 2))
    fields, plots = reproject(one, STORED_EPSG, plane), reproject(other, STORED_EPSG, plane)
    fields, plots = shapely.make_valid(fields), shapely.make_valid(plots)
    shared = shapely.area(shapely.intersection(fields[near.one], plots[near.other]))
    pairs = pd.DataFrame(
        {
            "lot": near.other,
            "outline": near.one,
            "share_lot": shared / shapely.area(plots)[near.other],
            "share_outline": shared / shapely.area(fields)[near.one],
        }
    )
    return Ground(lots, pairs[pairs[["share_lot", "share_outline"]].max(axis=1) >= HALF_SHARE])


def names_of_outlines(outlines: gpd.GeoDataFrame, ground: Ground) -> pd.DataFrame:
    """The number of outlines without one: that of the lot which is most of their ground.

    Returns
    -------
    DataFrame
        parcel_id, settlement, lot_number. A lot whose boundary is not determined gives no number.
    """
    bare = outlines["lot_number"].isna().to_numpy()
    pairs = ground.pairs[ground.pairs["share_outline"] >= HALF_SHARE]
    pairs = pairs[bare[pairs["outline"]] & ground.lots["mark"].isna().to_numpy()[pairs["lot"]]]
    best = pairs.sort_values(["share_outline", "lot"], ascending=[False, True]).drop_duplicates("outline")
    lots = ground.lots.iloc[best["lot"]]
    return pd.DataFrame(
        {
            "parcel_id": outlines["parcel_id"].to_numpy(dtype=object)[best["outline"]],
            "settlement": lots["settlement"].to_numpy(dtype=object),
            "lot_number": lots["lot_number"].to_numpy(dtype=object),
        }
    )
