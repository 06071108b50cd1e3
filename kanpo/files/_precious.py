"""What is never replaced, whatever anybody says: projects, what lies beside them, and inputs."""

from __future__ import annotations

import mmap
import os
import re
from collections.abc import Iterable
from pathlib import Path

from kanpo.locale import Text

_SQLITE = b"SQLite format 3\0"
#: Whatever its name and its state: a wreck of a project, too, holds these words.
_PROJECT = re.compile(rb"kanpo_meta")
_PEOPLE = re.compile(rb'CREATE TABLE ["\[]?people["\]]?\s*\(')
#: Endings of what stands beside a project.
_COMPANIONS = (".people.sqlite", ".backup", ".seal")
#: What SQLite keeps beside a database while it is written to.
SQLITE_COMPANIONS = ("-journal", "-wal", "-shm")
#: Folders beside a project.
_FOLDERS = ("_originals", "_photos")


def why_precious(target: Path, inputs: Iterable[Path], *, received: bool = True) -> Text | None:
    """Why an existing file is never replaced; None where it may be, under the rules for others.

    Parameters
    ----------
    received : bool
        What lies in the folders of what a project received counts; only the project itself writes there.
    """
    if any(_is_or_holds(path, target) for path in inputs):
        return Text("この実行で読むファイルです", "is a file that this run reads")
    if target.name.lower().endswith((*_COMPANIONS, *SQLITE_COMPANIONS)):
        return Text("プロジェクトの一部か写しです", "is a part or a copy of a project")
    if received and any(_is_folder_of_project(folder) for folder in target.parents):
        return Text(
            "プロジェクトが受け取ったファイルか写真です", "is a file or photo that a project received"
        )
    return _why_by_content(target)


def _is_or_holds(source: Path, target: Path) -> bool:
    """Whether two paths are one file, by hard link, symbolic link or another spelling, too."""
    try:
        if not source.is_dir():
            return source.samefile(target)
        return any(folder.samefile(source) for folder in target.parents)
    except OSError:
        return False


def _is_folder_of_project(folder: Path) -> bool:
    ending = next((ending for ending in _FOLDERS if folder.name.endswith(ending)), None)
    return ending is not None and folder.with_name(f"{folder.name.removesuffix(ending)}.gpkg").exists()


def _why_by_content(target: Path) -> Text | None:
    project = Text("kanpo のプロジェクトです", "is a kanpo project")
    for path in (target, target.with_name(target.name + "-wal"), target.with_name(target.name + "-journal")):
        if _holds(path, _PROJECT):
            return project
    if _holds(target, _PEOPLE):
        return Text("kanpo の名簿です", "is a people file of kanpo")
    return None


def _holds(path: Path, words: re.Pattern[bytes]) -> bool:
    """Whether a database, or what SQLite keeps beside one, holds these words; looks at the bytes alone."""
    try:
        with path.open("rb") as opened:
            begins = opened.read(len(_SQLITE))
            beside = path.name.endswith(SQLITE_COMPANIONS)
            if (begins != _SQLITE and not beside) or not os.fstat(opened.fileno()).st_size:
                return False
            with mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as content:
                return words.search(content) is not None
    except (OSError, ValueError):
        return False
