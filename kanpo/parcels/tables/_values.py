"""Cells of a register as values of the parcel table.

Every reader gives the value, or a `Problem` when it is not certain what was meant.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from kanpo.errors import Problem, Severity
from kanpo.locale import Text
from kanpo.parcels.tables._names import plain_header
from kanpo.schema import DateUnreadable, read_japanese_date
from kanpo.tables import Cell, plain_of, text_of

#: What people write for "none".
_NONE = frozenset(
    ("-", "ー", "―", "−", "–", "×", "無", "なし", "無し", "該当なし", "該当無し", "非該当", "対象外", "")
)
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
#: Uses and survey codes that mean that a lot is not idle (3: none, 9: under survey; eMAFF).
_NOT_IDLE = frozenset(
    [
        "耕作",
        "耕作中",
        "作付",
        "作付中",
        "作付あり",
        "作付け中",
        "保全管理",
        "自己保全",
        "自己保全管理",
        "良好",
        "遊休農地でない",
        "遊休なし",
        "3",
        "9",
    ]
)
_IDLE = re.compile(
    r"(?:遊休農地)?(?:農地法)?(?:第?32条)?(?:第?1項)?第?([12])号?(?:遊休農地|遊休)?(?:\(.*\))?"
)
_DEVASTATED = re.compile(r"(?:荒廃農地)?([ab])(?:分類|判定|区分)?(?:\(.*\))?", re.IGNORECASE)
_YEARS = re.compile(r"(\d{1,3}(?:\.\d+)?)(?:年間?|カ年|か年|ヶ年)?")
_YES = frozenset(
    ["○", "◯", "〇", "●", "◎", "1", "v", "✓", "✔", "レ", "有", "あり", "該当", "はい", "true", "yes"]
)
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
    for words, key in ((_NONE, None), (_PADDY, "paddy"), (_FIELD, "field"), (_OTHER, "other")):
        if plain in words:
            return key
    return _unknown(
        Text("地目として読めません", "is no land type"),
        Text(
            "田・畑・その他の地目で書いてください。空欄として取り込みます",
            "write 田, 畑 or another 地目; left blank",
        ),
    )


def read_idle_class(cell: Cell) -> str | Problem | None:
    """``1`` or ``2`` (遊休農地 1号, 2号); None for a lot in use."""
    plain = plain_of(cell)
    if plain in _NONE or plain in _NOT_IDLE:
        return None
    match = _IDLE.fullmatch(plain)
    if match is not None:
        return match[1]
    return _unknown(
        Text("遊休農地の区分として読めません", "is no class of idle farmland"),
        Text("1号か2号と書いてください。空欄として取り込みます", "write 1号 or 2号; left blank"),
    )


def read_devastation_class(cell: Cell) -> str | Problem | None:
    """``A`` or ``B`` (荒廃農地の分類)."""
    plain = plain_of(cell)
    if plain in _NONE:
        return None
    match = _DEVASTATED.fullmatch(plain)
    if match is not None:
        return match[1].upper()
    words = plain_header(plain)
    if words in ("再生利用可能", "再生利用が可能", "再生可能"):
        return "A"
    if words in ("再生利用困難", "再生利用が困難", "再生困難"):
        return "B"
    return _unknown(
        Text("荒廃農地の分類として読めません", "is no class of devastated farmland"),
        Text("A分類かB分類と書いてください。空欄として取り込みます", "write A分類 or B分類; left blank"),
    )


def read_flag(cell: Cell) -> bool | Problem:
    """Whether a column for one class is ticked."""
    plain = plain_of(cell).casefold()
    if plain in _YES:
        return True
    if plain in _NONE or plain in ("0", "false", "no", "いいえ"):
        return False
    return _unknown(
        Text("○か空欄ではありません", "is neither ticked nor blank"),
        Text("該当する行に○を付けてください。空欄として取り込みます", "tick it with ○; left blank"),
    )


def read_years(cell: Cell) -> float | Problem | None:
    """Years abandoned, 0 to 80. 約10年 and 10年以上 are no certain number."""
    plain = plain_of(cell)
    if plain in _NONE:
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
    """A day as ISO 8601. A number that is not typed as a date is none, but for 20240401."""
    if isinstance(cell, date):
        return cell.isoformat()[:10]
    plain = plain_of(cell)
    if plain in _NONE or plain in ("未調査", "未実施"):
        return None
    if isinstance(cell, int | float) and not re.fullmatch(r"(19|20)\d{6}", plain):
        return _not_typed(cell)
    try:
        return read_japanese_date(text_of(cell)).isoformat()
    except DateUnreadable as error:
        return error.problem


def _not_typed(number: float) -> Problem:
    if not 20_000 <= number <= 60_000:
        mend = Text("令和6年4月1日 のように書いてください", "write it as 2024-04-01")
    else:
        day = date.fromordinal(date(1899, 12, 30).toordinal() + int(number))
        mend = Text(
            f"{day} のことなら、セルを日付の書式にしてください",
            f"if {day} is meant, format the cell as a date",
        )
    return Problem("date.number", Text("日付ではなく数値です", "is a number, not a date"), mend)


def _degrees(low: float, high: float) -> Read:
    def read(cell: Cell) -> float | Problem | None:
        plain = plain_of(cell)
        if plain in _NONE:
            return None
        try:
            found = float(plain)
        except ValueError:
            found = float("nan")
        if low <= found <= high:
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
    "idle_class": read_idle_class,
    "idle_1": read_flag,
    "idle_2": read_flag,
    "devastation_class": read_devastation_class,
    "devastation_a": read_flag,
    "devastation_b": read_flag,
    "years_abandoned": read_years,
    "survey_date": read_survey_date,
    "farm_promotion_zone": read_text,
    "longitude": _degrees(*_LONGITUDE),
    "latitude": _degrees(*_LATITUDE),
}
