"""Uniting two copies of a project: the union of their journals."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from kanpo.errors import Conflict, InputUnusable, IntegrityFailure, Place, Problem, UsageError
from kanpo.locale import Text
from kanpo.store._at_rest import read_at_rest
from kanpo.store._chain import ENVELOPE, branches
from kanpo.store._connection import connect, spoken_errors, transaction
from kanpo.store._history import keep_histories
from kanpo.store._location import is_project
from kanpo.store._migrate import refuse_newer
from kanpo.store._project import Project
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

    The result is the union of the two journals by hash: the order of merging does not matter, and
    merging twice adds nothing. Where both copies continued one lane, each goes on as a tail of its own.

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
        Two records of one lane have the same id and say different things.
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
            return _unite(project, theirs, other)


def _unite(project: Project, theirs: sqlite3.Connection, other: Path) -> MergeReport:
    ours = project._connection
    links = "SELECT device, sequence, previous, hash FROM journal"
    mine, its = ours.execute(links).fetchall(), theirs.execute(links).fetchall()
    here = {row[3] for row in mine}
    rows = [
        row
        for row in theirs.execute(f"SELECT {ENVELOPE}, previous, hash FROM journal ORDER BY fid")
        if row[-1] not in here
    ]
    tails = branches({*mine, *its})
    _refuse_contradictions(ours, rows, tails, other)
    keep_histories(ours, theirs)
    known = {row[0] for row in ours.execute("SELECT outline FROM outlines")}
    wanted = {row[9] for row in rows if row[9] is not None} - known
    outlines = theirs.execute("SELECT outline, geom FROM outlines ORDER BY fid")
    ours.executemany(
        "INSERT INTO outlines (outline, geom) VALUES (?, ?)", [row for row in outlines if row[0] in wanted]
    )
    _place_in_tails(ours, tails)
    project.journal.write(rows, tails)
    _take_originals(ours, theirs, rows)
    both = len(here & {row[3] for row in its})
    return MergeReport(tuple(row[0] for row in rows), both, len(here) - both, _files(ours, theirs))


def _place_in_tails(ours: sqlite3.Connection, tails: Mapping[str, str]) -> None:
    """Give the records that are here the tails that they are in after the union."""
    if not tails:
        return
    placed = ours.execute("SELECT fid, hash, branch FROM journal").fetchall()
    moved = [
        (tails.get(digest, ""), fid) for fid, digest, branch in placed if tails.get(digest, "") != branch
    ]
    ours.executemany("UPDATE journal SET branch = ? WHERE fid = ?", moved)


def _refuse_contradictions(
    ours: sqlite3.Connection, rows: Sequence[tuple[Any, ...]], tails: Mapping[str, str], other: Path
) -> None:
    """Stop where the two tails of a forked lane give one record id to different contents.

    Such records are no work of two imports at once: one of the copies was made by other means.
    """
    came = {row[0]: row for row in rows if row[-1] in tails}
    if not came:
        return
    here = ours.execute(
        f"SELECT {ENVELOPE}, hash FROM journal WHERE record_id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(came)),),
    )
    problems = [
        Problem(
            "merge.contradiction",
            Text(
                "同じ記録IDに違う内容があります(複製された端末)",
                "one record id has two contents (a cloned device)",
            ),
            Text(
                "どちらが正しいか確かめ、違う方の写しは合わせないでください",
                "find out which is right, and do not merge the other copy",
            ),
            Place(str(other), column=str(row[2]), value=row[0]),
        )
        for row in here
        if row[-1] in tails and _content(row) != _content(came[row[0]])
    ]
    if problems:
        raise Conflict(
            "merge.contradictions",
            Text(
                "同じ端末の記録が食い違います。どちらのファイルも元のままです",
                "records of one device contradict each other; both copies are unchanged",
            ),
            Text(
                "食い違う記録を kanpo records show で見比べてください",
                "compare the records named with kanpo records show",
            ),
            Place(str(other)),
            tuple(problems),
        )


def _content(row: Sequence[Any]) -> tuple[Any, ...]:
    """Kind, day, correction, outline and body of a record."""
    return (row[1], row[5], *row[7:8], *row[9:11])


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
    problems = [problem.at(file=str(named)) for problem in verify_project(path, edits=False)]
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


def _files(ours: sqlite3.Connection, theirs: sqlite3.Connection) -> pd.DataFrame:
    rows: list[tuple[str, str, str]] = []
    for what, table in (("batch", "batches"), ("layer", "layers")):
        chosen = f"SELECT file_name, sha256 FROM {table} ORDER BY fid"
        known = {digest for _, digest in ours.execute(chosen)}
        rows += [(what, name, digest) for name, digest in theirs.execute(chosen) if digest not in known]
    return pd.DataFrame(rows, columns=list(FILES)).drop_duplicates(ignore_index=True)
