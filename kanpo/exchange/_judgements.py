"""The sheets that a panel fills in, and reading them back."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from kanpo.errors import Place, Problem
from kanpo.exchange._template import new_form
from kanpo.herbs import Catalogue
from kanpo.locale import Text
from kanpo.schema import FACTORS
from kanpo.tables import (
    FormColumn,
    chosen_sheets,
    form_workbook,
    nothing_written,
    read_sheets,
    save_workbook,
    spelled,
    table_of,
    write_csv,
)
from kanpo.weights import FIRST_HEADERS, SCALE, SECOND_HEADERS, Answers, Grid, QuestionPair, read_answers

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
    new_form(path)
    heads = [*map(str, _HEADERS), *(judges or map(str, JUDGES))]
    rows: list[list[str | float | None]] = [
        [number, _label(pair.first), _label(pair.second), pair.first, pair.second]
        for number, pair in enumerate(pairs, 1)
    ]
    if dry_run:
        return path
    if path.suffix.lower() == ".csv":
        write_csv(path, heads, [[*row, *[""] * (len(heads) - len(row))] for row in rows])
        return path
    asked = len(_HEADERS)
    columns = [
        FormColumn("", head, "", width=width, locked=True)
        for head, width in zip(heads, _WIDTHS, strict=False)
    ]
    columns += [FormColumn("", head, "", SCALE, width=14) for head in heads[asked:]]
    questions = [[*row, *[None] * (len(heads) - asked)] for row in rows]
    save_workbook(path, form_workbook(_GUIDE, columns, questions, blank_rows=0, sheet_name="比較"))
    return path


def _label(factor: str) -> str:
    return str(FACTORS[factor].label)


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
