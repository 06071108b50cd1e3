"""Rows of the parcel table: what comes again is laid over what is there, the newer over the older."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd

from kanpo.schema import FORMER_PARCELS, PARCELS
from kanpo.store._frames import rows_of
from kanpo.store._sql import insert_rows, quoted
from kanpo.store._statements import ASSUMED, STATUS, merge_attributes

_COLUMNS = ("geom", *PARCELS.keys)
#: Columns that tell whether a parcel that comes again has changed.
_CONTENT = tuple(key for key in _COLUMNS if key not in ("batch_id", "source_row"))
_PLACE = {key: position for position, key in enumerate(_COLUMNS)}

Row = tuple[Any, ...]
#: Whether the day is more than assumed, the day, and when it was imported.
Age = tuple[bool, str, str]
_NEVER: Age = (False, "", "")


@dataclass(frozen=True, slots=True)
class StoredRows:
    """What came of a chunk, by parcel id: `held` are parcels of which something newer stands."""

    fresh: frozenset[str] = frozenset()
    again: frozenset[str] = frozenset()
    changed: frozenset[str] = frozenset()
    held: frozenset[str] = frozenset()


def _value(row: Row, key: str) -> Any:
    return row[_PLACE[key]]


def age_of(row: Row, batch: Age) -> Age:
    """How new a row is: by its own survey, else by its file."""
    own = _value(row, "survey_date")
    return (True, str(own), batch[2]) if own else batch


def is_newer(row: Row, age: Age, before: Row, before_age: Age) -> bool:
    """Whether a row that comes goes before the one that is there; of one age, the one that comes."""
    years = _value(row, "source_year"), _value(before, "source_year")
    if None not in years and years[0] != years[1]:
        return bool(years[0] > years[1])
    return age >= before_age


def lay_over(row: Row, before: Row, newer: bool) -> Row:
    """The row that is to stand: blanks empty nothing, and an older row fills blanks only.

    The status is left as it is: it follows from statements.
    """
    laid = list(row if newer else before)
    for key, place in _PLACE.items():
        old, new = before[place], row[place]
        if key in STATUS:
            laid[place] = old
        elif key == "attributes":
            laid[place] = merge_attributes(old, new) if newer else merge_attributes(new, old)
        elif laid[place] is None:
            laid[place] = old if newer else new
    # An area belongs to its outline.
    drawn = row if (newer and row[0] is not None) or before[0] is None else before
    laid[_PLACE["area_m2"]] = _value(drawn, "area_m2")
    return tuple(laid)


class ParcelRows:
    """Stores rows of the parcel table of one project."""

    _connection: sqlite3.Connection

    def _known_parcels(self) -> dict[str, int]:
        return dict(self._connection.execute("SELECT parcel_id, fid FROM parcels"))

    def _ages(self) -> dict[str, Age]:
        """The age of every import; of one read again, that of the first time."""
        ages: dict[str, Age] = {}
        first: dict[tuple[str, bool], Age] = {}
        rows = self._connection.execute(
            "SELECT batch_id, sha256, as_of, as_of_basis, imported_at FROM batches ORDER BY fid"
        )
        for batch_id, sha256, as_of, basis, imported_at in rows:
            dated = basis not in (None, ASSUMED)
            age = (dated, as_of or (imported_at or "")[:10], imported_at or "")
            ages[batch_id] = age if dated else first.setdefault((sha256, dated), age)
        return ages

    def _store_chunk(
        self, parcels: gpd.GeoDataFrame, batch_id: str, known: Mapping[str, int], age: Age | None = None
    ) -> StoredRows:
        """Store parcels; without an age they stand as they are given, whatever was there."""
        if parcels.empty:
            return StoredRows()
        rows = {_value(row, "parcel_id"): row for row in rows_of(parcels, PARCELS, batch_id)}
        fresh = [row for key, row in rows.items() if key not in known]
        insert_rows(self._connection, PARCELS.name, _COLUMNS, fresh)
        ages = self._ages() if age is not None and len(fresh) < len(rows) else {}
        changed: dict[str, Row] = {}
        former: list[Row] = []
        held = set()
        for key, row in rows.items():
            if key not in known:
                continue
            before = self._row(known[key])
            laid = row
            if age is not None and _content(row) != _content(before):
                before_age = age_of(before, ages.get(_value(before, "batch_id"), _NEVER))
                newer = is_newer(row, age_of(row, age), before, before_age)
                laid = lay_over(row, before, newer)
                held |= set() if newer else {key}
            if _content(laid) != _content(before):
                changed[key] = (*laid, known[key])
                former += [before] if age is not None and _redrawn(laid, before) else []
        assignments = ", ".join(f"{quoted(key)} = ?" for key in _COLUMNS)
        self._connection.executemany(
            f"UPDATE parcels SET {assignments} WHERE fid = ?", list(changed.values())
        )
        # The outline that stood before stays, whatever takes its place.
        insert_rows(self._connection, FORMER_PARCELS.name, ("geom", *FORMER_PARCELS.keys), former)
        again = rows.keys() - {_value(row, "parcel_id") for row in fresh}
        return StoredRows(
            frozenset(rows.keys() - again), frozenset(again), frozenset(changed), frozenset(held)
        )

    def _row(self, fid: int) -> Row:
        names = ", ".join(map(quoted, _COLUMNS))
        row: Row = self._connection.execute(f"SELECT {names} FROM parcels WHERE fid = ?", (fid,)).fetchone()
        return row


def _content(row: Row) -> Row:
    return tuple(row[_PLACE[key]] for key in _CONTENT)


def _redrawn(laid: Row, before: Row) -> bool:
    """Whether an outline changed within one year; a newer year keeps its predecessor by itself."""
    same_year = _value(laid, "source_year") == _value(before, "source_year")
    return bool(same_year and before[0] is not None and laid[0] != before[0])
