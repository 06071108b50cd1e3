"""Weather from a file into the journal; what the agency revised takes the place of what it said before."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd

from kanpo.errors import Problem, Severity
from kanpo.reading import read_number
from kanpo.schema import RECORD_KINDS
from kanpo.store import Project
from kanpo.trials import RecordReport, record_rows
from kanpo.weather._station import StationDays, read_station_file

#: Why a day is recorded again.
_REASON = "気象庁の値が改められた / revised by the agency"


def import_weather(project: Project, path: Path, *, dry_run: bool = False) -> RecordReport:
    """Import a daily file of the Meteorological Agency.

    The same days again add nothing; a day whose values or codes have changed supersedes the one
    recorded before.

    Returns
    -------
    RecordReport
        Problems with file, row, column and value; values of less than good quality are warnings.

    Raises
    ------
    InputUnusable
        It is no such file.
    """
    return import_days(project, read_station_file(path), path.name, dry_run=dry_run)


def import_days(project: Project, days: StationDays, name: str, *, dry_run: bool = False) -> RecordReport:
    """Record days that were read from a file of that name, as `import_weather` does."""
    keys = [key for key in RECORD_KINDS["weather"].keys if key in days.frame]
    frame = days.frame[["happened_at", *keys]].where(days.frame[["happened_at", *keys]].notna(), None)
    before = _standing(project)
    pairs = zip(frame["station"], frame["happened_at"], strict=True)
    earlier = [before.get(pair) for pair in pairs]
    now = [_said(row) for row in frame.to_dict("records")]
    changed = [old is not None and old[1] != new for old, new in zip(earlier, now, strict=True)]
    fresh = [old is None or again for old, again in zip(earlier, changed, strict=True)]
    columns = {str(key): frame.loc[fresh, key].tolist() for key in frame}
    replaced = [old[0] if old and again else None for old, again in zip(earlier, changed, strict=True)]
    columns["supersedes"] = [old for old, keep in zip(replaced, fresh, strict=True) if keep]
    columns["reason"] = [old and _REASON for old in columns["supersedes"]]
    report = record_rows(project, "weather", columns, dry_run=dry_run)
    # Rows of the file, not of what was handed on: titles stand above, several stations share a row.
    rows = days.frame.loc[fresh, "row"].tolist()
    problems = tuple(
        problem.at(file=name, row=rows[problem.place.row - 2]) if problem.place.row else problem
        for problem in report.problems
    )
    repeated = report.repeated + len(fresh) - sum(fresh)
    # Rows that never became a record are sent back, too; their numbers must not be those of others.
    unread = [problem for problem in days.problems if problem.severity is Severity.REJECT]
    beyond = len(frame) + 2
    return replace(
        report,
        read=len(frame) + len(unread),
        repeated=repeated,
        problems=(*days.problems, *problems),
        rejected=report.rejected | frozenset(range(beyond, beyond + len(unread))),
    )


def _standing(project: Project) -> dict[tuple[str, str], tuple[str, dict[str, object]]]:
    """Station and day to the record that stands, and what it says."""
    rows = project.journal.read("weather").to_dict("records")
    return {
        (str(row["station"]), str(row["happened_at"])): (str(row["record_id"]), _said(row)) for row in rows
    }


def _said(row: dict[str, object]) -> dict[str, object]:
    """The values of a day, to compare: numbers as numbers, blanks left out."""
    said: dict[str, object] = {}
    for field in RECORD_KINDS["weather"].fields:
        value = row.get(field.key)
        if value is None or value == "" or pd.isna(value):
            continue
        number = read_number(value) if field.type == "number" else str(value)
        said[field.key] = str(value) if isinstance(number, Problem) else number
    return said
