"""Reading what others wrote: within bounds, and damage is said by the name of the file."""

from __future__ import annotations

import csv
import errno
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from kanpo.budgets import CELL_LETTERS, TABLE_CELLS, TABLE_COLUMNS
from kanpo.errors import InputUnusable, KanpoError, Place
from kanpo.locale import Text

#: What Python gives up on reading a file, and what is no fault of the file.
_NOT_OF_THE_FILE = (KanpoError, PermissionError, FileNotFoundError)
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EMFILE, errno.ENFILE)

Row = TypeVar("Row", bound=Sequence[object])


@contextmanager
def damage_said(unusable: Callable[[str], KanpoError]) -> Iterator[None]:
    """Whatever a foreign reader raises of a file is that the file cannot be used.

    Readers of zips, workbooks, XML, rasters and tables raise whatever their parsers raise: dozens of
    kinds, most of which nobody documents. Only their calls stand in such a block, nothing of our own.

    Parameters
    ----------
    unusable : callable
        Makes the error from a short reason (the name of what was raised).
    """
    try:
        yield
    except _NOT_OF_THE_FILE:
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.errno in _NO_ROOM:
            raise
        raise unusable(type(error).__name__) from error


def bounded_csv(text: str, name: str, *, delimiter: str = ",", strict: bool = False) -> list[list[str]]:
    """The rows of a CSV text, no wider and no more than a table may have.

    Raises
    ------
    csv.Error
        It cannot be parted into cells, or a cell is longer than `CELL_LETTERS`.
    InputUnusable
        The table is too large.
    """
    csv.field_size_limit(CELL_LETTERS)
    return list(bounded(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=strict), name))


def bounded(rows: Iterable[Row], name: str, sheet: str | None = None) -> Iterator[Row]:
    """Rows as they come, until they are more cells than a table may have.

    Raises
    ------
    InputUnusable
        More than `TABLE_COLUMNS` columns, or `TABLE_CELLS` cells.
    """
    cells = 0
    for number, row in enumerate(rows, 1):
        cells += len(row)
        if len(row) > TABLE_COLUMNS or cells > TABLE_CELLS:
            raise too_many_cells(name, sheet, number)
        yield row


def check_rectangle(rows: int, columns: int, name: str, sheet: str | None = None) -> None:
    """A table that is filled up to the width of its header may not become too large.

    Raises
    ------
    InputUnusable
        It would.
    """
    if rows * columns > TABLE_CELLS:
        raise too_many_cells(name, sheet, rows)


def too_many_cells(name: str, sheet: str | None, row: int) -> InputUnusable:
    """The error for a table that is too wide or too long."""
    return InputUnusable(
        "table.too-many-cells",
        Text(
            f"表が大きすぎます(列は {TABLE_COLUMNS:,} まで、セルは全部で {TABLE_CELLS:,} まで)",
            f"the table is too large (at most {TABLE_COLUMNS:,} columns and {TABLE_CELLS:,} cells)",
        ),
        Text(
            "表の右や下に離れて書かれたセルを消すか、要る範囲だけを新しい表に貼り付けてください",
            "delete cells far to the right or below, or paste what is needed into a new table",
        ),
        Place(name, sheet, row),
    )
