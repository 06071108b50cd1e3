"""Parcels that records name by 大字 and 地番, as people do, instead of by id."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kanpo.errors import Problem, UsageError
from kanpo.parcels import current_parcels, find_parcel
from kanpo.reading import plain_header, read_place
from kanpo.schema import RECORD_KINDS, names_of
from kanpo.store import Project


def with_parcel_ids(
    project: Project, kind: str, columns: Mapping[str, Sequence[str | None]]
) -> Mapping[str, Sequence[str | None]]:
    """The columns with the id where a settlement and a whole lot number name one parcel of today.

    What names none, or several, stays as it was written, and is refused as an unknown id is.
    """
    field = next((field for field in RECORD_KINDS[kind].fields if field.key == "parcel_id"), None)
    names = names_of(field) if field is not None else frozenset()
    header = next(
        (header for header in columns if plain_header(header.removeprefix("\ufeff")) in names), None
    )
    if header is None:
        return columns
    known = set(project.imported.parcel_ids())
    words = {word for word in columns[header] if word and word.strip() not in known and _is_place(word)}
    if not words:
        return columns
    parcels = current_parcels(project)
    ids: dict[str | None, str] = {}
    for word in words:
        try:
            ids[word] = str(find_parcel(parcels, word, exact=True)["parcel_id"])
        except UsageError:
            continue
    return {**columns, header: [ids.get(word, word) for word in columns[header]]}


def _is_place(word: str) -> bool:
    place = read_place(word)
    return not isinstance(place, Problem) and bool(place.settlement and place.lot)
