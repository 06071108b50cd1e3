"""Several tables in one file to work on: a workbook with a sheet for each, or one CSV."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from kanpo.errors import Place, UsageError
from kanpo.exchange._workbook import put
from kanpo.files import csv_text, replacing, save_workbook
from kanpo.locale import Text

#: Widest column, in letters; longer texts wrap.
_WIDEST = 70
#: Significant digits that a column of measured numbers shows.
_DIGITS = 4
#: Excel holds no longer names of sheets, and none of these letters in them.
_LONGEST_NAME, _FORBIDDEN = 31, str.maketrans(dict.fromkeys("[]:*?/\\", " "))


def book_file(path: Path) -> Path:
    """The path as it is, if `write_book` can write to it, or a program's ``.json`` can go there.

    Raises
    ------
    UsageError
        The ending is none of ``.xlsx``, ``.csv`` and ``.json``.
    """
    if path.suffix.lower() not in (".xlsx", ".csv", ".json"):
        raise UsageError(
            "export.format",
            Text("この形式では書き出せません", "cannot write this format"),
            Text("使える拡張子: .xlsx、.csv、.json", "use .xlsx, .csv or .json"),
            Place(str(path)),
        )
    return path


def write_book(path: Path, tables: Sequence[tuple[str, pd.DataFrame]]) -> None:
    """Write tables with their titles: one sheet for each (``.xlsx``), or one below the other (``.csv``).

    Headers are frozen, columns as wide as what stands in them, texts never formulas. Columns whose
    name ends in ``p`` are probabilities and show four decimals.

    Raises
    ------
    EnvironmentFailure
        The file cannot be written, for instance because it is open in Excel.
    """
    if path.suffix.lower() == ".csv":
        _write_csv(path, tables)
        return
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for title, table in tables:
        _fill(book.create_sheet(title.translate(_FORBIDDEN)[:_LONGEST_NAME]), table)
    save_workbook(path, book)


def _write_csv(path: Path, tables: Sequence[tuple[str, pd.DataFrame]]) -> None:
    parts = []
    for title, table in tables:
        rows = table.itertuples(index=False, name=None)
        parts.append(csv_text([title], []) + csv_text([str(key) for key in table.columns], rows))
    with replacing(path) as draft:
        # The byte order mark tells Excel that it is UTF-8.
        draft.write_bytes("\r\n".join(parts).encode("utf-8-sig"))


def _fill(sheet: Any, table: pd.DataFrame) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    for number, name in enumerate(table.columns, 1):
        head = put(sheet, 1, number, str(name))
        head.font, head.fill = Font(bold=True), PatternFill("solid", fgColor="E2EFDA")
        column = table[name]
        shape = number_format(str(name), column)
        room = _width(str(name))
        for row, value in enumerate(column.tolist(), 2):
            cell = put(sheet, row, number, None if value is None or value != value else value)
            if isinstance(value, str):
                cell.alignment = Alignment(wrap_text=_width(value) > _WIDEST, vertical="top")
                room = max(room, _width(value))
            else:
                cell.number_format = shape
        numbers = column.dtype.kind in "fiu"
        sheet.column_dimensions[get_column_letter(number)].width = min(
            max(room + 2, 10 if numbers else 6), _WIDEST
        )
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "1:1"


def number_format(name: str, column: pd.Series) -> str:
    """How the numbers of a column are shown; the cells hold them in full.

    Whole numbers without decimals, probabilities with four, others with so many that the greatest
    has four significant digits.
    """
    if column.dtype.kind not in "fiu":
        return "General"
    known = column.dropna().abs()
    if known.empty or (known == known.round()).all():
        return "0"
    if name.casefold().endswith("p"):
        return "0.0000"
    decimals = min(max(_DIGITS - 1 - math.floor(math.log10(float(known.max()))), 0), 8)
    return "0." + "0" * decimals if decimals else "0"


def _width(text: str) -> int:
    """Columns that a text takes: letters beyond Latin are wide."""
    return sum(1 if ord(letter) < 0x1100 else 2 for letter in text)
