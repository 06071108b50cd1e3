"""Two copies of one project on one computer, and strange things in the file that kanpo writes to."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from kanpo.errors import IntegrityFailure
from kanpo.settings import config_folder
from kanpo.store import Project, undo_edits, verify_project
from kanpo.store import _columns as columns_module
from kanpo.store import _objects as objects_module
from kanpo.store._sql import quoted, stored_columns
from tests.store.test_merge import events, merge, observation

_RECORDING = """
import sys, time
from pathlib import Path
from kanpo.store import NewRecord, Project
path, start, count = Path(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
with Project.open(path, write=True) as project:
    time.sleep(max(0, start - time.time()))
    for _ in range(count):
        project.journal.append([NewRecord("visit", {"parcel_id": "P1"}, "2025-05-01")] * 1)
"""


@pytest.mark.parametrize("name", [None, "窓口"])
def test_r24_two_copies_that_record_at_once_never_share_a_number(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str | None
) -> None:
    if name:
        monkeypatch.setenv("KANPO_DEVICE", name)
    project.journal.append([observation(1)])
    project.close()
    paths = [tmp_path / "a.gpkg", tmp_path / "b.gpkg"]
    for path in paths:
        shutil.copy(project.path, path)
    start = str(time.time() + 2)
    running = [subprocess.Popen([sys.executable, "-c", _RECORDING, str(path), start, "20"]) for path in paths]
    assert [process.wait(60) for process in running] == [0, 0]
    numbers = [{(device, number): digest for device, number, digest in events(path)} for path in paths]
    same = numbers[0].keys() & numbers[1].keys()
    assert all(numbers[0][key] == numbers[1][key] for key in same) and len(same) == 1
    assert merge(*paths) == 20 and verify_project(paths[0]) == []


@pytest.mark.parametrize("damage", ["file instead of folder", "no database", "locked away"])
def test_r24_without_a_usable_settings_folder_the_lane_is_a_fresh_one(
    project: Project, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    project.journal.append([observation(1)])
    (memory,) = (config_folder() / "devices").iterdir()
    if damage == "file instead of folder":
        shutil.rmtree(memory.parent)
        memory.parent.write_bytes(b"")
    elif damage == "no database":
        memory.write_bytes(b"not a database at all" * 100)
    else:
        monkeypatch.setenv("KANPO_CONFIG", "/proc/kanpo")
    with Project.open(project.path, write=True) as again:
        again.journal.append([observation(2)])
        again.journal.append([observation(3)])
    assert len({device for device, _, _ in events(project.path)}) >= 2
    assert verify_project(project.path) == []


def test_r24_what_an_older_kanpo_remembered_still_holds(project: Project) -> None:
    project.journal.append([observation(1)])
    ((lane, _, head),) = events(project.path)
    (memory,) = (config_folder() / "devices").iterdir()
    memory.unlink()
    memory.with_suffix(".json").write_text(f'{{"{lane}": "{head}"}}', encoding="utf-8")
    with Project.open(project.path, write=True) as again:
        again.journal.append([observation(2)])
    assert {device for device, _, _ in events(project.path)} == {lane}


@pytest.mark.slow
def test_r24_30000_records_that_two_clones_imported_are_united(project: Project, tmp_path: Path) -> None:
    project.journal.append([observation(1)])
    project.close()
    folder, paths = config_folder(), [tmp_path / "a.gpkg", tmp_path / "b.gpkg"]
    shutil.copytree(folder, tmp_path / "before")
    for number, path in enumerate(paths):
        shutil.rmtree(folder)
        shutil.copytree(tmp_path / "before", folder)
        shutil.copy(project.path, path)
        with Project.open(path, write=True) as opened:
            opened.journal.append([observation(number, f"T1-{i}") for i in range(30_000)])
    assert len({device for path in paths for device, _, _ in events(path)}) == 1
    other = tmp_path / "c.gpkg"
    shutil.copy(paths[1], other)
    began = time.perf_counter()
    assert merge(paths[0], paths[1]) == 30_000
    assert time.perf_counter() - began < 60
    assert merge(other, paths[0]) == 30_000
    assert verify_project(paths[0]) == []
    with Project.open(paths[0]) as one, Project.open(other) as two:
        assert one.journal.seal() == two.journal.seal() and one.journal.seal().records == 60_001
        assert one.journal.read("observation").equals(two.journal.read("observation"))


# --- Strange triggers and views -------------------------------------------------------------------

_STRANGE = {
    "ignores records": "CREATE TRIGGER x BEFORE INSERT ON journal BEGIN SELECT RAISE(IGNORE); END",
    "changes outlines": "CREATE TRIGGER x AFTER INSERT ON outlines BEGIN UPDATE parcels SET lot_number = 'x'; END",
    "changes notes": "CREATE TRIGGER x AFTER INSERT ON kanpo_meta BEGIN DELETE FROM kanpo_meta WHERE key = 'x'; END",
    "drops originals": "CREATE TRIGGER x BEFORE INSERT ON originals BEGIN SELECT RAISE(IGNORE); END",
    "on stamps": "CREATE TRIGGER x AFTER INSERT ON stamps BEGIN DELETE FROM stamps; END",
    "on feature counts": "CREATE TRIGGER x BEFORE UPDATE ON gpkg_contents BEGIN SELECT RAISE(IGNORE); END",
    "named like a spatial index": "CREATE TRIGGER rtree_parcels_geom_insert AFTER INSERT ON parcels "
    "BEGIN DELETE FROM parcels WHERE fid = NEW.fid; END",
    "named like a feature count": "CREATE TRIGGER trigger_insert_feature_count_parcels AFTER INSERT ON parcels "
    "BEGIN DELETE FROM parcels WHERE fid = NEW.fid; END",
    "own view": "CREATE VIEW x AS SELECT * FROM parcels",
}


@pytest.mark.parametrize("kind", _STRANGE)
def test_r23_a_strange_trigger_or_view_is_named_refused_and_taken_off(project: Project, kind: str) -> None:
    project.close()
    name = _STRANGE[kind].split()[2]
    with closing(sqlite3.connect(project.path)) as connection, connection:
        connection.execute(_STRANGE[kind])
    assert [problem.place.value for problem in verify_project(project.path)] == [name]
    with pytest.raises(IntegrityFailure) as caught:
        Project.open(project.path, write=True)
    assert caught.value.code == "store.strange" and "kanpo edits undo" in str(caught.value)
    Project.open(project.path).close()
    undo_edits(project.path)
    Project.open(project.path, write=True).close()
    assert verify_project(project.path) == []


@pytest.mark.parametrize(
    "statements",
    [
        ("DROP VIEW observations", "CREATE VIEW observations AS SELECT 1 AS OGC_FID"),
        ("DROP VIEW observations", "CREATE TABLE observations (record_id TEXT)"),
        ("DROP VIEW scores",),
        (
            "DROP TRIGGER journal_no_delete",
            "CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal BEGIN SELECT 1; END",
        ),
        ("DROP TRIGGER journal_no_delete",),
        ("ALTER TABLE parcels RENAME TO p2", "CREATE VIEW parcels AS SELECT * FROM p2"),
    ],
)
def test_r23_what_stands_in_the_place_of_kanpos_own_is_seen_and_mended(
    project: Project, statements: tuple[str, ...]
) -> None:
    project.close()
    with closing(sqlite3.connect(project.path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)
    assert verify_project(project.path)
    undo_edits(project.path)
    assert verify_project(project.path) == []
    with Project.open(project.path, write=True) as opened:
        opened.journal.append([observation(5)])
        assert opened.journal.read("observation")["value"].tolist() == [5]
        assert len(opened.imported.parcels()) == 3


def test_r23_a_record_that_is_changed_while_it_is_written_is_not_recorded(project: Project) -> None:
    project.journal.append([observation(1)])
    with closing(sqlite3.connect(project.path)) as connection, connection:
        connection.execute("DROP TRIGGER journal_no_update")
        connection.execute(
            "CREATE TRIGGER x AFTER INSERT ON journal BEGIN UPDATE journal SET actor = 'x' WHERE fid = NEW.fid; END"
        )
    with pytest.raises(IntegrityFailure) as caught:
        project.journal.append([observation(2), observation(3)])
    assert caught.value.code == "store.not-recorded" and caught.value.exit_code == 5
    assert project.journal.read("observation")["value"].tolist() == [1]


@pytest.mark.parametrize("release", ["old", "older", "new"])
def test_r23_the_triggers_of_every_gdal_are_known(project: Project, release: str) -> None:
    """GeoPackage 1.2 (update1, update3 on the column or the row), 1.3 and 1.4 (update5 to update7)."""
    project.close()
    chosen = {
        "old": ("insert", "delete", "update1", "update2", "update3", "update4"),
        "older": ("insert", "delete", "update1", "update2", "update3", "update4"),
        "new": ("insert", "delete", "update2", "update4", "update5", "update6", "update7"),
    }[release]
    words = {"t": '"parcels"', "c": '"geom"', "i": '"fid"', "r": '"rtree_parcels_geom"'}
    with closing(sqlite3.connect(project.path)) as connection, connection:
        connection.execute("CREATE VIRTUAL TABLE rtree_parcels_geom USING rtree(id, minx, maxx, miny, maxy)")
        index = dict(reversed(objects_module._INDEX)) if release == "older" else dict(objects_module._INDEX)
        for suffix in chosen:
            body = index[suffix].format(**words).replace("NOTNULL", "NOT NULL")
            connection.execute(f'CREATE TRIGGER "rtree_parcels_geom_{suffix}" {body}')
    assert verify_project(project.path) == []
    Project.open(project.path, write=True).close()
    with closing(sqlite3.connect(project.path)) as connection, connection:
        connection.execute("DROP TABLE rtree_parcels_geom")
    assert verify_project(project.path), "without its index it would stop every write"
    undo_edits(project.path)
    Project.open(project.path, write=True).close()


# --- Columns --------------------------------------------------------------------------------------


def test_r25_no_statement_of_the_store_takes_a_name_for_a_text(project: Project) -> None:
    assert quoted("lot_number") == "[lot_number]"
    for table, columns in stored_columns().items():
        for column in columns:
            with pytest.raises(sqlite3.OperationalError, match="no such column"):
                project._connection.execute(f"SELECT {quoted(column + '_gone')} FROM {quoted(table)}")


@pytest.mark.parametrize("write", [True, False])
def test_r25_a_column_that_a_newer_kanpo_has_is_added_or_read_as_empty(
    project: Project, monkeypatch: pytest.MonkeyPatch, write: bool
) -> None:
    project.close()
    newer = stored_columns()
    newer["parcels"]["slope_class"] = "TEXT"
    newer["site_factors"]["wind"] = "DOUBLE"
    monkeypatch.setattr(columns_module, "stored_columns", lambda: newer)
    if not write:
        monkeypatch.setattr("kanpo.store._project._bring_up_to_date", _refused)
    with Project.open(project.path, write=write) as opened:
        rows = opened._connection.execute("SELECT [slope_class] FROM parcels").fetchall()
        assert rows == [(None,)] * 3
        assert len(opened.imported.parcels()) == 3
    assert verify_project(project.path) == []


def _refused(*_: object) -> None:
    from kanpo.errors import EnvironmentFailure
    from kanpo.locale import Text

    raise EnvironmentFailure("store.not-writable", Text("書けません", "read-only"), Text("-", "-"))


@pytest.mark.parametrize("table", [t for t in stored_columns() if t not in ("kanpo_meta", "kanpo_kept")])
def test_r25_a_column_or_table_that_is_gone_stops_with_its_name(
    project: Project, tmp_path: Path, table: str
) -> None:
    project.journal.append([observation(1)])
    project.close()
    column = list(stored_columns()[table])[-1]
    for number, statement in enumerate(
        (f"ALTER TABLE {table} RENAME COLUMN [{column}] TO other", f"DROP TABLE {table}")
    ):
        path = tmp_path / f"copy{number}.gpkg"
        shutil.copy(project.path, path)
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("PRAGMA legacy_alter_table = ON")
            connection.execute(statement)
        for write in (True, False):
            with pytest.raises(IntegrityFailure) as caught:
                Project.open(path, write=write)
            assert caught.value.code == "store.column-gone" and table in str(caught.value)
        assert any(table in str(problem.place.column) for problem in verify_project(path))
