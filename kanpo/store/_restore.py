"""Going back to a backup: whether it is whole, and what comes back."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from kanpo.errors import InputUnusable, IntegrityFailure, Place, Problem
from kanpo.locale import Text
from kanpo.schema import PEOPLE
from kanpo.store._at_rest import read_at_rest
from kanpo.store._backup import BROKEN_ZIP, FOLDERS, BackupFiles, Proof, prove
from kanpo.store._connection import connect, spoken_errors
from kanpo.store._copy import new_draft, not_writable
from kanpo.store._in_place import BesideFile, Placed, add_files, fill_from, put_in_place, settle
from kanpo.store._location import is_project
from kanpo.store._migrate import refuse_newer
from kanpo.store._seal import PrintedSeal
from kanpo.store._verify import verify_project


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did, or would do, and what proves that the backup is complete."""

    proof: Proof
    placed: Placed


def restore_project(
    backup: Path,
    target: Path,
    *,
    seal: PrintedSeal | None = None,
    people: Path | None = None,
    dry_run: bool = False,
) -> Restored:
    """Put a checked backup in the place of a project, with its people and files.

    See `put_in_place` for the order of the steps. The present files are kept as
    ``NAME.before-restore.backup`` and ``NAME.before-restore.people.backup``.

    Parameters
    ----------
    seal : PrintedSeal, optional
        A seal that was printed: of the backup, or of its records.
    people : Path, optional
        The people file of the backup, where it does not lie beside it.
    dry_run : bool
        Check everything, and change nothing.

    Raises
    ------
    InputUnusable
        `backup` is no project, or a newer kanpo wrote it.
    IntegrityFailure
        The backup is damaged or not what its seal says; nothing was changed.
    EnvironmentFailure
        Another program has the present file open, or the disk is full; nothing was changed.
    """
    proof = check_backup(backup, seal, people)
    files = BackupFiles.of(backup)
    source = people or (files.people if files.people.is_file() else None)
    try:
        with packed_files(files.files) as packed:
            if dry_run:
                added, aside = add_files(target, packed, dry_run=True)
                return Restored(proof, Placed(None, None, source is not None, added, aside))
            target.parent.mkdir(parents=True, exist_ok=True)
            settle(target)
            with new_draft(target.resolve()) as draft:
                fill_from(backup, draft)
                return Restored(proof, put_in_place(draft, target, packed, backup, source))
    except OSError as error:
        raise not_writable(target, error) from error


def check_backup(backup: Path, seal: PrintedSeal | None = None, people: Path | None = None) -> Proof:
    """Whether a backup can be restored, and what proves that it is complete.

    Raises
    ------
    InputUnusable
        It is no project, or a newer kanpo wrote it; or the seal file or people file beside it is none.
    IntegrityFailure
        It is damaged, or not what its seal says.
    """
    if not backup.is_file() or not is_project(backup):
        raise InputUnusable(
            "restore.no-project",
            Text("kanpo のプロジェクトの写しではありません", "is not a copy of a kanpo project"),
            Text("kanpo backup で作った .backup を指定してください", "name a .backup made by kanpo backup"),
            Place(str(backup)),
        )
    problems, proof = prove(backup, seal, people)
    with read_at_rest(backup) as calm:
        with spoken_errors(backup), closing(connect(calm, write=False)) as connection:
            refuse_newer(connection, str(backup))
        of_records = str(seal) if proof.records else None
        problems += [problem.at(file=str(backup)) for problem in verify_project(calm, of_records)]
    files = BackupFiles.of(backup)
    if files.files.is_file():
        problems += _check_files(files.files)
    if problems:
        raise IntegrityFailure(
            "restore.damaged",
            Text(
                "写しが壊れているか、作った時のままではありません(何も変えていません)",
                "the backup is damaged or not as it was made (nothing was changed)",
            ),
            Text("別の写しを使ってください", "use another backup"),
            Place(str(backup)),
            tuple(problems),
        )
    if people is not None or files.people.is_file():
        check_people(people or files.people)
    return proof


def check_people(path: Path) -> None:
    """Whether a file is a people file that is whole.

    Raises
    ------
    InputUnusable
        It is not.
    IntegrityFailure
        It is damaged.
    """
    whole = path.is_file()
    if whole:
        with (
            read_at_rest(path) as calm,
            spoken_errors(path),
            closing(connect(calm, write=False)) as connection,
        ):
            names = {row[1] for row in connection.execute("PRAGMA table_info(people)")}
            sound = connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            whole = sound and {field.key for field in PEOPLE.fields if field.required} <= names
            whole = whole and "grower_code" in names
    if not whole:
        raise InputUnusable(
            "restore.no-people",
            Text("名簿の写しではありません", "is no copy of a people file"),
            Text("kanpo backup で作った .people.backup を指定してください", "name a .people.backup of kanpo"),
            Place(str(path)),
        )


def _check_files(path: Path) -> list[Problem]:
    try:
        with zipfile.ZipFile(path) as archive:
            wrong = [name for name in archive.namelist() if _member(name) is None]
            wrong += [bad] if (bad := archive.testzip()) else []
    except BROKEN_ZIP:
        wrong = [""]
    return [
        Problem(
            "backup.files",
            Text(
                "写真と元のファイルの zip が壊れています", "the zip of photos and received files is damaged"
            ),
            Text("別の写しを使ってください", "use another backup"),
            Place(str(path), value=name or None),
        )
        for name in wrong
    ]


def _member(name: str) -> tuple[str, str] | None:
    """Folder and file name of a member; None for what kanpo would never have put there."""
    folder, _, file = name.partition("/")
    if folder not in FOLDERS or not plain_name(file):
        return None
    return folder, file


def plain_name(name: str) -> bool:
    """Whether a name leads to no other folder."""
    return bool(name) and Path(name).name == name and name not in (".", "..")


@contextmanager
def packed_files(archive: Path) -> Iterator[Iterator[BesideFile]]:
    """The files in the zip of a backup, which was checked before; none where there is no zip."""
    if not archive.is_file():
        yield iter(())
        return
    with zipfile.ZipFile(archive) as packed:
        yield (
            (*member, partial(packed.read, name))
            for name in packed.namelist()
            if (member := _member(name)) is not None
        )
