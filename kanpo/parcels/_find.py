"""Finding a parcel by what people call it: settlement and lot number in any width, or its id."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from kanpo.errors import Place, UsageError
from kanpo.locale import Text
from kanpo.schema import normalise

#: Everything that people type for the dash in a lot number; NFKC leaves most of these apart.
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−ーｰ－﹣の", "-"))


def search_key(text: object) -> str:
    """A text for comparing: narrow digits, one kind of dash, no blanks, 番地 left out."""
    if text is None or text != text:
        return ""
    plain = normalise(text).translate(_DASHES).casefold()
    return "".join(plain.split()).replace("番地", "").removesuffix("番")


def search_parcels(parcels: gpd.GeoDataFrame, words: str) -> gpd.GeoDataFrame:
    """Parcels of which every word is part of the settlement and lot number, or of the id.

    Exact lot numbers come first.
    """
    names = _names(parcels)
    ids = parcels["parcel_id"].map(search_key)
    found = pd.Series(True, index=parcels.index)
    for word in words.split():
        key = search_key(word)
        found &= names.str.contains(key, regex=False) | ids.str.contains(key, regex=False)
    hits = parcels[found]
    exact = _exact(parcels, words)[found]
    return hits.loc[exact.sort_values(ascending=False, kind="stable").index]


def find_parcel(parcels: gpd.GeoDataFrame, words: str) -> pd.Series:
    """The one parcel of that id, or of that settlement and lot number.

    Raises
    ------
    UsageError
        There is none, or there are several (which are named).
    """
    by_id = parcels[parcels["parcel_id"] == words.strip()]
    if len(by_id) == 1:
        return by_id.iloc[0]
    exact = parcels[_exact(parcels, words)]
    found = exact if len(exact) else search_parcels(parcels, words)
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
    return _names(parcels).str.replace(" ", "", regex=False) == search_key(words)
