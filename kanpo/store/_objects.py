"""Triggers and views in the file that are neither kanpo's own nor those that GIS programs add."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kanpo.errors import IntegrityFailure, Place, Problem
from kanpo.locale import Text
from kanpo.schema import SCORES
from kanpo.store._sql import guards, herb_layer, herb_view, stored_columns, views

#: A piece of SQL: a string, a name in one of SQLite's three quotes, a word, or a mark.
_PIECE = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\]|\w+|[^\s\w]""")

#: The triggers that GDAL and QGIS give a layer: t table, c geometry column, i key, r spatial index.
#: Those of GeoPackage 1.2 and 1.3 (update1, update3) and of 1.4 (update5 to update7) may both be met.
_BOX = "ST_MinX(NEW.{c}), ST_MaxX(NEW.{c}), ST_MinY(NEW.{c}), ST_MaxY(NEW.{c})"
_FULL, _EMPTY = "(NEW.{c} NOTNULL AND NOT ST_IsEmpty(NEW.{c}))", "(NEW.{c} ISNULL OR ST_IsEmpty(NEW.{c}))"
_WAS_FULL, _WAS_EMPTY = _FULL.replace("NEW", "OLD"), _EMPTY.replace("NEW", "OLD")
_PUT = f"INSERT OR REPLACE INTO {{r}} VALUES (NEW.{{i}}, {_BOX})"
_SAME, _OTHER = "OLD.{i} = NEW.{i}", "OLD.{i} != NEW.{i}"
_MOVE = f"BEGIN DELETE FROM {{r}} WHERE id = OLD.{{i}}; {_PUT}; END"
_INDEX = (
    ("insert", f"AFTER INSERT ON {{t}} WHEN {_FULL} BEGIN {_PUT}; END"),
    ("delete", "AFTER DELETE ON {t} WHEN old.{c} NOTNULL BEGIN DELETE FROM {r} WHERE id = OLD.{i}; END"),
    ("update1", f"AFTER UPDATE OF {{c}} ON {{t}} WHEN {_SAME} AND {_FULL} BEGIN {_PUT}; END"),
    (
        "update2",
        f"AFTER UPDATE OF {{c}} ON {{t}} WHEN {_SAME} AND {_EMPTY} BEGIN DELETE FROM {{r}} WHERE id = OLD.{{i}}; END",
    ),
    ("update3", f"AFTER UPDATE ON {{t}} WHEN {_OTHER} AND {_FULL} {_MOVE}"),
    ("update3", f"AFTER UPDATE OF {{c}} ON {{t}} WHEN {_OTHER} AND {_FULL} {_MOVE}"),
    (
        "update4",
        f"AFTER UPDATE ON {{t}} WHEN {_OTHER} AND {_EMPTY} BEGIN DELETE FROM {{r}} WHERE id IN (OLD.{{i}}, NEW.{{i}}); END",
    ),
    ("update5", f"AFTER UPDATE ON {{t}} WHEN {_OTHER} AND {_FULL} {_MOVE}"),
    (
        "update6",
        f"AFTER UPDATE OF {{c}} ON {{t}} WHEN {_SAME} AND {_FULL} AND {_WAS_FULL} BEGIN UPDATE {{r}} SET "
        "minx = ST_MinX(NEW.{c}), maxx = ST_MaxX(NEW.{c}), miny = ST_MinY(NEW.{c}), maxy = ST_MaxY(NEW.{c}) "
        "WHERE id = NEW.{i}; END",
    ),
    (
        "update7",
        f"AFTER UPDATE OF {{c}} ON {{t}} WHEN {_SAME} AND {_FULL} AND {_WAS_EMPTY} "
        f"BEGIN INSERT INTO {{r}} VALUES (NEW.{{i}}, {_BOX}); END",
    ),
)
_COUNT = (
    "AFTER {event} ON {t} BEGIN UPDATE gpkg_ogr_contents SET feature_count = feature_count {step} 1 "
    "WHERE {where}; END"
)
_COUNTED = ("lower(table_name) = lower({text})", "table_name = {text}")

#: Tables that kanpo writes to, itself or through the triggers of GIS programs.
_WRITTEN = frozenset(
    {*stored_columns(), "gpkg_contents", "gpkg_geometry_columns", "gpkg_spatial_ref_sys", "gpkg_ogr_contents"}
)
_DOES_SOMETHING = frozenset({"insert", "update", "delete", "replace", "ignore"})


@dataclass(frozen=True, slots=True)
class StrangeObject:
    """A trigger or view that nobody knows; `ours` tells that kanpo has one of this name."""

    kind: str
    name: str
    table: str
    ours: bool

    def problem(self, path: Path) -> Problem:
        """What to say of it."""
        what = _WHAT[self.kind, self.ours]
        place = Place(str(path), column=self.table if self.kind == "trigger" else None, value=self.name)
        code = "verify.guard" if self.kind == "trigger" and self.ours else f"verify.{self.kind}"
        return Problem(code, what, _MEND, place)


_WHAT = {
    ("trigger", False): Text(
        "kanpo にも GIS にもない仕掛け(トリガー)があります。書いたものが黙って変えられるかもしれません",
        "a trigger that is neither kanpo's nor a GIS program's: what is written may silently be changed",
    ),
    ("trigger", True): Text("記録簿を守る仕掛けが変えられています", "a guard of the journal was changed"),
    ("view", False): Text("kanpo のものでないビューがあります", "a view that is not kanpo's"),
    ("view", True): Text("記録の見せ方が変えられています", "what shows the records was changed"),
}
_MEND = Text(
    "kanpo edits undo で外せます(写しをとってから外します)",
    "kanpo edits undo takes it off, after making a copy",
)


def strange_objects(connection: sqlite3.Connection) -> list[StrangeObject]:
    """Triggers and views that are not exactly kanpo's own, nor GDAL's spatial index and feature count."""
    rows = connection.execute(
        "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE type IN ('trigger', 'view') ORDER BY type, name"
    ).fetchall()
    own = guards() | views()
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    listed = dict(connection.execute("SELECT table_name, data_type FROM gpkg_contents"))
    geometries = dict(connection.execute("SELECT table_name, column_name FROM gpkg_geometry_columns"))
    strange = []
    for kind, name, table, sql in rows:
        if name in own:
            known = _pieces(sql) == _pieces(own[name])
        elif kind == "view":
            known = _is_herb_view(name, sql)
        else:
            geometry = geometries.get(table)
            known = _is_of_gis(connection, name, table, sql, geometry) or (
                _only_refuses(sql) and _is_elsewhere(table, listed)
            )
            # The trigger of an index that somebody dropped would stop every write.
            known &= not name.startswith(f"rtree_{table}_{geometry}") or f"rtree_{table}_{geometry}" in tables
        if not known:
            strange.append(StrangeObject(kind, name, table, name in own))
    return strange


def refuse_strange(connection: sqlite3.Connection, path: Path) -> None:
    """Stop before writing where a trigger or view could change or hide what is written.

    Raises
    ------
    IntegrityFailure
        It names each of them.
    """
    strange = strange_objects(connection)
    if strange:
        raise IntegrityFailure(
            "store.strange",
            Text(
                f"知らない仕掛けかビューがあるので書き込みません({strange[0].name})",
                f"nothing is written because of a trigger or view that is not known ({strange[0].name})",
            ),
            _MEND,
            Place(str(path)),
            tuple(each.problem(path) for each in strange),
        )


def _pieces(sql: str | None) -> tuple[str, ...]:
    """What a statement says, whatever its blanks, its capitals and the quotes around names."""
    pieces: list[str] = []
    for piece in _PIECE.findall(sql or ""):
        if piece[0] == "'":
            pieces.append(piece)
        elif piece[0] in '"`[':
            pieces.append(piece[1:-1].replace(piece[0] * 2, piece[0]))
        elif pieces and piece.lower() == "null" and pieces[-1] in ("not", "is"):
            pieces[-1] = {"not": "notnull", "is": "isnull"}[pieces[-1]]
        else:
            pieces.append(piece.lower())
    while pieces and pieces[-1] == ";":
        pieces.pop()
    return tuple(pieces)


def _is_herb_view(name: str, sql: str) -> bool:
    herb_id = name.removeprefix(f"{SCORES.name}_")
    if herb_id == name or "]" in herb_id:
        return False
    return name == herb_layer(herb_id) and _pieces(sql) == _pieces(herb_view(herb_id))


def _is_of_gis(connection: sqlite3.Connection, name: str, table: str, sql: str, geometry: str | None) -> bool:
    """Whether a trigger is one that GDAL makes, word for word."""
    found = _pieces(sql)
    return any(_pieces(wanted) == found for wanted in _gis_triggers(connection, name, table, geometry))


def _gis_triggers(
    connection: sqlite3.Connection, name: str, table: str, geometry: str | None
) -> Iterator[str]:
    text = "'" + table.replace("'", "''") + "'"
    for event, step in (("insert", "+"), ("delete", "-")):
        if name == f"trigger_{event}_feature_count_{table}":
            for counted in _COUNTED:
                body = _COUNT.format(event=event, t=_named(table), step=step, where=counted.format(text=text))
                yield f"CREATE TRIGGER {_named(name)} {body}"
    if geometry is None:
        return
    index = f"rtree_{table}_{geometry}"
    keys = [row[1] for row in connection.execute(f"PRAGMA table_info({_named(table)})") if row[5]]
    names = {"t": table, "c": geometry, "r": index, "i": keys[0] if len(keys) == 1 else "rowid"}
    for suffix, body in _INDEX:
        if name == f"{index}_{suffix}":
            words = {letter: _named(word) for letter, word in names.items()}
            yield f"CREATE TRIGGER {_named(name)} {body.format(**words)}"


def _named(name: str) -> str:
    """A name of somebody else's, which may hold anything; only where SQLite takes no text for it."""
    return '"' + name.replace('"', '""') + '"'


def _only_refuses(sql: str) -> bool:
    """Whether a trigger does nothing but refuse a value, as those of a GeoPackage's tiles."""
    _, _, body = sql.lower().partition("begin")
    return not _DOES_SOMETHING & set(re.findall(r"\w+", re.sub(r"'(?:[^']|'')*'", "", body)))


def _is_elsewhere(table: str, listed: dict[str, str]) -> bool:
    """Whether a table belongs to the GeoPackage's tiles or remarks, where kanpo never writes."""
    if table.lower() in _WRITTEN:
        return False
    return table.startswith("gpkg_") or listed.get(table) in ("tiles", "2d-gridded-coverage")


def drop_object(connection: sqlite3.Connection, each: StrangeObject) -> None:
    """Take a trigger or view out of the file, within the caller's transaction."""
    connection.execute(f"DROP {each.kind.upper()} IF EXISTS {_named(each.name)}")
