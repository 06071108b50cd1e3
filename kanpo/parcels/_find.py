"""Finding a parcel by what people call it: settlement and lot number in any width, or its id."""

from __future__ import annotations

import re
from collections.abc import Iterable

import geopandas as gpd
import pandas as pd

from kanpo.errors import Place, Problem, UsageError
from kanpo.locale import Text
from kanpo.reading import lot_keys, plain_lot, read_place

_BETWEEN = re.compile(r"番地?の?(?=\d)|の(?=\d)")


def search_key(text: object) -> str:
    """A text for searching in parts: narrow digits, one kind of dash, no blanks, 番地 left out."""
    if text is None or text != text:
        return ""
    plain = _BETWEEN.sub("-", plain_lot(str(text)).casefold())
    return plain.replace("番地", "").removesuffix("番")


def search_parcels(parcels: gpd.GeoDataFrame, words: str) -> gpd.GeoDataFrame:
    """Parcels of which every word is part of the settlement and lot number, or of the id; an address does, too.

    Exact lot numbers come first.
    """
    names = _names(parcels)
    ids = parcels["parcel_id"].map(search_key)
    found = pd.Series(True, index=parcels.index)
    for word in words.split():
        key = search_key(word)
        found &= names.str.contains(key, regex=False) | ids.str.contains(key, regex=False)
    exact = _exact(parcels, words)
    found |= exact
    hits, exact = parcels[found], exact[found]
    return hits.loc[exact.sort_values(ascending=False, kind="stable").index]


def find_parcel(parcels: gpd.GeoDataFrame, words: str, *, exact: bool = False) -> pd.Series:
    """The one parcel of that id, or of that settlement and lot number.

    Parameters
    ----------
    exact : bool
        A part of the number is not enough: 132 is not 132-1.

    Raises
    ------
    UsageError
        There is none, or there are several (which are named).
    """
    by_id = parcels[parcels["parcel_id"] == words.strip()]
    if len(by_id) == 1:
        return by_id.iloc[0]
    named = parcels[_exact(parcels, words)]
    found = named if len(named) or exact else search_parcels(parcels, words)
    if len(found) == 1:
        return found.iloc[0]
    place = Place(column="parcel_id", value=words)
    if found.empty:
        raise UsageError(
            "parcel.unknown",
            Text("その筆はありません", "no such parcel"),
            Text("kanpo parcels find 大字 地番 で探してください", "look for it with kanpo parcels find"),
            place,
        )
    some = "、".join(
        f"{row.parcel_id}({row.settlement or ''} {row.lot_number or ''})"
        for row in found.head(5).itertuples()
    )
    raise UsageError(
        "parcel.several",
        Text(f"{len(found)} 筆が当てはまります", f"{len(found)} parcels fit"),
        Text(f"筆IDで選んでください: {some}", f"choose by id: {some}"),
        place,
    )


def _names(parcels: gpd.GeoDataFrame) -> pd.Series:
    return parcels["settlement"].map(search_key) + " " + parcels["lot_number"].map(search_key)


def _exact(parcels: gpd.GeoDataFrame, words: str) -> pd.Series:
    """Whether each parcel (n,) is the lot that the words name in full: settlement and lot number, or this alone."""
    place = read_place(words)
    if isinstance(place, Problem) or not place.lot:
        return pd.Series(False, index=parcels.index)
    wanted = lot_keys(place.settlement, place.lot)
    keys = pairs_of(parcels["settlement"], parcels["lot_number"])
    return pd.Series([key == wanted for key in keys], index=parcels.index, dtype=bool)


def pairs_of(settlements: Iterable[object], lots: Iterable[object]) -> list[tuple[str, str]]:
    """Keys of settlement and lot number, each distinct pair worked out once."""
    known: dict[tuple[object, object], tuple[str, str]] = {}
    pairs = list(zip(settlements, lots, strict=True))
    for pair in pairs:
        if pair not in known:
            known[pair] = lot_keys(*pair)
    return [known[pair] for pair in pairs]
