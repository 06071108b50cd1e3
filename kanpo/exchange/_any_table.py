"""A table from a CSV or a workbook, with the row that its column names stand in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kanpo.errors import InputUnusable, Place
from kanpo.exchange._table import WrittenTable
from kanpo.files import check_table_file, read_rows
from kanpo.locale import Text
from kanpo.parcels.tables import check_archive, read_wide_sheet
from kanpo.reading import normalise

#: Rows of titles that may stand above the column names.
_MOST_TITLES = 20


def read_any_table(path: Path, sheet: str | None = None, *, names: Sequence[str] = ()) -> WrittenTable:
    """Read a CSV (UTF-8 with or without byte order mark, else CP932; comma, tab or semicolon) or a workbook.

    The header is the first row, within the first twenty, that has all of `names`, in either width;
    where none has, the first that is not blank. Everything below stays as it is written.

    Parameters
    ----------
    sheet : str, optional
        Sheet of a workbook; the first one otherwise.

    Raises
    ------
    InputUnusable
        It is no such file, too large or empty.
    UsageError
        The workbook has no such sheet.
    """
    check_table_file(path)
    suffix = path.suffix.lower()
    if suffix == ".xls":
        raise InputUnusable(
            "table.old-workbook",
            Text("古い形式のExcelブック(.xls)は読めません", "an old workbook (.xls) cannot be read"),
            Text("Excelで開き、.xlsx として保存し直してください", "open it in Excel and save it as .xlsx"),
            Place(path.name),
        )
    if suffix in (".xlsx", ".xlsm"):
        check_archive(path)
        sheet, rows = read_wide_sheet(path.read_bytes(), path.name, sheet or "")
    else:
        sheet, rows = None, read_rows(path.read_bytes(), path.name)
    at = _header(rows, names)
    if at is None:
        raise InputUnusable(
            "table.empty",
            Text("見出し行がありません", "there is no header row"),
            Text("1行目に列名を入れてください", "put the column names into the first row"),
            Place(path.name, sheet),
        )
    below = tuple(tuple(row) for row in rows[at + 1 :])
    return WrittenTable(path.name, tuple(rows[at]), below, tuple(range(at + 2, at + 2 + len(below))), sheet)


def _header(rows: Sequence[Sequence[str]], names: Sequence[str]) -> int | None:
    wanted = {normalise(name).casefold() for name in names}
    filled = [at for at, row in enumerate(rows) if any(cell.strip() for cell in row)]
    for at in filled[:_MOST_TITLES]:
        if wanted and wanted <= {normalise(cell).casefold() for cell in rows[at]}:
            return at
    return filled[0] if filled else None
