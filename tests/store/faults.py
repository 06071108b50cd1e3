"""Operations that die at their n-th step, for every n; run as a program of its own.

A step is a statement that SQLite begins, or a file moved into place. Dying is `os._exit`: nothing is
cleaned up, as in a power cut. The cache is made tiny, so that half a transaction really is in the file.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kanpo.store import (
    Project,
    backup_project,
    merge_projects,
    restore_project,
    unfinished_restore,
    verify_project,
)
from kanpo.store import _connection as connection_module
from kanpo.trials import record_rows

_DIED = 9


def _merge(path: Path, other: Path) -> None:
    with Project.open(path, write=True) as project:
        merge_projects(project, other)


def _restore(path: Path, other: Path) -> None:
    restore_project(other, path)


def _backup(path: Path, other: Path) -> None:
    backup_project(path, path.with_name("copy.made.backup"))


def _record(path: Path, other: Path) -> None:
    rows = {
        "parcel_id": ["P1"] * 12,
        "note": [f"{i}" * 800 for i in range(12)],
        "happened_at": ["2025-05-01"] * 12,
    }
    with Project.open(path, write=True) as project:
        record_rows(project, "visit", rows)


def _migrate(path: Path, other: Path) -> None:
    Project.open(path, write=True).close()


OPERATIONS: dict[str, Callable[[Path, Path], None]] = {
    "merge": _merge,
    "restore": _restore,
    "backup": _backup,
    "record": _record,
    "migrate": _migrate,
}


def die_at(step: int) -> None:
    """From now on count steps, and die at that one."""
    left = step
    replace, link, plain = os.replace, os.link, sqlite3.connect

    def count(*_: object) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os._exit(_DIED)

    def counted_replace(*paths: Any) -> None:
        count()
        replace(*paths)

    def counted_link(*paths: Any) -> None:
        count()
        link(*paths)

    def counted_connect(*words: Any, **named: Any) -> sqlite3.Connection:
        connection = plain(*words, **named)
        connection.set_trace_callback(count)
        return connection

    os.replace = counted_replace  # type: ignore[assignment]
    os.link = counted_link  # type: ignore[assignment]
    connection_module.sqlite3.connect = counted_connect  # type: ignore[attr-defined, assignment]


def state(path: Path) -> str:
    """What a copy holds: the seal of its records, the version of its tables; and that it is sound."""
    with Project.open(path) as project:
        said = f"{project.journal.seal()} {len(project.imported.parcels())}"
    problems = verify_project(path)
    return f"{said} {[problem.code for problem in problems]}"


def companions(path: Path) -> str:
    """What belongs to a copy: people, photos, and that a restore was cut off; what a backup made of it is."""
    with Project.open(path) as project:
        people = sorted(project.people.read()["name"])
    photos = sorted(
        hashlib.sha256(file.read_bytes()).hexdigest()[:8]
        for file in path.with_name(f"{path.stem}_photos").glob("*")
    )
    made = path.with_name("copy.made.backup")
    sealed = restore_project(made, path, dry_run=True).proof.seal_file if made.exists() else None
    return f"{people} {photos} {'unfinished' if unfinished_restore(path) else ''} {sealed}"


def _copy_of(path: Path, copy: Path) -> None:
    for left in copy.parent.glob("*copy*"):
        shutil.rmtree(left) if left.is_dir() else left.unlink()
    for left in copy.parent.glob(".kanpo-*"):
        left.unlink()
    shutil.copy(path, copy)
    for ending in (".people.sqlite", "_photos"):
        beside = path.with_name(path.stem + ending)
        if beside.is_dir():
            shutil.copytree(beside, copy.with_name(copy.stem + ending))
        elif beside.exists():
            shutil.copy(beside, copy.with_name(copy.stem + ending))


def run(name: str, path: Path, other: Path, stride: int) -> None:
    """Print the state after the whole operation, then after dying at each `stride`-th step."""
    copy = path.with_name("copy.gpkg")
    for step in (0, *range(1, 2_000, stride)):
        _copy_of(path, copy)
        child = os.fork()
        if not child:
            try:
                if step:
                    die_at(step)
                OPERATIONS[name](copy, other)
                os._exit(0)
            finally:
                os._exit(1)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        print(step, code, "|", state(copy), "|", companions(copy), flush=True)
        if name == "restore" and step and code == _DIED:
            # The same restore again does the rest, and keeps what was there.
            restore_project(other, copy)
            print(step, "again", "|", state(copy), "|", companions(copy), flush=True)
        if step and code != _DIED:
            break


if __name__ == "__main__":
    files = [Path(word) for word in sys.argv[2:4]]
    before = [hashlib.sha256(file.read_bytes()).hexdigest() for file in files]
    run(sys.argv[1], *files, int(sys.argv[4]))
    after = [hashlib.sha256(file.read_bytes()).hexdigest() for file in files]
    sys.exit(0 if before == after else 3)
