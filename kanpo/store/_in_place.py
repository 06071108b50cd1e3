"""Putting a project with its people and files in the place of another one, and keeping that one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from kanpo.errors import EnvironmentFailure, InputUnusable, IntegrityFailure, KanpoError, Place
from kanpo.locale import Text
from kanpo.store._at_rest import bring_to_rest, read_at_rest
from kanpo.store._backup import FOLDERS, BackupFiles, free_name
from kanpo.store._connection import connect, spoken_errors
from kanpo.store._copy import (
    PRIVATE,
    fill_draft,
    finish_draft,
    mode_of,
    move_into_place,
    new_draft,
    not_writable,
    sweep_drafts,
)
from kanpo.store._location import beside, is_project
from kanpo.store._people import people_file

_OCCASION = "before-restore"

#: Folder, name and what gives the content of a file that goes beside a project.
BesideFile = tuple[str, str, Callable[[], bytes]]


@dataclass(frozen=True, slots=True)
class Placed:
    """What changed places.

    `kept` and `kept_people` are where the present files went, `leftovers` journals of a file that was
    gone and where they are now, `added` counts files of the folders that were missing, `aside` names
    those that differed and got another name.
    """

    kept: Path | None = None
    kept_people: Path | None = None
    people: bool = False
    added: int = 0
    aside: tuple[Path, ...] = ()
    leftovers: tuple[Path, ...] = ()


def unfinished_file(project: Path) -> Path:
    """Where it stands that a restore of a project was begun and not ended."""
    return project.with_name(f"{project.stem}.restore-unfinished.txt")


def unfinished_restore(project: Path) -> str | None:
    """The command with which a restore that was cut off goes on; None where none was."""
    try:
        lines = unfinished_file(project).read_text(encoding="utf-8").strip().splitlines()
    except (OSError, ValueError):
        return None
    return lines[-1] if lines else "kanpo restore"


def put_in_place(
    draft: Path,
    target: Path,
    files: Iterable[BesideFile],
    source: Path,
    people: Path | None = None,
) -> Placed:
    """Make a project file that was built apart the project at `target`, with its people and files.

    Whatever needs room on the disk comes first: the copies of people, then the files of the folders
    (nothing there is replaced). Then the project changes places, and the people file after it. From the
    first step to the last a note beside the project says that a restore is under way, so that one that
    a crash cut off is seen; the same restore again does the rest.

    Parameters
    ----------
    draft : Path
        The file to put there, in the folder of the target.
    source : Path
        What it was made from, for the note.
    people : Path, optional
        A copy of a people file.

    Raises
    ------
    InputUnusable
        `target` is somebody else's database.
    EnvironmentFailure
        Another program has a present file open, or nothing can be written.
    """
    their_people = people_file(target)
    _make_ready(target, their_people if people is not None else None)
    try:
        with ExitStack() as stack:
            people_draft = None
            if people is not None:
                people_draft = stack.enter_context(_people_draft(people, their_people))
            finish_draft(draft, mode_of(target if target.exists() else source))
            keep_as = _name_to_keep(target)
            unfinished = unfinished_file(target).exists()
            _note(target, source, people)
            try:
                placed = _exchange_project(draft, target, files, keep_as)
            except BaseException:
                # Nothing changed places now; an earlier restore may still have to go on.
                if not unfinished and draft.exists():
                    unfinished_file(target).unlink(missing_ok=True)
                raise
            if people_draft is not None:
                kept, leftovers = _swap(people_draft, their_people, BackupFiles.of(keep_as).people)
                if kept is not None:
                    kept.chmod(PRIVATE)
                more = (*placed.leftovers, *leftovers)
                placed = replace(placed, kept_people=kept, people=True, leftovers=more)
            unfinished_file(target).unlink(missing_ok=True)
    except OSError as error:
        if unfinished_file(target).exists():
            raise _half_done(target, error) from error
        raise not_writable(target, error) from error
    return placed


@contextmanager
def _people_draft(source: Path, target: Path) -> Iterator[Path]:
    with new_draft(target.resolve()) as draft:
        fill_from(source, draft)
        finish_draft(draft, PRIVATE)
        yield draft


def _make_ready(target: Path, people: Path | None) -> None:
    """See that the place of a project, and of its people file, may be taken."""
    sweep_drafts(target.parent, *(target.with_name(f"{target.stem}_{folder}") for folder in FOLDERS))
    settle(target)
    _refuse_foreign(target)
    if people is not None:
        settle(people)


def _half_done(target: Path, error: OSError) -> EnvironmentFailure:
    """The project changed places and the people file could not."""
    reason = error.strerror or str(error)
    return EnvironmentFailure(
        "restore.half-done",
        Text(
            f"プロジェクトは戻しましたが、名簿はまだ戻せていません({reason})",
            f"the project was restored, but the people file not yet ({reason})",
        ),
        Text("原因を除いてから、同じコマンドをもう一度", "mend that, then run the same command again"),
        Place(str(people_file(target))),
    )


def _exchange_project(draft: Path, target: Path, files: Iterable[BesideFile], keep_as: Path) -> Placed:
    """Add the files and exchange the project."""
    added, aside = add_files(target, files, mode=mode_of(draft))
    kept, leftovers = _swap(draft, target, keep_as)
    return Placed(kept=kept, added=added, aside=aside, leftovers=leftovers)


def _note(target: Path, source: Path, people: Path | None) -> None:
    words = ["kanpo", "restore", f'"{source.absolute()}"', "--to", f'"{target.absolute()}"']
    words += [] if people is None else ["--people", f'"{people.absolute()}"']
    text = Text(
        "復元の途中です。この紙が残っていたら、復元は途中で止まっています。次をもう一度実行してください"
        "(今のままでよければ、この紙を消してください):",
        "A restore is under way. If this note stays, it was cut off; run this again "
        "(or delete the note where all is as you want it):",
    )
    note = unfinished_file(target)
    with new_draft(note) as draft:
        lines = f"{text.ja}\n{text.en}\n{' '.join(words)}\n"
        draft.write_bytes(lines.encode("utf-8", errors="backslashreplace"))
        move_into_place(draft, note, mode_of(source))


def fill_from(source: Path, draft: Path) -> None:
    """Copy a database, in whatever state it lies there, into a draft."""
    with (
        read_at_rest(source) as calm,
        spoken_errors(source),
        # VACUUM INTO writes nothing here, but a connection that forbids itself to write refuses it.
        closing(connect(calm, write=True)) as connection,
    ):
        fill_draft(connection, draft, draft)


def settle(target: Path) -> None:
    """Let SQLite finish what a crash left half done in a present file, and see that nobody has it open.

    What cannot be opened any more is past that, and is kept as it is.

    Raises
    ------
    EnvironmentFailure
        Another program has it open.
    """
    if not target.exists():
        return
    try:
        bring_to_rest(target)
    except KanpoError as error:
        if not isinstance(error, IntegrityFailure):
            raise


def _refuse_foreign(target: Path) -> None:
    """A database that is whole and no project of kanpo is somebody's work."""
    if not target.exists() or target.stat().st_size == 0 or is_project(target):
        return
    try:
        with spoken_errors(target), closing(connect(target, write=False)) as connection:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except IntegrityFailure:
        return
    raise InputUnusable(
        "restore.foreign",
        Text(
            "そこには kanpo のものではない GeoPackage があります(何も変えていません)",
            "a GeoPackage that is not kanpo's is there (nothing was changed)",
        ),
        Text("--to で別の名前を指定してください", "choose another name with --to"),
        Place(str(target)),
    )


def _name_to_keep(target: Path) -> Path:
    """Where the present file goes: where a restore that was cut off put it already, else a name that is free."""
    if target.exists():
        for known in target.parent.iterdir():
            begins = known.name.startswith(f"{target.stem}.{_OCCASION}")
            if begins and known.name.endswith(".backup") and known.samefile(target):
                return known
    return free_name(target, _OCCASION)


def _swap(draft: Path, target: Path, keep_as: Path) -> tuple[Path | None, tuple[Path, ...]]:
    """Move a draft to the place of a database, which is kept; no journal of the old one stays beside the new.

    Returns
    -------
    Path or None
        Where the old one is; None when there was none.
    tuple of Path
        Where its journals are that SQLite could not settle any more.
    """
    place = target.resolve()
    kept = keep_as if place.exists() else None
    linked = kept is not None and not kept.exists()
    moved: list[tuple[Path, Path]] = []
    try:
        if linked:
            _keep(place, keep_as)
        # Of a file that is damaged or gone: SQLite would roll them into the new one.
        for name in beside(place):
            moved.append((name, keep_as.with_name(keep_as.name + name.name.removeprefix(place.name))))
            os.replace(*moved[-1])
        os.replace(draft, place)
    except OSError:
        for name, there in moved:
            with suppress(OSError):
                os.replace(there, name)
        # Two names of one database are one too many.
        if linked:
            keep_as.unlink(missing_ok=True)
        raise
    return kept, tuple(there for _, there in moved)


def _keep(target: Path, kept: Path) -> None:
    """Keep the present file under another name as well: the same file, so that whoever has it open goes on there."""
    try:
        os.link(target, kept)
    except OSError:
        # No second name on this kind of disk: a copy.
        with new_draft(kept) as draft:
            shutil.copyfile(target, draft)
            finish_draft(draft, mode_of(target))
            os.replace(draft, kept)


def add_files(
    target: Path, files: Iterable[BesideFile], *, mode: int = PRIVATE, dry_run: bool = False
) -> tuple[int, tuple[Path, ...]]:
    """Put files into the folders beside a project; nothing there is replaced.

    Returns
    -------
    int
        How many were added.
    tuple of Path
        Those that got another name, because a file of that name with other content was there.
    """
    added, aside = 0, list[Path]()
    for folder, name, read in files:
        content = read()
        place = target.with_name(f"{target.stem}_{folder}") / name
        number = 2
        wanted = place
        while place.exists() and place.read_bytes() != content:
            place = wanted.with_name(f"{wanted.stem} ({number}){wanted.suffix}")
            number += 1
        if place.exists():
            continue
        added += 1
        if place != wanted:
            aside.append(place)
        if not dry_run:
            place.parent.mkdir(parents=True, exist_ok=True)
            with new_draft(place) as draft:
                draft.write_bytes(content)
                finish_draft(draft, mode)
                os.replace(draft, place)
    return added, tuple(aside)
