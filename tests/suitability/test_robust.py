"""Robustness: how often a parcel stays among the best, counted the same way every time."""

from __future__ import annotations

import dataclasses
import math
import tracemalloc

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kanpo.errors import UsageError
from kanpo.herbs import Requirement, load_catalogue
from kanpo.schema import FACTORS
from kanpo.suitability import (
    METHODS,
    Method,
    Robustness,
    Variation,
    compile_requirements,
    membership,
    robustness,
    score_parcels,
)
from kanpo.suitability._robust import _Trial
from kanpo.suitability._variation import VariedCurve, flank

from .sites import Site, factors_of, good_site, random_sites

CATALOGUE = load_catalogue()
HERB = "shakuyaku"
IDS = [f"P{n:03}" for n in range(40)]
ROWS = random_sites(40, seed=23)


def run(rows: list[Site], ids: list[str], **options: object) -> Robustness:
    given: dict[str, object] = {"draws": 200, "best": 5, "seed": 7} | options
    return robustness(factors_of(rows, ids), CATALOGUE, HERB, **given)  # type: ignore[arg-type]


def by_id(found: Robustness) -> pd.DataFrame:
    return found.frame().set_index("parcel_id").sort_index()


@pytest.mark.parametrize("method", METHODS)
def test_probabilities_sum_to_the_number_of_parcels_chosen(method: Method) -> None:
    found = run(ROWS, IDS, method=method)
    assert found.frame()["probability"].sum() == pytest.approx(5, abs=1e-12)
    ranks = found.acceptability().drop(columns="parcel_id")
    assert ranks.sum(axis=0).to_numpy() == pytest.approx(np.ones(5))
    assert found.frame()["expected_rank"].sum() == pytest.approx(40 * 41 / 2)


@pytest.mark.parametrize("method", METHODS)
def test_without_variation_the_best_are_those_of_the_ranking_and_certain(method: Method) -> None:
    rows = random_sites(60, seed=29, missing=0.0) + [good_site()] * 3
    ids = [f"P{n:03}" for n in np.random.default_rng(1).permutation(63)]
    found = run(rows, ids, variation=Variation.none(), method=method, draws=3)
    ranked = score_parcels(factors_of(rows, ids), CATALOGUE, [HERB], method=method).frame(HERB)
    table = by_id(found)
    ranked = ranked.set_index("parcel_id").sort_index()
    assert table["rank"].tolist() == ranked["rank"].tolist()
    # Parcels of one score share a rank and are drawn by lot; they take the places behind that rank.
    alone = ~ranked["score"].duplicated(keep=False)
    assert table.loc[alone, "expected_rank"].tolist() == ranked.loc[alone, "rank"].tolist()
    first = ranked["score"].rank(method="min", ascending=False)
    last = ranked["score"].rank(method="max", ascending=False)
    assert table["expected_rank"].between(first, last).all()
    assert (table.loc[last <= 5, "probability"] == 1).all() and (
        table.loc[first > 5, "probability"] == 0
    ).all()


def test_parcels_that_are_equal_have_equal_chances() -> None:
    """Whatever their ids: of forty equal parcels each is among the best five one time in eight."""
    found = by_id(run([good_site()] * 40, IDS, draws=3_000))
    assert (found["probability"] - 5 / 40).abs().max() < 5 * math.sqrt(0.125 * 0.875 / 3_000)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(METHODS))
def test_with_fixed_weights_every_draw_lies_in_the_interval_of_the_catalogue(
    seed: int, method: Method
) -> None:
    """One model of how far a row may be off, for robustness and for the interval alike."""
    rows = random_sites(30, seed=seed % 97, missing=0.2)
    factors = factors_of(rows, IDS[:30])
    herb = sorted(CATALOGUE.herbs)[seed % len(CATALOGUE.herbs)]
    scores = score_parcels(factors, CATALOGUE, [herb], method=method, works=())
    compiled = compile_requirements({herb: CATALOGUE.requirements_of(herb)})
    fixed = Variation(concentration=float("inf"))
    trial = _Trial.of(factors, np.arange(30), compiled, method, fixed, scores.result.excluded[0])
    random, logs = np.random.default_rng(seed), np.empty((len(compiled.judges), 30))
    with np.errstate(divide="ignore", invalid="ignore"):
        for _ in range(20):
            drawn = trial.scores(random, logs)
            assert (drawn >= scores.result.least[0] - 1e-9).all()
            assert (drawn <= scores.result.most[0] + 1e-9).all()


def test_the_choice_among_some_leaves_scores_and_ranks_among_all() -> None:
    some = IDS[10:30]
    found, whole = by_id(run(ROWS, IDS, among=some)), by_id(run(ROWS, IDS))
    assert list(found.index) == some and found["probability"].sum() == pytest.approx(5)
    kept = ["rank", "score", "certainty", "class_lower", "class_upper"]
    pd.testing.assert_frame_equal(found[kept], whole.loc[some, kept])


def test_expectations_that_are_given_make_the_point() -> None:
    factors = factors_of(ROWS, IDS)
    hope = score_parcels(factors_of(random_sites(200, 3)), CATALOGUE, [HERB]).expectations
    found = by_id(run(ROWS, IDS, expectations=hope))
    wanted = score_parcels(factors, CATALOGUE, [HERB], expectations=hope).frame(HERB)
    assert found["score"].tolist() == wanted["score"].tolist()


@settings(max_examples=10, deadline=None)
@given(st.permutations(range(40)), st.sampled_from(METHODS), st.integers(0, 2**40))
def test_the_order_of_the_parcels_changes_nothing(order: list[int], method: Method, seed: int) -> None:
    mixed = run([ROWS[n] for n in order], [IDS[n] for n in order], method=method, seed=seed, draws=70)
    plain = run(ROWS, IDS, method=method, seed=seed, draws=70)
    pd.testing.assert_frame_equal(by_id(mixed), by_id(plain))
    pd.testing.assert_frame_equal(mixed.acceptability(), plain.acceptability())


def test_a_seed_gives_the_same_whatever_the_threads_and_another_seed_gives_another() -> None:
    one, three = (run(ROWS, IDS, threads=threads) for threads in (1, 3))
    pd.testing.assert_frame_equal(one.frame(), three.frame())
    assert not one.frame().equals(run(ROWS, IDS, seed=8).frame())


def test_more_draws_go_on_from_fewer() -> None:
    """The streams of random numbers do not depend on how many draws there will be."""
    few, many = run(ROWS, IDS, draws=64), run(ROWS, IDS, draws=128)
    assert (many.ranks >= few.ranks).all()


def test_the_standard_error_is_that_of_a_share() -> None:
    frame = run(ROWS, IDS).frame()
    wanted = [math.sqrt(p * (1 - p) / 200) for p in frame["probability"]]
    assert frame["standard_error"].tolist() == pytest.approx(wanted)
    assert frame["standard_error"].max() > 0


def test_two_seeds_differ_by_a_few_standard_errors_only() -> None:
    one, other = (by_id(run(ROWS, IDS, draws=2_000, seed=seed)) for seed in (1, 2))
    gap = (one["probability"] - other["probability"]).abs()
    error = np.hypot(one["standard_error"], other["standard_error"])
    assert (gap <= 5 * error + 1e-3).all()


@pytest.mark.parametrize("method", METHODS)
def test_a_parcel_better_in_every_factor_than_all_others_is_always_the_best(method: Method) -> None:
    # Beyond reach of any shift: every curve is at 1 for the one, well below it for the others.
    worse = good_site() | {"soil_ph": 4.6, "slope_deg": 18.0, "soil_depth_cm": 24.0, "sunlight": "shade"}
    worse |= {"drainage": "imperfect", "soil_texture": "sand", "area_m2": 200.0, "road_access_m": 350.0}
    worse |= {"water_access_m": 1_300.0, "years_abandoned": 20.0, "wildlife_pressure": "high"}
    worse |= {"warmth_index_c_month": 112.0}
    best = good_site() | {"warmth_index_c_month": 70.0, "soil_ph": 6.1, "years_abandoned": 0.0}
    best |= {"area_m2": 9_000.0, "road_access_m": 0.0, "water_access_m": 0.0, "wildlife_pressure": "none"}
    found = run([worse] * 6 + [best], [f"P{n}" for n in range(7)], best=1, method=method)
    assert by_id(found)["probability"].tolist() == [0.0] * 6 + [1.0]


def test_memory_does_not_grow_with_the_number_of_draws() -> None:
    rows = random_sites(500, seed=31)

    def peak(draws: int) -> int:
        tracemalloc.start()
        # One thread: with two, how much of two batches is there at once is a matter of chance.
        run(rows, [f"P{n:03}" for n in range(500)], draws=draws, threads=1)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(64)
    assert peak(1_000) < 1.1 * peak(100)


def test_what_is_unknown_makes_a_parcel_less_certain_not_impossible() -> None:
    unsure = good_site() | {"soil_ph": None, "soil_depth_cm": None, "years_abandoned": None}
    middling = good_site() | {"soil_ph": 5.0, "soil_depth_cm": 35.0, "years_abandoned": 14.0}
    found = by_id(run([middling] * 3 + [unsure], IDS[:4], best=2, draws=500))
    assert 0 < found["probability"].iloc[3] < 1


def test_excluded_parcels_are_never_chosen_before_any_that_has_a_score() -> None:
    found = by_id(run([good_site()] * 4, IDS[:4], best=2, excluded=[IDS[0]]))
    assert found["probability"].iloc[0] == 0 and found["expected_rank"].iloc[0] == 4


def test_fewer_parcels_than_are_chosen_and_none_at_all() -> None:
    assert by_id(run([good_site()] * 2, IDS[:2], best=5))["probability"].tolist() == [1.0, 1.0]
    empty = run([], [])
    assert empty.frame().empty and empty.acceptability().empty


def test_weights_of_the_draws_sum_to_1_and_scatter_as_said() -> None:
    random, wanted = np.random.default_rng(3), np.array([0.1, 0.0, 0.3, 0.6])
    drawn = np.array([Variation().weights(wanted, random) for _ in range(4_000)])
    assert drawn.sum(axis=1) == pytest.approx(np.ones(4_000))
    assert drawn.mean(axis=0) == pytest.approx(wanted, abs=0.003)
    assert drawn.std(axis=0) == pytest.approx(np.sqrt(wanted * (1 - wanted) / 101), rel=0.06, abs=1e-12)


CURVES = [
    Requirement("x", "slope_deg", "trapezoid", (2.0, 6.0, 10.0, 20.0), {}),
    Requirement("x", "slope_deg", "trapezoid", (None, None, 8.0, 20.0), {}),
    Requirement("x", "slope_deg", "trapezoid", (5.0, 9.0, None, None), {}),
    Requirement("x", "slope_deg", "trapezoid", (5.0, 5.0, 9.0, 12.0), {}),
    Requirement("x", "slope_deg", "gaussian", (None,) * 4, {}, bell=(10.0, 3.0)),
    Requirement("x", "slope_deg", "piecewise", (None,) * 4, {}, points=((0.0, 0.2), (8.0, 1.0), (20.0, 0.0))),
]


@pytest.mark.parametrize("need", CURVES, ids=lambda need: f"{need.kind}-{need.corners}")
@pytest.mark.parametrize("off", [0.0, 0.25, -0.2])
def test_a_curve_that_is_off_is_the_curve_shifted(need: Requirement, off: float) -> None:
    values = np.linspace(0, 40, 161) + 0.01
    out, spare = np.empty_like(values), np.empty_like(values)
    VariedCurve.of(need, values).membership(off, out, spare)
    np.testing.assert_allclose(out, membership(need, values - off * flank(need)), rtol=0, atol=1e-12)


def test_flanks_are_the_slopes_sigma_or_the_distance_of_points() -> None:
    assert [flank(need) for need in CURVES] == [7.0, 12.0, 4.0, 3.0, 3.0, 10.0]
    assert flank(dataclasses.replace(CURVES[0], corners=(2.0, 2.0, 5.0, 5.0))) == 0


def test_classes_that_are_off_keep_their_ends_and_order() -> None:
    table = {"well": 1.0, "moderate": 0.8, "imperfect": 0.35, "poor": 0.0}
    need = Requirement("x", "drainage", "classes", (None,) * 4, table)
    out = np.empty(4)
    VariedCurve.of(need, np.arange(len(FACTORS["drainage"].classes))).membership(0.25, out, np.empty(4))
    assert out.tolist() == pytest.approx([1.0, 0.8**1.25, 0.35**1.25, 0.0])


@pytest.mark.parametrize("wrong", [{"draws": 0}, {"best": 0}, {"seed": -1}, {"method": "median"}])
def test_numbers_that_make_no_sense_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        run(ROWS, IDS, **wrong)


@pytest.mark.parametrize(
    "wrong", [{"concentration": 0.5}, {"spread": {"low": 1.0}}, {"spread": {"low": -0.1}}]
)
def test_a_variation_that_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        Variation(**wrong)  # type: ignore[arg-type]
