"""A copy of a project with all that belongs to it, checked after it was made, and sealed."""

from __future__ import annotations

import hashlib
import re
import sqlite3
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from kanpo.errors import IntegrityFailure, Place, Problem, UsageError
from kanpo.locale import Text
from kanpo.store._at_rest import read_at_rest
from kanpo.store._backup_seal import BackupSeal, Part, read_seal_file, seal_text
from kanpo.store._connection import spoken_errors
from kanpo.store._copy import (
    PRIVATE,
    copy_database,
    is_draft,
    mode_of,
    move_into_place,
    new_draft,
    not_writable,
    sweep_drafts,
    writers_waiting,
)
from kanpo.store._location import beside
from kanpo.store._people import people_file
from kanpo.store._seal import PrintedSeal

_SUFFIX = ".backup"
#: Folders beside a project whose files belong to it.
FOLDERS = ("originals", "photos")
#: The earliest moment a zip can name; the time of writing would make every copy another one.
_MOMENT = (1980, 1, 1, 0, 0, 0)
#: What opening a damaged zip raises.
BROKEN_ZIP = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError)


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
        stem = backup.name.removesuffix(_SUFFIX)
        named = (f"{stem}.people.backup", f"{stem}.files.zip", f"{stem}.backup.seal.txt")
        return cls(backup, *(backup.with_name(name) for name in named))

    @property
    def parts(self) -> dict[str, Path]:
        """What is sealed, by what it is."""
        return {"project": self.project, "people": self.people, "files": self.files}

    def taken(self) -> Path | None:
        """A file that lies where a part would go, journals of a database that is gone among them."""
        leftovers = (*beside(self.project), *beside(self.people))
        return next((path for path in (*self.parts.values(), self.seal, *leftovers) if path.exists()), None)

    def remove(self) -> None:
        """Delete all parts, the seal first: what is left of half a removal is not taken for sealed.

        Raises
        ------
        EnvironmentFailure
            A part is held by another program, or may not be deleted.
        """
        for part in (self.seal, *self.parts.values()):
            try:
                part.unlink(missing_ok=True)
            except OSError as error:
                raise not_writable(part, error) from error


@dataclass(frozen=True, slots=True)
class Proof:
    """What proves that a backup is complete.

    `seal_file`: the seal beside it; `whole`: a seal that was typed and covers everything; `records`: a
    seal that was typed and covers the records only. `absent` are sealed parts that do not lie there and
    may be missing: people, who are kept apart from the rest.
    """

    seal_file: bool
    whole: bool
    records: bool
    absent: tuple[str, ...]


def free_name(project: Path, occasion: str) -> Path:
    """A name for a copy kept beside a project (``NAME.before-merge.backup``) that is not taken yet."""
    wanted = project.with_name(f"{project.stem}.{occasion}.backup")
    number = 2
    while BackupFiles.of(wanted).taken():
        wanted = project.with_name(f"{project.stem}.{occasion}-{number}.backup")
        number += 1
    return wanted


def backup_project(path: Path, target: Path) -> BackupSeal:
    """Copy the project at `path` with its people and files to `target` and beside it, checked and sealed.

    The files of both folders go to ``NAME.files.zip``, the people file to ``NAME.people.backup``, then
    the project, and last the seal over all to ``NAME.backup.seal.txt``: a backup that a crash cut off
    has no seal. Every part is read again and compared with what it was made from. Folders that are
    missing are made.

    Raises
    ------
    UsageError
        `target`, or one of the files beside it, exists.
    IntegrityFailure
        A part is not like what it was copied from.
    EnvironmentFailure
        Nothing can be written there.
    """
    files = BackupFiles.of(target)
    try:
        _refuse_taken(files.taken())
        target.parent.mkdir(parents=True, exist_ok=True)
        sweep_drafts(target.parent)
        with _all_or_none(files):
            copy_folders(path, files.files)
            backup_people(path, files.people)
            with spoken_errors(path), writers_waiting(path), closing(sqlite3.connect(path)) as connection:
                copy_database(connection, target, mode_of(path))
            parts = [(what, part) for what, part in files.parts.items() if part.exists()]
            seal = BackupSeal.over(parts, target)
            with new_draft(files.seal) as draft:
                draft.write_bytes(seal_text(seal).encode())
                move_into_place(draft, files.seal, mode_of(path))
    except OSError as error:
        raise not_writable(target, error) from error
    return seal


@contextmanager
def _all_or_none(files: BackupFiles) -> Iterator[None]:
    """Half a backup would look like one."""
    try:
        yield
    except BaseException:
        files.remove()
        raise


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
    _refuse_taken(next((path for path in (target, *beside(target)) if path.exists()), None))
    with spoken_errors(source), writers_waiting(source), closing(sqlite3.connect(source)) as connection:
        copy_database(connection, target, PRIVATE)
    return target


def _refuse_taken(path: Path | None) -> None:
    if path is not None:
        raise UsageError(
            "backup.exists",
            Text("同じ名前のファイルがもうあります", "there is already a file of that name"),
            Text("別の名前を選んでください", "choose another name"),
            Place(str(path)),
        )


def files_of_folders(project: Path) -> dict[str, Path]:
    """The files in the folders beside a project, by ``FOLDER/NAME``."""
    return {
        f"{folder}/{name}": file
        for folder in FOLDERS
        for name, file in files_for_zip(project.with_name(f"{project.stem}_{folder}")).items()
    }


def files_for_zip(folder: Path) -> dict[str, Path]:
    """The files of a folder (nothing where there is none) by the names that they have in a zip.

    Bytes of a name that are no letters, as old programs wrote them, become ``%94``.
    """
    files: dict[str, Path] = {}
    for file in sorted(folder.iterdir()) if folder.is_dir() else ():
        plain = Path(re.sub("[\udc80-\udcff]", lambda byte: f"%{ord(byte[0]) - 0xDC00:02X}", file.name))
        name, number = plain.name, 2
        while name in files:
            name = f"{plain.stem} ({number}){plain.suffix}"
            number += 1
        if file.is_file() and not is_draft(file):
            files[name] = file
    return files


def copy_folders(project: Path, target: Path) -> int:
    """Pack the files of the folders beside a project into a plain zip; returns how many, and writes none for none.

    Raises
    ------
    IntegrityFailure
        What stands in the zip is not what was put there.
    EnvironmentFailure
        A file cannot be read, or the disk is full.
    """
    members = files_of_folders(project)
    if not members:
        return 0
    try:
        with new_draft(target) as draft:
            put: dict[str, str] = {}
            with zipfile.ZipFile(draft, "w") as out:
                for name, file in members.items():
                    entry = zipfile.ZipInfo(name, _MOMENT)
                    entry.external_attr = 0o644 << 16
                    content = file.read_bytes()
                    put[name] = hashlib.sha256(content).hexdigest()
                    out.writestr(entry, content)
            _check_packed(draft, put, target)
            move_into_place(draft, target, mode_of(project))
    except OSError as error:
        raise not_writable(target, error) from error
    return len(members)


def _check_packed(draft: Path, put: dict[str, str], target: Path) -> None:
    try:
        with zipfile.ZipFile(draft) as packed:
            stands = {name: hashlib.sha256(packed.read(name)).hexdigest() for name in packed.namelist()}
    except BROKEN_ZIP:
        stands = {}
    if stands != put:
        raise IntegrityFailure(
            "backup.damaged",
            Text("作った zip が元のファイルと違います", "the zip is not like the files it was made from"),
            Text("ディスクを確かめ、もう一度実行してください", "check the disk and run it again"),
            Place(str(target)),
        )


def prove(
    backup: Path, printed: PrintedSeal | None = None, people: Path | None = None
) -> tuple[list[Problem], Proof]:
    """What of a backup is not as its seal says, and what proves that it is complete.

    A seal that was typed and covers the whole backup is recognised without the seal file, too. One that
    covers neither the whole nor the records is to be looked at with the records (`verify_project`).

    Parameters
    ----------
    printed : PrintedSeal, optional
        A seal that was typed.
    people : Path, optional
        The copy of the people file, where it does not lie beside the backup.

    Raises
    ------
    InputUnusable
        The seal file beside it is none, or was changed.
    """
    files = BackupFiles.of(backup)
    parts = files.parts if people is None else files.parts | {"people": people}
    problems: list[Problem] = []
    absent: list[str] = []
    seal = read_seal_file(files.seal) if files.seal.is_file() else None
    if seal is not None:
        for part in seal.parts:
            if part.what == "people" and not parts[part.what].is_file():
                absent.append(part.what)
                continue
            problems += _compare(part, parts[part.what])
        known = {part.what for part in seal.parts}
        added = Text("封印の後から加えられています", "was added after the seal")
        problems += [
            _wrong("backup.added", added, path)
            for what, path in parts.items()
            if what not in known and path.is_file()
        ]
    whole = printed is not None and _covers(printed, seal, backup, parts)
    proof = Proof(seal is not None, whole, printed is not None and not whole, tuple(absent))
    return problems, proof


def _covers(printed: PrintedSeal, seal: BackupSeal | None, backup: Path, parts: dict[str, Path]) -> bool:
    """Whether a seal that was typed is that of a backup, by its seal file or by its parts as they lie there."""
    if seal is not None:
        return printed.fits(seal.seal)
    there = [(what, path) for what, path in parts.items() if path.is_file()]
    with read_at_rest(backup) as calm, spoken_errors(backup):
        return printed.fits(BackupSeal.over(there, calm).seal)


def _compare(part: Part, path: Path) -> list[Problem]:
    if not path.is_file():
        gone = Text("写しの一部がありません", "a part of the backup is missing")
        return [_wrong("backup.missing", gone, path)]
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
