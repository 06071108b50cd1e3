"""Cells of a register as values of the parcel table.

Every reader gives the value, or a `Problem` when it is not certain what was meant. Tables and the
properties of GeoJSON are read by the same ones.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from kanpo.errors import Problem, Severity
from kanpo.locale import Text
from kanpo.parcels._status import NONE, Status, is_ticked, read_status
from kanpo.reading import read_day, read_number
from kanpo.tables import Cell, plain_of, text_of

_PADDY = frozenset(("田", "水田", "たんぼ", "paddy"))
_FIELD = frozenset(("畑", "普通畑", "field"))
_OTHER = frozenset(
    [
        "樹園地",
        "果樹園",
        "果樹",
        "採草放牧地",
        "牧草地",
        "牧場",
        "宅地",
        "山林",
        "原野",
        "雑種地",
        "公衆用道路",
        "用悪水路",
        "池沼",
        "ため池",
        "墓地",
        "境内地",
        "保安林",
        "公園",
        "鉄道用地",
        "堤",
        "井溝",
        "運河用地",
        "水道用地",
        "学校用地",
        "塩田",
        "鉱泉地",
        "その他",
        "other",
    ]
)
_YEARS = re.compile(r"(\d{1,3}(?:\.\d+)?)(?:年間?|カ年|か年|ヶ年)?")
_LONGITUDE, _LATITUDE = (122.0, 154.0), (20.0, 46.0)
#: Years a lot can have lain abandoned; the range of the parcel table.
_MOST_YEARS = 80
_CHECK_WEIGHTS = (6, 5, 4, 3, 2)

Read = Callable[[Cell], "object | Problem"]


def _unknown(what: Text, mend: Text) -> Problem:
    return Problem("table.value-unknown", what, mend, severity=Severity.WARNING)


def read_text(cell: Cell) -> str | None:
    """A text as it was written."""
    return text_of(cell) or None


def read_land_type(cell: Cell) -> str | Problem | None:
    """``paddy``, ``field`` or ``other``."""
    plain = plain_of(cell)
    for words, key in ((NONE, None), (_PADDY, "paddy"), (_FIELD, "field"), (_OTHER, "other")):
        if plain in words:
            return key
    return _unknown(
        Text("地目として読めません", "is no land type"),
        Text(
            "田・畑・その他の地目で書いてください。空欄として取り込みます",
            "write 田, 畑 or another 地目; left blank",
        ),
    )


def read_class(cell: Cell) -> Status | Problem:
    """The state of a lot in the office's own words."""
    return read_status(plain_of(cell))


def read_flag(cell: Cell) -> bool | Problem:
    """Whether a column for one class is ticked."""
    return is_ticked(plain_of(cell))


def read_years(cell: Cell) -> float | Problem | None:
    """Years abandoned, 0 to 80. 約10年 and 10年以上 are no certain number."""
    plain = plain_of(cell)
    if plain in NONE:
        return None
    split = re.search(r"\d\s+\d", text_of(cell)) is not None
    match = _YEARS.fullmatch(plain) if not split and not isinstance(cell, date) else None
    if match is not None and float(match[1]) <= _MOST_YEARS:
        return float(match[1])
    return _unknown(
        Text("0〜80の年数として読めません", "is no number of years from 0 to 80"),
        Text(
            "12 のように年数だけを書いてください。空欄として取り込みます",
            "write the years only, as 12; left blank",
        ),
    )


def read_survey_date(cell: Cell) -> str | Problem | None:
    """A day as ISO 8601; a number that is not typed as a date is a day number of Excel, or 20240401."""
    if plain_of(cell) in NONE or plain_of(cell) in ("未調査", "未実施", "調査中"):
        return None
    day = read_day(cell if isinstance(cell, date | int | float) else text_of(cell))
    return day if isinstance(day, Problem) else day.isoformat()


def _degrees(low: float, high: float) -> Read:
    def read(cell: Cell) -> float | Problem | None:
        plain = plain_of(cell)
        if plain in NONE:
            return None
        found = read_number(plain)
        if not isinstance(found, Problem) and low <= found <= high:
            return found
        return _unknown(
            Text(
                f"{low:g}〜{high:g}度の座標ではありません",
                f"is no coordinate from {low:g} to {high:g} degrees",
            ),
            Text(
                "経度と緯度の列を確かめてください。空欄として取り込みます",
                "check the columns of longitude and latitude; left blank",
            ),
        )

    return read


def read_municipality(cell: Cell) -> str | Problem | None:
    """A municipality code of five digits; a check digit is verified and dropped, a lost 0 put back."""
    plain = plain_of(cell)
    if not plain:
        return None
    if plain.isascii() and plain.isdigit():
        if len(plain) == 4 or (len(plain) == 5 and 1 <= int(plain[:2]) <= 47):
            return plain.zfill(5)
        if len(plain) in (5, 6) and _check_digit(plain.zfill(6)):
            return plain.zfill(6)[:5]
    return _unknown(
        Text("市区町村コードではありません", "is no municipality code"),
        Text("5桁か6桁の全国地方公共団体コードを入れてください", "enter the code of five or six digits"),
    )


def _check_digit(code: str) -> bool:
    # Check digit of the codes of local governments: JIS X 0402, appendix.
    total = sum(weight * int(digit) for weight, digit in zip(_CHECK_WEIGHTS, code, strict=False))
    return int(code[5]) == (11 - total % 11) % 10


READERS: dict[str, Read] = {
    "municipality_code": read_municipality,
    "municipality_name": read_text,
    "land_type": read_land_type,
    "idle_class": read_class,
    "status": read_class,
    "idle_1": read_flag,
    "idle_2": read_flag,
    "devastation_class": read_class,
    "devastation_a": read_flag,
    "devastation_b": read_flag,
    "years_abandoned": read_years,
    "survey_date": read_survey_date,
    "farm_promotion_zone": read_text,
    "longitude": _degrees(*_LONGITUDE),
    "latitude": _degrees(*_LATITUDE),
}
