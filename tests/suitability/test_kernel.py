"""The kernel does what the definition says, for every herb and method, however the work is cut up."""

from __future__ import annotations

import dataclasses
import time
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kanpo.herbs import Requirement, load_catalogue
from kanpo.schema import FACTORS
from kanpo.suitability import METHODS, KernelResult, compile_requirements, run_kernel, score_chunks

from . import reference
from .sites import HERBS, Site, factors_of, good_site, random_sites, sites, value_of

CATALOGUE = load_catalogue()
ORDER = list(FACTORS)
NEEDS = {herb_id: CATALOGUE.requirements_of(herb_id) for herb_id in HERBS}
ALL = compile_requirements(NEEDS)

methods = st.sampled_from(METHODS)
herbs = st.sampled_from(HERBS)
few = settings(max_examples=40, deadline=None)


def run(site: Site, herb_id: str, method: str = "geometric") -> reference.Told:
    """One parcel and one herb through the kernel."""
    result = run_kernel(
        factors_of([site]).columns(), compile_requirements({herb_id: NEEDS[herb_id]}), method=method
    )  # type: ignore[arg-type]
    return cell(result, 0, 0)


def cell(result: KernelResult, herb: int, parcel: int) -> reference.Told:
    score, place = result.score[herb, parcel], int(result.limiting[herb, parcel])
    return reference.Told(
        None if np.isnan(score) else float(score),
        float(result.lower[herb, parcel]),
        float(result.upper[herb, parcel]),
        None if place < 0 else ORDER[place],
        bool(result.excluded[herb, parcel]),
    )


def assert_same(got: reference.Told, wanted: reference.Told, where: object) -> None:
    assert (got.score is None) == (wanted.score is None), where
    for name in ("score", "lower", "upper"):
        assert getattr(got, name) == pytest.approx(getattr(wanted, name), abs=1e-9), (name, where)
    assert (got.limiting, got.excluded) == (wanted.limiting, wanted.excluded), where


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("missing", [0.0, 0.4, 0.9])
def test_every_herb_agrees_with_the_definition_to_nine_digits(method: str, missing: float) -> None:
    rows = random_sites(60, seed=7, missing=missing)
    result = run_kernel(factors_of(rows).columns(), ALL, method=method)  # type: ignore[arg-type]
    for herb, herb_id in enumerate(HERBS):
        for parcel, site in enumerate(rows):
            assert_same(
                cell(result, herb, parcel), reference.told(NEEDS[herb_id], site, method), (herb_id, site)
            )


@few
@given(sites(), herbs, methods)
def test_any_site_agrees_with_the_definition(site: Site, herb_id: str, method: str) -> None:
    assert_same(run(site, herb_id, method), reference.told(NEEDS[herb_id], site, method), site)


@few
@given(sites(), herbs, methods)
def test_score_lies_within_its_bounds_and_bounds_within_0_and_1(
    site: Site, herb_id: str, method: str
) -> None:
    found = run(site, herb_id, method)
    assert 0 <= found.lower <= found.upper <= 1 + 1e-12
    if found.score is not None:
        assert found.lower <= found.score <= found.upper


@few
@given(sites(), herbs, methods, st.data())
def test_learning_what_was_missing_never_leaves_the_old_interval(
    site: Site, herb_id: str, method: str, data: st.DataObject
) -> None:
    missing = [need.factor for need in NEEDS[herb_id] if site[need.factor] is None]
    if not missing:
        return
    before = run(site, herb_id, method)
    key = data.draw(st.sampled_from(missing))
    after = run(site | {key: data.draw(value_of(key))}, herb_id, method)
    assert before.lower - 1e-12 <= after.lower <= after.upper <= before.upper + 1e-12
    assert after.score is not None


@few
@given(sites(unknown=False), herbs, methods)
def test_where_all_is_known_the_interval_is_a_point(site: Site, herb_id: str, method: str) -> None:
    found = run(site, herb_id, method)
    assert found.score is not None
    assert found.lower == pytest.approx(found.score, abs=1e-12)
    assert found.upper == pytest.approx(found.score, abs=1e-12)


@few
@given(sites(), herbs, methods, st.data())
def test_a_better_value_never_lowers_score_or_bounds(
    site: Site, herb_id: str, method: str, data: st.DataObject
) -> None:
    """Rising towards the plateau, or falling back to it: better membership, no worse score."""
    need = data.draw(st.sampled_from(NEEDS[herb_id]))
    values = [data.draw(value_of(need.factor)) for _ in range(2)]
    worse, better = sorted(values, key=lambda value: reference.membership(need, value))
    low, high = (run(site | {need.factor: value}, herb_id, method) for value in (worse, better))
    for name in ("score", "lower", "upper"):
        assert getattr(low, name) <= getattr(high, name) + 1e-12


@few
@given(sites(), herbs, methods, st.data())
def test_a_knock_out_excludes_whatever_the_rest(
    site: Site, herb_id: str, method: str, data: st.DataObject
) -> None:
    able = [
        n for n in NEEDS[herb_id] if n.knock_out and n.kind == "trapezoid" and None not in (n.corners[3],)
    ]
    need = data.draw(st.sampled_from(able))
    value = min(float(need.corners[3] or 0) + 0.5, FACTORS[need.factor].maximum or 0)
    found = run(site | {need.factor: value}, herb_id, method)
    assert found.excluded
    assert (found.score, found.lower, found.upper) == (0, 0, 0)


def test_the_first_factor_that_excludes_is_named() -> None:
    site = good_site() | {"warmth_index_c_month": 200.0, "slope_deg": 45.0}
    assert run(site, "shakuyaku").limiting == "warmth_index_c_month"
    assert run(site | {"warmth_index_c_month": None}, "shakuyaku").limiting == "slope_deg"


def test_a_factor_that_may_not_exclude_never_makes_0() -> None:
    worst = good_site() | {"soil_ph": 2.0, "soil_depth_cm": 0.0, "area_m2": 1.0, "road_access_m": 20_000.0}
    found = run(worst, "shakuyaku")
    assert not found.excluded and found.score is not None and found.score > 0


def test_a_site_of_which_nothing_is_known_has_no_score_but_bounds() -> None:
    for method in METHODS:
        found = run(dict.fromkeys(FACTORS), "shakuyaku", method)
        assert found.score is None and found.lower == 0
        assert found.upper == pytest.approx(1)
        assert found.limiting is None and not found.excluded


def test_ideal_sites_have_no_limiting_factor() -> None:
    needs = NEEDS["shakuyaku"]
    ideal: Site = {}
    for need in needs:
        if need.kind == "classes":
            ideal[need.factor] = max(need.classes, key=lambda key: need.classes[key])
        else:
            _, b, c, _ = need.corners
            ideal[need.factor] = b if b is not None else c
    found = run(ideal, "shakuyaku")
    assert (found.score, found.lower, found.upper, found.limiting) == (1.0, 1.0, 1.0, None)


def twice(key: str, weight: float) -> Requirement:
    return Requirement("x", key, "trapezoid", (None, None, 0.0, 100.0), {}, weight=weight)


def test_of_equal_losses_the_earlier_factor_is_named() -> None:
    needs = [twice("road_access_m", 1.0), twice("max_snow_depth_cm", 1.0), twice("water_access_m", 1.0)]
    compiled = compile_requirements({"x": needs})
    columns = {need.factor: np.array([50.0, 50.0 + 1e-14, 50.1]) for need in needs}
    columns["max_snow_depth_cm"] = np.array([50.0, 50.0, 50.0])
    named = [ORDER[place] for place in run_kernel(columns, compiled).limiting[0]]
    assert named == ["max_snow_depth_cm", "max_snow_depth_cm", "road_access_m"]


@few
@given(sites(), herbs, methods, st.floats(1e-6, 1e6))
def test_scaling_all_weights_of_a_herb_changes_nothing(
    site: Site, herb_id: str, method: str, scale: float
) -> None:
    columns = factors_of([site]).columns()
    scaled = [dataclasses.replace(need, weight=need.weight * scale) for need in NEEDS[herb_id]]
    one = run_kernel(columns, compile_requirements({herb_id: NEEDS[herb_id]}), method=method)  # type: ignore[arg-type]
    other = run_kernel(columns, compile_requirements({herb_id: scaled}), method=method)  # type: ignore[arg-type]
    for name in ("score", "lower", "upper"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=0, atol=1e-12)


@pytest.mark.parametrize("method", METHODS)
def test_parcels_chunks_threads_and_company_do_not_matter(method: str) -> None:
    factors = factors_of(random_sites(150, seed=3))
    columns = factors.columns()
    whole = run_kernel(columns, ALL, method=method)  # type: ignore[arg-type]
    order = np.random.default_rng(1).permutation(150)
    mixed = {key: column[order] for key, column in columns.items()}
    for chunk, threads in ((150, 1), (64, 2), (7, 3), (1, 2), (100_000, 2)):
        parts = run_kernel(mixed, ALL, method=method, chunk=chunk, threads=threads)  # type: ignore[arg-type]
        for name in ("score", "lower", "upper", "limiting", "excluded"):
            np.testing.assert_array_equal(getattr(parts, name), getattr(whole, name)[:, order])
    for herb, herb_id in enumerate(HERBS[:5]):
        alone = run_kernel(columns, compile_requirements({herb_id: NEEDS[herb_id]}), method=method)  # type: ignore[arg-type]
        np.testing.assert_allclose(alone.score[0], whole.score[herb], rtol=0, atol=1e-12)


def test_the_ordered_average_lies_between_the_worst_factor_and_the_arithmetic_mean() -> None:
    columns = factors_of(random_sites(300, seed=13, missing=0.0)).columns()
    low, middle, high = (
        run_kernel(columns, ALL, method=method).score  # type: ignore[arg-type]
        for method in ("minimum", "owa", "arithmetic")
    )
    assert (low - 1e-12 <= middle).all() and (middle <= high + 1e-12).all()
    assert (middle < high - 0.01).any() and (middle > low + 0.01).any()


def test_the_ordered_average_is_the_weighted_owa_of_the_quantifier_r_squared() -> None:
    """Torra's form: sorted from the best, each factor counts Q(weight down to it) − Q(weight above it)."""
    values, weights = np.array([0.9, 0.3, 0.6, 0.3]), np.array([0.1, 0.2, 0.4, 0.3])
    order = np.argsort(-values)
    reached = np.concatenate([[0.0], np.cumsum(weights[order])])
    torra = float(np.sum(values[order] * np.diff(reached**2)))
    assert reference.joined(list(zip(weights, values, strict=True)), "owa", 1.0) == pytest.approx(torra)


def test_other_curves_go_through_the_kernel_as_well() -> None:
    needs = [
        Requirement("x", "soil_ph", "gaussian", (None,) * 4, {}, bell=(6.0, 0.5)),
        Requirement(
            *("x", "slope_deg", "piecewise", (None,) * 4, {}),
            weight=2.0,
            knock_out=True,
            points=((0.0, 1.0), (8.0, 0.8), (20.0, 0.0)),
        ),
        Requirement("x", "elevation_m", "trapezoid", (None, None, 500.0, 900.0), {}),
    ]
    rows = random_sites(200, seed=17)
    compiled = compile_requirements({"x": needs})
    for method in METHODS:
        result = run_kernel(factors_of(rows).columns(), compiled, method=method)
        for parcel, site in enumerate(rows):
            assert_same(cell(result, 0, parcel), reference.told(needs, site, method), site)


def test_a_knock_out_of_weight_0_still_excludes() -> None:
    needs = [
        dataclasses.replace(twice("road_access_m", 0.0), knock_out=True),
        twice("max_snow_depth_cm", 1.0),
    ]
    columns = {"road_access_m": np.array([100.0, 50.0]), "max_snow_depth_cm": np.array([0.0, 50.0])}
    for method in METHODS:
        result = run_kernel(columns, compile_requirements({"x": needs}), method=method)
        assert result.excluded[0].tolist() == [True, False]
        assert result.score[0, 0] == result.upper[0, 0] == 0
        assert [ORDER[place] for place in result.limiting[0]] == ["road_access_m", "max_snow_depth_cm"]


def test_no_parcels_and_no_columns() -> None:
    empty = run_kernel(factors_of([]).columns(), ALL)
    assert empty.score.shape == (25, 0)
    assert run_kernel({}, ALL).score.shape == (25, 0)


def test_a_column_that_is_not_there_is_unknown_everywhere() -> None:
    columns = factors_of([good_site()]).columns()
    del columns["drainage"]
    without = run_kernel(columns, ALL)
    unknown = run_kernel(factors_of([good_site() | {"drainage": None}]).columns(), ALL)
    np.testing.assert_array_equal(without.lower, unknown.lower)
    np.testing.assert_array_equal(without.score, unknown.score)


def test_the_kernel_does_not_change_its_columns() -> None:
    columns = factors_of(random_sites(50, seed=5)).columns()
    before = {key: column.copy() for key, column in columns.items()}
    run_kernel(columns, ALL)
    for key, column in columns.items():
        np.testing.assert_array_equal(column, before[key])


def test_equal_curves_are_kept_once() -> None:
    assert len(ALL.curves) < sum(len(needs) for needs in NEEDS.values()) / 4


def big(count: int) -> dict[str, np.ndarray]:
    """Columns of many parcels, 30 % of every factor unknown."""
    some = factors_of(random_sites(2_000, seed=11)).columns()
    return {key: np.tile(column, -(-count // 2_000))[:count] for key, column in some.items()}


def test_a_hundred_thousand_parcels_are_scored_fast_and_in_little_memory() -> None:
    """Far below what a quiet machine does (see ``make bench``), so that a busy one passes as well."""
    columns = big(100_000)
    run_kernel({key: column[:1000] for key, column in columns.items()}, ALL)
    start = time.perf_counter()
    result = run_kernel(columns, ALL)
    seconds = time.perf_counter() - start
    assert result.score.size / seconds > 1e6, "parcels x herbs per second"
    tracemalloc.start()
    run_kernel(columns, ALL)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 26 * result.score.size + 100e6, "the result and a bounded rest"


def test_partitions_give_the_numbers_of_the_whole_to_the_last_bit() -> None:
    columns = factors_of(random_sites(101, seed=19)).columns()
    whole = run_kernel(columns, ALL)
    seen = 0
    for part, result in score_chunks(columns, ALL, size=25):
        for name in ("score", "lower", "upper", "limiting", "excluded"):
            np.testing.assert_array_equal(getattr(result, name), getattr(whole, name)[:, part])
        seen += part.stop - part.start
    assert seen == 101


def test_memory_of_partitions_does_not_grow_with_the_number_of_parcels() -> None:
    three = compile_requirements({herb_id: NEEDS[herb_id] for herb_id in HERBS[:3]})

    def peak(count: int) -> int:
        columns = big(count)
        tracemalloc.start()
        for _ in score_chunks(columns, three, size=20_000):
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    assert peak(1_000_000) < 1.1 * peak(100_000)
