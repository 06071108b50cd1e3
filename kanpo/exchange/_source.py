"""Any file of records, told by its content: CSV, workbook, the file of a phone, an export of Field Book."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from kanpo.errors import InputUnusable, Place, Problem
from kanpo.exchange._by_place import with_places_joined
from kanpo.exchange._exif import PhotoFacts, read_photo_facts
from kanpo.exchange._header import is_amount, kind_of_headers, names_of_kind, record_names
from kanpo.exchange._wide import is_wide, made_long
from kanpo.exchange.fieldbook import is_field_book, read_field_book
from kanpo.exchange.phone import HandedPhoto, is_phone_file, read_phone_file
from kanpo.exchange.phone._handed import COLUMNS
from kanpo.locale import Text
from kanpo.store import Project
from kanpo.tables import Table, check_file, read_table

#: Columns that a file of sent-back rows has beside the original ones.
REJECT_HEADERS = ("差戻し理由", "直し方", "コード", "元の行")
_LOOKED_AT = 4096


@dataclass(frozen=True, slots=True)
class RecordsSource:
    """The rows of a file, their kind, what is wrong with the file, and its photos."""

    kind: str
    table: Table
    problems: tuple[Problem, ...] = ()
    photos: tuple[HandedPhoto, ...] = ()


def read_source(project: Project, path: Path, kind: str | None = None) -> RecordsSource:
    """Read a file of records.

    Raises
    ------
    InputUnusable
        It cannot be read, has no rows, its kind cannot be told, or a phone recorded it for another
        project.
    """
    check_file(path)
    with path.open("rb") as stream:
        start = stream.read(_LOOKED_AT)
    if is_phone_file(start):
        return _from_phone(project, path)
    table = read_table(path, recognise=record_names(), known=not kind, alone=is_amount)
    problems = table.problems
    table = _without_reject_columns(table)
    if kind in (None, "observation") and is_field_book(table):
        table, more = read_field_book(project, table)
        return RecordsSource("observation", table, (*problems, *more))
    table = with_places_joined(table)
    if kind in (None, "observation") and is_wide(table):
        table.refuse_doubles(names_of_kind("observation"))
        source = RecordsSource("observation", made_long(table), problems)
    else:
        kind = kind or kind_of_headers(table.headers, path)
        table.refuse_doubles(names_of_kind(kind))
        source = RecordsSource(kind, table, problems)
    if not source.table.rows:
        raise InputUnusable(
            "records.none",
            Text("見出しの下に1行もありません", "there is not one row below the header"),
            Text("見出しの下に1行ずつ書いてください", "enter rows below the header"),
            Place(str(path)),
        )
    return source


def _from_phone(project: Project, path: Path) -> RecordsSource:
    handed = read_phone_file(path)
    if handed.project6 != project.meta["project_id"][-6:]:
        raise InputUnusable(
            "phone.other-project",
            Text(
                f"別のプロジェクトの試験「{handed.trial}」の記録です",
                f"these are records of trial '{handed.trial}' of another project",
            ),
            Text("そのプロジェクトを --project で選んでください", "choose that project with --project"),
            Place(str(path)),
        )
    facts = {photo.record_id: read_photo_facts(photo.content) for photo in handed.photos}
    rows = tuple((*row, *_photo_cells(facts.get(row[0]))) for row in handed.rows)
    table = Table(path.name, (*COLUMNS, *_PHOTO_COLUMNS), rows)
    return RecordsSource("observation", table, handed.problems, photos=handed.photos)


#: What a photo says of itself, as columns of an observation.
_PHOTO_COLUMNS = ("photo_taken_at", "photo_latitude", "photo_longitude", "photo_camera")


def _photo_cells(facts: PhotoFacts | None) -> tuple[str, ...]:
    if facts is None:
        return ("",) * len(_PHOTO_COLUMNS)
    known = (facts.taken_at, facts.latitude, facts.longitude, facts.camera)
    return tuple("" if value is None else str(value) for value in known)


def _without_reject_columns(table: Table) -> Table:
    keep = [index for index, header in enumerate(table.headers) if header not in REJECT_HEADERS]
    if len(keep) == len(table.headers):
        return table
    headers = tuple(table.headers[index] for index in keep)
    rows = tuple(tuple(row[index] for index in keep if index < len(row)) for row in table.rows)
    return replace(table, headers=headers, rows=rows)
