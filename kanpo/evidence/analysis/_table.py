"""A table of plots as people write it, made ready for a design: levels, values, what is missing."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kanpo.errors import InputUnusable, Place, Problem, Severity, UsageError
from kanpo.evidence.analysis._design import Design
from kanpo.evidence.analysis._factor import Factor, make_factor
from kanpo.locale import Text
from kanpo.schema import normalise, read_number

Columns = Mapping[str, Sequence[str | None]]

#: What stands in a cell when a plot was not measured.
_MISSING = frozenset(
    ("", "na", "n/a", "nan", "null", "none", "-", "--", ".", "*", "欠", "欠測", "欠株", "欠損")
)
#: What laboratories write for less than they can measure.
_BELOW_WORDS = frozenset(
    (
        "nd",
        "n.d.",
        "n.d",
        "bdl",
        "lod",
        "<lod",
        "loq",
        "<loq",
        "tr",
        "tr.",
        "trace",
        "痕跡",
        "不検出",
        "検出せず",
        "検出限界未満",
        "検出限界以下",
        "定量限界未満",
        "定量限界以下",
        "定量下限未満",
        "検出下限未満",
    )
)
_BELOW = re.compile(r"[<≦≤]\s*=?\s*(\d[\d.,]*)$|(\d[\d.,]*)\s*(?:未満|以下)$")


@dataclass(frozen=True, slots=True)
class PlotTable:
    """Plots that a design can use, and the values of one trait.

    Attributes
    ----------
    factors : dict of str to Factor
        Over the plots kept.
    y : array
        Values; NaN where below the limit of measurement.
    below : boolean array
        Plots whose value is only known to lie below a limit.
    names : tuple of str
        A name for each plot, for messages.
    rows, columns : array of int or None
        Position in the field, where the table has it.
    missing : int
        Plots without a value.
    problems : tuple of Problem
        Rows that were left out, and what looks doubtful.
    rejected : int
        How many rows were left out for a fault.
    """

    trait: str
    factors: dict[str, Factor]
    y: npt.NDArray[np.float64]
    below: npt.NDArray[np.bool_]
    names: tuple[str, ...]
    rows: npt.NDArray[np.int64] | None
    columns: npt.NDArray[np.int64] | None
    missing: int
    problems: tuple[Problem, ...]
    rejected: int


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
    near = difflib.get_close_matches(wanted, plain, n=1, cutoff=0.5)
    known = [header for header in columns if header.strip()]
    mend = (
        Text(f"もしかして「{plain[near[0]]}」ですか", f"did you mean '{plain[near[0]]}'?")
        if near
        else Text(f"ある列: {'、'.join(known)}", f"columns: {', '.join(known)}")
    )
    raise UsageError(
        "analysis.unknown-column",
        Text(f"列「{name}」がありません", f"there is no column '{name}'"),
        mend,
    )


def read_plots(
    columns: Columns, design: Design, trait: str, *, file: str | None = None, first_row: int = 2
) -> PlotTable:
    """Check the columns that a design and a trait need.

    Blank cells and the usual signs for them are missing plots. A trait that is no number, and a
    plot without a level, leave the row out with a problem.

    Parameters
    ----------
    columns : mapping
        Header to cells as written; the design names headers as they stand.

    Raises
    ------
    InputUnusable
        The trait has hardly a number, or fewer than two plots are left.
    """
    written = [_clean(cell) for cell in columns[trait]]
    levels = {name: [_clean(cell) for cell in columns[name]] for name in design.factors}
    used = [
        index for index in range(len(written)) if written[index] or any(v[index] for v in levels.values())
    ]
    values, below, problems = _values([(i, written[i]) for i in used], trait, file, first_row)
    kept, rejected = [], {problem.place.row for problem in problems}
    for index in used:
        blank = next((name for name in design.factors if levels[name][index].casefold() in _MISSING), None)
        if blank is not None and index in values:
            problems.append(_no_level(blank, trait, file, index + first_row))
            rejected.add(index + first_row)
        elif index in values:
            kept.append(index)
    factors = {name: make_factor(name, [levels[name][i] for i in kept]) for name in design.factors}
    problems += [problem for factor in factors.values() for problem in _look_alikes(factor, file)]
    if len(kept) < 2:
        raise InputUnusable(
            "analysis.no-plots",
            Text("使える試験区が2つもありません", "fewer than two plots can be used"),
            Text("値と処理の列を確かめてください", "check the columns of values and treatments"),
            Place(file, column=trait),
            tuple(problems),
        )
    places = [_positions(columns, design, which, kept) for which in ("row", "column")]
    names = _names(columns, kept, first_row)
    return PlotTable(
        trait=trait,
        factors=factors,
        y=np.array([values[i] for i in kept]),
        below=np.array([i in below for i in kept]),
        names=names,
        rows=places[0],
        columns=places[1],
        missing=len(used) - len(kept) - len(rejected),
        problems=tuple(problems),
        rejected=len(rejected),
    )


def _clean(cell: str | None) -> str:
    return "" if cell is None else normalise(cell)


def _values(
    cells: Sequence[tuple[int, str]], trait: str, file: str | None, first_row: int
) -> tuple[dict[int, float], set[int], list[Problem]]:
    """Values by row; those below a limit as NaN; problems with the rest."""
    values: dict[int, float] = {}
    below: set[int] = set()
    problems: list[Problem] = []
    for index, cell in cells:
        plain = cell.casefold().replace("＜", "<")
        if plain in _MISSING:
            continue
        if plain in _BELOW_WORDS or _BELOW.match(plain):
            values[index] = np.nan
            below.add(index)
            continue
        try:
            values[index] = read_number(cell)
        except ValueError:
            problems.append(
                Problem(
                    "analysis.not-a-number",
                    Text("数値として読めません", "is not a number"),
                    Text(
                        "数字だけにするか、空欄(欠測)にしてください", "enter digits only, or leave it blank"
                    ),
                    Place(file, row=index + first_row, column=trait, value=cell),
                )
            )
    if problems and len(problems) > len(values):
        raise InputUnusable(
            "analysis.trait-is-text",
            Text(f"列「{trait}」は数値ではなく文字です", f"column '{trait}' holds text, not numbers"),
            Text("数値の項目を --trait に指定してください", "name a column of numbers with --trait"),
            Place(file, column=trait, value=problems[0].place.value),
            tuple(problems[:3]),
        )
    return values, below, problems


def _no_level(name: str, trait: str, file: str | None, row: int) -> Problem:
    return Problem(
        "analysis.no-level",
        Text("値はありますが、処理・ブロックが空欄です", "there is a value but no level here"),
        Text("この列を埋めてください", "fill in this column"),
        Place(file, row=row, column=name),
    )


def _look_alikes(factor: Factor, file: str | None) -> list[Problem]:
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


def _positions(
    columns: Columns, design: Design, which: str, kept: Sequence[int]
) -> npt.NDArray[np.int64] | None:
    named = getattr(design, which)
    plain = {normalise(header).casefold(): header for header in columns}
    header = named or next((plain[name] for name in _POSITIONS[which] if name in plain), None)
    if header is None:
        return None
    try:
        numbers = [int(read_number(_clean(columns[header][index]))) for index in kept]
    except (ValueError, OverflowError):
        if not named:
            return None
        return make_factor(named, [_clean(columns[named][index]) for index in kept]).codes + 1
    found = np.array(numbers, dtype=np.int64)
    return found if len(found) and found.min() >= 0 and found.max() <= 10_000 else None


def _names(columns: Columns, kept: Sequence[int], first_row: int) -> tuple[str, ...]:
    plain = {normalise(header).casefold(): header for header in columns}
    for name in ("plot_code", "試験区コード", "plot", "試験区"):
        cells = columns.get(plain.get(name, ""))
        found = [_clean(cells[i]) for i in kept] if cells is not None else []
        if found and all(found) and len(set(found)) == len(found):
            return tuple(found)
    return tuple(str(Text(f"{i + first_row}行目", f"row {i + first_row}")) for i in kept)
