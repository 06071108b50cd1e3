"""Parcels that lie on each other: who with whom, and how much."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from kanpo.crs import STORED_EPSG, zone_epsg, zone_of
from kanpo.parcels._measure import reproject

#: Overlaps below this are drawing noise along a shared edge, m².
LEAST_M2 = 1.0


def overlaps(
    parcels: gpd.GeoDataFrame, least_m2: float = LEAST_M2, among: np.ndarray | None = None
) -> pd.DataFrame:
    """Pairs of parcels that share ground.

    Parameters
    ----------
    parcels : GeoDataFrame
        ``parcel_id`` and outlines (n), EPSG:6668.
    least_m2 : float
        Smaller overlaps are left out.
    among : ndarray of bool (n,), optional
        Only pairs in which at least one of these parcels takes part.

    Returns
    -------
    DataFrame
        parcel_id, other_id, overlap_m2, share (of the smaller of the two); the largest first.
    """
    columns = ["parcel_id", "other_id", "overlap_m2", "share"]
    if parcels.empty:
        return pd.DataFrame(columns=columns)
    west, south, east, north = parcels.total_bounds
    plane = zone_epsg(zone_of((west + east) / 2, (south + north) / 2))
    shapes = np.asarray(parcels.geometry, dtype=object)
    asked = np.ones(len(shapes), dtype=bool) if among is None else among
    one, other = shapely.STRtree(shapes).query(shapes[asked], predicate="intersects")
    one = np.flatnonzero(asked)[one]
    # Each pair once: the tree finds it from both sides where both are asked for.
    first = (one < other) | ((one != other) & ~asked[other])
    one, other = one[first], other[first]
    touching = shapely.touches(shapes[one], shapes[other])
    one, other = one[~touching], other[~touching]
    left, right = (reproject(shapes[side], STORED_EPSG, plane) for side in (one, other))
    shared = shapely.area(shapely.intersection(left, right))
    smaller = np.minimum(shapely.area(left), shapely.area(right))
    ids = parcels["parcel_id"].to_numpy(dtype=object)
    found = pd.DataFrame(dict(zip(columns, (ids[one], ids[other], shared, shared / smaller), strict=True)))
    found = found[found["overlap_m2"] >= least_m2]
    return found.sort_values("overlap_m2", ascending=False, kind="stable").round(3).reset_index(drop=True)
