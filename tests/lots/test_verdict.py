"""A verdict is never better than what was looked at: every test stands in it, named, or as not made."""

from __future__ import annotations

from decimal import Decimal
from itertools import combinations
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kanpo.errors import InputUnusable
from kanpo.herbs import load_catalogue
from kanpo.lots import (
    LotBook,
    LotVerdict,
    Verdict,
    check_lot,
    limits_of,
    read_book,
    read_limits,
    unit_factor,
)
from kanpo.lots._analytes import basis_factors, find_analyte, key_of
from kanpo.lots._book import DeclaredLot
from kanpo.schema import RECORD_KINDS
from kanpo.store import Project
from tests.lots.made_up import HARVESTS, book_of, step, write

PASSED, WITHIN, FAILED, OPEN = Verdict.PASSED, Verdict.WITHIN, Verdict.FAILED, Verdict.UNDETERMINED
DAY = "2025-12-01"
CONTAMINATED = (
    {"test": "total_ash", "analyte": "灰分", "measured": "25", "unit": "%"},
    {"test": "arsenic", "analyte": "As", "measured": "60", "unit": "ppm"},
    {"test": "pesticide_residue", "analyte": "BHC", "measured": "3", "unit": "ppm"},
)


def lot_of(herb_id: str, *assays: dict[str, str]) -> LotBook:
    """A book with one lot L from elsewhere and its assays, without a project."""
    keys = ["record_id", *RECORD_KINDS["assay"].keys, "happened_at"]
    rows = [{"record_id": str(n), "lot_id": "L", "happened_at": DAY, **row} for n, row in enumerate(assays)]
    declared = DeclaredLot("r", "2025-11-01", herb_id, "P1", "", "", 10.0)
    return book_of((), declared={"L": declared}, assays=pd.DataFrame(rows, columns=keys))


def check(herb_id: str, *assays: dict[str, str], own: pd.DataFrame | None = None) -> LotVerdict:
    """The verdict on such a lot."""
    return check_lot(lot_of(herb_id, *assays), "L", own)


def measured(test: str, analyte: str, value: str, unit: str = "ppm", **more: str) -> dict[str, str]:
    """An assay."""
    return {"test": test, "analyte": analyte, "measured": value, "unit": unit, **more}


def of(verdict: LotVerdict, analyte: str) -> tuple[Verdict, str]:
    """Verdict and reason of the one test of that analyte."""
    (found,) = [test for test in verdict.tests if test.limit.analyte == analyte]
    return found.verdict, found.reason.ja


def own_table(tmp_path: Path, *rows: str) -> pd.DataFrame:
    """Limits of an office, read from a file."""
    path = tmp_path / "基準.csv"
    path.write_text(
        "\n".join(("herb_id,test,analyte,min,max,unit,confidence,complete", *rows)), encoding="utf-8"
    )
    return read_limits(path)


def test_ash_arsenic_and_bhc_are_not_conforming_and_all_three_are_named() -> None:
    verdict = check("daio", *CONTAMINATED)
    assert verdict.verdict is FAILED
    for words in ("不適合(要確認)", "灰分 25 %", "ヒ素(As2O3として) 60 - 79.218 ppm", "総BHC 3 ppm"):
        assert words in verdict.sentence.ja
    assert "センノシドA" in verdict.sentence.ja.split("測っていないのは")[1], (
        "what was not tested, in the same sentence"
    )
    for herb in load_catalogue().herbs:
        names = {test.name.ja for test in check(herb, *CONTAMINATED).tests if test.verdict is FAILED}
        assert {"ヒ素(As2O3として)", "総BHC"} <= names, herb


@pytest.mark.parametrize("herb_id", list(load_catalogue().herbs))
def test_an_untested_lot_is_never_conforming(herb_id: str) -> None:
    verdict = check(herb_id)
    assert (verdict.verdict, verdict.label.ja) == (OPEN, "判定できず(測定なし)")
    assert all(test.name.ja in verdict.sentence.ja for test in verdict.table)
    assert {limit.analyte for limit in limits_of(herb_id).of_table} >= {"重金属(Pbとして)", "総BHC", "総DDT"}


_TOKI = ("希エタノールエキス", "灰分", "酸不溶性灰分", "葉しょう")
_VALUES = st.decimals(0, 60, places=2).map(str)


@settings(max_examples=120, deadline=None)
@given(st.lists(_VALUES, min_size=4, max_size=4), st.booleans(), st.data())
def test_taking_tests_away_makes_no_verdict_better(
    values: list[str], vouched: bool, data: st.DataObject
) -> None:
    """Over all subsets of tests with random values, with and without an office that vouches for the table.

    It passes only with every test; a failing test fails it, whatever else passes; without a failing
    test fewer tests never say more; what was not tested is named.
    """
    tests = ("extract", "total_ash", "acid_insoluble_ash", "purity")
    rows = [
        f"toki,{test},{name},{bound[0]},{bound[1]},%,high,{'yes' if vouched else ''}"
        for test, name, bound in zip(
            tests, _TOKI, (("35.0", ""), ("", "7.0"), ("", "1.0"), ("", "3.0")), strict=True
        )
    ]
    columns = ["herb_id", "test", "analyte", "min", "max", "unit", "confidence", "complete"]
    own = pd.DataFrame([row.split(",") for row in rows], columns=columns).assign(source="")
    assays = [
        measured(test, name, value, "%") for test, name, value in zip(tests, _TOKI, values, strict=True)
    ]
    rank = [OPEN, WITHIN, PASSED].index
    chosen = data.draw(st.sets(st.sampled_from(range(4))))
    verdict = check("toki", *(assays[i] for i in sorted(chosen)), own=own)
    failing = {i for i in range(4) if check("toki", assays[i], own=own).verdict is FAILED}
    assert (verdict.verdict is FAILED) == bool(failing & chosen)
    assert verdict.verdict is not PASSED or (vouched and len(chosen) == 4)
    for i in set(range(4)) - chosen:
        assert _TOKI[i] in verdict.sentence.ja
    for fewer in combinations(sorted(chosen), max(len(chosen) - 1, 0)):
        less = check("toki", *(assays[i] for i in fewer), own=own).verdict
        assert less is not PASSED
        if not failing & chosen:
            assert rank(less) <= rank(verdict.verdict)


def test_only_a_whole_table_that_somebody_vouches_for_passes(tmp_path: Path) -> None:
    good = measured("total_ash", "", "5", "%")
    assert check("toki", good, own=own_table(tmp_path, "当帰,灰分,灰分,,7.0,%,high,yes")).verdict is PASSED
    assert check("toki", good, own=own_table(tmp_path, "当帰,灰分,灰分,,7.0,%,high,")).verdict is WITHIN
    assert check("toki", good).verdict is WITHIN
    two = own_table(
        tmp_path, "toki,total_ash,灰分,,7.0,%,low,yes", "toki,extract,希エタノールエキス,35.0,,%,high,○"
    )
    assert check("toki", good, own=two).label.ja == "測った項目は基準内(1/2 項目、要確認)"
    extra = check(
        "toki",
        good,
        measured("pesticide_residue", "マラチオン", "1"),
        own=own_table(tmp_path, "toki,total_ash,灰分,,7.0,%,high,yes"),
    )
    assert extra.verdict is PASSED and "マラチオン" in extra.sentence.ja, (
        "what has no limit is named beside it"
    )


def test_a_table_that_forgets_arsenic_does_not_thereby_allow_it(tmp_path: Path) -> None:
    own = own_table(tmp_path, "toki,total_ash,灰分,,7.0,%,high,yes")
    good = measured("total_ash", "", "5", "%")
    verdict = check("toki", good, measured("arsenic", "As2O3", "60"), own=own)
    assert verdict.verdict is FAILED and "ヒ素(As2O3として) 60 ppm" in verdict.sentence.ja
    assert check("toki", good, measured("arsenic", "As2O3", "4"), own=own).verdict is PASSED
    assert check("toki", good, measured("arsenic", "As", "4.5"), own=own).verdict is WITHIN, (
        "a guard left open"
    )


def test_a_herbs_own_row_takes_the_place_of_the_default(tmp_path: Path) -> None:
    own = own_table(tmp_path, "toki,arsenic,ヒ素(As2O3として),,100,ppm,high,")
    assert check("toki", CONTAMINATED[1], own=own).verdict is WITHIN
    assert check("daio", CONTAMINATED[1], own=own).verdict is FAILED
    every = own_table(tmp_path, "*,arsenic,As2O3,,100,ppm,high,")
    assert check("daio", CONTAMINATED[1], own=every).verdict is WITHIN


def test_a_lot_of_an_unknown_herb_fails_by_what_holds_for_every_herb() -> None:
    verdict = check("", CONTAMINATED[1])
    assert verdict.verdict is FAILED and "生薬が決まりません" in verdict.sentence.ja
    assert check("", measured("arsenic", "As2O3", "1")).verdict is OPEN


@pytest.mark.parametrize(
    ("value", "name", "expected", "words"),
    [
        ("4.5", "ヒ素(As2O3として)", PASSED, "基準内"),
        ("4.5", "As2O3", PASSED, "基準内"),
        ("4.5", "砒素(As として)", FAILED, "As としての値を As2O3 に換算"),
        ("3.7", "ヒ素(Asとして)", PASSED, "換算"),
        ("4.5", "ヒ素", OPEN, "書かれていない"),
        ("4.5", "", OPEN, "書かれていない"),
        ("3.5", "As", PASSED, "幅で比べた"),
        ("<4.5", "As", OPEN, "書かれていない"),
        ("<1", "As", PASSED, "幅で比べた"),
        ("5.5", "Ａｓ", FAILED, "幅で比べた"),
        ("60", "As(ヒ素)", FAILED, "幅で比べた"),
        ("4.5", "ヒ素(湿式分解)", OPEN, "書かれていない"),
        ("60", "無機の毒", FAILED, "幅で比べた"),
    ],
)
def test_arsenic_is_not_silently_taken_as_its_oxide(
    value: str, name: str, expected: Verdict, words: str
) -> None:
    verdict, reason = of(check("daio", measured("arsenic", name, value)), "ヒ素(As2O3として)")
    assert verdict is expected and words in reason


def test_berberine_is_not_silently_taken_as_its_chloride() -> None:
    limit = "ベルベリン(塩化物として)"
    assert of(check("oren", measured("assay", "ベルベリン", "4.0", "%")), limit)[0] is OPEN
    assert of(check("oren", measured("assay", "塩化ベルベリン", "4.2", "%")), limit)[0] is PASSED
    assert of(check("oren", measured("assay", "ベルベリン", "4.3", "%")), limit)[0] is PASSED


@pytest.mark.parametrize(
    "name",
    ["BHC", "総BHC", "ＢＨＣ", "BHC類", "BHC(総量)", "総BHC(4異性体の和)", "total BHC", "HCH", "bhc 含量"],
)
@pytest.mark.parametrize("test", ["pesticide_residue", "purity", "other"])
def test_an_analyte_is_known_by_any_of_its_names_and_under_any_test(test: str, name: str) -> None:
    assert of(check("daio", measured(test, name, "3")), "総BHC")[0] is FAILED


def test_parts_of_a_total_can_show_that_it_is_too_much_but_only_all_of_them_that_it_is_not() -> None:
    part = measured("pesticide_residue", "γ-BHC", "0.3")
    verdict = check("daio", part)
    assert of(verdict, "総BHC")[0] is FAILED
    assert any(test.limit.analyte == "γ-BHC" for test in verdict.tests), (
        "what was measured stands in the answer"
    )
    assert of(check("daio", part | {"measured": "0.1"}), "総BHC") == (OPEN, "γ-BHC だけでは決まりません")
    four = [measured("pesticide_residue", f"{sign}-BHC", "0.04") for sign in "αβγδ"]
    assert of(check("daio", *four), "総BHC")[0] is PASSED
    high = [row | {"measured": "0.08"} for row in four]
    assert of(check("daio", *high), "総BHC")[0] is FAILED, "0.32 ppm together"
    assert of(check("daio", measured("heavy_metals", "鉛", "60")), "重金属(Pbとして)")[0] is FAILED
    assert of(check("daio", measured("heavy_metals", "Pb", "2")), "重金属(Pbとして)")[0] is OPEN
    assert of(check("daio", measured("heavy_metals", "", "2")), "重金属(Pbとして)")[0] is PASSED


def test_every_measured_test_stands_in_the_answer() -> None:
    rows = (
        measured("pesticide_residue", "マラチオン", "9"),
        measured("microbial", "", "1000000", "CFU/g"),
        measured("other", "カドミウム", "7"),
        measured("heavy_metals", "水銀", "7"),
        measured("pesticide_residue", "", "9"),
        measured("acid_insoluble_ash", "灰分", "9", "%"),
        measured("total_ash", "", "5", "g/個"),
    )
    verdict = check("toki", *rows)
    assert verdict.verdict is OPEN, "nothing of the table could be judged"
    assert sum(test.n for test in verdict.tests) == len(rows)
    assert {test.verdict for test in verdict.tests} == {OPEN}
    for words in ("マラチオン", "微生物限度", "カドミウム", "水銀", "g/個 を % に換算できません"):
        assert words in verdict.sentence.ja
    reasons = {test.reason.ja for test in verdict.tests if not test.has_limit}
    assert {"基準なし", "どの成分か書かれていません", "試験と成分「灰分」が合いません"} <= reasons


def test_a_limit_of_not_detected() -> None:
    def of_rhaponticin(value: str) -> Verdict:
        return of(check("daio", measured("purity", "ラポンチシン", value)), "ラポンチシン")[0]

    assert [of_rhaponticin(value) for value in ("<0.01", "0.02", "0")] == [PASSED, FAILED, OPEN]


def test_testing_again_does_not_wash_a_failure_away() -> None:
    failed = measured("total_ash", "", "8", "%")
    again = failed | {"measured": "5", "happened_at": "2025-12-09"}
    verdict, reason = of(check("toki", failed, again), "灰分")
    assert verdict is FAILED and "2 回の測定のうち最も悪いもの" in reason
    other_laboratory = failed | {"measured": "5", "laboratory": "別の機関"}
    assert of(check("toki", failed, other_laboratory), "灰分")[0] is FAILED
    assert of(check("toki", failed, failed | {"measured": "5"}), "灰分")[0] is PASSED, (
        "replicates: 6.5 on average"
    )


@pytest.mark.parametrize(
    ("value", "unit", "wanted", "expected"),
    [
        ("60", "μg/g", "ppm", "60"),
        ("60", "µg/g", "ppm", "60"),
        ("60000", "ppb", "ppm", "60"),
        ("60000", "μg/kg", "ppm", "60"),
        ("0.006", "％", "ppm", "60"),
        ("6", "mg/100 g", "ppm", "60"),
        ("0.06", "g/kg", "ppm", "60"),
        ("25", "質量%", "%", "25"),
        ("0.25", "g/g", "%", "25"),
        ("0.8", "mL/100g", "mL/50 g", "0.4"),
        ("8", "mL/kg", "mL/50 g", "0.4"),
    ],
)
def test_units_that_convert_exactly(value: str, unit: str, wanted: str, expected: str) -> None:
    factor = unit_factor(unit, wanted)
    assert factor is not None and Decimal(value) * factor == Decimal(expected)


@pytest.mark.parametrize("unit", ["mg/mL", "CFU/g", "mol/kg", "mL/g", "%(乾燥物換算)", ""])
def test_units_that_do_not(unit: str) -> None:
    assert unit_factor(unit, "%") is None


def test_names_are_kept_once() -> None:
    """Every analyte that the catalogue limits is in the list, and no name stands for two substances."""
    for row in load_catalogue().quality.to_dict("records"):
        key = key_of(row["test"], row["analyte"])
        assert key is not None and key[1], row
    assert find_analyte("ヒ素") == find_analyte("砒素") != find_analyte("鉛")
    assert basis_factors("As2O3", "ヒ素(As2O3として)") == (Decimal(1),)


def test_an_assay_before_the_drug_was_changed_does_not_hold(trial_project: Project) -> None:
    assert write(trial_project, "harvest", HARVESTS[0]).stored == 1
    steps = (
        step("2025-11-15", "湯もみ", "A=40", "K=42"),
        step("2025-11-20", "drying", "K=42", "D=10"),
        step("2025-12-05", "packing", "D=10", "P=10"),
    )
    assert write(trial_project, "lot_step", *steps).stored == 3
    row = {"test": "灰分", "measured": "5.0", "unit": "%"}
    before = row | {"happened_at": "2025-11-12", "lot_id": "A"}
    dated_early = row | {"happened_at": "2025-11-18", "lot_id": "D"}
    assert write(trial_project, "assay", before, dated_early).stored == 2
    verdict = check_lot(read_book(trial_project), "P")
    assert (verdict.verdict, verdict.tested) == (OPEN, False)
    assert of(verdict, "灰分")[1] == "乾燥(2025-11-20)より前(ロット D)の測定は使えません"
    sample = {"happened_at": "2025-11-18", "sample_id": "S1", "lot_id": "D"}
    assert write(trial_project, "sample", sample).stored == 1
    late = row | {"happened_at": "2025-12-20", "sample_id": "S1"}
    assert write(trial_project, "assay", late).stored == 1
    assert not check_lot(read_book(trial_project), "P").tested, "the sample was taken before drying"
    assert write(trial_project, "assay", row | {"happened_at": "2025-11-20", "lot_id": "D"}).stored == 1
    assert of(check_lot(read_book(trial_project), "P"), "灰分")[0] is PASSED


def test_a_mixed_lot_needs_an_assay_of_its_own(trial_project: Project) -> None:
    assert write(trial_project, "harvest", *HARVESTS).stored == 2
    assert write(trial_project, "lot_step", step("2025-12-01", "mixing", "A=40; B=60", "M=100")).stored == 1
    row = {"test": "灰分", "measured": "5.0", "unit": "%", "happened_at": "2025-11-20"}
    assert write(trial_project, "assay", row | {"lot_id": "A"}, row | {"lot_id": "B"}).stored == 2
    verdict = check_lot(read_book(trial_project), "M")
    assert not verdict.tested and "混合したロットは混合の後に測る" in of(verdict, "灰分")[1]


def test_a_failed_lot_is_named_in_what_was_made_from_it(trial_project: Project) -> None:
    assert write(trial_project, "harvest", *HARVESTS).stored == 2
    rows = (
        step("2025-12-01", "mixing", "A=40; B=60", "M=100"),
        step("2025-12-02", "drying", "M=100", "D=25"),
    )
    assert write(trial_project, "lot_step", *rows).stored == 2
    bad = measured("arsenic", "As2O3", "60", happened_at="2025-11-20", lot_id="A")
    fresh = measured("loss_on_drying", "", "70", "%", happened_at="2025-11-20", lot_id="B")
    dried = measured("total_ash", "", "5", "%", happened_at="2025-12-03", lot_id="D")
    assert write(trial_project, "assay", bad, fresh, dried).stored == 3
    verdict = check_lot(read_book(trial_project), "D")
    assert (verdict.verdict, verdict.tainted) == (WITHIN, ("A",))
    assert "もとのロット A は不適合" in verdict.sentence.ja


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("もぐさ,灰分,灰分,,7.0,%,high,", "herb_id"),
        ("toki,あじ,灰分,,7.0,%,high,", "test"),
        ("toki,灰分,灰分,,7.0,%,たぶん,", "confidence"),
        ("toki,灰分,灰分,,7.0,%,high,たぶん", "complete"),
        ("toki,灰分,灰分,9,7.0,%,high,", "min,max"),
        ("*,灰分,灰分,,7.0,%,high,yes", "complete"),
        ("toki,灰分,灰分,,,%,high,", "min"),
    ],
)
def test_a_table_that_cannot_be_meant_is_refused_with_its_place(
    tmp_path: Path, row: str, column: str
) -> None:
    with pytest.raises(InputUnusable) as caught:
        own_table(tmp_path, "toki,extract,希エタノールエキス,35.0,,%,high,", row)
    assert (3, column) in {(problem.place.row, problem.place.column) for problem in caught.value.problems}
