"""Names that fit the room that a picture has for them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

from kanpo.reading import text_width


def wide(words: str) -> float:
    """About how wide words of 13 pixels are: full-width letters take nearly two."""
    return text_width(words, narrow=7.4, wide=13)


def shortened(words: str, room: float) -> str:
    """Words cut to a width: the middle goes, as names often differ only at their ends."""
    if wide(words) <= room:
        return words
    # The narrowest letter takes 7.4 pixels: of a text of any length no more can stay.
    for kept in range(min(len(words) - 1, int(room / 7.4) + 1), 1, -1):
        tail = kept // 3
        cut = words[: kept - tail] + "…" + words[len(words) - tail :]
        if wide(cut) <= room:
            return cut
    return words[:1] + "…"


def told_apart(names: Sequence[str], room: float) -> list[str]:
    """Names that all fit a width; of those that are cut, what they do not have in common is kept."""
    long = [name for name in names if wide(name) > room]
    if len(long) < 2:
        return [shortened(name, room) for name in names]
    start = _common(long)
    end = min(_common([name[::-1] for name in long]), min(map(len, long)) - start)
    return [_around(name, start, end, room) if wide(name) > room else name for name in names]


def printable(words: str) -> str:
    """Words without control characters, which XML does not take."""
    return "".join(letter if letter.isprintable() else "?" for letter in words)


def _common(names: Sequence[str]) -> int:
    """How many letters all names begin with alike."""
    return len(list(takewhile(lambda letters: len(set(letters)) == 1, zip(*names, strict=False))))


def _around(name: str, start: int, end: int, room: float) -> str:
    """A name with the middle of its first `start` letters and its last `end` letters left out."""
    own = name[start : len(name) - end] + ("…" if end else "")
    head = name[:start]
    if wide(head + own) <= room:
        return head + own
    if start == 0 or wide(own) + 40 > room:
        return shortened(name, room)
    return shortened(head, room - wide(own)) + own
