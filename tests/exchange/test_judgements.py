"""The panel's workbook goes out safe and easy to fill in, and comes back as it was filled."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from kanpo.errors import InputUnusable, UsageError
from kanpo.exchange import (
    judgement_template,
    read_judgements,
    read_weights,
    write_weights,
)
from kanpo.files import outputs
from kanpo.herbs import load_catalogue
from kanpo.locale import use_language
from kanpo.tables import read_table
from kanpo.weights import SCALE, panel_of, questions

CATALOGUE = load_catalogue()
FACTORS = ("slope_deg", "drainage", "soil_ph", "sunlight")
PAIRS = questions(FACTORS)
#: What a person who weighs 8 : 4 : 2 : 1 answers to those questions.
WEIGHTS = dict(zip(FACTORS, (8, 4, 2, 1), strict=True))


def answer(first: str, second: str) -> str:
    ratio = WEIGHTS[first] / WEIGHTS[second]
    return f"{ratio:g}" if ratio >= 1 else f"1/{1 / ratio:g}"


def filled(path: Path, **others: object) -> Path:
    """The template with the first judge's column filled in, and other cells as given."""
    judgement_template(path, PAIRS)
    book = openpyxl.load_workbook(path)
    sheet = book["比較"]
    for row, pair in enumerate(PAIRS, 2):
        sheet.cell(row, 6).value = answer(pair.first, pair.second)
    for where, value in others.items():
        sheet[where] = value
    book.save(path)
    return path


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_filled_workbook_comes_back(tmp_path: Path, language: str) -> None:
    with use_language(language):
        answers, problems = read_judgements([filled(tmp_path / "比較.xlsx")], CATALOGUE)
        panel = panel_of(answers, problems)
    assert not panel.problems and len(panel.judges) == 1
    assert panel.group.by_item == pytest.approx({key: w / 15 for key, w in WEIGHTS.items()})


def test_the_workbook_is_easy_and_safe_to_fill_in(tmp_path: Path) -> None:
    path = judgement_template(tmp_path / "比較.xlsx", PAIRS, ["=HYPERLINK(1)", "乙"])
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["説明", "比較", "_lists"] and book["_lists"].sheet_state == "hidden"
    sheet = book["比較"]
    assert sheet.freeze_panes == "F2" and sheet.max_row == len(PAIRS) + 1
    assert [cell.value for cell in sheet[2]][:5] == [1, "傾斜", "排水", "slope_deg", "drainage"]
    assert sheet["F1"].value == "=HYPERLINK(1)" and sheet["F1"].data_type == "s"
    assert sheet["F2"].number_format == "@", "1/3 stays 1/3"
    assert not sheet["G7"].protection.locked and sheet["B2"].protection.locked and sheet.protection.sheet
    (choices,) = sheet.data_validations.dataValidation
    assert "G7" in choices.sqref and "H2" not in choices.sqref
    assert tuple(cell.value for cell in book["_lists"]["A"]) == SCALE
    assert "どちらが大切か" in book["説明"]["A2"].value and "which factor" in book["説明"]["B2"].value


def test_an_unfilled_template_is_no_judge(tmp_path: Path) -> None:
    for name in ("比較.xlsx", "比較.csv"):
        assert read_judgements([judgement_template(tmp_path / name, PAIRS)], CATALOGUE) == ((), ())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_a_filled_csv_of_any_office_comes_back(tmp_path: Path, encoding: str) -> None:
    path = judgement_template(tmp_path / "比較.csv", PAIRS, ["普及員"])
    table = read_table(path)
    lines = [",".join(table.headers)]
    lines += [
        ",".join((*row[:5], answer(row[3], row[4]).translate(str.maketrans("123/", "１２３／"))))
        for row in table.rows
    ]
    path.write_bytes("\r\n".join(lines).encode(encoding))
    panel = panel_of(*read_judgements([path], CATALOGUE))
    assert [judge.name for judge in panel.judges] == ["普及員"]
    assert panel.group.by_item == pytest.approx({key: w / 15 for key, w in WEIGHTS.items()})


def test_numbers_and_dates_that_excel_made_of_what_was_typed(tmp_path: Path) -> None:
    path = filled(tmp_path / "比較.xlsx", F2=2, F3=datetime(2026, 1, 3), F4="=1/3", G1="乙")
    (answers,), problems = read_judgements([path], CATALOGUE)
    assert answers.judgements[0].value == 2
    assert [(p.code, p.place.sheet, p.place.row) for p in problems] == [
        ("weights.date", "比較", 3),
        ("weights.not-a-judgement", "比較", 4),
    ]


def test_several_files_are_several_judges_and_the_same_file_counts_once(tmp_path: Path) -> None:
    one, two = filled(tmp_path / "a.xlsx"), filled(tmp_path / "b.xlsx", F2="9")
    again = tmp_path / "c.xlsx"
    again.write_bytes(one.read_bytes())
    answers, problems = read_judgements([one, two, again], CATALOGUE)
    assert [p.code for p in problems] == ["weights.same-file"] and len(answers) == 2
    assert len({judge.name for judge in panel_of(answers).judges}) == 2


def test_a_sheet_is_held_to_the_factors_of_the_herb(tmp_path: Path) -> None:
    path = tmp_path / "比較.csv"
    path.write_text("factor_a,factor_b,甲\nsunlight,drainage,3\nsunlight,elevation_m,3\n", encoding="utf-8")
    assert "elevation_m" not in [need.factor for need in CATALOGUE.requirements_of("toki")]
    assert [p.code for p in read_judgements([path], CATALOGUE, "toki")[1]] == ["weights.factor-not-needed"]
    assert not read_judgements([path], CATALOGUE)[1]


@pytest.mark.parametrize("content", [b"", b"\n\n", b"PK\x03\x04 no workbook", bytes(range(256))])
@pytest.mark.parametrize("name", ["x.csv", "x.xlsx"])
def test_what_is_no_table_is_refused(tmp_path: Path, content: bytes, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputUnusable):
        panel_of(*read_judgements([path], CATALOGUE))


def test_a_template_never_takes_the_place_of_a_file(tmp_path: Path) -> None:
    path = filled(tmp_path / "比較.xlsx")
    before = path.read_bytes()
    with outputs() as run:
        judgement_template(path, PAIRS)
    (kept,) = run.kept
    assert kept.aside.read_bytes() == before, "what was filled in is kept under a dated name"
    kept.aside.replace(path)
    foreign = tmp_path / "よそ.csv"
    foreign.write_text("所長の表", encoding="utf-8")
    with pytest.raises(InputUnusable):
        judgement_template(foreign, PAIRS)
    assert foreign.read_text(encoding="utf-8") == "所長の表"
    with pytest.raises(UsageError):
        judgement_template(tmp_path / "比較.pdf", PAIRS)
    judgement_template(tmp_path / "neu.xlsx", PAIRS, dry_run=True)
    assert path.read_bytes() == before and not (tmp_path / "neu.xlsx").exists()


def test_weights_are_written_and_read_back(tmp_path: Path) -> None:
    source = filled(tmp_path / "比較.xlsx")
    panel = panel_of(*read_judgements([source], CATALOGUE))
    path = write_weights(tmp_path / "重み.csv", panel.weights(), [source])
    weights, problems = read_weights(path, CATALOGUE)
    assert not problems and weights.file_name == "重み.csv"
    assert weights.given["*"] == pytest.approx({key: w / 15 for key, w in WEIGHTS.items()}, rel=1e-5)
    with pytest.raises(UsageError):
        write_weights(tmp_path / "重み.xlsx", panel.weights())
    with pytest.raises(UsageError):
        write_weights(source.with_suffix(".csv"), panel.weights(), [source.with_suffix(".csv")])
