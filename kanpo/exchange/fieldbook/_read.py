"""Field Book's exports as rows of observations: database style whole, table style with what it has."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import PurePath

from kanpo.errors import InputUnusable, Place, Problem, Severity
from kanpo.locale import Text
from kanpo.schema import Trait, find_trait
from kanpo.store import Project
from kanpo.tables import Table

#: Columns of the database style that every version writes.
_DATABASE = frozenset(("trait", "value", "timestamp", "person", "number"))
#: Written since 2026 beside the others, kept word by word in the note; so is the place of a value.
_BESIDE = ("location", "attached_photo", "attached_video", "attached_audio", "device_name")
_HEADERS = ("happened_at", "actor", "trial_code", "plot_code", "trait", "value", "repeat", "note")
#: The app's mark for "looked, but there is none".
_NOT_AVAILABLE = "NA"
_DAY_IN_NAME = re.compile(r"(\d{4}-\d{2}-\d{2})")


def is_field_book(table: Table) -> bool:
    """Whether the headers are those of an export of Field Book, in either style."""
    headers = set(table.headers)
    if headers >= _DATABASE:
        return True
    return "plot_id" in headers and not headers & {"trait", "value"} and bool(_trait_columns(table))


def _trait_columns(table: Table) -> dict[int, Trait]:
    found = {index: find_trait(header) for index, header in enumerate(table.headers)}
    return {index: trait for index, trait in found.items() if trait is not None}


def read_field_book(project: Project, table: Table) -> tuple[Table, tuple[Problem, ...]]:
    """The export as rows of observations, with what had to be left out or was lost before.

    Raises
    ------
    InputUnusable
        No column holds plot codes, or a table-style export does not say the day.
    """
    database = set(table.headers) >= _DATABASE
    plots = _plot_column(project, table)
    return _database(table, plots) if database else _wide(table, plots)


def _plot_column(project: Project, table: Table) -> int:
    """The column of unique ids: ours, else the one in which most values are plot codes."""
    if "plot_id" in table.headers:
        return table.headers.index("plot_id")
    known = set(project.journal.read("plot")["plot_code"])
    hits = [
        sum(index < len(row) and row[index] in known for row in table.rows)
        for index in range(len(table.headers))
    ]
    if not hits or not max(hits):
        raise InputUnusable(
            "fieldbook.no-plots",
            Text("試験区コードの列がありません", "no column holds plot codes of this project"),
            Text(
                "kanpo trials fieldbook で作った圃場ファイルを端末に入れてください",
                "use the field file made with kanpo trials fieldbook",
            ),
            Place(table.file_name),
        )
    return hits.index(max(hits))


def _database(table: Table, plots: int) -> tuple[Table, tuple[Problem, ...]]:
    rows, numbers = [], []
    absent = 0
    for index, (cells, row) in enumerate(zip(table.rows, table.dicts(), strict=True)):
        value, number = row["value"], row["number"].strip()
        if not value.strip() or value == _NOT_AVAILABLE:
            absent += value == _NOT_AVAILABLE
            continue
        beside = "; ".join(f"{key}={row[key]}" for key in _BESIDE if row.get(key, "").strip())
        plot = cells[plots].strip() if plots < len(cells) else ""
        about = row["timestamp"], row["person"].strip(), row.get("trial", ""), plot
        rows.append((*about, row["trait"], value, "" if number == "1" else number, beside))
        numbers.append(table.number_of(index))
    problems = (_absent(table, absent),) if absent else ()
    return Table(table.file_name, _HEADERS, tuple(rows), tuple(numbers)), problems


def _wide(table: Table, plots: int) -> tuple[Table, tuple[Problem, ...]]:
    day = _DAY_IN_NAME.search(PurePath(table.file_name).name)
    if day is None:
        raise InputUnusable(
            "fieldbook.no-day",
            Text("表形式の書き出しには日時がありません", "a table export does not say when"),
            Text(
                "「データベース形式」で書き出すか、ファイル名の頭に 2026-06-01 のように調査日を入れてください",
                "export in database style, or begin the file name with the day, as in 2026-06-01",
            ),
            Place(table.file_name),
        )
    traits = _trait_columns(table)
    trial: Callable[[tuple[str, ...]], str] = _reader(table, "trial")
    rows, numbers = [], []
    absent = 0
    for index, row in enumerate(table.rows):
        for column, trait in traits.items():
            value = row[column] if column < len(row) else ""
            absent += value == _NOT_AVAILABLE
            if value.strip() and value != _NOT_AVAILABLE:
                rows.append((day[1], "", trial(row), row[plots].strip(), trait.key, value, "", ""))
                numbers.append(table.number_of(index))
    problems = [_loses(table)]
    if absent:
        problems.append(_absent(table, absent))
    return Table(table.file_name, _HEADERS, tuple(rows), tuple(numbers)), tuple(problems)


def _reader(table: Table, header: str) -> Callable[[tuple[str, ...]], str]:
    index = table.headers.index(header) if header in table.headers else len(table.headers)
    return lambda row: row[index] if index < len(row) else ""


def _loses(table: Table) -> Problem:
    return Problem(
        "fieldbook.table-loses",
        Text(
            "表形式の書き出しには、時刻・記録者・2回目以降の測定がありません(反復測定は文字の順で最大のものだけ)",
            "a table export lacks times, persons and repeats (of repeats it keeps the largest as text)",
        ),
        Text("「データベース形式」で書き出し直すことをお勧めします", "better export in database style"),
        Place(table.file_name),
        Severity.WARNING,
    )


def _absent(table: Table, count: int) -> Problem:
    return Problem(
        "fieldbook.not-available",
        Text(f"「NA」(測れない)の {count} 件は記録しません", f"{count} values 'NA' are not recorded"),
        Text("理由を残すなら所見として記録してください", "record a remark if the reason matters"),
        Place(table.file_name),
        Severity.WARNING,
    )
