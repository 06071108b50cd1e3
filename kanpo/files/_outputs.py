"""What one run reads, whether it may write over files of others, and what it kept aside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path

from kanpo.locale import Text


@dataclass(frozen=True, slots=True)
class KeptAside:
    """A file that gave way to a new one: where it stood, where it is now, and whether kanpo once wrote it."""

    path: Path
    aside: Path
    changed: bool

    def text(self) -> Text:
        """The news, for a person."""
        if self.changed:
            return Text(
                f"{self.path} は前に書いたあとで変えられていたので、その内容を {self.aside} に残しました。",
                f"{self.path} had been changed since it was written; that content is kept as {self.aside}.",
            )
        return Text(
            f"前からあった {self.path} を {self.aside} に残しました。",
            f"the file that stood at {self.path} is kept as {self.aside}.",
        )


@dataclass(slots=True)
class Outputs:
    """One run as the guard sees it.

    `force`: files that kanpo did not write may give way (they are kept aside). `offers_force`: the
    user can say so with ``--force``. `inputs` were read and are never replaced. `kept` and `notes`
    are news that whoever started the run passes on; the library prints nothing.
    """

    force: bool = False
    offers_force: bool = False
    inputs: list[Path] = field(default_factory=list)
    kept: list[KeptAside] = field(default_factory=list)
    notes: list[Text] = field(default_factory=list)

    def note(self, text: Text) -> None:
        """Pass a piece of news on, once."""
        if text not in self.notes:
            self.notes.append(text)


_CURRENT: ContextVar[Outputs | None] = ContextVar("outputs", default=None)


@contextmanager
def outputs(*, force: bool = False, inputs: Iterable[Path] = ()) -> Iterator[Outputs]:
    """A run in which files are written.

    Parameters
    ----------
    force : bool
        Files that kanpo did not write may give way; they are kept under a dated name.
    inputs : iterable of Path
        Files and folders that are read and therefore never replaced.

    Yields
    ------
    Outputs
        Afterwards it tells what was kept aside.
    """
    token = _CURRENT.set(Outputs(force=force, inputs=list(inputs)))
    try:
        yield current_outputs()
    finally:
        _CURRENT.reset(token)


def current_outputs() -> Outputs:
    """The run that goes on; a blank one where nobody opened any."""
    return _CURRENT.get() or Outputs()


def note_input(path: Path) -> None:
    """Say that this run reads a file or folder, so that it is never replaced."""
    current_outputs().inputs.append(path)
