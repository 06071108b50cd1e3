"""Records are only ever added, and every change to history is seen."""

from __future__ import annotations

import random
import shutil
import sqlite3
import subprocess
import sys
import uuid
from contextlib import closing
from pathlib import Path

import pytest
import shapely

from kanpo.errors import UsageError
from kanpo.store import NewRecord, Project, new_record_ids, verify_project


def _observations(count: int, start: int = 0) -> list[NewRecord]:
    return [
        NewRecord(
            "observation",
            {"plot_code": "T1-1", "trait": "plant_height_cm", "value": float(start + i)},
            "2025-05-01",
            actor="検査担当",
        )
        for i in range(count)
    ]


def test_what_was_appended_is_read_back(project: Project) -> None:
    ids = project.journal.append(_observations(3))
    frame = project.journal.read("observation")
    assert list(frame["record_id"]) == ids
    assert list(frame["value"]) == [0.0, 1.0, 2.0]
    assert set(frame["actor"]) == {"検査担当"}
    assert ids == sorted(ids), "ids sort by the time they were made"


def test_many_records_at_once_are_all_there_in_order_and_chained(project: Project) -> None:
    """More than one statement holds, the last of them not full."""
    ids = project.journal.append(_observations(257))
    assert ids == sorted(set(ids))
    frame = project.journal.read("observation", ["value", "record_id"])
    assert list(frame.columns) == ["value", "record_id"]
    assert list(frame["record_id"]) == ids
    assert list(frame["value"]) == [float(i) for i in range(257)]
    assert verify_project(project.path) == []


def test_a_record_that_is_refused_takes_all_of_its_append_with_it(project: Project) -> None:
    before = project.journal.seal()
    fresh = _observations(150)
    fresh[-1] = NewRecord("observation", {"value": {1, 2}}, "2025-05-01")
    with pytest.raises(TypeError):
        project.journal.append(fresh)
    assert project.journal.seal() == before


def test_ids_made_in_one_go_sort_in_their_order_and_are_of_version_7() -> None:
    ids = list(new_record_ids(5_000))
    assert ids == sorted(set(ids))
    assert {(uuid.UUID(one).version, uuid.UUID(one).variant) for one in ids} == {(7, uuid.RFC_4122)}


def test_a_correction_shows_the_new_value_and_keeps_the_old_one(project: Project) -> None:
    (first,) = project.journal.append(_observations(1))
    body = {"plot_code": "T1-1", "trait": "plant_height_cm", "value": 7.0}
    (second,) = project.journal.append(
        [NewRecord("observation", body, "2025-05-01", supersedes=first, reason="読み違い")]
    )
    standing = project.journal.read("observation")
    assert list(standing["record_id"]) == [second]
    history = project.journal.entries(record_id=second)
    assert list(history["superseded"]) == [True, False]
    assert history["reason"].iloc[1] == "読み違い"


def test_a_withdrawn_record_no_longer_counts_but_stays(project: Project) -> None:
    (first,) = project.journal.append(_observations(1))
    project.journal.append([NewRecord("observation", None, "2025-05-01", supersedes=first, reason="二重")])
    assert project.journal.read("observation").empty
    assert len(project.journal.entries("observation")) == 2


def test_a_correction_of_nothing_is_refused(project: Project) -> None:
    with pytest.raises(UsageError):
        project.journal.append([NewRecord("observation", {}, "2025-05-01", supersedes="no", reason="x")])


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal SET body = '{}'",
        "DELETE FROM journal",
        "INSERT OR REPLACE INTO journal SELECT * FROM journal",
        "UPDATE outlines SET geom = NULL",
        "DELETE FROM outlines",
    ],
)
def test_the_file_itself_refuses_to_change_history(project: Project, statement: str) -> None:
    project.journal.append(
        [NewRecord("plot", {"plot_code": "A"}, "2025-05-01", outline=shapely.box(0, 0, 1, 1))]
    )
    with (
        closing(sqlite3.connect(project.path)) as other,
        pytest.raises(sqlite3.IntegrityError, match="append-only"),
    ):
        other.execute(statement)


def _tamper(path: Path, statement: str, *values: object) -> None:
    """Change the file behind kanpo's back, guards taken off and put on again."""
    with closing(sqlite3.connect(path)) as connection:
        guards = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in guards:
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(statement, values)
        for _, sql in guards:
            connection.execute(sql)
        connection.commit()


_EDITABLE = (
    "record_id",
    "kind",
    "actor",
    "happened_at",
    "recorded_at",
    "supersedes",
    "reason",
    "outline",
    "body",
)


def test_r06_every_edited_or_deleted_row_in_the_middle_is_found(project: Project, tmp_path: Path) -> None:
    project.journal.append(_observations(60))
    project.close()
    assert verify_project(project.path) == []
    chance = random.Random(1)
    copy = tmp_path / "copy.gpkg"
    for trial in range(60):
        shutil.copy(project.path, copy)
        row = chance.randint(1, 59)
        if trial % 4 == 0:
            _tamper(copy, "DELETE FROM journal WHERE fid = ?", row)
        elif trial % 4 == 1:
            _tamper(copy, "UPDATE journal SET sequence = sequence + 1000 WHERE fid = ?", row)
        else:
            column = chance.choice(_EDITABLE)
            _tamper(copy, f"UPDATE journal SET {column} = ? WHERE fid = ?", f"x{trial}", row)
        assert verify_project(copy), (trial, row)


def test_r07_records_missing_from_the_end_are_seen_against_the_seal(project: Project) -> None:
    project.journal.append(_observations(10))
    early = str(project.journal.seal())
    project.journal.append(_observations(10))
    late = str(project.journal.seal())
    assert verify_project(project.path, early) == []
    assert verify_project(project.path, late) == []
    project.close()
    _tamper(project.path, "DELETE FROM journal WHERE fid > 15")
    assert verify_project(project.path) == [], "without a seal the end of a chain cannot be known"
    assert verify_project(project.path, early) == []
    assert [p.code for p in verify_project(project.path, late)] == ["verify.seal"]


def test_removing_a_guard_is_seen(project: Project) -> None:
    project.journal.append(_observations(1))
    with closing(sqlite3.connect(project.path)) as connection:
        connection.execute("DROP TRIGGER journal_no_delete")
    assert [p.code for p in verify_project(project.path)] == ["verify.guard"]


def test_a_guard_that_guards_nothing_and_a_view_that_lies_are_seen(project: Project) -> None:
    project.journal.append(_observations(1))
    with closing(sqlite3.connect(project.path)) as connection:
        connection.execute("DROP TRIGGER journal_no_delete")
        connection.execute("CREATE TRIGGER journal_no_delete BEFORE DELETE ON outlines BEGIN SELECT 1; END")
        connection.execute("DROP VIEW observations")
        connection.execute("CREATE VIEW observations AS SELECT * FROM visits")
    assert [p.code for p in verify_project(project.path)] == ["verify.guard", "verify.view"]


def test_a_changed_outline_is_seen(project: Project) -> None:
    shape = shapely.box(139.8, 38.7, 139.81, 38.71)
    project.journal.append([NewRecord("plot", {"plot_code": "A"}, "2025-05-01", outline=shape)])
    project.close()
    with closing(sqlite3.connect(project.path)) as connection:
        blob = bytearray(connection.execute("SELECT geom FROM outlines").fetchone()[0])
    blob[-1] ^= 1
    _tamper(project.path, "UPDATE outlines SET geom = ?", bytes(blob))
    assert [p.code for p in verify_project(project.path)] == ["verify.outline"]


def test_a_copied_file_continues_in_a_lane_of_its_own(project: Project, tmp_path: Path) -> None:
    """Two copies that both go on must not fork one chain, or they could not be united later."""
    project.journal.append(_observations(2))
    copy = tmp_path / "copy.gpkg"
    shutil.copy(project.path, copy)
    project.journal.append(_observations(1))
    with Project.open(copy, write=True) as other:
        other.journal.append(_observations(1))
        lanes = set(other.journal.entries("observation")["device"])
    assert len(lanes) == 2
    project.journal.append(_observations(1))
    assert len(set(project.journal.entries("observation")["device"])) == 1
    assert verify_project(copy) == verify_project(project.path) == []


def _run(*words: object) -> None:
    script = Path(__file__).with_name("killing.py")
    subprocess.run([sys.executable, str(script), *map(str, words)], check=True)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="fork and SIGKILL are POSIX")
def test_r01_200_kills_lose_no_acknowledged_record_and_break_no_chain(tmp_path: Path) -> None:
    path, log = tmp_path / "killed.gpkg", tmp_path / "acknowledged.txt"
    Project.create(path).close()
    _run("kill", path, log, 200)
    acknowledged = set(log.read_text().split())
    with Project.open(path, write=True) as project:
        stored = project.journal.record_ids()
    assert len(acknowledged) > 200
    assert acknowledged - stored == set()
    assert verify_project(path) == []


@pytest.mark.skipif(sys.platform == "win32", reason="fork is POSIX")
def test_r04_eight_writers_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "shared.gpkg"
    Project.create(path).close()
    _run("write", path, 8, 25)
    with Project.open(path) as project:
        assert len(project.journal.read("observation")) == 200
    assert verify_project(path) == []
