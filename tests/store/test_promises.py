"""Promises of docs/reliability.md that concern the project file, by their number (R02 to R18)."""

from __future__ import annotations

import errno
import gzip
import os
import random
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
import shapely

from kanpo.errors import EnvironmentFailure, KanpoError
from kanpo.exchange import import_records
from kanpo.store import (
    NewRecord,
    Project,
    backup_project,
    check_chains,
    merge_projects,
    restore_project,
    shared_location,
    verify_project,
)
from kanpo.store import _journal as journal_module
from kanpo.store import _location as location_module
from kanpo.trials import find_orphans, look_through
from tests.store.test_journal import _observations, _tamper
from tests.store.test_merge import observation, replayed, shown
from tests.store.test_wrecks import with_companions

FILES = Path(__file__).parent / "files"


def _copy_with_more(project: Project, path: Path, count: int = 30) -> Path:
    shutil.copy(project.path, path)
    with Project.open(path, write=True) as other:
        shape = shapely.box(139.8, 38.7, 139.81, 38.71)
        records = [observation(i, f"T1-{i}", body={"note": "あ" * 300}) for i in range(count)]
        other.journal.append(
            [NewRecord("plot", {"plot_code": "T1-1"}, "2025-04-01", outline=shape), *records]
        )
    return path


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="fork is POSIX")
@pytest.mark.parametrize(
    ("operation", "stride"), [("merge", 1), ("restore", 1), ("record", 1), ("migrate", 5)]
)
def test_r02_dying_at_any_step_leaves_the_old_state_or_the_new(
    project: Project, tmp_path: Path, operation: str, stride: int
) -> None:
    project.journal.append(_observations(3))
    other = _copy_with_more(project, tmp_path / "other.gpkg")
    path = tmp_path / "old" / "町.gpkg"
    path.parent.mkdir()
    shutil.copy(project.path, path)
    if operation == "migrate":
        path.write_bytes(gzip.decompress((FILES / "project_v1.gpkg.gz").read_bytes()))
    script = Path(__file__).with_name("faults.py")
    done = subprocess.run(
        [sys.executable, str(script), operation, str(path), str(other), str(stride)],
        capture_output=True,
        text=True,
        check=True,
    )
    # New records have new ids, so from run to run only their number can be compared.
    start = len("0123456789ab") if operation == "record" else 0
    lines = [line.split(" | ") for line in done.stdout.splitlines() if " again | " not in line]
    whole, *deaths = [(step, state[start:]) for step, state, _ in lines]
    states = {state for _, state in deaths}
    assert len(deaths) > 10 and deaths[-1][0].endswith(" 0"), "every step was died at, until none was left"
    with Project.open(path) as opened:
        old = f"{opened.journal.seal()} {len(opened.imported.parcels())} []"[start:]
    assert states <= {old, whole[1]}, states
    assert deaths[0][1] == old and deaths[-1][1] == whole[1]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="fork is POSIX")
@pytest.mark.parametrize(("operation", "stride"), [("restore", 2), ("backup", 2)])
def test_r02_people_and_photos_are_of_one_time_with_the_project_or_it_is_said(
    project: Project, tmp_path: Path, operation: str, stride: int
) -> None:
    """Dying while all that belongs to a project is restored or backed up."""
    project.journal.append(_observations(3))
    project.close()
    path, other = tmp_path / "here" / "町.gpkg", tmp_path / "there" / "町.gpkg"
    for place, mark in ((path, "今"), (other, "昔")):
        place.parent.mkdir()
        shutil.copy(project.path, place)
        with_companions(place, mark)
    with Project.open(other, write=True) as opened:
        opened.journal.append(_observations(2, 50))
    backup = tmp_path / "away" / "b.backup"
    backup_project(other, backup)
    done = subprocess.run(
        [
            sys.executable,
            str(Path(__file__).with_name("faults.py")),
            operation,
            str(path),
            str(backup),
            str(stride),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    lines = [tuple(line.split(" | ")) for line in done.stdout.splitlines()]
    (_, *whole), *deaths = [line for line in lines if "again" not in line[0]]
    assert len(deaths) > 20 and deaths[-1][0].endswith(" 0")
    people = whole[1].split("] ")[0]
    if operation == "backup":
        assert {state for _, state, _ in deaths} == {whole[0]}
        # A backup without its seal is not complete and says so; one with it is.
        assert {beside.rsplit(" ", 1)[1] for _, _, beside in deaths} <= {"None", "False", "True"}
        assert deaths[-1][2].endswith("True")
        return
    (old_state, old_beside) = deaths[0][1:]
    for step, state, beside in deaths:
        assert state in (old_state, whole[0]), step
        mixed = (state == whole[0]) != (beside.split("] ")[0] == people)
        assert not mixed or "unfinished" in beside, (step, state, beside)
        assert set(_photos(old_beside)) <= set(_photos(beside)), "no photo is ever lost"
    again = {line[1:] for line in lines if "again" in line[0]}
    assert {(state, beside.split("] ")[0]) for state, beside in again} == {(whole[0], people)}
    assert not any("unfinished" in beside for _, beside in again)


def _photos(beside: str) -> list[str]:
    return beside.split("] ")[1].strip("[").split(", ")


@pytest.mark.parametrize("room", [0, 1, 3])
def test_r03_a_disk_that_fills_up_while_merging_loses_nothing(
    project: Project, tmp_path: Path, room: int
) -> None:
    project.journal.append(_observations(3))
    other = _copy_with_more(project, tmp_path / "other.gpkg", 60)
    before = project.path.read_bytes()
    pages = project._connection.execute("PRAGMA page_count").fetchone()[0]
    project._connection.execute(f"PRAGMA max_page_count = {pages + room}")
    with pytest.raises(EnvironmentFailure) as caught:
        merge_projects(project, other)
    assert caught.value.exit_code == 6
    assert project.path.read_bytes() == before


def test_r03_a_disk_that_is_full_when_restoring_or_backing_up_leaves_everything(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.journal.append(_observations(3))
    project.close()
    backup = tmp_path / "good.backup"
    backup_project(project.path, backup)
    before = project.path.read_bytes(), sorted(tmp_path.iterdir())

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "replace", full)
    for work in (
        lambda: restore_project(backup, project.path),
        lambda: backup_project(project.path, tmp_path / "b.backup"),
    ):
        with pytest.raises(EnvironmentFailure):
            work()
    assert (project.path.read_bytes(), sorted(tmp_path.iterdir())) == before


def test_r04_a_slow_reader_does_not_stop_writers(project: Project) -> None:
    with closing(sqlite3.connect(project.path)) as reader:
        cursor = reader.execute("SELECT * FROM parcels")
        cursor.fetchone()
        script = "import sys;from pathlib import Path;from kanpo.store import NewRecord,Project\nwith Project.open(Path(sys.argv[1]),write=True) as p: p.journal.append([NewRecord('decision',{'parcel_id':'P1'},'2025-05-01')])"
        with subprocess.Popen([sys.executable, "-c", script, str(project.path)]) as writer:
            with pytest.raises(subprocess.TimeoutExpired):
                writer.wait(1.5)
            cursor.close()
            reader.rollback()
            assert writer.wait(30) == 0
    assert len(project.journal.read("decision")) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="reads the mount table")
def test_r05_shared_and_synchronised_folders_are_recognised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"server:/x {tmp_path}/share nfs4 rw 0 0\ndisk / ext4 rw 0 0\n", encoding="utf-8")
    plain = location_module.Path.read_text
    monkeypatch.setattr(
        location_module.Path,
        "read_text",
        lambda self, **named: plain(mounts if str(self) == "/proc/mounts" else self, **named),
    )
    assert shared_location(tmp_path / "share" / "町.gpkg") == "network"
    assert shared_location(tmp_path / "OneDrive - 市" / "町.gpkg") == "synchronised"
    assert shared_location(tmp_path / "町.gpkg") is None
    assert shared_location(Path("//server/share/町.gpkg")) == "network"


def test_r06_1000_tamperings_are_all_found(project: Project) -> None:
    project.journal.append(_observations(30))
    rows = [tuple(row) for row in project.journal.chain()]
    other = [(*row[:2], "lane-b", *row[3:]) for row in rows]
    assert check_chains(rows, project.path) == []
    chance = random.Random(6)
    for number in range(1000):
        changed = list(rows)
        i, j = sorted(chance.sample(range(len(rows) - 1), 2))
        kind = number % 5
        if kind == 0:
            column = chance.randrange(len(rows[0]))
            row = list(changed[i])
            row[column] = f"x{number}" if column != 3 else row[3] + chance.randint(1, 99)
            changed[i] = tuple(row)
        elif kind == 1:
            del changed[i]
        elif kind == 2:
            changed[i], changed[j] = changed[j], changed[i]
        elif kind == 3:
            changed.insert(j, rows[i])
        else:
            changed[i] = other[i]
        assert check_chains(changed, project.path), (number, kind)


def test_r07_every_missing_tail_is_seen_against_the_seal_and_none_without(
    project: Project, tmp_path: Path
) -> None:
    project.journal.append(_observations(12))
    seal = str(project.journal.seal())
    project.close()
    copy = tmp_path / "copy.gpkg"
    for kept in range(12):
        shutil.copy(project.path, copy)
        _tamper(copy, "DELETE FROM journal WHERE fid > ?", kept)
        assert verify_project(copy) == [], "documented: blind without a seal"
        assert [problem.code for problem in verify_project(copy, seal)] == ["verify.seal"]


def _readable(path: Path) -> list[str]:
    """Everything that can be read out of a file, tables, views and guards."""
    with closing(sqlite3.connect(path)) as connection:
        connection.text_factory = bytes
        tables = [
            row[0].decode()
            for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        ]
        return [
            repr(connection.execute(f'SELECT * FROM "{name}"').fetchall())
            for name in ("sqlite_master", *tables)
        ]


def _damage(content: bytes, number: int, chance: random.Random) -> bytes:
    damaged = bytearray(content)
    if number % 10 == 8:
        del damaged[chance.randrange(len(content)) :]
    elif number % 10 == 9:
        page = chance.randrange(len(content) // 4096) * 4096
        damaged[page : page + 4096] = bytes(4096)
    else:
        damaged[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    return bytes(damaged)


@pytest.mark.slow
def test_r08_damage_is_found_or_harmless(project: Project, tmp_path: Path) -> None:
    """500 bit flips, cuts and zeroed pages: no crash, and never a wrong record that passes for right."""
    project.journal.append([observation(i, f"T1-{i}", body={"note": f"{i}" * 40}) for i in range(400)])
    with Project.open(project.path) as opened:
        right = opened.journal.chain()
    project.close()
    content, copy, chance = project.path.read_bytes(), tmp_path / "copy.gpkg", random.Random(8)
    whole, found, harmful = _readable(project.path), 0, 0
    for number in range(500):
        copy.write_bytes(_damage(content, number, chance))
        try:
            seen = bool(verify_project(copy))
        except KanpoError:
            seen = True
        if not seen:
            with Project.open(copy) as opened:
                assert opened.journal.chain() == right, number
        # A bit in the unused space of a page says nothing to anybody.
        harmless = not seen and _readable(copy) == whole
        found, harmful = found + seen, harmful + (not harmless)
    assert harmful > 300
    assert found >= 0.98 * harmful, (found, harmful)


def test_r13_an_older_file_shows_the_same_after_it_was_brought_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "old.gpkg"
    path.write_bytes(gzip.decompress((FILES / "project_v1.gpkg.gz").read_bytes()))
    with closing(sqlite3.connect(path)) as old:
        before = old.execute(
            "SELECT record_id, device, sequence, body, hash FROM journal ORDER BY fid"
        ).fetchall()
    with Project.open(path, write=True) as opened:
        after = [(row[0], row[2], row[3], row[10], row[12]) for row in opened.journal.chain()]
        assert sorted(after) == sorted(before)
        opened.journal.append([NewRecord("visit", {"parcel_id": "a-1"}, "2025-05-01")])
    assert verify_project(path) == []
    with (
        closing(sqlite3.connect(path)) as changed,
        pytest.raises(sqlite3.IntegrityError, match="append-only"),
    ):
        changed.execute("INSERT OR REPLACE INTO journal SELECT * FROM journal")


def test_r16_an_import_again_reordered_or_mended_adds_only_what_is_new(
    trial_project: Project, tmp_path: Path
) -> None:
    header = "trial_code,plot_code,trait,value,happened_at\n"
    rows = [f"T1,T1-{i % 4 + 1},plant_height_cm,{20 + i},2025-06-{i + 1:02d}\n" for i in range(20)]
    bad = "T1,T1-9,plant_height_cm,5,2025-06-30\n"
    path, mixed = tmp_path / "o.csv", tmp_path / "mixed.csv"
    path.write_text(header + "".join(rows) + bad, encoding="utf-8")
    mixed.write_text(header + "".join(reversed(rows)), encoding="utf-8")
    first = import_records(trial_project, path)
    assert (first.report.stored, len(first.report.rejected)) == (20, 1)
    assert import_records(trial_project, path).report.stored == 0
    assert import_records(trial_project, mixed).report.stored == 0
    assert first.rejects is not None
    mended = first.rejects.read_text(encoding="utf-8-sig").replace("T1-9", "T1-1")
    first.rejects.write_text(mended, encoding="utf-8-sig")
    assert import_records(trial_project, first.rejects).report.stored == 1
    assert import_records(trial_project, first.rejects).report.stored == 0


def test_r15_replaying_the_journal_gives_what_the_views_show(trial_project: Project) -> None:
    (first, second, third) = trial_project.journal.append(_observations(3))
    trial_project.journal.append(
        [
            observation(9, supersedes=first, reason="x"),
            NewRecord("observation", None, "2025-05-01", supersedes=second, reason="x"),
        ]
    )
    assert third in replayed(trial_project.path, "observation")
    assert len(replayed(trial_project.path, "observation")) == 2
    for kind in ("plot", "trial"):
        assert replayed(trial_project.path, kind)


@pytest.mark.parametrize(
    ("clock", "code"),
    [
        ("2024-05-01T00:00:00.000Z", "record.clock-back"),
        ("2099-05-01T00:00:00.000Z", "record.clock-ahead"),
    ],
)
def test_r18_nonsense_clocks_are_flagged_and_keep_the_order(
    project: Project, monkeypatch: pytest.MonkeyPatch, clock: str, code: str
) -> None:
    body = {"parcel_id": "P1", "soil_ph": 6.0}
    project.journal.append([NewRecord("visit", body, "2024-04-01")])
    monkeypatch.setattr(journal_module, "now", lambda: clock)
    project.journal.append([NewRecord("visit", body | {"soil_ph": 6.5}, "2024-04-02")])
    monkeypatch.undo()
    assert code in [problem.code for problem in look_through(project)]
    assert list(project.journal.read("visit")["soil_ph"]) == [6.0, 6.5], "numbers order a lane, not clocks"
    assert verify_project(project.path) == []


def test_r18_time_zones_and_summer_time_are_no_nonsense(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = {"parcel_id": "P1", "soil_ph": 6.0}
    for happened, clock in (
        ("2024-04-02", "2024-04-01T16:00:00.000Z"),
        ("2024-04-02T08:00:00+09:00", "2024-04-01T23:00:01.000Z"),
    ):
        monkeypatch.setattr(journal_module, "now", lambda clock=clock: clock)
        project.journal.append([NewRecord("visit", body | {"note": happened}, happened)])
    assert look_through(project) == []


def test_records_about_nothing_are_said(trial_project: Project) -> None:
    assert find_orphans(trial_project).empty
    trial_project.journal.append(
        [observation(1, "T1-99"), NewRecord("visit", {"parcel_id": "gone"}, "2025-05-01")]
    )
    assert find_orphans(trial_project)["value"].tolist() == ["T1-99", "gone"]
    assert [problem.code for problem in look_through(trial_project)] == ["record.orphan"] * 2
    assert verify_project(trial_project.path) == [], "they are whole; a person should look"


def test_uniting_after_a_backup_was_restored_gives_all_records(project: Project, tmp_path: Path) -> None:
    other = _copy_with_more(project, tmp_path / "other.gpkg", 3)
    merge_projects(project, other)
    with Project.open(other, write=True) as theirs:
        merge_projects(theirs, project.path)
    assert shown(project.path) == shown(other)
