"""A disk that is full, and folders that nobody may write to: the old file stays, and nothing is left over."""

from __future__ import annotations

import ctypes
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from kanpo.errors import EnvironmentFailure
from kanpo.exchange import export_layer
from kanpo.files import replacing
from kanpo.tables import write_book, write_csv, write_workbook

resource = pytest.importorskip("resource")

RANDOM = np.random.default_rng(1)
WORDS = ["".join(chr(0x4E00 + n) for n in RANDOM.integers(0, 5000, 40)) for _ in range(1500)]
SHAPES = gpd.GeoDataFrame(
    {"parcel_id": WORDS},
    geometry=shapely.points(RANDOM.random((1500, 2))).tolist(),
    crs=6668,
)
TABLE = pd.DataFrame({"甲": WORDS, "乙": RANDOM.random(1500)})


def write_page(path: Path) -> None:
    with replacing(path) as draft:
        draft.write_text("\n".join(WORDS), encoding="utf-8")


def write_zip(path: Path) -> None:
    import zipfile

    with replacing(path) as draft, zipfile.ZipFile(draft, "w") as out:
        for number, words in enumerate(WORDS):
            out.writestr(f"{number}.txt", words)


def write_picture(path: Path) -> None:
    pytest.importorskip("matplotlib")
    from kanpo.maps._drawing import sheet

    with sheet(path, 150, 150) as figure:
        figure.add_subplot().scatter(RANDOM.random(4000), RANDOM.random(4000))


WRITERS: dict[str, Callable[[Path], None]] = {
    "page.html": write_page,
    "table.csv": lambda path: write_csv(path, ["甲"], [[words] for words in WORDS]),
    "rows.xlsx": lambda path: write_workbook(path, ["甲"], [[words] for words in WORDS]),
    "book.xlsx": lambda path: write_book(path, [("甲", TABLE), ("乙", TABLE)]),
    "archive.zip": write_zip,
    "picture.svg": write_picture,
    "picture.png": write_picture,
    **{
        f"layer{suffix}": lambda path: export_layer(path, SHAPES)
        for suffix in (".gpkg", ".geojson", ".fgb", ".parquet")
    },
}


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 2 MB, where the one who tests may mount one."""
    libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
    place = tmp_path / "disk"
    place.mkdir()
    if libc is None or libc.mount(b"tmpfs", bytes(place), b"tmpfs", 0, b"size=2m"):
        pytest.skip("no disk can be mounted here")
    try:
        yield place
    finally:
        libc.umount2(bytes(place), 2)


def begun(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("size", [0, 1_000, 12_000, 30_000])
def test_r19_no_room_leaves_the_old_file(
    tmp_path: Path, name: str, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheets = tmp_path / "sheets"
    sheets.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(sheets))
    path = tmp_path / name
    WRITERS[name](path)
    before, there = path.read_bytes(), begun(tmp_path)
    assert len(before) > 30_000
    with largest_file(size), pytest.raises(EnvironmentFailure) as caught:
        WRITERS[name](path)
    assert caught.value.exit_code == 6 and caught.value.code == "file.not-writable"
    assert path.read_bytes() == before and begun(tmp_path) == there and not begun(sheets)


@pytest.mark.parametrize("name", WRITERS)
def test_r19_a_full_disk_leaves_the_old_file(small_disk: Path, name: str) -> None:
    path = small_disk / name
    WRITERS[name](path)
    before = path.read_bytes()
    for free in (0, 4_096, 20_480, len(before) // 2):
        filler = small_disk / "filler"
        room = os.statvfs(small_disk)
        filler.write_bytes(b"x" * max(0, room.f_bavail * room.f_frsize - free))
        with pytest.raises(EnvironmentFailure) as caught:
            WRITERS[name](path)
        assert caught.value.exit_code == 6
        assert path.read_bytes() == before and begun(small_disk) == {name, "filler"}
        filler.unlink()
    WRITERS[name](path)
    assert begun(small_disk) == {name}


@pytest.mark.parametrize("name", ["rows.xlsx", "book.xlsx"])
def test_r19_no_room_for_the_sheets_of_a_workbook(
    small_disk: Path, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sheets are first written to the folder for temporary files, which may be another disk."""
    monkeypatch.setattr(tempfile, "tempdir", str(small_disk))
    path = tmp_path / name
    WRITERS[name](path)
    before = path.read_bytes()
    room = os.statvfs(small_disk)
    (small_disk / "filler").write_bytes(b"x" * (room.f_bavail * room.f_frsize - 4_096))
    with pytest.raises(EnvironmentFailure):
        WRITERS[name](path)
    assert path.read_bytes() == before and begun(small_disk) == {"filler"}


def test_r19_a_disk_that_is_read_only_is_said(small_disk: Path) -> None:
    from kanpo.cli import main

    libc = ctypes.CDLL(None)
    (small_disk / "old.csv").write_text("old")
    assert libc.mount(b"tmpfs", bytes(small_disk), b"tmpfs", 1 | 32, None) == 0
    for name in ("old.csv", "new.csv", "deeper/new.csv"):
        assert main(["records", "template", "visit", str(small_disk / name)]) in (3, 6)
    assert main(["records", "template", "visit", str(small_disk / "new.csv")]) == 6
    assert begun(small_disk) == {"old.csv"}


def test_r19_rejects_find_a_place_where_the_input_lies_on_a_disk_that_is_read_only(
    small_disk: Path, tmp_path: Path
) -> None:
    from kanpo.exchange import import_records
    from kanpo.store import Project

    source = small_disk / "観察.csv"
    source.write_text(
        "試験コード,試験区コード,調査項目,値,調査日\nT9,T9-1,草丈,31,2025-06-01\n", encoding="utf-8"
    )
    assert ctypes.CDLL(None).mount(b"tmpfs", bytes(small_disk), b"tmpfs", 1 | 32, None) == 0
    with Project.create(tmp_path / "町.gpkg") as project:
        found = import_records(project, source, "observation")
    assert found.rejects == tmp_path / "観察_差戻し.csv" and found.rejects.exists()
