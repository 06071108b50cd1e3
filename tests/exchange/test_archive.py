"""An archive is readable without kanpo, whole, always the same, and any change to it is seen."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import random
import zipfile
from pathlib import Path

import pytest

from kanpo.errors import InputUnusable
from kanpo.exchange import originals_folder, photos_folder, verify_archive, write_archive
from kanpo.store import NewRecord, Project, StoredLayer
from kanpo.trials import correct_record, record_rows

CANARY = "金糸雀カナリア"


@pytest.fixture
def archived(trial_project: Project, tmp_path: Path) -> Path:
    content = b"elevation"
    digest = hashlib.sha256(content).hexdigest()
    trial_project.imported.add_layer(
        StoredLayer(
            "dem", "標高", "dem", {"elevation_m": "1"}, "出典", "CC0", "2025", digest, "dem.tif", content
        )
    )
    rows = {
        "trial_code": ["T1", "T1"],
        "plot_code": ["T1-1", "T1-2"],
        "trait": ["plant_height_cm"] * 2,
        "value": ["30", "31"],
        "note": ["=HYPERLINK(1)", "改行\nあり"],
        "happened_at": ["2025-06-01"] * 2,
    }
    report = record_rows(trial_project, "observation", rows)
    correct_record(trial_project, report.record_ids[0], {"value": "36"}, "読み違い")
    trial_project.people.enter({"grower_code": "G1", "name": CANARY, "phone": CANARY, "note": CANARY})
    path = tmp_path / "保存.zip"
    write_archive(trial_project, path)
    return path


def _table(path: Path, name: str) -> list[dict[str, str]]:
    with zipfile.ZipFile(path) as archive:
        content = archive.read(name)
    assert content.startswith(b"\xef\xbb\xbf"), "Excel needs the mark to see UTF-8"
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_every_record_is_there_with_what_was_corrected(archived: Path) -> None:
    rows = _table(archived, "records/observations.csv")
    assert [(row["value"], row["state"]) for row in rows] == [
        ("30.0", "superseded"),
        ("31.0", "standing"),
        ("36.0", "standing"),
    ]
    assert rows[2]["supersedes"] == rows[0]["record_id"] and rows[2]["reason"] == "読み違い"
    assert rows[0]["note"].startswith("'="), "no live formula"
    assert rows[1]["note"] == "改行\nあり"
    assert [row["parcel_id"] for row in _table(archived, "parcels.csv")] == ["P1", "P2", "P3"]


def test_what_it_holds_is_explained_and_listed(archived: Path) -> None:
    with zipfile.ZipFile(archived) as archive:
        names = set(archive.namelist())
        readme = archive.read("README.md").decode("utf-8-sig")
        manifest = json.loads(archive.read("manifest.json"))
        digests = {name: hashlib.sha256(archive.read(name)).hexdigest() for name in names}
    assert set(manifest["members"]) == names - {"manifest.json"}
    assert all(entry["sha256"] == digests[name] for name, entry in manifest["members"].items())
    for name in names:
        assert (
            name in readme
            or name == "README.md"
            or name.startswith(("originals/", "parcels", "former", "register"))
        )
    original = next(name for name in names if name.startswith("originals/"))
    assert original == f"originals/{digests[original]}"


def test_the_chain_can_be_checked_as_the_readme_says(archived: Path) -> None:
    with zipfile.ZipFile(archived) as archive:
        rows = [json.loads(line) for line in archive.read("journal.jsonl").splitlines()]
        seal = json.loads(archive.read("manifest.json"))["seal"]
    previous, heads = "0" * 64, {}
    for row in rows:
        text = json.dumps(row[:11], ensure_ascii=False, separators=(",", ":"))
        assert hashlib.sha256(f"{previous}\n{text}".encode()).hexdigest() == row[12]
        previous, heads[row[2]] = row[12], f"{row[2]}:{row[3]}:{row[12]}"
    assert len(heads) == 1
    digest = hashlib.sha256("\n".join(heads.values()).encode()).hexdigest()
    assert seal == f"{digest[:12]}-{len(rows)}"


def test_the_same_project_gives_the_same_bytes(archived: Path, trial_project: Project) -> None:
    again = archived.with_name("again.zip")
    write_archive(trial_project, again)
    assert again.read_bytes() == archived.read_bytes()


def test_personal_data_and_columns_as_received_are_not_in_it(tmp_path: Path, trial_project: Project) -> None:
    trial_project._connection.execute("UPDATE parcels SET attributes = ?", (json.dumps({"所有者": CANARY}),))
    trial_project.people.enter({"grower_code": "G1", "name": CANARY, "phone": CANARY, "note": CANARY})
    path = tmp_path / "a.zip"
    write_archive(trial_project, path)
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            content = archive.read(name)
            for spelling in (CANARY.encode(), json.dumps(CANARY).strip('"').encode(), CANARY.encode("cp932")):
                assert spelling not in content, name


def test_it_verifies_with_its_seal(archived: Path, trial_project: Project) -> None:
    seal = trial_project.journal.seal()
    checked = verify_archive(archived, str(seal))
    assert (checked.problems, checked.records, checked.covered) == ((), seal, False)
    assert verify_archive(archived, str(checked.whole)).covered
    problems = verify_archive(archived, "0123456789ab-3").problems
    assert [problem.code for problem in problems] == ["verify.seal"]


def _rewritten(path: Path, change: dict[str, bytes | None], *, honest: bool) -> Path:
    """The archive with members replaced, added or (None) left out, and the manifest made to fit or not."""
    target = path.with_name("changed.zip")
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()} | change
    members = {name: content for name, content in members.items() if content is not None}
    manifest = json.loads(members["manifest.json"])
    if honest:
        for name in change:
            manifest["members"][name] = {"sha256": hashlib.sha256(members[name]).hexdigest()}
        members["manifest.json"] = json.dumps(manifest).encode()
    with zipfile.ZipFile(target, "w") as out:
        for name, content in members.items():
            out.writestr(name, content)
    return target


def test_changed_missing_and_added_files_are_found(archived: Path) -> None:
    for change, code in (
        ({"parcels.csv": b"x"}, "archive.changed"),
        ({"records/plots.csv": None}, "archive.missing"),
        ({"evil.exe": b"x"}, "archive.added"),
    ):
        problems = verify_archive(_rewritten(archived, change, honest=False)).problems
        assert code in [problem.code for problem in problems]


def test_a_forger_who_also_mends_the_manifest_is_found_by_chain_and_seal(archived: Path) -> None:
    with zipfile.ZipFile(archived) as archive:
        lines = archive.read("journal.jsonl").splitlines(keepends=True)
        outlines = archive.read("outlines.geojson")
    for changed, code in (
        ([lines[0].replace(b"P1", b"P2"), *lines[1:]], "verify.edited"),
        ([lines[0], *lines[2:]], "verify.gap"),
        (lines[:-1], "archive.seal"),
        ([b"[1]\n"], "archive.line"),
    ):
        path = _rewritten(archived, {"journal.jsonl": b"".join(changed)}, honest=True)
        assert code in [problem.code for problem in verify_archive(path).problems]
    moved = _rewritten(archived, {"outlines.geojson": outlines.replace(b"139.82", b"139.83")}, honest=True)
    assert "verify.outline" in [problem.code for problem in verify_archive(moved).problems]


def test_damage_anywhere_is_found_without_a_traceback(archived: Path) -> None:
    content, chance = archived.read_bytes(), random.Random(5)
    with zipfile.ZipFile(archived) as archive:
        whole = {name: archive.read(name) for name in archive.namelist()}
    copy = archived.with_name("copy.zip")
    for number in range(200):
        damaged = bytearray(content)
        if number % 10:
            damaged[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        else:
            del damaged[chance.randrange(len(content)) :]
        copy.write_bytes(damaged)
        try:
            found = bool(verify_archive(copy).problems)
        except InputUnusable:
            found = True
        if not found:
            with zipfile.ZipFile(copy) as archive:
                assert {name: archive.read(name) for name in archive.namelist()} == whole


@pytest.mark.parametrize("content", [b"", b"PK\x05\x06" + b"\0" * 18, b"not a zip"])
def test_another_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(content)
    with pytest.raises(InputUnusable):
        verify_archive(path)


def test_an_empty_project_can_be_archived(tmp_path: Path) -> None:
    with Project.create(tmp_path / "a.gpkg") as project:
        write_archive(project, tmp_path / "a.zip")
        project.journal.append([NewRecord("decision", {"parcel_id": "P1"}, "2025-05-01")])
        write_archive(project, tmp_path / "b.zip")
    for name in ("a.zip", "b.zip"):
        assert verify_archive(tmp_path / name).problems == ()


def test_files_that_records_came_from_and_photos_come_along(tmp_path: Path, trial_project: Project) -> None:
    photos_folder(trial_project).mkdir(exist_ok=True)
    (photos_folder(trial_project) / "p.jpg").write_bytes(b"picture")
    originals_folder(trial_project).mkdir(exist_ok=True)
    (originals_folder(trial_project) / "ab.json").write_bytes(b"{}")
    path = tmp_path / "whole.zip"
    write_archive(trial_project, path)
    with zipfile.ZipFile(path) as archive:
        assert archive.read("photos/p.jpg") == b"picture"
        assert archive.read("imported_files/ab.json") == b"{}"
    assert verify_archive(path).problems == ()
