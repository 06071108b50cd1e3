"""Tables as text: whatever encoding and delimiter an office has, and CSV that spreadsheets show safely."""

from __future__ import annotations

import csv
import gc
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from kanpo.budgets import CELL_LETTERS
from kanpo.files import replacing
from kanpo.locale import Text
from kanpo.tables._bounds import bounded, no_cells, no_text
from kanpo.tables._sheet import MOST_BLANK_ROWS, Row, Sheet

#: Lines that tell what parts the cells.
_LOOKED_AT = 50
_DELIMITERS = ",\t;"
_QUOTED = re.compile('"(?:[^"]|"")*"')
#: What the bytes 80, FD, FE and FF decode to in CP932 (Windows writes none of them), and what is in no text.
_NO_TEXT = re.compile("[\x80\uf8f1-\uf8f3\x00-\x08\x0e-\x1a\x1c-\x1f\ufffe\uffff]")
#: First characters that make a spreadsheet take a text for a formula, in both widths.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def sheet_of_text(content: bytes, name: str) -> Sheet:
    """The rows of a text in UTF-8, CP932 or UTF-16, parted by commas, tabs or semicolons.

    Raises
    ------
    InputUnusable
        No encoding fits, quotation marks do not close, cells are parted in two ways, or it is too large.
    """
    text = decode_text(content, name)
    delimiter = _delimiter(text)
    rows: list[Row] = []
    blank, ended_at = 0, None
    for number, cells in enumerate(_parted(text, delimiter, name), 1):
        joined = "".join(cells)
        blank = 0 if joined.strip() else blank + 1
        rows.append(Row(number, tuple(map(_bare, cells) if '="' in joined else cells)))
        if blank >= MOST_BLANK_ROWS:
            ended_at = number
            break
    _refuse_two_delimiters(rows, delimiter, name)
    return Sheet(None, tuple(rows), {}, ended_at)


def decode_text(content: bytes, name: str) -> str:
    """The text of a file: UTF-8 or UTF-16, with or without byte order mark, else CP932.

    Raises
    ------
    InputUnusable
        None of them fits.
    """
    for encoding in _encodings(content):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "utf-8-sig" or not _NO_TEXT.search(text):
            return text.removeprefix("\ufeff")
    raise no_text(name)


def _encodings(content: bytes) -> tuple[str, ...]:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ("utf-16",)
    if b"\0" not in content:
        return ("utf-8-sig", "cp932")
    # Ends of lines have a NUL in UTF-16, before or after; kanji have none.
    if len(content) % 2 == 0:
        lines = {end: _count_lines(content, end) for end in ("utf-16-le", "utf-16-be")}
        best = max(lines, key=lambda end: lines[end])
        if lines[best] > 0:
            return (best,)
    return ()


def _count_lines(content: bytes, encoding: str) -> int:
    """Ends of lines of a text, -1 where it is no text in this encoding."""
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        return -1
    return -1 if _NO_TEXT.search(text) else text.count("\n") + text.count("\r")


def _delimiter(text: str) -> str:
    """The mark that is in most lines equally often; titles above the header have none."""
    lines = _QUOTED.sub("", text[: 1024 * 256]).splitlines()[:_LOOKED_AT]
    filled = [line for line in lines if line.strip(_DELIMITERS + " ")]

    def fitness(mark: str) -> tuple[int, int]:
        counts = Counter(count for line in filled if (count := line.count(mark)))
        often = max(counts.values(), default=0)
        return often, max((count for count, lines in counts.items() if lines == often), default=0)

    return max(_DELIMITERS, key=fitness)


def _parted(text: str, delimiter: str, name: str) -> Iterator[list[str]]:
    csv.field_size_limit(CELL_LETTERS)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    begins = 1
    try:
        for cells in bounded(reader, name):
            begins = reader.line_num + 1
            yield cells
    except csv.Error as error:
        what = Text('引用符(")の対応が崩れています', f"quotation marks do not fit ({error})")
        code = "quotes"
        if "larger than" in str(error):
            code = "cells"
            what = Text(
                f"表として読めません({CELL_LETTERS:,} 字より長い値があります)",
                f"cannot be read as a table (a value of more than {CELL_LETTERS:,} letters)",
            )
        mend = Text(
            'この行の " を対にするか、Excelで「CSV UTF-8」として保存し直してください',
            "close the quotation marks of this line, or save it from Excel as 'CSV UTF-8'",
        )
        raise no_cells(name, code, what, begins, mend) from None


def _bare(cell: str) -> str:
    """A cell without the ``="..."`` by which some programs keep Excel from changing it."""
    if cell.startswith('="') and cell.endswith('"') and len(cell) > 2:
        return cell[2:-1]
    return cell


def _refuse_two_delimiters(rows: Sequence[Row], delimiter: str, name: str) -> None:
    """Rows that would be parted as the others by another mark than the others.

    Raises
    ------
    InputUnusable
        There are some.
    """
    widths = Counter(len(row.cells) for row in rows[: 20 * _LOOKED_AT] if len(row.cells) > 1)
    usual = widths.most_common(1)[0][0] if widths else 0
    for row in rows:
        if len(row.cells) != 1 or usual < 2:
            continue
        for mark in _DELIMITERS.replace(delimiter, ""):
            if str(row.cells[0]).count(mark) == usual - 1:
                shown = {",": "コンマ", "\t": "タブ", ";": "セミコロン"}
                raise no_cells(
                    name,
                    "two-delimiters",
                    Text(
                        f"区切りが2通りあります({shown[delimiter]}と{shown[mark]})",
                        f"cells are parted in two ways ({delimiter!r} and {mark!r})",
                    ),
                    row.number,
                    Text("区切りを1通りに揃えてください", "use one of them throughout"),
                )


def csv_rows(text: str, name: str = "") -> list[list[str]]:
    """The rows of a CSV that kanpo wrote: commas, quotation marks where they are needed.

    Raises
    ------
    InputUnusable
        It cannot be parted into cells.
    """
    return list(_parted(text, ",", name))


def csv_dicts(text: str) -> list[dict[str, str]]:
    """The rows of a CSV that kanpo ships, by the names of their columns."""
    head, *rows = csv_rows(text)
    return [dict(zip(head, row, strict=True)) for row in rows if row]


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
        writer.writerow([guarded("" if value is None or value != value else value) for value in row])
    return out.getvalue()


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
