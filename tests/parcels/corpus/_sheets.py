"""Office tables through the command: what `tests.parcels.tables.messy` shows of the reader, to the end."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from tests.parcels.corpus._case import Case, refused

Rows = list[list[Any]]
Write = Callable[[Path], object]
HEAD = ["大字", "地番", "地目", "面積(㎡)", "荒廃農地区分", "調査年月日"]
A = ["手向", "3-1", "田", 1234, "A分類", "R7.8.1"]
B = ["手向", "12", "畑", 560, "B分類", "令和7年8月2日"]
C = ["黒川", "120-3", "畑", 2000.5, "", "2025/8/3"]
IN_A = {"lot_number": "3-1", "land_type": "paddy", "registered_area_m2": 1234.0, "devastation_class": "A", "survey_date": "2025-08-01"}  # fmt: skip
IN_B = {"lot_number": "12", "land_type": "field", "registered_area_m2": 560.0, "devastation_class": "B", "survey_date": "2025-08-02"}  # fmt: skip
IN_C = {"lot_number": "120-3", "registered_area_m2": 2000.5, "devastation_class": None, "survey_date": "2025-08-03"}  # fmt: skip
ALL = {"手向:3-1": IN_A, "手向:12": IN_B, "黒川:120-3": IN_C}
TSUBO = 400 / 121


def text(rows: Rows, encoding: str = "cp932", delimiter: str = ",") -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue().encode(encoding)


def book(rows: Rows, *merges: str, more: tuple[str, ...] = (), hidden: tuple[str, ...] = ()) -> Write:
    """A workbook; `more` are further sheets with the same rows, `hidden` ones that are not shown."""

    def write(path: Path) -> None:
        made = Workbook()
        sheet = made.active
        sheet.title = "調査"
        for row in rows:
            sheet.append(row)
        for cells in merges:
            sheet.merge_cells(cells)
        for name in (*more, *hidden):
            other = made.create_sheet(name)
            for row in rows:
                other.append(row)
            other.sheet_state = "hidden" if name in hidden else "visible"
        made.save(path)

    return write


def areas(*written: object, header: str = "面積") -> Rows:
    return [
        ["大字", "地番", header],
        *(["手向", str(number), area] for number, area in enumerate(written, 1)),
    ]


def read_as(*areas_m2: float | None) -> dict[str, dict[str, object]]:
    return {f"手向:{number}": {"registered_area_m2": area} for number, area in enumerate(areas_m2, 1)}


KEPT = [
    Case("sheet", "台帳.xlsx", book([HEAD, A, B, C]), 0, (3, 3, 0, 0), holds=ALL),
    Case("sheet under another name", "台帳.dat", book([HEAD, A, B, C]), 0, (3, 3, 0, 0), holds=ALL),
    Case("CSV in CP932", "台帳.csv", text([HEAD, A, B, C]), 0, (3, 3, 0, 0), holds=ALL),
    Case("CSV in UTF-8 with BOM", "台帳.csv", text([HEAD, A, B, C], "utf-8-sig"), 0, (3, 3, 0, 0), holds=ALL),
    Case("CSV with letters that only CP932 has", "台帳.csv", text([HEAD, ["①髙橋㈱", *A[1:]]]), 0, (1, 1, 0, 0), holds={"1髙橋(株):3-1": {"settlement": "①髙橋㈱"}}),
    Case("CSV in UTF-16", "台帳.csv", text([HEAD, A, B, C], "utf-16"), 0, (3, 3, 0, 0), holds=ALL),
    Case("text with tabs", "台帳.txt", text([HEAD, A, B, C], delimiter="\t"), 0, (3, 3, 0, 0), holds=ALL),
    Case("title rows, merged", "台帳.xlsx", book([["令和7年度 利用状況調査"], ["架空市農業委員会"], [], HEAD, A, B, C], "A1:F1", "A2:F2"), 0, (3, 3, 0, 0), holds=ALL),
    Case("header of two rows, merged", "台帳.xlsx", book([["所在", None, "面積", None], ["大字", "地番", "登記(㎡)", "現況(㎡)"], ["手向", "1", 1234, 9]], "A1:B1", "C1:D1"), 0, (1, 1, 0, 0), holds=read_as(1234.0)),
    Case("settlement merged over rows", "台帳.xlsx", book([HEAD, A, [None, *B[1:]], C], "A2:A3"), 0, (3, 3, 0, 0), holds=ALL),
    Case("totals", "台帳.xlsx", book([HEAD, A, B, ["小計", None, None, 1794], C, ["合 計", None, None, 3794.5]]), 0, (3, 3, 0, 0), "table.row-skipped", "[調査]シート", holds=ALL),
    Case("blank rows, and the header printed again", "台帳.xlsx", book([HEAD, A, [], [None, " ", "　"], HEAD, B, C, []]), 0, (3, 3, 0, 0), holds=ALL),
    Case("full-width digits", "台帳.xlsx", book([HEAD, ["手向", "３－１", "田", "１，２３４", "Ａ分類", "Ｒ７．８．１"]]), 0, (1, 1, 0, 0), holds={"手向:3-1": IN_A | {"lot_number": "３－１"}}),
    Case("Japanese eras in many spellings", "台帳.xlsx", book([["大字", "地番", "調査年月日"], *(["手向", str(number), day] for number, day in enumerate(["令和元年5月1日", "H31.4.30", "㋿7年8月1日", "令和七年八月一日", 20250801, datetime(2025, 8, 1)], 1))]), 0, (6, 6, 0, 0), holds={f"手向:{number}": {"survey_date": day} for number, day in enumerate(["2019-05-01", "2019-04-30", *["2025-08-01"] * 4], 1)}),
    Case("㎡, a, ha, 反, 畝 and 坪 in the cells", "台帳.xlsx", book(areas("1,234㎡", "12a", "0.3ha", "1反2畝", "300坪")), 0, (5, 5, 0, 0), holds=read_as(1234.0, 1200.0, 3000.0, 360 * TSUBO, 300 * TSUBO)),
    Case("a in the header", "台帳.csv", text(areas("12.34", header="面積(a)")), 0, (1, 1, 0, 0), holds=read_as(1234.0)),
    Case("area without a unit, too small to be m²", "台帳.xlsx", book(areas(12.3, 5.6)), 0, (2, 2, 0, 0), "table.area-unit-unknown", "列「面積」", holds=read_as(None, None)),
    Case("formulas without a value beside, and #N/A", "台帳.xlsx", book([HEAD, [*A[:3], "#N/A", *A[4:]], [*B[:3], "=500+60", *B[4:]], C]), 1, (3, 2, 0, 1), "table.formula", "[調査]シート 3行目 列「面積(㎡)」", also=("table.excel-error",), holds={"手向:3-1": IN_A | {"registered_area_m2": None}, "黒川:120-3": IN_C}),
    Case("headers that nobody knows, given by the user", "台帳.xlsx", book([["場所", "何番", "広さ(a)"], ["手向", "1", 12.34]]), 0, (1, 1, 0, 0), options=("--map", "settlement=場所", "--map", "lot_number=何番", "--map", "registered_area_m2=広さ(a)"), holds=read_as(1234.0)),
    Case("a comma at the end of every row", "台帳.csv", "大字,地番,面積(㎡),備考\r\n手向,1,870,,\r\n手向,2,560,済,\r\n".encode("cp932"), 0, (2, 2, 0, 0), holds=read_as(870.0, 560.0)),
    Case("cells that would be formulas", "台帳.csv", text([[*HEAD, "備考"], [*A, "=HYPERLINK(1)"], [*B, "@SUM(1)"]]), 0, (2, 2, 0, 0), holds={"手向:3-1": IN_A, "手向:12": IN_B}),
    Case("two sheets, one chosen", "台帳.xlsx", book([HEAD, A, B, C], more=("控え",)), 0, (3, 3, 0, 0), options=("--sheet", "調査"), holds=ALL),
    Case("hidden sheet beside", "台帳.xlsx", book([HEAD, A, B, C], hidden=("控え",)), 0, (3, 3, 0, 0), "table.hidden-sheet", "控え", holds=ALL),
    Case("places of the lots, latitude first", "台帳.csv", text([["大字", "地番", "緯度", "経度"], ["手向", "1", "38.72", "139.82"]]), 0, (1, 1, 0, 0), holds={"手向:1": {"source_row": 2}}),
]  # fmt: skip

SENT_BACK = [
    Case("lot numbers turned into dates", "台帳.xlsx", book([HEAD, ["手向", datetime(2026, 3, 1), *A[2:]], B]), 1, (2, 1, 0, 1), "table.lot-as-date", "台帳.xlsx [調査]シート 2行目 列「地番」", holds={"手向:12": IN_B}, says=("「3-1」",)),
    Case("lot numbers turned into dates, saved as CSV", "台帳.csv", text([HEAD, A, ["手向", "3月1日", *A[2:]], ["手向", "1-Mar", *A[2:]]]), 1, (3, 1, 0, 2), "table.lot-as-date", "台帳.csv 3行目 列「地番」 値「3月1日」", holds={"手向:3-1": IN_A}),
    Case("lot twice", "台帳.csv", text([HEAD, A, B, ["大字手向", "３番１", *A[2:]]]), 1, (3, 2, 0, 1), "table.lot-repeated", "台帳.csv 4行目", holds={"手向:3-1": IN_A}),
    Case("date without an era", "台帳.csv", text([HEAD, A, [*B[:5], "7.8.2"]]), 1, (2, 1, 0, 1), "date.no-era", "3行目 列「調査年月日」 値「7.8.2」", holds={"手向:3-1": IN_A}),
    Case("day that is not in the calendar", "台帳.csv", text([HEAD, [*A[:5], "R7.2.30"], B]), 1, (2, 1, 0, 1), "date.no-such-day", "2行目 列「調査年月日」 値「R7.2.30」", holds={"手向:12": IN_B}),
    Case("area in words", "台帳.xlsx", book([["架空市"], HEAD, A, [*B[:3], "たくさん", *B[4:]]]), 1, (2, 1, 0, 1), "table.area-unreadable", "[調査]シート 4行目 列「面積(㎡)」 値「たくさん」", holds={"手向:3-1": IN_A}),
    Case("area in words, all or nothing", "台帳.xlsx", book([HEAD, A, [*B[:3], "たくさん", *B[4:]]]), 3, None, "table.area-unreadable", "[調査]シート 3行目 列「面積(㎡)」 値「たくさん」", also=("ingest.strict",), options=("--strict",)),
    Case("area in words under a header with line breaks", "台帳.xlsx", book([["大字", "地番", "面 積\n（㎡）"], ["手向", "1", "たくさん"], ["手向", "2", 560]]), 1, (2, 1, 0, 1), "table.area-unreadable", "2行目 列「面 積 （㎡）」", holds={"手向:2": {"registered_area_m2": 560.0}}),
    Case("thousands without quotes", "台帳.csv", "\r\n".join([",".join(HEAD), "手向,3-1,田,1,234,A分類,R7.8.1", "手向,12,畑,560,B分類,R7.8.2"]).encode("cp932"), 1, (2, 1, 0, 1), "table.row-too-long", "2行目", holds={"手向:12": IN_B}),
    Case("thousands without quotes, the last column blank", "台帳.csv", "大字,地番,面積(㎡),備考\r\n手向,1,1,234,\r\n手向,2,560,\r\n".encode("cp932"), 1, (2, 1, 0, 1), "table.row-too-long", "2行目", holds={"手向:2": {"registered_area_m2": 560.0}}),
    Case("several lots in a cell", "台帳.csv", text([HEAD, ["手向", "5、6", *A[2:]], ["手向", "7外2筆", *A[2:]], B]), 1, (3, 1, 0, 2), "table.lot-several", "2行目 列「地番」 値「5、6」", holds={"手向:12": IN_B}),
    Case("settlement blank below the first", "台帳.csv", text([HEAD, A, ["", *B[1:]], C]), 1, (3, 2, 0, 1), "table.settlement-missing", "3行目 列「大字」", holds={"手向:3-1": IN_A, "黒川:120-3": IN_C}),
    refused("two sheets", "台帳.xlsx", book([HEAD, A], more=("控え",)), "table.several-sheets", says=("--sheet", "控え")),
    refused("two tables side by side", "台帳.xlsx", book([[*HEAD[:2], None, *HEAD[:2]], ["手向", "1", None, "手向", "2"]]), "table.column-twice"),
    refused("header only", "台帳.csv", text([HEAD]), "table.no-rows"),
    refused("letter, no table", "台帳.csv", "前略\r\n台帳を送ります。\r\n".encode("cp932"), "table.no-header"),
    refused("lots without a settlement", "台帳.csv", text([["地番", "面積(㎡)"], ["1", 10]]), "table.no-settlement"),
    refused("CSV in UTF-32", "台帳.csv", text([HEAD, A], "utf-32"), "table.encoding"),
    refused("quote that is not closed", "台帳.csv", text([HEAD, A]).replace("田".encode("cp932"), '"田'.encode("cp932")), "table.quotes"),
    refused("workbook of before 2007", "台帳.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "table.old-workbook", says=(".xlsx",)),
    refused("web page named .xls", "台帳.xls", "<html><table><tr><td>大字</td></tr></table></html>", "file.html", says=(".xlsx",)),
    refused("workbook cut short", "台帳.xlsx", lambda path: (book([HEAD, A])(path), path.write_bytes(path.read_bytes()[:3000])), "table.workbook-damaged", says=("Excel",)),
]  # fmt: skip

CASES = [*KEPT, *SENT_BACK]
