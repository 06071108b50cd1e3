"""Uniting two copies of a project: the union of their journals."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from kanpo.errors import Conflict, InputUnusable, IntegrityFailure, Place, Problem, UsageError
from kanpo.locale import Text
from kanpo.schema import JOURNAL
from kanpo.store._at_rest import read_at_rest
from kanpo.store._connection import connect, spoken_errors, transaction
from kanpo.store._history import keep_histories
from kanpo.store._journal import _ENVELOPE, CHAIN_COLUMNS
from kanpo.store._location import is_project
from kanpo.store._migrate import refuse_newer
from kanpo.store._project import Project
from kanpo.store._sql import insert_rows
from kanpo.store._verify import verify_project

#: Imported data are not united; what the other copy has more of is named by these columns.
FILES = ("what", "name", "sha256")


@dataclass(frozen=True, slots=True)
class MergeReport:
    """What came of uniting a project with another copy.

    `came` are the ids of records that only the other copy had, `known` counts the records of both,
    `ahead` those that the other copy lacks. `files` lists imports and layers of the other copy that
    this one lacks (columns of `FILES`); they are not taken over.
    """

    came: tuple[str, ...]
    known: int
    ahead: int
    files: pd.DataFrame


def merge_projects(project: Project, other: Path, *, another: bool = False) -> MergeReport:
    """Add the records of another copy to a project, in one transaction; the other is only read.

    The result is the union of the two journals by lane and number: the order of merging does not
    matter, and merging twice adds nothing.

    Parameters
    ----------
    project : Project
        Opened for writing.
    other : Path
        The other copy.
    another : bool
        Take the records of a project that is no copy of this one.

    Raises
    ------
    InputUnusable
        `other` is no project, or not a copy of this one.
    IntegrityFailure
        A journal was changed by other means than kanpo.
    Conflict
        The same numbers of a lane hold different records: a device was cloned.
    """
    _refuse_unfit(project, other)
    _refuse_damaged(project.path, project.path)
    with read_at_rest(other) as calm:
        _refuse_damaged(calm, other)
        return _merge_calm(project, calm, other, another=another)


def _merge_calm(project: Project, calm: Path, other: Path, *, another: bool) -> MergeReport:
    """Add the records of a file at rest, called `other` in messages."""
    with spoken_errors(other), closing(connect(calm, write=False)) as theirs:
        refuse_newer(theirs, str(other))
        theirs.execute("BEGIN")
        if not another:
            _refuse_stranger(project, theirs, other)
        with spoken_errors(project.path), transaction(project._connection):
            return _unite(project._connection, theirs, project.path, other)


def _unite(ours: sqlite3.Connection, theirs: sqlite3.Connection, path: Path, other: Path) -> MergeReport:
    chosen = "SELECT device, sequence, hash FROM journal"
    mine = {(device, sequence): head for device, sequence, head in ours.execute(chosen)}
    its = {(device, sequence): head for device, sequence, head in theirs.execute(chosen)}
    _refuse_forks(mine, its, path, other)
    rows = [
        row
        for row in theirs.execute(f"SELECT {_ENVELOPE}, previous, hash FROM journal ORDER BY fid")
        if (row[2], row[3]) not in mine
    ]
    keep_histories(ours, theirs)
    known = {row[0] for row in ours.execute("SELECT outline FROM outlines")}
    wanted = {row[9] for row in rows if row[9] is not None} - known
    outlines = theirs.execute("SELECT outline, geom FROM outlines ORDER BY fid")
    ours.executemany(
        "INSERT INTO outlines (outline, geom) VALUES (?, ?)", [row for row in outlines if row[0] in wanted]
    )
    insert_rows(ours, JOURNAL.name, CHAIN_COLUMNS, rows)
    _take_originals(ours, theirs, rows)
    both = len(mine.keys() & its.keys())
    return MergeReport(tuple(row[0] for row in rows), both, len(mine) - both, _files(ours, theirs))


def _take_originals(
    ours: sqlite3.Connection, theirs: sqlite3.Connection, rows: Sequence[tuple[Any, ...]]
) -> None:
    """Files that records name by their hash come along; those of imports and layers stay."""
    known = {row[0] for row in ours.execute("SELECT sha256 FROM originals")}
    bodies = (json.loads(row[10]) for row in rows if row[10] is not None and '"sha256"' in row[10])
    for digest in sorted({body["sha256"] for body in bodies if isinstance(body.get("sha256"), str)} - known):
        for content in theirs.execute("SELECT content FROM originals WHERE sha256 = ?", (digest,)):
            ours.execute("INSERT INTO originals (sha256, content) VALUES (?, ?)", (digest, *content))


def _refuse_unfit(project: Project, other: Path) -> None:
    place = Place(str(other))
    if not other.is_file() or not is_project(other):
        raise InputUnusable(
            "merge.no-project",
            Text("kanpo のプロジェクトではありません", "is not a kanpo project"),
            Text("もう一方の .gpkg を指定してください", "name the other .gpkg"),
            place,
        )
    if other.samefile(project.path):
        raise UsageError(
            "merge.itself",
            Text("同じファイルです", "this is the same file"),
            Text("もう一方のファイルを指定してください", "name the other copy"),
            place,
        )


def _refuse_damaged(path: Path, named: Path) -> None:
    problems = [problem.at(file=str(named)) for problem in verify_project(path)]
    if problems:
        raise IntegrityFailure(
            "merge.damaged",
            Text(
                "記録が壊れているか書き換えられているので、合わせません(どちらも元のままです)",
                "the records are damaged or were changed, so nothing was merged (both copies are unchanged)",
            ),
            Text("正しいバックアップから kanpo restore してください", "restore a good backup: kanpo restore"),
            Place(str(named)),
            tuple(problems),
        )


def _refuse_stranger(project: Project, theirs: sqlite3.Connection, other: Path) -> None:
    found = theirs.execute("SELECT value FROM kanpo_meta WHERE key = 'project_id'").fetchone()
    if found is None or found[0] != project.meta["project_id"]:
        raise InputUnusable(
            "merge.another-project",
            Text("このプロジェクトの写しではありません", "is not a copy of this project"),
            Text(
                "別に作ったプロジェクトの記録も入れるなら --another-project を付けてください",
                "to take in records of a project made apart, add --another-project",
            ),
            Place(str(other)),
        )


def _refuse_forks(
    mine: dict[tuple[str, int], str], its: dict[tuple[str, int], str], path: Path, other: Path
) -> None:
    differing = [key for key in mine.keys() & its.keys() if mine[key] != its[key]]
    if not differing:
        return
    problems = []
    for lane in sorted({device for device, _ in differing}):
        numbers = [sequence for device, sequence in differing if device == lane]
        first = min(numbers)
        here = sum(device == lane and sequence >= first for device, sequence in mine)
        there = sum(device == lane and sequence >= first for device, sequence in its)
        what = Text(
            f"端末「{lane}」の {first} 番から先が食い違います({path.name} に {here} 件、{other.name} に {there} 件)",
            f"lane '{lane}' differs from number {first} on ({here} records in {path.name}, {there} in {other.name})",
        )
        mend = Text(
            "片方の記録を kanpo archive で CSV に書き出し、食い違う分をもう片方に kanpo records import してください",
            "write one copy's records with kanpo archive, and import those that differ into the other",
        )
        problems.append(Problem("merge.cloned-device", what, mend, Place(str(other), value=lane)))
    raise Conflict(
        "merge.cloned-devices",
        Text(
            "同じ端末の番号に別々の記録があります(端末の複製)。どちらのファイルも元のままです",
            "the same numbers hold different records (a cloned device); both copies are unchanged",
        ),
        Text(
            "複製した端末の片方で設定フォルダの devices を消せば、これから先は分かれません",
            "delete 'devices' in the settings folder of one of the clones, so that it does not happen again",
        ),
        Place(str(other)),
        tuple(problems),
    )


def _files(ours: sqlite3.Connection, theirs: sqlite3.Connection) -> pd.DataFrame:
    rows: list[tuple[str, str, str]] = []
    for what, table in (("batch", "batches"), ("layer", "layers")):
        chosen = f"SELECT file_name, sha256 FROM {table} ORDER BY fid"
        known = {digest for _, digest in ours.execute(chosen)}
        rows += [(what, name, digest) for name, digest in theirs.execute(chosen) if digest not in known]
    return pd.DataFrame(rows, columns=list(FILES)).drop_duplicates(ignore_index=True)
