"""One file of the corpus and what `kanpo ingest` makes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

#: Read, stored, repaired, rejected: of all files of a zip together.
Counts = tuple[int, int, int, int]

DONE, SOME_REJECTED, USAGE, UNUSABLE = 0, 1, 2, 3


@dataclass(frozen=True)
class Case:
    """One file, named by what it is, and its outcome.

    Parameters
    ----------
    name : str
        What the file is, in words.
    file : str
        The name it comes under; the form is told from the content.
    content : str, bytes or callable
        What is in it; a callable writes the file at the path that it is given.
    exit : int
        Exit code.
    counts : Counts, optional
        None where nothing is counted, since the file cannot be used.
    code, place : str
        The main problem, and where the message says that it stands.
    also : tuple of str
        Codes of everything else that is said; nothing more may be.
    options : tuple of str
        Further words of the command.
    ids : tuple of str, optional
        The parcels that are stored from it, all of them.
    holds : mapping
        Id of a parcel or register row to columns and their true values.
    retired : int
        How many of those stored are out of the way again, since a newer year has come.
    says : tuple of str
        Words that the messages must have.
    """

    name: str
    file: str
    content: str | bytes | Callable[[Path], object]
    exit: int = DONE
    counts: Counts | None = None
    code: str = ""
    place: str = ""
    also: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    ids: tuple[str, ...] | None = None
    holds: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    retired: int = 0
    says: tuple[str, ...] = ()

    def write(self, folder: Path) -> Path:
        """Make the file in a folder."""
        path = folder / self.file
        if callable(self.content):
            self.content(path)
        else:
            path.write_bytes(self.content if isinstance(self.content, bytes) else self.content.encode())
        return path


def refused(name: str, file: str, content: str | bytes | Callable[[Path], object], code: str, place: str = "", **more: object) -> Case:  # fmt: skip
    """A file that cannot be used at all: one message, nothing stored."""
    return Case(name, file, content, UNUSABLE, None, code, place, **more)  # type: ignore[arg-type]
