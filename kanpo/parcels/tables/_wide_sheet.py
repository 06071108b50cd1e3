"""A sheet of any width as text: tables of samples have thousands of columns, and no merged cells."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import openpyxl

from kanpo.budgets import BLANK_ROWS
from kanpo.errors import InputUnusable, Place, UsageError
from kanpo.locale import Text
from kanpo.reading import bounded, damage_said


def read_wide_sheet(content: bytes, name: str, sheet: str = "") -> tuple[str, list[list[str]]]:
    """The name and the rows of a sheet of a workbook (.xlsx, .xlsm), of the first one by default.

    The file has to have passed `check_archive`. Nothing is calculated.

    Raises
    ------
    InputUnusable
        It is damaged.
    UsageError
        It has no such sheet.
    """
    with damage_said(lambda reason: _damaged(name, reason)):
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        titles = [page.title for page in book.worksheets]
        chosen = sheet or titles[0]
        rows = list(_rows(book[chosen], name)) if chosen in titles else None
    if rows is None:
        raise UsageError(
            "table.no-sheet",
            Text(f"シート「{chosen}」がありません", f"there is no sheet '{chosen}'"),
            Text(f"あるシート: {'、'.join(titles)}", f"sheets: {', '.join(titles)}"),
            Place(name, chosen),
        )
    return chosen, rows


def _rows(page: Any, name: str) -> Iterator[list[str]]:
    """The rows of a sheet up to their last filled cell, and up to where nothing comes any more."""
    # What a sheet says of its size may be anything; and every row would be filled up to it.
    page.reset_dimensions()
    blank: list[list[str]] = []
    for cells in bounded(page.iter_rows(values_only=True), name, page.title):
        row = _filled(cells)
        if row:
            yield from blank
            blank = []
            yield row
        else:
            blank.append(row)
        if len(blank) > BLANK_ROWS:
            return


def _filled(row: tuple[object, ...]) -> list[str]:
    cells = [_written(value) for value in row]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _damaged(name: str, reason: str) -> InputUnusable:
    return InputUnusable(
        "table.workbook-damaged",
        Text("Excelブックとして読めません", f"cannot be read as a workbook ({reason})"),
        Text("Excelで開き、.xlsx として保存し直してください", "open it in Excel and save it anew as .xlsx"),
        Place(name),
    )


def _written(value: object) -> str:
    """A cell as text; whole numbers without a point, so that sample 12 is 12 and not 12.0."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value).strip()
