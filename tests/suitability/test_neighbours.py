"""Assumed ranges: they narrow, hold what they promise, and are never wider than nothing known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kanpo.herbs import Requirement, load_catalogue
from kanpo.schema import FACTORS
from kanpo.sites import Factors
from kanpo.suitability import METHODS, Method, Ranges, neighbour_ranges, score_parcels, score_within
from tests.suitability.sites import factors_of, good_site, random_sites, sites, value_of

CATALOGUE = load_catalogue()


def smooth_land(count: int, seed: int) -> tuple[Factors, np.ndarray, np.ndarray]:
    """Parcels of 1 km² whose soil pH and drainage change from west to east, with noise."""
    random = np.random.default_rng(seed)
    points = random.uniform(0, 1000, (count, 2))
    ph = np.clip(5 + points[:, 0] / 1000 + random.normal(0, 0.2, count), 2, 11)
    rows = [good_site() | {"soil_ph": float(value)} for value in ph]
    return factors_of(rows), points, ph


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_ranges_hold_what_they_promise(seed: int) -> None:
    factors, points, ph = smooth_land(1200, seed)
    hidden = np.random.default_rng(seed).random(1200) < 0.3
    known = factors.values.copy()
    known.loc[hidden, "soil_ph"] = np.nan
    ranges = neighbour_ranges(Factors(known, factors.sources, factors.coverage), points)
    low, high = ranges.low["soil_ph"][hidden], ranges.high["soil_ph"][hidden]
    held = (low <= ph[hidden]) & (ph[hidden] <= high)
    assert held.mean() > 0.92
    assert np.median(high - low) < 1.6, "far narrower than the 2.5 or so that occur"
    assert np.isnan(ranges.low["soil_ph"][~hidden]).all()


def test_nothing_is_assumed_from_few_or_far_parcels() -> None:
    factors, points, _ = smooth_land(60, 1)
    known = factors.values.copy()
    known.loc[known.index[:30], "soil_ph"] = np.nan
    few = neighbour_ranges(Factors(known, factors.sources, factors.coverage), points)
    assert "soil_ph" not in few.low
    known = factors.values.copy()
    known.iloc[0, known.columns.get_loc("soil_ph")] = np.nan
    far = points.copy()
    far[0] = (50_000, 0)
    alone = neighbour_ranges(Factors(known, factors.sources, factors.coverage), far)
    assert alone.of("P0") == {}


def test_classes_and_numbers_are_said_in_words() -> None:
    rows = [good_site() | {"drainage": "moderate" if n % 2 else "well"} for n in range(80)]
    rows[0] |= {"drainage": None, "soil_ph": None}
    points = np.column_stack([np.arange(80) * 10.0, np.zeros(80)])
    ranges = neighbour_ranges(factors_of(rows), points)
    assert ranges.of("P0") == {"soil_ph": (5.7, 5.7), "drainage": ("well", "moderate")}
    assert ranges.text("P0").ja == "土壌pH(H2O) 5.7〜5.7、排水 良〜やや良"
    assert ranges.text("P0", ["drainage"]).ja == "排水 良〜やや良" and ranges.text("P1").ja == ""


RANGE = st.sampled_from(
    ["soil_ph", "warmth_index_c_month", "drainage", "soil_texture", "soil_depth_cm", "sunlight"]
).flatmap(lambda key: st.tuples(st.just(key), st.lists(value_of(key), min_size=3, max_size=3)))


@settings(max_examples=60, deadline=None)
@given(sites(), RANGE, st.sampled_from(METHODS))
def test_the_interval_lies_inside_the_old_one_and_holds_every_value_of_the_range(
    site: dict[str, object], told: tuple[str, list[object]], method: Method
) -> None:
    key, values = told
    order = FACTORS[key].classes
    codes = sorted(order.index(str(value)) if order else float(str(value)) for value in values)
    factors = factors_of([site | {key: None}])
    ranges = Ranges(("P0",), {key: np.array([codes[0]], float)}, {key: np.array([codes[2]], float)})
    herbs = ["shakuyaku", "toki", "oren", "daio"]
    before = score_parcels(factors, CATALOGUE, herbs, method=method)
    within = score_within(factors, ranges, CATALOGUE, herbs, method=method)
    for old, new in ((before.result, within.result), (before.potential, within.potential)):
        assert (new.lower >= old.lower - 1e-12).all() and (new.upper <= old.upper + 1e-12).all()
        numbers = np.stack(new.numbers)
        assert (np.diff(numbers, axis=0) >= 0).all()
    for value in values:
        so = score_parcels(factors_of([site | {key: value}]), CATALOGUE, herbs, method=method)
        for new, old in ((so.result, within.result), (so.potential, within.potential)):
            assert (new.lower >= old.lower - 1e-9).all() and (new.upper <= old.upper + 1e-9).all()
            assert (new.least >= old.least - 1e-9).all()
            fatal = new.most == 0
            assert (new.most <= old.most + 1e-9)[~fatal].all()


def test_without_ranges_nothing_changes() -> None:
    factors = factors_of(random_sites(40, 9))
    before = score_parcels(factors, CATALOGUE).result
    after = score_within(factors, Ranges(tuple(factors.parcel_ids), {}, {}), CATALOGUE).result
    for key in ("least", "lower", "score", "upper", "most"):
        assert np.array_equal(getattr(before, key), getattr(after, key))


def test_ranges_serve_curves_of_any_shape() -> None:
    """Gaussian and piecewise rows of one's own: the worst and best of a range may lie within it."""
    needs = (
        Requirement("toki", "soil_ph", "gaussian", (None,) * 4, {}, bell=(6.0, 0.5), confidence="medium"),
        Requirement(
            *("toki", "soil_depth_cm", "piecewise", (None,) * 4, {}),
            points=((0.0, 0.9), (20.0, 0.2), (40.0, 1.0)),
            confidence="low",
        ),
    )
    own = replace(CATALOGUE, requirements={**CATALOGUE.requirements, "toki": needs})
    low = {"soil_ph": np.array([5.5]), "soil_depth_cm": np.array([10.0])}
    high = {"soil_ph": np.array([6.5]), "soil_depth_cm": np.array([30.0])}
    within = score_within(factors_of([{}]), Ranges(("P0",), low, high), own, ["toki"]).result
    assert within.upper[0, 0] == pytest.approx(np.sqrt(0.6 * (0.6**0.5)))
    bell = float(np.exp(-0.5))
    assert within.lower[0, 0] == pytest.approx(np.sqrt(0.2 * np.sqrt(0.2 * bell)))
