"""Days and moments as people write them, read without guessing.

The first days of the eras are those of JIS X 0301 and the ordinances of each change. Before
1873-01-01 Japan counted by another calendar, so that Meiji is read from its 6th year on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from kanpo.errors import Problem, shown
from kanpo.locale import Text
from kanpo.reading._name import normalise, with_hyphens
from kanpo.reading._number import Reading, read_kanji_number


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
_TIME = re.compile(r"(?<=[\d日])[T\s]+\d{1,2}:\d\d(:\d\d(\.\d+)?)?\s*([+-]\d\d:?\d\d)?$")
# R6.4.1 2 may be the 1st or the 12th.
_SPLIT_NUMBER = re.compile(r"[0-9〇一二三四五六七八九十]\s+[0-9〇一二三四五六七八九十]")
#: Digits of years that stand without an era or a century, and days without a year.
_NO_YEAR = re.compile(r"(?P<m>\d{1,2})(?:月(?P<d>\d{1,2})日?|[/.-](?P<d2>\d{1,2}))")
_MOMENT = re.compile(
    r"(?P<day>.+?)[T\s]+(?P<hour>\d{1,2}):(?P<rest>\d\d(?::\d\d(?:\.\d+)?)?)(?P<zone>\s*(?:Z|[+-]\d\d:?\d\d))?"
)
#: Day 0 of Excel's day numbers, and those of 1970-01-01 to 2050-01-01.
_DAY_ZERO, _SERIALS = date(1899, 12, 30), range(25_569, 54_790)
_WRITE = Text("令和6年4月1日 か 2024-04-01 のように書いてください", "write it as 令和6年4月1日 or 2024-04-01")


def read_day(written: object) -> Reading[date]:
    """The day that is meant: an era with its year, a year of four digits, or a day number of Excel.

    Parameters
    ----------
    written : object
        Text such as 令和6年4月1日, R6.4.1, Ｒ０６/０４/０１, 令和六年四月一日, 2024/4/1, 20240401 (a time of day
        after it is dropped), or a date or a number as a workbook or JSON holds it.

    Returns
    -------
    date or Problem
        Why it is not certain, with the mend: the era is not said (6.4.1), the year is missing (4月1日), the
        day is outside the era (平成31年5月1日), or there is no such day (R6.2.30).
    """
    if isinstance(written, date):
        return written.date() if isinstance(written, datetime) else written
    if isinstance(written, float) and written.is_integer():
        written = int(written)
    text = str(written)
    plain = _TIME.sub("", with_hyphens(normalise(text)).removesuffix("Z"))
    if _SPLIT_NUMBER.search(plain):
        return _no_form("", text)
    plain = "".join(plain.split()).upper()
    match = next(filter(None, (form.match(plain) for form in _FORMS)), None)
    if match is not None:
        return _day_of(match, text)
    return _serial(int(plain), text) if re.fullmatch(r"[0-9]{5}", plain) else _no_form(plain, text)


def read_moment(written: object) -> Reading[str]:
    """A day, or a day with a time of day (offset allowed), as ISO 8601."""
    if isinstance(written, datetime) and written.time():
        return written.isoformat()
    timed = None if isinstance(written, date) else _MOMENT.fullmatch(with_hyphens(normalise(written)))
    day = read_day(written if timed is None else timed["day"])
    if isinstance(day, Problem):
        return day
    if timed is None:
        return day.isoformat()
    zone = (timed["zone"] or "").strip()
    try:
        return datetime.fromisoformat(f"{day}T{timed['hour'].zfill(2)}:{timed['rest']}{zone}").isoformat()
    except ValueError:
        return _unreadable(str(written))


def _day_of(match: re.Match[str], text: str) -> Reading[date]:
    groups = match.groupdict()
    era = _BY_NAME[groups["era"]] if groups.get("era") else None
    numbers = tuple(_number(groups[key]) for key in "ymd")
    if None in numbers or 0 in numbers:
        return _no_day(text)
    year, month, day = (number for number in numbers if number is not None)
    if era is not None:
        year += era.year_one - 1
    try:
        found = date(year, month, day)
    except ValueError:
        return _no_day(text)
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        return _far_off(text)
    if era is not None and not era.holds(found):
        return _other_era(text, era, found)
    return found


def _serial(number: int, text: str) -> Reading[date]:
    """The day of a day number; 50401 may as well be the first of April of a year 5."""
    month, day = number // 100 % 100, number % 100
    found = _DAY_ZERO + timedelta(number)
    if number not in _SERIALS:
        return _unreadable(text)
    if 1 <= month <= 12 and 1 <= day <= 31:
        return Problem(
            "date.number",
            Text(
                "日付の通し番号か、元号のない年月日か決められません",
                "may be a day number or a day without its era",
            ),
            Text(
                f"{found} か R{number // 10000}.{month}.{day} のように書いてください",
                f"write {found} or R{number // 10000}.{month}.{day}",
            ),
        )
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
    """A number of at most four digits, or one below 100 in kanji (二十三, 二三); None when it is neither."""
    if written == "元":
        return 1
    if written.isdecimal():
        return int(written)
    value = read_kanji_number(written)
    return int(value) if value is not None and value < 100 else None


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
    bare = _NO_YEAR.fullmatch(plain)
    if bare is not None and int(bare["m"]) <= 12 and int(bare["d"] or bare["d2"]) <= 31:
        day = f"{int(bare['m'])}-{int(bare['d'] or bare['d2'])}"
        return Problem(
            "date.no-year",
            Text("年がないので、いつの日か決められません", "has no year"),
            Text(f"2024-{day} のように年を付けてください", f"put the year before it, as 2024-{day}"),
        )
    return _unreadable(text)


def _unreadable(text: str) -> Problem:
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
