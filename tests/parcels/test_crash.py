"""Power cuts and full disks in the middle of an ingest: the old state or the new, never a third."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks._synthetic import write_parcels
from kanpo.errors import EnvironmentFailure
from kanpo.parcels import ingest_parcels
from kanpo.store import Project, verify_project

KILLING = Path(__file__).parents[1] / "store" / "killing.py"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="fork and SIGKILL are POSIX")
def test_a_kill_at_any_moment_leaves_the_old_state_or_the_new(tmp_path: Path) -> None:
    path, file = tmp_path / "町.gpkg", tmp_path / "筆.geojson"
    write_parcels(file, 3_000)
    with Project.create(path) as project:
        write_parcels(tmp_path / "first.geojson", 50, seed=9)
        stored = ingest_parcels(project, tmp_path / "first.geojson").batch.stored
    done = subprocess.run(
        [sys.executable, str(KILLING), "kill-ingest", str(path), str(file), "30"],
        capture_output=True,
        text=True,
        check=True,
    )
    states = {tuple(map(int, line.split())) for line in done.stdout.splitlines()}
    with Project.open(path, write=True) as project:
        ingest_parcels(project, file)
        whole = len(project.imported.parcels())
    assert states <= {(stored, 1), (whole, 2)}, states
    assert (stored, 1) in states, "some kills came before the end"


@pytest.mark.parametrize("room", [0, 1, 5, 20, 60])
def test_a_full_disk_leaves_the_old_state_and_is_said(tmp_path: Path, room: int) -> None:
    path, file = tmp_path / "町.gpkg", tmp_path / "筆.geojson"
    write_parcels(file, 2_000)
    with Project.create(path) as project:
        before = hashlib.sha256(path.read_bytes()).hexdigest()
        pages = project._connection.execute("PRAGMA page_count").fetchone()[0]
        project._connection.execute(f"PRAGMA max_page_count = {pages + room}")
        with pytest.raises(EnvironmentFailure) as caught:
            ingest_parcels(project, file)
        assert caught.value.code == "store.disk-full"
        assert project.imported.parcels().empty and project.imported.batches().empty
    assert verify_project(path) == []
    assert hashlib.sha256(path.read_bytes()).hexdigest() == before
