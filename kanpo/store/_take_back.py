"""Undoing an import: every table as it was before, records kept, and a record of the undoing."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass

from kanpo.errors import Conflict, Place, Problem, UsageError
from kanpo.locale import Text
from kanpo.schema import PARCELS, RECORD_KINDS
from kanpo.store._batch import Batch
from kanpo.store._chain import NewRecord, record_content
from kanpo.store._connection import spoken_errors, transaction
from kanpo.store._edits import IMPORTED, find_edits, problems_of
from kanpo.store._identity import now
from kanpo.store._project import Project
from kanpo.store._sql import quoted
from kanpo.store._undo import UndoLog


@dataclass(frozen=True, slots=True)
class Undone:
    """Imports that were undone, the newest first; `orphans` counts records on parcels that went, by kind."""

    batches: tuple[Batch, ...]
    orphans: dict[str, int]

    def text(self) -> Text:
        """What came of it, in words."""
        names = [f"{batch.file_name}({batch.imported_at[:16]})" for batch in self.batches]
        lines = Text(
            f"取り消しました: {'、'.join(names)}。表は取込前の状態に戻りました",
            f"undone: {', '.join(names)}; every table is as it was before",
        )
        if not self.orphans:
            return lines
        kinds = [(RECORD_KINDS[kind].label, count) for kind, count in self.orphans.items()]
        return Text(
            lines.ja
            + f"\nなくなった筆にあった記録は残っています: {'、'.join(f'{k.ja} {n:,} 件' for k, n in kinds)}"
            + "(その筆を取り込み直すと、また使われます)",
            lines.en
            + f"\nrecords on parcels that went are kept: {', '.join(f'{n:,} {k.en}' for k, n in kinds)}"
            + " (they count again once the parcel is back)",
        )


def undo_import(project: Project, batch_id: str, *, with_later: bool = False) -> Undone:
    """Bring a project back to where it was before an import.

    Parameters
    ----------
    batch_id : str
        The import, or ``last``.
    with_later : bool
        Undo later imports that build on it too, the newest first.

    Raises
    ------
    UsageError
        There is no such import, or what it changed was not kept.
    Conflict
        Later imports build on it, or something was edited beside kanpo.
    """
    connection = project._connection
    with spoken_errors(project.path), transaction(connection):
        edits = problems_of(find_edits(connection, IMPORTED), project.path)
        if edits:
            raise _edited(project, edits)
        batches = project.imported.batches().to_dict("records")
        chosen = _chosen(batches, batch_id)
        later = [Batch(**{str(k): v for k, v in row.items()}) for row in batches[chosen:]]
        first = later.pop(0)
        logs = {batch.batch_id: UndoLog.read(connection, batch.batch_id) for batch in (first, *later)}
        building = _building(first, later, logs)
        if building and not with_later:
            raise _built_on(first, building)
        taken = [*reversed(building), first]
        if missing := [batch for batch in taken if logs[batch.batch_id] is None]:
            raise _not_kept(missing[0])
        orphans: dict[str, int] = {}
        for batch in taken:
            log = logs[batch.batch_id]
            assert log is not None
            left = [one.batch_id for one in later if one not in building]
            _take_back(connection, batch, log, orphans, last=not left)
        if len(taken) <= len(later):
            # The tables are none that ever was: what was computed from any of those does not fit.
            connection.execute("INSERT OR REPLACE INTO kanpo_meta VALUES ('undone', ?)", (now(),))
        _record(project, taken, orphans)
    return Undone(tuple(taken), orphans)


def _chosen(batches: list[dict[str, object]], wanted: str) -> int:
    """The position of the import that is meant."""
    if wanted == "last" and batches:
        return len(batches) - 1
    found = [place for place, row in enumerate(batches) if row["batch_id"] == wanted]
    if found:
        return found[0]
    known = "、".join(f"{row['batch_id']}({row['file_name']})" for row in batches[-5:])
    raise UsageError(
        "undo.unknown",
        Text("その取込はありません", "there is no such import"),
        Text(
            f"取込IDか last を指定してください。最近の取込: {known or 'なし'}",
            f"name its id, or last; the latest are: {known or 'none'}",
        ),
        Place(value=wanted),
    )


def _building(first: Batch, later: list[Batch], logs: dict[str, UndoLog | None]) -> list[Batch]:
    """The later imports that changed rows which this one, or another that builds on it, changed."""
    found: list[Batch] = []
    for batch in later:
        log = logs[batch.batch_id]
        below = [logs[one.batch_id] for one in (first, *found)]
        if log is None or any(one is None or log.touches(one) for one in below):
            found.append(batch)
    return found


def _take_back(
    connection: sqlite3.Connection, batch: Batch, log: UndoLog, orphans: dict[str, int], *, last: bool
) -> None:
    new = [fid for fid, row in log.rows.get(PARCELS.name, {}).items() if row is None]
    gone = [
        row[0]
        for row in connection.execute(
            "SELECT parcel_id FROM parcels WHERE fid IN (SELECT value FROM json_each(?))", (json.dumps(new),)
        )
    ]
    log.take_back(connection, last=last)
    others = connection.execute("SELECT count(*) FROM batches WHERE sha256 = ?", (batch.sha256,)).fetchone()[
        0
    ]
    if not others:
        connection.execute("DELETE FROM received WHERE sha256 = ?", (batch.sha256,))
    for kind, table in RECORD_KINDS.items():
        if "parcel_id" in table.keys:
            count = connection.execute(
                f"SELECT count(*) FROM {quoted(table.name)} WHERE parcel_id IN (SELECT value FROM json_each(?)) "
                "AND parcel_id NOT IN (SELECT parcel_id FROM parcels)",
                (json.dumps(gone),),
            ).fetchone()[0]
            if count:
                orphans[kind] = orphans.get(kind, 0) + count


def _record(project: Project, taken: list[Batch], orphans: dict[str, int]) -> None:
    """Let the journal say what was undone."""
    records = [
        NewRecord(
            "undone_import",
            {
                "batch_id": batch.batch_id,
                "file_name": batch.file_name,
                "sha256": batch.sha256,
                "imported_at": batch.imported_at,
                "stored": int(batch.stored),
                "updated": int(batch.updated),
                "orphans": sum(orphans.values()),
            },
            project.today(),
        )
        for batch in taken
    ]
    project.journal.append_within(records, [record_content(record) for record in records])


def _built_on(first: Batch, building: list[Batch]) -> Conflict:
    names = "、".join(f"{batch.file_name}({batch.batch_id})" for batch in building)
    return Conflict(
        "undo.built-on",
        Text(
            f"あとの取込 {len(building)} 件がこの取込の上に成り立っているので、取り消しません: {names}",
            f"{len(building)} later imports build on this one, so nothing was undone: {names}",
        ),
        Text(
            "あとの取込から順に取り消すか、--with-later で一緒に取り消してください",
            "undo the later ones first, or all together with --with-later",
        ),
        Place(first.file_name, value=first.batch_id),
    )


def _not_kept(batch: Batch) -> UsageError:
    return UsageError(
        "undo.not-kept",
        Text(
            "この取込で変わったものが控えられていないので、取り消せません(古い kanpo の取込か、編集の取込)",
            "what this import changed was not kept (by an older kanpo, or edits that were taken in)",
        ),
        Text("取込前のバックアップから戻してください", "go back to a backup from before it"),
        Place(batch.file_name, value=batch.batch_id),
    )


def _edited(project: Project, edits: list[Problem]) -> Conflict:
    return Conflict(
        "edit.pending",
        Text(
            "kanpo の外で編集されたところがあるので、取り消しません(何も変えていません)",
            "nothing was undone, because something was edited beside kanpo",
        ),
        Text(
            "先に kanpo edits accept --reason 理由 か kanpo edits undo を行ってください",
            "first run kanpo edits accept --reason WHY, or kanpo edits undo",
        ),
        Place(str(project.path)),
        tuple(edits),
    )
