"""Site factors that parcels bring in their own attributes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import orjson
import pandas as pd

from kanpo.parcels.sources import SOURCES
from kanpo.reading import normalise, number_or_nan
from kanpo.schema import FACTORS, VOCABULARIES


def _names() -> dict[str, list[str]]:
    """Factor to the attribute names that carry it, the factor's own key first."""
    names = {key: [key] for key in FACTORS}
    for source in SOURCES.values():
        for name, factor in source.factors.items():
            names[factor].append(name)
    return names


@dataclass(frozen=True, slots=True, eq=False)
class AttributeFactors:
    """Factors from attributes: `values` and the attribute `names` they came from (empty where unknown).

    Both have index parcel_id and one column per factor.
    """

    values: pd.DataFrame
    names: pd.DataFrame


def attribute_factors(parcels: pd.DataFrame) -> AttributeFactors:
    """Factors read from the ``attributes`` of parcels.

    Parameters
    ----------
    parcels : DataFrame
        ``parcel_id``, ``attributes`` (JSON text) and ``years_abandoned``.

    Returns
    -------
    AttributeFactors
        Numbers (NaN unknown) and class keys (None unknown). Values that are physically impossible
        are left out.
    """
    properties = [orjson.loads(text) if text else {} for text in parcels["attributes"]]
    index = pd.Index(parcels["parcel_id"], name="parcel_id", dtype=object)
    values: dict[str, np.ndarray] = {}
    origin: dict[str, np.ndarray] = {}
    for key, names in _names().items():
        values[key], origin[key] = _column(key, properties, names)
    if "years_abandoned" in parcels:
        own = parcels["years_abandoned"].to_numpy(dtype=float)
        low, high = FACTORS["years_abandoned"].minimum, FACTORS["years_abandoned"].maximum
        missing = np.isnan(values["years_abandoned"]) & (own >= low) & (own <= high)
        values["years_abandoned"] = np.where(missing, own, values["years_abandoned"])
        origin["years_abandoned"] = np.where(missing, "years_abandoned", origin["years_abandoned"])
    return AttributeFactors(pd.DataFrame(values, index=index), pd.DataFrame(origin, index=index))


def known_attributes(text: object) -> str | None:
    """Of attributes (JSON text) those from which a site factor is read, and nothing else that came with them."""
    if not isinstance(text, str) or not text:
        return None
    received = orjson.loads(text)
    kept = {
        name: received[name]
        for key, names in _names().items()
        for name in names
        if _says(key, received.get(name))
    }
    return orjson.dumps(kept, option=orjson.OPT_SORT_KEYS).decode()


def _says(key: str, written: object) -> bool:
    """Whether something is said of a factor in a form that is read."""
    if written is None or written == "" or type(written) in (dict, list):
        return False
    read: Callable[[str], object] = _number(key) if FACTORS[key].kind == "number" else _class(key)
    return read(str(written)) is not None


def _column(key: str, properties: list[dict[str, object]], names: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """One factor of all parcels, and the attribute that each value stands in; the first name wins."""
    number = FACTORS[key].kind == "number"
    read: Callable[[str], object] = _number(key) if number else _class(key)
    known: dict[object, object] = {}
    values = np.full(len(properties), np.nan if number else None, dtype=float if number else object)
    origin = np.full(len(properties), "", dtype=object)
    for name in reversed(names):
        for row, written in enumerate([found.get(name) for found in properties]):
            if written is None or written == "" or type(written) in (dict, list):
                continue
            if written not in known:
                known[written] = read(str(written))
            if known[written] is not None:
                values[row], origin[row] = known[written], name
    return values, origin


def _number(key: str) -> Callable[[str], float | None]:
    low, high = FACTORS[key].minimum, FACTORS[key].maximum
    assert low is not None and high is not None

    def read(text: str) -> float | None:
        value = number_or_nan(text)
        return value if low <= value <= high else None

    return read


def _class(key: str) -> Callable[[str], str | None]:
    vocabulary = VOCABULARIES[key]
    return lambda text: vocabulary.key_of(normalise(text))
