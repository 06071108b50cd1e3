"""Workbooks to fill in, filled in as people do, and read back."""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from kanpo.errors import EnvironmentFailure, InputUnusable, UsageError
from kanpo.exchange import import_records, kind_of_headers, records_template, sheet_form, walk_of
from kanpo.exchange._header import record_names
from kanpo.files import outputs
from kanpo.schema import RECORD_KINDS
from kanpo.store import Project
from kanpo.tables import read_table
from tests.exchange.conftest import observations


def filled(path: Path, rows: list[list[Any]], first: int = 4) -> Path:
    """Write cells below the heads, as Excel would save them."""
    book = openpyxl.load_workbook(path)
    sheet = book["記入"]
    for number, row in enumerate(rows, first):
        for column, value in enumerate(row, 1):
            if value is not None:
                sheet.cell(number, column, value)
    book.save(path)
    return path


@pytest.mark.parametrize("kind", sorted(RECORD_KINDS))
def test_the_workbook_of_a_kind_is_recognised_and_its_heads_are_locked(tmp_path: Path, kind: str) -> None:
    path = records_template(kind, tmp_path / f"{kind}.xlsx")
    table = read_table(path, recognise=record_names())
    problems = table.problems
    assert kind_of_headers(table.headers) == kind
    assert (table.rows, problems) == ((), ())
    sheet = openpyxl.load_workbook(path)["記入"]
    assert sheet.row_dimensions[2].hidden and sheet.protection.sheet and not sheet.protection.password
    assert sheet["A1"].protection.locked and not sheet["A4"].protection.locked
    keys = [cell.value for cell in sheet[2]]
    asked = {field.key for field in RECORD_KINDS[kind].fields if not field.by_kanpo}
    assert asked <= set(keys)


def test_a_filled_form_is_read_with_eras_full_width_and_excel_days(
    trial_project: Project, tmp_path: Path
) -> None:
    path = records_template("observation", tmp_path / "観測.xlsx")
    book = openpyxl.load_workbook(path)
    keys = [cell.value for cell in book["記入"][2]]
    plain = [
        ("令和7年6月1日", "T1-1", "草丈", "１２．５"),
        (date(2025, 6, 1), "T1-2", "草丈", 13),
        ("R7.6.1", "T1-3", "病害程度", "少"),
        ("2025/6/1", "T1-4", "雑草被度", "12%"),
    ]
    rows = [
        [dict(zip(("happened_at", "plot_code", "trait", "value"), row, strict=True)).get(key) for key in keys]
        for row in plain
    ]
    # Twenty blank rows between, and a format that reaches far down.
    report = import_records(trial_project, filled(filled(path, rows[:2]), rows[2:], 26)).report
    assert (report.stored, report.rejected) == (4, frozenset())
    frame = trial_project.journal.read("observation")
    assert {day[:10] for day in frame["happened_at"]} == {"2025-06-01"}
    assert sorted(frame["value"]) == [1.0, 12.0, 12.5, 13.0]
    assert import_records(trial_project, path).report.repeated == 4


def test_problems_are_named_by_sheet_row_and_column(trial_project: Project, tmp_path: Path) -> None:
    path = records_template("observation", tmp_path / "観測.xlsx")
    keys = [cell.value for cell in openpyxl.load_workbook(path)["記入"][2]]
    plain = [
        ("2025-06-01", "T1-9", "草丈", "12"),
        ("2025-06-01", "T1-1", "草丈", "0.35m"),
        ("6.1", "T1-1", "草丈", "12"),
        ("2025-06-01", "T1-1", "草丈", "=A1+1"),
        ("2099-06-01", "T1-1", "草丈", "14"),
    ]
    rows = [
        [dict(zip(("happened_at", "plot_code", "trait", "value"), row, strict=True)).get(key) for key in keys]
        for row in plain
    ]
    result = import_records(trial_project, filled(path, rows))
    report = result.report
    assert (report.stored, report.rejected) == (1, {4, 5, 6, 7})
    found = {p.place.row: p for p in report.problems}
    assert "もしかして「T1-" in found[4].mend.ja
    assert (found[5].code, found[5].mend.ja[:2]) == ("value.unit-differs", "35")
    assert found[6].place.sheet == "記入"
    assert (found[7].code, found[7].place.column) == ("table.formula", "値")
    assert found[8].code == "record.in-future"
    assert result.rejects is not None and result.rejects.suffix == ".csv"


def test_paper_is_typed_in_from_the_top(field_project: Project, tmp_path: Path) -> None:
    walk = walk_of(field_project, "T60", ["草丈", "病害程度", "所見"])
    path = sheet_form(tmp_path / "写し.xlsx", walk)
    sheet = openpyxl.load_workbook(path)["記入"]
    assert [sheet.cell(row, 4).value for row in range(4, 64)] == [plot.code for plot in walk.plots]
    assert sheet["D4"].protection.locked and not sheet["E4"].protection.locked
    rows = [
        [date(2026, 6, 1), "佐", None, None, "40", "1 少", "葉先に 枯れ"],
        [None, None, None, None, "41", "2"],
        [None, None, None, None, None, "無"],
        ["R8.6.2", None, None, None, "43"],
    ]
    report = import_records(field_project, filled(path, rows)).report
    assert (report.stored, report.rejected) == (7, frozenset())
    codes = [plot.code for plot in walk.plots]
    values = observations(field_project)
    assert (codes[1], "plant_height_cm", "41.0") in values and (
        codes[2],
        "disease_score_0_4",
        "0.0",
    ) in values
    frame = field_project.journal.read("observation")
    assert set(frame[frame["happened_at"] == "2026-06-01"]["actor"]) == {"佐"}
    assert list(frame[frame["happened_at"] == "2026-06-02"]["plot_code"]) == [codes[3]]
    assert import_records(field_project, path).report.repeated == 7


def test_two_sheets_of_a_day_with_different_values_are_both_kept(
    field_project: Project, tmp_path: Path
) -> None:
    walk = walk_of(field_project, "T60", ["草丈"])
    for name, value in (("a", "40"), ("b", "45")):
        path = sheet_form(tmp_path / f"{name}.xlsx", walk)
        assert (
            import_records(
                field_project, filled(path, [["2026-06-01", "佐", None, None, value]])
            ).report.stored
            == 1
        )
    both = [v for plot, _, v in observations(field_project) if plot == walk.plots[0].code]
    assert {"40.0", "45.0"} <= set(both)


def test_a_form_that_was_filled_in_is_never_lost(field_project: Project, tmp_path: Path) -> None:
    path = records_template("harvest", tmp_path / "収穫.xlsx")
    for again in (
        lambda: records_template("harvest", path),
        lambda: sheet_form(path, walk_of(field_project, "T60")),
    ):
        book = openpyxl.load_workbook(path)
        book["記入"]["A4"] = "2026-06-01"
        book.save(path)
        filled_in = path.read_bytes()
        with outputs() as run:
            again()
        (kept,) = run.kept
        assert kept.changed and kept.aside.read_bytes() == filled_in
    foreign = tmp_path / "よそ.xlsx"
    foreign.write_bytes(b"of somebody else")
    with pytest.raises(InputUnusable):
        records_template("harvest", foreign)
    assert foreign.read_bytes() == b"of somebody else"
    with pytest.raises(UsageError):
        records_template("harvest", tmp_path / "収穫.docx")


def test_a_bomb_and_a_blank_workbook_are_refused(trial_project: Project, tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 150_000_000)
    blank = tmp_path / "blank.xlsx"
    openpyxl.Workbook().save(blank)
    empty = records_template("observation", tmp_path / "empty.xlsx")
    for path in (bomb, blank, empty):
        with pytest.raises(InputUnusable):
            import_records(trial_project, path)


def test_a_workbook_that_excel_holds_is_said(
    trial_project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = records_template("observation", tmp_path / "a.xlsx")

    def held(*words: Any, **more: Any) -> Any:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", held)
    with pytest.raises(EnvironmentFailure) as error:
        import_records(trial_project, path)
    assert "Excel" in error.value.mend.ja
