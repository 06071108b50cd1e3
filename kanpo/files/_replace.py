"""Files that are whole or not there, and never in the place of what a person wants to keep."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from itertools import count
from pathlib import Path

from kanpo.errors import EnvironmentFailure, InputUnusable, Place
from kanpo.files._guard import Standing, check_target
from kanpo.files._ledger import remember_written
from kanpo.files._marks import put_mark
from kanpo.files._outputs import KeptAside, current_outputs
from kanpo.files._precious import SQLITE_COMPANIONS
from kanpo.locale import Text

#: Libraries that say a full disk with exceptions of their own.
_WRITERS = ("lxml", "pyarrow", "pyogrio")
#: File systems take names of at most so many bytes.
_LONGEST_NAME = 255


@contextmanager
def replacing(path: Path, *, gives_way: bool = False, mark: bool = True) -> Iterator[Path]:
    """Write a file so that `path` holds the old content or the new, never half of it.

    Every file that kanpo writes comes through here. What kanpo wrote and nobody changed since is
    replaced; what a person changed is kept under a dated name; a file of somebody else stays, unless
    the run has `force` (then it is kept under a dated name, too). A project, what lies beside it and
    the inputs of the run are never replaced. Links are followed.

    Parameters
    ----------
    gives_way : bool
        A file of somebody else is kept aside without being asked, as for the rejects beside an input.
    mark : bool
        Whether the file says of itself that kanpo wrote it; what is kept byte for byte does not.

    Yields
    ------
    Path
        A draft in the same folder to write to; it becomes `path` when the block ends well, and is
        removed when it does not.

    Raises
    ------
    InputUnusable
        What stands there does not give way; nothing was changed.
    EnvironmentFailure
        The folder is missing, the disk is full, or another program holds the file open.
    """
    target, _ = check_target(path, gives_way=gives_way)
    draft = target.with_name(f".kanpo-{os.getpid()}-{secrets.token_hex(4)}{target.suffix[:16]}")
    try:
        yield draft
        marked = mark and put_mark(draft, target.suffix.lower())
        with draft.open("rb+") as written:
            os.fsync(written.fileno())
        _install(draft, path, gives_way)
    except OSError as error:
        raise not_writable(path, error.strerror or str(error)) from error
    except Exception as error:
        if type(error).__module__.partition(".")[0] not in _WRITERS:
            raise
        raise not_writable(path, str(error)) from error
    finally:
        for rest in ("", *SQLITE_COMPANIONS):
            with suppress(OSError):
                draft.with_name(draft.name + rest).unlink(missing_ok=True)
    if not remember_written(target) and not marked:
        current_outputs().note(
            Text(
                "設定フォルダに書けないので、次に同じファイルを書くとき、kanpo が書いたものと分からないことがあります。",
                "the settings folder cannot be written: kanpo may not know this file for its own the next time.",
            )
        )


def make_folder(path: Path) -> None:
    """Make a folder and those above it; one that is there stays as it is.

    Raises
    ------
    InputUnusable
        Something else stands there.
    EnvironmentFailure
        It cannot be made.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise InputUnusable(
            "output.no-folder",
            Text("フォルダではないものがあります", "something that is no folder stands there"),
            Text("別の名前を指定してください", "choose another name"),
            Place(str(path)),
        ) from error
    except OSError as error:
        raise not_writable(path, error.strerror or str(error)) from error


def place_beside(wanted: Path, other: Path) -> Path:
    """Where a file goes that belongs beside an input: there, or beside `other` where nobody may write there."""
    if os.access(wanted.parent, os.W_OK):
        return wanted
    return other.with_name(wanted.name)


def not_writable(path: Path, reason: str) -> EnvironmentFailure:
    """What stopped a file from being written, with how to mend it."""
    return EnvironmentFailure(
        "file.not-writable",
        Text(f"書き込めません({reason})", f"cannot be written ({reason})"),
        Text(
            "Excelなどで開いていれば閉じ、フォルダ・空き容量・権限を確かめてください",
            "close it where it is open; check the folder, free space and permissions",
        ),
        Place(str(path)),
    )


def _install(draft: Path, path: Path, gives_way: bool) -> None:
    """Put the draft in its place; looks once more, for somebody may have saved while it was written."""
    target, standing = check_target(path, gives_way=gives_way)
    if standing is not Standing.FREE:
        with suppress(OSError):
            shutil.copymode(target, draft)
    if standing not in (Standing.CHANGED, Standing.FOREIGN):
        os.replace(draft, target)
        return
    aside = _keep(target)
    try:
        os.replace(draft, target)
    except BaseException:
        # It still stands where it stood.
        aside.unlink()
        raise
    current_outputs().kept.append(KeptAside(path, path.with_name(aside.name), standing is Standing.CHANGED))


def _keep(target: Path) -> Path:
    """Give a file a second name, dated and free, so that it has one at every moment."""
    moment = datetime.now().strftime("%Y-%m-%d %H%M")
    for number in count(1):
        aside = _dated(target, moment if number == 1 else f"{moment}-{number}")
        try:
            os.link(target, aside)
        except FileExistsError:
            continue
        except OSError:
            # Not every file system gives a file two names.
            if aside.exists():
                continue
            _copy(target, aside)
        return aside
    raise AssertionError("numbers do not end")


def _dated(target: Path, moment: str) -> Path:
    """``NAME (2026-11-30 0512).ext``; a long name is cut so that it remains one."""
    ending = f" ({moment}){target.suffix}"
    stem = target.stem
    while stem and len(os.fsencode(stem + ending)) > _LONGEST_NAME:
        stem = stem[:-1]
    return target.with_name(stem + ending)


def _copy(target: Path, aside: Path) -> None:
    try:
        with target.open("rb") as source, aside.open("xb") as copied:
            shutil.copyfileobj(source, copied)
            copied.flush()
            os.fsync(copied.fileno())
        shutil.copystat(target, aside)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
