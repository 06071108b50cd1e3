"""Names of backups by the moment at which they were made, and deleting those that are too many."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable
from datetime import datetime
from pathlib import Path

from kanpo.store._backup import BackupFiles, prove
from kanpo.store._verify import verify_project

#: Of the backups of each day, week and month the newest is kept, for so many of them.
DAYS, WEEKS, MONTHS = 7, 4, 12

_STAMP = "%Y%m%d-%H%M%S"


def dated_name(project: Path, moment: datetime) -> Path:
    """Name of a backup made at that moment."""
    return project.with_name(f"{project.stem}.{moment.strftime(_STAMP)}.backup")


def thin_out(project: Path, newest: Path) -> list[Path]:
    """Delete the backups beside a project that are beyond a week of days, a month and a year.

    Only files named like `dated_name` are looked at; their people, files and seals go with them. Nothing is deleted unless `newest`, the backup
    just made, is whole.

    Returns
    -------
    list of Path
        The backups that were deleted.

    Raises
    ------
    EnvironmentFailure
        A file may not be deleted.
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
    if verify_project(newest) or prove(newest)[0]:
        return []
    gone = [dated[moment] for moment in surplus(dated) if dated[moment] != newest]
    for path in gone:
        BackupFiles.of(path).remove()
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
