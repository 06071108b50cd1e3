"""Parcels and their scores for Excel and GIS, with only what the audience may see."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from kanpo.errors import EnvironmentFailure, InputUnusable, Place
from kanpo.exchange._layer_style import LayerStyle, style_herb, style_layer
from kanpo.exchange._qml import qml_of
from kanpo.files import BLANK_MARK, replacing
from kanpo.locale import Text
from kanpo.parcels import ParcelFilter, current_parcels, select_parcels
from kanpo.schema import PARCELS, Audience
from kanpo.store import STYLE_TABLE, Project, StoredStyle
from kanpo.suitability import freshness
from kanpo.tables import check_ending, write_csv, write_workbook

_DRIVERS = {".gpkg": "GPKG", ".geojson": "GeoJSON", ".fgb": "FlatGeobuf"}
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
    parcels = current_parcels(project)
    if wanted is not None:
        parcels = parcels[select_parcels(project, wanted, parcels).rows(parcels["parcel_id"])]
    parcels = parcels[[*visible, "geometry"]]
    style = style_layer(Text("筆", "parcels"), parcels)
    if herb_id is not None:
        doubt = _doubt(project)
        parcels = parcels.merge(project.computed.scores(herb_id), on="parcel_id", how="left")
        style = style_herb(project, herb_id, parcels, doubt)
    export_layer(path, parcels, about=f"kanpo {project.meta['name']} {project.journal.seal()}", style=style)
    return len(parcels)


def _doubt(project: Project) -> Text:
    """What is to be said before stored scores that no longer follow from the project; empty where they do.

    Raises
    ------
    InputUnusable
        There are none, or another definition of suitability made them.
    """
    news = next(one for one in freshness(project) if one.product == "scores")
    if news.computed_at is None or "definition" in news.changed:
        raise InputUnusable(
            "export.no-scores",
            Text("今の定義で計算した適地度がありません", "has no scores by the present definition"),
            Text("先に kanpo score を実行してください", "run kanpo score first"),
            Place(str(project.path)),
        )
    words = news.text()
    return Text(f"{words.ja}。", f"{words.en}. ") if news.changed else Text("", "")


def layer_file(path: Path) -> Path:
    """The path as it is, if outlines can be written to it.

    Raises
    ------
    UsageError
        The ending is none of `FORMATS`.
    """
    return check_ending(path, *FORMATS)


def export_layer(
    path: Path,
    frame: gpd.GeoDataFrame,
    layer: str = "parcels",
    *,
    about: str = "",
    style: LayerStyle | None = None,
) -> None:
    """Write outlines with their columns: a table with a point inside each, or a layer for GIS.

    `about` stands in the properties of a workbook; a GeoPackage carries the `style`, in which QGIS opens it.

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
        export_table(path, table, about=about)
    else:
        _write_layer(path, frame, layer, style)


def table_file(path: Path) -> Path:
    """The path as it is, if a table can be written to it.

    Raises
    ------
    UsageError
        The ending is neither ``.csv`` nor ``.xlsx``.
    """
    return check_ending(path, ".csv", ".xlsx")


def export_table(path: Path, table: pd.DataFrame, *, about: str = "") -> None:
    """Write a table as CSV or workbook (``.xlsx``), with no cell that a spreadsheet would compute.

    `about` stands in the properties of a workbook.
    """
    headers, rows = [str(column) for column in table.columns], table.itertuples(index=False, name=None)
    if path.suffix.lower() == ".xlsx":
        write_workbook(path, headers, rows, about=about)
    else:
        write_csv(path, headers, rows)


def _write_layer(path: Path, frame: gpd.GeoDataFrame, layer: str, style: LayerStyle | None) -> None:
    suffix = path.suffix.lower()
    with replacing(path) as draft:
        if suffix == ".parquet":
            _write_parquet(draft, path, frame)
            return
        how: dict[str, Any] = {}
        if suffix == ".gpkg":
            # Only a GeoPackage has a place for the mark; the others are known by the ledger.
            how = {"dataset_metadata": {"kanpo": BLANK_MARK}}
            if style is not None:
                how["layer_options"] = {"IDENTIFIER": str(style.title), "DESCRIPTION": str(style.about)}
        frame.to_file(draft, driver=_DRIVERS[suffix], layer=layer, engine="pyogrio", **how)
        if suffix == ".gpkg" and style is not None:
            _write_style(draft, layer, style)
        _check_whole(draft, layer, len(frame))


def _write_style(draft: Path, layer: str, style: LayerStyle) -> None:
    """Add the style as QGIS does, by GDAL, so that the table is the one that QGIS knows."""
    import pyogrio

    stored = StoredStyle(layer, str(style.title), qml_of(style), str(style.about))
    row = stored.row(default=True, when="") | {"update_time": pd.Timestamp.now("UTC")}
    pyogrio.write_dataframe(
        pd.DataFrame([row]), draft, layer=STYLE_TABLE, driver="GPKG", layer_options={"FID": "id"}
    )


def _check_whole(draft: Path, layer: str, count: int) -> None:
    """Read back how many features there are: a full disk does not always make GDAL fail."""
    import pyogrio

    wanted = layer if draft.suffix.lower() == ".gpkg" else None
    try:
        written = pyogrio.read_info(draft, layer=wanted, force_feature_count=True)["features"]
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError):
        written = None
    if written != count:
        raise OSError(errno.EIO, os.strerror(errno.EIO))


def _write_parquet(draft: Path, path: Path, parcels: gpd.GeoDataFrame) -> None:
    try:
        parcels.to_parquet(draft)
    except ImportError as error:
        raise EnvironmentFailure(
            "export.parquet",
            Text("GeoParquet には pyarrow が要ります", "GeoParquet needs pyarrow"),
            Text("pip install 'kanpo[parquet]' を実行してください", "run pip install 'kanpo[parquet]'"),
            Place(str(path)),
        ) from error
