"""A sheet of any width as text: tables of samples have thousands of columns, and no merged cells."""

from __future__ import annotations

import io

import openpyxl

from kanpo.errors import InputUnusable, Place, UsageError
from kanpo.locale import Text


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
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        titles = [page.title for page in book.worksheets]
        chosen = sheet or titles[0]
        rows = (
            [[_written(value) for value in row] for row in book[chosen].iter_rows(values_only=True)]
            if chosen in titles
            else None
        )
    # openpyxl raises whatever its parsers raise; a file that it cannot read is no workbook for us.
    except Exception as error:
        raise InputUnusable(
            "table.workbook-damaged",
            Text("Excelブックとして読めません", f"cannot be read as a workbook ({type(error).__name__})"),
            Text(
                "Excelで開き、.xlsx として保存し直してください", "open it in Excel and save it anew as .xlsx"
            ),
            Place(name),
        ) from error
    if rows is None:
        raise UsageError(
            "table.no-sheet",
            Text(f"シート「{chosen}」がありません", f"there is no sheet '{chosen}'"),
            Text(f"あるシート: {'、'.join(titles)}", f"sheets: {', '.join(titles)}"),
            Place(name, chosen),
        )
    return chosen, rows


def _written(value: object) -> str:
    """A cell as text; whole numbers without a point, so that sample 12 is 12 and not 12.0."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value).strip()
