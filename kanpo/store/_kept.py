"""What kanpo last wrote, kept beside the tables themselves: it shows what was edited by another program.

Imported tables are kept in parts of 512 rows, compressed, each with its hash: that tells whether
something was edited, what it was before, and brings it back. Computed tables are kept as a hash only,
because they can be computed again; the columns that the hash is over stand with it.
"""

from __future__ import annotations

import hashlib
import sqlite3
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import orjson

from kanpo.schema import (
    BATCHES,
    BOUNDARIES,
    FACTOR_VALUES,
    FORMER_PARCELS,
    LAYERS,
    LINEAGE,
    PARCELS,
    REGISTER,
    REGISTER_LINKS,
    STAMPS,
    STATEMENTS,
    Table,
)
from kanpo.store._identity import sha256_of
from kanpo.store._sql import SCORE_KEYS, quoted

#: Rows of a part: a power of two. Smaller parts pack worse, larger ones make a single change dear.
_PART_BITS = 9
#: Least effort: the ordinary one packs 4 % better and takes three times as long.
_EFFORT = 1
_AT_ONCE = 10_000
#: Parts that may wait to be packed or written.
_AHEAD = 4

#: What kanpo itself notes down in `kanpo_meta` without it being a part of the project.
_NOTES = ("schema_version", "views")

Row = tuple[Any, ...]
#: Told of a row that kanpo changes: its table, its key, and the row as it was.
Note = Callable[[str, Any, Row | None], None]


@dataclass(frozen=True, slots=True)
class KeptTable:
    """A table that is kept with its content: its key, its other columns, and the one that names a row."""

    name: str
    key: str
    columns: tuple[str, ...]
    title: str
    table: Table | None = None


def _kept(table: Table, title: str) -> KeptTable:
    return KeptTable(table.name, "fid", (*(("geom",) if table.outline else ()), *table.keys), title, table)


KEPT = {
    each.name: each
    for each in (
        _kept(PARCELS, "parcel_id"),
        _kept(FORMER_PARCELS, "parcel_id"),
        _kept(LINEAGE, "old_id"),
        _kept(REGISTER, "register_id"),
        _kept(STATEMENTS, "lot_id"),
        _kept(BOUNDARIES, "boundary_id"),
        _kept(BATCHES, "file_name"),
        _kept(LAYERS, "layer_id"),
        _kept(STAMPS, "product"),
        KeptTable("kanpo_meta", "key", ("value",), "key"),
    )
}
#: Tables kept as a hash, each with the product that computes it anew; scores apart for every herb.
HASHED = {FACTOR_VALUES.name: "factors", REGISTER_LINKS.name: "links", "score_values": "scores"}
_COMPUTED = {FACTOR_VALUES.name: FACTOR_VALUES, REGISTER_LINKS.name: REGISTER_LINKS}
_OF_SCORES = ("parcel_fid", *SCORE_KEYS)


# --- Keeping ---------------------------------------------------------------------------------


def watch(connection: sqlite3.Connection) -> None:
    """Note from now on, for this connection only, which rows it changes, so that `renew` keeps those.

    A row that another program edited is not touched by what kanpo does to its neighbours, and so
    goes on being seen.
    """
    for each in KEPT.values():
        notes = f"touched_{each.name}"
        kind = "INTEGER" if each.key == "fid" else "TEXT"
        connection.execute(f"CREATE TEMP TABLE {quoted(notes)} (id {kind} PRIMARY KEY)")
        for event, rows in (("INSERT", ("NEW",)), ("UPDATE", ("OLD", "NEW")), ("DELETE", ("OLD",))):
            noted = " ".join(
                f"INSERT OR IGNORE INTO {quoted(notes)} VALUES ({row}.{each.key});" for row in rows
            )
            connection.execute(
                f"CREATE TEMP TRIGGER {quoted(f'{notes}_{event.lower()}')} AFTER {event} "
                f"ON main.{quoted(each.name)} BEGIN {noted} END"
            )


def renew(connection: sqlite3.Connection, note: Note | None = None) -> None:
    """Keep what this transaction changed in the tables, as its last step.

    `note` is told of every row that was changed, as it was before (None where it is new).
    """
    for each in KEPT.values():
        notes = quoted(f"touched_{each.name}")
        if connection.execute(f"SELECT 1 FROM temp.{notes} LIMIT 1").fetchone() is None:
            continue
        kept = connection.execute("SELECT 1 FROM kanpo_kept WHERE table_name = ? LIMIT 1", (each.name,))
        if kept.fetchone() is None and not _has_others(connection, each, notes):
            keep_table(connection, each.name)
            if note is not None:
                for (key,) in connection.execute(f"SELECT id FROM temp.{notes}"):
                    note(each.name, key, None)
            connection.execute(f"DELETE FROM temp.{notes}")
            continue
        names = ", ".join(f"t.{quoted(column)}" for column in each.columns)
        rows = connection.execute(
            f"SELECT n.id, t.{quoted(each.key)} IS NOT NULL, {names} FROM temp.{notes} n "
            f"LEFT JOIN main.{quoted(each.name)} t ON t.{quoted(each.key)} = n.id ORDER BY n.id"
        )
        parts = groupby(_wanted(each, rows), key=lambda row: part_of(row[0]))
        changed = ((part, _with_changes(connection, each, part, group, note)) for part, group in parts)
        _write_parts(connection, each, changed)
        connection.execute(f"DELETE FROM temp.{notes}")


def _has_others(connection: sqlite3.Connection, each: KeptTable, notes: str) -> bool:
    """Whether a table that was empty to kanpo holds rows that it did not write."""
    rows = connection.execute(f"SELECT count(*) FROM {quoted(each.name)}").fetchone()
    touched = connection.execute(f"SELECT count(*) FROM temp.{notes}").fetchone()
    return bool(rows[0] > touched[0])


def keep_all(connection: sqlite3.Connection) -> None:
    """Take everything as it stands now for what kanpo wrote, within the caller's transaction."""
    for name in KEPT:
        keep_table(connection, name)
    for name in HASHED:
        keep_hashes(connection, name)


def keep_table(connection: sqlite3.Connection, name: str) -> None:
    """Take an imported table as it stands for what kanpo wrote, within the caller's transaction."""
    each = KEPT[name]
    connection.execute("DELETE FROM kanpo_kept WHERE table_name = ?", (name,))
    parts = groupby(stored_rows(connection, each), key=lambda row: part_of(row[0]))
    _write_parts(connection, each, ((part, list(rows)) for part, rows in parts))


def keep_hashes(connection: sqlite3.Connection, name: str, parts: Iterable[str] | None = None) -> None:
    """Take a computed table as it stands for what kanpo wrote; of the scores, those of some herbs only."""
    if parts is None:
        connection.execute("DELETE FROM kanpo_kept WHERE table_name = ?", (name,))
    for part, (digest, columns) in hashes_now(connection, name, parts).items():
        _put(connection, name, part, digest, columns)


def forget_part(connection: sqlite3.Connection, name: str, part: str | int) -> None:
    """No longer expect a part of a table, which kanpo took out."""
    connection.execute("DELETE FROM kanpo_kept WHERE table_name = ? AND part = ?", (name, part))


def _wanted(each: KeptTable, rows: Iterable[Row]) -> Iterator[Row]:
    return (row for row in rows if each.name != "kanpo_meta" or row[0] not in _NOTES)


def part_of(key: Any) -> int:
    """The part in which a row is kept, by its key."""
    return key >> _PART_BITS if isinstance(key, int) else 0


def _with_changes(
    connection: sqlite3.Connection, each: KeptTable, part: int, changed: Iterable[Row], note: Note | None
) -> list[Row]:
    """The rows of a part as they were kept, with those that kanpo changed now."""
    kept = connection.execute(
        "SELECT content FROM kanpo_kept WHERE table_name = ? AND part = ?", (each.name, part)
    ).fetchone()
    rows = {row[0]: row for row in unpack(each, kept[0])} if kept else {}
    for key, is_there, *values in changed:
        before = rows.pop(key, None)
        if note is not None:
            note(each.name, key, before)
        if is_there:
            rows[key] = (key, *values)
    return [rows[key] for key in sorted(rows)]


def _write_parts(
    connection: sqlite3.Connection, each: KeptTable, parts: Iterable[tuple[int, list[Row]]]
) -> None:
    """Write parts; they are packed while the next ones are read."""
    packing: deque[tuple[int, Future[bytes]]] = deque()
    with ThreadPoolExecutor(1) as packer:
        for part, rows in parts:
            if not rows:
                forget_part(connection, each.name, part)
                continue
            packing.append((part, packer.submit(pack, each, rows)))
            if len(packing) > _AHEAD:
                _put_packed(connection, each, *packing.popleft())
        while packing:
            _put_packed(connection, each, *packing.popleft())


def _put_packed(connection: sqlite3.Connection, each: KeptTable, part: int, packed: Future[bytes]) -> None:
    content = packed.result()
    _put(connection, each.name, part, sha256_of(content), content)


def _put(connection: sqlite3.Connection, name: str, part: int | str, digest: str, content: bytes) -> None:
    connection.execute(
        "INSERT INTO kanpo_kept VALUES (?, ?, ?, ?) ON CONFLICT (table_name, part) "
        "DO UPDATE SET sha256 = excluded.sha256, content = excluded.content",
        (name, part, digest, content),
    )


# --- The form in which rows are kept -----------------------------------------------------------


def pack(each: KeptTable, rows: Sequence[Row]) -> bytes:
    """Rows (key, then the columns of the table) as bytes: columns as JSON, outlines behind them."""
    keys, *columns = zip(*rows, strict=True)
    values: dict[str, Any] = dict(zip(each.columns, columns, strict=True))
    outlines: list[bytes] = []
    if "geom" in values:
        outlines = [blob for blob in values["geom"] if isinstance(blob, bytes)]
        values["geom"] = [len(blob) if isinstance(blob, bytes) else [blob] for blob in values["geom"]]
    head = zlib.compress(orjson.dumps({"keys": keys, "values": values}, default=_as_text), _EFFORT)
    # Coordinates hardly pack: it would save 9 % of the file and take half as much time again.
    return b"".join((len(head).to_bytes(4, "little"), head, *outlines))


def _as_text(value: object) -> object:
    """Bytes where a text belongs; only another program can have put them there."""
    return {"hex": value.hex()} if isinstance(value, bytes) else repr(value)


def unpack(each: KeptTable, content: bytes) -> list[Row]:
    """The rows of `pack`; a column that came with a newer kanpo is empty."""
    end = 4 + int.from_bytes(content[:4], "little")
    head = orjson.loads(zlib.decompress(content[4:end]))
    keys, values = head["keys"], head["values"]
    if "geom" in values:
        values["geom"] = list(_outlines(values["geom"], content, end))
    blank = [None] * len(keys)
    return list(zip(keys, *(values.get(column, blank) for column in each.columns), strict=True))


def _outlines(lengths: Sequence[int | list[Any]], content: bytes, start: int) -> Iterator[Any]:
    for length in lengths:
        if isinstance(length, int):
            yield content[start : start + length]
            start += length
        else:
            yield length[0]


# --- What stands there now -----------------------------------------------------------------------


def stored_rows(connection: sqlite3.Connection, each: KeptTable) -> Iterator[Row]:
    """The rows of a table as they stand in the file: key, then its columns."""
    names = ", ".join(quoted(column) for column in each.columns)
    rows = connection.execute(
        f"SELECT {quoted(each.key)}, {names} FROM {quoted(each.name)} ORDER BY {quoted(each.key)}"
    )
    return _wanted(each, rows)


def kept_parts(connection: sqlite3.Connection, name: str) -> Iterator[tuple[int, str, bytes]]:
    """Number, hash and content of the parts of a table, in order."""
    return connection.execute(
        "SELECT part, sha256, content FROM kanpo_kept WHERE table_name = ? ORDER BY part", (name,)
    )


def kept_rows(connection: sqlite3.Connection, name: str) -> Iterator[Row]:
    """All rows of a table as kanpo last wrote them."""
    for _, _, content in kept_parts(connection, name):
        yield from unpack(KEPT[name], content)


def hashes_now(
    connection: sqlite3.Connection, name: str, parts: Iterable[str] | None = None
) -> dict[str, tuple[str, bytes]]:
    """The hash of a computed table as it stands, and the columns it is over; of the scores, for every herb."""
    if name != "score_values":
        kept = connection.execute("SELECT content FROM kanpo_kept WHERE table_name = ?", (name,)).fetchone()
        columns = orjson.loads(kept[0]) if kept else list(_COMPUTED[name].keys)
        return {"": (_hash(connection, columns, f"{quoted(name)} ORDER BY fid"), orjson.dumps(columns))}
    herbs = parts
    if herbs is None:
        herbs = [row[0] for row in connection.execute("SELECT DISTINCT herb_id FROM score_values")]
    chosen = "score_values WHERE herb_id = ? ORDER BY parcel_fid"
    return {
        herb: (_hash(connection, _OF_SCORES, chosen, (herb,)), orjson.dumps(_OF_SCORES)) for herb in herbs
    }


def is_as_computed(connection: sqlite3.Connection, product: str) -> bool:
    """Whether the table of a product stands as kanpo computed it."""
    name = next(table for table, made in HASHED.items() if made == product)
    kept = connection.execute("SELECT part, sha256 FROM kanpo_kept WHERE table_name = ?", (name,)).fetchall()
    now = hashes_now(connection, name)
    return dict(kept) == {part: digest for part, (digest, _) in now.items()}


def _hash(
    connection: sqlite3.Connection, columns: Sequence[str], chosen: str, values: Sequence[str] = ()
) -> str:
    """A hash over rows: how many values each column has, then the rows as JSON, exact to the last bit."""
    # JSON knows no infinity and writes it as a blank; the counts tell the two apart.
    counts = ", ".join(f"count({quoted(column)})" for column in columns)
    filled = connection.execute(f"SELECT count(*), {counts} FROM {chosen}", values).fetchone()
    digest = hashlib.sha256(orjson.dumps(filled))
    names = ", ".join(map(quoted, columns))
    cursor = connection.execute(f"SELECT {names} FROM {chosen}", values)
    while rows := cursor.fetchmany(_AT_ONCE):
        digest.update(orjson.dumps(rows, default=_as_text))
    return digest.hexdigest()
