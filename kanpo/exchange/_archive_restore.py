"""A project made again from an archive."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import shapely

from kanpo.errors import InputUnusable, IntegrityFailure, Place
from kanpo.exchange._archive import JOURNAL_LINES, OUTLINES_FILE, TABLES_FILE
from kanpo.exchange._archive_check import CheckedArchive, verify_archive
from kanpo.exchange._archive_tables import read_tables
from kanpo.locale import Text
from kanpo.store import (
    PrintedSeal,
    Seal,
    outline_blobs,
    put_in_place,
    put_people_in_place,
    rebuild_project,
    verify_project,
)

_FOLDERS = {"imported_files": "originals", "photos": "photos"}


@dataclass(frozen=True, slots=True)
class RestoredArchive:
    """What came out of an archive, and where the present file went."""

    parcels: int
    layers: int
    files: int
    seal: Seal
    covered: bool
    kept: Path | None = None
    kept_people: Path | None = None


def restore_archive(
    archive: Path,
    target: Path,
    *,
    seal: PrintedSeal | None = None,
    people: Path | None = None,
    dry_run: bool = False,
) -> RestoredArchive:
    """Make the project of an archive again at `target`, with its received files and photos beside it.

    Scores are left out: they follow from the rest. The present file is kept as
    ``NAME.before-restore.backup``.

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
    draft = target.with_name(f".kanpo-{os.getpid()}.gpkg")
    try:
        draft.parent.mkdir(parents=True, exist_ok=True)
        counts = _rebuild(archive, checked, draft)
        assert checked.records is not None
        problems = verify_project(draft, str(checked.records))
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
        with zipfile.ZipFile(archive) as packed:
            members = list(_files_of(packed))
            done = RestoredArchive(*counts, len(members), checked.records, checked.covered)
            if dry_run:
                return done
            files = ((folder, name, packed.read(member)) for folder, name, member in members)
            kept, added = put_in_place(draft, target, files)
        kept_people = None if people is None else put_people_in_place(people, target)
        return replace(done, files=added, kept=kept, kept_people=kept_people)
    finally:
        draft.unlink(missing_ok=True)


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


def _rebuild(archive: Path, checked: CheckedArchive, draft: Path) -> tuple[int, int]:
    try:
        notes, order, tables = read_tables(checked.contents[TABLES_FILE])
    except (ValueError, TypeError, IndexError) as error:
        raise InputUnusable(
            "archive.foreign",
            Text(
                "kanpo archive で作った zip ではないか、壊れています",
                "is no archive of kanpo, or it is damaged",
            ),
            Text("kanpo archive で作り直してください", "make it anew with kanpo archive"),
            Place(str(archive), value=TABLES_FILE),
        ) from error
    chain = [json.loads(line) for line in checked.contents[JOURNAL_LINES].splitlines()]
    features = json.loads(checked.contents[OUTLINES_FILE])["features"]
    names = [feature["properties"]["outline"] for feature in features]
    shapes = [shapely.geometry.shape(feature["geometry"]) for feature in features]
    with zipfile.ZipFile(archive) as packed:
        rebuild_project(
            draft,
            notes,
            tables,
            chain,
            order,
            zip(names, outline_blobs(shapes), strict=True),
            _originals(packed),
        )
    sizes = {table.name: len(list(table.rows)) for table in tables}
    return sizes.get("parcels", 0), sizes.get("layers", 0)


def _originals(packed: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    for name in packed.namelist():
        if name.startswith("originals/"):
            yield name.removeprefix("originals/"), packed.read(name)


def _files_of(packed: zipfile.ZipFile) -> Iterator[tuple[str, str, str]]:
    """Folder, file name and member of the files that lie beside a project; a name with a path in it is none."""
    for member in packed.namelist():
        folder, _, name = member.partition("/")
        if folder in _FOLDERS and name and Path(name).name == name and "\\" not in name:
            yield _FOLDERS[folder], name, member
