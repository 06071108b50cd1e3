"""The properties of features as columns of the parcel table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import orjson
import pandas as pd

from kanpo.parcels._rejects import ADDED_COLUMNS, RAW_COLUMN
from kanpo.parcels._split import FeatureChunk
from kanpo.parcels._surveyed import CLASSES, feature_denials
from kanpo.parcels.sources import Source
from kanpo.schema import PARCELS

_COLUMNS = [key for key in PARCELS.keys if key != "batch_id"]
_NUMBERS = [field.key for field in PARCELS.fields if field.type == "number"]


def properties_of(feature: dict[str, Any]) -> dict[str, Any]:
    """The properties of a feature; what was added when it was handed back is left out."""
    found = feature.get("properties")
    if type(found) is not dict:
        return {}
    if RAW_COLUMN in found or ADDED_COLUMNS[0] in found:
        # A reject file that comes back: what was added to it is no attribute of the parcel.
        return {key: value for key, value in found.items() if key not in (*ADDED_COLUMNS, RAW_COLUMN)}
    return found


def parcel_rows(source: Source, properties: list[dict[str, Any]], chunk: FeatureChunk) -> pd.DataFrame:
    """The attribute columns of the parcel table; geometry and measures come later."""
    columns: dict[str, Any] = {}
    # Few features differ in the names of their properties, and most names that a form knows are absent.
    present = {name for names in {tuple(found) for found in properties} for name in names}
    for key in _COLUMNS:
        column = source.columns.get(key)
        names = [name for name in column.names if name in present] if column else []
        if column is None or not names:
            values: list[object] = [None] * len(properties)
        else:
            values = _read_column(names, column.read, properties)
        columns[key] = np.array(values, dtype=float) if key in _NUMBERS else np.array(values, dtype=object)
    if source.key == "plain":
        own = [feature.get("id") for feature in chunk.features]
        columns["parcel_id"] = np.array(
            [
                i if i is not None else None if o is None else str(o)
                for i, o in zip(columns["parcel_id"], own, strict=True)
            ],
            dtype=object,
        )
    if source.identity:
        parts = [[found.get(name) for name in source.identity] for found in properties]
        columns["parcel_id"] = np.array(
            ["-".join(map(str, one)) if None not in one else None for one in parts], dtype=object
        )
    columns["attributes"] = np.array([orjson.dumps(found).decode() for found in properties], dtype=object)
    columns["source_row"] = np.array(chunk.numbers, dtype=object)
    table = _as_table(columns)
    if any(key in source.columns for key in CLASSES) and not present.isdisjoint(_status_names(source)):
        table["denied"] = pd.Series(feature_denials(table, source, present), dtype=object)
    for key, column in source.extra.items():
        names = [name for name in column.names if name in present]
        read = _read_column(names, column.read, properties) if names else [None] * len(properties)
        table[key] = pd.Series(read, dtype=object)
    table.attrs["names"] = present
    return table


def _status_names(source: Source) -> set[str]:
    return {name for key in CLASSES if key in source.columns for name in source.columns[key].names}


def _as_table(columns: dict[str, Any]) -> pd.DataFrame:
    # Said to be objects, or pandas would look at every text to find out, and store it another way.
    return pd.DataFrame(
        {key: pd.Series(columns[key], dtype=None if key in _NUMBERS else object) for key in _COLUMNS}
    )


def _read_column(
    names: list[str], read: Callable[[object], object], properties: list[dict[str, Any]]
) -> list[object]:
    """Read a property of all parcels, each distinct value once."""
    if len(names) == 1:
        written = [found.get(names[0]) for found in properties]
        kinds = set(map(type, written)) - {type(None)}
        # Of one kind, equal values are the same value; 1, 1.0 and True are not.
        if len(kinds) <= 1 and not kinds & {dict, list}:
            meant = {value: None if value is None or value == "" else read(value) for value in set(written)}
            return [meant[value] for value in written]
    known: dict[object, object] = {}
    values: list[object] = []
    for found in properties:
        value = None
        for name in names:
            value = found.get(name)
            if value is not None and value != "":
                break
        if value is None or type(value) in (dict, list):
            values.append(None)
            continue
        key = (type(value), value)
        if key not in known:
            known[key] = read(value)
        values.append(known[key])
    return values
