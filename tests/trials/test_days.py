"""Days are days in the project's zone; what a file may correct; what stands twice (R29, R30)."""

from __future__ import annotations

import io
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image

from kanpo.cli import main
from kanpo.exchange import write_archive
from kanpo.exchange._exif import read_photo_facts, strip_photo
from kanpo.schema import day_of
from kanpo.store import NewRecord, Project
from kanpo.trials import find_conflicts, record_rows

HEIGHT = {"trial_code": ["T1"], "plot_code": ["T1-1"], "trait": ["草丈"]}


def _record(project: Project, value: str, at: str, **more: str) -> object:
    row = HEIGHT | {"value": [value], "happened_at": [at]} | {key: [word] for key, word in more.items()}
    return record_rows(project, "observation", row, file="f.csv")


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-06-01T22:30:00Z", "2026-06-02"),
        ("2026-06-01 22:30:00.000+00:00", "2026-06-02"),
        ("2026-06-01 18:30:00.000-04:00", "2026-06-02"),
        ("2026-06-02T07:30:00+09:00", "2026-06-02"),
        ("2026-06-02 10:00:00+0900", "2026-06-02"),
        ("2026-06-01T23:59:59", "2026-06-01"),
        ("2026/6/1", "2026-06-01"),
        ("2025-12-31T15:00:00Z", "2026-01-01"),
        ("2026-12-31T14:59:59.999Z", "2026-12-31"),
    ],
)
def test_r30_a_moment_counts_on_the_day_that_it_was_here(
    written: str, day: str, trial_project: Project
) -> None:
    report = _record(trial_project, "41", written)
    assert report.stored == 1  # type: ignore[attr-defined]
    (row,) = trial_project.journal.read("observation").to_dict("records")
    assert row["happened_at"][:10] == day
    body = json.loads(trial_project.journal.entries("observation")["body"].iloc[0])
    far = written.endswith("Z") or "+00:00" in written or "-04:00" in written
    assert (body.get("happened_as_written") == written) == far
    assert _record(trial_project, "41", written).repeated == 1  # type: ignore[attr-defined]


@pytest.mark.parametrize("written", ["2026-02-30", "令和0年1月1日", "2026-13-01", "0000-00-00", "0001-01-01T00:00:00Z",
                                     "9999-12-31T23:59:59-12:00", "2026-06-01T25:00:00Z", "昨日"])  # fmt: skip
def test_r30_an_impossible_day_sends_its_row_back(written: str, trial_project: Project) -> None:
    report = _record(trial_project, "41", written)
    assert (report.stored, len(report.rejected)) == (0, 1)  # type: ignore[attr-defined]
    assert report.problems[0].place.column == "happened_at"  # type: ignore[attr-defined]


def test_r30_records_of_an_older_kanpo_in_utc_are_read_by_the_projects_clock(trial_project: Project) -> None:
    body = {"trial_code": "T1", "plot_code": "T1-1", "trait": "plant_height_cm", "value": 41.0}
    trial_project.journal.append([NewRecord("observation", body, "2026-06-01T22:30:00Z")])
    _record(trial_project, "52", "2026-06-02")
    days = trial_project.journal.read("observation")["happened_at"].str[:10]
    assert set(days) == {"2026-06-02"}
    assert find_conflicts(trial_project)["conflict"].nunique() == 1


def test_r30_another_zone_has_other_days(tmp_path: Path) -> None:
    assert main(["init", str(tmp_path / "a.gpkg"), "--zone", "Europe/Berlin"]) == 0
    assert main(["init", str(tmp_path / "b.gpkg"), "--zone", "Mars/Base"]) == 2
    with Project.open(tmp_path / "a.gpkg", write=True) as project:
        body = {"parcel_id": "P1", "decision": "x"}
        project.journal.append([NewRecord("decision", body, "2026-06-01T22:30:00Z")])
        assert project.journal.read("decision")["happened_at"][0] == "2026-06-02T00:30:00+02:00"
    assert day_of("2026-01-01T22:30:00Z", "Europe/Berlin") == "2026-01-01"


def _photo(turned: int = 6) -> bytes:
    picture = Image.new("RGB", (40, 30), (90, 120, 60))
    exif = picture.getexif()
    exif[0x0112], exif[0x010F], exif[0x0110] = turned, "カメラ社".encode().decode("latin-1"), "SECRETCAM-9"
    exif.get_ifd(0x8769)[0x9003] = "2026:06:01 09:30:00"
    gps = exif.get_ifd(0x8825)
    gps.update({1: "N", 2: (38.0, 43.0, 12.0), 3: "E", 4: (139.0, 49.0, 30.0)})
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=exif, comment=b"SECRETCOMMENT")
    return out.getvalue()


def test_r30_position_and_camera_are_read_and_taken_out_of_what_leaves() -> None:
    content = _photo()
    facts = read_photo_facts(content)
    assert facts is not None and facts.taken_at == "2026-06-01T09:30:00"
    assert (facts.latitude, facts.longitude) == (38.72, 139.825) and "SECRETCAM-9" in str(facts.camera)
    bare = strip_photo(content)
    assert b"SECRET" not in bare and read_photo_facts(bare) is not None
    before, after = (Image.open(io.BytesIO(each)) for each in (content, bare))
    assert after.getexif().get(0x0112) == 6 and 0x8825 not in after.getexif()
    assert before.tobytes() == after.tobytes()
    assert strip_photo(strip_photo(content)) == bare
    for cut in range(0, len(content), 7):
        strip_photo(content[:cut])
        read_photo_facts(content[:cut])
    assert read_photo_facts(b"\xff\xd8\xff no photo") is None


def test_r30_an_archive_has_no_position_and_no_camera(trial_project: Project, tmp_path: Path) -> None:
    folder = trial_project.path.with_name(f"{trial_project.path.stem}_photos")
    folder.mkdir()
    (folder / "a.jpg").write_bytes(_photo())
    write_archive(trial_project, tmp_path / "a.zip")
    import zipfile

    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        content = archive.read("photos/a.jpg")
    assert b"SECRET" not in content and (folder / "a.jpg").read_bytes() == _photo()


def test_r29_a_file_can_only_correct_what_it_is_about(trial_project: Project) -> None:
    target = _record(trial_project, "41", "2026-06-01").record_ids[0]  # type: ignore[attr-defined]
    for other in ({"plot_code": ["T1-2"]}, {"trait": ["葉数"]}):
        row = (
            HEIGHT
            | other
            | {"value": ["5"], "happened_at": ["2026-06-01"], "supersedes": [target], "reason": ["x"]}
        )
        report = record_rows(trial_project, "observation", row, file="f.csv")
        assert report.stored == 0 and report.problems[0].code == "record.corrects-another"
    fine = _record(trial_project, "42", "2026-06-01", supersedes=target, reason="x")
    assert fine.stored == 1  # type: ignore[attr-defined]


def test_r29_an_id_that_says_something_else_is_for_a_person(trial_project: Project, tmp_path: Path) -> None:
    first = _record(trial_project, "41", "2026-06-01").record_ids[0]  # type: ignore[attr-defined]
    trial_project.close()
    rows = [
        f"{first},T1,T1-1,草丈,52,2026-06-01",
        f"{first},T1,T1-1,草丈,41,2026-06-01",
        "01a22a6c-b1e9-7000-8495-8c1c0579d9a1,T1,T1-2,草丈,44,2026-06-01",
        "01a22a6c-b1e9-7000-8495-8c1c0579d9a1,T1,T1-2,草丈,45,2026-06-01",
    ]
    file = tmp_path / "a.csv"
    file.write_text(
        "record_id,trial_code,plot_code,trait,value,happened_at\n" + "\n".join(rows), encoding="utf-8"
    )
    path = str(trial_project.path)
    assert main(["records", "import", str(file), "--project", path]) == 4
    with closing(sqlite3.connect(path)) as connection:
        values = connection.execute("SELECT plot_code, value FROM observations ORDER BY 1, 2").fetchall()
    assert values == [("T1-1", 41.0), ("T1-2", 44.0)]


def test_r29_two_photos_and_two_remarks_are_two(trial_project: Project) -> None:
    for trait in ("写真", "所見"):
        for value in ("a.jpg", "b.jpg"):
            row = HEIGHT | {"trait": [trait], "value": [value], "happened_at": ["2026-06-01"]}
            assert record_rows(trial_project, "observation", row).contradicting == ()
    assert find_conflicts(trial_project).empty


def test_r29_values_that_differ_are_said_at_import_and_by_status(
    trial_project: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _record(trial_project, "41", "2026-06-01T09:00:00+09:00")
    trial_project.close()
    file = tmp_path / "b.csv"
    file.write_text(
        "trial_code,plot_code,trait,value,happened_at\nT1,T1-1,草丈,52,2026-06-01T15:00:00+09:00\n"
        "T1,T1-2,草丈,33,2026-06-01\nT1,T1-1,草丈,60,2026-06-02\n",
        encoding="utf-8",
    )
    path = str(trial_project.path)
    assert main(["records", "import", str(file), "--project", path]) == 0
    said = capsys.readouterr().err
    assert "41" in said and "52" in said and "1 組" in said and "60" not in said
    main(["status", "--project", path])
    assert "食い違う値: 1 組" in capsys.readouterr().err
    assert main(["records", "import", str(file), "--project", path]) == 0
    assert "食い違い" not in capsys.readouterr().err, "nothing new"
