"""Imported data: parcels, layers and their original files, each with the import it came in."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from kanpo.crs import STORED_EPSG
from kanpo.schema import BATCHES, FORMER_PARCELS, LAYERS, LINEAGE, PARCELS, REGISTER, Table
from kanpo.store._connection import spoken_errors, transaction
from kanpo.store._geometry import from_blobs, to_blobs
from kanpo.store._identity import current_actor, new_record_id, now, sha256_of
from kanpo.store._sql import quoted

_PARCEL_COLUMNS = PARCELS.keys
#: Columns that tell whether a parcel that comes again has changed.
_CONTENT = tuple(key for key in _PARCEL_COLUMNS if key not in ("batch_id", "source_row"))
_BATCH_COLUMNS = BATCHES.keys
#: What of a layer is kept as JSON.
_AS_JSON = ("columns", "settings", "made_from")


@dataclass(frozen=True, slots=True)
class Batch:
    """One import: the file, what was recognised in it, and the counts.

    read = stored + updated + unchanged + rejected; `repaired` counts among the first three. `mapping`
    is the column mapping that the user gave (JSON), to be used again for files with those columns.
    """

    file_name: str
    sha256: str
    batch_kind: str = "parcels"
    source: str = ""
    source_crs: str = ""
    mapping: str = ""
    read: int = 0
    stored: int = 0
    updated: int = 0
    unchanged: int = 0
    repaired: int = 0
    rejected: int = 0
    batch_id: str = ""
    actor: str = ""
    imported_at: str = ""


@dataclass(frozen=True, slots=True)
class StoredLayer:
    """A layer as the project keeps it.

    `columns` says which factor is read from which column or band, `settings` how, and `made_from`
    (file name to SHA-256) what the content was put together from, if it is no file as received.
    """

    layer_id: str
    title: str
    layer_kind: str
    columns: dict[str, str]
    source: str
    licence: str
    date: str
    sha256: str
    file_name: str
    content: bytes
    settings: dict[str, object] = field(default_factory=dict)
    made_from: dict[str, str] = field(default_factory=dict)


class Imported:
    """Reads and replaces what was imported into one project."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    def store_parcels(
        self,
        batch: Batch,
        chunks: Iterable[tuple[gpd.GeoDataFrame, int, int, int]],
        *,
        keep: bool = True,
        describe: Callable[[Batch], Batch] = lambda batch: batch,
        register: Callable[[], gpd.GeoDataFrame | None] = lambda: None,
        succeed: Callable[[Batch], None] = lambda batch: None,
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
            Gives, after the last chunk, the rows of the farmland register that the file holds.
        succeed : callable
            Called when all is stored, within the transaction: the place to `retire` what the file
            replaces.

        Returns
        -------
        Batch
            With its id, counts, who and when.
        """
        batch = replace(batch, batch_id=new_record_id(), actor=current_actor(), imported_at=now())
        with spoken_errors(self._path):
            try:
                with transaction(self._connection):
                    known = self._known_parcels()
                    for parcels, read, repaired, rejected in chunks:
                        stored, updated, unchanged = self._store_chunk(parcels, batch.batch_id, known)
                        batch = replace(
                            batch,
                            read=batch.read + read,
                            stored=batch.stored + stored,
                            updated=batch.updated + updated,
                            unchanged=batch.unchanged + unchanged,
                            repaired=batch.repaired + repaired,
                            rejected=batch.rejected + rejected,
                        )
                    batch = self._store_register(batch, register())
                    batch = describe(batch)
                    if not keep or not batch.stored + batch.updated:
                        raise _Undo
                    succeed(batch)
                    self._add_batch(batch)
                    self._refresh_extent()
            except _Undo:
                pass
        return batch

    def retire(self, former: gpd.GeoDataFrame, gone_ids: Iterable[str], links: pd.DataFrame) -> None:
        """Move parcels of an earlier year out of the way of their successors.

        To be called within `store_parcels` (see there), so that it happens with it or not at all.

        Parameters
        ----------
        former : GeoDataFrame
            The parcels as they were; kept among the former parcels.
        gone_ids : iterable of str
            Ids that are no parcels any more.
        links : DataFrame
            Columns of the schema's lineage table.
        """
        names = ", ".join(map(quoted, FORMER_PARCELS.keys))
        rows = [
            (*row[:-2], batch, row[-1])
            for row, batch in zip(_rows(former, FORMER_PARCELS, ""), former["batch_id"], strict=True)
        ]
        self._connection.executemany(
            f"INSERT INTO former_parcels (geom, {names}) VALUES ({', '.join('?' * (len(FORMER_PARCELS.keys) + 1))})",
            rows,
        )
        self._connection.executemany("DELETE FROM parcels WHERE parcel_id = ?", [(key,) for key in gone_ids])
        values = links[list(LINEAGE.keys)].to_numpy(dtype=object, copy=True)
        values[pd.isna(values)] = None
        self._connection.executemany(
            f"INSERT INTO lineage ({', '.join(map(quoted, LINEAGE.keys))}) "
            f"VALUES ({', '.join('?' * len(LINEAGE.keys))})",
            values.tolist(),
        )

    def former_parcels(self) -> gpd.GeoDataFrame:
        """Parcels of earlier years as they were, EPSG:6668."""
        return self._layer_frame(FORMER_PARCELS, "")

    def lineage(self) -> pd.DataFrame:
        """How parcels of the years follow from each other (columns of the schema's lineage table)."""
        with spoken_errors(self._path):
            names = ", ".join(map(quoted, LINEAGE.keys))
            rows = self._connection.execute(f"SELECT {names} FROM lineage ORDER BY fid").fetchall()
        return pd.DataFrame(rows, columns=list(LINEAGE.keys))

    def _known_parcels(self) -> dict[str, int]:
        return dict(self._connection.execute("SELECT parcel_id, fid FROM parcels"))

    def _store_register(self, batch: Batch, rows: gpd.GeoDataFrame | None) -> Batch:
        """Store register rows in place of those of the same id, and count them."""
        if rows is None or rows.empty:
            return batch
        found = _rows(rows, REGISTER, batch.batch_id)
        content = [key for key in REGISTER.keys if key not in ("batch_id", "source_row")]
        old = {row[1]: row[: 1 + len(content)] for row in _rows(self.register(), REGISTER, "")}
        changed = [row for row in found if old.get(row[1]) != row[: 1 + len(content)]]
        names = ", ".join(map(quoted, REGISTER.keys))
        marks = ", ".join("?" * (len(REGISTER.keys) + 1))
        self._connection.executemany(
            "DELETE FROM register WHERE register_id = ?", [(row[1],) for row in changed]
        )
        self._connection.executemany(f"INSERT INTO register (geom, {names}) VALUES ({marks})", changed)
        fresh = sum(row[1] not in old for row in changed)
        return replace(
            batch,
            batch_kind=batch.batch_kind if batch.stored + batch.updated else "register",
            stored=batch.stored + fresh,
            updated=batch.updated + len(changed) - fresh,
            unchanged=batch.unchanged + len(found) - len(changed),
        )

    def register(self) -> gpd.GeoDataFrame:
        """All rows of the farmland register with their pins (None where there is none), EPSG:6668."""
        return self._layer_frame(REGISTER, "")

    def _layer_frame(self, table: Table, chosen: str, values: Sequence[str] = ()) -> gpd.GeoDataFrame:
        """A table with outlines as a frame, in the order in which its rows came."""
        names = ", ".join(map(quoted, table.keys))
        with spoken_errors(self._path):
            rows = self._connection.execute(
                f"SELECT geom, {names} FROM {quoted(table.name)} {chosen} ORDER BY fid", values
            ).fetchall()
        frame = pd.DataFrame(rows, columns=["geometry", *table.keys])
        geometry = from_blobs(list(frame.pop("geometry")))
        for column in table.fields:
            if column.type == "number":
                frame[column.key] = frame[column.key].astype("float64")
        return gpd.GeoDataFrame(frame, geometry=geometry, crs=STORED_EPSG)

    def _store_chunk(
        self, parcels: gpd.GeoDataFrame, batch_id: str, known: dict[str, int]
    ) -> tuple[int, int, int]:
        if parcels.empty:
            return 0, 0, 0
        rows = _rows(parcels, PARCELS, batch_id)
        position = 1 + _PARCEL_COLUMNS.index("parcel_id")
        fresh = [row for row in rows if row[position] not in known]
        again = [row for row in rows if row[position] in known]
        names = ", ".join(map(quoted, _PARCEL_COLUMNS))
        marks = ", ".join("?" * (len(_PARCEL_COLUMNS) + 1))
        self._connection.executemany(f"INSERT INTO parcels (geom, {names}) VALUES ({marks})", fresh)
        changed = [row for row in again if self._differs(row, known[row[position]])]
        assignments = ", ".join(f"{quoted(key)} = ?" for key in _PARCEL_COLUMNS)
        self._connection.executemany(
            f"UPDATE parcels SET geom = ?, {assignments} WHERE fid = ?",
            [(*row, known[row[position]]) for row in changed],
        )
        return len(fresh), len(changed), len(again) - len(changed)

    def _differs(self, row: tuple[Any, ...], fid: int) -> bool:
        names = ", ".join(map(quoted, _CONTENT))
        stored = self._connection.execute(
            f"SELECT geom, {names} FROM parcels WHERE fid = ?", (fid,)
        ).fetchone()
        return tuple(row[: 1 + len(_CONTENT)]) != tuple(stored)

    def _add_batch(self, batch: Batch) -> None:
        values = asdict(batch)
        self._connection.execute(
            f"INSERT INTO batches ({', '.join(map(quoted, _BATCH_COLUMNS))}) "
            f"VALUES ({', '.join('?' * len(_BATCH_COLUMNS))})",
            [values[key] for key in _BATCH_COLUMNS],
        )

    def _refresh_extent(self) -> None:
        """Tell GIS programs where the layers lie."""
        for table in (PARCELS, REGISTER):
            chosen = f"SELECT geom FROM {quoted(table.name)} WHERE geom IS NOT NULL"
            envelopes = b"".join(row[0][8:40] for row in self._connection.execute(chosen))
            if not envelopes:
                continue
            bounds = np.frombuffer(envelopes, dtype="<f8").reshape(-1, 4)
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
            return self._layer_frame(PARCELS, "")
        chosen = "WHERE parcel_id IN (SELECT value FROM json_each(?))"
        return self._layer_frame(PARCELS, chosen, [json.dumps(list(parcel_ids))])

    def parcel_ids(self) -> set[str]:
        """The ids of all parcels."""
        with spoken_errors(self._path):
            return set(self._known_parcels())

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

    def add_layer(self, layer: StoredLayer) -> None:
        """Keep a layer with its file, replacing the layer of the same id."""
        with spoken_errors(self._path), transaction(self._connection):
            self.keep_original(layer.content)
            self._connection.execute("DELETE FROM layers WHERE layer_id = ?", (layer.layer_id,))
            values = asdict(layer) | {"added_at": now()}
            for key in _AS_JSON:
                values[key] = json.dumps(values[key], ensure_ascii=False)
            self._connection.execute(
                f"INSERT INTO layers ({', '.join(map(quoted, LAYERS.keys))}) "
                f"VALUES ({', '.join('?' * len(LAYERS.keys))})",
                [values[key] for key in LAYERS.keys],
            )
            self._drop_unused_originals()

    def remove_layer(self, layer_id: str) -> bool:
        """Take a layer out; tells whether it was there."""
        with spoken_errors(self._path), transaction(self._connection):
            removed = self._connection.execute("DELETE FROM layers WHERE layer_id = ?", (layer_id,)).rowcount
            self._drop_unused_originals()
        return removed > 0

    def layers(self) -> list[StoredLayer]:
        """All layers in the order in which they were added, with their files."""
        names = [each.name for each in fields(StoredLayer)]
        with spoken_errors(self._path):
            rows = self._connection.execute(
                f"SELECT {', '.join(map(quoted, names))} FROM layers l JOIN originals USING (sha256) ORDER BY l.fid"
            ).fetchall()
        told = [dict(zip(names, row, strict=True)) for row in rows]
        return [
            StoredLayer(**(row | {key: json.loads(row[key] or "{}") for key in _AS_JSON})) for row in told
        ]

    def layer_table(self) -> pd.DataFrame:
        """All layers without their files, as people list them."""
        with spoken_errors(self._path):
            names = ", ".join(map(quoted, LAYERS.keys))
            rows = self._connection.execute(f"SELECT {names} FROM layers ORDER BY fid").fetchall()
        return pd.DataFrame(rows, columns=list(LAYERS.keys))

    def keep_original(self, content: bytes) -> str:
        """Keep a file byte for byte, addressed by its hash, which is returned."""
        digest = sha256_of(content)
        self._connection.execute(
            "INSERT INTO originals (sha256, content) SELECT ?, ? "
            "WHERE NOT EXISTS (SELECT 1 FROM originals WHERE sha256 = ?)",
            (digest, content, digest),
        )
        return digest

    def _drop_unused_originals(self) -> None:
        self._connection.execute(
            "DELETE FROM originals WHERE sha256 NOT IN (SELECT sha256 FROM layers) "
            "AND sha256 NOT IN (SELECT sha256 FROM batches)"
        )

    def fingerprints(self) -> dict[str, str]:
        """Hashes of what computed data depend on: ``parcels`` and ``layers``."""
        with spoken_errors(self._path):
            parcels = self._connection.execute(
                "SELECT batch_id FROM batches WHERE batch_kind IN ('parcels', 'register') ORDER BY fid"
            )
            layers = self._connection.execute(
                "SELECT layer_id, title, sha256, columns, settings FROM layers ORDER BY fid"
            )
            return {
                "parcels": sha256_of(json.dumps(parcels.fetchall()).encode()),
                "layers": sha256_of(json.dumps(layers.fetchall()).encode()),
            }


class _Undo(Exception):
    """Leave a transaction without keeping anything."""


def _rows(frame: gpd.GeoDataFrame, table: Table, batch_id: str) -> list[tuple[Any, ...]]:
    """Rows as SQLite takes them: geometry first, then the columns in order, blanks as None."""
    columns: list[list[Any]] = [list(to_blobs(frame.geometry.array))]
    for key in table.keys:
        if key == "batch_id":
            columns.append([batch_id] * len(frame))
            continue
        values = frame[key].to_numpy(dtype=object, copy=True)
        values[pd.isna(values)] = None
        columns.append(values.tolist())
    return list(zip(*columns, strict=True))
