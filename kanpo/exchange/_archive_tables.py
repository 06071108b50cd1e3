"""The tables of an archive as rows from which a project is made again, without any loss."""

from __future__ import annotations

import json
from collections.abc import Iterator

import orjson

from kanpo.parcels import known_attributes
from kanpo.store import Project, TableRows, arrivals, dump_tables, project_notes

#: What a line of the file begins with: the project's notes, a table, or a row of the table above.
_NOTES, _TABLE = "project", "table"


def write_tables(project: Project) -> bytes:
    """Lines of JSON: the notes of the project, then each table with its columns and its rows.

    Geometries are the bytes of GeoPackage in hexadecimal. Columns as they were received may hold
    anything, names of owners among them: only those from which a site factor is read stay.
    """
    lines = [orjson.dumps([_NOTES, project_notes(project), arrivals(project)])]
    for table in dump_tables(project):
        lines.append(orjson.dumps([_TABLE, table.name, table.columns]))
        geom, received = (_place(table, key) for key in ("geom", "attributes"))
        for row in table.rows:
            cells = list(row)
            if geom is not None and isinstance(cells[geom], bytes):
                cells[geom] = cells[geom].hex()  # type: ignore[attr-defined]
            if received is not None:
                cells[received] = known_attributes(cells[received])
            lines.append(orjson.dumps(cells))
    return b"\n".join(lines) + b"\n"


def read_tables(content: bytes) -> tuple[dict[str, str], list[tuple[int, int]], list[TableRows]]:
    """What `write_tables` wrote: notes, order of arrival, tables.

    Raises
    ------
    ValueError
        It is something else.
    """
    lines = iter(content.splitlines())
    head = json.loads(next(lines, b"null"))
    if not isinstance(head, list) or len(head) != 3 or head[0] != _NOTES or not isinstance(head[1], dict):
        raise ValueError("no notes")
    notes = {str(key): str(value) for key, value in head[1].items()}
    order = [(int(first), int(count)) for first, count in head[2]]
    return notes, order, list(_tables(lines))


def _tables(lines: Iterator[bytes]) -> Iterator[TableRows]:
    name, columns, rows = "", list[str](), list[list[object]]()
    for line in lines:
        cells = orjson.loads(line)
        if not isinstance(cells, list):
            raise ValueError("no row")
        if cells[:1] == [_TABLE] and len(cells) == 3 and isinstance(cells[2], list):
            if name:
                yield TableRows(name, tuple(columns), rows)
            name, columns, rows = str(cells[1]), [str(key) for key in cells[2]], []
            continue
        if len(cells) != len(columns):
            raise ValueError("no row")
        if columns[:1] == ["geom"] and cells[0] is not None:
            cells[0] = bytes.fromhex(cells[0])
        rows.append(cells)
    if name:
        yield TableRows(name, tuple(columns), rows)


def _place(table: TableRows, key: str) -> int | None:
    return table.columns.index(key) if key in table.columns else None
