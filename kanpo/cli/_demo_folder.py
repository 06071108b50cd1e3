"""The folder of ``kanpo demo``: made anew only where it is as the demo left it."""

from __future__ import annotations

import hashlib
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from kanpo.errors import InputUnusable, KanpoError, Place
from kanpo.locale import Text

if TYPE_CHECKING:
    from kanpo.store import Project

#: The note in the project that tells how the demo left it.
LEFT = "left_by_kanpo_demo"


def left_by_demo(project: Project) -> str:
    """A project and its people in one line: the seal of its records, and a hash of all else that a person gives it."""
    own = project.own_catalogue()
    given = (
        *sorted(project.imported.fingerprints().items()),
        *(table.to_csv(index=False) for table in (project.imported.parcels(), project.imported.register())),
        project.table_names(),
        project.styles_of_people(),
        own.sha256 if own else "",
        project.meta["name"],
        project.people.read().to_csv(index=False),
    )
    return f"{project.journal.seal()} {hashlib.sha256(repr(given).encode()).hexdigest()}"


def clear_folder(path: Path) -> None:
    """Take the project of an earlier demo away, if it is as the demo left it.

    Raises
    ------
    InputUnusable
        Somebody has worked with it since, or it is another project; nothing was changed.
    """
    from kanpo.store import People

    people = People(path).path
    if path.exists() or path.is_symlink():
        if not _is_as_left(path):
            raise _taken(path)
        for gone in (people, path):
            gone.unlink(missing_ok=True)
    elif people.exists():
        # The growers of somebody else's project must not become those of the sample.
        raise _taken(people)


def _is_as_left(path: Path) -> bool:
    from kanpo.store import Project

    beside = [path.with_name(path.name + ending) for ending in ("-journal", "-wal")]
    if path.is_symlink() or any(file.exists() for file in beside):
        return False
    try:
        # Opening would bring a project of an older kanpo up to date, and this one is to stay as it is.
        if LEFT.encode() not in path.read_bytes():
            return False
        with Project.open(path) as project:
            return project.meta.get(LEFT) == left_by_demo(project)
    except (KanpoError, OSError):
        return False


def _taken(path: Path) -> InputUnusable:
    free = _free_folder(path.parent)
    return InputUnusable(
        "demo.taken",
        Text(
            "見本のあとで手が加わったか、別のプロジェクトです(何も変えていません)",
            "has been worked with since the demo, or is another project (nothing was changed)",
        ),
        Text(
            f"空いているフォルダを指定してください: kanpo demo {free}(make なら make demo DEMO={free})",
            f"name a free folder: kanpo demo {free} (with make: make demo DEMO={free})",
        ),
        Place(str(path)),
    )


def _free_folder(folder: Path) -> Path:
    names = (folder.with_name(f"{folder.name or 'demo'}-{number}") for number in count(2))
    return next(name for name in names if not name.exists())
