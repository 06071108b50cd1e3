"""Workbooks to fill in: Japanese heads over machine keys, lists to pick from, codes that stay as they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kanpo.locale import Text
from kanpo.tables._book import HEAD_COLOUR, put, set_up_page
from kanpo.tables._header import HINT

if TYPE_CHECKING:
    from openpyxl import Workbook

#: Blank rows to fill in below those that are filled in already.
BLANK_ROWS = 500
_FIRST = 4
_NAMES = ("説明", "記入", "_lists", "_meta")


@dataclass(frozen=True, slots=True)
class FormColumn:
    """One column: machine key, head, an example, words to pick from, and whether it may be written in."""

    key: str
    head: str
    example: str
    choices: tuple[str, ...] = ()
    kind: str = "text"
    width: int = 16
    locked: bool = False


def form_workbook(
    guide: Sequence[Text],
    columns: Sequence[FormColumn],
    rows: Sequence[Sequence[str | float | None]],
    meta: Sequence[tuple[str, str]],
    blank_rows: int = BLANK_ROWS,
) -> Workbook:
    """A workbook with a page of instructions, a sheet to fill in, and hidden lists.

    Parameters
    ----------
    rows : sequence
        Cells that are filled in already, as long as `columns`.
    meta : sequence of (name, value)
        What the hidden sheet says about where the form comes from.
    """
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font

    book = Workbook()
    about, sheet = book.active, book.create_sheet(_NAMES[1])
    lists, hidden = book.create_sheet(_NAMES[2]), book.create_sheet(_NAMES[3])
    about.title, lists.sheet_state, hidden.sheet_state = _NAMES[0], "hidden", "hidden"
    for number, line in enumerate(guide, 1):
        for side, words in ((1, line.ja), (2, line.en)):
            put(about, number, side, words).alignment = Alignment(wrap_text=True, vertical="top")
    about.column_dimensions["A"].width = about.column_dimensions["B"].width = 60
    about["A1"].font = about["B1"].font = Font(bold=True, size=14)
    for number, (name, value) in enumerate(meta, 1):
        put(hidden, number, 1, name)
        put(hidden, number, 2, value)
    last = _FIRST + len(rows) + blank_rows - 1
    for number, column in enumerate(columns, 1):
        _head(sheet, number, column)
        _fill(sheet, number, column, rows, last)
        if column.choices:
            _offer(sheet, lists, number, column, last)
    _set_up(sheet, columns)
    book.active = 1
    return book


def _head(sheet: Any, number: int, column: FormColumn) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    head = put(sheet, 1, number, column.head)
    head.font, head.fill = Font(bold=True), PatternFill("solid", fgColor=HEAD_COLOUR)
    head.alignment = Alignment(wrap_text=True, vertical="top")
    put(sheet, 2, number, column.key)
    hint = put(sheet, 3, number, f"{HINT} {column.example}" if column.example else "")
    hint.font = Font(color="595959", italic=True, size=9)
    hint.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.column_dimensions[get_column_letter(number)].width = column.width


def _fill(
    sheet: Any, number: int, column: FormColumn, rows: Sequence[Sequence[str | float | None]], last: int
) -> None:
    from openpyxl.styles import PatternFill, Protection

    formats = {"date": "yyyy-mm-dd", "number": "General", "text": "@"}
    for row in range(_FIRST, last + 1):
        filled = rows[row - _FIRST][number - 1] if row - _FIRST < len(rows) else None
        cell = put(sheet, row, number, filled)
        cell.number_format = formats[column.kind]
        cell.protection = Protection(locked=column.locked)
        if column.locked:
            cell.fill = PatternFill("solid", fgColor="F2F2F2")


def _offer(sheet: Any, lists: Any, number: int, column: FormColumn, last: int) -> None:
    """A drop-down; another word is warned of, not refused, since the import says it better."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    letter = get_column_letter(number)
    for row, word in enumerate(column.choices, 1):
        put(lists, row, number, word)
    source = f"{_NAMES[2]}!${letter}$1:${letter}${len(column.choices)}"
    rule = DataValidation(type="list", formula1=source, allow_blank=True, showErrorMessage=True)
    rule.errorStyle, rule.error = "warning", str(Text("一覧にない語です", "not in the list"))
    rule.add(f"{letter}{_FIRST}:{letter}{last}")
    sheet.add_data_validation(rule)


def _set_up(sheet: Any, columns: Sequence[FormColumn]) -> None:
    """Frozen heads, hidden keys, a page to print, heads and codes locked without a password."""
    from openpyxl.utils import get_column_letter

    locked = [index for index, column in enumerate(columns, 1) if column.locked]
    set_up_page(sheet, frozen=f"{get_column_letter(max(locked, default=0) + 1)}{_FIRST}")
    sheet.row_dimensions[2].hidden = True
    sheet.protection.sheet = True
    sheet.protection.formatColumns = sheet.protection.formatRows = sheet.protection.formatCells = False
    sheet.protection.sort = sheet.protection.autoFilter = False
