"""Paths on the command line: what is read, and what is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click

from kanpo.errors import EnvironmentFailure, InputUnusable, Place, UsageError
from kanpo.locale import Text


class _Named(click.Path):
    """A path that is not empty; whether a file can have that name is looked at for all alike."""

    name = "path"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path, or what is wrong with it."""
        if not str(value).strip():
            self.fail(str(Text("ファイル名がありません", "there is no name of a file")), param, ctx)
        return super().convert(value, param, ctx)


#: A path of which nothing is known; a command that reads or writes says so with one of the others.
PathType = _Named(path_type=Path)


class _Read(_Named):
    """A file or folder that the command reads: nothing that it writes ever takes its place."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path, noted as an input of this run."""
        from kanpo.files import note_input

        path = super().convert(value, param, ctx)
        if isinstance(path, Path):
            note_input(path)
        return path


class Written(_Named):
    """A file that the command writes; looked at before anything is computed or stored.

    Parameters
    ----------
    *endings : str
        Endings that the name may have; any, where none are given.
    makes_folders : bool
        The command makes folders that are missing.
    """

    def __init__(self, *endings: str, makes_folders: bool = False) -> None:
        super().__init__(path_type=Path)
        self.endings, self.makes_folders = endings, makes_folders

    def check_ending(self, path: Path) -> None:
        """A file goes to a name of its kind."""
        if self.endings and path.suffix.lower() not in self.endings:
            first = self.endings[0]
            raise UsageError(
                "output.ending",
                Text(f"名前は {first} で終わります", f"the name has to end in {first}"),
                Text(f"例: {path.stem}{first}", f"for example {path.stem}{first}"),
                Place(str(path)),
            )


class WrittenFolder(_Named):
    """A folder into which the command writes files; those are looked at when their names are known."""


InputPath = _Read(path_type=Path)
OutputPath = Written()
PagePath = Written(".html", ".htm")
OutputFolder = WrittenFolder(path_type=Path)


def writes(params: Iterable[click.Parameter]) -> bool:
    """Whether a command has a path to write to."""
    return any(isinstance(param.type, Written | WrittenFolder) for param in params)


def check_written(ctx: click.Context, params: Iterable[click.Parameter]) -> None:
    """See that everything that the command line names can be written.

    Raises
    ------
    UsageError
        A name has another ending than its kind, or two outputs name one file.
    InputUnusable
        What stands there does not give way.
    EnvironmentFailure
        The folder is missing or cannot be written.
    """
    from kanpo.files import check_targets, current_outputs

    current_outputs().offers_force = True
    files: list[Path] = []
    for param in params:
        for path in _given(ctx.params.get(param.name or "")):
            if isinstance(param.type, Written):
                param.type.check_ending(path)
                _check_folder(path.parent, path, makes_folders=param.type.makes_folders)
                files.append(path)
            elif isinstance(param.type, WrittenFolder):
                _check_output_folder(path)
    check_targets(files)


def _given(value: object) -> Iterator[Path]:
    if isinstance(value, Path):
        yield value
    elif isinstance(value, tuple):
        yield from (path for path in value if isinstance(path, Path))


def _check_output_folder(path: Path) -> None:
    try:
        in_the_way = path.exists() and not path.is_dir()
    except (OSError, ValueError):
        in_the_way = True
    if in_the_way:
        raise InputUnusable(
            "output.no-folder",
            Text("フォルダではないものがあります", "something that is no folder stands there"),
            Text("別の名前を指定してください", "choose another name"),
            Place(str(path)),
        )
    _check_folder(path, path, makes_folders=True)


def _check_folder(folder: Path, path: Path, *, makes_folders: bool) -> None:
    """The folder of an output is there, or can be made, and can be written."""
    import os

    try:
        while makes_folders and not folder.exists() and folder != folder.parent:
            folder = folder.parent
        missing = not folder.is_dir()
    except (OSError, ValueError):
        # The name itself is the trouble, which is said when the file is looked at.
        return
    if missing or not os.access(folder, os.W_OK):
        raise EnvironmentFailure(
            "file.not-writable",
            Text("フォルダがありません", "there is no such folder")
            if missing
            else Text("このフォルダには書き込めません", "this folder cannot be written"),
            Text(
                "先にフォルダを作るか、書ける場所を指定してください",
                "make the folder first, or name a place that can be written",
            ),
            Place(str(path)),
        )
