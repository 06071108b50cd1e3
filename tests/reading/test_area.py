"""Areas in every unit, exact."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kanpo.errors import Problem
from kanpo.reading import Area, read_area
from kanpo.units import AREA_UNITS_M2

TSUBO = Fraction(400, 121)
READ = [
    ("12a", None, Fraction(1200)),
    ("12アール", None, Fraction(1200)),
    ("１２ａ", None, Fraction(1200)),
    ("12㌃", None, Fraction(1200)),
    ("0.3ha", None, Fraction(3000)),
    ("0.3ヘクタール", None, Fraction(3000)),
    ("1反", None, 300 * TSUBO),
    ("1反2畝", None, 360 * TSUBO),
    ("１反２畝１５歩", None, 375 * TSUBO),
    ("1町2反3畝4歩", None, 3694 * TSUBO),
    ("1反歩", None, 300 * TSUBO),
    ("2段", None, 600 * TSUBO),
    ("３００坪", None, 300 * TSUBO),
    ("30坪", "m2", 30 * TSUBO),
    ("1,234", "m2", Fraction(1234)),
    ("1,234.56㎡", None, Fraction(123456, 100)),
    ("１，２３４", "m2", Fraction(1234)),
    ("300平米", None, Fraction(300)),
    ("300 平方メートル", None, Fraction(300)),
    ("300m²", None, Fraction(300)),
    ("12.3", "a", Fraction(1230)),
    ("1.2", "反", 360 * TSUBO),
    ("2", "10a", Fraction(2000)),
    ("110a", None, Fraction(11000)),
]
REFUSED = [
    ("300", None), ("1,23", "m2"), ("1.234,5", "m2"), ("12,3", "m2"), ("-5", "m2"), ("約300", "m2"), ("300~400", "m2"), ("1.15", "畝"),
    ("1.215", "反"), ("2畝1反", None), ("1反2反", None), ("12a34", None), ("12a3㎡", None), ("不明", "m2"), ("一反二畝", None),
    ("2000ha", None), ("1e3", "m2"), ("nan", "m2"), ("inf", "m2"), ("", "m2"), ("3筆", "m2"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "unit", "m2"), READ)
def test_is_read_exactly(text: str, unit: str | None, m2: Fraction) -> None:
    area = read_area(text, unit)
    assert isinstance(area, Area) and area.m2 == m2


@pytest.mark.parametrize(("text", "unit"), REFUSED)
def test_what_is_not_certain_is_refused(text: str, unit: str | None) -> None:
    problem = read_area(text, unit)
    assert isinstance(problem, Problem)
    assert problem.what.ja and problem.mend.ja


@given(st.integers(1, 300), st.sampled_from(sorted(AREA_UNITS_M2)))
def test_every_unit_comes_back(amount: int, unit: str) -> None:
    alone = read_area(str(amount), unit)
    beside = alone if unit == "10a" else read_area(f"{amount}{unit}")
    if amount * AREA_UNITS_M2[unit] > 10_000_000:
        assert isinstance(beside, Problem) and isinstance(alone, Problem)
        return
    assert isinstance(beside, Area) and isinstance(alone, Area)
    assert beside.m2 == alone.m2
    assert beside.m2 / AREA_UNITS_M2[unit] == amount


@given(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9), st.integers(1, 29))
def test_old_measures_add_up(cho: int, tan: int, se: int, bu: int) -> None:
    area = read_area(f"{cho}町{tan}反{se}畝{bu}歩")
    assert isinstance(area, Area)
    assert area.m2 == (((cho * 10 + tan) * 10 + se) * 30 + bu) * TSUBO
