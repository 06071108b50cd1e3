"""The climate normals of the national land numerical information (国土数値情報 平年値メッシュ, G02).

A file for each primary mesh, with the tertiary mesh code in ``G02_001`` and 83 numbered columns:
precipitation of the months and the year (002 to 014, 0.1 mm), the mean daily maximum, the mean
daily minimum and the mean temperature of each month and of the year (015 to 053 in threes, 0.1 °C),
the greatest snow depth of January, February, March, December and the year (054 to 058, cm),
sunshine and radiation; 999999 where there is no value. Source: 国土交通省, 国土数値情報
平年値メッシュデータ (editions of 2012 and 2022), 属性情報. That a file has its columns in this order
is not taken on trust: maxima, means and minima, and the sum of the months, have to agree.
"""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd

from kanpo.errors import InputUnusable, Place
from kanpo.locale import Text
from kanpo.sites._archive import members
from kanpo.sites._mesh_table import MONTHS
from kanpo.sites._vectors import open_vector
from kanpo.tables import csv_text

_CODE = "G02_001"
_RAIN, _RAIN_YEAR = range(2, 14), 14
_WARMEST, _COLDEST, _MEAN = range(15, 51, 3), range(16, 51, 3), range(17, 51, 3)
_SNOW_YEAR = 58
_MISSING = 999_999
#: By what share of the year the months may differ from it: each is an estimate of its own.
_ESTIMATES = 0.1


def is_climate(content: bytes, name: str) -> bool:
    """Whether a file (or zip) holds climate normals by mesh."""
    return any(
        _CODE.encode() in member.read(8192)
        for member in members(content, name)
        if member.name.lower().endswith((".dbf", ".geojson", ".json"))
    )


def climate_table(files: Mapping[str, bytes]) -> bytes:
    """One table by mesh (CSV) of the files of climate normals.

    Columns mesh_code, the twelve monthly means, coldest_month_min_temp_c, annual_precip_mm and
    max_snow_depth_cm; °C, mm and cm, blank where there is no value.

    Raises
    ------
    InputUnusable
        A file cannot be read, or its columns are not in the order of the national data.
    """
    parts = [_table(open_vector(content, name), name) for name, content in files.items()]
    table = pd.concat(parts).drop_duplicates()
    cells = table.astype(object).where(table.notna(), "")
    return csv_text(list(table.columns), cells.itertuples(index=False)).encode("utf-8")


def _table(frame: gpd.GeoDataFrame, name: str) -> pd.DataFrame:
    try:
        known = {number: _column(frame, number) for number in range(2, _SNOW_YEAR + 1)}
    except (KeyError, ValueError):
        raise _other_columns(name) from None
    _check_order(known, name)
    coldest = np.min([known[number] for number in _COLDEST], axis=0)
    table = {"mesh_code": frame[_CODE].astype(str).str.removesuffix(".0")}
    table |= {month: known[number] / 10 for month, number in zip(MONTHS, _MEAN, strict=True)}
    table["coldest_month_min_temp_c"] = coldest / 10
    table["annual_precip_mm"] = known[_RAIN_YEAR] / 10
    table["max_snow_depth_cm"] = known[_SNOW_YEAR]
    return pd.DataFrame(table)


def _column(frame: gpd.GeoDataFrame, number: int) -> np.ndarray:
    column = pd.to_numeric(frame[f"G02_{number:03d}"]).to_numpy(dtype=float, copy=True)
    column[column == _MISSING] = np.nan
    return column


def _check_order(known: Mapping[int, np.ndarray], name: str) -> None:
    # Comparing with NaN is False, so what is missing never contradicts.
    for high, low, mean in zip(_WARMEST, _COLDEST, _MEAN, strict=True):
        if (known[mean] > known[high]).any() or (known[mean] < known[low]).any():
            raise _other_columns(name)
    year = known[_RAIN_YEAR]
    off = np.abs(sum(known[number] for number in _RAIN) - year)
    if (off > _ESTIMATES * year).any():
        raise _other_columns(name)


def _other_columns(name: str) -> InputUnusable:
    return InputUnusable(
        "layer.climate-columns",
        Text(
            "平年値メッシュ(G02)の列の並びが知られているもの(平成24年・令和4年版)と違います",
            "its columns are not in the order of the climate normals (G02) of 2012 and 2022",
        ),
        Text(
            "QGISで、列名を mesh_code・mean_temp_c_01〜12・annual_precip_mm などに変えたCSVにして登録してください",
            "save it from QGIS as CSV with columns mesh_code, mean_temp_c_01 to _12, annual_precip_mm …",
        ),
        Place(name),
    )
