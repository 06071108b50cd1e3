"""Excel workbooks: values as they were last calculated, merged cells, and limits against bombs."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils import range_boundaries

from kanpo.errors import InputUnusable, Place
from kanpo.locale import Text
from kanpo.parcels.tables._sheet import (
    MOST_BLANK_ROWS,
    MOST_COLUMNS,
    Cell,
    Row,
    Sheet,
    Unusable,
    cell_of,
    is_blank,
    text_of,
)
from kanpo.reading import bounded, damage_said

#: Unpacked size of a workbook, bytes, and how much smaller packing may make it. A register of 100,000
#: parcels with 30 columns unpacks to about 150 MB, packed about 1:10.
MOST_BYTES, MOST_RATIO = 200 * 1024 * 1024, 100
#: Below this size the ratio is no danger.
_SMALL = 1024 * 1024
_MERGE = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*\bref="([A-Z0-9:]{3,20})"')
_FORMULA = re.compile(rb"<(?:\w+:)?f[ />]")
_BLOCK = 1024 * 1024
#: Merged ranges beyond this number make no sheet of parcels.
_MOST_MERGES = 100_000


def read_workbook(path: Path) -> list[Sheet]:
    """All worksheets of a workbook (.xlsx, .xlsm).

    Macros, links and charts are not looked at, and nothing is calculated.

    Raises
    ------
    InputUnusable
        It is damaged, or it would unpack to more than is safe.
    """
    check_archive(path)
    with damage_said(lambda reason: _damaged(path, reason)), ExitStack() as books:
        values = _opened(path, books, values=True)
        scans = {sheet.title: _scan(path, sheet._worksheet_path) for sheet in values.worksheets}
        formulas = _opened(path, books, values=False) if any(f for _, f in scans.values()) else None
        sheets = []
        for sheet in values.worksheets:
            merges, has_formulas = scans[sheet.title]
            written = formulas[sheet.title] if formulas is not None and has_formulas else None
            sheets.append(_sheet(sheet, written, merges, path.name))
        return sheets


def check_archive(path: Path) -> None:
    """A workbook has to be a whole zip, to unpack to a size that is safe, and to hold no external entities.

    Raises
    ------
    InputUnusable
        It does not, or it is no workbook at all.
    """
    with damage_said(lambda reason: _damaged(path, reason)), zipfile.ZipFile(path) as archive:
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
                Place(path.name),
            )
        for member in members:
            if not member.filename.endswith((".xml", ".rels")):
                continue
            with archive.open(member) as stream:
                head = stream.read(4096)
            # No office program writes a document type; it is the door of entity bombs.
            if b"<!DOCTYPE" in head or b"<!ENTITY" in head or head[:2] in (b"\xff\xfe", b"\xfe\xff"):
                raise _damaged(path, "DOCTYPE")


def _damaged(path: Path, reason: str) -> InputUnusable:
    return InputUnusable(
        "table.workbook-damaged",
        Text("Excelブックとして読めません", f"cannot be read as an Excel workbook ({reason})"),
        Text("Excelで開き、.xlsx として保存し直してください", "open it in Excel and save it anew as .xlsx"),
        Place(path.name),
    )


def _opened(path: Path, books: ExitStack, *, values: bool) -> Any:
    # Given a path, openpyxl goes by the suffix of its name.
    stream = books.enter_context(path.open("rb"))
    book = openpyxl.load_workbook(stream, read_only=True, data_only=values, keep_links=False)
    books.callback(book.close)
    return book


def _sheet(values: Any, formulas: Any | None, merges: list[tuple[int, int, int, int]], name: str) -> Sheet:
    rows, ended_at, cut = _rows(values, formulas, name)
    by_number = {row.number: row for row in rows}
    wide: dict[tuple[int, int], str] = {}
    down: dict[int, dict[int, Cell]] = {}
    last = rows[-1].number if rows else 0
    for left, top, right, bottom in merges:
        row = by_number.get(top)
        if row is None or left > MOST_COLUMNS:
            continue
        cell = row.cell(left - 1)
        # A row that holds nothing of its own only makes the one above it taller.
        numbers = range(top, min(bottom, last) + 1)
        shared = [number for number in numbers if by_number[number].filled]
        for number in shared if len(shared) > 1 else ():
            down.setdefault(number, {})[left - 1] = cell
        for column in range(left - 1, min(right, MOST_COLUMNS)) if right > left else ():
            wide |= {(number, column): text_of(cell) for number in numbers}
    filled = [_filled(row, down[row.number]) if row.number in down else row for row in rows]
    return Sheet(values.title, tuple(filled), wide, ended_at, cut, values.sheet_state != "visible")


def _filled(row: Row, down: dict[int, Cell]) -> Row:
    width = max(len(row.cells), max(down) + 1)
    cells = [down.get(column, row.cell(column)) for column in range(width)]
    return Row(row.number, tuple(cells), frozenset(down))


def _rows(values: Any, formulas: Any | None, name: str) -> tuple[list[Row], int | None, bool]:
    rows: list[Row] = []
    blank, cut, number = 0, False, 0
    for number, cells in _pairs(values, formulas, name):
        if all(is_blank(cell) for cell in cells):
            blank += 1
        else:
            blank = 0
            cut = cut or any(not is_blank(cell) for cell in cells[MOST_COLUMNS:])
        rows.append(Row(number, cells[:MOST_COLUMNS]))
        if blank >= MOST_BLANK_ROWS:
            return rows[:-blank], number, cut
    return rows, None, cut


def _pairs(values: Any, formulas: Any | None, name: str) -> Iterator[tuple[int, tuple[Cell, ...]]]:
    """Row numbers and cells; a formula without a calculated value becomes `Unusable`."""
    values.reset_dimensions()
    if formulas is None:
        for number, row in enumerate(bounded(values.iter_rows(values_only=True), name, values.title), 1):
            yield number, tuple(map(cell_of, row))
        return
    formulas.reset_dimensions()
    both = zip(
        bounded(values.iter_rows(), name, values.title), formulas.iter_rows(values_only=True), strict=True
    )
    for number, (calculated, written) in enumerate(both, 1):
        yield number, tuple(map(_calculated, calculated, written))


def _calculated(cell: Any, written: Any) -> Cell:
    # The type "str" without a value is a formula whose calculated text is empty.
    if cell.value is None and written not in (None, "") and cell.data_type != "str":
        return Unusable("formula", str(getattr(written, "text", written)))
    return cell_of(cell.value)


def _scan(path: Path, member: str) -> tuple[list[tuple[int, int, int, int]], bool]:
    """Merged ranges (left, top, right, bottom) of a sheet, and whether it holds formulas.

    The streaming reader gives neither, and the other one needs many times the memory.
    """
    merges: list[tuple[int, int, int, int]] = []
    formulas, tail = False, b""
    with zipfile.ZipFile(path) as archive, archive.open(member.lstrip("/")) as stream:
        while block := stream.read(_BLOCK):
            text = tail + block
            formulas = formulas or _FORMULA.search(text) is not None
            end = 0
            for match in _MERGE.finditer(text):
                merges.append(range_boundaries(match[1].decode()))
                end = match.end()
            tail = text[max(end, len(text) - 200) :]
            if len(merges) > _MOST_MERGES:
                raise _damaged(path, "mergeCells")
    return merges, formulas
