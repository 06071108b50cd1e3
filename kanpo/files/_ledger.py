"""The ledger of files that kanpo wrote and that cannot carry a mark: path and SHA-256.

It lies in the user's settings as one small file for each path, put in place whole, so that several
kanpo at once cannot spoil it. It is bounded and may be lost: then such files are strangers, and
stay.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from contextlib import suppress
from pathlib import Path

from kanpo.settings import config_folder

#: So many paths are kept in mind; the oldest go first, a tenth at a time.
MOST = 5_000


def remember_written(target: Path) -> bool:
    """Note the content of a file as kanpo left it.

    Returns
    -------
    bool
        False where the settings cannot be written.
    """
    entry = _entry(target)
    try:
        noted = json.dumps({"path": _key(target), "sha256": content_hash(target)}, ensure_ascii=True)
        entry.parent.mkdir(parents=True, exist_ok=True)
        draft = entry.with_name(f".{entry.stem}-{secrets.token_hex(4)}")
        try:
            draft.write_text(noted, encoding="utf-8")
            draft.replace(entry)
        finally:
            draft.unlink(missing_ok=True)
        _forget_oldest(entry.parent)
    except OSError:
        return False
    return True


def written_hash(target: Path) -> str | None:
    """The SHA-256 with which kanpo left a file of that path; None where it is not known."""
    try:
        noted = json.loads(_entry(target).read_text(encoding="utf-8"))
        if noted["path"] == _key(target):
            return str(noted["sha256"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return None


def content_hash(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _key(target: Path) -> str:
    return os.path.normcase(os.path.realpath(target))


def _entry(target: Path) -> Path:
    name = hashlib.sha256(_key(target).encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return config_folder() / "written" / f"{name}.json"


def _forget_oldest(folder: Path) -> None:
    entries = list(os.scandir(folder))
    if len(entries) <= MOST:
        return
    ages = []
    for entry in entries:
        # Another kanpo may have forgotten it a moment ago.
        with suppress(OSError):
            ages.append((entry.stat().st_mtime_ns, entry.path))
    for _, path in sorted(ages)[: len(ages) - MOST + MOST // 10]:
        with suppress(OSError):
            Path(path).unlink()
