"""Whether every table has the columns of the schema: one that is gone is never read as something else."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from kanpo.errors import IntegrityFailure, Place, Problem
from kanpo.locale import Text
from kanpo.schema import FACTOR_VALUES
from kanpo.store._sql import quoted, stored_columns

_KEY = "columns"

#: Types of columns are compared by SQLite's rule of affinity (datatype3.html, section 3.1), in its order.
_AFFINITIES = (
    ("INT", "integer"),
    ("CHAR", "text"),
    ("CLOB", "text"),
    ("TEXT", "text"),
    ("BLOB", "blob"),
    ("REAL", "real"),
    ("FLOA", "real"),
    ("DOUB", "real"),
)

#: The columns of the third version, the last that kept no list of its own.
_OF_PARCELS = (
    "fid geom parcel_id municipality_code settlement lot_number land_type registered_area_m2 area_m2 idle_class "
    "devastation_class years_abandoned survey_date farm_promotion_zone farm_settlement_key farm_settlement "
    "located_by source_year attributes batch_id source_row"
)
OF_THIRD_VERSION = {
    "parcels": _OF_PARCELS,
    "former_parcels": _OF_PARCELS,
    "lineage": "fid old_id new_id kind share_old share_new by confidence old_year new_year",
    "register": (
        "fid geom register_id municipality_code settlement lot_number land_type registered_area_m2 idle_class "
        "devastation_class years_abandoned survey_date farm_promotion_zone attributes batch_id source_row"
    ),
    "register_links": "fid register_id parcel_id kind distance_m area_ratio confidence probability margin reason",
    "boundaries": (
        "fid geom boundary_id boundary_kind name municipality_code farm_settlement_key batch_id source_row"
    ),
    "batches": (
        "fid batch_id batch_kind file_name sha256 source source_crs mapping read stored updated unchanged "
        "repaired rejected actor imported_at"
    ),
    "layers": (
        "fid layer_id title layer_kind columns source licence date settings sha256 file_name made_from added_at"
    ),
    "originals": "fid sha256 content",
    "journal": (
        "fid record_id kind device sequence actor happened_at recorded_at supersedes reason outline body "
        "previous hash"
    ),
    "outlines": "fid geom outline",
    "site_factors": "fid parcel_id sources coverage exclusions",
    "stamps": "fid product inputs parameters rows computed_at kanpo_version",
    "score_values": "herb_id parcel_fid score lower upper class limiting_factor rank",
    "kanpo_meta": "key value",
}


@dataclass(frozen=True, slots=True)
class ColumnChange:
    """A column that is gone, came from elsewhere or has another type; `column` None is the whole table."""

    table: str
    column: str | None
    what: str

    def problem(self, path: Path) -> Problem:
        """What to say of it."""
        name = self.table if self.column is None else f"{self.table}.{self.column}"
        return Problem(f"verify.{self.what}", _WHAT[self.what], _MEND, Place(str(path), column=name))


_WHAT = {
    "column-gone": Text(
        "列がなくなっています(消されたか、名前が変えられた)", "a column is gone (deleted or renamed)"
    ),
    "table-gone": Text(
        "表がなくなっています(消されたか、名前が変えられた)", "a table is gone (deleted or renamed)"
    ),
    "column-type": Text("列の型が変えられています", "the type of a column was changed"),
}
_MEND = Text(
    "kanpo edits undo で元に戻せます。このまま使うなら kanpo edits accept --reason 理由",
    "kanpo edits undo brings it back; to go on as it is: kanpo edits accept --reason WHY",
)


def columns_in(connection: sqlite3.Connection) -> dict[str, dict[str, tuple[str, bool]]]:
    """Type, and whether it is the key, of every column of kanpo's tables in the file."""
    found: dict[str, dict[str, tuple[str, bool]]] = {}
    # To SQLite, names that differ in capitals only are the same.
    rows = connection.execute(
        "SELECT lower(m.name), lower(c.name), c.type, c.pk FROM main.sqlite_master m "
        "JOIN pragma_table_info(m.name, 'main') c WHERE m.type = 'table' "
        "AND lower(m.name) IN (SELECT value FROM json_each(?))",
        (json.dumps(list(stored_columns())),),
    )
    for table, column, kind, key in rows:
        found.setdefault(table, {})[column] = (kind, bool(key))
    return found


def changed_columns(connection: sqlite3.Connection) -> list[ColumnChange]:
    """Columns and tables that this file had and that are gone, or are of another type."""
    found, had = columns_in(connection), _columns_it_had(connection)
    changes = []
    for table, columns in stored_columns().items():
        before = had.get(table, set())
        if before and table not in found:
            changes.append(ColumnChange(table, None, "table-gone"))
            continue
        for column, kind in columns.items():
            if column not in found.get(table, {}):
                changes += [ColumnChange(table, column, "column-gone")] if column in before else []
                continue
            given, is_key = found[table][column]
            if _affinity(given) != _affinity(kind) or (column == "fid" and not is_key):
                changes.append(ColumnChange(table, column, "column-type"))
    return changes


def columns_to_add(connection: sqlite3.Connection) -> list[tuple[str, str, str]]:
    """Table, column and type of what the schema has and the file never had: it came with a newer kanpo."""
    found, had = columns_in(connection), _columns_it_had(connection)
    return [
        (table, column, kind)
        for table, columns in stored_columns().items()
        for column, kind in columns.items()
        if table in found and column not in found[table] and column not in had.get(table, set())
    ]


def extra_columns(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    """Columns of kanpo's tables that are nobody's but the user's."""
    found = columns_in(connection)
    return [
        (table, column)
        for table, columns in stored_columns().items()
        for column in found.get(table, {})
        if column not in columns
    ]


def refuse_changed_columns(connection: sqlite3.Connection, path: Path) -> None:
    """Stop where a table lacks what it had.

    Raises
    ------
    IntegrityFailure
        It names each column and table.
    """
    gone = [change for change in changed_columns(connection) if change.what != "column-type"]
    if gone:
        first = gone[0]
        name = first.table if first.column is None else f"{first.table}.{first.column}"
        raise IntegrityFailure(
            "store.column-gone",
            Text(
                f"表か列がなくなっています({name})。ほかのプログラムで消されたか、名前が変えられました",
                f"a table or column is gone ({name}); another program deleted or renamed it",
            ),
            _MEND,
            Place(str(path)),
            tuple(change.problem(path) for change in gone),
        )


def add_columns(connection: sqlite3.Connection) -> None:
    """Give the file the columns that came with this kanpo, within the caller's transaction."""
    for table, column, kind in columns_to_add(connection):
        connection.execute(f"ALTER TABLE {quoted(table)} ADD COLUMN {quoted(column)} {kind}")
        if table == FACTOR_VALUES.name:
            # What was computed before knew nothing of a new factor.
            connection.execute("DELETE FROM stamps WHERE product = 'factors'")
    keep_columns(connection)


def lend_columns(connection: sqlite3.Connection) -> None:
    """Let columns that came with this kanpo be read as empty in a file that cannot be written to."""
    lent: dict[str, list[str]] = {}
    for table, column, _ in columns_to_add(connection):
        lent.setdefault(table, []).append(column)
    for table, columns in lent.items():
        blanks = ", ".join(f"NULL AS {quoted(column)}" for column in columns)
        connection.execute(
            f"CREATE TEMP VIEW {quoted(table)} AS SELECT *, {blanks} FROM main.{quoted(table)}"
        )


def keep_columns(connection: sqlite3.Connection) -> None:
    """Note which columns the file has now, so that one deleted later is told from one that never was."""
    found = columns_in(connection)
    names = {
        table: [column for column in columns if column in found[table]]
        for table, columns in stored_columns().items()
    }
    text = json.dumps(names)
    kept = connection.execute("SELECT value FROM kanpo_meta WHERE key = ?", (_KEY,)).fetchone()
    if kept != (text,):
        connection.execute("INSERT OR REPLACE INTO kanpo_meta VALUES (?, ?)", (_KEY, text))


def _columns_it_had(connection: sqlite3.Connection) -> dict[str, set[str]]:
    try:
        row = connection.execute("SELECT value FROM kanpo_meta WHERE key = ?", (_KEY,)).fetchone()
        names = json.loads(row[0]) if row else None
    except (sqlite3.Error, ValueError, TypeError):
        names = None
    if isinstance(names, dict):
        return {str(table): set(map(str, columns)) for table, columns in names.items()}
    return {table: set(columns.split()) for table, columns in OF_THIRD_VERSION.items()}


def _affinity(kind: str) -> str:
    upper = kind.upper()
    for part, affinity in _AFFINITIES:
        if part in upper:
            return affinity
    return "blob" if not upper else "numeric"
