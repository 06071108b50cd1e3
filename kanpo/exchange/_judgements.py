"""The sheets that a panel fills in, and reading them back."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kanpo.errors import Place, Problem, UsageError
from kanpo.files import check_target
from kanpo.herbs import Catalogue
from kanpo.locale import Text
from kanpo.schema import FACTORS
from kanpo.tables import (
    chosen_sheets,
    nothing_written,
    put,
    read_sheets,
    save_workbook,
    set_up_page,
    spelled,
    table_of,
    write_csv,
)
from kanpo.weights import FIRST_HEADERS, SCALE, SECOND_HEADERS, Answers, Grid, QuestionPair, read_answers

if TYPE_CHECKING:
    from openpyxl import Workbook

#: Names over the judges' columns until somebody writes their own.
JUDGES = tuple(Text(f"評価者{n}", f"judge {n}") for n in range(1, 6))
_HEADERS = (
    *(Text("番号", "no"), Text("要因A", "factor A"), Text("要因B", "factor B")),
    *(Text.same("factor_a"), Text.same("factor_b")),
)
_WIDTHS = (6, 24, 24, 22, 22)
_GUIDE = (
    Text("要因の一対比較", "Comparing factors two by two"),
    Text(
        "「比較」シートの各行で、要因A と 要因B のどちらが大切かを、自分の列に1つの数で答えてください。",
        "In each row of the sheet 比較, answer in your column which factor matters more, A or B.",
    ),
    Text(
        "見出しの「評価者1」は、役職や記号に書き換えてください(名前でなくてかまいません)。",
        "Write your role or a sign over your column; it need not be your name.",
    ),
    Text(
        "分からない組は空欄のままにしてください。0 は使いません。",
        "Leave blank what you do not know; 0 is not used.",
    ),
    Text(
        "上から順に答えると、途中でやめても重みが出せます。最初の1巡(要因の数だけの行)は必ず答えてください。",
        "Answer from the top: weights can be worked out even if you stop, once the first round "
        "(as many rows as there are factors) is complete.",
    ),
    Text("1　 同じくらい大切", "1: equally important"),
    Text("3　 A がやや大切", "3: A moderately more"),
    Text("5　 A がかなり大切", "5: A strongly more"),
    Text("7　 A が非常に大切", "7: A very strongly more"),
    Text("9　 A が極めて大切", "9: A extremely more"),
    Text("2・4・6・8　 その間", "2, 4, 6, 8: between"),
    Text(
        "1/3・1/5・1/7・1/9　 B の方が大切(3・5・7・9 の裏返し)",
        "1/3, 1/5, 1/7, 1/9: the same in favour of B",
    ),
    Text(
        "CSV を Excel で開いて 1/3 と打つと日付になることがあります。'1/3 と打つか、このブックを使ってください。",
        "In a CSV opened with Excel, 1/3 may turn into a date: type '1/3, or use this workbook.",
    ),
)


def judgement_template(
    path: Path, pairs: Sequence[QuestionPair], judges: Sequence[str] = (), *, dry_run: bool = False
) -> Path:
    """Write the sheet that a panel fills in: a row for each pair, a column for each judge.

    A workbook (``.xlsx``) has the choices to pick from and a page of instructions; a CSV has the table
    alone.

    Parameters
    ----------
    judges : sequence of str
        Heads of the judges' columns; five to be written over when there are none.
    dry_run : bool
        Check, write nothing.

    Raises
    ------
    InputUnusable
        What stands there does not give way. A sheet that was filled in is kept under a dated name.
    UsageError
        The ending is neither ``.xlsx`` nor ``.csv``.
    """
    if path.suffix.lower() not in (".xlsx", ".csv"):
        raise UsageError(
            "weights.template-format",
            Text("この形式では書き出せません", "cannot write this format"),
            Text("名前を .xlsx か .csv で終えてください", "end the name in .xlsx or .csv"),
            Place(str(path)),
        )
    check_target(path)
    heads = [*map(str, _HEADERS), *(judges or map(str, JUDGES))]
    rows = [
        [number, _label(pair.first), _label(pair.second), pair.first, pair.second]
        for number, pair in enumerate(pairs, 1)
    ]
    if dry_run:
        return path
    if path.suffix.lower() == ".csv":
        write_csv(path, heads, [[*row, *[""] * (len(heads) - len(row))] for row in rows])
        return path
    save_workbook(path, _workbook(heads, rows))
    return path


def _label(factor: str) -> str:
    return str(FACTORS[factor].label)


def _workbook(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> Workbook:
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font, PatternFill, Protection
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    book = Workbook()
    guide, sheet, lists = book.active, book.create_sheet("比較"), book.create_sheet("_lists")
    guide.title, lists.sheet_state = "説明", "hidden"
    for row, line in enumerate(_GUIDE, 1):
        put(guide, row, 1, line.ja).alignment = Alignment(wrap_text=True, vertical="top")
        put(guide, row, 2, line.en).alignment = Alignment(wrap_text=True, vertical="top")
    guide.column_dimensions["A"].width = guide.column_dimensions["B"].width = 64
    guide["A1"].font = guide["B1"].font = Font(bold=True, size=14)
    for row, step in enumerate(SCALE, 1):
        put(lists, row, 1, step)
    for column, head in enumerate(heads, 1):
        cell = put(sheet, 1, column, head)
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="E2EFDA")
        cell.protection = Protection(locked=column <= len(_HEADERS))
        width = _WIDTHS[column - 1] if column <= len(_WIDTHS) else 14
        sheet.column_dimensions[get_column_letter(column)].width = width
    for row, values in enumerate(rows, 2):
        for column, value in enumerate(values, 1):
            put(sheet, row, column, value)
        for column in range(len(_HEADERS) + 1, len(heads) + 1):
            # Without the text format Excel takes 1/3 for the third of January.
            cell = put(sheet, row, column, None)
            cell.number_format, cell.protection = "@", Protection(locked=False)
            cell.alignment = Alignment(horizontal="center")
    choices = DataValidation(
        type="list", formula1=f"_lists!$A$1:$A${len(SCALE)}", allow_blank=True, showErrorMessage=True
    )
    choices.errorStyle, choices.error = "warning", str(Text("9〜1 か 1/2〜1/9 です", "9 to 1 or 1/2 to 1/9"))
    choices.add(f"F2:{get_column_letter(len(heads))}{len(rows) + 1}")
    sheet.add_data_validation(choices)
    _set_up(sheet)
    return book


def _set_up(sheet: Any) -> None:
    """Frozen heads, a page to print, and locked questions (without a password)."""
    set_up_page(sheet, frozen="F2")
    sheet.protection.sheet = True
    sheet.protection.formatColumns = False


def read_judgements(
    paths: Sequence[Path], catalogue: Catalogue, herb_id: str | None = None
) -> tuple[tuple[Answers, ...], tuple[Problem, ...]]:
    """The answers in filled sheets: workbooks or CSV, lists of pairs or square matrices.

    Parameters
    ----------
    herb_id : str, optional
        Only factors that this herb needs may be compared; any factor otherwise.

    Returns
    -------
    (tuple of Answers, tuple of Problem)
        One entry for each judge of each sheet, and what could not be used. The same file given twice
        counts once.

    Raises
    ------
    InputUnusable
        A file cannot be read.
    """
    allowed = tuple(FACTORS)
    if herb_id is not None:
        allowed = tuple(requirement.factor for requirement in catalogue.requirements_of(herb_id))
    answers: list[Answers] = []
    problems: list[Problem] = []
    seen: dict[str, Path] = {}
    for path in paths:
        grids = _grids(path)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        if digest in seen:
            problems.append(_same_again(path, seen[digest]))
            continue
        seen[digest] = path
        found, wrong = read_answers(grids, allowed)
        answers += found
        problems += wrong
    return tuple(answers), tuple(problems)


def _grids(path: Path) -> tuple[Grid, ...]:
    recognise = spelled({"first": FIRST_HEADERS, "second": SECOND_HEADERS})
    sheets = [
        sheet
        for sheet in chosen_sheets(read_sheets(path), path.name, None)
        if any(row.filled for row in sheet.rows)
    ]
    if not sheets:
        raise nothing_written(str(path))
    tables = [table_of([sheet], path.name, recognise=recognise) for sheet in sheets]
    return tuple(
        Grid(
            path.name,
            table.sheet,
            ((table.header_row, table.headers), *zip(table.numbers, table.rows, strict=True)),
        )
        for table in tables
    )


def _same_again(path: Path, first: Path) -> Problem:
    return Problem(
        "weights.same-file",
        Text(f"{first.name} と同じ内容です", f"has the same content as {first.name}"),
        Text(
            "1度だけ数えました。別の人の表か確かめてください", "counted once; check whether another was meant"
        ),
        Place(path.name),
    )
