"""Files of a mesh, netCDF or CSV by mesh code, as the days of one place: the mean of the cells that hold parcels."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from kanpo.climate._dates import check_daily, header_date
from kanpo.climate._grids import (
    MODELLED,
    MeshDays,
    cells_of,
    check_possible,
    field_of,
    is_grid,
    known_variables,
    read_grid,
)
from kanpo.errors import InputUnusable, Place, Problem
from kanpo.locale import Text
from kanpo.reading import normalise, read_number
from kanpo.sites import mesh_boxes
from kanpo.tables import read_table, spelled

#: What the days of the mesh weather data are called as a station.
_NAME = "メッシュ農業気象データ"
_CODE_HEADERS = ("mesh_code", "meshcode", "mesh", "code", "メッシュコード", "3次メッシュコード")
_DIGITS = 8


def mesh_days(
    paths: Sequence[Path], longitude: np.ndarray, latitude: np.ndarray, *, observed: bool = True
) -> pd.DataFrame:
    """Days of the cells that hold places (n,) in degrees, averaged over the cells.

    Parameters
    ----------
    observed : bool
        Whether years of a climate model are refused: no year of a model is a year that was.

    Returns
    -------
    DataFrame
        station, happened_at (ISO 8601) and the fields that the files have.

    Raises
    ------
    InputUnusable
        A file cannot be used, or two of them say different things of one day.
    """
    cells = cells_of(longitude, latitude)
    parts = [one for path in paths for one in _read(path, cells)]
    for part in parts:
        if observed and part.variable in MODELLED:
            raise InputUnusable(
                "climate.model-years",
                Text(
                    "気候モデルの年であって、観測した年ではありません",
                    "holds years of a climate model, not years that were observed",
                ),
                Text(
                    "kanpo climate scenario の --past と --future に渡してください",
                    "give it to kanpo climate scenario with --past and --future",
                ),
                Place(part.file, column=part.variable),
            )
    columns: dict[str, dict[str, float]] = {}
    for part in parts:
        own = columns.setdefault(part.field, {})
        for day, value in zip(part.dates, _means(part), strict=True):
            if value == value and abs(own.setdefault(day, value) - value) > 1e-6:
                raise _differs(part, day)
    frame = pd.DataFrame(columns).sort_index()
    reached = max((len(part.cells) for part in parts), default=0)
    frame.insert(0, "station", f"{_NAME}(筆のある{reached}格子の平均)")
    return frame.rename_axis("happened_at").reset_index()


def _means(part: MeshDays) -> np.ndarray:
    """Mean of the cells of each day; NaN where fewer than half of them have a value."""
    known = np.isfinite(part.values)
    counts = known.sum(axis=1)
    sums = np.where(known, part.values, 0.0).sum(axis=1)
    return np.where(2 * counts >= part.values.shape[1], sums / np.maximum(counts, 1), np.nan).round(2)


def _differs(part: MeshDays, day: str) -> InputUnusable:
    return InputUnusable(
        "climate.days-differ",
        Text(
            f"{day} の {part.variable} が、ほかのファイルと違います",
            f"its {part.variable} of {day} is not what another file says",
        ),
        Text(
            "同じ範囲・同じ年のファイルを1つだけ渡してください", "give one file for an area and a year only"
        ),
        Place(part.file, column=part.variable),
    )


def _read(path: Path, cells: np.ndarray) -> list[MeshDays]:
    if is_grid(path):
        return read_grid(path, cells)
    return [_read_table(path, cells)]


def _read_table(path: Path, cells: np.ndarray) -> MeshDays:
    """A table with one row for each tertiary mesh and one column for each day; the name tells the variable."""
    variable = next((name for name in known_variables() if name in path.stem), None)
    read = read_table(path, recognise=spelled({"code": _CODE_HEADERS}))
    header = [normalise(cell) for cell in read.headers]
    dates = [header_date(cell) for cell in header[1:]]
    days = [day for day in dates if day]
    if variable is None or header[0].casefold() not in _CODE_HEADERS or len(days) < 2:
        raise InputUnusable(
            "climate.table-form",
            Text(
                "気象庁の日別データでも、netCDFでも、3次メッシュコードと日付の表でもありません",
                "is neither a daily file of the Meteorological Agency, nor netCDF, nor a table of mesh codes and days",
            ),
            Text(
                "気象庁のデータなら落としたままのファイルを渡してください。表なら、1列目の見出しを mesh_code、続く列の見出しを日付(2020-01-01)にし、ファイル名に変数名"
                "(例 TMP_mea_2020.csv)を入れてください",
                "give a file of the agency as it was downloaded; of a table name the first column mesh_code and the others by day (2020-01-01), and put the variable into "
                "the name of the file (TMP_mea_2020.csv)",
            ),
            Place(path.name),
        )
    check_daily(days, path.name)
    at = [position for position, day in enumerate(dates, 1) if day]
    wanted = {tuple(cell) for cell in cells.tolist()}
    found, values = [], []
    for number, row in zip(read.numbers, read.rows, strict=True):
        cell = _cell_of(row[0], path.name, number)
        if cell in wanted:
            found.append(cell)
            values.append([_number(row, column, path.name, number, header[column]) for column in at])
    if not found:
        raise InputUnusable(
            "climate.not-here",
            Text("筆のある格子を含みません", "does not reach the parcels"),
            Text("筆のある範囲のファイルを使ってください", "use the file of the area of the parcels"),
            Place(path.name),
        )
    table = np.array(values, dtype=float).T
    names = [day.isoformat() for day in days]
    return check_possible(MeshDays(path.name, variable, field_of(variable), names, np.array(found), table))


def _cell_of(written: str, file: str, row: int) -> tuple[int, int]:
    code = re.sub(r"\.0$", "", normalise(written)).replace("-", "")
    west, south, east, north = mesh_boxes([code])[0].tolist()
    if len(code) != _DIGITS or west != west:
        raise InputUnusable(
            "climate.mesh-code",
            Text("3次メッシュコードではありません", "is no code of a tertiary mesh"),
            Text("8桁の3次メッシュコードにしてください", "use the eight digits of the tertiary mesh"),
            Place(file, row=row, value=written),
        )
    ((south_row, west_column),) = cells_of(np.array([(west + east) / 2]), np.array([(south + north) / 2]))
    return int(south_row), int(west_column)


def _number(row: Sequence[str], column: int, file: str, number: int, header: str) -> float:
    text = normalise(row[column]) if column < len(row) else ""
    if text == "" or text.casefold() == "nan":
        return float("nan")
    value = read_number(text)
    if isinstance(value, Problem):
        raise InputUnusable(
            "climate.number",
            Text("数ではありません", "is no number"),
            Text("数にするか、空けてください", "write a number, or leave it blank"),
            Place(file, row=number, column=header, value=text),
        )
    return value
