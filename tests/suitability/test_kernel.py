"""The kernel does what the definition says, for every herb and method, however the work is cut up."""

from __future__ import annotations

import dataclasses
import time
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kanpo.herbs import Requirement, Work
from kanpo.schema import FACTORS
from kanpo.suitability import METHODS, compile_requirements, expect, run_kernel, score_chunks

from . import reference
from .kernel_run import (
    CATALOGUE,
    NEEDS,
    NUMBERS,
    ORDER,
    assert_same,
    cell,
    codes_of,
    expected_of,
    run,
    some_expectations,
)
from .sites import (
    HERBS,
    LANDS,
    Site,
    factors_of,
    good_site,
    lands,
    random_lands,
    random_sites,
    sites,
)

ALL = compile_requirements(NEEDS)
WORKS = CATALOGUE.works

methods = st.sampled_from(METHODS)
herbs = st.sampled_from(HERBS)
few = settings(max_examples=40, deadline=None)


@pytest.mark.parametrize("works", [(), WORKS], ids=["as it lies", "after works"])
@pytest.mark.parametrize("method", METHODS)
def test_every_herb_agrees_with_the_definition_to_nine_digits(method: str, works: tuple[Work, ...]) -> None:
    rows = [row for missing in (0.0, 0.4, 0.9) for row in random_sites(16, seed=7, missing=missing)]
    land, table = random_lands(len(rows), 8), some_expectations(9)
    compiled = compile_requirements(NEEDS, works=works, expectations=table)
    columns = factors_of(rows).columns()
    result = run_kernel(columns, compiled, land=codes_of(land), method=method)  # type: ignore[arg-type]
    for herb, herb_id in enumerate(HERBS):
        own, mine = expected_of(table, herb_id), reference.serving(works, herb_id)
        for parcel, site in enumerate(rows):
            wanted = reference.told(NEEDS[herb_id], site, method, land=land[parcel], works=mine, expected=own)
            assert_same(cell(result, herb, parcel), wanted, (herb_id, site, land[parcel]))


@few
@given(sites(), herbs, methods, lands, st.booleans())
def test_any_site_agrees_with_the_definition(
    site: Site, herb_id: str, method: str, land: str | None, mended: bool
) -> None:
    works = WORKS if mended else ()
    own = reference.serving(works, herb_id)
    wanted = reference.told(NEEDS[herb_id], site, method, land=land, works=own)
    assert_same(run(site, herb_id, method, land=land, works=works), wanted, site)


@pytest.mark.parametrize("works", [(), WORKS], ids=["as it lies", "after works"])
def test_expectations_are_those_of_the_definition(works: tuple[Work, ...]) -> None:
    """A type of land with 20 known parcels or more, one with fewer, and paddies nobody has looked at."""
    rows = random_sites(150, seed=4, missing=0.3)
    land: list[str | None] = ["paddy"] * 60 + ["field"] * 60 + ["other"] * 8 + [None] * 22
    for at in (*range(60), *range(60, 100)):
        rows[at]["drainage"] = None
    factors = factors_of(rows, land=land)
    found = expect(factors.columns(), factors.land_codes(), NEEDS, works).potential
    pairs = list(zip(rows, land, strict=True))
    none = 0
    for herb_id in HERBS:
        mine = reference.serving(works, herb_id)
        for need in NEEDS[herb_id]:
            for place, its in enumerate(LANDS):
                wanted = reference.expectation(need, pairs, its, mine)
                got = found[herb_id, need.factor][place]
                none += wanted is None
                assert np.isnan(got) if wanted is None else got == pytest.approx(wanted, abs=1e-12), need
    assert none


def test_a_plain_mean_would_pay_for_ignorance_and_this_one_does_not_exceed_it() -> None:
    rows = random_sites(400, seed=6, missing=0.2)
    factors = factors_of(rows, land=["field"] * 400)
    found = expect(factors.columns(), factors.land_codes(), NEEDS, ()).current
    for herb_id in HERBS:
        for need in NEEDS[herb_id]:
            known = [
                reference.effective(need, row[need.factor]) for row in rows if row[need.factor] is not None
            ]
            assert found[herb_id, need.factor][1] <= np.mean(known) + 1e-12


@few
@given(sites(unknown=False), herbs, methods)
def test_where_all_is_known_the_interval_is_a_point(site: Site, herb_id: str, method: str) -> None:
    found = run(site, herb_id, method)
    assert found.lower == pytest.approx(found.score, abs=1e-12)
    assert found.upper == pytest.approx(found.score, abs=1e-12)
    assert found.least <= found.lower and found.upper <= found.most


@few
@given(sites(), herbs, methods, st.data())
def test_a_knock_out_excludes_whatever_the_rest(
    site: Site, herb_id: str, method: str, data: st.DataObject
) -> None:
    able = [need for need in NEEDS[herb_id] if need.knock_out]
    need = data.draw(st.sampled_from(able))
    values = FACTORS[need.factor].classes or (FACTORS[need.factor].minimum, FACTORS[need.factor].maximum)
    worst = min(values, key=lambda value: reference.membership(need, value))
    found = run(site | {need.factor: worst}, herb_id, method)
    assert found.excluded
    assert found.numbers == (0, 0, 0, 0, 0)


def test_the_first_factor_that_excludes_is_named() -> None:
    site = good_site() | {"soil_ph": 2.0, "drainage": "poor"}
    assert run(site, "shakuyaku").limiting == "soil_ph"
    assert run(site | {"soil_ph": None}, "shakuyaku").limiting == "drainage"


def test_a_factor_that_may_not_exclude_never_makes_0() -> None:
    worst = good_site() | {"warmth_index_c_month": 0.0, "soil_texture": "clay", "sunlight": "shade"}
    found = run(worst, "shakuyaku")
    assert not found.excluded and found.least > 0


def test_a_site_of_which_nothing_is_known_has_the_widest_bounds_and_no_limiting_factor() -> None:
    for method in METHODS:
        found = run(dict.fromkeys(FACTORS), "shakuyaku", method)
        assert found.least == found.lower == 0 < found.score < found.upper
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
    assert (found.score, found.lower, found.upper, found.most) == (1.0, 1.0, 1.0, 1.0)
    assert found.limiting is None


def twice(key: str, weight: float) -> Requirement:
    return Requirement("x", key, "trapezoid", (None, None, 0.0, 100.0), {}, weight=weight, confidence="low")


def test_of_equal_losses_the_earlier_factor_is_named() -> None:
    needs = [twice("road_access_m", 1.0), twice("max_snow_depth_cm", 1.0), twice("water_access_m", 1.0)]
    compiled = compile_requirements({"x": needs})
    columns = {need.factor: np.array([50.0, 50.0 + 1e-14, 50.1]) for need in needs}
    columns["max_snow_depth_cm"] = np.array([50.0, 50.0, 50.0])
    named = [ORDER[place] for place in run_kernel(columns, compiled, method="geometric").limiting[0]]
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
    for name in NUMBERS:
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=0, atol=1e-12)


@pytest.mark.parametrize("method", METHODS)
def test_parcels_chunks_threads_and_company_do_not_matter(method: str) -> None:
    factors = factors_of(random_sites(150, seed=3))
    columns, land = factors.columns(), codes_of(random_lands(150, seed=5))
    mended = compile_requirements(NEEDS, works=WORKS, expectations=some_expectations(2))
    whole = run_kernel(columns, mended, land=land, method=method)  # type: ignore[arg-type]
    order = np.random.default_rng(1).permutation(150)
    mixed = {key: column[order] for key, column in columns.items()}
    for chunk, threads in ((150, 1), (64, 2), (7, 3), (1, 2), (100_000, 2)):
        parts = run_kernel(
            *(mixed, mended),
            land=land[order],
            method=method,
            chunk=chunk,
            threads=threads,  # type: ignore[arg-type]
        )
        for name in (*NUMBERS, "limiting", "excluded"):
            np.testing.assert_array_equal(getattr(parts, name), getattr(whole, name)[:, order])
    for herb, herb_id in enumerate(HERBS[:5]):
        own = compile_requirements({herb_id: NEEDS[herb_id]}, works=WORKS, expectations=some_expectations(2))
        alone = run_kernel(columns, own, land=land, method=method)  # type: ignore[arg-type]
        for name in (*NUMBERS, "limiting", "excluded"):
            np.testing.assert_array_equal(getattr(alone, name)[0], getattr(whole, name)[herb])


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
    assert reference.joined(list(zip(weights, values, strict=True)), "owa") == pytest.approx(torra)


def test_other_curves_go_through_the_kernel_as_well() -> None:
    needs = [
        Requirement("x", "soil_ph", "gaussian", (None,) * 4, {}, bell=(6.0, 0.5), confidence="medium"),
        Requirement(
            *("x", "slope_deg", "piecewise", (None,) * 4, {}),
            weight=2.0,
            knock_out=True,
            points=((0.0, 1.0), (8.0, 0.8), (12.0, 0.9), (20.0, 0.0)),
            confidence="low",
        ),
        Requirement("x", "elevation_m", "trapezoid", (None, None, 500.0, 900.0), {}, confidence="high"),
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
        assert result.score[0, 0] == result.most[0, 0] == 0
        assert [ORDER[place] for place in result.limiting[0]] == ["road_access_m", "max_snow_depth_cm"]


def test_no_parcels_and_no_columns() -> None:
    empty = run_kernel(factors_of([]).columns(), ALL)
    assert empty.score.shape == (26, 0)
    assert run_kernel({}, ALL).score.shape == (26, 0)


def test_a_column_that_is_not_there_is_unknown_everywhere() -> None:
    columns = factors_of([good_site()]).columns()
    del columns["drainage"]
    without = run_kernel(columns, ALL)
    unknown = run_kernel(factors_of([good_site() | {"drainage": None}]).columns(), ALL)
    for name in NUMBERS:
        np.testing.assert_array_equal(getattr(without, name), getattr(unknown, name))


def test_the_kernel_does_not_change_its_columns() -> None:
    columns = factors_of(random_sites(50, seed=5)).columns()
    before = {key: column.copy() for key, column in columns.items()}
    run_kernel(columns, ALL)
    for key, column in columns.items():
        np.testing.assert_array_equal(column, before[key])


def test_equal_curves_are_kept_once() -> None:
    assert len(ALL.judges) < sum(len(needs) for needs in NEEDS.values()) / 2


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
    assert peak < 42 * result.score.size + 100e6, "the result and a bounded rest"


def test_partitions_give_the_numbers_of_the_whole_to_the_last_bit() -> None:
    columns = factors_of(random_sites(101, seed=19)).columns()
    whole = run_kernel(columns, ALL)
    seen = 0
    for part, result in score_chunks(columns, ALL, size=25):
        for name in (*NUMBERS, "limiting", "excluded"):
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


def test_counts_and_single_precision_give_the_same_numbers() -> None:
    exact = {"soil_ph": np.array([5.0, 6.0]), "soil_depth_cm": np.array([30.0, 45.0])}
    wanted = run_kernel(exact, ALL)
    for kind in (np.int16, np.uint8, np.float32):
        got = run_kernel({key: column.astype(kind) for key, column in exact.items()}, ALL)
        for name in NUMBERS:
            np.testing.assert_array_equal(getattr(got, name), getattr(wanted, name))


def test_columns_of_different_lengths_are_refused() -> None:
    columns = {"soil_ph": np.array([6.0, 6.5]), "slope_deg": np.array([2.0])}
    with pytest.raises(ValueError, match="length"):
        run_kernel(columns, ALL)
    with pytest.raises(ValueError, match="length"):
        run_kernel({"soil_ph": np.array([6.0])}, ALL, land=np.array([0, 1]))


def test_the_ends_of_the_world_are_numbers_too() -> None:
    """What no check let in must still not become NaN."""
    ends = np.array([-np.inf, np.inf, -1e300, 1e300])
    columns = {key: ends for key, factor in FACTORS.items() if factor.kind == "number"}
    result = run_kernel(columns, compile_requirements(NEEDS, works=WORKS))
    for number in result.numbers:
        assert np.isfinite(number).all() and (number >= 0).all() and (number <= 1 + 1e-12).all()


VALLEY = Requirement(
    *("x", "soil_depth_cm", "piecewise", (None,) * 4, {}),
    knock_out=True,
    points=((0.0, 0.9), (20.0, 0.1), (40.0, 1.0)),
    confidence="low",
)
ROOTS = next(work for work in WORKS if work.factor == "soil_depth_cm")


@few
@given(st.floats(0, 500, allow_subnormal=False), st.floats(1, 60), st.sampled_from([30.0, 50.0, 500.0]))
def test_the_worst_after_a_work_holds_also_where_a_curve_has_a_valley(
    depth: float, amount: float, most: float
) -> None:
    """Between the two slopes of a valley the land as it lies and the land after the work cross."""
    work = dataclasses.replace(ROOTS, amount=amount, most=most)
    needs = [VALLEY, dataclasses.replace(twice("annual_precip_mm", 1.0), confidence="low")]
    site: Site = {"annual_precip_mm": 10.0, "soil_depth_cm": depth}
    known = run(site, "x", works=[work], needs=needs)
    unknown = run(site | {"soil_depth_cm": None}, "x", works=[work], needs=needs)
    assert_same(known, reference.told(needs, site, "limitation", works=[work]), site)
    for low, high in ((unknown.lower, known.lower), (unknown.least, known.least)):
        assert low <= high + 1e-12
    assert known.upper <= unknown.upper + 1e-12 and known.most <= unknown.most + 1e-12
