"""Files that are whole or not there: written under another name, then moved into place."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kanpo.errors import EnvironmentFailure, Place
from kanpo.locale import Text


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Write a file so that `path` holds the old content or the new, never half of it.

    Yields
    ------
    Path
        A draft in the same folder to write to; it becomes `path` when the block ends well, and is
        removed when it does not.

    Raises
    ------
    EnvironmentFailure
        The folder is missing, the disk is full, or another program holds the file open.
    """
    draft = path.with_name(f".{path.stem}.{os.getpid()}{path.suffix}")
    try:
        yield draft
        with draft.open("rb+") as written:
            os.fsync(written.fileno())
        draft.replace(path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise EnvironmentFailure(
            "file.not-writable",
            Text(f"書き込めません({reason})", f"cannot be written ({reason})"),
            Text(
                "Excelなどで開いていれば閉じ、フォルダ・空き容量・権限を確かめてください",
                "close it where it is open; check the folder, free space and permissions",
            ),
            Place(str(path)),
        ) from error
    finally:
        draft.unlink(missing_ok=True)
