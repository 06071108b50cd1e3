"""A database file at rest: nothing half written and nothing beside it that belongs to it.

SQLite keeps a part of a database in files beside it: in WAL mode what was written last, after a power
cut what has to be rolled back. Whoever copies or replaces the file alone loses that.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from kanpo.errors import EnvironmentFailure, Place
from kanpo.locale import Text
from kanpo.store._connection import spoken_errors
from kanpo.store._location import beside, in_wal_mode

_TRIES = 5


def bring_to_rest(path: Path) -> None:
    """Move everything that stands beside a database into it, and see that nobody else has it open.

    Raises
    ------
    EnvironmentFailure
        Another program has it open, or the folder cannot be written; nothing was changed.
    IntegrityFailure
        It cannot be opened as a database any more.
    """
    with spoken_errors(path), closing(sqlite3.connect(path, timeout=1, isolation_level=None)) as connection:
        connection.execute("SELECT count(*) FROM sqlite_master")
        if _is_wal(connection):
            _leave_wal(connection, path)
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("ROLLBACK")


def _leave_wal(connection: sqlite3.Connection, path: Path) -> None:
    # Only who has the file alone may change its mode; what stands in the WAL goes into the file first.
    try:
        mode = connection.execute("PRAGMA journal_mode = DELETE").fetchone()[0]
    except sqlite3.OperationalError:
        mode = "wal"
    if mode != "delete":
        raise EnvironmentFailure(
            "store.open-elsewhere",
            Text(
                "ほかのプログラムがこのファイルを開いています(何も変えていません)",
                "another program has this file open (nothing was changed)",
            ),
            Text(
                "QGIS などを閉じてから、もう一度実行してください",
                "close QGIS or what else uses it, then run it again",
            ),
            Place(str(path)),
        )


def _is_wal(connection: sqlite3.Connection) -> bool:
    # Not by reading the file: to close a file that a connection of this process has open takes away
    # the connection's locks (POSIX, fcntl).
    return bool(connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal")


def leave_wal_if_alone(connection: sqlite3.Connection) -> None:
    """Bring a file that another program left in WAL mode back, unless somebody has it open now.

    The rollback journal is the only mode that is safe on a shared folder.
    """
    if not _is_wal(connection):
        return
    waits = connection.execute("PRAGMA busy_timeout").fetchone()[0]
    connection.execute("PRAGMA busy_timeout = 0")
    try:
        connection.execute("PRAGMA journal_mode = DELETE").fetchone()
    except sqlite3.OperationalError:
        return
    finally:
        connection.execute(f"PRAGMA busy_timeout = {int(waits)}")


@contextmanager
def read_at_rest(path: Path) -> Iterator[Path]:
    """A file to read from, without a byte of `path` or of what stands beside it being changed.

    Yields
    ------
    Path
        `path` itself where nothing stands beside it; else a copy of all of it, brought to rest, which
        is thrown away afterwards.
    """
    if not beside(path) and not in_wal_mode(path):
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="kanpo-") as folder:
        copy = Path(folder) / "copy.gpkg"
        _copy_together(path.resolve(), copy)
        bring_to_rest(copy)
        yield copy


def _copy_together(path: Path, copy: Path) -> None:
    """Copy a database with what stands beside it, at a moment at which nobody wrote."""
    for _ in range(_TRIES):
        files = [path, *(name for name in beside(path) if not name.name.endswith("-shm"))]
        before = [_state(file) for file in files]
        for old in beside(copy):
            old.unlink()
        for file in files:
            try:
                shutil.copyfile(file, copy.with_name(copy.name + file.name.removeprefix(path.name)))
            except FileNotFoundError:
                break
        if before == [_state(file) for file in files]:
            return
    raise EnvironmentFailure(
        "store.locked",
        Text("ほかの人かプログラムが書き込み中です", "somebody else is writing to the file"),
        Text("少し待ってからやり直してください", "wait a moment, then try again"),
        Place(str(path)),
    )


def _state(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_size, found.st_mtime_ns
