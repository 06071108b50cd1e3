"""CSV as offices write it, and as they can open it."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kanpo.errors import InputUnusable, Place
from kanpo.files import check_table_file, decode_text
from kanpo.locale import Text
from kanpo.reading import bounded


@dataclass(frozen=True, slots=True)
class WrittenTable:
    """A table as it was written: everything is text.

    `numbers` are the row numbers as the reader of the file counts; without them the header is row 1
    and no row is left out. `sheet` names the sheet of a workbook.
    """

    file_name: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...] = ()
    sheet: str | None = None

    def number_of(self, index: int) -> int:
        """The row number of a row, counted from 0."""
        return self.numbers[index] if self.numbers else index + 2

    def choose(self, indices: Sequence[int]) -> WrittenTable:
        """The table with only some of its rows, each with its number."""
        if list(indices) == list(range(len(self.rows))):
            return self
        rows = tuple(self.rows[index] for index in indices)
        return replace(self, rows=rows, numbers=tuple(map(self.number_of, indices)))

    def columns(self) -> dict[str, list[str | None]]:
        """Header to values; blanks as None. Of two equal headers the first counts."""
        columns: dict[str, list[str | None]] = {}
        for index, header in enumerate(self.headers):
            columns.setdefault(header, [row[index] if index < len(row) else None for row in self.rows])
        return columns


def read_csv(path: Path) -> WrittenTable:
    """Read a CSV file: UTF-8 with or without a byte order mark, else CP932; comma, tab or semicolon.

    Raises
    ------
    InputUnusable
        It is no regular file, too large, empty, or neither encoding fits.
    """
    check_table_file(path)
    text = decode_text(path.read_bytes(), str(path))
    try:
        dialect: type[csv.Dialect] | csv.Dialect = csv.Sniffer().sniff(text[:4096].split("\n")[0], ",\t;")
    except csv.Error:
        dialect = csv.excel
    dialect.quotechar, dialect.doublequote = '"', True
    try:
        reader = csv.reader(io.StringIO(text, newline=""), dialect)
        rows = [tuple(row) for row in bounded(reader, path.name)]
    except csv.Error as error:
        raise InputUnusable(
            "table.cells",
            Text("表として読めません", f"cannot be read as a table ({error})"),
            Text("Excelで「CSV UTF-8」として保存し直してください", "save it from Excel as 'CSV UTF-8'"),
            Place(str(path), line=reader.line_num),
        ) from None
    if not rows or not any(cell.strip() for cell in rows[0]):
        raise InputUnusable(
            "table.empty",
            Text("見出し行がありません", "there is no header row"),
            Text("1行目に列名を入れてください", "put the column names into the first row"),
            Place(str(path)),
        )
    return WrittenTable(path.name, rows[0], tuple(rows[1:]))
