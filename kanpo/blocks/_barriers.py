"""Lines that part neighbours (rivers, main roads), from a file."""

from __future__ import annotations

import tempfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import shapely

from kanpo.crs import JAPAN_BOX, STORED_EPSG
from kanpo.errors import InputUnusable, Place
from kanpo.locale import Text

#: First bytes of a file to the GDAL driver that reads it and the suffix that driver expects.
_MAGIC = ((b"SQLite format 3\0", "GPKG", ".gpkg"), (b"fgb\x03fgb", "FlatGeobuf", ".fgb"))
_KINDS = ("LineString", "MultiLineString", "Polygon", "MultiPolygon")
#: Larger files are refused, bytes.
_LARGEST = 1_000_000_000


def read_barriers(path: Path) -> np.ndarray:
    """Lines and areas that nobody farms across, from a GeoJSON, GeoPackage or FlatGeobuf.

    The driver is named by the content, so that a file which only pretends cannot make GDAL open
    another file.

    Returns
    -------
    ndarray of geometries (b,)
        Lines and polygons in longitude and latitude (EPSG:6668); points are left out.

    Raises
    ------
    InputUnusable
        No file, no known form, unreadable, without lines, without a coordinate system, or not in Japan.
    """
    if not path.is_file() or path.stat().st_size > _LARGEST:
        raise _unusable(
            "barrier.missing",
            Text("ファイルがないか、大きすぎます(1 GB まで)", "there is no such file, or it is above 1 GB"),
            Text("ファイル名と場所を確かめてください", "check the name and the folder"),
            path,
        )
    found = _checked(_read(path), path).to_crs(STORED_EPSG)
    shapes = shapely.force_2d(np.asarray(found.geometry, dtype=object))
    west, south, east, north = shapely.total_bounds(shapes)
    if not (
        JAPAN_BOX[0] <= west and JAPAN_BOX[1] <= south and east <= JAPAN_BOX[2] and north <= JAPAN_BOX[3]
    ):
        raise _unusable(
            "barrier.place",
            Text("日本の外の座標があります", "there are coordinates outside Japan"),
            Text("座標系を確かめ、QGISで保存し直してください", "check its coordinate system in QGIS"),
            path,
        )
    return np.asarray(shapes)


def _read(path: Path) -> object:
    content = path.read_bytes()
    known = _driver_of(content)
    if known is None:
        raise _unusable(
            "barrier.form",
            Text("読める線のファイルではありません", "is no file of lines that can be read"),
            Text("QGISで GeoPackage か GeoJSON に保存し直してください", "save it as GeoPackage or GeoJSON"),
            path,
        )
    driver, suffix = known
    try:
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / f"barriers{suffix}"
            copy.write_bytes(content)
            # The prefix forces the driver; text could otherwise be a VRT that names other files.
            return pyogrio.read_dataframe(f"GeoJSON:{copy}" if driver == "GeoJSON" else copy)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError, RuntimeError) as error:
        raise _unusable(
            "barrier.unreadable",
            Text(f"{driver} として読めません", f"cannot be read as {driver}"),
            Text("QGISで開けるか確かめてください", "see whether QGIS opens it"),
            path,
        ) from error


def _driver_of(content: bytes) -> tuple[str, str] | None:
    """The GDAL driver for what a file holds, and the suffix it expects; None when we do not read it."""
    for magic, driver, suffix in _MAGIC:
        if content.startswith(magic):
            return driver, suffix
    text = content[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    return ("GeoJSON", ".geojson") if text.startswith(b"{") else None


def _checked(frame: object, path: Path) -> gpd.GeoDataFrame:
    if not isinstance(frame, gpd.GeoDataFrame) or not frame.geom_type.isin(_KINDS).any():
        raise _unusable(
            "barrier.no-lines",
            Text("線がありません", "there are no lines"),
            Text("川や道路の線のファイルを使ってください", "use a file of lines: rivers, roads"),
            path,
        )
    if frame.crs is None:
        raise _unusable(
            "barrier.no-crs",
            Text("座標系が書かれていません", "it does not say its coordinate system"),
            Text("QGISで座標系を付けて保存し直してください", "assign one in QGIS and save it anew"),
            path,
        )
    return frame[frame.geom_type.isin(_KINDS) & ~frame.is_empty]


def _unusable(code: str, what: Text, mend: Text, path: Path) -> InputUnusable:
    return InputUnusable(code, what, mend, Place(str(path)))
