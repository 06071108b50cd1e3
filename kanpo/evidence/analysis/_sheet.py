"""The columns of a table that do not change from trait to trait: levels, places and names of plots."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kanpo.errors import Place, Problem, Severity, UsageError
from kanpo.evidence.analysis._design import Design
from kanpo.evidence.analysis._factor import Factor, make_factor
from kanpo.locale import Text
from kanpo.reading import normalise, number_or_nan

Columns = Mapping[str, Sequence[str | None]]

#: May stand where a plot has no level, and may be a variety's name. Other signs ("-", "none") are names.
_NO_LEVEL = frozenset(("na", "n/a", "nan"))


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows of a table and the parts they play in a design.

    Attributes
    ----------
    factors : dict of str to Factor
        Over all rows; a blank is a level of its own, the rows that have one stand in `blank`.
    blank : dict of int to str
        Rows without a level, and the first column that lacks it.
    empty : set of int
        Rows without any level.
    names : tuple of str
        A name for each plot, for messages.
    rows, columns : array of float or None
        Position in the field, where the table has it; NaN where it cannot be read.
    """

    table: Columns
    file: str | None
    first_row: int
    factors: dict[str, Factor]
    blank: dict[int, str]
    empty: frozenset[int]
    names: tuple[str, ...]
    rows: npt.NDArray[np.float64] | None
    columns: npt.NDArray[np.float64] | None


def read_sheet(table: Columns, design: Design, *, file: str | None = None, first_row: int = 2) -> Sheet:
    """Read the columns that a design names; `first_row` is the number of the first row under the header."""
    levels = {name: [cleaned(cell) for cell in table[name]] for name in design.factors}
    blank: dict[int, str] = {}
    empty = set(range(len(next(iter(levels.values())))))
    for name, cells in levels.items():
        lacking = _lacking(cells)
        empty &= lacking
        for index in lacking:
            blank.setdefault(index, name)
    return Sheet(
        table=table,
        file=file,
        first_row=first_row,
        factors={name: make_factor(name, cells) for name, cells in levels.items()},
        blank=blank,
        empty=frozenset(empty),
        names=_names(table, len(next(iter(levels.values()))), first_row),
        rows=_positions(table, design, "row"),
        columns=_positions(table, design, "column"),
    )


def _lacking(cells: Sequence[str]) -> set[int]:
    """Rows without a level: blank ones, and those of NA where it stands on fewer plots than any other level."""
    counts = Counter(cell for cell in cells if cell)
    fewest = min((count for level, count in counts.items() if level.casefold() not in _NO_LEVEL), default=0)
    gone = {level for level, count in counts.items() if level.casefold() in _NO_LEVEL and count < fewest}
    return {index for index, cell in enumerate(cells) if not cell or cell in gone}


def cleaned(cell: str | None) -> str:
    """A cell without outer blanks, in one width."""
    if cell is None:
        return ""
    return cell.strip() if cell.isascii() else normalise(cell)


def find_column(columns: Columns, name: str) -> str:
    """The header that is meant by `name`.

    Raises
    ------
    UsageError
        There is none; the nearest is named.
    """
    if name in columns:
        return name
    plain = {normalise(header).casefold(): header for header in columns}
    wanted = normalise(name).casefold()
    if wanted in plain:
        return plain[wanted]
    near = [header for header in plain if wanted and wanted in header]
    near += difflib.get_close_matches(wanted, plain, n=3, cutoff=0.5)
    close = [plain[header] for header in list(dict.fromkeys(near))[:3]]
    known = [header for header in columns if header.strip()]
    mend = (
        Text(f"もしかして「{'」か「'.join(close)}」ですか", f"did you mean {' or '.join(map(repr, close))}?")
        if close
        else Text(f"ある列: {'、'.join(known)}", f"columns: {', '.join(known)}")
    )
    raise UsageError(
        "analysis.unknown-column",
        Text(f"列「{name}」がありません", f"there is no column '{name}'"),
        mend,
    )


def crossed(columns: Columns, names: Sequence[str]) -> tuple[Columns, str]:
    """The table with a column of the combinations of several (year and place), and its name.

    Raises
    ------
    UsageError
        As `find_column`.
    """
    found = [find_column(columns, name) for name in names]
    cells = zip(*(columns[header] for header in found), strict=True)
    joined = [":".join(str(cell) for cell in row) if all(row) else None for row in cells]
    name = ":".join(found)
    return {**columns, name: joined}, name


def look_alikes(factor: Factor, file: str | None) -> list[Problem]:
    """Levels that differ only in capitals or blanks."""
    seen: dict[str, str] = {}
    problems = []
    for level in factor.levels:
        key = "".join(level.casefold().split())
        if key in seen:
            problems.append(
                Problem(
                    "analysis.levels-alike",
                    Text(
                        f"「{seen[key]}」と「{level}」を別の水準として扱いました",
                        f"'{seen[key]}' and '{level}' were taken for different levels",
                    ),
                    Text("同じなら書き方をそろえてください", "write them alike if they are the same"),
                    Place(file, column=factor.name),
                    Severity.WARNING,
                )
            )
        seen.setdefault(key, level)
    return problems


_POSITIONS = {
    "row": ("plot_row", "row", "行", "field_row"),
    "column": ("plot_column", "column", "col", "列", "field_column"),
}


def _positions(table: Columns, design: Design, which: str) -> npt.NDArray[np.float64] | None:
    named = getattr(design, which)
    plain = {normalise(header).casefold(): header for header in table}
    header = named or next((plain[name] for name in _POSITIONS[which] if name in plain), None)
    if header is None:
        return None
    found = np.array([_whole(cell) for cell in table[header]], dtype=np.float64)
    if named and np.isnan(found).any():
        codes = make_factor(named, [cleaned(cell) for cell in table[named]]).codes
        return codes.astype(np.float64) + 1
    return found


def _whole(cell: str | None) -> float:
    value = number_or_nan(cleaned(cell))
    return value if 0 <= value <= 10_000 and value == int(value) else np.nan


def _names(table: Columns, count: int, first_row: int) -> tuple[str, ...]:
    plain = {normalise(header).casefold(): header for header in table}
    for name in ("plot_code", "試験区コード", "plot", "試験区"):
        cells = table.get(plain.get(name, ""))
        found = [cleaned(cell) for cell in cells] if cells is not None else []
        if found and all(found) and len(set(found)) == len(found):
            return tuple(found)
    return tuple(str(Text(f"{i + first_row}行目", f"row {i + first_row}")) for i in range(count))
