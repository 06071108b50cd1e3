"""A sheet as it was written, before anything is made of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time

from kanpo.budgets import BLANK_ROWS
from kanpo.reading import without_blanks

#: Cells to the right of this one are left out of a register; none has as many columns.
MOST_COLUMNS = 200
#: So many blank rows one after another end a sheet.
MOST_BLANK_ROWS = BLANK_ROWS

_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_EXCEL_ERRORS = ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!")


@dataclass(frozen=True, slots=True)
class Unusable:
    """A cell that holds no value: a formula that was never calculated, or cells merged over rows."""

    kind: str
    written: str


Cell = str | int | float | date | Unusable | None


@dataclass(frozen=True, slots=True)
class Row:
    """One row with its number as Excel shows it; `merged` marks columns whose cell is merged over rows."""

    number: int
    cells: tuple[Cell, ...]
    merged: frozenset[int] = frozenset()

    def cell(self, column: int) -> Cell:
        """The cell in a column, counted from 0; None when the row is shorter."""
        return self.cells[column] if column < len(self.cells) else None

    @property
    def filled(self) -> list[int]:
        """Columns that are not blank."""
        return [index for index, cell in enumerate(self.cells) if not is_blank(cell)]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows of one sheet. `name` is None for CSV.

    `wide` maps the row number and column of a cell merged over columns to the text of the merged
    cell: a heading stands over several columns, a value of a parcel does not. `ended_at` is the row
    at which reading stopped because nothing came any more.
    """

    name: str | None
    rows: tuple[Row, ...]
    wide: dict[tuple[int, int], str]
    ended_at: int | None = None
    hidden: bool = False


def is_blank(cell: Cell) -> bool:
    """Whether nothing is written there."""
    return cell is None or (isinstance(cell, str) and not cell.translate(_INVISIBLE).strip())


def is_excel_error(cell: Cell) -> bool:
    """Whether it is #N/A or another error value of Excel."""
    return isinstance(cell, str) and cell.strip().upper() in _EXCEL_ERRORS


def text_of(cell: Cell) -> str:
    """The cell as text: whole numbers without a point, days as ISO 8601, outer blanks removed."""
    if isinstance(cell, str):
        return cell.strip() if cell.isascii() else cell.translate(_INVISIBLE).strip()
    if cell is None:
        return ""
    if isinstance(cell, Unusable):
        return cell.written
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return cell.isoformat(" ", "minutes") if isinstance(cell, datetime) else str(cell)


def plain_of(cell: Cell) -> str:
    """The text for comparing and reading: NFKC, no blanks at all."""
    return without_blanks(text_of(cell))


def plain_name(text: str) -> str:
    """A header for comparing: width, case, blanks and line breaks do not count."""
    return without_blanks(text).casefold()


def cell_of(value: object) -> Cell:
    """What a cell of a workbook holds, as one of the kinds of `Cell`; midnight is a day."""
    if value is None or isinstance(value, str):
        return value or None
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return value
    if isinstance(value, datetime):
        return value if value.time() != time() else value.date()
    if isinstance(value, date):
        return value
    # A time of day is what Excel makes of 3:1 typed into a cell; it is a lot number to nobody.
    return value.isoformat() if isinstance(value, time) else str(value)


def column_letter(column: int) -> str:
    """The letter of a column, counted from 0, as Excel shows it."""
    letters, rest = "", column + 1
    while rest:
        rest, digit = divmod(rest - 1, 26)
        letters = chr(65 + digit) + letters
    return letters


_PRIVATE_USE = re.compile("[\ue000-\uf8ff]")


def has_gaiji(sheet: Sheet) -> bool:
    """Whether a cell holds a character of the private use area (外字), which only its maker can show."""
    return any(isinstance(c, str) and _PRIVATE_USE.search(c) for row in sheet.rows for c in row.cells)
