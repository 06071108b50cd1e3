"""Bringing a project file of an older kanpo up to date, forward only and all or nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path

from kanpo.errors import InputUnusable, Place
from kanpo.locale import Text
from kanpo.schema import BOUNDARIES, JOURNAL, RECORD_KINDS, STATEMENTS
from kanpo.store._columns import add_columns, columns_in, refuse_changed_columns
from kanpo.store._computed import list_layer
from kanpo.store._identity import sha256_of
from kanpo.store._kept import keep_all, keep_hashes, keep_table
from kanpo.store._sql import (
    BRANCH_DDL,
    FORMER_SCORES_DDL,
    JOURNAL_DDL,
    JOURNAL_RULES_DDL,
    KEPT_DDL,
    RECEIVED_DDL,
    STATEMENTS_DDL,
    UNDO_DDL,
    guards,
    herb_layer,
    quoted,
    score_values_ddl,
    statements,
    table_ddl,
    views,
)

#: Version of the tables that this kanpo writes.
SCHEMA_VERSION = 6

Migration = Callable[[sqlite3.Connection], None]


def _second_version(connection: sqlite3.Connection) -> None:
    """Version 2: boundaries, register rows without an outline, settings of layers, exclusions."""
    for name in ("parcels", "former_parcels"):
        for column in ("farm_settlement_key", "farm_settlement", "located_by"):
            connection.execute(f"ALTER TABLE {name} ADD COLUMN {column} TEXT")
    for name, column in (("layers", "settings"), ("layers", "made_from"), ("site_factors", "exclusions")):
        connection.execute(f"ALTER TABLE {name} ADD COLUMN {column} TEXT")
    connection.execute(table_ddl(BOUNDARIES, unique="boundary_id"))
    list_layer(connection, BOUNDARIES.name, geometry=True)
    # What was computed before knew nothing of register rows that stand alone.
    connection.execute("DELETE FROM stamps WHERE EXISTS (SELECT 1 FROM register)")


def _records_of_two_devices(connection: sqlite3.Connection) -> None:
    """Version 3: the same record may come from two devices, so its id alone is not unique."""
    for name in views():
        connection.execute(f"DROP VIEW IF EXISTS {quoted(name)}")
    connection.execute("CREATE TEMP TABLE journal_before AS SELECT * FROM journal")
    connection.execute("DROP TABLE journal")
    for statement in statements(JOURNAL_DDL):
        connection.execute(statement)
    names = ", ".join(map(quoted, ("fid", *JOURNAL.keys)))
    connection.execute(f"INSERT INTO journal ({names}) SELECT {names} FROM temp.journal_before ORDER BY fid")
    connection.execute("DROP TABLE temp.journal_before")
    connection.execute("DELETE FROM kanpo_meta WHERE key = 'views'")


def _kept_beside(connection: sqlite3.Connection) -> None:
    """Version 4: tails of forked lanes, and what kanpo last wrote, kept to tell what others edit.

    What stands in the file is taken as it is: nobody knows what was edited before.
    """
    refuse_changed_columns(connection, Path(connection.execute("PRAGMA database_list").fetchone()[2]))
    _make_new_tables(connection)
    _set_scores_aside(connection)
    if "branch" not in columns_in(connection)["journal"]:
        connection.execute(BRANCH_DDL)
    for name in guards():
        connection.execute(f"DROP TRIGGER IF EXISTS {quoted(name)}")
    for name in ("journal_lane", "journal_record", "journal_kind", "journal_supersedes"):
        connection.execute(f"DROP INDEX IF EXISTS {quoted(name)}")
    for statement in statements(JOURNAL_RULES_DDL):
        connection.execute(statement)
    for name, statement in guards().items():
        if name.startswith("outlines_"):
            connection.execute(statement)
    connection.execute("DROP TABLE IF EXISTS kanpo_kept")
    connection.execute(KEPT_DDL)
    add_columns(connection)
    keep_all(connection)


def _scores_by_limitation(connection: sqlite3.Connection) -> None:
    """Version 5: scores of the new definition. What others edited in other tables is still seen."""
    refuse_changed_columns(connection, Path(connection.execute("PRAGMA database_list").fetchone()[2]))
    _make_new_tables(connection)
    _set_scores_aside(connection)
    add_columns(connection)
    for name in ("stamps", "kanpo_meta"):
        keep_table(connection, name)
    keep_hashes(connection, "score_values")


def _set_scores_aside(connection: sqlite3.Connection) -> None:
    """What stood before scores by limitation is kept to be compared; weights and settings stay as they are."""
    if "former_scores" in columns_in(connection):
        return
    connection.execute("DROP VIEW IF EXISTS scores")
    for (herb_id,) in connection.execute("SELECT DISTINCT herb_id FROM score_values").fetchall():
        connection.execute(f"DROP VIEW IF EXISTS {quoted(herb_layer(herb_id))}")
        for table in ("gpkg_geometry_columns", "gpkg_contents"):
            connection.execute(f"DELETE FROM {table} WHERE table_name = ?", (herb_layer(herb_id),))
    connection.execute(FORMER_SCORES_DDL)
    connection.execute(
        "INSERT INTO former_scores SELECT s.herb_id, p.parcel_id, s.score, s.class, s.limiting_factor, s.rank "
        "FROM score_values s JOIN parcels p ON p.fid = s.parcel_fid"
    )
    connection.execute("DROP TABLE score_values")
    connection.execute(score_values_ddl())
    connection.execute(
        "UPDATE stamps SET inputs = json_set(inputs, '$.definition', 'before'), rows = 0 WHERE product = 'scores'"
    )
    connection.execute("DELETE FROM kanpo_meta WHERE key = 'views'")


def _dated_statements(connection: sqlite3.Connection) -> None:
    """Version 6: rows of the register become dated statements, and imports can be undone from now on."""
    refuse_changed_columns(connection, Path(connection.execute("PRAGMA database_list").fetchone()[2]))
    _make_new_tables(connection)
    add_columns(connection)
    connection.execute(
        "UPDATE batches SET as_of = substr(imported_at, 1, 10), as_of_basis = 'assumed' WHERE as_of IS NULL"
    )
    connection.execute(
        _FIRST_STATEMENTS.format(
            subject="register",
            key="register_id",
            received="t.geom, t.attributes",
            table="register",
            chosen="1",
        )
    )
    connection.execute(
        _FIRST_STATEMENTS.format(
            subject="parcel", key="parcel_id", received="NULL, NULL", table="parcels", chosen=_WITH_STATUS
        )
    )
    # Links before knew nothing of rows that speak of one lot.
    connection.execute("DELETE FROM stamps WHERE product = 'links'")
    for name in ("batches", "statements", "stamps", "kanpo_meta"):
        keep_table(connection, name)


#: What stands in a table as the first statement on each of its lots. A survey with a day that names no
#: class found none, as it was understood so far.
_FIRST_STATEMENTS = """
INSERT INTO statements (geom, attributes, lot_id, subject, as_of, as_of_basis, denied, municipality_code,
  settlement, lot_number, land_type, registered_area_m2, idle_class, devastation_class, years_abandoned,
  survey_date, farm_promotion_zone, batch_id, source_row)
SELECT {received}, t.{key}, '{subject}', coalesce(t.survey_date, b.as_of, ''),
  CASE WHEN t.survey_date IS NULL THEN 'assumed' ELSE 'own' END,
  CASE WHEN t.survey_date IS NOT NULL AND t.idle_class IS NULL AND t.devastation_class IS NULL
    THEN 'idle_class devastation_class' END,
  t.municipality_code, t.settlement, t.lot_number, t.land_type, t.registered_area_m2, t.idle_class,
  t.devastation_class, t.years_abandoned, t.survey_date, t.farm_promotion_zone, t.batch_id, t.source_row
FROM {table} t LEFT JOIN batches b ON b.batch_id = t.batch_id
WHERE {chosen} ORDER BY t.fid
"""
_WITH_STATUS = (
    "t.located_by IS NULL AND (t.survey_date IS NOT NULL OR t.idle_class IS NOT NULL "
    "OR t.devastation_class IS NOT NULL OR t.years_abandoned IS NOT NULL)"
)


def _make_new_tables(connection: sqlite3.Connection) -> None:
    """Make the tables that came since; older steps already keep and name every table there is."""
    there = columns_in(connection)
    if "statements" not in there:
        for statement in statements(STATEMENTS_DDL):
            connection.execute(statement)
        list_layer(connection, STATEMENTS.name, geometry=True)
    for name, ddl in (("batch_undo", UNDO_DDL), ("received", RECEIVED_DDL)):
        if name not in there:
            connection.execute(ddl)


#: What lifts a file from version n to n + 1.
MIGRATIONS: dict[int, Migration] = {
    1: _second_version,
    2: _records_of_two_devices,
    3: _kept_beside,
    4: _scores_by_limitation,
    5: _dated_statements,
}


def version_of(connection: sqlite3.Connection) -> int:
    """Version of the tables in the file.

    Raises
    ------
    sqlite3.DatabaseError
        The file does not say it.
    """
    row = connection.execute("SELECT value FROM kanpo_meta WHERE key = 'schema_version'").fetchone()
    if row is None or not str(row[0]).isdecimal():
        raise sqlite3.DatabaseError("kanpo_meta: schema_version")
    return int(row[0])


def refuse_newer(connection: sqlite3.Connection, path: str, newest: int = SCHEMA_VERSION) -> None:
    """Stop at a file that a newer kanpo wrote.

    Raises
    ------
    InputUnusable
        Its version is higher than `newest`.
    """
    found = version_of(connection)
    if found > newest:
        raise InputUnusable(
            "store.newer",
            Text(
                f"新しい kanpo で作られたファイルです(版 {found}、この kanpo は {newest} まで)",
                f"made by a newer kanpo (version {found}; this kanpo knows up to {newest})",
            ),
            Text(
                "kanpo を新しくしてください(ファイルは変えていません)", "update kanpo (the file is unchanged)"
            ),
            Place(path),
        )


def migrate(
    connection: sqlite3.Connection,
    migrations: Mapping[int, Migration] = MIGRATIONS,
    newest: int = SCHEMA_VERSION,
) -> None:
    """Lift the file to `newest`, step by step, inside the caller's transaction."""
    for version in range(version_of(connection), newest):
        migrations[version](connection)
        connection.execute(
            "UPDATE kanpo_meta SET value = ? WHERE key = 'schema_version'", (str(version + 1),)
        )


def views_digest() -> str:
    """Hash of all views: tells whether the file shows records as this schema describes them."""
    return sha256_of("\n".join(views().values()).encode())


def views_current(connection: sqlite3.Connection) -> bool:
    """Whether the views in the file are those of this schema."""
    row = connection.execute("SELECT value FROM kanpo_meta WHERE key = 'views'").fetchone()
    return row is not None and row[0] == views_digest()


def lend_views(connection: sqlite3.Connection) -> None:
    """Show records as this schema describes them for as long as the connection lasts; the file stays as it is."""
    for statement in views().values():
        connection.execute(statement.replace("CREATE VIEW", "CREATE TEMP VIEW", 1))


def refresh_views(connection: sqlite3.Connection) -> None:
    """Make the views of records anew; a kind or field added to the schema shows at once."""
    for name, statement in views().items():
        connection.execute(f"DROP VIEW IF EXISTS {quoted(name)}")
        connection.execute(statement)
    for table in RECORD_KINDS.values():
        listed = connection.execute(
            "SELECT 1 FROM gpkg_contents WHERE table_name = ?", (table.name,)
        ).fetchone()
        if not listed:
            list_layer(connection, table.name, geometry=table.outline)
    connection.execute("INSERT OR REPLACE INTO kanpo_meta VALUES ('views', ?)", (views_digest(),))
