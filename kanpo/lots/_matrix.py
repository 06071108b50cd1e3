"""Matrices of measurements: one row a sample, many columns (metabolome, taste panel)."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from kanpo.errors import InputUnusable, KanpoError, Place, Problem, Severity, UsageError
from kanpo.locale import Text
from kanpo.reading import normalise
from kanpo.store import Project, sha256_of
from kanpo.tables import check_file, check_rectangle, named, plain_name, sheets_of, table_of
from kanpo.trials import RecordReport, record_rows


@dataclass(frozen=True, slots=True)
class NewMatrix:
    """A file with a matrix; the first column names the samples when no other is given."""

    path: Path
    matrix_id: str
    sample_column: str = ""
    title: str = ""
    sheet: str = ""
    happened_at: str = ""
    #: Why it takes the place of the matrix of the same id, if there is one.
    reason: str = ""


@dataclass(frozen=True, slots=True)
class MatrixReport:
    """What came of a matrix: its size, what to look at, and the report of its record."""

    samples: int
    columns: int
    problems: tuple[Problem, ...]
    record: RecordReport


def import_matrix(project: Project, new: NewMatrix, *, dry_run: bool = False) -> MatrixReport:
    """Keep a matrix: the file byte for byte, and a record that says how to read it.

    Samples that are no sample, lot or plot of the project are named and kept. The same file again
    adds nothing.

    Raises
    ------
    InputUnusable
        It cannot be read, has no rows, or a sample is missing or stands twice; all places are said.
    UsageError
        There is no such column or sheet, or the id is taken by another file and no reason is given.
    """
    check_file(new.path)
    content = new.path.read_bytes()
    frame = _read(content, new.path.name, new.sample_column, new.sheet)
    row = {
        "matrix_id": new.matrix_id,
        "title": new.title,
        "sample_column": str(frame.index.name),
        "sample_count": str(len(frame)),
        "column_count": str(frame.shape[1]),
        "file_name": new.path.name,
        "sheet": new.sheet,
        "sha256": sha256_of(content),
    }
    standing = _standing(project, new.matrix_id)
    if standing is not None:
        if (standing["sha256"], standing["sample_column"]) == (row["sha256"], row["sample_column"]):
            row |= {"happened_at": str(standing["happened_at"]), "title": standing["title"] or ""}
        elif new.reason:
            row |= {"supersedes": str(standing["record_id"]), "reason": new.reason}
        else:
            raise _taken(new)
    row.setdefault("happened_at", new.happened_at or project.today())
    columns = {key: [value] for key, value in row.items()}
    report = record_rows(project, "matrix", columns, file=new.path.name, dry_run=True)
    if not dry_run and not report.rejected:
        # The file comes first: a record whose file is missing would be worse than a file too many.
        project.imported.store_original(content)
        report = record_rows(project, "matrix", columns, file=new.path.name)
    return MatrixReport(len(frame), frame.shape[1], _unknown_samples(project, frame, new.path), report)


def read_matrix(project: Project, matrix_id: str) -> pd.DataFrame:
    """A matrix as it was measured.

    Returns
    -------
    DataFrame
        Index: samples (text, named as the column in the file). Columns in the order of the file:
        float where every cell is a number or blank (NaN), else text as written.

    Raises
    ------
    UsageError
        There is no such matrix.
    InputUnusable
        The project does not hold its file.
    """
    standing = _standing(project, matrix_id)
    if standing is None:
        known = project.journal.read("matrix")["matrix_id"].tolist()
        near = difflib.get_close_matches(matrix_id, known, n=1, cutoff=0.4)
        raise UsageError(
            "matrix.unknown",
            Text("その測定表はありません", "there is no such matrix"),
            Text(f"もしかして「{near[0]}」ですか", f"did you mean '{near[0]}'?")
            if near
            else Text("kanpo lots matrix list で一覧を見られます", "see kanpo lots matrix list"),
            Place(value=matrix_id),
        )
    content = project.imported.original(str(standing["sha256"]))
    if content is None:
        raise InputUnusable(
            "matrix.file-missing",
            Text("元のファイルがこのプロジェクトにありません", "its file is not in this project"),
            Text("元のファイルをもう一度取り込んでください", "import the file again"),
            Place(str(standing["file_name"])),
        )
    return _read(content, str(standing["file_name"]), str(standing["sample_column"]), standing["sheet"] or "")


def _standing(project: Project, matrix_id: str) -> dict[str, str] | None:
    found = project.journal.read("matrix")
    rows = found[found["matrix_id"] == matrix_id].tail(1)
    return None if rows.empty else rows.where(rows.notna(), None).to_dict("records")[0]


def _taken(new: NewMatrix) -> KanpoError:
    return UsageError(
        "matrix.taken",
        Text("その番号には別のファイルが登録されています", "another file has this id"),
        Text(
            "別の --id にするか、差し替える理由を --reason に書いてください",
            "choose another --id, or give a --reason to replace it",
        ),
        Place(str(new.path), value=new.matrix_id),
    )


def _unknown_samples(project: Project, frame: pd.DataFrame, path: Path) -> tuple[Problem, ...]:
    read = project.journal.read
    known = set(read("sample")["sample_id"]) | set(read("plot")["plot_code"])
    known |= set(read("lot")["lot_id"]) | set(read("harvest")["lot_id"].dropna())
    unknown = [name for name in frame.index if name not in known]
    if not unknown:
        return ()
    what = Text(
        f"試料・ロット・試験区として登録のない試料が {len(unknown)} 件あります",
        f"{len(unknown)} samples are no sample, lot or plot of the project",
    )
    mend = Text(
        "kanpo record sample で試料を登録してください(表は残しました)",
        "enter them with kanpo record sample (kept)",
    )
    place = Place(path.name, column=str(frame.index.name), value="、".join(unknown[:5]))
    return (Problem("matrix.unknown-samples", what, mend, place, Severity.WARNING),)


def _read(content: bytes, name: str, sample_column: str, sheet: str) -> pd.DataFrame:
    wanted = named([sample_column]) if sample_column else None
    table = table_of(sheets_of(content, name), name, recognise=wanted, sheet=sheet or None)
    if not table.rows:
        what = Text("見出しと1行以上の試料が要ります", "a header and at least one sample are needed")
        mend = Text("1行目に列名、2行目から試料を入れてください", "put the names into row 1, samples below")
        raise InputUnusable("matrix.empty", what, mend, table.place())
    table.refuse_doubles()
    place = Place(name, table.sheet, table.header_row)
    column = _sample_column(table.headers, sample_column, place)
    check_rectangle(len(table.rows), len(table.headers), name, table.sheet)
    frame = pd.DataFrame(
        dict(zip(table.headers, table.cells(), strict=True)), index=list(table.numbers), dtype=object
    )
    frame = frame.map(str.strip).drop(columns=[""], errors="ignore")
    _check_samples(frame[column], name)
    return frame.set_index(column).apply(_numbers)


def _sample_column(headers: Sequence[str], wanted: str, place: Place) -> str:
    """The header of the column of samples: that which is wanted, in any width, else the first.

    Raises
    ------
    InputUnusable, UsageError
        It has no name; there is no such column.
    """
    column = next((head for head in headers if plain_name(head) == plain_name(wanted)), wanted) or headers[0]
    if not column:
        what = Text("1列目に列名がありません", "the first column has no name")
        mend = Text("試料の列に名前を付けてください", "give the column of samples a name")
        raise InputUnusable("matrix.column-blank", what, mend, place)
    if column not in headers:
        near = difflib.get_close_matches(column, headers, n=1)
        some = "、".join(headers[:8])
        raise UsageError(
            "matrix.no-column",
            Text("その列はありません", "there is no such column"),
            Text(f"もしかして「{near[0]}」ですか", f"did you mean '{near[0]}'?")
            if near
            else Text(f"ある列: {some}", f"columns: {some}"),
            replace(place, column=column),
        )
    return column


def _check_samples(samples: pd.Series, name: str) -> None:
    problems = []
    seen: dict[str, int] = {}
    for row, sample in samples.items():
        place = Place(name, row=row, column=str(samples.name), value=sample or None)
        if not sample:
            what, mend = (
                Text("試料の番号が空です", "the sample is empty"),
                Text("番号を入れてください", "enter it"),
            )
            problems.append(Problem("matrix.no-sample", what, mend, place))
        elif sample in seen:
            what = Text(f"{seen[sample]}行目と同じ試料です", f"the same sample as in row {seen[sample]}")
            mend = Text("1試料1行にしてください", "give each sample one row")
            problems.append(Problem("matrix.sample-twice", what, mend, place))
        seen.setdefault(sample, row)
    if problems:
        raise InputUnusable(
            "matrix.samples",
            Text(
                f"試料の列に {len(problems)} 件の問題があります", f"{len(problems)} problems with its samples"
            ),
            Text("上の行を直してください", "mend the rows above"),
            Place(name),
            tuple(problems),
        )


def _numbers(values: pd.Series) -> pd.Series:
    """A column as numbers where every cell is one or blank, else as written."""
    numbers = pd.to_numeric(values.map(normalise).replace("", None), errors="coerce")
    return numbers.astype(float) if (numbers.notna() | (values == "")).all() else values
