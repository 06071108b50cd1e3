"""What a survey looked for and did not find: that, unlike a blank, ends a class from its day on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import numpy as np
import orjson
import pandas as pd

from kanpo.parcels._status import NONE, STATES, Status, is_ticked, meaning_of, read_status
from kanpo.parcels.tables._names import OWN_CODES, is_named, recognise
from kanpo.reading import without_blanks

CLASSES = ("idle_class", "devastation_class")
#: Columns that speak of a class, its ticked columns too.
_OF_CLASS = {
    "idle_class": ("idle_class", "status", "idle_1", "idle_2"),
    "devastation_class": ("devastation_class", "status", "devastation_a", "devastation_b"),
}
#: Words for "none of this class"; what is outside the survey (対象外) was not looked at.
_DENIES = NONE - {"", "対象外"}


def table_denials(rows: pd.DataFrame, mapping: Mapping[str, str], *, dated: bool) -> list[str | None]:
    """The classes that each row (n,) of an office table denies, as keys with a blank between.

    A blank denies where the row was surveyed: it has a day of its own; or the table has no such column
    and somebody said of which day it is (`dated`).

    Parameters
    ----------
    rows : DataFrame
        As of `kanpo.parcels.tables.OfficeTable`.
    mapping : mapping
        Column of the parcel table to header.
    """
    own = rows["survey_date"].notna().to_numpy()
    surveyed = own if "survey_date" in mapping else np.full(len(rows), dated)
    meanings = {header: meaning for meaning, header in mapping.items()}
    return _denials(rows, meanings, surveyed, coded={name for name in meanings if _has_own_codes(name)})


def feature_denials(table: pd.DataFrame, present: Collection[str]) -> list[str | None]:
    """The same of features (n,), of which a row carries its properties in ``attributes``."""
    meanings = {name: meaning for name in sorted(present) if (meaning := meaning_of(name)) is not None}
    return _denials(table, meanings, table["survey_date"].notna().to_numpy())


def _denials(
    rows: pd.DataFrame, meanings: Mapping[str, str], surveyed: np.ndarray, coded: Collection[str] = ()
) -> list[str | None]:
    """The classes denied by rows (n,); under the headers `coded` a number is a code that says nothing."""
    headers = {
        key: [header for header, meaning in meanings.items() if meaning in names]
        for key, names in _OF_CLASS.items()
    }
    if not any(headers.values()):
        return [None] * len(rows)
    found = []
    for position, text in enumerate(rows["attributes"]):
        cells = orjson.loads(text) if text else {}
        words = {header: word for header in meanings if (word := _word(cells.get(header)))}
        has = {key: rows[key].iat[position] is not None for key in CLASSES}
        denying = {header for header, word in words.items() if _denies(meanings[header], word)}
        read = [
            (meanings[name], word) for name, word in words.items() if not (name in coded and word.isdecimal())
        ]
        in_use = any(_is_in_use(meaning, word) for meaning, word in read)
        found.append(_denied(headers, words, denying, has, surveyed=bool(surveyed[position]), in_use=in_use))
    return found


def _denied(
    headers: Mapping[str, Iterable[str]],
    words: Mapping[str, str],
    denying: Collection[str],
    has: Mapping[str, bool],
    *,
    surveyed: bool,
    in_use: bool,
) -> str | None:
    if in_use and not any(has.values()):
        return " ".join(CLASSES)
    denied = []
    for key, names in headers.items():
        written = [name for name in names if name in words]
        looked = names and not has[key] and (surveyed or written)
        if looked and all(name in denying for name in written):
            denied.append(key)
    return " ".join(denied) or None


def _word(cell: object) -> str:
    if cell is None or isinstance(cell, dict | list):
        return ""
    return without_blanks(int(cell) if isinstance(cell, float) and cell.is_integer() else cell).casefold()


def _has_own_codes(header: str) -> bool:
    """Whether numbers below a header may be an office's own codes, which nobody else can read."""
    known = recognise(header)
    return known is not None and is_named(known[0], known[1], OWN_CODES)


def _denies(meaning: str, word: str) -> bool:
    return word in _DENIES or (meaning not in STATES and word != "対象外" and is_ticked(word) is False)


def _is_in_use(meaning: str, word: str) -> bool:
    said = read_status(word) if meaning in STATES else None
    return isinstance(said, Status) and said.state == "cultivated"
