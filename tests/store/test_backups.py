"""Backups hold all that belongs to a project, prove that they do, and take files as they lie there (R21, R22)."""

from __future__ import annotations

import random
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import textwrap
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from kanpo.cli import main
from kanpo.errors import EnvironmentFailure, InputUnusable, IntegrityFailure
from kanpo.store import (
    BackupFiles,
    Project,
    backup_project,
    in_wal_mode,
    is_project,
    merge_projects,
    parse_seal,
    restore_project,
    verify_project,
)
from tests.store.test_journal import _observations

NAMES = (
    *("a#b.gpkg", "50%.gpkg", "%23.gpkg", "何?.gpkg", "[x].gpkg", "it's.gpkg", 'ほ"げ.gpkg', "a  b c.gpkg"),
    *("畑&川;1.gpkg", "file:x.gpkg", "-dash.gpkg", "$HOME.gpkg", "畑" * 66 + ".gpkg"),
)


@pytest.mark.parametrize("name", NAMES)
def test_r21_any_file_name_is_taken_as_it_is(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "町[1] #2 50%"
    folder.mkdir()
    monkeypatch.chdir(folder)
    path = folder / name
    Project.create(path).close()
    assert is_project(path)
    assert main(["status"]) == 0, "found by walking up"
    with Project.open(path, write=True) as opened:
        opened.journal.append(_observations(2))
        seal = opened.journal.seal()
    assert main(["backup"]) == 0
    backup = Path(capsys.readouterr().out.splitlines()[-1])
    path.unlink()
    assert main(["restore", str(backup), "--to", str(path)]) == 0
    with Project.open(path) as opened:
        assert opened.journal.seal() == seal
        other = folder / ("c" + name[-40:])
    shutil.copyfile(path, other)
    with Project.open(other, write=True) as opened:
        opened.journal.append(_observations(1, 5))
    assert main(["merge", str(other), "--project", str(path)]) == 0
    assert verify_project(path) == []


_HOLDER = """
    import sqlite3, sys, time
    connection = sqlite3.connect(sys.argv[1], isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    connection.execute("SELECT count(*) FROM journal").fetchone()
    print("open", flush=True)
    sys.stdin.readline()
"""


@contextmanager
def held_in_wal(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another program that has the file open in WAL mode, as QGIS does."""
    holder = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(_HOLDER), str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None and holder.stdout.readline() == "open\n"
    try:
        yield holder
    finally:
        if holder.poll() is None:
            holder.kill()
        holder.wait()
        for pipe in (holder.stdin, holder.stdout):
            assert pipe is not None
            pipe.close()


def test_r21_a_restore_under_another_program_is_refused_and_loses_nothing(
    project: Project, tmp_path: Path
) -> None:
    project.journal.append(_observations(1))
    project.close()
    backup = tmp_path / "b.backup"
    backup_project(project.path, backup)
    with held_in_wal(project.path):
        with Project.open(project.path, write=True) as opened:
            opened.journal.append(_observations(1, 7))
            seal = opened.journal.seal()
        assert in_wal_mode(project.path)
        with pytest.raises(EnvironmentFailure) as stopped:
            restore_project(backup, project.path)
        assert stopped.value.code == "store.open-elsewhere"
    # The holder is killed: what was acknowledged stands in the WAL only, and is not lost now either.
    kept = restore_project(backup, project.path).placed.kept
    assert kept is not None
    assert [path for path in tmp_path.iterdir() if path.name.endswith(("-wal", "-shm", "-journal"))] == []
    with Project.open(kept, write=True) as opened:
        assert opened.journal.seal() == seal
    assert verify_project(kept) == [] and verify_project(project.path) == []


def test_r21_a_file_in_wal_mode_goes_back_when_nobody_has_it(project: Project, tmp_path: Path) -> None:
    project.close()
    with held_in_wal(project.path), Project.open(project.path, write=True) as opened:
        opened.journal.append(_observations(3))
        seal = opened.journal.seal()
    assert in_wal_mode(project.path) and is_project(project.path)
    with Project.open(project.path, write=True) as opened:
        assert opened.journal.seal() == seal
    assert not in_wal_mode(project.path) and verify_project(project.path) == []


def test_r21_wal_beside_is_said(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.close()
    with held_in_wal(project.path):
        record = ["record", "decision", "--parcel-id", "P1", "--decision", "候補", "--date", "2026-06-01"]
        for words in (["status"], ["doctor"], record):
            main([*words, "--project", str(project.path)])
            said = capsys.readouterr()
            assert "WAL" in said.err + said.out, words


_CRASH = """
    import os, sqlite3, sys
    connection = sqlite3.connect(sys.argv[1], isolation_level=None)
    connection.execute("PRAGMA cache_size = 2")
    connection.execute("PRAGMA cache_spill = 1")
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("CREATE TABLE scrap (x)")
    connection.executemany("INSERT INTO scrap VALUES (?)", [("x" * 3000,)] * 500)
    print("half", flush=True)
    sys.stdin.readline()
"""


def hot(path: Path) -> None:
    """Leave a half-written transaction behind, as a power cut does."""
    writer = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(_CRASH), str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert writer.stdout is not None and writer.stdin is not None and writer.stdout.readline() == "half\n"
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    writer.stdin.close()
    writer.stdout.close()
    assert path.with_name(path.name + "-journal").exists()


@pytest.mark.parametrize(
    "words", [["status"], ["verify"], ["backup"], ["records", "list", "trial"], ["doctor"]]
)
def test_r21_after_a_power_cut_every_command_opens_the_file(
    words: list[str], project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.journal.append(_observations(2))
    project.close()
    hot(project.path)
    monkeypatch.chdir(project.path.parent)
    assert main(words) == 0
    assert verify_project(project.path) == []


def test_r21_the_other_copy_of_a_merge_keeps_every_byte(project: Project, tmp_path: Path) -> None:
    project.journal.append(_observations(1))
    project.close()
    for number, spoil in enumerate((hot, None)):
        other = tmp_path / f"other{number}.gpkg"
        shutil.copyfile(project.path, other)
        with Project.open(other, write=True) as opened:
            opened.journal.append(_observations(2, 10 * number + 3))
        if spoil is None:
            with held_in_wal(other) as holder:
                with Project.open(other, write=True) as opened:
                    opened.journal.append(_observations(1, 30))
                holder.kill()
                holder.wait()
            assert other.with_name(other.name + "-wal").stat().st_size
            _merged(project.path, other, 3)
            continue
        spoil(other)
        _merged(project.path, other, 2)


def _merged(path: Path, other: Path, came: int) -> None:
    def state() -> dict[str, bytes]:
        return {found.name: found.read_bytes() for found in other.parent.glob(other.name + "*")}

    before = state()
    with Project.open(path, write=True) as opened:
        assert len(merge_projects(opened, other).came) == came
    assert state() == before


def _with_companions(project: Project) -> None:
    project.journal.append(_observations(3))
    project.people.enter({"grower_code": "G1", "name": "架空 花子", "phone": "000-0000"})
    for folder, name in (("originals", "ab.json"), ("photos", "写真 1.jpg")):
        place = project.path.with_name(f"{project.path.stem}_{folder}")
        place.mkdir()
        (place / name).write_bytes(name.encode() * 10)
    project.close()


def test_r22_a_backup_brings_everything_to_a_new_machine(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _with_companions(project)
    assert stat.S_IMODE(project.people.path.stat().st_mode) == 0o600
    (tmp_path / "out").mkdir()
    sealed = backup_project(project.path, tmp_path / "out" / "b.backup")
    new = tmp_path / "new machine"
    shutil.copytree(tmp_path / "out", new)
    monkeypatch.setenv("KANPO_CONFIG", str(tmp_path / "other settings"))
    done = restore_project(new / "b.backup", new / "test.gpkg", seal=parse_seal(str(sealed.seal)))
    assert done.placed.people and done.placed.added == 2 and done.placed.kept is None
    with Project.open(new / "test.gpkg") as opened, Project.open(project.path) as before:
        assert opened.journal.seal() == before.journal.seal()
        assert opened.people.read().equals(before.people.read())
        assert opened.imported.parcels().equals(before.imported.parcels())
        assert stat.S_IMODE(opened.people.path.stat().st_mode) == 0o600
    for file in ("test_originals/ab.json", "test_photos/写真 1.jpg"):
        assert (new / file).read_bytes() == (tmp_path / file).read_bytes()
    assert stat.S_IMODE(BackupFiles.of(new / "b.backup").people.stat().st_mode) == 0o600
    again = restore_project(new / "b.backup", new / "test.gpkg")
    assert again.placed.added == 0 and again.placed.kept is not None and again.placed.kept_people is not None


def _delete_half(backup: Path) -> None:
    with closing(sqlite3.connect(backup)) as connection, connection:
        connection.execute("DELETE FROM parcels WHERE fid % 2 = 0")


def _cut_records(backup: Path) -> None:
    with closing(sqlite3.connect(backup)) as connection, connection:
        connection.execute("DROP TRIGGER journal_no_delete")
        connection.execute("DELETE FROM journal WHERE sequence > 1")
        connection.execute(
            "CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal BEGIN\n"
            "  SELECT RAISE(ABORT, 'append-only: write a record that supersedes'); END"
        )


def _swap_people(backup: Path) -> None:
    with closing(sqlite3.connect(BackupFiles.of(backup).people)) as connection, connection:
        connection.execute("UPDATE people SET phone = '111'")


def _swap_photo(backup: Path) -> None:
    files = BackupFiles.of(backup).files
    with zipfile.ZipFile(files, "w") as archive:
        archive.writestr("photos/写真 1.jpg", b"another")


def _lose_files(backup: Path) -> None:
    BackupFiles.of(backup).files.unlink()


def _one_byte(backup: Path) -> None:
    content = bytearray(backup.read_bytes())
    content[random.Random(1).randrange(len(content))] ^= 1
    backup.write_bytes(content)


@pytest.mark.parametrize(
    "forge", [_delete_half, _cut_records, _swap_people, _swap_photo, _lose_files, _one_byte]
)
def test_r22_a_backup_that_is_not_as_it_was_made_is_refused_by_name(
    forge: object, project: Project, tmp_path: Path
) -> None:
    _with_companions(project)
    backup = tmp_path / "b.backup"
    backup_project(project.path, backup)
    forge(backup)  # type: ignore[operator]
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(IntegrityFailure) as refused:
        restore_project(backup, project.path)
    assert {problem.code for problem in refused.value.problems} & {"backup.changed", "backup.missing"}
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_r22_a_seal_made_anew_is_noticed_against_the_printed_one(project: Project, tmp_path: Path) -> None:
    _with_companions(project)
    backup = tmp_path / "b.backup"
    printed = parse_seal(str(backup_project(project.path, backup).seal))
    _delete_half(backup)
    forged = tmp_path / "forged"
    forged.mkdir()
    backup_project(backup, forged / "b.backup")
    assert restore_project(forged / "b.backup", tmp_path / "x.gpkg").proof.seal_file
    with pytest.raises(IntegrityFailure):
        restore_project(forged / "b.backup", tmp_path / "y.gpkg", seal=printed)
    assert not (tmp_path / "y.gpkg").exists()


def test_r22_without_a_seal_it_says_what_was_not_proven(
    project: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project.close()
    backup = tmp_path / "b.backup"
    backup_project(project.path, backup)
    BackupFiles.of(backup).seal.unlink()
    assert main(["restore", str(backup), "--to", str(project.path), "--dry-run"]) == 0
    assert "封印" in capsys.readouterr().err
    BackupFiles.of(backup).seal.write_text("nonsense", encoding="utf-8")
    with pytest.raises(InputUnusable):
        restore_project(backup, project.path)


def test_r22_photos_that_are_there_are_never_replaced(project: Project, tmp_path: Path) -> None:
    _with_companions(project)
    backup = tmp_path / "b.backup"
    backup_project(project.path, backup)
    photo = tmp_path / "test_photos" / "写真 1.jpg"
    photo.write_bytes(b"newer")
    done = restore_project(backup, project.path)
    assert photo.read_bytes() == b"newer"
    assert [path.name for path in done.placed.aside] == ["写真 1 (2).jpg"] and done.placed.aside[0].exists()


def test_r22_people_of_a_restore_are_kept(project: Project, tmp_path: Path) -> None:
    _with_companions(project)
    backup = tmp_path / "b.backup"
    backup_project(project.path, backup)
    project.people.enter({"grower_code": "G2", "name": "架空 太郎", "phone": None})
    done = restore_project(backup, project.path)
    assert done.placed.kept_people is not None
    with closing(sqlite3.connect(done.placed.kept_people)) as connection:
        assert connection.execute("SELECT count(*) FROM people").fetchone()[0] == 2
    assert len(project.people.read()) == 1
    assert stat.S_IMODE(done.placed.kept_people.stat().st_mode) == 0o600
