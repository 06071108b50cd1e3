"""One table from a file: its header found, its rows as text with the numbers that a spreadsheet shows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from kanpo.errors import InputUnusable, Place, Problem, Severity, UsageError
from kanpo.locale import Text
from kanpo.tables._bounds import check_file, no_workbook, nothing_written
from kanpo.tables._csv import sheet_of_text
from kanpo.tables._header import Header, Recognise, data_rows, find_header, kind_of_end
from kanpo.tables._sheet import Row, Sheet, Unusable, column_letter, plain_name, text_of
from kanpo.tables._workbook import WORKBOOKS, read_workbook

#: How a page begins that only calls itself a workbook.
_PAGES = (b"<html", b"<!doc", b"<tabl", b"<?xml", b"<head", b"<meta", b"<body")
_PDF = b"%PDF"


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it was written: everything is text.

    `numbers` are the row numbers as the reader of the file counts; without them the header is row 1
    and no row is left out. `sheet` names the sheet of a workbook. `problems` are warnings of the file;
    `unusable` says of rows (counted from 0) why they cannot be taken as they are. `first_column` is the
    column of the sheet, from 0, in which the first header stands.
    """

    file_name: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...] = ()
    sheet: str | None = None
    problems: tuple[Problem, ...] = ()
    unusable: dict[int, tuple[Problem, ...]] = field(default_factory=dict)
    header_row: int = 1
    first_column: int = 0

    def number_of(self, index: int) -> int:
        """The row number of a row, counted from 0."""
        return self.numbers[index] if self.numbers else index + 2

    def place(self, index: int | None = None, column: str | None = None, value: object = None) -> Place:
        """The place of a cell, a row or the table."""
        row = None if index is None else self.number_of(index)
        return Place(self.file_name, self.sheet, row, column=column, value=value)

    def choose(self, indices: Sequence[int]) -> Table:
        """The table with only some of its rows, each with its number."""
        if list(indices) == list(range(len(self.rows))):
            return self
        rows = tuple(self.rows[index] for index in indices)
        return replace(self, rows=rows, numbers=tuple(map(self.number_of, indices)), unusable={})

    @property
    def doubts(self) -> tuple[Problem, ...]:
        """The problems of the file and those of its unusable rows."""
        return (*self.problems, *(problem for found in self.unusable.values() for problem in found))

    def sound(self) -> Table:
        """The table without its unusable rows."""
        return self.choose([index for index in range(len(self.rows)) if index not in self.unusable])

    def cells(self) -> list[tuple[str, ...]]:
        """The columns (n,), blank where a row ends before."""
        width = len(self.headers)
        if all(len(row) == width for row in self.rows):
            return list(zip(*self.rows, strict=True)) or [()] * width
        return [tuple(row[at] if at < len(row) else "" for row in self.rows) for at in range(width)]

    def columns(self) -> dict[str, list[str | None]]:
        """Header to values; of two equal headers the first counts (see `refuse_doubles`)."""
        columns: dict[str, list[str | None]] = {}
        for header, cells in zip(self.headers, self.cells(), strict=True):
            columns.setdefault(header, list(cells))
        return columns

    def dicts(self, recognise: Recognise | None = None) -> list[dict[str, str]]:
        """Rows by header, or by what the headers mean where that is known."""
        keys = [(recognise and recognise(header)) or header for header in self.headers]
        blank = dict.fromkeys(keys, "")
        return [blank | dict(zip(keys, row, strict=False)) for row in self.rows]

    def positions(self, recognise: Recognise) -> dict[str, int]:
        """Where each meaning stands.

        Raises
        ------
        InputUnusable
            Two headers mean the same.
        """
        self.refuse_doubles(recognise)
        return {
            meaning: at for at, header in enumerate(self.headers) if header and (meaning := recognise(header))
        }

    def refuse_doubles(self, recognise: Recognise = plain_name) -> None:
        """Two columns that mean the same, and do not say the same, are never chosen between.

        Raises
        ------
        InputUnusable
            There are such columns.
        """
        seen: dict[str, int] = {}
        for at, header in enumerate(self.headers):
            meaning = recognise(header) if header else None
            if not meaning:
                continue
            first = seen.setdefault(meaning, at)
            if first != at and any(_cell(row, first) != _cell(row, at) for row in self.rows):
                raise _header_twice(self, first, at)


def _cell(row: tuple[str, ...], at: int) -> str:
    return row[at] if at < len(row) else ""


def _header_twice(table: Table, first: int, second: int) -> InputUnusable:
    names = f"「{table.headers[first]}」({column_letter(first)}列)と「{table.headers[second]}」({column_letter(second)}列)"
    other = f"'{table.headers[first]}' (column {column_letter(first)}) and '{table.headers[second]}' (column {column_letter(second)})"
    return InputUnusable(
        "table.header-twice",
        Text(f"{names}は同じ意味の見出しで、値が違います", f"{other} mean the same and differ"),
        Text(
            "使わない方の列を消すか、見出しを変えてください",
            "delete the column that is not meant, or rename it",
        ),
        Place(table.file_name, table.sheet, table.header_row, column=table.headers[second]),
    )


def read_sheets(path: Path) -> list[Sheet]:
    """The sheets of a file as they are written: any CSV, TSV or workbook, told by its content.

    Raises
    ------
    InputUnusable
        It is not there, none of these, damaged, locked or too large.
    EnvironmentFailure
        It may not be read.
    """
    check_file(path)
    return sheets_of(path.read_bytes(), path.name)


def sheets_of(content: bytes, name: str) -> list[Sheet]:
    """The same of the bytes of a file.

    Raises
    ------
    InputUnusable
        They are no table.
    """
    head = content[:512].removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith((*WORKBOOKS, b"PK\x05\x06")):
        return read_workbook(content, name)
    if head[:5].lower() in _PAGES:
        raise no_workbook(
            name,
            Text(
                "中身は Excel ではなく HTML・XML のページです",
                "is a page (HTML or XML), whatever its name says",
            ),
        )
    if head.startswith(_PDF):
        what = Text("PDFです。表として読めません", "is a PDF, no table")
        raise no_workbook(
            name, what, Text("元の表(Excel・CSV)をもらってください", "ask for the table itself (Excel, CSV)")
        )
    return [sheet_of_text(content, name)]


def read_table(
    path: Path,
    *,
    recognise: Recognise | None = None,
    sheet: str | None = None,
    known: bool = False,
    alone: Callable[[str], bool] | None = None,
) -> Table:
    """The table of a file: of several sheets the one whose header names most.

    Titles above the header, units below it, blank rows, the header printed again, examples, and notes
    and totals at the end are no rows; the last are named in `problems`.

    Parameters
    ----------
    recognise : callable, optional
        What a header means. Without, the header is the first row that is as wide as a table.
    sheet : str, optional
        The sheet of a workbook; a hidden one is read only when it is named.
    known : bool
        A file whose headers name nothing that is known is refused.
    alone : callable, optional
        Whether what stands under a header belongs to its own row alone: a cell merged over rows is then
        nobody's.

    Raises
    ------
    InputUnusable
        As `read_sheets`; or it is empty, or has no header that is known.
    UsageError
        There is no such sheet.
    """
    return table_of(read_sheets(path), path.name, recognise=recognise, sheet=sheet, known=known, alone=alone)


def table_of(
    sheets: Sequence[Sheet],
    name: str,
    *,
    recognise: Recognise | None = None,
    sheet: str | None = None,
    known: bool = False,
    alone: Callable[[str], bool] | None = None,
) -> Table:
    """The table of sheets that were read, as `read_table` has it.

    Raises
    ------
    InputUnusable, UsageError
        As `read_table`.
    """
    chosen = chosen_sheets(sheets, name, sheet)
    headed = [(one, header) for one in chosen if (header := find_header(one, recognise)) is not None]
    if not headed:
        raise nothing_written(name, sheet)
    best = max(headed, key=lambda pair: (pair[1].score, _is_table(*pair)))
    if known and best[1].score == 0:
        raise InputUnusable(
            "table.no-header",
            Text("知っている見出しが上の行に見つかりません", "no known header is in its first rows"),
            Text("kanpo の用紙に写してください", "copy it into a form of kanpo"),
            Place(name, best[0].name),
        )
    others = [
        _other_sheet(name, one)
        for one, header in headed
        if header.score > 1 and one is not best[0] and _is_table(one, header)
    ]
    table = _table(best[0], best[1], name, recognise, others)
    return table if alone is None else _without_merged(table, best[0], alone)


def _without_merged(table: Table, sheet: Sheet, alone: Callable[[str], bool]) -> Table:
    """The table whose rows are unusable where one cell over several rows would answer for all of them."""
    merged_of = {row.number: row.merged for row in sheet.rows if row.merged}
    columns = [at for at, header in enumerate(table.headers) if header and alone(header)]
    unusable = dict(table.unusable)
    for index, number in enumerate(table.numbers):
        for at in columns if number in merged_of else ():
            if at + table.first_column in merged_of[number] and _cell(table.rows[index], at):
                doubt = _over_rows(table.place(index, table.headers[at], table.rows[index][at]))
                unusable[index] = (*unusable.get(index, ()), doubt)
    return replace(table, unusable=unusable)


def _over_rows(place: Place) -> Problem:
    return Problem(
        "table.merged-amount",
        Text(
            "数のセルが何行にもわたって結合されていて、どの行の数か分かりません",
            "the cell of a figure is merged over rows: it cannot be told which row it belongs to",
        ),
        Text(
            "結合を解き、行ごとに数を書いてください(同じ数でも)",
            "unmerge it and write the figure into each row, even if it is the same",
        ),
        place,
    )


def chosen_sheets(sheets: Sequence[Sheet], name: str, wanted: str | None) -> list[Sheet]:
    """The sheet that is named; without a name those that are shown, or all where none is.

    Raises
    ------
    UsageError
        There is no such sheet.
    """
    names = [one.name for one in sheets if one.name is not None]
    if wanted and names:
        if wanted not in names:
            raise UsageError(
                "table.no-sheet",
                Text(f"シート「{wanted}」がありません", f"there is no sheet '{wanted}'"),
                Text(f"あるシート: {'、'.join(names)}", f"sheets: {', '.join(names)}"),
                Place(name, wanted),
            )
        return [one for one in sheets if one.name == wanted]
    return [one for one in sheets if not one.hidden] or list(sheets)


def _is_table(sheet: Sheet, header: Header) -> bool:
    return sum(map(bool, header.labels)) > 1 and any(
        row.number > header.last and row.filled for row in sheet.rows
    )


def _table(
    sheet: Sheet, header: Header, name: str, recognise: Recognise | None, problems: Iterable[Problem]
) -> Table:
    said = list(problems)
    rows = data_rows(sheet, header, recognise)
    while rows and (kind := kind_of_end(rows[-1], header)):
        said.append(_left_out(kind, Place(name, sheet.name, rows.pop().number)))
    first = next(at for at, label in enumerate(header.labels) if label)
    start = 0 if any(any(row.cells[:first]) for row in rows) else first
    width = max(at + 1 for at, label in enumerate(header.labels) if label)
    # A column without a header is one only in a workbook: in a CSV it is a comma too many.
    if sheet.name is not None and _is_narrow(rows, width):
        width = max(len(row.cells) for row in rows)
    headers = (*header.labels, *[""] * (width - len(header.labels)))[start:width]
    unusable: dict[int, tuple[Problem, ...]] = {}
    cells: list[Any] = []
    for index, row in enumerate(rows):
        written = row.cells[start:width]
        # What stands in a CSV stays to the letter: a remark may begin with a blank.
        cells.append(written if sheet.name is None else tuple(map(text_of, written)))
        if len(row.cells) > width or Unusable in map(type, written):
            doubts = _doubts(row, headers, start, width, Place(name, sheet.name, row.number))
            unusable |= {index: doubts} if doubts else {}
    numbers = tuple(row.number for row in rows)
    found = tuple(said), unusable, header.last, start
    return Table(name, headers, tuple(cells), numbers, sheet.name, *found)


def _is_narrow(rows: Sequence[Row], width: int) -> bool:
    """Whether most rows reach beyond the header by a little: columns that nobody named."""
    wider = sum(width < len(row.cells) <= width + 10 for row in rows)
    return 2 * wider > len(rows)


def _left_out(kind: str, place: Place) -> Problem:
    what = {
        "total": Text("合計などの行なので取り込みませんでした", "is a row of totals and was left out"),
        "note": Text("注記の行なので取り込みませんでした", "is a note and was left out"),
    }
    mend = Text("データの行であれば、先頭の語を変えてください", "change its first word if it is data")
    return Problem("table.row-skipped", what[kind], mend, place, Severity.WARNING)


def _other_sheet(name: str, sheet: Sheet) -> Problem:
    return Problem(
        "table.other-sheet",
        Text("このシートは読みませんでした(1つのブックから1枚だけ読みます)", "this sheet was not read"),
        Text("シートごとに別のファイルにしてください", "put each sheet into a file of its own"),
        Place(name, sheet.name),
        Severity.WARNING,
    )


def _doubts(row: Row, headers: Sequence[str], start: int, width: int, place: Place) -> tuple[Problem, ...]:
    """Why a row cannot be taken as it is: a formula without a value, or in a CSV more cells than headers."""
    found = [
        Problem(
            "table.formula",
            Text("式の計算結果がありません", "a formula without a calculated value"),
            Text("Excelで開いて保存し直すか、値で貼り付けてください", "save it in Excel, or paste the value"),
            replace(place, column=headers[at], value=cell.written),
        )
        for at, cell in enumerate(row.cells[start:width])
        if isinstance(cell, Unusable) and headers[at]
    ]
    surplus = [text_of(cell) for cell in row.cells[width:]] if place.sheet is None else []
    if any(surplus):
        found.append(
            Problem(
                "table.row-length",
                Text("見出しより値が多い行です", "has more cells than the header"),
                Text('コンマを含む値は " で囲んでください', 'put a value with commas between " marks'),
                replace(place, value=next(filter(None, surplus))),
            )
        )
    return tuple(found)
