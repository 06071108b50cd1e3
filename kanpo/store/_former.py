"""Parcels of earlier years, and how the years follow from each other."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path

import geopandas as gpd
import pandas as pd

from kanpo.schema import FORMER_PARCELS, LINEAGE
from kanpo.store._connection import spoken_errors
from kanpo.store._frames import read_frame, rows_of
from kanpo.store._sql import quoted


class FormerParcels:
    """Keeps the parcels that newer ones replaced in one project."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    def retire(
        self,
        former: gpd.GeoDataFrame,
        gone_ids: Iterable[str],
        links: pd.DataFrame,
        found_again: Iterable[str] = (),
    ) -> None:
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
        found_again : iterable of str
            Ids that were said to be gone and are not: `links` has what became of them.
        """
        self._connection.executemany(
            "DELETE FROM lineage WHERE kind = 'gone' AND old_id = ?", [(key,) for key in found_again]
        )
        names = ", ".join(map(quoted, FORMER_PARCELS.keys))
        rows = [
            (*row[:-2], batch, row[-1])
            for row, batch in zip(rows_of(former, FORMER_PARCELS, ""), former["batch_id"], strict=True)
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
        return read_frame(self._connection, self._path, FORMER_PARCELS, "")

    def former_ids(self) -> set[str]:
        """The ids of all parcels of earlier years."""
        with spoken_errors(self._path):
            return {row[0] for row in self._connection.execute("SELECT parcel_id FROM former_parcels")}

    def lineage(self) -> pd.DataFrame:
        """How parcels of the years follow from each other (columns of the schema's lineage table)."""
        with spoken_errors(self._path):
            names = ", ".join(map(quoted, LINEAGE.keys))
            rows = self._connection.execute(f"SELECT {names} FROM lineage ORDER BY fid").fetchall()
        return pd.DataFrame(rows, columns=list(LINEAGE.keys))
