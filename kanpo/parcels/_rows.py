"""The properties of features as columns of the parcel table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import orjson
import pandas as pd

from kanpo.errors import Problem, Severity
from kanpo.locale import Text
from kanpo.parcels._rejects import ADDED_COLUMNS, RAW_COLUMN
from kanpo.parcels._split import FeatureChunk
from kanpo.parcels._status import meaning_of, read_states
from kanpo.parcels._surveyed import feature_denials
from kanpo.parcels.sources import Source
from kanpo.parcels.sources._source import Column, area_in, text
from kanpo.parcels.tables._names import ADDRESSES, PLACES, recognise
from kanpo.reading import municipality_name, read_place
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


def parcel_rows(
    source: Source, properties: list[dict[str, Any]], chunk: FeatureChunk
) -> tuple[pd.DataFrame, list[Problem]]:
    """The attribute columns of the parcel table; geometry and measures come later.

    Returns
    -------
    (DataFrame, list of Problem)
        What a property says that cannot be read is left blank and named.
    """
    # Few features differ in the names of their properties, and most names that a form knows are absent.
    present = {name for names in {tuple(found) for found in properties} for name in names}
    declared = source.columns | (_with_units(source, present) if source.key == "plain" else {})
    read = {
        key: _read_column([name for name in column.names if name in present], column.read, properties)
        for key, column in declared.items()
        if not present.isdisjoint(column.names)
    }
    if "settlement" in source.columns:
        read |= _read_places(source, present, properties, read)
    problems: list[Problem] = []
    if "idle_class" in source.columns:
        classes, problems = _read_classes(present, properties, chunk)
        read |= classes
    problems += [
        _left_blank(problem, declared, key, properties[at], chunk.numbers[at])
        for key, values in read.items()
        for at, problem in _problems_in(values)
    ]
    table = _as_table(source, read, properties, chunk)
    if "idle_class" in source.columns and any(map(meaning_of, present)):
        table["denied"] = pd.Series(feature_denials(table, present), dtype=object)
    for key, column in source.extra.items():
        names = [name for name in column.names if name in present]
        values = _read_column(names, column.read, properties) if names else [None] * len(properties)
        table[key] = pd.Series(values, dtype=object)
    table.attrs["names"] = present
    return table, problems


def _as_table(
    source: Source, read: dict[str, list[object]], properties: list[dict[str, Any]], chunk: FeatureChunk
) -> pd.DataFrame:
    """The columns of the parcel table, blank where a value cannot be read."""
    columns: dict[str, Any] = {}
    for key in _COLUMNS:
        values = read.get(key, [None] * len(properties))
        for at, _ in _problems_in(values):
            values[at] = None
        columns[key] = np.array(values, dtype=float) if key in _NUMBERS else _objects(values)
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
    # Said to be objects, or pandas would look at every text to find out, and store it another way.
    return pd.DataFrame(
        {key: pd.Series(columns[key], dtype=None if key in _NUMBERS else object) for key in _COLUMNS}
    )


def _objects(values: list[object]) -> np.ndarray:
    found = np.empty(len(values), dtype=object)
    found[:] = values
    return found


def _problems_in(values: list[object]) -> list[tuple[int, Problem]]:
    if Problem not in set(map(type, values)):
        return []
    return [(at, value) for at, value in enumerate(values) if isinstance(value, Problem)]


def _left_blank(
    problem: Problem, declared: dict[str, Column], key: str, properties: dict[str, Any], number: int
) -> Problem:
    """A value that cannot be read is no reason to lose an outline."""
    names = declared[key].names if key in declared else ()
    name = next((name for name in (*names, *ADDRESSES) if properties.get(name) not in (None, "")), key)
    blank = Text("。空欄として取り込みます", "; left blank")
    return replace(
        problem,
        mend=problem.mend
        if "空欄" in problem.mend.ja
        else Text(problem.mend.ja + blank.ja, problem.mend.en + blank.en),
        severity=Severity.WARNING,
    ).at(feature=number, column=name, value=properties.get(name))


def _with_units(source: Source, present: set[str]) -> dict[str, Column]:
    """The column of areas where the unit stands in the property's name, as 面積(㎡) or 面積(a)."""
    own = source.columns["registered_area_m2"].names
    if not present.isdisjoint(own):
        return {}
    for name in sorted(present):
        known = recognise(name)
        if known is not None and known[0] == "registered_area_m2" and known[2] is not None:
            return {"registered_area_m2": Column((name,), area_in(known[2]))}
    return {}


def _read_classes(
    present: set[str], properties: list[dict[str, Any]], chunk: FeatureChunk
) -> tuple[dict[str, list[object]], list[Problem]]:
    """Classes of idle and devastated land, under whatever header and in whatever column they stand."""
    names = sorted(filter(meaning_of, present))
    if not names:
        return {}, []
    written = [tuple(map(str, map(found.get, names))) for found in properties]
    known = {
        key: read_states({name: properties[at].get(name) for name in names})
        for key, at in {key: at for at, key in enumerate(written)}.items()
    }
    problems = [
        problem.at(feature=chunk.numbers[at], column=name, value=properties[at][name])
        for at, key in (enumerate(written) if any(unread for _, unread in known.values()) else ())
        for name, problem in known[key][1]
    ]
    return {
        "idle_class": [known[key][0].idle for key in written],
        "devastation_class": [known[key][0].devastated for key in written],
    }, problems


def _read_places(
    source: Source, present: set[str], properties: list[dict[str, Any]], read: dict[str, list[object]]
) -> dict[str, list[object]]:
    """Settlement, lot number and code of parcels whose place is one text, with or without the number.

    What stands under 大字 is a name; what stands under 所在 may begin with the municipality.
    """
    whole = [
        name
        for name in (*PLACES, "Address")
        if name in present and name in source.columns["settlement"].names
    ]
    addresses = [name for name in ADDRESSES if name in present and not whole and "settlement" not in read]
    names = [name for name in source.columns["settlement"].names if name in present and name not in whole]
    if not (whole or addresses):
        return {}
    count = len(properties)
    settlements: list[object] = _read_column(names, text, properties) if names else [None] * count
    blank: list[object] = [None] * count
    lots, codes = read.get("lot_number", blank), read.get("municipality_code", blank[:])
    written = _read_column(whole or addresses, text, properties)
    known: dict[tuple[object, object, object], Any] = {}
    for at, key in enumerate(zip(written, lots, codes, strict=True)):
        if settlements[at] is not None or written[at] is None:
            continue
        if key not in known:
            # What is called an address has its own lot number, whatever stands beside it.
            lot = None if "Address" in whole else key[1]
            known[key] = read_place(key[0], lot=lot, municipality=municipality_name(key[2]))
        place = known[key]
        settlements[at] = place if isinstance(place, Problem) else place.settlement or None
        if not isinstance(place, Problem) and addresses:
            lots[at], codes[at] = lots[at] or place.lot or None, codes[at] or place.code or None
    return {"settlement": settlements, "lot_number": lots, "municipality_code": codes}


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
