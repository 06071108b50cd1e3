"""What a file is, told from its first bytes and never from its name."""

from __future__ import annotations

import zipfile
from collections import Counter
from pathlib import Path

from kanpo.errors import InputUnusable, Place
from kanpo.files import damage_said
from kanpo.locale import Text

#: First bytes to the driver that reads such a file.
_DRIVERS = (
    (b"SQLite format 3\0", "GPKG"),
    (b"fgb", "FlatGeobuf"),
    (b"PAR1", "Parquet"),
    (b"\x00\x00\x27\x0a", "ESRI Shapefile"),
)

#: A zip, and one that holds nothing.
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
#: First bytes of a workbook of before 2007, or of one with a password.
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"

#: Limits of a zip: what all files in it may unpack to, how much smaller it may be, how many files.
_UNPACKED = 4 * 1024**3
_RATIO = 200
_FILES = 10_000
#: Endings of the files of a zip that are ingested; what they are is told from their content.
_INGESTED = (
    *(".json", ".geojson", ".geojsonl", ".ndjson", ".shp", ".gpkg", ".fgb", ".parquet"),
    *(".csv", ".tsv", ".xlsx", ".xlsm"),
)
_LITTER = ("__MACOSX/", ".DS_Store", "Thumbs.db")


def vector_driver(path: Path) -> str | None:
    """The driver of a vector file that is not GeoJSON; None for anything else."""
    try:
        with path.open("rb") as file:
            head = file.read(16)
    except OSError:
        return None
    return next((driver for magic, driver in _DRIVERS if head.startswith(magic)), None)


def is_table(path: Path) -> bool:
    """Whether a file is a workbook, or text that is no JSON and is called a table."""
    if is_workbook(path):
        return True
    with path.open("rb") as file:
        head = file.read(4096).removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith(_OLD_WORKBOOK):
        return True
    return path.suffix.lower() in (".csv", ".tsv", ".txt", ".xls") and not head.startswith((b"{", b"["))


def is_zip(path: Path) -> bool:
    """Whether a file is a zip archive of files (and no workbook, which is one too)."""
    return path.is_file() and _begins_as_zip(path) and not is_workbook(path)


def is_workbook(path: Path) -> bool:
    """Whether a file is a workbook (.xlsx, .xlsm), or a zip whose name says so; it may be damaged."""
    if not _begins_as_zip(path):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            return "[Content_Types].xml" in archive.namelist()
    # A damaged list of members raises anything; then only the name is left to tell.
    except Exception:
        return path.suffix.lower() in (".xlsx", ".xlsm")


def _begins_as_zip(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) in _ZIP


def unpack(path: Path, folder: Path) -> list[Path]:
    """Unpack the parcel files of a zip into a folder.

    Only the names of the files are used, so that nothing can be written elsewhere; the parts of a
    shapefile stay together.

    Returns
    -------
    list of Path
        The files that can be ingested, in the order of their names.

    Raises
    ------
    InputUnusable
        The zip is damaged, too large or a bomb, is locked with a password, or holds no such file.
    """
    with damage_said(lambda reason: _unreadable(path, reason)), _opened(path) as archive:
        members = [info for info in archive.infolist() if _wanted(info)]
        _refuse_bombs(path, members)
        for info, name in zip(members, _safe_names([m.filename for m in members]), strict=True):
            target = folder / name
            with archive.open(info) as source, target.open("wb") as out:
                while block := source.read(1024 * 1024):
                    out.write(block)
    found = sorted(p for p in folder.iterdir() if p.suffix.lower() in _INGESTED)
    if not found:
        raise InputUnusable(
            "zip.nothing",
            Text("zipの中に取り込めるファイルがありません", "the zip holds no file that can be ingested"),
            Text(
                "GeoJSON・シェープファイル・GeoPackage・FlatGeobuf・Excel・CSV を入れてください",
                "put GeoJSON, shapefile, GeoPackage, FlatGeobuf, Excel or CSV into it",
            ),
            Place(str(path)),
        )
    return found


def _unreadable(path: Path, reason: str) -> InputUnusable:
    return InputUnusable(
        "zip.unreadable",
        Text(
            "zipを展開できません(壊れているか、暗号化されています)",
            f"the zip cannot be unpacked (damaged, or locked; {reason})",
        ),
        Text("手で展開してから取り込んでください", "unpack it by hand, then ingest the files"),
        Place(str(path)),
    )


def _wanted(info: zipfile.ZipInfo) -> bool:
    return not info.is_dir() and not any(mark in info.filename for mark in _LITTER)


def _refuse_bombs(path: Path, members: list[zipfile.ZipInfo]) -> None:
    unpacked, packed = sum(m.file_size for m in members), sum(m.compress_size for m in members)
    if len(members) > _FILES or unpacked > _UNPACKED or unpacked > _RATIO * max(packed, 1):
        raise InputUnusable(
            "zip.too-large",
            Text("zipの中身が大きすぎます", "what the zip holds is too large"),
            Text(
                "手で展開し、要るファイルだけ取り込んでください",
                "unpack it by hand and ingest what is needed",
            ),
            Place(str(path)),
        )


def _opened(path: Path) -> zipfile.ZipFile:
    """The zip; names without a word about their letters are CP932, as the zip of Windows writes them."""
    try:
        return zipfile.ZipFile(path, metadata_encoding="cp932")
    except UnicodeDecodeError:
        return zipfile.ZipFile(path)


def _safe_names(names: list[str]) -> list[str]:
    """Bare names, each once; where a name comes in several folders, that of its folder goes before it.

    The parts of a shapefile lie in one folder, so they stay together.
    """
    parts = [name.replace("\\", "/").rpartition("/") for name in names]
    bare = [_fit(name).lstrip(".") or f"file{number}" for number, (_, _, name) in enumerate(parts)]
    often, earlier = Counter(name.casefold() for name in bare), Counter[str]()
    shared = {_stem(name) for name in bare if often[name.casefold()] > 1}
    groups: dict[tuple[str, int], int] = {}
    safe = []
    for written, (folder, _, _), name in zip(names, parts, bare, strict=True):
        group = groups.setdefault((folder, earlier[written]), len(groups))
        earlier[written] += 1
        before = f"{group}_{_fit(folder.rpartition('/')[2])}_" if _stem(name) in shared else ""
        safe.append((before + name)[-120:])
    return safe


def _stem(name: str) -> str:
    return name.partition(".")[0].casefold()


def _fit(name: str) -> str:
    """A name that any system can write."""
    return "".join(c if c.isprintable() and c not in '<>:"|?*' else "_" for c in name)
