"""Polygon layers laid over parcels."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kanpo.sites import Factors, Layer, inspect_layer, site_factors
from kanpo.sites._dice import diced
from tests.sites.made_up import attributes, fields, write_polygons

PARCEL = shapely.box(0, 0, 100, 10)
Zones = list[tuple[shapely.Geometry, dict[str, object]]]


def laid(tmp_path: Path, zones: Zones, outlines: list[shapely.Geometry] | None = None) -> Factors:
    layer = inspect_layer(write_polygons(tmp_path / "soil.geojson", zones))
    parcels = fields(outlines or [PARCEL])
    return site_factors(parcels, [layer], attributes(parcels))


def strip(west: float, east: float, **told: object) -> tuple[shapely.Geometry, dict[str, object]]:
    return shapely.box(west, -50, east, 50), told


def test_a_class_is_the_one_with_the_largest_area(tmp_path: Path) -> None:
    factors = laid(
        tmp_path,
        [strip(0, 30, texture="sand"), strip(30, 70, texture="clay"), strip(70, 100, texture="砂土")],
    )

    # Two pieces of sand together outweigh the clay.
    assert factors.values.loc["P1", "soil_texture"] == "sand"
    assert factors.sources.loc["P1", "soil_texture"] == "layer:soil"
    assert factors.coverage.loc["P1", "soil_texture"] == pytest.approx(1, abs=1e-4)


def test_of_equal_areas_the_first_by_name_counts_whatever_the_order(tmp_path: Path) -> None:
    both = [strip(-50, 150, texture="loam"), strip(-50, 150, texture="clay")]

    for order in (both, both[::-1]):
        assert laid(tmp_path, order).values.loc["P1", "soil_texture"] == "clay"


def test_a_number_is_the_mean_by_area_of_the_part_that_is_covered(tmp_path: Path) -> None:
    factors = laid(tmp_path, [strip(0, 20, ph=4.0), strip(20, 60, ph=7.0)])

    assert factors.values.loc["P1", "soil_ph"] == pytest.approx((20 * 4 + 40 * 7) / 60, abs=0.005)
    assert factors.coverage.loc["P1", "soil_ph"] == pytest.approx(0.6, abs=1e-3)


def test_a_gap_lowers_the_coverage_and_below_a_tenth_nothing_is_known(tmp_path: Path) -> None:
    outlines = [shapely.box(0, 0, 100, 10), shapely.box(46, 0, 96, 10), shapely.box(41, 0, 91, 10)]

    factors = laid(tmp_path, [strip(-50, 50, texture="loam")], outlines)

    assert factors.values["soil_texture"].isna().tolist() == [False, True, False]
    assert factors.coverage["soil_texture"].tolist() == pytest.approx([0.5, 0, 0.18], abs=1e-3)
    assert factors.sources["soil_texture"].tolist() == ["layer:soil", "", "layer:soil"]


def test_a_zone_without_a_value_is_a_gap_for_that_factor_only(tmp_path: Path) -> None:
    factors = laid(
        tmp_path, [strip(0, 50, texture="loam", ph=None), strip(50, 100, texture=None, ph="６．５")]
    )

    assert factors.values.loc["P1", ["soil_texture", "soil_ph"]].tolist() == ["loam", 6.5]
    assert factors.coverage.loc["P1", ["soil_texture", "soil_ph"]].tolist() == pytest.approx(
        [0.5, 0.5], abs=1e-3
    )


def test_holes_and_broken_zones_are_measured_as_they_lie(tmp_path: Path) -> None:
    holed = shapely.box(-10, -10, 110, 20) - shapely.box(0, 0, 60, 10)
    bow_tie = shapely.Polygon([(0, 0), (40, 10), (40, 0), (0, 10)])

    factors = laid(tmp_path, [(holed, {"texture": "sand"}), (bow_tie, {"texture": "clay"})])

    assert factors.values.loc["P1", "soil_texture"] == "sand"
    assert factors.coverage.loc["P1", "soil_texture"] == pytest.approx(0.6, abs=1e-3)


def test_parcels_without_an_outline_or_beside_the_layer_stay_unknown(tmp_path: Path) -> None:
    layer = inspect_layer(write_polygons(tmp_path / "soil.geojson", [strip(0, 50, texture="loam", ph=6)]))
    parcels = fields([PARCEL, PARCEL, shapely.box(500, 500, 510, 510)])
    parcels.loc[1, "geometry"] = None

    factors = site_factors(parcels, [layer], attributes(parcels))

    assert factors.values["soil_texture"].isna().tolist() == [False, True, True]
    assert factors.values["soil_ph"].isna().tolist() == [False, True, True]


@pytest.mark.parametrize("outline", [None, shapely.box(5000, 5000, 5010, 5010)])
def test_a_lone_parcel_that_the_layer_does_not_reach_stays_unknown(
    tmp_path: Path, outline: shapely.Geometry | None
) -> None:
    layer = inspect_layer(write_polygons(tmp_path / "soil.geojson", [strip(0, 50, texture="loam", ph=6)]))
    parcels = fields([outline or PARCEL])
    if outline is None:
        parcels.loc[0, "geometry"] = None

    factors = site_factors(parcels, [layer], attributes(parcels))

    assert factors.values[["soil_texture", "soil_ph"]].isna().all(axis=None)


@given(st.integers(0, 1000), st.integers(600, 4000))
@settings(max_examples=20, deadline=None)
def test_a_large_polygon_is_cut_into_pieces_that_cover_the_same_ground(seed: int, vertices: int) -> None:
    rng = np.random.default_rng(seed)
    angles = np.linspace(0, 2 * np.pi, vertices, endpoint=False)
    reach = rng.uniform(50, 100, vertices)
    star = shapely.Polygon(np.column_stack([reach * np.cos(angles), reach * np.sin(angles)]))
    small = shapely.box(500, 0, 510, 10)
    spot = shapely.box(*rng.uniform(-60, 0, 2), *rng.uniform(0, 60, 2))

    pieces, owner = diced(np.array([star, small]))

    assert shapely.area(pieces[owner == 0]).sum() == pytest.approx(star.area)
    assert shapely.area(shapely.intersection(pieces, spot)).sum() == pytest.approx(
        star.intersection(spot).area
    )
    assert pieces[owner == 1].tolist() == [small]
    assert shapely.get_num_coordinates(pieces).max() <= 500


def test_polygons_of_many_vertices_keep_their_own_values(tmp_path: Path) -> None:
    def wavy(west: float, east: float) -> shapely.Polygon:
        y = np.linspace(-50, 50, 1500)
        border = np.column_stack([60 + np.sin(y), y])
        return shapely.Polygon(
            [*border, (west if west < 60 else east, 50), (west if west < 60 else east, -50)]
        )

    zones: Zones = [
        (shapely.box(900, 0, 910, 10), {"texture": "loam", "ph": 9}),
        (wavy(-20, 60), {"texture": "sand", "ph": 4}),
        (wavy(60, 120), {"texture": "clay", "ph": 7}),
    ]

    factors = laid(tmp_path, zones, [shapely.box(0, 0, 100, 10), shapely.box(80, 0, 100, 10)])

    assert factors.values["soil_texture"].tolist() == ["sand", "clay"]
    # The border runs at x = 60 + sin y: between y = 0 and 10 on average at 60 + (1 - cos 10) / 10.
    share = (60 + (1 - np.cos(10)) / 10) / 100
    assert factors.values.loc["P1", "soil_ph"] == pytest.approx(4 * share + 7 * (1 - share), abs=0.006)
    assert factors.values.loc["P2", "soil_ph"] == 7


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.floats(1, 99), min_size=1, max_size=6, unique=True), st.permutations(range(5)))
def test_cutting_a_zone_or_mixing_the_parcels_changes_nothing(
    tmp_path: Path, cuts: list[float], order: list[int]
) -> None:
    edges = [0.0, *sorted(cuts), 100.0]
    outlines = [shapely.box(20 * i, 0, 20 * i + 15, 10) for i in range(5)]
    whole = laid(tmp_path, [strip(0, 100, texture="loam", ph=6.25)], outlines)
    layer = inspect_layer(
        write_polygons(
            tmp_path / "soil.geojson",
            [strip(a, b, texture="loam", ph=6.25) for a, b in pairwise(edges)],
        )
    )
    parcels = fields(outlines).iloc[order].reset_index(drop=True)
    other = site_factors(parcels, [layer], attributes(parcels))

    assert other.values.loc[whole.values.index].equals(whole.values)
    np.testing.assert_allclose(other.coverage.loc[whole.values.index], whole.coverage, atol=1e-3)


def test_the_layer_can_be_in_any_coordinate_system(tmp_path: Path) -> None:
    frame = fields([shapely.box(0, -50, 60, 50)])[["geometry"]].assign(texture="loam").to_crs(3857)
    frame.to_file(tmp_path / "soil.gpkg", driver="GPKG")
    layer: Layer = inspect_layer(tmp_path / "soil.gpkg")
    parcels = fields([PARCEL])

    factors = site_factors(parcels, [layer], attributes(parcels))

    assert factors.values.loc["P1", "soil_texture"] == "loam"
    assert factors.coverage.loc["P1", "soil_texture"] == pytest.approx(0.6, abs=1e-3)
