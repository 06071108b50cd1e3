"""Opening the file: safe settings, one writer at a time, and errors that a person understands."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kanpo.errors import EnvironmentFailure, InputUnusable, IntegrityFailure, KanpoError, Place
from kanpo.locale import Text
from kanpo.store._geometry import envelope

_BUSY_SECONDS = 30


class Connection(sqlite3.Connection):
    """A connection that may have something to write at the end of every transaction."""

    before_commit: Callable[[], None] | None = None
    #: Notes what the import that is going on changes; None outside of one.
    undo_log: Any = None


def connect(path: Path, *, write: bool) -> Connection:
    """Open a project file.

    The rollback journal stays in its default mode (DELETE): it is the only one that is safe when
    the file lies on a shared folder. Reading opens the file for writing too, because after a
    crash the first opener has to roll back what was half done, but forbids itself to write.
    """
    connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, factory=Connection)
    connection.execute("PRAGMA cell_size_check = ON")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA cache_size = -65536")
    connection.execute("PRAGMA temp_store = MEMORY")
    # What REPLACE takes out is a deletion, and triggers that look after deletions are to see it.
    connection.execute("PRAGMA recursive_triggers = ON")
    _refuse_names_as_texts(connection)
    if not write:
        connection.execute("PRAGMA query_only = ON")
    _add_spatial_functions(connection)
    return connection


def _refuse_names_as_texts(connection: sqlite3.Connection) -> None:
    """Let an unknown name in double quotes be an error, where Python (3.12) can say so to SQLite."""
    if sys.version_info >= (3, 12):
        for switch in (sqlite3.SQLITE_DBCONFIG_DQS_DML, sqlite3.SQLITE_DBCONFIG_DQS_DDL):
            connection.setconfig(switch, False)


def _add_spatial_functions(connection: sqlite3.Connection) -> None:
    """The functions that the triggers of a spatial index call.

    QGIS may add such an index to any layer of the file; without these, writing would fail then.
    """

    def bound(position: int, blob: bytes | None) -> float | None:
        box = envelope(blob)
        return None if box is None else box[position]

    for position, name in enumerate(("ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY")):
        connection.create_function(
            name, 1, lambda blob, position=position: bound(position, blob), deterministic=True
        )
    connection.create_function("ST_IsEmpty", 1, lambda blob: envelope(blob) is None, deterministic=True)


def refuse_missing(path: Path) -> None:
    """Stop where there is no project file, before SQLite would make an empty one."""
    if path.is_dir():
        raise InputUnusable(
            "project.folder",
            Text("フォルダです", "is a folder"),
            Text("その中の .gpkg のファイルを指定してください", "name the .gpkg file in it"),
            Place(str(path)),
        )
    if not path.is_file():
        raise InputUnusable(
            "project.missing",
            Text("プロジェクトのファイルがありません", "there is no such project file"),
            Text("kanpo init 名前.gpkg で作ってください", "make one with kanpo init NAME.gpkg"),
            Place(str(path)),
        )


def refuse_foreign(connection: sqlite3.Connection, path: Path) -> None:
    """Stop where the file is something else than a project."""
    try:
        known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'kanpo_meta'").fetchone()
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorname", "") != "SQLITE_NOTADB":
            raise
        known = None
    if not known:
        raise InputUnusable(
            "project.foreign",
            Text("kanpo のプロジェクトではありません", "is not a kanpo project"),
            Text(
                "kanpo init で新しく作り、kanpo ingest で取り込んでください",
                "make one with kanpo init, then kanpo ingest",
            ),
            Place(str(path)),
        )


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing, with the write lock taken at the start."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        if isinstance(connection, Connection) and connection.before_commit is not None:
            connection.before_commit()
        connection.execute("COMMIT")
    except BaseException:
        # A full disk may already have rolled back; a second ROLLBACK would hide the real error.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextmanager
def spoken_errors(path: Path) -> Iterator[None]:
    """Turn what SQLite says into what, where, why and how to mend it."""
    try:
        yield
    except sqlite3.Error as error:
        raise _translated(path, error) from error
    except UnicodeDecodeError as error:
        # Raised by the driver itself where it reads out a damaged table definition or text.
        raise _damaged(path, str(error.reason)) from error


def _translated(path: Path, error: sqlite3.Error) -> KanpoError:
    place = Place(str(path))
    name = getattr(error, "sqlite_errorname", "")
    said = str(error)
    if name.startswith("SQLITE_FULL"):
        return EnvironmentFailure(
            "store.disk-full",
            Text(
                "ディスクに空きがなく、書き込めませんでした(プロジェクトは元のままです)",
                "the disk is full (the project is unchanged)",
            ),
            Text("空きを作ってから、もう一度実行してください", "free some space and run it again"),
            place,
        )
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return EnvironmentFailure(
            "store.locked",
            Text("ほかの人かプログラムが書き込み中です", "somebody else is writing to the project"),
            Text(
                "QGISなどを閉じ、少し待ってからやり直してください",
                "close QGIS or wait a moment, then try again",
            ),
            place,
        )
    if name in ("SQLITE_READONLY_ROLLBACK", "SQLITE_READONLY_RECOVERY", "SQLITE_READONLY_CANTINIT"):
        return EnvironmentFailure(
            "store.needs-recovery",
            Text(
                "前に途中で終わった書き込みの後始末が要りますが、ここには書き込めません",
                "an earlier write ended half way and has to be tidied up, but nothing can be written here",
            ),
            Text(
                "横の -journal・-wal と一緒に、書き込めるフォルダに写してから開いてください",
                "copy it with its -journal and -wal files to a folder that can be written, and open it there",
            ),
            place,
        )
    if name.startswith(("SQLITE_READONLY", "SQLITE_PERM", "SQLITE_CANTOPEN", "SQLITE_IOERR")):
        return EnvironmentFailure(
            "store.not-writable",
            Text(
                f"ファイルを開けないか書き込めません({said})",
                f"the file cannot be opened or written ({said})",
            ),
            Text("場所と権限を確かめてください", "check the folder and its permissions"),
            place,
        )
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return _damaged(path, said)
    return IntegrityFailure(
        "store.refused",
        Text(f"データベースが受け付けませんでした({said})", f"the database refused it ({said})"),
        Text("kanpo verify で調べてください", "run kanpo verify"),
        place,
    )


def _damaged(path: Path, said: str) -> IntegrityFailure:
    return IntegrityFailure(
        "store.damaged",
        Text(f"プロジェクトファイルが壊れています({said})", f"the project file is damaged ({said})"),
        Text("kanpo verify で調べ、バックアップから戻してください", "run kanpo verify and restore a backup"),
        Place(str(path)),
    )
