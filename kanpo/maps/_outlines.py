"""Outlines and lines on a grid (a quarter of a metre), as differences from corner to corner."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, hypot, radians

import numpy as np
import numpy.typing as npt
import shapely

from kanpo.maps._columns import Described, Ints, Pack, varints, zigzag

#: Grid step, metres; a corner moves by at most half its diagonal, 0.18 m.
GRID_M = 0.25
#: Longest degree of latitude (at the poles) and of longitude (at the equator), metres, GRS80.
_DEGREE_M = (111_694.0, 111_320.0)
_POINT, _LINE, _POLYGON = 0, 1, 3


@dataclass(frozen=True, slots=True)
class _Rings:
    """Corners of all rings, in the order of the parcels, without the closing corner; a line is an open ring."""

    xy: npt.NDArray[np.float64]
    ring_of_corner: Ints
    part_of_ring: Ints
    parcel_of_part: Ints


def add_outlines(pack: Pack, geometry: npt.NDArray[np.object_], grid_m: float = GRID_M) -> Described:
    """Add the outlines of parcels; returns their description for the header.

    Parameters
    ----------
    geometry : ndarray of shapely geometries, shape (n,)
        Longitude and latitude, degrees. Polygons and multipolygons with holes, points (a ring of
        one corner), lines (a ring that is not closed), None or empty (no ring at all).
    grid_m : float
        Grid step, metres.
    """
    rings = _rings(geometry)
    origin = rings.xy.min(axis=0) if len(rings.xy) else np.zeros(2)
    step = _grid_degrees(rings.xy, grid_m)
    corners = np.rint((rings.xy - origin) / step).astype(np.int64)
    kept = _without_repeats(corners, rings.ring_of_corner)
    corners, ring_of_corner = corners[kept], rings.ring_of_corner[kept]
    moves = zigzag(_moves(corners, ring_of_corner))
    parts = np.bincount(rings.parcel_of_part, minlength=len(geometry))
    rings_per_part = np.bincount(rings.part_of_ring, minlength=len(rings.parcel_of_part))
    corners_per_ring = np.bincount(ring_of_corner, minlength=len(rings.part_of_ring))
    return {
        "origin": origin.tolist(),
        "step": step.tolist(),
        "precision_m": round(hypot(grid_m, grid_m) / 2, 2),
        "parts": pack.add(varints(parts)),
        "rings": pack.add(varints(rings_per_part)),
        "corners": pack.add(varints(corners_per_ring)),
        "dx": pack.add(varints(moves[:, 0])),
        "dy": pack.add(varints(moves[:, 1])),
    }


def _grid_degrees(xy: npt.NDArray[np.float64], grid_m: float) -> npt.NDArray[np.float64]:
    """Grid step in degrees of longitude and latitude, nowhere longer than `grid_m`."""
    nearest_equator = float(np.abs(xy[:, 1]).min(initial=60.0)) if len(xy) else 0.0
    return np.array([grid_m / (_DEGREE_M[1] * cos(radians(nearest_equator))), grid_m / _DEGREE_M[0]])


def _rings(geometry: npt.NDArray[np.object_]) -> _Rings:
    present = np.flatnonzero(~(shapely.is_missing(geometry) | shapely.is_empty(geometry)))
    parts, nth = shapely.get_parts(geometry[present], return_index=True)
    kinds = shapely.get_type_id(parts)
    drawable = np.isin(kinds, (_POINT, _LINE, _POLYGON)) & ~shapely.is_empty(parts)
    parts, kinds, parcel_of_part = parts[drawable], kinds[drawable], present[nth[drawable]]

    areas, open_ = np.flatnonzero(kinds == _POLYGON), np.flatnonzero(kinds != _POLYGON)
    rings, nth = shapely.get_rings(parts[areas], return_index=True)
    xy, ring_of_corner = shapely.get_coordinates(rings, return_index=True)
    closing = np.append(ring_of_corner[1:] != ring_of_corner[:-1], True)[: len(xy)]
    open_xy, line_of_corner = shapely.get_coordinates(parts[open_], return_index=True)
    xy = np.concatenate([xy[~closing], open_xy])
    ring_of_corner = np.concatenate([ring_of_corner[~closing], len(rings) + line_of_corner])

    part_of_ring = np.concatenate([areas[nth], open_]).astype(np.int64)
    order = np.argsort(part_of_ring, kind="stable")
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    ring_of_corner = place[ring_of_corner.astype(np.int64)]
    corner_order = np.argsort(ring_of_corner, kind="stable")
    return _Rings(
        xy[corner_order], ring_of_corner[corner_order], part_of_ring[order], parcel_of_part.astype(np.int64)
    )


def _without_repeats(corners: Ints, ring_of_corner: Ints) -> npt.NDArray[np.bool_]:
    """Corners that stay when neighbours fall on one grid point; a ring keeps at least three."""
    if not len(corners):
        return np.zeros(0, dtype=bool)
    same = np.zeros(len(corners), dtype=bool)
    same[1:] = (corners[1:] == corners[:-1]).all(axis=1) & (ring_of_corner[1:] == ring_of_corner[:-1])
    left = np.bincount(ring_of_corner, weights=~same)
    return ~same | (left[ring_of_corner] < 3)


def _moves(corners: Ints, ring_of_corner: Ints) -> Ints:
    """Differences to the previous corner; a ring's first corner, to the previous ring's first."""
    if not len(corners):
        return np.zeros((0, 2), dtype=np.int64)
    before = np.vstack([np.zeros((1, 2), dtype=np.int64), corners[:-1]])
    first = np.flatnonzero(np.append(True, ring_of_corner[1:] != ring_of_corner[:-1]))
    before[first[1:]] = corners[first[:-1]]
    return corners - before


def along_curve(geometry: npt.NDArray[np.object_]) -> Ints:
    """Order of parcels along a Z curve, so that neighbours stand together and compress well."""
    box = shapely.bounds(geometry)
    centre = np.column_stack([box[:, 0] + box[:, 2], box[:, 1] + box[:, 3]]) / 2
    placed = np.isfinite(centre).all(axis=1)
    if not placed.any():
        return np.arange(len(geometry))
    low, high = centre[placed].min(axis=0), centre[placed].max(axis=0)
    cell = np.full((len(geometry), 2), 0xFFFF, dtype=np.int64)
    cell[placed] = (centre[placed] - low) / np.where(high > low, high - low, 1.0) * 0xFFFE
    code = np.where(placed, _spread(cell[:, 0]) | (_spread(cell[:, 1]) << 1), 1 << 40)
    return np.argsort(code, kind="stable")


def _spread(bits: Ints) -> Ints:
    """Put a zero between any two of the lower 16 bits."""
    for shift, mask in ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555)):
        bits = (bits | (bits << shift)) & mask
    return bits
