"""Points of a farmland register: where they are, in degrees of JGD2011."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from kanpo.crs import JAPAN_BOX, SAME_AS_STORED, STORED_EPSG
from kanpo.parcels._findings import Finding, reject, repair
from kanpo.parcels._measure import reproject
from kanpo.parcels._split import FeatureChunk


def pin_of(
    chunk: FeatureChunk, position: int, crs: int | None
) -> tuple[shapely.Point | None, Finding | None]:
    """The pin of a feature, and what was found about it; no pin where it is no point in Japan.

    Parameters
    ----------
    crs : int or None
        EPSG code of the file; None for degrees without a word.
    """
    if chunk.shapes is not None:
        shape = chunk.shapes[position]
        place: Any = [] if shape.geom_type != "Point" or shape.is_empty else [shape.x, shape.y]
    else:
        place = chunk.features[position]["geometry"].get("coordinates")
    if type(place) is not list or len(place) < 2 or not all(type(n) in (int, float) for n in place[:2]):
        return None, None
    point = shapely.Point(place[0], place[1])
    if crs is not None and crs not in SAME_AS_STORED:
        (point,) = reproject(np.array([point], dtype=object), crs, STORED_EPSG)
    if _in_japan(point):
        return point, None
    turned = shapely.Point(point.y, point.x)
    if _in_japan(turned):
        return turned, repair("axes-swapped")
    return None, reject("outside-japan", f"{place[0]:.6g}, {place[1]:.6g}")


def _in_japan(point: shapely.Point) -> bool:
    west, south, east, north = JAPAN_BOX
    return bool(west <= point.x <= east and south <= point.y <= north)
