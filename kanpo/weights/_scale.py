"""The scale of judgements, and how people write them."""

from __future__ import annotations

import re

from kanpo.errors import Problem
from kanpo.locale import Text
from kanpo.reading import Reading, normalise, read_number

#: Least and greatest judgement (Saaty 1980).
LEAST, MOST = 1 / 9, 9.0
#: The scale as it is written, from "the first far more" to "the second far more".
SCALE: tuple[str, ...] = (*(str(n) for n in range(9, 0, -1)), *(f"1/{n}" for n in range(2, 10)))

_FRACTION = re.compile(r"(\d+(?:\.\d+)?)\s*/\s*(\d+(?:\.\d+)?)")
#: What Excel makes of 1/3 that is typed into a cell which is not formatted as text.
_DATES = (
    re.compile(r"\d{4}[-/年](\d{1,2})[-/月](\d{1,2})日?"),
    re.compile(r"(\d{1,2})月(\d{1,2})日"),
)
#: A decimal counts as 1/n when it is 1/n rounded to the digits written, of which there are two or more.
_FEWEST_DIGITS = 2
#: Beyond the ends of the scale by no more than rounding.
_ROUNDING = 1e-9


def read_judgement(written: str) -> tuple[float | None, Problem | None]:
    """A judgement as people write it: ``3``, ``1/3``, ``１／３``, ``⅓``, ``0.333``; or the problem with it.

    A value between two steps of the scale is taken as it is; a rounded decimal counts as the
    reciprocal that it is rounded from.
    """
    plain = normalise(written).replace("\N{FRACTION SLASH}", "/")
    for date in _DATES:
        if match := date.fullmatch(plain):
            return None, _a_date(int(match[1]), int(match[2]))
    value = _number(plain)
    if isinstance(value, Problem):
        if value.code == "number.comma":
            return None, value
        return None, Problem(
            "weights.not-a-judgement",
            Text("判断の数として読めません", "is no judgement"),
            Text(
                "9〜1 か 1/2〜1/9 を入れてください。分からなければ空欄に",
                "enter 9 to 1 or 1/2 to 1/9; leave it blank if unknown",
            ),
        )
    if not LEAST - _ROUNDING <= value <= MOST + _ROUNDING:
        return None, Problem(
            "weights.out-of-scale",
            Text("判断は 1/9 から 9 までです", "a judgement lies between 1/9 and 9"),
            Text("9(極めて大切)か 1/9 で止めてください", "stop at 9 (extremely more) or 1/9"),
        )
    return min(max(value, LEAST), MOST), None


def _number(plain: str) -> Reading[float]:
    match = _FRACTION.fullmatch(plain)
    if match is not None and float(match[2]) > 0:
        return float(match[1]) / float(match[2])
    value = read_number(plain)
    digits = len(plain.partition(".")[2])
    if not isinstance(value, Problem) and value < 1 and digits >= _FEWEST_DIGITS:
        for n in range(2, 10):
            if abs(value - 1 / n) <= 0.5 * 10.0**-digits + _ROUNDING:
                return 1 / n
    return value


def _a_date(month: int, day: int) -> Problem:
    return Problem(
        "weights.date",
        Text("日付に変わっています", "has become a date"),
        Text(
            f"「{month}/{day}」のつもりなら、セルの書式を文字列にして入れ直してください",
            f"if it was {month}/{day}, format the cell as text and enter it again",
        ),
    )


def written(value: float) -> str:
    """A judgement as people say it: 3, 1/3, 2.4, 1/2.4."""
    larger = value if value >= 1 else 1 / value
    number = f"{larger:.1f}".removesuffix(".0")
    return number if value >= 1 or number == "1" else f"1/{number}"
