"""Days of a mesh from the user's own files: netCDF of the mesh weather data and of climate scenarios, CSV by mesh code.

Variables and units: 農研機構 メッシュ農業気象データ (TMP_mea, TMP_max, TMP_min in °C, APCP in mm; the
mesh scenario data have the same names), 国立環境研究所 日本域バイアス補正気候シナリオ (tas, tasmax, tasmin in
°C, pr in mm/day). Both lie on the tertiary mesh. Nothing is converted in silence: another grid, unit,
calendar or step is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from rasterio.windows import Window

from kanpo.budgets import RASTER_CELLS
from kanpo.climate._dates import band_dates
from kanpo.errors import InputUnusable, Place
from kanpo.files import damage_said
from kanpo.locale import Text
from kanpo.reading import normalise

#: Variables of the mesh weather data and of the scenarios, and the field of a day that each is.
OBSERVED: Mapping[str, str] = {
    "TMP_mea": "tmean_c",
    "TMP_max": "tmax_c",
    "TMP_min": "tmin_c",
    "APCP": "precip_mm",
}
MODELLED: Mapping[str, str] = {"tas": "tmean_c", "tasmax": "tmax_c", "tasmin": "tmin_c", "pr": "precip_mm"}
_KNOWN = {**OBSERVED, **MODELLED}
_DEGREES = frozenset(
    ("degc", "c", "°c", "celsius", "degreec", "degreesc", "degreecelsius", "degreescelsius", "degcelsius")
)
_MILLIMETRES = frozenset(("mm", "mm/day", "mm/d", "mmday-1", "mmd-1", "mm/day-1", "mmday^-1"))
#: What a day may have, by field: beyond it the unit is another than the file says.
_POSSIBLE = {"tmean_c": (-60, 60), "tmax_c": (-60, 60), "tmin_c": (-60, 60), "precip_mm": (0, 2000)}
#: Cells of the tertiary mesh in a degree, and by what share of a cell a grid may be off (its places are
#: written with seven digits).
_PER_LONGITUDE, _PER_LATITUDE, _OFF = 80, 120, 0.05
#: So many days of exactly 0 °C do not follow one another.
_MONTH = 30
#: Degrees (in cells) by which a place on an edge may have been rounded to the south west.
_HAIR = 1e-7


@dataclass(frozen=True, slots=True, eq=False)
class MeshDays:
    """One variable by day: `values` (days, cells) in the unit of its `field`, NaN where there is none.

    `cells` are row and column (k, 2) in the tertiary mesh of the world, counted from its south west.
    """

    file: str
    variable: str
    field: str
    dates: list[str]
    cells: np.ndarray
    values: np.ndarray


def is_grid(path: Path) -> bool:
    """Whether a file begins as netCDF does (classic, or in HDF5)."""
    if not path.is_file():
        return False
    with path.open("rb") as stream:
        start = stream.read(8)
    return start.startswith((b"CDF\x01", b"CDF\x02", b"CDF\x05", b"\x89HDF\r\n\x1a\n"))


def cells_of(longitude: np.ndarray, latitude: np.ndarray) -> np.ndarray:
    """The distinct cells (k, 2), row and column in the tertiary mesh, that hold places (n,) in degrees."""
    rows = np.floor(latitude * _PER_LATITUDE + _HAIR).astype(np.int64)
    columns = np.floor(longitude * _PER_LONGITUDE + _HAIR).astype(np.int64)
    return np.unique(np.column_stack([rows, columns]), axis=0)


def read_grid(path: Path, cells: np.ndarray) -> list[MeshDays]:
    """The known variables of a netCDF file in some cells (k, 2) of the tertiary mesh.

    Raises
    ------
    InputUnusable
        It cannot be read, has no known variable, another unit, grid, calendar or step, or does not reach
        the cells.
    """
    found = []
    with damage_said(lambda reason: _unreadable(path.name, reason)):
        names = _variables(path)
    for address, variable in names:
        with (
            damage_said(lambda reason: _unreadable(path.name, reason)),
            rasterio.open(address, driver="netCDF") as raster,
        ):
            found.append(_read(raster, variable, path.name, cells))
    if not found:
        raise InputUnusable(
            "climate.no-variable",
            Text("知っている変数がありません", "has no variable that is known"),
            Text(
                f"読める変数: {'、'.join(_KNOWN)}(日別)",
                f"daily files with one of these are read: {', '.join(_KNOWN)}",
            ),
            Place(path.name),
        )
    return found


def _variables(path: Path) -> list[tuple[str, str]]:
    """Address and name of the known variables."""
    with rasterio.open(path, driver="netCDF") as raster:
        parts = list(raster.subdatasets)
        alone = raster.tags(1).get("NETCDF_VARNAME", "") if raster.count else ""
    if not parts:
        return [(str(path), alone)] if alone in _KNOWN else []
    return [(part, name) for part in parts if (name := part.rpartition(":")[2]) in _KNOWN]


def _read(raster: Any, variable: str, file: str, cells: np.ndarray) -> MeshDays:
    field = _KNOWN[variable]
    check_unit(variable, raster.units[0] or raster.tags(1).get("units", ""), file)
    north, west = _corner(raster, file)
    dates = band_dates(raster, file)
    rows, columns = north - 1 - cells[:, 0], cells[:, 1] - west
    inside = (rows >= 0) & (rows < raster.height) & (columns >= 0) & (columns < raster.width)
    if not inside.any():
        raise InputUnusable(
            "climate.not-here",
            Text("筆のある格子を含みません", "does not reach the parcels"),
            Text("筆のある範囲(エリア)のファイルを使ってください", "use the file of the area of the parcels"),
            Place(file),
        )
    rows, columns = rows[inside], columns[inside]
    top, left = int(rows.min()), int(columns.min())
    window = Window(left, top, int(columns.max()) - left + 1, int(rows.max()) - top + 1)
    if window.width * window.height * raster.count > RASTER_CELLS:
        raise InputUnusable(
            "climate.too-many-cells",
            Text("筆のある範囲が広すぎます", "the parcels lie too far apart"),
            Text("市町村ごとのプロジェクトで使ってください", "use it in a project of one municipality"),
            Place(file),
        )
    block = raster.read(window=window, masked=True)
    values = np.ma.filled(block[:, rows - top, columns - left].astype(float), np.nan)
    values = values * raster.scales[0] + raster.offsets[0]
    _check_possible(values, field, variable, dates, file)
    return MeshDays(file, variable, field, dates, cells[inside], values)


def check_unit(variable: str, unit: str, file: str) -> None:
    """Stop at a unit that is not the one in which the variable is known.

    Raises
    ------
    InputUnusable
        Another unit, or none.
    """
    wanted = _MILLIMETRES if _KNOWN[variable] == "precip_mm" else _DEGREES
    plain = normalise(unit).lower().replace(" ", "").replace("_", "")
    if plain in wanted:
        return
    right = "mm/day" if wanted is _MILLIMETRES else "degC"
    said = (
        Text(f"単位は「{unit}」です", f"is in '{unit}'") if unit else Text("単位がありません", "has no unit")
    )
    raise InputUnusable(
        "climate.unit",
        said,
        Text(
            f"単位が {right} のファイルを使ってください(換算はしません)",
            f"use a file in {right}; nothing is converted",
        ),
        Place(file, column=variable),
    )


def _corner(raster: Any, file: str) -> tuple[int, int]:
    """Rows of the tertiary mesh south of the northern edge, and columns west of the western edge."""
    here = raster.transform
    north, west = here.f * _PER_LATITUDE, here.c * _PER_LONGITUDE
    off = (
        abs(here.a * _PER_LONGITUDE - 1),
        abs(here.e * _PER_LATITUDE + 1),
        abs(north - round(north)),
        abs(west - round(west)),
        abs(here.b) + abs(here.d),
    )
    if max(off) > _OFF:
        raise InputUnusable(
            "climate.grid",
            Text(
                f"3次メッシュ(緯度30秒×経度45秒)の格子ではありません(間隔 {abs(here.e):.5f}°×{abs(here.a):.5f}°)",
                f"is not on the tertiary mesh of 30″ × 45″ (its step is {abs(here.e):.5f}° × {abs(here.a):.5f}°)",
            ),
            Text(
                "1kmメッシュのファイルを、格子を変えずに使ってください",
                "use the file of the 1 km mesh as it was given out",
            ),
            Place(file),
        )
    return round(north), round(west)


def _check_possible(values: np.ndarray, field: str, variable: str, dates: Sequence[str], file: str) -> None:
    low, high = _POSSIBLE[field]
    with np.errstate(invalid="ignore"):
        wrong = np.argwhere((values < low) | (values > high))
    if not np.isfinite(values).any():
        raise InputUnusable(
            "climate.no-values",
            Text("筆のある格子に値がありません", "has no values in the cells of the parcels"),
            Text(
                "陸の格子か、期間が合うか確かめてください",
                "see whether they are on land and the file is whole",
            ),
            Place(file, column=variable),
        )
    if field != "precip_mm" and len(dates) >= _MONTH and not np.nan_to_num(values).any():
        raise InputUnusable(
            "climate.value",
            Text("どの日の気温も 0 です", "the temperature of every day is 0"),
            Text(
                "データなしの値が 0 になっているか、尺度(scale_factor)の誤りです。ダウンロードし直してください",
                "missing data were written as 0, or the scale is wrong: download it again",
            ),
            Place(file, column=variable, value="0"),
        )
    if len(wrong):
        day, cell = wrong[0]
        raise InputUnusable(
            "climate.value",
            Text(f"{dates[day]} にあり得ない値があります", f"has an impossible value on {dates[day]}"),
            Text(
                f"単位とデータなしの値を確かめてください(あり得る範囲: {low}〜{high})",
                f"check the unit and the value for missing data (possible: {low} to {high})",
            ),
            Place(file, column=variable, value=f"{values[day, cell]:g}"),
        )


def check_possible(days: MeshDays) -> MeshDays:
    """The same days, after a look at whether their values can be.

    Raises
    ------
    InputUnusable
        A value cannot be, or there is none at all.
    """
    _check_possible(days.values, days.field, days.variable, days.dates, days.file)
    return days


def known_variables() -> Iterator[str]:
    """Names of variables, the longer ones first, so that a name inside another is not taken for it."""
    yield from sorted(_KNOWN, key=len, reverse=True)


def field_of(variable: str) -> str:
    """The field of a day that a variable is."""
    return _KNOWN[variable]


def _unreadable(file: str, reason: str) -> InputUnusable:
    return InputUnusable(
        "climate.unreadable",
        Text("netCDF として読めません", f"cannot be read as netCDF ({reason})"),
        Text(
            "ダウンロードし直すか、nc 形式(netCDF)で保存し直してください",
            "download it again, or save it anew as netCDF",
        ),
        Place(file),
    )
