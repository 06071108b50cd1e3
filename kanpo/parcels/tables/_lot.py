"""Lot numbers (地番), and what spreadsheets make of them."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from kanpo.errors import Problem
from kanpo.locale import Text

_DASHES = str.maketrans(dict.fromkeys("−‐‑‒–—―ー－ｰ", "-"))
_KANJI_DIGITS = str.maketrans("〇一二三四五六七八九", "0123456789")
_SIGN = "[甲乙丙丁戊己庚辛壬癸子丑寅卯イロハニホヘトチリヌ]"
#: Digits are taken all at once (``\d++``): a thousand of them could be cut in two in too many ways.
_LOT = re.compile(
    rf"{_SIGN}*\d++(?:番地?)?(?:(?:-|の|ノ)?{_SIGN}|(?:-|の|ノ)?\d++(?:番地?)?)*(?:の?(?:一部|内\d*|外))?号?"
)
_SEVERAL = re.compile(r"[、,・/~〜;；\n]|[外他ほか]+\d+筆|から|及び|および")
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_AS_DATES = (
    re.compile(r"(?P<m>\d{1,2})月(?P<d>\d{1,2})日"),
    re.compile(rf"(?P<d>\d{{1,2}})-(?P<name>{'|'.join(_MONTHS)})", re.IGNORECASE),
    re.compile(rf"(?P<name>{'|'.join(_MONTHS)})-(?P<d>\d{{2}})", re.IGNORECASE),
    re.compile(r"(?P<y>\d{4})/(?P<m>\d{1,2})/(?P<d>\d{1,2})(?:\d{1,2}:\d\d(?::\d\d)?)?"),
    re.compile(r"(?P<y>(?:19|20)\d\d)-(?P<m>[01]\d)-(?P<d>[0-3]\d)(?:T?\d\d:\d\d:\d\d)?"),
    re.compile(r"(?P<y>\d{4})年(?P<m>\d{1,2})月(?P<d>\d{1,2})日"),
)
_ADDRESS = re.compile(r"(?P<place>.*[^\d\-のノ番地])(?P<lot>\d++(?:番地?)?(?:(?:-|の|ノ)?\d++(?:番地?)?)*)")
#: Excel's day numbers of 2009-07-06 to 2036-11-21; a lot number as high stands among others as high.
SERIALS = range(40_000, 50_000)


def plain_lot(text: str) -> str:
    """A lot number in plain form: NFKC, every dash a hyphen, no blanks."""
    plain = unicodedata.normalize("NFKC", text.replace("−", "-")).translate(_DASHES)
    return "".join(plain.split()).removeprefix("'").removeprefix("地番")


def lot_key(text: str) -> str:
    """A lot number for comparing: 3番地の1, ３－１ and 3-1 are the same."""
    plain = plain_lot(text)
    if not any(sign.isdigit() for sign in plain):
        plain = plain.translate(_KANJI_DIGITS)
    plain = re.sub(r"番地?(?=[の\-ノ]|\d|$)", "-", plain)
    plain = re.sub(r"(?<=\d)[のノ](?=\d)", "-", plain)
    plain = re.sub(r"-{2,}|-[のノ]", "-", plain).strip("-").removesuffix("号")
    return re.sub(r"(?<!\d)0+(?=\d)", "", plain)


def lot_problem(value: object, written: str) -> Problem | None:
    """Why a cell cannot be taken for the number of one lot; None when it can.

    Parameters
    ----------
    value : object
        The cell; a `date` is what a spreadsheet made of 3-1.
    written : str
        The same as text.
    """
    if isinstance(value, date):
        return _as_date(value.month, value.day, value.year)
    plain = plain_lot(written)
    for form in _AS_DATES:
        match = form.fullmatch(plain)
        if match is not None and (found := _date_parts(match.groupdict())) is not None:
            return _as_date(*found)
    if isinstance(value, float) and not value.is_integer():
        return _decimal(written)
    if re.fullmatch(r"\d+\.\d+", plain):
        return _decimal(plain)
    # More than 15 digits, or 1.2E+05: a spreadsheet has rounded it.
    if re.fullmatch(r"\d+(\.\d+)?[eE][+\-]?\d+", plain) or (isinstance(value, float) and value >= 1e15):
        return _unreadable()
    spaced = unicodedata.normalize("NFKC", written).strip()
    if _SEVERAL.search(spaced) or re.search(r"\d\s+\d", spaced):
        return Problem(
            "table.lot-several",
            Text("1つのセルに複数の筆があります", "holds several lots"),
            Text("1筆1行に分けてください", "give each lot a row of its own"),
        )
    if lot_key(plain) == "0":
        return _unreadable()
    if _LOT.fullmatch(plain) or _LOT.fullmatch(plain.translate(_KANJI_DIGITS)):
        return None
    return _unreadable()


def split_address(text: str) -> tuple[str, str] | None:
    """An address as (place, lot number); None when it does not end with a lot number."""
    plain = plain_lot(text)
    match = _ADDRESS.fullmatch(plain)
    return (match["place"], match["lot"]) if match is not None else None


def _date_parts(parts: dict[str, str | None]) -> tuple[int, int, int | None] | None:
    name, year = parts.get("name"), parts.get("y")
    month = _MONTHS.index(name.capitalize()) + 1 if name else int(parts.get("m") or 0)
    day = int(parts.get("d") or 0)
    return (month, day, int(year) if year else None) if 1 <= month <= 12 else None


def _as_date(month: int, day: int, year: int | None) -> Problem:
    guesses = [f"{month}-{day}"]
    if day == 1 and year is not None:
        # 3-40 becomes the first day of March 1940.
        guesses.append(f"{month}-{year % 100}")
    ja = "または".join(f"「{guess}」" for guess in guesses)
    en = " or ".join(f"'{guess}'" for guess in guesses)
    return Problem(
        "table.lot-as-date",
        Text("地番が日付になっています", "the lot number has become a date"),
        Text(
            f"もとは{ja}ではありませんか。列を文字列の書式にしてから打ち直してください",
            f"was it {en}? make the column text, then type it again",
        ),
    )


def _decimal(written: str) -> Problem:
    return Problem(
        "table.lot-decimal",
        Text("地番が小数になっています", "the lot number is a decimal number"),
        Text(
            f"「{written.replace('.', '-')}」のことなら、文字列の書式にして打ち直してください",
            f"if '{written.replace('.', '-')}' is meant, make the column text and type it again",
        ),
    )


def _unreadable() -> Problem:
    return Problem(
        "table.lot-unreadable",
        Text("地番として読めません", "is no lot number"),
        Text("123-4 のように書いてください", "write it as 123-4"),
    )


def serial_problem(number: int) -> Problem:
    """The finding that a lot number is more likely a day number of Excel."""
    day = date.fromordinal(date(1899, 12, 30).toordinal() + number)
    found = _as_date(day.month, day.day, day.year)
    what = Text(
        "地番が日付の通し番号になっているようです", "the lot number seems to be a date that became a number"
    )
    return Problem(found.code, what, found.mend)
