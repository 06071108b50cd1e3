"""One project: its file, and the three kinds of data in it."""

from __future__ import annotations

import os
import sqlite3
from contextlib import nullcontext, suppress
from pathlib import Path
from types import TracebackType

from kanpo.errors import EnvironmentFailure, InputUnusable, Place, UsageError
from kanpo.locale import Text
from kanpo.store._at_rest import leave_wal_if_alone
from kanpo.store._computed import Computed, list_layer
from kanpo.store._connection import connect, spoken_errors, transaction
from kanpo.store._copy import copy_database, mode_of
from kanpo.store._identity import new_record_id, now
from kanpo.store._imported import Imported
from kanpo.store._journal import Journal
from kanpo.store._location import beside
from kanpo.store._migrate import (
    SCHEMA_VERSION,
    lend_views,
    migrate,
    refresh_views,
    refuse_newer,
    version_of,
    views_current,
)
from kanpo.store._own_catalogue import OwnCatalogue, read_own_catalogue, write_own_catalogue
from kanpo.store._people import People
from kanpo.store._sql import LISTED, first_schema

__all__ = ["SCHEMA_VERSION", "Project"]

_GEOPACKAGE_ID = 0x47504B47
_GEOPACKAGE_VERSION = 10300

_REFERENCE_SYSTEMS = (
    ("Undefined cartesian SRS", -1, "NONE", -1, "undefined"),
    ("Undefined geographic SRS", 0, "NONE", 0, "undefined"),
    ("WGS 84", 4326, "EPSG", 4326, None),
    ("JGD2011", 6668, "EPSG", 6668, None),
)


class Project:
    """A project file, opened.

    ``imported``, ``journal`` and ``computed`` are its three kinds of data, ``people`` the file of
    personal data beside it. Use it in a ``with`` block.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection
        self.meta: dict[str, str] = dict(connection.execute("SELECT key, value FROM kanpo_meta"))
        self.imported = Imported(connection, path)
        self.journal = Journal(connection, path, self.meta["project_id"])
        self.computed = Computed(connection, path)
        self.people = People(path)

    @classmethod
    def create(cls, path: Path, name: str = "") -> Project:
        """Make a new, empty project file.

        Raises
        ------
        UsageError
            There is already something of that name, or the name does not end in ``.gpkg``.
        """
        if path.suffix.lower() != ".gpkg":
            raise UsageError(
                "project.suffix",
                Text("プロジェクト名は .gpkg で終わらせてください", "a project's name ends in .gpkg"),
                Text(f"例: kanpo init {path.stem}.gpkg", f"for example: kanpo init {path.stem}.gpkg"),
                Place(str(path)),
            )
        if path.exists():
            raise UsageError(
                "project.exists",
                Text("同じ名前のファイルがもうあります", "there is already a file of that name"),
                Text("別の名前にするか、そのまま使ってください", "choose another name, or use it as it is"),
                Place(str(path)),
            )
        _refuse_leftovers(path)
        # Built under another name and moved into place, so that a crash leaves no half project.
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        with spoken_errors(path):
            connection = connect(draft, write=True)
            try:
                # A name on the disk may have bytes that are no letters.
                _build(connection, (name or path.stem).encode("utf-8", "replace").decode("utf-8"))
                connection.close()
                os.replace(draft, path)
            finally:
                connection.close()
                draft.unlink(missing_ok=True)
        return cls.open(path, write=True)

    @classmethod
    def open(cls, path: Path, *, write: bool = False) -> Project:
        """Open a project file.

        A file of an older kanpo is first copied (``NAME.before-v2.backup``) and then brought up to
        date, also when it is opened for reading only.

        Raises
        ------
        InputUnusable
            There is no such file, it is no kanpo project, or a newer kanpo wrote it.
        """
        if not path.is_file():
            raise InputUnusable(
                "project.missing",
                Text("プロジェクトのファイルがありません", "there is no such project file"),
                Text("kanpo init 名前.gpkg で作ってください", "make one with kanpo init NAME.gpkg"),
                Place(str(path)),
            )
        with spoken_errors(path):
            connection = connect(path, write=write)
            try:
                _refuse_foreign(connection, path)
                refuse_newer(connection, str(path))
                if write:
                    leave_wal_if_alone(connection)
                    _bring_up_to_date(connection, path)
                elif version_of(connection) < SCHEMA_VERSION or not views_current(connection):
                    behind = version_of(connection) < SCHEMA_VERSION
                    connection.close()
                    # Kinds of record that this kanpo added need their views; of a file that nobody may
                    # write to only this connection has them.
                    with nullcontext() if behind else suppress(EnvironmentFailure):
                        cls.open(path, write=True).close()
                    connection = connect(path, write=False)
                    if not views_current(connection):
                        lend_views(connection)
                return cls(path, connection)
            except BaseException:
                connection.close()
                raise

    def inputs(self) -> dict[str, str]:
        """Hashes of what the factors are computed from, as they are now."""
        recorded = {"visits": "visit", "decisions": "link_decision"}
        return self.imported.fingerprints() | {
            name: self.journal.fingerprint(kind) for name, kind in recorded.items()
        }

    def own_catalogue(self) -> OwnCatalogue | None:
        """The user's own rows of the herb catalogue; None where there are none."""
        return read_own_catalogue(self._connection, self.path)

    def keep_own_catalogue(self, own: OwnCatalogue | None) -> None:
        """Keep own rows of the herb catalogue in place of those kept so far; None drops them."""
        write_own_catalogue(self._connection, self.path, own)

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def __enter__(self) -> Project:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _refuse_leftovers(path: Path) -> None:
    """Journals of a file that is gone would be rolled into the new one."""
    leftovers = [name for name in beside(path) if not name.name.endswith("-shm") and name.stat().st_size]
    if leftovers:
        raise UsageError(
            "project.leftovers",
            Text(
                "同じ名前の消えたファイルの続き(-wal・-journal)が横に残っています",
                "journals (-wal, -journal) of a file of that name that is gone lie there",
            ),
            Text(
                "別の名前にするか、そのファイルを別の場所に移してください(消えたファイルを戻すなら一緒に)",
                "choose another name, or move them elsewhere (with the file that is gone, should it come back)",
            ),
            Place(str(leftovers[0])),
        )


def _build(connection: sqlite3.Connection, name: str) -> None:
    connection.execute(f"PRAGMA application_id = {_GEOPACKAGE_ID}")
    connection.execute(f"PRAGMA user_version = {_GEOPACKAGE_VERSION}")
    connection.executescript(first_schema())
    with transaction(connection):
        for system in _REFERENCE_SYSTEMS:
            definition = system[4] or _wkt(system[3])
            connection.execute(
                "INSERT INTO gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, ?, NULL)", (*system[:4], definition)
            )
        for table in LISTED:
            list_layer(connection, table.name, geometry=table.outline)
        meta = {
            "schema_version": str(SCHEMA_VERSION),
            "project_id": new_record_id(),
            "name": name,
            "created_at": now(),
        }
        connection.executemany("INSERT INTO kanpo_meta VALUES (?, ?)", meta.items())
        refresh_views(connection)


def _wkt(epsg: int) -> str:
    from pyproj import CRS

    return CRS.from_epsg(epsg).to_wkt("WKT1_GDAL")


def _refuse_foreign(connection: sqlite3.Connection, path: Path) -> None:
    try:
        known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'kanpo_meta'").fetchone()
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorname", "") != "SQLITE_NOTADB":
            raise
        known = None
    if not known:
        raise InputUnusable(
            "project.foreign",
            Text("kanpo のプロジェクトではありません", "is not a kanpo project"),
            Text(
                "kanpo init で新しく作り、kanpo ingest で取り込んでください",
                "make one with kanpo init, then kanpo ingest",
            ),
            Place(str(path)),
        )


def _bring_up_to_date(connection: sqlite3.Connection, path: Path) -> None:
    behind = version_of(connection) < SCHEMA_VERSION
    if behind:
        kept = path.with_name(f"{path.stem}.before-v{SCHEMA_VERSION}.backup")
        copy_database(connection, kept, mode_of(path))
    if behind or not views_current(connection):
        with transaction(connection):
            migrate(connection)
            refresh_views(connection)
