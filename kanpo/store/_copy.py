"""Copying one database file so that the copy is whole, says the same, and is open to nobody more."""

from __future__ import annotations

import hashlib
import os
import secrets
import sqlite3
import stat
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from kanpo.errors import EnvironmentFailure, IntegrityFailure, Place
from kanpo.locale import Text

#: A file that only its owner may read: names and phones, and whatever is not finished yet.
PRIVATE = 0o600
_DRAFT = ".kanpo-"
_STALE_SECONDS = 3600
_TRIES = 3
#: How long a copy waits for a writer to end before it is made all the same.
_PATIENCE_SECONDS = 2


def not_writable(target: Path, error: OSError) -> EnvironmentFailure:
    """What the operating system said when a file was to be written, with how to mend it."""
    reason = error.strerror or str(error)
    return EnvironmentFailure(
        "backup.not-writable",
        Text(f"書き込めません({reason})。元のままです", f"cannot be written ({reason}); nothing was changed"),
        Text(
            "ファイルを使っているプログラムを閉じ、名前の長さ・空き容量・権限を確かめてください",
            "close what uses the file, and check the length of the name, the free space and permissions",
        ),
        Place(str(target)),
    )


def mode_of(path: Path) -> int:
    """Who may read and write a file; what is copied from it is to be open to nobody more."""
    return stat.S_IMODE(path.stat().st_mode) & 0o666 | stat.S_IWUSR


@contextmanager
def new_draft(target: Path) -> Iterator[Path]:
    """An empty file in the folder of `target` that only its owner may read; gone afterwards if still there.

    Its name is short: a long name with an ending more could be too long.
    """
    draft = target.with_name(f"{_DRAFT}{os.getpid()}-{secrets.token_hex(4)}.tmp")
    os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE))
    try:
        yield draft
    finally:
        draft.unlink(missing_ok=True)


def is_draft(path: Path) -> bool:
    """Whether a file is a draft that was not finished, or is not yet."""
    return path.name.startswith(_DRAFT) and path.suffix == ".tmp"


def sweep_drafts(*folders: Path) -> None:
    """Delete drafts that a power cut left; those of the last hour may still be written to."""
    for folder in folders:
        for path in folder.glob(f"{_DRAFT}*.tmp"):
            with suppress(OSError):
                if time.time() - path.stat().st_mtime > _STALE_SECONDS:
                    path.unlink()


def move_into_place(draft: Path, target: Path, mode: int) -> None:
    """Make a draft the file, once it is on the disk."""
    finish_draft(draft, mode)
    os.replace(draft, target)


def finish_draft(draft: Path, mode: int) -> None:
    """See that a draft is on the disk, and let those read it who may read it."""
    draft.chmod(mode)
    with draft.open("rb+") as written:
        os.fsync(written.fileno())


def copy_database(connection: sqlite3.Connection, target: Path, mode: int) -> None:
    """Write a consistent copy of an open database to `target`, replacing it.

    Raises
    ------
    IntegrityFailure
        The copy does not pass SQLite's own check, or does not say what the database says; `target` is
        left as it was.
    EnvironmentFailure
        The disk is full or the folder not writable; `target` is left as it was.
    """
    try:
        with new_draft(target) as draft:
            fill_draft(connection, draft, target)
            move_into_place(draft, target, mode)
    except OSError as error:
        raise not_writable(target, error) from error


def fill_draft(connection: sqlite3.Connection, draft: Path, target: Path) -> None:
    """Write a copy of an open database into a draft of `target`, and read both to compare them."""
    for _ in range(_TRIES):
        # The bytes of the name: one that is no Unicode could not be given as a text.
        connection.execute("VACUUM INTO CAST(? AS TEXT)", (os.fsencode(draft),))
        with closing(sqlite3.connect(draft)) as copy:
            said = copy.execute("PRAGMA integrity_check").fetchone()[0]
            if said != "ok":
                break
            if digests_of_tables(copy) == digests_of_tables(connection):
                return
        # Somebody wrote between the copy and the look at the original.
        draft.write_bytes(b"")
        said = "differs"
    raise IntegrityFailure(
        "backup.damaged",
        Text(f"作った写しが元と違います({said})", f"the copy is not like the original ({said})"),
        Text(
            "ディスクを確かめ、ほかの人の書き込みが終わってからもう一度実行してください",
            "check the disk, and run it again when nobody writes",
        ),
        Place(str(target)),
    )


@contextmanager
def writers_waiting(path: Path) -> Iterator[None]:
    """Let writers wait for as long as a file is copied, so that copy and original can be compared.

    Where nobody may write, or somebody is at it for long, the copy is made without.
    """
    with closing(sqlite3.connect(path, timeout=_PATIENCE_SECONDS, isolation_level=None)) as guard:
        with suppress(sqlite3.OperationalError):
            guard.execute("BEGIN IMMEDIATE")
        yield


def digests_of_tables(connection: sqlite3.Connection) -> dict[str, tuple[int, str]]:
    """Number of rows and hash of the content of every table, in the order in which the rows stand."""
    plain, connection.text_factory = connection.text_factory, bytes
    try:
        names = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' "
            "AND name NOT LIKE 'sqlite\\_stat%' ESCAPE '\\' ORDER BY name"
        ).fetchall()
        return {name.decode(): _digest(connection, name.decode()) for (name,) in names}
    finally:
        connection.text_factory = plain


def _digest(connection: sqlite3.Connection, table: str) -> tuple[int, str]:
    count, digest = 0, hashlib.sha256()
    # Another program may have given it any name.
    named = '"' + table.replace('"', '""') + '"'
    for row in connection.execute(f"SELECT * FROM {named}"):
        count += 1
        for cell in row:
            raw = cell if isinstance(cell, bytes) else repr(cell).encode()
            digest.update(b"%d:" % len(raw))
            digest.update(raw)
    return count, digest.hexdigest()
