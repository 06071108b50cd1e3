"""Texts in two languages, and tables in degrees, as the page holds them."""

from __future__ import annotations

import geopandas as gpd

from kanpo.locale import Text


def both(value: object) -> list[str]:
    """A text as the page holds it: [Japanese, English]."""
    if isinstance(value, Text):
        return [value.ja, value.en]
    return [str(value), str(value)]


def in_degrees(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The frame in longitude and latitude; a frame that does not say its system already is."""
    if frame.crs is None or frame.crs.is_geographic:
        return frame
    return frame.to_crs(6668)
