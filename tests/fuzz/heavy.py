"""Small files that ask for much work: each is refused by name, at once, or done within bounds."""

from __future__ import annotations

import io
import json
import sqlite3
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import rasterio
from openpyxl import Workbook
from rasterio.transform import from_origin

from tests.parcels.made_up import collection, feature

WEST, SOUTH = 139.82, 38.72


def _outline(rings: Any, kind: str = "Polygon") -> str:
    parcel = feature(1)
    parcel["geometry"] = {"type": kind, "coordinates": rings}
    return collection([feature(0), parcel, feature(2)])


def _box(west: float, south: float, size: float = 0.0003) -> list[list[float]]:
    east, north = west + size, south + size
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def _circle(count: int, radius: float = 0.001) -> list[list[float]]:
    angles = np.linspace(0, 2 * np.pi, count, endpoint=False)
    points = np.column_stack([WEST + radius * np.cos(angles), SOUTH + radius * np.sin(angles)]).round(9)
    return [*points.tolist(), points[0].tolist()]


def scribble(corners: int) -> str:
    """One outline of so many corners in no order: it crosses itself about corners² / 6 times."""
    points = np.random.default_rng(1).uniform(0, 0.001, (corners, 2)) + np.array([WEST, SOUTH])
    return _outline([[*points.tolist(), points[0].tolist()]])


def crossing_spikes(corners: int) -> str:
    """An outline of spikes that all cross one another: corners² / 4 crossings."""
    points = [
        [WEST + 0.001 * (i % 2), SOUTH + 0.001 * ((i * 7919) % corners) / corners] for i in range(corners)
    ]
    return _outline([[*points, points[0]]])


def same_outlines(count: int) -> str:
    """The same outline under so many ids."""
    parcels = []
    for number in range(count):
        parcel = feature(number)
        parcel["geometry"] = {"type": "Polygon", "coordinates": [_box(WEST, SOUTH)]}
        parcels.append(parcel)
    return collection(parcels)


def nearly_same_outlines(count: int) -> str:
    """Outlines that all lie on each other, no two the same."""
    parcels = []
    for number in range(count):
        parcel = feature(number)
        shift = number * 1e-8
        parcel["geometry"] = {"type": "Polygon", "coordinates": [_box(WEST + shift, SOUTH)]}
        parcels.append(parcel)
    return collection(parcels)


def holes(count: int, *, crossing: bool = False) -> str:
    """An outline with so many holes, which lie on each other or side by side."""
    side = int(count**0.5) + 1
    step = 0.002 / side
    inner = [
        _box(
            WEST + step * (i % side) + step / 4,
            SOUTH + step * (i // side) + step / 4,
            step * (2 if crossing else 0.5),
        )
        for i in range(count)
    ]
    return _outline([_box(WEST, SOUTH, 0.0021), *inner])


def parts(count: int) -> str:
    """A parcel of so many parts."""
    side = int(count**0.5) + 1
    return _outline(
        [[_box(WEST + 1e-5 * (i % side), SOUTH + 1e-5 * (i // side), 5e-6)] for i in range(count)],
        "MultiPolygon",
    )


def long_ring(count: int) -> str:
    """An outline of so many corners."""
    return _outline([_circle(count)])


def far_away() -> str:
    """Coordinates that no computation survives."""
    ring = [[1e308, 1e308], [-1e308, 1e308], [-1e308, -1e308], [1e308, -1e308], [1e308, 1e308]]
    return _outline([ring])


def workbook_with_far_cell(path: Path, cell: str) -> None:
    """A workbook of a few rows, and one cell far off."""
    book = Workbook()
    sheet = book.active
    for row in (["sample_id", "産地", "a", "b"], *([f"S{n}", "鶴岡", n * 1.5, n % 4] for n in range(12))):
        sheet.append(row)
    sheet[cell] = "x"
    book.save(path)


def workbook_of_far_cells(path: Path, rows: int) -> None:
    """A workbook whose every row has a cell in the last column there is."""
    book = Workbook()
    sheet = book.active
    sheet.append(["sample_id", "産地", "a", "b"])
    for number in range(2, rows + 2):
        sheet[f"A{number}"] = f"S{number}"
        sheet[f"XFD{number}"] = 1
    book.save(path)


def with_member(path: Path, source: Path, name: str, content: bytes) -> None:
    """A copy of a workbook in which one member is another."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            new.writestr(info.filename, content if info.filename == name else old.read(info))
        if name not in old.namelist():
            new.writestr(name, content)


def bomb_of_strings(size: int) -> bytes:
    """``sharedStrings.xml`` that unpacks to much."""
    head = (
        b'<?xml version="1.0"?><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>'
    )
    return head + b"A" * size + b"</t></si></sst>"


def zip_in_zip(depth: int, size: int) -> bytes:
    """A zip in a zip in a zip, the innermost of which unpacks to much."""
    content, name = b"\0" * size, "parcels.geojson"
    for _ in range(depth):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(name, content)
        content, name = out.getvalue(), "inner.zip"
    return content


def sparse_raster(path: Path, side: int) -> None:
    """A GeoTIFF of so many cells on a side in which nothing is stored."""
    profile = {
        "driver": "GTiff", "width": side, "height": side, "count": 1, "dtype": "float32", "nodata": -9999.0,
        "crs": "EPSG:6668", "transform": from_origin(139.0, 39.5, 2.0 / side, 2.0 / side),
        "sparse_ok": True, "tiled": True, "blockxsize": 2048, "blockysize": 2048, "compress": "deflate",
        "bigtiff": "yes",
    }  # fmt: skip
    with rasterio.open(path, "w", **profile):
        pass


def geopackage_of_view(path: Path, source: Path, statement: str) -> None:
    """A GeoPackage whose one layer is a view (or whatever the statement makes) over the table of another."""
    frame = pyogrio.read_dataframe(source)
    pyogrio.write_dataframe(frame, path, layer="parcels", driver="GPKG")
    with sqlite3.connect(path) as connection:
        connection.execute("ALTER TABLE parcels RENAME TO kept")
        connection.execute(statement)


#: A view that never ends.
ENDLESS_VIEW = (
    "CREATE VIEW parcels AS WITH RECURSIVE again(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM again) "
    "SELECT n AS fid, (SELECT geom FROM kept LIMIT 1) AS geom FROM again"
)


def png(width: int, height: int) -> bytes:
    """A PNG that says how large it is, and unpacks to that."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    packer = zlib.compressobj(9)
    line = b"\0" * (width // 8 + 2)
    rows = b"".join(packer.compress(line) for _ in range(height)) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def deep_phone_file(depth: int) -> str:
    """A phone's file with a record nested so deep."""
    head = '{"kanpo":"phone","form":1,"trial":"TK-2025","project":"x","device":"d","records":[\n'
    return (
        head
        + '{"record_id":'
        + "[" * depth
        + "]" * depth
        + '}\n],"photos":[\n],"end":{"records":1,"photos":0}}'
    )


#: Parcel files by name: what writes their text.
OUTLINES: dict[str, Callable[[], str]] = {
    "scribble_400": lambda: scribble(400),
    "scribble_1000": lambda: scribble(1_000),
    "scribble_100000": lambda: scribble(100_000),
    "spikes_3000": lambda: crossing_spikes(3_000),
    "same_2000": lambda: same_outlines(2_000),
    "nearly_same_3000": lambda: nearly_same_outlines(3_000),
    "holes_20000": lambda: holes(20_000),
    "crossing_holes_5000": lambda: holes(5_000, crossing=True),
    "parts_100000": lambda: parts(100_000),
    "ring_500000": lambda: long_ring(500_000),
    "far": far_away,
}


def write_json(path: Path, value: object) -> Path:
    """Write a value as JSON."""
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    return path
