"""Membership: what a requirement says of one value."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kanpo.herbs import Corners, Requirement, load_catalogue
from kanpo.schema import FACTORS
from kanpo.suitability import FLOOR, compile_requirements, membership

from . import reference


def worst_and_best(requirement: Requirement) -> tuple[float, float]:
    """The least and greatest effective membership of a row as it is written, over all that is possible."""
    compiled = compile_requirements({"x": [requirement]})
    return float(compiled.worst[1, 0, 0]), float(compiled.best[1, 0, 0])


def slow_extremes(requirement: Requirement) -> tuple[float, float]:
    values = reference.possible(requirement, ())
    found = [reference.effective(requirement, value) for value in values]
    return min(found), max(found)


def need(*corners: float | None, knock_out: bool = False, factor: str = "slope_deg") -> Requirement:
    a, b, c, d = corners
    return Requirement("x", factor, "trapezoid", (a, b, c, d), {}, knock_out=knock_out, confidence="low")


DRAINAGE = {"well": 1.0, "moderate": 0.8, "imperfect": 0.35, "poor": 0.0}


def classes(*, knock_out: bool = False) -> Requirement:
    return Requirement(
        "x", "drainage", "classes", (None,) * 4, DRAINAGE, knock_out=knock_out, confidence="low"
    )


def one(requirement: Requirement, value: float) -> float:
    return float(membership(requirement, np.array([value]))[0])


@pytest.mark.parametrize(
    ("corners", "value", "wanted"),
    [
        ((10, 20, 30, 40), 9.999, 0.0),
        ((10, 20, 30, 40), 10, 0.0),
        ((10, 20, 30, 40), 15, 0.5),
        ((10, 20, 30, 40), 20, 1.0),
        ((10, 20, 30, 40), 30, 1.0),
        ((10, 20, 30, 40), 37.5, 0.25),
        ((10, 20, 30, 40), 40, 0.0),
        ((10, 20, 30, 40), 41, 0.0),
        ((None, None, 8, 20), 0, 1.0),
        ((None, None, 8, 20), 14, 0.5),
        ((None, None, 8, 20), 90, 0.0),
        ((10, 35, None, None), 500, 1.0),
        ((10, 35, None, None), 22.5, 0.5),
        ((10, 35, None, None), 0, 0.0),
        ((20, 20, 30, 30), 20, 1.0),
        ((20, 20, 30, 30), 30, 1.0),
        ((20, 20, 30, 30), 19.999, 0.0),
        ((20, 20, 30, 30), 30.001, 0.0),
        ((20, 20, 20, 20), 20, 1.0),
    ],
)
def test_trapezoid(corners: Corners, value: float, wanted: float) -> None:
    assert one(need(*corners), value) == pytest.approx(wanted, abs=1e-12)


def test_classes_are_looked_up_by_code_and_unknown_stays_unknown() -> None:
    found = membership(classes(), np.array([0, 1, 2, 3, -1], dtype=np.int8))
    assert found[:4].tolist() == [1.0, 0.8, 0.35, 0.0]
    assert math.isnan(found[4])
    assert math.isnan(one(need(10, 20, 30, 40), math.nan))
    assert math.isnan(one(need(None, None, 30, 40), math.nan))
    assert math.isnan(one(need(10, 20, None, None), math.nan))


def test_membership_leaves_its_input_alone_and_takes_an_empty_column() -> None:
    column = np.array([1.0, 12.0, np.nan])
    membership(need(None, None, 8, 20), column)
    assert column[:2].tolist() == [1.0, 12.0]
    assert membership(need(None, None, 8, 20), np.array([])).shape == (0,)
    assert membership(classes(), np.array([], dtype=np.int8)).shape == (0,)


def bell(centre: float, sigma: float, *, knock_out: bool = False) -> Requirement:
    return Requirement(
        "x",
        "slope_deg",
        "gaussian",
        (None,) * 4,
        {},
        knock_out=knock_out,
        bell=(centre, sigma),
        confidence="low",
    )


def line(*points: tuple[float, float], knock_out: bool = False) -> Requirement:
    return Requirement(
        "x", "slope_deg", "piecewise", (None,) * 4, {}, knock_out=knock_out, points=points, confidence="low"
    )


def test_a_gaussian_curve_is_known_by_its_centre_and_sigma() -> None:
    need = bell(20, 2)
    assert one(need, 20) == 1
    assert one(need, 22) == pytest.approx(math.exp(-0.5), abs=1e-15)
    assert one(need, 16) == pytest.approx(math.exp(-2), abs=1e-15)
    assert one(need, 32) > 0
    assert one(need, 32.001) == 0
    assert math.isnan(one(need, math.nan))


def test_a_piecewise_curve_is_straight_between_its_points_and_level_beyond() -> None:
    need = line((5, 0.2), (10, 1), (30, 0))
    found = [one(need, value) for value in (0, 5, 7.5, 10, 20, 30, 90)]
    assert found == pytest.approx([0.2, 0.2, 0.6, 1, 0.5, 0, 0], abs=1e-15)
    assert found[-2:] == [0, 0]
    assert math.isnan(one(need, math.nan))


other_curves = st.one_of(
    st.builds(bell, st.floats(0, 90), st.floats(0.1, 60), knock_out=st.booleans()),
    st.builds(
        lambda xs, ys, knock_out: line(*zip(sorted(xs), ys, strict=False), knock_out=knock_out),
        st.sets(st.integers(0, 90), min_size=2, max_size=6),
        st.lists(st.floats(0, 1, allow_subnormal=False), min_size=6, max_size=6),
        st.booleans(),
    ),
)


@given(other_curves, st.floats(0, 90, allow_subnormal=False))
def test_other_curves_agree_with_the_definition_and_stay_within_worst_and_best(
    need: Requirement, value: float
) -> None:
    found = one(need, value)
    assert found == pytest.approx(reference.membership(need, value), abs=1e-12)
    worst, best = worst_and_best(need)
    assert worst - 1e-12 <= (found if need.knock_out else max(found, FLOOR)) <= best + 1e-12
    assert (worst, best) == pytest.approx(slow_extremes(need), abs=1e-12)


corner_lists = st.lists(st.floats(0, 90, allow_subnormal=False), min_size=4, max_size=4).map(sorted)


@given(corner_lists, st.floats(-10, 100, allow_subnormal=False), st.booleans(), st.booleans())
def test_trapezoid_agrees_with_the_definition(
    corners: list[float], value: float, below: bool, above: bool
) -> None:
    a, b, c, d = corners
    open_ended = need(None if below else a, None if below else b, None if above else c, None if above else d)
    if below and above:
        return
    assert one(open_ended, value) == pytest.approx(reference.membership(open_ended, value), abs=1e-12)
    assert 0 <= one(open_ended, value) <= 1


@given(corner_lists, st.floats(0, 90), st.floats(0, 90))
def test_membership_rises_to_the_plateau_and_falls_behind_it(
    corners: list[float], x: float, y: float
) -> None:
    low, high = sorted((x, y))
    _, b, c, _ = corners
    requirement = need(*corners)
    if high <= b:
        assert one(requirement, low) <= one(requirement, high)
    if low >= c:
        assert one(requirement, low) >= one(requirement, high)


@given(corner_lists, st.floats(0, 90), st.booleans())
def test_worst_and_best_hold_every_possible_value(
    corners: list[float], value: float, knock_out: bool
) -> None:
    requirement = need(*corners, knock_out=knock_out)
    worst, best = worst_and_best(requirement)
    found = one(requirement, value)
    assert worst <= (found if knock_out else max(found, FLOOR)) <= best
    assert (worst, best) == pytest.approx(slow_extremes(requirement))


def test_worst_and_best_of_classes_and_of_ranges_that_lie_in_part_beyond_the_possible() -> None:
    assert worst_and_best(classes(knock_out=True)) == (0.0, 1.0)
    assert worst_and_best(classes()) == (FLOOR, 1.0)
    # 0 to 90 degrees are possible: the plateau from -10 holds, and 90 is worth 0.5.
    assert worst_and_best(need(None, None, 80, 100, knock_out=True)) == (0.5, 1.0)


def test_worst_and_best_of_every_shipped_requirement() -> None:
    catalogue = load_catalogue()
    for herb_id in catalogue.herbs:
        for requirement in catalogue.requirements_of(herb_id):
            found = worst_and_best(requirement)
            assert found == pytest.approx(slow_extremes(requirement))
            assert found[1] == 1.0, "some possible value is ideal"
            if not requirement.knock_out:
                assert found[0] >= FLOOR
            assert FACTORS[requirement.factor]
