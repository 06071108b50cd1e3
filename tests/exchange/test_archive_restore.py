"""A project comes back whole from its archive (R22), and a successor on a new computer can do it (docs/handover.md)."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from kanpo.cli import main
from kanpo.errors import InputUnusable, IntegrityFailure
from kanpo.exchange import originals_folder, photos_folder, restore_archive, write_archive
from kanpo.store import (
    BackupFiles,
    Project,
    StoredLayer,
    backup_project,
    merge_projects,
    parse_seal,
    sha256_of,
    verify_project,
)
from tests.store.test_journal import _observations

_TABLES = (
    *("parcels", "former_parcels", "lineage", "register", "register_links", "boundaries", "batches"),
    *("layers", "originals", "outlines", "journal"),
)


def _rows(path: Path, table: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})") if row[1] != "fid"]
        columns = ", ".join(f"[{name}]" for name in names)
        return connection.execute(f"SELECT {columns} FROM {table} ORDER BY fid").fetchall()


@pytest.fixture
def demo(tmp_path: Path) -> Path:
    """The sample, with photos and received files."""
    assert main(["demo", str(tmp_path / "demo"), "--map", str(tmp_path / "map.html")]) == 0
    path = tmp_path / "demo" / "sample.gpkg"
    with Project.open(path, write=True) as project:
        for folder, name in ((originals_folder(project), "ab.json"), (photos_folder(project), "p.jpg")):
            folder.mkdir(exist_ok=True)
            (folder / name).write_bytes(b"content")
    return path


@pytest.mark.slow
def test_r22_every_table_comes_back_from_an_archive(demo: Path, tmp_path: Path) -> None:
    with Project.open(demo) as project:
        written = write_archive(project, tmp_path / "a.zip")
        seal = project.journal.seal()
    assert written.missing == ()
    target = tmp_path / "new" / "sample.gpkg"
    done = restore_archive(tmp_path / "a.zip", target, seal=parse_seal(str(written.seal)))
    assert done.covered and done.placed.kept is None and done.files == 8
    for table in _TABLES:
        before, after = _rows(demo, table), _rows(target, table)
        if table == "parcels":
            # Columns as received stay out but for those that factors are read from.
            before, after = ([_without_attributes(row) for row in rows] for rows in (before, after))
        if table in ("originals", "outlines"):
            # Addressed by their hash: they have no order.
            before, after = sorted(before, key=repr), sorted(after, key=repr)
        assert after == before, table
    with Project.open(demo) as before_it, Project.open(target) as restored:
        # Which views and version of the tables a file has is its own; all else is the project's.
        notes = [
            {key: value for key, value in opened.meta.items() if key not in ("views", "schema_version")}
            for opened in (before_it, restored)
        ]
    assert notes[0] == notes[1]
    assert verify_project(target, str(seal)) == []
    assert (tmp_path / "new" / "sample_photos" / "p.jpg").read_bytes() == b"content"
    scores = []
    for path in (demo, target):
        assert main(["score", "--project", str(path)]) == 0
        with Project.open(path) as project:
            scores.append(project.computed.scores("toki"))
    assert scores[0].equals(scores[1])
    with Project.open(target) as project:
        again = write_archive(project, tmp_path / "b.zip")
    assert again.seal == written.seal or again.count == written.count


def _without_attributes(row: tuple[object, ...]) -> tuple[object, ...]:
    return tuple(cell for cell in row if not (isinstance(cell, str) and cell.startswith("{")))


def test_r22_seals_printed_before_a_union_hold_after_archive_and_restore(
    project: Project, tmp_path: Path
) -> None:
    seals = []
    project.journal.append(_observations(2))
    other = tmp_path / "other.gpkg"
    shutil.copyfile(project.path, other)
    with Project.open(other, write=True) as opened:
        opened.journal.append(_observations(3, 20))
        seals.append(opened.journal.seal())
    for number in (40, 60):
        project.journal.append(_observations(1, number))
        seals.append(project.journal.seal())
    merge_projects(project, other)
    project.journal.append(_observations(1, 80))
    seals.append(project.journal.seal())
    write_archive(project, tmp_path / "a.zip")
    target = tmp_path / "new.gpkg"
    restore_archive(tmp_path / "a.zip", target)
    assert _rows(target, "journal") == _rows(project.path, "journal"), "in the order in which they arrived"
    for seal in seals:
        assert verify_project(target, str(seal)) == []


def test_r22_owners_in_received_columns_do_not_enter_an_archive(project: Project, tmp_path: Path) -> None:
    project._connection.execute(
        "UPDATE parcels SET attributes = ?", (json.dumps({"所有者": "架空 花子", "日照": "日なた"}),)
    )
    write_archive(project, tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert not any("架空 花子".encode() in archive.read(name) for name in archive.namelist())
    restore_archive(tmp_path / "a.zip", tmp_path / "x.gpkg")
    with Project.open(tmp_path / "x.gpkg") as opened:
        assert set(opened.imported.parcels()["attributes"]) == {'{"日照":"日なた"}'}


def _forged(archive: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """An archive with members changed and a manifest made anew for them."""
    with zipfile.ZipFile(archive) as given:
        members = {name: given.read(name) for name in given.namelist()}
    manifest = json.loads(members.pop("manifest.json"))
    change(members)
    manifest["members"] = {
        name: {"sha256": sha256_of(content), "bytes": len(content)} for name, content in members.items()
    }
    path = archive.with_name("forged.zip")
    with zipfile.ZipFile(path, "w") as out:
        for name, content in members.items():
            out.writestr(name, content)
        out.writestr("manifest.json", json.dumps(manifest))
    return path


def test_r22_forged_tables_with_a_new_manifest_are_seen(
    trial_project: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trial_project.journal.append(_observations(3))
    archive = tmp_path / "a.zip"
    written = write_archive(trial_project, archive)

    def records(members: dict[str, bytes]) -> None:
        members["records/trials.csv"] = members["records/trials.csv"].replace(b"T1", b"T9")

    forged = _forged(archive, records)
    assert main(["verify", str(forged)]) == 5
    assert "trials.csv" in capsys.readouterr().err

    def parcels(members: dict[str, bytes]) -> None:
        lines = members["tables.jsonl"].splitlines(keepends=True)
        members["tables.jsonl"] = b"".join(line for line in lines if b'"P2"' not in line)

    forged = _forged(archive, parcels)
    assert main(["verify", str(forged)]) == 0, "what no seal was given for cannot be proven"
    assert "比べていません" in capsys.readouterr().err
    assert main(["verify", str(forged), "--seal", str(written.seal)]) == 5
    with pytest.raises(IntegrityFailure):
        restore_archive(forged, tmp_path / "x.gpkg", seal=parse_seal(str(written.seal)))
    assert not (tmp_path / "x.gpkg").exists()
    assert main(["verify", str(archive), "--seal", str(written.seal)]) == 0


def test_r22_originals_taken_out_with_a_new_manifest_are_seen(
    trial_project: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = b"elevation"
    trial_project.imported.add_layer(
        StoredLayer(
            *("dem", "標高", "dem", {"elevation_m": "1"}, "出典", "CC0", "2025"),
            *(sha256_of(content), "dem.tif", content),
        )
    )
    write_archive(trial_project, tmp_path / "a.zip")
    name = f"originals/{sha256_of(content)}"
    forged = _forged(tmp_path / "a.zip", lambda members: members.pop(name) and None)
    assert main(["verify", str(forged)]) == 5
    assert "archive.original-missing" in capsys.readouterr().err
    with pytest.raises(IntegrityFailure):
        restore_archive(forged, tmp_path / "x.gpkg")


def test_r22_people_leave_an_archive_only_into_a_file_of_their_own(
    trial_project: Project, tmp_path: Path
) -> None:
    trial_project.people.enter({"grower_code": "G1", "name": "架空 花子", "phone": "000-0000"})
    project, archive = str(trial_project.path), tmp_path / "a.zip"
    assert main(["archive", str(archive), "--project", project]) == 0
    assert not list(tmp_path.glob("a.people*"))
    assert main(["archive", str(archive), "--project", project, "--with-people"]) == 0
    people = tmp_path / "a.people.backup"
    assert people.stat().st_mode & 0o077 == 0
    with zipfile.ZipFile(archive) as packed:
        assert not any("花子".encode() in packed.read(name) for name in packed.namelist())
    target = tmp_path / "new" / "町.gpkg"
    words = ["restore", str(archive), "--to", str(target), "--people", str(people)]
    assert main([*words, "--dry-run"]) == 0 and not target.parent.exists()
    assert main(words) == 0
    with Project.open(target) as opened:
        assert opened.people.read().equals(trial_project.people.read())
    assert main(words) == 0, "the present people are kept"
    assert target.with_name("町.before-restore.people.backup").exists()


def test_r22_missing_originals_are_named(trial_project: Project, tmp_path: Path) -> None:
    rows = {
        "trial_code": ["T1"], "plot_code": ["T1-1"], "trait": ["photo"], "value": ["gone.jpg"],
        "happened_at": ["2025-06-01"],
    }  # fmt: skip
    from kanpo.trials import record_rows

    assert record_rows(trial_project, "observation", rows).stored == 1
    assert write_archive(trial_project, tmp_path / "a.zip").missing == ("photos/gone.jpg",)


def test_r22_bad_tables_are_refused_and_nothing_is_left(trial_project: Project, tmp_path: Path) -> None:
    archive = tmp_path / "a.zip"
    write_archive(trial_project, archive)
    before = set(tmp_path.iterdir())
    for content in (
        b"",
        b"[]\n",
        b"{}\n",
        b'["project",{},[]]\n["table","kanpo_meta",["key"]]\n',
        b"\xff\xfe",
    ):
        forged = _forged(archive, lambda members, content=content: members.update({"tables.jsonl": content}))
        with pytest.raises((InputUnusable, IntegrityFailure)):
            restore_archive(forged, tmp_path / "x.gpkg")
        assert set(tmp_path.iterdir()) - {forged} == before


@pytest.mark.slow
def test_r22_the_handover_as_documented(demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (Path(__file__).parents[2] / "docs" / "handover.md").read_text(encoding="utf-8")
    lines = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)[1].splitlines()
    assert len(lines) == 10
    sealed = backup_project(demo, tmp_path / "sample.20260401-090000.backup")
    new = tmp_path / "新しいPC"
    new.mkdir()
    files = BackupFiles.of(tmp_path / "sample.20260401-090000.backup")
    for part in (*files.parts.values(), files.seal):
        part.rename(new / part.name)
    monkeypatch.setenv("KANPO_CONFIG", str(tmp_path / "new settings"))
    monkeypatch.chdir(new)
    for line in lines:
        words = line.replace("NAME.DATE", "sample.20260401-090000").replace("NAME", "sample")
        words = words.replace("SEAL", str(sealed.seal))
        assert main(words.split()[1:]) == 0, line
    with Project.open(new / "sample.gpkg") as restored, Project.open(demo) as before:
        assert restored.journal.seal() == before.journal.seal()
        assert restored.people.read().equals(before.people.read())
    assert (new / "maps" / "sample.html").is_file()
    assert (new / "sample_photos" / "p.jpg").read_bytes() == b"content"
