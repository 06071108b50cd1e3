"""Which parcels lie together."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from kanpo.budgets import near_pairs
from kanpo.crs import STORED_EPSG, zone_epsg, zone_of
from kanpo.errors import UsageError
from kanpo.locale import Text
from kanpo.parcels import reproject

#: A barrier drawn along a common edge may lie this far beside it, metres.
_BESIDE_M = 0.05
#: Parcels further apart than this do not lie together for any machine, metres.
_WIDEST_GAP_M = 1_000.0


@dataclass(frozen=True, slots=True, eq=False)
class Blocks:
    """N parcels in B blocks.

    `parcel_ids` (N,) and `block_of` (N,) the position of each parcel's block in `block_ids` (B,).
    A block's id is ``B-`` and the smallest of its parcel ids (code points), so that it stays while
    that parcel stays in it. `shapes` (N,) are the outlines in metres of the plane zone `epsg`.
    """

    parcel_ids: np.ndarray
    block_of: np.ndarray
    block_ids: np.ndarray
    shapes: np.ndarray
    epsg: int


def form_blocks(
    parcels: gpd.GeoDataFrame, *, gap_m: float = 10.0, barriers: np.ndarray | None = None
) -> Blocks:
    """Bring parcels together whose outlines lie at most a gap apart, directly or through others.

    A connection is cut where a barrier crosses the shortest line between two parcels; between
    parcels that touch, where the barrier runs along all of what they share.

    Parameters
    ----------
    parcels : GeoDataFrame
        ``parcel_id`` and outlines (N), EPSG:6668.
    gap_m : float
        The widest gap that machines drive across, 0 to 1,000 m; 0 is touching.
    barriers : ndarray of geometries, optional
        Lines or areas that part neighbours, EPSG:6668; see `read_barriers`.

    Raises
    ------
    UsageError
        The gap is negative or too wide.
    """
    if not 0 <= gap_m <= _WIDEST_GAP_M:
        raise UsageError(
            "blocks.gap",
            Text(f"すき間 {gap_m:g} m は使えません", f"a gap of {gap_m:g} m cannot be used"),
            Text("0〜1000 m にしてください", "give 0 to 1000 m"),
        )
    ids = parcels["parcel_id"].to_numpy(dtype=object)
    if not len(ids):
        return Blocks(ids, np.zeros(0, int), ids, np.zeros(0, object), zone_epsg(10))
    west, south, east, north = parcels.total_bounds
    epsg = zone_epsg(zone_of((west + east) / 2, (south + north) / 2))
    shapes = reproject(np.asarray(parcels.geometry, dtype=object), STORED_EPSG, epsg)
    near = near_pairs(shapes, shapes, "dwithin", gap_m, each=500)
    if near.crowded.any():
        raise _too_many_neighbours(gap_m)
    one, other = near.one, near.other
    one, other = one[one < other], other[one < other]
    if barriers is not None and len(barriers) and len(one):
        kept = ~_parted(shapes[one], shapes[other], reproject(barriers, STORED_EPSG, epsg))
        one, other = one[kept], other[kept]
    graph = coo_array((np.ones(len(one), np.int8), (one, other)), shape=(len(ids), len(ids)))
    count, label = connected_components(graph, directed=False)
    # The parcels in the order of their ids: the first that shows a block gives it its name.
    order = np.argsort(ids.astype(str), kind="stable")
    _, first = np.unique(label[order], return_index=True)
    names = np.array([f"B-{ids[at]}" for at in order[first]], dtype=object)
    assert len(names) == count
    return Blocks(ids, label, names, shapes, epsg)


def _too_many_neighbours(gap_m: float) -> UsageError:
    return UsageError(
        "blocks.crowded",
        Text(
            f"すき間 {gap_m:g} m では、隣り合う筆の組が多すぎます",
            f"with a gap of {gap_m:g} m too many parcels are neighbours",
        ),
        Text(
            "--gap を小さくするか、二重に取り込んだ筆がないか確かめてください",
            "make --gap smaller, or see whether parcels were imported many times",
        ),
    )


def _parted(one: np.ndarray, other: np.ndarray, barriers: np.ndarray) -> np.ndarray:
    """Whether a barrier parts each of m pairs of neighbours, (m,)."""
    parted = np.zeros(len(one), bool)
    tree = shapely.STRtree(barriers)
    way = shapely.shortest_line(one, other)
    apart = shapely.length(way) > 0
    crossed, _ = tree.query(way, predicate="intersects")
    parted[crossed] = True
    parted &= apart
    touching = np.flatnonzero(~apart)
    shared = shapely.intersection(one[touching], other[touching])
    near, line = tree.query(shared, predicate="dwithin", distance=_BESIDE_M)
    for pair in np.unique(near):
        along = shapely.union_all(shapely.buffer(barriers[line[near == pair]], _BESIDE_M))
        parted[touching[pair]] = shapely.covers(along, shared[pair])
    return parted
