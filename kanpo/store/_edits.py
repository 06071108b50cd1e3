"""What was edited in the file by another program since kanpo last wrote: which row, which column, from what to what."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from kanpo.errors import Place, Problem, Severity, shown
from kanpo.locale import Text
from kanpo.schema import FACTOR_VALUES, RECORD_KINDS, REGISTER_LINKS, SCORES, TABLES
from kanpo.store._columns import columns_in, extra_columns
from kanpo.store._connection import connect, spoken_errors
from kanpo.store._identity import sha256_of
from kanpo.store._kept import (
    HASHED,
    KEPT,
    KeptTable,
    Row,
    hashes_now,
    kept_parts,
    part_of,
    stored_rows,
    unpack,
)
from kanpo.store._sql import LISTED, herb_layer

#: Edits of one table that are said one by one; the rest is counted.
_SAID = 50


#: Tables of what was imported.
IMPORTED = tuple(name for name in KEPT if name not in ("kanpo_meta", "stamps"))


@dataclass(frozen=True, slots=True)
class Edit:
    """One row that somebody added, removed or changed (`before` and `now` by column), or a whole table.

    `what` is ``changed``, ``added``, ``removed``, ``computed`` (a computed table; `title` names its
    herb), ``unlisted`` (GIS programs no longer see a layer as it is) or ``kept`` (what kanpo kept was
    itself changed).
    """

    what: str
    table: str
    key: Any = None
    title: str = ""
    before: dict[str, Any] | None = None
    now: dict[str, Any] | None = None

    def columns(self) -> list[str]:
        """The columns that differ."""
        before, now = self.before or {}, self.now or {}
        return [column for column in before if before[column] != now.get(column)]


def find_edits(connection: sqlite3.Connection, tables: tuple[str, ...] | None = None) -> Iterator[Edit]:
    """Everything that was edited beside kanpo; of some kept tables only, where these are named."""
    there = columns_in(connection)
    if "kanpo_kept" not in there:
        return
    for name, each in KEPT.items():
        if name in there and (tables is None or name in tables):
            yield from _compare(connection, each, set(there[name]))
    if tables is not None:
        return
    for name in HASHED:
        if name in there:
            yield from _compare_hashes(connection, name)
    yield from _unlisted(connection)


def _compare(connection: sqlite3.Connection, each: KeptTable, there: set[str]) -> Iterator[Edit]:
    # A column that is gone is said once, by its own name, and not for every row.
    places = [place for place, column in enumerate((each.key, *each.columns)) if column in there]
    columns = tuple(each.columns[place - 1] for place in places if place)
    if each.key not in there:
        return
    parts = {}
    for part, digest, content in kept_parts(connection, each.name):
        if not isinstance(content, bytes) or sha256_of(content) != digest:
            yield Edit("kept", each.name, part)
        else:
            parts[part] = content
    live = stored_rows(connection, KeptTable(each.name, each.key, columns, each.title))
    for part, group in groupby(live, key=lambda row: part_of(row[0])):
        now = list(group)
        before = _cut(_unpacked(each, parts.pop(part, None)), places, each)
        if now != before:
            yield from _rows_that_differ(each, columns, before, now)
    for content in parts.values():
        yield from _rows_that_differ(each, columns, _cut(_unpacked(each, content), places, each), [])


def _unpacked(each: KeptTable, content: bytes | None) -> list[Row]:
    if content is None:
        return []
    try:
        return unpack(each, content)
    except (zlib.error, ValueError, KeyError, TypeError, AttributeError):
        return []


def _cut(rows: list[Row], places: list[int], each: KeptTable) -> list[Row]:
    """Rows with those columns only that still stand in the file."""
    if len(places) == 1 + len(each.columns):
        return rows
    return [tuple(row[place] for place in places) for row in rows]


def _rows_that_differ(
    each: KeptTable, columns: tuple[str, ...], before: list[Row], now: list[Row]
) -> Iterator[Edit]:
    old, new = {row[0]: row for row in before}, {row[0]: row for row in now}
    for key in [*old, *(key for key in new if key not in old)]:
        if old.get(key) == new.get(key):
            continue
        was, is_now = _named(columns, old.get(key)), _named(columns, new.get(key))
        what = "added" if was is None else "removed" if is_now is None else "changed"
        title = (was or is_now or {}).get(each.title) if each.title != each.key else key
        yield Edit(what, each.name, key, str(key if title is None else title), was, is_now)


def _named(columns: tuple[str, ...], row: Row | None) -> dict[str, Any] | None:
    return None if row is None else dict(zip(columns, row[1:], strict=True))


def _compare_hashes(connection: sqlite3.Connection, name: str) -> Iterator[Edit]:
    kept = dict(connection.execute("SELECT part, sha256 FROM kanpo_kept WHERE table_name = ?", (name,)))
    try:
        now = {part: digest for part, (digest, _) in hashes_now(connection, name).items()}
    except sqlite3.OperationalError:
        # A column that the hash was over is gone; it is named with the other columns.
        return
    for part in sorted({*kept, *now}, key=str):
        if kept.get(part) != now.get(part) and (kept.get(part) or _is_filled(connection, name)):
            yield Edit("computed", name, part, str(part))


def _is_filled(connection: sqlite3.Connection, name: str) -> bool:
    return connection.execute(f"SELECT 1 FROM {name} LIMIT 1").fetchone() is not None


def _unlisted(connection: sqlite3.Connection) -> Iterator[Edit]:
    """Layers that a GIS program does not see any more, or with other coordinates."""
    listed = {
        row[0]: row[1:]
        for row in connection.execute(
            "SELECT c.table_name, c.data_type, c.srs_id, g.column_name, g.srs_id FROM gpkg_contents c "
            "LEFT JOIN gpkg_geometry_columns g ON g.table_name = c.table_name"
        )
    }
    for name, wanted in listing(connection).items():
        if listed.get(name) != wanted:
            yield Edit("unlisted", name, title=name)


def listing(connection: sqlite3.Connection) -> dict[str, tuple[Any, ...]]:
    """How each of kanpo's layers is to be listed: kind, coordinates, geometry column and its coordinates."""
    there = {
        row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")
    }
    layers = {table.name: table.outline for table in (*LISTED, *RECORD_KINDS.values())}
    layers |= {herb_layer(herb): True for herb in scored_herbs(connection)}
    outlined, plain = ("features", 6668, "geom", 6668), ("attributes", None, None, None)
    return {name: outlined if outline else plain for name, outline in layers.items() if name in there}


def scored_herbs(connection: sqlite3.Connection) -> list[str]:
    """The herbs that have scores; none where the table of scores is gone."""
    if "herb_id" not in columns_in(connection).get("score_values", {}):
        return []
    herbs = connection.execute("SELECT DISTINCT herb_id FROM score_values").fetchall()
    return [herb for (herb,) in herbs if isinstance(herb, str) and "]" not in herb]


# --- In words ------------------------------------------------------------------------------------

_TABLE_LABELS = {table.name: table.label for table in TABLES} | {
    "kanpo_meta": Text("プロジェクトの控え", "notes of the project"),
    "score_values": SCORES.label,
}
_FIELD_LABELS = {
    (each.name, field.key): field.label
    for each in KEPT.values()
    if each.table is not None
    for field in each.table.fields
}
_TWO_WAYS = Text(
    "取り込むなら kanpo edits accept --reason 理由、元に戻すなら kanpo edits undo",
    "to take it in: kanpo edits accept --reason WHY; to bring back what was: kanpo edits undo",
)
_COMPUTE = Text("kanpo score で計算し直してください", "compute it again: kanpo score")
_UNDO = Text("kanpo edits undo で元に戻せます", "kanpo edits undo brings it back")
_WHOLE = {
    "computed": (
        Text("計算結果が kanpo の外で書き換えられています", "computed values were edited beside kanpo"),
        _COMPUTE,
    ),
    "unlisted": (
        Text("レイヤの登録が消されたか変えられています", "the entry of a layer was removed or changed"),
        _UNDO,
    ),
    "kept": (
        Text("kanpo の控えが書き換えられています", "what kanpo keeps for comparison was itself edited"),
        _TWO_WAYS,
    ),
}


def problems_of(edits: Iterator[Edit], path: Path) -> list[Problem]:
    """Edits in words: at most fifty of each table, then how many more."""
    problems: list[Problem] = []
    for table, group in groupby(edits, key=lambda edit: edit.table):
        more = 0
        for number, edit in enumerate(group):
            if number < _SAID:
                problems += _problems(edit, path)
            else:
                more += 1
        if more:
            label = _TABLE_LABELS.get(table, Text.same(table))
            what = Text(f"{label.ja}: ほかに {more:,} 件", f"{label.en}: {more:,} more")
            problems.append(Problem("edit.more", what, _TWO_WAYS, Place(str(path), column=table)))
    return problems


def _problems(edit: Edit, path: Path) -> list[Problem]:
    label = _TABLE_LABELS.get(edit.table, Text.same(edit.table))
    place = Place(str(path), column=edit.table, value=edit.title or None)
    if edit.what in _WHOLE:
        what, mend = _WHOLE[edit.what]
        return [
            Problem(
                f"edit.{edit.what}", Text(f"{label.ja}: {what.ja}", f"{label.en}: {what.en}"), mend, place
            )
        ]
    mend = _COMPUTE if edit.table in ("stamps", FACTOR_VALUES.name, REGISTER_LINKS.name) else _TWO_WAYS
    if edit.what in ("added", "removed"):
        what = {
            "added": Text(
                f"{label.ja}: kanpo の外で加えられた行です", f"{label.en}: a row that was added beside kanpo"
            ),
            "removed": Text(
                f"{label.ja}: kanpo の外で消された行です", f"{label.en}: a row that was deleted beside kanpo"
            ),
        }[edit.what]
        return [Problem(f"edit.{edit.what}", what, mend, place)]
    problems = []
    for column in edit.columns():
        name = _FIELD_LABELS.get(
            (edit.table, column), Text("形", "outline") if column == "geom" else Text.same(column)
        )
        before, now = _value(edit.before, column), _value(edit.now, column)
        what = Text(
            f"{label.ja}: {name.ja}が「{before}」から「{now}」に変えられています",
            f"{label.en}: {name.en} was changed from '{before}' to '{now}'",
        )
        problems.append(Problem("edit.changed", what, mend, place))
    return problems


def _value(values: dict[str, Any] | None, column: str) -> str:
    value = (values or {}).get(column)
    if value is None:
        return ""
    return (
        f"{sha256_of(value)[:8]}"
        if isinstance(value, bytes)
        else shown(value if isinstance(value, str) else str(value))
    )


def additions(connection: sqlite3.Connection, path: Path) -> list[Problem]:
    """What somebody added that harms nothing: columns in kanpo's tables. It stays."""
    what = Text(
        "kanpo にない列が加えられています(そのまま残します)",
        "a column that is not kanpo's was added; it stays",
    )
    mend = Text(
        "要らなければ kanpo edits undo --drop-columns", "if it is not wanted: kanpo edits undo --drop-columns"
    )
    return [
        Problem(
            "edit.column-added", what, mend, Place(str(path), column=f"{table}.{column}"), Severity.WARNING
        )
        for table, column in extra_columns(connection)
    ]


def list_additions(path: Path) -> list[Problem]:
    """See `additions`."""
    with spoken_errors(path), closing(connect(path, write=False)) as connection:
        return additions(connection, path)
