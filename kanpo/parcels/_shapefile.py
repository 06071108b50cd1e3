"""The parts of a shapefile, and how its texts are written."""

from __future__ import annotations

from pathlib import Path

from kanpo.errors import InputUnusable, Place
from kanpo.locale import Text

_UTF8 = frozenset({"UTF8", "65001"})
_CP932 = frozenset({"932", "CP932", "MS932", "SJIS", "SHIFTJIS", "WINDOWS31J"})
#: Bytes of the .dbf header before its fields, and of each field; a field's name is its first eleven.
_HEADER, _FIELD, _NAME = 32, 32, 11


def shapefile_encoding(path: Path) -> str | None:
    """How the texts of a shapefile are written, by the name that Python has for it.

    What its .cpg says counts, but for one that says UTF-8 of texts that are not. Without a .cpg the
    texts are UTF-8 when they can be that, else CP932.

    Raises
    ------
    InputUnusable
        Its .shx or .dbf is not there: without them the outlines cannot be found, or have no names.
    """
    _part(path, ".shx")
    dbf, cpg = _part(path, ".dbf"), _beside(path, ".cpg")
    said = cpg.read_text(encoding="ascii", errors="ignore").strip() if cpg is not None else ""
    plain = said.upper().removeprefix("ANSI").replace("-", "").replace("_", "").strip()
    if plain in _CP932:
        return "CP932"
    if plain and plain not in _UTF8:
        return said
    try:
        _texts(dbf.read_bytes()).decode("utf-8")
    except UnicodeDecodeError:
        return "CP932"
    return "UTF-8"


def _texts(dbf: bytes) -> bytes:
    """Names of fields and all records: what stands between them is numbers, which are no text."""
    records = int.from_bytes(dbf[8:10], "little")
    names = (dbf[at : at + _NAME] for at in range(_HEADER, records - _FIELD, _FIELD))
    return b"\n".join([*(name.split(b"\0")[0] for name in names), dbf[records:]])


def _beside(path: Path, suffix: str) -> Path | None:
    """The part with this suffix, in small letters or capitals."""
    found = (path.with_suffix(written) for written in (suffix, suffix.upper()))
    return next((part for part in found if part.is_file()), None)


def _part(path: Path, suffix: str) -> Path:
    part = _beside(path, suffix)
    if part is None:
        name = path.with_suffix(suffix).name
        raise InputUnusable(
            "file.part-missing",
            Text(
                f"シェープファイルの一部である {name} がありません",
                f"{name}, a part of the shapefile, is not there",
            ),
            Text(
                ".shp・.shx・.dbf・.prj を同じフォルダに揃えてください",
                "put .shp, .shx, .dbf and .prj into one folder",
            ),
            Place(str(path)),
        )
    return part
