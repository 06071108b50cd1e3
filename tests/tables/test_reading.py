"""What a table file may be, and how what it cannot be is said: place, reason and mend."""

from __future__ import annotations

import zipfile
from datetime import datetime
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.drawing.image import Image
from PIL import Image as Picture

from kanpo.errors import InputUnusable, UsageError
from kanpo.tables import Sheet, Unusable, named, read_sheets, read_table, spelled
from tests.tables.forms import FORMS

ROWS = [["herb", "day", "kg"], ["当帰", "2024-07-01", "12"], ["芍薬", "2024-07-02", "1.5"]]
KNOWN = named(["herb", "day", "kg"])


def saved(path: Path, *rows: list[object], title: str = "表") -> Path:
    book = Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def refused(path: Path, content: bytes | str) -> InputUnusable:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(InputUnusable) as caught:
        read_table(path)
    assert caught.value.mend.ja and caught.value.mend.en and caught.value.place.file
    return caught.value


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_cells(tmp_path: Path, form: str) -> None:
    path = tmp_path / f"t.{form}"
    FORMS[form](path, ROWS)
    table = read_table(path, recognise=KNOWN)
    assert [KNOWN(header) for header in table.headers] == ROWS[0]
    assert list(table.rows) == [tuple(row) for row in ROWS[1:]]


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (b"", "file.empty", "空のファイル"),
        (b" \r\n,,\r\n", "table.empty", "見出し行"),
        (b"%PDF-1.7 \n", "file.pdf", "PDF"),
        (b"<html><body><table></table></body></html>", "file.html", "HTML"),
        (b"\xef\xbb\xbf  <?xml version='1.0'?><Workbook/>", "table.old-workbook", "HTML"),
        (b"PK\x03\x04 broken", "table.workbook-damaged", "Excelブック"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "table.old-workbook", "Excelブックではありません"),
        (b"\xd0\xcf\x11\xe0" + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "table.old-workbook", "パスワード"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(200)), "file.picture", "画像"),
        ('a,b\n1,"2\n3,4\n', "table.quotes", "引用符"),
        ("a,b\n1,2\n3;4\n5,6\n", "table.two-delimiters", "区切り"),
        ("a,b\n1," + "x" * 200_000 + "\n", "table.cells", "表として"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_said(tmp_path: Path, content: bytes | str, code: str, words: str) -> None:
    error = refused(tmp_path / "t.csv", content)
    assert error.code == code and words in error.what.ja


def test_the_line_of_a_quotation_mark_that_is_left_open_is_where_it_opens(tmp_path: Path) -> None:
    assert refused(tmp_path / "t.csv", 'a,b\n1,2\n3,"4\n5,6\n7,8\n').place.line == 3


def test_a_folder_and_a_missing_file_are_told_apart(tmp_path: Path) -> None:
    for path, code in ((tmp_path, "file.folder"), (tmp_path / "none.csv", "table.missing")):
        with pytest.raises(InputUnusable) as caught:
            read_sheets(path)
        assert caught.value.code == code


def test_a_zip_of_files_and_a_sheet_of_pictures_are_named(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "t.xlsx", "w") as archive:
        archive.writestr("表.csv", "a,b\n")
    with pytest.raises(InputUnusable, match="zip"):
        read_table(tmp_path / "t.xlsx")
    Picture.new("RGB", (9, 9)).save(tmp_path / "p.png")
    book = Workbook()
    book.active.add_image(Image(tmp_path / "p.png"), "A1")
    book.save(tmp_path / "p.xlsx")
    with pytest.raises(InputUnusable) as caught:
        read_table(tmp_path / "p.xlsx")
    assert caught.value.code == "table.pictures"


def test_two_headers_that_mean_the_same_are_not_chosen_between(tmp_path: Path) -> None:
    recognise = spelled({"kg": ["kg", "収量"], "herb": ["herb"]})
    (tmp_path / "t.csv").write_text("herb,kg,収量\n当帰,1,2\n", encoding="utf-8")
    with pytest.raises(InputUnusable) as caught:
        read_table(tmp_path / "t.csv", recognise=recognise).refuse_doubles(recognise)
    assert caught.value.code == "table.header-twice" and "C列" in caught.value.what.ja
    (tmp_path / "t.csv").write_text("herb,kg,収量\n当帰,1,1\n", encoding="utf-8")
    assert read_table(tmp_path / "t.csv", recognise=recognise).positions(recognise)["herb"] == 0


def test_cells_of_a_workbook_say_what_a_person_sees(tmp_path: Path) -> None:
    head: list[object] = ["a", "b", "c", "d", "e", "f"]
    path = saved(tmp_path / "t.xlsx", head, [12.0, 0.5, datetime(2024, 7, 1), datetime(2024, 7, 1, 13, 5), True, "#N/A"])  # fmt: skip
    assert read_table(path).rows == (("12", "0.5", "2024-07-01", "2024-07-01 13:05", "TRUE", "#N/A"),)


def test_a_formula_without_a_value_makes_its_row_unusable(tmp_path: Path) -> None:
    table = read_table(saved(tmp_path / "t.xlsx", ["a", "b"], [1, "=A2+1"], [3, 4]))
    assert list(table.unusable) == [0] and table.unusable[0][0].place.row == 2
    sheet: Sheet = read_sheets(tmp_path / "t.xlsx")[0]
    assert sheet.rows[1].cells[1] == Unusable("formula", "=A2+1")


def test_a_comma_too_many_makes_its_row_unusable(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,b\n1,1,200\n2,3\n", encoding="utf-8")
    table = read_table(tmp_path / "t.csv")
    assert table.unusable[0][0].code == "table.row-length" and table.sound().rows == (("2", "3"),)


def test_of_several_sheets_the_best_is_read_and_the_others_are_named(tmp_path: Path) -> None:
    book = Workbook()
    for name, rows in {"A": ROWS[:2], "B": ROWS, "C": [["メモ"], ["x"]]}.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(tmp_path / "t.xlsx")
    table = read_table(tmp_path / "t.xlsx", recognise=KNOWN)
    assert table.sheet == "A" and [problem.place.sheet for problem in table.problems] == ["B"]
    assert len(read_table(tmp_path / "t.xlsx", recognise=KNOWN, sheet="B").rows) == 2
    with pytest.raises(UsageError, match="A"):
        read_table(tmp_path / "t.xlsx", sheet="Z")


def test_a_row_of_units_is_no_data_and_row_numbers_are_those_of_the_sheet(tmp_path: Path) -> None:
    path = saved(tmp_path / "t.xlsx", ["題"], [], ["herb", "day", "kg"], ["", "", "(kg)"], ["当帰", "x", 1], [], ["芍薬", "y", 2])  # fmt: skip
    table = read_table(path, recognise=KNOWN)
    assert table.numbers == (5, 7) and table.headers == ("herb", "day", "kg")


def test_a_name_that_is_wrong_does_not_hide_the_header(tmp_path: Path) -> None:
    path = saved(tmp_path / "t.xlsx", ["2025年の試験"], ["sample", "a", "b"], ["S1", 1, 2], ["S2", 3, 4])
    assert read_table(path, recognise=named(["typo"])).headers == ("sample", "a", "b")
