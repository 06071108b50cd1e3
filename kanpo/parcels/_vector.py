"""Parcels from GeoPackage, FlatGeobuf, Shapefile and GeoParquet, a chunk at a time, by a named driver."""

from __future__ import annotations

import json
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyogrio
import pyproj
import shapely

from kanpo.errors import EnvironmentFailure, InputUnusable, Place, UsageError
from kanpo.files import damage_said
from kanpo.locale import Text
from kanpo.parcels._layout import known_epsg
from kanpo.parcels._shapefile import shapefile_encoding
from kanpo.parcels._split import FeatureChunk
from kanpo.store import check_foreign_tables, ordinary_tables

# GDAL would leave NAME.aux.xml beside a GeoPackage that it only reads.
pyogrio.set_gdal_config_options({"GDAL_PAM_ENABLED": False})

#: Features read at a time.
CHUNK = 20_000
_POLYGONS = frozenset({"Polygon", "MultiPolygon", "Polygon Z", "MultiPolygon Z", "Unknown", "2.5D Polygon"})


@dataclass(frozen=True, slots=True)
class VectorFile:
    """A vector file that was looked at.

    `source` is what pyogrio opens, `crs` its EPSG code, if known, `whole` its columns of whole numbers.
    """

    path: Path
    driver: str
    source: str
    layer: str | None
    encoding: str | None
    crs: int | None
    whole: frozenset[str] = frozenset()


def open_vector(path: Path, driver: str, crs: int | None = None, layer: str | None = None) -> VectorFile:
    """Look at a vector file without reading its features.

    Parameters
    ----------
    driver : str
        ``GPKG``, ``FlatGeobuf``, ``ESRI Shapefile`` or ``Parquet``, as told from the content.
    crs : int, optional
        EPSG code said by the user; goes before what the file says.
    layer : str, optional
        Which layer, where a file has several with polygons.

    Raises
    ------
    InputUnusable
        It cannot be read, has no polygons, or an unknown coordinate system.
    UsageError
        It has several layers of polygons and none is chosen, or not the one that is.
    """
    if driver == "Parquet":
        file = VectorFile(path, driver, str(path), None, None, crs or _parquet_crs(path))
    else:
        encoding = shapefile_encoding(path) if driver == "ESRI Shapefile" else None
        with _gdal(path, driver):
            chosen = _layer_of(path, layer)
            info = pyogrio.read_info(str(path), layer=chosen, encoding=encoding)
        said = crs if crs is not None else _epsg(info.get("crs"), path)
        kinds = zip(info["fields"], info["dtypes"], strict=True)
        whole = frozenset(str(name) for name, kind in kinds if str(kind).startswith("int"))
        file = VectorFile(path, driver, str(path), chosen, encoding, said, whole)
    if not feature_count(file):
        raise InputUnusable(
            "file.no-features",
            Text("筆が1つもありません", "has no features"),
            Text("書き出しの範囲を確かめてください", "check what was exported"),
            Place(str(path)),
        )
    return file


def vector_chunks(file: VectorFile, size: int = CHUNK) -> Iterator[FeatureChunk]:
    """The features of a file in order, `size` at a time."""
    if file.driver == "Parquet":
        yield from _parquet_chunks(file, size)
        return
    total = feature_count(file)
    for start in range(0, total, size):
        with _gdal(file.path, file.driver):
            frame = pyogrio.read_dataframe(
                file.source,
                layer=file.layer,
                skip_features=start,
                max_features=size,
                encoding=file.encoding,
                on_invalid="ignore",
            )
        if file.driver == "FlatGeobuf" and len(frame) < min(size, total - start):
            # GDAL passes over what the index names and the file no longer holds.
            raise _cut_short(file.path, start + len(frame), total)
        shapes = np.asarray(frame.geometry.array, dtype=object)
        if file.driver == "ESRI Shapefile":
            # Clockwise is right in a shapefile: to turn its rings is no repair.
            shapes = shapely.orient_polygons(shapes)
        properties = _properties(pd.DataFrame(frame.drop(columns=frame.geometry.name)), file.whole)
        yield _chunk(start + 1, properties, shapes)


def feature_count(file: VectorFile) -> int:
    """How many features the file has."""
    if file.driver == "Parquet":
        with damage_said(lambda _: _unreadable(file.path, "GeoParquet")):
            return int(_parquet().ParquetFile(file.path).metadata.num_rows)
    with _gdal(file.path, file.driver):
        info = pyogrio.read_info(
            file.source, layer=file.layer, encoding=file.encoding, force_feature_count=True
        )
    return int(info["features"])


@contextmanager
def _gdal(path: Path, driver: str) -> Iterator[None]:
    """What GDAL cannot read is an unusable file; what it remarks, in English, is nothing to the user.

    It remarks on names that do not fit the form and on measures (M) left out; what it does to a
    shape or a text is found by the checks that follow.
    """
    with damage_said(lambda _: _unreadable(path, driver)), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _chunk(first: int, properties: list[dict[str, Any]], shapes: np.ndarray) -> FeatureChunk:
    """A chunk whose features have their geometries aside."""
    features = [{"type": "Feature", "properties": found, "geometry": None} for found in properties]
    numbers = list(range(first, first + len(features)))
    return FeatureChunk(numbers, features, [], first + len(features) - 1, shapes)


def _layer_of(path: Path, wanted: str | None) -> str:
    check_foreign_tables(path, wanted)
    tables = ordinary_tables(path)
    layers = pyogrio.list_layers(str(path))
    if wanted is not None:
        every = [str(name) for name, _ in layers]
        if wanted in every:
            return wanted
        raise UsageError(
            "file.no-such-layer",
            Text(f"「{wanted}」という層はありません", f"has no layer '{wanted}'"),
            Text(f"次から選んでください: {'、'.join(every)}", f"choose one of {', '.join(every)}"),
            Place(str(path)),
        )
    names = [
        str(name) for name, kind in layers if kind in _POLYGONS and (tables is None or str(name) in tables)
    ]
    if len(names) == 1:
        return names[0]
    if not names:
        raise InputUnusable(
            "file.no-polygons",
            Text("ポリゴンの層がありません", "has no layer of polygons"),
            Text("筆の形を持つデータを使ってください", "use data with outlines of parcels"),
            Place(str(path)),
        )
    raise UsageError(
        "file.several-layers",
        Text(f"ポリゴンの層が {len(names)} つあります", f"has {len(names)} layers of polygons"),
        Text(f"--layer で選んでください: {'、'.join(names)}", f"choose one with --layer: {', '.join(names)}"),
        Place(str(path)),
    )


def _epsg(written: str | None, path: Path) -> int | None:
    """EPSG code of what GDAL says of a coordinate system; None for degrees without a word."""
    if written is None:
        return None
    try:
        code = pyproj.CRS.from_user_input(written).to_epsg(min_confidence=60)
    except pyproj.exceptions.CRSError:
        code = None
    if code is None and "CRS84" in written.upper():
        return None
    return known_epsg(code or 0, path, written[:40])


def _properties(frame: pd.DataFrame, whole: frozenset[str] = frozenset()) -> list[dict[str, Any]]:
    """Rows as plain values: blanks None, days and moments as ISO 8601.

    A column of `whole` numbers in which one is missing comes as floating point: it is made whole again.
    """
    plain = frame.astype(object).where(frame.notna(), None)
    # A file may have a name twice; the second goes on under a name of its own.
    seen = Counter[str]()
    names = []
    for name in map(str, plain.columns):
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    columns = [[_plain(value) for value in plain.iloc[:, at]] for at in range(len(names))]
    for name, values in zip(names, columns, strict=True):
        if name in whole:
            values[:] = [int(value) if isinstance(value, float) else value for value in values]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)] or [
        {} for _ in range(len(frame))
    ]


def _plain(value: Any) -> Any:
    """A value as JSON knows it; what JSON has no form for is text, raw bytes are nothing."""
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [_plain(inner) for inner in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, (bytes, bytearray)):
        return None
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    return value if value is None or isinstance(value, (str, bool, int, float)) else str(value)


def _parquet() -> Any:
    try:
        import pyarrow.parquet
    except ImportError as error:
        raise EnvironmentFailure(
            "file.parquet",
            Text("GeoParquet には pyarrow が要ります", "GeoParquet needs pyarrow"),
            Text("pip install 'kanpo[parquet]' を実行してください", "run pip install 'kanpo[parquet]'"),
        ) from error
    return pyarrow.parquet


def _geo(path: Path) -> dict[str, Any]:
    """The ``geo`` member of a GeoParquet file (its specification, version 1)."""
    parquet = _parquet()
    with damage_said(lambda _: _unreadable(path, "GeoParquet")):
        schema = parquet.read_schema(path)
        geo = json.loads((schema.metadata or {})[b"geo"])
        column = geo["columns"][geo["primary_column"]]
        if geo["primary_column"] not in schema.names or column["encoding"] != "WKB":
            raise ValueError(column["encoding"])
        return dict(geo)


def _parquet_crs(path: Path) -> int | None:
    """EPSG code of a GeoParquet file; None for CRS84, which is meant where nothing is said."""
    geo = _geo(path)
    crs = geo["columns"][geo["primary_column"]].get("crs")
    if crs is None:
        return None
    identity = crs.get("id") if isinstance(crs, dict) else None
    code = str(identity.get("code", "")) if isinstance(identity, dict) else ""
    if code.upper() == "CRS84":
        return None
    if code.isdecimal():
        return known_epsg(int(code), path, code)
    return _epsg(json.dumps(crs), path)


def _parquet_chunks(file: VectorFile, size: int) -> Iterator[FeatureChunk]:
    column = _geo(file.path)["primary_column"]
    done = 0
    with damage_said(lambda _: _unreadable(file.path, "GeoParquet")):
        batches = _parquet().ParquetFile(file.path).iter_batches(batch_size=size)
    while True:
        with damage_said(lambda _: _unreadable(file.path, "GeoParquet")):
            batch = next(batches, None)
            if batch is None:
                return
            frame = batch.to_pandas(integer_object_nulls=True)
            shapes = shapely.from_wkb(frame.pop(column).to_numpy(dtype=object), on_invalid="ignore")
        yield _chunk(done + 1, _properties(frame), shapes)
        done += len(frame)


def _cut_short(path: Path, found: int, said: int) -> InputUnusable:
    return InputUnusable(
        "file.unreadable",
        Text(
            f"途中で切れています({said:,} 筆のうち {found:,} 筆だけあります)",
            f"is cut short (it holds {found:,} of {said:,} features)",
        ),
        Text("ダウンロードをやり直してください", "download it again"),
        Place(str(path)),
    )


def _unreadable(path: Path, driver: str) -> InputUnusable:
    return InputUnusable(
        "file.unreadable",
        Text(f"{driver} として読めません", f"cannot be read as {driver}"),
        Text("QGISで開けるか確かめ、保存し直してください", "see whether QGIS opens it, and save it anew"),
        Place(str(path)),
    )
