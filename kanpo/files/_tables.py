"""Tables that come in, and CSV that spreadsheets show rightly and safely."""

from __future__ import annotations

import csv
import gc
import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from kanpo.errors import InputUnusable, Place
from kanpo.files._kinds import check_input, not_readable
from kanpo.files._replace import replacing
from kanpo.locale import Text
from kanpo.reading import bounded_csv

#: First characters that make a spreadsheet take a text for a formula, in both widths.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")

#: Tables are read whole, so a larger one is refused.
LARGEST_TABLE = 200 * 1024 * 1024


def check_table_file(path: Path) -> None:
    """A table has to be a regular file of at most `LARGEST_TABLE` bytes.

    Raises
    ------
    InputUnusable
        It is not there, a folder, empty, too large, or a picture, page or database instead of a table.
    EnvironmentFailure
        Another program holds it, or it may not be read.
    """
    check_input(path)
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


def read_rows(content: bytes, name: str) -> list[list[str]]:
    """The rows of a CSV as they are written: UTF-8 with or without byte order mark, else CP932.

    Commas, tabs or semicolons part the cells, whichever the first line has most of.

    Raises
    ------
    InputUnusable
        Neither encoding fits, or it cannot be parted into cells.
    """
    text = decode_text(content, name)
    delimiter = max(",\t;", key=text.split("\n", 1)[0].count)
    try:
        return bounded_csv(text, name, delimiter=delimiter)
    except csv.Error as error:
        raise InputUnusable(
            "table.cells",
            Text("表として読めません", f"cannot be read as a table ({error})"),
            Text("Excelで「CSV UTF-8」として保存し直してください", "save it from Excel as 'CSV UTF-8'"),
            Place(name),
        ) from None


def decode_text(content: bytes, name: str) -> str:
    """The text of a file: UTF-8 with or without byte order mark, else CP932.

    Raises
    ------
    InputUnusable
        Neither encoding fits.
    """
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


def write_csv(
    path: Path, headers: Sequence[str], rows: Iterable[Sequence[object]], *, gives_way: bool = False
) -> None:
    """Write a CSV that Excel opens with the right letters (UTF-8 with byte order mark), all or nothing.

    With `gives_way`, a file of somebody else is kept aside without being asked.

    Raises
    ------
    InputUnusable
        What stands there does not give way.
    EnvironmentFailure
        The file cannot be written, for instance because it is open in Excel.
    """
    with replacing(path, gives_way=gives_way) as draft:
        draft.write_bytes(csv_text(headers, rows).encode("utf-8-sig"))


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
