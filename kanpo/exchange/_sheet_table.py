"""Records in a workbook: our own template filled in, or whatever sheet has the right headers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

from kanpo.errors import InputUnusable, Place, Problem, Severity
from kanpo.exchange._header import known_names, names_of, plain
from kanpo.exchange._table import WrittenTable
from kanpo.locale import Text
from kanpo.parcels.tables import Row, Sheet, Unusable, read_workbook, text_of
from kanpo.schema import ASSUMPTION, find_trait

#: A header further down is none.
_LOOKED_AT = 15
#: How every cell of the row below our headers begins that says how to fill in.
HINT = "例:"

Unusables = dict[int, tuple[Problem, ...]]


def read_record_sheet(path: Path) -> tuple[WrittenTable, tuple[Problem, ...], Unusables]:
    """The sheet that names most fields of a record, as text with the row numbers that Excel shows.

    Returns
    -------
    (WrittenTable, problems, unusable rows)
        A row with a formula that was never calculated is unusable; rows are counted from 0.

    Raises
    ------
    InputUnusable
        It is no workbook, a bomb, or no sheet has a header.
    """
    best: tuple[int, Sheet, int] | None = None
    others: list[Sheet] = []
    for sheet in read_workbook(path):
        index, score = (-1, 0) if sheet.hidden else _header(sheet)
        if score < 2:
            continue
        if best is not None:
            others.append(sheet if score <= best[0] else best[1])
        if best is None or score > best[0]:
            best = (score, sheet, index)
    if best is None:
        raise InputUnusable(
            "records.no-header",
            Text("記録の見出しのあるシートがありません", "no sheet has the headers of records"),
            Text("kanpo の用紙に写してください", "copy it into a form of kanpo"),
            Place(str(path)),
        )
    _, sheet, index = best
    table, unusable = _table(path.name, sheet, index)
    return table, tuple(_not_read(path.name, other) for other in others if _filled(other)), unusable


def _header(sheet: Sheet) -> tuple[int, int]:
    """Position of the header row and how many fields and traits it names; of two equal ones the upper."""
    scores = [(_named(row), -index) for index, row in enumerate(sheet.rows) if row.number <= _LOOKED_AT]
    score, index = max(scores, default=(0, 1))
    return -index, score


def _named(row: Row) -> int:
    return sum(plain(text_of(cell)) in known_names() or _is_trait(text_of(cell)) for cell in row.cells)


def _is_trait(text: str) -> bool:
    return bool(text) and find_trait(text) is not None


def _filled(sheet: Sheet) -> bool:
    return bool(_data_rows(sheet, _header(sheet)[0]))


def _data_rows(sheet: Sheet, header: int) -> list[Row]:
    """Rows below the header that are filled, without the machine keys and hints of our own forms."""
    return [
        row
        for row in sheet.rows[header + 1 :]
        if row.filled
        and not _is_hint(row)
        and not (row.number <= _LOOKED_AT and _named(row) == len(row.filled) > 1)
    ]


def _is_hint(row: Row) -> bool:
    return all(text_of(row.cell(column)).startswith(HINT) for column in row.filled)


def _table(file: str, sheet: Sheet, header: int) -> tuple[WrittenTable, Unusables]:
    heads = tuple(text_of(cell) for cell in sheet.rows[header].cells)
    rows = _data_rows(sheet, header)
    unusable: Unusables = {}
    for index, row in enumerate(rows):
        found = tuple(_cell_problems(row, heads, Place(file, sheet.name, row.number)))
        if found:
            unusable[index] = found
    cells = tuple(tuple(text_of(row.cell(column)) for column in range(len(heads))) for row in rows)
    return WrittenTable(file, heads, cells, tuple(row.number for row in rows), sheet.name), unusable


def _cell_problems(row: Row, heads: tuple[str, ...], place: Place) -> Iterator[Problem]:
    """What cannot be taken from single cells: formulas never calculated, one amount over several rows."""
    for column, (head, cell) in enumerate(zip(heads, row.cells, strict=False)):
        if head and isinstance(cell, Unusable):
            yield _never_calculated(cell, replace(place, column=head))
        elif column in row.merged and plain(head) in _amounts() and text_of(cell):
            yield _over_rows(replace(place, column=head, value=text_of(cell)))


@cache
def _amounts() -> frozenset[str]:
    """Names of columns whose figure belongs to the key of its own row: a merged one would answer for others."""
    return frozenset().union(*(names_of(field) for field in ASSUMPTION.fields if field.type == "amount"))


def _over_rows(place: Place) -> Problem:
    return Problem(
        "table.merged-amount",
        Text(
            "数のセルが何行にもわたって結合されていて、どの行の数か分かりません",
            "the cell of a figure is merged over rows: it cannot be told which row it belongs to",
        ),
        Text(
            "結合を解き、行ごとに数を書いてください(同じ数でも)",
            "unmerge it and write the figure into each row, even if it is the same",
        ),
        place,
    )


def _never_calculated(cell: Unusable, place: Place) -> Problem:
    return Problem(
        "table.formula",
        Text("式の計算結果がありません", "a formula without a calculated value"),
        Text("Excelで開いて保存し直すか、値で貼り付けてください", "save it in Excel, or paste the value"),
        Place(place.file, place.sheet, place.row, column=place.column, value=cell.written),
    )


def _not_read(file: str, sheet: Sheet) -> Problem:
    return Problem(
        "records.other-sheet",
        Text("このシートは読みませんでした(1つのブックから1枚だけ読みます)", "this sheet was not read"),
        Text("シートごとに別のファイルにしてください", "put each sheet into a file of its own"),
        Place(file, sheet.name),
        Severity.WARNING,
    )
