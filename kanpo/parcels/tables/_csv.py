"""CSV files as offices send them."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

from kanpo.errors import InputUnusable, Place
from kanpo.locale import Text
from kanpo.parcels.tables._sheet import MOST_BLANK_ROWS, MOST_COLUMNS, Row, Sheet
from kanpo.reading import bounded

_LOOKED_AT = 20
#: What the bytes 80, FD, FE and FF decode to in CP932; Windows writes none of them.
_NO_TEXT = re.compile("[\x80\uf8f1-\uf8f3]")


def read_csv_sheet(path: Path, content: bytes) -> Sheet:
    """The rows of a CSV file: UTF-8 with or without byte order mark, else CP932; comma, tab or semicolon.

    Raises
    ------
    InputUnusable
        Neither encoding fits, or quotation marks do not close.
    """
    text = _decoded(path, content)
    delimiter = _delimiter(text)
    rows: list[Row] = []
    blank, ended_at, cut = 0, None, False
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for number, cells in enumerate(bounded(reader, path.name), 1):
            if any(cell.strip() for cell in cells):
                blank = 0
                cut = cut or any(cell.strip() for cell in cells[MOST_COLUMNS:])
            else:
                blank += 1
            rows.append(Row(number, tuple(_unquoted(cell) for cell in cells[:MOST_COLUMNS])))
            if blank >= MOST_BLANK_ROWS:
                ended_at = number
                break
    except csv.Error as error:
        raise InputUnusable(
            "table.quotes",
            Text('引用符(")の対応が崩れています', f"quotation marks do not fit ({error})"),
            Text(
                "Excelで開いて「CSV UTF-8」で保存し直してください",
                "open it in Excel and save it as 'CSV UTF-8'",
            ),
            Place(path.name, line=reader.line_num),
        ) from None
    return Sheet(None, tuple(rows), {}, ended_at, cut)


def _decoded(path: Path, content: bytes) -> str:
    # CP932 decodes nearly any bytes; a NUL is in no text of either encoding.
    for encoding in () if b"\0" in content else ("utf-8-sig", "cp932"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not _NO_TEXT.search(text):
            return text
    raise InputUnusable(
        "table.encoding",
        Text("文字コードが UTF-8 でも CP932(Shift_JIS)でもありません", "is neither UTF-8 nor CP932 text"),
        Text("Excelで「CSV UTF-8」として保存し直してください", "save it from Excel as 'CSV UTF-8'"),
        Place(path.name),
    )


def _delimiter(text: str) -> str:
    """The mark that is most frequent in the first lines; titles above the header have none."""
    head = "\n".join(text.splitlines()[:_LOOKED_AT])
    return max(",\t;", key=head.count)


def _unquoted(cell: str) -> str:
    """A cell without the ``="..."`` by which some programs keep Excel from changing it."""
    if cell.startswith('="') and cell.endswith('"') and len(cell) > 2:
        return cell[2:-1]
    return cell
