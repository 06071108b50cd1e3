"""Workbooks to fill in: Japanese heads over machine keys, lists to pick from, codes that stay as they are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kanpo.locale import Text
from kanpo.reading import text_width
from kanpo.tables._book import HEAD_COLOUR, put, set_up_page
from kanpo.tables._header import HINT

if TYPE_CHECKING:
    from openpyxl import Workbook

#: Blank rows to fill in below those that are filled in already.
BLANK_ROWS = 500
_FIRST = 4
_GUIDE_WIDTH = 64
_NAMES = ("説明", "記入", "_lists", "_meta")


@dataclass(frozen=True, slots=True)
class FormColumn:
    """One column: machine key, head, an example, words to pick from, whether it may be written in and is seen."""

    key: str
    head: str
    example: str
    choices: tuple[str, ...] = ()
    kind: str = "text"
    width: int = 16
    locked: bool = False
    hidden: bool = False


def form_workbook(
    guide: Sequence[Text],
    columns: Sequence[FormColumn],
    rows: Sequence[Sequence[str | float | None]],
    meta: Sequence[tuple[str, str]] = (),
    blank_rows: int = BLANK_ROWS,
    sheet_name: str = _NAMES[1],
) -> Workbook:
    """A workbook with a page of instructions, a sheet to fill in, and hidden lists.

    Parameters
    ----------
    rows : sequence
        Cells that are filled in already, as long as `columns`.
    meta : sequence of (name, value)
        What the hidden sheet says about where the form comes from.
    blank_rows : int
        Rows to fill in below those that are filled in already.

    Columns without keys have a head alone; with them, keys and hints stand below it.
    """
    from openpyxl import Workbook

    book = Workbook()
    about, sheet = book.active, book.create_sheet(sheet_name)
    lists = book.create_sheet(_NAMES[2])
    about.title, lists.sheet_state = _NAMES[0], "hidden"
    _explain(about, guide)
    if meta:
        hidden = book.create_sheet(_NAMES[3])
        hidden.sheet_state = "hidden"
        for number, pair in enumerate(meta, 1):
            for side, words in enumerate(pair, 1):
                put(hidden, number, side, words)
    first = _FIRST if any(column.key for column in columns) else 2
    last = first + len(rows) + blank_rows - 1
    for number, column in enumerate(columns, 1):
        _head(sheet, number, column, keyed=first > 2)
        _fill(sheet, number, column, rows, range(first, last + 1))
    seen = [
        (index, column.width) for index, column in enumerate(columns) if column.locked and not column.hidden
    ]
    for number, cells in enumerate(rows, first):
        heights = [_height((str(cells[index] or ""),), width) for index, width in seen]
        sheet.row_dimensions[number].height = max(heights, default=16.0)
    offered = dict.fromkeys(column.choices for column in columns if column.choices)
    for number, choices in enumerate(offered, 1):
        wanted = [at for at, column in enumerate(columns, 1) if column.choices == choices]
        _offer(sheet, lists, number, choices, wanted, (first, last))
    _set_up(sheet, columns, first)
    book.active = 1
    return book


def _explain(about: Any, guide: Sequence[Text]) -> None:
    """The page of instructions, Japanese beside English."""
    from openpyxl.styles import Alignment, Font

    for number, line in enumerate(guide, 1):
        for side, words in ((1, line.ja), (2, line.en)):
            put(about, number, side, words).alignment = Alignment(wrap_text=True, vertical="top")
        # Said outright: programs measure full-width letters too short, and cut the last line off.
        about.row_dimensions[number].height = _height((line.ja, line.en), _GUIDE_WIDTH)
    about.column_dimensions["A"].width = about.column_dimensions["B"].width = _GUIDE_WIDTH
    about["A1"].font = about["B1"].font = Font(bold=True, size=14)
    about.row_dimensions[1].height = 24
    set_up_page(about, frozen="A1")


def _height(texts: Sequence[str], width: int) -> float:
    """Points that the longest of some texts takes in cells of a width; full-width letters count two."""
    lines = max(math.ceil(text_width(text) / (width - 2)) for text in texts)
    return 16.0 * max(lines, 1)


def _head(sheet: Any, number: int, column: FormColumn, *, keyed: bool) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill, Protection
    from openpyxl.utils import get_column_letter

    head = put(sheet, 1, number, column.head)
    head.font, head.fill = Font(bold=True), PatternFill("solid", fgColor=HEAD_COLOUR)
    head.alignment = Alignment(wrap_text=True, vertical="top")
    dimensions = sheet.column_dimensions[get_column_letter(number)]
    dimensions.width, dimensions.hidden = column.width, column.hidden
    if not keyed:
        head.protection = Protection(locked=column.locked)
        return
    put(sheet, 2, number, column.key)
    hint = put(sheet, 3, number, f"{HINT} {column.example}" if column.example else "")
    hint.font = Font(color="595959", italic=True, size=9)
    hint.alignment = Alignment(wrap_text=True, vertical="top")


def _fill(
    sheet: Any, number: int, column: FormColumn, rows: Sequence[Sequence[str | float | None]], numbers: range
) -> None:
    from openpyxl.styles import Alignment, PatternFill, Protection

    formats = {"date": "yyyy-mm-dd", "number": "General", "text": "@"}
    for at, row in enumerate(numbers):
        filled = rows[at][number - 1] if at < len(rows) else None
        cell = put(sheet, row, number, filled)
        cell.number_format = formats[column.kind]
        cell.protection = Protection(locked=column.locked)
        if column.locked:
            cell.fill = PatternFill("solid", fgColor="F2F2F2")
            cell.alignment = Alignment(wrap_text=True, vertical="top")


def _offer(
    sheet: Any, lists: Any, number: int, choices: Sequence[str], columns: Sequence[int], rows: tuple[int, int]
) -> None:
    """A drop-down; another word is warned of, not refused, since the import says it better."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    for row, word in enumerate(choices, 1):
        put(lists, row, number, word)
    source = f"{_NAMES[2]}!${get_column_letter(number)}$1:${get_column_letter(number)}${len(choices)}"
    rule = DataValidation(type="list", formula1=source, allow_blank=True, showErrorMessage=True)
    rule.errorStyle, rule.error = "warning", str(Text("一覧にない語です", "not in the list"))
    for letter in map(get_column_letter, columns):
        rule.add(f"{letter}{rows[0]}:{letter}{rows[1]}")
    sheet.add_data_validation(rule)


def _set_up(sheet: Any, columns: Sequence[FormColumn], first: int) -> None:
    """Frozen heads, hidden keys, a page to print, heads and codes locked without a password."""
    from openpyxl.utils import get_column_letter

    locked = [index for index, column in enumerate(columns, 1) if column.locked]
    set_up_page(sheet, frozen=f"{get_column_letter(max(locked, default=0) + 1)}{first}")
    sheet.row_dimensions[2].hidden = first > 2
    sheet.print_options.gridLines = True
    sheet.protection.sheet = True
    sheet.protection.formatColumns = sheet.protection.formatRows = sheet.protection.formatCells = False
    sheet.protection.sort = sheet.protection.autoFilter = False
