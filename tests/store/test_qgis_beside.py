"""QGIS, DB Browser and sqlite3 beside kanpo: whatever they edit is seen, and none of it is a dead end."""

from __future__ import annotations

import gzip
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyogrio
import pytest
import shapely

from kanpo.cli import main
from kanpo.errors import Conflict, IntegrityFailure
from kanpo.parcels import accept_edits
from kanpo.schema import FACTORS
from kanpo.store import (
    Batch,
    NewRecord,
    Project,
    StoredLayer,
    list_edits,
    sha256_of,
    undo_edits,
    verify_project,
)
from kanpo.store import _connection as connection_module
from tests.conftest import parcels_frame, scores_frame

Editing = Callable[[Path], None]


def sql(*statements: str, wal: bool = False) -> Editing:
    """Statements as a GIS program runs them: with its spatial functions, and with WAL on."""

    def run(path: Path) -> None:
        with closing(sqlite3.connect(path)) as connection:
            if wal:
                connection.execute("PRAGMA journal_mode = WAL")
            connection_module._add_spatial_functions(connection)
            with connection:
                for statement in statements:
                    connection.execute(statement)
            if wal:
                connection.execute("PRAGMA journal_mode = DELETE")

    return run


def ogr(statement: str, dialect: str = "SQLITE") -> Editing:
    """A statement through GDAL's own update connection."""

    def run(path: Path) -> None:
        if shutil.which("ogrinfo") is None:
            assert not os.environ.get("KANPO_REQUIRE_TOOLS"), "ogrinfo is wanted here"
            pytest.skip("ogrinfo is not installed")
        words = ["ogrinfo", str(path), "-sql", statement]
        words += ["-dialect", dialect] if dialect != "native" else []
        done = subprocess.run(words, capture_output=True, text=True, check=True)
        assert "ERROR" not in done.stderr, done.stderr

    return run


def add_parcel(path: Path) -> None:
    frame = gpd.GeoDataFrame(
        {"parcel_id": ["Q1"], "lot_number": ["99"]},
        geometry=[shapely.box(139.9, 38.8, 139.9003, 38.8003)],
        crs=6668,
    )
    pyogrio.write_dataframe(frame, path, layer="parcels", driver="GPKG", append=True)


def add_own_layer(path: Path) -> None:
    frame = gpd.GeoDataFrame({"memo": ["わな"]}, geometry=[shapely.Point(139.9, 38.8)], crs=6668)
    pyogrio.write_dataframe(frame, path, layer="罠の位置", driver="GPKG")


#: Kind of edit, how it is made, the table or column that is named.
EDITS: dict[str, tuple[Editing, str]] = {
    "attribute": (ogr("UPDATE parcels SET lot_number = '77' WHERE parcel_id = 'P1'"), "parcels"),
    "attribute with WAL on": (
        sql("UPDATE parcels SET lot_number = '77' WHERE parcel_id = 'P1'", wal=True),
        "parcels",
    ),
    "outline": (
        sql(
            "UPDATE parcels SET geom = (SELECT geom FROM parcels WHERE parcel_id = 'P3') WHERE parcel_id = 'P1'"
        ),
        "parcels",
    ),
    "parcel deleted": (ogr("DELETE FROM parcels WHERE parcel_id = 'P1'"), "parcels"),
    "parcel added": (add_parcel, "parcels"),
    "column deleted": (
        ogr("ALTER TABLE parcels DROP COLUMN farm_promotion_zone", "native"),
        "parcels.farm_promotion_zone",
    ),
    "column renamed": (
        ogr("ALTER TABLE parcels RENAME COLUMN farm_promotion_zone TO zone", "native"),
        "parcels.farm_promotion_zone",
    ),
    "column added": (ogr("ALTER TABLE parcels ADD COLUMN memo TEXT", "native"), "parcels.memo"),
    "former parcels": (sql("DELETE FROM former_parcels"), "former_parcels"),
    "register": (sql("UPDATE register SET lot_number = '5' WHERE register_id = 'R1'"), "register"),
    "links": (sql("UPDATE register_links SET parcel_id = 'P2'"), "register_links"),
    "boundaries": (sql("DELETE FROM boundaries"), "boundaries"),
    "lineage": (sql("UPDATE lineage SET new_id = 'P2'"), "lineage"),
    "batches": (sql("UPDATE batches SET actor = '誰か'"), "batches"),
    "layers": (sql("UPDATE layers SET licence = 'CC BY'"), "layers"),
    "site factors": (sql("UPDATE site_factors SET slope_deg = 0 WHERE parcel_id = 'P1'"), "site_factors"),
    "scores": (sql("UPDATE score_values SET score = 1"), "score_values"),
    "stamps": (sql("UPDATE stamps SET computed_at = '2000-01-01' WHERE product = 'scores'"), "stamps"),
    "through a view": (
        sql(
            "CREATE VIEW 編集用 AS SELECT fid, lot_number FROM parcels",
            "CREATE TRIGGER 編集 INSTEAD OF UPDATE ON 編集用 BEGIN "
            "UPDATE parcels SET lot_number = NEW.lot_number WHERE fid = OLD.fid; END",
            "UPDATE 編集用 SET lot_number = '88' WHERE fid = 1",
        ),
        "parcels",
    ),
    "layer dropped": (ogr("DROP TABLE boundaries", "native"), "boundaries"),
    "parcels dropped": (ogr("DROP TABLE parcels", "native"), "parcels"),
    "layer renamed": (ogr("ALTER TABLE boundaries RENAME TO 境界", "native"), "boundaries"),
    "layer taken off the list": (
        sql(
            "DELETE FROM gpkg_geometry_columns WHERE table_name = 'parcels'",
            "DELETE FROM gpkg_contents WHERE table_name = 'parcels'",
        ),
        "parcels",
    ),
    "other coordinates": (
        sql("UPDATE gpkg_geometry_columns SET srs_id = 4326 WHERE table_name = 'parcels'"),
        "parcels",
    ),
    "name of the project": (sql("UPDATE kanpo_meta SET value = '別の町' WHERE key = 'name'"), "kanpo_meta"),
    "record by hand": (
        sql(
            "INSERT INTO journal (record_id, kind, device, sequence, actor, happened_at, recorded_at, body, previous, hash) "
            "SELECT 'by-hand', kind, device, sequence + 1, actor, happened_at, recorded_at, body, hash, 'x' FROM journal "
            "ORDER BY sequence DESC LIMIT 1"
        ),
        "#2",
    ),
}

#: What harms nothing and is no alarm.
HARMLESS: dict[str, Editing] = {
    "own layer": add_own_layer,
    "spatial index": ogr("SELECT CreateSpatialIndex('parcels', 'geom')"),
    "vacuum": lambda path: sqlite3.connect(path, isolation_level=None).execute("VACUUM").close(),
    "styles": sql(
        "CREATE TABLE layer_styles (id INTEGER PRIMARY KEY, f_table_name TEXT, styleQML TEXT)",
        "INSERT INTO layer_styles (f_table_name, styleQML) VALUES ('parcels', '<qgis/>')",
    ),
    "title and extent": sql(
        "UPDATE gpkg_contents SET identifier = '筆の図', description = 'x', min_x = 0 WHERE table_name = 'parcels'"
    ),
    "WAL left on": lambda path: sqlite3.connect(path).execute("PRAGMA journal_mode = WAL").close(),
}


@pytest.fixture
def full(project: Project) -> Path:
    """A project with something in every table."""
    import numpy as np
    import pandas as pd

    project.journal.append([NewRecord("visit", {"parcel_id": "P1", "soil_ph": 6.0}, "2025-05-01")])
    content = b"1"
    project.imported.add_layer(
        StoredLayer(
            "dem",
            "標高",
            "raster",
            {"elevation_m": "1"},
            "x",
            "CC0",
            "2025",
            sha256_of(content),
            "d.tif",
            content,
        )
    )
    ids = ["P1", "P2", "P3"]
    values = pd.DataFrame(None, index=pd.Index(ids, name="parcel_id"), columns=list(FACTORS), dtype=object)
    values["slope_deg"] = np.linspace(1, 3, 3)
    sources = values.notna().map(lambda known: "layer:dem" if known else "")
    project.computed.write_factors(
        values, sources, sources.map(lambda t: 1.0 if t else 0.0), project.inputs()
    )
    project.computed.write_scores(scores_frame(ids), project.inputs(), {})
    links = pd.DataFrame({"register_id": ["R1"], "parcel_id": ["P1"]}).reindex(
        columns=[
            "register_id",
            "parcel_id",
            "kind",
            "distance_m",
            "area_ratio",
            "confidence",
            "probability",
            "margin",
            "reason",
        ]
    )
    project.computed.write_links(links, project.inputs())
    box = [shapely.box(139.8, 38.7, 139.9, 38.8)]
    register = parcels_frame(1).rename(columns={"parcel_id": "register_id"}).assign(register_id="R1")
    bounds = gpd.GeoDataFrame(
        {
            "boundary_id": ["B1"],
            "boundary_kind": ["municipality"],
            "name": ["町"],
            "municipality_code": ["06203"],
            "farm_settlement_key": [None],
            "source_row": [1],
        },
        geometry=box,
        crs=6668,
    )
    lineage = pd.DataFrame({"old_id": ["P0"], "new_id": ["P1"], "kind": ["same"]}).reindex(
        columns=[
            "old_id",
            "new_id",
            "kind",
            "share_old",
            "share_new",
            "by",
            "confidence",
            "old_year",
            "new_year",
        ]
    )
    former = parcels_frame(1).assign(parcel_id="P0", batch_id="old")
    project.imported.store_parcels(
        Batch("all.geojson", "9" * 64),
        [(parcels_frame(4), 4, 0, 0)],
        register=lambda: register,
        boundaries=lambda: bounds,
        succeed=lambda batch: project.imported.retire(former, [], lineage),
    )
    project.close()
    assert verify_project(project.path) == []
    return project.path


def contents(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Everything of what was imported and recorded."""
    with closing(sqlite3.connect(path)) as connection:
        tables = (
            "parcels",
            "former_parcels",
            "register",
            "boundaries",
            "lineage",
            "batches",
            "layers",
            "journal",
        )
        return {
            table: connection.execute(
                f"SELECT {', '.join(_columns(table))} FROM {table} ORDER BY fid"
            ).fetchall()
            for table in tables
        }


def _columns(table: str) -> list[str]:
    from kanpo.store._sql import quoted, stored_columns

    return [quoted(column) for column in stored_columns()[table]]


@pytest.mark.parametrize("kind", EDITS)
def test_r26_every_edit_is_seen_and_can_be_undone(
    full: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    editing, named = EDITS[kind]
    before = contents(full)
    editing(full)
    assert main(["verify", str(full)]) == (0 if kind == "column added" else 5)
    assert named.partition(".")[2] in capsys.readouterr().err
    assert any(named in f"{p.place.column} {p.place.value}" for p in list_edits(full)), list_edits(full)
    code = main(["status", "--project", str(full)])
    said = capsys.readouterr().err
    assert code in (0, 5) and "kanpo edits" in said
    words = ["--drop-columns"] if kind == "column added" else []
    assert main(["edits", "undo", "--project", str(full), *words]) == 0
    assert verify_project(full) == []
    assert contents(full) == before
    assert len(list(full.parent.glob("*.before-undo*.backup"))) == 1
    with Project.open(full, write=True) as again:
        again.journal.append([NewRecord("visit", {"parcel_id": "P2"}, "2025-05-02")])
    assert verify_project(full) == []


@pytest.mark.parametrize("kind", [kind for kind in EDITS if kind != "record by hand"])
def test_r26_every_edit_can_be_taken_in(full: Path, kind: str) -> None:
    EDITS[kind][0](full)
    assert main(["edits", "accept", "--reason", "現地で確かめた", "--project", str(full)]) == 0
    assert verify_project(full) == []
    with Project.open(full, write=True) as again:
        again.journal.append([NewRecord("visit", {"parcel_id": "P2"}, "2025-05-02")])
        if kind in ("attribute", "outline", "parcel deleted", "parcel added"):
            newest = again.imported.batches().iloc[-1]
            assert (newest["source"], newest["actor"], newest["reason"]) == (
                "edited",
                "検査担当",
                "現地で確かめた",
            )
    assert verify_project(full) == []


@pytest.mark.parametrize("kind", HARMLESS)
def test_r26_what_harms_nothing_is_no_alarm(full: Path, kind: str) -> None:
    HARMLESS[kind](full)
    assert verify_project(full) == [] and list_edits(full) == []
    with Project.open(full, write=True) as again:
        again.imported.store_parcels(Batch("f.geojson", "5" * 64), [(parcels_frame(6), 6, 0, 0)])
        again.journal.append([NewRecord("visit", {"parcel_id": "P2"}, "2025-05-02")])
    assert verify_project(full) == []


def test_r26_an_edit_is_named_with_its_old_and_its_new_value(full: Path) -> None:
    EDITS["attribute"][0](full)
    (problem,) = verify_project(full)
    assert (problem.code, problem.place.value) == ("edit.changed", "P1")
    assert "地番が「1-1」から「77」に" in problem.what.ja


def test_r26_what_kanpo_writes_does_not_hide_an_edit_beside_it(full: Path) -> None:
    EDITS["attribute"][0](full)
    with Project.open(full, write=True) as opened:
        with pytest.raises(Conflict) as caught:
            opened.imported.store_parcels(Batch("f.geojson", "5" * 64), [(parcels_frame(6), 6, 0, 0)])
        assert caught.value.exit_code == 4
        opened.imported.replace_pins(parcels_frame(5).iloc[4:].assign(located_by="pin", batch_id="x"))
    assert [(p.code, p.place.value) for p in verify_project(full)] == [("edit.changed", "P1")]


def test_r26_a_deleted_parcel_is_no_dead_end(full: Path) -> None:
    EDITS["parcel deleted"][0](full)
    for words in (
        ["parcels", "list"],
        ["ranking", "--herb", "toki"],
        ["records", "list", "visit"],
        ["status"],
        ["parcels", "show", "P1"],
    ):
        assert main([*words, "--project", str(full)]) in (0, 2, 3), words
    assert accept_edits(full, "売却").batch is not None
    with Project.open(full) as opened:
        assert "P1" in opened.imported.former_ids()
        assert opened.imported.lineage().iloc[-1][["old_id", "kind"]].tolist() == ["P1", "gone"]


def test_r26_what_is_taken_in_is_measured_and_what_is_unfit_stays_and_is_named(full: Path) -> None:
    far = shapely.box(10, 50, 10.001, 50.001)
    with closing(sqlite3.connect(full)) as connection, connection:
        from kanpo.store._geometry import to_blobs

        (blob, good) = to_blobs([far, shapely.box(139.83, 38.72, 139.8306, 38.7206)])
        connection.execute("UPDATE parcels SET geom = ? WHERE parcel_id = 'P1'", (blob,))
        connection.execute("UPDATE parcels SET geom = ? WHERE parcel_id = 'P2'", (good,))
        connection.execute("UPDATE parcels SET years_abandoned = 'とても長い' WHERE parcel_id = 'P3'")
    accepted = accept_edits(full, "直した")
    assert {problem.code for problem in accepted.problems} == {"parcel.outside-japan", "value.not-number"}
    assert accepted.batch is not None and (accepted.batch.updated, accepted.batch.rejected) == (1, 2)
    with Project.open(full) as opened:
        parcels = opened.imported.parcels(["P2"])
    assert parcels["area_m2"].iloc[0] == pytest.approx(3480, rel=0.02)
    assert {problem.place.value for problem in verify_project(full)} == {"P1", "P3"}
    undo_edits(full)
    assert verify_project(full) == []


def test_r26_a_file_that_nobody_may_write_to_is_checked_all_the_same(full: Path) -> None:
    EDITS["attribute"][0](full)
    full.chmod(0o444)
    full.parent.chmod(0o555)
    try:
        assert [problem.code for problem in verify_project(full)] == ["edit.changed"]
        assert main(["status", "--project", str(full)]) == 0
    finally:
        full.parent.chmod(0o755)


def test_r26_swapped_names_come_back(full: Path) -> None:
    before = contents(full)
    sql(
        "UPDATE parcels SET parcel_id = 'tmp' WHERE fid = 1",
        "UPDATE parcels SET parcel_id = 'P1' WHERE fid = 2",
        "UPDATE parcels SET parcel_id = 'P2' WHERE fid = 1",
    )(full)
    assert len(verify_project(full)) == 2
    undo_edits(full)
    assert contents(full) == before


def test_r26_many_edits_are_counted(full: Path) -> None:
    with Project.open(full, write=True) as opened:
        opened.imported.store_parcels(Batch("many.geojson", "6" * 64), [(parcels_frame(700), 700, 0, 0)])
    sql("UPDATE parcels SET land_type = 'paddy'")(full)
    problems = verify_project(full)
    assert len(problems) == 51 and "650" in problems[-1].what.ja


def test_r25_a_deleted_column_is_never_shown_as_data(full: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sql("ALTER TABLE parcels DROP COLUMN farm_settlement")(full)
    assert main(["parcels", "show", "P1", "--project", str(full)]) == 5
    said = capsys.readouterr()
    assert "farm_settlement" in said.err and "kanpo edits undo" in said.err
    assert "farm_settlement" not in said.out


def test_r23_no_trigger_may_hold_records_back(full: Path) -> None:
    with Project.open(full, write=True) as opened:
        sql("CREATE TRIGGER t BEFORE INSERT ON journal BEGIN SELECT RAISE(IGNORE); END")(full)
        with pytest.raises(IntegrityFailure) as caught:
            opened.journal.append([NewRecord("visit", {"parcel_id": "P1"}, "2025-05-01")])
        assert caught.value.code == "store.not-recorded"
    with pytest.raises(IntegrityFailure) as caught:
        Project.open(full, write=True)
    assert "t" in [problem.place.value for problem in caught.value.problems]
    assert [problem.code for problem in verify_project(full)] == ["verify.trigger"]
    undo_edits(full)
    assert verify_project(full) == []


@pytest.mark.parametrize("way", ["undo", "accept"])
def test_r26_what_real_qgis_saved_is_seen_and_has_both_ways_on(tmp_path: Path, way: str) -> None:
    """QGIS 3.22 edited, moved, deleted and added a parcel, added a column, a style and a spatial index."""
    path = tmp_path / "qgis.gpkg"
    fixture = Path(__file__).parent / "files" / "qgis" / "edited.gpkg.gz"
    path.write_bytes(gzip.decompress(fixture.read_bytes()))
    with closing(sqlite3.connect(path)) as connection:
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    assert {"layer_styles", "rtree_parcels_geom", "rtree_parcels_geom_update1"} <= tables, "QGIS was here"
    seen = {(problem.code, problem.place.value) for problem in verify_project(path)}
    assert seen == {
        *(("edit.changed", "P1"), ("edit.changed", "P2")),
        *(("edit.removed", "P3"), ("edit.added", "Q1")),
    }
    assert main(["status", "--project", str(path)]) == 0
    words = ["--reason", "測り直した"] if way == "accept" else []
    assert main(["edits", way, "--project", str(path), *words]) == 0
    assert verify_project(path) == []
    with Project.open(path, write=True) as opened:
        parcels = opened.imported.parcels().set_index("parcel_id")
        wanted = {"undo": ["P1", "P2", "P3", "P4"], "accept": ["P1", "P2", "P4", "Q1"]}[way]
        assert sorted(parcels.index) == wanted
        assert parcels.loc["P1", "lot_number"] == {"undo": "1-1", "accept": "77"}[way]
        opened.imported.store_parcels(Batch("f.geojson", "5" * 64), [(parcels_frame(6), 6, 0, 0)])
    assert verify_project(path) == []
