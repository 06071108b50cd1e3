"""Lines that part neighbours (rivers, main roads), from a file or from the project's layers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from kanpo.crs import STORED_EPSG
from kanpo.errors import InputUnusable, Place, UsageError
from kanpo.files import check_kind
from kanpo.locale import Text
from kanpo.sites import check_in_japan, chosen_features, open_vector, project_layers
from kanpo.store import Project

_KINDS = ("LineString", "MultiLineString", "Polygon", "MultiPolygon")
#: Larger files are refused, bytes.
_LARGEST = 1_000_000_000


def read_barriers(path: Path) -> np.ndarray:
    """Lines and areas that nobody farms across, from any vector file that can be a layer.

    Returns
    -------
    ndarray of geometries (b,)
        Lines and polygons in longitude and latitude (EPSG:6668); points are left out.

    Raises
    ------
    InputUnusable
        No file, no known form, unreadable, without lines, without a coordinate system, or not in Japan.
    """
    check_kind(path, able=("sqlite",))
    if not path.is_file():
        raise InputUnusable(
            "barrier.missing",
            Text("ファイルがありません", "there is no such file"),
            Text("ファイル名と場所を確かめてください", "check the name and the folder"),
            Place(str(path)),
        )
    if path.stat().st_size > _LARGEST:
        raise InputUnusable(
            "barrier.too-large",
            Text("ファイルが大きすぎます(1 GB まで)", "the file is above 1 GB"),
            Text("要る範囲だけを切り出してください", "cut out what is needed"),
            Place(str(path)),
        )
    return _lines(open_vector(path.read_bytes(), path.name, polygons=False), path.name)


def stored_barriers(project: Project, layer_ids: Sequence[str]) -> np.ndarray:
    """The same from layers of the project: roads or rivers by distance, polygons.

    Raises
    ------
    UsageError
        There is no such layer, or it is no layer of lines or polygons.
    """
    vectors = {
        layer.layer_id: layer
        for layer in project_layers(project)
        if layer.kind in ("distance", "polygons", "exclusion")
    }
    found = []
    for layer_id in layer_ids:
        if layer_id not in vectors:
            names = "、".join(vectors) or "-"
            raise UsageError(
                "barrier.layer",
                Text(
                    f"線やポリゴンの主題図「{layer_id}」はありません",
                    f"there is no layer of lines or polygons '{layer_id}'",
                ),
                Text(f"使えるもの: {names}", f"those that can be used: {', '.join(vectors) or '-'}"),
                Place(column="layer_id", value=layer_id),
            )
        layer = vectors[layer_id]
        features = open_vector(layer.content, layer.file_name, polygons=False)
        found.append(
            _lines(chosen_features(features, layer.settings.where, layer.file_name), layer.file_name)
        )
    return np.concatenate(found) if found else np.empty(0, dtype=object)


def _lines(features: gpd.GeoDataFrame, name: str) -> np.ndarray:
    kept = features[features.geom_type.isin(_KINDS)]
    if kept.empty:
        raise InputUnusable(
            "barrier.no-lines",
            Text("線がありません", "there are no lines"),
            Text("川や道路の線のファイルを使ってください", "use a file of lines: rivers, roads"),
            Place(name),
        )
    west, south, east, north = kept.total_bounds
    check_in_japan((west, south, east, north), kept.crs.to_wkt(), name)
    return np.asarray(shapely.force_2d(np.asarray(kept.to_crs(STORED_EPSG).geometry, dtype=object)))
