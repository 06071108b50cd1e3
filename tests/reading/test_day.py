"""Dates of every era, read exactly or refused."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kanpo.errors import Problem
from kanpo.reading import ERAS, era_text, read_day

#: Looked at by a person: both sides of every change of era.
BOUNDARIES = [
    ("明治6年1月1日", date(1873, 1, 1)),
    ("明治6年1月2日", date(1873, 1, 2)),
    ("明治45年7月29日", date(1912, 7, 29)),
    ("明治45年7月30日", date(1912, 7, 30)),
    ("大正元年7月30日", date(1912, 7, 30)),
    ("大正元年7月31日", date(1912, 7, 31)),
    ("大正15年12月24日", date(1926, 12, 24)),
    ("大正15年12月25日", date(1926, 12, 25)),
    ("昭和元年12月25日", date(1926, 12, 25)),
    ("昭和元年12月26日", date(1926, 12, 26)),
    ("昭和64年1月6日", date(1989, 1, 6)),
    ("昭和64年1月7日", date(1989, 1, 7)),
    ("平成元年1月8日", date(1989, 1, 8)),
    ("平成元年1月9日", date(1989, 1, 9)),
    ("平成31年4月29日", date(2019, 4, 29)),
    ("平成31年4月30日", date(2019, 4, 30)),
    ("令和元年5月1日", date(2019, 5, 1)),
    ("令和元年5月2日", date(2019, 5, 2)),
]
#: The day on the wrong side of each change, and the reading that is offered.
OUTSIDE = [
    ("明治45年7月31日", "大正元年7月31日"),
    ("大正元年7月29日", "明治45年7月29日"),
    ("大正15年12月26日", "昭和元年12月26日"),
    ("昭和元年12月24日", "大正15年12月24日"),
    ("昭和64年1月8日", "平成元年1月8日"),
    ("平成元年1月7日", "昭和64年1月7日"),
    ("平成31年5月1日", "令和元年5月1日"),
    ("令和元年4月30日", "平成31年4月30日"),
    ("平成36年1月1日", "令和6年1月1日"),
]
SPELLINGS = [
    ("令和6年4月1日", date(2024, 4, 1)),
    ("R6.4.1", date(2024, 4, 1)),
    ("r6.4.1", date(2024, 4, 1)),
    ("R06/04/01", date(2024, 4, 1)),
    ("Ｒ６．４．１", date(2024, 4, 1)),
    ("R6-4-1", date(2024, 4, 1)),
    ("R6−4−1", date(2024, 4, 1)),
    ("R060401", date(2024, 4, 1)),
    ("H31.4.30", date(2019, 4, 30)),
    ("S64.1.7", date(1989, 1, 7)),
    ("T15.12.25", date(1926, 12, 25)),
    ("㋿6年4月1日", date(2024, 4, 1)),
    ("㍻20年4月1日", date(2008, 4, 1)),
    ("平20.4.1", date(2008, 4, 1)),
    ("2024-04-01", date(2024, 4, 1)),
    ("2024/4/1", date(2024, 4, 1)),
    ("2024.4.1", date(2024, 4, 1)),
    ("2024年4月1日", date(2024, 4, 1)),
    ("20240401", date(2024, 4, 1)),
    ("2024-04-01 00:00:00", date(2024, 4, 1)),
    ("2024-04-01T00:00:00", date(2024, 4, 1)),
    ("令和六年四月一日", date(2024, 4, 1)),
    ("令和六年十二月三十一日", date(2024, 12, 31)),
    ("昭和五十二年十月二十日", date(1977, 10, 20)),
    ("令和 6 年 4 月 1 日", date(2024, 4, 1)),
    ("令和6年　4月　1日", date(2024, 4, 1)),
    ("R6.2.29", date(2024, 2, 29)),
]
REFUSED = [
    "6.4.1", "24/4/1", "06-04-01", "6年4月1日", "R6.2.30", "R5.2.29", "2023-02-29", "R6.13.1", "R6.0.1", "令和0年4月1日",
    "1/4/2024", "2024-4", "令和6年4月", "R6", "令和6年度", "令和6年4月1", "R6.4-1", "5060401", "060401", "2024041", "50401",
    "明治5年12月2日", "1872-12-31", "3024-04-01", "令和十十年四月一日", "X6.4.1", "春", "", "令和6年4月1日頃", "H6.4.1-2",
]  # fmt: skip


@pytest.mark.parametrize(("text", "day"), [*BOUNDARIES, *SPELLINGS])
def test_is_read(text: str, day: date) -> None:
    assert read_day(text) == day


@pytest.mark.parametrize(("text", "meant"), OUTSIDE)
def test_a_day_outside_its_era_is_refused_and_the_right_one_offered(text: str, meant: str) -> None:
    problem = read_day(text)
    assert isinstance(problem, Problem)
    assert problem.code == "date.outside-era"
    assert meant in problem.mend.ja and str(read_day(meant)) in problem.mend.en


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_not_certain_is_refused(text: str) -> None:
    problem = read_day(text)
    assert isinstance(problem, Problem) and problem.mend.ja


def test_a_year_without_its_era_says_which_eras_it_may_be() -> None:
    problem = read_day("6.4.1")
    assert isinstance(problem, Problem) and problem.code == "date.no-era"
    assert "R6.4.1" in problem.mend.ja


def test_the_eras_follow_one_another_without_a_gap() -> None:
    for earlier, later in pairwise(ERAS):
        assert earlier.last is not None
        assert later.first - earlier.last in (timedelta(0), timedelta(1))


def _spellings(day: date) -> list[str]:
    eras = [era for era in ERAS if era.holds(day)]
    texts = [day.isoformat(), f"{day:%Y%m%d}"]
    for era in eras:
        year = day.year - era.year_one + 1
        texts += [
            f"{era.name}{'元' if year == 1 else year}年{day.month}月{day.day}日",
            f"{era.letter}{year}.{day.month}.{day.day}",
            f"{era.letter}{year:02}/{day:%m/%d}",
            _wide(f"{era.letter}{year}．{day.month}．{day.day}"),
        ]
    return texts


def _wide(text: str) -> str:
    return "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in text)


def test_every_day_of_sixty_years_in_six_spellings() -> None:
    first = date(1970, 1, 1)
    wrong = [
        text
        for offset in range(365 * 60)
        for text in _spellings(first + timedelta(days=offset))
        if read_day(text) != first + timedelta(days=offset)
    ]
    assert not wrong


@given(st.dates(date(1873, 1, 1), date(2100, 12, 31)))
def test_what_is_written_in_its_era_is_read_back(day: date) -> None:
    assert read_day(era_text(day)) == day
    assert all(read_day(text) == day for text in _spellings(day))


@given(st.text(max_size=20))
def test_any_text_is_a_day_or_is_refused(text: str) -> None:
    day = read_day(text)
    assert isinstance(day, Problem) or 1873 <= day.year <= 2100
