"""Slope from a digital elevation model."""

from __future__ import annotations

import numpy as np

#: Metres in a degree of latitude, and of longitude at the equator (GRS 80, rounded).
_METRES_PER_DEGREE_LAT = 110_950.0
_METRES_PER_DEGREE_LON = 111_320.0


def cell_size_m(transform_x: float, transform_y: float, geographic: bool, latitude: float) -> tuple[float, float]:
    """Width and height of a cell in metres, from its size in the units of the raster."""
    if not geographic:
        return abs(transform_x), abs(transform_y)
    return abs(transform_x) * _METRES_PER_DEGREE_LON * float(np.cos(np.radians(latitude))), abs(
        transform_y
    ) * _METRES_PER_DEGREE_LAT


def slope_degrees(elevation: np.ndarray, width_m: float, height_m: float) -> np.ndarray:
    """Slope (rows, columns) in degrees by Horn's method.

    Weighted differences over the eight neighbours of a cell (Horn 1981, "Hill shading and the
    reflectance map", Proc. IEEE 69(1)); the same as ``gdaldem slope``.

    Parameters
    ----------
    elevation : ndarray (rows, columns)
        Metres, NaN where unknown.
    width_m, height_m : float
        Size of a cell, metres.

    Returns
    -------
    ndarray (rows, columns)
        NaN on the outer frame and wherever one of the nine cells is unknown.
    """
    slope = np.full(elevation.shape, np.nan)
    if min(elevation.shape) < 3:
        return slope
    z = elevation
    west = z[:-2, :-2] + 2 * z[1:-1, :-2] + z[2:, :-2]
    east = z[:-2, 2:] + 2 * z[1:-1, 2:] + z[2:, 2:]
    north = z[:-2, :-2] + 2 * z[:-2, 1:-1] + z[:-2, 2:]
    south = z[2:, :-2] + 2 * z[2:, 1:-1] + z[2:, 2:]
    dx, dy = (east - west) / (8 * width_m), (south - north) / (8 * height_m)
    inner = np.degrees(np.arctan(np.hypot(dx, dy)))
    inner[np.isnan(z[1:-1, 1:-1])] = np.nan
    slope[1:-1, 1:-1] = inner
    return slope
