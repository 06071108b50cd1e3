"""Any file of records, told by its content: CSV, workbook, the file of a phone, an export of Field Book."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from kanpo.errors import InputUnusable, Place, Problem
from kanpo.exchange._by_place import with_places_joined
from kanpo.exchange._exif import PhotoFacts, read_photo_facts
from kanpo.exchange._header import kind_of_headers
from kanpo.exchange._sheet_table import read_record_sheet
from kanpo.exchange._table import WrittenTable, read_csv
from kanpo.exchange._wide import is_wide, made_long
from kanpo.exchange.fieldbook import is_field_book, read_field_book
from kanpo.exchange.phone import HandedPhoto, is_phone_file, read_phone_file
from kanpo.exchange.phone._handed import COLUMNS
from kanpo.files import check_table_file
from kanpo.locale import Text
from kanpo.store import Project

#: Columns that a file of sent-back rows has beside the original ones.
REJECT_HEADERS = ("差戻し理由", "直し方", "コード", "元の行")
_LOOKED_AT = 4096


@dataclass(frozen=True, slots=True)
class RecordsSource:
    """The rows of a file, their kind, what is wrong with the file, with single rows, and its photos."""

    kind: str
    table: WrittenTable
    problems: tuple[Problem, ...] = ()
    unusable: dict[int, tuple[Problem, ...]] = field(default_factory=dict)
    photos: tuple[HandedPhoto, ...] = ()


def read_source(project: Project, path: Path, kind: str | None = None) -> RecordsSource:
    """Read a file of records.

    Raises
    ------
    InputUnusable
        It cannot be read, has no rows, its kind cannot be told, or a phone recorded it for another
        project.
    """
    check_table_file(path)
    with path.open("rb") as stream:
        start = stream.read(_LOOKED_AT)
    if is_phone_file(start):
        return _from_phone(project, path)
    if start.startswith(b"PK\x03\x04"):
        table, problems, unusable = read_record_sheet(path)
    else:
        table, problems, unusable = _without_reject_columns(read_csv(path)), (), {}
        if kind in (None, "observation") and is_field_book(table):
            table, problems = read_field_book(project, table)
            return RecordsSource("observation", table, problems)
        table = _without_blank_rows(table)
    table = with_places_joined(table)
    if kind in (None, "observation") and is_wide(table):
        source = _from_wide(RecordsSource("observation", table, problems, unusable))
    else:
        source = RecordsSource(kind or kind_of_headers(table.headers, path), table, problems, unusable)
    if not source.table.rows:
        raise InputUnusable(
            "records.none",
            Text("記録が1行もありません", "there is not one record in it"),
            Text("見出しの下に記録を入れてください", "enter records below the header"),
            Place(str(path)),
        )
    return source


def _from_wide(source: RecordsSource) -> RecordsSource:
    table, origin = made_long(source.table)
    unusable = {row: source.unusable[of] for row, of in origin.items() if of in source.unusable}
    return replace(source, table=table, unusable=unusable)


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
    table = WrittenTable(path.name, (*COLUMNS, *_PHOTO_COLUMNS), rows)
    return RecordsSource("observation", table, handed.problems, photos=handed.photos)


#: What a photo says of itself, as columns of an observation.
_PHOTO_COLUMNS = ("photo_taken_at", "photo_latitude", "photo_longitude", "photo_camera")


def _photo_cells(facts: PhotoFacts | None) -> tuple[str, ...]:
    if facts is None:
        return ("",) * len(_PHOTO_COLUMNS)
    known = (facts.taken_at, facts.latitude, facts.longitude, facts.camera)
    return tuple("" if value is None else str(value) for value in known)


def _without_reject_columns(table: WrittenTable) -> WrittenTable:
    keep = [index for index, header in enumerate(table.headers) if header not in REJECT_HEADERS]
    if len(keep) == len(table.headers) and all(len(row) <= len(keep) for row in table.rows):
        return table
    headers = tuple(table.headers[index] for index in keep)
    rows = tuple(tuple(row[index] for index in keep if index < len(row)) for row in table.rows)
    return replace(table, headers=headers, rows=rows)


def _without_blank_rows(table: WrittenTable) -> WrittenTable:
    return table.choose([i for i, row in enumerate(table.rows) if "".join(row).strip()])
