"""Looking at a file that is to become a layer: what it is, and which factors it can give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast, get_args

import geopandas as gpd
import numpy as np

from kanpo.crs import STORED_EPSG
from kanpo.errors import Place, Problem, UsageError
from kanpo.locale import Text
from kanpo.schema import FACTORS
from kanpo.sites._archive import ZIP
from kanpo.sites._columns import check_factor, match_columns, wrong_column
from kanpo.sites._extent import check_in_japan
from kanpo.sites._gather import Gathered, gather
from kanpo.sites._inspect_raster import inspect_raster
from kanpo.sites._layer import DISTANCE, USUAL, Layer, LayerKind, LayerSettings
from kanpo.sites._mesh_table import inspect_mesh
from kanpo.sites._values import doubts, refuse
from kanpo.sites._vectors import chosen_features, driver_of, open_vector
from kanpo.tables import is_workbook

#: TIFF and BigTIFF, in both byte orders.
_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


def inspect_layer(
    paths: Path | Sequence[Path],
    *,
    layer_id: str | None = None,
    title: str = "",
    kind: str | None = None,
    columns: Mapping[str, str] | None = None,
    source: str = "",
    licence: str = "",
    date: str = "",
    settings: LayerSettings = USUAL,
) -> Layer:
    """Read a file as a layer and find out which factors it gives.

    Parameters
    ----------
    paths : Path or sequence of Path
        A regular file: GeoTIFF, GeoJSON, GeoPackage, FlatGeobuf, a zip of one of these or of a
        shapefile, a CSV or workbook with mesh codes; or several that are put together (see `gather`).
    kind : str, optional
        ``dem`` (elevation and slope), ``raster``, ``polygons`` or ``mesh``; told from the content
        by default. ``distance`` and ``exclusion`` have to be said.
    columns : mapping, optional
        Factor to column or band; proposed from the names by default.
    settings : LayerSettings
        Which features count; how far a distance layer reaches; what an exclusion layer excludes.

    Raises
    ------
    InputUnusable
        The file is none of these, has no coordinate system, lies outside Japan, or holds values
        that cannot be (all of them in `problems`, with row, column and value).
    UsageError
        An unknown kind, factor or column, settings that do not fit, or no factor recognised.
    """
    files = [paths] if isinstance(paths, Path) else list(paths)
    path = files[0]
    _check_kind(kind, path)
    gathered = gather(files)
    content = gathered.content
    kind = _agreed(kind, gathered, path)
    found = cast(LayerKind, "raster" if kind == "dem" else kind or _kind_of(content))
    _check_settings(settings, found, path)
    proposed = _proposed(content, path, found, dict(columns or {}), settings, dem=kind == "dem")
    name = path.stem
    return Layer(
        layer_id or name,
        title or name,
        found,
        proposed,
        content,
        gathered.file_name,
        source,
        licence,
        date,
        settings,
        gathered.made_from,
    )


def _proposed(
    content: bytes, path: Path, kind: LayerKind, wished: dict[str, str], settings: LayerSettings, *, dem: bool
) -> dict[str, str]:
    """Factor to column or band: as wished, or proposed from the content."""
    if kind == "raster":
        proposed = inspect_raster(content, path, wished, dem=dem)
    elif kind == "mesh":
        proposed = inspect_mesh(content, path.name, wished)
    else:
        proposed = _OF_FEATURES[kind](content, path.name, wished, settings)
    if not proposed and kind != "exclusion":
        raise _no_factor(kind, path)
    return proposed


def _agreed(kind: str | None, gathered: Gathered, path: Path) -> str | None:
    """The kind that was said, or that of what was put together.

    Raises
    ------
    UsageError
        What was put together is of another kind than was said.
    """
    if gathered.kind is None or kind in (None, gathered.kind) or (kind, gathered.kind) == ("raster", "dem"):
        return kind or gathered.kind
    raise UsageError(
        "layer.other-kind",
        Text(f"「{kind}」として読めるファイルではありません", f"cannot be read as '{kind}'"),
        Text(f"--as {gathered.kind} にしてください", f"use --as {gathered.kind}"),
        Place(str(path)),
    )


def _check_settings(settings: LayerSettings, kind: LayerKind, path: Path) -> None:
    if settings.where and kind in ("raster", "mesh"):
        raise UsageError(
            "layer.where-kind",
            Text("--where はポリゴン・距離・除外の図だけで使えます", "--where needs a layer of features"),
            Text("--where を外してください", "leave --where out"),
            Place(str(path)),
        )
    if not (0 < settings.share <= 1 and 0 <= settings.reach_m < float("inf")):
        raise UsageError(
            "layer.settings",
            Text(
                "--share は0より大きく1以下、--reach は0以上にしてください",
                "--share must be over 0 and at most 1, --reach 0 or more",
            ),
            Text("例: --share 0.5 --reach 1000", "for example --share 0.5 --reach 1000"),
            Place(str(path)),
        )


def _no_factor(kind: LayerKind, path: Path) -> UsageError:
    example = "road_access_m=distance" if kind == "distance" else "soil_texture=土性"
    return UsageError(
        "layer.no-factor",
        Text("どの立地要因の図か分かりません", "it is not clear which site factor this gives"),
        Text(
            f"--map 要因=列 で指定してください(例: --map {example})",
            f"say it with --map factor=column (for example --map {example})",
        ),
        Place(str(path)),
    )


def _check_kind(kind: str | None, path: Path) -> None:
    kinds = ("dem", *get_args(LayerKind))
    if kind is not None and kind not in kinds:
        raise UsageError(
            "layer.unknown-kind",
            Text(f"主題図の種類「{kind}」はありません", f"there is no kind of layer '{kind}'"),
            Text(f"使える種類: {'、'.join(kinds)}", f"kinds: {', '.join(kinds)}"),
            Place(str(path)),
        )


def _kind_of(content: bytes) -> LayerKind:
    if content.startswith(_TIFF):
        return "raster"
    if is_workbook(content):
        return "mesh"
    return "polygons" if content.startswith(ZIP) or driver_of(content[:4096]) else "mesh"


def _polygons(content: bytes, file: str, columns: dict[str, str], settings: LayerSettings) -> dict[str, str]:
    frame = _vector(content, file, settings, polygons=True)
    taken = match_columns(columns, [str(name) for name in frame.columns if name != "geometry"], file)
    problems = [
        problem
        for factor, name in taken.items()
        for problem in doubts(
            factor,
            (
                (Place(file, feature=int(number), column=name, value=str(value)), value)
                for number, value in frame[name].items()
            ),
        )
    ]
    refuse(problems, file)
    return taken


def _distance(content: bytes, file: str, columns: dict[str, str], settings: LayerSettings) -> dict[str, str]:
    for factor, column in columns.items():
        check_factor(factor, file)
        if column != DISTANCE:
            raise wrong_column(factor, column, [DISTANCE], file)
        if FACTORS[factor].unit != "m":
            raise UsageError(
                "layer.no-distance",
                Text(f"「{factor}」は距離ではありません", f"{factor} is no distance"),
                Text(
                    "距離の要因: road_access_m(道路)、water_access_m(水源)",
                    "distances: road_access_m, water_access_m",
                ),
                Place(file),
            )
    _vector(content, file, settings, polygons=False)
    return columns


def _exclusion(content: bytes, file: str, columns: dict[str, str], settings: LayerSettings) -> dict[str, str]:
    if columns:
        raise UsageError(
            "layer.exclusion-columns",
            Text("除外図から立地要因は読めません", "an exclusion layer gives no site factors"),
            Text("--map を外してください", "leave --map out"),
            Place(file),
        )
    _vector(content, file, settings, polygons=True)
    return {}


def _vector(content: bytes, file: str, settings: LayerSettings, *, polygons: bool) -> gpd.GeoDataFrame:
    """The features that count, of a layer that lies in Japan."""
    frame = chosen_features(open_vector(content, file, polygons=polygons), settings.where, file)
    west, south, east, north = frame.total_bounds
    check_in_japan((west, south, east, north), frame.crs.to_wkt(), file)
    refuse(_nowhere(frame, file), file)
    return frame


def _nowhere(frame: gpd.GeoDataFrame, file: str) -> list[Problem]:
    """Features with a corner that is nowhere on the Earth."""
    degrees = frame.geometry.to_crs(STORED_EPSG)
    box = degrees.bounds.to_numpy()
    placed = np.isfinite(box).all(axis=1) & (np.abs(box[:, [1, 3]]) <= 90).all(axis=1)
    broken = ~placed & ~(frame.geometry.isna() | frame.geometry.is_empty).to_numpy()
    return [
        Problem(
            "layer.nowhere",
            Text("地球の上にない座標があります", "it has a corner that is nowhere on the Earth"),
            Text(
                "その図形の座標を直すか、図形を消してください",
                "mend its coordinates, or leave the feature out",
            ),
            Place(file, feature=int(number) + 1),
        )
        for number in np.flatnonzero(broken)
    ]


_OF_FEATURES = {"polygons": _polygons, "distance": _distance, "exclusion": _exclusion}
