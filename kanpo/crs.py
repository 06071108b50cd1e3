"""Coordinate reference systems of Japan: JGD2011 in degrees, and its nineteen plane zones.

Stored geometry is JGD2011 longitude and latitude (EPSG:6668). WGS 84 (EPSG:4326, OGC:CRS84) is
read as JGD2011: both are realisations of the ITRS, and what lies between them is below the
precision of any parcel outline. Lengths and areas are measured in the plane rectangular zone.

Source of the zones and their origins: Geospatial Information Authority of Japan, 平面直角座標系
(平成十四年国土交通省告示第九号); EPSG:6669 (zone I) to EPSG:6687 (zone XIX).
"""

from __future__ import annotations

STORED_EPSG = 6668
#: Codes that are read as stored longitude/latitude without a transformation.
SAME_AS_STORED = frozenset({4326, 6668, 4612})

#: The old Tokyo datum in degrees, and its plane zones I to XIX; read where it is declared.
TOKYO_EPSG = 4301
TOKYO_PLANES = range(30161, 30180)

#: Longitude and latitude of the origin of each plane rectangular zone, degrees.
ZONE_ORIGINS: dict[int, tuple[float, float]] = {
    1: (129.5, 33.0),
    2: (131.0, 33.0),
    3: (132.0 + 10 / 60, 36.0),
    4: (133.5, 33.0),
    5: (134.0 + 20 / 60, 36.0),
    6: (136.0, 36.0),
    7: (137.0 + 10 / 60, 36.0),
    8: (138.5, 36.0),
    9: (139.0 + 50 / 60, 36.0),
    10: (140.0 + 50 / 60, 40.0),
    11: (140.25, 44.0),
    12: (142.25, 44.0),
    13: (144.25, 44.0),
    14: (142.0, 26.0),
    15: (127.5, 26.0),
    16: (124.0, 26.0),
    17: (131.0, 26.0),
    18: (136.0, 20.0),
    19: (154.0, 26.0),
}

#: The zones that are prescribed for each prefecture (the same public notice), by its code.
PREFECTURE_ZONES: dict[str, tuple[int, ...]] = {
    "01": (11, 12, 13),
    "13": (9, 14, 18, 19),
    "46": (2, 1),
    "47": (15, 16, 17),
    **dict.fromkeys(("42",), (1,)),
    **dict.fromkeys(("40", "41", "43", "44", "45"), (2,)),
    **dict.fromkeys(("32", "34", "35"), (3,)),
    **dict.fromkeys(("36", "37", "38", "39"), (4,)),
    **dict.fromkeys(("28", "31", "33"), (5,)),
    **dict.fromkeys(("18", "24", "25", "26", "27", "29", "30"), (6,)),
    **dict.fromkeys(("16", "17", "21", "23"), (7,)),
    **dict.fromkeys(("15", "19", "20", "22"), (8,)),
    **dict.fromkeys(("07", "08", "09", "10", "11", "12", "14"), (9,)),
    **dict.fromkeys(("02", "03", "04", "05", "06"), (10,)),
}

#: West, south, east, north of all that is Japan, degrees.
JAPAN_BOX = (122.0, 20.0, 154.5, 46.0)


def zone_epsg(zone: int) -> int:
    """EPSG code of a plane rectangular zone of JGD2011 (zone X is 6678)."""
    return 6668 + zone


def zone_of(longitude: float, latitude: float) -> int:
    """The plane rectangular zone whose origin suits a place.

    Zones are defined by prefecture; for measuring, what matters is a central meridian nearby,
    because the scale error grows with the square of the distance from it. The nearest meridian
    among the zones of the same latitude band keeps the error of an area below 3 parts in 10,000
    everywhere in Japan (Tsuruoka gets zone X, as prescribed, since its meridian and that of
    zone IX are told apart by latitude).

    Parameters
    ----------
    longitude, latitude : float
        Degrees, JGD2011 or WGS 84.
    """
    if latitude < 28.0:
        band: tuple[int, ...] = (14, 15, 16, 17, 18, 19)
    elif latitude >= 41.35:
        band = (11, 12, 13)
    elif latitude >= 37.8 and longitude >= 139.3:
        band = (10,)
    else:
        band = (1, 2, 3, 4, 5, 6, 7, 8, 9)
    return min(band, key=lambda zone: abs(ZONE_ORIGINS[zone][0] - longitude))
