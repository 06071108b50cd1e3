"""Which parcels are meant: the same ones everywhere, and nothing else is changed by the choice."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kanpo.errors import Problem, UsageError
from kanpo.parcels import ParcelFilter
from kanpo.parcels._land_use import _intention, zone_keys
from kanpo.parcels._status import Status, read_status

TABLE = pd.DataFrame(
    {
        "parcel_id": list("abcdef"),
        "settlement": ["架空沢", "架空沢", "芦間新田", "芦間新田", None, None],
        "farm_settlement": ["上", "上", "下", None, None, None],
        "farm_settlement_key": ["0600100101", "0600100101", "0600100102", None, None, None],
        "land_type": ["paddy", "field", "paddy", "other", None, "paddy"],
        "idle_class": ["1", "1", "2", None, None, None],
        "devastation_class": ["A", "B", None, None, None, None],
        "area_m2": [500.0, 1000.0, 1500.0, 2000.0, np.nan, 3000.0],
        "farm_promotion_zone": [
            *("農業振興地域内・農用地区域内(青地)", "農業振興地域内・農用地区域外(白地)", "農業振興地域外"),
            *(None, "青地", "調査中"),
        ],
        "use": ["idle", "idle", "idle", "cultivated", "unknown", "unknown"],
        "shade": ["1_green", None, None, None, None, None],
        "owner_intention": ["bank", "pending", "bank", "not_asked", "unknown", "unknown"],
        "decisions": [
            *(frozenset({"selected", "rejected"}), frozenset({"candidate"}), frozenset()),
            *(frozenset(), frozenset(), frozenset({"selected"})),
        ],
    }
)


def chosen(**wanted: object) -> str:
    return "".join(TABLE["parcel_id"][ParcelFilter(**wanted).mask(TABLE)])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, "abcef"),
        ({"cultivated": True}, "abcdef"),
        ({"statuses": ("all",)}, "abcdef"),
        ({"statuses": ("耕作中",)}, "d"),
        ({"statuses": ("unknown",)}, "ef"),
        ({"statuses": ("idle",)}, "abc"),
        ({"statuses": ("1",)}, "ab"),
        ({"statuses": ("緑",)}, "a"),
        ({"statuses": ("1_yellow",)}, ""),
        ({"statuses": ("2", "B")}, "bc"),
        ({"settlements": ("架空沢",)}, "ab"),
        ({"settlements": ("架空沢", "芦間新田"), "cultivated": True}, "abcd"),
        ({"farm_settlements": ("上",)}, "ab"),
        ({"farm_settlements": ("0600100102",)}, "c"),
        ({"land_types": ("田",)}, "acf"),
        ({"land_types": ("unknown",)}, "e"),
        ({"least_area_m2": 1000.0}, "bcf"),
        ({"greatest_area_m2": 1000.0}, "ab"),
        ({"farm_zones": ("青地",)}, "ae"),
        ({"farm_zones": ("promotion", "outside")}, "bc"),
        ({"farm_zones": ("unknown",)}, "f"),
        ({"owner_intentions": ("農地中間管理事業の利用",)}, "ac"),
        ({"decisions": ("採用",)}, "af"),
        ({"decisions": ("none",)}, "ce"),
        ({"land_types": ("paddy",), "owner_intentions": ("bank",), "least_area_m2": 600.0}, "c"),
    ],
)
def test_each_condition_chooses_what_it_says(wanted: dict[str, object], found: str) -> None:
    assert chosen(**wanted) == found


LISTS = {
    "settlements": ["架空沢", "芦間新田"],
    "statuses": ["1", "1_green", "1_yellow", "2", "A", "B", "idle", "cultivated", "unknown", "all"],
    "land_types": ["paddy", "field", "other", "unknown"],
    "farm_zones": ["farm", "promotion", "outside", "unknown"],
    "owner_intentions": ["bank", "pending", "not_asked", "unknown"],
    "decisions": ["candidate", "selected", "deferred", "rejected", "none"],
}


@settings(deadline=None)
@given(
    st.fixed_dictionaries(
        {}, optional={key: st.lists(st.sampled_from(of), min_size=1, max_size=3) for key, of in LISTS.items()}
    ),
    st.sampled_from(sorted(LISTS)),
)
def test_another_condition_only_narrows_and_another_value_only_widens(
    wanted: dict[str, list[str]], key: str
) -> None:
    given_ = {name: tuple(values) for name, values in wanted.items()} | {"cultivated": True}
    found = set(chosen(**given_))
    without = {name: values for name, values in given_.items() if name != key}
    assert found <= set(chosen(**without))
    wider = given_ | {key: (*given_.get(key, ()), *LISTS[key])}
    assert found <= set(chosen(**wider)) or key not in given_


@pytest.mark.parametrize(
    ("wanted", "code", "said"),
    [
        ({"settlements": ("架空川",)}, "filter.settlement", "架空沢"),
        ({"farm_settlements": ("中",)}, "filter.settlement", "近い名前"),
        ({"settlements": ("",)}, "filter.settlement", "近い名前"),
        ({"statuses": ("greeen",)}, "filter.choice", "1_green"),
        ({"owner_intentions": ("バンク",)}, "filter.choice", "農地バンク"),
        ({"least_area_m2": -1.0}, "filter.area", "0以上"),
        ({"least_area_m2": float("nan")}, "filter.area", "0以上"),
        ({"least_area_m2": 10.0, "greatest_area_m2": 5.0}, "filter.area", "下限"),
    ],
)
def test_what_is_not_there_is_refused_with_what_is_near(
    wanted: dict[str, object], code: str, said: str
) -> None:
    with pytest.raises(UsageError) as caught:
        chosen(**wanted)
    assert caught.value.code == code and said in str(caught.value)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("遊休農地ではない", Status(state="cultivated")),
        ("耕作中", Status(state="cultivated")),
        ("保全管理", Status(state="cultivated")),
        ("3", Status(state="cultivated")),
        ("調査中", Status(state="pending")),
        ("9", Status(state="pending")),
        ("立入困難等外因的理由で調査不可", Status(state="not_surveyed")),
        ("その他", Status(state="other")),
        ("非農地判断済", Status(state="not_farmland")),
        ("遊休農地（不耕作）※分類中", Status(idle="1")),
        ("遊休農地（１号）", Status(idle="1")),
        ("1号遊休農地", Status(idle="1")),
        ("第１号", Status(idle="1")),
        ("農地法第32条第1項第1号", Status(idle="1")),
        ("農地法第32条第1項第2号", Status(idle="2")),
        ("1号遊休農地(緑区分)", Status(idle="1", shade="1_green")),
        ("1号（緑）", Status(idle="1", shade="1_green")),
        ("1号遊休農地(黄区分)", Status(idle="1", shade="1_yellow")),
        ("緑", Status(idle="1", shade="1_green")),
        ("黄", Status(idle="1", shade="1_yellow")),
        ("2号（黄）", Status(idle="2")),
        ("赤", Status(devastated="B")),
        ("荒廃（Ａ）", Status(devastated="A")),
        ("Ａ判定", Status(devastated="A")),
        ("B分類（山林化）", Status(devastated="B")),
        ("再生利用可能", Status(devastated="A")),
        ("再生利用困難", Status(devastated="B")),
        ("-", Status()),
    ],
)
def test_the_state_is_read_as_registers_and_offices_write_it(word: str, status: Status) -> None:
    assert read_status(word) == status


@pytest.mark.parametrize("word", ["○", "該当", "C", "3号", "春"])
def test_a_word_that_says_no_state_is_asked_about(word: str) -> None:
    problem = read_status(word)
    assert isinstance(problem, Problem) and "1号" in problem.mend.ja


@pytest.mark.parametrize(
    ("words", "key"),
    [
        (["農地中間管理事業の利用", "2"], "bank"),
        (["調査対象外"], "not_asked"),
        (["調査中"], "pending"),
        (["9"], "pending"),
        (["自ら耕作する"], "farm"),
        (["所有権の移転"], "transfer"),
        (["貸したい"], "transfer"),
        (["検討中"], "other"),
        ([], None),
    ],
)
def test_an_intention_is_read_as_registers_write_it(words: list[str], key: str | None) -> None:
    assert _intention(words) == key


def test_zones_are_read_as_registers_write_them() -> None:
    written = pd.Series(["農業振興地域内・農用地区域内(青地)", "農用地区域外", "農業振興地域外", None, "?"])
    assert zone_keys(written).tolist() == ["farm", "promotion", "outside", "unknown", "unknown"]
