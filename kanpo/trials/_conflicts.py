"""Standing records that contradict each other, and a person's decision between them."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

import orjson
import pandas as pd

from kanpo.errors import Place, UsageError
from kanpo.locale import Text
from kanpo.schema import AS_WRITTEN, RECORD_KINDS, TRAITS, day_of
from kanpo.store import NewRecord, Project, sha256_of

COLUMNS = (
    *("conflict", "kind", "about", "says", "record_id", "happened_at", "actor", "device", "recorded_at"),
    "reason",
)

#: Kinds of record of which there is one about each thing: on a day, or at all.
_SAME = {kind: table.about for kind, table in RECORD_KINDS.items() if table.about and table.once_a_day}
_ONCE = {kind: table.about for kind, table in RECORD_KINDS.items() if table.about and not table.once_a_day}
#: What may differ in two records that say the same.
_BESIDE = ("note", AS_WRITTEN)


class _Entry(NamedTuple):
    """A record of the journal."""

    record_id: str
    kind: str
    body: Mapping[str, object] | None
    happened_at: str
    actor: str
    device: str
    recorded_at: str
    supersedes: str | None
    reason: str | None
    superseded: bool


def find_conflicts(project: Project, among: Collection[str] | None = None) -> pd.DataFrame:
    """Every contradiction that nobody has decided yet; all its records stand until then.

    - Two values of one trait on one plot or parcel, day and repeat.
    - What two devices say differently of one harvest or visit of a day, of one trial or plot.
    - A record that was corrected in two ways, or corrected by one and withdrawn by another.
    - Two records of which each was withdrawn in favour of the other.

    Parameters
    ----------
    among : collection of str, optional
        Only look among the records of these ids.

    Returns
    -------
    DataFrame
        One row for each record of a conflict (columns `COLUMNS`), the same for every copy of the
        project that holds the same records. `conflict` names it; `says` is empty for a withdrawal.
    """
    entries = _entries(project, among)
    groups = [*_contradictions(entries, project.zone), *_forks(entries), *_crossed(entries)]
    seen: set[frozenset[str]] = set()
    rows: list[tuple[object, ...]] = []
    for about, members in groups:
        ids = frozenset(member.record_id for member in members)
        if ids in seen:
            continue
        seen.add(ids)
        name = sha256_of("\n".join(sorted(ids)).encode())[:8]
        rows += [_row(name, about, member) for member in sorted(members, key=lambda m: m.record_id)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def resolve_conflict(
    project: Project, conflict: str, keep: str, reason: str, *, dry_run: bool = False
) -> list[str]:
    """Let one record of a conflict stand and withdraw the others; all of them stay in the journal.

    Parameters
    ----------
    conflict : str
        Its name in `find_conflicts`, or the beginning of it.
    keep : str
        Id of the record that is right, or the beginning of it.

    Returns
    -------
    list of str
        The ids of the records written.

    Raises
    ------
    UsageError
        There is no such conflict, or `keep` is not one of its records.
    """
    frame = find_conflicts(project)
    names = frame.loc[frame["conflict"].str.startswith(conflict), "conflict"].unique()
    if len(names) != 1:
        what = Text("その競合はありません", "no such conflict")
        mend = Text("kanpo records conflicts で確かめてください", "see kanpo records conflicts")
        raise UsageError("conflict.unknown", what, mend, Place(column="conflict", value=conflict))
    ids = set(frame.loc[frame["conflict"] == names[0], "record_id"])
    kept = [record_id for record_id in ids if record_id.startswith(keep)]
    if len(kept) != 1:
        what = Text("その競合の記録ではありません", "is not one record of that conflict")
        mend = Text("残す記録の記録IDを入れてください", "name the id of the record to keep")
        raise UsageError("conflict.keep", what, mend, Place(column="record_id", value=keep))
    entries = {entry.record_id: entry for entry in _entries(project)}
    records = [_withdrawal(entries[lost], kept[0], reason) for lost in sorted(ids - set(kept))]
    winner = entries[kept[0]]
    if winner.superseded:
        # Withdrawn in favour of a record that was withdrawn in its favour: it is entered again.
        records = [
            NewRecord(winner.kind, winner.body, winner.happened_at, supersedes=entry.record_id, reason=reason)
            for entry in entries.values()
            if entry.supersedes == winner.record_id and not entry.superseded
        ][:1]
    if not dry_run:
        project.journal.append(records)
    return [record.record_id for record in records]


def _withdrawal(entry: _Entry, kept: str, reason: str) -> NewRecord:
    return NewRecord(
        entry.kind,
        None,
        entry.happened_at,
        supersedes=entry.record_id,
        reason=f"{reason} {_favour(kept)}",
    )


def _favour(kept: str) -> str:
    """How a withdrawal names the record that it was made in favour of."""
    return f"[→ {kept}]"


def _entries(project: Project, among: Collection[str] | None = None) -> list[_Entry]:
    """The records that may be part of a conflict; the others are many and need no look."""
    journal = project.journal
    ids = set(among) if among is not None else journal.corrections()
    for kind, fields in (_SAME | _ONCE).items() if among is None else ():
        ids |= journal.alike(kind, fields, same_day=kind in _SAME)
    frame = journal.entries(record_ids=ids).drop_duplicates(["record_id", "body", "happened_at"])
    frame = frame.astype(object).where(frame.notna(), None)
    return [
        _Entry(
            row.record_id,
            row.kind,
            None if row.body is None else orjson.loads(row.body),
            *(row.happened_at, row.actor, row.device, row.recorded_at, row.supersedes, row.reason),
            bool(row.superseded),
        )
        for row in frame.itertuples(index=False)
    ]


_Group = tuple[str, list[_Entry]]


def _contradictions(entries: Sequence[_Entry], zone: str) -> Iterator[_Group]:
    standing: dict[tuple[object, ...], list[_Entry]] = {}
    for entry in entries:
        names = _SAME.get(entry.kind) or _ONCE.get(entry.kind)
        if entry.superseded or entry.body is None or names is None or _may_be_several(entry):
            continue
        day = day_of(entry.happened_at, zone) if entry.kind in _SAME else ""
        standing.setdefault((entry.kind, day, *map(entry.body.get, names)), []).append(entry)
    for (kind, *key), members in standing.items():
        if len(members) > 1 and _disagree(str(kind), members):
            yield " ".join(str(word) for word in (*key[1:], key[0]) if word), members


def _may_be_several(entry: _Entry) -> bool:
    """Photos and remarks: two of a plot and day are two, and no contradiction."""
    trait = TRAITS.get(str((entry.body or {}).get("trait")))
    return entry.kind == "observation" and trait is not None and trait.several


def _disagree(kind: str, members: Sequence[_Entry]) -> bool:
    # Within one lane a second harvest of a day is a second harvest; two devices may have recorded one.
    if kind != "observation" and len({member.device for member in members}) < 2:
        return False
    said: dict[str, set[str]] = {}
    for member in members:
        for key, value in (member.body or {}).items():
            if key not in _BESIDE:
                said.setdefault(key, set()).add(json.dumps(value, sort_keys=True))
    return any(len(values) > 1 for values in said.values())


def _forks(entries: Sequence[_Entry]) -> Iterator[_Group]:
    live = [entry for entry in entries if entry.supersedes is not None and not entry.superseded]
    live.sort(key=lambda entry: str(entry.supersedes))
    for corrected, found in groupby(live, key=lambda entry: str(entry.supersedes)):
        members = list(found)
        if len({json.dumps(member.body, sort_keys=True) for member in members}) > 1:
            yield f"→ {corrected}", members


def _crossed(entries: Sequence[_Entry]) -> Iterator[_Group]:
    known = {entry.record_id: entry for entry in entries}
    losers = {
        (entry.supersedes, entry.reason[entry.reason.rindex("[→ ") + 3 : -1])
        for entry in entries
        if entry.body is None and not entry.superseded and entry.reason and _names_favour(entry.reason)
    }
    for lost, kept in sorted(losers, key=str):
        if (kept, lost) in losers and str(lost) < kept and lost in known and kept in known:
            yield f"{lost} ⇄ {kept}", [known[lost], known[kept]]


def _names_favour(reason: str) -> bool:
    return reason.endswith("]") and "[→ " in reason


def _row(name: str, about: str, entry: _Entry) -> tuple[object, ...]:
    body = entry.body or {}
    hidden = {*_BESIDE, *_SAME.get(entry.kind, ()), *_ONCE.get(entry.kind, ())}
    says = "; ".join(f"{key}={value}" for key, value in body.items() if key not in hidden)
    return (
        *(name, entry.kind, about, says, entry.record_id, entry.happened_at),
        *(entry.actor, entry.device, entry.recorded_at, entry.reason),
    )
