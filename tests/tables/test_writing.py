"""Workbooks that people open, filter and print without touching them up first."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook

from kanpo.tables import read_table, write_book, write_csv, write_workbook

HEADERS = ["大字・地番", "面積", "備考"]
ROWS = [["架空沢501", 1200.5, "=1+1"], ["架空沢502", None, "長い文" * 40]]


def test_a_workbook_is_ready_to_read_and_to_print(tmp_path: Path) -> None:
    write_workbook(tmp_path / "t.xlsx", HEADERS, ROWS)
    sheet = load_workbook(tmp_path / "t.xlsx").active
    assert sheet.freeze_panes == "A2" and sheet.auto_filter.ref == "A1:C1"
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.print_title_rows == "$1:$1" and sheet["A1"].font.bold
    assert sheet.column_dimensions["A"].width > 10 and sheet.column_dimensions["C"].width <= 62
    assert sheet["C2"].data_type == "s" and sheet["C3"].alignment.wrap_text and sheet["B2"].value == 1200.5


def test_several_tables_make_several_sheets_that_look_alike(tmp_path: Path) -> None:
    frame = pd.DataFrame({"術": ["甲", "乙"], "mean": [12.3456, 7.0], "p": [0.01, 0.5]})
    write_book(tmp_path / "t.xlsx", [("平均[1]", frame), ("差", frame)])
    book = load_workbook(tmp_path / "t.xlsx")
    assert book.sheetnames == ["平均 1 ", "差"] and {sheet.freeze_panes for sheet in book} == {"A2"}
    assert (book["差"]["B2"].number_format, book["差"]["C2"].number_format) == ("0.00", "0.0000")


@pytest.mark.parametrize("write", [write_csv, write_workbook])
def test_what_is_written_is_read_back(tmp_path: Path, write: object) -> None:
    path = tmp_path / ("t.csv" if write is write_csv else "t.xlsx")
    write(path, ["番号", "値"], [["1-2", "x"], ["3-4", "y,z"]])  # type: ignore[operator]
    table = read_table(path)
    assert table.headers == ("番号", "値") and table.rows == (("1-2", "x"), ("3-4", "y,z"))
