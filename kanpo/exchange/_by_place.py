"""Tables of records that name a parcel by columns of 大字 and 地番 instead of its id."""

from __future__ import annotations

from dataclasses import replace

from kanpo.parcels.tables import recognise
from kanpo.reading import plain_header
from kanpo.schema import SITE_VISIT, names_of
from kanpo.tables import Table

_PARCEL_ID = names_of(SITE_VISIT.field("parcel_id"))
#: Meanings of the columns that make up the name of a parcel, in the order in which it is said.
_PARTS = ("settlement", "lot_number", "lot_branch")


def with_places_joined(table: Table) -> Table:
    """The table with one column ``parcel_id`` that says ``大字 地番`` in place of the columns that say it.

    Nothing is changed where ids stand there, or where no lot number does.
    """
    columns: dict[str, int] = {}
    for at, header in enumerate(table.headers):
        meant = recognise(header) if header.strip() else None
        if meant is not None:
            columns.setdefault(meant[0], at)
    whole = "address" in columns
    if not whole and not {"settlement", "lot_number"} <= set(columns):
        return table
    if any(plain_header(header) in _PARCEL_ID for header in table.headers):
        return table
    parts = [columns["address"]] if whole else [columns[part] for part in _PARTS if part in columns]
    keep = [at for at in range(len(table.headers)) if at not in parts]

    def words_of(row: tuple[str, ...]) -> str:
        written = [row[at].strip() for at in parts if at < len(row) and row[at].strip()]
        return " ".join([written[0], "-".join(written[1:])]).strip() if written else ""

    rows = tuple((words_of(row), *(row[at] if at < len(row) else "" for at in keep)) for row in table.rows)
    numbers = tuple(map(table.number_of, range(len(rows))))
    return replace(
        table, headers=("parcel_id", *(table.headers[at] for at in keep)), rows=rows, numbers=numbers
    )
