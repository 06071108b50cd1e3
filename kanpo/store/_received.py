"""Files as they were received, compressed in parts: in the project, or with the people where persons stand in them."""

from __future__ import annotations

import hashlib
import sqlite3
import zlib
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from kanpo.store._connection import spoken_errors

_PART = 8 * 1024 * 1024
#: Least effort: text of parcels packs to a seventh all the same.
_EFFORT = 1


def _read_parts(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while part := stream.read(_PART):
            yield part


def keep_file(connection: sqlite3.Connection, path: Path, sha256: str) -> bool:
    """Keep a file in the table ``received``, within the caller's transaction.

    Returns
    -------
    bool
        False where the file is no longer the one of that hash: then nothing is kept.
    """
    if connection.execute("SELECT 1 FROM received WHERE sha256 = ?", (sha256,)).fetchone():
        return True
    digest = hashlib.sha256()
    with ThreadPoolExecutor(1) as packer:
        packing: list[tuple[int, Future[bytes]]] = []
        for number, part in enumerate(_read_parts(path)):
            packing.append((number, packer.submit(zlib.compress, part, _EFFORT)))
            digest.update(part)
            if len(packing) > 1:
                _put(connection, sha256, *packing.pop(0))
        for waiting in packing:
            _put(connection, sha256, *waiting)
    if digest.hexdigest() == sha256:
        return True
    connection.execute("DELETE FROM received WHERE sha256 = ?", (sha256,))
    return False


def _put(connection: sqlite3.Connection, sha256: str, number: int, packed: Future[bytes]) -> None:
    connection.execute("INSERT INTO received VALUES (?, ?, ?)", (sha256, number, packed.result()))


def read_received(connection: sqlite3.Connection, path: Path, sha256: str) -> bytes | None:
    """A kept file, byte for byte; None where it is not kept."""
    with spoken_errors(path):
        rows = connection.execute(
            "SELECT content FROM received WHERE sha256 = ? ORDER BY part", (sha256,)
        ).fetchall()
    return b"".join(zlib.decompress(row[0]) for row in rows) if rows else None
