"""What stands in the cell of a measurement: a number, less than could be measured, or nothing."""

from __future__ import annotations

import re

from kanpo.errors import Problem
from kanpo.reading._name import plain
from kanpo.reading._number import Reading, read_number

#: What people write where nothing was measured.
_MISSING = frozenset(
    [
        *("", "na", "n/a", "nan", "null", "none", "-", "--", "―", "—", "ー", ".", "*"),
        *("欠", "欠測", "欠株", "欠損", "なし"),
    ]
)
#: What laboratories write for less than they can measure.
_BELOW_WORDS = frozenset(
    [
        *("nd", "n.d.", "n.d", "bdl", "lod", "<lod", "<lod>", "loq", "<loq", "tr", "tr.", "trace", "痕跡"),
        *("不検出", "検出せず", "未検出", "検出限界未満", "検出限界以下", "定量限界未満", "定量限界以下"),
        *("定量下限未満", "検出下限未満"),
    ]
)
_LIMIT = re.compile(r"[<≦≤]\s*=?\s*(.+)|(.+?)\s*(?:未満|以下)")


def is_missing(written: object) -> bool:
    """Whether a cell says that nothing was measured."""
    return plain(written) in _MISSING


def read_limit(written: object) -> Reading[float] | None:
    """The limit of what is below one (<0.05, 0.05未満); NaN where only that is said (ND), None for anything else."""
    word = plain(written)
    if word in _BELOW_WORDS:
        return float("nan")
    match = _LIMIT.fullmatch(word)
    if match is None:
        return None
    limit = read_number(match[1] or match[2])
    return limit if not isinstance(limit, Problem) or limit.code == "number.comma" else None
