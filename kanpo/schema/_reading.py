"""Reading what people write into typed values: numbers, dates, words of a closed list."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime

from kanpo.budgets import GREATEST_NUMBER
from kanpo.errors import Problem
from kanpo.locale import Text
from kanpo.schema._assumed import read_amount
from kanpo.schema._era import DateUnreadable, read_japanese_date
from kanpo.schema._field import Field
from kanpo.schema._written import Unreadable, read_masses, read_measured, read_npk

_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$")
_DATE_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}")
#: A time of day as Excel shows it after a day of any form.
_TIME_AFTER = re.compile(r"(?P<day>.+?)\s+(?P<hour>\d{1,2}):(?P<rest>\d\d(:\d\d)?)")


def normalise(text: object) -> str:
    """A written value in its plain form for keys, numbers and dates (NFKC, outer blanks removed).

    Names and lot numbers that are shown again are never passed through this: NFKC would turn ①
    into 1 and ㈱ into (株).
    """
    return unicodedata.normalize("NFKC", str(text)).strip()


def read_number(text: str) -> float:
    """A number as people type it: full-width digits and thousands separators allowed.

    Raises
    ------
    ValueError
        It is no number, or none that can have been measured.
    """
    value = float(normalise(text).replace(",", ""))
    if not abs(value) < GREATEST_NUMBER:
        raise ValueError(text)
    return value


def read_integer(text: str) -> int:
    """A whole number; ``3.0`` counts as 3.

    Raises
    ------
    ValueError
        It is no whole number.
    """
    value = read_number(text)
    if value != int(value):
        raise ValueError(text)
    return int(value)


def read_date(text: str) -> str:
    """A day as ISO 8601; ``2025/5/1``, ``2025年5月1日``, ``令和7年5月1日`` and ``R7.5.1`` are read too.

    Raises
    ------
    ValueError
        It is no day of the calendar; `DateUnreadable` where it can be said what is wrong with the era.
    """
    plain = normalise(text)
    match = _DATE.match(plain)
    if match is not None:
        return date(*map(int, match.groups())).isoformat()
    if ":" in plain:
        raise ValueError(text)
    try:
        return read_japanese_date(plain).isoformat()
    except DateUnreadable as unreadable:
        if unreadable.problem.code == "date.unreadable":
            raise ValueError(text) from None
        raise


def read_timestamp(text: str) -> str:
    """A day, or a day with a time (ISO 8601, offset allowed; or a day as `read_date` reads it).

    Raises
    ------
    ValueError
        It is neither.
    """
    plain = normalise(text)
    if _DATE_TIME.match(plain):
        return datetime.fromisoformat(plain.replace(" +", "+").replace(" -", "-")).isoformat()
    timed = _TIME_AFTER.fullmatch(plain)
    if timed is not None:
        day, hour, rest = read_date(timed["day"]), timed["hour"].zfill(2), timed["rest"]
        return datetime.fromisoformat(f"{day}T{hour}:{rest}").isoformat()
    return read_date(plain)


def _read_boolean(text: str) -> bool:
    plain = normalise(text).casefold()
    if plain in ("1", "true", "yes", "はい", "有", "○"):
        return True
    if plain in ("0", "false", "no", "いいえ", "無", "×"):
        return False
    raise ValueError(text)


#: Readers that say themselves what is wrong.
_SPOKEN: dict[str, Callable[[str], object]] = {
    "amount": read_amount,
    "masses": read_masses,
    "measured": read_measured,
    "npk": read_npk,
}

_READERS: dict[str, tuple[Callable[[str], object], Text]] = {
    "number": (read_number, Text("数値として読めません", "is not a number")),
    "integer": (read_integer, Text("整数として読めません", "is not a whole number")),
    "date": (read_date, Text("日付として読めません", "is not a date")),
    "timestamp": (read_timestamp, Text("日付として読めません", "is not a date")),
    "boolean": (_read_boolean, Text("はい・いいえで読めません", "is neither yes nor no")),
    **{key: (reader, Text("", "")) for key, reader in _SPOKEN.items()},
}

_MENDS: dict[str, Text] = {
    "number": Text("12.3 のように数字だけを入れてください", "enter digits only, such as 12.3"),
    "integer": Text("3 のように整数を入れてください", "enter a whole number such as 3"),
    "date": Text("2025-05-01 のように入れてください", "enter it as 2025-05-01"),
    "timestamp": Text("2025-05-01 のように入れてください", "enter it as 2025-05-01"),
    "boolean": Text("はい か いいえ を入れてください", "enter yes or no"),
}


def read_value(field: Field, written: str) -> tuple[object, Problem | None]:
    """What `written` means in `field`, or the problem with it.

    Parameters
    ----------
    field : Field
        Its type, range and closed list are the measure.
    written : str
        Not empty.
    """
    if field.choices is not None:
        key = field.choices.key_of(normalise(written))
        return (key, None) if key is not None else (None, _not_in_list(field, written))
    if field.type not in _READERS:
        return written.strip(), None
    reader, what = _READERS[field.type]
    try:
        value = reader(written)
    except (Unreadable, DateUnreadable) as unreadable:
        return None, unreadable.problem
    except (ValueError, OverflowError):
        return None, Problem(f"value.not-{field.type}", what, _MENDS[field.type])
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        problem = _outside(field, float(value))
        if problem is not None:
            return None, problem
    return value, None


def _outside(field: Field, value: float) -> Problem | None:
    low, high = field.minimum, field.maximum
    if (low is None or value >= low) and (high is None or value <= high):
        return None
    unit = f" {field.unit}" if field.unit and field.unit != "-" else ""
    bounds = f"{'' if low is None else f'{low:g}'}〜{'' if high is None else f'{high:g}'}{unit}"
    return Problem(
        "value.out-of-range",
        Text(f"あり得る範囲({bounds})の外です", f"is outside what is possible ({bounds})"),
        Text("単位と桁を確かめてください", "check the unit and the digits"),
    )


def _not_in_list(field: Field, written: str) -> Problem:
    import difflib

    vocabulary = field.choices
    assert vocabulary is not None
    names = {**{k: k for k in vocabulary.labels}, **{t.ja: k for k, t in vocabulary.labels.items()}}
    near = difflib.get_close_matches(normalise(written), names, n=1)
    some = list(vocabulary.labels.items())[:12]
    ja = "、".join(f"{k}({t.ja})" for k, t in some)
    en = ", ".join(k for k, _ in some)
    hint_ja = f"もしかして「{near[0]}」。" if near else ""
    hint_en = f"did you mean '{near[0]}'? " if near else ""
    return Problem(
        "value.not-in-list",
        Text("選べる値ではありません", "is not one of the choices"),
        Text(f"{hint_ja}選べる値: {ja}", f"{hint_en}choices: {en}"),
    )
