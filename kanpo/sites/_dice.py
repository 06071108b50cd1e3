"""Large polygons cut into small ones, so that each is quick to lay over a parcel."""

from __future__ import annotations

import numpy as np
import shapely

#: A polygon of more vertices is cut. Cutting a parcel out of a polygon takes time with all its
#: vertices, and soil maps have polygons of hundreds of thousands.
_VERTICES = 500
#: Halvings after which a polygon is left as it is: its vertices then lie in one place.
_ROUNDS = 40


def diced(polygons: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pieces (k,) that together cover the same ground, and for each the position of its polygon (k,).

    A polygon with many vertices is halved along the longer side of its box, again and again.

    Parameters
    ----------
    polygons : ndarray (n,)
        Valid.
    """
    done: list[np.ndarray] = []
    owners: list[np.ndarray] = []
    pieces, owner = polygons, np.arange(len(polygons))
    for _ in range(_ROUNDS):
        large = shapely.get_num_coordinates(pieces) > _VERTICES
        done.append(pieces[~large])
        owners.append(owner[~large])
        if not large.any():
            break
        pieces, owner = _halved(pieces[large]), np.repeat(owner[large], 2)
        there = shapely.area(pieces) > 0
        pieces, owner = pieces[there], owner[there]
    else:
        done.append(pieces)
        owners.append(owner)
    return np.concatenate(done), np.concatenate(owners)


def _halved(polygons: np.ndarray) -> np.ndarray:
    """Both halves (2 n,) of polygons (n,), side by side."""
    west, south, east, north = shapely.bounds(polygons).T
    wide = east - west > north - south
    x, y = np.where(wide, (west + east) / 2, east), np.where(wide, north, (south + north) / 2)
    first = shapely.box(west, south, x, y)
    second = shapely.box(np.where(wide, x, west), np.where(wide, south, y), east, north)
    return np.column_stack(
        [shapely.intersection(polygons, first), shapely.intersection(polygons, second)]
    ).ravel()
