"""Lot numbers: every spelling of one lot has one key, and what is no single lot is named."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kanpo.errors import Problem
from kanpo.reading import Lot, lot_key, read_lot

#: Seventeen spellings on which the table's and the join's readers once differed in six, and more.
KEYS = [
    ("12-1", "12-1"), ("12-1号", "12-1"), ("45番地2号", "45-2"), ("3ノ1", "3-1"), ("3の1", "3-1"), ("三-一", "3-1"), ("十二番地", "12"),
    ("百二十三番地四", "123-4"), ("1番地乙", "1-乙"), ("6番地ロ", "6-ロ"), ("6-ロ", "6-ロ"), ("7番地のい", "7-い"), ("8ノ辰", "8-辰"), ("9番地ル", "9-ル"),
    ("10番地1-2", "10-1-2"), ("１００１番", "1001"), ("12番甲", "12-甲"), ("12-甲", "12-甲"), ("13甲", "13-甲"), ("甲13", "甲13"), ("20番地－１", "20-1"),
    ("０１２３ー０００４", "123-4"), ("123−4−甲", "123-4-甲"), ("1⁻2⁻3", "1-2-3"), ("12番甲の1", "12-甲-1"), ("12-甲1", "12-甲-1"), ("地番 5番", "5"),
    ("ニ8", "ニ8"), ("'3-1", "3-1"), (12, "12"), (12.0, "12"),
]  # fmt: skip
#: Lots that must never be taken for the one they stand beside.
APART = [("水34-71", "34-71"), ("道12", "12"), ("5111番地先", "5111"), ("13甲", "甲13"), ("21丁目-3", "21-3"), ("3-1の一部", "3-1"), ("12-1", "121")]  # fmt: skip
REFUSED = [
    ("12-1〜5", "table.lot-range"), ("12-1～12-5", "table.lot-range"), ("12から15", "table.lot-range"), ("5、6", "table.lot-several"), ("5,6", "table.lot-several"),
    ("5・6", "table.lot-several"), ("7外2筆", "table.lot-several"), ("3-1 3-2", "table.lot-several"), ("3.1", "table.lot-decimal"), (3.1, "table.lot-decimal"),
    (date(2026, 3, 1), "table.lot-as-date"), ("3月1日", "table.lot-as-date"), ("1-Mar", "table.lot-as-date"), ("0", "table.lot-unreadable"), ("手向", "table.lot-unreadable"),
    ("", "table.lot-unreadable"), ("1.2E+05", "table.lot-unreadable"), ("9番地x", "table.lot-unreadable"), ("3一1", "table.lot-unreadable"),
]  # fmt: skip


@pytest.mark.parametrize(("written", "key"), KEYS)
def test_every_spelling_of_a_lot_has_one_key(written: object, key: str) -> None:
    lot = read_lot(written)
    assert isinstance(lot, Lot) and lot.key == key and lot_key(written) == key
    assert lot_key(key) == key, "a key is its own key"


@pytest.mark.parametrize(("one", "other"), APART)
def test_neighbours_are_never_the_same_lot(one: str, other: str) -> None:
    assert isinstance(read_lot(one), Lot) and lot_key(one) != lot_key(other)


@pytest.mark.parametrize(("written", "code"), REFUSED)
def test_what_is_not_one_lot_is_refused_by_name(written: object, code: str) -> None:
    problem = read_lot(written)
    assert isinstance(problem, Problem) and problem.code == code and problem.mend.ja


@given(st.text("0123456789番地のノ-ー甲ロい辰水先号 ", max_size=9) | st.text(max_size=9))
def test_any_text_is_a_lot_or_a_problem_and_keys_are_stable(written: str) -> None:
    lot = read_lot(written)
    assert isinstance(lot, Lot | Problem)
    if isinstance(lot, Lot):
        again = read_lot(lot.key)
        assert not isinstance(again, Lot) or again.key == lot.key
