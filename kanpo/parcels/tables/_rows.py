"""Rows of a register, one at a time: what kind of row, and what it says of a parcel."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson

from kanpo.errors import Place, Problem, Severity
from kanpo.parcels._status import STATES, Status, two_classes
from kanpo.parcels.tables._columns import Columns
from kanpo.parcels.tables._names import OWN_CODES, PLACES, is_named
from kanpo.parcels.tables._row_problems import (
    area_as_date,
    area_zero,
    excel_error,
    formula_without_value,
    id_rounded,
    merged_over_rows,
    no_lot,
    no_settlement,
    other_unit,
    own_code,
    row_too_long,
)
from kanpo.parcels.tables._values import READERS
from kanpo.reading import (
    Address,
    has_no_area,
    lot_key,
    municipality_name,
    read_area,
    read_lot,
    read_place,
    without_blanks,
)
from kanpo.tables import (
    EXAMPLE,
    NOTE,
    TOTAL,
    Cell,
    Row,
    Unusable,
    column_letter,
    is_blank,
    is_excel_error,
    plain_of,
    text_of,
)

_TOTALS = frozenset(("計", "合計", "小計", "総計", "総合計", "累計"))
_COUNT = re.compile(r"\d+(?:筆|件|枚)")
_CODES = frozenset("0123456789")
_THOUSANDS, _REST = re.compile(r"[1-9]\d{0,2}"), re.compile(r"\d{3}(?:\.\d+)?")
_DITTO = frozenset(("〃", "″", "“", "”", '"', "同上", "同", "々", "仝"))
#: Cells merged over rows say one thing of several lots; of these that cannot be.
_OF_ONE_LOT = ("parcel_id", "lot_number", "lot_branch", "lot_branch_2", "address", "registered_area_m2")


@dataclass(frozen=True, slots=True)
class ReadRow:
    """What a row says: values by column of the parcel table, None when it cannot be used."""

    values: dict[str, object] | None
    problems: tuple[Problem, ...]


def kind_of(row: Row, columns: Columns) -> str:
    """``blank``, ``header`` (printed again), ``total``, ``note``, ``example`` or ``parcel``."""
    filled = row.filled
    if not filled:
        return "blank"
    if columns.header.repeats(row):
        return "header"
    first = plain_of(row.cell(filled[0]))
    if EXAMPLE.fullmatch(first):
        return "example"
    places = {
        meaning: plain_of(row.cell(heading.column))
        for meaning, heading in columns.chosen.items()
        if meaning in ("parcel_id", "settlement", "aza", "lot_number", "address")
    }
    own = [text for meaning, text in places.items() if meaning in ("lot_number", "address", "parcel_id")]
    nameless = all(not text or TOTAL.fullmatch(text) or _COUNT.fullmatch(text) for text in own)
    if nameless and any(TOTAL.fullmatch(text) for text in (first, *places.values())):
        return "total"
    if nameless and any(plain_of(row.cell(column)) in _TOTALS for column in filled):
        return "total"
    if not any(own) and len(filled) <= 2 and NOTE.match(first):
        return "note"
    return "parcel"


#: What is added to a row that is handed back; when the row comes again, mended, these are not its own.
ADDED_HEADERS = ("差戻し理由", "直し方", "元の行")


def original_cells(row: Row, columns: Columns) -> dict[str, object]:
    """The row's cells by header as they were written; days as ISO 8601, blanks left out."""
    labels = {heading.column: heading.label for heading in columns.header.headings}
    cells: dict[str, object] = {}
    for column in row.filled:
        cell = row.cell(column)
        label = labels.get(column, f"{column_letter(column)}列")
        if label in ADDED_HEADERS:
            continue
        cells[label] = cell if isinstance(cell, int | float | str) else text_of(cell)
    return cells


def with_dittos(row: Row, before: Row | None, columns: Columns) -> Row:
    """The row with 〃 and 同上 replaced by what stands above, except where each lot has its own."""
    kept = {h.column for meaning, h in columns.chosen.items() if meaning in _OF_ONE_LOT}
    if before is None or not any(map(_is_ditto, row.cells)):
        return row
    cells = [
        before.cell(column) if column not in kept and _is_ditto(cell) else cell
        for column, cell in enumerate(row.cells)
    ]
    return Row(row.number, tuple(cells), row.merged)


def _is_ditto(cell: Cell) -> bool:
    return isinstance(cell, str) and len(cell) < 8 and cell.strip() in _DITTO


class RowReader:
    """Reads rows of one sheet. `unit` is that of areas that stand alone, `width` the cells of the header of a CSV.

    `decimal` tells that decimals under an old unit (1.215 under 反) are decimals.
    """

    def __init__(
        self,
        columns: Columns,
        unit: str | None,
        place: Place,
        *,
        width: int | None = None,
        decimal: bool = False,
    ) -> None:
        self._columns = columns
        self._unit = unit
        self._decimal = decimal
        self._place = place
        self._last = max(heading.column for heading in columns.header.headings)
        self._width = width
        self._problems: list[Problem] = []
        self._known: dict[tuple[object, ...], object] = {}

    def read(self, row: Row) -> ReadRow:
        """The values of one row with every problem in it."""
        self._problems = []
        if self._shifted(row):
            # What stands in its columns is not theirs: to read on would only give wrong reasons.
            self._add(row, None, row_too_long())
            return ReadRow(None, tuple(self._problems))
        values: dict[str, object] = {
            meaning: self._value(row, meaning) for meaning in READERS if meaning in self._columns.chosen
        }
        values |= self._names(row)
        values["registered_area_m2"] = self._area(row)
        self._classes(row, values)
        values["parcel_id"] = self._parcel_id(row, values)
        problems = tuple(self._problems)
        if any(problem.severity is Severity.REJECT for problem in problems):
            return ReadRow(None, problems)
        values["source_row"] = row.number
        values["attributes"] = orjson.dumps(original_cells(row, self._columns)).decode()
        return ReadRow(values, problems)

    def _shifted(self, row: Row) -> bool:
        """Whether a row of a CSV has a cell too many: 1,234 without quotes makes two of one."""
        if self._width is None:
            return False
        if any(column > self._last for column in row.filled):
            return True
        area = self._columns.chosen.get("registered_area_m2")
        if area is None or len(row.cells) <= self._width:
            return False
        thousands, rest = (plain_of(row.cell(area.column + right)) for right in (0, 1))
        return bool(_THOUSANDS.fullmatch(thousands) and _REST.fullmatch(rest))

    def _cell(self, row: Row, meaning: str) -> Cell:
        """The cell of a meaning, None when it is blank or says nothing; says what is wrong with it."""
        heading = self._columns.chosen.get(meaning)
        if heading is None:
            return None
        cell = row.cell(heading.column)
        if is_blank(cell):
            return None
        if isinstance(cell, Unusable):
            self._add(row, meaning, formula_without_value())
            return None
        if is_excel_error(cell):
            self._add(row, meaning, excel_error())
            return None
        if meaning in _OF_ONE_LOT and heading.column in row.merged:
            self._add(row, meaning, merged_over_rows())
            return None
        return cell

    def _value(self, row: Row, meaning: str) -> object:
        cell = self._cell(row, meaning)
        if cell is None:
            return None
        heading = self._columns.chosen[meaning]
        if (
            meaning in ("idle_class", "status")
            and plain_of(cell) in _CODES
            and is_named(meaning, heading.rank, OWN_CODES)
        ):
            self._add(row, meaning, own_code())
            return None
        found = self._once(meaning, cell, READERS[meaning])
        if isinstance(found, Problem):
            self._add(row, meaning, found)
            return None
        return found

    def _once(self, meaning: str, cell: Cell, read: Callable[[Cell], object]) -> Any:
        """Read each distinct cell of a column once: columns of registers repeat a few values many times."""
        key = (meaning, type(cell), cell)
        if key not in self._known:
            self._known[key] = read(cell)
        return self._known[key]

    def _names(self, row: Row) -> dict[str, object]:
        if "address" in self._columns.chosen:
            return self._from_address(row)
        lot = self._lot(row)
        settlement, aza = self._place_name(row, "settlement"), self._place_name(row, "aza")
        heading = self._columns.chosen.get("settlement")
        code = ""
        if settlement and heading is not None and is_named("settlement", heading.rank, PLACES):
            place = self._address(row, "settlement", settlement, lot)
            settlement, aza, code = place.settlement, aza or place.aza, place.code
        if (
            not settlement
            and "settlement" in self._columns.chosen
            and "parcel_id" not in self._columns.chosen
        ):
            self._add(row, "settlement", no_settlement())
        return {"lot_number": lot or None, "settlement": settlement or None, "aza": aza, "code": code}

    def _address(self, row: Row, meaning: str, written: str, lot: str | None) -> Address:
        """The parts of a place that may begin with the municipality and end with the lot number."""
        named = text_of(self._cell(row, "municipality_name"))
        code = self._value(row, "municipality_code") if "municipality_code" in self._columns.chosen else None
        place = read_place(written, municipality=named or municipality_name(code), lot=lot)
        if isinstance(place, Problem):
            self._add(row, meaning, place)
            return Address()
        return place

    def _place_name(self, row: Row, meaning: str) -> str:
        cell = self._cell(row, meaning)
        text = text_of(cell)
        if isinstance(cell, date) or text in _DITTO:
            self._add(row, meaning, no_settlement())
        return text

    def _from_address(self, row: Row) -> dict[str, object]:
        written = text_of(self._cell(row, "address"))
        place = self._address(row, "address", written, None) if written else Address()
        if not self._grave() and (written or "parcel_id" not in self._columns.chosen):
            if not place.lot:
                self._add(row, "address", no_lot())
            elif not place.settlement and "parcel_id" not in self._columns.chosen:
                self._add(row, "address", no_settlement())
        return {
            "lot_number": place.lot or None,
            "settlement": place.settlement or None,
            "aza": place.aza,
            "code": place.code,
        }

    def _lot(self, row: Row) -> str:
        written: list[str] = []
        for meaning in ("lot_number", "lot_branch", "lot_branch_2"):
            cell = self._cell(row, meaning)
            text = text_of(cell).removeprefix("'")
            if cell is None or (text in ("-", "0") and meaning != "lot_number"):
                continue
            number = self._once("lot_number", cell if isinstance(cell, date | float) else text, read_lot)
            if isinstance(number, Problem):
                self._add(row, meaning, number)
            elif meaning != "lot_number" and not written:
                self._add(row, "lot_number", no_lot())
            else:
                written.append(text)
        named = not is_blank(self._cell(row, "parcel_id"))
        if not written and not named and "lot_number" in self._columns.chosen and not self._grave():
            self._add(row, "lot_number", no_lot())
        return "-".join(written)

    def _area(self, row: Row) -> float | None:
        cell = self._cell(row, "registered_area_m2")
        if cell is None or has_no_area(text_of(cell)):
            return None
        if isinstance(cell, date):
            self._add(row, "registered_area_m2", area_as_date())
            return None
        header = self._columns.chosen["registered_area_m2"].unit
        # A column whose unit is not known was spoken of once; its numbers stay blank.
        found = self._once(
            "registered_area_m2", cell, lambda one: read_area(one, self._unit or "m2", decimal=self._decimal)
        )
        if isinstance(found, Problem):
            self._add(row, "registered_area_m2", found)
            return None
        if found.unit is None and self._unit is None:
            return None
        if found.m2 == 0:
            self._add(row, "registered_area_m2", area_zero())
            return None
        if header not in (None, "?") and found.unit not in (None, header):
            self._add(row, "registered_area_m2", other_unit(found, str(header)))
        return float(found.m2)

    def _classes(self, row: Row, values: dict[str, object]) -> None:
        """Put the classes of all columns of states into `values`; two classes for one lot are no answer."""
        said = [values.pop(meaning, None) for meaning in STATES]
        found = [status for status in said if isinstance(status, Status)]
        for column, of_status, flags in (
            ("idle_class", "idle", {"idle_1": "1", "idle_2": "2"}),
            ("devastation_class", "devastated", {"devastation_a": "A", "devastation_b": "B"}),
        ):
            named = {key for flag, key in flags.items() if values.pop(flag, None) is True}
            named |= {getattr(status, of_status) for status in found} - {None}
            if len(named) > 1:
                meaning = next((m for m in (*flags, *STATES) if m in self._columns.chosen), None)
                self._add(row, meaning, two_classes())
            values[column] = named.pop() if len(named) == 1 else None

    def _parcel_id(self, row: Row, values: dict[str, object]) -> str | None:
        municipality = values.pop("municipality_name", None)
        aza = str(values.pop("aza", "") or "")
        code, own = values.pop("code", "") or None, values.get("municipality_code")
        values["municipality_code"] = own or code
        cell = self._cell(row, "parcel_id")
        if cell is not None:
            text = text_of(cell)
            if (
                isinstance(cell, date)
                or (isinstance(cell, float) and (cell >= 1e15 or not cell.is_integer()))
                or re.fullmatch(r"\d+(\.\d+)?[eE]\+\d+", text)
            ):
                self._add(row, "parcel_id", id_rounded())
            return text
        if values["lot_number"] is None or values["settlement"] is None:
            if not self._grave():
                self._add(row, "lot_number", no_lot())
            return None
        parts = (
            str(own or municipality or code or ""),
            str(values["settlement"]).removeprefix("大字"),
            aza.removeprefix("小字").removeprefix("字"),
            lot_key(str(values["lot_number"])),
        )
        return ":".join(without_blanks(part) for part in parts if part)

    def _grave(self) -> bool:
        return any(problem.severity is Severity.REJECT for problem in self._problems)

    def _add(self, row: Row, meaning: str | None, problem: Problem) -> None:
        heading = self._columns.chosen.get(meaning) if meaning else None
        where: dict[str, object] = {"row": row.number, "file": self._place.file, "sheet": self._place.sheet}
        if heading is not None:
            where["column"] = heading.label
            where["value"] = text_of(row.cell(heading.column)) or None
        found = problem.at(**where)
        if found not in self._problems:
            self._problems.append(found)
