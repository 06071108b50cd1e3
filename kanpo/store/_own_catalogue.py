"""The user's own rows of the herb catalogue, kept in the project so that it stays one file."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict, dataclass
from pathlib import Path

from kanpo.store._connection import spoken_errors, transaction
from kanpo.store._identity import now
from kanpo.store._written import refusing_damage, stored_json

_KEY = "own_catalogue"


@dataclass(frozen=True, slots=True)
class OwnCatalogue:
    """Rows of requirements as written (with their number in ``row``), the sources they name, and their file.

    `herbs` and `works` are rows of herbs and of works, complete.
    """

    file_name: str
    sha256: str
    rows: tuple[dict[str, str], ...]
    sources: tuple[dict[str, str], ...]
    added_at: str = ""
    herbs: tuple[dict[str, str], ...] = ()
    works: tuple[dict[str, str], ...] = ()


def read_own_catalogue(connection: sqlite3.Connection, path: Path) -> OwnCatalogue | None:
    """What is kept; None where there is nothing."""
    with spoken_errors(path):
        row = connection.execute("SELECT value FROM kanpo_meta WHERE key = ?", (_KEY,)).fetchone()
    if row is None:
        return None
    kept = stored_json(row[0])
    tables = ("rows", "sources", "herbs", "works")
    with refusing_damage(row[0]):
        return OwnCatalogue(**kept | {key: tuple(kept.get(key, ())) for key in tables})


def write_own_catalogue(connection: sqlite3.Connection, path: Path, own: OwnCatalogue | None) -> None:
    """Keep these rows in place of what is kept; None keeps nothing."""
    with spoken_errors(path), transaction(connection):
        connection.execute("DELETE FROM kanpo_meta WHERE key = ?", (_KEY,))
        if own is not None:
            value = json.dumps(asdict(own) | {"added_at": now()}, ensure_ascii=False)
            connection.execute("INSERT INTO kanpo_meta VALUES (?, ?)", (_KEY, value))
