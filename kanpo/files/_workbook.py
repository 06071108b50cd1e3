"""Workbooks: in one piece, with texts that stay texts."""

from __future__ import annotations

import gc
import sys
import traceback
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from kanpo.files._replace import replacing

if TYPE_CHECKING:
    from openpyxl import Workbook

#: Excel cuts longer texts off.
_LONGEST_CELL = 32_767


def save_workbook(path: Path, book: Workbook) -> None:
    """Save a workbook, all or nothing.

    Raises
    ------
    InputUnusable
        What stands there does not give way.
    EnvironmentFailure
        The file cannot be written, for instance because it is open in Excel.
    """
    with replacing(path) as draft, _no_sheets_left():
        book.save(draft)


def write_workbook(
    path: Path,
    headers: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    about: str = "",
    gives_way: bool = False,
) -> None:
    """Write a workbook (``.xlsx``) of one sheet in which every text is text, all or nothing.

    `about` goes to the comments in the properties of the file, where it disturbs no reader. With
    `gives_way`, a file of somebody else is kept aside without being asked.

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
        _fill_workbook(draft, headers, rows, about)


def _fill_workbook(draft: Path, headers: Sequence[str], rows: Iterable[Sequence[object]], about: str) -> None:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    book = Workbook(write_only=True)
    book.properties.description = about or None
    sheet = book.create_sheet("kanpo")
    sheet.freeze_panes = "A2"

    def cell(value: object) -> object:
        if value is None or value != value:
            return None
        if not isinstance(value, str):
            return value.item() if hasattr(value, "item") else value
        plain = ILLEGAL_CHARACTERS_RE.sub("?", value)
        if len(plain) > _LONGEST_CELL:
            plain = plain[: _LONGEST_CELL - 1] + "…"
        made = WriteOnlyCell(sheet, plain)
        made.data_type, made.number_format = "s", "@"
        return made

    for row in (headers, *rows):
        sheet.append([cell(value) for value in row])
    book.save(draft)


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
