"""The journal: records that are only ever added, chained by hash within each device."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import orjson
import pandas as pd
from shapely.geometry.base import BaseGeometry

from kanpo.errors import IntegrityFailure, Place, UsageError
from kanpo.locale import Text
from kanpo.schema import DEFAULT_ZONE, JOURNAL, RECORD_KINDS, bring_home, day_of
from kanpo.store._chain import (
    CHAIN_COLUMNS,
    ENVELOPE,
    GENESIS,
    Content,
    NewRecord,
    canonical,
    chained,
    ends_of,
    record_content,
)
from kanpo.store._connection import spoken_errors, transaction
from kanpo.store._device import Device
from kanpo.store._geometry import from_blobs, to_blobs
from kanpo.store._identity import current_actor, now, sha256_of
from kanpo.store._seal import Seal, seal_of
from kanpo.store._sql import LANE, insert_rows, literal, quoted

#: A record for people: every tail of a lane that was forked is a lane of its own.
_SHOWN = ENVELOPE.replace(" device,", f" {LANE} AS device,")


class Journal:
    """Reads and appends records of one project."""

    def __init__(
        self, connection: sqlite3.Connection, path: Path, project_id: str, zone: str = DEFAULT_ZONE
    ) -> None:
        self._connection = connection
        self._path = path
        self.zone = zone
        connection.create_function("day_in_zone", 1, lambda moment: day_of(moment, zone), deterministic=True)
        self._device = Device(project_id)

    def append(self, records: Sequence[NewRecord], contents: Sequence[Content] | None = None) -> list[str]:
        """Write records in one transaction; when this returns, they are on the disk.

        Parameters
        ----------
        contents : sequence, optional
            The content of each record, for callers that know it already (`record_content`).

        Returns
        -------
        list of str
            The record ids, in order.

        Raises
        ------
        UsageError
            A record supersedes one that is not there, or is of another kind.
        EnvironmentFailure
            The disk is full or the file is locked; nothing was written.
        """
        if not records:
            return []
        if contents is None:
            contents = [record_content(record) for record in records]
        with spoken_errors(self._path), transaction(self._connection):
            self.append_within(records, contents)
        return [record.record_id for record in records]

    def append_within(self, records: Sequence[NewRecord], contents: Sequence[Content]) -> None:
        """Write records as a part of the caller's transaction."""
        self._check_superseded(records)
        self._archive({c[2]: record.outline for c, record in zip(contents, records, strict=True)})
        ends = ends_of(self._connection)
        heads = {end.device: (end.sequence, end.hash) for end in ends}
        forked = {end.device for end in ends if end.branch}
        with self._device.lane({lane: head for lane, (_, head) in heads.items()}, forked) as lane:
            rows = chained(records, contents, (lane, *heads.get(lane, (0, GENESIS))), current_actor(), now())
            self.write(rows)
            self._device.remember(lane, str(rows[-1][-1]))

    def write(self, rows: Sequence[tuple[Any, ...]], tails: Mapping[str, str] | None = None) -> None:
        """Write chained records (`CHAIN_COLUMNS`) within the caller's transaction, and read them back.

        Parameters
        ----------
        tails : mapping, optional
            The tail of each record of a forked lane, by its hash (`branches`).

        Raises
        ------
        IntegrityFailure
            What stands in the journal then is not what was written: something in the file holds
            records back or changes them. The caller's transaction is to be undone.
        """
        if tails:
            placed = [(*row, tails.get(row[-1], "")) for row in rows]
            insert_rows(self._connection, JOURNAL.name, (*CHAIN_COLUMNS, "branch"), placed)
        else:
            insert_rows(self._connection, JOURNAL.name, CHAIN_COLUMNS, rows)
        chosen = f"SELECT {', '.join(CHAIN_COLUMNS)} FROM journal WHERE hash IN (SELECT value FROM json_each(?)) AND "
        chosen += "record_id IN (SELECT value FROM json_each(?))"
        stored = set(
            self._connection.execute(
                chosen, (canonical([row[-1] for row in rows]), canonical([row[0] for row in rows]))
            )
        )
        unwritten = [row for row in rows if row not in stored]
        if unwritten:
            raise self._not_recorded(len(rows), len(unwritten), str(unwritten[0][0]))

    def _not_recorded(self, wanted: int, lost: int, first: str) -> IntegrityFailure:
        return IntegrityFailure(
            "store.not-recorded",
            Text(
                f"{wanted} 件のうち {lost} 件が書いたとおりに残らないので、何も記録していません",
                f"{lost} of {wanted} do not stay as they are written, so nothing was recorded",
            ),
            Text(
                "kanpo verify で調べ、kanpo edits undo で知らない仕掛けを外してください",
                "run kanpo verify, and take off what it names with kanpo edits undo",
            ),
            Place(str(self._path), value=first),
        )

    def _archive(self, outlines: Mapping[str | None, BaseGeometry | None]) -> None:
        """Keep outlines, by their hash, that are not there yet."""
        known: set[str | None] = {None}
        if outlines.keys() - known:
            known |= {row[0] for row in self._connection.execute("SELECT outline FROM outlines")}
        new = {key: shape for key, shape in outlines.items() if key not in known}
        if new:
            blobs = to_blobs(list(new.values()))
            self._connection.executemany(
                "INSERT INTO outlines (outline, geom) VALUES (?, ?)", zip(new, blobs, strict=True)
            )
            stored = dict(
                self._connection.execute(
                    "SELECT outline, geom FROM outlines WHERE outline IN (SELECT value FROM json_each(?))",
                    (canonical(list(new)),),
                )
            )
            if stored != dict(zip(new, blobs, strict=True)):
                raise self._not_recorded(len(new), len(new) - len(stored) or 1, str(next(iter(new))))

    def _check_superseded(self, records: Sequence[NewRecord]) -> None:
        if all(record.supersedes is None for record in records):
            return
        # A file may bring a record and, further down, what corrects it.
        before: dict[str, str] = {}
        for record in records:
            if record.supersedes is not None:
                kind = before.get(record.supersedes) or self._kind_of(record.supersedes)
                if kind != record.kind:
                    raise UsageError(
                        "record.supersedes-unknown",
                        Text("訂正する記録が見つかりません", "the record to correct is not there")
                        if kind is None
                        else Text("訂正する記録の種類が違います", "the record to correct is of another kind"),
                        Text(
                            "kanpo records list で記録IDを確かめてください",
                            "look the id up with kanpo records list",
                        ),
                        Place(column="supersedes", value=record.supersedes),
                    )
            before[record.record_id] = record.kind

    def _kind_of(self, record_id: str) -> str | None:
        found = self._connection.execute(
            "SELECT kind FROM journal WHERE record_id = ?", (record_id,)
        ).fetchone()
        return None if found is None else str(found[0])

    def read(self, kind: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """The standing records of one kind, oldest first; all of each record, or only some columns.

        Returns
        -------
        DataFrame
            Columns: record_id, the fields of the kind, happened_at, actor, recorded_at, device,
            supersedes, reason; with ``geometry`` (shapely) when the kind has an outline.
        """
        table = RECORD_KINDS[kind]
        names = "*" if columns is None else ", ".join(map(quoted, {*columns, "device", "recorded_at"}))
        with spoken_errors(self._path):
            cursor = self._connection.execute(f"SELECT {names} FROM {quoted(table.name)} ORDER BY OGC_FID")
            frame = pd.DataFrame(cursor.fetchall(), columns=[column[0] for column in cursor.description])
        frame = self._at_home(frame)
        if columns is not None:
            return _oldest_first(frame)[list(columns)]
        if table.outline:
            frame["geometry"] = from_blobs(list(frame.pop("geom")))
        return _oldest_first(frame.drop(columns="OGC_FID"))

    def _at_home(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Moments by the clock of the project; older files hold some in UTC."""
        if "happened_at" not in frame or frame.empty:
            return frame
        far = frame["happened_at"].str.contains(r"(?:Z|[+-]\d\d:\d\d)$", regex=True)
        if self.zone == DEFAULT_ZONE:
            far &= ~frame["happened_at"].str.endswith("+09:00")
        if far.any():
            moments = [bring_home(moment, self.zone) for moment in frame.loc[far, "happened_at"]]
            frame.loc[far, "happened_at"] = moments
        return frame

    def alike(self, kind: str, fields: Sequence[str], *, same_day: bool) -> set[str]:
        """The ids of standing records of a kind that have the same in these fields as another one.

        With `same_day`, only if they also happened on the same day.
        """
        same = [f"json_extract(j.body, {literal('$.' + key)})" for key in fields]
        same += [self._day_of("j.happened_at")] if same_day else []
        with spoken_errors(self._path):
            groups = self._connection.execute(
                "SELECT json_group_array(j.record_id) FROM journal j WHERE j.kind = ? AND j.body IS NOT NULL "
                "AND NOT EXISTS (SELECT 1 FROM journal s WHERE s.supersedes = j.record_id) "
                f"GROUP BY {', '.join(same)} HAVING count(*) > 1",
                (kind,),
            )
            return {record_id for (group,) in groups for record_id in orjson.loads(group)}

    def _day_of(self, moment: str) -> str:
        """SQL of the day of a moment in the project's zone."""
        # Moments without an offset, and those with Japan's in a project in Japan, begin with their day.
        home = f"length({moment}) < 20" + (
            f" OR substr({moment}, -6) = '+09:00'" if self.zone == DEFAULT_ZONE else ""
        )
        return f"CASE WHEN {home} THEN substr({moment}, 1, 10) ELSE day_in_zone({moment}) END"

    def about(self, kind: str, fields: Sequence[str], days: Iterable[str] | None) -> list[tuple[Any, ...]]:
        """Standing records of a kind, of some days or of all: record_id, day and the fields."""
        day = self._day_of("j.happened_at")
        names = "".join(f", json_extract(j.body, {literal('$.' + key)})" for key in fields)
        chosen = "" if days is None else f" AND {day} IN (SELECT value FROM json_each(?2))"
        with spoken_errors(self._path):
            return self._connection.execute(
                f"SELECT j.record_id, {day}{names} FROM journal j WHERE j.kind = ?1 AND j.body IS NOT NULL "
                f"AND NOT EXISTS (SELECT 1 FROM journal s WHERE s.supersedes = j.record_id){chosen}",
                (kind,) if days is None else (kind, canonical(sorted(set(days)))),
            ).fetchall()

    def corrections(self) -> set[str]:
        """The ids of all records that correct another one or are corrected."""
        with spoken_errors(self._path):
            pairs = self._connection.execute(
                "SELECT record_id, supersedes FROM journal WHERE supersedes IS NOT NULL"
            )
            return set(chain.from_iterable(pairs))

    def entries(
        self,
        kind: str | None = None,
        record_id: str | None = None,
        record_ids: Iterable[str] | None = None,
    ) -> pd.DataFrame:
        """Records as they stand in the journal, superseded ones included, oldest first.

        With `record_id`, that record and all that correct it or are corrected by it; with
        `record_ids`, just these.
        """
        clauses, values = ["1 = 1"], list[Any]()
        if kind is not None:
            clauses.append("kind = ?")
            values.append(kind)
        if record_id is not None:
            clauses.append(f"record_id IN ({_FAMILY})")
            values.append(record_id)
        if record_ids is not None:
            clauses.append("record_id IN (SELECT value FROM json_each(?))")
            values.append(canonical(sorted(record_ids)))
        with spoken_errors(self._path):
            cursor = self._connection.execute(
                f"SELECT {_SHOWN}, EXISTS (SELECT 1 FROM journal s WHERE s.supersedes = j.record_id) "
                f"AS superseded FROM journal j WHERE {' AND '.join(clauses)} ORDER BY fid",
                values,
            )
            frame = pd.DataFrame(cursor.fetchall(), columns=[column[0] for column in cursor.description])
        frame["superseded"] = frame["superseded"].astype(bool)
        return _oldest_first(frame)

    def contents(self, kind: str, moments: Iterable[str]) -> set[Content]:
        """The content of every record of a kind that happened then, to recognise repeats.

        Superseded ones are included.
        """
        with spoken_errors(self._path):
            rows = self._connection.execute(
                "SELECT happened_at, body, outline, supersedes FROM journal WHERE kind = ? "
                "AND happened_at IN (SELECT value FROM json_each(?))",
                (kind, canonical(sorted(set(moments)))),
            )
            return set(rows)

    def first_told(self, kind: str, trait: str | None = None) -> pd.DataFrame:
        """When each trial first had a record of a kind (with `trait`: of that trait), lane by lane.

        What was corrected or withdrawn later counts, too: it was known.

        Returns
        -------
        DataFrame
            trial_code, device, sequence (the first in that lane), recorded_at (the earliest),
            happened_at (the earliest).
        """
        columns = ["trial_code", "device", "sequence", "recorded_at", "happened_at"]
        with spoken_errors(self._path):
            rows = self._connection.execute(
                f"SELECT json_extract(body, '$.trial_code') AS trial, {LANE} AS lane, min(sequence), min(recorded_at), "
                "min(happened_at) FROM journal j WHERE kind = ?1 AND trial IS NOT NULL "
                "AND (?2 IS NULL OR json_extract(body, '$.trait') = ?2) GROUP BY trial, lane",
                (kind, trait),
            ).fetchall()
        return pd.DataFrame(rows, columns=columns)

    def chain(self) -> list[tuple[Any, ...]]:
        """Every record as it was hashed (`CHAIN_COLUMNS`), lane by lane."""
        with spoken_errors(self._path):
            return self._connection.execute(
                f"SELECT {ENVELOPE}, previous, hash FROM journal ORDER BY device, sequence, hash"
            ).fetchall()

    def outlines(self) -> dict[str, BaseGeometry]:
        """The outlines that records were made on, by their hash."""
        with spoken_errors(self._path):
            rows = self._connection.execute("SELECT outline, geom FROM outlines ORDER BY outline").fetchall()
        return dict(zip((row[0] for row in rows), from_blobs([row[1] for row in rows]), strict=True))

    def stands(self, record_ids: Iterable[str]) -> dict[str, tuple[str, str | None, str, str | None]]:
        """Kind, body (JSON text), moment and what it corrects of the records with these ids."""
        with spoken_errors(self._path):
            rows = self._connection.execute(
                "SELECT record_id, kind, body, happened_at, supersedes FROM journal "
                "WHERE record_id IN (SELECT value FROM json_each(?))",
                (canonical(sorted(set(record_ids))),),
            )
            return {record_id: tuple(rest) for record_id, *rest in rows}

    def record_ids(self) -> set[str]:
        """The ids of all records."""
        with spoken_errors(self._path):
            return {row[0] for row in self._connection.execute("SELECT record_id FROM journal")}

    def seal(self) -> Seal:
        """The seal of the journal: a hash over the head of every device's lane."""
        with spoken_errors(self._path):
            ends = ends_of(self._connection)
        # Where a lane was forked, the common part ends in records that others follow.
        followed = {(end.device, end.previous) for end in ends}
        heads = [(end.device, end.sequence, end.hash) for end in ends]
        return seal_of(
            [head for head in heads if (head[0], head[2]) not in followed],
            sum(end.sequence - end.first + 1 for end in ends),
        )

    def fingerprint(self, kind: str) -> str:
        """Hash over the ids of all records of a kind: changes whenever one is added."""
        with spoken_errors(self._path):
            rows = self._connection.execute(
                "SELECT record_id FROM journal WHERE kind = ? ORDER BY record_id", (kind,)
            )
            return sha256_of("\n".join(row[0] for row in rows).encode())


def _oldest_first(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows in an order that every copy of the project agrees on, however its records arrived.

    Within a lane the order of writing holds, even where the clock was set back; between lanes the
    clocks decide.
    """
    if frame["device"].nunique() < 2:
        return frame
    written = pd.Series(pd.factorize(frame["recorded_at"], sort=True)[0], index=frame.index)
    clock = written.groupby(frame["device"], sort=False).cummax()
    order = pd.DataFrame({"clock": clock, "device": frame["device"]}).sort_values(
        ["clock", "device"], kind="stable"
    )
    return frame.loc[order.index].reset_index(drop=True)


_FAMILY = """
WITH RECURSIVE family(id) AS (
  SELECT ? UNION
  SELECT j.record_id FROM journal j JOIN family f ON j.supersedes = f.id UNION
  SELECT j.supersedes FROM journal j JOIN family f ON j.record_id = f.id WHERE j.supersedes IS NOT NULL)
SELECT id FROM family
"""
