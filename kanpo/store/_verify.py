"""Checking a project: is the file whole, and is the history as it was written?"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import shapely

from kanpo.errors import Place, Problem
from kanpo.locale import Text
from kanpo.store._connection import connect, spoken_errors
from kanpo.store._geometry import from_blobs
from kanpo.store._history import held_at
from kanpo.store._identity import sha256_of
from kanpo.store._journal import _ENVELOPE, GENESIS, record_hash
from kanpo.store._migrate import SCHEMA_VERSION, version_of, views_current
from kanpo.store._seal import PrintedSeal, parse_seal
from kanpo.store._sql import guards, views

_CHAIN = f"SELECT {_ENVELOPE}, previous, hash FROM journal ORDER BY device, sequence"

_RESTORE = Text(
    "バックアップと見比べ、正しい方を使ってください", "compare with a backup and use the one that is right"
)


def verify_project(path: Path, seal: str | None = None) -> list[Problem]:
    """Everything that is wrong with the file and its history; empty when all is well.

    Parameters
    ----------
    path : Path
        The project.
    seal : str, optional
        A seal printed earlier (``digest-count``). Records missing from the end of a chain can
        only be noticed against one.

    Raises
    ------
    UsageError
        `seal` is no seal.
    """
    wanted = None if seal is None else parse_seal(seal)
    with spoken_errors(path):
        connection = connect(path, write=False)
        # A damaged text must fail its hash, not stop the check.
        connection.text_factory = lambda raw: raw.decode("utf-8", errors="replace")
        try:
            problems = _check_file(connection, path)
            if not problems:
                problems += check_chains(connection.execute(_CHAIN), path)
                problems += _check_outlines(connection, path)
                problems += _check_originals(connection, path)
                problems += _check_guards(connection, path)
                if wanted is not None:
                    problems += _check_seal(connection, path, wanted)
        finally:
            connection.close()
    return problems


def _check_file(connection: sqlite3.Connection, path: Path) -> list[Problem]:
    try:
        said = [row[0] for row in connection.execute("PRAGMA integrity_check(20)")]
    except sqlite3.DatabaseError as error:
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
    lane, expected, previous = None, 1, GENESIS
    for row in rows:
        *envelope, stored_previous, stored_hash = row
        record_id, _, device, sequence = envelope[:4]
        if device != lane:
            lane, expected, previous = device, 1, GENESIS
        place = Place(str(path), column=f"{device} #{sequence}", value=record_id)
        if sequence != expected:
            problems.append(
                _broken("verify.gap", Text("間の記録が消えています", "records in between are missing"), place)
            )
        elif stored_previous != previous:
            problems.append(
                _broken(
                    "verify.chain",
                    Text("前の記録とつながりません", "does not follow the record before"),
                    place,
                )
            )
        if record_hash(stored_previous, envelope) != stored_hash:
            problems.append(
                _broken("verify.edited", Text("後から書き換えられています", "was changed afterwards"), place)
            )
        expected, previous = sequence + 1, stored_hash
    return problems


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


def _check_guards(connection: sqlite3.Connection, path: Path) -> list[Problem]:
    """Guards that are gone or do something else, and views that show something else than the journal."""
    found: dict[str, str] = dict(
        connection.execute("SELECT name, sql FROM sqlite_master WHERE type IN ('trigger', 'view')")
    )
    current = version_of(connection) == SCHEMA_VERSION
    gone = Text("記録簿を守る仕掛けが外されています", "a guard of the journal was removed")
    other = Text("記録簿を守る仕掛けが変えられています", "a guard of the journal was changed")
    problems = [
        _broken("verify.guard", other if name in found else gone, Place(str(path), value=name))
        for name, wanted in guards().items()
        if name not in found or (current and _plain(found[name]) != _plain(wanted))
    ]
    shows = Text("記録の見せ方が変えられています", "what shows the records was changed")
    if current and views_current(connection):
        problems += [
            _broken("verify.view", shows, Place(str(path), value=name))
            for name, wanted in views().items()
            if _plain(found.get(name, "")) != _plain(wanted)
        ]
    return problems


def _plain(statement: str) -> str:
    return statement.strip().rstrip(";").rstrip()


def _check_seal(connection: sqlite3.Connection, path: Path, seal: PrintedSeal) -> list[Problem]:
    """A seal holds when it is that of the journal now, or of an earlier state that it still contains."""
    from kanpo.store._journal import Journal

    now = Journal(connection, path, "verify").seal()
    if seal.fits(now):
        return []
    if seal.records is not None and held_at(connection, seal.records, seal.digest):
        return []
    what = Text(
        f"封印 {seal} の時点の記録が揃っていません(現在 {now})",
        f"the records of seal {seal} are not all there (now {now})",
    )
    return [_broken("verify.seal", what, Place(str(path), value=str(seal)))]
