"""In which order records arrived in each copy, so that a seal printed anywhere can be checked later.

A seal speaks of the records that a copy held at one moment. After copies are united, the records
stand in another order of arrival, so the order in the other copy is kept too.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from typing import Any

from kanpo.store._identity import sha256_of
from kanpo.store._seal import Head, seal_of
from kanpo.store._written import refusing_damage, stored_json

_KEY = "arrivals."

#: Runs of one lane: device, number of the first and the last record in the run, and the hash of the last
#: (empty in what an older kanpo noted: there, a lane was one chain).
Run = tuple[str, int, int, str]
History = list[Run]


class _Chain:
    """Where each record of a journal follows on, by its hash."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.rows: list[tuple[str, int, str, str]] = connection.execute(
            "SELECT device, sequence, previous, hash FROM journal ORDER BY fid"
        ).fetchall()
        self._before = {digest: previous for _, _, previous, digest in self.rows}
        self._numbered: dict[tuple[str, int], str] = {}

    def at(self, run: Run, number: int) -> str | None:
        """The hash of a record of a run, by its number; None where it is not here."""
        device, _, last, digest = run
        if not digest:
            if not self._numbered:
                self._numbered = {(row[0], row[1]): row[3] for row in self.rows}
            return self._numbered.get((device, number))
        found: str | None = digest if digest in self._before else None
        for _ in range(last - number):
            found = None if found is None else self._before.get(found)
        return found

    def before(self, digest: str | None) -> str:
        """The hash of the record before."""
        return self._before.get(digest or "", "")


def own_history(connection: sqlite3.Connection) -> History:
    """The order in which the records of this file arrived."""
    runs: History = []
    for device, sequence, previous, digest in _Chain(connection).rows:
        if runs and runs[-1][0] == device and runs[-1][3] == previous:
            runs[-1] = (device, runs[-1][1], sequence, digest)
        else:
            runs.append((device, sequence, sequence, digest))
    return runs


def kept_histories(connection: sqlite3.Connection) -> list[History]:
    """The orders of arrival of copies that were united with this one."""
    rows = connection.execute("SELECT value FROM kanpo_meta WHERE key LIKE ? ORDER BY key", (_KEY + "%",))
    histories = []
    for (text,) in rows:
        with refusing_damage(text):
            histories.append(_read_history(stored_json(text, list)))
    return histories


def _read_history(runs: list[list[Any]]) -> History:
    history: History = []
    reached: dict[str, int] = {}
    for device, *numbers in runs:
        first, last, digest = numbers if len(numbers) == 3 else (reached.get(device, 0) + 1, numbers[0], "")
        history.append((device, first, last, digest))
        reached[device] = last
    return history


def keep_histories(ours: sqlite3.Connection, theirs: sqlite3.Connection) -> None:
    """Keep the other copy's orders of arrival, within the caller's transaction."""
    own, chain = own_history(ours), _Chain(ours)
    for history in (own_history(theirs), *kept_histories(theirs)):
        if _begins(own, history, chain):
            continue
        text = json.dumps(history, ensure_ascii=False)
        ours.execute(
            "INSERT OR REPLACE INTO kanpo_meta VALUES (?, ?)", (_KEY + sha256_of(text.encode())[:16], text)
        )


def _begins(whole: History, start: History, chain: _Chain) -> bool:
    """Whether an order of arrival is the beginning of another."""
    if not start:
        return True
    *before, (device, first, last, digest) = start
    count = len(before)
    if whole[:count] != before or len(whole) <= count:
        return False
    other = whole[count]
    return other[:2] == (device, first) and other[2] >= last and chain.at(other, last) == digest


def held_at(connection: sqlite3.Connection, count: int, digest: str) -> bool:
    """Whether this copy, or one united with it, had that seal when it held `count` records."""
    chain = _Chain(connection)
    return any(
        seal_of(heads, count).digest.startswith(digest)
        for history in (own_history(connection), *kept_histories(connection))
        for heads in _state(history, count, chain)
    )


def _state(history: History, count: int, chain: _Chain) -> Iterator[list[Head]]:
    """The last records after `count` of them arrived; nothing when there were fewer, or one is not here."""
    heads: dict[tuple[str, str], int] = {}
    left = count
    if not count:
        yield []
        return
    for run in history:
        device, first, last, _ = run
        number = min(last, first + left - 1)
        reached, begun = chain.at(run, number), chain.at(run, first)
        if reached is None or begun is None:
            return
        heads.pop((device, chain.before(begun)), None)
        heads[device, reached] = number
        left -= number - first + 1
        if left == 0:
            yield [(lane, at, found) for (lane, found), at in heads.items()]
            return
