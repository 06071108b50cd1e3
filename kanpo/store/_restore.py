"""Going back to a backup, and thinning backups out."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Hashable, Iterable
from contextlib import closing
from datetime import datetime
from pathlib import Path

from kanpo.errors import InputUnusable, IntegrityFailure, KanpoError, Place
from kanpo.locale import Text
from kanpo.store._backup import copy_database, free_name, not_writable
from kanpo.store._connection import connect, spoken_errors
from kanpo.store._location import is_project
from kanpo.store._migrate import refuse_newer
from kanpo.store._verify import verify_project

#: Of the backups of each day, week and month the newest is kept, for so many of them.
DAYS, WEEKS, MONTHS = 7, 4, 12

_STAMP = "%Y%m%d-%H%M%S"


def restore_project(backup: Path, target: Path) -> Path | None:
    """Put a checked backup in the place of a project.

    The present file is kept as ``NAME.before-restore.backup``, byte for byte, whatever its state.
    A crash leaves the present file or the backup at `target`, never half of one.

    Returns
    -------
    Path or None
        Where the present file went; None when there was none.

    Raises
    ------
    InputUnusable
        `backup` is no project, or a newer kanpo wrote it.
    IntegrityFailure
        The backup itself is damaged; nothing was changed.
    EnvironmentFailure
        Somebody is writing to the present file, or the disk is full; nothing was changed.
    """
    check_backup(backup)
    _settle(target)
    kept = None
    draft = target.with_name(f".{target.name}.{os.getpid()}.restored")
    try:
        with spoken_errors(backup), closing(connect(backup, write=True)) as connection:
            copy_database(connection, draft)
        if target.exists():
            kept = _keep(target)
        os.replace(draft, target)
    except OSError as error:
        raise not_writable(target, error) from error
    finally:
        draft.unlink(missing_ok=True)
    return kept


def check_backup(backup: Path) -> None:
    """Whether a backup can be restored.

    Raises
    ------
    InputUnusable
        It is no project, or a newer kanpo wrote it.
    IntegrityFailure
        It is damaged.
    """
    if not backup.is_file() or not is_project(backup):
        raise InputUnusable(
            "restore.no-project",
            Text("kanpo のプロジェクトの写しではありません", "is not a copy of a kanpo project"),
            Text("kanpo backup で作った .backup を指定してください", "name a .backup made by kanpo backup"),
            Place(str(backup)),
        )
    with spoken_errors(backup), closing(connect(backup, write=False)) as connection:
        refuse_newer(connection, str(backup))
    problems = verify_project(backup)
    if problems:
        raise IntegrityFailure(
            "restore.damaged",
            Text("写しが壊れています(何も変えていません)", "the backup is damaged (nothing was changed)"),
            Text("別の写しを使ってください", "use another backup"),
            Place(str(backup)),
            tuple(problems),
        )


def _settle(target: Path) -> None:
    """Let SQLite finish what a crash left half done in the present file, and see that nobody writes.

    What cannot be opened any more is past that, and is kept as it is.
    """
    if not target.exists():
        return
    try:
        with spoken_errors(target), closing(connect(target, write=True)) as connection:
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("ROLLBACK")
    except KanpoError as error:
        if not isinstance(error, IntegrityFailure):
            raise


def _keep(target: Path) -> Path:
    kept = free_name(target, "before-restore")
    draft = kept.with_name(f".{kept.name}.{os.getpid()}.tmp")
    try:
        shutil.copyfile(target, draft)
        with draft.open("rb+") as written:
            os.fsync(written.fileno())
        os.replace(draft, kept)
    finally:
        draft.unlink(missing_ok=True)
    # What SQLite would still roll back in the present file must not be rolled back in the backup.
    journal = target.with_name(target.name + "-journal")
    if journal.exists():
        os.replace(journal, kept.with_name(kept.name + "-journal"))
    return kept


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
    if verify_project(newest):
        return []
    gone = [dated[moment] for moment in surplus(dated) if dated[moment] != newest]
    for path in gone:
        path.unlink()
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
