"""Databases that others made: which of their tables may be read at all."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from kanpo.errors import InputUnusable, Place
from kanpo.locale import Text

_SQLITE = b"SQLite format 3\0"
#: Beginnings of the names of tables that GDAL asks by itself when it opens a GeoPackage.
_ASKED_ON_OPENING = ("gpkg_", "rtree_", "sqlite_")


def ordinary_tables(path: Path) -> frozenset[str] | None:
    """The names of the tables of a database that hold rows of their own; None for another kind of file.

    A view or a virtual table computes its rows when it is read, for as long as it likes.
    """
    entries = _entries(path)
    return None if entries is None else frozenset(name for kind, name, _ in entries if kind == "table")


def check_foreign_tables(path: Path, layer: str | None = None) -> None:
    """Refuse a GeoPackage that computes what GDAL asks on opening it, or the layer that is to be read.

    Parameters
    ----------
    layer : str, optional
        The layer; without, there has to be an ordinary table among the layers.

    Raises
    ------
    InputUnusable
        It does.
    """
    entries = _entries(path) or []
    views = {name for kind, name, _ in entries if kind == "view"}
    asked = {name for name in views if name.lower().startswith(_ASKED_ON_OPENING)}
    own = [
        name
        for kind, name, _ in entries
        if kind == "table" and not name.lower().startswith(_ASKED_ON_OPENING)
    ]
    if asked or (layer in views if layer is not None else bool(views) and not own):
        raise InputUnusable(
            "file.view",
            Text(
                "層がビュー(計算される表)です。元の表ではありません",
                "the layer is a view, whose rows are computed, and no table",
            ),
            Text(
                "QGISで「地物をエクスポート」し、新しい GeoPackage に保存してください",
                "export its features in QGIS to a new GeoPackage",
            ),
            Place(path.name, value=layer or min(asked or views)),
        )


def _entries(path: Path) -> list[tuple[str, str, str]] | None:
    """Kind, name and SQL of the tables and views; virtual tables are of kind view, since they compute too.

    Raises
    ------
    InputUnusable
        It begins as a database, and is damaged.
    """
    with path.open("rb") as file:
        if file.read(16) != _SQLITE:
            return None
    address = f"file:{quote(str(path.resolve()))}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(address, uri=True)) as connection:
            rows = connection.execute(
                "SELECT [type], [name], [sql] FROM [sqlite_master] WHERE [type] IN ('table', 'view')"
            ).fetchall()
    except (sqlite3.Error, UnicodeError) as error:
        raise InputUnusable(
            "file.unreadable",
            Text("GPKG として読めません", f"cannot be read as GPKG ({type(error).__name__})"),
            Text("QGISで開けるか確かめ、保存し直してください", "see whether QGIS opens it, and save it anew"),
            Place(path.name),
        ) from error
    return [
        ("view" if _computes(str(name), sql) else str(kind), str(name), str(sql)) for kind, name, sql in rows
    ]


def _computes(name: str, sql: object) -> bool:
    """Whether a table is virtual, but for the index that GDAL itself makes."""
    written = str(sql).lstrip().upper()
    return written.startswith("CREATE VIEW") or (
        written.startswith("CREATE VIRTUAL") and not name.lower().startswith("rtree_")
    )
