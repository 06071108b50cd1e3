"""Amounts that users are asked for, as people write them, and the kind of record that keeps them."""

from __future__ import annotations

import re
import unicodedata

from kanpo.locale import Text
from kanpo.schema._field import Field, Kind, Table
from kanpo.schema._written import Unreadable

_WORDS = re.compile(r"\s*(?:円|時間|回|年|キロ|kg|㎡|m2|yen|hours?|h|years?|times?)?\s*\Z", re.IGNORECASE)
_DIGITS = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_COMMA = re.compile(r"([0-9]+),([0-9]+)")
_KANJI = {sign: value for value, sign in enumerate("〇一二三四五六七八九")}
_TENS = {"十": 10.0, "百": 100.0, "千": 1000.0}
_MYRIADS = {"万": 1e4, "億": 1e8}
_PART = re.compile(r"([0-9]+(?:\.[0-9]+)?|[〇一二三四五六七八九])|([十百千])|([万億])")


def read_amount(text: str) -> float:
    """An amount of 0 or more: ``1,500``, ``１５００円``, ``1万5千``, ``千五百``.

    Raises
    ------
    Unreadable
        It is no such amount. Of ``12,5`` it is asked whether 12.5 or 125 is meant, of ``50%`` and ``5割``
        to write a share: neither is guessed.
    """
    # NFKC makes ㎡ of m2 and a full-width 1 of 1; kanji stay.
    written = unicodedata.normalize("NFKC", text).strip()
    plain = _WORDS.sub("", written)
    if _DIGITS.fullmatch(plain):
        return float(plain)
    if _GROUPED.fullmatch(plain):
        return float(plain.replace(",", ""))
    comma = _COMMA.fullmatch(plain)
    if comma is not None:
        raise _ask_comma(*comma.groups())
    share = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)\s*(%|割)", plain)
    if share is not None:
        raise _ask_share(float(share[1]) / (100 if share[2] == "%" else 10))
    value = _read_kanji(plain)
    if value is None:
        raise Unreadable(
            "amount.unreadable",
            Text("0以上の数として読めません", "is no number of 0 or more"),
            Text("1500 や 1.5 のように数字だけを入れてください", "enter digits only, such as 1500 or 1.5"),
        )
    return value


def _ask_comma(whole: str, rest: str) -> Unreadable:
    return Unreadable(
        "amount.comma",
        Text(
            "コンマが小数点なのか桁区切りなのか分かりません",
            "the comma may be a decimal point or part thousands",
        ),
        Text(
            f"{whole}.{rest} のことですか、{whole}{rest} のことですか。そのどちらかで書いてください",
            f"is {whole}.{rest} or {whole}{rest} meant? Write one of them",
        ),
    )


def _ask_share(value: float) -> Unreadable:
    return Unreadable(
        "amount.share",
        Text("割合は 0〜1 の数で入れます", "a share is entered as a number of 0 to 1"),
        Text(f"{value:g} のことなら、そう書いてください", f"if {value:g} is meant, write it so"),
    )


def _read_kanji(plain: str) -> float | None:
    """``1万2千5百`` and ``千二百三十``; None where it is none, or a place stands where it cannot."""
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


ASSUMPTION = Table(
    "assumption",
    "assumptions",
    Text("前提", "assumptions"),
    Kind.RECORDED,
    (
        Field(
            "key",
            Text("前提の項目", "assumption"),
            required=True,
            note=Text("kanpo assumptions list の項目", "a key of kanpo assumptions list"),
        ),
        Field(
            "herb_id",
            Text("生薬", "herb"),
            note=Text("空ならどの生薬にも", "blank: for every herb"),
        ),
        Field("low", Text("下限の値", "lower figure"), "amount", minimum=0, maximum=1e9, required=True),
        Field(
            "high",
            Text("上限の値", "upper figure"),
            "amount",
            minimum=0,
            maximum=1e9,
            note=Text("空なら下限と同じ", "blank: the same as the lower one"),
        ),
        Field("unit", Text("単位", "unit"), note=Text("空なら項目の単位", "blank: the unit of the key")),
        Field("source", Text("根拠", "source, why")),
        Field("note", Text("備考", "note")),
    ),
    note=Text(
        "労賃・単価・割合・時間など、表に無く、使う人に一度だけ尋ねる数。書かれていない数は補わない",
        "wage, prices, shares, hours: figures that no table bears and users are asked for once; "
        "what is not given is not filled in",
    ),
    about=("key", "herb_id"),
)
