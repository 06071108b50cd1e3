"""Finding the header of a sheet, and what its columns mean."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from kanpo.parcels.tables._names import is_seen, recognise, recognise_below
from kanpo.reading import plain_header, unit_of
from kanpo.tables import LOOKED_AT, Row, Sheet, column_letter, heading_text, joined_label, plain_of, text_of

_TITLE_UNIT = re.compile(r"単位[::]?([^)\]】》〕]+)")
_COLUMN_NUMBER = re.compile(r"[(\[]?\d{1,3}[)\]]?|[ア-ン]|[a-z]")


@dataclass(frozen=True, slots=True)
class Heading:
    """One column of the sheet: its label (unique in the sheet), meaning, rank of the name, unit of area."""

    column: int
    label: str
    meaning: str | None = None
    rank: int = 0
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Header:
    """The header of a sheet: `first` and `last` are row numbers, `unit` one that a title names."""

    first: int
    last: int
    headings: tuple[Heading, ...]
    score: float
    unit: str | None = None
    texts: tuple[str, ...] = field(default=(), repr=False)

    def of(self, meaning: str) -> list[Heading]:
        """Columns with a meaning, the best name first."""
        return sorted((h for h in self.headings if h.meaning == meaning), key=lambda h: (h.rank, h.column))

    def repeats(self, row: Row) -> bool:
        """Whether a row is the header printed again on a new page."""
        known = [column for column in row.filled if column < len(self.texts)]
        return len(known) > 1 and all(
            isinstance(row.cell(column), str)
            and plain_header(text_of(row.cell(column))) == self.texts[column]
            for column in known
        )


def find_header(sheet: Sheet, given: Iterable[str] = ()) -> Header | None:
    """The rows among the first ones that name most columns of a parcel, or None when none names a parcel.

    Parameters
    ----------
    given : iterable of str
        Headers that the user named; a row that holds them is a header too.
    """
    wanted = {plain_header(name) for name in given if name}
    best: Header | None = None
    shown = [row for row in sheet.rows if row.number <= LOOKED_AT]
    for index, row in enumerate(shown):
        if len(row.filled) < 2:
            continue
        below = shown[index + 1] if index + 1 < len(shown) else None
        single = _header(sheet, [row], wanted)
        candidates = [single]
        if below is not None and _can_be_header(below):
            double = _header(sheet, [row, below], wanted)
            # A heading over several columns is explained by the row below it.
            needed = _is_units(below) or (single.score >= 2 and _explains(sheet, row, below))
            if double.score > single.score or (needed and double.score >= single.score):
                candidates.append(replace(double, score=double.score + 0.1 * needed))
        for candidate in candidates:
            if best is None or _is_better(candidate, best):
                best = candidate
    if best is None or not _names_parcel(best, wanted):
        return None
    return replace(best, unit=_title_unit(sheet, best.first))


def _is_better(header: Header, best: Header) -> bool:
    # Of two that say as much, the one without a title above it.
    shorter = header.first == best.last and header.last == best.last and best.first < best.last
    return header.score > best.score or (shorter and header.score == best.score)


def _explains(sheet: Sheet, row: Row, below: Row) -> bool:
    under = [column for column in below.filled if (row.number, column) in sheet.wide]
    return len(under) > 1


def _names_parcel(header: Header, wanted: set[str]) -> bool:
    if header.score < 2:
        return False
    keys = {heading.meaning for heading in header.headings}
    named = wanted & {plain_header(heading.label) for heading in header.headings}
    return bool(keys & {"lot_number", "address", "parcel_id"} or named)


def _header(sheet: Sheet, rows: list[Row], wanted: set[str]) -> Header:
    width = max(len(row.cells) for row in rows)
    headings: list[Heading] = []
    labels: Counter[str] = Counter()
    score = 0.0
    meanings: set[str] = set()
    for column in range(width):
        lower = heading_text(sheet, rows[1], column, over=False) if len(rows) > 1 else ""
        upper = heading_text(sheet, rows[0], column, over=bool(lower))
        joined = joined_label(upper, lower)
        if not joined:
            continue
        found = recognise_below(upper, lower) if len(rows) > 1 else recognise(upper)
        labels[joined] += 1
        label = joined if labels[joined] == 1 else f"{joined}_{labels[joined]}"
        headings.append(Heading(column, label, *(found or (None, 0, None))))
        if found is not None:
            meanings.add(found[0])
        elif plain_header(label) in wanted:
            score += 1.0
        elif is_seen(lower or upper):
            score += 0.2
    texts = tuple(plain_header(text_of(rows[0].cell(column))) for column in range(width))
    return Header(rows[0].number, rows[-1].number, tuple(headings), score + len(meanings), None, texts)


def _can_be_header(row: Row) -> bool:
    """Whether it may be the lower row of a header: texts and column numbers only, no data."""
    cells = [row.cell(column) for column in row.filled]
    return bool(cells) and (_is_units(row) or all(isinstance(cell, str) for cell in cells))


def _is_units(row: Row) -> bool:
    """Whether a row below the header holds only units, or only the numbers of the columns."""
    texts = [plain_of(row.cell(column)).casefold() for column in row.filled]
    if not texts:
        return False
    if all(unit_of(text.strip("()[]")) or text.strip("()[]") in ("年", "度", "°") for text in texts):
        return True
    numbers = [text.strip("()[]") for text in texts]
    in_order = numbers == [str(i) for i in range(1, len(numbers) + 1)]
    return len(texts) > 2 and in_order and all(_COLUMN_NUMBER.fullmatch(text) for text in texts)


def _title_unit(sheet: Sheet, first: int) -> str | None:
    """The unit of area that stands above the header, such as (単位:a); ``?`` when there are several."""
    found: set[str] = set()
    for row in sheet.rows:
        if row.number >= first:
            break
        for cell in row.cells:
            match = _TITLE_UNIT.search(plain_of(cell))
            if match is not None:
                parts = re.split(r"[、,・/]", match[1])
                found |= {unit for part in parts if (unit := unit_of(part))}
    return None if not found else found.pop() if len(found) == 1 else "?"


def with_given(header: Header, given: Mapping[str, str]) -> tuple[Header, list[str]]:
    """The header with the user's columns in place of the proposed ones, and the headers not found.

    A header is given as it stands in the sheet, or as the letter of its column (``D列``). An empty
    header says that the sheet has no such column.
    """
    headings = list(header.headings)
    missing: list[str] = []
    for meaning, name in given.items():
        headings = [replace(h, meaning=None) if h.meaning == meaning else h for h in headings]
        if not name:
            continue
        place = next((i for i, h in enumerate(headings) if _is_named(h, name)), None)
        if place is None:
            missing.append(name)
            continue
        known = recognise(headings[place].label)
        unit = headings[place].unit or (known[2] if known else _unit_in(headings[place].label))
        headings[place] = replace(headings[place], meaning=meaning, rank=-1, unit=unit)
    return replace(header, headings=tuple(headings)), missing


def _is_named(heading: Heading, name: str) -> bool:
    if plain_header(heading.label) == plain_header(name):
        return True
    return plain_of(name).upper() == f"{column_letter(heading.column)}列"


def _unit_in(label: str) -> str | None:
    units = [
        unit for part in re.findall(r"[(\[]([^)\]]*)[)\]]", plain_header(label)) if (unit := unit_of(part))
    ]
    if len(units) == 1:
        return units[0]
    ends = {"m2": "m2", "平米": "m2", "ha": "ha", "アール": "a", "ヘクタール": "ha"}
    plain = plain_header(label)
    return next((unit for end, unit in ends.items() if not units and plain.endswith(end)), None)
