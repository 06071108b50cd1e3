"""Pareto levels: held to the definition, and honest about what is not known."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from kanpo.errors import UsageError
from kanpo.herbs import load_catalogue
from kanpo.suitability import pareto_levels, pareto_table, read_criteria, score_parcels, suited_herbs
from tests.suitability.sites import factors_of, good_site, random_sites

CATALOGUE = load_catalogue()
NAN = float("nan")


def slow_levels(values: np.ndarray, levels: int) -> list[int]:
    filled = np.where(np.isnan(values), -np.inf, values)
    level, left = [0] * len(filled), set(range(len(filled)))
    for number in range(1, levels + 1):
        front = {
            p
            for p in left
            if not any((filled[q] >= filled[p]).all() and (filled[q] > filled[p]).any() for q in left)
        }
        for p in front:
            level[p] = number
        left -= front
    return level


POINTS = st.integers(1, 4).flatmap(
    lambda m: st.lists(
        st.lists(st.sampled_from([0.0, 0.5, 1.0, 2.0, -3.0, NAN]), min_size=m, max_size=m),
        min_size=1,
        max_size=25,
    )
)


@settings(max_examples=150, deadline=None)
@given(POINTS, st.integers(1, 5))
def test_levels_are_those_of_the_definition(rows: list[list[float]], levels: int) -> None:
    values = np.array(rows)
    assert pareto_levels(values, levels).tolist() == slow_levels(values, levels)


def test_no_points_have_no_levels() -> None:
    assert pareto_levels(np.empty((0, 2)), 3).tolist() == []


@settings(max_examples=50, deadline=None)
@given(POINTS, st.data())
def test_forgetting_a_value_never_brings_a_point_forward(
    rows: list[list[float]], data: st.DataObject
) -> None:
    values = np.array(rows)
    p = data.draw(st.integers(0, len(values) - 1))
    forgotten = values.copy()
    forgotten[p, data.draw(st.integers(0, values.shape[1] - 1))] = NAN
    before, after = pareto_levels(values, 30)[p], pareto_levels(forgotten, 30)[p]
    assert after >= before


def parcels_of(ids: list[str]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"parcel_id": ids, "settlement": "架空沢", "lot_number": "1"},
        geometry=[shapely.box(139.8, 38.7, 139.801, 38.701)] * len(ids),
        crs=6668,
    )


def test_a_parcel_is_listed_for_what_it_is_best_in_and_an_excluded_one_never() -> None:
    rows = [
        good_site(),
        good_site() | {"area_m2": 5000.0, "sunlight": "partial"},
        good_site() | {"area_m2": 4000.0, "sunlight": "shade"},
        good_site() | {"area_m2": 9000.0, "drainage": "poor"},
    ]
    factors = factors_of(rows)
    scores = score_parcels(factors, CATALOGUE, ["shakuyaku"])
    table = pareto_table(scores, factors, parcels_of(factors.parcel_ids), read_criteria("score,area_m2"))
    assert dict(zip(table["parcel_id"], table["level"], strict=True)) == {"P0": 1, "P1": 1, "P2": 2}


def test_an_unknown_distance_is_not_a_short_one() -> None:
    rows = [good_site() | {"road_access_m": 30.0}, good_site() | {"road_access_m": None}]
    factors = factors_of(rows)
    scores = score_parcels(factors, CATALOGUE, ["shakuyaku"])
    table = pareto_table(
        scores, factors, parcels_of(factors.parcel_ids), read_criteria("lower,-road_access_m")
    )
    assert dict(zip(table["parcel_id"], table["level"], strict=True)) == {"P0": 1, "P1": 2}


def test_criteria_are_read_by_key_and_in_japanese() -> None:
    found = read_criteria("適地度、面積".replace("、", ",") + ", -道路までの距離")
    assert [(one.key, one.more_is_better) for one in found] == [
        ("score", True),
        ("area_m2", True),
        ("road_access_m", False),
    ]
    for wrong in ("score", "score,price", "score,score", "score,drainage", ""):
        with pytest.raises(UsageError):
            read_criteria(wrong)


def test_the_herbs_of_a_parcel_come_best_first_and_excluded_ones_last() -> None:
    factors = factors_of([good_site() | {"soil_ph": 10.0}, *random_sites(10, 2)])
    scores = score_parcels(factors, CATALOGUE)
    table = suited_herbs(scores, "P0", CATALOGUE)
    assert len(table) == 26 and set(table["herb_id"]) == set(scores.herb_ids)
    out = [name == "N2" for name in table.loc[~table["reference"], "class_upper"]]
    assert any(out) and out == sorted(out), "what nothing mends is last"
    for line in table.itertuples():
        own = scores.frame(line.herb_id).set_index("parcel_id").loc["P0"]
        assert (line.lower, line.upper, line.parcel_rank) == (own["lower"], own["upper"], own["rank"])
