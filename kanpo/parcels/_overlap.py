"""Parcels that lie on each other: who with whom, and how much."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from kanpo.budgets import near_pairs
from kanpo.crs import STORED_EPSG, zone_epsg, zone_of
from kanpo.parcels._measure import reproject

#: Overlaps below this are drawing noise along a shared edge, m².
LEAST_M2 = 1.0


def overlaps(
    parcels: gpd.GeoDataFrame, least_m2: float = LEAST_M2, among: np.ndarray | None = None
) -> pd.DataFrame:
    """Pairs of parcels that share ground.

    Parcels with the very same outline are each paired with the first of them only, and that one with
    whatever else lies there. Parcels among more others than can be compared are left out; their ids
    are in ``attrs["crowded"]``.

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
    grounded = ~(parcels.geometry.is_empty | parcels.geometry.isna()).to_numpy(dtype=bool)
    parcels, among = parcels[grounded], None if among is None else among[grounded]
    if parcels.empty:
        return pd.DataFrame(columns=columns)
    west, south, east, north = parcels.total_bounds
    plane = zone_epsg(zone_of((west + east) / 2, (south + north) / 2))
    shapes = np.asarray(parcels.geometry, dtype=object)
    asked = np.ones(len(shapes), dtype=bool) if among is None else among
    first = _first_of_same(shapes, asked)
    own = np.flatnonzero(first == np.arange(len(shapes)))
    fresh = own[asked[own]]
    near = near_pairs(shapes[fresh], shapes[own], predicate="intersects")
    one, other = fresh[near.one], own[near.other]
    # Each pair once: the tree finds it from both sides where both are asked for.
    once = (one < other) | ((one != other) & ~np.isin(other, fresh[~near.crowded]))
    one, other = one[once], other[once]
    touching = shapely.touches(shapes[one], shapes[other])
    again = np.flatnonzero((first != np.arange(len(shapes))) & (asked | asked[first]))
    one, other = (
        np.concatenate([pair[~touching], same]) for pair, same in ((one, first[again]), (other, again))
    )
    used, place = np.unique(np.concatenate([one, other]), return_inverse=True)
    flat = reproject(shapes[used], STORED_EPSG, plane)
    left, right = flat[place[: len(one)]], flat[place[len(one) :]]
    shared = shapely.area(shapely.intersection(left, right))
    smaller = np.minimum(shapely.area(left), shapely.area(right))
    ids = parcels["parcel_id"].to_numpy(dtype=object)
    found = pd.DataFrame(dict(zip(columns, (ids[one], ids[other], shared, shared / smaller), strict=True)))
    found = found[found["overlap_m2"] >= least_m2]
    found = found.sort_values("overlap_m2", ascending=False, kind="stable").round(3).reset_index(drop=True)
    found.attrs["crowded"] = ids[fresh[near.crowded]].tolist()
    return found


def _first_of_same(shapes: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """For each outline (n,) the position of the first that is exactly the same, one asked about if any."""
    keys = pd.Series(shapely.to_wkb(shapely.normalize(shapes)), dtype=object)
    order = np.argsort(~asked, kind="stable")
    group = keys.iloc[order].groupby(keys.iloc[order], sort=False).ngroup().to_numpy()
    first_of_group = order[np.unique(group, return_index=True)[1]]
    first = np.empty(len(shapes), dtype=int)
    first[order] = first_of_group[group]
    return first
