"""Opening a parcel file: only a regular file of GeoJSON text, and a clear word about anything else."""

from __future__ import annotations

import codecs
import hashlib
import mmap
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from kanpo.errors import InputUnusable, Place
from kanpo.locale import Text

_PIECE = 4 * 1024 * 1024
_ADDRESS = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]+:/|/vsi|\\\\vsi)")

#: First bytes of files that people take for GeoJSON, what they are, and what to do.
_OTHERS: tuple[tuple[bytes, Text, Text], ...] = (
    (
        b"PK\x03\x04",
        Text("zipファイルです", "is a zip file"),
        Text("展開してから取り込んでください", "unpack it first"),
    ),
    (
        b"\x1f\x8b",
        Text("gzipで圧縮されています", "is compressed with gzip"),
        Text("展開してから取り込んでください", "unpack it first"),
    ),
    (
        b"<",
        Text(
            "GeoJSONではなく、ウェブページかXML(VRTなど)です",
            "is a web page or XML (such as VRT), not GeoJSON",
        ),
        Text("元の GeoJSON をダウンロードし直してください", "download the GeoJSON itself"),
    ),
    (
        b"%PDF",
        Text("PDFです", "is a PDF"),
        Text(
            "PDFの元になったExcel・CSV・GeoJSONを使ってください",
            "use the workbook, CSV or GeoJSON that it was made from",
        ),
    ),
    (
        b"\x03",
        Text("シェープファイルの属性表(.dbf)です", "is the table of a shapefile (.dbf)"),
        Text("同じ名前の .shp を指定してください", "name the .shp beside it"),
    ),
)


@dataclass(frozen=True, slots=True)
class InputFile:
    """An opened file: `data` from `start` on is UTF-8 text; `sha256` is that of the whole file."""

    path: Path
    data: mmap.mmap
    start: int
    sha256: str

    @property
    def name(self) -> str:
        """Its name without the folder."""
        return self.path.name


def forget(data: mmap.mmap, end: int) -> None:
    """Let the system drop what was read up to `end`, so that memory does not grow with the file."""
    if hasattr(mmap, "MADV_DONTNEED"):
        length = end // mmap.PAGESIZE * mmap.PAGESIZE
        if length:
            data.madvise(mmap.MADV_DONTNEED, 0, length)


@contextmanager
def open_input(path: Path) -> Iterator[InputFile]:
    """Open a GeoJSON file for reading, mapped into memory.

    Raises
    ------
    InputUnusable
        It is no regular file, empty, another format, or no UTF-8 text.
    """
    check_place(path)
    with _opened(path) as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        start = 3 if data[:3] == codecs.BOM_UTF8 else 0
        _check_head(data[start : start + 4096], path)
        digest = _check_text(data, start, path)
        forget(data, len(data))
        yield InputFile(path, data, start, digest)


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputUnusable(
            "file.not-readable",
            Text(f"開けません({reason})", f"cannot be opened ({reason})"),
            Text(
                "読み取りの権限と、ほかのソフトで開いていないかを確かめてください",
                "check the permission to read, and whether another program holds it",
            ),
            Place(str(path)),
        ) from error


def check_place(path: Path) -> None:
    """Only a regular file that is there and not empty will do.

    Raises
    ------
    InputUnusable
        It is an address, a folder, a device, missing or empty.
    """
    place = Place(str(path))
    if _ADDRESS.match(str(path)):
        raise InputUnusable(
            "file.address",
            Text("アドレス(URLなど)は読みません", "addresses such as URLs are not read"),
            Text(
                "ファイルをダウンロードして、そのファイルを指定してください", "download the file and name it"
            ),
            place,
        )
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        raise InputUnusable(
            "file.missing",
            Text("ファイルがありません", "there is no such file"),
            Text("ファイル名と場所を確かめてください", "check the name and the folder"),
            place,
        ) from None
    if stat.S_ISDIR(mode):
        raise InputUnusable(
            "file.folder",
            Text("ファイルではなく、フォルダです", "is a folder, not a file"),
            Text(
                "中の .geojson や .xlsx のファイルを指定してください", "name a .geojson or .xlsx file in it"
            ),
            place,
        )
    if not stat.S_ISREG(mode):
        raise InputUnusable(
            "file.not-regular",
            Text("普通のファイルではありません(装置・パイプなど)", "is no regular file"),
            Text("一度ファイルに保存してください", "save it as a file first"),
            place,
        )
    if path.stat().st_size == 0:
        raise InputUnusable(
            "file.empty",
            Text("空のファイルです", "is empty"),
            Text("書き出しかダウンロードをやり直してください", "export or download it again"),
            place,
        )


def _check_head(head: bytes, path: Path) -> None:
    place = Place(str(path))
    if head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) or b"\0" in head[:64].lstrip():
        for magic, what, mend in _OTHERS:
            if head.startswith(magic):
                raise InputUnusable("file.other-format", what, mend, place)
        raise InputUnusable(
            "file.not-utf8",
            Text(
                "UTF-8の文字ファイルではありません(UTF-16か、文字でないデータ)",
                "is no UTF-8 text (UTF-16, or no text at all)",
            ),
            Text("UTF-8のGeoJSONとして保存し直してください", "save it as GeoJSON in UTF-8"),
            place,
        )
    head = head.lstrip()
    for magic, what, mend in _OTHERS:
        if head.startswith(magic):
            raise InputUnusable("file.other-format", what, mend, place)
    if not head.startswith(b"{"):
        raise InputUnusable(
            "file.not-geojson",
            Text("GeoJSONではありません({ で始まりません)", "is not GeoJSON (it does not begin with { )"),
            Text("GeoJSONとして書き出し直してください", "export it as GeoJSON"),
            Place(str(path), line=1, value=head[:40].decode("utf-8", errors="replace")),
        )


def _check_text(data: mmap.mmap, start: int, path: Path) -> str:
    """The file's SHA-256, having read it through once and found it to be UTF-8."""
    digest = hashlib.sha256(data[:start])
    decoder = codecs.getincrementaldecoder("utf-8")()
    for position in range(start, len(data), _PIECE):
        piece = data[position : position + _PIECE]
        digest.update(piece)
        try:
            decoder.decode(piece, final=position + _PIECE >= len(data))
        except UnicodeDecodeError as error:
            raise _not_utf8(piece, error.start, path) from None
    return digest.hexdigest()


def _not_utf8(piece: bytes, position: int, path: Path) -> InputUnusable:
    sample = piece[max(0, position - 100) : position + 100]
    around = max((sample[skip:].decode("cp932", errors="ignore") for skip in (0, 1)), key=len)
    first = next((at for at, c in enumerate(around) if "\u3040" <= c <= "\u9fff"), None)
    if first is not None:
        return InputUnusable(
            "file.cp932",
            Text(
                "CP932(Shift_JIS)の文字です。GeoJSONはUTF-8と決まっています",
                "is CP932 (Shift_JIS) text; GeoJSON is UTF-8",
            ),
            Text("QGISかメモ帳で、文字コードUTF-8を選んで保存し直してください", "save it again as UTF-8"),
            Place(str(path), value=around[first:].strip()[:40]),
        )
    return InputUnusable(
        "file.not-utf8",
        Text("UTF-8の文字ファイルではありません", "is no UTF-8 text"),
        Text("UTF-8のGeoJSONとして保存し直してください", "save it as GeoJSON in UTF-8"),
        Place(str(path)),
    )
