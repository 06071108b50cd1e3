"""What a restore does with whatever lies there, and that no wreck of a backup is taken for whole (R21, R22)."""

from __future__ import annotations

import errno
import os
import random
import shutil
import sqlite3
import stat
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from kanpo.cli import main
from kanpo.errors import EnvironmentFailure, InputUnusable, IntegrityFailure, UsageError
from kanpo.store import (
    BackupFiles,
    Project,
    backup_project,
    parse_seal,
    restore_project,
    unfinished_restore,
    verify_project,
)
from kanpo.store import _copy as copy_module
from tests.store.test_backups import (
    _cut_records,
    _delete_half,
    _lose_files,
    _one_byte,
    _swap_people,
    _swap_photo,
    held_in_wal,
    hot,
)
from tests.store.test_journal import _observations
from tests.store.test_merge import observation

posix = pytest.mark.skipif(sys.platform == "win32", reason="permissions and links are those of POSIX")


def with_companions(path: Path, mark: str) -> None:
    """People, a received file and photos beside a project; what they say begins with `mark`."""
    with Project.open(path, write=True) as opened:
        opened.people.enter({"grower_code": "G1", "name": f"{mark} 花子", "phone": "000-0000"})
    for folder, name in (("originals", "ab.json"), ("photos", "写真 1.jpg"), ("photos", f"{mark}.jpg")):
        place = path.with_name(f"{path.stem}_{folder}")
        place.mkdir(exist_ok=True)
        (place / name).write_bytes(f"{mark if folder == 'photos' else ''}{name}".encode() * 10)


def holdings(path: Path) -> tuple[object, ...]:
    """Everything that belongs to a project: records, parcels, people, files."""
    with Project.open(path) as opened:
        seal, parcels = str(opened.journal.seal()), len(opened.imported.parcel_ids())
        people = tuple(map(tuple, opened.people.read().fillna("").to_numpy().tolist()))
    files = {
        f"{folder}/{file.name}": file.read_bytes()
        for folder in ("originals", "photos")
        for file in path.with_name(f"{path.stem}_{folder}").glob("*")
    }
    return seal, parcels, people, tuple(sorted(files.items()))


def contents(folder: Path) -> dict[str, bytes]:
    """Every file under a folder with its bytes."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# --- R21: whatever lies there -----------------------------------------------------------------------


@pytest.mark.parametrize("state", ["hot", "wal"])
def test_r21_journals_of_a_file_that_is_gone_never_meet_the_restored_one(
    state: str, project: Project, tmp_path: Path
) -> None:
    """Somebody deleted the project; SQLite would roll what stayed beside it into the new file."""
    project.journal.append(_observations(3))
    seal = project.journal.seal()
    project.close()
    backup = tmp_path / "b.backup"
    backup_project(project.path, backup)
    if state == "hot":
        hot(project.path)
    else:
        with held_in_wal(project.path) as holder:
            with Project.open(project.path, write=True) as opened:
                opened.journal.append(_observations(200, 7))
            holder.kill()
            holder.wait()
    project.path.unlink()
    left = {path.read_bytes() for path in tmp_path.glob("test.gpkg-*")}
    assert left
    with pytest.raises(UsageError) as refused:
        Project.create(project.path)
    assert refused.value.code == "project.leftovers"
    placed = restore_project(backup, project.path).placed
    assert {path.read_bytes() for path in placed.leftovers} == left, "they may still be needed"
    assert list(tmp_path.glob("test.gpkg-*")) == []
    assert verify_project(project.path) == []
    with Project.open(project.path, write=True) as opened:
        assert opened.journal.seal() == seal
        opened.journal.append(_observations(1))


def test_r21_no_journal_of_a_wreck_meets_the_restored_file(project: Project, tmp_path: Path) -> None:
    project.journal.append(_observations(3))
    project.close()
    backup = tmp_path / "b.backup"
    backup_project(project.path, backup)
    hot(project.path)
    project.path.write_bytes(b"SQLite format 3\0" + os.urandom(5000))
    placed = restore_project(backup, project.path).placed
    assert placed.kept is not None and placed.kept.stat().st_size
    assert list(tmp_path.glob("test.gpkg-*")) == [] and verify_project(project.path) == []


def test_r21_somebody_writing_stops_a_restore_and_not_a_backup(project: Project, tmp_path: Path) -> None:
    project.journal.append(_observations(2))
    seal = project.journal.seal()
    project.close()
    backup = tmp_path / "b.backup"
    backup_project(project.path, backup)
    with closing(sqlite3.connect(project.path, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE kanpo_meta SET value = 'x' WHERE key = 'name'")
        before = contents(tmp_path)
        with pytest.raises(EnvironmentFailure) as stopped:
            restore_project(backup, project.path)
        assert stopped.value.exit_code == 6 and "QGIS" in str(stopped.value)
        assert contents(tmp_path) == before
        sealed = backup_project(project.path, tmp_path / "during.backup")
        writer.execute("ROLLBACK")
    assert sealed.records == seal


@posix
def test_r21_names_with_bytes_that_are_no_letters(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Such names come out of old zips: CP932 on a disk that means UTF-8."""
    folder = Path(os.fsdecode(bytes(tmp_path) + b"/\x94\xa8"))
    folder.mkdir()
    for name in (os.fsdecode(b"\x94\xa8 1.gpkg"), "二\n行\u2028 x.gpkg"):
        path = folder / name
        with Project.create(path) as opened:
            opened.journal.append(_observations(2))
        with_companions(path, "旧")
        (path.with_name(f"{path.stem}_photos") / os.fsdecode(b"\x8e\xca.jpg")).write_bytes(b"picture")
        before = holdings(path)[:3]
        backup = path.with_name(f"{path.stem}.20260401-090000.backup")
        assert main(["backup", "--project", str(path), "--out", str(backup)]) == 0
        path.unlink()
        assert main(["restore", str(backup), "--to", str(path)]) == 0
        assert holdings(path)[:3] == before
        assert main(["archive", str(path.with_suffix(".zip")), "--project", str(path)]) == 0
        assert main(["verify", str(path.with_suffix(".zip"))]) == 0
        photos = path.with_name(f"{path.stem}_photos")
        assert (photos / "%8E%CA.jpg").read_bytes() == b"picture", "under a name that every computer has"
    capsys.readouterr()


@posix
def test_r21_a_link_leads_to_the_file_and_what_stands_beside_it(project: Project, tmp_path: Path) -> None:
    project.journal.append(_observations(1))
    project.close()
    link = tmp_path / "elsewhere" / "町.gpkg"
    link.parent.mkdir()
    link.symlink_to(project.path)
    backup = tmp_path / "b.backup"
    backup_project(link, backup)
    with held_in_wal(project.path) as holder:
        with Project.open(project.path, write=True) as opened:
            opened.journal.append(_observations(3, 7))
            seal = opened.journal.seal()
        holder.kill()
        holder.wait()
    assert backup_project(link, tmp_path / "second.backup").records == seal
    shutil.copy(backup, tmp_path / "old.gpkg")
    kept = restore_project(backup, link).placed.kept
    assert kept is not None and link.is_symlink() and list(tmp_path.glob("test.gpkg-*")) == []
    with Project.open(kept) as opened:
        assert opened.journal.seal() == seal
    assert verify_project(project.path) == []


def test_r21_somebody_elses_geopackage_is_no_place_to_restore_to(project: Project, tmp_path: Path) -> None:
    project.close()
    backup = tmp_path / "b.backup"
    backup_project(project.path, backup)
    other = tmp_path / "地図.gpkg"
    with closing(sqlite3.connect(other)) as connection, connection:
        connection.execute("CREATE TABLE roads (x)")
    before = contents(tmp_path)
    with pytest.raises(InputUnusable) as refused:
        restore_project(backup, other)
    assert refused.value.code == "restore.foreign"
    assert contents(tmp_path) == before


@posix
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="has to become another user")
def test_r21_a_folder_that_cannot_be_written_with_half_a_write_in_it(
    project: Project, tmp_path: Path
) -> None:
    project.journal.append(_observations(2))
    project.close()
    hot(project.path)
    for folder in (tmp_path, *tmp_path.parents):
        if folder == Path(folder.anchor):
            break
        folder.chmod(folder.stat().st_mode | 0o055)
    whole = tmp_path / "whole.gpkg"
    Project.create(whole).close()
    # The first command loads what the second one needs and that other user may not read.
    script = (
        "import os, sys\nfrom kanpo.cli import main\n"
        "words = ['status', '--project']\nassert main([*words, sys.argv[1]]) == 0\n"
        "os.setuid(65534)\nsys.exit(main([*words, sys.argv[2]]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(whole), str(project.path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 6 and "store.needs-recovery" in done.stderr, done.stderr


# --- R22: whole, or said -----------------------------------------------------------------------------


def _lose_seal(backup: Path) -> None:
    BackupFiles.of(backup).seal.unlink()


def _shorten(backup: Path) -> None:
    content = backup.read_bytes()
    backup.write_bytes(content[: len(content) // 2])


def _edit_seal(backup: Path) -> None:
    seal = BackupFiles.of(backup).seal
    lines = seal.read_text(encoding="utf-8").splitlines()
    seal.write_text(
        "\n".join("parcels 999" if line.startswith("parcels ") else line for line in lines), encoding="utf-8"
    )


def _half_without_seal(backup: Path) -> None:
    _delete_half(backup)
    _lose_seal(backup)


def _add_people(backup: Path) -> None:
    files = BackupFiles.of(backup)
    lines = files.seal.read_text(encoding="utf-8").splitlines()
    files.seal.write_text(
        "\n".join(line for line in lines if not line.startswith("people ")), encoding="utf-8"
    )


def _empty_zip(backup: Path) -> None:
    with zipfile.ZipFile(BackupFiles.of(backup).files, "w"):
        pass


WRECKS: tuple[Callable[[Path], None], ...] = (
    *(_delete_half, _cut_records, _swap_people, _swap_photo, _lose_files, _one_byte),
    *(_shorten, _edit_seal, _half_without_seal, _add_people, _empty_zip),
)


@pytest.mark.slow
def test_r22_100_histories_and_wrecks_of_their_backups(project: Project, tmp_path: Path) -> None:
    """Every wreck is refused with nothing changed; the whole backup brings back exactly what was there."""
    project.close()
    path, chance = project.path, random.Random(22)
    with_companions(path, "旧")
    for run in range(100):
        with Project.open(path, write=True) as opened:
            opened.journal.append([observation(run, f"T1-{i}") for i in range(chance.randint(2, 4))])
            opened.people.enter({"grower_code": f"G{run % 7}", "name": f"架空 {run}", "phone": None})
        photo = path.with_name("test_photos") / f"{run}.jpg"
        photo.write_bytes(os.urandom(50))
        whole = tmp_path / f"{run}" / "b.backup"
        printed = parse_seal(str(backup_project(path, whole).seal))
        before = holdings(path)
        wrecked = tmp_path / "wrecked"
        shutil.copytree(whole.parent, wrecked)
        WRECKS[run % len(WRECKS)](wrecked / "b.backup")
        bytes_before = contents(tmp_path)
        with pytest.raises((IntegrityFailure, InputUnusable)):
            restore_project(wrecked / "b.backup", path, seal=printed)
        assert contents(tmp_path) == bytes_before
        shutil.rmtree(wrecked)
        photo.unlink()
        if run % 3:
            path.write_bytes(os.urandom(2000))
        else:
            path.unlink()
        restore_project(whole, path, seal=printed)
        assert holdings(path) == before
        assert verify_project(path) == []
        for left in tmp_path.glob("*before-restore*"):
            left.unlink()
        shutil.rmtree(whole.parent)


def test_r22_the_printed_seal_is_enough(project: Project, tmp_path: Path) -> None:
    project.journal.append(_observations(3))
    records = project.journal.seal()
    project.close()
    with_companions(project.path, "旧")
    backup = tmp_path / "b.backup"
    printed = parse_seal(str(backup_project(project.path, backup).seal))
    _lose_seal(backup)
    assert restore_project(backup, tmp_path / "x.gpkg", seal=printed, dry_run=True).proof.whole
    only_records = restore_project(backup, tmp_path / "x.gpkg", seal=parse_seal(str(records)), dry_run=True)
    assert only_records.proof.records and not only_records.proof.whole
    _swap_people(backup)
    with pytest.raises(IntegrityFailure):
        restore_project(backup, tmp_path / "x.gpkg", seal=printed)


def test_r22_people_may_be_kept_apart_and_named(
    project: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project.close()
    with_companions(project.path, "旧")
    backup = tmp_path / "b.backup"
    sealed = backup_project(project.path, backup)
    people = tmp_path / "金庫" / "people.backup"
    people.parent.mkdir()
    BackupFiles.of(backup).people.rename(people)
    target = tmp_path / "new" / "町.gpkg"
    assert main(["restore", str(backup), "--to", str(target), "--seal", str(sealed.seal)]) == 0
    assert "名簿の写し" in capsys.readouterr().err
    with Project.open(target) as opened:
        assert opened.people.read().empty
    assert main(["restore", str(backup), "--to", str(target), "--people", str(people)]) == 0
    with Project.open(target) as opened:
        assert list(opened.people.read()["grower_code"]) == ["G1"]
    with closing(sqlite3.connect(people)) as connection, connection:
        connection.execute("UPDATE people SET phone = '111'")
    before = contents(tmp_path)
    assert main(["restore", str(backup), "--to", str(target), "--people", str(people)]) == 5
    for nobody in (tmp_path / "gone", project.path, Path(__file__)):
        assert main(["restore", str(backup), "--to", str(target), "--people", str(nobody)]) in (3, 5)
    assert contents(tmp_path) == before


@posix
def test_r22_no_part_is_open_to_more_people_than_the_project(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.close()
    with_companions(project.path, "旧")
    seen: list[int] = []
    plain = copy_module.fill_draft

    def looked_at(connection: sqlite3.Connection, draft: Path, target: Path) -> None:
        plain(connection, draft, target)
        seen.append(stat.S_IMODE(draft.stat().st_mode))

    monkeypatch.setattr(copy_module, "fill_draft", looked_at)
    before = os.umask(0)
    try:
        for number, mode in enumerate((0o600, 0o640, 0o660)):
            project.path.chmod(mode)
            project.people.path.chmod(0o666)
            backup = tmp_path / f"{number}" / "b.backup"
            backup_project(project.path, backup)
            files = BackupFiles.of(backup)
            for part in (files.project, files.files, files.seal):
                assert stat.S_IMODE(part.stat().st_mode) == mode, part.name
            assert stat.S_IMODE(files.people.stat().st_mode) == 0o600
            kept = restore_project(backup, project.path).placed.kept_people
            assert kept is not None and stat.S_IMODE(kept.stat().st_mode) == 0o600
            assert stat.S_IMODE(project.path.stat().st_mode) == mode
            assert stat.S_IMODE(project.people.path.stat().st_mode) == 0o600
            photo = project.path.with_name("test_photos") / "写真 1.jpg"
            photo.unlink()
            restore_project(backup, project.path)
            assert stat.S_IMODE(photo.stat().st_mode) == mode
    finally:
        os.umask(before)
    assert set(seen) == {0o600}, "nor while it is made"


def test_r22_a_dry_run_says_what_would_come_back_and_changes_nothing(
    project: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project.close()
    with_companions(project.path, "旧")
    backup = tmp_path / "b.backup"
    backup_project(project.path, backup)
    (tmp_path / "test_photos" / "写真 1.jpg").write_bytes(b"newer")
    before = contents(tmp_path)
    target = tmp_path / "new" / "x.gpkg"
    for path, words in ((project.path, ("名簿", "写真 1 (2).jpg")), (target, ("名簿", "写真 3 個"))):
        assert main(["restore", str(backup), "--to", str(path), "--dry-run"]) == 0
        said = capsys.readouterr().err
        assert all(word in said for word in words), said
    assert contents(tmp_path) == before and not target.parent.exists()


def _failing_at(monkeypatch: pytest.MonkeyPatch, step: int) -> Callable[[], bool]:
    """Let the disk be full at the n-th write that is made sure or moved into place; tells whether it came to that."""
    count = 0

    def counted(plain: Callable[..., object]) -> Callable[..., object]:
        def call(*words: object, **named: object) -> object:
            nonlocal count
            count += 1
            if count == step:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return plain(*words, **named)

        return call

    for name in ("replace", "fsync", "link", "open"):
        monkeypatch.setattr(os, name, counted(getattr(os, name)))
    return lambda: count >= step


@posix
def test_r22_a_full_disk_at_any_step_of_backing_up_leaves_nothing_half(
    project: Project, tmp_path: Path
) -> None:
    project.close()
    with_companions(project.path, "旧")
    before = contents(tmp_path)
    for step in _steps():
        with pytest.MonkeyPatch.context() as patched:
            came = _failing_at(patched, step)
            try:
                backup_project(project.path, tmp_path / "b.backup")
            except EnvironmentFailure:
                assert contents(tmp_path) == before, step
                continue
            assert not came()
        break
    assert step > 8
    assert restore_project(tmp_path / "b.backup", project.path, dry_run=True).proof.seal_file


@posix
def test_r22_a_full_disk_at_any_step_of_a_restore_is_old_or_new_or_said(
    project: Project, tmp_path: Path
) -> None:
    path = project.path
    project.close()
    with_companions(path, "旧")
    backup = tmp_path / "away" / "b.backup"
    backup_project(path, backup)
    was = holdings(path)
    with Project.open(path, write=True) as opened:
        opened.journal.append(_observations(2))
        opened.people.enter({"grower_code": "G2", "name": "架空 次郎", "phone": None})
    now = holdings(path)
    start = tmp_path / "start"
    start.mkdir()
    for file in (path, path.with_name("test.people.sqlite")):
        shutil.copy(file, start)
    for step in _steps():
        for left in (*tmp_path.glob("*before-restore*"), *tmp_path.glob("*unfinished*")):
            left.unlink()
        for file in start.iterdir():
            shutil.copy(file, tmp_path)
        with pytest.MonkeyPatch.context() as patched:
            came = _failing_at(patched, step)
            try:
                restore_project(backup, path)
            except EnvironmentFailure:
                after = holdings(path)
                assert after[:3] in (was[:3], now[:3]) or unfinished_restore(path), step
                assert not list(tmp_path.glob(".kanpo-*")), step
                continue
        # A second name that the disk refuses becomes a copy.
        assert holdings(path)[:3] == was[:3] and unfinished_restore(path) is None
        if not came():
            break
    assert step > 8


def _steps() -> Iterator[int]:
    return iter(range(1, 200))


def test_r22_a_restore_that_was_cut_off_is_said(
    project: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    project.close()
    with_companions(project.path, "旧")
    backup = tmp_path / "b.backup"
    backup_project(project.path, backup)
    from kanpo.store import _in_place

    plain = _in_place._swap

    def cut(draft: Path, target: Path, keep_as: Path) -> object:
        if target == project.people.path:
            raise KeyboardInterrupt
        return plain(draft, target, keep_as)

    def interrupt(*_: object, **__: object) -> object:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(_in_place, "_swap", cut)
        with pytest.raises(KeyboardInterrupt):
            restore_project(backup, project.path)
    with monkeypatch.context() as patched:
        patched.setattr(_in_place, "add_files", interrupt)
        with pytest.raises(KeyboardInterrupt):
            restore_project(backup, project.path)
    assert unfinished_restore(project.path) is not None, "an attempt that came to nothing ends nothing"
    record = ("record", "decision", "--parcel-id", "P1", "--decision", "候補", "--date", "2026-06-01")
    for words in (("status",), ("doctor",), ("verify",), record):
        main([*words, "--project", str(project.path)])
        said = capsys.readouterr()
        assert "復元が途中で止まっています" in said.err + said.out and str(backup) in said.err + said.out
    restore_project(backup, project.path)
    assert unfinished_restore(project.path) is None
    with monkeypatch.context() as patched:
        patched.setattr(_in_place, "add_files", interrupt)
        with pytest.raises(KeyboardInterrupt):
            restore_project(backup, project.path)
    assert unfinished_restore(project.path) is None, "nothing but files was added"


def test_r22_thinning_takes_the_companions_along(project: Project, tmp_path: Path) -> None:
    from datetime import datetime, timedelta

    from kanpo.store import dated_name, thin_out

    project.close()
    with_companions(project.path, "旧")
    start = datetime(2026, 1, 1, 8)
    for hours in range(5):
        backup_project(project.path, dated_name(project.path, start + timedelta(hours=hours)))
    gone = thin_out(project.path, dated_name(project.path, start + timedelta(hours=4)))
    assert len(gone) == 4
    assert len(list(tmp_path.glob("test.2026*"))) == 4, "the project, people, files and seal of one"


def test_r22_a_copy_that_is_not_like_its_original_is_never_called_a_backup(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that loses what was written: the copy is sound, and says less."""
    project.journal.append(_observations(3))
    project.close()
    with_companions(project.path, "旧")
    before = contents(tmp_path)
    plain = sqlite3.connect

    class Losing(sqlite3.Connection):
        def execute(self, statement: str, *rest: object) -> sqlite3.Cursor:  # type: ignore[override]
            done = super().execute(statement, *rest)  # type: ignore[arg-type]
            if statement.startswith("VACUUM INTO"):
                (draft,) = tmp_path.glob(".kanpo-*")
                with closing(plain(draft)) as copy, copy:
                    copy.execute("DELETE FROM parcels WHERE fid = 2")
            return done

    monkeypatch.setattr(
        "kanpo.store._backup.sqlite3.connect", lambda *words, **named: plain(*words, factory=Losing, **named)
    )
    project.people.path.unlink()
    before.pop("test.people.sqlite")
    with pytest.raises(IntegrityFailure) as refused:
        backup_project(project.path, tmp_path / "b.backup")
    assert refused.value.code == "backup.damaged"
    assert contents(tmp_path) == before


def test_r22_drafts_that_a_power_cut_left_are_swept_and_never_backed_up(
    project: Project, tmp_path: Path
) -> None:
    project.close()
    with_companions(project.path, "旧")
    places = (tmp_path, tmp_path / "test_photos")
    for folder in places:
        for name, age in ((".kanpo-1-aa.tmp", 7200), (".kanpo-2-bb.tmp", 0)):
            (folder / name).write_bytes(b"half")
            os.utime(folder / name, (time.time() - age,) * 2)
    backup = tmp_path / "b.backup"
    backup_project(project.path, backup)
    with zipfile.ZipFile(BackupFiles.of(backup).files) as packed:
        assert not any("kanpo" in name for name in packed.namelist())
    restore_project(backup, project.path)
    for folder in places:
        assert [path.name for path in folder.glob(".kanpo-*")] == [".kanpo-2-bb.tmp"]
