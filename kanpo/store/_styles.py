"""The styles in which QGIS opens the layers of a project: its own table, kept beside what people save there."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from kanpo.store._connection import spoken_errors, transaction
from kanpo.store._identity import now

STYLE_TABLE = "layer_styles"
#: An attribute of the root of every style that kanpo writes. QGIS drops it when a person saves a style of that
#: name anew: so it is seen to be theirs.
STYLE_AUTHOR = ("writtenBy", "kanpo")

#: As QGIS makes it (3.22, through GDAL).
_DDL = f"""CREATE TABLE {STYLE_TABLE} (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256), f_table_schema TEXT(256),
  f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
  useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30),
  update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')))"""
_COLUMNS = (
    *("f_table_catalog", "f_table_schema", "f_table_name", "f_geometry_column", "styleName", "styleQML"),
    *("styleSLD", "useAsDefault", "description", "owner", "ui", "update_time"),
)
_OURS = f"instr(styleQML, '{STYLE_AUTHOR[0]}=\"{STYLE_AUTHOR[1]}\"') > 0"
_NAME_LETTERS = 30


@dataclass(frozen=True, slots=True)
class StoredStyle:
    """A style of one layer: its name, the QML, and a sentence on the layer. `outline` tells of a geometry."""

    layer: str
    name: str
    qml: str
    about: str = ""
    outline: bool = True

    def row(self, *, default: bool, when: str) -> dict[str, object]:
        """The row of the style table, without its id."""
        column = "geom" if self.outline else ""
        name = self.name[:_NAME_LETTERS]
        values = ("", "", self.layer, column, name, self.qml, "", default, self.about, "kanpo", "", when)
        return dict(zip(_COLUMNS, values, strict=True))


def write_styles(connection: sqlite3.Connection, path: Path, styles: Iterable[StoredStyle]) -> None:
    """Replace the styles that kanpo wrote; what a person saved stays, and stays the default.

    Nothing is written where a table of that name is not the one of QGIS.
    """
    with spoken_errors(path), transaction(connection):
        columns = _columns_of(connection)
        if columns is None:
            connection.execute(_DDL)
            connection.execute(
                "INSERT OR IGNORE INTO gpkg_contents (table_name, data_type, identifier, last_change) "
                "VALUES (?, 'attributes', ?, ?)",
                (STYLE_TABLE, STYLE_TABLE, now()),
            )
        elif not columns.issuperset(_COLUMNS):
            return
        connection.execute(f"DELETE FROM {STYLE_TABLE} WHERE {_OURS}")
        chosen = {
            str(layer)
            for (layer,) in connection.execute(f"SELECT f_table_name FROM {STYLE_TABLE} WHERE useAsDefault")
        }
        when = now()
        connection.executemany(
            f"INSERT INTO {STYLE_TABLE} ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})",
            [tuple(style.row(default=style.layer not in chosen, when=when).values()) for style in styles],
        )


def styles_of_people(connection: sqlite3.Connection, path: Path) -> list[tuple[object, ...]]:
    """The rows of the style table that kanpo did not write; empty where there is no such table."""
    with spoken_errors(path):
        columns = _columns_of(connection)
        if columns is None:
            return []
        ours = f"WHERE NOT coalesce({_OURS}, 0)" if "styleQML" in columns else ""
        return connection.execute(f"SELECT * FROM {STYLE_TABLE} {ours} ORDER BY 1").fetchall()


def _columns_of(connection: sqlite3.Connection) -> set[str] | None:
    """The columns of the style table; none of a view of that name, None where there is nothing."""
    kinds = connection.execute("SELECT type FROM sqlite_master WHERE name = ?", (STYLE_TABLE,)).fetchall()
    if not kinds:
        return None
    if kinds != [("table",)]:
        return set()
    return {str(row[1]) for row in connection.execute(f"PRAGMA table_info({STYLE_TABLE})")}
