"""Going back to a backup, and thinning backups out."""

from __future__ import annotations

import os
import re
import shutil
import zipfile
import zlib
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from kanpo.errors import InputUnusable, IntegrityFailure, KanpoError, Place, Problem
from kanpo.locale import Text
from kanpo.store._at_rest import bring_to_rest, read_at_rest
from kanpo.store._backup import (
    FOLDERS,
    BackupFiles,
    check_sealed,
    copy_database,
    draft_beside,
    free_name,
    move_into_place,
    not_writable,
)
from kanpo.store._connection import connect, spoken_errors
from kanpo.store._location import beside, is_project
from kanpo.store._migrate import refuse_newer
from kanpo.store._people import people_file
from kanpo.store._seal import PrintedSeal
from kanpo.store._verify import verify_project

#: Of the backups of each day, week and month the newest is kept, for so many of them.
DAYS, WEEKS, MONTHS = 7, 4, 12

_STAMP = "%Y%m%d-%H%M%S"
#: What opening a damaged zip raises.
_BROKEN_ZIP = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError)


@dataclass(frozen=True, slots=True)
class Proof:
    """What proves that a backup is complete: the seal file beside it, a seal that was typed, both or nothing.

    `edits` counts what another program had edited when the backup was made, as far as no seal says that
    it belongs there.
    """

    seal_file: bool
    typed: bool
    edits: int = 0


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did.

    `kept` and `kept_people` are where the present files went, `added` counts files of the folders that
    were missing, `aside` names those that differed and were kept under another name.
    """

    proof: Proof
    kept: Path | None
    kept_people: Path | None
    people: bool
    added: int
    aside: tuple[Path, ...]


def restore_project(
    backup: Path, target: Path, *, seal: PrintedSeal | None = None, people: Path | None = None
) -> Restored:
    """Put a checked backup in the place of a project, with its people and files.

    First the files of the folders are added (nothing there is replaced), then the project changes
    places, then the people file; each step leaves the old or the new file, never half of one. The
    present files are kept as ``NAME.before-restore.backup`` and ``NAME.before-restore.people.backup``.
    A crash between two steps leaves the earlier ones done: the same restore again does the rest.

    Parameters
    ----------
    seal : PrintedSeal, optional
        A seal that was printed: of the backup, or of its records.
    people : Path, optional
        The people file of the backup, where it does not lie beside it.

    Raises
    ------
    InputUnusable
        `backup` is no project, or a newer kanpo wrote it.
    IntegrityFailure
        The backup is damaged or not what its seal says; nothing was changed.
    EnvironmentFailure
        Another program has the present file open, or the disk is full; nothing was changed.
    """
    proof = check_backup(backup, seal)
    files = BackupFiles.of(backup)
    source = people or (files.people if files.people.is_file() else None)
    if source is not None:
        _check_people(source)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise not_writable(target, error) from error
    _settle(target)
    if source is not None:
        _settle(people_file(target))
    packed = _unpack(files.files) if files.files.is_file() else ()
    added, aside = add_files(target, packed)
    copy = free_name(target, "before-restore")
    kept = _swap(backup, target, copy)
    kept_people = None
    if source is not None:
        kept_people = _swap(source, people_file(target), BackupFiles.of(copy).people, mode=0o600)
    return Restored(proof, kept, kept_people, source is not None, added, aside)


def put_in_place(
    draft: Path, target: Path, files: Iterable[tuple[str, str, bytes]]
) -> tuple[Path | None, int]:
    """Make a project file that was built apart the project at `target`, with files for the folders beside it.

    Returns
    -------
    Path or None
        Where the present file went.
    int
        How many files were added.

    Raises
    ------
    EnvironmentFailure
        Another program has the present file open, or nothing can be written.
    """
    _settle(target)
    added, _ = add_files(target, files)
    return _swap(draft, target, free_name(target, "before-restore")), added


def put_people_in_place(source: Path, target: Path) -> Path | None:
    """Put the copy of a people file in the place of that of the project at `target`, which is kept."""
    _check_people(source)
    _settle(people_file(target))
    keep_as = BackupFiles.of(free_name(target, "before-restore")).people
    return _swap(source, people_file(target), keep_as, mode=0o600)


def _swap(source: Path, target: Path, keep_as: Path, mode: int | None = None) -> Path | None:
    """Put a copy of a database in the place of another one, which is kept; tells where, or None for none."""
    draft = draft_beside(target)
    kept = None
    try:
        with (
            read_at_rest(source) as calm,
            spoken_errors(source),
            closing(connect(calm, write=True)) as connection,
        ):
            copy_database(connection, draft)
        if mode is not None:
            draft.chmod(mode)
        if target.exists():
            kept = _keep(target, keep_as)
        else:
            _move_leftovers(target, keep_as)
        try:
            os.replace(draft, target)
        except OSError:
            # Two names of one database are one too many.
            if kept is not None:
                kept.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise not_writable(target, error) from error
    finally:
        draft.unlink(missing_ok=True)
    return kept


def check_backup(backup: Path, seal: PrintedSeal | None = None) -> Proof:
    """Whether a backup can be restored, and what proves that it is complete.

    Raises
    ------
    InputUnusable
        It is no project, or a newer kanpo wrote it; or the seal file beside it is none.
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
    problems, sealed = check_sealed(backup)
    whole = seal is not None and sealed is not None and seal.fits(sealed.seal)
    with read_at_rest(backup) as calm:
        with spoken_errors(backup), closing(connect(calm, write=False)) as connection:
            refuse_newer(connection, str(backup))
        of_records = None if seal is None or whole else str(seal)
        found = verify_project(calm, of_records, edits=False)
        edits = 0 if found or sealed is not None else len(verify_project(calm, of_records))
        problems += [problem.at(file=str(backup)) for problem in found]
    files = BackupFiles.of(backup).files
    if files.is_file():
        problems += _check_files(files)
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
    return Proof(sealed is not None, seal is not None, edits)


def _check_files(path: Path) -> list[Problem]:
    try:
        with zipfile.ZipFile(path) as archive:
            wrong = [name for name in archive.namelist() if _member(name) is None]
            wrong += [bad] if (bad := archive.testzip()) else []
    except _BROKEN_ZIP:
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
    if folder not in FOLDERS or not file or Path(file).name != file or "\\" in file or file in (".", ".."):
        return None
    return folder, file


def _check_people(path: Path) -> None:
    with spoken_errors(path), closing(connect(path, write=False)) as connection:
        connection.execute("SELECT count(*) FROM people").fetchone()


def _unpack(archive: Path) -> Iterator[tuple[str, str, bytes]]:
    """Folder, name and content of each file in the zip of a backup, which was checked before."""
    with zipfile.ZipFile(archive) as packed:
        for name in packed.namelist():
            found = _member(name)
            if found is not None:
                yield (*found, packed.read(name))


def add_files(target: Path, files: Iterable[tuple[str, str, bytes]]) -> tuple[int, tuple[Path, ...]]:
    """Put files (folder, name, content) into the folders beside a project; nothing there is replaced.

    Returns
    -------
    int
        How many were added.
    tuple of Path
        Those that got another name, because a file of that name with other content was there.
    """
    added, aside = 0, list[Path]()
    try:
        for folder, name, content in files:
            place = target.with_name(f"{target.stem}_{folder}") / name
            if place.exists():
                if place.read_bytes() == content:
                    continue
                place = _free_beside(place)
                aside.append(place)
            place.parent.mkdir(parents=True, exist_ok=True)
            draft = draft_beside(place)
            try:
                draft.write_bytes(content)
                move_into_place(draft, place)
            finally:
                draft.unlink(missing_ok=True)
            added += 1
    except OSError as error:
        raise not_writable(target, error) from error
    return added, tuple(aside)


def _free_beside(place: Path) -> Path:
    number = 2
    while (other := place.with_name(f"{place.stem} ({number}){place.suffix}")).exists():
        number += 1
    return other


def _settle(target: Path) -> None:
    """Let SQLite finish what a crash left half done in the present file, and see that nobody has it open.

    What cannot be opened any more is past that, and is kept as it is.
    """
    if not target.exists():
        return
    try:
        bring_to_rest(target)
    except KanpoError as error:
        if not isinstance(error, IntegrityFailure):
            raise


def _keep(target: Path, kept: Path) -> Path:
    """Keep the present file under another name as well: the same file, so that whoever has it open goes on there."""
    try:
        os.link(target, kept)
    except OSError:
        # No second name on this kind of disk: a copy.
        draft = draft_beside(kept)
        try:
            shutil.copyfile(target, draft)
            move_into_place(draft, kept)
        finally:
            draft.unlink(missing_ok=True)
    # What SQLite would still do to the present file must not be done to the backup.
    _move_leftovers(target, kept)
    return kept


def _move_leftovers(target: Path, kept: Path) -> None:
    """Journals that stand beside a file, or beside where one stood, never meet the one that comes in its place."""
    for name in beside(target):
        os.replace(name, kept.with_name(kept.name + name.name.removeprefix(target.name)))


def dated_name(project: Path, moment: datetime) -> Path:
    """Name of a backup made at that moment."""
    return project.with_name(f"{project.stem}.{moment.strftime(_STAMP)}.backup")


def thin_out(project: Path, newest: Path) -> list[Path]:
    """Delete the backups beside a project that are beyond a week of days, a month and a year.

    Only files named like `dated_name` are looked at. Nothing is deleted unless `newest`, the backup
    just made, is whole.

    Returns
    -------
    list of Path
        The files that were deleted.
    """
    pattern = re.compile(re.escape(project.stem) + r"\.(\d{8}-\d{6})\.backup")
    dated: dict[datetime, Path] = {}
    for path in project.parent.iterdir():
        match = pattern.fullmatch(path.name)
        if match is not None:
            try:
                dated[datetime.strptime(match.group(1), _STAMP)] = path
            except ValueError:
                continue
    if verify_project(newest) or check_sealed(newest)[0]:
        return []
    gone = [dated[moment] for moment in surplus(dated) if dated[moment] != newest]
    for path in gone:
        files = BackupFiles.of(path)
        for part in (files.seal, *files.parts.values()):
            part.unlink(missing_ok=True)
    return gone


def surplus(moments: Iterable[datetime]) -> list[datetime]:
    """Backups that may go: not the newest of the last 7 days, 4 weeks and 12 months that have any."""
    newest_first = sorted(moments, reverse=True)
    rules: list[tuple[Callable[[datetime], Hashable], int]] = [
        (lambda moment: moment.date(), DAYS),
        (lambda moment: moment.isocalendar()[:2], WEEKS),
        (lambda moment: (moment.year, moment.month), MONTHS),
    ]
    kept: set[datetime] = set()
    for period, count in rules:
        newest: dict[Hashable, datetime] = {}
        for moment in newest_first:
            newest.setdefault(period(moment), moment)
        kept |= set(list(newest.values())[:count])
    return sorted(set(newest_first) - kept)
