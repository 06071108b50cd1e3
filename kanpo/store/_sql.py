"""SQL made from the schema: tables, views of records, triggers, and GeoPackage's own tables."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from itertools import chain

from kanpo.errors import Place, UsageError
from kanpo.locale import Text
from kanpo.schema import (
    BATCHES,
    BOUNDARIES,
    FACTOR_VALUES,
    FORMER_PARCELS,
    JOURNAL,
    LAYERS,
    LINEAGE,
    ORIGINALS,
    OUTLINES,
    PARCELS,
    RECORD_KINDS,
    REGISTER,
    REGISTER_LINKS,
    SCORES,
    STAMPS,
    STATEMENTS,
    Field,
    Table,
)

_TYPES = {
    "text": "TEXT",
    "integer": "INTEGER",
    "number": "DOUBLE",
    "amount": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "timestamp": "TEXT",
    "json": "TEXT",
    "geometry": "BLOB",
    "blob": "BLOB",
    **dict.fromkeys(("masses", "measured", "npk"), "TEXT"),
}

GEOPACKAGE = """
CREATE TABLE gpkg_spatial_ref_sys (
  srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL,
  organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
CREATE TABLE gpkg_contents (
  table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE, description TEXT DEFAULT '',
  last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
  min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
  CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_geometry_columns (
  table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL,
  z TINYINT NOT NULL, m TINYINT NOT NULL,
  CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name), CONSTRAINT uk_gc_table_name UNIQUE (table_name),
  CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
  CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE kanpo_meta (key TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL);
"""

#: Tables that QGIS lists; the others are kanpo's own.
LISTED = (
    *(PARCELS, FORMER_PARCELS, LINEAGE, REGISTER, STATEMENTS, REGISTER_LINKS, BOUNDARIES, BATCHES, LAYERS),
    *(FACTOR_VALUES, JOURNAL),
)

_APPEND_ONLY = """
CREATE TRIGGER {name}_no_update BEFORE UPDATE {of}ON {name} BEGIN
  SELECT RAISE(ABORT, 'append-only: write a record that supersedes'); END;
CREATE TRIGGER {name}_no_delete BEFORE DELETE ON {name} BEGIN
  SELECT RAISE(ABORT, 'append-only: write a record that supersedes'); END;
CREATE TRIGGER {name}_no_replace BEFORE INSERT ON {name}
  WHEN EXISTS (SELECT 1 FROM {name} WHERE fid = NEW.fid OR {same}) BEGIN
  SELECT RAISE(ABORT, 'append-only: this record is already there'); END;
"""


def quoted(name: str) -> str:
    """An identifier that SQL takes literally.

    In brackets: a name in double quotes that is no column would be taken for a text, and a deleted
    column would show its own name as data.
    """
    if "]" in name:
        raise UsageError(
            "store.name",
            Text("名前に ] は使えません", "a name cannot hold ]"),
            Text("別の名前にしてください", "choose another name"),
            Place(value=name),
        )
    return f"[{name}]"


def literal(text: str) -> str:
    """A string that SQL takes literally; for views, which allow no parameters."""
    return "'" + text.replace("'", "''") + "'"


#: Rows of one statement. A row for each statement costs three times as much where a guard may abort it:
#: SQLite then keeps what a statement changes until its end.
_AT_ONCE = 100


def insert_rows(
    connection: sqlite3.Connection, table: str, columns: Sequence[str], rows: Sequence[tuple[object, ...]]
) -> None:
    """Add rows to a table, within the caller's transaction."""
    names, marks = ", ".join(map(quoted, columns)), ", ".join("?" * len(columns))
    for start in range(0, len(rows), _AT_ONCE):
        part = rows[start : start + _AT_ONCE]
        connection.execute(
            f"INSERT INTO {quoted(table)} ({names}) VALUES {', '.join([f'({marks})'] * len(part))}",
            list(chain.from_iterable(part)),
        )


def table_ddl(table: Table, *, unique: str | None = None) -> str:
    """``CREATE TABLE`` of a table of the schema, as a GeoPackage wants it (``fid``, ``geom``)."""
    columns = ["fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL"]
    if table.outline:
        columns.append("geom BLOB")
    columns += [_column(field, unique) for field in table.fields]
    return f"CREATE TABLE {quoted(table.name)} (\n  " + ",\n  ".join(columns) + ");"


def _column(field: Field, unique: str | None) -> str:
    parts = [quoted(field.key), _TYPES[field.type]]
    if field.required:
        parts.append("NOT NULL")
    if field.key == unique:
        parts.append("UNIQUE")
    return " ".join(parts)


#: Which tail of a lane that was continued in two copies a record stands in: the first twelve digits of
#: the hash of the tail's first record, empty where nothing was forked. It follows from the chain, so
#: it is no part of what is hashed, and it alone may change when copies are united.
BRANCH_DDL = "ALTER TABLE journal ADD COLUMN branch TEXT NOT NULL DEFAULT '';"
#: A record's device as people and the views see it: every tail of a forked lane is a lane of its own.
LANE = "CASE j.branch WHEN '' THEN j.device ELSE j.device || '~' || j.branch END"

#: A statement is looked up by the lot that it speaks of.
STATEMENTS_DDL = f"{table_ddl(STATEMENTS)}\nCREATE INDEX statements_lot ON statements (lot_id);"

#: The journal. A record may stand in it twice, written by two devices that imported the same file.
JOURNAL_TABLE_DDL = table_ddl(JOURNAL)
JOURNAL_RULES_DDL = "\n".join(
    (
        "CREATE UNIQUE INDEX journal_lane ON journal (device, branch, sequence);",
        "CREATE INDEX journal_record ON journal (record_id);",
        "CREATE INDEX journal_kind ON journal (kind);",
        "CREATE INDEX journal_supersedes ON journal (supersedes) WHERE supersedes IS NOT NULL;",
        _APPEND_ONLY.format(
            name="journal",
            of=f"OF fid, {', '.join(map(quoted, JOURNAL.keys))} ",
            same="(device = NEW.device AND branch = NEW.branch AND sequence = NEW.sequence)",
        ),
    )
)
JOURNAL_DDL = f"{JOURNAL_TABLE_DDL}\n{BRANCH_DDL}\n{JOURNAL_RULES_DDL}"

OUTLINES_DDL = "\n".join(
    (
        table_ddl(OUTLINES, unique="outline"),
        _APPEND_ONLY.format(name="outlines", of="", same="outline = NEW.outline"),
    )
)

#: What is kept of a score beside its parcel and herb.
SCORE_KEYS = tuple(key for key in SCORES.keys if key not in ("parcel_id", "herb_id"))


def score_values_ddl() -> str:
    """The table that holds scores, one short row for each parcel and herb."""
    columns = ", ".join(f"{quoted(key)} {_TYPES[SCORES.field(key).type]}" for key in SCORE_KEYS)
    return (
        f"CREATE TABLE score_values (herb_id TEXT NOT NULL, parcel_fid INTEGER NOT NULL, {columns}, "
        "PRIMARY KEY (herb_id, parcel_fid)) WITHOUT ROWID;"
    )


#: What stood before the scores that stand now, to say what changed in a ranking.
FORMER_SCORES_DDL = """
CREATE TABLE former_scores (
  herb_id TEXT NOT NULL, parcel_id TEXT NOT NULL, score DOUBLE, class TEXT, limiting_factor TEXT, rank INTEGER,
  PRIMARY KEY (herb_id, parcel_id)) WITHOUT ROWID;
"""

#: What kanpo last wrote, table by table in parts: what was imported with its content, compressed, and
#: what was computed as a hash only. What somebody edits beside kanpo shows against it.
KEPT_DDL = """
CREATE TABLE kanpo_kept (
  table_name TEXT NOT NULL, part NOT NULL, sha256 TEXT NOT NULL, content BLOB, PRIMARY KEY (table_name, part));
"""

#: What each import took away or changed, so that it can be undone.
UNDO_DDL = "CREATE TABLE batch_undo (batch_id TEXT PRIMARY KEY NOT NULL, content BLOB NOT NULL);"
#: Files as they were received, compressed, in parts.
RECEIVED_DDL = (
    "CREATE TABLE received (sha256 TEXT NOT NULL, part INTEGER NOT NULL, content BLOB NOT NULL, "
    "PRIMARY KEY (sha256, part));"
)

#: Tables of the schema that stand in the file; what is recorded has views instead.
STORED = (
    *(PARCELS, FORMER_PARCELS, LINEAGE, REGISTER, STATEMENTS, REGISTER_LINKS, BOUNDARIES, BATCHES),
    *(LAYERS, ORIGINALS),
    *(JOURNAL, OUTLINES, FACTOR_VALUES, STAMPS),
)


def stored_columns() -> dict[str, dict[str, str]]:
    """The columns that every table of a project file has, with their types."""
    tables = {
        table.name: {"fid": "INTEGER"}
        | ({"geom": "BLOB"} if table.outline else {})
        | {field.key: _TYPES[field.type] for field in table.fields}
        for table in STORED
    }
    tables["journal"]["branch"] = "TEXT"
    return tables | {
        "score_values": {"herb_id": "TEXT", "parcel_fid": "INTEGER"}
        | {key: _TYPES[SCORES.field(key).type] for key in SCORE_KEYS},
        "former_scores": {"herb_id": "TEXT", "parcel_id": "TEXT", "score": "DOUBLE", "class": "TEXT"}
        | {"limiting_factor": "TEXT", "rank": "INTEGER"},
        "kanpo_meta": {"key": "TEXT", "value": "TEXT"},
        "kanpo_kept": {"table_name": "TEXT", "part": "", "sha256": "TEXT", "content": "BLOB"},
        "batch_undo": {"batch_id": "TEXT", "content": "BLOB"},
        "received": {"sha256": "TEXT", "part": "INTEGER", "content": "BLOB"},
    }


_SCORE_COLUMNS = ", ".join(f"s.{quoted(key)}" for key in SCORE_KEYS)
SCORES_VIEW = f"""
CREATE VIEW scores AS SELECT p.parcel_id, s.herb_id, {_SCORE_COLUMNS}
FROM score_values s JOIN parcels p ON p.fid = s.parcel_fid
"""


def statements(script: str) -> list[str]:
    """The statements of a script; ``executescript`` would end the caller's transaction."""
    found, piece = [], ""
    for line in script.splitlines(keepends=True):
        piece += line
        if sqlite3.complete_statement(piece):
            found.append(piece)
            piece = ""
    return found


def first_schema() -> str:
    """Everything that a new project file holds, views and listed layers left out."""
    return "\n".join(
        (
            GEOPACKAGE,
            table_ddl(PARCELS, unique="parcel_id"),
            table_ddl(FORMER_PARCELS),
            table_ddl(LINEAGE),
            table_ddl(REGISTER, unique="register_id"),
            STATEMENTS_DDL,
            table_ddl(REGISTER_LINKS, unique="register_id"),
            table_ddl(BOUNDARIES, unique="boundary_id"),
            table_ddl(BATCHES, unique="batch_id"),
            table_ddl(LAYERS, unique="layer_id"),
            table_ddl(ORIGINALS, unique="sha256"),
            JOURNAL_DDL,
            OUTLINES_DDL,
            table_ddl(FACTOR_VALUES, unique="parcel_id"),
            score_values_ddl(),
            FORMER_SCORES_DDL,
            table_ddl(STAMPS, unique="product"),
            KEPT_DDL,
            UNDO_DDL,
            RECEIVED_DDL,
        )
    )


def table_statements() -> dict[str, str]:
    """The statement that makes each of kanpo's tables, by name."""
    made = (statement.strip() for statement in statements(first_schema()))
    return {s.split()[2].strip("[]"): s for s in made if s.startswith("CREATE TABLE")}


def record_view(table: Table) -> str:
    """The view that shows the standing records of one kind: what was superseded is left out.

    Of a record that two devices hold alike, one is shown.
    """
    geometry = "o.geom AS geom, " if table.outline else ""
    join = " LEFT JOIN outlines o ON o.outline = j.outline" if table.outline else ""
    fields = ", ".join(f"{_extracted(field)} AS {quoted(field.key)}" for field in table.fields)
    return (
        f"CREATE VIEW {quoted(table.name)} AS SELECT j.fid AS OGC_FID, {geometry}j.record_id, {fields}, "
        f"j.happened_at, j.actor, j.recorded_at, {LANE} AS device, j.supersedes, j.reason "
        f"FROM journal j{join} WHERE j.kind = {literal(table.key)} AND j.body IS NOT NULL "
        "AND NOT EXISTS (SELECT 1 FROM journal s WHERE s.supersedes = j.record_id) "
        "AND NOT EXISTS (SELECT 1 FROM journal d WHERE d.record_id = j.record_id AND d.body IS j.body "
        "AND d.happened_at = j.happened_at "
        "AND (d.device, d.branch, d.sequence) < (j.device, j.branch, j.sequence))"
    )


def _extracted(field: Field) -> str:
    """A field of the body, cast where GIS programs would otherwise take a number for text."""
    value = f"json_extract(j.body, {literal('$.' + field.key)})"
    cast = {"number": "REAL", "amount": "REAL", "integer": "INTEGER"}.get(field.type)
    return f"CAST({value} AS {cast})" if cast else value


def herb_view(herb_id: str) -> str:
    """The layer that shows one herb's scores on the parcels."""
    return (
        f"CREATE VIEW {quoted(herb_layer(herb_id))} AS SELECT p.fid AS OGC_FID, p.geom AS geom, p.parcel_id, "
        f"p.settlement, p.lot_number, p.area_m2, {_SCORE_COLUMNS} FROM score_values s "
        f"JOIN parcels p ON p.fid = s.parcel_fid WHERE s.herb_id = {literal(herb_id)}"
    )


def herb_layer(herb_id: str) -> str:
    """Name of the layer with one herb's scores."""
    return f"{SCORES.name}_{herb_id}"


def views() -> dict[str, str]:
    """Every view that depends on the schema alone, by its name."""
    return {"scores": SCORES_VIEW, **{table.name: record_view(table) for table in RECORD_KINDS.values()}}


def guards() -> dict[str, str]:
    """The triggers that refuse to change history, by their name."""
    made = [statement.strip() for statement in statements(JOURNAL_DDL + "\n" + OUTLINES_DDL)]
    return {statement.split()[2]: statement for statement in made if statement.startswith("CREATE TRIGGER")}
