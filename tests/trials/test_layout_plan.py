"""Whole designs on parcels of any shape: inside, apart, compact, across a gradient."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import shapely
from shapely import affinity
from shapely.geometry.base import BaseGeometry

from kanpo.errors import UsageError
from kanpo.parcels import measure_area_m2, reproject
from kanpo.trials import Layout, PlotShape, largest_that_fits, lay_out_plan
from kanpo.trials.designs import Design, Plan, draw_plan

PLANE = 6678
EAST, NORTH = 6_500.0, -142_000.0


def _stored(flat: BaseGeometry) -> BaseGeometry:
    """A shape in metres around a point of the Shonai plain, as the project stores it."""
    moved = affinity.translate(flat, EAST, NORTH)
    return reproject(np.array([moved], dtype=object), PLANE, 6668)[0]


def _flat(outlines: tuple[BaseGeometry, ...]) -> np.ndarray:
    return reproject(np.array(outlines, dtype=object), 6668, PLANE)


def _random_parcel(random: np.random.Generator) -> BaseGeometry:
    """Concave stars, L-shapes, rings and fields of several parts, 15 to 70 m across."""
    corners = int(random.integers(5, 14))
    angles = np.sort(random.uniform(0, 2 * np.pi, corners))
    radii = random.uniform(12, 60, corners)
    star = shapely.Polygon(np.column_stack([radii * np.cos(angles), radii * np.sin(angles)])).buffer(0)
    match int(random.integers(4)):
        case 0:
            shape = star
        case 1:
            a, b = random.uniform(10, 60, 2)
            shape = shapely.box(0, 0, a, b).difference(shapely.box(a / 3, b / 4, a + 1, b + 1))
        case 2:
            shape = star.difference(shapely.Point(random.uniform(-8, 8, 2)).buffer(random.uniform(1, 9)))
        case _:
            shape = star.union(affinity.translate(shapely.box(0, 0, *random.uniform(8, 40, 2)), 70, 10))
    return affinity.rotate(shape, random.uniform(0, 180))


_ANY_DESIGN = (
    Design("rcbd", ("a", "b", "c"), 4),
    Design("crd", ("a", "b", "c", "d"), 3),
    Design("latin", ("a", "b", "c"), 3),
    Design("splitplot", ("a", "b"), 3, sub_treatments=("x", "y")),
    Design("stripplot", ("a", "b"), 2, sub_treatments=("x", "y", "z")),
    Design("augmented", ("a", "b", *"123456789"), 3, checks=("a", "b")),
    Design("alpha", tuple("abcdefgh"), 2, block_size=3),
)


def test_on_500_random_parcels_plots_are_inside_apart_and_of_their_size() -> None:
    random = np.random.default_rng(2026)
    laid, refused = 0, set()
    for number in range(500):
        flat = _random_parcel(random)
        alley, headland = random.uniform(0, 2), random.uniform(0, 2)
        shape = PlotShape(*random.uniform(0.8, 4, 2), alley, headland)
        plan = draw_plan(_ANY_DESIGN[number % 7], number)
        where = [{}, {"gradient_deg": 40.0}, {"orientation_deg": 120.0}][number % 3]
        try:
            layout = lay_out_plan(_stored(flat), plan.panels, shape, **where)
        except UsageError as error:
            refused.add(error.code)
            continue
        laid += 1
        _assert_sound(layout, plan, affinity.translate(flat, EAST, NORTH), shape)
    assert laid > 330 and refused == {"trial.no-room"}


def _assert_sound(layout: Layout, plan: Plan, parcel: BaseGeometry, shape: PlotShape) -> None:
    plots = _flat(layout.outlines)
    assert len(plots) == len(plan.plots)
    assert len(set(zip(layout.rows, layout.columns, strict=True))) == len(plots)
    assert shapely.area(plots) == pytest.approx(shape.width_m * shape.length_m, rel=1e-4)
    edge = shapely.distance(plots, parcel.boundary)
    assert shapely.covers(parcel, plots).all() and edge.min() > shape.headland_m - 1e-4
    apart = min(a.distance(b) for a, b in itertools.combinations(plots, 2))
    assert apart > shape.alley_m - 1e-4
    overlap = max(a.intersection(b).area for a, b in itertools.combinations(plots, 2))
    assert overlap < 1e-4


@pytest.mark.parametrize("gradient", [0.0, 35.0, 90.0, 200.0])
def test_blocks_lie_across_the_gradient_and_plots_along_it(gradient: float) -> None:
    plan = draw_plan(Design("rcbd", tuple("abcdef"), 4), 1)
    parcel = _stored(affinity.rotate(shapely.box(0, 0, 60, 45), 20))
    layout = lay_out_plan(parcel, plan.panels, PlotShape(2, 5), gradient_deg=gradient)
    plots = _flat(layout.outlines)
    along = np.array([np.sin(np.radians(gradient)), np.cos(np.radians(gradient))])
    places = shapely.get_coordinates(shapely.centroid(plots)) @ along
    for block in range(1, 5):
        mine = [i for i, plot in enumerate(plan.plots) if plot.block == block]
        assert np.ptp(places[mine]) < 0.01, "a block lies in one row"
    corners = shapely.get_coordinates(plots[0]) @ along
    assert np.ptp(corners) == pytest.approx(5, abs=0.01), "the long side lies along the gradient"


def test_blocks_are_compact_without_a_gradient() -> None:
    plan = draw_plan(Design("rcbd", tuple("abcdef"), 6), 1)
    plots = _flat(lay_out_plan(_stored(shapely.box(0, 0, 90, 30)), plan.panels, PlotShape(2, 5)).outlines)
    for block in range(1, 7):
        mine = [plots[i] for i, plot in enumerate(plan.plots) if plot.block == block]
        west, south, east, north = shapely.total_bounds(mine)
        assert max(east - west, north - south) < 2.2 * min(east - west, north - south)


def test_no_block_is_split_between_the_parts_of_a_parcel() -> None:
    parts = shapely.union_all([shapely.box(0, 0, 30, 12), shapely.box(60, 0, 90, 12)])
    plan = draw_plan(Design("rcbd", tuple("abcdefg"), 4), 1)
    layout = lay_out_plan(_stored(parts), plan.panels, PlotShape(2, 5))
    assert layout.torn < 2
    east = shapely.get_x(shapely.centroid(_flat(layout.outlines))) - EAST > 45
    for block in range(1, 5):
        assert len({bool(east[i]) for i, plot in enumerate(plan.plots) if plot.block == block}) == 1


def test_a_latin_square_lies_as_a_square_and_whole_plots_in_one_piece() -> None:
    parcel = _stored(shapely.box(0, 0, 70, 50))
    latin = draw_plan(Design("latin", tuple("abcd"), 4), 9)
    layout = lay_out_plan(parcel, latin.panels, PlotShape(2, 5))
    grid = np.empty((4, 4), dtype=object)
    for plot, row, column in zip(latin.plots, layout.rows, layout.columns, strict=True):
        grid[row - 1, column - 1] = plot.treatment
    assert all(len(set(line)) == 4 for line in (*grid, *grid.T))
    split = draw_plan(Design("splitplot", tuple("abc"), 3, sub_treatments=tuple("xyzw")), 9)
    layout = lay_out_plan(parcel, split.panels, PlotShape(2, 5))
    for whole in range(1, 10):
        mine = [i for i, plot in enumerate(split.plots) if plot.whole_plot == whole]
        assert len({layout.rows[i] for i in mine}) == 1
        assert np.ptp([layout.columns[i] for i in mine]) == 3


def test_the_size_that_would_fit_does_fit() -> None:
    parcel = _stored(shapely.box(0, 0, 30, 20))
    plan = draw_plan(Design("rcbd", tuple("abcdefgh"), 5), 1)
    with pytest.raises(UsageError) as caught:
        lay_out_plan(parcel, plan.panels, PlotShape(4, 8))
    assert "入りません(40 区必要)" in caught.value.what.ja
    width, length = caught.value.mend.en.split("--plot-size ")[1].split(" ")[0].split("x")
    lay_out_plan(parcel, plan.panels, PlotShape(float(width), float(length)))
    largest = largest_that_fits(parcel, plan.panels, PlotShape(2, 5))
    lay_out_plan(parcel, plan.panels, largest)
    assert largest.width_m * largest.length_m * 40 > 0.4 * measure_area_m2(np.array([parcel]))[0]


def test_rigid_groups_that_do_not_fit_are_said_though_single_plots_would() -> None:
    strip = _stored(shapely.box(0, 0, 200, 8))
    with pytest.raises(UsageError, match="4×4 のまとまり"):
        lay_out_plan(strip, draw_plan(Design("latin", tuple("abcd"), 4), 1).panels, PlotShape(2, 5))


@pytest.mark.parametrize(
    "shape",
    [
        PlotShape(0, 5),
        PlotShape(2, -5),
        PlotShape(2, 5, alley_m=-1),
        PlotShape(2, 5, headland_m=-0.1),
        PlotShape(float("nan"), 5),
        PlotShape(2, float("inf")),
    ],
)
def test_sizes_that_are_none_are_refused(shape: PlotShape) -> None:
    panels = draw_plan(Design("rcbd", ("a", "b"), 2), 1).panels
    with pytest.raises(UsageError) as caught:
        lay_out_plan(_stored(shapely.box(0, 0, 30, 30)), panels, shape)
    assert caught.value.code == "trial.plot-size"


def test_a_parcel_that_is_all_headland_says_so() -> None:
    panels = draw_plan(Design("rcbd", ("a", "b"), 2), 1).panels
    sliver = _stored(shapely.box(0, 0, 50, 1.5))
    with pytest.raises(UsageError) as caught:
        lay_out_plan(sliver, panels, PlotShape(2, 5))
    assert "0 区しか" in caught.value.what.ja and "枕地" in caught.value.mend.ja
    with pytest.raises(UsageError):
        largest_that_fits(sliver, panels, PlotShape(2, 5))


def test_orientation_and_gradient_exclude_each_other() -> None:
    panels = draw_plan(Design("rcbd", ("a", "b"), 2), 1).panels
    with pytest.raises(UsageError, match="--orientation"):
        lay_out_plan(
            _stored(shapely.box(0, 0, 30, 30)), panels, PlotShape(), orientation_deg=0, gradient_deg=0
        )
