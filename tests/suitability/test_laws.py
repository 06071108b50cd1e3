"""The laws of the score, for every herb of the catalogue, with expectations held fixed."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kanpo.herbs import MILD, least_membership
from kanpo.schema import FACTORS
from kanpo.suitability import (
    CLASSES,
    METHODS,
    Expectations,
    Method,
    Scores,
    Weights,
    score_parcels,
    validate_origins,
)

from . import reference
from .kernel_run import CATALOGUE, NEEDS, NUMBERS, some_expectations
from .sites import HERBS, LANDS, Site, factors_of, lands, random_lands, random_sites, sites, value_of

BOUNDS = ("lower", "score", "upper")
#: Any table will do, as long as it stays the same.
FIXED = Expectations(some_expectations(21), some_expectations(22))
UNSOURCED = {herb_id for herb_id in HERBS if CATALOGUE.reference_only(herb_id)}
some = settings(max_examples=12, deadline=None)
methods: st.SearchStrategy[Method] = st.sampled_from(METHODS)
keys = st.sampled_from(sorted({need.factor for needs in NEEDS.values() for need in needs}))


def scores_of(
    rows: list[Site],
    land: list[str | None] | None = None,
    *,
    method: Method = "limitation",
    weights: Weights | None = None,
    expectations: Expectations = FIXED,
) -> Scores:
    factors = factors_of(rows, land=land or [None] * len(rows))
    return score_parcels(factors, CATALOGUE, method=method, weights=weights, expectations=expectations)


def rank_of_class(name: object) -> int:
    """S1 is 4, N2 is 0; no class at all is worse than any."""
    return -1 if name is None or name != name else len(CLASSES) - 1 - CLASSES.index(str(name))


def told(cell: object) -> str | None:
    """A class of a table, None where none is told."""
    return cell if isinstance(cell, str) else None


# Law 1


@some
@given(sites(), lands, st.lists(st.floats(0.0, 9.0), min_size=12, max_size=12))
def test_a_score_is_never_above_the_root_of_the_least_membership(
    site: Site, land: str | None, drawn: list[float]
) -> None:
    weights = {
        herb_id: {
            need.factor: weight + (nth == 0)
            for nth, (need, weight) in enumerate(zip(needs, drawn, strict=False))
        }
        for herb_id, needs in NEEDS.items()
    }
    scores = scores_of([site], [land], weights=weights)
    for herb, herb_id in enumerate(HERBS):
        known = [
            reference.effective(need, site[need.factor])
            for need in NEEDS[herb_id]
            if site[need.factor] is not None
        ]
        least = min(known, default=1.0)
        assert scores.result.upper[herb, 0] <= np.sqrt(least) + 1e-12
        if least == 0:
            assert scores.result.most[herb, 0] == 0 and scores.result.excluded[herb, 0]


@some
@given(sites(), lands)
def test_what_is_fatal_is_n_and_n2_only_where_no_work_mends_it(site: Site, land: str | None) -> None:
    scores = scores_of([site], [land])
    for herb, herb_id in enumerate(HERBS):
        if not scores.result.excluded[herb, 0]:
            continue
        row = scores.frame(herb_id).iloc[0]
        assert (pd.isna(row["class_upper"]) or row["class_upper"] in ("N1", "N2")) and row["upper"] == 0
        if herb_id not in UNSOURCED:
            assert row["certainty"] == "sure"
            assert (row["class_upper"] == "N2") == (scores.potential.upper[herb, 0] == 0)
            assert (row["class_lower"] == "N2") == (scores.potential.lower[herb, 0] == 0)


@pytest.mark.parametrize("herb_id", HERBS)
def test_a_factor_that_is_not_mild_keeps_a_parcel_from_the_best_class(herb_id: str) -> None:
    """All else perfect, each factor at its worst: S1 is left to those whose worst is 0.5625 or more."""
    for need in NEEDS[herb_id]:
        site = {other.factor: best_of(other) for other in NEEDS[herb_id]} | {need.factor: worst_of(need)}
        score = scores_of([site]).result.score[HERBS.index(herb_id), 0]
        assert (score >= 0.75) == (least_membership(need) >= MILD - 1e-9), need.factor
        if need.knock_out:
            assert score == 0


def best_of(need: reference.Requirement) -> object:
    return max(reference.possible(need, ()), key=lambda value: reference.membership(need, value))


def worst_of(need: reference.Requirement) -> object:
    return min(reference.possible(need, ()), key=lambda value: reference.membership(need, value))


# Law 2


@some
@given(sites(), lands, methods)
def test_the_five_numbers_stand_in_order_within_0_and_1(site: Site, land: str | None, method: Method) -> None:
    scores = scores_of([site], [land], method=method)
    for result in (scores.result, scores.potential):
        numbers = np.stack(result.numbers)
        assert (numbers[0] >= 0).all() and (numbers[-1] <= 1 + 1e-12).all()
        assert (np.diff(numbers, axis=0) >= 0).all()


@some
@given(sites(), lands, methods, keys, st.data())
def test_learning_gives_intervals_inside_the_old_ones(
    site: Site, land: str | None, method: Method, key: str, data: st.DataObject
) -> None:
    before = scores_of([site | {key: None}], [land], method=method)
    after = scores_of([site | {key: data.draw(value_of(key))}], [land], method=method)
    assert_inside(before, after)


@some
@given(sites(), methods, st.sampled_from(LANDS[:-1]))
def test_learning_the_type_of_land_moves_no_bound_and_narrows_what_works_reach(
    site: Site, method: Method, land: str
) -> None:
    before, after = scores_of([site], [None], method=method), scores_of([site], [land], method=method)
    for name in ("least", "lower", "upper", "most"):
        assert np.array_equal(getattr(before.result, name), getattr(after.result, name))
    assert_inside(before, after)


def assert_inside(before: Scores, after: Scores) -> None:
    for old, new in ((before.result, after.result), (before.potential, after.potential)):
        assert (old.lower <= new.lower + 1e-12).all() and (new.upper <= old.upper + 1e-12).all()
        assert (old.least <= new.least + 1e-12).all() and (new.most <= old.most + 1e-12).all()


def test_a_work_that_asks_for_a_type_of_land_counts_for_the_upper_end_alone_where_it_is_not_known() -> None:
    wet = {need.factor: best_of(need) for need in NEEDS["ninjin"]} | {"drainage": "poor"}
    scores = scores_of([wet] * 3, ["other", None, "paddy"])
    herb = HERBS.index("ninjin")
    assert scores.potential.lower[herb].tolist() == [0, 0, pytest.approx(1)]
    assert scores.potential.upper[herb].tolist() == [0, pytest.approx(1), pytest.approx(1)]
    frame = scores.frame("ninjin")
    assert frame["class_lower"].tolist() == ["N2", "N2", "N1"]
    assert frame["class_upper"].tolist() == ["N2", "N1", "N1"]
    assert frame["class"].fillna("").tolist() == ["N2", "", "N1"], "whether it can be mended goes by the land"


@some
@given(sites(), lands, methods, keys, st.data())
def test_a_better_membership_lowers_no_number(
    site: Site, land: str | None, method: Method, key: str, data: st.DataObject
) -> None:
    values = [data.draw(value_of(key)) for _ in range(2)]
    one, other = (scores_of([site | {key: value}], [land], method=method) for value in values)
    for herb, herb_id in enumerate(HERBS):
        need = next((need for need in NEEDS[herb_id] if need.factor == key), None)
        if need is None:
            for name in NUMBERS:
                assert getattr(one.result, name)[herb, 0] == getattr(other.result, name)[herb, 0]
            continue
        worse, better = sorted(
            (
                (reference.membership(need, value), side)
                for value, side in zip(values, (one, other), strict=True)
            ),
            key=lambda pair: pair[0],
        )
        for name in BOUNDS:
            assert getattr(worse[1].result, name)[herb, 0] <= getattr(better[1].result, name)[herb, 0] + 1e-12


# Law 3


@some
@given(sites(), lands, methods, st.sets(keys, min_size=1))
def test_taking_away_what_is_known_never_makes_a_parcel_look_better(
    site: Site, land: str | None, method: Method, hidden: set[str]
) -> None:
    full = scores_of([site], [land], method=method)
    poor = scores_of([site | dict.fromkeys(hidden)], [land], method=method)
    assert_inside(poor, full)
    for herb_id in HERBS:
        told, less = full.frame(herb_id).iloc[0], poor.frame(herb_id).iloc[0]
        for name in ("class", "class_lower", "potential_class", "potential_class_lower"):
            assert rank_of_class(less[name]) <= rank_of_class(told[name]), name


@some
@given(sites(), st.sampled_from(LANDS[:-1]))
def test_taking_away_the_type_of_land_never_makes_a_parcel_look_better(site: Site, land: str) -> None:
    full, poor = scores_of([site], [land]), scores_of([site], [None])
    assert_inside(poor, full)
    for herb_id in HERBS:
        told, less = full.frame(herb_id).iloc[0], poor.frame(herb_id).iloc[0]
        for name in ("class", "class_lower", "potential_class", "potential_class_lower"):
            assert rank_of_class(less[name]) <= rank_of_class(told[name]), name


@some
@given(lands, st.integers(0, 99))
def test_an_outline_alone_has_no_class_and_stands_behind_every_parcel_of_a_class(
    land: str | None, seed: int
) -> None:
    rows: list[Site] = [{"area_m2": 5000.0, "road_access_m": 0.0}, *random_sites(30, seed, missing=0.3)]
    scores = scores_of(rows, [land, *random_lands(30, seed)])
    for herb_id in HERBS:
        frame = scores.frame(herb_id)
        outline = frame.iloc[0]
        assert outline["certainty"] == "unknown" and outline["known"] == 0
        for name in ("class", "class_lower", "class_upper", "potential_class_lower"):
            assert pd.isna(outline[name])
        of_a_class = frame[frame["class"].notna()]
        assert (of_a_class["rank"] < outline["rank"]).all()


def test_a_mild_herb_of_ones_own_has_no_class_by_an_outline_either() -> None:
    needs = tuple(
        dataclasses.replace(
            need, knock_out=False, kind="classes", classes=dict.fromkeys(FACTORS[need.factor].classes, 0.9)
        )
        for need in NEEDS["shakuyaku"]
        if need.kind == "classes"
    )
    own = dataclasses.replace(CATALOGUE, requirements={**CATALOGUE.requirements, "shakuyaku": needs})
    scores = score_parcels(factors_of([{}, {"drainage": "well"}]), own, ["shakuyaku"])
    assert scores.result.lower[0, 0] > 0.75, "whatever the ground is like"
    assert scores.certainty()[0].tolist()[0] == 3


# Law 4


def test_known_origins_are_at_least_s3_by_climate_and_places_without_production_no_s1() -> None:
    found = validate_origins(CATALOGUE)
    origins = found.sites[found.sites["origin"] == "yes"]
    assert len(origins) >= 20 and (origins["score"] >= 0.25).all()
    none = found.sites[found.sites["origin"] == "none"]
    assert len(none) >= 3 and (none["score"] < 0.75).all()
    assert found.failed.empty


@pytest.mark.parametrize("herb_id", HERBS)
def test_climate_alone_never_makes_a_known_origin_n(herb_id: str) -> None:
    """All else perfect, the place's own warmth: a parcel there is suited."""
    places = CATALOGUE.known_sites
    for site in places[(places["herb_id"] == herb_id) & (places["origin"] == "yes")].to_dict("records"):
        row = {need.factor: best_of(need) for need in NEEDS[herb_id]}
        row |= {key: float(site[key]) for key in FACTORS if str(site.get(key, "")).strip()}
        assert scores_of([row]).result.lower[HERBS.index(herb_id), 0] >= 0.25, site["place"]


# Law 5


@some
@given(sites(), lands, methods, st.data())
def test_size_road_water_years_slope_and_wildlife_change_no_score_to_the_bit(
    site: Site, land: str | None, method: Method, data: st.DataObject
) -> None:
    other = dict(site)
    for key, factor in FACTORS.items():
        if factor.verdict == "workability":
            other[key] = data.draw(st.one_of(st.none(), value_of(key)))
    one, two = (scores_of([row], [land], method=method) for row in (site, other))
    assert_equal(one, two)


def assert_equal(
    one: Scores, other: Scores, parcels: object = slice(None), herbs: object = slice(None)
) -> None:
    """The same to the last bit, of some parcels and herbs of the first."""
    for mine, its in ((one.result, other.result), (one.potential, other.potential)):
        for name in (*NUMBERS, "limiting", "excluded"):
            np.testing.assert_array_equal(getattr(mine, name)[herbs][:, parcels], getattr(its, name))
    np.testing.assert_array_equal(one.known[herbs][:, parcels], other.known)
    np.testing.assert_array_equal(one.deciding[herbs][:, parcels], other.deciding)


# Law 6


@some
@given(sites(), lands, methods, st.sets(st.integers(0, len(CATALOGUE.works) - 1)), st.data())
def test_more_works_are_never_worse_and_none_is_never_better(
    site: Site, land: str | None, method: Method, chosen: set[int], data: st.DataObject
) -> None:
    fewer = data.draw(st.sets(st.sampled_from(sorted(chosen)))) if chosen else set()
    factors = factors_of([site], land=[land])
    sides = [
        score_parcels(
            factors,
            CATALOGUE,
            method=method,
            expectations=FIXED,
            works=[CATALOGUE.works[nth] for nth in sorted(some_works)],
        )
        for some_works in (fewer, chosen)
    ]
    few, many = (side.potential for side in sides)
    for name in NUMBERS:
        assert (getattr(few, name) <= getattr(many, name) + 1e-12).all(), name
        assert (getattr(sides[0].result, name) <= getattr(few, name)).all(), name


def test_no_works_leave_the_land_as_it_lies() -> None:
    factors = factors_of(random_sites(40, 3), land=random_lands(40, 3))
    scores = score_parcels(factors, CATALOGUE, works=[])
    for name in NUMBERS:
        np.testing.assert_array_equal(getattr(scores.result, name), getattr(scores.potential, name))
