"""The one door for values that people write: number, day, area, lot, place and name.

Each reader gives the value, or a `Problem` that says why it is not certain and how to mend it; never a
silent blank. Whatever comes in by a table, a map, a record, a phone or the command line is read here.
"""

from kanpo.reading._area import (
    DECIMAL_MARK,
    UNIT_NAMES,
    Area,
    column_unit,
    has_no_area,
    read_area,
    unit_at_end,
    unit_of,
)
from kanpo.reading._day import ERAS, Era, era_text, read_day, read_moment
from kanpo.reading._lot import SERIALS, Lot, lot_key, plain_lot, read_lot, serial_problem
from kanpo.reading._measured import is_missing, read_limit
from kanpo.reading._name import (
    fold_kana,
    normalise,
    plain,
    plain_header,
    text_width,
    with_hyphens,
    without_blanks,
)
from kanpo.reading._number import (
    Reading,
    number_or_nan,
    read_amount,
    read_integer,
    read_number,
    unit_differs,
)
from kanpo.reading._place import (
    Address,
    Municipality,
    lot_keys,
    municipalities,
    municipality_name,
    place_key,
    read_place,
)

__all__ = [
    "DECIMAL_MARK",
    "ERAS",
    "SERIALS",
    "UNIT_NAMES",
    "Address",
    "Area",
    "Era",
    "Lot",
    "Municipality",
    "Reading",
    "column_unit",
    "era_text",
    "fold_kana",
    "has_no_area",
    "is_missing",
    "lot_key",
    "lot_keys",
    "municipalities",
    "municipality_name",
    "normalise",
    "number_or_nan",
    "place_key",
    "plain",
    "plain_header",
    "plain_lot",
    "read_amount",
    "read_area",
    "read_day",
    "read_integer",
    "read_limit",
    "read_lot",
    "read_moment",
    "read_number",
    "read_place",
    "serial_problem",
    "text_width",
    "unit_at_end",
    "unit_differs",
    "unit_of",
    "with_hyphens",
    "without_blanks",
]
