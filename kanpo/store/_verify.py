"""Checking a project: is the file whole, and is the history as it was written?"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import shapely

from kanpo.errors import Place, Problem
from kanpo.locale import Text
from kanpo.store._chain import ENVELOPE, GENESIS, record_hash
from kanpo.store._columns import changed_columns
from kanpo.store._connection import connect, refuse_missing, spoken_errors
from kanpo.store._edits import find_edits, problems_of
from kanpo.store._geometry import from_blobs
from kanpo.store._history import held_at
from kanpo.store._identity import sha256_of
from kanpo.store._migrate import SCHEMA_VERSION, version_of, views_current
from kanpo.store._objects import strange_objects
from kanpo.store._seal import PrintedSeal, heads_of, parse_seal, seal_of
from kanpo.store._sql import guards, views

CHAIN = f"SELECT {ENVELOPE}, previous, hash FROM journal ORDER BY device, sequence"

#: The first version whose columns are known; those before are checked when they are brought up to date.
OLDEST_WITH_COLUMNS = 3

_BRING_BACK = Text("kanpo edits undo で元に戻せます", "kanpo edits undo brings it back")
_RESTORE = Text(
    "バックアップと見比べ、正しい方を使ってください", "compare with a backup and use the one that is right"
)


def verify_project(path: Path, seal: str | None = None, *, edits: bool = True) -> list[Problem]:
    """Everything that is wrong with the file and its history; empty when all is well.

    Parameters
    ----------
    path : Path
        The project.
    seal : str, optional
        A seal printed earlier (``digest-count``). Records missing from the end of a chain can
        only be noticed against one.
    edits : bool
        Also say what another program edited in the tables of what was imported and computed.

    Raises
    ------
    UsageError
        `seal` is no seal.
    """
    wanted = None if seal is None else parse_seal(seal)
    refuse_missing(path)
    with spoken_errors(path):
        connection = forgiving(connect(path, write=False))
        try:
            problems = _check_file(connection, path)
            if not problems:
                problems = check_tables(connection, path) or _check_records(connection, path, wanted)
                problems += check_objects(connection, path)
                if edits:
                    problems += problems_of(find_edits(connection), path)
        finally:
            connection.close()
    return problems


def _check_file(connection: sqlite3.Connection, path: Path) -> list[Problem]:
    try:
        said = [row[0] for row in connection.execute("PRAGMA integrity_check(20)")]
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        said = [str(error)]
    return [
        Problem(
            "verify.file",
            Text(f"ファイルが壊れています({line})", f"the file is damaged ({line})"),
            _RESTORE,
            Place(str(path)),
        )
        for line in said
        if line != "ok"
    ]


def check_tables(connection: sqlite3.Connection, path: Path) -> list[Problem]:
    """Tables and columns that are gone, or of another type; older files are checked as they are lifted."""
    notes = connection.execute("SELECT key, value FROM kanpo_meta").fetchall()
    unreadable = [key for key, value in notes if "\ufffd" in f"{key}{value}"]
    if unreadable:
        what = Text("プロジェクトの控えを読めません", "a note of the project cannot be read")
        return [_broken("verify.notes", what, Place(str(path), value=key)) for key in unreadable]
    if version_of(connection) < OLDEST_WITH_COLUMNS:
        return []
    return [change.problem(path) for change in changed_columns(connection)]


def _check_records(connection: sqlite3.Connection, path: Path, seal: PrintedSeal | None) -> list[Problem]:
    rows = connection.execute(CHAIN).fetchall()
    problems = check_chains(rows, path)
    problems += _check_outlines(connection, path)
    problems += _check_originals(connection, path)
    if seal is not None:
        problems += _check_seal(connection, path, seal, rows)
    return problems


def check_chains(rows: Iterable[Sequence[Any]], path: Path) -> list[Problem]:
    """What is wrong with records in their chains.

    Parameters
    ----------
    rows : iterable
        Records as `Journal.chain` gives them, ordered by lane and number.
    path : Path
        For messages.
    """
    problems: list[Problem] = []
    gap = Text("間の記録が消えています", "records in between are missing")
    loose = Text("前の記録とつながりません", "does not follow the record before")
    twice = Text("同じ記録が二つあります", "the same record is there twice")
    edited = Text("後から書き換えられています", "was changed afterwards")
    lane: object = None
    # The hashes of the last number and of the one before: a lane that was forked has several of each.
    number, here, before = 0, set[str](), {GENESIS}
    for row in rows:
        *envelope, previous, digest = row
        record_id, _, device, sequence = envelope[:4]
        if device != lane:
            lane, number, here, before = device, 0, {GENESIS}, set()
        place = Place(str(path), column=f"{device} #{sequence}", value=record_id)
        follows = sequence in (number, number + 1)
        if sequence != number:
            number, here, before = sequence, set(), here
        if not follows:
            problems.append(_broken("verify.gap", gap, place))
        elif digest in here:
            problems.append(_broken("verify.twice", twice, place))
        elif previous not in before:
            problems.append(_broken("verify.chain", loose, place))
        if record_hash(previous, envelope) != digest:
            problems.append(_broken("verify.edited", edited, place))
        here.add(digest)
    return problems


def forgiving(connection: sqlite3.Connection) -> sqlite3.Connection:
    """Let a damaged text fail its hash instead of stopping the check."""
    connection.text_factory = lambda raw: raw.decode("utf-8", errors="replace")
    return connection


def _broken(code: str, what: Text, place: Place) -> Problem:
    return Problem(code, what, _RESTORE, place)


def _check_outlines(connection: sqlite3.Connection, path: Path) -> list[Problem]:
    problems: list[Problem] = []
    rows = connection.execute("SELECT outline, geom FROM outlines").fetchall()
    found = from_blobs([blob for _, blob in rows], on_invalid="ignore")
    shapes: Any = shapely.to_wkb(found, output_dimension=2, byte_order=1) if rows else []
    for (name, _), body in zip(rows, shapes, strict=True):
        if body is None or sha256_of(body) != name:
            what = Text("区画図が書き換えられています", "an outline was changed afterwards")
            problems.append(_broken("verify.outline", what, Place(str(path), value=name)))
    missing = connection.execute(
        "SELECT record_id FROM journal WHERE outline IS NOT NULL AND outline NOT IN (SELECT outline FROM outlines)"
    )
    for (record_id,) in missing:
        what = Text("記録の区画図がありません", "the outline of a record is missing")
        problems.append(_broken("verify.outline-missing", what, Place(str(path), value=record_id)))
    return problems


def _check_originals(connection: sqlite3.Connection, path: Path) -> list[Problem]:
    what = Text("受け取ったままのファイルが書き換えられています", "a file as it was received was changed")
    return [
        _broken("verify.original", what, Place(str(path), value=name))
        for name, content in connection.execute("SELECT sha256, content FROM originals")
        if sha256_of(content if isinstance(content, bytes) else str(content).encode()) != name
    ]


def check_objects(connection: sqlite3.Connection, path: Path) -> list[Problem]:
    """Guards that are gone, and triggers and views that are not kanpo's own or do something else."""
    there = {
        name
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type IN ('trigger', 'view')")
    }
    gone = Text("記録簿を守る仕掛けが外されています", "a guard of the journal was removed")
    problems = [
        Problem("verify.guard", gone, _BRING_BACK, Place(str(path), value=name))
        for name in guards()
        if name not in there
    ]
    if version_of(connection) < SCHEMA_VERSION:
        return problems
    current = views_current(connection)
    missing = Text("記録の見せ方が消されています", "what shows the records is gone")
    problems += [
        Problem("verify.view", missing, _BRING_BACK, Place(str(path), value=name))
        for name in views()
        if current and name not in there
    ]
    strange = strange_objects(connection)
    return problems + [
        each.problem(path) for each in strange if current or not (each.kind == "view" and each.ours)
    ]


def _check_seal(
    connection: sqlite3.Connection, path: Path, seal: PrintedSeal, rows: Sequence[Sequence[Any]]
) -> list[Problem]:
    """A seal holds when it is that of the journal now, or of an earlier state that it still contains."""
    now = seal_of(heads_of((row[2], row[3], row[11], row[12]) for row in rows), len(rows))
    if seal.fits(now):
        return []
    if seal.records is not None and held_at(connection, seal.records, seal.digest):
        return []
    what = Text(
        f"封印 {seal} の時点の記録が揃っていません(現在 {now})",
        f"the records of seal {seal} are not all there (now {now})",
    )
    return [_broken("verify.seal", what, Place(str(path), value=str(seal)))]
