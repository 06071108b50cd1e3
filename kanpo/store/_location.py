"""What a project file is, and where it lies: on this computer's disk, or on a shared folder."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

_NETWORK_FILE_SYSTEMS = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "afpfs", "fuse.sshfs", "ncpfs", "davfs"}
)
_SYNCHRONISED = ("onedrive", "dropbox", "google drive", "googledrive", "box sync", "nextcloud")
#: How a SQLite file begins.
_MAGIC = b"SQLite format 3\0"
_TABLE = "kanpo_meta"
_NAMED = f"SELECT 1 FROM sqlite_master WHERE name = '{_TABLE}'"
_CHUNK = 1 << 20
#: Windows: the drive is a network share (GetDriveTypeW).
_DRIVE_REMOTE = 4


def shared_location(path: Path) -> str | None:
    """What makes the place of a file unsafe for several people at once.

    Returns
    -------
    str or None
        ``network``, ``synchronised``, or None for an ordinary local folder.
    """
    full = path.absolute()
    if any(name in part.lower() for part in full.parts for name in _SYNCHRONISED):
        return "synchronised"
    return "network" if _on_network(full) else None


def _on_network(full: Path) -> bool:
    if str(full).startswith(("\\\\", "//")):
        return True
    if os.name == "nt":
        import ctypes

        return bool(ctypes.windll.kernel32.GetDriveTypeW(full.anchor) == _DRIVE_REMOTE)  # type: ignore[attr-defined]
    try:
        mounts = Path("/proc/mounts").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return False
    points = [(parts[1], parts[2]) for line in mounts if len(parts := line.split()) > 2]
    inside = [(point, kind) for point, kind in points if full.is_relative_to(point)]
    return bool(inside) and max(inside)[1] in _NETWORK_FILE_SYSTEMS


def is_project(path: Path) -> bool:
    """Whether a file is a kanpo project; looks only, and never waits for a lock.

    A file that cannot be read as it lies there, because a power cut left a write half done or another
    program has it open, is looked through for the name of kanpo's own table.
    """
    try:
        with path.open("rb") as file:
            if file.read(len(_MAGIC)) != _MAGIC:
                return False
    except OSError:
        return False
    if beside(path) or in_wal_mode(path):
        # To open it would change what stands beside it.
        return _holds(path, _TABLE.encode())
    try:
        with closing(
            sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=0)
        ) as connection:
            return connection.execute(_NAMED).fetchone() is not None
    # What SQLite says of a damaged definition holds its bytes, which may be no text.
    except (sqlite3.Error, UnicodeDecodeError):
        return _holds(path, _TABLE.encode())


def _holds(path: Path, word: bytes) -> bool:
    try:
        with path.open("rb") as file:
            before = b""
            while chunk := file.read(_CHUNK):
                if word in before + chunk:
                    return True
                before = chunk[-len(word) :]
    except OSError:
        pass
    return False


def in_wal_mode(path: Path) -> bool:
    """Whether a file was left in WAL mode, in which it is not whole without the files beside it.

    Bytes 18 and 19 of the header (SQLite file format, 1.3). Not to be asked of a file that this
    process has open: closing it would take away the locks of that connection.
    """
    try:
        with path.open("rb") as file:
            return 2 in file.read(20)[18:]
    except OSError:
        return False


def beside(path: Path) -> list[Path]:
    """The files of SQLite beside a database: what it would roll back, and what it has not moved in yet."""
    names = (path.with_name(path.name + end) for end in ("-journal", "-wal", "-shm"))
    return [name for name in names if name.exists()]
