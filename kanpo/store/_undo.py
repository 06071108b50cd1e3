"""What an import changed, kept so that the import can be undone to the byte."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import orjson

from kanpo.schema import BATCHES, PARCELS, REGISTER_LINKS, STAMPS
from kanpo.store._kept import KEPT, Row, keep_hashes, pack, unpack
from kanpo.store._sql import insert_rows, quoted

#: Tables in which a change by one import does not bind another: each import has its own row, or they
#: are computed again.
_UNBOUND = (BATCHES.name, STAMPS.name, "kanpo_meta")
#: Kept whole, because they are written whole: tables without content in `kanpo_kept`.
_WHOLE = {
    REGISTER_LINKS.name: ("fid", *REGISTER_LINKS.keys),
    "sqlite_sequence": ("name", "seq"),
    "gpkg_contents": ("table_name", "min_x", "min_y", "max_x", "max_y", "last_change"),
}


@dataclass(slots=True)
class UndoLog:
    """The rows of one import as they were before, by table and key; None for rows that are new."""

    batch_id: str
    rows: dict[str, dict[Any, Row | None]] = field(default_factory=dict)
    whole: dict[str, list[list[Any]]] = field(default_factory=dict)

    @classmethod
    def begin(cls, connection: sqlite3.Connection, batch_id: str) -> UndoLog:
        """Begin to note what an import changes, before it changes anything."""
        log = cls(batch_id)
        for table, columns in _WHOLE.items():
            names = ", ".join(map(quoted, columns))
            log.whole[table] = list(map(list, connection.execute(f"SELECT {names} FROM {quoted(table)}")))
        return log

    def note(self, table: str, key: Any, before: Row | None) -> None:
        """Note a row as it was, the first time that the import touches it."""
        self.rows.setdefault(table, {}).setdefault(key, before)

    def write(self, connection: sqlite3.Connection) -> None:
        """Keep what was noted so far, within the transaction that changes it."""
        connection.execute(
            "INSERT OR REPLACE INTO batch_undo (batch_id, content) VALUES (?, ?)",
            (self.batch_id, self._packed()),
        )

    def _packed(self) -> bytes:
        parts: list[bytes] = []
        head: dict[str, Any] = {"whole": self.whole, "new": {}, "before": {}}
        for table, rows in self.rows.items():
            head["new"][table] = _runs(key for key, row in rows.items() if row is None)
            before = [row for row in rows.values() if row is not None]
            if before:
                parts.append(pack(KEPT[table], sorted(before, key=lambda row: row[0])))
                head["before"][table] = len(parts[-1])
        packed = zlib.compress(orjson.dumps(head), 1)
        return len(packed).to_bytes(4, "little") + packed + b"".join(parts)

    @classmethod
    def read(cls, connection: sqlite3.Connection, batch_id: str) -> UndoLog | None:
        """What an import changed; None where nothing of it was kept."""
        found = connection.execute(
            "SELECT content FROM batch_undo WHERE batch_id = ?", (batch_id,)
        ).fetchone()
        if found is None:
            return None
        content = bytes(found[0])
        place = 4 + int.from_bytes(content[:4], "little")
        head = orjson.loads(zlib.decompress(content[4:place]))
        log = cls(batch_id, whole=head["whole"])
        for table, runs in head["new"].items():
            log.rows[table] = dict.fromkeys(_unrolled(runs))
        for table, length in head["before"].items():
            rows = unpack(KEPT[table], content[place : place + length])
            log.rows.setdefault(table, {}).update({row[0]: row for row in rows})
            place += length
        return log

    def touches(self, other: UndoLog) -> bool:
        """Whether another import changed rows that this one changed."""
        return any(
            not rows.keys().isdisjoint(other.rows.get(table, {}))
            for table, rows in self.rows.items()
            if table not in _UNBOUND
        )

    def take_back(self, connection: sqlite3.Connection, *, last: bool) -> None:
        """Bring back every row as it was before, within the caller's transaction.

        `last` tells that nothing was imported since: then counters, extents and links come back too.
        """
        for table, rows in self.rows.items():
            if table != STAMPS.name or last:
                self._restore(connection, table, rows)
        _drop_scores(connection)
        connection.execute("DELETE FROM batch_undo WHERE batch_id = ?", (self.batch_id,))
        if last:
            self._restore_whole(connection)

    def _restore(self, connection: sqlite3.Connection, table: str, rows: dict[Any, Row | None]) -> None:
        each = KEPT[table]
        key = quoted(each.key)
        connection.executemany(f"DELETE FROM {quoted(table)} WHERE {key} = ?", [(one,) for one in rows])
        before: list[Row] = [row for row in rows.values() if row is not None]
        before.sort(key=lambda row: row[0])
        insert_rows(connection, table, (each.key, *each.columns), before)

    def _restore_whole(self, connection: sqlite3.Connection) -> None:
        links = REGISTER_LINKS.name
        connection.execute(f"DELETE FROM {quoted(links)}")
        insert_rows(connection, links, _WHOLE[links], [tuple(row) for row in self.whole[links]])
        keep_hashes(connection, links)
        names = _WHOLE["gpkg_contents"]
        assigned = ", ".join(f"{quoted(name)} = ?" for name in names[1:])
        connection.executemany(
            f"UPDATE gpkg_contents SET {assigned} WHERE table_name = ?",
            [(*row[1:], row[0]) for row in self.whole["gpkg_contents"]],
        )
        # Counters of tables that nobody else wrote to go back, so that the next row is what it would
        # have been; the journal goes on counting.
        for name, number in _counters(connection):
            if name in KEPT or name == links:
                before = dict(map(tuple, self.whole["sqlite_sequence"])).get(name)
                if before is None:
                    connection.execute("DELETE FROM sqlite_sequence WHERE name = ?", (name,))
                elif before != number:
                    connection.execute("UPDATE sqlite_sequence SET seq = ? WHERE name = ?", (before, name))


def _counters(connection: sqlite3.Connection) -> list[tuple[str, int]]:
    return connection.execute("SELECT name, seq FROM sqlite_sequence").fetchall()


def _drop_scores(connection: sqlite3.Connection) -> None:
    """Take out scores of parcels that are gone: another parcel may get their number."""
    gone = connection.execute(
        f"DELETE FROM score_values WHERE parcel_fid NOT IN (SELECT fid FROM {quoted(PARCELS.name)})"
    ).rowcount
    if gone:
        keep_hashes(connection, "score_values")


def _runs(keys: Iterable[Any]) -> list[Any]:
    """Whole numbers as runs [first, last], other keys as they are."""
    runs: list[Any] = []
    for key in sorted(keys):
        if isinstance(key, int) and runs and isinstance(runs[-1], list) and runs[-1][1] == key - 1:
            runs[-1][1] = key
        else:
            runs.append([key, key] if isinstance(key, int) else key)
    return runs


def _unrolled(runs: list[Any]) -> Iterable[Any]:
    for run in runs:
        if isinstance(run, list):
            yield from range(run[0], run[1] + 1)
        else:
            yield run
