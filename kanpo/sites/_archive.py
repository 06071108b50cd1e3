"""Zips of layer files, read in memory: one member at a time, never a bomb."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from kanpo.errors import InputUnusable, Place
from kanpo.locale import Text

#: What all files in a zip may unpack to, how many there may be, and how deep zips may lie in zips.
_UNPACKED, _FILES, _DEPTH = 2 * 1024**3, 10_000, 2
#: A zip that unpacks to more than `_HARMLESS` bytes and to more than `_RATIO` times its size is a bomb.
_HARMLESS, _RATIO = 100 * 1024**2, 200
_LITTER = ("__MACOSX/", ".DS_Store", "Thumbs.db")
#: What zipfile raises when a zip is damaged, locked with a password or packed in an unknown way.
_BROKEN = (zipfile.BadZipFile, zlib.error, RuntimeError, ValueError, EOFError, OSError)
#: First bytes of a zip that holds something.
ZIP = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class Member:
    """A file, in a zip or by itself: `name` without folders, `path` with the zips around it."""

    name: str
    path: str
    read: Callable[[int], bytes]

    @property
    def content(self) -> bytes:
        """The whole of it."""
        return self.read(-1)


def members(content: bytes, name: str, depth: int = _DEPTH) -> Iterator[Member]:
    """The files of a zip and of the zips in it, in their order; a file that is no zip by itself.

    Raises
    ------
    InputUnusable
        The zip is damaged, locked, too large or a bomb, or zips lie too deep in zips.
    """
    if not content.startswith(ZIP):
        yield Member(name, name, lambda size: content if size < 0 else content[:size])
        return
    if depth == 0:
        raise _unreadable(name)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            wanted = [info for info in archive.infolist() if _wanted(info)]
            _refuse_bombs(name, wanted)
            for info in wanted:
                bare = info.filename.replace("\\", "/").rsplit("/", 1)[-1]
                if bare.lower().endswith(".zip"):
                    yield from members(archive.read(info), f"{name}/{bare}", depth - 1)
                else:
                    yield Member(bare, f"{name}/{bare}", _reader(archive, info, f"{name}/{bare}"))
    except _BROKEN as error:
        raise _unreadable(name) from error


def _reader(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> Callable[[int], bytes]:
    def read(size: int) -> bytes:
        try:
            with archive.open(info) as opened:
                return opened.read(size)
        except _BROKEN as error:
            raise _unreadable(name) from error

    return read


def _wanted(info: zipfile.ZipInfo) -> bool:
    return not info.is_dir() and not any(mark in info.filename for mark in _LITTER)


def _refuse_bombs(name: str, wanted: list[zipfile.ZipInfo]) -> None:
    unpacked, packed = sum(m.file_size for m in wanted), sum(m.compress_size for m in wanted)
    bomb = unpacked > _HARMLESS and unpacked > _RATIO * max(packed, 1)
    if len(wanted) > _FILES or unpacked > _UNPACKED or bomb:
        raise InputUnusable(
            "zip.too-large",
            Text("zipの中身が大きすぎます", "what the zip holds is too large"),
            Text(
                "手で展開し、要るファイルだけ登録してください", "unpack it by hand and add the files you need"
            ),
            Place(name),
        )


def _unreadable(name: str) -> InputUnusable:
    return InputUnusable(
        "zip.unreadable",
        Text(
            "zipを展開できません(壊れているか、暗号化されているか、入れ子が深すぎます)",
            "the zip cannot be unpacked (damaged, locked, or zips too deep in zips)",
        ),
        Text("手で展開してから登録してください", "unpack it by hand, then add the files"),
        Place(name),
    )
