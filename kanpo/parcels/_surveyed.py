"""What a survey looked for and did not find: that, unlike a blank, ends a class from its day on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import numpy as np
import orjson
import pandas as pd

from kanpo.parcels.sources import Source
from kanpo.schema import normalise

CLASSES = ("idle_class", "devastation_class")
#: Columns of an office table that speak of a class, its ticked columns too.
_OF_CLASS = {
    "idle_class": ("idle_class", "idle_1", "idle_2"),
    "devastation_class": ("devastation_class", "devastation_a", "devastation_b"),
}
#: Words for "none of this class".
_NONE = frozenset(("-", "ー", "―", "×", "無", "なし", "無し", "該当なし", "該当無し", "非該当"))
#: Words and codes (3: 遊休農地ではない) for land in use: no class at all.
_IN_USE = frozenset(
    (
        *("3", "耕作", "耕作中", "作付", "作付中", "作付あり", "作付け中", "良好", "保全管理", "自己保全", "自己保全管理"),
        *("遊休農地ではない", "遊休農地でない", "遊休なし"),
    )
)  # fmt: skip


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
    headers = {key: [mapping[name] for name in names if name in mapping] for key, names in _OF_CLASS.items()}
    own = rows["survey_date"].notna().to_numpy()
    surveyed = own if "survey_date" in mapping else np.full(len(rows), dated)
    found = []
    for position, text in enumerate(rows["attributes"]):
        cells = orjson.loads(text) if text else {}
        has = {key: rows[key].iat[position] is not None for key in CLASSES}
        found.append(_denied(cells, headers, has, bool(surveyed[position])))
    return found


def feature_denials(table: pd.DataFrame, source: Source, present: Collection[str]) -> list[str | None]:
    """The same of features (n,), of which a row carries its properties in ``attributes``."""
    headers = {
        key: [name for name in source.columns[key].names if name in present]
        for key in CLASSES
        if key in source.columns
    }
    surveyed = table["survey_date"].notna().to_numpy()
    found = []
    for position, text in enumerate(table["attributes"]):
        has = {key: table[key].iat[position] is not None for key in CLASSES}
        cells = orjson.loads(text) if any(headers.values()) else {}
        found.append(_denied(cells, headers, has, bool(surveyed[position])))
    return found


def _denied(
    cells: Mapping[str, object], headers: Mapping[str, Iterable[str]], has: Mapping[str, bool], surveyed: bool
) -> str | None:
    words = {
        key: [normalise(cells[name]) for name in names if cells.get(name) not in (None, "")]
        for key, names in headers.items()
    }
    if not any(has.values()) and any(word in _IN_USE for said in words.values() for word in said):
        return " ".join(CLASSES)
    denied = [
        key
        for key, names in headers.items()
        if names and not has[key] and all(word in _NONE for word in words[key]) and (surveyed or words[key])
    ]
    return " ".join(denied) or None
