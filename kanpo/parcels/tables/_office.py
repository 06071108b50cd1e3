"""A table of a city office, from file to rows of parcels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from kanpo.errors import InputUnusable, Place, Problem, Severity, UsageError
from kanpo.locale import Text
from kanpo.parcels._status import read_status
from kanpo.parcels.tables._columns import Columns, choose_columns
from kanpo.parcels.tables._header import Header, find_header
from kanpo.parcels.tables._rows import RowReader, kind_of, original_cells, with_dittos
from kanpo.reading import DECIMAL_MARK, SERIALS, column_unit, plain_lot, serial_problem, unit_of
from kanpo.tables import (
    LOOKED_AT,
    MOST_BLANK_ROWS,
    MOST_COLUMNS,
    Row,
    Sheet,
    has_gaiji,
    is_blank,
    plain_of,
    read_sheets,
)

COLUMNS = (
    "parcel_id", "municipality_code", "settlement", "lot_number", "land_type", "registered_area_m2", "idle_class",
    "devastation_class", "years_abandoned", "survey_date", "farm_promotion_zone", "attributes", "source_row",
    "longitude", "latitude",
)  # fmt: skip
#: Given like a column, says the unit of the areas: 反(小数) where decimals under 反 are decimals.
_AREA_UNIT = ("area_unit", "面積の単位")
_NUMBERS = ("registered_area_m2", "years_abandoned", "longitude", "latitude")


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that could not be used: its number, its cells by header as written, and why."""

    row: int
    cells: dict[str, object]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True, eq=False)
class OfficeTable:
    """What a table of a city office says of parcels.

    `rows` has one row per lot and the columns of the parcel table that a register can have
    (`source_row` as Excel shows it, `attributes` JSON of all cells by header, areas in m², days as
    ISO 8601). `problems` are all findings, also those of `rejected`. `mapping` is parcel column to
    header, and can be given again. ``read == kept + len(rejected) + skipped``; skipped are totals,
    notes, examples, blank rows and headers printed again.
    """

    rows: pd.DataFrame
    problems: tuple[Problem, ...]
    rejected: tuple[RejectedRow, ...]
    mapping: dict[str, str]
    sheet: str | None
    header_row: int
    read: int
    kept: int
    skipped: int


def read_office_table(
    path: Path, *, columns: Mapping[str, str] | None = None, sheet: str | None = None
) -> OfficeTable:
    """Read a table of parcels as a city office keeps it, in Excel (.xlsx, .xlsm, .xls) or CSV.

    Parameters
    ----------
    path : Path
        Workbook or CSV. Title rows, two-row headers, units, 和暦, merged cells,
        totals and notes are understood; what is not certain is rejected or left blank, and said.
    columns : mapping, optional
        Parcel column to header (or letter, as ``D列``), where the proposal is to be overruled; an
        empty header takes a column out. ``area_unit`` is the unit of the areas, as ``反(小数)``.
    sheet : str, optional
        Name of the sheet; needed when several hold parcels.

    Raises
    ------
    InputUnusable
        The file cannot be read, has no header or no rows, or what names a lot is not certain.
    UsageError
        `columns` names a column or header that is not there.
    """
    given = dict(columns or {})
    said = next((given.pop(name) for name in _AREA_UNIT if name in given), None)
    sheets = read_sheets(path)
    chosen, header = _chosen_sheet(path, sheets, given, sheet)
    cut = any(not is_blank(cell) for row in chosen.rows for cell in row.cells[MOST_COLUMNS:])
    if cut:
        narrow = (replace(row, cells=row.cells[:MOST_COLUMNS]) for row in chosen.rows)
        chosen = replace(chosen, rows=tuple(narrow))
    place = Place(path.name, chosen.name)
    found, problems = choose_columns(header, given, place)
    body = [row for row in chosen.rows if row.number > header.last]
    while body and not body[-1].filled:
        body.pop()
    if not body:
        raise InputUnusable(
            "table.no-rows",
            Text("見出しの下に行がありません", "there is no row below the header"),
            Text("データのあるシートを選んでください", "choose the sheet that holds the data"),
            place,
        )
    problems += _sheet_problems(chosen, place, cut=cut) + _hidden(sheets, given, place, chosen)
    if said is not None:
        found = _with_unit(found, said, place)
    decimal = said is not None and DECIMAL_MARK in said
    return _read_body(body, _without_strange_states(body, found), chosen, place, problems, decimal)


def _chosen_sheet(
    path: Path, sheets: list[Sheet], given: Mapping[str, str], wanted: str | None
) -> tuple[Sheet, Header]:
    if wanted is not None and sheets and sheets[0].name is not None:
        names = [str(found.name) for found in sheets]
        if wanted not in names:
            raise InputUnusable(
                "table.no-such-sheet",
                Text(f"「{wanted}」というシートはありません", f"there is no sheet '{wanted}'"),
                Text(f"シート: {'、'.join(names)}", f"sheets: {', '.join(names)}"),
                Place(path.name),
            )
        sheets = [found for found in sheets if found.name == wanted]
    headed = [(found, header) for found in sheets if (header := find_header(found, given.values()))]
    if wanted is None:
        headed = [pair for pair in headed if not pair[0].hidden and _has_rows(*pair)] or headed[:1]
    if not headed:
        raise InputUnusable(
            "table.no-header",
            Text(
                f"大字・地番などの見出し行が上の{LOOKED_AT}行に見つかりません",
                f"no header with 大字 or 地番 is in the first {LOOKED_AT} rows",
            ),
            Text(
                "見出し行を足すか、列を指定してください(例: lot_number=列の見出し)",
                "add a header row, or say which column is which (lot_number=HEADER)",
            ),
            Place(path.name, wanted),
        )
    if len(headed) > 1:
        names = [str(found.name) for found, _ in headed]
        raise InputUnusable(
            "table.several-sheets",
            Text(f"筆の表が{len(names)}シートにあります", f"{len(names)} sheets hold parcels"),
            Text(
                f"--sheet で1つずつ指定してください: {'、'.join(names)}",
                f"name one at a time with --sheet: {', '.join(names)}",
            ),
            Place(path.name),
        )
    return headed[0]


def _with_unit(columns: Columns, said: str, place: Place) -> Columns:
    """The columns with the unit of area that the user says.

    Raises
    ------
    UsageError
        It is no unit, or there is no column of areas.
    """
    unit, heading = (
        unit_of(said.replace(DECIMAL_MARK, "").strip("()（） ")),
        columns.chosen.get("registered_area_m2"),
    )
    if unit in (None, "?") or heading is None:
        raise UsageError(
            "table.area-unit",
            Text(
                "面積の単位ではないか、面積の列がありません",
                "is no unit of area, or there is no column of areas",
            ),
            Text(
                f"例: area_unit=a、area_unit=反({DECIMAL_MARK})",
                f"for example area_unit=a or 反({DECIMAL_MARK})",
            ),
            replace(place, column="area_unit", value=said),
        )
    return replace(columns, chosen=columns.chosen | {"registered_area_m2": replace(heading, unit=unit)})


def _without_strange_states(body: list[Row], columns: Columns) -> Columns:
    """A column called 区分 or 判定 counts only where most of what it holds are states of a lot."""
    heading = columns.chosen.get("status")
    if heading is None or heading.rank < 0:
        return columns
    words = [plain_of(row.cell(heading.column)) for row in body]
    known = [not isinstance(read_status(word), Problem) for word in words if word]
    if known and 2 * sum(known) > len(known):
        return columns
    return replace(columns, chosen={key: one for key, one in columns.chosen.items() if key != "status"})


def _has_rows(sheet: Sheet, header: Header) -> bool:
    return any(row.number > header.last and row.filled for row in sheet.rows)


def _read_body(
    body: list[Row],
    columns: Columns,
    sheet: Sheet,
    place: Place,
    problems: tuple[Problem, ...],
    decimal: bool,
) -> OfficeTable:
    found = list(problems)
    kinds = [kind_of(row, columns) for row in body]
    parcels: list[Row] = []
    for row, kind in zip(body, kinds, strict=True):
        if kind == "parcel":
            parcels.append(with_dittos(row, parcels[-1] if parcels else None, columns))
        elif kind in _SKIPPED:
            first = plain_of(row.cell(row.filled[0]))
            found.append(_skipped(kind).at(file=place.file, sheet=place.sheet, row=row.number, value=first))
    unit, said = _area_unit(columns, parcels)
    if said is not None:
        label = columns.chosen["registered_area_m2"].label
        found.append(said.at(file=place.file, sheet=place.sheet, column=label))
    width = None if sheet.name else _width(sheet, columns.header)
    reader = RowReader(columns, unit, place, width=width, decimal=decimal)
    serials = _serial_rows(columns, parcels)
    values: list[dict[str, object]] = []
    rejected: list[RejectedRow] = []
    first_rows: dict[object, int] = {}
    for row in parcels:
        read = reader.read(row)
        own = read.problems
        if row.number in serials:
            column = columns.chosen["lot_number"]
            where = replace(place, row=row.number, column=column.label, value=serials[row.number])
            own += (replace(serial_problem(serials[row.number]), place=where),)
        elif read.values is not None and read.values["parcel_id"] in first_rows:
            earlier = first_rows[read.values["parcel_id"]]
            own += (_repeated(earlier).at(file=place.file, sheet=place.sheet, row=row.number),)
        found += own
        if read.values is None or len(own) > len(read.problems):
            rejected.append(RejectedRow(row.number, original_cells(row, columns), own))
        else:
            first_rows[read.values["parcel_id"]] = row.number
            values.append(read.values)
    return OfficeTable(
        rows=_frame(values),
        problems=tuple(found),
        rejected=tuple(rejected),
        mapping=columns.mapping,
        sheet=sheet.name,
        header_row=columns.header.last,
        read=len(body),
        kept=len(values),
        skipped=len(body) - len(parcels),
    )


def _width(sheet: Sheet, header: Header) -> int:
    """Cells that the rows of the header have, blank ones counted."""
    return max(len(row.cells) for row in sheet.rows if header.first <= row.number <= header.last)


def _frame(values: list[dict[str, object]]) -> pd.DataFrame:
    columns: dict[str, pd.Series] = {}
    for name in COLUMNS:
        kind = float if name in _NUMBERS else "int64" if name == "source_row" else object
        columns[name] = pd.Series([row.get(name) for row in values], dtype=kind)
    return pd.DataFrame(columns)


def _area_unit(columns: Columns, parcels: list[Row]) -> tuple[str | None, Problem | None]:
    heading = columns.chosen.get("registered_area_m2")
    if heading is None:
        return None, None
    cells = [row.cell(heading.column) for row in parcels]
    return column_unit(cells, heading.unit, columns.header.unit)


def _serial_rows(columns: Columns, parcels: list[Row]) -> dict[int, int]:
    """Rows whose lot number is high enough for a day number of Excel, among others that are not."""
    heading = columns.chosen.get("lot_number")
    if heading is None:
        return {}
    numbers: dict[int, int] = {}
    highest = 0
    for row in parcels:
        plain = plain_lot(plain_of(row.cell(heading.column)))
        main = plain.partition("-")[0].rstrip("番地")
        if plain.isascii() and plain.isdigit() and len(plain) < 9 and int(plain) in SERIALS:
            numbers[row.number] = int(plain)
        elif main.isascii() and main.isdigit() and len(main) < 9:
            highest = max(highest, int(main))
    return numbers if highest < SERIALS.start // 2 else {}


_SKIPPED = {
    "total": Text("合計などの行なので取り込みませんでした", "is a row of totals and was left out"),
    "note": Text("注記の行なので取り込みませんでした", "is a note and was left out"),
    "example": Text("記入例の行なので取り込みませんでした", "is an example and was left out"),
}


def _skipped(kind: str) -> Problem:
    mend = Text("筆の行であれば、地番を入れてください", "enter the lot number if it is a lot")
    return Problem("table.row-skipped", _SKIPPED[kind], mend, severity=Severity.WARNING)


def _repeated(first: int) -> Problem:
    return Problem(
        "table.lot-repeated",
        Text(f"{first}行目と同じ筆です", f"is the same lot as row {first}"),
        Text("どちらかの行を消してください", "remove one of the rows"),
    )


def _sheet_problems(sheet: Sheet, place: Place, *, cut: bool) -> tuple[Problem, ...]:
    problems: list[Problem] = []
    if sheet.ended_at is not None:
        what = Text(
            f"空行が{MOST_BLANK_ROWS}行続いたので{sheet.ended_at}行目で読み終えました",
            f"reading ended at row {sheet.ended_at} after {MOST_BLANK_ROWS} blank rows",
        )
        mend = Text("その下にデータがあれば、空行を消してください", "remove the blank rows if data follow")
        problems.append(Problem("table.blank-rows", what, mend, place, Severity.WARNING))
    if cut:
        what = Text(
            f"{MOST_COLUMNS}列より右は読みませんでした", f"columns after the {MOST_COLUMNS}th were left out"
        )
        mend = Text("要る列を左へ移してください", "move the columns that you need to the left")
        problems.append(Problem("table.too-wide", what, mend, place, Severity.WARNING))
    if has_gaiji(sheet):
        what = Text("外字があります。ほかのパソコンでは表示できません", "holds private characters (外字)")
        mend = Text("そのまま保存します。標準の漢字に直せるなら直してください", "they are kept as they are")
        problems.append(Problem("table.gaiji", what, mend, place, Severity.WARNING))
    return tuple(problems)


def _hidden(
    sheets: list[Sheet], given: Mapping[str, str], place: Place, chosen: Sheet
) -> tuple[Problem, ...]:
    names = [s.name for s in sheets if s.hidden and s is not chosen and find_header(s, given.values())]
    what = Text(
        "非表示のシートにも筆の表がありますが、読みませんでした",
        "is hidden, holds parcels too and was not read",
    )
    mend = Text("要るなら、シートを指定して取り込んでください", "name the sheet to import it")
    return tuple(
        Problem("table.hidden-sheet", what, mend, Place(place.file, name), Severity.WARNING) for name in names
    )
