"""One project: its file, and the three kinds of data in it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable
from contextlib import nullcontext, suppress
from pathlib import Path
from types import TracebackType

from kanpo.errors import EnvironmentFailure, IntegrityFailure, Place, UsageError
from kanpo.locale import Text
from kanpo.schema import DEFAULT_ZONE, today_in
from kanpo.store._accept import EditedTables
from kanpo.store._at_rest import leave_wal_if_alone
from kanpo.store._backup import copy_database
from kanpo.store._columns import (
    add_columns,
    columns_to_add,
    keep_columns,
    lend_columns,
    refuse_changed_columns,
)
from kanpo.store._computed import Computed, list_layer
from kanpo.store._connection import (
    Connection,
    connect,
    refuse_foreign,
    refuse_missing,
    spoken_errors,
    transaction,
)
from kanpo.store._identity import new_record_id, now
from kanpo.store._imported import Imported
from kanpo.store._journal import Journal
from kanpo.store._kept import keep_all, renew, watch
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
from kanpo.store._objects import refuse_strange
from kanpo.store._own_catalogue import OwnCatalogue, read_own_catalogue, write_own_catalogue
from kanpo.store._people import People
from kanpo.store._sql import LISTED, first_schema
from kanpo.store._styles import StoredStyle, styles_of_people, write_styles
from kanpo.store._undo import UndoLog

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
        self.zone = self.meta.get("zone", DEFAULT_ZONE)
        self.journal = Journal(connection, path, self.meta["project_id"], self.zone)
        self.computed = Computed(connection, path)
        self.edited = EditedTables(connection, path, self.imported)
        self.people = People(path)

    @classmethod
    def create(cls, path: Path, name: str = "", zone: str = DEFAULT_ZONE) -> Project:
        """Make a new, empty project file, whose days are days in a time zone.

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
                _build(connection, name or path.stem, zone)
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
        refuse_missing(path)
        with spoken_errors(path):
            connection = connect(path, write=write)
            try:
                refuse_foreign(connection, path)
                refuse_newer(connection, str(path))
                if write:
                    leave_wal_if_alone(connection)
                    _bring_up_to_date(connection, path)
                    refuse_strange(connection, path)
                    _keep_what_changes(connection)
                elif not _is_up_to_date(connection, path):
                    behind = version_of(connection) < SCHEMA_VERSION
                    connection.close()
                    # Kinds of record and columns that this kanpo added need their place in the file; of
                    # a file that nobody may write to only this connection has them.
                    with nullcontext() if behind else suppress(EnvironmentFailure, IntegrityFailure):
                        cls.open(path, write=True).close()
                    connection = connect(path, write=False)
                    _lend(connection, path)
                return cls(path, connection)
            except BaseException:
                connection.close()
                raise

    def today(self) -> str:
        """The day that it is in the project's zone, ISO 8601."""
        return today_in(self.zone).isoformat()

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

    def keep_note(self, key: str, value: str) -> None:
        """Keep a word about this file with it, to be read from `meta`; it does not belong to the records."""
        with spoken_errors(self.path), transaction(self._connection):
            self._connection.execute("INSERT OR REPLACE INTO kanpo_meta VALUES (?, ?)", (key, value))
        self.meta[key] = value

    def keep_styles(self, styles: Iterable[StoredStyle]) -> None:
        """Keep the styles in which QGIS opens the layers, beside those that people saved."""
        write_styles(self._connection, self.path, styles)

    def styles_of_people(self) -> list[tuple[object, ...]]:
        """The styles of layers that people saved, as their rows stand."""
        return styles_of_people(self._connection, self.path)

    def table_names(self) -> list[str]:
        """Every table and view in the file, those of other programs too."""
        with spoken_errors(self.path):
            rows = self._connection.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")
            return sorted(name for (name,) in rows)

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
    """A journal of a file that is gone would be rolled into the new one."""
    for name in beside(path):
        raise UsageError(
            "project.leftovers",
            Text(
                f"前にあったファイルの続き({name.name})が残っています",
                f"what belonged to an earlier file is left there ({name.name})",
            ),
            Text(
                "消したファイルを戻すか、その続きを別の場所に移すか、別の名前にしてください",
                "bring the file back, move what is left elsewhere, or choose another name",
            ),
            Place(str(path)),
        )


def _build(connection: sqlite3.Connection, name: str, zone: str) -> None:
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
            "zone": zone,
            "created_at": now(),
        }
        connection.executemany("INSERT INTO kanpo_meta VALUES (?, ?)", meta.items())
        refresh_views(connection)
        keep_columns(connection)
        keep_all(connection)


def _wkt(epsg: int) -> str:
    from pyproj import CRS

    return CRS.from_epsg(epsg).to_wkt("WKT1_GDAL")


def _is_up_to_date(connection: sqlite3.Connection, path: Path) -> bool:
    """Whether the file has all that this kanpo reads."""
    if version_of(connection) < SCHEMA_VERSION:
        return False
    refuse_changed_columns(connection, path)
    return views_current(connection) and not columns_to_add(connection)


def _lend(connection: sqlite3.Connection, path: Path) -> None:
    """Give the connection, for as long as it lasts, what the file lacks."""
    if _is_up_to_date(connection, path):
        return
    connection.execute("PRAGMA query_only = OFF")
    lend_columns(connection)
    if not views_current(connection):
        lend_views(connection)
    connection.execute("PRAGMA query_only = ON")


def _keep_what_changes(connection: Connection) -> None:
    """Keep from now on, with every transaction, what it changed."""
    if connection.before_commit is None:
        watch(connection)
        connection.before_commit = lambda: _renew(connection)


def _renew(connection: Connection) -> None:
    log: UndoLog | None = connection.undo_log
    renew(connection, None if log is None else log.note)
    if log is not None:
        log.write(connection)


def _bring_up_to_date(connection: Connection, path: Path) -> None:
    behind = version_of(connection) < SCHEMA_VERSION
    if behind:
        copy_database(connection, path.with_name(f"{path.stem}.before-v{SCHEMA_VERSION}.backup"))
    if behind or not _is_up_to_date(connection, path):
        if not behind:
            _keep_what_changes(connection)
        with transaction(connection):
            migrate(connection)
            refuse_changed_columns(connection, path)
            add_columns(connection)
            refresh_views(connection)
