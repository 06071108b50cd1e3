"""Numbers as people write them: any width, thousands, kanji, the unit beside it; never guessed."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import TypeVar, Union

from kanpo.budgets import GREATEST_NUMBER
from kanpo.errors import Problem
from kanpo.locale import Text
from kanpo.reading._name import normalise, with_hyphens

T = TypeVar("T")
#: What every reader of this room returns: the value, or why it is not certain.
Reading = Union[T, Problem]  # noqa: UP007

#: A number with thousands in groups, or without any; the first group never begins with 0.
GROUPED = r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d*)?"
DECIMAL = r"(?:\d+\.?\d*|\.\d+)"
_NUMBER = re.compile(rf"([+-]?)({GROUPED}|{DECIMAL}(?:[eE][+-]?\d+)?)")
_COMMA = re.compile(r"([+-]?)(\d+),(\d+)")
_BESIDE = re.compile(
    rf"([+-]?(?:{GROUPED}|[\d.,]+|[〇一二三四五六七八九十百千万億]+))\s*([^\d\s.,].{{0,15}})", re.DOTALL
)
_SPLIT = re.compile(r"\d\s+[\d.,]")
_PLAIN_UNIT = re.compile(r"[\s^²]")

#: Sizes of units of one kind (metre, gram), and other spellings of a unit.
_SIZES = ({"mm": 0.001, "cm": 0.01, "m": 1.0}, {"mg": 0.001, "g": 1.0, "kg": 1000.0, "t": 1e6})
_SAME = {
    "ミリ": "mm",
    "センチ": "cm",
    "メートル": "m",
    "グラム": "g",
    "キロ": "kg",
    "トン": "t",
    **dict.fromkeys(("枚", "本", "個", "株"), "count"),
    **dict.fromkeys(("パーセント", "%", "percent"), "%"),
    **dict.fromkeys(("度", "°", "deg"), "deg"),
    **dict.fromkeys(("℃", "°c", "degc"), "degc"),
    **dict.fromkeys(("点", "ph", "-"), "score"),
}

_KANJI = {sign: value for value, sign in enumerate("〇一二三四五六七八九")} | {"零": 0}
_TENS = {"十": 10.0, "百": 100.0, "千": 1000.0}
_MYRIADS = {"万": 1e4, "億": 1e8}
_PART = re.compile(r"(\d+(?:\.\d+)?|[〇零一二三四五六七八九])|([十百千])|([万億])")
_PLACES = re.compile(r"[十百千万億]|\A[〇零]\Z")
_DIGITS_ONLY = re.compile(r"[〇零一二三四五六七八九]{2,}")
_TO_DIGITS = str.maketrans({sign: str(value) for sign, value in _KANJI.items()})


def read_number(written: object, unit: str = "") -> Reading[float]:
    """A number such as １２．５, 1,234, 千五百 or 35 cm.

    Parameters
    ----------
    written : object
        Text in any width, or a number as a workbook or JSON holds it.
    unit : str
        The unit that the value is kept in; it may stand beside the number. Another one is a problem: who
        writes 0.35 m on one sheet may have written 35 without a unit on the next.

    Returns
    -------
    float or Problem
        Finite. Of 3,5 it is asked whether 3.5 or 35 is meant; ``nan`` and ``inf`` were not measured.
    """
    if isinstance(written, (int, float)) and not isinstance(written, bool):
        return float(written) if abs(written) < GREATEST_NUMBER else _unreadable()
    plain = with_hyphens(normalise(written))
    value = _plain_number(plain)
    if value is not None:
        return value
    beside = _BESIDE.fullmatch(plain)
    if beside is not None and not _SPLIT.search(plain) and unit != "":
        number = read_number(beside[1])
        return number if isinstance(number, Problem) else _in_unit(number, beside[2], unit)
    return _unreadable()


def read_integer(written: object, unit: str = "") -> Reading[int]:
    """A whole number; ``3.0`` counts as 3."""
    value = read_number(written, unit)
    if isinstance(value, Problem):
        return value
    return int(value) if value == int(value) else not_whole()


def read_amount(written: object) -> Reading[float]:
    """An amount of 0 or more: ``1,500``, ``１５００円``, ``1万5千``, ``千五百``.

    Of ``50%`` and ``5割`` it is asked to write a share: neither is guessed.
    """
    plain = normalise(written)
    share = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(%|割)", plain)
    if share is not None:
        return _ask_share(float(share[1]) / (100 if share[2] == "%" else 10))
    value = read_number(_AMOUNT_UNITS.sub("", plain))
    if isinstance(value, Problem) and value.code == "number.comma":
        return value
    if isinstance(value, Problem) or value < 0:
        return Problem(
            "amount.unreadable",
            Text("0以上の数として読めません", "is no number of 0 or more"),
            Text("1500 や 1.5 のように数字だけを入れてください", "enter digits only, such as 1500 or 1.5"),
        )
    return value


_AMOUNT_UNITS = re.compile(
    r"\s*(?:円|時間|回|年|キロ|kg|㎡|m2|yen|hours?|h|years?|times?)\s*\Z", re.IGNORECASE
)


def number_or_nan(written: object, missing: Collection[str] = ()) -> float:
    """A number, or NaN where none can be read or one of the words of `missing` stands (plain form).

    For places that tell of what cannot be read themselves.
    """
    if missing and normalise(written).casefold() in missing:
        return float("nan")
    value = read_number(written)
    return float("nan") if isinstance(value, Problem) else value


def read_kanji_number(plain: str) -> float | None:
    """``1万2千5百``, ``千二百三十`` and ``二三``; None where it is none, or a place stands where it cannot."""
    if _DIGITS_ONLY.fullmatch(plain):
        return float(plain.translate(_TO_DIGITS))
    total, group, digit = 0.0, 0.0, None
    place, myriad, end = float("inf"), float("inf"), 0
    for part in _PART.finditer(plain):
        if part.start() != end:
            return None
        end = part.end()
        number, ten, ten_thousand = part.groups()
        if number is not None:
            if digit is not None:
                return None
            digit = float(_KANJI.get(number, number))
        elif ten is not None:
            if _TENS[ten] >= place:
                return None
            place = _TENS[ten]
            group, digit = group + (1.0 if digit is None else digit) * place, None
        else:
            group += digit or 0.0
            if group == 0 or _MYRIADS[ten_thousand] >= myriad:
                return None
            myriad = _MYRIADS[ten_thousand]
            total, group, digit, place = total + group * myriad, 0.0, None, float("inf")
    return total + group + (digit or 0.0) if end == len(plain) > 0 else None


def _plain_number(plain: str) -> Reading[float] | None:
    """A number without a unit, the question that a comma asks, or None where it is something else."""
    match = _NUMBER.fullmatch(plain)
    if match is not None:
        value = float(match[1] + match[2].replace(",", ""))
        return value if abs(value) < GREATEST_NUMBER else _unreadable()
    comma = _COMMA.fullmatch(plain)
    if comma is not None:
        return _ask_comma(*comma.groups())
    # Kanji count as a number where one of them is a place: 一 alone may be a dash, 二三 two or three.
    return read_kanji_number(plain) if _PLACES.search(plain) else None


def _in_unit(number: float, beside: str, unit: str) -> Reading[float]:
    found, wanted = _unit_key(beside), _unit_key(unit)
    if found == wanted:
        return number
    for sizes in _SIZES:
        if found in sizes and wanted in sizes:
            return unit_differs(unit, round(number * sizes[found] / sizes[wanted], 6))
    return unit_differs(unit) if found.isalpha() or found == "%" or found in _SAME.values() else _unreadable()


def _unit_key(unit: str) -> str:
    plain = _PLAIN_UNIT.sub("", normalise(unit)).casefold()
    return _SAME.get(plain, plain)


def unit_differs(unit: str, meant: float | None = None) -> Problem:
    """The problem with a number in another unit; `meant` is what it is in the right one."""
    mend = Text(f"{unit} に直して数字だけを入れてください", f"convert to {unit}, digits only")
    if meant is not None:
        mend = Text(
            f"{meant:g}({unit})のことなら、そう書き直してください",
            f"if {meant:g} ({unit}) is meant, write it so",
        )
    return Problem(
        "value.unit-differs", Text(f"単位が違います(ここは {unit})", f"another unit than {unit}"), mend
    )


def not_whole() -> Problem:
    """The problem with what is no whole number."""
    return Problem(
        "value.not-integer",
        Text("整数として読めません", "is not a whole number"),
        Text("3 のように整数を入れてください", "enter a whole number such as 3"),
    )


def _unreadable() -> Problem:
    return Problem(
        "value.not-number",
        Text("数値として読めません", "is not a number"),
        Text("12.3 のように数字だけを入れてください", "enter digits only, such as 12.3"),
    )


def _ask_comma(sign: str, whole: str, rest: str) -> Problem:
    point, thousands = f"{sign}{whole}.{rest}", f"{sign}{(whole + rest).lstrip('0') or '0'}"
    return Problem(
        "number.comma",
        Text(
            "コンマが小数点なのか桁区切りなのか分かりません",
            "the comma may be a decimal point or part thousands",
        ),
        Text(
            f"{point} のことですか、{thousands} のことですか。そのどちらかで書いてください",
            f"is {point} or {thousands} meant? Write one of them",
        ),
    )


def _ask_share(value: float) -> Problem:
    return Problem(
        "amount.share",
        Text("割合は 0〜1 の数で入れます", "a share is entered as a number of 0 to 1"),
        Text(f"{value:g} のことなら、そう書いてください", f"if {value:g} is meant, write it so"),
    )
