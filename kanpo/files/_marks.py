"""The mark of a file that kanpo wrote: a hash of its content within it, which shows whether it was changed.

The mark is a text of fixed length. The hash is that of the file with zeros in the place of the hash:
so any format can carry it that holds a text as it is. A page has it in its last line, which proves
too that the page is whole; a workbook among its properties; a GeoPackage in its metadata.
"""

from __future__ import annotations

import hashlib
import os
import re
import zipfile
import zlib
from enum import Enum
from pathlib import Path

_NAME = b"kanpo-sha256:"
_BLANK = _NAME + b"0" * 64
#: What a writer puts where the mark is to stand, in formats that only it can put it into.
BLANK_MARK = _BLANK.decode()

_ANY = re.compile(rb"kanpo-sha256:([0-9a-f]{64})")
_LAST_LINE = re.compile(rb"<!-- kanpo-sha256:[0-9a-f]{64} -->\s*\Z")
_PAGES = (".html", ".htm")
_OFFICE = (".xlsx", ".xlsm", ".docx")
_CORE = "docProps/core.xml"
_END_OF_CORE = re.compile(rb"</(\w+:)?coreProperties>\s*\Z")
_KEYWORDS = re.compile(rb"<(\w+:)?keywords\b[^>]*?(/>|>.*?</(\w+:)?keywords>)", re.S)
#: Bytes of an SQLite file that change when it is only opened: journal mode, change counters.
_SQLITE, _RESTLESS = b"SQLite format 3\0", ((18, 20), (24, 28), (92, 100))
#: Bytes of the record that ends an archive without a comment.
_END_OF_ARCHIVE = 22
#: An office document that unpacks to more is not looked through: kanpo wrote none such.
_LARGEST = 4_000_000_000


class Mark(Enum):
    """What the mark of a file says."""

    NONE = "there is none"
    WHOLE = "the content is as it was written"
    BROKEN = "the content was changed"


def put_mark(path: Path, suffix: str) -> bool:
    """Put the mark into a file just written; False where its format cannot carry one."""
    if suffix in _PAGES:
        with path.open("rb+") as page:
            end = page.seek(0, os.SEEK_END)
            page.seek(max(0, end - 1))
            begins = b"" if page.read(1) in (b"\n", b"") else b"\n"
            page.write(begins + b"<!-- " + _BLANK + b" -->\n")
    elif suffix in _OFFICE:
        try:
            return _put_into_office(path)
        except (zipfile.BadZipFile, zlib.error):
            # Whatever the name says: a person chose it for content of another kind.
            return False
    elif suffix != ".gpkg":
        return False
    content = path.read_bytes()
    digest = _digest(content).encode()
    blanks = [found.start(1) for found in _ANY.finditer(content) if found.group() == _BLANK]
    with path.open("rb+") as written:
        for start in blanks:
            written.seek(start)
            written.write(digest)
    return bool(blanks)


def read_mark(path: Path, suffix: str) -> Mark:
    """What the mark of a file says.

    Raises
    ------
    OSError
        The file cannot be read.
    """
    if suffix in _OFFICE:
        return _mark_of_office(path)
    if suffix not in (*_PAGES, ".gpkg"):
        return Mark.NONE
    content = path.read_bytes()
    digests = {found.group(1).decode() for found in _ANY.finditer(content)}
    if not digests:
        return Mark.NONE
    if suffix in _PAGES and not _LAST_LINE.search(content, max(0, len(content) - 200)):
        return Mark.BROKEN
    return Mark.WHOLE if _digest(content) in digests else Mark.BROKEN


def _digest(content: bytes) -> str:
    plain = _ANY.sub(_BLANK, content)
    if plain.startswith(_SQLITE):
        still = bytearray(plain)
        for first, end in _RESTLESS:
            still[first:end] = bytes(end - first)
        plain = bytes(still)
    return hashlib.sha256(plain).hexdigest()


def _put_into_office(path: Path) -> bool:
    """Write the document anew with the mark among the key words of its properties."""
    with zipfile.ZipFile(path) as document:
        if _CORE not in document.namelist():
            return False
        core = _with_blank(document.read(_CORE))
        digest = _digest_of_office(document, core).encode()
        marked = path.with_name(f"{path.stem}-marked{path.suffix}")
        try:
            with zipfile.ZipFile(marked, "w", zipfile.ZIP_DEFLATED) as out:
                for member in document.infolist():
                    written = core.replace(_BLANK, _NAME + digest) if member.filename == _CORE else None
                    out.writestr(member, document.read(member) if written is None else written)
            marked.replace(path)
        finally:
            marked.unlink(missing_ok=True)
    return True


def _with_blank(core: bytes) -> bytes:
    plain = _KEYWORDS.sub(b"", core)
    return _END_OF_CORE.sub(lambda end: _keywords(end.group(1) or b"") + end.group(), plain)


def _keywords(prefix: bytes) -> bytes:
    return b"<" + prefix + b"keywords>" + _BLANK + b"</" + prefix + b"keywords>"


def _mark_of_office(path: Path) -> Mark:
    try:
        with zipfile.ZipFile(path) as document:
            core = document.read(_CORE)
            marked = _ANY.search(core)
            if marked is None:
                return Mark.NONE
            if sum(member.file_size for member in document.infolist()) > _LARGEST:
                return Mark.BROKEN
            same = _fills_file(path) and _digest_of_office(document, core) == marked.group(1).decode()
    except (
        zipfile.BadZipFile,
        zlib.error,
        KeyError,
        EOFError,
        NotImplementedError,
        RuntimeError,
        ValueError,
    ):
        # What cannot be read through is not as kanpo wrote it.
        return Mark.NONE
    return Mark.WHOLE if same else Mark.BROKEN


def _fills_file(path: Path) -> bool:
    """Whether the archive begins and ends where the file does; zip readers pass over what stands around it."""
    with path.open("rb") as document:
        begins = document.read(4)
        document.seek(-_END_OF_ARCHIVE, os.SEEK_END)
        return begins == b"PK\3\4" and document.read(4) == b"PK\5\6"


def _digest_of_office(document: zipfile.ZipFile, core: bytes) -> str:
    whole = hashlib.sha256()
    for name in sorted(document.namelist()):
        content = _ANY.sub(_BLANK, core) if name == _CORE else document.read(name)
        whole.update(f"{name}\0{len(content)}\0".encode("utf-8", "surrogatepass"))
        whole.update(content)
    return whole.hexdigest()
