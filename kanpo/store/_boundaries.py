"""Boundaries of one project: municipalities, agricultural settlements, and lots of the land registry's map."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd

from kanpo.schema import BOUNDARIES
from kanpo.store._frames import read_frame, rows_of
from kanpo.store._sql import insert_rows, quoted
from kanpo.store._statements import Counts

#: Lots of the land registry's map (登記所備付地図).
REGISTRY_LOT = "registry_lot"
_CONTENT = tuple(key for key in BOUNDARIES.keys if key not in ("batch_id", "source_row"))


@dataclass(frozen=True, slots=True)
class _Known:
    fid: int
    content: tuple[object, ...]


class Boundaries:
    """Reads and replaces the boundaries of one project."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    def boundaries(self, kind: str) -> gpd.GeoDataFrame:
        """Boundaries of a kind (``municipality``, ``farm_settlement``, ``registry_lot``), EPSG:6668."""
        return read_frame(self._connection, self._path, BOUNDARIES, "WHERE boundary_kind = ?", [kind])

    def _put_boundaries(self, rows: gpd.GeoDataFrame, batch_id: str) -> Counts:
        """Store boundaries; lots in place of those of the same id, others of the same kind and municipality."""
        blank = [key for key in BOUNDARIES.keys if key not in rows and key != "batch_id"]
        rows = rows.assign(**dict.fromkeys(blank))
        lots = rows["boundary_kind"] == REGISTRY_LOT
        replaced = rows.loc[~lots, ["boundary_kind", "municipality_code"]].drop_duplicates()
        self._connection.executemany(
            "DELETE FROM boundaries WHERE boundary_kind = ? AND municipality_code IS ?",
            replaced.astype(object).where(replaced.notna(), None).to_numpy(dtype=object).tolist(),
        )
        names = ", ".join(map(quoted, ("geom", *_CONTENT)))
        known = {
            row[2]: _Known(row[0], tuple(row[1:]))
            for row in self._connection.execute(f"SELECT fid, {names} FROM boundaries")
        }
        found = {row[1]: row for row in rows_of(rows, BOUNDARIES, batch_id)}
        changed = [row for key, row in found.items() if key in known and known[key].content != _content(row)]
        self._connection.executemany(
            "DELETE FROM boundaries WHERE fid = ?", [(known[str(row[1])].fid,) for row in changed]
        )
        fresh = [row for key, row in found.items() if key not in known]
        insert_rows(self._connection, BOUNDARIES.name, ("geom", *BOUNDARIES.keys), [*fresh, *changed])
        return Counts(len(fresh), len(changed), len(found) - len(fresh) - len(changed))


def _content(row: tuple[object, ...]) -> tuple[object, ...]:
    columns = ("geom", *BOUNDARIES.keys)
    return tuple(row[columns.index(key)] for key in ("geom", *_CONTENT))
