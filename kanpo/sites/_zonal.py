"""Rasters: the area-weighted mean of each parcel."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import geopandas as gpd
import numpy as np
import rasterio
import shapely
from rasterio.io import MemoryFile
from rasterio.windows import Window, from_bounds

from kanpo.budgets import WINDOW_CELLS
from kanpo.sites._layer import SLOPE, Layer, LayerValues, possible_only
from kanpo.sites._terrain import cell_sizes_m, slope_degrees

#: Parcels and cells at a time, so that memory stays bounded.
_PARCELS, _CELLS = 20_000, 4_000_000
#: Cells around the parcels: the slope needs one, rounding of the window another.
_MARGIN = 2


def raster_values(layer: Layer, parcels: gpd.GeoDataFrame) -> list[LayerValues]:
    """Area-weighted means of a raster in parcels (n), by exactextract; nodata stays unknown.

    Each cell counts with the exact share of it that lies in the parcel. Neighbouring parcels are
    taken together, and only the window of the raster around them is read.
    """
    count = len(parcels)
    means = {factor: np.full(count, np.nan) for factor in layer.columns}
    covered = {factor: np.zeros(count) for factor in layer.columns}
    with MemoryFile(layer.content) as memory, memory.open(driver="GTiff") as raster:
        shapes = parcels.geometry.to_crs(raster.crs).reset_index(drop=True)
        areas = np.nan_to_num(shapely.area(np.asarray(shapes.array)))
        cell = abs(raster.transform.a * raster.transform.e)
        for part, window in _parts(raster, shapes, np.flatnonzero(areas > 0)):
            grids = {factor: _grid(raster, factor, band, window) for factor, band in layer.columns.items()}
            for factor, (mean, cells) in _means(shapes.iloc[part], grids, raster, window).items():
                means[factor][part] = mean
                covered[factor][part] = cells * cell / areas[part]
    return [LayerValues.where_covered(factor, means[factor], covered[factor]) for factor in layer.columns]


def _parts(raster: Any, shapes: gpd.GeoSeries, there: np.ndarray) -> Iterator[tuple[np.ndarray, Window]]:
    """Positions of parcels that lie together, with the window of the raster around them."""
    if not len(there):
        return
    bounds = shapely.bounds(np.asarray(shapes.array))
    # Along a Hilbert curve, so that a part is compact and its window small.
    order = there[np.argsort(shapes.iloc[there].hilbert_distance().to_numpy(), kind="stable")]
    waiting = [order[start : start + _PARCELS] for start in range(0, len(order), _PARCELS)]
    while waiting:
        part = waiting.pop()
        window = _window(raster, bounds[part])
        if window is None:
            continue
        if len(part) > 1 and window.width * window.height > _CELLS:
            waiting += np.array_split(part, 2)
            continue
        if window.width * window.height > WINDOW_CELLS:
            # One outline as wide as a city on cells of a metre: no factor of a parcel.
            continue
        yield part, window


def _window(raster: Any, bounds: np.ndarray) -> Window | None:
    """The cells around boxes (n, 4) with the margin; None where the raster has none."""
    west, south = bounds[:, :2].min(axis=0)
    east, north = bounds[:, 2:].max(axis=0)
    exact = from_bounds(west, south, east, north, raster.transform)
    around = exact.round_offsets(op="floor").round_lengths(op="ceil")
    grown = Window(
        around.col_off - _MARGIN,
        around.row_off - _MARGIN,
        around.width + 2 * _MARGIN + 1,
        around.height + 2 * _MARGIN + 1,
    )
    try:
        return grown.intersection(Window(0, 0, raster.width, raster.height))
    except rasterio.errors.WindowError:
        return None


def _grid(raster: Any, factor: str, band: str, window: Window) -> np.ndarray:
    """A band of the window as float64, or its slope; NaN for nodata and for impossible values."""
    if band != SLOPE:
        return possible_only(factor, read_band(raster, int(band), window))
    elevation = possible_only("elevation_m", read_band(raster, 1, window))
    transform = raster.window_transform(window)
    return slope_degrees(elevation, *cell_sizes_m(transform, raster.crs.to_wkt(), *elevation.shape))


def read_band(raster: Any, number: int, window: Window) -> np.ndarray:
    """A window (rows, columns) of a band as float64, scale and offset applied, NaN for nodata."""
    masked = raster.read(number, window=window, masked=True)
    grid = masked.astype("float64").filled(np.nan)
    return np.asarray(grid * raster.scales[number - 1] + raster.offsets[number - 1])


def _means(
    part: gpd.GeoSeries, grids: dict[str, np.ndarray], raster: Any, window: Window
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """For each factor the mean (n,) and how many cells with data, in shares, a parcel covers (n,)."""
    from exactextract import exact_extract
    from exactextract.raster import NumPyRasterSource

    from kanpo.sites._outlines import Outlines

    west, south, east, north = raster.window_bounds(window)
    wkt = raster.crs.to_wkt()
    sources = [
        NumPyRasterSource(grid, west, south, east, north, nodata=np.nan, name=factor, srs_wkt=wkt)
        for factor, grid in grids.items()
    ]
    table = exact_extract(sources, Outlines(part), ["mean", "count"], output="pandas")
    prefix = {factor: f"{factor}_" if len(grids) > 1 else "" for factor in grids}
    return {
        factor: (table[f"{own}mean"].to_numpy(dtype=float), table[f"{own}count"].to_numpy(dtype=float))
        for factor, own in prefix.items()
    }
