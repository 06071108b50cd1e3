"""A matrix comes back as it was measured, from the very file."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from kanpo.errors import InputUnusable, UsageError
from kanpo.lots import NewMatrix, import_matrix, read_matrix
from kanpo.store import Project, sha256_of
from tests.lots.made_up import write

TEXT = "試料,m/z 181.07,味,m/z 193.05\r\nS1,1.25,甘い,\r\nS2,０．５,苦い,3e2\r\n"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A small matrix as an office writes it."""
    path = tmp_path / "メタボ.csv"
    path.write_bytes(TEXT.encode("cp932"))
    return path


def test_a_matrix_is_read_back_with_numbers_as_numbers(project: Project, table: Path) -> None:
    rows = [{"happened_at": "2025-12-01", "sample_id": name, "parcel_id": "P1"} for name in ("S1", "S2")]
    assert write(project, "sample", *rows).stored == 2
    report = import_matrix(project, NewMatrix(table, "M1"))
    assert (report.samples, report.columns, report.problems) == (2, 3, ())
    frame = read_matrix(project, "M1")
    assert frame.index.tolist() == ["S1", "S2"] and frame.index.name == "試料"
    assert frame["m/z 181.07"].tolist() == [1.25, 0.5]
    assert frame["味"].tolist() == ["甘い", "苦い"]
    np.testing.assert_array_equal(frame["m/z 193.05"], [np.nan, 300.0])
    assert project.imported.original(sha256_of(table.read_bytes())) == table.read_bytes()


def test_a_workbook_gives_the_same_as_the_csv(project: Project, table: Path, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "表紙"
    sheet = book.create_sheet("測定")
    for row in (["試料", "a", "b"], [12, 1.5, None], [13.0, 2, "x1.0"]):
        sheet.append(row)
    book.save(tmp_path / "m.xlsx")
    import_matrix(project, NewMatrix(tmp_path / "m.xlsx", "M2", sheet="測定"))
    frame = read_matrix(project, "M2")
    assert frame.index.tolist() == ["12", "13"]
    assert frame["a"].tolist() == [1.5, 2.0] and frame["b"].tolist() == ["", "x1.0"]
    with pytest.raises(UsageError, match="測定"):
        import_matrix(project, NewMatrix(tmp_path / "m.xlsx", "M3", sheet="測定2"))


def test_the_same_file_again_adds_nothing_and_another_needs_a_reason(project: Project, table: Path) -> None:
    new = NewMatrix(table, "M1")
    first = import_matrix(project, new)
    assert (first.record.stored, len(first.problems)) == (1, 1), "samples that nobody entered are named"
    assert import_matrix(project, new).record.repeated == 1
    table.write_text(TEXT.replace("1.25", "1.5"), encoding="utf-8")
    with pytest.raises(UsageError, match="別のファイル"):
        import_matrix(project, new)
    assert import_matrix(project, replace(new, reason="再測定")).record.stored == 1
    assert read_matrix(project, "M1")["m/z 181.07"].tolist() == [1.5, 0.5]
    assert len(project.journal.entries("matrix")) == 2


def test_a_dry_run_keeps_nothing(project: Project, table: Path) -> None:
    assert import_matrix(project, NewMatrix(table, "M1"), dry_run=True).samples == 2
    assert project.journal.read("matrix").empty
    assert project.imported.original(sha256_of(table.read_bytes())) is None


def test_files_of_matrices_stay_when_layers_change(project: Project, table: Path) -> None:
    import_matrix(project, NewMatrix(table, "M1"))
    project.imported.remove_layer("none")
    assert len(read_matrix(project, "M1")) == 2


@pytest.mark.parametrize(
    ("text", "code", "row", "value"),
    [
        ("試料,a\nS1,1\n\nS1,2\n", "matrix.sample-twice", 4, "S1"),
        ("試料,a\nS1,1\n,2\n", "matrix.no-sample", 3, None),
    ],
)
def test_samples_that_do_not_fit_are_said_with_their_place(
    project: Project, tmp_path: Path, text: str, code: str, row: int, value: str | None
) -> None:
    path = tmp_path / "m.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputUnusable) as caught:
        import_matrix(project, NewMatrix(path, "M"))
    (problem,) = caught.value.problems
    place = problem.place
    assert (problem.code, place.file, place.row, place.column, place.value) == (
        code,
        "m.csv",
        row,
        "試料",
        value,
    )


@pytest.mark.parametrize("text", ["", "試料,a\n", "試料,a,a\nS1,1,2\n", "\0\0"])
def test_what_is_no_matrix_is_refused(project: Project, tmp_path: Path, text: str) -> None:
    path = tmp_path / "m.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputUnusable):
        import_matrix(project, NewMatrix(path, "M"))
    assert project.journal.read("matrix").empty


@pytest.mark.parametrize("members", [{}, {"a.txt": "hi"}, {"xl/workbook.xml": "<x/>"}])
def test_a_damaged_workbook_is_refused(project: Project, tmp_path: Path, members: dict[str, str]) -> None:
    with zipfile.ZipFile(tmp_path / "m.xlsx", "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    with pytest.raises(InputUnusable, match="Excelブック"):
        import_matrix(project, NewMatrix(tmp_path / "m.xlsx", "M"))


def test_a_cell_beyond_all_measure_is_refused(project: Project, tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text(f"試料,a\nS1,{'x' * 200_000}\n", encoding="utf-8")
    with pytest.raises(InputUnusable, match="表として"):
        import_matrix(project, NewMatrix(tmp_path / "m.csv", "M"))


def test_names_that_are_nearly_right_are_suggested(project: Project, table: Path) -> None:
    with pytest.raises(UsageError, match="試料"):
        import_matrix(project, NewMatrix(table, "M1", sample_column="試科"))
    import_matrix(project, NewMatrix(table, "M1"))
    with pytest.raises(UsageError, match="M1"):
        read_matrix(project, "M11")


def test_a_thousand_columns_are_read(project: Project, tmp_path: Path) -> None:
    wide = pd.DataFrame(np.arange(50_000.0).reshape(50, 1000), index=[f"S{i}" for i in range(50)])
    wide.to_csv(tmp_path / "w.csv", index_label="sample")
    assert import_matrix(project, NewMatrix(tmp_path / "w.csv", "W")).columns == 1000
    np.testing.assert_array_equal(read_matrix(project, "W").to_numpy(), wide.to_numpy())
