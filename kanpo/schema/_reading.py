"""What people write in a field, as the value of its type: read by `kanpo.reading`, held to the field's bounds."""

from __future__ import annotations

from collections.abc import Callable

from kanpo.errors import Problem
from kanpo.locale import Text
from kanpo.reading import (
    Reading,
    normalise,
    plain,
    read_amount,
    read_day,
    read_integer,
    read_moment,
    read_number,
)
from kanpo.schema._field import Field
from kanpo.schema._written import read_masses, read_measured, read_npk

_YES = ("1", "true", "yes", "はい", "有", "○")
_NO = ("0", "false", "no", "いいえ", "無", "×")


def _read_date(written: str) -> Reading[str]:
    day = read_day(written)
    return day if isinstance(day, Problem) else day.isoformat()


def _read_boolean(written: str) -> Reading[bool]:
    word = plain(written)
    if word in _YES or word in _NO:
        return word in _YES
    return Problem(
        "value.not-boolean",
        Text("はい・いいえで読めません", "is neither yes nor no"),
        Text("はい か いいえ を入れてください", "enter yes or no"),
    )


_READERS: dict[str, Callable[[str], Reading[object]]] = {
    "date": _read_date,
    "timestamp": read_moment,
    "boolean": _read_boolean,
    "amount": read_amount,
    "masses": read_masses,
    "measured": read_measured,
    "npk": read_npk,
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
    if field.type == "number":
        value: Reading[object] = read_number(written, field.unit)
    elif field.type == "integer":
        value = read_integer(written, field.unit)
    elif field.type in _READERS:
        value = _READERS[field.type](written)
    else:
        return written.strip(), None
    if isinstance(value, Problem):
        return None, value
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
