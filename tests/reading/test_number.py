"""Numbers: whatever is written is one certain number, or a question."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kanpo.errors import Problem
from kanpo.reading import normalise, read_amount, read_integer, read_number, text_width

READ = [
    ("１２．５", 12.5), ("1,234", 1234), ("1,234,567.5", 1234567.5), ("１，２３４", 1234), ("-5", -5), ("−５", -5), ("1e3", 1000),
    (".5", 0.5), (" 7 ", 7), ("千五百", 1500), ("1万5千", 15000), ("十", 10), (3, 3), (2.5, 2.5),
]  # fmt: skip
ASKED = [("3,5", "3.5", "35"), ("0,5", "0.5", "5"), ("１２，５", "12.5", "125"), ("12,34", "12.34", "1234"), ("0,123", "0.123", "123"), ("-3,5", "-3.5", "-35")]  # fmt: skip
NONE = ["", "nan", "inf", "-inf", "1e999", "たくさん", "1 2", "一", "二三", "五", "1_000", "1,23,4", "0x10", math.nan, math.inf, True, None]  # fmt: skip


@pytest.mark.parametrize(("written", "value"), READ)
def test_a_number_is_read_as_people_write_it(written: object, value: float) -> None:
    assert read_number(written) == value


@pytest.mark.parametrize(("written", "point", "thousands"), ASKED)
def test_of_a_decimal_comma_it_is_asked_which_is_meant(written: str, point: str, thousands: str) -> None:
    problem = read_number(written)
    assert isinstance(problem, Problem) and problem.code == "number.comma"
    assert f"{point} のことですか、{thousands} のことですか" in problem.mend.ja


@pytest.mark.parametrize("written", NONE)
def test_what_is_no_number_is_a_problem(written: object) -> None:
    problem = read_number(written)
    assert isinstance(problem, Problem) and problem.mend.ja and problem.mend.en


@pytest.mark.parametrize(
    ("written", "unit", "value"),
    [
        ("35cm", "cm", 35),
        ("３５ ㎝", "cm", 35),
        ("35 センチ", "cm", 35),
        ("6.1", "-", 6.1),
        ("20 %", "%", 20),
        ("12", "cm", 12),
    ],
)
def test_the_unit_may_stand_beside_it(written: str, unit: str, value: float) -> None:
    assert read_number(written, unit) == value


def test_another_unit_is_never_converted_in_silence() -> None:
    problem = read_number("0.35m", "cm")
    assert isinstance(problem, Problem) and problem.code == "value.unit-differs" and "35" in problem.mend.ja
    assert isinstance(read_number("35kg", "cm"), Problem)


@given(st.floats(-1e12, 1e12, allow_nan=False))
def test_every_number_comes_back(value: float) -> None:
    assert read_number(repr(value)) == value
    assert read_number(f"{value:,.3f}") == pytest.approx(value, abs=5e-4)


@given(st.integers(1, 10**11))
def test_every_amount_in_kanji_comes_back(value: int) -> None:
    hundred_millions, rest = divmod(value, 10**8)
    myriads, ones = divmod(rest, 10**4)
    written = "".join(
        f"{number}{sign}"
        for number, sign in ((hundred_millions, "億"), (myriads, "万"), (ones, ""))
        if number
    )
    assert read_amount(written) == value


@given(st.text(max_size=12))
def test_any_text_is_a_number_or_a_problem(written: str) -> None:
    for read in (read_number, read_integer, read_amount):
        value = read(written)
        assert isinstance(value, Problem) or math.isfinite(value)


def test_width_of_texts() -> None:
    assert text_width("区画a") == 5 and normalise(" ㎡１ ") == "m21"
