"""Records in their chains: what is hashed, what follows what, and where a lane was forked."""

from __future__ import annotations

import hashlib
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson
import shapely
from shapely.geometry.base import BaseGeometry

from kanpo.store._identity import new_record_id, sha256_of

#: Digits of a hash that name a tail.
BRANCH_DIGITS = 12
#: The "hash before the first record" of every lane.
GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class NewRecord:
    """A record to be written.

    `body` holds the fields of its kind; None withdraws the record that it supersedes. `outline`
    is the shape of the parcel or plot as it was then (longitude and latitude).
    """

    kind: str
    body: Mapping[str, object] | None
    happened_at: str
    outline: BaseGeometry | None = None
    actor: str | None = None
    supersedes: str | None = None
    reason: str | None = None
    record_id: str = field(default_factory=new_record_id)


def canonical(value: object) -> str:
    """JSON with sorted keys and no blanks: the very bytes that are hashed."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


#: Hashes of outlines met lately, by identity: thousands of records share the outline of one plot.
_LATELY: dict[int, tuple[BaseGeometry, str]] = {}
_LATELY_AT_MOST = 10_000


def outline_hash(outline: BaseGeometry) -> str:
    """Hash of an outline: SHA-256 of its little-endian two-dimensional WKB."""
    # The outline is held with its hash, so that its identity cannot pass to another one.
    known = _LATELY.get(id(outline))
    if known is not None:
        return known[1]
    if len(_LATELY) >= _LATELY_AT_MOST:
        _LATELY.clear()
    digest = sha256_of(shapely.to_wkb(outline, output_dimension=2, byte_order=1))
    _LATELY[id(outline)] = (outline, digest)
    return digest


def record_hash(previous: str, envelope: Sequence[object]) -> str:
    """Hash of a record: SHA-256 of the hash before it, a line break and the canonical envelope.

    `envelope` is record_id, kind, device, sequence, actor, happened_at, recorded_at, supersedes,
    reason, outline, body (as JSON text), in this order.
    """
    return hashlib.sha256(b"%b\n%b" % (previous.encode(), orjson.dumps(tuple(envelope)))).hexdigest()


#: What two records have in common when they say the same: day, body, outline, what they correct.
Content = tuple[str, str | None, str | None, str | None]


def record_content(record: NewRecord) -> Content:
    """The content of a record, to recognise a repeat."""
    body = None if record.body is None else canonical(dict(record.body))
    outline = None if record.outline is None else outline_hash(record.outline)
    return record.happened_at, body, outline, record.supersedes


ENVELOPE = (
    "record_id, kind, device, sequence, actor, happened_at, recorded_at, supersedes, reason, outline, body"
)
#: Columns of a record with its place in the chain.
CHAIN_COLUMNS = (*ENVELOPE.split(", "), "previous", "hash")


class End(NamedTuple):
    """A tail of a lane: its first and last number, what its first record follows, and its last hash."""

    device: str
    branch: str
    first: int
    sequence: int
    previous: str
    hash: str


def chained(
    records: Sequence[NewRecord],
    contents: Sequence[Content],
    after: tuple[str, int, str],
    actor: str,
    recorded_at: str,
) -> list[tuple[Any, ...]]:
    """Records as they are stored, each with the hash of the one before.

    Parameters
    ----------
    after : (lane, number, hash)
        The record that they follow.
    actor, recorded_at : str
        Who writes them, where a record says nothing else, and when.
    """
    rows: list[tuple[Any, ...]] = []
    lane, sequence, previous = after
    for number, (record, content) in enumerate(zip(records, contents, strict=True), sequence + 1):
        happened_at, body, outline, supersedes = content
        envelope = (
            *(record.record_id, record.kind, lane, number, record.actor or actor, happened_at),
            *(recorded_at, supersedes, record.reason, outline, body),
        )
        digest = record_hash(previous, envelope)
        rows.append((*envelope, previous, digest))
        previous = digest
    return rows


def ends_of(connection: sqlite3.Connection) -> list[End]:
    """The last record of every tail of every lane."""
    return [End(*row) for row in connection.execute(_ENDS)]


def branches(records: Iterable[tuple[str, int, str, str]]) -> dict[str, str]:
    """The tail of each record of the lanes that were forked, by its hash.

    A record that others follow beside it begins a tail, named by its own hash; what follows it
    belongs to it. So every copy with the same records finds the same tails.

    Parameters
    ----------
    records : iterable of (device, sequence, previous, hash)
    """
    records = list(records)
    siblings = Counter((device, previous) for device, _, previous, _ in records)
    forked = {device for (device, _), count in siblings.items() if count > 1}
    found: dict[str, str] = {}
    for device, _, previous, digest in sorted(record for record in records if record[0] in forked):
        begins = siblings[device, previous] > 1
        found[digest] = digest[:BRANCH_DIGITS] if begins else found.get(previous, "")
    return found


#: The last record of every tail of every lane, with the number of its first one and what that follows;
#: found through the index of lanes without reading the whole journal.
_NEXT = "FROM journal WHERE (device, branch) > (lanes.device, lanes.branch) ORDER BY device, branch LIMIT 1"
_ENDS = f"""
WITH RECURSIVE lanes(device, branch) AS (
  SELECT * FROM (SELECT device, branch FROM journal ORDER BY device, branch LIMIT 1) UNION ALL
  SELECT (SELECT device {_NEXT}), (SELECT branch {_NEXT}) FROM lanes WHERE lanes.device IS NOT NULL)
SELECT l.device, l.branch, b.sequence, e.sequence, b.previous, e.hash FROM lanes l
JOIN journal e ON e.device = l.device AND e.branch = l.branch AND e.sequence = (
  SELECT max(sequence) FROM journal WHERE device = l.device AND branch = l.branch)
JOIN journal b ON b.device = l.device AND b.branch = l.branch AND b.sequence = (
  SELECT min(sequence) FROM journal WHERE device = l.device AND branch = l.branch)
"""
