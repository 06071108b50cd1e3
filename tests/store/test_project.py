"""The project file: opens in GIS programs, survives bad luck, refuses what it cannot trust."""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

from kanpo.errors import EnvironmentFailure, InputUnusable, IntegrityFailure, UsageError
from kanpo.locale import Text
from kanpo.schema import FACTORS
from kanpo.store import (
    SCHEMA_VERSION,
    Batch,
    NewRecord,
    Project,
    StoredLayer,
    backup_project,
    is_project,
    list_edits,
    verify_project,
)
from kanpo.store import _migrate as migration
from kanpo.store import _project as project_module
from tests.conftest import parcels_frame, scores_frame


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _factors(project: Project) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    ids = list(project.imported.parcels()["parcel_id"])
    values = pd.DataFrame(None, index=pd.Index(ids, name="parcel_id"), columns=list(FACTORS), dtype=object)
    values["slope_deg"] = np.linspace(1, 3, len(ids))
    values["drainage"] = ["well", None, "poor"][: len(ids)]
    sources = values.notna().map(lambda known: "layer:dem" if known else "")
    return values, sources, sources.map(lambda text: 1.0 if text else 0.0)


def _scores(project: Project, herb: str = "toki") -> pd.DataFrame:
    return scores_frame(list(project.imported.parcels()["parcel_id"]), herb)


def test_parcels_come_back_as_they_went_in(project: Project) -> None:
    parcels = project.imported.parcels()
    expected = parcels_frame()
    assert list(parcels["parcel_id"]) == ["P1", "P2", "P3"]
    assert parcels.crs.to_epsg() == 6668
    assert shapely.equals(parcels.geometry.array, expected.geometry.array).all()
    assert parcels["lot_number"].tolist() == ["1-1", "2-1", "3-1"]


def test_the_same_parcels_again_add_nothing_and_changed_ones_replace(project: Project) -> None:
    again = project.imported.store_parcels(Batch("b.geojson", "1" * 64), [(parcels_frame(), 3, 0, 0)])
    assert (again.stored, again.updated, again.unchanged) == (0, 0, 3)
    changed = parcels_frame()
    changed.loc[1, "lot_number"] = "２－１"
    newer = project.imported.store_parcels(Batch("c.geojson", "2" * 64), [(changed, 3, 0, 0)])
    assert (newer.stored, newer.updated, newer.unchanged) == (0, 1, 2)
    assert project.imported.parcels()["lot_number"].tolist() == ["1-1", "２－１", "3-1"]


def test_r02_an_error_in_the_middle_of_an_import_undoes_all_of_it(project: Project) -> None:
    def chunks() -> object:
        yield parcels_frame(5), 5, 0, 0
        raise RuntimeError("power cut")

    before = _digest(project.path)
    with pytest.raises(RuntimeError):
        project.imported.store_parcels(Batch("d.geojson", "3" * 64), chunks())  # type: ignore[arg-type]
    assert len(project.imported.parcels()) == 3
    assert _digest(project.path) == before


def test_a_dry_run_counts_and_changes_nothing(project: Project) -> None:
    before = _digest(project.path)
    batch = project.imported.store_parcels(
        Batch("e.geojson", "4" * 64), [(parcels_frame(5), 5, 0, 0)], keep=False
    )
    assert (batch.stored, batch.unchanged) == (2, 3)
    assert _digest(project.path) == before


def test_gis_programs_read_parcels_plots_and_scores_as_they_stand(project: Project) -> None:
    shape = shapely.box(139.82, 38.72, 139.8201, 38.7201)
    body = {"trial_code": "T1", "plot_code": "T1-1", "treatment": "標準", "area_m2": 10.0}
    project.journal.append([NewRecord("plot", body, "2025-04-01", outline=shape)])
    project.computed.write_factors(*_factors(project), inputs=project.inputs())
    project.computed.write_scores(_scores(project), project.inputs(), {})
    project.close()
    layers = dict(pyogrio.list_layers(project.path))
    assert {"parcels", "plots", "scores_toki", "site_factors", "observations"} <= set(layers)
    parcels = pyogrio.read_dataframe(project.path, layer="parcels")
    assert len(parcels) == 3 and parcels.crs.to_epsg() == 6668
    plots = pyogrio.read_dataframe(project.path, layer="plots")
    assert plots.geometry[0].equals(shape) and plots["treatment"][0] == "標準"
    scores = pyogrio.read_dataframe(project.path, layer="scores_toki")
    assert scores["score"].tolist() == pytest.approx([0.9, 0.7, 0.5])
    assert scores.geometry.notna().all()


def test_ogrinfo_finds_no_fault(project: Project) -> None:
    if shutil.which("ogrinfo") is None:
        assert not os.environ.get("KANPO_REQUIRE_TOOLS"), "ogrinfo is wanted here"
        pytest.skip("ogrinfo is not installed")
    project.computed.write_scores(_scores(project), project.inputs(), {})
    project.close()
    said = subprocess.run(
        ["ogrinfo", "-ro", "-al", "-so", str(project.path)], capture_output=True, text=True, check=True
    )
    assert "ERROR" not in said.stderr and "Warning" not in said.stderr
    assert "Layer name: scores_toki" in said.stdout


def test_a_spatial_index_added_by_a_gis_program_does_not_stop_writing(project: Project) -> None:
    if shutil.which("ogrinfo") is None:
        assert not os.environ.get("KANPO_REQUIRE_TOOLS"), "ogrinfo is wanted here"
        pytest.skip("ogrinfo is not installed")
    sql = "SELECT CreateSpatialIndex('parcels', 'geom')"
    subprocess.run(["ogrinfo", str(project.path), "-sql", sql], capture_output=True, check=True)
    with Project.open(project.path, write=True) as again:
        batch = again.imported.store_parcels(Batch("f.geojson", "5" * 64), [(parcels_frame(5), 5, 0, 0)])
    assert batch.stored == 2


def test_computed_data_say_when_they_are_stale_and_why(project: Project) -> None:
    project.computed.write_factors(*_factors(project), inputs=project.inputs())
    stamp = project.computed.stamp("factors")
    assert stamp is not None and stamp.changed(project.inputs()) == ()
    project.journal.append([NewRecord("visit", {"parcel_id": "P1", "soil_ph": 6.0}, "2025-05-01")])
    assert stamp.changed(project.inputs()) == ("visits",)
    project.imported.store_parcels(Batch("g.geojson", "6" * 64), [(parcels_frame(4), 4, 0, 0)])
    assert set(stamp.changed(project.inputs())) == {"visits", "parcels"}


def test_factors_and_scores_come_back(project: Project) -> None:
    values, sources, coverage = _factors(project)
    project.computed.write_factors(values, sources, coverage, project.inputs())
    got, got_sources, got_coverage = project.computed.factors()
    assert got["slope_deg"].tolist() == [1.0, 2.0, 3.0]
    assert got["drainage"].tolist()[0] == "well" and got["drainage"].isna().tolist() == [False, True, False]
    assert got_sources["slope_deg"].tolist() == ["layer:dem"] * 3
    assert got_sources["soil_ph"].tolist() == [""] * 3
    assert got_coverage["slope_deg"].tolist() == [1.0] * 3
    project.computed.write_scores(_scores(project), {"factors": "a"}, {})
    project.computed.write_scores(_scores(project, "daio"), {"factors": "a"}, {})
    assert set(project.computed.scores()["herb_id"]) == {"toki", "daio"}
    project.computed.write_scores(_scores(project, "daio"), {"factors": "b"}, {})
    assert set(project.computed.scores()["herb_id"]) == {"daio"}, "scores of older inputs do not stay"


def test_r17_layers_keep_their_file_byte_for_byte(project: Project) -> None:
    content = os.urandom(1000)
    digest = hashlib.sha256(content).hexdigest()
    layer = StoredLayer(
        "dem", "標高", "raster", {"elevation_m": "1"}, "出典", "CC0", "2025", digest, "dem.tif", content
    )
    before = project.inputs()["layers"]
    project.imported.add_layer(layer)
    assert project.imported.layers() == [layer]
    assert project.inputs()["layers"] != before
    assert project.imported.remove_layer("dem")
    assert project.inputs()["layers"] == before


def test_personal_data_stand_in_a_file_of_their_own(project: Project) -> None:
    project.people.enter({"grower_code": "G01", "name": "名前の見本", "phone": "000-0000-0000"})
    assert project.people.read()["name"].tolist() == ["名前の見本"]
    assert "名前の見本".encode() not in project.path.read_bytes()
    assert project.people.path.name == "test.people.sqlite"


def test_r05_the_journal_mode_is_the_one_that_is_safe_on_shared_folders(project: Project) -> None:
    with closing(sqlite3.connect(project.path)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "delete"


def test_r03_a_full_disk_loses_nothing_and_is_said(project: Project) -> None:
    pages = project._connection.execute("PRAGMA page_count").fetchone()[0]
    project._connection.execute(f"PRAGMA max_page_count = {pages + 2}")
    kept = len(project.journal.entries())
    body = {"note": "x" * 20_000}
    with pytest.raises(EnvironmentFailure) as caught:
        project.journal.append([NewRecord("decision", body, "2025-05-01")])
    assert caught.value.code == "store.disk-full"
    assert len(project.journal.entries()) == kept
    assert verify_project(project.path) == []


@pytest.mark.parametrize("content", [b"", b"not a database at all" * 100])
def test_another_file_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.gpkg"
    path.write_bytes(content)
    with pytest.raises((InputUnusable, IntegrityFailure)):
        Project.open(path, write=True)
    assert path.read_bytes() == content


def test_a_geopackage_that_is_no_project_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.gpkg"
    parcels_frame().to_file(path, driver="GPKG", engine="pyogrio")
    with pytest.raises(InputUnusable) as caught:
        Project.open(path)
    assert caught.value.code == "project.foreign"


def test_a_project_is_never_overwritten(project: Project) -> None:
    with pytest.raises(UsageError):
        Project.create(project.path)


def test_r13_a_newer_file_is_refused_with_its_bytes_unchanged(project: Project) -> None:
    project._connection.execute("UPDATE kanpo_meta SET value = '99' WHERE key = 'schema_version'")
    project.close()
    before = _digest(project.path)
    with pytest.raises(InputUnusable) as caught:
        Project.open(project.path, write=True)
    assert caught.value.code == "store.newer"
    assert _digest(project.path) == before


def test_r13_an_older_file_is_copied_and_brought_up_to_date(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.journal.append([NewRecord("decision", {"parcel_id": "P1"}, "2025-05-01")])
    seal = project.journal.seal()
    project.close()

    def add_column(connection: sqlite3.Connection) -> None:
        connection.execute("ALTER TABLE parcels ADD COLUMN extra TEXT")

    newest = SCHEMA_VERSION + 1
    monkeypatch.setattr(project_module, "SCHEMA_VERSION", newest)
    monkeypatch.setattr(
        project_module,
        "migrate",
        lambda connection: migration.migrate(connection, {SCHEMA_VERSION: add_column}, newest),
    )
    monkeypatch.setattr(project_module, "refuse_newer", lambda connection, path: None)
    with Project.open(project.path, write=True) as migrated:
        assert migrated.meta["schema_version"] == str(newest)
        assert migrated.journal.seal() == seal
        names = [row[1] for row in migrated._connection.execute("PRAGMA table_info(parcels)")]
        assert "extra" in names
    assert project.path.with_name(f"test.before-v{newest}.backup").exists()


@pytest.mark.parametrize("write", [True, False])
def test_r13_a_project_of_the_first_version_opens_with_all_that_it_held(tmp_path: Path, write: bool) -> None:
    path = tmp_path / "old.gpkg"
    path.write_bytes(gzip.decompress((Path(__file__).parent / "files" / "project_v1.gpkg.gz").read_bytes()))
    with Project.open(path, write=write) as opened:
        assert opened.imported.parcels()["parcel_id"].tolist() == ["a-1", "a-2"]
        assert opened.journal.read("visit")["soil_ph"].tolist() == [6.1]
        assert opened.imported.boundaries("municipality").empty
        assert opened.computed.stamp("scores") is not None
    assert path.with_name(f"old.before-v{SCHEMA_VERSION}.backup").exists()
    assert verify_project(path) == []
    assert {"parcels", "boundaries"} <= set(pyogrio.list_layers(path)[:, 0])


def test_scores_of_the_older_definition_are_kept_to_compare_and_edits_are_still_seen(tmp_path: Path) -> None:
    path = tmp_path / "old.gpkg"
    path.write_bytes(gzip.decompress((Path(__file__).parent / "files" / "project_v4.gpkg.gz").read_bytes()))
    with closing(sqlite3.connect(path)) as beside, beside:
        beside.execute("UPDATE parcels SET lot_number = '77' WHERE fid = 3")
        before = beside.execute(
            "SELECT parcel_id, score, class FROM score_values s JOIN parcels p ON p.fid = s.parcel_fid "
            "WHERE herb_id = 'shakuyaku'"
        ).fetchall()
    with Project.open(path, write=True) as opened:
        former = opened.computed.former_scores("shakuyaku")
        kept = former[["parcel_id", "score", "class"]].itertuples(index=False, name=None)
        assert sorted(kept) == sorted(before) and len(before) == 40
        assert opened.computed.scores().empty
        stamp = opened.computed.stamp("scores")
        assert stamp is not None and stamp.inputs["definition"] == "before"
        assert opened.journal.read("decision")["decision"].tolist() == ["selected"]
        assert len(opened.journal.read("prediction")) == 5
    (edit,) = list_edits(path)
    assert (edit.code, edit.place.column) == ("edit.changed", "parcels")


def test_a_failed_migration_leaves_the_file_as_it_was(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.close()

    def fail(connection: sqlite3.Connection) -> None:
        connection.execute("ALTER TABLE parcels ADD COLUMN extra TEXT")
        raise RuntimeError

    newest = SCHEMA_VERSION + 1
    monkeypatch.setattr(project_module, "SCHEMA_VERSION", newest)
    monkeypatch.setattr(
        project_module,
        "migrate",
        lambda connection: migration.migrate(connection, {SCHEMA_VERSION: fail}, newest),
    )
    before = _digest(project.path)
    with pytest.raises(RuntimeError):
        Project.open(project.path, write=True)
    assert _digest(project.path) == before


def test_a_record_kind_added_to_the_schema_shows_when_the_file_is_next_opened(project: Project) -> None:
    project._connection.execute("DROP VIEW decisions")
    project._connection.execute("DELETE FROM kanpo_meta WHERE key = 'views'")
    project.close()
    with Project.open(project.path, write=True) as again:
        assert again.journal.read("decision").empty


def test_a_backup_is_whole_and_never_overwrites(project: Project, tmp_path: Path) -> None:
    project.journal.append([NewRecord("decision", {"parcel_id": "P1"}, "2025-05-01")])
    target = tmp_path / "copy.backup"
    backup_project(project.path, target)
    assert verify_project(target, str(project.journal.seal())) == []
    with pytest.raises(UsageError):
        backup_project(project.path, target)


def test_damage_is_found(project: Project) -> None:
    project.journal.append([NewRecord("decision", {"parcel_id": "P1", "note": "あ" * 5000}, "2025-05-01")])
    project.close()
    content = bytearray(project.path.read_bytes())
    position = content.find("あ".encode() * 100)
    content[position + 30] ^= 0xFF
    project.path.write_bytes(content)
    assert verify_project(project.path)


def test_a_definition_that_is_no_text_any_more_is_damage_and_no_crash(tmp_path: Path) -> None:
    path = tmp_path / "torn.gpkg"
    Project.create(path).close()
    content = bytearray(path.read_bytes())
    at = content.find(b"CREATE TABLE")
    content[at + 3] = content[at + 20] = 0xC5
    path.write_bytes(content)
    assert is_project(path)
    with pytest.raises(IntegrityFailure):
        verify_project(path)
    with pytest.raises(IntegrityFailure):
        Project.open(path).close()


@pytest.mark.parametrize("value", ["0", "[]", "null", '"x"'])
def test_a_stamp_of_another_shape_is_damage_and_no_crash(project: Project, value: str) -> None:
    project.computed.write_factors(*_factors(project), project.inputs())
    with closing(sqlite3.connect(project.path)) as beside, beside:
        beside.execute("UPDATE stamps SET inputs = ?", (value,))
    with pytest.raises(IntegrityFailure):
        project.computed.stamp("factors")


def test_a_file_that_nobody_may_write_to_shows_kinds_of_record_that_came_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "old.gpkg"
    Project.create(path).close()
    with sqlite3.connect(path) as file:
        file.execute("DROP VIEW predictions")
        file.execute("UPDATE kanpo_meta SET value = 'of an older kanpo' WHERE key = 'views'")
    file.close()
    before = path.read_bytes()

    def refused(*_: object) -> None:
        raise EnvironmentFailure("store.not-writable", Text("書けません", "read-only"), Text("-", "-"))

    monkeypatch.setattr("kanpo.store._project._bring_up_to_date", refused)
    with Project.open(path) as opened:
        assert opened.journal.read("prediction").empty
        with pytest.raises(EnvironmentFailure):
            opened.keep_own_catalogue(None)
    assert path.read_bytes() == before
