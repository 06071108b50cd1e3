"""Small files that ask for much work end at once, are refused by name, and take no good row with them."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.fuzz import heavy

ROOT = Path(__file__).parents[2]
#: What a heavy input may take, in seconds and in MB of memory above what kanpo takes for nothing.
SECONDS, MEMORY_MB = 10.0, 700
_MEASURED = """
import sys
from pathlib import Path
from kanpo.cli import main
code = main(sys.argv[1:])
# The peak that getrusage tells is that of the parent, where it was higher.
status = Path("/proc/self/status")
told = status.read_text() if status.exists() else "VmHWM: 0 kB"
print("peak", int(told.partition("VmHWM:")[2].split()[0]) // 1024)
sys.exit(code)
"""


def measured(folder: Path, *words: str) -> tuple[int, str]:
    """Run a command on its own: exit code and what it said; within time and memory."""
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", _MEASURED, *words], cwd=folder, capture_output=True, text=True, timeout=60,
        env={**_environment(), "PYTHONPATH": str(ROOT)}, check=False,
    )  # fmt: skip
    assert time.perf_counter() - start < SECONDS, "took too long"
    peak = [line for line in done.stdout.splitlines() if line.startswith("peak ")][-1]
    assert int(peak.split()[1]) < MEMORY_MB, peak
    return done.returncode, done.stderr


def _environment() -> dict[str, str]:
    import os

    return dict(os.environ)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    from kanpo.store import Project

    Project.create(tmp_path / "t.gpkg").close()
    return tmp_path


posix = pytest.mark.skipif(sys.platform == "win32", reason="peak memory is read as POSIX tells it")


@posix
@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(heavy.OUTLINES))
def test_s14_an_outline_that_asks_for_too_much_is_sent_back_alone(folder: Path, name: str) -> None:
    (folder / "筆.geojson").write_text(heavy.OUTLINES[name](), encoding="utf-8")
    code, said = measured(folder, "ingest", "筆.geojson")
    if name.startswith(("same", "nearly", "ring")):
        assert code == 0 and "差戻し 0" in said
    else:
        assert code == 1 and "追加 2" in said and "差戻し 1" in said


def test_s14_why_an_outline_is_sent_back_is_said(folder: Path) -> None:
    for name, words in (
        ("scribble_400", "自己交差が多すぎます"),
        ("holes_20000", "穴が多すぎます"),
        ("far", "日本の外"),
    ):
        (folder / "筆.geojson").write_text(heavy.OUTLINES[name](), encoding="utf-8")
        _, said = measured(folder, "ingest", "筆.geojson")
        assert words in said and "2番目の地物" in said


def test_s14_outlines_that_are_the_same_are_named_and_not_paired(folder: Path) -> None:
    (folder / "筆.geojson").write_text(heavy.same_outlines(2_000), encoding="utf-8")
    _, said = measured(folder, "ingest", "筆.geojson")
    assert "同じ所にあります" in said and "重なりはほか 1,979 組" in said


@posix
@pytest.mark.slow
def test_s14_a_cell_far_off_costs_nothing(folder: Path) -> None:
    for cell, words, wanted in (
        ("XFD1", ("compare", "pca", "表.xlsx"), 0),
        ("A1048576", ("compare", "groups", "表.xlsx", "--group", "b"), 0),
        ("XFD1048576", ("compare", "pca", "表.xlsx"), 0),
        ("XFD1048576", ("ingest", "表.xlsx"), 3),
        ("XFD1048576", ("records", "import", "表.xlsx"), 3),
    ):
        heavy.workbook_with_far_cell(folder / "表.xlsx", cell)
        code, said = measured(folder, *words)
        assert code == wanted, said


@posix
@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    [("compare", "pca", "表.xlsx"), ("lots", "matrix", "import", "表.xlsx", "--id", "M"), ("records", "import", "表.xlsx")],
)  # fmt: skip
def test_s14_a_table_of_too_many_cells_is_refused(folder: Path, words: tuple[str, ...]) -> None:
    heavy.workbook_of_far_cells(folder / "表.xlsx", 1_500)
    code, said = measured(folder, *words)
    assert code == 3 and "表が大きすぎます" in said


def test_s14_a_raster_of_too_many_cells_is_refused(folder: Path) -> None:
    heavy.sparse_raster(folder / "dem.tif", 100_000)
    code, said = measured(folder, "layers", "add", "dem.tif", "--as", "dem")
    assert code == 3 and "格子が大きすぎます" in said


@pytest.mark.parametrize(
    "statement",
    [heavy.ENDLESS_VIEW, "CREATE VIEW parcels AS SELECT * FROM kept", "CREATE VIRTUAL TABLE parcels USING fts5(fid, geom)"],
)  # fmt: skip
@pytest.mark.parametrize(
    "words",
    [("ingest", "筆.gpkg"), ("ingest", "筆.gpkg", "--layer", "parcels"), ("layers", "add", "筆.gpkg")],
)
def test_s14_a_layer_that_is_a_view_is_refused(folder: Path, words: tuple[str, ...], statement: str) -> None:
    heavy.geopackage_of_view(folder / "筆.gpkg", ROOT / "data" / "soil.geojson", statement)
    code, said = measured(folder, *words)
    assert code == 3, said


def test_s14_bombs_are_refused(folder: Path) -> None:
    heavy.workbook_with_far_cell(folder / "表.xlsx", "D1")
    bomb = heavy.bomb_of_strings(190 * 1024 * 1024)
    heavy.with_member(folder / "爆.xlsx", folder / "表.xlsx", "xl/sharedStrings.xml", bomb)
    (folder / "筆.zip").write_bytes(heavy.zip_in_zip(3, 300_000_000))
    (folder / "印.png").write_bytes(heavy.png(30_000, 30_000))
    (folder / "電話.json").write_text(heavy.deep_phone_file(100_000), encoding="utf-8")
    (folder / "行.csv").write_text("a,b,c\n" + "x" * 30_000_000, encoding="utf-8")
    (folder / "列.csv").write_text("a,b,c\n" + "," * 3_000_000, encoding="utf-8")
    for words in (
        ("compare", "pca", "爆.xlsx"), ("ingest", "爆.xlsx"), ("ingest", "筆.zip"), ("layers", "add", "筆.zip"),
        ("records", "import", "電話.json"), ("ingest", "行.csv"), ("growers", "import", "行.csv"),
        ("compare", "pca", "列.csv"), ("records", "import", "列.csv"),
    ):  # fmt: skip
        code, said = measured(folder, *words)
        assert code == 3, (words, said)
    code, _ = measured(folder, "map", "--logo", "印.png")
    assert code == 2
