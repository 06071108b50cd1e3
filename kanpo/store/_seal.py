"""The seal: the state of the whole journal in one line that can be printed and typed again."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from kanpo.errors import Place, UsageError
from kanpo.locale import Text
from kanpo.store._identity import sha256_of

#: Digits of the digest that are printed; fewer could be met by chance or by trying.
_PRINTED = 12
#: Hyphens, dashes and minus signs that a word processor or a Japanese keyboard puts for ``-``.
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−ー"), "-")
_FORM = re.compile(rf"([0-9a-f]{{{_PRINTED},64}})(?:-([0-9]{{1,12}}))?")


@dataclass(frozen=True, slots=True)
class Seal:
    """The state of the whole journal in one line: a later copy that lacks records has another seal."""

    digest: str
    records: int
    devices: int

    def __str__(self) -> str:
        return f"{self.digest[:_PRINTED]}-{self.records}"


@dataclass(frozen=True, slots=True)
class PrintedSeal:
    """A seal as somebody typed it: the beginning of its digest, and the count where it stands there."""

    digest: str
    records: int | None

    def fits(self, seal: Seal) -> bool:
        """Whether this is that seal."""
        return seal.digest.startswith(self.digest) and self.records in (None, seal.records)

    def __str__(self) -> str:
        return self.digest if self.records is None else f"{self.digest}-{self.records}"


def seal_of(heads: Mapping[str, tuple[int, str]]) -> Seal:
    """The seal of a journal, given the last number and its hash of every lane."""
    lines = "\n".join(f"{device}:{sequence}:{head}" for device, (sequence, head) in sorted(heads.items()))
    return Seal(sha256_of(lines.encode()), sum(sequence for sequence, _ in heads.values()), len(heads))


def parse_seal(text: str) -> PrintedSeal:
    """Read a seal that was printed earlier; full-width letters and blanks around it do not matter.

    Raises
    ------
    UsageError
        It is none: fewer than twelve digits of the digest, or something else than ``digest-count``.
    """
    plain = unicodedata.normalize("NFKC", text).strip().lower().translate(_DASHES)
    match = _FORM.fullmatch(plain)
    if match is None:
        raise UsageError(
            "seal.form",
            Text("封印の形ではありません", "this is no seal"),
            Text(
                "印字されたとおりに、12桁の英数字と件数を書いてください(例 3f9c01ab27de-120)",
                "write it as it was printed: twelve digits and the count, such as 3f9c01ab27de-120",
            ),
            Place(column="--seal", value=text),
        )
    count = match.group(2)
    return PrintedSeal(match.group(1), None if count is None else int(count))
