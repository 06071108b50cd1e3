"""The values of a trait as people write them: numbers, what is missing, what is below a limit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from kanpo.errors import InputUnusable, Place, Problem
from kanpo.evidence.analysis._factor import Covariate, Factor
from kanpo.evidence.analysis._sheet import Sheet, cleaned, look_alikes
from kanpo.locale import Text
from kanpo.reading import is_missing, read_limit, read_number

#: Most cells; they need no second look.
_PLAIN = re.compile(r"-?\d+(?:\.\d*)?$")


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
    covariates : tuple of Covariate
        Over the plots kept.
    uncovered : int
        Plots with a value that were left out as they have none of a covariate.
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
    covariates: tuple[Covariate, ...] = ()
    uncovered: int = 0


@dataclass(frozen=True, slots=True)
class CovariateCells:
    """Columns of covariates by row: NaN where missing or below a limit; what is wrong with the rest."""

    values: dict[str, npt.NDArray[np.float64]]
    faults: dict[int, Problem]


def read_covariates(sheet: Sheet, names: Sequence[str]) -> CovariateCells:
    """The columns of covariates, once for all traits.

    Raises
    ------
    InputUnusable
        A column has hardly a number.
    """
    found: dict[str, npt.NDArray[np.float64]] = {}
    faults: dict[int, Problem] = {}
    for name in names:
        cells = [cleaned(cell) for cell in sheet.table[name]]
        values, _, problems = _values(
            list(enumerate(cells)), name, sheet.file, sheet.first_row, "--covariate"
        )
        found[name] = np.array([values.get(index, np.nan) for index in range(len(cells))])
        for problem in problems:
            faults.setdefault((problem.place.row or 0) - sheet.first_row, problem)
    return CovariateCells(found, faults)


def read_plots(sheet: Sheet, trait: str, covariates: CovariateCells | None = None) -> PlotTable:
    """The plots that have a value of a trait, and of every covariate.

    Blank cells and the usual signs for them are missing plots. A trait or covariate that is no
    number, and a plot without a level, leave the row out with a problem.

    Raises
    ------
    InputUnusable
        The trait has hardly a number, or fewer than two plots are left.
    """
    written = [cleaned(cell) for cell in sheet.table[trait]]
    used = [(i, cell) for i, cell in enumerate(written) if cell or i not in sheet.empty]
    values, below, problems = _values(used, trait, sheet.file, sheet.first_row)
    missing = len(used) - len(values) - len(problems)
    lacking = [index for index in values if index in sheet.blank]
    problems += [_no_level(sheet.blank[i], sheet.file, i + sheet.first_row) for i in lacking]
    beside = covariates or CovariateCells({}, {})
    levelled = [index for index in values if index not in sheet.blank]
    problems += [beside.faults[index] for index in levelled if index in beside.faults]
    rejected = len(problems)
    sound = [index for index in levelled if index not in beside.faults]
    known = [index for index in sound if not any(np.isnan(one[index]) for one in beside.values.values())]
    kept = np.array(known, dtype=np.int64)
    chosen = np.zeros(len(written), dtype=np.bool_)
    chosen[kept] = True
    factors = {name: factor.of(chosen) for name, factor in sheet.factors.items()}
    problems += [problem for factor in factors.values() for problem in look_alikes(factor, sheet.file)]
    if len(kept) < 2:
        raise InputUnusable(
            "analysis.no-plots",
            Text("使える試験区が2つもありません", "fewer than two plots can be used"),
            Text(
                "値と処理(と共変量)の列を確かめてください",
                "check the columns of values and treatments (and covariates)",
            ),
            Place(sheet.file, column=trait),
            tuple(problems),
        )
    return PlotTable(
        trait=trait,
        factors=factors,
        y=np.array([values[i] for i in kept]),
        below=np.array([i in below for i in kept]),
        names=tuple(sheet.names[i] for i in kept),
        rows=_whole(sheet.rows, kept),
        columns=_whole(sheet.columns, kept),
        missing=missing,
        problems=tuple(problems),
        rejected=rejected,
        covariates=tuple(Covariate(name, one[kept]) for name, one in beside.values.items()),
        uncovered=len(sound) - len(kept),
    )


def _whole(
    places: npt.NDArray[np.float64] | None, kept: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64] | None:
    if places is None or np.isnan(places[kept]).any():
        return None
    return places[kept].astype(np.int64)


def _values(
    cells: Sequence[tuple[int, str]], trait: str, file: str | None, first_row: int, option: str = "--trait"
) -> tuple[dict[int, float], set[int], list[Problem]]:
    """Values by row; those below a limit as NaN; problems with the rest."""
    values: dict[int, float] = {}
    below: set[int] = set()
    problems: list[Problem] = []
    for index, cell in cells:
        if _PLAIN.match(cell):
            values[index] = float(cell)
            continue
        if is_missing(cell):
            continue
        if isinstance(read_limit(cell), float):
            values[index] = np.nan
            below.add(index)
            continue
        number = read_number(cell)
        if not isinstance(number, Problem):
            values[index] = number
            continue
        mend = Text("数字だけにするか、空欄(欠測)にしてください", "enter digits only, or leave it blank")
        problem = number if number.code == "number.comma" else replace(number, mend=mend)
        place = Place(file, row=index + first_row, column=trait, value=cell)
        problems.append(replace(problem, code="analysis.not-a-number", place=place))
    if problems and len(problems) > len(values):
        raise InputUnusable(
            f"analysis.{option.removeprefix('--')}-is-text",
            Text(f"列「{trait}」は数値ではなく文字です", f"column '{trait}' holds text, not numbers"),
            Text(f"数値の項目を {option} に指定してください", f"name a column of numbers with {option}"),
            Place(file, column=trait, value=problems[0].place.value),
            tuple(problems[:3]),
        )
    return values, below, problems


def _no_level(name: str, file: str | None, row: int) -> Problem:
    return Problem(
        "analysis.no-level",
        Text("値はありますが、処理・ブロックが空欄です", "there is a value but no level here"),
        Text("この列を埋めてください", "fill in this column"),
        Place(file, row=row, column=name),
    )
