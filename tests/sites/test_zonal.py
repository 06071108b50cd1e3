"""Means of rasters in parcels."""

from pathlib import Path

import numpy as np
import pytest
import rasterio
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rasterio.features import rasterize
from rasterio.transform import from_origin

from kanpo.sites import Layer, site_factors, slope_degrees
from kanpo.sites import _zonal as zonal
from kanpo.sites._zonal import raster_values
from tests.sites.made_up import SOUTH, WEST, attributes, fields, raster, write_raster

CELL = 10.0
#: Fine cells in one cell of the raster, along each side.
FINE = 40


def hilly(seed: int = 3, size: int = 30) -> np.ndarray:
    return np.random.default_rng(seed).uniform(0, 500, (size, size))


def means(layer: Layer, outlines: list[shapely.Geometry]) -> tuple[np.ndarray, np.ndarray]:
    (found,) = raster_values(layer, fields(outlines))
    return found.values, found.coverage


def random_polygon(rng: np.random.Generator) -> shapely.Polygon:
    angles = np.sort(rng.uniform(0, 2 * np.pi, 9))
    reach = rng.uniform(15, 70, 9)
    x, y = rng.uniform(90, 210, 2)
    return shapely.make_valid(
        shapely.Polygon(np.column_stack([x + reach * np.cos(angles), y + reach * np.sin(angles)]))
    )


def brute_force(grid: np.ndarray, outline: shapely.Geometry) -> float:
    """Mean over fine cells whose middle lies in the outline."""
    fine = np.kron(grid, np.ones((FINE, FINE)))
    moved = shapely.transform(outline, lambda xy: np.add(xy, (WEST, SOUTH)))
    transform = from_origin(WEST, SOUTH + grid.shape[0] * CELL, CELL / FINE, CELL / FINE)
    return float(fine[rasterize([moved], fine.shape, transform=transform) == 1].mean())


@pytest.mark.parametrize("seed", range(6))
def test_means_agree_with_a_fine_rasterisation_of_random_polygons(tmp_path: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    grid = hilly(seed).astype("float32").astype(float)
    outlines = [random_polygon(rng) for _ in range(5)]

    values, coverage = means(raster(tmp_path, grid, {"elevation_m": "1"}), outlines)

    for value, outline in zip(values, outlines, strict=True):
        # What the fine cells along the outline may be wrong by: half of each, by the whole range.
        error = outline.length * (CELL / FINE) / 2 / outline.area * np.ptp(grid)
        assert value == pytest.approx(brute_force(grid, outline), abs=error)
    assert coverage == pytest.approx(1, abs=1e-6)


def test_a_cell_counts_with_the_share_of_it_that_lies_in_the_parcel(tmp_path: Path) -> None:
    grid = np.array([[100.0, 200.0], [100.0, 200.0]])

    values, _ = means(raster(tmp_path, grid, {"elevation_m": "1"}), [shapely.box(5, 5, 12, 15)])

    assert values[0] == pytest.approx((5 * 100 + 2 * 200) / 7, abs=1e-3)


def test_nodata_is_left_out_and_lowers_the_coverage(tmp_path: Path) -> None:
    grid = np.full((10, 10), 50.0)
    grid[:, 5:] = -9999
    layer = raster(tmp_path, grid, {"elevation_m": "1"}, nodata=-9999)

    values, coverage = means(
        layer,
        [
            shapely.box(40, 10, 60, 20),
            shapely.box(45, 10, 95, 20),
            shapely.box(46, 10, 96, 20),
            shapely.box(60, 0, 90, 9),
        ],
    )

    assert values[:2] == pytest.approx(50)
    assert coverage == pytest.approx([0.5, 0.1, 0, 0], abs=1e-4)
    # Below a tenth the layer is taken to say nothing.
    assert np.isnan(values[2:]).all()


def test_impossible_cells_of_a_stored_layer_never_enter_a_mean(tmp_path: Path) -> None:
    grid = np.full((10, 10), 50.0)
    grid[4, 4] = -9999
    path = write_raster(tmp_path / "dem.tif", grid)
    layer = Layer("dem", "dem", "raster", {"elevation_m": "1", "slope_deg": "slope"}, path.read_bytes())

    elevation, slope = raster_values(layer, fields([shapely.box(0, 0, 100, 100)]))

    assert elevation.values[0] == pytest.approx(50)
    assert elevation.coverage[0] == pytest.approx(0.99, abs=1e-4)
    assert slope.values[0] == pytest.approx(0)


def test_parcels_beside_the_raster_stay_unknown_and_those_across_its_edge_are_partly_known(
    tmp_path: Path,
) -> None:
    layer = raster(tmp_path, np.full((10, 10), 50.0), {"elevation_m": "1"})

    values, coverage = means(layer, [shapely.box(500, 500, 520, 520), shapely.box(-30, 10, 10, 20)])
    assert np.isnan(values[0]) and values[1] == pytest.approx(50)
    assert coverage == pytest.approx([0, 0.25], abs=1e-4)

    alone, _ = means(layer, [shapely.box(5000, 5000, 5020, 5020)])
    assert np.isnan(alone).all()


def test_a_missing_outline_is_no_error(tmp_path: Path) -> None:
    layer = raster(tmp_path, np.full((10, 10), 50.0), {"elevation_m": "1"})
    parcels = fields([shapely.box(0, 0, 20, 20), shapely.box(0, 0, 20, 20), shapely.box(0, 0, 20, 20)])
    parcels.loc[1, "geometry"] = None
    parcels.loc[2, "geometry"] = parcels.geometry[0].centroid

    (found,) = raster_values(layer, parcels)

    assert found.values[0] == pytest.approx(50)
    assert np.isnan(found.values[1:]).all()


def test_the_slope_of_a_parcel_is_the_mean_of_the_slopes_of_its_cells(tmp_path: Path) -> None:
    grid = hilly().astype("float32").astype(float)
    layer = raster(tmp_path, grid, {"elevation_m": "1", "slope_deg": "slope"})

    _, slope = raster_values(layer, fields([shapely.box(100, 100, 150, 140)]))

    # Rows run from the north: y 100 to 140 m are rows 16 to 19 of 30.
    expected = slope_degrees(grid, CELL, CELL)[16:20, 10:15].mean()
    assert slope.values[0] == pytest.approx(expected, abs=0.02)


def test_a_raster_in_degrees_gives_the_slope_in_metres(tmp_path: Path) -> None:
    # A plane that rises 10 m for every second of longitude, at 38.7 degrees north.
    grid = np.tile(np.arange(40) * 10.0, (40, 1))
    path = write_raster(tmp_path / "dem.tif", grid, cell=1 / 3600, crs=6668, origin=(139.8, 38.7))
    layer = Layer("dem", "dem", "raster", {"slope_deg": "slope"}, path.read_bytes())
    parcels = fields([shapely.box(0, 0, 1, 1)])
    parcels.loc[0, "geometry"] = shapely.box(139.804, 38.692, 139.807, 38.696)

    (slope,) = raster_values(layer, parcels)

    second = np.radians(1 / 3600) * 6_378_137 / np.sqrt(1 - 0.00669438 * np.sin(np.radians(38.694)) ** 2)
    expected = np.degrees(np.arctan(10 / (second * np.cos(np.radians(38.694)))))
    assert slope.values[0] == pytest.approx(expected, abs=0.01)


def test_scale_and_offset_of_a_band_are_applied(tmp_path: Path) -> None:
    path = write_raster(tmp_path / "dem.tif", np.full((10, 10), 1000.0))
    with rasterio.open(path, "r+") as opened:
        opened.scales, opened.offsets = (0.1,), (5.0,)
    layer = Layer("dem", "dem", "raster", {"elevation_m": "1"}, path.read_bytes())

    assert means(layer, [shapely.box(0, 0, 50, 50)])[0] == pytest.approx([105])


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.permutations(range(12)))
def test_the_order_of_parcels_does_not_matter(tmp_path: Path, order: list[int]) -> None:
    rng = np.random.default_rng(8)
    layer = raster(tmp_path, hilly(), {"elevation_m": "1", "slope_deg": "slope"})
    parcels = fields([random_polygon(rng) for _ in range(12)])
    mixed = parcels.iloc[order].reset_index(drop=True)

    straight = site_factors(parcels, [layer], attributes(parcels)).values
    other = site_factors(mixed, [layer], attributes(mixed)).values

    assert other.index.tolist() == mixed["parcel_id"].tolist()
    assert other.loc[straight.index].equals(straight)


def test_taking_parcels_in_small_parts_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(9)
    layer = raster(tmp_path, hilly(), {"elevation_m": "1", "slope_deg": "slope"})
    parcels = fields([random_polygon(rng) for _ in range(40)])
    whole = raster_values(layer, parcels)

    monkeypatch.setattr(zonal, "_PARCELS", 7)
    monkeypatch.setattr(zonal, "_CELLS", 150)
    parts = raster_values(layer, parcels)

    for one, other in zip(whole, parts, strict=True):
        np.testing.assert_allclose(one.values, other.values)
        np.testing.assert_allclose(one.coverage, other.coverage)
