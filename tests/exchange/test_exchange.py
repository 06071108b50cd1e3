"""Files of offices come in as they are, and go out so that Excel shows them rightly and safely."""

from __future__ import annotations

import csv
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest

from kanpo.errors import EnvironmentFailure, InputUnusable, UsageError
from kanpo.exchange import (
    export_parcels,
    export_table,
    import_records,
    kind_of_headers,
    records_template,
)
from kanpo.parcels import ParcelFilter
from kanpo.schema import PARCELS, RECORD_KINDS, Audience, Privacy
from kanpo.store import Project
from kanpo.tables import read_table, write_csv

_TEXT = "試験区コード,調査項目,値,行った日\r\nT1-1,草丈,12,2025-06-01\r\nT1-2,草丈,たくさん,2025-06-01\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_a_csv_of_any_office_is_read(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "記録.csv"
    path.write_bytes(_TEXT.encode(encoding))
    assert read_table(path).headers == ("試験区コード", "調査項目", "値", "行った日")


@pytest.mark.parametrize("content", [b"", b"\r\n", b"\xff\xfe\x00\x00abc", bytes(range(256)) * 10])
def test_what_is_no_table_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "記録.csv"
    path.write_bytes(content)
    with pytest.raises(InputUnusable):
        read_table(path)


def test_a_missing_file_or_folder_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.csv"):
        with pytest.raises(InputUnusable):
            read_table(path)


def test_good_rows_are_stored_bad_rows_come_back_and_can_be_mended(
    trial_project: Project, tmp_path: Path
) -> None:
    path = tmp_path / "観測.csv"
    path.write_bytes(_TEXT.encode("cp932"))
    result = import_records(trial_project, path)
    assert (result.report.stored, result.report.rejected) == (1, {3})
    assert result.rejects is not None
    sent_back = read_table(result.rejects)
    assert sent_back.rows[0][:4] == ("T1-2", "草丈", "たくさん", "2025-06-01")
    assert "数値" in sent_back.rows[0][4]
    mended = result.rejects.read_text(encoding="utf-8-sig").replace("たくさん", "15")
    result.rejects.write_text(mended, encoding="utf-8-sig")
    again = import_records(trial_project, result.rejects)
    assert (again.report.stored, again.rejects) == (1, None)
    assert import_records(trial_project, path).report.repeated == 1


def test_a_file_without_records_is_an_error_not_a_success(trial_project: Project, tmp_path: Path) -> None:
    path = tmp_path / "空.csv"
    path.write_text("試験区コード,調査項目,値,行った日\r\n,,,\r\n", encoding="utf-8")
    with pytest.raises(InputUnusable):
        import_records(trial_project, path)


@pytest.mark.parametrize("kind", sorted(RECORD_KINDS))
def test_the_template_of_a_kind_is_recognised_as_that_kind(tmp_path: Path, kind: str) -> None:
    path = records_template(kind, tmp_path / f"{kind}.csv")
    assert kind_of_headers(read_table(path).headers) == kind


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝", "＠"])
def test_no_cell_becomes_a_formula_and_numbers_stay_numbers(tmp_path: Path, start: str) -> None:
    path = tmp_path / "out.csv"
    write_csv(path, ["a", "b"], [(f"{start}HYPERLINK(1)", -3.5)])
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as text:
        cell, number = list(csv.reader(text))[1]
    assert cell.startswith("'")
    assert number == "-3.5"


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFailure):
        write_csv(tmp_path / "none" / "out.csv", ["a"], [])


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".gpkg", ".geojson", ".fgb", ".parquet"])
@pytest.mark.parametrize("audience", list(Audience))
def test_exports_hold_only_what_the_audience_may_see(
    project: Project, tmp_path: Path, suffix: str, audience: Audience
) -> None:
    path = tmp_path / f"out{suffix}"
    assert export_parcels(project, path, audience=audience) == 3
    allowed = {field.key for field in PARCELS.visible_to(audience)}
    if suffix == ".csv":
        columns = set(read_table(path).headers) - {"longitude", "latitude"}
    elif suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        assert str(project.journal.seal()) in book.properties.description
        sheet = book.active
        columns = {cell.value for cell in sheet[1]} - {"longitude", "latitude"}
        assert sheet.max_row == 4
    else:
        read = gpd.read_parquet if suffix == ".parquet" else gpd.read_file
        frame = read(path)
        assert len(frame) == 3
        columns = set(frame.columns) - {"geometry", "fid"}
    assert columns <= allowed
    if audience is Audience.PUBLIC:
        assert not {field.key for field in PARCELS.fields if field.privacy > Privacy.PUBLIC} & columns


def test_an_unknown_ending_is_refused(project: Project, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        export_parcels(project, tmp_path / "out.shp")


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_no_cell_of_a_workbook_is_a_formula(tmp_path: Path, start: str) -> None:
    table = pd.DataFrame({"a": [f"{start}HYPERLINK(1)", "x\x07y"], "b": [-3.5, None]})
    export_table(tmp_path / "out.xlsx", table)
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx").active
    assert sheet["A2"].value == f"{start}HYPERLINK(1)" and sheet["A2"].data_type == "s"
    assert (sheet["B2"].value, sheet["B3"].value, sheet["A3"].value) == (-3.5, None, "x?y")


def test_an_export_holds_the_parcels_that_are_wanted(project: Project, tmp_path: Path) -> None:
    wanted = ParcelFilter(settlements=("架空沢",), land_types=("field",), least_area_m2=100)
    assert export_parcels(project, tmp_path / "a.csv", wanted=wanted) == 3
    assert export_parcels(project, tmp_path / "b.csv", wanted=ParcelFilter(statuses=("A",))) == 0
    assert export_parcels(project, tmp_path / "c.csv", wanted=ParcelFilter(greatest_area_m2=10)) == 0
