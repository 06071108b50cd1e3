"""Records from a file, and the rows that go back to whoever wrote them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kanpo.errors import InputUnusable, Place, Severity, UsageError
from kanpo.exchange._table import WrittenTable, read_csv
from kanpo.files import write_csv
from kanpo.locale import Text
from kanpo.schema import ENVELOPE, RECORD_KINDS, normalise
from kanpo.store import Project
from kanpo.trials import RecordReport, record_rows

#: Columns that a file of sent-back rows has beside the original ones.
REJECT_HEADERS = ("差戻し理由", "直し方", "コード", "元の行")


@dataclass(frozen=True, slots=True)
class RecordsImport:
    """What came of importing a file: the report, and where the rows went that were sent back."""

    report: RecordReport
    rejects: Path | None


def import_records(
    project: Project,
    path: Path,
    kind: str | None = None,
    *,
    dry_run: bool = False,
    rejects: Path | None = None,
) -> RecordsImport:
    """Import a CSV of records of one kind.

    Good rows are stored; rows with a problem go to ``NAME_差戻し.csv`` beside the file, with their
    cells as they were and the reason. That file, mended, can be imported in turn.

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
    table = _without_reject_columns(read_csv(path))
    if not any(any(cell.strip() for cell in row) for row in table.rows):
        raise InputUnusable(
            "records.none",
            Text("記録が1行もありません", "there is not one record in it"),
            Text("見出しの下に記録を入れてください", "enter records below the header"),
            Place(str(path)),
        )
    kind = kind or kind_of_headers(table.headers, path)
    report = record_rows(project, kind, table.columns(), file=path.name, dry_run=dry_run)
    target = rejects or path.with_name(f"{path.stem.removesuffix('_差戻し')}_差戻し.csv")
    if target == path:
        target = path.with_name(f"{path.stem}_2.csv")
    if not report.rejected or dry_run:
        return RecordsImport(report, None)
    _write_rejects(target, table, report)
    return RecordsImport(report, target)


def kind_of_headers(headers: tuple[str, ...], path: Path | None = None) -> str:
    """The kind whose fields fit the headers best; every required field must be there.

    Raises
    ------
    InputUnusable
        No kind fits, or two fit equally well.
    """
    written = {normalise(header).casefold() for header in headers}
    fits: dict[str, int] = {}
    for table in RECORD_KINDS.values():
        names = {
            field.key: {
                normalise(n).casefold() for n in (field.key, field.label.ja, field.label.en, field.header.ja)
            }
            for field in table.fields
        }
        if all(names[field.key] & written for field in table.fields if field.required):
            fits[table.key] = sum(bool(found & written) for found in names.values())
    best = sorted(fits, key=lambda key: -fits[key])
    if best and (len(best) == 1 or fits[best[0]] > fits[best[1]]):
        return best[0]
    kinds = "、".join(f"{table.key}({table.label.ja})" for table in RECORD_KINDS.values())
    raise InputUnusable(
        "records.kind-unknown",
        Text("何の記録か見出しから決められません", "the headers do not tell what kind of records these are"),
        Text(f"--kind で指定してください: {kinds}", f"say it with --kind: {', '.join(RECORD_KINDS)}"),
        Place(str(path) if path else None),
    )


def records_template(kind: str, path: Path) -> Path:
    """Write an empty CSV with the headers of a kind, labels in Japanese, to fill in with Excel.

    Raises
    ------
    UsageError
        There is no such kind.
    """
    if kind not in RECORD_KINDS:
        raise UsageError(
            "records.no-kind",
            Text(f"「{kind}」という記録の種類はありません", f"there is no kind of record '{kind}'"),
            Text(f"選べる種類: {'、'.join(RECORD_KINDS)}", f"choices: {', '.join(RECORD_KINDS)}"),
        )
    table = RECORD_KINDS[kind]
    shown = [field for field in ENVELOPE if field.key in ("happened_at", "actor")]
    if table.outline:
        shown += [field for field in ENVELOPE if field.key == "wkt"]
    write_csv(path, [field.header.ja for field in (*shown, *table.fields)], [])
    return path


def _without_reject_columns(table: WrittenTable) -> WrittenTable:
    keep = [index for index, header in enumerate(table.headers) if header not in REJECT_HEADERS]
    return WrittenTable(
        table.file_name,
        tuple(table.headers[index] for index in keep),
        tuple(tuple(row[index] for index in keep if index < len(row)) for row in table.rows),
    )


def _write_rejects(path: Path, table: WrittenTable, report: RecordReport) -> None:
    rows = []
    for number in sorted(report.rejected):
        found = [p for p in report.problems if p.place.row == number and p.severity is Severity.REJECT]
        cells = table.rows[number - 2]
        cells = (*cells, *[""] * (len(table.headers) - len(cells)))
        reason = " / ".join(str(p.what) + (f"({p.place.column})" if p.place.column else "") for p in found)
        mend = " / ".join(str(p.mend) for p in found)
        rows.append((*cells, reason, mend, " ".join(p.code for p in found), number))
    write_csv(path, (*table.headers, *REJECT_HEADERS), rows)
