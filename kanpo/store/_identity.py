"""Identities of records, devices and people at the keyboard, and the clock."""

from __future__ import annotations

import getpass
import hashlib
import json
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime

import numpy as np

from kanpo.settings import config_folder


def new_record_id() -> str:
    """A UUID of version 7, sortable by the time it was made."""
    return next(new_record_ids(1))


def new_record_ids(count: int) -> Iterator[str]:
    """UUIDs of version 7 for records that are made in a row, in the order in which they sort.

    RFC 9562, section 5.7, with the fraction of the millisecond in the twelve bits after the
    version (section 6.2, method 3); each is one step of the fraction later than the one before.
    """
    steps = time.time_ns() * 4096 // 1_000_000 + np.arange(count, dtype=np.uint64)
    halves = np.empty((count, 2), dtype=">u8")
    halves[:, 0] = (steps >> 12 << 16) | 0x7000 | (steps & 0xFFF)
    halves[:, 1] = (np.frombuffer(os.urandom(8 * count), dtype=np.uint64) >> 2) | (1 << 63)
    written = halves.tobytes().hex()
    for start in range(0, 32 * count, 32):
        digits = written[start : start + 32]
        yield f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def now() -> str:
    """This moment in UTC, ISO 8601 to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def current_actor() -> str:
    """Who is at the keyboard: ``KANPO_ACTOR``, else the name of the login."""
    actor = os.environ.get("KANPO_ACTOR", "").strip()
    if actor:
        return actor
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "unknown"


class Device:
    """The lane of this device in the journal of one project.

    A lane is a chain of records, so two copies of a file that both continue the same lane would
    fork it. The device therefore remembers, outside the project, the head of each lane it wrote;
    when the head in the file is another one (the file was copied, or restored from a backup), it
    starts a fresh lane. ``KANPO_DEVICE`` names the lane outright and switches this off. Where it can
    remember nothing (settings that cannot be written), each time starts a fresh lane.
    """

    def __init__(self, project_id: str) -> None:
        self._project_id = project_id
        self._fixed = os.environ.get("KANPO_DEVICE", "").strip() or None
        self._file = config_folder() / "devices" / f"{project_id}.json"

    def lane(self, head_of: dict[str, str]) -> str:
        """The lane to write to, given the head hash of every lane in the file."""
        if self._fixed:
            return self._fixed
        remembered = self._read()
        for lane, head in reversed(remembered.items()):
            # A lane whose next head cannot be noted would be forked by an older copy of the file.
            if head_of.get(lane) == head and self._write(remembered):
                return lane
        return f"dev-{secrets.token_hex(6)}"

    def remember(self, lane: str, head: str) -> None:
        """Note the new head of a lane, before the record is committed.

        A crash between the two only costs a fresh lane; the other order could fork one.
        """
        if self._fixed:
            return
        remembered = self._read()
        remembered.pop(lane, None)
        remembered[lane] = head
        self._write(remembered)

    def _write(self, remembered: dict[str, str]) -> bool:
        temporary = self._file.with_name(f"{self._file.name}.{os.getpid()}")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_text(json.dumps(remembered), encoding="utf-8")
            os.replace(temporary, self._file)
        except OSError:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
            return False
        return True

    def _read(self) -> dict[str, str]:
        try:
            found = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}


def sha256_of(content: bytes) -> str:
    """SHA-256 as lower-case hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()
