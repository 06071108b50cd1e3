"""Opening polygon layers with a named driver, and reading the classes that people write."""

from __future__ import annotations

import tempfile
from pathlib import Path

import geopandas as gpd
import pyogrio

from kanpo.errors import InputUnusable, Place
from kanpo.locale import Text
from kanpo.schema import VOCABULARIES, normalise

#: First bytes of a file to the GDAL driver that reads it; nothing else is opened.
_SUFFIX = {"GPKG": ".gpkg", "FlatGeobuf": ".fgb", "GeoJSON": ".geojson"}
_MAGIC = ((b"SQLite format 3\0", "GPKG"), (b"fgb\x03fgb", "FlatGeobuf"))


def driver_of(head: bytes) -> str | None:
    """The driver for a file that begins with `head`; None when it is no polygon layer we read."""
    for magic, driver in _MAGIC:
        if head.startswith(magic):
            return driver
    return "GeoJSON" if head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{" else None


def open_vector(content: bytes, name: str) -> gpd.GeoDataFrame:
    """Read a polygon layer.

    The driver is named by the content, so that a file which only pretends cannot make GDAL open
    another file.

    Parameters
    ----------
    content : bytes
        The whole file.
    name : str
        For messages.

    Raises
    ------
    InputUnusable
        No known form, unreadable, without polygons or without a coordinate system.
    """
    driver = driver_of(content[:4096])
    place = Place(name)
    if driver is None:
        raise InputUnusable(
            "layer.form",
            Text("読める主題図ではありません", "is no layer that can be read"),
            Text(
                "GeoJSON・GeoPackage・FlatGeobuf・GeoTIFF・CSV(メッシュ)を使ってください",
                "use GeoJSON, GeoPackage, FlatGeobuf, GeoTIFF or CSV by mesh",
            ),
            place,
        )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"layer{_SUFFIX[driver]}"
        path.write_bytes(content)
        try:
            frame = pyogrio.read_dataframe(f"GeoJSON:{path}" if driver == "GeoJSON" else str(path))
        except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError) as error:
            raise InputUnusable(
                "layer.unreadable",
                Text(f"{driver} として読めません", f"cannot be read as {driver}"),
                Text("QGISで開けるか確かめ、保存し直してください", "see whether QGIS opens it, and save it anew"),
                place,
            ) from error
    return _checked(frame, place)


def _checked(frame: object, place: Place) -> gpd.GeoDataFrame:
    if not isinstance(frame, gpd.GeoDataFrame) or not frame.geom_type.isin(["Polygon", "MultiPolygon"]).any():
        raise InputUnusable(
            "layer.no-polygons",
            Text("ポリゴンがありません", "there are no polygons"),
            Text("ポリゴンの主題図を使ってください", "use a layer of polygons"),
            place,
        )
    if frame.crs is None:
        raise InputUnusable(
            "layer.no-crs",
            Text("座標系が書かれていません", "it does not say its coordinate system"),
            Text("QGISで座標系を付けて保存し直してください", "assign one in QGIS and save it anew"),
            place,
        )
    return frame[frame.geom_type.isin(["Polygon", "MultiPolygon"])].reset_index(drop=True)


def written_class(factor: str, written: object) -> str | None:
    """The class that somebody wrote for a class factor; None for blank or unknown words."""
    if written is None or written != written:
        return None
    return VOCABULARIES[factor].key_of(normalise(written))
