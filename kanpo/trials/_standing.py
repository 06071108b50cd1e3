"""What stands already: ids that are taken, what corrections are about, and values about the same thing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import orjson

from kanpo.errors import Place, Problem, shown
from kanpo.locale import Text
from kanpo.schema import AS_WRITTEN, RECORD_KINDS, TRAITS, CheckedRecord, bring_home, day_of
from kanpo.store import Content, NewRecord, Project, record_content

#: Code of the problem that a record id stands for something else already.
ID_TAKEN = "record.id-taken"
#: What of `Table.about` a correction may mend: which of several plants or measurements it was.
_MENDABLE = ("repeat",)


class Standing:
    """The records whose ids some rows name, as their own or as what they correct."""

    def __init__(self, project: Project, kind: str, records: Sequence[CheckedRecord]) -> None:
        self._kind, self._zone = kind, project.zone
        named = {record.record_id for record in records} | {record.supersedes for record in records}
        named.discard(None)
        self._there = project.journal.stands(str(name) for name in named) if named else {}
        self._new: dict[str, Content] = {}

    def check(self, entry: NewRecord, *, elsewhere: bool) -> list[Problem]:
        """What forbids a record: its id says something else already, or it corrects something else."""
        problems = []
        if self._clashes(entry):
            problems.append(self._id_taken(entry))
        if entry.supersedes is not None and not elsewhere:
            problems += self._check_correction(entry)
        return problems

    def knows(self, entry: NewRecord) -> bool:
        """Whether a record of that id stands already; whether it says the same is `check`'s."""
        return entry.record_id in self._there or entry.record_id in self._new

    def note(self, entry: NewRecord) -> None:
        """A later row of the same file may name this one."""
        self._new[entry.record_id] = record_content(entry)

    def _clashes(self, entry: NewRecord) -> bool:
        if entry.record_id in self._new:
            return self._new[entry.record_id] != record_content(entry)
        if entry.record_id not in self._there:
            return False
        kind, body, moment, supersedes = self._there[entry.record_id]
        if (kind, supersedes) != (entry.kind, entry.supersedes) or not _same_moment(
            moment, entry.happened_at, self._zone
        ):
            return True
        there = _plain(None if body is None else orjson.loads(body))
        comes = _plain(entry.body)
        if there is not None and comes is not None:
            # What kanpo wrote beside a record is not what its author said.
            for key in [field.key for field in RECORD_KINDS[entry.kind].fields if field.by_kanpo]:
                if key not in comes:
                    there.pop(key, None)
        return there != comes

    def _id_taken(self, entry: NewRecord) -> Problem:
        _, body, moment, _ = self._there.get(entry.record_id, ("", None, "", None))
        there = {} if body is None else orjson.loads(body)
        new = entry.body or {}
        differing = [key for key in {**there, **new} if there.get(key) != new.get(key) and key != AS_WRITTEN]
        stands = ", ".join(f"{key}={there.get(key)}" for key in differing) or moment
        comes = ", ".join(f"{key}={new.get(key)}" for key in differing) or entry.happened_at
        return Problem(
            ID_TAKEN,
            Text(
                f"同じ記録IDで別の内容の記録がもうあります(あるもの {shown(stands)}、来たもの {shown(comes)})",
                f"a record of this id says something else (there {shown(stands)}, here {shown(comes)})",
            ),
            Text(
                "正しい方を人が決めてください。来た方が正しければ kanpo records correct で直せます",
                "a person has to decide; if the new one is right, use kanpo records correct",
            ),
            Place(column="record_id", value=entry.record_id),
        )

    def _check_correction(self, entry: NewRecord) -> list[Problem]:
        """A correction is about what it corrects; one of a record that is not there is the journal's matter."""
        if entry.supersedes not in self._there:
            return []
        kind, body, _, _ = self._there[entry.supersedes]
        about = [key for key in RECORD_KINDS[entry.kind].about if key not in _MENDABLE]
        there = {} if body is None else orjson.loads(body)
        new = entry.body or {}
        other = [key for key in about if body is not None and there.get(key) != new.get(key)]
        if kind == entry.kind and not other:
            return []
        names = ", ".join(other) or "kind"
        return [
            Problem(
                "record.corrects-another",
                Text(
                    f"別のもの({names})の記録を訂正しようとしています",
                    f"corrects a record about something else ({names})",
                ),
                Text(
                    "訂正する記録の ID を確かめてください。別の区の値なら、訂正ではなく新しい記録にしてください",
                    "check the id of the record to correct; a value of another plot is a new record",
                ),
                Place(column="supersedes", value=entry.supersedes),
            )
        ]


def _same_moment(one: str, other: str, zone: str) -> bool:
    try:
        return bring_home(one, zone) == bring_home(other, zone)
    except ValueError:
        return one == other


def _plain(body: Mapping[str, object] | None) -> dict[str, object] | None:
    """A body as it comes back from the journal, without how a moment was written."""
    if body is None:
        return None
    plain: dict[str, object] = orjson.loads(orjson.dumps(dict(body)))
    plain.pop(AS_WRITTEN, None)
    return plain


class Twins:
    """Which of the records that are written are about the same as one that stands, or as one another."""

    def __init__(self, project: Project, kind: str, records: Sequence[CheckedRecord]) -> None:
        self._zone, self._table = project.zone, RECORD_KINDS[kind]
        self._met: list[str] = []
        self._seen: dict[tuple[object, ...], str] = {}
        if self._table.about and records:
            days = {day_of(record.happened_at, self._zone) for record in records}
            there = project.journal.about(kind, self._table.about, days if self._table.once_a_day else None)
            self._seen = {
                (day if self._table.once_a_day else "", *about): record_id for record_id, day, *about in there
            }

    @property
    def met(self) -> tuple[str, ...]:
        """Ids of records that met another one about the same."""
        return tuple(self._met)

    def note(self, entry: NewRecord) -> None:
        """Look at a record that is written."""
        if not self._table.about or entry.body is None or entry.supersedes is not None:
            return
        trait = TRAITS.get(str(entry.body.get("trait")))
        if trait is not None and trait.several:
            return
        key = self._key(entry.body, entry.happened_at)
        if key in self._seen:
            self._met += [entry.record_id, self._seen[key]]
        self._seen[key] = entry.record_id

    def _key(self, body: Mapping[str, object], happened_at: str) -> tuple[object, ...]:
        day = day_of(happened_at, self._zone) if self._table.once_a_day else ""
        return (day, *map(body.get, self._table.about))
