"""What a form of parcel file declares."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from kanpo.errors import Problem
from kanpo.locale import Text
from kanpo.parcels.tables._values import READERS
from kanpo.reading import has_no_area, normalise, number_or_nan, read_area, read_number
from kanpo.tables import cell_of

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


def number(value: object) -> float | Problem | None:
    """A number; None when nothing is written."""
    return None if value is None or isinstance(value, bool) or not text(value) else read_number(value)


def area_in(unit: str) -> Reader:
    """A reader of areas in m², of which those without a unit beside them are in `unit`."""

    def read(value: object) -> float | Problem | None:
        if value is None or isinstance(value, bool) or not text(value) or has_no_area(value):
            return None
        found = read_area(value, unit)
        return found if isinstance(found, Problem) else float(found.m2)

    return read


def year(value: object) -> int | None:
    """A year between 1900 and 2200."""
    found = number_or_nan(value)
    return int(found) if 1900 <= found <= 2200 else None


def one_of(table: dict[str, str]) -> Reader:
    """Read a value through a table of spellings; None for what is not in it."""

    def read(value: object) -> str | None:
        return None if value is None else table.get(normalise(value))

    return read


def farm_settlement_key(value: object) -> str | None:
    """A settlement code of ten digits; a leading zero that a spreadsheet lost is put back."""
    digits = normalise(value) if value is not None else ""
    return digits.zfill(10) if digits.isdecimal() and len(digits) in (9, 10) else None


def cell_reader(meaning: str) -> Reader:
    """The reader of a column of an office's table, for the property of a map: both read alike."""
    read = READERS[meaning]

    return lambda value: read(cell_of(value))
