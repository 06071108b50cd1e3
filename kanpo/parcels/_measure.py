"""Areas in the plane rectangular zone of the data."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from kanpo.crs import STORED_EPSG, TOKYO_EPSG, TOKYO_PLANES, zone_epsg, zone_of

#: From the old Tokyo datum (Bessel 1841) to JGD2011 by the three parameters of the Geospatial
#: Information Authority of Japan (EPSG:15483, good to about 9 m). Its grid TKY2JGD is finer, but
#: comes with no wheel; without either, PROJ would silently shift nothing, which is 450 m wrong.
_FROM_TOKYO = (
    "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad +step +proj=push +v_3 "
    "+step +proj=cart +ellps=bessel +step +proj=helmert +x=-146.414 +y=507.337 +z=680.507 "
    "+step +inv +proj=cart +ellps=GRS80 +step +proj=pop +v_3 "
    "+step +proj=unitconvert +xy_in=rad +xy_out=deg"
)


@lru_cache(maxsize=64)
def transformer(source: int, target: int) -> pyproj.Transformer:
    """A transformer between two EPSG codes, longitude and easting first."""
    if source == TOKYO_EPSG:
        return pyproj.Transformer.from_pipeline(_FROM_TOKYO)
    return pyproj.Transformer.from_crs(source, target, always_xy=True)


def reproject(geometries: np.ndarray, source: int, target: int) -> np.ndarray:
    """Geometries (n,) in another coordinate system; all coordinates are transformed in one call.

    From the old Tokyo datum only `target` 6668 (JGD2011 in degrees) is possible.
    """
    if source in TOKYO_PLANES and target != TOKYO_EPSG:
        return reproject(reproject(geometries, source, TOKYO_EPSG), TOKYO_EPSG, target)
    coordinates = shapely.get_coordinates(geometries)
    x, y = transformer(source, target).transform(coordinates[:, 0], coordinates[:, 1])
    moved: np.ndarray = shapely.set_coordinates(geometries.copy(), np.column_stack([x, y]))
    return moved


def to_plane(places: np.ndarray) -> np.ndarray:
    """Longitudes and latitudes (n, 2) in metres (n, 2) of the plane zone of their middle."""
    if not len(places):
        return np.empty((0, 2))
    middle = (places.min(axis=0) + places.max(axis=0)) / 2
    target = zone_epsg(zone_of(float(middle[0]), float(middle[1])))
    return np.column_stack(transformer(STORED_EPSG, target).transform(places[:, 0], places[:, 1]))


def plane_points(parcels: gpd.GeoDataFrame, parcel_ids: Sequence[str]) -> np.ndarray:
    """A point inside each of some parcels (n, 2), plane metres, in the order of the ids."""
    chosen = parcels.set_index("parcel_id").geometry.loc[list(parcel_ids)]
    return to_plane(np.asarray(chosen.representative_point().get_coordinates(), dtype=float))


def measure_area_m2(geometries: Sequence[object] | np.ndarray, zone: int | None = None) -> np.ndarray:
    """Areas (n,) in m² of geometries (n,) in longitude and latitude (EPSG:6668).

    Parameters
    ----------
    geometries : array of shapely geometries
    zone : int, optional
        Plane rectangular zone (1 to 19); by default each geometry is measured in the zone of the
        place where it lies. The scale error of a zone (0.9999 on its meridian) stays below 3 parts
        in 10,000 of an area within the zone.
    """
    shapes = np.asarray(geometries, dtype=object)
    if not len(shapes):
        return np.zeros(0)
    if zone is not None:
        return np.asarray(shapely.area(reproject(shapes, STORED_EPSG, zone_epsg(zone))))
    bounds = shapely.bounds(shapes)
    x, y = (bounds[:, 0] + bounds[:, 2]) / 2, (bounds[:, 1] + bounds[:, 3]) / 2
    corners = {zone_of(a, b) for a in (x.min(), x.max()) for b in (y.min(), y.max())}
    if len(corners) == 1:
        return measure_area_m2(shapes, corners.pop())
    zones = np.array([zone_of(a, b) for a, b in zip(x, y, strict=True)])
    areas = np.empty(len(shapes))
    for found in np.unique(zones):
        chosen = zones == found
        areas[chosen] = measure_area_m2(shapes[chosen], int(found))
    return areas
