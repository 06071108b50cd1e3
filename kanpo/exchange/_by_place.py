"""Tables of records that name a parcel by 大字 and 地番, as people do, instead of its id."""

from __future__ import annotations

from dataclasses import replace

from kanpo.errors import KanpoError, Place, Problem
from kanpo.exchange._header import plain
from kanpo.exchange._table import WrittenTable
from kanpo.parcels import current_parcels, find_parcel
from kanpo.parcels.tables import recognise
from kanpo.schema import SITE_VISIT, names_of
from kanpo.store import Project

_PARCEL_ID = names_of(SITE_VISIT.field("parcel_id"))
#: Meanings of the columns that make up the name of a parcel, in the order in which it is said.
_PARTS = ("settlement", "aza", "lot_number", "lot_branch")


def with_parcel_ids(
    project: Project, table: WrittenTable
) -> tuple[WrittenTable, dict[int, tuple[Problem, ...]]]:
    """The table with a column ``parcel_id`` in place of those that say where the parcel is.

    Nothing is changed where the ids stand there, or where no lot number does.

    Returns
    -------
    (WrittenTable, dict)
        And by row (from 0) why a parcel could not be told.
    """
    columns = _columns(table)
    if "address" not in columns and not {"settlement", "lot_number"} <= set(columns):
        return table, {}
    if any(plain(header) in _PARCEL_ID for header in table.headers):
        return table, {}
    chosen = (
        [columns["address"]]
        if "address" in columns
        else [columns[part] for part in _PARTS if part in columns]
    )
    parcels = current_parcels(project)
    known: dict[tuple[str, ...], str | Problem] = {}
    ids: list[str] = []
    unusable: dict[int, tuple[Problem, ...]] = {}
    for index, row in enumerate(table.rows):
        words = tuple(row[at].strip() if at < len(row) else "" for at in chosen)
        if words not in known:
            known[words] = _parcel_of(parcels, words)
        found = known[words]
        ids.append("" if isinstance(found, Problem) else found)
        if isinstance(found, Problem):
            where = Place(table.file_name, table.sheet, table.number_of(index), value=" ".join(words))
            unusable[index] = (replace(found, place=where),)
    keep = [at for at in range(len(table.headers)) if at not in chosen]
    headers = ("parcel_id", *(table.headers[at] for at in keep))
    rows = tuple(
        (parcel_id, *(row[at] if at < len(row) else "" for at in keep))
        for parcel_id, row in zip(ids, table.rows, strict=True)
    )
    numbers = tuple(map(table.number_of, range(len(rows))))
    return replace(table, headers=headers, rows=rows, numbers=numbers), unusable


def _columns(table: WrittenTable) -> dict[str, int]:
    found: dict[str, int] = {}
    for at, header in enumerate(table.headers):
        meant = recognise(header) if header.strip() else None
        if meant is not None:
            found.setdefault(meant[0], at)
    return found


def _parcel_of(parcels: object, words: tuple[str, ...]) -> str | Problem:
    written = [word for word in words if word]
    if not written:
        return ""
    try:
        return str(find_parcel(parcels, " ".join(written), exact=True)["parcel_id"])
    except KanpoError as error:
        return Problem(error.code, error.what, error.mend)
