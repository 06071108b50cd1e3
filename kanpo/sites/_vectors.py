"""Opening vector layers with the one driver that their content calls for."""

from __future__ import annotations

import re
import tempfile
import warnings
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyogrio
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError

from kanpo.errors import InputUnusable, Place, UsageError
from kanpo.files import damage_said
from kanpo.locale import Text
from kanpo.reading import normalise
from kanpo.sites._archive import ZIP, members
from kanpo.store import check_foreign_tables, ordinary_tables

# GDAL would leave NAME.aux.xml beside a GeoPackage that it only reads.
pyogrio.set_gdal_config_options({"GDAL_PAM_ENABLED": False})

#: First bytes of a file to the GDAL driver that reads it; nothing else is opened.
_MAGIC = ((b"SQLite format 3\0", "GPKG"), (b"fgb\x03fgb", "FlatGeobuf"))
_SUFFIX = {"GPKG": ".gpkg", "FlatGeobuf": ".fgb", "GeoJSON": ".geojson", "ESRI Shapefile": ".shp"}
#: Drivers of files that may hold several layers.
_WITH_LAYERS = ("GPKG", "FlatGeobuf")
_SHAPEFILE = b"\x00\x00\x27\x0a"
#: Suffixes of what may be a layer in a zip, the preferred first, and the parts of a shapefile.
_IN_ZIP = (".geojson", ".gpkg", ".fgb", ".shp")
_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_POLYGONS = ("Polygon", "MultiPolygon")
#: No coordinate system reaches as far, metres.
_FARTHEST = 1e9
#: Values of a column that a message names.
_NAMED = 10
_NAMED_CRS = re.compile(rb'"crs"\s*:\s*\{[^{}]*\{[^{}]*"name"\s*:\s*"([^"]{1,200})"')


def driver_of(head: bytes) -> str | None:
    """The driver for a file that begins with `head`; None when it is no vector layer we read."""
    for magic, driver in _MAGIC:
        if head.startswith(magic):
            return driver
    return "GeoJSON" if head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{" else None


def open_vector(content: bytes, name: str, *, polygons: bool = True) -> gpd.GeoDataFrame:
    """Read a vector layer, also one in a zip (there a shapefile too).

    The driver is named by the content, so that a file which only pretends cannot make GDAL open
    another file.

    Parameters
    ----------
    content : bytes
        The whole file.
    name : str
        For messages.
    polygons : bool
        Only polygons will do; else points and lines as well.

    Returns
    -------
    GeoDataFrame
        The features that will do; the index is the number of the feature in the file, from 1.

    Raises
    ------
    InputUnusable
        No known form, unreadable, several layers, without such features or a coordinate system.
    """
    with tempfile.TemporaryDirectory() as folder:
        if content.startswith(ZIP):
            path, driver = _unpacked(content, name, Path(folder))
        else:
            driver = _known_driver(content, name)
            path = Path(folder) / f"layer{_SUFFIX[driver]}"
            path.write_bytes(content)
        if driver == "GeoJSON":
            _check_named_crs(path.read_bytes()[:100_000], name)
        try:
            return _checked(_read(path, driver, name, polygons), name, polygons)
        except InputUnusable as error:
            # The name of our own in the folder says nothing to anybody.
            if error.place.file and Path(error.place.file).name == path.name:
                error.place = replace(error.place, file=name)
            raise


def _unpacked(content: bytes, name: str, folder: Path) -> tuple[Path, str]:
    """The one layer of a zip, written into a folder under a name of our own, and its driver."""
    # A layer that lies there in several forms is one layer.
    forms: dict[str, list[str]] = {}
    for member in members(content, name):
        stem, _, suffix = member.path.rpartition(".")
        if f".{suffix.lower()}" in (*_IN_ZIP, *_PARTS):
            forms.setdefault(stem, []).append(f".{suffix.lower()}")
    layers = {stem: found for stem, found in forms.items() if set(found) & set(_IN_ZIP)}
    if len(layers) > 1:
        raise _several(name, [stem.rpartition("/")[2] for stem in layers])
    if not layers:
        raise _no_layer(name)
    (stem,) = layers
    wanted = next(suffix for suffix in _IN_ZIP if suffix in layers[stem])
    parts = _PARTS if wanted == ".shp" else (wanted,)
    for member in members(content, name):
        own, _, suffix = member.path.rpartition(".")
        if own == stem and f".{suffix.lower()}" in parts:
            (folder / f"layer.{suffix.lower()}").write_bytes(member.content)
    path = folder / f"layer{wanted}"
    if wanted != ".shp":
        return path, _known_driver(path.read_bytes(), name)
    if not path.read_bytes().startswith(_SHAPEFILE):
        raise _no_layer(name)
    return path, "ESRI Shapefile"


def _known_driver(content: bytes, name: str) -> str:
    driver = driver_of(content[:4096])
    if driver is None:
        raise _no_layer(name)
    return driver


def _no_layer(name: str) -> InputUnusable:
    return InputUnusable(
        "layer.form",
        Text("読める主題図ではありません", "is no layer that can be read"),
        Text(
            "GeoJSON・GeoPackage・FlatGeobuf・GeoTIFF・CSV(メッシュ)か、それを1つ入れたzip"
            "(シェープファイルも)を使ってください",
            "use GeoJSON, GeoPackage, FlatGeobuf, GeoTIFF or CSV by mesh, or a zip with one of them or a shapefile",
        ),
        Place(name),
    )


def _read(path: Path | str, driver: str, name: str, polygons: bool) -> object:
    how: dict[str, Any] = {"on_invalid": "fix"}
    if driver == "GeoJSON":
        # The prefix forces the driver; text could otherwise be a VRT that names other files.
        path = f"GeoJSON:{path}"
    elif driver == "ESRI Shapefile":
        # National data without a .cpg are in CP932.
        how["encoding"] = None if Path(path).with_suffix(".cpg").exists() else "cp932"
    if driver == "GPKG":
        check_foreign_tables(Path(path))
    # GDAL warns of rings that are not closed; they are closed, and what is no shape is left out.
    with damage_said(lambda reason: _unreadable(driver, name, reason)), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        if driver in _WITH_LAYERS:
            how["layer"] = _vector_layer(path, name, polygons)
        return pyogrio.read_dataframe(path, **how)


def _unreadable(driver: str, name: str, reason: str) -> InputUnusable:
    return InputUnusable(
        "layer.unreadable",
        Text(f"{driver} として読めません", f"cannot be read as {driver} ({reason})"),
        Text(
            "QGISで開けるか確かめ、保存し直してください",
            "see whether QGIS opens it, and save it anew",
        ),
        Place(name),
    )


def _vector_layer(path: Path | str, name: str, polygons: bool) -> str:
    """The one layer of a file that may hold what is wanted."""
    words = ("Polygon", "Unknown", "Surface") if polygons else ("",)
    tables = ordinary_tables(Path(path))
    layers = [
        str(layer)
        for layer, geometry in pyogrio.list_layers(path)
        if geometry is not None
        and any(word in geometry for word in words)
        and (tables is None or str(layer) in tables)
    ]
    if len(layers) > 1:
        raise _several(name, layers)
    if not layers:
        raise _no_features(name, polygons)
    return layers[0]


def _several(name: str, layers: Sequence[str]) -> InputUnusable:
    return InputUnusable(
        "layer.several",
        Text("レイヤが複数入っています", "it holds several layers"),
        Text(
            f"使うレイヤだけを別のファイルに保存してください({'、'.join(layers[:_NAMED])})",
            f"save the one you want as a file of its own ({', '.join(layers[:_NAMED])})",
        ),
        Place(name),
    )


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


def _checked(frame: object, name: str, polygons: bool) -> gpd.GeoDataFrame:
    if not isinstance(frame, gpd.GeoDataFrame):
        raise _no_features(name, polygons)
    good = frame.geom_type.isin(_POLYGONS) if polygons else frame.geom_type.notna()
    if not good.any():
        raise _no_features(name, polygons)
    if frame.crs is None:
        raise no_crs(name)
    frame.index = frame.index + 1
    _check_numbers(frame, name)
    return frame[good.to_numpy() & ~frame.is_empty.to_numpy()]


def _check_numbers(frame: gpd.GeoDataFrame, name: str) -> None:
    """Coordinates beyond all numbers lie nowhere."""
    points, owner = shapely.get_coordinates(np.asarray(frame.geometry.array), return_index=True)
    wrong = owner[~(np.abs(points) < _FARTHEST).all(axis=1)]
    if len(wrong):
        raise InputUnusable(
            "layer.coordinates",
            Text("座標が数になっていない地物があります", "a feature has coordinates that are no numbers"),
            Text("QGISで開いて描き直すか、取り除いてください", "draw it again in QGIS, or remove it"),
            Place(name, feature=int(frame.index[wrong[0]])),
        )


def _no_features(name: str, polygons: bool) -> InputUnusable:
    if polygons:
        return InputUnusable(
            "layer.no-polygons",
            Text("ポリゴンがありません", "there are no polygons"),
            Text("ポリゴンの主題図を使ってください", "use a layer of polygons"),
            Place(name),
        )
    return InputUnusable(
        "layer.no-features",
        Text("地物がありません", "there are no features"),
        Text("点・線・面のある主題図を使ってください", "use a layer of points, lines or polygons"),
        Place(name),
    )


def chosen_features(
    features: gpd.GeoDataFrame, where: Sequence[tuple[str, str]], name: str
) -> gpd.GeoDataFrame:
    """The features that have one of the values in each of the columns; compared as text.

    Raises
    ------
    UsageError
        There is no such column, or no feature has the value.
    """
    for column in dict.fromkeys(column for column, _ in where):
        names = [str(key) for key in features.columns if key != "geometry"]
        if column not in names:
            raise UsageError(
                "layer.unknown-column",
                Text(f"--where の列「{column}」がありません", f"there is no column '{column}' for --where"),
                Text(f"ある列: {'、'.join(names)}", f"there are: {', '.join(names)}"),
                Place(name),
            )
        wanted = {normalise(value) for key, value in where if key == column}
        written = features[column].map(_plain)
        if not wanted <= set(written):
            there = sorted(set(written) - {""})[:_NAMED]
            raise UsageError(
                "layer.where-nothing",
                Text("--where の値を持つ地物がありません", "no feature has the value of --where"),
                Text(f"ある値(例): {'、'.join(there)}", f"values are, for example: {', '.join(there)}"),
                Place(name, column=column, value="、".join(sorted(wanted - set(written)))),
            )
        features = features[written.isin(wanted).to_numpy()]
    return features


def _plain(value: object) -> str:
    """A cell as text; whole numbers without their decimals."""
    if value is None or value != value:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return normalise(str(value))


def no_crs(name: str) -> InputUnusable:
    """The error for a layer that does not say its coordinate system."""
    return InputUnusable(
        "layer.no-crs",
        Text("座標系が書かれていません", "it does not say its coordinate system"),
        Text("QGISで座標系を付けて保存し直してください", "assign one in QGIS and save it anew"),
        Place(name),
    )
