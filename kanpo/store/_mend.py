"""Setting right what another program did to the file: bringing back what was, or going on as it is."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from kanpo.errors import IntegrityFailure, Place, Problem
from kanpo.locale import Text
from kanpo.schema import FACTOR_VALUES, PARCELS, REGISTER_LINKS
from kanpo.store._backup import copy_database, free_name
from kanpo.store._chain import ENVELOPE, record_hash
from kanpo.store._columns import changed_columns, extra_columns, keep_columns
from kanpo.store._computed import list_layer
from kanpo.store._connection import (
    connect,
    refuse_foreign,
    refuse_missing,
    spoken_errors,
    transaction,
)
from kanpo.store._edits import Edit, additions, find_edits, listing, problems_of, scored_herbs
from kanpo.store._identity import now
from kanpo.store._kept import KEPT, keep_hashes, keep_table, kept_rows
from kanpo.store._migrate import SCHEMA_VERSION, version_of
from kanpo.store._objects import drop_object, strange_objects
from kanpo.store._sql import (
    guards,
    herb_layer,
    herb_view,
    quoted,
    stored_columns,
    table_statements,
    views,
)
from kanpo.store._verify import CHAIN, check_chains, check_objects, check_tables, forgiving

#: Tables whose rows follow from nothing else in the file.
_PRECIOUS = ("journal", "outlines", "originals", "kanpo_meta", "kanpo_kept")
_LAYER_OF = {"factors": FACTOR_VALUES.name, "links": REGISTER_LINKS.name, "scores": "score_values"}


@dataclass(frozen=True, slots=True)
class Mended:
    """What was found and set right, and the copy of the file as it was before; None where all was well."""

    problems: tuple[Problem, ...]
    copy: Path | None


def list_edits(path: Path) -> list[Problem]:
    """Everything that another program did to the file, harmless additions as warnings."""
    refuse_missing(path)
    with spoken_errors(path), closing(forgiving(connect(path, write=False))) as connection:
        refuse_foreign(connection, path)
        problems = check_tables(connection, path)
        if not any(str(problem.place.column).partition(".")[0] == "journal" for problem in problems):
            problems += check_chains(connection.execute(CHAIN), path)
        problems += check_objects(connection, path)
        problems += problems_of(find_edits(connection), path)
        found = [problem for problem in problems if _can_be_mended(problem)]
        return found + additions(connection, path)


def _can_be_mended(problem: Problem) -> bool:
    return problem.code.startswith("edit.") or problem.code in _MENDED


_MENDED = (
    *("verify.guard", "verify.trigger", "verify.view"),
    *("verify.column-gone", "verify.column-type", "verify.table-gone", "verify.edited", "verify.chain"),
)


def undo_edits(path: Path, *, drop_columns: bool = False) -> Mended:
    """Bring back what kanpo last wrote, after copying the file as it is to ``NAME.before-undo.backup``.

    What was computed and then edited is taken out, to be computed again.

    Parameters
    ----------
    drop_columns : bool
        Also take out columns that somebody added to kanpo's tables.

    Raises
    ------
    IntegrityFailure
        What is gone cannot be brought back from the file itself.
    """
    problems = list_edits(path)
    harmless = [problem for problem in problems if problem.code == "edit.column-added"]
    if len(problems) == len(harmless) and not (drop_columns and harmless):
        return Mended((), None)
    with spoken_errors(path), closing(connect(path, write=True)) as connection:
        _refuse_lost(connection, path)
        copy = free_name(path, "before-undo")
        copy_database(connection, copy)
        with transaction(connection):
            set_form_right(connection)
            edits = list(find_edits(connection))
            for table in KEPT:
                _bring_back(connection, table, [edit for edit in edits if edit.table == table])
            take_out_computed(connection, edits)
            _take_out_foreign_records(connection)
            if drop_columns:
                for table, column in extra_columns(connection):
                    connection.execute(f"ALTER TABLE {quoted(table)} DROP COLUMN {quoted(column)}")
            _finish(connection)
            connection.execute("INSERT OR REPLACE INTO kanpo_meta VALUES ('undone', ?)", (now(),))
            for table in {"kanpo_meta"} | {edit.table for edit in edits if edit.what == "kept"}:
                keep_table(connection, table)
    return Mended(tuple(problems), copy)


def go_on_as_it_is(path: Path) -> Mended:
    """Make a file fit to be opened again where triggers, views, columns or tables stand in the way.

    The rows stay as they are; columns that are gone come back empty.

    Raises
    ------
    IntegrityFailure
        Without what is gone no parcel would be known.
    """
    problems = list_edits(path)
    if not problems:
        return Mended((), None)
    with spoken_errors(path), closing(connect(path, write=True)) as connection:
        lost = [(each.table, each.column) for each in changed_columns(connection)]
        if (PARCELS.name, "parcel_id") in lost or (PARCELS.name, "geom") in lost:
            raise _lost(path, "parcels.parcel_id / parcels.geom")
        _refuse_lost(connection, path, undo=False)
        copy = free_name(path, "before-accept")
        copy_database(connection, copy)
        with transaction(connection):
            set_form_right(connection, keep=False)
            _finish(connection)
    return Mended(tuple(problems), copy)


def _refuse_lost(connection: sqlite3.Connection, path: Path, *, undo: bool = True) -> None:
    for change in changed_columns(connection):
        if change.table in _PRECIOUS and change.what != "column-type":
            raise _lost(path, change.table)
    if undo and version_of(connection) < SCHEMA_VERSION:
        raise _lost(path, "kanpo_kept")


def _lost(path: Path, name: str) -> IntegrityFailure:
    return IntegrityFailure(
        "edits.lost",
        Text(
            f"ファイルの中に元の姿が残っていないので戻せません({name})",
            f"the file itself does not hold what was, so it cannot be brought back ({name})",
        ),
        Text(
            "kanpo restore でバックアップに戻してください(列だけなら kanpo edits accept --reason 理由 で空のまま使えます)",
            "go back to a backup (kanpo restore); a mere column can be gone on without: kanpo edits accept --reason WHY",
        ),
        Place(str(path)),
    )


# --- The form of the file: triggers, views, tables, columns, the list of layers --------------------


def set_form_right(connection: sqlite3.Connection, *, keep: bool = True) -> None:
    """Take off strange triggers and views, and bring back tables and columns that are gone.

    With `keep`, a table of another form is made anew from what was kept; else its rows stay.
    """
    for each in strange_objects(connection):
        drop_object(connection, each)
    _move_away(connection)
    made = table_statements()
    for change in changed_columns(connection):
        if change.column is None or (change.what == "column-type" and keep and change.table in KEPT):
            _remake(connection, change.table, made[change.table])
        elif change.what == "column-gone":
            kind = stored_columns()[change.table][change.column]
            connection.execute(
                f"ALTER TABLE {quoted(change.table)} ADD COLUMN {quoted(change.column)} {kind}"
            )


def _move_away(connection: sqlite3.Connection) -> None:
    """Give a table that somebody put in the place of one of kanpo's views another name."""
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    for name in tables & {*views(), *map(herb_layer, scored_herbs(connection))}:
        free = next(f"{name}_{number}" for number in count(2) if f"{name}_{number}" not in tables)
        connection.execute(f"ALTER TABLE {quoted(name)} RENAME TO {quoted(free)}")


def _remake(connection: sqlite3.Connection, table: str, statement: str) -> None:
    """Make a table anew, with the rows that were kept."""
    connection.execute(f"DROP TABLE IF EXISTS {quoted(table)}")
    connection.execute(statement)


def _finish(connection: sqlite3.Connection) -> None:
    """Guards, views and the list of layers as they are to be, and a note of the columns that are there."""
    there = {
        row[0]
        for row in connection.execute("SELECT name FROM sqlite_master WHERE type IN ('trigger', 'view')")
    }
    for name, statement in (guards() | views()).items():
        if name not in there:
            connection.execute(statement)
    for herb in scored_herbs(connection):
        if herb_layer(herb) not in there:
            connection.execute(herb_view(herb))
    listed = [edit.table for edit in find_edits(connection) if edit.what == "unlisted"]
    for name in listed:
        for table in ("gpkg_geometry_columns", "gpkg_contents"):
            connection.execute(f"DELETE FROM {table} WHERE table_name = ?", (name,))
        connection.execute("DELETE FROM gpkg_contents WHERE identifier = ?", (name,))
        like = PARCELS.name if name != PARCELS.name else None
        list_layer(connection, name, geometry=listing(connection)[name][0] == "features", like=like)
    keep_columns(connection)


# --- Rows ----------------------------------------------------------------------------------------


def _bring_back(connection: sqlite3.Connection, table: str, edits: list[Edit]) -> None:
    each = KEPT[table]
    name, key = quoted(table), quoted(each.key)
    wanted = {edit.key for edit in edits if edit.what in ("changed", "removed")}
    if not edits:
        return
    kept = {row[0]: row[1:] for row in kept_rows(connection, table)}
    connection.executemany(
        f"DELETE FROM {name} WHERE {key} = ?", [(edit.key,) for edit in edits if edit.what == "added"]
    )
    there = {row[0] for row in connection.execute(f"SELECT {key} FROM {name}")}
    changed = [fid for fid in kept if fid in there and fid in wanted]
    unique = [edit.key for edit in edits if edit.what == "changed" and each.title in edit.columns()]
    if unique and each.title != each.key:
        # Two rows may have changed their names with each other.
        connection.executemany(
            f"UPDATE {name} SET {quoted(each.title)} = ? WHERE {key} = ?",
            [(f"~{fid}~", fid) for fid in unique],
        )
    columns = each.columns
    connection.executemany(
        f"UPDATE {name} SET {', '.join(f'{quoted(column)} = ?' for column in columns)} WHERE {key} = ?",
        [(*kept[fid], fid) for fid in changed],
    )
    connection.executemany(
        f"INSERT INTO {name} ({', '.join(map(quoted, (each.key, *columns)))}) VALUES ({', '.join('?' * (len(columns) + 1))})",
        [(fid, *values) for fid, values in kept.items() if fid not in there],
    )


def take_out_computed(connection: sqlite3.Connection, edits: Iterable[Edit]) -> None:
    """Take out computed tables that were edited, so that they are computed again."""
    edited = {edit.table for edit in edits}
    for product, table in _LAYER_OF.items():
        if table not in edited:
            continue
        connection.execute("DELETE FROM stamps WHERE product = ?", (product,))
        if table == "score_values":
            for herb in scored_herbs(connection):
                connection.execute(f"DROP VIEW IF EXISTS {quoted(herb_layer(herb))}")
                for listing_table in ("gpkg_geometry_columns", "gpkg_contents"):
                    connection.execute(
                        f"DELETE FROM {listing_table} WHERE table_name = ?", (herb_layer(herb),)
                    )
        connection.execute(f"DELETE FROM {quoted(table)}")
        keep_hashes(connection, table)
        keep_table(connection, "stamps")


def _take_out_foreign_records(connection: sqlite3.Connection) -> None:
    """Take out records that nobody wrote with kanpo and that none follows: their hash is not theirs."""
    rows = connection.execute(f"SELECT fid, {ENVELOPE}, previous, hash FROM journal").fetchall()
    foreign = [row for row in rows if record_hash(row[-2], row[1:-2]) != row[-1]]
    if not foreign:
        return
    followed = {row[-2] for row in rows}
    connection.execute("DROP TRIGGER journal_no_delete")
    connection.executemany(
        "DELETE FROM journal WHERE fid = ?", [(row[0],) for row in foreign if row[-1] not in followed]
    )
    connection.execute(guards()["journal_no_delete"])
