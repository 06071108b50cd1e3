"""A project as plain rows, and a project made from such rows again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kanpo.errors import InputUnusable, Place
from kanpo.locale import Text
from kanpo.schema import (
    BATCHES,
    BOUNDARIES,
    FORMER_PARCELS,
    LAYERS,
    LINEAGE,
    PARCELS,
    REGISTER,
    REGISTER_LINKS,
    STATEMENTS,
    Audience,
    Table,
)
from kanpo.store._chain import branches
from kanpo.store._connection import spoken_errors, transaction
from kanpo.store._history import History, own_history
from kanpo.store._project import Project
from kanpo.store._sql import insert_rows, quoted

#: Tables whose rows make a project, with the journal, the outlines and the original files.
TABLES: tuple[Table, ...] = (
    *(PARCELS, FORMER_PARCELS, LINEAGE, REGISTER, STATEMENTS, REGISTER_LINKS, BOUNDARIES, BATCHES),
    LAYERS,
)
#: What of the project's own notes is made anew in every file.
_MADE_ANEW = ("views", "schema_version")


@dataclass(frozen=True, slots=True)
class TableRows:
    """Rows of a table as the file holds them; geometries are GeoPackage blobs under ``geom``."""

    name: str
    columns: tuple[str, ...]
    rows: Iterable[Sequence[object]]


def dump_tables(project: Project) -> Iterator[TableRows]:
    """The imported rows of a project, without columns that the office may not see."""
    for table in TABLES:
        visible = {field.key for field in table.visible_to(Audience.OFFICE)}
        columns = tuple((["geom"] if table.outline else []) + [key for key in table.keys if key in visible])
        names = ", ".join(map(quoted, columns))
        with spoken_errors(project.path):
            rows = project._connection.execute(f"SELECT {names} FROM {quoted(table.name)} ORDER BY fid")
            yield TableRows(table.name, columns, rows.fetchall())


def project_notes(project: Project) -> dict[str, str]:
    """What a project says of itself: its id, name, own catalogue, and orders of arrival of united copies."""
    with spoken_errors(project.path):
        rows = project._connection.execute("SELECT key, value FROM kanpo_meta ORDER BY key").fetchall()
    return {key: value for key, value in rows if key not in _MADE_ANEW}


def arrivals(project: Project) -> History:
    """The order in which the records of a project arrived, as runs of one lane."""
    with spoken_errors(project.path):
        return own_history(project._connection)


def rebuild_project(
    path: Path,
    notes: Mapping[str, str],
    tables: Iterable[TableRows],
    chain: Sequence[Sequence[object]],
    order: History,
    outlines: Iterable[tuple[str, bytes | None]],
    originals: Iterable[tuple[str, bytes]],
) -> None:
    """Make a project file from rows; nothing is left of it where something does not fit.

    Parameters
    ----------
    chain : sequence
        Records with their places in the chains (`CHAIN_COLUMNS`).
    order : list of runs
        The order in which they arrived (`arrivals`).
    outlines : iterable of (hash, blob)
    originals : iterable of (SHA-256, content)

    Raises
    ------
    InputUnusable
        A table or column is not known to this kanpo, or rows do not fit it.
    """
    known = {table.name: {"geom", *table.keys} for table in TABLES}
    Project.create(path).close()
    try:
        with Project.open(path, write=True) as project, spoken_errors(path), transaction(project._connection):
            connection = project._connection
            connection.executemany("INSERT OR REPLACE INTO kanpo_meta VALUES (?, ?)", notes.items())
            for table in tables:
                if not set(table.columns) <= known.get(table.name, set()):
                    raise _unfit(path, table.name)
                insert_rows(connection, table.name, table.columns, [tuple(row) for row in table.rows])
            connection.executemany("INSERT INTO outlines (outline, geom) VALUES (?, ?)", outlines)
            connection.executemany("INSERT INTO originals (sha256, content) VALUES (?, ?)", originals)
            tails = branches((str(row[2]), int(str(row[3])), str(row[11]), str(row[12])) for row in chain)
            project.journal.write(_in_order(chain, order), tails)
            project.imported.refresh_extent()
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _in_order(chain: Sequence[Sequence[object]], order: History) -> list[tuple[object, ...]]:
    """Records in the order in which they arrived; those that it does not name come last."""
    left = {str(row[12]): tuple(row) for row in chain}
    previous = {str(row[12]): str(row[11]) for row in chain}
    rows: list[tuple[object, ...]] = []
    for _, first, last, digest in order:
        run: list[str] = []
        for _ in range(last - first + 1):
            run.append(digest)
            digest = previous.get(digest, "")
        rows += [left.pop(each) for each in reversed(run) if each in left]
    return [*rows, *left.values()]


def _unfit(path: Path, name: str) -> InputUnusable:
    return InputUnusable(
        "archive.table",
        Text(f"表「{name}」がこの kanpo の項目と合いません", f"table '{name}' does not fit this kanpo"),
        Text("kanpo を新しくしてください", "update kanpo"),
        Place(str(path), value=name),
    )
