"""The one writer of workbooks: presentable, to print and to filter, in one piece, with texts that stay texts."""

from __future__ import annotations

import gc
import math
import sys
import traceback
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kanpo.files import replacing
from kanpo.tables._csv import csv_text

if TYPE_CHECKING:
    import pandas as pd
    from openpyxl import Workbook

#: Excel cuts longer texts off.
_LONGEST_CELL = 32_767
#: Widest column, in letters (longer texts wrap), and rows that tell how wide a column has to be.
_WIDEST, _MEASURED = 60, 500
#: Significant digits that a column of measured numbers shows.
_DIGITS = 4
#: Excel holds no longer names of sheets, and none of these letters in them.
_LONGEST_NAME, _FORBIDDEN = 31, str.maketrans(dict.fromkeys("[]:*?/\\", " "))
HEAD_COLOUR = "E2EFDA"
#: How a workbook says A4.
_A4 = "9"


def save_workbook(path: Path, book: Workbook, *, gives_way: bool = False) -> None:
    """Save a workbook, all or nothing. With `gives_way`, a file of somebody else is kept aside without being asked.

    Raises
    ------
    InputUnusable
        What stands there does not give way.
    EnvironmentFailure
        The file cannot be written, for instance because it is open in Excel.
    """
    with replacing(path, gives_way=gives_way) as draft, _no_sheets_left():
        book.save(draft)


def write_workbook(
    path: Path,
    headers: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    about: str = "",
    gives_way: bool = False,
) -> None:
    """Write a workbook (``.xlsx``) of one sheet, all or nothing.

    Headers are frozen and filter, columns are as wide as what stands in them, a page is A4 across and
    holds all columns; every text is text. `about` goes to the comments in the properties of the file,
    where it disturbs no reader.

    Characters that a workbook cannot hold become ``?``; a text that Excel would cut off without a
    word ends with ``…``.

    Raises
    ------
    InputUnusable
        What stands there does not give way.
    EnvironmentFailure
        The file cannot be written, for instance because it is open in Excel.
    """
    # The rows go to a temporary file at once: a disk can be full there, too.
    with replacing(path, gives_way=gives_way) as draft, _no_sheets_left():
        _write(draft, [("kanpo", headers, rows, ())], about)


def write_book(path: Path, tables: Sequence[tuple[str, pd.DataFrame]]) -> None:
    """Write tables with their titles: one sheet for each (``.xlsx``), or one below the other (``.csv``).

    Sheets look as those of `write_workbook`. Columns whose name ends in ``p`` are probabilities and
    show four decimals.

    Raises
    ------
    EnvironmentFailure
        The file cannot be written, for instance because it is open in Excel.
    """
    parts = [(title, [str(key) for key in table.columns], table) for title, table in tables]
    with replacing(path) as draft, _no_sheets_left():
        if path.suffix.lower() == ".csv":
            texts = [
                csv_text([title], []) + csv_text(headers, table.itertuples(index=False, name=None))
                for title, headers, table in parts
            ]
            # The byte order mark tells Excel that it is UTF-8.
            draft.write_bytes("\r\n".join(texts).encode("utf-8-sig"))
            return
        sheets = [
            (
                title.translate(_FORBIDDEN)[:_LONGEST_NAME],
                headers,
                table.itertuples(index=False, name=None),
                [
                    number_format(header, table[key])
                    for header, key in zip(headers, table.columns, strict=True)
                ],
            )
            for title, headers, table in parts
        ]
        _write(draft, sheets, "")


def _write(
    draft: Path,
    sheets: Sequence[tuple[str, Sequence[str], Iterable[Sequence[object]], Sequence[str]]],
    about: str,
) -> None:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    book.properties.description = about or None
    wrapped = Alignment(wrap_text=True, vertical="top")
    bold, fill = Font(bold=True), PatternFill("solid", fgColor=HEAD_COLOUR)
    for title, headers, lines, formats in sheets:
        sheet = book.create_sheet(title)
        rows = iter(lines)
        first = [tuple(row) for row in islice(rows, _MEASURED)]
        for number, room in enumerate(_widths(headers, first), 1):
            sheet.column_dimensions[get_column_letter(number)].width = room
        set_up_page(sheet, f"A1:{get_column_letter(max(len(headers), 1))}1")
        heads = [_cell(WriteOnlyCell, sheet, str(header), "") for header in headers]
        for head in heads:
            head.font, head.fill, head.alignment = bold, fill, wrapped
        sheet.append(heads)
        shapes = [*formats, *[""] * (len(headers) - len(formats))]
        for row in chain(first, rows):
            cells = [
                _cell(WriteOnlyCell, sheet, value, shape) for value, shape in zip(row, shapes, strict=False)
            ]
            for cell in cells:
                if isinstance(getattr(cell, "value", None), str) and _width(cell.value) > _WIDEST:
                    cell.alignment = wrapped
            sheet.append(cells)
    book.save(draft)


def _cell(make: Any, sheet: Any, value: object, shape: str) -> Any:
    """A cell to append: texts as texts, numbers by the format of their column, blank for what is not known."""
    if value is None or value != value:
        return None
    if isinstance(value, str):
        made = make(sheet, plain_text(value))
        made.data_type, made.number_format = "s", "@"
        return made
    plain = value.item() if hasattr(value, "item") else value
    if not shape:
        return plain
    made = make(sheet, plain)
    made.number_format = shape
    return made


def plain_text(value: str) -> str:
    """A text as a cell can hold it: ``?`` for characters that none can, ``…`` where it is too long."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    plain = ILLEGAL_CHARACTERS_RE.sub("?", value)
    return plain if len(plain) <= _LONGEST_CELL else plain[: _LONGEST_CELL - 1] + "…"


def _widths(headers: Sequence[str], rows: Sequence[Sequence[object]]) -> list[int]:
    """Letters that each column takes, by its header and its first rows."""
    rooms = [_width(str(header)) for header in headers]
    for row in rows:
        for at, value in enumerate(row[: len(rooms)]):
            rooms[at] = max(rooms[at], _width(value) if isinstance(value, str) else 0 if value is None else 8)
    return [min(max(room + 2, 6), _WIDEST) for room in rooms]


def put(sheet: Any, row: int, column: int, value: object) -> Any:
    """Write a cell of a workbook that is kept whole; a text is never a formula."""
    cell = sheet.cell(row, column, None if isinstance(value, str) else value)
    if isinstance(value, str):
        cell.value = "".join(c if c.isprintable() else " " for c in value)
        cell.data_type, cell.number_format = "s", "@"
    return cell


def set_up_page(sheet: Any, filtered: str = "", frozen: str = "A2") -> None:
    """Frozen heads that filter, and a page to print: A4 across, all columns on it, heads on every page."""
    sheet.freeze_panes = frozen
    if filtered:
        sheet.auto_filter.ref = filtered
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", _A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.print_title_rows = "1:1"


def number_format(name: str, column: pd.Series) -> str:
    """How the numbers of a column are shown; the cells hold them in full.

    Whole numbers without decimals, probabilities with four, others with so many that the greatest
    has four significant digits.
    """
    if column.dtype.kind not in "fiu":
        return ""
    known = column.dropna().abs()
    if known.empty or (known == known.round()).all():
        return "0"
    if name.casefold().endswith("p"):
        return "0.0000"
    decimals = min(max(_DIGITS - 1 - math.floor(math.log10(float(known.max()))), 0), 8)
    return "0." + "0" * decimals if decimals else "0"


def _width(text: str) -> int:
    """Columns that a text takes: letters beyond Latin are wide."""
    return len(text) if text.isascii() else sum(1 if ord(letter) < 0x1100 else 2 for letter in text)


@contextmanager
def _no_sheets_left() -> Iterator[None]:
    """openpyxl writes each sheet to a temporary file, and leaves it half written where writing fails."""
    from openpyxl.worksheet import _writer

    before = set(_writer.ALL_TEMP_FILES)
    try:
        yield
    except BaseException as error:
        _let_go(error)
        raise
    finally:
        for name in set(_writer.ALL_TEMP_FILES) - before:
            with suppress(OSError):
                Path(name).unlink()
            _writer.ALL_TEMP_FILES.remove(name)


def _let_go(error: BaseException) -> None:
    """End what openpyxl was in the middle of: it would fail once more when it is collected, and print that."""
    hook, sys.unraisablehook = sys.unraisablehook, lambda _: None
    try:
        cause: BaseException | None = error
        while cause is not None:
            traceback.clear_frames(cause.__traceback__)
            cause = cause.__context__
        gc.collect()
    finally:
        sys.unraisablehook = hook
