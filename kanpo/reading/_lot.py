"""Lot numbers (地番): every spelling of one number, and what spreadsheets make of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from kanpo.errors import Problem
from kanpo.locale import Text
from kanpo.reading._name import normalise, with_hyphens, without_blanks
from kanpo.reading._number import Reading, read_kanji_number

#: Signs that stand for a branch (6-ロ, 8ノ辰, 12番甲) or before the number (甲13, ニ8): the ten stems, the
#: twelve branches and kana. 水 and 道 before a number mark water and roads, which have no number of their own.
STEMS = "甲乙丙丁戊己庚辛壬癸"
_SIGNS = f"{STEMS}子丑寅卯辰巳午未申酉戌亥ア-ヺあ-ゖ"
_KANJI_NUMBER = "〇零一二三四五六七八九十百千"
_LONG_VOWELS = str.maketrans("ーｰ", "--")
#: A lot number, piece by piece. Digits are taken all at once (``++``): a thousand of them could be cut in
#: two in too many ways.
_PIECE = re.compile(
    rf"(?P<beside>番?地先)|(?P<part>(?:の|ノ)?(?:一部|[内外]\d*+)\Z)|(?P<block>丁目)"
    rf"|(?P<between>(?:番地?+|[-の之ノ](?=.))[-の之ノ]*(?=.)|番地?+号?\Z|号\Z)"
    rf"|(?P<digits>\d++)|(?P<kanji>[{_KANJI_NUMBER}]++)|(?P<sign>[{_SIGNS}])|(?P<land>[水道])"
)
#: What nearly all lot numbers are: numbers with hyphens, 番地 or の between them.
_USUAL, _NUMBERS, _ZEROS = (
    re.compile(r"番地?[-のノ]?|[のノ]"),
    re.compile(r"\d++(?:-\d++)*"),
    re.compile(r"(?<!\d)0+(?=\d)"),
)
_RANGE = re.compile(r"[~〜]|から|\d\s*(?:…|\.\.+)\s*\d")
_SEVERAL = re.compile(r"[、,・/;；&\n]|[外他ほか]+\d+筆|及び|および|並びに")
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_DAY = re.compile(r"(?P<y>(?:19|20)\d\d)-(?P<m>[01]\d)-(?P<d>[0-3]\d)(?:T?\d\d:\d\d:\d\d)?")
_AS_DATES = (
    re.compile(r"(?P<m>\d{1,2})月(?P<d>\d{1,2})日"),
    re.compile(rf"(?P<d>\d{{1,2}})-(?P<name>{'|'.join(_MONTHS)})", re.IGNORECASE),
    re.compile(rf"(?P<name>{'|'.join(_MONTHS)})-(?P<d>\d{{2}})", re.IGNORECASE),
    re.compile(r"(?P<y>\d{4})/(?P<m>\d{1,2})/(?P<d>\d{1,2})(?:\d{1,2}:\d\d(?::\d\d)?)?"),
    _DAY,
    re.compile(r"(?P<y>\d{4})年(?P<m>\d{1,2})月(?P<d>\d{1,2})日"),
)
#: Excel's day numbers of 2009-07-06 to 2036-11-21; a lot number as high stands among others as high.
SERIALS = range(40_000, 50_000)


@dataclass(frozen=True, slots=True)
class Lot:
    """The number of one lot: as it was `written`, and its `key`, which is the same for every spelling."""

    written: str
    key: str


def read_lot(value: object) -> Reading[Lot]:
    """The number of one lot, such as 3番地の1, ３－１, 6番地ロ, 12番甲, 8ノ辰 or 十二番地.

    Parameters
    ----------
    value : object
        Text, or a cell of a workbook; a date is what a spreadsheet made of 3-1.

    Returns
    -------
    Lot or Problem
        The problem names what it is instead: a date, a decimal number, a range, several lots.
    """
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    written = str(value).strip().removeprefix("'")
    plain = plain_lot(written)
    usual = isinstance(value, str | int) and _NUMBERS.fullmatch(plain) and len(plain) == len(written)
    problem = None if usual and not _DAY.fullmatch(plain) else _problem_of(value, written, plain)
    if problem is not None:
        return problem
    key = _key_of(plain)
    return Lot(written, key) if key not in (None, "0") and key is not None else _unreadable()


def lot_key(value: object) -> str:
    """A lot number for comparing: 3番地の1, ３－１ and 3-1 are the same; blank where nothing is written.

    What is no lot number is its own key, so that it is the same as nothing but itself.
    """
    if value is None or value != value:
        return ""
    if isinstance(value, str):
        return _key_of_text(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return _key_of_text(str(value))


@lru_cache(maxsize=200_000)
def _key_of_text(text: str) -> str:
    plain = plain_lot(text)
    return _key_of(plain) or plain


def plain_lot(text: str) -> str:
    """A lot number in plain form: NFKC, every dash a hyphen, no blanks."""
    plain = (
        "".join(text.split())
        if text.isascii()
        else with_hyphens(without_blanks(text).translate(_LONG_VOWELS))
    )
    return plain.removeprefix("'").removeprefix("地番")


def _key_of(plain: str) -> str | None:
    """The key of a lot number in plain form, None when it is none."""
    usual = _USUAL.sub("-", plain)
    if plain.endswith(("番", "地")):
        usual = usual.removesuffix("-")
    if _NUMBERS.fullmatch(usual):
        return _ZEROS.sub("", usual)
    return _key_by_pieces(plain)


def _key_by_pieces(plain: str) -> str | None:
    # A hyphen at an end says nothing; -3 is left of a torn row, and 3- of a branch that is not known.
    key, numbers, end, before = "", 0, 0, ""
    for piece in _PIECE.finditer(plain):
        kind, text = str(piece.lastgroup), piece[0]
        if piece.start() != end or before in ("beside", "part"):
            return None
        end = piece.end()
        if kind in ("digits", "kanji"):
            number = text.lstrip("0") or "0" if kind == "digits" else _from_kanji(text)
            if number is None or before in ("digits", "kanji"):
                return None
            key += number if not numbers and key and before != "block" else f"-{number}" if key else number
            numbers += 1
        elif kind in ("sign", "land"):
            if kind == "land" and numbers:
                return None
            key += f"-{text}" if numbers else text
        elif kind == "between" and not numbers and before != "sign":
            return None
        elif kind == "block":
            if numbers != 1:
                return None
            key += text
        elif kind in ("beside", "part"):
            key += text.removeprefix("番").lstrip("のノ")
        before = kind
    return key if end == len(plain) and numbers else None


def _from_kanji(text: str) -> str | None:
    number = read_kanji_number(text)
    return None if number is None else str(int(number))


def _problem_of(value: object, written: str, plain: str) -> Problem | None:
    """Why a cell cannot be the number of one lot, where that can be told before it is taken to pieces."""
    if isinstance(value, date):
        return _as_date(value.month, value.day, value.year)
    for form in _AS_DATES:
        match = form.fullmatch(plain)
        if match is not None and (found := _date_parts(match.groupdict())) is not None:
            return _as_date(*found)
    if re.fullmatch(r"\d+\.\d+", plain):
        return _decimal(plain)
    # More than 15 digits, or 1.2E+05: a spreadsheet has rounded it.
    if isinstance(value, float) or re.fullmatch(r"\d+(\.\d+)?[eE][+\-]?\d+", plain):
        return _unreadable()
    spaced = normalise(written)
    if _RANGE.search(spaced):
        return Problem(
            "table.lot-range",
            Text("地番が範囲で書かれています", "is a range of lots"),
            Text("1筆1行に分け、それぞれの地番を書いてください", "give each lot a row with its own number"),
        )
    if _SEVERAL.search(spaced) or re.search(r"\d\s+\d", spaced):
        return Problem(
            "table.lot-several",
            Text("1つのセルに複数の筆があります", "holds several lots"),
            Text("1筆1行に分けてください", "give each lot a row of its own"),
        )
    return None


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
    meant = written.replace(".", "-")
    return Problem(
        "table.lot-decimal",
        Text("地番が小数になっています", "the lot number is a decimal number"),
        Text(
            f"「{meant}」のことなら、文字列の書式にして打ち直してください",
            f"if '{meant}' is meant, make the column text and type it again",
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
