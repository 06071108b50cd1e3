"""What a command line may hold before any command looks at it: text, and names that a file can have."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from kanpo.errors import Place, UsageError
from kanpo.locale import Text

#: Bytes of a name, and of a whole path, that file systems take.
_LONGEST_NAME, _LONGEST_PATH = 255, 4095
#: Names that are devices under Windows, with any ending, and so are no files there.
_DEVICE = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])\s*(\..*)?", re.IGNORECASE)
_OTHER_NAME = Text("別の名前にしてください", "choose another name")


def check_words(words: Sequence[str]) -> None:
    """Every word is text that can be stored and shown: no NUL, and no bytes that are no UTF-8.

    Raises
    ------
    UsageError
        A word is not.
    """
    for word in words:
        if "\0" in word or any("\ud800" <= sign <= "\udfff" for sign in word):
            raise UsageError(
                "usage.no-text",
                Text("文字として読めない言葉です", "a word that is no text"),
                Text(
                    "打ち直してください。ファイルの名前なら、読める名前に変えてください",
                    "type it again; if it is the name of a file, rename the file",
                ),
                Place(value=word),
            )


def check_paths(values: Iterable[object]) -> None:
    """Every path among the values of a command's options and arguments can be the name of a file.

    Raises
    ------
    UsageError
        One cannot be.
    """
    for path in _paths(values):
        check_name(path)


def check_name(path: Path, *, windows: bool = os.name == "nt") -> None:
    """A path can be the name of a file on this machine.

    Raises
    ------
    UsageError
        A part is too long; under Windows also: it is the name of a device, or ends with a dot or a
        blank, which Windows drops in silence.
    """
    parts = [part for part in path.parts if part not in (path.anchor, ".", "..")]
    size = len(os.fsencode(path))
    if size > _LONGEST_PATH or any(len(os.fsencode(part)) > _LONGEST_NAME for part in parts):
        raise UsageError(
            "path.too-long",
            Text("名前が長すぎます", "the name is too long"),
            Text(
                "短い名前にしてください(1つの名前は 255 バイト、かなや漢字で 80 字ほどまで)",
                "choose a shorter one (255 bytes a name; about 80 letters of Japanese)",
            ),
            Place(value=str(path)),
        )
    if windows and any(_DEVICE.fullmatch(part) for part in parts):
        raise UsageError(
            "path.device",
            Text("Windows が機器の名前に使う名前です", "Windows keeps this name for a device"),
            _OTHER_NAME,
            Place(value=str(path)),
        )
    if windows and any(part != part.rstrip(". ") for part in parts):
        raise UsageError(
            "path.ending",
            Text("名前が点か空白で終わっています", "the name ends with a dot or a blank"),
            _OTHER_NAME,
            Place(value=str(path)),
        )


def _paths(values: Iterable[object]) -> Iterator[Path]:
    for value in values:
        if isinstance(value, Path):
            yield value
        elif isinstance(value, tuple):
            yield from _paths(value)
