"""Slope from a digital elevation model."""

from __future__ import annotations

import numpy as np
from affine import Affine
from pyproj import CRS, Geod, Transformer

from kanpo.crs import STORED_EPSG

#: The ellipsoid of JGD2011.
_GEOD = Geod(ellps="GRS80")


def cell_sizes_m(transform: Affine, crs: str, rows: int, columns: int) -> tuple[np.ndarray, np.ndarray]:
    """Width (rows,) and height (rows,) of the cells of each row on the ground, metres.

    Measured as geodesics on GRS 80 along the middle column, so that cells in degrees narrow towards
    the north, and the stretch of a projection (a third at 41° N in Web Mercator) does not flatten
    the slopes.

    Parameters
    ----------
    transform : Affine
        Of a north-up raster.
    crs : str
        Its coordinate system as WKT.
    """
    to_degrees = Transformer.from_crs(CRS.from_wkt(crs), STORED_EPSG, always_xy=True)
    x, dx, dy = transform.c + transform.a * columns / 2, transform.a / 2, transform.e / 2
    y = transform.f + transform.e * (np.arange(rows) + 0.5)

    def ground(from_x: float, from_y: np.ndarray, to_x: float, to_y: np.ndarray) -> np.ndarray:
        start = to_degrees.transform(np.full(rows, from_x), from_y)
        end = to_degrees.transform(np.full(rows, to_x), to_y)
        return np.asarray(_GEOD.inv(*start, *end)[2])

    return ground(x - dx, y, x + dx, y), ground(x, y - dy, x, y + dy)


def slope_degrees(
    elevation: np.ndarray, width_m: float | np.ndarray, height_m: float | np.ndarray
) -> np.ndarray:
    """Slope (rows, columns) in degrees by Horn's method.

    Weighted differences over the eight neighbours of a cell (B. K. P. Horn 1981, "Hill shading and
    the reflectance map", Proceedings of the IEEE 69(1), 14-47); the same as ``gdaldem slope``.

    Parameters
    ----------
    elevation : ndarray (rows, columns)
        Metres, NaN where unknown.
    width_m, height_m : float or ndarray (rows,)
        Size of the cells, metres.

    Returns
    -------
    ndarray (rows, columns)
        NaN on the outer frame and wherever one of the nine cells is unknown.
    """
    slope = np.full(elevation.shape, np.nan)
    if min(elevation.shape) < 3:
        return slope
    width, height = (np.broadcast_to(size, elevation.shape[:1])[1:-1, None] for size in (width_m, height_m))
    z = elevation
    west = z[:-2, :-2] + 2 * z[1:-1, :-2] + z[2:, :-2]
    east = z[:-2, 2:] + 2 * z[1:-1, 2:] + z[2:, 2:]
    north = z[:-2, :-2] + 2 * z[:-2, 1:-1] + z[:-2, 2:]
    south = z[2:, :-2] + 2 * z[2:, 1:-1] + z[2:, 2:]
    dx, dy = (east - west) / (8 * width), (south - north) / (8 * height)
    inner = np.degrees(np.arctan(np.hypot(dx, dy)))
    inner[np.isnan(z[1:-1, 1:-1])] = np.nan
    slope[1:-1, 1:-1] = inner
    return slope
