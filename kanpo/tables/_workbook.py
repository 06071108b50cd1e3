"""Excel workbooks of all ages: values as they were last calculated, merged cells, and limits against bombs."""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from kanpo.budgets import TABLE_CELLS, TABLE_COLUMNS
from kanpo.errors import InputUnusable, Place
from kanpo.files import damage_said
from kanpo.locale import Text
from kanpo.tables._bounds import bounded, damaged, no_workbook
from kanpo.tables._sheet import MOST_BLANK_ROWS, Cell, Row, Sheet, Unusable, cell_of, is_blank, text_of

#: First bytes of a zip with something in it, and of a workbook of before 2007 or with a password.
ZIP, OLD = WORKBOOKS = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
#: Unpacked size of a workbook, bytes, and how much smaller packing may make it. A register of 100,000
#: parcels with 30 columns unpacks to about 150 MB, packed about 1:10.
MOST_BYTES, MOST_RATIO = 200 * 1024 * 1024, 100
#: Below this size the ratio is no danger.
_SMALL = 1024 * 1024
#: Merged ranges beyond this number make no sheet of parcels.
_MOST_MERGES = 100_000
_PLACE = re.compile(rb"""\br=["']([A-Z]*)(\d+)["']""")
_FORMULA = re.compile(rb"<(?:\w+:)?f[ />]")
_CELL = re.compile(rb"""<(?:\w+:)?c\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)""", re.DOTALL)
_VALUE = re.compile(rb"<(?:\w+:)?v>([^<]+)</")
_WRITTEN = re.compile(rb"<(?:\w+:)?f\b[^>]*>([^<]*)</")
_ATTRIBUTE = re.compile(r"""([\w:]+)\s*=\s*(["'])(.*?)\2""")


@dataclass(slots=True)
class _Written:
    """What only the XML of a sheet says: cells by row and column (from 0) that hold no value, and its extent."""

    odd: dict[tuple[int, int], Cell] = field(default_factory=dict)
    rows: int = 0
    columns: int = 0


def is_workbook(content: bytes) -> bool:
    """Whether a file is a workbook of any age; it may be damaged or have a password."""
    if content.startswith(OLD):
        return True
    return content.startswith(ZIP) and any(name.startswith("xl/") for name in _names(content))


def _names(content: bytes) -> list[str]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return archive.namelist()
    # A damaged list of members raises anything.
    except Exception:
        return []


def read_workbook(content: bytes, name: str) -> list[Sheet]:
    """All worksheets of a workbook (.xlsx, .xlsm, .xls), told by its content.

    Macros, links and charts are not looked at, and nothing is calculated.

    Raises
    ------
    InputUnusable
        It is damaged, has a password, is none, holds pictures only, or would unpack to more than is safe.
    """
    written: dict[str, _Written] = {}
    pictures = False
    if content.startswith(OLD):
        _check_old(content, name)
    else:
        members = _check_archive(content, name)
        pictures = any(member.startswith("xl/media/") for member in members)
        with damage_said(lambda reason: damaged(name, reason)):
            written = _written(content)
    with damage_said(lambda reason: damaged(name, reason)):
        sheets = list(_sheets(content, name, written))
    if pictures and not any(row.filled for sheet in sheets for row in sheet.rows):
        raise InputUnusable(
            "table.pictures",
            Text(
                "画像だけのブックです(セルには何も書かれていません)",
                "holds pictures only, nothing in its cells",
            ),
            Text("画像の表を、セルに打ち直してください", "type what the pictures show into cells"),
            Place(name),
        )
    return sheets


def _check_old(content: bytes, name: str) -> None:
    """A workbook of before 2007 has its sheets in the open; one with a password has not.

    Raises
    ------
    InputUnusable
        It has a password, or is a document of another kind.
    """
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise with_password(name)
    if not any(stream.encode("utf-16-le") in content for stream in ("Workbook", "Book")):
        raise no_workbook(
            name,
            Text(
                "Excelブックではありません(Word などの文書)",
                "is no workbook (a document of another program)",
            ),
        )


def with_password(name: str) -> InputUnusable:
    """The error for a workbook that is locked."""
    return no_workbook(
        name,
        Text("パスワードの付いたブックです", "is a workbook with a password"),
        Text(
            "Excelで開き、パスワードなしの .xlsx として保存してください",
            "save it in Excel as .xlsx, no password",
        ),
    )


def _check_archive(content: bytes, name: str) -> list[str]:
    """The names in a workbook, which has to be a whole zip that unpacks to a safe size, without entities.

    Raises
    ------
    InputUnusable
        It is not, or it is no workbook at all.
    """
    with damage_said(lambda reason: damaged(name, reason)), zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = archive.infolist()
        size = sum(member.file_size for member in members)
        packed = sum(member.compress_size for member in members)
        if size > MOST_BYTES or (size > _SMALL and size > MOST_RATIO * max(packed, 1)):
            raise InputUnusable(
                "table.too-large",
                Text(
                    "展開すると大きすぎます(200 MB、圧縮率100倍まで)",
                    "unpacks to more than 200 MB, or 100-fold",
                ),
                Text(
                    "必要なシートだけを新しいブックへ値貼り付けしてください",
                    "paste the values of the sheet you need into a new workbook",
                ),
                Place(name),
            )
        for member in members:
            if not member.filename.endswith((".xml", ".rels")):
                continue
            with archive.open(member) as stream:
                head = stream.read(4096)
            # No office program writes a document type; it is the door of entity bombs.
            if b"<!DOCTYPE" in head or b"<!ENTITY" in head or head[:2] in (b"\xff\xfe", b"\xfe\xff"):
                raise damaged(name, "DOCTYPE")
        names = [member.filename for member in members]
    if not any(member.startswith("xl/") for member in names):
        raise no_workbook(
            name,
            Text(
                "Excelブックではありません(zip か別の文書)",
                "is no workbook (a zip, or a document of another program)",
            ),
            Text(
                "zip は展開し、ほかの表は .xlsx として保存してください",
                "unpack a zip; save other tables as .xlsx",
            ),
        )
    return names


def _written(content: bytes) -> dict[str, _Written]:
    """Of each sheet by its name: how far it reaches, cells with errors, and formulas without a value."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        links = _tags(archive.read("xl/_rels/workbook.xml.rels"), "Relationship")
        targets = {link["Id"]: link["Target"] for link in links if "Target" in link}
        found = {}
        for sheet in _tags(archive.read("xl/workbook.xml"), "sheet"):
            target = targets.get(next((value for key, value in sheet.items() if key.endswith(":id")), ""), "")
            member = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            if member in archive.namelist() and "worksheets/" in member:
                found[sheet["name"]] = _scan(archive.read(member))
        return found


def _tags(xml: bytes, name: str) -> list[dict[str, str]]:
    """The attributes of all tags of a name."""
    tags = re.findall(rf"<(?:\w+:)?{name}\b([^>]*)>", xml.decode())
    return [{key: html.unescape(value) for key, _, value in _ATTRIBUTE.findall(tag)} for tag in tags]


def _scan(xml: bytes) -> _Written:
    """The reader gives neither errors nor formulas without a value, and fills the whole rectangle of a sheet."""
    places = set(_PLACE.findall(xml))
    written = _Written(
        rows=max((int(row) for _, row in places), default=0),
        columns=max((_column(letters) for letters in {letters for letters, _ in places}), default=0),
    )
    if not _FORMULA.search(xml) and b't="e"' not in xml:
        return written
    for cell in _CELL.finditer(xml):
        about, inner = cell[1], cell[2] or b""
        place, value, formula = _PLACE.search(about), _VALUE.search(inner), _WRITTEN.search(inner)
        if place is None:
            continue
        at = (int(place[2]) - 1, _column(place[1]) - 1)
        if b't="e"' in about:
            written.odd[at] = value[1].decode() if value else ""
        # The type "str" without a value is a formula whose calculated text is empty.
        elif value is None and b't="str"' not in about and _FORMULA.search(inner):
            written.odd[at] = Unusable("formula", f"={formula[1].decode() if formula else ''}")
    return written


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _sheets(content: bytes, name: str, written: dict[str, _Written]) -> Iterator[Sheet]:
    import python_calamine as calamine

    try:
        book = calamine.load_workbook(io.BytesIO(content))
    except calamine.PasswordError:
        raise with_password(name) from None
    for about in book.sheets_metadata:
        if about.typ is not calamine.SheetTypeEnum.WorkSheet:
            continue
        own = written.get(about.name, _Written())
        hidden = about.visible is not calamine.SheetVisibleEnum.Visible
        # The reader fills the whole rectangle that a sheet spans, with 32 bytes for each cell.
        if own.rows * own.columns > TABLE_CELLS:
            merges: list[Any] = []
            values = _streamed(content, about.name)
        else:
            read = book.get_sheet_by_name(about.name)
            merges = read.merged_cell_ranges or []
            # The first rows are left out where nothing stands in them.
            values = _from_top(read)
        if len(merges) > _MOST_MERGES:
            raise damaged(name, "mergeCells")
        rows, ended_at = _rows(values, own.odd, name, about.name)
        yield _with_merges(Sheet(about.name, tuple(rows), {}, ended_at, hidden), merges)


def _from_top(sheet: Any) -> Iterator[Sequence[object]]:
    if sheet.start is None:
        return
    top, _ = sheet.start
    yield from ([] for _ in range(top))
    yield from sheet.iter_rows()


def _streamed(content: bytes, name: str) -> Iterator[Sequence[object]]:
    """The rows of a sheet with a cell far off, one by one and slowly: its rectangle fits into no memory."""
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    # What a sheet says of its size may be anything; and every row would be filled up to it.
    book[name].reset_dimensions()
    yield from book[name].iter_rows(values_only=True)


def _rows(
    values: Iterator[Any], odd: dict[tuple[int, int], Cell], name: str, sheet: str
) -> tuple[list[Row], int | None]:
    rows: list[Row] = []
    blank = 0
    of_row: dict[int, list[int]] = {}
    for row, column in odd:
        of_row.setdefault(row, []).append(column)
    for number, line in enumerate(_trimmed(values, name, sheet), 1):
        cells = list(map(cell_of, line))
        for column in of_row.get(number - 1, ()):
            cells += [None] * (column + 1 - len(cells))
            cells[column] = odd[number - 1, column]
        blank = blank + 1 if all(map(is_blank, cells)) else 0
        rows.append(Row(number, tuple(cells)))
        if blank >= MOST_BLANK_ROWS:
            return rows[:-blank], number
    return rows[: len(rows) - blank], None


def _trimmed(values: Iterator[Any], name: str, sheet: str) -> Iterator[list[object]]:
    """Rows without the blanks at their end, so that a cell far off makes no other row wider."""

    def trim(row: Any) -> list[object]:
        cells = list(row)
        while cells and (cells[-1] is None or cells[-1] == ""):
            cells.pop()
        return cells

    return bounded(map(trim, values), name, sheet)


def _with_merges(sheet: Sheet, merges: list[tuple[tuple[int, int], tuple[int, int]]]) -> Sheet:
    """The sheet with its merged cells: over columns they are noted, down rows they are filled."""
    by_number = {row.number: row for row in sheet.rows}
    wide: dict[tuple[int, int], str] = {}
    down: dict[int, dict[int, Cell]] = {}
    last = sheet.rows[-1].number if sheet.rows else 0
    for (top, left), (bottom, right) in merges:
        row = by_number.get(top + 1)
        if row is None or left > TABLE_COLUMNS:
            continue
        cell = row.cell(left)
        # A row that holds nothing of its own only makes the one above it taller.
        numbers = range(top + 1, min(bottom + 1, last) + 1)
        shared = [number for number in numbers if by_number[number].filled]
        for number in shared if len(shared) > 1 else ():
            down.setdefault(number, {})[left] = cell
        for column in range(left, min(right + 1, TABLE_COLUMNS)) if right > left else ():
            wide |= {(number, column): text_of(cell) for number in numbers}
    filled = [_filled(row, down[row.number]) if row.number in down else row for row in sheet.rows]
    return Sheet(sheet.name, tuple(filled), wide, sheet.ended_at, sheet.hidden)


def _filled(row: Row, down: dict[int, Cell]) -> Row:
    width = max(len(row.cells), max(down) + 1)
    cells = [down.get(column, row.cell(column)) for column in range(width)]
    return Row(row.number, tuple(cells), frozenset(down))
