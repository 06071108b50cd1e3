"""A copy of a project with all that belongs to it, checked after it was made, and sealed."""

from __future__ import annotations

import os
import secrets
import sqlite3
import zipfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from kanpo.errors import EnvironmentFailure, InputUnusable, IntegrityFailure, Place, Problem, UsageError
from kanpo.locale import Text
from kanpo.store._backup_seal import BackupSeal, Part, read_seal_file, write_seal_file
from kanpo.store._connection import spoken_errors
from kanpo.store._people import people_file

_SUFFIX = ".backup"
#: Folders beside a project whose files belong to it.
FOLDERS = ("originals", "photos")
#: The earliest moment a zip can name; the time of writing would make every copy another one.
_MOMENT = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class BackupFiles:
    """Where the parts of a backup lie: the project, people, the files of both folders, and the seal over them."""

    project: Path
    people: Path
    files: Path
    seal: Path

    @classmethod
    def of(cls, backup: Path) -> BackupFiles:
        """The parts that belong to the backup of a project at a path."""
        if not backup.name:
            raise UsageError(
                "backup.no-name",
                Text("写しの名前がありません", "the backup has no name"),
                Text("ファイルの名前を指定してください", "say the name of a file"),
                Place(str(backup)),
            )
        stem = backup.name.removesuffix(_SUFFIX)
        named = (f"{stem}.people.backup", f"{stem}.files.zip", f"{stem}.backup.seal.txt")
        return cls(backup, *(backup.with_name(name) for name in named))

    @property
    def parts(self) -> dict[str, Path]:
        """What is sealed, by what it is."""
        return {"project": self.project, "people": self.people, "files": self.files}


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


def draft_beside(target: Path) -> Path:
    """A short name in the folder of a file; a long name with an ending more could be too long."""
    return target.with_name(f".kanpo-{os.getpid()}-{secrets.token_hex(4)}.tmp")


def copy_database(connection: sqlite3.Connection, target: Path) -> None:
    """Write a consistent copy of an open database to `target`, replacing it.

    Raises
    ------
    IntegrityFailure
        The copy does not pass SQLite's own check; `target` is left as it was.
    EnvironmentFailure
        The disk is full or the folder not writable; `target` is left as it was.
    """
    draft = draft_beside(target)
    try:
        connection.execute("VACUUM INTO ?", (str(draft),))
        with closing(sqlite3.connect(draft)) as check:
            said = check.execute("PRAGMA integrity_check").fetchone()[0]
        if said != "ok":
            raise IntegrityFailure(
                "backup.damaged",
                Text(f"作った写しが壊れています({said})", f"the copy is damaged ({said})"),
                Text("ディスクを確かめ、もう一度実行してください", "check the disk and run it again"),
                Place(str(target)),
            )
        move_into_place(draft, target)
    except OSError as error:
        raise not_writable(target, error) from error
    finally:
        draft.unlink(missing_ok=True)


def move_into_place(draft: Path, target: Path) -> None:
    """Make a draft the file, once it is on the disk."""
    with draft.open("rb+") as written:
        os.fsync(written.fileno())
    os.replace(draft, target)


def free_name(project: Path, occasion: str) -> Path:
    """A name for a copy kept beside a project (``NAME.before-merge.backup``) that is not taken yet."""
    wanted = project.with_name(f"{project.stem}.{occasion}.backup")
    number = 2
    while any(part.exists() for part in BackupFiles.of(wanted).parts.values()):
        wanted = project.with_name(f"{project.stem}.{occasion}-{number}.backup")
        number += 1
    return wanted


def _refuse_empty_file(path: Path) -> None:
    """SQLite takes a file of no bytes for a database without tables, of which a backup is worth nothing."""
    if path.is_file() and not path.stat().st_size:
        raise InputUnusable(
            "project.empty-file",
            Text("中身のないファイルです", "the file is empty"),
            Text("kanpo restore で写しから戻してください", "bring a backup back with kanpo restore"),
            Place(str(path)),
        )


def backup_project(path: Path, target: Path) -> BackupSeal:
    """Copy the project at `path` with its people and files to `target` and beside it, checked and sealed.

    The people file goes to ``NAME.people.backup``, the files of both folders to ``NAME.files.zip``, and
    the seal over all, which is written last, to ``NAME.backup.seal.txt``. Folders that are missing are
    made.

    Raises
    ------
    UsageError
        `target`, or one of the files beside it, exists.
    EnvironmentFailure
        Nothing can be written there.
    """
    files = BackupFiles.of(target)
    _refuse_existing(*files.parts.values(), files.seal)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise not_writable(target, error) from error
    made: list[Path] = []
    try:
        with spoken_errors(path), closing(sqlite3.connect(path)) as connection:
            _refuse_empty_file(path)
            copy_database(connection, files.project)
        made.append(files.project)
        if backup_people(path, files.people):
            made.append(files.people)
        if copy_folders(path, files.files):
            made.append(files.files)
        parts = [(what, part) for what, part in files.parts.items() if part in made]
        seal = BackupSeal.over(parts)
        made.append(files.seal)
        write_seal_file(files.seal, seal)
    except BaseException:
        # Half a backup would look like one.
        for part in made:
            part.unlink(missing_ok=True)
        raise
    return seal


def backup_people(project: Path, target: Path) -> Path | None:
    """Copy the people file of the project at a path to `target`, for its owner only; None where there is none.

    Raises
    ------
    UsageError
        `target` exists.
    EnvironmentFailure
        Nothing can be written there.
    """
    source = people_file(project)
    if not source.exists():
        return None
    _refuse_existing(target)
    with spoken_errors(source), closing(sqlite3.connect(source)) as connection:
        copy_database(connection, target)
    _hide(target)
    return target


def _refuse_existing(*paths: Path) -> None:
    for path in paths:
        if path.exists():
            raise UsageError(
                "backup.exists",
                Text("同じ名前のファイルがもうあります", "there is already a file of that name"),
                Text("別の名前を選んでください", "choose another name"),
                Place(str(path)),
            )


def _hide(path: Path) -> None:
    """Names and phones are for their owner only."""
    path.chmod(0o600)


def copy_folders(project: Path, target: Path) -> int:
    """Pack the files of the folders beside a project into a plain zip; returns how many, and writes none for none.

    Raises
    ------
    EnvironmentFailure
        A file cannot be read, or the disk is full.
    """
    folders = [(name, project.with_name(f"{project.stem}_{name}")) for name in FOLDERS]
    members = [
        (f"{name}/{file.name}", file)
        for name, folder in folders
        if folder.is_dir()
        for file in sorted(folder.iterdir())
        if file.is_file()
    ]
    if not members:
        return 0
    draft = draft_beside(target)
    try:
        with zipfile.ZipFile(draft, "w") as out:
            for name, file in members:
                entry = zipfile.ZipInfo(name, _MOMENT)
                entry.external_attr = 0o644 << 16
                out.writestr(entry, file.read_bytes())
        move_into_place(draft, target)
    except OSError as error:
        raise not_writable(target, error) from error
    finally:
        draft.unlink(missing_ok=True)
    return len(members)


def check_sealed(backup: Path) -> tuple[list[Problem], BackupSeal | None]:
    """What of a backup is not as its seal file says, and the seal; None where no seal file lies beside it."""
    files = BackupFiles.of(backup)
    if not files.seal.is_file():
        return [], None
    seal = read_seal_file(files.seal)
    problems: list[Problem] = []
    for part in seal.parts:
        problems += _compare(part, files.parts.get(part.what, backup.with_name(part.name)))
    known = {part.what for part in seal.parts}
    problems += [
        _wrong("backup.added", Text("封印の後から加えられています", "was added after the seal"), path)
        for what, path in files.parts.items()
        if what not in known and path.exists()
    ]
    return problems, seal


def _compare(part: Part, path: Path) -> Sequence[Problem]:
    if not path.is_file():
        return [
            _wrong("backup.missing", Text("写しの一部がありません", "a part of the backup is missing"), path)
        ]
    if Part.of(part.what, path).sha256 != part.sha256:
        what = Text("写しを作った後に変わっています", "was changed after the backup was made")
        return [_wrong("backup.changed", what, path)]
    return []


def _wrong(code: str, what: Text, path: Path) -> Problem:
    mend = Text(
        "別の写しを使ってください。この写しで確かにそうしたいなら、横の封印(.seal.txt)を別の場所に移してください",
        "use another backup; to use this one all the same, move the seal (.seal.txt) beside it elsewhere",
    )
    return Problem(code, what, mend, Place(str(path)))
