"""Opening polygon layers with the one driver that their content calls for."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import geopandas as gpd
import pyogrio
from pyproj import CRS
from pyproj.exceptions import CRSError

from kanpo.errors import InputUnusable, Place
from kanpo.locale import Text

#: First bytes of a file to the GDAL driver that reads it; nothing else is opened.
_MAGIC = ((b"SQLite format 3\0", "GPKG"), (b"fgb\x03fgb", "FlatGeobuf"))
_SUFFIX = {"GPKG": ".gpkg", "FlatGeobuf": ".fgb", "GeoJSON": ".geojson"}
_POLYGONS = ("Polygon", "MultiPolygon")
_NAMED_CRS = re.compile(rb'"crs"\s*:\s*\{[^{}]*\{[^{}]*"name"\s*:\s*"([^"]{1,200})"')


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

    Returns
    -------
    GeoDataFrame
        The polygons only; the index is the number of the feature in the file, from 1.

    Raises
    ------
    InputUnusable
        No known form, unreadable, without polygons or without a coordinate system.
    """
    driver = driver_of(content[:4096])
    if driver is None:
        raise InputUnusable(
            "layer.form",
            Text("読める主題図ではありません", "is no layer that can be read"),
            Text(
                "GeoJSON・GeoPackage・FlatGeobuf・GeoTIFF・CSV(メッシュ)を使ってください",
                "use GeoJSON, GeoPackage, FlatGeobuf, GeoTIFF or CSV by mesh",
            ),
            Place(name),
        )
    if driver == "GeoJSON":
        _check_named_crs(content[:100_000], name)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"layer{_SUFFIX[driver]}"
        path.write_bytes(content)
        return _checked(_read(path, driver, name), name)


def _read(path: Path, driver: str, name: str) -> object:
    try:
        if driver == "GeoJSON":
            # The prefix forces the driver; text could otherwise be a VRT that names other files.
            return pyogrio.read_dataframe(f"GeoJSON:{path}")
        return pyogrio.read_dataframe(path, layer=_polygon_layer(path, name))
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError, RuntimeError) as error:
        raise InputUnusable(
            "layer.unreadable",
            Text(f"{driver} として読めません", f"cannot be read as {driver}"),
            Text(
                "QGISで開けるか確かめ、保存し直してください",
                "see whether QGIS opens it, and save it anew",
            ),
            Place(name),
        ) from error


def _polygon_layer(path: Path, name: str) -> str:
    """The one layer of a file that may hold polygons."""
    layers = [
        str(layer)
        for layer, geometry in pyogrio.list_layers(path)
        if geometry is not None and any(word in geometry for word in ("Polygon", "Unknown", "Surface"))
    ]
    if len(layers) > 1:
        raise InputUnusable(
            "layer.several",
            Text("ポリゴンのレイヤが複数入っています", "it holds several polygon layers"),
            Text(
                f"使うレイヤだけを別のファイルに保存してください({'、'.join(layers)})",
                f"save the one you want as a file of its own ({', '.join(layers)})",
            ),
            Place(name),
        )
    if not layers:
        raise _no_polygons(name)
    return layers[0]


def _check_named_crs(head: bytes, name: str) -> None:
    """GDAL reads an unknown coordinate system of a GeoJSON as degrees without a word."""
    match = _NAMED_CRS.search(head)
    if match is None:
        return
    written = match.group(1).decode("utf-8", "replace")
    try:
        CRS.from_user_input(written)
    except CRSError as error:
        raise InputUnusable(
            "layer.crs-unknown",
            Text("知らない座標系です", "is an unknown coordinate system"),
            Text("QGISで座標系を付けて保存し直してください", "assign one in QGIS and save it anew"),
            Place(name, column="crs", value=written),
        ) from error


def _checked(frame: object, name: str) -> gpd.GeoDataFrame:
    if not isinstance(frame, gpd.GeoDataFrame) or not frame.geom_type.isin(_POLYGONS).any():
        raise _no_polygons(name)
    if frame.crs is None:
        raise no_crs(name)
    frame.index = frame.index + 1
    return frame[frame.geom_type.isin(_POLYGONS) & ~frame.is_empty]


def _no_polygons(name: str) -> InputUnusable:
    return InputUnusable(
        "layer.no-polygons",
        Text("ポリゴンがありません", "there are no polygons"),
        Text("ポリゴンの主題図を使ってください", "use a layer of polygons"),
        Place(name),
    )


def no_crs(name: str) -> InputUnusable:
    """The error for a layer that does not say its coordinate system."""
    return InputUnusable(
        "layer.no-crs",
        Text("座標系が書かれていません", "it does not say its coordinate system"),
        Text("QGISで座標系を付けて保存し直してください", "assign one in QGIS and save it anew"),
        Place(name),
    )
