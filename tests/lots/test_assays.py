"""A verdict says pass, fail or not determined, and never more than the measurements allow."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kanpo.errors import InputUnusable
from kanpo.lots import LotVerdict, Verdict, check_lot, read_book, read_limits, verdict_table
from kanpo.lots._assays import Limit, _compare
from kanpo.store import Project
from tests.lots.made_up import HARVESTS, step, write

DAY = "2025-12-01"
PASSED, FAILED, OPEN = Verdict.PASSED, Verdict.FAILED, Verdict.UNDETERMINED
GOOD = (
    {"test": "extract", "analyte": "希エタノールエキス", "measured": "38.2", "unit": "%"},
    {"test": "灰分", "measured": "5.1", "unit": "%"},
    {"test": "acid_insoluble_ash", "measured": "<0.5", "unit": "%"},
)


@pytest.fixture
def lot(trial_project: Project) -> Project:
    """A project with the lot A, of the herb 当帰."""
    assert write(trial_project, "harvest", HARVESTS[0]).stored == 1
    return trial_project


def assay(project: Project, *rows: dict[str, str], lot: str = "A") -> LotVerdict:
    """Record assays of a lot and check it."""
    full = [{"happened_at": DAY, "lot_id": lot, **row} for row in rows]
    report = write(project, "assay", *full)
    assert report.stored == len(rows), [str(problem.text()) for problem in report.problems]
    return check_lot(read_book(project), lot)


def one(verdict: LotVerdict, test: str) -> tuple[Verdict, str]:
    """Verdict and reason of one test."""
    (found,) = [found for found in verdict.tests if found.limit.test == test]
    return found.verdict, found.reason.ja


def test_three_good_tests_are_within_and_no_more(lot: Project) -> None:
    """Nobody vouches for the shipped table as the whole monograph, and five of its tests were not made."""
    verdict = assay(lot, *GOOD)
    assert (verdict.herb_id, verdict.verdict) == ("toki", Verdict.WITHIN)
    assert (verdict.judged, len(verdict.table)) == (3, 8)
    assert verdict.recalled, "two of the limits were not read again in their source, and that is said"
    made = verdict_table(verdict).loc[lambda table: table["n"] > 0]
    assert made["verdict"].tolist() == ["適合"] * 3
    assert made["mean"].tolist()[2] == "0 - 0.5", "what is below the limit stays an interval"


def test_one_failure_fails_the_lot_and_a_missing_test_is_named(lot: Project) -> None:
    verdict = assay(lot, GOOD[0], GOOD[1])
    assert verdict.verdict is Verdict.WITHIN
    assert "測っていないのは 酸不溶性灰分" in verdict.sentence.ja
    assert one(verdict, "acid_insoluble_ash") == (OPEN, "測定がありません")
    verdict = assay(lot, {"test": "acid_insoluble_ash", "measured": "1.4", "unit": "%"})
    assert verdict.verdict is FAILED


def test_replicates_are_averaged(lot: Project) -> None:
    row = {"test": "total_ash", "unit": "%"}
    values = [{**row, "measured": value, "replicate": str(i)} for i, value in enumerate(("6.0", "7.4"), 1)]
    verdict = assay(lot, *values)
    found = next(test for test in verdict.tests if test.limit.test == "total_ash")
    assert (found.n, found.low, found.verdict) == (2, Decimal("6.7"), PASSED)
    assert "反復 2 個のうち 1 個は基準の外: 7.4" in found.reason.ja, "the mean does not hide it"
    assert "1 of 2 replicates are beyond the limit: 7.4" in found.reason.en


def test_units_are_converted_only_where_that_is_exact(lot: Project) -> None:
    verdict = assay(lot, {"test": "total_ash", "measured": "51", "unit": "mg/g"})
    assert one(verdict, "total_ash")[0] is PASSED
    verdict = assay(lot, {"test": "extract", "measured": "400", "unit": "mg/mL"})
    found, reason = one(verdict, "extract")
    assert found is OPEN and "mg/mL" in reason and "換算" in reason


def test_a_value_that_only_rounding_saves_is_left_to_a_person(lot: Project) -> None:
    verdict = assay(lot, {"test": "total_ash", "measured": "7.04", "unit": "%"})
    found, reason = one(verdict, "total_ash")
    assert found is OPEN and "四捨五入" in reason


def test_samples_count_for_their_lot_and_packed_lots_take_the_assays_of_the_lot_before(lot: Project) -> None:
    assert write(lot, "sample", {"happened_at": DAY, "sample_id": "S1", "lot_id": "A"}).stored == 1
    row = {"happened_at": DAY, "sample_id": "S1", "test": "total_ash", "measured": "5.0", "unit": "%"}
    assert write(lot, "assay", row).stored == 1
    rows = (
        step("2025-12-02", "splitting", "A=40", "A1=20; A2=20"),
        step("2025-12-03", "packing", "A1=20", "P=20"),
        step("2025-12-03", "drying", "A2=20", "D=5"),
    )
    assert write(lot, "lot_step", *rows).stored == 3
    book = read_book(lot)
    assert one(check_lot(book, "A"), "total_ash")[0] is PASSED
    found, reason = one(check_lot(book, "P"), "total_ash")
    assert found is PASSED and "ロット A の測定" in reason
    assert one(check_lot(book, "D"), "total_ash")[0] is OPEN, "dried: no longer what was assayed"


def test_an_analyte_of_another_name_is_not_taken_for_the_one_that_is_limited(project: Project) -> None:
    row = {"happened_at": DAY, "lot_id": "N", "herb_id": "ninjin", "parcel_id": "P1"}
    assert write(project, "lot", row).stored == 1
    measured = {"test": "assay", "analyte": "ギンセノシドＲｇ１", "measured": "0.3", "unit": "%"}
    verdict = assay(project, measured, lot="N")
    by_analyte = {test.limit.analyte: test for test in verdict.tests if test.limit.test == "assay"}
    assert by_analyte["ギンセノシドRg1"].verdict is PASSED
    other = by_analyte["ギンセノシドRb1"]
    assert other.verdict is OPEN and "ギンセノシドＲｇ１" in other.reason.ja


def test_limits_of_the_users_own_take_the_place_of_the_catalogue(lot: Project, tmp_path: Path) -> None:
    path = tmp_path / "基準.csv"
    path.write_bytes("herb_id,test,analyte,min,max,unit\ntoki,total_ash,灰分,,4.0,%\n".encode("cp932"))
    assay(lot, *GOOD)
    assert check_lot(read_book(lot), "A", read_limits(path)).verdict is FAILED
    path.write_text("herb_id,test,analyte,min,max,unit\ntoki,total_ash,灰分,,約4,%\n", encoding="utf-8")
    with pytest.raises(InputUnusable) as caught:
        read_limits(path)
    assert (caught.value.problems[0].place.row, caught.value.problems[0].place.value) == (2, "約4")
    path.write_text("生薬,上限\n当帰,4\n", encoding="utf-8")
    with pytest.raises(InputUnusable, match="herb_id"):
        read_limits(path)


@pytest.mark.parametrize(
    ("change", "code", "column"),
    [
        ({"measured": "不検出"}, "assay.value", "measured"),
        ({"measured": "-1"}, "assay.value", "measured"),
        ({"measured": "<0"}, "assay.value", "measured"),
        ({"lot_id": "AA"}, "record.unknown-lot", "lot_id"),
        ({"sample_id": "S9"}, "record.unknown-sample", "sample_id"),
        ({"lot_id": ""}, "value.missing", "lot_id"),
        ({"test": "あじ"}, "value.not-in-list", "test"),
        ({"unit": ""}, "value.missing", "unit"),
    ],
)
def test_an_assay_that_cannot_be_is_refused(
    lot: Project, change: dict[str, str], code: str, column: str
) -> None:
    report = write(lot, "assay", {"happened_at": DAY, "lot_id": "A", **GOOD[1], **change})
    assert not report.stored
    assert (report.problems[0].code, report.problems[0].place.column) == (code, column)


@pytest.mark.parametrize(("written", "kept"), [("＜0.01", "<0.01"), ("0.01未満", "<0.01"), ("２．５", 2.5)])
def test_a_value_below_the_limit_is_kept_as_such(lot: Project, written: str, kept: object) -> None:
    assay(lot, {"test": "arsenic", "measured": written, "unit": "ppm"})
    assert lot.journal.read("assay")["measured"].tolist() == [kept]


_NUMBERS = st.decimals(0, 100, places=2)


@given(_NUMBERS, _NUMBERS, _NUMBERS, _NUMBERS)
def test_a_wider_interval_never_turns_pass_into_fail_or_back(
    low: Decimal, more: Decimal, least: Decimal, room: Decimal
) -> None:
    """Knowing less may leave a verdict open, but it never turns it around."""
    limit = Limit("assay", "", least, least + room, "%", "", "high")
    narrow, _ = _compare(limit, low, low, False)
    wide, _ = _compare(limit, max(low - more, Decimal(0)), low + more, False)
    assert {narrow, wide} != {PASSED, FAILED}
