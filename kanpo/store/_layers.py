"""Map layers and other files that a project keeps byte for byte."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

import pandas as pd

from kanpo.schema import LAYERS
from kanpo.store._connection import spoken_errors, transaction
from kanpo.store._identity import now, sha256_of
from kanpo.store._sql import quoted
from kanpo.store._written import stored_json

#: What of a layer is kept as JSON.
_AS_JSON = ("columns", "settings", "made_from")


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
            StoredLayer(**(row | {key: stored_json(row[key] or "{}") for key in _AS_JSON})) for row in told
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

    def original_names(self) -> list[str]:
        """The hashes of all files that are kept, sorted."""
        with spoken_errors(self._path):
            return [
                row[0] for row in self._connection.execute("SELECT sha256 FROM originals ORDER BY sha256")
            ]

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
