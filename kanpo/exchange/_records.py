"""Records from a file, and the rows that go back to whoever wrote them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kanpo.errors import Place, Problem, Severity
from kanpo.exchange._beside import keep_original, keep_photo
from kanpo.exchange._source import REJECT_HEADERS, RecordsSource, read_source
from kanpo.files import check_target, place_beside
from kanpo.locale import Text
from kanpo.reading import plain_header
from kanpo.schema import ENVELOPE, names_of
from kanpo.store import Project
from kanpo.tables import Table, not_collecting, write_csv
from kanpo.trials import RecordReport, record_rows

_ENVELOPE_NAMES = {field.key: names_of(field) for field in ENVELOPE}


@dataclass(frozen=True, slots=True)
class RecordsImport:
    """What came of importing a file.

    `rejects` is where the rows went that were sent back, `original` where the file was kept as it
    came, `photos` how many photos came with it.
    """

    report: RecordReport
    rejects: Path | None
    original: Path | None = None
    photos: int = 0


def import_records(
    project: Project,
    path: Path,
    kind: str | None = None,
    *,
    dry_run: bool = False,
    rejects: Path | None = None,
) -> RecordsImport:
    """Import a file of records of one kind: CSV, workbook, the file of a phone, an export of Field Book.

    The file is first kept as it came, beside the project. Good rows are stored; rows with a problem
    go to ``NAME_差戻し.csv`` beside the file, with their cells as they were and the reason. That
    file, mended, can be imported in turn.

    Parameters
    ----------
    kind : str, optional
        A key of `kanpo.schema.RECORD_KINDS`; recognised from the headers when not given.
    dry_run : bool
        Check, write nothing.
    rejects : Path, optional
        Another place for the rows sent back.

    Raises
    ------
    InputUnusable
        The file cannot be read, has no rows, or its kind cannot be told.
    """
    with not_collecting():
        source = read_source(project, path, kind)
        original = None
        # Before anything is stored: rows that come back need a place.
        target = place_beside(rejects or place_of_rejects(path), project.path)
        check_target(target, gives_way=True)
        if not dry_run:
            original = keep_original(project, path)
            for photo in source.photos:
                keep_photo(project, photo)
        report = record_source(project, source, dry_run)
    if not report.rejected or dry_run:
        return RecordsImport(report, None, original, len(source.photos))
    write_rejects(target, source.table, report)
    return RecordsImport(report, target, original, len(source.photos))


def record_source(project: Project, source: RecordsSource, dry_run: bool) -> RecordReport:
    """Write the usable rows; a correction comes after the record of the same file that it corrects."""
    table = source.table
    problems = [*source.problems, *(p for found in table.unusable.values() for p in found)]
    rejected = {table.number_of(index) for index in table.unusable}
    ids: list[str] = []
    met: list[str] = []
    repeated = predictions = 0
    accepted = project.journal.record_ids()
    identities, corrected = _envelope_column(table, "record_id"), _envelope_column(table, "supersedes")
    usable_rows = [index for index in range(len(table.rows)) if index not in table.unusable]
    for generation in _generations(usable_rows, identities, corrected):
        lost = {i for i in generation if corrected[i] and corrected[i] not in accepted}
        problems += [_corrects_nothing(table, index, corrected[index]) for index in sorted(lost)]
        rejected |= {table.number_of(index) for index in lost}
        chosen = [index for index in generation if index not in lost]
        if not chosen:
            continue
        usable = table.choose(chosen)
        columns = usable.columns()
        part = record_rows(project, source.kind, columns, file=table.file_name, first_row=0, dry_run=dry_run)
        problems += [_renumbered(problem, usable) for problem in part.problems]
        rejected |= {usable.number_of(row) for row in part.rejected}
        accepted |= {identities[index] for row, index in enumerate(chosen) if row not in part.rejected}
        ids += part.record_ids
        repeated += part.repeated
        predictions += part.predictions
        met += part.contradicting
    found = tuple(problems), frozenset(rejected)
    return RecordReport(source.kind, len(table.rows), tuple(ids), repeated, *found, predictions, tuple(met))


def _generations(rows: list[int], identities: list[str], corrected: list[str]) -> list[list[int]]:
    """Rows in groups: first those that correct nothing in this file, then those that correct these …"""
    if not any(corrected):
        return [rows]
    place = {identities[index]: index for index in rows if identities[index]}
    waiting, groups = rows, list[list[int]]()
    while waiting:
        pending = set(waiting)
        ready = [index for index in waiting if place.get(corrected[index], -1) not in pending]
        # Records that correct each other in a ring correct nothing that is there.
        groups.append(ready or waiting)
        done = set(groups[-1])
        waiting = [index for index in waiting if index not in done]
    return groups


def _envelope_column(table: Table, key: str) -> list[str]:
    """A column of the envelope, found by key or label; empty texts where there is none."""
    for column, header in enumerate(table.headers):
        if plain_header(header) in _ENVELOPE_NAMES[key]:
            return [row[column].strip() if column < len(row) else "" for row in table.rows]
    return [""] * len(table.rows)


def _renumbered(problem: Problem, table: Table) -> Problem:
    where: dict[str, object] = {"sheet": table.sheet}
    if problem.place.row is not None:
        where["row"] = table.number_of(problem.place.row)
    return problem.at(**where)


def _corrects_nothing(table: Table, index: int, supersedes: str) -> Problem:
    return Problem(
        "record.supersedes-unknown",
        Text("訂正する記録が見つかりません", "the record to correct is not there"),
        Text(
            "先に元の記録を取り込んでから、もう一度取り込んでください",
            "import the record it corrects first, then this one again",
        ),
        Place(
            table.file_name,
            table.sheet,
            table.number_of(index),
            column="supersedes",
            value=supersedes,
        ),
    )


def place_of_rejects(path: Path) -> Path:
    """Where the rows of a file go that are sent back; of a file of such rows, beside it."""
    wanted = path.with_name(f"{path.stem.removesuffix('_差戻し')}_差戻し.csv")
    return path.with_name(f"{path.stem}_2.csv") if wanted == path else wanted


def write_rejects(path: Path, table: Table, report: RecordReport) -> None:
    """Write the rejected rows of a table with their cells as they were, and why."""
    rows = []
    for index in range(len(table.rows)):
        number = table.number_of(index)
        if number not in report.rejected:
            continue
        found = [p for p in report.problems if p.place.row == number and p.severity is Severity.REJECT]
        cells = table.rows[index]
        cells = (*cells, *[""] * (len(table.headers) - len(cells)))
        reason = " / ".join(str(p.what) + (f"({p.place.column})" if p.place.column else "") for p in found)
        mend = " / ".join(str(p.mend) for p in found)
        rows.append((*cells, reason, mend, " ".join(p.code for p in found), number))
    write_csv(path, (*table.headers, *REJECT_HEADERS), rows, gives_way=True)
