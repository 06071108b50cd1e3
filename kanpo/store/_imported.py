"""Imported data: parcels, layers and their original files, each with the import it came in."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from itertools import chain
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from kanpo.errors import Conflict, Place
from kanpo.locale import Text
from kanpo.schema import BATCHES, BOUNDARIES, PARCELS, REGISTER, STATEMENTS
from kanpo.store._batch import Batch, as_statements, said_of_parcels
from kanpo.store._boundaries import REGISTRY_LOT, Boundaries
from kanpo.store._connection import Connection, spoken_errors, transaction
from kanpo.store._edits import IMPORTED, find_edits, problems_of
from kanpo.store._former import FormerParcels
from kanpo.store._frames import read_frame
from kanpo.store._identity import current_actor, new_record_id, now, sha256_of
from kanpo.store._layers import Layers
from kanpo.store._parcel_rows import Age, ParcelRows
from kanpo.store._received import keep_file, read_received
from kanpo.store._sql import quoted
from kanpo.store._statements import ASSUMED, Statements
from kanpo.store._undo import UndoLog

_BATCH_COLUMNS = BATCHES.keys


class Imported(ParcelRows, FormerParcels, Statements, Boundaries, Layers):
    """Reads and replaces what was imported into one project."""

    _in_one = False

    def store_parcels(
        self,
        batch: Batch,
        chunks: Iterable[tuple[gpd.GeoDataFrame, int, int, int]],
        *,
        keep: bool = True,
        describe: Callable[[Batch], Batch] = lambda batch: batch,
        register: Callable[[], gpd.GeoDataFrame | None] = lambda: None,
        boundaries: Callable[[], gpd.GeoDataFrame | None] = lambda: None,
        succeed: Callable[[Batch], None] = lambda batch: None,
        received: Callable[[], Path | None] = lambda: None,
    ) -> Batch:
        """Store parcels chunk by chunk in one transaction: all of the file, or nothing of it.

        Parameters
        ----------
        batch : Batch
            The file; its counts are filled in here.
        chunks : iterable of (parcels, read, repaired, rejected)
            `parcels` has the columns of the schema's parcel table and a geometry in longitude and
            latitude; the counts are those of the chunk. An error that it raises undoes everything.
        keep : bool
            False for a dry run: the counts are found and everything is undone.
        describe : callable
            Fills in what is known of the file only after it was read.
        register : callable
            Gives, after the last chunk, the rows of the farmland register that the file holds: columns
            of the register table and, where known, `denied` (see the table of statements).
        boundaries : callable
            The same for boundaries.
        succeed : callable
            Called when all is stored, within the transaction: the place to `retire` what the file
            replaces.
        received : callable
            Gives, when all was read, the file to be kept as it is; None where persons stand in it.

        Returns
        -------
        Batch
            With its id, counts, who and when.
        """
        batch = replace(batch, batch_id=new_record_id(), actor=current_actor(), imported_at=now())
        batch = self._dated(batch)
        with spoken_errors(self._path), self._noted(batch.batch_id):
            try:
                with transaction(self._connection):
                    self._begin(batch)
                    batch = self._store_chunks(batch, chunks)
                    batch = self._count_register(batch, register())
                    batch = self._store_boundaries(batch, boundaries())
                    batch = describe(batch)
                    if not keep or not batch.stored + batch.updated:
                        raise _Undo
                    succeed(batch)
                    self._add_batch(batch, received())
            except _Undo:
                pass
        return batch

    @contextmanager
    def one_import(self) -> Iterator[None]:
        """Within it, what follows an import (links, pins) is undone with the last import before it."""
        self._in_one = True
        try:
            yield
        finally:
            self._in_one = False
            self._set_log(None)

    @contextmanager
    def _noted(self, batch_id: str) -> Iterator[None]:
        before = getattr(self._connection, "undo_log", None)
        try:
            yield
        except BaseException:
            self._set_log(before)
            raise
        stored = self._connection.execute("SELECT 1 FROM batches WHERE batch_id = ?", (batch_id,)).fetchone()
        if stored is None or not self._in_one:
            self._set_log(before if self._in_one else None)

    def _begin(self, batch: Batch) -> None:
        self._refuse_edited()
        self._set_log(UndoLog.begin(self._connection, batch.batch_id))

    def _set_log(self, log: UndoLog | None) -> None:
        if isinstance(self._connection, Connection):
            self._connection.undo_log = log

    def _refuse_edited(self) -> None:
        """Stop before an import would overwrite what somebody edited by hand."""
        edits = problems_of(find_edits(self._connection, IMPORTED), self._path)
        if edits:
            raise Conflict(
                "edit.pending",
                Text(
                    "kanpo の外で編集されたところがあるので、取り込みません(何も変えていません)",
                    "nothing was imported, because something was edited beside kanpo (nothing was changed)",
                ),
                Text(
                    "先に kanpo edits accept --reason 理由 で取り込むか、kanpo edits undo で元に戻してください",
                    "first take it in (kanpo edits accept --reason WHY) or bring back what was (kanpo edits undo)",
                ),
                Place(str(self._path)),
                tuple(edits),
            )

    def _dated(self, batch: Batch) -> Batch:
        """The import with its day: that of the first time where the very same file was read before."""
        if batch.as_of and batch.as_of_basis != ASSUMED:
            return batch
        before = self.batch_of(batch.sha256)
        day = before.as_of if before is not None and before.as_of else batch.as_of or batch.imported_at[:10]
        basis = before.as_of_basis if before is not None and before.as_of_basis else ASSUMED
        return replace(batch, as_of=day, as_of_basis=basis)

    def _age(self, batch: Batch) -> Age:
        """How new an import is; of a file read again without a day, how new it was the first time."""
        dated = batch.as_of_basis != ASSUMED
        first = (
            None
            if dated
            else self._connection.execute(
                "SELECT imported_at FROM batches WHERE sha256 = ? ORDER BY fid LIMIT 1", (batch.sha256,)
            ).fetchone()
        )
        return (dated, batch.as_of, first[0] if first else batch.imported_at)

    def _store_chunks(self, batch: Batch, chunks: Iterable[tuple[gpd.GeoDataFrame, int, int, int]]) -> Batch:
        known = self._known_parcels()
        age = self._age(batch)
        for parcels, read, repaired, rejected in chunks:
            rows = self._store_chunk(parcels, batch.batch_id, known, age)
            said = self._add_statements(said_of_parcels(parcels, batch), batch.batch_id)
            self._settle_parcels(said)
            updated = rows.changed | (rows.again & said)
            batch = replace(
                batch,
                read=batch.read + read,
                stored=batch.stored + len(rows.fresh),
                updated=batch.updated + len(updated),
                unchanged=batch.unchanged + len(rows.again - updated),
                held=batch.held + len(rows.held),
                repaired=batch.repaired + repaired,
                rejected=batch.rejected + rejected,
            )
        return batch

    def _count_register(self, batch: Batch, rows: gpd.GeoDataFrame | None) -> Batch:
        """Keep what the file says of lots of the register, and count it."""
        if rows is None or rows.empty:
            return batch
        said = as_statements(rows.rename(columns={"register_id": "lot_id"}), batch, "register")
        counts = self._store_register(said, batch.batch_id)
        return replace(
            batch,
            batch_kind=batch.batch_kind if batch.stored + batch.updated else "register",
            stored=batch.stored + counts.stored,
            updated=batch.updated + counts.updated,
            unchanged=batch.unchanged + counts.unchanged,
        )

    def _store_boundaries(self, batch: Batch, rows: gpd.GeoDataFrame | None) -> Batch:
        """Store the boundaries of a file, and count them."""
        if rows is None or rows.empty:
            return batch
        counts = self._put_boundaries(rows, batch.batch_id)
        lots = (rows["boundary_kind"] == REGISTRY_LOT).all()
        return replace(
            batch,
            batch_kind="lots" if lots else "boundaries",
            stored=batch.stored + counts.stored,
            updated=batch.updated + counts.updated,
            unchanged=batch.unchanged + counts.unchanged,
        )

    def name_parcels(self, names: pd.DataFrame) -> None:
        """Give parcels without a lot number the one that the land registry's map has there.

        Parameters
        ----------
        names : DataFrame
            parcel_id, settlement, lot_number.
        """
        if names.empty:
            return
        rows = names[["settlement", "lot_number", "parcel_id"]].astype(object)
        with spoken_errors(self._path), transaction(self._connection):
            self._connection.executemany(
                "UPDATE parcels SET settlement = coalesce(settlement, ?), lot_number = ? "
                "WHERE parcel_id = ? AND lot_number IS NULL",
                rows.where(rows.notna(), None).to_numpy(dtype=object).tolist(),
            )

    def replace_pins(self, pins: gpd.GeoDataFrame) -> None:
        """Let these be the parcels that have no outline of their own (``located_by`` pin or registry).

        Parameters
        ----------
        pins : GeoDataFrame
            Columns of the parcel table, each with the import that its register row came in.
        """
        with spoken_errors(self._path), transaction(self._connection):
            wanted = json.dumps(pins["parcel_id"].tolist())
            self._connection.execute(
                "DELETE FROM parcels WHERE located_by IS NOT NULL "
                "AND parcel_id NOT IN (SELECT value FROM json_each(?))",
                (wanted,),
            )
            for batch_id, frame in pins.groupby("batch_id", sort=False):
                self._store_chunk(frame, str(batch_id), self._known_parcels())
            self.refresh_extent()

    def _add_batch(self, batch: Batch, received: Path | None) -> None:
        values = asdict(batch)
        self._connection.execute(
            f"INSERT INTO batches ({', '.join(map(quoted, _BATCH_COLUMNS))}) "
            f"VALUES ({', '.join('?' * len(_BATCH_COLUMNS))})",
            [values[key] for key in _BATCH_COLUMNS],
        )
        self.refresh_extent()
        if received is not None:
            keep_file(self._connection, received, batch.sha256)

    def refresh_extent(self) -> None:
        """Tell GIS programs where the layers lie."""
        for table in (PARCELS, REGISTER, STATEMENTS, BOUNDARIES):
            chosen = f"SELECT substr(geom, 9, 32) FROM {quoted(table.name)} WHERE geom IS NOT NULL"
            found = chain.from_iterable(self._connection.execute(chosen))
            # What another program left empty has no envelope.
            envelopes = b"".join(each for each in found if len(each) == 32)
            if not envelopes:
                continue
            bounds = np.frombuffer(envelopes, dtype="<f8").reshape(-1, 4)
            bounds = bounds[np.isfinite(bounds).all(axis=1)]
            if not len(bounds):
                continue
            west, _, south, _ = bounds.min(axis=0)
            _, east, _, north = bounds.max(axis=0)
            self._connection.execute(
                "UPDATE gpkg_contents SET min_x = ?, min_y = ?, max_x = ?, max_y = ?, last_change = ? "
                "WHERE table_name = ?",
                (west, south, east, north, now(), table.name),
            )

    def parcels(self, parcel_ids: Iterable[str] | None = None) -> gpd.GeoDataFrame:
        """Parcels in the order in which they came, EPSG:6668; all of them, or those of `parcel_ids`."""
        if parcel_ids is None:
            return read_frame(self._connection, self._path, PARCELS, "")
        chosen = "WHERE parcel_id IN (SELECT value FROM json_each(?))"
        return read_frame(self._connection, self._path, PARCELS, chosen, [json.dumps(list(parcel_ids))])

    def outlines(self, parcel_ids: Sequence[str] | None = None) -> gpd.GeoDataFrame:
        """The outlines of parcels (all, or those of `parcel_ids`) with parcel_id, municipality code, batch_id and row.

        Parcels that are known from a register pin only have none.
        """
        chosen, values = "WHERE located_by IS NULL", []
        if parcel_ids is not None:
            chosen += " AND parcel_id IN (SELECT value FROM json_each(?))"
            values = [json.dumps(list(parcel_ids))]
        return read_frame(
            self._connection,
            self._path,
            PARCELS,
            chosen,
            values,
            keys=("parcel_id", "municipality_code", "batch_id", "source_row"),
        )

    def outline_boxes(self) -> pd.DataFrame:
        """The boxes of all outlines without the outlines: parcel_id, batch_id, west, south, east, north."""
        with spoken_errors(self._path):
            # The box stands in the head of a GeoPackage geometry.
            rows = self._connection.execute(
                "SELECT parcel_id, batch_id, substr(geom, 9, 32) FROM parcels WHERE located_by IS NULL"
            ).fetchall()
        frame = pd.DataFrame(rows, columns=["parcel_id", "batch_id", "box"])
        boxes = np.frombuffer(b"".join(frame.pop("box")), dtype="<f8").reshape(-1, 4)
        frame[["west", "east", "south", "north"]] = boxes
        return frame

    def boxes_of_other_files(self, file_name: str) -> dict[str, tuple[float, ...]]:
        """West, south, east and north of the parcels that came with files of other names, by id."""
        batches = self.batches()
        others = batches.loc[batches["file_name"] != file_name, "batch_id"]
        boxes = self.outline_boxes()
        boxes = boxes[boxes["batch_id"].isin(others)]
        edges = boxes[["west", "south", "east", "north"]].itertuples(index=False, name=None)
        return dict(zip(boxes["parcel_id"], edges, strict=True))

    def extent(self) -> tuple[float, float, float, float] | None:
        """West, south, east and north of all parcels, degrees; None without parcels."""
        with spoken_errors(self._path):
            row = self._connection.execute(
                "SELECT min_x, min_y, max_x, max_y FROM gpkg_contents WHERE table_name = 'parcels' "
                "AND min_x IS NOT NULL AND EXISTS (SELECT 1 FROM parcels)"
            ).fetchone()
        return None if row is None else (row[0], row[1], row[2], row[3])

    def parcel_ids(self) -> set[str]:
        """The ids of all parcels."""
        with spoken_errors(self._path):
            return set(self._known_parcels())

    def land_types(self) -> dict[str, str]:
        """The land type of every parcel of which it is known, by its id."""
        with spoken_errors(self._path):
            return dict(
                self._connection.execute(
                    "SELECT parcel_id, land_type FROM parcels WHERE land_type IS NOT NULL"
                )
            )

    def batches(self) -> pd.DataFrame:
        """All imports, oldest first."""
        with spoken_errors(self._path):
            names = ", ".join(map(quoted, _BATCH_COLUMNS))
            rows = self._connection.execute(f"SELECT {names} FROM batches ORDER BY fid").fetchall()
        return pd.DataFrame(rows, columns=list(_BATCH_COLUMNS))

    def batch_of(self, sha256: str) -> Batch | None:
        """The import of the very same file, if there was one."""
        batches = self.batches()
        found = batches[batches["sha256"] == sha256]
        return None if found.empty else Batch(**{str(key): value for key, value in found.iloc[-1].items()})

    def received(self, sha256: str) -> bytes | None:
        """The file of that hash as it was received; None where the project does not keep it."""
        return read_received(self._connection, self._path, sha256)

    def fingerprints(self) -> dict[str, str]:
        """Hashes of what computed data depend on: ``parcels`` and ``layers``."""
        with spoken_errors(self._path):
            parcels = self._connection.execute(
                "SELECT batch_id FROM batches WHERE batch_kind IN ('parcels', 'register', 'lots') ORDER BY fid"
            )
            layers = self._connection.execute(
                "SELECT layer_id, title, sha256, columns, settings FROM layers ORDER BY fid"
            )
            # What was computed from edits that were undone since is of no use.
            undone = self._connection.execute("SELECT value FROM kanpo_meta WHERE key = 'undone'").fetchall()
            return {
                "parcels": sha256_of(json.dumps(parcels.fetchall() + undone).encode()),
                "layers": sha256_of(json.dumps(layers.fetchall()).encode()),
            }


class _Undo(Exception):
    """Leave a transaction without keeping anything."""
