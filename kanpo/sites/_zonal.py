"""Rasters: the area-weighted mean of each parcel."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import rasterio
from rasterio.io import MemoryFile
from rasterio.windows import Window, from_bounds

from kanpo.schema import FACTORS
from kanpo.sites._layer import SLOPE, Layer, LayerValues
from kanpo.sites._terrain import cell_size_m, slope_degrees

#: Parcels at a time, so that memory stays bounded.
_CHUNK = 20_000


def raster_values(layer: Layer, parcels: gpd.GeoDataFrame) -> list[LayerValues]:
    """Area-weighted means of a raster in parcels (n), by exactextract; nodata stays unknown.

    Each cell counts with the exact share of it that lies in the parcel. Only the window of the
    raster around the parcels is read.
    """
    with MemoryFile(layer.content) as memory, memory.open(driver="GTiff") as raster:
        shapes = parcels[["geometry"]].to_crs(raster.crs)
        window = _window(raster, shapes)
        found = []
        for factor, band in layer.columns.items():
            grid = None if window is None else _grid(raster, band, window)
            values, coverage = _means(shapes, grid, raster, window)
            factor_range = FACTORS[factor]
            values[(values < factor_range.minimum) | (values > factor_range.maximum)] = np.nan
            found.append(LayerValues(factor, values, np.where(np.isnan(values), 0.0, coverage)))
    return found


def _window(raster: Any, shapes: gpd.GeoDataFrame) -> Window | None:
    """The cells around all parcels with a margin of two (slope needs one); None without overlap."""
    west, south, east, north = shapes.total_bounds
    around = from_bounds(west, south, east, north, raster.transform).round_offsets(op="floor").round_lengths(op="ceil")
    grown = Window(around.col_off - 2, around.row_off - 2, around.width + 5, around.height + 5)
    try:
        return grown.intersection(Window(0, 0, raster.width, raster.height))
    except rasterio.errors.WindowError:
        return None


def _grid(raster: Any, band: str, window: Window) -> np.ndarray:
    """A band of the window as float64 with NaN for nodata, scale and offset applied; or its slope."""
    number = 1 if band == SLOPE else int(band)
    masked = raster.read(number, window=window, masked=True)
    grid = masked.astype("float64").filled(np.nan) * raster.scales[number - 1] + raster.offsets[number - 1]
    if band != SLOPE:
        return np.asarray(grid)
    transform = raster.window_transform(window)
    latitude = transform.f + transform.e * window.height / 2
    return slope_degrees(grid, *cell_size_m(transform.a, transform.e, raster.crs.is_geographic, latitude))


def _means(
    shapes: gpd.GeoDataFrame, grid: np.ndarray | None, raster: Any, window: Window | None
) -> tuple[np.ndarray, np.ndarray]:
    if grid is None or window is None:
        return np.full(len(shapes), np.nan), np.zeros(len(shapes))
    from exactextract import exact_extract
    from exactextract.raster import NumPyRasterSource

    west, south, east, north = raster.window_bounds(window)
    bounds = {"xmin": west, "ymin": south, "xmax": east, "ymax": north}
    data = NumPyRasterSource(grid, nodata=np.nan, srs_wkt=raster.crs.to_wkt(), **bounds)
    there = NumPyRasterSource((~np.isnan(grid)).astype("float64"), srs_wkt=raster.crs.to_wkt(), **bounds)
    means, shares = [], []
    for start in range(0, len(shapes), _CHUNK):
        part = shapes.iloc[start : start + _CHUNK]
        means.append(exact_extract(data, part, "mean", output="pandas")["mean"].to_numpy(dtype=float))
        covered = exact_extract(there, part, "sum", output="pandas")["sum"].to_numpy(dtype=float)
        cell = abs(raster.transform.a * raster.transform.e)
        shares.append(np.clip(covered * cell / part.geometry.area.to_numpy(), 0.0, 1.0))
    return np.concatenate(means), np.nan_to_num(np.concatenate(shares))
