"""In which order records arrived in each copy, so that a seal printed anywhere can be checked later.

A seal speaks of the records that a copy held at one moment. After copies are united, the records
stand in another order of arrival, so the order in the other copy is kept too.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator

from kanpo.store._identity import sha256_of
from kanpo.store._written import stored_json

_KEY = "arrivals."

#: Runs of one lane: its name and the number of its last record in the run.
History = list[tuple[str, int]]


def own_history(connection: sqlite3.Connection) -> History:
    """The order in which the records of this file arrived."""
    runs: History = []
    for device, sequence in connection.execute("SELECT device, sequence FROM journal ORDER BY fid"):
        if runs and runs[-1][0] == device:
            runs[-1] = (device, sequence)
        else:
            runs.append((device, sequence))
    return runs


def kept_histories(connection: sqlite3.Connection) -> list[History]:
    """The orders of arrival of copies that were united with this one."""
    rows = connection.execute("SELECT value FROM kanpo_meta WHERE key LIKE ? ORDER BY key", (_KEY + "%",))
    return [[(device, last) for device, last in stored_json(row[0])] for row in rows]


def keep_histories(ours: sqlite3.Connection, theirs: sqlite3.Connection) -> None:
    """Keep the other copy's orders of arrival, within the caller's transaction."""
    own = own_history(ours)
    for history in (own_history(theirs), *kept_histories(theirs)):
        if _begins(own, history):
            continue
        text = json.dumps(history, ensure_ascii=False)
        ours.execute(
            "INSERT OR REPLACE INTO kanpo_meta VALUES (?, ?)", (_KEY + sha256_of(text.encode())[:16], text)
        )


def _begins(whole: History, start: History) -> bool:
    """Whether an order of arrival is the beginning of another."""
    if not start:
        return True
    *before, (device, last) = start
    count = len(before)
    if whole[:count] != before or len(whole) <= count:
        return False
    return whole[count][0] == device and whole[count][1] >= last


def held_at(connection: sqlite3.Connection, count: int, digest: str) -> bool:
    """Whether this copy, or one united with it, had that seal when it held `count` records."""
    hashes: dict[tuple[str, int], str] = {
        (device, sequence): head
        for device, sequence, head in connection.execute("SELECT device, sequence, hash FROM journal")
    }
    return any(
        _seal_of(heads, hashes).startswith(digest)
        for history in (own_history(connection), *kept_histories(connection))
        for heads in _state(history, count)
    )


def _state(history: History, count: int) -> Iterator[dict[str, int]]:
    """The last number of each lane after `count` records arrived; nothing when there were fewer."""
    heads: dict[str, int] = {}
    left = count
    for device, last in history:
        before = heads.get(device, 0)
        step = min(left, last - before)
        heads[device] = before + step
        left -= step
        if left == 0:
            yield heads
            return


def _seal_of(heads: dict[str, int], hashes: dict[tuple[str, int], str]) -> str:
    lines = [
        f"{device}:{last}:{hashes.get((device, last), '')}" for device, last in sorted(heads.items()) if last
    ]
    return sha256_of("\n".join(lines).encode())
