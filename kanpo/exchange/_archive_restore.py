"""A project made again from an archive."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import shapely

from kanpo.errors import InputUnusable, IntegrityFailure, Place
from kanpo.exchange._archive import JOURNAL_LINES, OUTLINES_FILE, TABLES_FILE
from kanpo.exchange._archive_check import CheckedArchive, verify_archive
from kanpo.exchange._archive_tables import read_tables
from kanpo.locale import Text
from kanpo.store import (
    Placed,
    PrintedSeal,
    Seal,
    check_people,
    not_writable,
    outline_blobs,
    plain_name,
    put_in_place,
    rebuild_project,
    verify_project,
)

_FOLDERS = {"imported_files": "originals", "photos": "photos"}


@dataclass(frozen=True, slots=True)
class RestoredArchive:
    """What came out of an archive, what changed places, and what is proven of it (`CheckedArchive`)."""

    parcels: int
    layers: int
    files: int
    seal: Seal
    covered: bool
    missing: tuple[str, ...]
    placed: Placed = field(default_factory=Placed)


def restore_archive(
    archive: Path,
    target: Path,
    *,
    seal: PrintedSeal | None = None,
    people: Path | None = None,
    dry_run: bool = False,
) -> RestoredArchive:
    """Make the project of an archive again at `target`, with its received files and photos beside it.

    Scores are left out: they follow from the rest. What is there already is kept as it is when a
    backup is restored (`put_in_place`).

    Raises
    ------
    InputUnusable
        It is no archive, or one of an older kanpo that has no tables to make a project from.
    IntegrityFailure
        It was changed, or is not that of the seal; nothing was changed.
    EnvironmentFailure
        Nothing can be written there, or another program has the present file open.
    """
    checked = _checked(archive, seal)
    if people is not None:
        check_people(people)
    place = target.resolve().parent
    try:
        if not dry_run:
            place.mkdir(parents=True, exist_ok=True)
        # Beside the target, so that the file can change places; a dry run writes nothing there.
        with (
            TemporaryDirectory(prefix=".kanpo-", dir=None if dry_run else place) as folder,
            zipfile.ZipFile(archive) as packed,
        ):
            draft = Path(folder) / "restored.gpkg"
            done = _rebuild(archive, packed, checked, draft)
            if dry_run:
                return done
            files = (
                (beside, name, partial(packed.read, member)) for beside, name, member in _files_of(packed)
            )
            return replace(done, placed=put_in_place(draft, target, files, archive, people))
    except OSError as error:
        raise not_writable(target, error) from error


def _checked(archive: Path, seal: PrintedSeal | None) -> CheckedArchive:
    checked = verify_archive(archive, None if seal is None else str(seal))
    if checked.problems:
        raise IntegrityFailure(
            "restore.damaged",
            Text(
                "保存用の zip が変わっています(何も変えていません)",
                "the archive was changed (nothing was changed)",
            ),
            Text("別の写しを使ってください", "use another copy"),
            Place(str(archive)),
            checked.problems,
        )
    if TABLES_FILE not in checked.contents:
        raise InputUnusable(
            "archive.no-tables",
            Text(
                "古い kanpo の zip で、プロジェクトに戻すための表がありません",
                "an archive of an older kanpo, without the tables to make a project from",
            ),
            Text(
                "CSV と GeoJSON は読めます。筆は kanpo ingest で取り込めます",
                "its CSV and GeoJSON can be read; kanpo ingest takes the parcels",
            ),
            Place(str(archive)),
        )
    return checked


def _rebuild(archive: Path, packed: zipfile.ZipFile, checked: CheckedArchive, draft: Path) -> RestoredArchive:
    """Make the project in a file of its own, and check it like any other."""
    try:
        notes, order, tables = read_tables(checked.contents[TABLES_FILE])
    except (ValueError, TypeError, IndexError) as error:
        raise _unreadable(archive) from error
    chain = [json.loads(line) for line in checked.contents[JOURNAL_LINES].splitlines()]
    features = json.loads(checked.contents[OUTLINES_FILE])["features"]
    names = [feature["properties"]["outline"] for feature in features]
    shapes = [shapely.geometry.shape(feature["geometry"]) for feature in features]
    outlines = zip(names, outline_blobs(shapes), strict=True)
    rebuild_project(draft, notes, tables, chain, order, outlines, _originals(packed))
    records = checked.records
    if records is None:
        raise _unreadable(archive)
    problems = [problem.at(file=str(archive)) for problem in verify_project(draft, str(records))]
    if problems:
        raise IntegrityFailure(
            "restore.damaged",
            Text(
                "戻したものが確かめに合いません(何も変えていません)",
                "what came out does not pass the check (nothing was changed)",
            ),
            Text("別の写しを使ってください", "use another copy"),
            Place(str(archive)),
            tuple(problems),
        )
    sizes = {table.name: len(list(table.rows)) for table in tables}
    return RestoredArchive(
        sizes.get("parcels", 0),
        sizes.get("layers", 0),
        len(list(_files_of(packed))),
        records,
        checked.covered,
        checked.missing,
    )


def _unreadable(archive: Path) -> InputUnusable:
    return InputUnusable(
        "archive.foreign",
        Text(
            "kanpo archive で作った zip ではないか、壊れています", "is no archive of kanpo, or it is damaged"
        ),
        Text("kanpo archive で作り直してください", "make it anew with kanpo archive"),
        Place(str(archive), value=TABLES_FILE),
    )


def _originals(packed: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    for name in packed.namelist():
        if name.startswith("originals/"):
            yield name.removeprefix("originals/"), packed.read(name)


def _files_of(packed: zipfile.ZipFile) -> Iterator[tuple[str, str, str]]:
    """Folder, file name and member of the files that lie beside a project; a name with a path in it is none."""
    for member in packed.namelist():
        folder, _, name = member.partition("/")
        if folder in _FOLDERS and plain_name(name):
            yield _FOLDERS[folder], name, member
