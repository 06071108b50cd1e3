"""Identities of records, devices and people at the keyboard, and the clock."""

from __future__ import annotations

import getpass
import hashlib
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np


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


def sha256_of(content: bytes) -> str:
    """SHA-256 as lower-case hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()
