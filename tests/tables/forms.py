"""One table in every form in which offices, laboratories and programs send it."""

from __future__ import annotations

import csv
import datetime
import io
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook

Rows = Sequence[Sequence[str]]
_WIDE = {ord(c): ord(c) + 0xFEE0 for c in map(chr, range(0x21, 0x7F)) if c not in '",'}
_TITLE = ["試験の表 2025"]


def text(rows: Rows, delimiter: str = ",") -> str:
    """The rows as a CSV."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return out.getvalue()


def typed(cell: str) -> object:
    """A cell as Excel takes it when it is typed: numbers and days are no texts."""
    if re.fullmatch(r"-?(?:0|[1-9]\d*)(?:\.\d+)?", cell) and len(cell) < 15:
        return float(cell)
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", cell):
        return datetime.date.fromisoformat(cell)
    return cell


def _texts(encoding: str, delimiter: str, bom: bytes = b"") -> Callable[[Path, Rows], None]:
    def write(path: Path, rows: Rows) -> None:
        path.write_bytes(bom + text(rows, delimiter).encode(encoding))

    return write


def _changed(change: Callable[[Rows], Rows]) -> Callable[[Path, Rows], None]:
    return lambda path, rows: _texts("utf-8-sig", ",")(path, change(rows))


def _book(fill: Callable[[Any, Rows], None]) -> Callable[[Path, Rows], None]:
    def write(path: Path, rows: Rows) -> None:
        book = Workbook()
        fill(book, rows)
        with path.open("wb") as out:
            book.save(out)

    return write


def _plain(book: Any, rows: Rows) -> None:
    for row in rows:
        book.active.append([cell or None for cell in row])


def _numbers(book: Any, rows: Rows) -> None:
    for row in rows:
        book.active.append([typed(cell) if cell else None for cell in row])


def _titled(book: Any, rows: Rows) -> None:
    _numbers(book, [_TITLE, [], ["2025-11-30 作成"], *rows])
    book.active.merge_cells("A1:C1")


def _far_down(book: Any, rows: Rows) -> None:
    _numbers(book, [_TITLE, *[[f"調査の要領 その{n}"] for n in range(1, 19)], [], *rows])


def _ended(book: Any, rows: Rows) -> None:
    _numbers(book, [*rows, [], ["※ 数値は速報です"], ["(注) 転載しないでください"]])


def _totalled(book: Any, rows: Rows) -> None:
    width = len(rows[0])
    _numbers(book, [*rows, ["合計", *[""] * (width - 2), "99"], ["平均", *[""] * (width - 2), "9"]])


def _to_the_right(book: Any, rows: Rows) -> None:
    _numbers(book, [_TITLE, *[["", "", *row] for row in rows]])


def _hidden_first(book: Any, rows: Rows) -> None:
    _plain(book, [rows[0], *[["古い", *row[1:]] for row in rows[1:]]])
    book.active.sheet_state = "hidden"
    book.active = 1 if book.create_sheet("今年") else 0
    _numbers(book, rows)


def _several(book: Any, rows: Rows) -> None:
    _plain(book, [["この表について"], ["担当: 農政課"]])
    book.create_sheet("空")
    book.create_sheet("表")
    book.active = 2
    _numbers(book, rows)
    book.active = 0


def _stacked(book: Any, rows: Rows) -> None:
    """The first header over two rows, the others under one that spans them."""
    head, *body = rows
    _numbers(book, [[head[0], "まとめ"], ["", *head[1:]], *body])
    book.active.merge_cells("A1:A2")
    if len(head) > 2:
        book.active.merge_cells(start_row=1, start_column=2, end_row=1, end_column=len(head))


def _old(path: Path, rows: Rows) -> None:
    import xlwt

    book = xlwt.Workbook()
    sheet = book.add_sheet("表")
    day = xlwt.easyxf(num_format_str="yyyy/m/d")
    for at, row in enumerate(rows):
        for column, cell in enumerate(row):
            value = typed(cell)
            if value != "":
                sheet.write(at, column, value, *([day] if isinstance(value, datetime.date) else []))
    book.save(str(path))


def _formulas(book: Any, rows: Rows) -> None:
    """Nothing: a workbook whose page set-up, colours and comments say more than its cells."""
    from openpyxl.comments import Comment

    _numbers(book, rows)
    book.active["A1"].comment = Comment("必須", "農政課")
    book.active.freeze_panes = "B2"


#: Name of a file (its ending is what people give it, not what it is) to how it is written.
FORMS: dict[str, Callable[[Path, Rows], None]] = {
    "utf8.csv": _texts("utf-8", ","),
    "bom.csv": _texts("utf-8-sig", ","),
    "cp932.csv": _texts("cp932", ","),
    "tab.csv": _texts("utf-8-sig", "\t"),
    "tabs.tsv": _texts("utf-8", "\t"),
    "semi.csv": _texts("utf-8-sig", ";"),
    "utf16.txt": _texts("utf-16-le", "\t", b"\xff\xfe"),
    "utf16be.txt": _texts("utf-16-be", "\t", b"\xfe\xff"),
    "utf16-without.csv": _texts("utf-16-le", ","),
    "utf16be-without.csv": _texts("utf-16-be", ","),
    "title.csv": _changed(lambda rows: [_TITLE + [""] * (len(rows[0]) - 1), *rows]),
    "blankend.csv": _changed(lambda rows: [*rows, [""] * len(rows[0]), [""] * len(rows[0])]),
    "wide.csv": _changed(lambda rows: [[cell.translate(_WIDE) for cell in rows[0]], *rows[1:]]),
    "left.csv": _changed(lambda rows: [["", *row] for row in rows]),
    "again.csv": _changed(lambda rows: [*rows[:2], rows[0], *rows[2:]]),
    "quoted.csv": _changed(lambda rows: [rows[0], *[[f'="{row[0]}"', *row[1:]] for row in rows[1:]]]),
    "note.csv": _changed(lambda rows: [*rows, [], ["※ 数値は速報です"]]),
    "text.xlsx": _book(_plain),
    "numbers.xlsx": _book(_numbers),
    "title.xlsx": _book(_titled),
    "row20.xlsx": _book(_far_down),
    "notes.xlsx": _book(_ended),
    "totals.xlsx": _book(_totalled),
    "left.xlsx": _book(_to_the_right),
    "hidden.xlsx": _book(_hidden_first),
    "sheets.xlsx": _book(_several),
    "stacked.xlsx": _book(_stacked),
    "dressed.xlsm": _book(_formulas),
    "old.xls": _old,
    "misnamed-xlsx.xls": _book(_numbers),
    "misnamed-xlsx.csv": _book(_numbers),
    "misnamed-old.xlsx": _old,
}
