"""前提.xlsx: asked once, read as people write, kept with their source; what is wrong comes back and changes nothing."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from kanpo.errors import InputUnusable, Problem, UsageError
from kanpo.exchange import assumptions_template, import_assumptions, originals_folder
from kanpo.reading import read_amount
from kanpo.store import Project
from kanpo.tables import read_table
from kanpo.trials import record_rows
from kanpo.workability import Assumptions, assumption_table, read_assumptions_kept
from tests.workability.made_up import CATALOGUE


def _fill(path: Path, figures: dict[tuple[str, str], tuple[object, object]]) -> Path:
    """Write figures into the form: (key, herb) to lower and upper."""
    book = openpyxl.load_workbook(path)
    sheet = book["記入"]
    heads = {cell.value: cell.column for cell in sheet[2]}
    for row in range(4, sheet.max_row + 1):
        about = (sheet.cell(row, heads["key"]).value, sheet.cell(row, heads["herb_id"]).value or "")
        if about in figures:
            sheet.cell(row, heads["low"]).value, sheet.cell(row, heads["high"]).value = figures[about]
            sheet.cell(row, heads["source"]).value = "生産者3人"
    book.save(path)
    return path


def _form(project: Project, tmp_path: Path, figures: dict[tuple[str, str], tuple[object, object]]) -> Path:
    return _fill(assumptions_template(project, tmp_path / "前提.xlsx"), figures)


def _kept(project: Project) -> Assumptions:
    return read_assumptions_kept(project)


def test_a_figure_merged_over_rows_belongs_to_none_of_them(project: Project, tmp_path: Path) -> None:
    path = assumptions_template(project, tmp_path / "前提.xlsx")
    book = openpyxl.load_workbook(path)
    sheet = book["記入"]
    at = {cell.value: cell.column for cell in sheet[2]}
    sheet.cell(4, at["low"]).value = "1,200"
    sheet.merge_cells(start_row=4, end_row=6, start_column=at["low"], end_column=at["low"])
    # One figure over both cells of a row, and one source over several rows, can be told.
    sheet.cell(7, at["low"]).value = 1500
    sheet.merge_cells(start_row=7, end_row=7, start_column=at["low"], end_column=at["high"])
    sheet.cell(8, at["low"]).value = 1600
    sheet.cell(7, at["source"]).value = "農協"
    sheet.merge_cells(start_row=7, end_row=8, start_column=at["source"], end_column=at["source"])
    book.save(path)
    report = import_assumptions(project, path).report
    assert (report.stored, len(report.rejected)) == (2, 3)
    merged = [problem for problem in report.problems if problem.code == "table.merged-amount"]
    assert [problem.place.row for problem in merged] == [4, 5, 6]
    kept = project.journal.read("assumption")
    assert kept["low"].tolist() == [1500, 1600] and set(kept["source"]) == {"農協"}


def test_the_form_asks_for_every_assumption_of_the_project_and_of_each_herb(
    project: Project, tmp_path: Path
) -> None:
    sheet = openpyxl.load_workbook(assumptions_template(project, tmp_path / "前提.xlsx"))["記入"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4) if row[1].value]
    assert {row[1] for row in rows} == {one.key for one in CATALOGUE.assumptions}
    by_herb = [one.key for one in CATALOGUE.assumptions if one.scope == "herb"]
    assert {(row[1], row[3]) for row in rows} >= {(key, herb) for key in by_herb for herb in CATALOGUE.herbs}
    assert all(row[4] is None and row[5] is None for row in rows)
    only = assumptions_template(project, tmp_path / "当帰.csv", ["toki"])
    assert {row[3] for row in read_table(only).rows} == {"", "toki"}


def test_the_form_asks_no_price_or_yield_for_all_herbs_and_says_units_in_words(
    project: Project, tmp_path: Path
) -> None:
    sheet = openpyxl.load_workbook(assumptions_template(project, tmp_path / "前提.xlsx"))["記入"]
    heads = {cell.value: cell.column - 1 for cell in sheet[2]}
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)]
    for key in ("price_yen_per_kg", "yield_dry_kg_per_10a"):
        assert {row[heads["herb_id"]] for row in rows if row[heads["key"]] == key} == set(CATALOGUE.herbs)
    (wage,) = [row for row in rows if row[heads["key"]] == "wage_yen_per_hour"]
    assert wage[heads["unit"]] == "円/時間" and wage[heads["label"]] == "労賃"
    # An answer for all herbs from before stays in sight.
    assert _record(project, key="price_yen_per_kg", low="3000") == []
    sheet = openpyxl.load_workbook(assumptions_template(project, tmp_path / "次.xlsx"))["記入"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)]
    assert next(row[heads["low"]] for row in rows if row[heads["key"]] == "price_yen_per_kg") == 3000


def test_the_form_prints_across_a_page_and_no_line_is_cut_off(project: Project, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(assumptions_template(project, tmp_path / "前提.xlsx"))
    for sheet in (book["説明"], book["記入"]):
        assert sheet.page_setup.orientation == "landscape" and sheet.page_setup.fitToWidth == 1
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
    form = book["記入"]
    seen = [one for one in form.column_dimensions.values() if not one.hidden]
    assert sum(one.width for one in seen) <= 190, "at most two thirds of the size on A4 across"
    assert form.column_dimensions["B"].hidden and form.column_dimensions["D"].hidden, "keys are for kanpo"
    for row in range(2, book["説明"].max_row + 1):
        text = str(book["説明"].cell(row, 1).value)
        assert book["説明"].row_dimensions[row].height >= 15 * (2 * len(text) / 64 > 1) + 15


def test_answers_come_in_as_they_are_written_and_stand_in_the_next_form(
    project: Project, tmp_path: Path
) -> None:
    path = _form(
        project,
        tmp_path,
        {
            ("wage_yen_per_hour", ""): ("１，２００円", "千五百"),
            ("price_yen_per_kg", "toki"): ("1万5千", None),
            ("slope_hours_share", ""): (0.5, None),
        },
    )
    result = import_assumptions(project, path)
    assert (result.report.read, result.report.stored, result.report.rejected) == (3, 3, frozenset())
    kept = _kept(project)
    wage = kept.of("wage_yen_per_hour", "toki")
    assert wage is not None and (wage.low, wage.high, wage.source) == (1200, 1500, "生産者3人")
    price = kept.of("price_yen_per_kg", "toki")
    assert price is not None and (price.low, price.high) == (15_000, 15_000)
    # What nobody answered is not there, for this herb and for others.
    assert kept.of("price_yen_per_kg", "shakuyaku") is None and kept.of("accepted_share", "toki") is None
    assert result.original is not None and result.original.parent == originals_folder(project)
    table = assumption_table(CATALOGUE, kept)
    assert table["low"].notna().sum() == 3
    again = assumptions_template(project, tmp_path / "次.xlsx")
    second = import_assumptions(project, again)
    assert (second.report.stored, second.report.repeated) == (0, 3)


def test_a_changed_answer_corrects_the_record_before(project: Project, tmp_path: Path) -> None:
    about = ("wage_yen_per_hour", "")
    import_assumptions(project, _form(project, tmp_path, {about: (1000, None)}))
    import_assumptions(project, _form(project, tmp_path, {about: (1100, 1300)}))
    standing = project.journal.read("assumption")
    assert len(standing) == 1 and (standing["low"].iloc[0], standing["high"].iloc[0]) == (1100, 1300)
    assert "前提.xlsx" in standing["reason"].iloc[0]
    assert len(project.journal.entries("assumption")) == 2


_WRONG = [
    (("wage_yen_per_hour", ""), ("12,5", None), "number.comma"),
    (("accepted_share", "toki"), ("80%", None), "amount.share"),
    (("accepted_share", "toki"), (1.5, None), "assumption.bounds"),
    (("wage_yen_per_hour", ""), (-5, None), "amount.unreadable"),
    (("wage_yen_per_hour", ""), (1500, 1200), "assumption.order"),
    (("wage_yen_per_hour", ""), ("安い", None), "amount.unreadable"),
    (("years_of_use", ""), (0.5, None), "assumption.bounds"),
    (("wage_yen_per_hour", ""), (None, 1200), "value.missing"),
]


@pytest.mark.parametrize(("about", "figures", "code"), _WRONG)
def test_what_cannot_be_comes_back_with_its_row_and_the_rest_is_kept(
    project: Project, tmp_path: Path, about: tuple[str, str], figures: tuple[object, object], code: str
) -> None:
    good = ("trips_per_year", "")
    result = import_assumptions(project, _form(project, tmp_path, {about: figures, good: (30, None)}))
    assert result.report.stored == 1 and len(result.report.rejected) == 1
    (problem,) = [one for one in result.report.problems if one.code == code]
    assert problem.place.row in result.report.rejected and problem.place.column and problem.mend.ja
    assert list(_kept(project).answers) == [("trips_per_year", None)]
    assert result.rejects is not None and code in "".join(read_table(result.rejects).rows[0])


def test_a_second_row_of_the_same_question_comes_back(project: Project, tmp_path: Path) -> None:
    path = tmp_path / "前提.csv"
    path.write_text(
        "key,herb_id,low,high\ntrips_per_year,,10,20\ntrips_per_year,,30,40\ntrips_per_year,toki,5,\n",
        encoding="utf-8",
    )
    found = import_assumptions(project, path)
    assert [(p.code, p.place.row) for p in found.report.problems] == [("assumption.twice", 3)]
    kept = _kept(project)
    assert kept.of("trips_per_year", "shakuyaku").low == 10 and kept.of("trips_per_year", "toki").low == 5


def test_a_dry_run_stores_nothing(project: Project, tmp_path: Path) -> None:
    path = _form(
        project, tmp_path, {("wage_yen_per_hour", ""): (1000, None), ("accepted_share", ""): (5, None)}
    )
    result = import_assumptions(project, path, dry_run=True)
    assert len(result.report.rejected) == 1 and result.rejects is None and result.original is None
    assert not _kept(project).answers and not originals_folder(project).exists()


def test_a_form_without_figures_adds_nothing(project: Project, tmp_path: Path) -> None:
    result = import_assumptions(project, _form(project, tmp_path, {}))
    assert (result.report.read, result.report.stored, result.rejects) == (0, 0, None)


def test_what_is_no_form_is_refused(project: Project, tmp_path: Path) -> None:
    path = tmp_path / "前提.xlsx"
    path.write_bytes(b"no workbook")
    with pytest.raises(InputUnusable):
        import_assumptions(project, path)
    other = tmp_path / "別の表.csv"
    other.write_text("foo,bar\n1,2\n", encoding="utf-8")
    with pytest.raises(InputUnusable) as refused:
        import_assumptions(project, other)
    assert refused.value.code == "assumption.no-form" and not originals_folder(project).exists()
    with pytest.raises(UsageError):
        assumptions_template(project, tmp_path / "前提.pdf")


def _record(project: Project, **row: str) -> list[str]:
    report = record_rows(
        project, "assumption", {key: [value] for key, value in {"happened_at": "2026-04-01", **row}.items()}
    )
    return [problem.code for problem in report.problems]


def test_one_assumption_is_recorded_by_its_label_or_key(project: Project) -> None:
    assert _record(project, key="労賃", low="1200") == []
    assert _record(project, key="trips_per_year", herb_id="当帰", low="20", high="30", unit="time") == []
    rows = project.journal.read("assumption")
    assert rows["key"].tolist() == ["wage_yen_per_hour", "trips_per_year"]
    assert rows["unit"].tolist() == ["yen/hour", "time"] and rows["high"].tolist() == [1200, 30]
    assert rows["herb_id"].fillna("").tolist() == ["", "toki"]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"key": "wages", "low": "1200"}, "assumption.unknown"),
        ({"key": "wage_yen_per_hour", "low": "1200", "unit": "yen/day"}, "assumption.unit"),
        ({"key": "wage_yen_per_hour", "low": "1200", "herb_id": "バナナ"}, "record.unknown-herb"),
        ({"key": "wage_yen_per_hour", "low": "1500", "high": "1200"}, "assumption.order"),
        ({"key": "wage_yen_per_hour", "low": "20000"}, "assumption.bounds"),
    ],
)
def test_a_record_that_cannot_be_is_refused(project: Project, row: dict[str, str], code: str) -> None:
    assert code in _record(project, **row)
    assert project.journal.read("assumption").empty


def test_a_herbs_own_answer_goes_before_that_for_every_herb(project: Project) -> None:
    _record(project, key="trips_per_year", low="20")
    _record(project, key="trips_per_year", low="40", herb_id="toki")
    kept = _kept(project)
    own, other = kept.of("trips_per_year", "toki"), kept.of("trips_per_year", "ninjin")
    assert own is not None and other is not None and (own.low, other.low) == (40, 20)


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("1,500", 1500), ("１５００円", 1500), ("1万5千", 15_000), ("千五百", 1500), ("十一", 11), ("1.5時間", 1.5),
        ("〇", 0), ("12万", 120_000), ("1億2千万", 120_000_000), ("1,234,567.5", 1_234_567.5),
    ],
)  # fmt: skip
def test_an_amount_is_read_as_people_write_it(written: str, amount: float) -> None:
    assert read_amount(written) == amount


@pytest.mark.parametrize(
    "written",
    ["12,5", "1,50", "0,5", "50%", "5割", "-3", "abc", "", "十百", "万", "1億万", "二三", "nan", "1e400"],
)
def test_what_is_no_amount_is_never_guessed(written: str) -> None:
    assert isinstance(read_amount(written), Problem)
