"""What a table may ask for, and how everything that a table file cannot be is said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from kanpo.budgets import TABLE_CELLS, TABLE_COLUMNS
from kanpo.errors import InputUnusable, Place, UsageError
from kanpo.files import check_input, not_readable
from kanpo.locale import Text

#: Tables are read whole, so a larger one is refused.
LARGEST_TABLE = 200 * 1024 * 1024

Line = TypeVar("Line", bound=Sequence[object])


def check_file(path: Path) -> None:
    """A table has to be a regular file of at most `LARGEST_TABLE` bytes.

    Raises
    ------
    InputUnusable
        It is not there, a folder, empty, too large, or a picture, page or database instead of a table.
    EnvironmentFailure
        Another program holds it, or it may not be read.
    """
    # Old workbooks are read, and what is in pages is told where they are.
    check_input(path, able=("old",))
    if path.stat().st_size > LARGEST_TABLE:
        raise InputUnusable(
            "table.too-large",
            Text("ファイルが大きすぎます(200 MB まで)", "the file is too large (up to 200 MB)"),
            Text("分けて取り込んでください", "import it in parts"),
            Place(str(path)),
        )
    try:
        path.open("rb").close()
    except OSError as error:
        raise not_readable(path, error) from error


def check_ending(path: Path, *endings: str) -> Path:
    """The path as it is, if its name says a format that can be written.

    Raises
    ------
    UsageError
        It has another ending than these.
    """
    if path.suffix.lower() not in endings:
        raise UsageError(
            "export.format",
            Text("この形式では書き出せません", "cannot write this format"),
            Text(f"使える拡張子: {'、'.join(endings)}", f"use one of {', '.join(endings)}"),
            Place(str(path)),
        )
    return path


def bounded(rows: Iterable[Line], name: str, sheet: str | None = None) -> Iterator[Line]:
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


def too_many_cells(name: str, sheet: str | None, row: int | None) -> InputUnusable:
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


_SAVE_AS = Text("Excelで開き、.xlsx として保存し直してください", "open it in Excel and save it anew as .xlsx")
_SAVE_CSV = Text("Excelで「CSV UTF-8」として保存し直してください", "save it from Excel as 'CSV UTF-8'")


def damaged(name: str, reason: str) -> InputUnusable:
    """The error for a workbook whose parts do not fit together."""
    what = Text("Excelブックとして読めません", f"cannot be read as an Excel workbook ({reason})")
    return InputUnusable("table.workbook-damaged", what, _SAVE_AS, Place(name))


def no_workbook(name: str, what: Text, mend: Text = _SAVE_AS) -> InputUnusable:
    """The error for a file of an office program that is no workbook that can be read."""
    return InputUnusable("table.old-workbook", what, mend, Place(name))


def no_text(name: str) -> InputUnusable:
    """The error for bytes that are no text in any of the encodings of offices."""
    what = Text(
        "文字コードが UTF-8・CP932(Shift_JIS)・UTF-16 のどれでもありません",
        "is no text in UTF-8, CP932 or UTF-16",
    )
    return InputUnusable("table.encoding", what, _SAVE_CSV, Place(name))


def no_cells(name: str, code: str, what: Text, line: int, mend: Text) -> InputUnusable:
    """The error for a text that cannot be parted into cells; `line` is where that begins."""
    return InputUnusable(f"table.{code}", what, mend, Place(name, line=line))


def nothing_written(name: str, sheet: str | None = None) -> InputUnusable:
    """The error for a table without a header."""
    return InputUnusable(
        "table.empty",
        Text(
            "見出し行がありません(何も書かれていません)", "there is no header row (nothing is written there)"
        ),
        Text(
            "1行目に列名を入れ、その下に記入した表を指定してください",
            "name a table with column names in its first row",
        ),
        Place(name, sheet),
    )
