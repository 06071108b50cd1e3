"""Outlines of parcels as exactextract reads them fastest."""

from __future__ import annotations

from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import shapely
from exactextract.feature import Feature, FeatureSource


class _Outline(Feature):  # type: ignore[misc]
    """One parcel, as WKB."""

    def __init__(self, wkb: bytes) -> None:
        super().__init__()
        self._wkb = wkb

    def geometry(self) -> bytes:
        return self._wkb

    def fields(self) -> list[str]:
        return []


class Outlines(FeatureSource):  # type: ignore[misc]
    """Polygons in their order.

    exactextract's own source for GeoPandas turns every outline into GeoJSON text and back, which
    takes four fifths of the time of a whole zonal mean.
    """

    def __init__(self, shapes: gpd.GeoSeries) -> None:
        super().__init__()
        self._shapes = shapes

    def count(self) -> int:
        return len(self._shapes)

    def __iter__(self) -> Iterator[_Outline]:
        for wkb in shapely.to_wkb(np.asarray(self._shapes.array)):
            yield _Outline(wkb)

    def srs_wkt(self) -> str:
        return str(self._shapes.crs.to_wkt())
