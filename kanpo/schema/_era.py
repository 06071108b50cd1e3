"""Japanese dates, read without guessing.

The first days of the eras are those of JIS X 0301 and the ordinances of each change. Before
1873-01-01 Japan counted by another calendar, so that Meiji is read from its 6th year on.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from kanpo.errors import Problem, shown
from kanpo.locale import Text


@dataclass(frozen=True, slots=True)
class Era:
    """One era: its `first` and `last` day (None while it lasts) and the year that counts as its 1st."""

    name: str
    letter: str
    year_one: int
    first: date
    last: date | None

    def holds(self, day: date) -> bool:
        """Whether the day belongs to the era. 1912-07-30 and 1926-12-25 belong to two."""
        return self.first <= day and (self.last is None or day <= self.last)


ERAS: tuple[Era, ...] = (
    Era("明治", "M", 1868, date(1873, 1, 1), date(1912, 7, 30)),
    Era("大正", "T", 1912, date(1912, 7, 30), date(1926, 12, 25)),
    Era("昭和", "S", 1926, date(1926, 12, 25), date(1989, 1, 7)),
    Era("平成", "H", 1989, date(1989, 1, 8), date(2019, 4, 30)),
    Era("令和", "R", 2019, date(2019, 5, 1), None),
)
#: Years outside are slips of the pen: the calendar of today begins in 1873.
FIRST_YEAR, LAST_YEAR = 1873, 2100

_BY_NAME = {spelling: era for era in ERAS for spelling in (era.name, era.name[0], era.letter)}
_ERA = f"(?P<era>{'|'.join(sorted(_BY_NAME, key=len, reverse=True))})"
_NUMBER = "[0-9〇一二三四五六七八九十]+"
_FORMS = tuple(
    re.compile(form + r"\Z")
    for form in (
        rf"{_ERA}(?P<y>元|{_NUMBER})年(?P<m>{_NUMBER})月(?P<d>{_NUMBER})日",
        rf"{_ERA}(?P<y>元|\d{{1,2}})(?P<s>[./-])(?P<m>\d{{1,2}})(?P=s)(?P<d>\d{{1,2}})",
        rf"{_ERA}(?P<y>\d\d)(?P<m>\d\d)(?P<d>\d\d)",
        r"(?P<y>\d{4})年(?P<m>\d{1,2})月(?P<d>\d{1,2})日",
        r"(?P<y>\d{4})(?P<s>[./-])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})",
        r"(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)",
    )
)
_TIME = re.compile(r"(?<=\d)[T\s]+\d{1,2}:\d\d(:\d\d)?(\.0+)?$")
# R6.4.1 2 may be the 1st or the 12th.
_SPLIT_NUMBER = re.compile(r"[0-9〇一二三四五六七八九十]\s+[0-9〇一二三四五六七八九十]")
_DASHES = str.maketrans(dict.fromkeys("−‐‑‒–—", "-"))
_KANJI = {"〇": 0, "一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_WRITE = Text("令和6年4月1日 か 2024-04-01 のように書いてください", "write it as 令和6年4月1日 or 2024-04-01")


class DateUnreadable(ValueError):
    """A text that is no certain day; `problem` says why and, where it can, what was probably meant."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


def read_japanese_date(text: str) -> date:
    """The day that a text names: an era with its year, or a year of four digits; any width.

    Parameters
    ----------
    text : str
        Such as 令和6年4月1日, R6.4.1, Ｒ０６/０４/０１, 令和六年四月一日, 2024/4/1, 20240401. A time of
        day after it is dropped.

    Raises
    ------
    DateUnreadable
        The era is not said (6.4.1), the day is outside the era (平成31年5月1日), or there is no such
        day (R6.2.30). Its problem carries the mend.
    """
    plain = unicodedata.normalize("NFKC", text).translate(_DASHES).strip()
    plain = _TIME.sub("", plain)
    if _SPLIT_NUMBER.search(plain):
        raise DateUnreadable(_no_form("", text))
    plain = "".join(plain.split()).upper()
    match = next(filter(None, (form.match(plain) for form in _FORMS)), None)
    if match is None:
        raise DateUnreadable(_no_form(plain, text))
    groups = match.groupdict()
    era = _BY_NAME[groups["era"]] if groups.get("era") else None
    numbers = tuple(_number(groups[key]) for key in "ymd")
    if None in numbers or 0 in numbers:
        raise DateUnreadable(_no_day(text))
    year, month, day = (number for number in numbers if number is not None)
    if era is not None:
        year += era.year_one - 1
    try:
        found = date(year, month, day)
    except ValueError:
        raise DateUnreadable(_no_day(text)) from None
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise DateUnreadable(_far_off(text))
    if era is not None and not era.holds(found):
        raise DateUnreadable(_other_era(text, era, found))
    return found


def era_text(day: date) -> str:
    """A day in its era, such as 令和元年5月1日; a day of two eras in the newer one.

    Raises
    ------
    ValueError
        It is before 1873.
    """
    for era in reversed(ERAS):
        if era.holds(day):
            year = day.year - era.year_one + 1
            return f"{era.name}{'元' if year == 1 else year}年{day.month}月{day.day}日"
    raise ValueError(day)


def _number(written: str) -> int | None:
    """A number below 100 in digits or in kanji (二十三, 二三); None when it is neither."""
    if written == "元":
        return 1
    if written.isdecimal():
        return int(written)
    if "十" not in written:
        digits = [_KANJI.get(sign) for sign in written]
        if None in digits or len(digits) > 2:
            return None
        return int("".join(map(str, digits)))
    tens, _, ones = written.partition("十")
    if len(tens) > 1 or len(ones) > 1 or "〇" in tens + ones:
        return None
    high, low = (_KANJI.get(tens) if tens else 1), (_KANJI.get(ones) if ones else 0)
    return None if high is None or low is None else high * 10 + low


def _no_form(plain: str, text: str) -> Problem:
    if re.match(r"\d{1,2}(年|[./-])\d{1,2}(月|[./-])\d{1,2}日?\Z", plain):
        return Problem(
            "date.no-era",
            Text(
                "元号か西暦4桁がないので、どの年か決められません",
                "names neither an era nor a year of four digits",
            ),
            Text(
                f"元号を付けてください(令和なら R{plain}、平成なら H{plain})",
                f"put the era before it (R{plain} for Reiwa, H{plain} for Heisei)",
            ),
        )
    return Problem(
        "date.unreadable", Text("日付として読めません", f"'{shown(text)}' cannot be read as a day"), _WRITE
    )


def _no_day(text: str) -> Problem:
    return Problem(
        "date.no-such-day", Text("暦にない日です", f"'{shown(text)}' is no day of the calendar"), _WRITE
    )


def _far_off(text: str) -> Problem:
    return Problem(
        "date.far-off",
        Text(
            f"{FIRST_YEAR}年から{LAST_YEAR}年までの日ではありません",
            f"'{shown(text)}' is not between {FIRST_YEAR} and {LAST_YEAR}",
        ),
        _WRITE,
    )


def _other_era(text: str, era: Era, found: date) -> Problem:
    meant = era_text(found)
    return Problem(
        "date.outside-era",
        Text(f"{era.name}にない日です", f"'{shown(text)}' is not in the era {era.name}"),
        Text(
            f"「{meant}」({found})のことなら、そう書き直してください",
            f"if '{meant}' ({found}) is meant, write it so",
        ),
    )
