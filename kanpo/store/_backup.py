"""A copy of a project that was checked after it was made."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from kanpo.errors import EnvironmentFailure, IntegrityFailure, Place, UsageError
from kanpo.locale import Text
from kanpo.store._connection import spoken_errors


def not_writable(target: Path, error: OSError) -> EnvironmentFailure:
    """What the operating system said when a file was to be written, with how to mend it."""
    reason = error.strerror or str(error)
    return EnvironmentFailure(
        "backup.not-writable",
        Text(f"書き込めません({reason})。元のままです", f"cannot be written ({reason}); nothing was changed"),
        Text(
            "ファイルを使っているプログラムを閉じ、空き容量と権限を確かめてください",
            "close what uses the file, and check the free space and permissions",
        ),
        Place(str(target)),
    )


def copy_database(connection: sqlite3.Connection, target: Path) -> None:
    """Write a consistent copy of an open database to `target`, replacing it.

    Raises
    ------
    IntegrityFailure
        The copy does not pass SQLite's own check; `target` is left as it was.
    EnvironmentFailure
        The disk is full or the folder not writable; `target` is left as it was.
    """
    draft = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    draft.unlink(missing_ok=True)
    try:
        connection.execute("VACUUM INTO ?", (str(draft),))
        check = sqlite3.connect(draft)
        try:
            said = check.execute("PRAGMA integrity_check").fetchone()[0]
        finally:
            check.close()
        if said != "ok":
            raise IntegrityFailure(
                "backup.damaged",
                Text(f"作った写しが壊れています({said})", f"the copy is damaged ({said})"),
                Text("ディスクを確かめ、もう一度実行してください", "check the disk and run it again"),
                Place(str(target)),
            )
        with draft.open("rb+") as written:
            os.fsync(written.fileno())
        os.replace(draft, target)
    except OSError as error:
        raise not_writable(target, error) from error
    finally:
        draft.unlink(missing_ok=True)


def free_name(project: Path, occasion: str) -> Path:
    """A name for a copy kept beside a project (``NAME.before-merge.backup``) that is not taken yet."""
    wanted = project.with_name(f"{project.stem}.{occasion}.backup")
    number = 2
    while wanted.exists():
        wanted = project.with_name(f"{project.stem}.{occasion}-{number}.backup")
        number += 1
    return wanted


def backup_project(path: Path, target: Path) -> None:
    """Copy the project at `path` to `target`, checked; folders that are missing are made.

    Raises
    ------
    UsageError
        `target` exists.
    EnvironmentFailure
        Nothing can be written there.
    """
    if target.exists():
        raise UsageError(
            "backup.exists",
            Text("同じ名前のファイルがもうあります", "there is already a file of that name"),
            Text("別の名前を選んでください", "choose another name"),
            Place(str(target)),
        )
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise not_writable(target, error) from error
    with spoken_errors(path):
        connection = sqlite3.connect(path)
        try:
            copy_database(connection, target)
        finally:
            connection.close()
