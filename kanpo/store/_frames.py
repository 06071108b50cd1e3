"""Tables with outlines as frames, and frames as rows of SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from kanpo.crs import STORED_EPSG
from kanpo.schema import Table
from kanpo.store._connection import spoken_errors
from kanpo.store._geometry import from_blobs, to_blobs
from kanpo.store._sql import quoted


def read_frame(
    connection: sqlite3.Connection,
    path: Path,
    table: Table,
    chosen: str = "",
    values: Sequence[str] = (),
    keys: Sequence[str] = (),
) -> gpd.GeoDataFrame:
    """A table with outlines as a frame (all columns, or `keys`), in the order in which its rows came."""
    keys = keys or table.keys
    names = ", ".join(map(quoted, keys))
    with spoken_errors(path):
        rows = connection.execute(
            f"SELECT geom, {names} FROM {quoted(table.name)} {chosen} ORDER BY fid", values
        ).fetchall()
    frame = pd.DataFrame(rows, columns=["geometry", *keys])
    geometry = from_blobs(list(frame.pop("geometry")))
    for field in table.fields:
        if field.type == "number" and field.key in keys:
            frame[field.key] = frame[field.key].astype("float64")
    return gpd.GeoDataFrame(frame, geometry=geometry, crs=STORED_EPSG)


def rows_of(frame: gpd.GeoDataFrame, table: Table, batch_id: str) -> list[tuple[Any, ...]]:
    """Rows as SQLite takes them: geometry first, then the columns in order, blanks as None."""
    columns: list[list[Any]] = [list(to_blobs(frame.geometry.array))]
    for key in table.keys:
        if key == "batch_id":
            columns.append([batch_id] * len(frame))
            continue
        values = frame[key].to_numpy(dtype=object, copy=True)
        values[pd.isna(values)] = None
        columns.append(values.tolist())
    return list(zip(*columns, strict=True))
