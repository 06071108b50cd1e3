"""Files that are whole or not there, and CSV that spreadsheets show rightly and safely."""

from __future__ import annotations

import csv
import gc
import io
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from kanpo.errors import EnvironmentFailure, InputUnusable, Place
from kanpo.locale import Text

#: First characters that make a spreadsheet take a text for a formula, in both widths.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


#: Excel cuts longer texts off.
_LONGEST_CELL = 32_767
#: Tables are read whole, so a larger one is refused.
LARGEST_TABLE = 200 * 1024 * 1024


def check_table_file(path: Path) -> None:
    """A table has to be a regular file of at most `LARGEST_TABLE` bytes.

    Raises
    ------
    InputUnusable
        It is not there, a folder, or too large.
    EnvironmentFailure
        Another program holds it, or it may not be read.
    """
    if not path.is_file():
        raise InputUnusable(
            "table.missing",
            Text("ファイルがありません", "there is no such file"),
            Text("ファイル名と場所を確かめてください", "check the name and the folder"),
            Place(str(path)),
        )
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
        reason = error.strerror or str(error)
        raise EnvironmentFailure(
            "file.not-readable",
            Text(f"読めません({reason})", f"cannot be read ({reason})"),
            Text(
                "Excelなどで開いていれば閉じ、権限を確かめてください",
                "close it where it is open, and check the permissions",
            ),
            Place(str(path)),
        ) from error


def read_rows(content: bytes, name: str) -> list[list[str]]:
    """The rows of a CSV as they are written: UTF-8 with or without byte order mark, else CP932.

    Commas, tabs or semicolons part the cells, whichever the first line has most of.

    Raises
    ------
    InputUnusable
        Neither encoding fits, or it cannot be parted into cells.
    """
    text = _decoded(content, name)
    delimiter = max(",\t;", key=text.split("\n", 1)[0].count)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise InputUnusable(
            "table.cells",
            Text("表として読めません", f"cannot be read as a table ({error})"),
            Text("Excelで「CSV UTF-8」として保存し直してください", "save it from Excel as 'CSV UTF-8'"),
            Place(name),
        ) from None


def _decoded(content: bytes, name: str) -> str:
    # CP932 decodes nearly any bytes; a NUL is in no text of either encoding.
    for encoding in () if b"\0" in content else ("utf-8-sig", "cp932"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputUnusable(
        "table.encoding",
        Text("文字コードが UTF-8 でも CP932(Shift_JIS)でもありません", "is neither UTF-8 nor CP932 text"),
        Text("Excelで「CSV UTF-8」として保存し直してください", "save it from Excel as 'CSV UTF-8'"),
        Place(name),
    )


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Write a file so that `path` holds the old content or the new, never half of it.

    Yields
    ------
    Path
        A draft in the same folder to write to; it becomes `path` when the block ends well, and is
        removed when it does not.

    Raises
    ------
    EnvironmentFailure
        The folder is missing, the disk is full, or another program holds the file open.
    """
    if not path.name:
        raise InputUnusable(
            "file.no-name",
            Text("ファイルの名前がありません", "there is no name of a file"),
            Text("書き出すファイルの名前を指定してください", "say the name of the file to write"),
            Place(str(path)),
        )
    if not path.parent.is_dir():
        # Said here, since GDAL has words of its own for it.
        raise EnvironmentFailure(
            "file.not-writable",
            Text("フォルダがありません", "there is no such folder"),
            Text(
                "先にフォルダを作るか、ある場所を指定してください",
                "make the folder first, or name one that is there",
            ),
            Place(str(path)),
        )
    draft = path.with_name(f".{path.stem}.{os.getpid()}{path.suffix}")
    try:
        yield draft
        with draft.open("rb+") as written:
            os.fsync(written.fileno())
        draft.replace(path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise EnvironmentFailure(
            "file.not-writable",
            Text(f"書き込めません({reason})", f"cannot be written ({reason})"),
            Text(
                "Excelなどで開いていれば閉じ、フォルダ・空き容量・権限を確かめてください",
                "close it where it is open; check the folder, free space and permissions",
            ),
            Place(str(path)),
        ) from error
    finally:
        draft.unlink(missing_ok=True)


def guarded(value: object) -> object:
    """A value that a spreadsheet shows as it is: a text that looks like a formula gets an apostrophe.

    Numbers stay numbers.
    """
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return "'" + value
    return value


def csv_text(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """CSV with CRLF, blanks for what is not known, and no live formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([guarded(header) for header in headers])
    for row in rows:
        writer.writerow([guarded(_plain(value)) for value in row])
    return out.getvalue()


def _plain(value: object) -> object:
    if value is None or (value != value):
        return ""
    return value


def write_csv(path: Path, headers: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a CSV that Excel opens with the right letters (UTF-8 with byte order mark), all or nothing.

    Raises
    ------
    EnvironmentFailure
        The file cannot be written, for instance because it is open in Excel.
    """
    with replacing(path) as draft:
        draft.write_bytes(csv_text(headers, rows).encode("utf-8-sig"))


def write_workbook(
    path: Path, headers: Sequence[str], rows: Iterable[Sequence[object]], *, about: str = ""
) -> None:
    """Write a workbook (``.xlsx``) of one sheet in which every text is text, all or nothing.

    `about` goes to the comments in the properties of the file, where it disturbs no reader.

    Characters that a workbook cannot hold become ``?``; a text that Excel would cut off without a
    word ends with ``…``.

    Raises
    ------
    EnvironmentFailure
        The file cannot be written, for instance because it is open in Excel.
    """
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
    with replacing(path) as draft:
        book.save(draft)


@contextmanager
def not_collecting() -> Iterator[None]:
    """Pause the cyclic garbage collector while a large file is read.

    Its rows are millions of small objects and not one cycle; the collector would look at all of
    them again and again.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
