"""Looking at a raster: its bands, where it lies, and values that cannot be."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from rasterio.io import MemoryFile
from rasterio.windows import Window

from kanpo.budgets import BLOCK_BYTES, RASTER_CELLS
from kanpo.errors import InputUnusable, Place, Problem, UsageError
from kanpo.files import damage_said
from kanpo.locale import Text
from kanpo.reading import normalise
from kanpo.schema import FACTORS
from kanpo.sites._columns import check_factor, wrong_column
from kanpo.sites._extent import check_in_japan
from kanpo.sites._layer import SLOPE
from kanpo.sites._values import impossible, outside, refuse
from kanpo.sites._vectors import no_crs
from kanpo.sites._zonal import read_band

_DEM_WORDS = ("dem", "elevation", "標高", "dtm")
#: Rows and columns of a raster that are looked at together.
_SIDE = 2_048


def inspect_raster(content: bytes, path: Path, columns: dict[str, str], *, dem: bool) -> dict[str, str]:
    """Factor to band of a GeoTIFF: as wished, or proposed from its name.

    Parameters
    ----------
    columns : dict
        Factor to band number or ``slope``; empty for a proposal.
    dem : bool
        It is an elevation model, whatever it is called.

    Raises
    ------
    InputUnusable
        No GeoTIFF, not north-up, without coordinate system, outside Japan, or impossible values.
    UsageError
        A factor or band that does not exist.
    """
    file = str(path)
    with (
        damage_said(lambda reason: _unreadable(file, reason)),
        MemoryFile(content) as memory,
        memory.open(driver="GTiff") as raster,
    ):
        _check_placed(raster, file)
        if not columns:
            columns = _proposed(raster, path, dem)
        _check_bands(columns, raster.count, file)
        _check_size(raster, len(_read_bands(columns)), file)
        problems = [
            problem
            for factor, band in sorted(_read_bands(columns))
            for problem in _impossible_cells(raster, factor, band, path.name)
        ]
    refuse(problems, file)
    return columns


def _unreadable(file: str, reason: str) -> InputUnusable:
    return InputUnusable(
        "layer.unreadable",
        Text("GeoTIFF として読めません", f"cannot be read as GeoTIFF ({reason})"),
        Text(
            "QGISで開けるか確かめ、GeoTIFFで保存し直してください",
            "see whether QGIS opens it, and save it as GeoTIFF",
        ),
        Place(file),
    )


def _check_size(raster: Any, bands: int, file: str) -> None:
    """Whether the cells that will be read, and what the file packs together, are few enough."""
    cells = raster.width * raster.height * bands
    blocks = [
        rows * columns * np.dtype(kind).itemsize
        for (rows, columns), kind in zip(raster.block_shapes, raster.dtypes, strict=True)
    ]
    if cells > RASTER_CELLS or max(blocks) > BLOCK_BYTES:
        raise InputUnusable(
            "layer.too-many-cells",
            Text(
                f"格子が大きすぎます({raster.width:,} × {raster.height:,} セル。{RASTER_CELLS:,} まで)",
                f"has too many cells ({raster.width:,} × {raster.height:,}; at most {RASTER_CELLS:,})",
            ),
            Text(
                "QGISの「切り抜き」で市の範囲だけにするか、粗い格子にしてください",
                "clip it to the municipality in QGIS, or make its cells larger",
            ),
            Place(file),
        )


def _check_placed(raster: Any, file: str) -> None:
    if raster.crs is None:
        raise no_crs(file)
    turned = raster.transform
    if turned.b or turned.d or turned.a <= 0 or turned.e >= 0:
        raise InputUnusable(
            "layer.not-north-up",
            Text("北が上の格子ではありません", "its rows do not run from north to south"),
            Text("QGISの「再投影(warp)」で保存し直してください", "save it anew with 'Warp' in QGIS"),
            Place(file),
        )
    bounds = raster.bounds
    check_in_japan((bounds.left, bounds.bottom, bounds.right, bounds.top), raster.crs.to_wkt(), file)


def _proposed(raster: Any, path: Path, dem: bool) -> dict[str, str]:
    if raster.count != 1:
        return {}
    # macOS writes file names decomposed.
    stem = normalise(path.stem).lower()
    if stem in FACTORS and stem != "elevation_m" and not dem:
        return {stem: "1"}
    if dem or any(word in stem for word in _DEM_WORDS):
        return {"elevation_m": "1", "slope_deg": SLOPE}
    return {}


def _check_bands(columns: dict[str, str], count: int, file: str) -> None:
    bands = [str(number) for number in range(1, count + 1)]
    for factor, band in columns.items():
        check_factor(factor, file)
        if FACTORS[factor].kind != "number":
            raise UsageError(
                "layer.class-raster",
                Text(
                    f"「{factor}」は区分なので、ラスタからは読めません",
                    f"{factor} is a class and cannot be read from a raster",
                ),
                Text("ポリゴンの主題図を使ってください", "use a layer of polygons"),
                Place(file),
            )
        if band not in bands and not (band == SLOPE and factor == "slope_deg"):
            raise wrong_column(factor, band, [*bands, SLOPE] if factor == "slope_deg" else bands, file)


def _read_bands(columns: dict[str, str]) -> set[tuple[str, int]]:
    """What each band is read as; the slope is derived from the elevation in band 1."""
    return {("elevation_m", 1) if band == SLOPE else (factor, int(band)) for factor, band in columns.items()}


def _windows(raster: Any) -> Iterator[Window]:
    """The raster in pieces, from the north to the south."""
    for top in range(0, raster.height, _SIDE):
        for left in range(0, raster.width, _SIDE):
            yield Window(left, top, min(_SIDE, raster.width - left), min(_SIDE, raster.height - top))


def _impossible_cells(raster: Any, factor: str, band: int, file: str) -> list[Problem]:
    """At most one problem for a band: how many cells cannot be, and the first of them."""
    count, first = 0, None
    for window in _windows(raster):
        grid = read_band(raster, band, window)
        cells = outside(factor, grid)
        count += len(cells)
        if first is None and len(cells):
            row, column = cells[0]
            first = Place(
                file,
                row=window.row_off + int(row) + 1,
                column=str(window.col_off + int(column) + 1),
                value=f"{grid[row, column]:g}",
            )
    if first is None:
        return []
    found = FACTORS[factor]
    assert found.minimum is not None and found.maximum is not None
    problem = impossible(found.label, found.minimum, found.maximum, found.unit, first)
    mend = Text(
        f"データなしの値なら nodata として登録してください。{problem.mend.ja}",
        f"if it marks missing data, declare it as nodata; {problem.mend.en}",
    )
    detail = Text(f"(バンド{band}に全部で{count}セル)", f"({count} cells of band {band})")
    return [Problem(problem.code, problem.what, mend, first, detail=detail)]
