"""Tables as instruments and people write them."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest
from openpyxl import Workbook

from kanpo.compare import read_table, sample_matrix, treated
from kanpo.errors import InputUnusable, KanpoError, UsageError
from tests.compare.made_up import matrix_of, table_of

TEXT = '試料,産地,フェルラ酸,備考\nA1,鶴岡,１．５,良\nA2,鶴岡,0,良\nA3,奈良,ND,不明\nA4,奈良,<0.05,\nA5,奈良,"1,200",x\n'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_encodings_full_width_digits_and_words_for_missing(tmp_path: Path, encoding: str) -> None:
    matrix = sample_matrix(table_of(tmp_path, TEXT, encoding), group="産地")
    assert matrix.samples == ("A1", "A2", "A3", "A4", "A5")
    assert matrix.components == ("フェルラ酸",) and matrix.left_out == ("備考",)
    np.testing.assert_array_equal(matrix.values[:, 0], [1.5, 0, np.nan, np.nan, 1200])
    assert not matrix.problems and list(matrix.groups[:3]) == ["鶴岡", "鶴岡", "奈良"]


def test_a_workbook_reads_the_same(tmp_path: Path) -> None:
    book = Workbook()
    for row in (["sample", "g", "x"], ["a", "1", 1.5], ["b", "1", None], ["c", "2", "ND"]):
        book.active.append(row)
    book.save(tmp_path / "t.xlsx")
    matrix = sample_matrix(read_table(tmp_path / "t.xlsx"), group="g")
    np.testing.assert_array_equal(matrix.values[:, 0], [1.5, np.nan, np.nan])
    with pytest.raises(UsageError, match=r"table\.no-sheet"):
        read_table(tmp_path / "t.xlsx", "Sheet9")


def test_a_workbook_that_unpacks_to_more_than_is_safe_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "b.xlsx", "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("[Content_Types].xml", "<Types/>")
        book.writestr("xl/worksheets/sheet1.xml", b"0" * 3_000_000)
    with pytest.raises(InputUnusable):
        read_table(tmp_path / "b.xlsx")
    (tmp_path / "no.xlsx").write_bytes(b"PK\x03\x04 broken")
    with pytest.raises(InputUnusable, match="Excel"):
        read_table(tmp_path / "no.xlsx")


def test_text_in_a_column_of_numbers_is_named_and_missing(tmp_path: Path) -> None:
    table = table_of(tmp_path, "id,x,y\n1,5,1\n2,五,2\n3,7,1e999\n")
    matrix = sample_matrix(table)
    places = [(problem.place.row, problem.place.column, problem.place.value) for problem in matrix.problems]
    assert places == [(3, "x", "五"), (4, "y", "1e999")]
    assert np.isnan(matrix.values[1, 0]) and np.isnan(matrix.values[2, 1])
    assert matrix.components == ("x", "y"), "a column headed like an id is no component"


def test_an_unknown_column_suggests_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="もしかして「産地」"):
        sample_matrix(table_of(tmp_path, TEXT), group="産値")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("s,x\na,1\nb,2\n", "compare.few-samples"),
        ("s,t\na,x\nb,y\nc,z\n", "compare.no-numbers"),
        ("", "file.empty"),
        ("\n\n", "table.empty"),
    ],
)
def test_what_cannot_be_used_is_said(tmp_path: Path, text: str, code: str) -> None:
    with pytest.raises(KanpoError) as caught:
        sample_matrix(table_of(tmp_path, text))
    assert caught.value.code == code


@pytest.mark.parametrize("cell", ["1e308", "-1e308", "1e309", "inf", "nan9"])
def test_numbers_that_nobody_can_have_measured_are_missing_and_said(tmp_path: Path, cell: str) -> None:
    table = table_of(tmp_path, f"s,x\na,{cell}\nb,1\nc,2\n")
    values, problems = table.numbers([1])
    assert np.isnan(values[0, 0]) and values[1:, 0].tolist() == [1, 2]
    assert [problem.code for problem in problems] == ["compare.no-number"]


def test_bytes_of_no_encoding_are_refused(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b"s,x\n\xff\xfe\x00,1\n")
    with pytest.raises(InputUnusable):
        read_table(tmp_path / "t.csv")


def test_equal_and_blank_headers_stay_apart(tmp_path: Path) -> None:
    table = table_of(tmp_path, "s,x,x,,y\na,1,2,3,4\nb,1,2,3,4\nc,1,2,3,4\n")
    assert table.headers == ("s", "x", "x (2)", "列4", "y")


def test_zeros_and_missing_are_filled_with_half_the_least(tmp_path: Path) -> None:
    ready = treated(matrix_of([[0, 4], [2, np.nan], [8, 1], [np.nan, 0]]), impute="half-min")
    np.testing.assert_array_equal(ready.values, [[1, 4], [2, 0.5], [8, 1], [1, 0.5]])
    assert ready.zero.sum() == 2 and ready.missing.sum() == 2
    assert "0 が 2 個、欠測が 2 個" in ready.handling.ja


def test_logarithms_leave_out_zeros_unless_they_are_filled() -> None:
    plain = treated(matrix_of([[0.0], [2], [-1], [8]]), log=True)
    np.testing.assert_array_equal(plain.values[:, 0], [np.nan, 1, np.nan, 3])
    assert "--impute half-min" in plain.handling.en
