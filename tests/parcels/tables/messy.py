"""Forty sheets as city offices keep them, and what each says in truth.

Places and numbers are made up. A case says of every row below the header whether it is kept (with
its true values), rejected (with its reason) or skipped, so that a wrong value cannot pass in silence.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook

Rows = list[list[Any]]
TSUBO = 400 / 121
HEAD = ["大字", "地番", "地目", "面積(㎡)", "調査年月日"]


@dataclass(frozen=True)
class Case:
    """One sheet. `kept` is row number to true values, `rejected` row number to (code, header)."""

    name: str
    rows: Rows
    kept: dict[int, dict[str, object]] = field(default_factory=dict)
    rejected: dict[int, tuple[str, str]] = field(default_factory=dict)
    skipped: int = 0
    warned: tuple[str, ...] = ()
    merges: tuple[str, ...] = ()
    encoding: str = ""
    delimiter: str = ","
    formats: dict[str, str] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)
    refused: str = ""

    def write(self, folder: Path) -> Path:
        """The file: CSV when there is an encoding, else a workbook."""
        if self.encoding:
            out = io.StringIO()
            csv.writer(out, delimiter=self.delimiter).writerows(self.rows)
            path = folder / "台帳.csv"
            path.write_bytes(out.getvalue().encode(self.encoding))
            return path
        book = Workbook()
        sheet = book.active
        sheet.title = "調査"
        for row in self.rows:
            sheet.append(row)
        for cells in self.merges:
            sheet.merge_cells(cells)
        for cell, number_format in self.formats.items():
            sheet[cell].number_format = number_format
        path = folder / "台帳.xlsx"
        book.save(path)
        return path


def lot(
    place: str, number: str, kind: str | None, area: float | None, day: str | None = None
) -> dict[str, Any]:
    return {"settlement": place, "lot_number": number, "land_type": kind, "registered_area_m2": area, "survey_date": day}  # fmt: skip


A = ["手向", "3-1", "田", 1234, "R6.4.1"]
B = ["手向", "12", "畑", 560, "令和6年4月2日"]
C = ["黒川", "120-3", "原野", 2000.5, "2024/4/3"]
IN_A, IN_B, IN_C = (
    lot("手向", "3-1", "paddy", 1234.0, "2024-04-01"),
    lot("手向", "12", "field", 560.0, "2024-04-02"),
    lot("黒川", "120-3", "other", 2000.5, "2024-04-03"),
)
ALL = {2: IN_A, 3: IN_B, 4: IN_C}


def shifted(by: int) -> dict[int, dict[str, object]]:
    return {row + by: values for row, values in ALL.items()}


CASES = [
    Case("plain workbook", [HEAD, A, B, C], ALL),
    Case("UTF-8", [HEAD, A, B, C], ALL, encoding="utf-8"),
    Case("UTF-8 with BOM", [HEAD, A, B, C], ALL, encoding="utf-8-sig"),
    Case(
        "CP932 with letters that are not in Shift_JIS",
        [[*HEAD, "備考"], [*A, "①髙橋㈱"], [*B, "﨑"], [*C, "～"]],
        ALL,
        encoding="cp932",
    ),
    Case("tabs", [HEAD, A, B, C], ALL, encoding="cp932", delimiter="\t"),
    Case(
        "title rows above the header",
        [["令和6年度 農地利用状況調査"], ["○○市農業委員会"], [], HEAD, A, B, C],
        shifted(3),
        merges=("A1:E1",),
    ),
    Case("title rows in CSV", [["農地台帳", "", "", "", ""], ["", "", "", "", "R6.4.1現在"], HEAD, A, B, C], shifted(2), encoding="cp932"),
    Case(
        "header of two rows, merged",
        [["所在", None, "地目", "面積", None], ["大字", "地番", None, "登記(㎡)", "現況(㎡)"], ["手向", "3-1", "田", 1234, 1200], ["手向", "12", "畑", 560, 1]],
        {3: lot("手向", "3-1", "paddy", 1234.0), 4: lot("手向", "12", "field", 560.0)},
        merges=("A1:B1", "C1:C2", "D1:E1"),
    ),
    Case(
        "header of two rows in CSV",
        [["所在", "", "地目", "面積", "", "調査"], ["大字", "地番", "", "登記(㎡)", "現況(㎡)", "年月日"], ["手向", "3-1", "田", "1,234", "9", "R6.4.1"]],
        {3: IN_A},
        encoding="utf-8-sig",
    ),
    Case("row of units below the header", [["大字", "地番", "地目", "面積", "調査日"], [None, None, None, "(a)", None], ["手向", "3-1", "田", 12.34, "R6.4.1"]], {3: IN_A}),
    Case("row of column numbers below the header", [HEAD, ["(1)", "(2)", "(3)", "(4)", "(5)"], A, B, C], shifted(1)),
    Case(
        "other headers, other order, more columns",
        [["No.", "台帳面積（a）", "現況地目", "所有者氏名", "地　番", "調査実施日", "町・大字名"], [1, 12.34, "田", "甲野", "3-1", "R6.4.1", "手向"]],
        {2: IN_A},
    ),
    Case("full width digits", [HEAD, ["手向", "３－１", "田", "１，２３４", "Ｒ６．４．１"]], {2: {**IN_A, "lot_number": "３－１", "parcel_id": "手向:3-1"}}),
    Case("header with line breaks and blanks", [["大 字", "地\n番", "地 目", "面 積\n（㎡）", "調 査\n年月日"], A, B, C], ALL),
    Case(
        "Japanese dates of every form",
        [HEAD, ["手向", "1", "田", 100, "令和元年5月1日"], ["手向", "2", "田", 100, "H31.4.30"], ["手向", "3", "田", 100, "㋿6年4月1日"], ["手向", "4", "田", 100, "令和六年四月一日"], ["手向", "5", "田", 100, 20240401]],
        {row + 2: lot("手向", str(row + 1), "paddy", 100.0, day) for row, day in enumerate(["2019-05-01", "2019-04-30", "2024-04-01", "2024-04-01", "2024-04-01"])},
    ),
    Case(
        "dates that are not certain",
        [HEAD, ["手向", "1", "田", 100, "6.4.1"], ["手向", "2", "田", 100, "平成31年5月1日"], ["手向", "3", "田", 100, "R6.2.30"], ["手向", "4", "田", 100, 50401], A, ["手向", "5", "田", 100, 45383]],
        {6: IN_A, 7: lot("手向", "5", "paddy", 100.0, "2024-04-01")},
        {2: ("date.no-era", "調査年月日"), 3: ("date.outside-era", "調査年月日"), 4: ("date.no-such-day", "調査年月日"), 5: ("date.number", "調査年月日")},
    ),
    Case(
        "dates typed as dates, shown in Japanese eras",
        [HEAD, ["手向", "3-1", "田", 1234, datetime(2024, 4, 1)], ["手向", "12", "畑", 560, date(2024, 4, 2)]],
        {2: IN_A, 3: IN_B},
        formats={"E2": '[$-411]ggge"年"m"月"d"日"', "E3": "[$-411]ge.m.d"},
    ),
    Case(
        "lot numbers turned into dates",
        [HEAD, ["手向", datetime(2026, 3, 1), "田", 1234, "R6.4.1"], ["手向", datetime(2026, 12, 11), "田", 10, "R6.4.1"], B],
        {4: IN_B},
        {2: ("table.lot-as-date", "地番"), 3: ("table.lot-as-date", "地番")},
        formats={"B2": 'm"月"d"日"'},
    ),
    Case(
        "lot numbers turned into dates, saved as CSV",
        [HEAD, ["手向", "3月1日", "田", 100, ""], ["手向", "1-Mar", "田", 100, ""], ["手向", "Mar-40", "田", 100, ""], ["手向", "2026/3/1", "田", 100, ""], ["手向", "2026-03-01", "田", 100, ""], B],
        {7: IN_B},
        dict.fromkeys(range(2, 7), ("table.lot-as-date", "地番")),
        encoding="cp932",
    ),
    Case(
        "lot numbers turned into day numbers and decimals",
        [HEAD, ["手向", 46082, "田", 10, "R6.4.1"], ["手向", 3.1, "田", 10, "R6.4.1"], A, ["手向", 12, "畑", 560, "R6.4.2"]],
        {4: IN_A, 5: IN_B},
        {2: ("table.lot-as-date", "地番"), 3: ("table.lot-decimal", "地番")},
    ),
    Case("totals", [HEAD, A, B, ["手向 計", None, None, 1794, None], C, ["合 計", "3筆", None, 3794.5, None]], {2: IN_A, 3: IN_B, 5: IN_C}, skipped=2, warned=("table.row-skipped",)),
    Case("total in another column", [HEAD, A, B, C, [None, None, "総計", 3794.5, None]], ALL, skipped=1, warned=("table.row-skipped",)),
    Case("blank rows and a header printed again", [HEAD, A, [], [None, " ", "　"], HEAD, B, C, [], []], {2: IN_A, 6: IN_B, 7: IN_C}, skipped=3),
    Case("notes and an example", [HEAD, ["(例)", "1-1", "田", 100, "R6.4.1"], A, B, C, ["※面積は登記簿による"], ["注)調査員は2名"]], shifted(1), skipped=3, warned=("table.row-skipped",)),
    Case(
        "settlement merged over rows",
        [HEAD, A, [None, *B[1:]], C],
        ALL,
        merges=("A2:A3",),
    ),
    Case(
        "settlement blank below the first in CSV",
        [HEAD, A, ["", *B[1:]], C],
        {2: IN_A, 4: IN_C},
        {3: ("table.settlement-missing", "大字")},
        encoding="cp932",
    ),
    Case("ditto marks", [HEAD, A, ["〃", "12", "畑", 560, "同上"], ["〃", "13", "〃", "〃", "〃"]], {2: IN_A, 3: {**IN_B, "survey_date": "2024-04-01"}}, {4: ("table.area-unreadable", "面積(㎡)")}),
    Case(
        "area merged over rows",
        [HEAD, A, [*B[:3], None, B[4]], C],
        {4: IN_C},
        {2: ("table.merged-value", "面積(㎡)"), 3: ("table.merged-value", "面積(㎡)")},
        merges=("D2:D3",),
    ),
    Case(
        "units in the cells",
        [["大字", "地番", "面積"], ["手向", "1", "12a"], ["手向", "2", "1反2畝"], ["手向", "3", "３００坪"], ["手向", "4", "0.3ha"], ["手向", "5", "1,234㎡"], ["手向", "6", "500"]],
        {row + 2: lot("手向", str(row + 1), None, area) for row, area in enumerate([1200.0, 360 * TSUBO, 300 * TSUBO, 3000.0, 1234.0, 500.0])},
        warned=("table.area-unit-assumed",),
    ),
    Case(
        "units in some cells, small numbers in others",
        [["大字", "地番", "面積"], ["手向", "1", "12a"], ["手向", "2", 5]],
        {2: lot("手向", "1", None, 1200.0), 3: lot("手向", "2", None, None)},
        warned=("table.area-unit-unknown",),
    ),
    Case("unit 反 in the header", [["大字", "地番", "面積［反］"], ["手向", "1", 1.2], ["手向", "2", "1.215"], ["手向", "3", "1反5畝"]], {2: lot("手向", "1", None, 360 * TSUBO), 4: lot("手向", "3", None, 450 * TSUBO)}, {3: ("table.area-old-point", "面積［反］")}),
    Case("unit ha above the table", [["荒廃農地一覧", None, "(単位：筆、ha)"], ["大字", "地番", "面積"], ["手向", "1", 0.12], ["手向", "2", "300㎡"]], {3: lot("手向", "1", None, 1200.0), 4: lot("手向", "2", None, 300.0)}, warned=("table.area-unit-title",)),
    Case("no unit, large numbers", [["大字", "地番", "面積"], ["手向", "1", 1234], ["手向", "2", 560]], {2: lot("手向", "1", None, 1234.0), 3: lot("手向", "2", None, 560.0)}, warned=("table.area-unit-assumed",)),
    Case("no unit, small numbers", [["大字", "地番", "面積"], ["手向", "1", 12.3], ["手向", "2", 5.6]], {2: lot("手向", "1", None, None), 3: lot("手向", "2", None, None)}, warned=("table.area-unit-unknown",)),
    Case("町反畝歩 in columns of their own", [["大字", "地番", "面積", None, None], [None, None, "反", "畝", "歩"], ["手向", "1", 1, 2, 15]], {3: lot("手向", "1", None, None)}, warned=("table.column-twice",), merges=("C1:E1",)),
    Case(
        "classes in words, ticks and codes",
        [["大字", "地番", "遊休農地区分", "A分類", "B分類", "耕作放棄年数"], ["手向", "1", "1号", "○", None, "12年"], ["手向", "2", "２号遊休農地", None, "●", 3], ["手向", "3", "耕作中", None, None, None], ["手向", "4", "1号", "○", "○", 5], ["手向", "5", "不明", None, "?", "約10年"]],
        {
            2: {"idle_class": "1", "devastation_class": "A", "years_abandoned": 12.0},
            3: {"idle_class": "2", "devastation_class": "B", "years_abandoned": 3.0},
            4: {"idle_class": None, "devastation_class": None, "years_abandoned": None},
            6: {"idle_class": None, "devastation_class": None, "years_abandoned": None},
        },
        {5: ("table.two-classes", "A分類")},
        warned=("table.value-unknown",),
    ),
    Case("branch numbers in a column of their own", [["大字", "小字", "本番", "枝番", "荒廃農地区分"], ["手向", "薬師沢", 3, 1, "A分類"], ["手向", "薬師沢", 3, None, "Ｂ"], ["手向", "上", 3, None, ""]], {2: {"lot_number": "3-1", "parcel_id": "手向:薬師沢:3-1", "devastation_class": "A"}, 3: {"lot_number": "3", "devastation_class": "B"}, 4: {"lot_number": "3", "parcel_id": "手向:上:3"}}),
    Case(
        "address and lot in one cell",
        [["市町村名", "所在・地番", "登記面積(㎡)"], ["朝日市", "朝日市羽黒町手向３番地の１", "1,234"], ["朝日市", "朝日市西1条12-3", 560], ["朝日市", "朝日市手向", 10]],
        {2: {"settlement": "羽黒町手向", "lot_number": "3番地の1", "parcel_id": "朝日市:羽黒町手向:3-1", "registered_area_m2": 1234.0}, 3: {"settlement": "西1条", "lot_number": "12-3", "registered_area_m2": 560.0}},
        {4: ("table.lot-missing", "所在・地番")},
    ),
    Case("errors of Excel and formulas without a value", [HEAD, [*A[:3], "#N/A", A[4]], [*B[:3], "=100+1", B[4]], ["手向", "#REF!", "田", 1, None], C], {2: {**IN_A, "registered_area_m2": None}, 5: IN_C}, {3: ("table.formula", "面積(㎡)"), 4: ("table.lot-missing", "地番")}, warned=("table.excel-error",)),
    Case("the same lot twice, several lots in a cell", [HEAD, A, ["大字手向", "3番1", "田", 1234, "R6.4.1"], ["手向", "5、6", "田", 10, None], ["手向", "7外2筆", "田", 10, None], B], {2: IN_A, 6: IN_B}, {3: ("table.lot-repeated", ""), 4: ("table.lot-several", "地番"), 5: ("table.lot-several", "地番")}),
    Case("unquoted thousands in CSV", [HEAD, [*A[:3], "1", "234", "R6.4.1"], B], {3: IN_B}, {2: ("table.row-too-long", "")}, encoding="utf-8"),
    Case("headers that nobody knows, given by the user", [["場所", "何番", "広さ(a)"], ["手向", "3-1", 12.34]], {2: lot("手向", "3-1", None, 1234.0)}, columns={"settlement": "場所", "lot_number": "何番", "registered_area_m2": "広さ(a)"}),
    Case("two tables side by side", [["大字", "地番", "面積(㎡)", None, "大字", "地番", "面積(㎡)"], ["手向", "1", 10, None, "手向", "2", 20]], refused="table.column-twice"),
    Case(
        "rows that only make others taller",
        [HEAD, A, [], B, []],
        {2: IN_A, 4: IN_B},
        skipped=1,
        merges=tuple(f"{letter}{top}:{letter}{top + 1}" for letter in "ABCDE" for top in (2, 4)),
    ),
    Case(
        "blanks inside numbers",
        [HEAD, ["手向", "3-1 3-2", "田", 1, None], ["手向", "4", "田", "1 234", None], ["手向", "5", "田", 1, "R6.4.1 2"], B],
        {5: IN_B},
        {2: ("table.lot-several", "地番"), 3: ("table.area-unreadable", "面積(㎡)"), 4: ("date.unreadable", "調査年月日")},
    ),
    Case("codes of the office's own", [["大字", "地番", "利用状況"], ["手向", "1", 1], ["手向", "2", "1号"]], {2: {"idle_class": None}, 3: {"idle_class": "1"}}, warned=("table.own-code",)),
    Case("a place with a number of its own", [["大字", "地番"], ["第3", 3], ["西1条", "1"]], {2: {"settlement": "第3", "lot_number": "3"}, 3: {"settlement": "西1条", "lot_number": "1"}}),
    Case("place with the lot number in it", [["所在", "地番", "地目"], ["手向字薬師沢3-1", "３−１", "田"]], {2: {"settlement": "手向", "lot_number": "３−１", "parcel_id": "手向:薬師沢:3-1"}}),
    Case("address of the owner beside the place of the lot", [["所在", None, "所有者", None, "面積(㎡)"], ["大字", "地番", "大字", "地番", None], ["手向", "3-1", "黒川", "99", 1234]], {3: lot("手向", "3-1", None, 1234.0)}, merges=("A1:B1", "C1:D1", "E1:E2")),
    Case("area of something else", [["大字", "地番", "荒廃農地", None], [None, None, "面積(㎡)", "分類"], ["手向", "3-1", 50, "A"]], {3: lot("手向", "3-1", None, None)}, merges=("C1:D1",)),
    Case("total named in the middle of a row with a merged place", [HEAD, A, [None, *B[1:]], [None, None, "計", 1794, None]], {2: IN_A, 3: IN_B}, skipped=1, warned=("table.row-skipped",), merges=("A2:A4",)),
    Case("cells that Excel protects", [["大字", "地番", "面積(㎡)"], ["手向", "'3-1", "1,234 ㎡"]], {2: lot("手向", "3-1", None, 1234.0)}),
    Case("protected cells in CSV", [["大字", "地番", "面積(㎡)"], ["手向", '="3-1"', "1,234"]], {2: lot("手向", "3-1", None, 1234.0)}, encoding="cp932"),
    Case("private characters", [["大字", "地番"], ["手\ue000", "1"]], {2: {"settlement": "手\ue000"}}, warned=("table.gaiji",)),
    Case("ares under a header that says m²", [["大字", "地番", "面積(㎡)"], ["手向", "1", 12.3], ["手向", "2", 5.1], ["手向", "3", 8]], {2: {"registered_area_m2": 12.3}, 3: {"registered_area_m2": 5.1}, 4: {"registered_area_m2": 8.0}}, warned=("table.area-small",)),
    Case("the same lot in other spellings", [["大字", "地番"], ["手向", "12"], ["大字手向", "0012"], ["手向", "１２番地"]], {2: {"parcel_id": "手向:12"}}, {3: ("table.lot-repeated", ""), 4: ("table.lot-repeated", "")}),
    Case("title of two cells", [["大字別地番一覧", "令和6年"], ["大字", "地番", "備考"], ["手向", "1", "計"], ["計根", "2", "合計"], ["計", None, 3]], {3: {"settlement": "手向"}, 4: {"settlement": "計根"}}, skipped=1, warned=("table.row-skipped",)),
    Case("header of three rows", [["農地", None, None, "面積", None], ["所在", None, None, "登記", None], ["大字", "字", "地番", "㎡", "a"], ["手向", "上", "3", 1200, 12]], {4: lot("手向", "3", None, None)}, merges=("A1:C1", "A2:C2", "D1:E1", "D2:E2")),
    Case("semicolons, areas with commas", [["大字", "地番", "面積(㎡)"], ["手向", "1", "1,234"]], {2: lot("手向", "1", None, 1234.0)}, encoding="cp932", delimiter=";"),
]  # fmt: skip
