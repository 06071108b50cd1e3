"""Tables of city offices: what is imported is right, and what is not certain is said."""

from __future__ import annotations

import json
import math
import tempfile
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from kanpo.errors import InputUnusable, KanpoError, Severity, UsageError
from kanpo.parcels.sources._register import REGISTER
from kanpo.parcels.tables import OfficeTable, read_office_table
from kanpo.parcels.tables._lot import lot_problem, split_address
from tests.parcels.tables.messy import ALL, CASES, HEAD, A, B, C, Case


def same(found: object, true: object) -> bool:
    if true is None:
        return found is None or (isinstance(found, float) and math.isnan(found))
    if isinstance(true, float):
        return isinstance(found, float) and math.isclose(found, true, rel_tol=1e-12)
    return found == true


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_messy_sheet_is_read_right_or_its_rows_are_named(case: Case, tmp_path: Path) -> None:
    path = case.write(tmp_path)
    if case.refused:
        with pytest.raises(InputUnusable) as caught:
            read_office_table(path, columns=case.columns)
        assert caught.value.code == case.refused
        return
    table = read_office_table(path, columns=case.columns)
    rows = {int(row["source_row"]): row for row in table.rows.to_dict("records")}
    assert set(rows) == set(case.kept)
    wrong = [
        (number, column, rows[number][column], true)
        for number, values in case.kept.items()
        for column, true in values.items()
        if not same(rows[number][column], true)
    ]
    assert not wrong
    assert {found.row for found in table.rejected} == set(case.rejected)
    for found in table.rejected:
        code, header = case.rejected[found.row]
        problem = next(problem for problem in found.problems if problem.code == code)
        assert problem.place.row == found.row and (problem.place.column or "") == header
        assert problem.place.file == path.name and problem.mend.ja
    assert table.skipped == case.skipped
    assert table.read == table.kept + len(table.rejected) + table.skipped
    warnings = {found.code for found in table.problems if found.severity is Severity.WARNING}
    assert warnings == set(case.warned)


def test_there_are_forty_sheets() -> None:
    assert len(CASES) >= 40


def written(folder: Path, rows: list[list[object]]) -> Path:
    return Case("", rows).write(folder)


def test_the_original_cells_are_kept_as_they_were(tmp_path: Path) -> None:
    table = read_office_table(written(tmp_path, [[*HEAD, "備考"], [*A, "①髙橋㈱"], [*B, "=x"]]))
    assert json.loads(table.rows["attributes"][0]) == {**dict(zip(HEAD, A, strict=True)), "備考": "①髙橋㈱"}


def test_a_rejected_row_keeps_its_cells(tmp_path: Path) -> None:
    table = read_office_table(written(tmp_path, [HEAD, ["手向", "3-1", "田", 1234, "6.4.1"]]))
    assert table.rejected[0].cells["調査年月日"] == "6.4.1"
    assert table.kept == 0


def test_the_mend_offers_the_lot_number_that_became_a_date(tmp_path: Path) -> None:
    case = next(case for case in CASES if case.name == "lot numbers turned into dates")
    table = read_office_table(case.write(tmp_path))
    assert "「3-1」" in table.rejected[0].problems[0].mend.ja
    assert "「12-11」" in table.rejected[1].problems[0].mend.ja


def test_the_mapping_can_be_given_again(tmp_path: Path) -> None:
    path = written(tmp_path, [HEAD, A, B, C])
    first = read_office_table(path)
    assert first.mapping == {
        "settlement": "大字",
        "lot_number": "地番",
        "land_type": "地目",
        "registered_area_m2": "面積(㎡)",
        "survey_date": "調査年月日",
    }
    again = read_office_table(path, columns=first.mapping)
    assert again.rows.equals(first.rows) and again.mapping == first.mapping


def test_a_title_is_no_part_of_the_names_of_columns(tmp_path: Path) -> None:
    table = read_office_table(written(tmp_path, [["大字別一覧", "令和6年"], ["大字", "地番"], ["手向", "1"]]))
    assert table.mapping == {"settlement": "大字", "lot_number": "地番"} and table.header_row == 2


def test_a_column_is_given_by_its_letter_and_taken_out_by_nothing(tmp_path: Path) -> None:
    path = written(tmp_path, [[*HEAD, "広さ㎡"], [*A, 77]])
    table = read_office_table(path, columns={"registered_area_m2": "F列", "survey_date": ""})
    assert table.mapping["registered_area_m2"] == "広さ㎡"
    assert table.rows["survey_date"][0] is None


def test_a_header_or_column_that_is_not_there_is_said(tmp_path: Path) -> None:
    path = written(tmp_path, [HEAD, A])
    for columns, code in (
        ({"lot_number": "番地"}, "table.no-such-header"),
        ({"lot": "地番"}, "table.no-such-column"),
    ):
        with pytest.raises(UsageError) as caught:
            read_office_table(path, columns=columns)
        assert caught.value.code == code


def test_coordinates_and_codes_of_municipalities(tmp_path: Path) -> None:
    head = ["市町村コード", "大字", "地番", "経度", "緯度"]
    rows = [
        [62031, "手向", "1", 139.8, 38.7],
        ["062031", "手向", "2", 38.7, 139.8],
        [6203, "手向", "3", None, None],
    ]
    table = read_office_table(written(tmp_path, [head, *rows]))
    assert list(table.rows["municipality_code"]) == ["06203"] * 3
    assert table.rows["parcel_id"][0] == "06203:手向:1"
    assert table.rows["longitude"][0] == 139.8 and math.isnan(table.rows["longitude"][1])
    assert {found.place.column for found in table.problems} == {"経度", "緯度"}


def test_a_formula_with_a_calculated_value_is_that_value(tmp_path: Path) -> None:
    path = written(tmp_path, [HEAD, [*A[:3], "=1000+234", A[4]]])
    _set_cached(path, "<v></v>", "<v>1234</v>")
    table = read_office_table(path)
    assert table.rows["registered_area_m2"][0] == 1234.0


def _set_cached(path: Path, old: str, new: str) -> None:
    """Put a calculated value beside the formula, as Excel does."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    name = "xl/worksheets/sheet1.xml"
    text = members[name].decode().replace("<v />", "<v></v>")
    assert old in text
    members[name] = text.replace(old, new).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in members.items():
            archive.writestr(member, content)


def two_sheets(folder: Path, *, hidden: bool) -> Path:
    book = Workbook()
    first = book.active
    second = book.create_sheet("黒川")
    first.title = "手向"
    for sheet, row in ((first, A), (second, C)):
        sheet.append(HEAD)
        sheet.append(row)
    if hidden:
        second.sheet_state = "hidden"
    book.save(folder / "二枚.xlsx")
    return folder / "二枚.xlsx"


def test_of_several_sheets_none_is_guessed(tmp_path: Path) -> None:
    path = two_sheets(tmp_path, hidden=False)
    with pytest.raises(InputUnusable) as caught:
        read_office_table(path)
    assert caught.value.code == "table.several-sheets" and "黒川" in caught.value.mend.ja
    assert read_office_table(path, sheet="黒川").rows["lot_number"][0] == "120-3"
    with pytest.raises(InputUnusable):
        read_office_table(path, sheet="なし")


def test_a_hidden_sheet_is_not_read_and_said(tmp_path: Path) -> None:
    table = read_office_table(two_sheets(tmp_path, hidden=True))
    assert table.sheet == "手向"
    assert [found.code for found in table.problems] == ["table.hidden-sheet"]


def test_reading_ends_after_a_thousand_blank_rows(tmp_path: Path) -> None:
    path = written(tmp_path, [HEAD, A, B, C])
    book = load_workbook(path)
    book.active.cell(1_048_576, 1, "x")
    book.save(path)
    table = read_office_table(path)
    assert table.kept == len(ALL)
    assert [found.code for found in table.problems] == ["table.blank-rows"]


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 20_000_000)
    with pytest.raises(InputUnusable) as caught:
        read_office_table(path)
    assert caught.value.code == "table.too-large"


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.xlsx", b"PK\x03\x04 broken", "table.workbook-damaged"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "table.old-workbook"),
        ("a.xls", b"<html><table></table></html>", "file.html"),
        ("a.csv", "大字,地番\n手向,1\n".encode("utf-32"), "table.encoding"),
        ("a.csv", b"\xff\xff\xff,\x80", "table.encoding"),
        ("a.csv", '大字,地番\n手向,"1\n'.encode(), "table.quotes"),
        ("a.csv", "大字,地番\n".encode(), "table.no-rows"),
        ("a.csv", b"", "file.empty"),
        ("a.csv", "氏名,住所\n甲,乙\n".encode(), "table.no-header"),
        ("a.csv", "地番,面積(㎡)\n1,10\n".encode(), "table.no-settlement"),
    ],
)
def test_what_cannot_be_read_is_said(name: str, content: bytes, code: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputUnusable) as caught:
        read_office_table(tmp_path / name)
    assert caught.value.code == code and caught.value.mend.ja


def test_entities_are_not_expanded(tmp_path: Path) -> None:
    path = written(tmp_path, [HEAD, A])
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            bomb = b'<!DOCTYPE x [<!ENTITY a "b">]>' if name.endswith("sheet1.xml") else b""
            archive.writestr(name, bomb + content)
    with pytest.raises(InputUnusable):
        read_office_table(path)


@given(st.lists(st.lists(st.text(max_size=8), min_size=5, max_size=5), min_size=1, max_size=6))
def test_any_rows_are_kept_rejected_or_skipped(rows: list[list[str]]) -> None:
    with tempfile.TemporaryDirectory() as folder, suppress(KanpoError):
        table: OfficeTable = read_office_table(
            Case("", [HEAD, *rows, A], encoding="utf-8").write(Path(folder))
        )
        assert table.read == table.kept + len(table.rejected) + table.skipped
        assert table.rows["parcel_id"].is_unique


@pytest.mark.parametrize("end", ["", "x", "番地x"])
def test_a_thousand_digits_take_no_longer_than_ten(end: str) -> None:
    written = "9" * 5_000 + end
    assert (lot_problem(written, written) is None) == (end == "")
    assert split_address(f"架空沢{written}") is None or end == ""
    assert REGISTER.columns["settlement"].read(f"架空沢{written}1x")
