"""Looking at a file that is to become a layer: what it is, and which factors it can give."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import cast, get_args

from kanpo.errors import InputUnusable, Place, UsageError
from kanpo.locale import Text
from kanpo.sites._columns import match_columns
from kanpo.sites._extent import check_in_japan
from kanpo.sites._inspect_raster import inspect_raster
from kanpo.sites._layer import Layer, LayerKind
from kanpo.sites._mesh_table import inspect_mesh
from kanpo.sites._values import doubts, refuse
from kanpo.sites._vectors import driver_of, open_vector

#: TIFF and BigTIFF, in both byte orders.
_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
#: SQLite cannot hold a larger value in one cell.
_LARGEST = 950_000_000


def inspect_layer(
    path: Path,
    *,
    layer_id: str | None = None,
    title: str = "",
    kind: str | None = None,
    columns: Mapping[str, str] | None = None,
    source: str = "",
    licence: str = "",
    date: str = "",
) -> Layer:
    """Read a file as a layer and find out which factors it gives.

    Parameters
    ----------
    path : Path
        A regular file: GeoTIFF, GeoJSON, GeoPackage, FlatGeobuf, or a CSV with mesh codes.
    kind : str, optional
        ``dem`` (elevation and slope), ``raster``, ``polygons`` or ``mesh``; told from the content
        by default.
    columns : mapping, optional
        Factor to column or band; proposed from the names by default.

    Raises
    ------
    InputUnusable
        The file is none of these, has no coordinate system, lies outside Japan, or holds values
        that cannot be (all of them in `problems`, with row, column and value).
    UsageError
        An unknown kind, factor or column, or no factor recognised.
    """
    _check_kind(kind, path)
    content = _content(path)
    found = cast(LayerKind, "raster" if kind == "dem" else kind or _kind_of(content))
    wished = dict(columns or {})
    if found == "raster":
        proposed = inspect_raster(content, path, wished, dem=kind == "dem")
    else:
        proposed = {"polygons": _polygons, "mesh": inspect_mesh}[found](content, path.name, wished)
    if not proposed:
        raise UsageError(
            "layer.no-factor",
            Text("どの立地要因の図か分かりません", "it is not clear which site factor this gives"),
            Text(
                "--map 要因=列 で指定してください(例: --map soil_texture=土性)",
                "say it with --map factor=column (for example --map soil_texture=texture)",
            ),
            Place(str(path)),
        )
    return Layer(
        layer_id=layer_id or path.stem,
        title=title or path.stem,
        kind=found,
        columns=proposed,
        content=content,
        file_name=path.name,
        source=source,
        licence=licence,
        date=date,
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


def _content(path: Path) -> bytes:
    if not path.is_file():
        raise InputUnusable(
            "layer.missing",
            Text(
                "ファイルがありません(フォルダやURLは使えません)",
                "there is no such file (folders and addresses cannot be used)",
            ),
            Text("ファイル名と場所を確かめてください", "check the name and the folder"),
            Place(str(path)),
        )
    if path.stat().st_size > _LARGEST:
        raise InputUnusable(
            "layer.too-large",
            Text("ファイルが大きすぎます(950 MB まで)", "the file is too large (up to 950 MB)"),
            Text("市の範囲で切り抜いてください", "clip it to the municipality"),
            Place(str(path)),
        )
    return path.read_bytes()


def _kind_of(content: bytes) -> LayerKind:
    if content.startswith(_TIFF):
        return "raster"
    return "polygons" if driver_of(content[:4096]) else "mesh"


def _polygons(content: bytes, file: str, columns: dict[str, str]) -> dict[str, str]:
    frame = open_vector(content, file)
    west, south, east, north = frame.total_bounds
    check_in_japan((west, south, east, north), frame.crs.to_wkt(), file)
    chosen = match_columns(columns, [str(name) for name in frame.columns if name != "geometry"], file)
    problems = [
        problem
        for factor, name in chosen.items()
        for problem in doubts(
            factor,
            (
                (Place(file, feature=int(number), column=name, value=str(value)), value)
                for number, value in frame[name].items()
            ),
        )
    ]
    refuse(problems, file)
    return chosen
