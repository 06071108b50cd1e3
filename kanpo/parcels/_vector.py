"""Parcels from GeoPackage, FlatGeobuf, Shapefile and GeoParquet, a chunk at a time, by a named driver."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyogrio
import pyproj
import shapely

from kanpo.errors import EnvironmentFailure, InputUnusable, Place, UsageError
from kanpo.locale import Text
from kanpo.parcels._layout import known_epsg
from kanpo.parcels._split import FeatureChunk

#: Features read at a time.
CHUNK = 20_000
_POLYGONS = frozenset({"Polygon", "MultiPolygon", "Polygon Z", "MultiPolygon Z", "Unknown", "2.5D Polygon"})


@dataclass(frozen=True, slots=True)
class VectorFile:
    """A vector file that was looked at: `source` is what pyogrio opens, `crs` its EPSG code, if known."""

    path: Path
    driver: str
    source: str
    layer: str | None
    encoding: str | None
    crs: int | None


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
        It has several layers of polygons and none is chosen.
    """
    if driver == "Parquet":
        return VectorFile(path, driver, str(path), None, None, crs or _parquet_crs(path))
    try:
        chosen = layer if layer is not None else _layer_of(path)
        info = pyogrio.read_info(str(path), layer=chosen)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise _unreadable(path, driver) from error
    said = crs if crs is not None else _epsg(info.get("crs"), path)
    encoding = _dbf_encoding(path) if driver == "ESRI Shapefile" else None
    return VectorFile(path, driver, str(path), chosen, encoding, said)


def vector_chunks(file: VectorFile, size: int = CHUNK) -> Iterator[FeatureChunk]:
    """The features of a file in order, `size` at a time."""
    if file.driver == "Parquet":
        yield from _parquet_chunks(file, size)
        return
    for start in range(0, feature_count(file), size):
        try:
            frame = pyogrio.read_dataframe(
                file.source,
                layer=file.layer,
                skip_features=start,
                max_features=size,
                encoding=file.encoding,
                on_invalid="ignore",
            )
        except (pyogrio.errors.DataSourceError, pyogrio.errors.FeatureError, UnicodeDecodeError) as error:
            raise _unreadable(file.path, file.driver) from error
        shapes = np.asarray(frame.geometry.array, dtype=object)
        properties = _properties(pd.DataFrame(frame.drop(columns=frame.geometry.name)))
        yield _chunk(start + 1, properties, shapes)


def feature_count(file: VectorFile) -> int:
    """How many features the file has."""
    if file.driver == "Parquet":
        return int(_parquet().ParquetFile(file.path).metadata.num_rows)
    return int(pyogrio.read_info(file.source, layer=file.layer, force_feature_count=True)["features"])


def _chunk(first: int, properties: list[dict[str, Any]], shapes: np.ndarray) -> FeatureChunk:
    """A chunk whose features have their geometries aside."""
    features = [{"type": "Feature", "properties": found, "geometry": None} for found in properties]
    numbers = list(range(first, first + len(features)))
    return FeatureChunk(numbers, features, [], first + len(features) - 1, shapes)


def _layer_of(path: Path) -> str | None:
    layers = pyogrio.list_layers(str(path))
    names = [str(name) for name, kind in layers if kind in _POLYGONS]
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


def _dbf_encoding(path: Path) -> str | None:
    """How the texts of a shapefile are written: what its .cpg says, else UTF-8 when it is that, else CP932."""
    cpg, dbf = path.with_suffix(".cpg"), path.with_suffix(".dbf")
    if cpg.is_file():
        said = cpg.read_text(encoding="ascii", errors="ignore").strip().upper()
        return {"UTF-8": "UTF-8", "UTF8": "UTF-8", "932": "CP932", "SJIS": "CP932", "SHIFT_JIS": "CP932"}.get(
            said, said or None
        )
    if not dbf.is_file():
        return None
    try:
        dbf.read_bytes()[32:].decode("utf-8")
    except UnicodeDecodeError:
        return "CP932"
    return "UTF-8"


def _properties(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as plain values: blanks None, days and moments as ISO 8601."""
    plain = frame.astype(object).where(frame.notna(), None)
    for name in plain.columns:
        plain[name] = [_plain(value) for value in plain[name]]
    return [{str(key): value for key, value in row.items()} for row in plain.to_dict("records")]


def _plain(value: Any) -> Any:
    if isinstance(value, (datetime, date, pd.Timestamp)):
        return value.isoformat()
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, (bytes, bytearray)):
        return None
    return value.tolist() if isinstance(value, np.ndarray) else value


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
    import json

    parquet = _parquet()
    try:
        found = parquet.read_schema(path).metadata or {}
        geo = json.loads(found[b"geo"])
    except (OSError, ValueError, KeyError) as error:
        raise _unreadable(path, "GeoParquet") from error
    return dict(geo)


def _parquet_crs(path: Path) -> int | None:
    geo = _geo(path)
    crs = geo["columns"][geo["primary_column"]].get("crs")
    if crs is None:
        return None
    identity = crs.get("id", {}) if isinstance(crs, dict) else {}
    if str(identity.get("code", "")).upper() == "CRS84":
        return None
    return (
        known_epsg(int(identity["code"]), path, identity["code"])
        if identity.get("authority") == "EPSG"
        else None
    )


def _parquet_chunks(file: VectorFile, size: int) -> Iterator[FeatureChunk]:
    column = _geo(file.path)["primary_column"]
    opened = _parquet().ParquetFile(file.path)
    done = 0
    for batch in opened.iter_batches(batch_size=size):
        frame = batch.to_pandas()
        shapes = shapely.from_wkb(frame.pop(column).to_numpy(dtype=object), on_invalid="ignore")
        yield _chunk(done + 1, _properties(frame), shapes)
        done += len(frame)


def _unreadable(path: Path, driver: str) -> InputUnusable:
    return InputUnusable(
        "file.unreadable",
        Text(f"{driver} として読めません", f"cannot be read as {driver}"),
        Text("QGISで開けるか確かめ、保存し直してください", "see whether QGIS opens it, and save it anew"),
        Place(str(path)),
    )
