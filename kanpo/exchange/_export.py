"""Parcels and their scores for Excel and GIS, with only what the audience may see."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd

from kanpo.errors import EnvironmentFailure, Place, UsageError
from kanpo.files import replacing, write_csv
from kanpo.locale import Text
from kanpo.parcels import ParcelFilter, current_parcels
from kanpo.schema import PARCELS, Audience
from kanpo.store import Project

_DRIVERS = {".gpkg": "GPKG", ".geojson": "GeoJSON", ".fgb": "FlatGeobuf"}
#: Excel cuts longer texts off without a word.
_LONGEST_CELL = 32_767
#: File name endings that can be written.
FORMATS = (".csv", ".xlsx", *_DRIVERS, ".parquet")


def export_parcels(
    project: Project,
    path: Path,
    *,
    audience: Audience = Audience.PUBLIC,
    herb_id: str | None = None,
    wanted: ParcelFilter | None = None,
) -> int:
    """Write the parcels, with one herb's scores when asked, in the format that the name's ending says.

    Returns
    -------
    int
        How many parcels were written.

    Raises
    ------
    UsageError
        The ending is none of `FORMATS`.
    """
    layer_file(path)
    visible = [field.key for field in PARCELS.visible_to(audience)]
    parcels = (wanted or ParcelFilter()).apply(current_parcels(project))[[*visible, "geometry"]]
    if herb_id is not None:
        parcels = parcels.merge(project.computed.scores(herb_id), on="parcel_id", how="left")
    export_layer(path, parcels)
    return len(parcels)


def layer_file(path: Path) -> Path:
    """The path as it is, if outlines can be written to it.

    Raises
    ------
    UsageError
        The ending is none of `FORMATS`.
    """
    if path.suffix.lower() not in FORMATS:
        raise UsageError(
            "export.format",
            Text("この形式では書き出せません", "cannot write this format"),
            Text(f"使える拡張子: {'、'.join(FORMATS)}", f"use one of {', '.join(FORMATS)}"),
            Place(str(path)),
        )
    return path


def export_layer(path: Path, frame: gpd.GeoDataFrame, layer: str = "parcels") -> None:
    """Write outlines with their columns: a table with a point inside each, or a layer for GIS.

    Raises
    ------
    UsageError
        The ending is none of `FORMATS`.
    """
    layer_file(path)
    if path.suffix.lower() in (".csv", ".xlsx"):
        places = frame.geometry.representative_point()
        table = pd.DataFrame(frame.drop(columns="geometry"))
        table["longitude"], table["latitude"] = places.x.round(6), places.y.round(6)
        export_table(path, table)
    else:
        _write_layer(path, frame, layer)


def table_file(path: Path) -> Path:
    """The path as it is, if a table can be written to it.

    Raises
    ------
    UsageError
        The ending is neither ``.csv`` nor ``.xlsx``.
    """
    if path.suffix.lower() not in (".csv", ".xlsx"):
        raise UsageError(
            "export.format",
            Text("この形式では書き出せません", "cannot write this format"),
            Text("使える拡張子: .csv、.xlsx", "use .csv or .xlsx"),
            Place(str(path)),
        )
    return path


def export_table(path: Path, table: pd.DataFrame) -> None:
    """Write a table as CSV or workbook (``.xlsx``), with no cell that a spreadsheet would compute."""
    if path.suffix.lower() == ".xlsx":
        _write_workbook(path, table)
    else:
        write_csv(path, [str(column) for column in table.columns], table.itertuples(index=False, name=None))


def _write_workbook(path: Path, table: pd.DataFrame) -> None:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    book = Workbook(write_only=True)
    sheet = book.create_sheet("kanpo")
    sheet.freeze_panes = "A2"

    def cell(value: object) -> object:
        if value is None or value != value:
            return None
        if not isinstance(value, str):
            return value.item() if hasattr(value, "item") else value
        made = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("?", value)[:_LONGEST_CELL])
        made.data_type, made.number_format = "s", "@"
        return made

    sheet.append([cell(str(column)) for column in table.columns])
    for row in table.itertuples(index=False, name=None):
        sheet.append([cell(value) for value in row])
    with replacing(path) as draft:
        book.save(draft)


def _write_layer(path: Path, frame: gpd.GeoDataFrame, layer: str) -> None:
    suffix = path.suffix.lower()
    with replacing(path) as draft:
        if suffix == ".parquet":
            _write_parquet(draft, frame)
        else:
            frame.to_file(draft, driver=_DRIVERS[suffix], layer=layer, engine="pyogrio")


def _write_parquet(path: Path, parcels: gpd.GeoDataFrame) -> None:
    try:
        parcels.to_parquet(path)
    except ImportError as error:
        raise EnvironmentFailure(
            "export.parquet",
            Text("GeoParquet には pyarrow が要ります", "GeoParquet needs pyarrow"),
            Text("pip install 'kanpo[parquet]' を実行してください", "run pip install 'kanpo[parquet]'"),
            Place(str(path)),
        ) from error
