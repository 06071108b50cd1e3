"""CSV as offices write it, and as they can open it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kanpo.errors import InputUnusable, Place
from kanpo.files import replacing
from kanpo.locale import Text

_LARGEST = 200 * 1024 * 1024
#: First characters that make a spreadsheet take a text for a formula, in both widths.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


@dataclass(frozen=True, slots=True)
class WrittenTable:
    """A table as it was written: everything is text. The header is row 1."""

    file_name: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def columns(self) -> dict[str, list[str | None]]:
        """Header to values; blanks as None. Of two equal headers the first counts."""
        columns: dict[str, list[str | None]] = {}
        for index, header in enumerate(self.headers):
            columns.setdefault(header, [row[index] if index < len(row) else None for row in self.rows])
        return columns


def read_csv(path: Path) -> WrittenTable:
    """Read a CSV file: UTF-8 with or without a byte order mark, else CP932; comma, tab or semicolon.

    Raises
    ------
    InputUnusable
        It is no regular file, too large, empty, or neither encoding fits.
    """
    if not path.is_file():
        raise InputUnusable(
            "table.missing",
            Text("ファイルがありません", "there is no such file"),
            Text("ファイル名と場所を確かめてください", "check the name and the folder"),
            Place(str(path)),
        )
    if path.stat().st_size > _LARGEST:
        raise InputUnusable(
            "table.too-large",
            Text("ファイルが大きすぎます(200 MB まで)", "the file is too large (up to 200 MB)"),
            Text("分けて取り込んでください", "import it in parts"),
            Place(str(path)),
        )
    text = _decoded(path.read_bytes(), path)
    try:
        dialect: type[csv.Dialect] | csv.Dialect = csv.Sniffer().sniff(text[:4096].split("\n")[0], ",\t;")
    except csv.Error:
        dialect = csv.excel
    dialect.quotechar, dialect.doublequote = '"', True
    rows = [tuple(row) for row in csv.reader(io.StringIO(text, newline=""), dialect)]
    if not rows or not any(cell.strip() for cell in rows[0]):
        raise InputUnusable(
            "table.empty",
            Text("見出し行がありません", "there is no header row"),
            Text("1行目に列名を入れてください", "put the column names into the first row"),
            Place(str(path)),
        )
    return WrittenTable(path.name, rows[0], tuple(rows[1:]))


def _decoded(content: bytes, path: Path) -> str:
    # CP932 decodes nearly any bytes; a NUL is in no text of either encoding.
    encodings = () if b"\0" in content else ("utf-8-sig", "cp932")
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputUnusable(
        "table.encoding",
        Text("文字コードが UTF-8 でも CP932(Shift_JIS)でもありません", "is neither UTF-8 nor CP932 text"),
        Text("Excelで「CSV UTF-8」として保存し直してください", "save it from Excel as 'CSV UTF-8'"),
        Place(str(path)),
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
    if value is None or (isinstance(value, (float, np.floating)) and np.isnan(value)):
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
