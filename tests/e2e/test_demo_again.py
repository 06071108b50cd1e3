"""``kanpo demo`` again: it makes its own folder anew, and nothing of a person is lost."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.e2e.conftest import Kanpo, digest

VISIT = ("record", "visit", "--parcel-id", "069001736", "--drainage", "良", "--date", "2026-06-01")


@pytest.fixture
def folder(demo_folder: Path, tmp_path: Path) -> Path:
    """A folder as the demo left it."""
    return Path(shutil.copytree(demo_folder, tmp_path / "demo"))


def files(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): digest(path) for path in folder.rglob("*") if path.is_file()}


def test_r20_the_demo_twice_ends_well_and_loses_nothing(kanpo: Kanpo, folder: Path) -> None:
    """Also where the ledger of the first time is lost: what has no mark is kept, or stays."""
    page = folder / "TK-2024.html"
    page.write_text("所長が直した報告", encoding="utf-8")
    note = folder / "メモ.txt"
    note.write_text("だいじ", encoding="utf-8")
    rejects = folder / "parcels_差戻し.geojson"
    rejects.write_bytes(rejects.read_bytes() + b"\n")
    before = files(folder)
    said = kanpo("demo", "demo")
    assert said.code == 3 and "TK-2024.html" in said.err, "of a page without a mark nobody knows"
    assert files(folder) == before
    said = kanpo("demo", "demo", "--force")
    assert said.code == 0 and said.err.count("残しました") == 2
    of_person = {before[name] for name in ("TK-2024.html", "メモ.txt", "parcels_差戻し.geojson")}
    assert of_person <= set(files(folder).values())
    said = kanpo("demo", "demo")
    assert said.code == 0 and "残しました" not in said.err
    assert of_person <= set(files(folder).values())
    assert kanpo("verify", "demo/sample.gpkg").code == 0


def test_r20_computing_anew_is_no_work_of_a_person(kanpo: Kanpo, folder: Path) -> None:
    assert kanpo("score", "--project", "demo/sample.gpkg", "--herb", "当帰").code == 0
    assert kanpo("map", "--project", "demo/sample.gpkg").code == 0
    assert kanpo("demo", "demo").code == 0


def _record(kanpo: Kanpo, project: Path) -> None:
    assert kanpo(*VISIT, "--project", project).code == 0


def _add_grower(kanpo: Kanpo, project: Path) -> None:
    people = project.with_name("sample.people.sqlite")
    with closing(sqlite3.connect(people)) as database, database:
        database.execute("UPDATE people SET phone = '0235-00-0000' WHERE rowid = 1")


def _move_border(kanpo: Kanpo, project: Path) -> None:
    with closing(sqlite3.connect(project)) as database, database:
        database.execute("UPDATE parcels SET settlement = '別の沢' WHERE fid = 1")


def _add_layer(kanpo: Kanpo, project: Path) -> None:
    with closing(sqlite3.connect(project)) as database, database:
        database.execute("CREATE TABLE memo (id INTEGER PRIMARY KEY, words TEXT)")


def _save_style(kanpo: Kanpo, project: Path) -> None:
    """As QGIS saves one: a row more, or another text in the row that is there."""
    with closing(sqlite3.connect(project)) as database, database:
        database.execute("UPDATE layer_styles SET styleQML = '<qgis/>' WHERE f_table_name = 'parcels'")


def _use_other_catalogue(kanpo: Kanpo, project: Path) -> None:
    own = project.with_name("own.csv")
    own.write_text("herb_id,factor,a,b,c,d\n当帰,土壌pH(H2O),5,5.8,6.5,7\n", encoding="utf-8")
    assert kanpo("herbs", "use", own, "--project", project).code == 0


def _leave_log(kanpo: Kanpo, project: Path) -> None:
    project.with_name("sample.gpkg-wal").write_bytes(b"of QGIS")


@pytest.mark.parametrize(
    "work", [_record, _add_grower, _move_border, _add_layer, _save_style, _use_other_catalogue, _leave_log]
)
def test_r20_a_demo_that_somebody_works_with_stays(kanpo: Kanpo, folder: Path, work: object) -> None:
    work(kanpo, folder / "sample.gpkg")  # type: ignore[operator]
    before = files(folder)
    (folder.with_name("demo-2")).mkdir()
    for more in ((), ("--force",)):
        said = kanpo("demo", "demo", *more)
        assert said.code == 3 and "kanpo demo demo-3" in said.err
        assert files(folder) == before
    assert kanpo("demo", "demo-3").code == 0


def test_r20_people_of_another_project_stay(kanpo: Kanpo, folder: Path) -> None:
    (folder / "sample.gpkg").unlink()
    before = files(folder)
    assert kanpo("demo", "demo").code == 3
    assert files(folder) == before


def test_r20_a_map_of_somebody_else_stops_the_demo_before_it_begins(kanpo: Kanpo, tmp_path: Path) -> None:
    (tmp_path / "m.html").write_bytes(b"of somebody else")
    assert kanpo("demo", "new", "--map", "m.html").code == 3
    assert not (tmp_path / "new" / "sample.gpkg").exists()
    assert (tmp_path / "m.html").read_bytes() == b"of somebody else"
