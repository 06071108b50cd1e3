"""Checking an archive: is every file as it was written, and does the chain of records hold?"""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import shapely

from kanpo.errors import InputUnusable, Place, Problem
from kanpo.exchange._archive import (
    FORMAT,
    FORMER_FORMAT,
    JOURNAL_LINES,
    MANIFEST,
    OUTLINES_FILE,
    TABLES_FILE,
    NamedFiles,
    archive_seal,
    named_files,
)
from kanpo.exchange._archive_records import check_record_tables
from kanpo.exchange._archive_tables import read_tables
from kanpo.locale import Text
from kanpo.schema import LAYERS
from kanpo.store import (
    CHAIN_COLUMNS,
    Seal,
    TableRows,
    check_chains,
    outline_hash,
    parse_seal,
    seal_of,
    sha256_of,
)

#: Larger members are not opened: a project's tables are far smaller.
_LARGEST = 2_000_000_000
_MEND = Text("別に保管した写しと見比べてください", "compare with a copy kept elsewhere")


@dataclass(frozen=True, slots=True)
class CheckedArchive:
    """What a check found: problems, the seal of the records, the seal over everything, the contents of the tables.

    `covered` tells that a seal that was given covers all files, not the records alone; `missing` are files
    that were not there any more when the archive was made.
    """

    problems: tuple[Problem, ...]
    records: Seal | None = None
    whole: Seal | None = None
    covered: bool = False
    missing: tuple[str, ...] = ()
    contents: dict[str, bytes] = field(default_factory=dict)
    manifest: dict[str, Any] = field(default_factory=dict)


def verify_archive(path: Path, seal: str | None = None) -> CheckedArchive:
    """Everything that is wrong with an archive, and its seals.

    Parameters
    ----------
    path : Path
        A zip written by `write_archive`.
    seal : str, optional
        A seal printed earlier (``digest-count``): that of the whole archive or that of its records.

    Raises
    ------
    InputUnusable
        The file is no archive.
    UsageError
        `seal` is no seal.
    """
    wanted = None if seal is None else parse_seal(seal)
    try:
        with zipfile.ZipFile(path) as archive:
            manifest, written = _manifest(archive, path)
            problems, contents = _check_members(archive, manifest, path)
    except (zipfile.BadZipFile, OSError, zlib.error, EOFError, NotImplementedError) as error:
        raise _no_archive(path) from error
    if problems:
        return CheckedArchive(tuple(problems))
    rows, problems = _rows(contents[JOURNAL_LINES], path)
    problems += check_chains(rows, path)
    problems += _check_outlines(contents[OUTLINES_FILE], rows, path)
    problems += _check_originals(manifest, path)
    missing = _named_files(rows, contents, path).missing(manifest["members"]) if not problems else ()
    problems += _check_missing(missing, manifest, path)
    if not problems:
        problems += check_record_tables(rows, contents, path)
    records = seal_of({row[2]: (row[3], row[12]) for row in rows})
    whole = archive_seal(written, records)
    if records.digest != manifest.get("seal_sha256") or records.records != manifest.get("records"):
        what = Text("封印が記録と合いません", "the seal is not that of the records")
        problems.append(_wrong("archive.seal", what, path))
    covered = wanted is not None and wanted.fits(whole)
    if wanted is not None and not covered and not wanted.fits(records):
        what = Text(
            f"封印は {whole}(記録は {records})で、{seal} ではありません",
            f"the seal is {whole} (of the records {records}), not {seal}",
        )
        problems.append(_wrong("verify.seal", what, path))
    return CheckedArchive(tuple(problems), records, whole, covered, missing, contents, manifest)


def _check_originals(manifest: dict[str, Any], path: Path) -> list[Problem]:
    """Files as received are kept under their hash: one that is another file is named."""
    return [
        _wrong(
            "verify.original",
            Text("受け取ったままのファイルが書き換えられています", "a file as it was received was changed"),
            path,
            name,
        )
        for name, known in manifest["members"].items()
        if name.startswith("originals/") and known.get("sha256") != name.removeprefix("originals/")
    ]


def _named_files(rows: Sequence[Sequence[Any]], contents: dict[str, bytes], path: Path) -> NamedFiles:
    layers: list[str] = []
    if TABLES_FILE in contents:
        for table in tables_of(contents[TABLES_FILE], path):
            if table.name == LAYERS.name and "sha256" in table.columns:
                at = table.columns.index("sha256")
                layers = [str(row[at]) for row in table.rows]
    return named_files(rows, layers)


def _check_missing(missing: Sequence[str], manifest: dict[str, Any], path: Path) -> list[Problem]:
    """Files that records or layers name and that were taken out; the first form did not note any."""
    noted = manifest.get("missing")
    if not isinstance(noted, list):
        return []
    what = Text(
        "記録や主題図が名を挙げるファイルが抜き取られています",
        "a file that records or layers name was taken out",
    )
    return [_wrong("archive.original-missing", what, path, name) for name in missing if name not in noted]


def tables_of(content: bytes, path: Path) -> list[TableRows]:
    """The tables from which a project can be made again.

    Raises
    ------
    InputUnusable
        They cannot be read.
    """
    try:
        return read_tables(content)[2]
    except (ValueError, TypeError, IndexError, RecursionError) as error:
        raise _no_archive(path) from error


def _manifest(archive: zipfile.ZipFile, path: Path) -> tuple[dict[str, Any], bytes]:
    try:
        written = archive.read(MANIFEST)
        manifest = json.loads(written)
    except (KeyError, ValueError, RecursionError) as error:
        raise _no_archive(path) from error
    if not isinstance(manifest, dict) or manifest.get("format") not in (FORMAT, FORMER_FORMAT):
        raise _no_archive(path)
    members = manifest.get("members")
    if not isinstance(members, dict) or not {JOURNAL_LINES, OUTLINES_FILE} <= members.keys():
        raise _no_archive(path)
    return manifest, written


def _no_archive(path: Path) -> InputUnusable:
    return InputUnusable(
        "archive.foreign",
        Text(
            "kanpo archive で作った zip ではないか、壊れています", "is no archive of kanpo, or it is damaged"
        ),
        Text("kanpo archive で作り直してください", "make it anew with kanpo archive"),
        Place(str(path)),
    )


def _check_members(
    archive: zipfile.ZipFile, manifest: dict[str, Any], path: Path
) -> tuple[list[Problem], dict[str, bytes]]:
    problems: list[Problem] = []
    contents: dict[str, bytes] = {}
    members: dict[str, Any] = manifest["members"]
    names = archive.namelist()
    added = sorted(set(names) - set(members) - {MANIFEST})
    twice = sorted(name for name in set(names) if names.count(name) > 1)
    for code, what, found in (
        ("archive.added", Text("後から加えられたファイルです", "was added afterwards"), added),
        ("archive.twice", Text("同じ名前のファイルが二つあります", "is there twice"), twice),
    ):
        problems += [_wrong(code, what, path, name) for name in found]
    for name, known in members.items():
        if name not in names:
            problems.append(_wrong("archive.missing", Text("ファイルがありません", "is missing"), path, name))
            continue
        content = b"" if archive.getinfo(name).file_size > _LARGEST else _read(archive, name)
        if not isinstance(known, dict) or sha256_of(content) != known.get("sha256"):
            problems.append(
                _wrong("archive.changed", Text("内容が変わっています", "was changed afterwards"), path, name)
            )
        if name in (JOURNAL_LINES, OUTLINES_FILE, TABLES_FILE) or name.startswith("records/"):
            contents[name] = content
    return problems, contents


def _read(archive: zipfile.ZipFile, name: str) -> bytes:
    try:
        return archive.read(name)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
        return b""


def _rows(lines: bytes, path: Path) -> tuple[list[Sequence[Any]], list[Problem]]:
    rows: list[Sequence[Any]] = []
    for number, line in enumerate(lines.splitlines(), 1):
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            row = None
        if not isinstance(row, list) or len(row) != len(CHAIN_COLUMNS) or not isinstance(row[3], int):
            what = Text(f"{number} 行目が記録ではありません", f"line {number} is no record")
            return [], [_wrong("archive.line", what, path, JOURNAL_LINES)]
        rows.append(row)
    return rows, []


def _check_outlines(content: bytes, rows: Sequence[Sequence[Any]], path: Path) -> list[Problem]:
    named = {row[9] for row in rows if row[9] is not None}
    try:
        features = json.loads(content)["features"]
        found = {f["properties"]["outline"]: shapely.geometry.shape(f["geometry"]) for f in features}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, shapely.errors.ShapelyError):
        return [
            _wrong(
                "archive.outlines",
                Text("区画図を読めません", "the outlines cannot be read"),
                path,
                OUTLINES_FILE,
            )
        ]
    changed = [name for name, shape in found.items() if outline_hash(shape) != name]
    return [
        _wrong(
            "verify.outline",
            Text("区画図が書き換えられています", "an outline was changed afterwards"),
            path,
            str(name),
        )
        for name in changed
    ] + [
        _wrong(
            "verify.outline-missing",
            Text("記録の区画図がありません", "the outline of a record is missing"),
            path,
            name,
        )
        for name in sorted(named - found.keys())
    ]


def _wrong(code: str, what: Text, path: Path, name: str | None = None) -> Problem:
    return Problem(code, what, _MEND, Place(str(path), value=name))
