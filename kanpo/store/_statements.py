"""Dated statements: who says what of which lot as of when; what stands of a lot today follows from them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import orjson
import pandas as pd

from kanpo.schema import REGISTER, STATEMENTS
from kanpo.store._connection import spoken_errors
from kanpo.store._frames import read_frame, rows_of
from kanpo.store._sql import insert_rows, quoted

#: Columns that a survey may deny: it looked, and there was none.
CLASSES = ("idle_class", "devastation_class")
#: Columns of which each is taken from the newest statement that speaks of it.
SPOKEN = (
    *("municipality_code", "settlement", "lot_number", "land_type", "registered_area_m2"),
    *(*CLASSES, "years_abandoned", "farm_promotion_zone"),
)
STATUS = (*CLASSES, "years_abandoned", "survey_date")
ASSUMED = "assumed"
#: What makes two statements of a lot the same: all they say, and as of when.
_SAID = tuple(key for key in STATEMENTS.keys if key not in ("batch_id", "source_row"))
_AT_ONCE = 20_000


@dataclass(frozen=True, slots=True)
class Counts:
    """Lots that are new to the register, lots of which something was said anew, and the others."""

    stored: int = 0
    updated: int = 0
    unchanged: int = 0


def settle(statements: pd.DataFrame) -> pd.DataFrame:
    """What stands of each lot: every column from the newest statement that speaks of it.

    A statement with a day goes before any whose day is only assumed. A blank empties nothing; a class
    that a survey denies is gone from then on, and once both are, so are the years of abandonment.

    Parameters
    ----------
    statements : DataFrame
        In the order in which they arrived: lot, as_of, as_of_basis, denied, the columns of `SPOKEN`,
        survey_date; where there, geometry, attributes (JSON), batch_id and source_row.

    Returns
    -------
    DataFrame
        Index lot; the same columns; survey_date is the day of the newest dated statement on the status,
        and status_row the position of the statement that says it (-1: none says anything of it).
    """
    order = np.lexsort(
        (
            np.arange(len(statements)),
            statements["as_of"].fillna("").astype(str).to_numpy(),
            (statements["as_of_basis"] != ASSUMED).to_numpy(),
        )
    )
    rows = statements.iloc[order]
    lots = rows["lot"]
    denied = {key: _denies(rows["denied"], key) for key in CLASSES}
    found = pd.DataFrame(index=pd.Index(lots.unique(), name="lot", dtype=object))
    last: dict[str, pd.Series] = {}
    for key in (*SPOKEN, "geometry", "batch_id", "source_row"):
        if key not in rows:
            continue
        speaks = rows[key].notna().to_numpy() | denied.get(key, False)
        place = pd.Series(np.flatnonzero(speaks), index=lots[speaks])
        last[key] = place.groupby(level=0, sort=False).last()
        taken = rows[key].iloc[last[key].to_numpy()]
        found[key] = pd.Series(taken.to_numpy(dtype=object), last[key].index, dtype=object)
    _drop_old_years(found, last)
    if "attributes" in rows:
        found["attributes"] = _all_attributes(rows)
    return _with_status(found, rows, denied, order)


def _denies(said: pd.Series, key: str) -> np.ndarray:
    known = {text: key in text.split() for text in said.dropna().unique()}
    return np.array([known.get(text, False) for text in said], dtype=bool)


def _drop_old_years(found: pd.DataFrame, last: dict[str, pd.Series]) -> None:
    """Years of abandonment end where every class was denied later."""
    spoken = pd.DataFrame({key: last[key] for key in (*CLASSES, "years_abandoned")})
    spoken = spoken.reindex(found.index)
    none = found[list(CLASSES)].isna().all(axis=1)
    ended = none & (spoken[list(CLASSES)].max(axis=1) > spoken["years_abandoned"])
    found.loc[ended, "years_abandoned"] = None


def _all_attributes(rows: pd.DataFrame) -> pd.Series:
    """Everything that was ever received of each lot, the newer over the older."""
    written = rows["attributes"].fillna("{}")
    texts: dict[str, str | None] = {}
    for lot, text in zip(rows["lot"], written, strict=True):
        before = texts.get(lot)
        texts[lot] = text if before is None or before == text else merge_attributes(before, text)
    return pd.Series(texts, dtype=object)


def merge_attributes(older: str | None, newer: str | None) -> str | None:
    """Two received rows (JSON) as one: what the newer leaves blank stays as the older said it."""
    if not older or not newer or older == newer:
        return newer or older
    said = {key: value for key, value in orjson.loads(newer).items() if value not in (None, "")}
    blank = {key: value for key, value in orjson.loads(newer).items() if value in (None, "")}
    return orjson.dumps(blank | orjson.loads(older) | said).decode()


def _with_status(
    found: pd.DataFrame, rows: pd.DataFrame, denied: dict[str, np.ndarray], order: np.ndarray
) -> pd.DataFrame:
    """The day of the newest statement on the status, and which one it is."""
    speaks = rows[[*CLASSES, "years_abandoned", "survey_date"]].notna().any(axis=1).to_numpy(copy=True)
    for said in denied.values():
        speaks |= said
    places = np.flatnonzero(speaks)
    lots = rows["lot"]
    newest = pd.Series(places, index=lots.iloc[places]).groupby(level=0, sort=False).last()
    days = rows["survey_date"].where(
        rows["survey_date"].notna() | (rows["as_of_basis"] == ASSUMED), rows["as_of"]
    )
    found["survey_date"] = pd.Series(
        days.iloc[newest.to_numpy()].to_numpy(dtype=object), newest.index, dtype=object
    )
    found["status_row"] = pd.Series(order[newest.to_numpy()], newest.index).reindex(
        found.index, fill_value=-1
    )
    found = found.astype(object).where(found.notna(), None)
    found["status_row"] = found["status_row"].fillna(-1).astype(int)
    return found


class Statements:
    """Keeps the dated statements of one project."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    def statements(self, lots: Iterable[str] | None = None, *, places: bool = True) -> pd.DataFrame:
        """All statements in the order in which they arrived, or those on some lots.

        Returns
        -------
        DataFrame
            Columns of the table; a GeoDataFrame in EPSG:6668 with the pins, or without `places` neither
            these nor what was received (``attributes``).
        """
        chosen, values = "", []
        if lots is not None:
            chosen, values = "WHERE lot_id IN (SELECT value FROM json_each(?))", [json.dumps(list(lots))]
        if places:
            return read_frame(self._connection, self._path, STATEMENTS, chosen, values)
        keys = [key for key in STATEMENTS.keys if key != "attributes"]
        with spoken_errors(self._path):
            rows = self._connection.execute(
                f"SELECT {', '.join(map(quoted, keys))} FROM statements {chosen} ORDER BY fid", values
            ).fetchall()
        return pd.DataFrame(rows, columns=keys)

    def register(self) -> gpd.GeoDataFrame:
        """All rows of the farmland register with their pins (None where there is none), EPSG:6668."""
        return read_frame(self._connection, self._path, REGISTER)

    def _add_statements(self, rows: gpd.GeoDataFrame, batch_id: str) -> set[str]:
        """Keep statements that are new; the ids of their lots."""
        new = rows_of(rows, STATEMENTS, batch_id)
        known: set[tuple[Any, ...]] = set()
        lots = list(dict.fromkeys(rows["lot_id"]))
        for start in range(0, len(lots), _AT_ONCE):
            known |= set(map(tuple, self._said_of(lots[start : start + _AT_ONCE])))
        day = 1 + _SAID.index("as_of")
        basis = 1 + _SAID.index("as_of_basis")
        # Said again without a day, it is nothing new: the first time counts.
        undated = {row[:day] + row[basis + 1 :] for row in known}
        fresh = []
        for row in new:
            said = row[: 1 + len(_SAID)]
            bare = said[:day] + said[basis + 1 :]
            if said in known or (said[basis] == ASSUMED and bare in undated):
                continue
            known.add(said)
            undated.add(bare)
            fresh.append(row)
        insert_rows(self._connection, STATEMENTS.name, ("geom", *STATEMENTS.keys), fresh)
        return {row[1] for row in fresh}

    def _said_of(self, lots: list[str]) -> Iterable[tuple[Any, ...]]:
        names = ", ".join(map(quoted, _SAID))
        return self._connection.execute(
            f"SELECT geom, {names} FROM statements WHERE lot_id IN (SELECT value FROM json_each(?))",
            (json.dumps(lots),),
        )

    def _store_register(self, rows: gpd.GeoDataFrame, batch_id: str) -> Counts:
        """Keep what is said of lots of the register, and let the register say what stands now."""
        known = {row[0] for row in self._connection.execute("SELECT register_id FROM register")}
        changed = self._add_statements(rows, batch_id)
        self._settle_register(changed)
        lots = set(rows["lot_id"])
        fresh = len(changed - known)
        return Counts(fresh, len(changed) - fresh, len(lots) - len(changed))

    def _settle_register(self, lots: Iterable[str]) -> None:
        """Write the rows of the register that follow from the statements on some lots."""
        wanted = sorted(lots)
        if not wanted:
            return
        said = self.statements(wanted)
        said = said[said["subject"] == "register"].rename(columns={"lot_id": "lot"})
        stands = settle(pd.DataFrame(said)).rename_axis("register_id").reset_index()
        frame = gpd.GeoDataFrame(stands, geometry="geometry", crs=said.crs)
        rows = [
            (*row[:-2], batch, row[-1])
            for row, batch in zip(rows_of(frame, REGISTER, ""), frame["batch_id"], strict=True)
        ]
        keys = [key for key in REGISTER.keys if key != "register_id"]
        there = {row[0] for row in self._connection.execute("SELECT register_id FROM register")}
        insert_rows(
            self._connection, REGISTER.name, ("geom", *REGISTER.keys), [r for r in rows if r[1] not in there]
        )
        assigned = ", ".join(f"{quoted(key)} = ?" for key in ("geom", *keys))
        self._connection.executemany(
            f"UPDATE register SET {assigned} WHERE register_id = ?",
            [(row[0], *row[2:], row[1]) for row in rows if row[1] in there],
        )

    def _settle_parcels(self, lots: Iterable[str]) -> None:
        """Give parcels the status that follows from the statements which outlines brought with them."""
        wanted = sorted(lots)
        if not wanted:
            return
        said = pd.DataFrame(self.statements(wanted).drop(columns="geometry"))
        said = said[said["subject"] == "parcel"].rename(columns={"lot_id": "lot"})
        if said.empty:
            return
        stands = settle(said)[list(STATUS)]
        assigned = ", ".join(f"{quoted(key)} = ?" for key in STATUS)
        differs = " OR ".join(f"{quoted(key)} IS NOT ?" for key in STATUS)
        values = stands.to_numpy(dtype=object).tolist()
        self._connection.executemany(
            f"UPDATE parcels SET {assigned} WHERE parcel_id = ? AND ({differs})",
            [(*row, lot, *row) for lot, row in zip(stands.index, values, strict=True)],
        )
