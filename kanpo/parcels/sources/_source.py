"""What a form of parcel file declares."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from kanpo.locale import Text
from kanpo.schema import normalise

Reader = Callable[[object], object]


@dataclass(frozen=True, slots=True)
class Column:
    """Where a column of the parcel table is read: the first of `names` that is there, through `read`."""

    names: tuple[str, ...]
    read: Reader


@dataclass(frozen=True, slots=True)
class Source:
    """A form of parcel file.

    `marks` are property names of which all must be there for the form to be recognised. `columns`
    are the parcel table's columns; `factors` name properties that carry a site factor.
    `boundary` is the kind of boundary when the file holds boundaries instead of parcels.
    `identity` are the properties that make an id together, where none does alone; `extra` are columns that
    the parcel table has not.
    `yearly` tells that ids are issued anew every year, so that a newer file replaces an older one.
    """

    key: str
    label: Text
    marks: tuple[str, ...]
    columns: dict[str, Column]
    factors: dict[str, str] = field(default_factory=dict)
    yearly: bool = False
    boundary: str | None = None
    identity: tuple[str, ...] = ()
    extra: dict[str, Column] = field(default_factory=dict)

    def recognises(self, names: Collection[str]) -> bool:
        """Whether a file with these properties is of this form."""
        return all(mark in names for mark in self.marks)


#: Stands for an id that was a number too long for its digits to have survived.
ROUNDED = "\0rounded"
#: Whole numbers up to here are exact in floating point.
_EXACT = 2.0**53


def identity(value: object) -> str | None:
    """An id as a text; `ROUNDED` for a number that lost digits on the way."""
    if isinstance(value, float) and abs(value) >= _EXACT:
        return ROUNDED
    return text(value)


def text(value: object) -> str | None:
    """A text as it was written, outer blanks removed; None when blank. 12.0 is 12, as a table meant it."""
    if value is None:
        return None
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return str(int(value))
    written = str(value).strip()
    return written or None


def number(value: object) -> float | None:
    """A number, full-width digits read; None when there is none."""
    if value is None or isinstance(value, bool):
        return None
    try:
        found = float(normalise(value).replace(",", ""))
    except ValueError:
        return None
    return found if abs(found) < 1e15 else None


def year(value: object) -> int | None:
    """A year between 1900 and 2200."""
    found = number(value)
    return int(found) if found is not None and 1900 <= found <= 2200 else None


def day(value: object) -> str | None:
    """A day written YYYYMMDD, YYYY-MM-DD or YYYY/MM/DD, as ISO 8601."""
    from datetime import date

    digits = "".join(c for c in normalise(value) if c.isdigit()) if value is not None else ""
    if len(digits) != 8:
        return None
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:])).isoformat()
    except ValueError:
        return None


def municipality(value: object) -> str | None:
    """A municipality code of five digits; the check digit of the six-digit form is dropped.

    A zero that a number lost in front is put back: no prefecture has a number over 47.
    """
    digits = normalise(text(value) or "")
    if not digits.isdigit() or len(digits) not in (4, 5, 6):
        return None
    if len(digits) == 5 and int(digits[:2]) > 47:
        digits = digits.zfill(6)
    return digits.zfill(5)[:5]


def one_of(table: dict[str, str]) -> Reader:
    """Reads a value through a table of spellings; None for what is not in it."""

    def read(value: object) -> str | None:
        return None if value is None else table.get(normalise(value))

    return read


def farm_settlement_key(value: object) -> str | None:
    """A settlement code of ten digits; a leading zero that a spreadsheet lost is put back."""
    digits = normalise(value) if value is not None else ""
    return digits.zfill(10) if digits.isdigit() and len(digits) in (9, 10) else None
