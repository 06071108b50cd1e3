"""Taking in what was edited beside kanpo, as an import of its own."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from kanpo.crs import STORED_EPSG
from kanpo.schema import BATCHES, FORMER_PARCELS, LINEAGE, PARCELS, STAMPS
from kanpo.store._batch import Batch
from kanpo.store._connection import spoken_errors, transaction
from kanpo.store._edits import IMPORTED, Edit, find_edits
from kanpo.store._frames import rows_of
from kanpo.store._geometry import from_blobs
from kanpo.store._identity import current_actor, new_record_id, now
from kanpo.store._imported import Imported
from kanpo.store._kept import keep_table
from kanpo.store._mend import take_out_computed
from kanpo.store._sql import insert_rows, quoted

#: What of the project's notes a person may change; the others are kanpo's own.
_OPEN_NOTES = ("name", "own_catalogue", "columns")


class EditedTables:
    """What was edited beside kanpo in an open project, to be taken in."""

    def __init__(self, connection: sqlite3.Connection, path: Path, imported: Imported) -> None:
        self._connection = connection
        self._path = path
        self._imported = imported

    def edits(self, tables: tuple[str, ...] | None = None) -> list[Edit]:
        """Everything that was edited, or what was in some of the imported tables."""
        with spoken_errors(self._path):
            return list(find_edits(self._connection, tables))

    @staticmethod
    def frame(edits: Sequence[Edit], *, before: bool = False) -> gpd.GeoDataFrame:
        """Edited parcels as they are now, or as they were; a broken outline is None. Index: their fid."""
        values = [(edit.before if before else edit.now) or {} for edit in edits]
        blobs = [value.get("geom") if isinstance(value.get("geom"), bytes) else None for value in values]
        geometry = _outlines(blobs)
        frame = pd.DataFrame(
            {key: [value.get(key) for value in values] for key in PARCELS.keys}, index=[e.key for e in edits]
        ).astype(object)
        return gpd.GeoDataFrame(frame, geometry=geometry, crs=STORED_EPSG)

    def accept(
        self, batch: Batch, parcels: gpd.GeoDataFrame, gone: gpd.GeoDataFrame, others: Iterable[Edit]
    ) -> Batch:
        """Take edits in, in one transaction.

        Parameters
        ----------
        batch : Batch
            With its counts and the reason.
        parcels : GeoDataFrame
            Parcels that were changed or added and are good (index fid, columns of the parcel table).
        gone : GeoDataFrame
            Parcels that were deleted, as they were; they are kept among the former parcels.
        others : iterable of Edit
            Edits of other tables, taken as they stand; what was computed is taken out instead.
        """
        batch = replace(batch, batch_id=new_record_id(), actor=current_actor(), imported_at=now())
        others = list(others)
        with spoken_errors(self._path), transaction(self._connection):
            self._update(parcels, batch.batch_id)
            self._retire(gone)
            for table in {
                edit.table for edit in others if edit.table in IMPORTED and edit.table != PARCELS.name
            }:
                keep_table(self._connection, table)
            if all(edit.key in _OPEN_NOTES for edit in others if edit.table == "kanpo_meta"):
                keep_table(self._connection, "kanpo_meta")
            for product in {edit.title for edit in others if edit.table == STAMPS.name}:
                self._connection.execute("DELETE FROM stamps WHERE product = ?", (product,))
                keep_table(self._connection, STAMPS.name)
            take_out_computed(self._connection, others)
            values = asdict(batch)
            insert_rows(
                self._connection, BATCHES.name, BATCHES.keys, [tuple(values[key] for key in BATCHES.keys)]
            )
            self._imported.refresh_extent()
        return batch

    def _update(self, parcels: gpd.GeoDataFrame, batch_id: str) -> None:
        assignments = ", ".join(f"{quoted(key)} = ?" for key in PARCELS.keys)
        rows = rows_of(parcels, PARCELS, batch_id)
        self._connection.executemany(
            f"UPDATE parcels SET geom = ?, {assignments} WHERE fid = ?",
            [(*row, fid) for row, fid in zip(rows, parcels.index.tolist(), strict=True)],
        )

    def _retire(self, gone: gpd.GeoDataFrame) -> None:
        if gone.empty:
            return
        self._connection.executemany(
            "INSERT OR IGNORE INTO temp.touched_parcels VALUES (?)", [(fid,) for fid in gone.index.tolist()]
        )
        place = 1 + FORMER_PARCELS.keys.index("batch_id")
        rows = [
            (*row[:place], came, *row[place + 1 :])
            for row, came in zip(rows_of(gone, FORMER_PARCELS, ""), gone["batch_id"], strict=True)
        ]
        insert_rows(self._connection, FORMER_PARCELS.name, ("geom", *FORMER_PARCELS.keys), rows)
        today = int(now()[:4])
        links: list[tuple[Any, ...]] = [
            tuple(
                {
                    "old_id": parcel_id,
                    "kind": "gone",
                    "by": "edit",
                    "new_year": today,
                    "old_year": year,
                    "share_old": 0.0,
                    "share_new": 0.0,
                    "confidence": 1.0,
                }.get(key)
                for key in LINEAGE.keys
            )
            for parcel_id, year in zip(gone["parcel_id"], gone["source_year"], strict=True)
        ]
        insert_rows(self._connection, LINEAGE.name, LINEAGE.keys, links)


def _outlines(blobs: list[bytes | None]) -> Any:
    """Outlines of blobs that another program wrote: what is none becomes None."""
    sound = [blob if blob is not None and len(blob) > 8 and blob[:2] == b"GP" else None for blob in blobs]
    return from_blobs(sound, on_invalid="ignore")
