"""Everything that can go wrong, in one family: what, where, why, and how to mend it.

`KanpoError` stops a command and carries its exit code. `Problem` is a finding about one row or
value; problems are collected, never raised, so that one bad row does not hide the others.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import ClassVar

from kanpo.locale import Text

_SHOWN = 40


def shown(value: object) -> str:
    """A raw value fit for a message: one line, at most 40 characters, control characters visible."""
    text = value if isinstance(value, str) else repr(value)
    text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands.

    `row` is the row of a table as its reader counts (the header is 1), `feature` the number of a
    feature in a GeoJSON collection (the first is 1), `line` a line of the text.
    """

    file: str | None = None
    sheet: str | None = None
    row: int | None = None
    feature: int | None = None
    line: int | None = None
    column: str | None = None
    value: object = None

    def text(self) -> Text:
        """The place in words; empty when nothing is known."""
        ja: list[str] = []
        en: list[str] = []
        for known, in_ja, in_en in (
            (self.file, "{}", "{}"),
            (self.sheet, "[{}]シート", "sheet [{}]"),
            (self.row, "{}行目", "row {}"),
            (self.feature, "{}番目の地物", "feature {}"),
            (self.line, "本文{}行目", "text line {}"),
            (self.column, "列「{}」", "column '{}'"),
        ):
            if known is not None:
                ja.append(in_ja.format(known))
                en.append(in_en.format(known))
        if self.value is not None:
            ja.append(f"値「{shown(self.value)}」")
            en.append(f"value '{shown(self.value)}'")
        return Text(" ".join(ja), ", ".join(en))


class Severity(StrEnum):
    """How much a problem weighs."""

    REJECT = "reject"
    REPAIR = "repair"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding about one value or row, with how to mend it.

    `code` is stable and readable (``parcel.ring-open``): tests, documents and scripts rely on it.
    """

    code: str
    what: Text
    mend: Text
    place: Place = Place()
    severity: Severity = Severity.REJECT
    detail: Text = Text("", "")

    def at(self, **where: object) -> Problem:
        """The same problem at a more exact place."""
        return replace(self, place=replace(self.place, **where))  # type: ignore[arg-type]

    def text(self) -> Text:
        """One line: place, what, mend and code."""
        where = self.place.text()
        ja = "".join(filter(None, (f"{where.ja}: " if where.ja else "", self.what.ja, self.detail.ja)))
        en = "".join(
            filter(
                None,
                (
                    f"{where.en}: " if where.en else "",
                    self.what.en,
                    f" {self.detail.en}" if self.detail.en else "",
                ),
            )
        )
        return Text(f"{ja} → {self.mend.ja} [{self.code}]", f"{en} -> {self.mend.en} [{self.code}]")


class KanpoError(Exception):
    """A command cannot go on.

    Parameters
    ----------
    code : str
        Stable, readable name of the error.
    what, mend : Text
        What is wrong, and what the user can do about it.
    place : Place
        Where it stands.
    problems : list of Problem
        Findings that led to it.
    """

    exit_code: ClassVar[int] = 3

    def __init__(
        self,
        code: str,
        what: Text,
        mend: Text,
        place: Place = Place(),
        problems: tuple[Problem, ...] = (),
    ) -> None:
        super().__init__(code)
        self.code = code
        self.what = what
        self.mend = mend
        self.place = place
        self.problems = problems

    def text(self) -> Text:
        """The whole message on one line."""
        return Problem(self.code, self.what, self.mend, self.place).text()

    def __str__(self) -> str:
        return str(self.text())


class UsageError(KanpoError):
    """The command's words do not fit (exit 2)."""

    exit_code = 2


class InputUnusable(KanpoError):
    """The input cannot be used; nothing was changed (exit 3)."""

    exit_code = 3


class Conflict(KanpoError):
    """Two truths stand against each other and a person must decide (exit 4)."""

    exit_code = 4


class IntegrityFailure(KanpoError):
    """Stored data are damaged or were changed by other means than kanpo (exit 5)."""

    exit_code = 5


class EnvironmentFailure(KanpoError):
    """Disk, lock, permission or another condition of the machine (exit 6)."""

    exit_code = 6
