"""Map layers and other files that a project keeps byte for byte."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict, dataclass
from pathlib import Path

import pandas as pd

from kanpo.schema import LAYERS
from kanpo.store._connection import spoken_errors, transaction
from kanpo.store._identity import now, sha256_of
from kanpo.store._sql import quoted


@dataclass(frozen=True, slots=True)
class StoredLayer:
    """A layer as the project keeps it; `columns` says which factor is read from which column or band."""

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


class Layers:
    """Reads and replaces the layers of one project, and the original files that it keeps."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    def add_layer(self, layer: StoredLayer) -> None:
        """Keep a layer with its file, replacing the layer of the same id."""
        with spoken_errors(self._path), transaction(self._connection):
            self.keep_original(layer.content)
            self._connection.execute("DELETE FROM layers WHERE layer_id = ?", (layer.layer_id,))
            values = asdict(layer) | {
                "columns": json.dumps(layer.columns, ensure_ascii=False),
                "added_at": now(),
            }
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
        with spoken_errors(self._path):
            rows = self._connection.execute(
                "SELECT l.layer_id, l.title, l.layer_kind, l.columns, l.source, l.licence, l.date, l.sha256, "
                "l.file_name, o.content FROM layers l JOIN originals o ON o.sha256 = l.sha256 ORDER BY l.fid"
            ).fetchall()
        return [
            StoredLayer(name, title, kind, json.loads(columns), *rest)
            for name, title, kind, columns, *rest in rows
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

    def store_original(self, content: bytes) -> str:
        """Keep the file of a record byte for byte; its hash, which the record then names, is returned."""
        with spoken_errors(self._path), transaction(self._connection):
            return self.keep_original(content)

    def original(self, sha256: str) -> bytes | None:
        """The file of that hash, if the project keeps it."""
        with spoken_errors(self._path):
            row = self._connection.execute(
                "SELECT content FROM originals WHERE sha256 = ?", (sha256,)
            ).fetchone()
        return None if row is None else bytes(row[0])

    def _drop_unused_originals(self) -> None:
        self._connection.execute(
            "DELETE FROM originals WHERE sha256 NOT IN (SELECT sha256 FROM layers) "
            "AND sha256 NOT IN (SELECT sha256 FROM batches) AND sha256 NOT IN "
            "(SELECT json_extract(body, '$.sha256') FROM journal "
            "WHERE json_extract(body, '$.sha256') IS NOT NULL)"
        )
