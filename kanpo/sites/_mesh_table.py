"""Tables by mesh code: climate normals and the like."""

from __future__ import annotations

import csv
import io

import geopandas as gpd
import numpy as np
import pandas as pd

from kanpo.schema import FACTORS
from kanpo.sites._layer import Layer, LayerValues
from kanpo.sites._mesh import mesh_code, warmth_index

#: Headers that name the column of mesh codes.
CODE_COLUMNS = ("mesh_code", "meshcode", "mesh", "メッシュコード", "メッシュ番号", "地域メッシュコード")


def read_mesh_table(content: bytes) -> tuple[list[str], list[list[str]]]:
    """Headers and rows of a CSV (UTF-8 with or without byte order mark, else CP932)."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp932")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    return (rows[0], rows[1:]) if rows else ([], [])


def mesh_values(layer: Layer, parcels: gpd.GeoDataFrame) -> list[LayerValues]:
    """What a mesh table says of parcels (n): the row of the mesh that holds a point inside the parcel."""
    headers, rows = read_mesh_table(layer.content)
    table = pd.DataFrame(rows, columns=headers, dtype=object)
    code = next(header for header in headers if header.strip().lower() in CODE_COLUMNS)
    table = table.drop_duplicates(code).set_index(code)
    points = parcels.geometry.to_crs(6668).representative_point()
    digits = len(str(table.index[0])) if len(table) else 8
    wanted = mesh_code(points.x.to_numpy(), points.y.to_numpy(), digits)
    found = []
    for factor, column in layer.columns.items():
        numbers = _numbers(table, column)
        values = numbers.reindex(wanted).to_numpy(dtype=float, copy=True)
        values[(values < FACTORS[factor].minimum) | (values > FACTORS[factor].maximum)] = np.nan
        found.append(LayerValues(factor, values, (~np.isnan(values)).astype(float)))
    return found


def _numbers(table: pd.DataFrame, column: str) -> pd.Series:
    if "," not in column:
        return pd.to_numeric(table[column], errors="coerce")
    months = table[column.split(",")].apply(pd.to_numeric, errors="coerce")
    return pd.Series(warmth_index(months.to_numpy(dtype=float)), index=table.index)
