"""Places: where the municipality ends, the settlement begins, and which number is the lot's."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kanpo.errors import Problem
from kanpo.reading import Address, lot_key, lot_keys, municipalities, place_key, read_place

FILES = Path(__file__).parent / "files"
#: Municipality, settlement, 字 and key of the lot of each row of the file, in its order.
ADDRESSES = [
    ("共和町", "南幌似", "", "6-ロ"), ("福島町", "字三岳", "", "45-13"), ("村田町", "小泉", "古舘", "1-2"), ("志賀町", "町", "", "ヘ1-63"), ("志賀町", "町居", "", "ニ8"),
    ("東海村", "村松北1丁目", "", "2"), ("木曽町", "福島", "", "392-2"), ("大町町", "大字大町", "", "5017"), ("西米良村", "村所", "", "15"),
    ("世田谷区", "玉川4丁目", "", "4-1-999"), ("中央区", "銀座1丁目", "", "5-2"), ("薩摩川内市", "樋脇町市比野", "", "2926-2"), ("松阪市", "飯高町七日市", "", "557"),
    ("鶴岡市", "大字中里", "", "38"), ("", "", "", "1-2-3"),
]  # fmt: skip
OTHERS = [
    ("鶴岡市中里39番1", ("鶴岡市", "中里", "", "39-1")), ("中里字北40", ("", "中里", "北", "40")), ("柴崎 １－３", ("", "柴崎", "", "1-3")),
    ("山形県西村山郡朝日町中野1", ("朝日町", "中野", "", "1")), ("朝日町中野1", ("", "朝日町中野", "", "1")), ("羽黒町手向6番地ロ", ("", "羽黒町手向", "", "6-ロ")),
    ("東田川郡羽黒町手向12-3", ("羽黒町", "手向", "", "12-3")), ("四日市市朝日町1", ("四日市市", "朝日町", "", "1")), ("郡山市大槻町1", ("郡山市", "大槻町", "", "1")),
    ("玉川四丁目四番地一", ("", "玉川四丁目", "", "4-1")), ("大字中里三八番地", ("", "大字中里", "", "38")), ("鶴岡市大字村木沢5", ("鶴岡市", "大字村木沢", "", "5")),
    ("山形県鶴岡市町屋5", ("鶴岡市", "町屋", "", "5")), ("十文字町字海道下12", ("", "十文字町", "海道下", "12")), ("手向", ("", "手向", "", "")), ("八王子市12", ("八王子市", "", "", "12")),
]  # fmt: skip


def parts(place: Address | Problem) -> tuple[str, str, str, str]:
    assert isinstance(place, Address)
    return place.municipality, place.settlement, place.aza, lot_key(place.lot)


@pytest.mark.parametrize("row", range(len(ADDRESSES)))
def test_addresses_of_all_japan_are_parted_where_they_should_be(row: int) -> None:
    with (FILES / "register_addresses.csv").open(encoding="utf-8-sig", newline="") as file:
        written = [cells["所在地番"] for cells in csv.DictReader(file)]
    assert parts(read_place(written[row])) == ADDRESSES[row]


@pytest.mark.parametrize(("written", "found"), OTHERS)
def test_other_addresses(written: str, found: tuple[str, str, str, str]) -> None:
    assert parts(read_place(written)) == found


@pytest.mark.parametrize(
    ("written", "municipality", "code"),
    [
        ("酒田市大町12", "鶴岡市", "place.two-municipalities"),
        ("鶴岡市酒田市大町12", "", "place.two-municipalities"),
        ("山形県西村山郡朝日町中野1", "鶴岡市", "place.two-municipalities"),
        ("第3 3", "", "place.lot-begins"),
        ("浦臼第812番地", "", "place.lot-begins"),
    ],
)
def test_what_is_not_certain_is_refused(written: str, municipality: str, code: str) -> None:
    problem = read_place(written, municipality=municipality)
    assert isinstance(problem, Problem) and problem.code == code and problem.mend.ja


def test_a_number_is_left_with_the_place_where_the_lot_has_a_column_of_its_own() -> None:
    assert parts(read_place("第3", lot="3"))[1] == "第3"
    assert parts(read_place("手向字薬師沢3-1", lot="３番地の１"))[1:3] == ("手向", "薬師沢")
    assert parts(read_place("朝日町中野", municipality="山形県朝日町", lot="1"))[:2] == ("朝日町", "中野")


def test_settlements_are_compared_whatever_their_writing() -> None:
    assert place_key("大字中里") == place_key("中里") == place_key(" 中 里")
    assert place_key("玉川四丁目") == place_key("玉川４丁目") and place_key("旭ヶ丘") == place_key("旭ケ丘")
    assert lot_keys("八日市場イ", "123") == lot_keys("八日市場", "イ123番地")
    assert lot_keys("大字東", "12") != lot_keys("西", "12")


def test_all_municipalities_are_there() -> None:
    names = {(one.prefecture, one.county, one.name) for one in municipalities()}
    assert len(names) == 1741 and len({one.prefecture for one in municipalities()}) == 47
    assert max(Counter(one.code for one in municipalities()).values()) == 1


@given(
    st.sampled_from(municipalities()),
    st.sampled_from(["大町", "大字市場", "町", "村所", "字三岳"]),
    st.integers(1, 9999),
)
def test_every_municipality_is_cut_off_where_it_ends(one: object, settlement: str, lot: int) -> None:
    whole = f"{one.prefecture}{one.county}{one.full_name}"  # type: ignore[attr-defined]
    place = read_place(f"{whole}{settlement}{lot}番地2")
    assert parts(place)[1:] == (settlement, "", f"{lot}-2")
    assert isinstance(place, Address) and place.code == one.code  # type: ignore[attr-defined]


@given(st.text("鶴岡市山形県大字中里町村郡1２-番地のロ ", max_size=14) | st.text(max_size=14))
def test_any_text_is_a_place_or_a_problem(written: str) -> None:
    assert isinstance(read_place(written), Address | Problem)
