"""What may give way to a new file, and what never does."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
import shapely

from kanpo import files
from kanpo.errors import EnvironmentFailure, InputUnusable, UsageError
from kanpo.exchange import export_layer
from kanpo.files import _ledger, check_targets, outputs, replacing
from kanpo.files._marks import Mark, read_mark
from kanpo.settings import config_folder
from kanpo.store import Project, backup_project
from kanpo.tables import write_csv, write_workbook

SHAPES = gpd.GeoDataFrame(
    {"parcel_id": ["P1", "P2"]}, geometry=[shapely.box(0, 0, 1, 1), shapely.box(2, 0, 3, 1)], crs=6668
)


def write_text(path: Path, text: str = "内容\n") -> None:
    with replacing(path) as draft:
        draft.write_text(text, encoding="utf-8")


def write_layer(path: Path) -> None:
    export_layer(path, SHAPES)


def write_page(path: Path) -> None:
    write_text(path, "<!DOCTYPE html>\n<title>地図</title>")


def change_bytes(path: Path) -> None:
    path.write_bytes(path.read_bytes() + "\n所長のメモ".encode())


def change_cell(path: Path) -> None:
    book = openpyxl.load_workbook(path)
    book.active["A2"] = "所長のメモ"
    book.save(path)


def change_row(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE gpkg_contents SET description = '所長のメモ'")


WRITERS: dict[str, tuple[Callable[[Path], None], Callable[[Path], None]]] = {
    ".html": (write_page, change_bytes),
    ".xlsx": (lambda path: write_workbook(path, ["甲"], [["1"]]), change_cell),
    ".gpkg": (write_layer, change_row),
    ".geojson": (write_layer, change_bytes),
    ".fgb": (write_layer, change_bytes),
    ".parquet": (write_layer, change_bytes),
    ".csv": (lambda path: write_csv(path, ["甲"], [["1"]]), change_bytes),
    **dict.fromkeys((".svg", ".json", ".zip", ".png", ".trt", ""), (write_text, change_bytes)),
}
MARKED = (".html", ".xlsx", ".gpkg")


@pytest.mark.parametrize("suffix", WRITERS)
def test_r19_unchanged_is_replaced_and_changed_is_kept(tmp_path: Path, suffix: str) -> None:
    write, change = WRITERS[suffix]
    path = tmp_path / f"名前{suffix}"
    with outputs() as run:
        write(path)
        write(path)
    assert not run.kept and list(tmp_path.iterdir()) == [path]
    change(path)
    changed = path.read_bytes()
    with outputs() as run:
        write(path)
    (kept,) = run.kept
    assert kept.changed and kept.path == path and kept.aside.read_bytes() == changed
    assert path.read_bytes() != changed and set(tmp_path.iterdir()) == {path, kept.aside}
    assert kept.aside.name.startswith("名前 (20") and kept.aside.suffix == suffix
    assert str(kept.aside) in kept.text().ja


@pytest.mark.parametrize("suffix", WRITERS)
def test_r19_a_lost_ledger_destroys_nothing(
    tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What carries a mark is still known; the rest is taken for a stranger and stays."""
    write, change = WRITERS[suffix]
    path = tmp_path / f"名前{suffix}"
    write(path)
    monkeypatch.setenv("KANPO_CONFIG", str(tmp_path / "elsewhere"))
    if suffix in MARKED:
        write(path)
        change(path)
        shutil.rmtree(tmp_path / "elsewhere")
        changed = path.read_bytes()
        with outputs() as run:
            write(path)
        assert run.kept[0].aside.read_bytes() == changed
        return
    before = path.read_bytes()
    with pytest.raises(InputUnusable):
        write(path)
    assert path.read_bytes() == before
    with outputs(force=True) as run:
        write(path)
    assert run.kept[0].aside.read_bytes() == before and not run.kept[0].changed


@pytest.mark.parametrize("suffix", MARKED)
def test_r19_the_mark_stands_in_the_file_and_shows_a_change(tmp_path: Path, suffix: str) -> None:
    write, change = WRITERS[suffix]
    path = tmp_path / f"m{suffix}"
    write(path)
    assert read_mark(path, suffix) is Mark.WHOLE
    if suffix == ".html":
        last = path.read_text(encoding="utf-8").splitlines()[-1]
        assert last.startswith("<!-- kanpo-sha256:"), "a page without its last line is not whole"
    change(path)
    assert read_mark(path, suffix) is Mark.BROKEN


def test_r19_a_geopackage_that_was_only_opened_is_unchanged(tmp_path: Path) -> None:
    """A program that switches to a write-ahead log and back changes counters, and nothing else."""
    path = tmp_path / "筆.gpkg"
    write_layer(path)
    before = path.read_bytes()
    for mode in ("WAL", "DELETE"):
        with closing(sqlite3.connect(path)) as database:
            database.execute(f"PRAGMA journal_mode = {mode}")
            database.execute("SELECT count(*) FROM parcels").fetchone()
    assert path.read_bytes() != before and read_mark(path, ".gpkg") is Mark.WHOLE


def test_r19_a_database_in_use_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "筆.gpkg"
    write_layer(path)
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("UPDATE gpkg_contents SET description = 'QGIS'")
        database.commit()
        with pytest.raises(EnvironmentFailure) as caught:
            write_layer(path)
        assert caught.value.code == "output.in-use"
        assert database.execute("SELECT description FROM gpkg_contents").fetchone() == ("QGIS",)


@pytest.mark.parametrize("name", ["test.people.sqlite", "copy.backup", "test.gpkg-journal", "a.seal"])
def test_r19_what_lies_beside_a_project_stays(project: Project, name: str) -> None:
    project.people.enter({"grower_code": "G1", "name": "架空 太郎"})
    path = project.path.with_name(name)
    if name == "copy.backup":
        backup_project(project.path, path)
    elif not path.exists():
        path.write_bytes(b"of the project")
    before = path.read_bytes()
    for force in (False, True):
        with outputs(force=force), pytest.raises(InputUnusable) as caught:
            write_text(path)
        assert caught.value.code == "output.precious" and path.read_bytes() == before


@pytest.mark.parametrize("folder", ["test_originals", "test_photos"])
def test_r19_what_a_project_received_stays(project: Project, folder: str) -> None:
    path = project.path.with_name(folder) / "葉.jpg"
    path.parent.mkdir()
    path.write_bytes(b"photo")
    with outputs(force=True), pytest.raises(InputUnusable):
        write_text(path)
    assert path.read_bytes() == b"photo"


def test_r19_a_project_is_known_whatever_its_name_and_state(project: Project, tmp_path: Path) -> None:
    content = project.path.read_bytes()
    (tmp_path / "wal").mkdir()
    forms = {"地図.html": content, "表.xlsx": content, "wreck.csv": content[:-5_000], "名簿なし": content}
    for name, made in forms.items():
        (tmp_path / name).write_bytes(made)
    (tmp_path / "link.csv").symlink_to(project.path)
    (tmp_path / "chain.csv").symlink_to(tmp_path / "link.csv")
    os.link(project.path, tmp_path / "hard.csv")
    for name in (*forms, "link.csv", "chain.csv", "hard.csv", "wal/../hard.csv"):
        with outputs(force=True), pytest.raises(InputUnusable) as caught:
            write_text(tmp_path / name)
        assert caught.value.code == "output.precious", name
    assert project.path.read_bytes() == content and (tmp_path / "link.csv").is_symlink()


def test_r19_links_are_followed_and_stay_links(tmp_path: Path) -> None:
    real, link, dangling = tmp_path / "real.csv", tmp_path / "link.csv", tmp_path / "dangling.csv"
    write_text(real)
    link.symlink_to(real)
    dangling.symlink_to(tmp_path / "new.csv")
    write_text(link, "新しい\n")
    write_text(dangling, "新しい\n")
    assert (
        real.read_text(encoding="utf-8") == (tmp_path / "new.csv").read_text(encoding="utf-8") == "新しい\n"
    )
    assert link.is_symlink() and dangling.is_symlink()
    loop = tmp_path / "loop.csv"
    loop.symlink_to(loop)
    with pytest.raises(InputUnusable):
        write_text(loop)


@pytest.mark.parametrize("path", ["/dev/null", "/dev/full", "/dev/zero"])
def test_r19_devices_are_no_targets(path: str) -> None:
    with outputs(force=True), pytest.raises(InputUnusable) as caught:
        write_text(Path(path))
    assert caught.value.code == "output.special"


@pytest.mark.parametrize("out", ["/dev/stdout", "/proc/self/fd/1"])
def test_r19_standard_output_is_no_target(out: str) -> None:
    words = [sys.executable, "-m", "kanpo", "records", "template", "visit", out]
    ended = subprocess.run(words, capture_output=True, check=False)
    assert ended.returncode in (2, 3) and b"Traceback" not in ended.stderr
    copied = [
        sys.executable,
        "-c",
        f"from kanpo.tables import write_csv; from pathlib import Path; write_csv(Path({out!r}), ['a'], [])",
    ]
    ended = subprocess.run(copied, capture_output=True, check=False)
    assert b"output.special" in ended.stderr and not ended.stdout


def test_r19_inputs_stay_by_any_spelling(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "入力.csv"
    write_text(source)
    (tmp_path / "data").mkdir()
    write_text(tmp_path / "data" / "soil.csv")
    monkeypatch.chdir(tmp_path)
    os.link(source, "別名.csv")
    with outputs(force=True, inputs=[source, tmp_path / "data"]):
        for target in ("入力.csv", "data/../入力.csv", "別名.csv", "data/soil.csv"):
            with pytest.raises(InputUnusable):
                write_text(Path(target))
    write_text(Path("入力.csv"), "次の実行では\n")


def test_r19_two_targets_are_two_files(tmp_path: Path) -> None:
    write_text(tmp_path / "a.csv")
    (tmp_path / "b.csv").symlink_to(tmp_path / "a.csv")
    for pair in (("a.csv", "a.csv"), ("a.csv", "b.csv"), ("new.csv", "./new.csv")):
        with pytest.raises(UsageError):
            check_targets(tmp_path / name for name in pair)


@pytest.mark.parametrize("links", [True, False])
def test_r19_at_every_moment_both_contents_or_the_old_one_are_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    """A program that holds the file open (Windows: a sharing violation) leaves everything as it was."""
    path = tmp_path / "表.csv"
    write_text(path)
    change_bytes(path)
    before = path.read_bytes()
    real = os.replace

    def no_links(source: object, target: object) -> None:
        raise OSError(1, "Operation not permitted")

    def held_open(source: Path, target: Path) -> None:
        assert path.read_bytes() == before and any(p.read_bytes() == before for p in tmp_path.glob("表 (*"))
        raise PermissionError(13, "The process cannot access the file because it is being used")

    if not links:
        monkeypatch.setattr(os, "link", no_links)
    monkeypatch.setattr(os, "replace", held_open)
    with outputs() as run, pytest.raises(EnvironmentFailure) as caught:
        write_text(path)
    assert caught.value.code == "file.not-writable" and not run.kept
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]
    monkeypatch.setattr(os, "replace", real)
    with outputs() as run:
        for _ in range(3):
            write_text(path)
            change_bytes(path)
    assert len({kept.aside for kept in run.kept}) == 3, "each has a name of its own"


def test_r19_somebody_saves_while_kanpo_writes(tmp_path: Path) -> None:
    path = tmp_path / "表.csv"

    def write_while_somebody_saves() -> None:
        with replacing(path) as draft:
            draft.write_text("kanpo")
            path.write_text("所長")

    with pytest.raises(InputUnusable):
        write_while_somebody_saves()
    assert path.read_text() == "所長" and list(tmp_path.iterdir()) == [path]


def test_r19_names_that_no_file_can_have_are_said(tmp_path: Path) -> None:
    for name in ("長" * 100 + ".csv", "a\0b.csv"):
        with pytest.raises(InputUnusable):
            write_text(tmp_path / name)
    longest = tmp_path / ("長" * 83 + ".csv")
    write_text(longest)
    change_bytes(longest)
    with outputs() as run:
        write_text(longest)
    assert run.kept and not list(tmp_path.glob(".*"))


def test_r19_settings_that_cannot_be_written_stop_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "settings").write_text("a file, no folder")
    for settings in (tmp_path / "settings", tmp_path / "settings" / "deeper", Path("/proc/nowhere")):
        monkeypatch.setenv("KANPO_CONFIG", str(settings))
        path = tmp_path / f"{settings.name}.csv"
        with outputs() as run:
            write_text(path)
        assert path.exists() and "設定フォルダ" in run.notes[0].ja
        page = path.with_suffix(".html")
        for _ in range(2):
            write_page(page)


def test_r19_each_record_has_a_lane_where_lanes_cannot_be_remembered(
    trial_project: Project,
) -> None:
    """An older copy of the file must not go on with a lane whose head could not be noted."""
    from kanpo.trials import record_rows

    def record(day: str) -> str:
        row = {"trial_code": ["T1"], "operation": ["除草"], "happened_at": [day]}
        assert record_rows(trial_project, "operation", row).stored == 1
        return str(trial_project.journal.read("operation")["device"].iloc[-1])

    remembered = record("2025-05-01")
    assert record("2025-05-02") == remembered
    devices = config_folder() / "devices"
    shutil.rmtree(devices)
    devices.write_text("no folder can be made here", encoding="utf-8")
    lanes = {record(f"2025-06-{day:02}") for day in range(1, 4)}
    assert len(lanes) == 3 and remembered not in lanes


def test_r19_the_ledger_is_bounded_and_mends_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_ledger, "MOST", 20)
    for number in range(60):
        write_text(tmp_path / f"{number}.csv")
    folder = config_folder() / "written"
    assert len(list(folder.iterdir())) <= 20
    write_text(tmp_path / "59.csv", "次\n")
    for entry in folder.iterdir():
        entry.write_bytes(b"\xff not json")
    with pytest.raises(InputUnusable):
        write_text(tmp_path / "59.csv")
    with outputs(force=True):
        write_text(tmp_path / "59.csv")
    write_text(tmp_path / "59.csv")


def test_r19_two_kanpo_at_once_keep_one_ledger(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from kanpo.tables import write_csv\n"
        "for n in range(60): write_csv(Path(sys.argv[1]) / f'{sys.argv[2]}-{n}.csv', ['a'], [[n]])"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", program, str(tmp_path), name]) for name in ("a", "b", "c")
    ]
    assert [process.wait() for process in running] == [0, 0, 0]
    noted = [json.loads(path.read_text()) for path in (config_folder() / "written").glob("*.json")]
    assert len(noted) == 180
    for path in tmp_path.glob("*.csv"):
        write_csv(path, ["b"], [])


def test_r19_rejects_that_somebody_began_to_mend_are_kept(trial_project: Project, tmp_path: Path) -> None:
    from kanpo.exchange import import_records

    source = tmp_path / "観察.csv"
    rows = pd.DataFrame(
        {
            "試験コード": ["T1"],
            "試験区コード": ["T1-9"],
            "調査項目": ["草丈"],
            "値": ["31"],
            "調査日": ["2025-06-01"],
        }
    )
    rows.to_csv(source, index=False)
    first = import_records(trial_project, source, "observation").rejects
    assert first is not None and first.name == "観察_差戻し.csv"
    first.write_bytes(first.read_bytes().replace(b"T1-9", b"T1-1"))
    mended = first.read_bytes()
    with outputs() as run:
        import_records(trial_project, source, "observation")
    assert run.kept[0].aside.read_bytes() == mended
    stranger = tmp_path / "別_差戻し.csv"
    stranger.write_bytes(b"of somebody else")
    shutil.copy(source, tmp_path / "別.csv")
    with outputs() as run:
        import_records(trial_project, tmp_path / "別.csv", "observation")
    assert run.kept[0].aside.read_bytes() == b"of somebody else"


def test_r19_outside_a_run_the_library_guards_as_well(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"of somebody else")
    with pytest.raises(InputUnusable) as caught:
        write_text(path)
    assert "--force" not in str(caught.value) and path.read_bytes() == b"of somebody else"
    assert files.current_outputs().inputs == []
