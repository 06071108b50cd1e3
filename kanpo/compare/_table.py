"""A table of any width as it was written: CSV or workbook, everything still text."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from kanpo.budgets import GREATEST_NUMBER
from kanpo.errors import Place, Problem, UsageError
from kanpo.locale import Text
from kanpo.reading import is_missing, normalise, read_day, read_limit, read_number
from kanpo.tables import check_rectangle, named, plain_name
from kanpo.tables import read_table as read_written

#: Problems of the same kind that are kept with their place; a matrix may hold millions of cells.
_MOST_PROBLEMS = 200


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Cells (n, m) as text, below `headers` (m,); `rows` (n,) are their row numbers in the file.

    `doubts` are what was odd about the file.
    """

    file: str
    headers: tuple[str, ...]
    cells: np.ndarray
    sheet: str | None = None
    rows: tuple[int, ...] = ()
    doubts: tuple[Problem, ...] = ()

    def place(self, row: int | None = None, column: str | None = None, value: object = None) -> Place:
        """The place of a cell; `row` counts data rows from 0."""
        number = None if row is None else self.rows[row] if self.rows else row + 2
        return Place(self.file, self.sheet, number, column=column, value=value)

    def position(self, name: str) -> int:
        """Where a column stands.

        Raises
        ------
        UsageError
            There is no such column; the nearest is suggested.
        """
        plain = list(map(plain_name, self.headers))
        wanted = plain_name(name)
        if name in self.headers:
            return self.headers.index(name)
        if wanted in plain:
            return plain.index(wanted)
        near = difflib.get_close_matches(wanted, plain, n=1, cutoff=0.5)
        listed = [self.headers[plain.index(near[0])]] if near else list(self.headers[:10])
        raise UsageError(
            "compare.no-column",
            Text(f"列「{name}」がありません", f"there is no column '{name}'"),
            Text(
                f"もしかして「{listed[0]}」ですか" if near else f"ある列: {'、'.join(listed)}",
                f"did you mean '{listed[0]}'?" if near else f"columns: {', '.join(listed)}",
            ),
            Place(self.file, self.sheet),
        )

    def texts(self, name: str) -> np.ndarray:
        """A column (n,) as plain text; blank where nothing is written."""
        return np.array([normalise(cell) for cell in self.cells[:, self.position(name)]], dtype=object)

    def numbers(self, columns: Sequence[int]) -> tuple[np.ndarray, tuple[Problem, ...]]:
        """Columns as numbers (n, k), NaN where nothing was measured; and every cell that is no number.

        Blanks, words for nothing measured and "below …" (``<0.05``) are missing without a problem.
        """
        cells = self.cells[:, list(columns)]
        flat = cells.ravel()
        values = pd.to_numeric(pd.Series(flat, dtype=object), errors="coerce").to_numpy(dtype=float).copy()
        doubtful = np.flatnonzero(~(np.abs(values) < GREATEST_NUMBER))
        values[doubtful] = np.nan
        problems: list[Problem] = []
        for at in doubtful:
            if is_missing(flat[at]) or read_limit(flat[at]) is not None:
                continue
            value = read_number(flat[at])
            if not isinstance(value, Problem):
                values[at] = value
            elif len(problems) < _MOST_PROBLEMS:
                row, column = divmod(int(at), cells.shape[1])
                place = self.place(row, self.headers[columns[column]], str(flat[at]))
                problems.append(_no_number(place, value))
        return values.reshape(cells.shape), tuple(problems)

    def limits(self, name: str) -> np.ndarray:
        """A column (n,): the limit where a cell says "below …" (``<0.05``, ``0.05未満``), NaN elsewhere."""
        found = np.full(len(self.cells), np.nan)
        for at, written in enumerate(self.texts(name)):
            limit = read_limit(written)
            found[at] = limit if isinstance(limit, float) else np.nan
        return found

    def dates(self, name: str) -> tuple[np.ndarray, tuple[Problem, ...]]:
        """A column (n,) as days (ISO 8601), blank where none is written or it cannot be read; and what could not."""
        found, problems = [], []
        for row, text in enumerate(self.texts(name)):
            day = read_day(text) if text else None
            found.append("" if day is None or isinstance(day, Problem) else day.isoformat())
            if isinstance(day, Problem):
                problems.append(
                    Problem(
                        "compare.no-date",
                        Text(
                            "日付として読めません。この行は使いません", "is not a date; the row is left out"
                        ),
                        Text("2025-05-01 のように入れてください", "enter it as 2025-05-01"),
                        self.place(row, name, text),
                    )
                )
        return np.array(found, dtype=object), tuple(problems)

    def share_of_numbers(self) -> np.ndarray:
        """For each column (m,) the share of its filled cells that look like numbers; NaN when all are blank."""
        flat = self.cells.ravel()
        read = pd.to_numeric(pd.Series(flat, dtype=object), errors="coerce").to_numpy(dtype=float)
        number = np.isfinite(read).reshape(self.cells.shape)
        rest = np.flatnonzero(~number.ravel())
        filled = np.ones(flat.shape, dtype=bool)
        for at in rest:
            filled[at] = not (is_missing(flat[at]) or read_limit(flat[at]) is not None)
            number.ravel()[at] = filled[at] and not isinstance(read_number(flat[at]), Problem)
        count = filled.reshape(self.cells.shape).sum(axis=0)
        with np.errstate(invalid="ignore"):
            share: np.ndarray = np.where(
                count > 0, (number & filled.reshape(number.shape)).sum(axis=0) / count, np.nan
            )
        return share


def read_table(path: Path, sheet: str | None = None, *, names: Iterable[str | None] = ()) -> Table:
    """Read any CSV or workbook; `names` are headers that the user gave, by which its header is found.

    Blank rows are left out. Equal headers are told apart by a number, blank ones by their position.

    Raises
    ------
    InputUnusable
        It is no such file, too large, without a header, or two columns have a name that was given.
    UsageError
        The workbook has no such sheet.
    """
    given = [name for name in names if name]
    read = read_written(path, recognise=named(given) if given else None, sheet=sheet)
    read.refuse_doubles(named(given))
    check_rectangle(len(read.rows), len(read.headers), path.name, read.sheet)
    cells = np.full((len(read.rows), len(read.headers)), "", dtype=object)
    for number, row in enumerate(read.rows):
        cells[number, : len(row)] = row
    return Table(path.name, _headers(read.headers), cells, read.sheet, read.numbers, read.doubts)


def _headers(row: Sequence[str]) -> tuple[str, ...]:
    seen: Counter[str] = Counter()
    names = []
    for number, cell in enumerate(row, 1):
        name = cell or str(Text(f"列{number}", f"column {number}"))
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(names)


def _no_number(place: Place, why: Problem) -> Problem:
    mend = Text("数だけにするか、空欄にしてください", "write digits only, or leave it blank")
    return Problem(
        "compare.no-number",
        Text("数値ではありません。欠測として数えました", "is no number and counts as missing"),
        why.mend if why.code == "number.comma" else mend,
        place,
    )
