"""Looking at a file that is to become a layer: what it is, and which factors it can give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
import rasterio
from rasterio.io import MemoryFile

from kanpo.errors import InputUnusable, KanpoError, Place, Problem, UsageError
from kanpo.locale import Text
from kanpo.schema import FACTORS, normalise
from kanpo.sites._layer import SLOPE, Layer, LayerKind
from kanpo.sites._mesh import SIZES, mesh_box
from kanpo.sites._mesh_table import CODE_COLUMNS, read_mesh_table
from kanpo.sites._vectors import driver_of, open_vector, written_class

_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_DEM_WORDS = ("dem", "elevation", "標高", "dtm")
#: SQLite cannot hold a larger value in one cell.
_LARGEST = 950_000_000
_ALIASES = {
    "soil_texture": ("texture", "土性"),
    "drainage": ("排水", "排水性"),
    "soil_depth_cm": ("depth_cm", "有効土層", "有効土層深", "土層深cm"),
    "soil_ph": ("ph", "土壌ph"),
    "wildlife_pressure": ("獣害",),
    "sunlight": ("日照",),
    "annual_precip_mm": ("precip_mm", "年降水量"),
    "max_snow_depth_cm": ("snow_cm", "最深積雪"),
    "elevation_m": ("標高",),
    "slope_deg": ("傾斜",),
}
_MONTHS = [f"mean_temp_c_{month:02d}" for month in range(1, 13)]


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
        The file is none of these, has no coordinate system, or a value that cannot be.
    UsageError
        An unknown factor or column, or no factor recognised.
    """
    content = _content(path)
    found: LayerKind = "raster" if kind in ("dem", "raster") else kind or _kind_of(content)  # type: ignore[assignment]
    proposed = {"raster": _raster, "polygons": _polygons, "mesh": _mesh}[found](content, path, kind, dict(columns or {}))
    if not proposed:
        raise UsageError(
            "layer.no-factor",
            Text("どの立地要因の図か分かりません", "it is not clear which site factor this gives"),
            Text("--map 要因=列 で指定してください(例: --map soil_texture=土性)", "say it with --map factor=column"),
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


def _content(path: Path) -> bytes:
    if not path.is_file():
        raise InputUnusable(
            "layer.missing",
            Text("ファイルがありません(フォルダやURLは使えません)", "there is no such file (folders and addresses cannot be used)"),
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


def _raster(content: bytes, path: Path, kind: str | None, columns: dict[str, str]) -> dict[str, str]:
    place = Place(str(path))
    try:
        with MemoryFile(content) as memory, memory.open(driver="GTiff") as raster:
            crs, bands = raster.crs, raster.count
    except rasterio.errors.RasterioIOError as error:
        raise InputUnusable(
            "layer.unreadable",
            Text("GeoTIFF として読めません", "cannot be read as GeoTIFF"),
            Text("QGISで開けるか確かめ、GeoTIFFで保存し直してください", "see whether QGIS opens it, save it as GeoTIFF"),
            place,
        ) from error
    if crs is None:
        raise InputUnusable(
            "layer.no-crs",
            Text("座標系が書かれていません", "it does not say its coordinate system"),
            Text("QGISで座標系を付けて保存し直してください", "assign one in QGIS and save it anew"),
            place,
        )
    if not columns and (kind == "dem" or any(word in path.name.lower() for word in _DEM_WORDS)):
        columns = {"elevation_m": "1", "slope_deg": SLOPE}
    if not columns and bands == 1 and path.stem in FACTORS:
        columns = {path.stem: "1"}
    for factor, band in columns.items():
        _check_factor(factor, place)
        if FACTORS[factor].kind != "number":
            raise _wrong_column(factor, band, [], place)
        if band != SLOPE and not (band.isdigit() and 1 <= int(band) <= bands):
            raise _wrong_column(factor, band, [*map(str, range(1, bands + 1)), SLOPE], place)
    return columns


def _polygons(content: bytes, path: Path, kind: str | None, columns: dict[str, str]) -> dict[str, str]:
    frame = open_vector(content, path.name)
    names = [str(name) for name in frame.columns if name != "geometry"]
    chosen = _match(columns, names, Place(str(path)))
    problems = [problem for factor, name in chosen.items() for problem in _doubt(factor, frame[name], name, path)]
    _refuse(problems, path)
    return chosen


def _doubt(factor: str, column: pd.Series, name: str, path: Path) -> list[Problem]:
    """Values that cannot be: an unknown class, or a number outside what is physically possible."""
    problems = []
    for row, value in enumerate(column, 1):
        blank = value is None or value != value or not str(value).strip()
        if not blank and not _possible(factor, value):
            problems.append(_impossible(factor, Place(path.name, feature=row, column=name, value=str(value))))
    return problems


def _possible(factor: str, value: object) -> bool:
    found = FACTORS[factor]
    if found.kind == "class":
        return written_class(factor, value) is not None
    try:
        number = float(normalise(value))
    except ValueError:
        return False
    assert found.minimum is not None and found.maximum is not None
    return found.minimum <= number <= found.maximum


def _impossible(factor: str, place: Place) -> Problem:
    found = FACTORS[factor]
    if found.kind == "class":
        choices = "、".join(f"{key}({label.ja})" for key, label in found.class_labels.items())
        what = Text(f"「{found.label.ja}」の区分ではありません", f"is no class of {factor}")
        return Problem("layer.class", what, Text(f"使える値: {choices}", f"choices: {', '.join(found.classes)}"), place)
    what = Text(f"「{found.label.ja}」としてあり得ない値です", f"is impossible for {factor}")
    bounds = f"{found.minimum:g}〜{found.maximum:g} {found.unit}"
    return Problem("layer.value", what, Text(f"あり得る範囲: {bounds}", f"possible: {bounds}"), place)


def _mesh(content: bytes, path: Path, kind: str | None, columns: dict[str, str]) -> dict[str, str]:
    place = Place(str(path))
    try:
        headers, rows = read_mesh_table(content)
    except UnicodeDecodeError:
        headers, rows = [], []
    codes = [header for header in headers if header.strip().lower() in CODE_COLUMNS]
    if not codes:
        raise InputUnusable(
            "layer.form",
            Text("主題図でも、メッシュコードの列を持つ表でもありません", "is neither a layer nor a table with a column of mesh codes"),
            Text("列名を mesh_code にするか、別の形式を使ってください", "name the column mesh_code, or use another format"),
            place,
        )
    position = headers.index(codes[0])
    problems = [problem for number, row in enumerate(rows, 2) for problem in _doubt_code(row, position, number, codes[0], path)]
    if len({len(row[position].strip()) for row in rows if len(row) > position}) > 1 and not problems:
        what = Text("桁数の違うメッシュコードが混ざっています", "mesh codes of different lengths are mixed")
        mend = Text("1つの次数に揃えてください", "use one level of mesh")
        problems.append(Problem("layer.mesh-mixed", what, mend, Place(path.name, column=codes[0])))
    if not columns and set(_MONTHS) <= set(headers):
        columns = {"warmth_index_c_month": ",".join(_MONTHS)} | _match({}, headers, place)
    else:
        columns = _match(columns, headers, place)
    for factor, name in columns.items():
        for header in name.split(","):
            cells = [row[headers.index(header)] if len(row) > headers.index(header) else "" for row in rows]
            problems += _doubt_cells(factor, cells, header, path, temperature="," in name)
    _refuse(problems, path)
    return columns


def _doubt_code(row: Sequence[str], position: int, number: int, name: str, path: Path) -> list[Problem]:
    code = row[position].strip() if len(row) > position else ""
    try:
        mesh_box(code)
    except ValueError:
        what = Text("メッシュコードではありません", "is no mesh code")
        digits = "・".join(map(str, SIZES))
        mend = Text(f"{digits} 桁の数字にしてください(先頭の0が落ちていませんか)", f"use {digits} digits")
        return [Problem("layer.mesh-code", what, mend, Place(path.name, row=number, column=name, value=code))]
    return []


def _doubt_cells(factor: str, cells: list[str], name: str, path: Path, *, temperature: bool) -> list[Problem]:
    problems = []
    for row, cell in enumerate(cells, 2):
        judged = "warmest_month_temp_c" if temperature else factor
        if temperature and cell.strip():
            try:
                good = -60 <= float(cell) <= 45
            except ValueError:
                good = False
        else:
            good = not cell.strip() or _possible(factor, cell)
        if not good:
            problems.append(_impossible(judged, Place(path.name, row=row, column=name, value=cell)))
    return problems


def _match(columns: dict[str, str], names: list[str], place: Place) -> dict[str, str]:
    """The mapping that was given, checked; or one proposed from the names."""
    for factor, column in columns.items():
        _check_factor(factor, place)
        if any(name not in names for name in column.split(",")):
            raise _wrong_column(factor, column, names, place)
    if columns:
        return columns
    plain = {normalise(name).casefold(): name for name in names}
    proposed: dict[str, str] = {}
    for factor in FACTORS:
        for name in (factor, FACTORS[factor].label.ja, *_ALIASES.get(factor, ())):
            if normalise(name).casefold() in plain:
                proposed.setdefault(factor, plain[normalise(name).casefold()])
    return proposed


def _check_factor(factor: str, place: Place) -> None:
    if factor not in FACTORS:
        raise UsageError(
            "layer.unknown-factor",
            Text(f"「{factor}」という立地要因はありません", f"there is no site factor '{factor}'"),
            Text(f"使える要因: {'、'.join(FACTORS)}", f"factors: {', '.join(FACTORS)}"),
            place,
        )


def _wrong_column(factor: str, column: str, names: Sequence[str], place: Place) -> KanpoError:
    return UsageError(
        "layer.unknown-column",
        Text(f"「{factor}」に使う列・バンド「{column}」がありません", f"there is no column or band '{column}' for {factor}"),
        Text(f"ある列: {'、'.join(names)}", f"there are: {', '.join(names)}"),
        place,
    )


def _refuse(problems: list[Problem], path: Path) -> None:
    if problems:
        raise InputUnusable(
            "layer.values",
            Text(f"{len(problems)} 箇所に使えない値があります(登録していません)", f"{len(problems)} values cannot be used (nothing was added)"),
            Text("直してから、もう一度登録してください", "mend them and add it again"),
            Place(str(path)),
            tuple(problems),
        )


