"""Names, words and headers as people write them, in the forms in which they are compared.

A name that is shown again is kept as it was written: NFKC would turn ① into 1 and ㈱ into (株).
"""

from __future__ import annotations

import re
import unicodedata

#: Everything that people type for a minus or a dash; NFKC leaves most of these apart. The mark of a
#: long vowel (ー) is not among them: in a name it is a letter.
DASHES = "−‐‑‒–—―⁃➖﹣－⁻₋─━"
_TO_HYPHEN = str.maketrans(dict.fromkeys(DASHES, "-"))
#: Letters without width that copying from the web and from PDF leaves between others.
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_MARKS = re.compile(r"[\s*※○●◎◯:：、。]")
_NUMBERED = re.compile(r"^\s*[①-⑳⑴-⒇]")
#: Hiragana to katakana: ぁ (U+3041) to ゖ (U+3096), each 0x60 below its twin.
_KATAKANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}


def normalise(text: object) -> str:
    """A written value in plain form for keys, numbers and dates: NFKC, outer blanks removed."""
    written = str(text)
    return written.strip() if written.isascii() else unicodedata.normalize("NFKC", written).strip()


def plain(text: object) -> str:
    """A word for comparing with words of a list: neither width nor case nor outer blanks count."""
    return normalise(str(text).translate(_INVISIBLE)).casefold()


def without_blanks(text: object) -> str:
    """NFKC without any blank, nor a letter that has no width."""
    written = str(text)
    if not written.isascii():
        written = unicodedata.normalize("NFKC", written.translate(_INVISIBLE))
    return "".join(written.split())


def with_hyphens(text: str) -> str:
    """A text in which every dash is a hyphen."""
    return text.translate(_TO_HYPHEN)


def fold_kana(text: object) -> str:
    """A name for comparing in which とうき and トウキ are the same; blanks do not count."""
    return without_blanks(text).casefold().translate(_KATAKANA)


def plain_header(text: str) -> str:
    """A header without width, blanks, line breaks and marks; ① at its head is dropped before NFKC."""
    # 町(㌶) and m² become ヘクタール and m2; a minus stays.
    return _MARKS.sub(
        "", unicodedata.normalize("NFKC", _NUMBERED.sub("", text.translate(_INVISIBLE)))
    ).casefold()


def text_width(text: str, *, narrow: float = 1, wide: float = 2) -> float:
    """How much room a text takes, where kanji and kana take `wide` and other letters `narrow`."""
    return sum(wide if unicodedata.east_asian_width(letter) in "WFA" else narrow for letter in text)
