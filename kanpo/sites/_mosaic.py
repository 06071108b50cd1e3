"""Tiles of an elevation model laid side by side as one GeoTIFF."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from affine import Affine
from rasterio.io import MemoryFile

from kanpo.errors import InputUnusable, Place
from kanpo.locale import Text
from kanpo.sites._gml_dem import Tile

#: Cells of a mosaic, which is put together in memory: four bytes each.
_MOST_CELLS = 250_000_000
_NO_DATA = -9999.0


def mosaic(tiles: Iterable[Tile]) -> bytes:
    """One GeoTIFF of all tiles, in their own grid and datum; nothing is resampled.

    Where tiles lie on each other, the better model counts (5A before 5B before 5C), then the newer
    one; what it does not tell is taken from the others.

    Raises
    ------
    InputUnusable
        Tiles of different cells or datums, or tiles so far apart that the mosaic gets too large.
    """
    found = sorted(tiles, key=lambda tile: tile.rank)
    first = found[0]
    for tile in found[1:]:
        if (tile.per_degree, tile.epsg) != (first.per_degree, first.epsg):
            raise _mixed(first, tile)
    west, north = min(t.column for t in found), max(t.row for t in found)
    width = max(t.column + t.heights.shape[1] for t in found) - west
    height = north - min(t.row - t.heights.shape[0] for t in found)
    if width * height > _MOST_CELLS:
        raise _too_wide(first)
    grid = np.full((height, width), np.nan, dtype=np.float32)
    for tile in found:
        top, left = north - tile.row, tile.column - west
        part = grid[top : top + tile.heights.shape[0], left : left + tile.heights.shape[1]]
        np.copyto(part, tile.heights, where=~np.isnan(tile.heights))
    return _geotiff(grid, first, west, north)


def _geotiff(grid: np.ndarray, tile: Tile, west: int, north: int) -> bytes:
    across, down = tile.per_degree
    grid[np.isnan(grid)] = _NO_DATA
    with MemoryFile() as memory:
        with memory.open(
            driver="GTiff",
            height=grid.shape[0],
            width=grid.shape[1],
            count=1,
            dtype="float32",
            crs=f"EPSG:{tile.epsg}",
            transform=Affine(1 / across, 0, west / across, 0, -1 / down, north / down),
            nodata=_NO_DATA,
            compress="deflate",
            predictor=3,
            tiled=True,
        ) as raster:
            raster.write(grid, 1)
        return bytes(memory.getbuffer())


def _mixed(first: Tile, other: Tile) -> InputUnusable:
    return InputUnusable(
        "layer.dem-mixed",
        Text(
            f"メッシュの大きさか測地系が「{first.name}」と違います",
            f"its cells or its datum differ from those of '{first.name}'",
        ),
        Text(
            "10m・5m・1m や測地系ごとに分けて登録してください(後に登録したものが優先されます)",
            "add 10 m, 5 m and 1 m tiles, and each datum, as layers of their own (the one added last counts)",
        ),
        Place(other.name),
    )


def _too_wide(first: Tile) -> InputUnusable:
    return InputUnusable(
        "layer.dem-too-wide",
        Text("タイルの範囲が広すぎます", "the tiles lie too far apart"),
        Text(
            "市町村の範囲のタイルだけを登録するか、地域ごとに分けてください",
            "add only the tiles of the municipality, or one layer for each region",
        ),
        Place(first.name),
    )
