"""Square fields on a grid, measured in metres."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import shapely

from kanpo.parcels import reproject

#: South-west corner, metres of zone X.
ORIGIN = (-80_000.0, -140_000.0)


def fields(*boxes: tuple[float, float, float, float], ids: Sequence[str] | None = None) -> gpd.GeoDataFrame:
    """Boxes (west, south, east, north) in metres from `ORIGIN`."""
    x, y = ORIGIN
    shapes = np.array([shapely.box(x + w, y + s, x + e, y + n) for w, s, e, n in boxes], dtype=object)
    names = list(ids or (f"P{i}" for i in range(len(shapes))))
    return gpd.GeoDataFrame(
        {
            "parcel_id": names,
            "settlement": "架空沢",
            "lot_number": None,
            "area_m2": shapely.area(shapes) if len(shapes) else [],
        },
        geometry=reproject(shapes, 6678, 6668) if len(shapes) else shapes,
        crs=6668,
    )


def line(*points: tuple[float, float]) -> np.ndarray:
    """One line in metres from `ORIGIN`, as stored."""
    x, y = ORIGIN
    made = np.array([shapely.LineString([(x + a, y + b) for a, b in points])], dtype=object)
    return reproject(made, 6678, 6668)
