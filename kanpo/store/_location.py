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
    """Whether a file is a kanpo project; looks only, and never waits for a lock."""
    try:
        with closing(sqlite3.connect(f"file:{path.as_posix()}?mode=ro", uri=True)) as connection:
            return (
                connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'kanpo_meta'").fetchone()
                is not None
            )
    except sqlite3.Error:
        return False
