"""Site factors that parcels bring in their own attributes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import orjson
import pandas as pd

from kanpo.parcels.sources import SOURCES
from kanpo.schema import FACTORS, VOCABULARIES, normalise


def _names() -> dict[str, list[str]]:
    """Factor to the attribute names that carry it, the factor's own key first."""
    names = {key: [key] for key in FACTORS}
    for source in SOURCES.values():
        for name, factor in source.factors.items():
            names[factor].append(name)
    return names


def attribute_factors(parcels: pd.DataFrame) -> pd.DataFrame:
    """Factors read from the ``attributes`` of parcels.

    Parameters
    ----------
    parcels : DataFrame
        ``parcel_id``, ``attributes`` (JSON text) and ``years_abandoned``.

    Returns
    -------
    DataFrame
        Index parcel_id, one column per factor: numbers (NaN unknown) and class keys (None unknown).
        Values that are physically impossible are left out.
    """
    properties = [orjson.loads(text) if text else {} for text in parcels["attributes"]]
    index = pd.Index(parcels["parcel_id"], name="parcel_id", dtype=object)
    columns: dict[str, np.ndarray] = {}
    present = set().union(*(set(found) for found in properties[:1000])) if properties else set()
    # The first thousand tell which names occur; a rarer one is still found by looking at all.
    for key, names in _names().items():
        candidates = [name for name in names if name in present or len(properties) <= 1000] or names
        columns[key] = _column(key, properties, candidates)
    if "years_abandoned" in parcels:
        own = parcels["years_abandoned"].to_numpy(dtype=float)
        columns["years_abandoned"] = np.where(np.isnan(own), columns["years_abandoned"], own)
    return pd.DataFrame(columns, index=index)


def _column(key: str, properties: list[dict[str, object]], names: list[str]) -> np.ndarray:
    number = FACTORS[key].kind == "number"
    read: Callable[[str], object] = _number(key) if number else _class(key)
    known: dict[str, object] = {}
    values = np.full(len(properties), np.nan if number else None, dtype=float if number else object)
    for name in reversed(names):
        for row, found in enumerate(properties):
            written = found.get(name)
            if written is None or written == "":
                continue
            text = str(written)
            if text not in known:
                known[text] = read(text)
            if known[text] is not None:
                values[row] = known[text]
    return values


def _number(key: str) -> Callable[[str], float | None]:
    low, high = FACTORS[key].minimum, FACTORS[key].maximum
    assert low is not None and high is not None

    def read(text: str) -> float | None:
        try:
            value = float(normalise(text).replace(",", ""))
        except ValueError:
            return None
        return value if low <= value <= high else None

    return read


def _class(key: str) -> Callable[[str], str | None]:
    vocabulary = VOCABULARIES[key]
    return lambda text: vocabulary.key_of(normalise(text))
