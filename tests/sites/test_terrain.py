"""Slope by Horn's method."""

import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS

from kanpo.sites import slope_degrees
from kanpo.sites._terrain import cell_sizes_m
from tests.sites.made_up import write_raster

#: Where tools are required, a test without gdaldem fails instead of being skipped.
NO_GDALDEM = shutil.which("gdaldem") is None and not os.environ.get("KANPO_REQUIRE_TOOLS")


def horn_literally(z: np.ndarray, row: int, column: int, width: float, height: float) -> float:
    """Horn 1981: p and q from the neighbours, written out cell by cell."""

    def at(down: int, right: int) -> float:
        return float(z[row + down, column + right])

    p = ((at(-1, 1) + 2 * at(0, 1) + at(1, 1)) - (at(-1, -1) + 2 * at(0, -1) + at(1, -1))) / (8 * width)
    q = ((at(-1, -1) + 2 * at(-1, 0) + at(-1, 1)) - (at(1, -1) + 2 * at(1, 0) + at(1, 1))) / (8 * height)
    return float(np.degrees(np.arctan(np.sqrt(p * p + q * q))))


@settings(deadline=None)
@given(st.integers(0, 10_000), st.floats(1, 100), st.floats(1, 100))
def test_slope_is_horns_formula_in_every_inner_cell(seed: int, width: float, height: float) -> None:
    z = np.random.default_rng(seed).uniform(0, 500, (6, 7))

    slope = slope_degrees(z, width, height)

    for row in range(1, 5):
        for column in range(1, 6):
            assert slope[row, column] == pytest.approx(horn_literally(z, row, column, width, height))
    assert np.isnan(slope[[0, -1]]).all() and np.isnan(slope[:, [0, -1]]).all()


@settings(deadline=None)
@given(st.floats(0, 60), st.floats(0, 360))
def test_a_plane_has_its_own_slope_whatever_way_it_faces(degrees: float, facing: float) -> None:
    y, x = np.mgrid[0:5, 0:5] * 25.0
    z = np.tan(np.radians(degrees)) * (x * np.cos(np.radians(facing)) + y * np.sin(np.radians(facing)))

    assert slope_degrees(z, 25.0, 25.0)[1:-1, 1:-1] == pytest.approx(degrees, abs=1e-5)


def test_slope_is_unknown_beside_an_unknown_cell() -> None:
    z = np.zeros((7, 7))
    z[3, 3] = np.nan

    slope = slope_degrees(z, 10, 10)

    assert np.isnan(slope[2:5, 2:5]).all()
    assert slope[1, 1:6] == pytest.approx(0)


def test_a_raster_too_small_for_a_neighbourhood_has_no_slope() -> None:
    assert np.isnan(slope_degrees(np.zeros((2, 9)), 10, 10)).all()


@pytest.mark.skipif(NO_GDALDEM, reason="gdaldem is not installed")
def test_slope_is_that_of_gdaldem(tmp_path: Path) -> None:
    z = np.random.default_rng(5).uniform(0, 300, (40, 50)).astype("float32")
    path = write_raster(tmp_path / "dem.tif", z, cell=25.0)
    subprocess.run(["gdaldem", "slope", "-q", str(path), str(tmp_path / "slope.tif")], check=True)
    with rasterio.open(tmp_path / "slope.tif") as told:
        theirs = told.read(1)

    assert slope_degrees(z.astype(float), 25.0, 25.0)[1:-1, 1:-1] == pytest.approx(
        theirs[1:-1, 1:-1], abs=1e-3
    )


def test_cells_in_degrees_narrow_towards_the_north() -> None:
    transform = Affine(1 / 3600, 0, 139.8, 0, -1 / 3600, 39.0)

    width, height = cell_sizes_m(transform, CRS.from_epsg(6668).to_wkt(), 3600, 10)

    # One second of longitude and latitude on GRS 80 at 38 and 39 degrees north, from the radii of
    # curvature a/sqrt(1 - e2 sin2 phi) and a(1 - e2)/(1 - e2 sin2 phi)^1.5.
    a, e2 = 6_378_137.0, 0.00669438002290
    for row, phi in ((0, np.radians(39.0)), (-1, np.radians(38.0))):
        w = 1 - e2 * np.sin(phi) ** 2
        second = np.radians(1 / 3600)
        assert width[row] == pytest.approx(a / np.sqrt(w) * np.cos(phi) * second, rel=1e-4)
        assert height[row] == pytest.approx(a * (1 - e2) / w**1.5 * second, rel=1e-4)


def test_cells_of_a_plane_zone_keep_their_size_and_those_of_web_mercator_shrink() -> None:
    plane = Affine(10, 0, -90_000, 0, -10, -141_000)
    mercator = Affine(10, 0, 15_565_000, 0, -10, 4_680_000)

    assert cell_sizes_m(plane, CRS.from_epsg(6678).to_wkt(), 5, 5)[0] == pytest.approx(10, rel=2e-4)
    # 4,680,000 m in Web Mercator is 38.7 degrees north.
    assert cell_sizes_m(mercator, CRS.from_epsg(3857).to_wkt(), 5, 5)[0] == pytest.approx(
        10 * np.cos(np.radians(38.69)), rel=5e-3
    )


@pytest.mark.skipif(NO_GDALDEM, reason="gdaldem is not installed")
def test_slope_of_the_sample_terrain_is_that_of_gdaldem(tmp_path: Path) -> None:
    sample = Path(__file__).parents[2] / "data" / "elevation.tif"
    subprocess.run(["gdaldem", "slope", "-q", str(sample), str(tmp_path / "slope.tif")], check=True)
    with rasterio.open(sample) as raster, rasterio.open(tmp_path / "slope.tif") as told:
        z = raster.read(1, masked=True).astype(float).filled(np.nan)
        theirs = told.read(1, masked=True).astype(float).filled(np.nan)
        cells = raster.transform.a, -raster.transform.e
        plane = raster.crs.is_projected

    assert plane, "gdaldem measures in the units of the file"
    ours = slope_degrees(z, *cells)
    both = ~np.isnan(ours) & ~np.isnan(theirs)
    assert both.mean() > 0.9
    assert ours[both] == pytest.approx(theirs[both], abs=2e-3)
