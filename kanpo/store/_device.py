"""The lane of this device in a journal, and what the device remembers of it outside the project."""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
from collections.abc import Container, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from itertools import count

from kanpo.settings import config_folder

#: Another kanpo holds the memory for as long as it hashes what it records.
_WAIT_SECONDS = 60


class Device:
    """The lane of this device in the journal of one project.

    A lane is a chain of records, so two copies of a file that both continue the same lane would
    fork it. The device therefore remembers, outside the project, the head of each lane it wrote;
    when the head in the file is another one (the file was copied, or restored from a backup), it
    starts a fresh lane. ``KANPO_DEVICE`` names the lane; where a copy has gone on with that name,
    the next one is NAME-2.
    """

    def __init__(self, project_id: str) -> None:
        self._named = os.environ.get("KANPO_DEVICE", "").strip() or None
        # The id stands in a file that somebody may have edited: it never leads out of the folder.
        name = "".join(c if c.isalnum() or c in "-_" else "_" for c in project_id) or "_"
        self._file = config_folder() / "devices" / f"{name}.sqlite"
        self._memory: sqlite3.Connection | None = None

    @contextmanager
    def lane(self, heads: Mapping[str, str], forked: Container[str] = ()) -> Iterator[str]:
        """The lane to write to, given the head of every lane in the file and the lanes that were forked.

        Until `remember` is called, which is to happen in the block and before the records are
        committed, no other kanpo on this computer chooses a lane in any copy of the project. Where
        nothing can be remembered, the lane is a fresh one: that is always safe.
        """
        with self._open() as memory:
            self._memory = memory
            try:
                yield self._choose(heads, forked, self._remembered())
            finally:
                self._memory = None

    def remember(self, lane: str, head: str) -> None:
        """Note the new head of a lane; a crash before the records are committed only costs a fresh lane."""
        if self._memory is None:
            return
        with suppress(sqlite3.Error):
            self._memory.execute("DELETE FROM heads WHERE lane = ?", (lane,))
            self._memory.execute("INSERT INTO heads (lane, head) VALUES (?, ?)", (lane, head))
            self._memory.execute("COMMIT")

    def _choose(self, heads: Mapping[str, str], forked: Container[str], remembered: Mapping[str, str]) -> str:
        if self._named:
            for number in count(1):
                name = self._named if number == 1 else f"{self._named}-{number}"
                if name not in forked and remembered.get(name) in (None, heads.get(name)):
                    return name
        for lane, head in reversed(list(remembered.items())):
            if lane not in forked and heads.get(lane) == head:
                return lane
        return f"dev-{secrets.token_hex(6)}"

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection | None]:
        """The memory, locked; None where the settings folder cannot be used."""
        try:
            memory = self._begin()
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            if getattr(error, "sqlite_errorname", "SQLITE_CORRUPT") not in (
                "SQLITE_NOTADB",
                "SQLITE_CORRUPT",
            ):
                yield None
                return
            # A power cut left it damaged. What it held is forgotten, which costs a fresh lane.
            with suppress(OSError):
                self._file.unlink()
            yield None
            return
        except OSError:
            yield None
            return
        with closing(memory):
            yield memory

    def _begin(self) -> sqlite3.Connection:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        memory = sqlite3.connect(self._file, timeout=_WAIT_SECONDS, isolation_level=None)
        try:
            # It need not outlive a power cut: without it the next lane is a fresh one.
            memory.execute("PRAGMA synchronous = OFF")
            memory.execute("BEGIN IMMEDIATE")
            memory.execute(
                "CREATE TABLE IF NOT EXISTS heads (id INTEGER PRIMARY KEY, lane TEXT UNIQUE, head TEXT NOT NULL)"
            )
        except BaseException:
            memory.close()
            raise
        return memory

    def _remembered(self) -> dict[str, str]:
        """Lanes and their heads, the one that was written last at the end."""
        if self._memory is None:
            return {}
        try:
            found = dict(self._memory.execute("SELECT lane, head FROM heads ORDER BY id"))
        except (sqlite3.Error, UnicodeDecodeError):
            return {}
        return found or self._of_older_kanpo()

    def _of_older_kanpo(self) -> dict[str, str]:
        """What an older kanpo remembered, in a JSON file of its own."""
        try:
            found = json.loads(self._file.with_suffix(".json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return {str(lane): str(head) for lane, head in found.items()} if isinstance(found, dict) else {}
