"""The seal: the state of the whole journal in one line that can be printed and typed again."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from kanpo.errors import Place, UsageError
from kanpo.locale import Text
from kanpo.reading import normalise, with_hyphens
from kanpo.store._identity import sha256_of

#: Device, number and hash of a record.
Head = tuple[str, int, str]

#: Digits of the digest that are printed; fewer could be met by chance or by trying.
_PRINTED = 12
#: Hyphens, dashes and minus signs that a word processor or a Japanese keyboard puts for ``-``.
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


def seal_of(heads: Iterable[Head], records: int) -> Seal:
    """The seal of a journal that holds so many records, given device, number and hash of every last record.

    A lane that two copies continued has a last record in each of them.
    """
    last = sorted(heads)
    lines = "\n".join(f"{device}:{sequence}:{digest}" for device, sequence, digest in last)
    return Seal(sha256_of(lines.encode()), records, len({device for device, _, _ in last}))


def heads_of(records: Iterable[tuple[str, int, str, str]]) -> list[Head]:
    """The last records of a journal: those that no other one follows.

    Parameters
    ----------
    records : iterable of (device, sequence, previous, hash)
    """
    records = list(records)
    followed = {(device, previous) for device, _, previous, _ in records}
    return [
        (device, number, digest) for device, number, _, digest in records if (device, digest) not in followed
    ]


def parse_seal(text: str) -> PrintedSeal:
    """Read a seal that was printed earlier; full-width letters and blanks around it do not matter.

    Raises
    ------
    UsageError
        It is none: fewer than twelve digits of the digest, or something else than ``digest-count``.
    """
    plain = with_hyphens(normalise(text)).replace("ー", "-").lower()
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
